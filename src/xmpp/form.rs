//! XEP-0004 Data Forms, version 2.13.2: forms made, read and checked; with FORM_TYPE (XEP-0068).
//!
//! A form made here is written by [`Form::to_element`]; one that was submitted is read by
//! [`Form::submitted`] and asked for its values by name. Missing: layout, media and validation
//! hints (XEP-0141, XEP-0221, XEP-0122).

use std::borrow::Cow;
use std::collections::HashSet;

use super::error::StanzaError;
use super::jid::Jid;
use super::ns;
use super::xml::Element;
use crate::limits::FORM_MAX_FIELDS;

#[cfg(test)]
mod tests;

/// The name of the field that says what a form is about (XEP-0068 §3).
pub const FORM_TYPE: &str = "FORM_TYPE";

/// What a form is for (§3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormKind {
    /// To be filled in.
    Form,
    Submit,
    Cancel,
    Result,
}

/// What a field holds (§3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum FieldKind {
    Boolean,
    Fixed,
    Hidden,
    JidMulti,
    JidSingle,
    ListMulti,
    ListSingle,
    TextMulti,
    TextPrivate,
    /// Also for types nobody knows.
    #[default]
    TextSingle,
}

/// One of the choices of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub value: Cow<'static, str>,
    /// Empty: none is written.
    pub label: Cow<'static, str>,
}

/// A field (§3.2).
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Field {
    /// Empty only for fixed text.
    pub var: Cow<'static, str>,
    /// `None`: not said, as is usual in submitted forms and results.
    pub kind: Option<FieldKind>,
    /// For people; empty: none is written.
    pub label: Cow<'static, str>,
    pub required: bool,
    pub values: Vec<String>,
    pub choices: Vec<Choice>,
}

/// A form (§3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    pub kind: FormKind,
    /// For people; empty: none is written.
    pub title: Cow<'static, str>,
    /// For people; empty: none is written.
    pub instructions: Cow<'static, str>,
    pub fields: Vec<Field>,
    /// The columns of a result with several items (§3.4).
    pub reported: Vec<Field>,
    /// The items of such a result.
    pub items: Vec<Vec<Field>>,
}

impl FormKind {
    pub fn as_str(self) -> &'static str {
        match self {
            FormKind::Form => "form",
            FormKind::Submit => "submit",
            FormKind::Cancel => "cancel",
            FormKind::Result => "result",
        }
    }
}

impl FieldKind {
    const ALL: [FieldKind; 10] = [
        FieldKind::Boolean,
        FieldKind::Fixed,
        FieldKind::Hidden,
        FieldKind::JidMulti,
        FieldKind::JidSingle,
        FieldKind::ListMulti,
        FieldKind::ListSingle,
        FieldKind::TextMulti,
        FieldKind::TextPrivate,
        FieldKind::TextSingle,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            FieldKind::Boolean => "boolean",
            FieldKind::Fixed => "fixed",
            FieldKind::Hidden => "hidden",
            FieldKind::JidMulti => "jid-multi",
            FieldKind::JidSingle => "jid-single",
            FieldKind::ListMulti => "list-multi",
            FieldKind::ListSingle => "list-single",
            FieldKind::TextMulti => "text-multi",
            FieldKind::TextPrivate => "text-private",
            FieldKind::TextSingle => "text-single",
        }
    }

    /// Whether more than one value is allowed (§3.2). Fixed text has one, but nobody is hurt.
    fn is_multi(self) -> bool {
        use FieldKind::*;
        matches!(self, JidMulti | ListMulti | TextMulti | Hidden | Fixed)
    }
}

impl Field {
    /// A field of this type without a value.
    pub fn new(kind: FieldKind, var: impl Into<Cow<'static, str>>) -> Field {
        Field { var: var.into(), kind: Some(kind), ..Field::default() }
    }

    /// A field whose type the reader knows: for results and submissions.
    pub fn untyped(var: impl Into<Cow<'static, str>>) -> Field {
        Field { var: var.into(), ..Field::default() }
    }

    /// A line of text for people between the fields.
    pub fn fixed(text: impl Into<String>) -> Field {
        Field { kind: Some(FieldKind::Fixed), ..Field::default() }.value(text)
    }

    pub fn label(mut self, label: impl Into<Cow<'static, str>>) -> Field {
        self.label = label.into();
        self
    }

    pub fn required(mut self) -> Field {
        self.required = true;
        self
    }

    /// With a value more.
    pub fn value(mut self, value: impl Into<String>) -> Field {
        self.values.push(value.into());
        self
    }

    /// With values more.
    pub fn values(mut self, values: impl IntoIterator<Item = impl Into<String>>) -> Field {
        self.values.extend(values.into_iter().map(Into::into));
        self
    }

    /// With text as a value a line (§3.3 note 3).
    pub fn lines(self, text: &str) -> Field {
        self.values(text.lines())
    }

    pub fn boolean(self, value: bool) -> Field {
        self.value(if value { "1" } else { "0" })
    }

    /// With a choice more.
    pub fn choice(mut self, value: impl Into<Cow<'static, str>>, label: impl Into<Cow<'static, str>>) -> Field {
        self.choices.push(Choice { value: value.into(), label: label.into() });
        self
    }

    fn to_element(&self) -> Element {
        let text = |name: &'static str, text: &str| Element::new(ns::DATA_FORMS, name).with_text(text);
        let some = |text: &Cow<'static, str>| (!text.is_empty()).then(|| text.to_string());
        let choice = |choice: &Choice| {
            Element::new(ns::DATA_FORMS, "option")
                .attr_some("label", some(&choice.label))
                .child(text("value", &choice.value))
        };
        Element::new(ns::DATA_FORMS, "field")
            .attr_some("var", some(&self.var))
            .attr_some("type", self.kind.map(FieldKind::as_str))
            .attr_some("label", some(&self.label))
            .children_from(self.required.then(|| Element::new(ns::DATA_FORMS, "required")))
            .children_from(self.values.iter().map(|value| text("value", value)))
            .children_from(self.choices.iter().map(choice))
    }

    fn parse(field: &Element) -> Field {
        let named = |name: &'static str| field.children().filter(move |child| child.is(ns::DATA_FORMS, name));
        let own = |text: Option<&str>| Cow::Owned(text.unwrap_or_default().to_owned());
        let kind = |text| FieldKind::ALL.into_iter().find(|kind| kind.as_str() == text).unwrap_or_default();
        let choice = |option: &Element| Choice {
            value: Cow::Owned(option.find(ns::DATA_FORMS, "value").map(Element::text).unwrap_or_default()),
            label: own(option.get("label")),
        };
        Field {
            var: own(field.get("var")),
            kind: field.get("type").map(kind),
            label: own(field.get("label")),
            required: named("required").next().is_some(),
            values: named("value").map(Element::text).collect(),
            choices: named("option").map(choice).collect(),
        }
    }

    /// Whether the values are what a field of `kind` may have; the empty value stands for none
    /// (§3.6).
    fn check(&self, kind: FieldKind, choices: &[Choice]) -> Result<(), StanzaError> {
        let wrong = |what: &str| Err(not_acceptable(&self.var, what));
        if !kind.is_multi() && self.values.len() > 1 {
            return wrong("has more than one value");
        }
        for value in self.values.iter().filter(|value| !value.is_empty()) {
            match kind {
                FieldKind::Boolean if boolean(value).is_none() => return wrong("is neither true nor false"),
                FieldKind::JidSingle | FieldKind::JidMulti if value.parse::<Jid>().is_err() => {
                    return wrong("is not an address");
                }
                FieldKind::ListSingle | FieldKind::ListMulti if choices.iter().all(|choice| choice.value != *value) => {
                    return wrong("is not among the choices");
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Form {
    fn new(kind: FormKind) -> Form {
        let none = Cow::Borrowed("");
        let (fields, reported, items) = (Vec::new(), Vec::new(), Vec::new());
        Form { kind, title: none.clone(), instructions: none, fields, reported, items }
    }

    /// A form of this kind about `form_type`.
    pub fn about(kind: FormKind, form_type: impl Into<String>) -> Form {
        Form::new(kind).field(Field::new(FieldKind::Hidden, FORM_TYPE).value(form_type))
    }

    pub fn title(mut self, title: impl Into<Cow<'static, str>>) -> Form {
        self.title = title.into();
        self
    }

    pub fn instructions(mut self, instructions: impl Into<Cow<'static, str>>) -> Form {
        self.instructions = instructions.into();
        self
    }

    /// With a field more.
    pub fn field(mut self, field: Field) -> Form {
        self.fields.push(field);
        self
    }

    /// The `<x/>` in `jabber:x:data`.
    pub fn to_element(&self) -> Element {
        let text = |name: &'static str, text: &Cow<'static, str>| {
            (!text.is_empty()).then(|| Element::new(ns::DATA_FORMS, name).with_text(text.to_string()))
        };
        let row = |name: &'static str, fields: &[Field]| {
            Element::new(ns::DATA_FORMS, name).children_from(fields.iter().map(Field::to_element))
        };
        Element::new(ns::DATA_FORMS, "x")
            .attr("type", self.kind.as_str())
            .children_from(text("title", &self.title))
            .children_from(text("instructions", &self.instructions))
            .children_from(self.fields.iter().map(Field::to_element))
            .children_from((!self.reported.is_empty()).then(|| row("reported", &self.reported)))
            .children_from(self.items.iter().map(|item| row("item", item)))
    }

    /// Reads an `<x/>` of any kind. `bad-request`: another element, a type that §3.1 has not, or
    /// too many fields.
    pub fn parse(x: &Element) -> Result<Form, StanzaError> {
        let kind = match x.get("type") {
            _ if !x.is(ns::DATA_FORMS, "x") => return Err(StanzaError::bad_request("this is no data form")),
            Some("form") => FormKind::Form,
            Some("submit") => FormKind::Submit,
            Some("cancel") => FormKind::Cancel,
            Some("result") => FormKind::Result,
            _ => return Err(StanzaError::bad_request("a data form is of type form, submit, cancel or result")),
        };
        let fields_of = |parent: &Element| -> Vec<Field> {
            let fields = parent.children().filter(|child| child.is(ns::DATA_FORMS, "field"));
            fields.map(Field::parse).collect()
        };
        let text = |name| Cow::Owned(x.find(ns::DATA_FORMS, name).map(Element::text).unwrap_or_default());
        let fields = fields_of(x);
        if fields.len() > FORM_MAX_FIELDS {
            return Err(StanzaError::bad_request("a data form with more fields than any form has"));
        }
        Ok(Form {
            kind,
            title: text("title"),
            instructions: text("instructions"),
            fields,
            reported: x.find(ns::DATA_FORMS, "reported").map(fields_of).unwrap_or_default(),
            items: x.children().filter(|child| child.is(ns::DATA_FORMS, "item")).map(fields_of).collect(),
        })
    }

    /// The form of type `submit` among the children of `parent`, which must be about `form_type`.
    /// `Ok(None)`: there is no form. `bad-request`: another kind of form, another FORM_TYPE or
    /// none, a field without a name, or one name twice.
    pub fn submitted(parent: &Element, form_type: &str) -> Result<Option<Form>, StanzaError> {
        let Some(x) = parent.find(ns::DATA_FORMS, "x") else { return Ok(None) };
        let form = Form::parse(x)?;
        if form.kind != FormKind::Submit {
            return Err(StanzaError::bad_request("a data form of type submit is wanted here"));
        }
        let mut names = HashSet::new();
        for field in form.fields.iter().filter(|field| field.kind != Some(FieldKind::Fixed)) {
            if field.var.is_empty() {
                return Err(StanzaError::bad_request("a field of the data form has no name"));
            }
            if !names.insert(&*field.var) {
                return Err(StanzaError::bad_request(format!("the field {} stands there twice", field.var)));
            }
        }
        match form.form_type() {
            Some(found) if found == form_type => Ok(Some(form)),
            _ => Err(StanzaError::bad_request(format!("a data form with the FORM_TYPE {form_type} is wanted here"))),
        }
    }

    /// What the form is about.
    pub fn form_type(&self) -> Option<&str> {
        self.get(FORM_TYPE)?.values.first().map(String::as_str)
    }

    /// The field of this name.
    pub fn get(&self, var: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.var == var)
    }

    /// The names of the fields, without FORM_TYPE: for specs where a name nobody
    /// knows is an error (XEP-0313 §4.1.3).
    pub fn vars(&self) -> impl Iterator<Item = &str> {
        let named = |field: &&Field| !field.var.is_empty() && field.var != FORM_TYPE;
        self.fields.iter().filter(named).map(|field| &*field.var)
    }

    /// The one value of a field; empty where it is to be unset (§3.6). `None`: the field is not
    /// there, so what it stands for stays as it is (§3.5). `not-acceptable`: more than one value.
    pub fn text(&self, var: &str) -> Result<Option<&str>, StanzaError> {
        let Some(field) = self.get(var) else { return Ok(None) };
        field.check(FieldKind::TextSingle, &[])?;
        Ok(Some(field.values.first().map_or("", String::as_str)))
    }

    /// All values of a field. `None`: the field is not there.
    pub fn texts(&self, var: &str) -> Option<&[String]> {
        self.get(var).map(|field| &*field.values)
    }

    /// The values of a text-multi field as lines (§3.3 note 3). `None`: the field is not there.
    pub fn lines(&self, var: &str) -> Option<String> {
        self.texts(var).map(|values| values.join("\n"))
    }

    /// `None`: the field is not there or empty. `not-acceptable`: neither true nor false.
    pub fn boolean(&self, var: &str) -> Result<Option<bool>, StanzaError> {
        let Some(field) = self.get(var) else { return Ok(None) };
        field.check(FieldKind::Boolean, &[])?;
        Ok(field.values.first().and_then(|value| boolean(value)))
    }

    /// `None`: the field is not there or empty. `not-acceptable`: not a whole number from 0.
    pub fn number(&self, var: &str) -> Result<Option<u64>, StanzaError> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        match self.text(var)? {
            None | Some("") => Ok(None),
            Some(text) => digits(text).map(Some).ok_or_else(|| not_acceptable(var, "is not a number")),
        }
    }

    /// A moment (XEP-0082) in microseconds, UTC. `None`: the field is not there or empty.
    /// `not-acceptable`: not a DateTime.
    pub fn moment(&self, var: &str) -> Result<Option<i64>, StanzaError> {
        match self.text(var)? {
            None | Some("") => Ok(None),
            Some(text) => {
                super::time::parse(text).map(Some).ok_or_else(|| not_acceptable(var, "is not a date and time"))
            }
        }
    }

    /// `None`: the field is not there or empty. `not-acceptable`: not an address.
    pub fn jid(&self, var: &str) -> Result<Option<Jid>, StanzaError> {
        match self.text(var)? {
            None | Some("") => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| not_acceptable(var, "is not an address")),
        }
    }

    /// The addresses of a jid-multi field in order, each once (§3.3). `None`: the field is not
    /// there. `not-acceptable`: not an address.
    pub fn jids(&self, var: &str) -> Result<Option<Vec<Jid>>, StanzaError> {
        let Some(values) = self.texts(var) else { return Ok(None) };
        let mut seen = HashSet::new();
        let mut jids = Vec::new();
        for value in values.iter().filter(|value| !value.is_empty()) {
            let jid: Jid = value.parse().map_err(|_| not_acceptable(var, "is not an address"))?;
            if seen.insert(jid.clone()) {
                jids.push(jid);
            }
        }
        Ok(Some(jids))
    }

    /// Checks a submission against this form, which was given out to be filled in (§4).
    /// `not-acceptable`: a required field is missing or empty, or a value is not of the field's
    /// type. Fields that this form has not are ignored (§3.1).
    pub fn check(&self, submitted: &Form) -> Result<(), StanzaError> {
        for field in self.fields.iter().filter(|field| !field.var.is_empty()) {
            let given = submitted.get(&field.var);
            if field.required && given.is_none_or(|given| given.values.iter().all(String::is_empty)) {
                return Err(not_acceptable(&field.var, "is required"));
            }
            if let Some(given) = given {
                given.check(field.kind.unwrap_or_default(), &field.choices)?;
            }
        }
        Ok(())
    }
}

/// The four spellings of XML Schema (§3.3).
fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "true" => Some(true),
        "0" | "false" => Some(false),
        _ => None,
    }
}

fn not_acceptable(var: &str, what: &str) -> StanzaError {
    StanzaError::not_acceptable(format!("the field {var} {what}"))
}
