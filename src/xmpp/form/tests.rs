//! XEP-0004 by its paragraphs.

use super::super::error::Condition;
use super::*;

const MAM: &str = "urn:xmpp:mam:2";

fn field(var: &str, values: &[&str]) -> Element {
    let value = |value: &&str| Element::new(ns::DATA_FORMS, "value").with_text(*value);
    Element::new(ns::DATA_FORMS, "field").attr("var", var).children_from(values.iter().map(value))
}

fn x(kind: &str, fields: impl IntoIterator<Item = Element>) -> Element {
    Element::new(ns::DATA_FORMS, "x").attr("type", kind).children_from(fields)
}

fn query(x: Element) -> Element {
    Element::new(MAM, "query").child(x)
}

/// A submitted form about archives with these fields.
fn submit(fields: &[(&str, &[&str])]) -> Form {
    let fields = fields.iter().map(|(var, values)| field(var, values));
    let form = x("submit", [field(FORM_TYPE, &[MAM])].into_iter().chain(fields));
    Form::submitted(&query(form), MAM).expect("a good form").expect("a form")
}

fn refused(x: Element) -> Condition {
    Form::submitted(&query(x), MAM).expect_err("a bad form").condition
}

fn condition<T: std::fmt::Debug>(result: Result<T, StanzaError>) -> Condition {
    result.expect_err("a bad value").condition
}

#[test]
fn xep0004_3_a_form_is_written_in_the_order_of_the_schema() {
    let form = Form::about(FormKind::Form, "jabber:bot")
        .title("Bot Configuration")
        .instructions("Fill out this form!")
        .field(Field::fixed("Section 1: Bot Info"))
        .field(Field::new(FieldKind::Boolean, "public").label("Public bot?").required())
        .field(Field::new(FieldKind::ListSingle, "maxsubs").value("20").choice("10", "Ten").choice("20", ""));
    let expected = "<x xmlns='jabber:x:data' type='form'>\
        <title>Bot Configuration</title><instructions>Fill out this form!</instructions>\
        <field var='FORM_TYPE' type='hidden'><value>jabber:bot</value></field>\
        <field type='fixed'><value>Section 1: Bot Info</value></field>\
        <field var='public' type='boolean' label='Public bot?'><required/></field>\
        <field var='maxsubs' type='list-single'><value>20</value>\
        <option label='Ten'><value>10</value></option><option><value>20</value></option></field></x>";
    assert_eq!(form.to_element().to_xml(ns::CLIENT), expected);
    assert_eq!(Form::parse(&form.to_element()), Ok(form));
}

#[test]
fn xep0004_3_1_there_are_four_types_of_forms() {
    for kind in [FormKind::Form, FormKind::Submit, FormKind::Cancel, FormKind::Result] {
        assert_eq!(Form::parse(&x(kind.as_str(), [])).map(|form| form.kind), Ok(kind));
    }
    for wrong in
        [x("error", []), Element::new(ns::DATA_FORMS, "x"), Element::new("jabber:x:oob", "x").attr("type", "form")]
    {
        assert_eq!(condition(Form::parse(&wrong)), Condition::BadRequest);
    }
}

#[test]
fn xep0004_3_1_only_a_submission_about_the_same_thing_is_read() {
    let form_type = || field(FORM_TYPE, &[MAM]);
    assert_eq!(Form::submitted(&Element::new(MAM, "query"), MAM), Ok(None));
    assert!(matches!(Form::submitted(&query(x("submit", [form_type()])), MAM), Ok(Some(_))));
    for kind in ["form", "cancel", "result", "error"] {
        assert_eq!(refused(x(kind, [form_type()])), Condition::BadRequest, "{kind}");
    }
    assert_eq!(refused(x("submit", [])), Condition::BadRequest);
    assert_eq!(refused(x("submit", [field(FORM_TYPE, &[])])), Condition::BadRequest);
    assert_eq!(refused(x("submit", [field(FORM_TYPE, &["urn:xmpp:mam:1"])])), Condition::BadRequest);
}

#[test]
fn xep0004_3_2_a_field_has_a_name_of_its_own() {
    let form_type = || field(FORM_TYPE, &[MAM]);
    assert_eq!(refused(x("submit", [form_type(), field("", &["a"])])), Condition::BadRequest);
    assert_eq!(refused(x("submit", [form_type(), Element::new(ns::DATA_FORMS, "field")])), Condition::BadRequest);
    let twice = x("submit", [form_type(), field("with", &["a@b"]), field("with", &["c@d"])]);
    assert_eq!(refused(twice), Condition::BadRequest);
    let fixed = Element::new(ns::DATA_FORMS, "field").attr("type", "fixed");
    assert!(Form::submitted(&query(x("submit", [form_type(), fixed.clone(), fixed])), MAM).is_ok());
}

#[test]
fn xep0004_3_2_a_single_field_has_one_value() {
    let form = submit(&[("start", &["a", "b"]), ("ids", &["1", "2"])]);
    assert_eq!(condition(form.text("start")), Condition::NotAcceptable);
    assert_eq!(condition(form.boolean("start")), Condition::NotAcceptable);
    assert_eq!(condition(form.jid("start")), Condition::NotAcceptable);
    assert_eq!(form.texts("ids"), Some(&["1".to_owned(), "2".to_owned()][..]));
}

#[test]
fn xep0004_3_3_booleans_have_four_spellings() {
    for (text, value) in [("1", true), ("true", true), ("0", false), ("false", false)] {
        assert_eq!(submit(&[("public", &[text])]).boolean("public"), Ok(Some(value)));
    }
    for text in ["TRUE", "yes", "2", " 1", "on"] {
        assert_eq!(condition(submit(&[("public", &[text])]).boolean("public")), Condition::NotAcceptable, "{text}");
    }
    assert_eq!(Field::untyped("public").boolean(true).values, ["1"]);
}

#[test]
fn xep0004_3_3_addresses_are_valid_and_counted_once() {
    let form = submit(&[
        ("with", &["Juliet@Capulet.LIT/Balcony"]),
        ("many", &["a@b", "A@B", "c@d", "", "a@b"]),
        ("bad", &["@"]),
    ]);
    assert_eq!(
        form.jid("with").map(|jid| jid.map(|jid| jid.to_string())),
        Ok(Some("juliet@capulet.lit/Balcony".into()))
    );
    let many: Vec<_> = form.jids("many").expect("addresses").expect("a field").iter().map(Jid::to_string).collect();
    assert_eq!(many, ["a@b", "c@d"]);
    assert_eq!(condition(form.jid("bad")), Condition::NotAcceptable);
    assert_eq!(condition(form.jids("bad")), Condition::NotAcceptable);
}

#[test]
fn xep0004_3_3_text_of_many_lines_is_a_value_a_line() {
    let field = Field::new(FieldKind::TextMulti, "description").lines("one\ntwo\r\n\nfour");
    assert_eq!(field.values, ["one", "two", "", "four"]);
    assert_eq!(submit(&[("description", &["one", "two"])]).lines("description").as_deref(), Some("one\ntwo"));
}

#[test]
fn xep0004_3_3_an_unknown_type_is_text_single() {
    let unknown = Element::new(ns::DATA_FORMS, "field").attr("type", "text-glowing").attr("var", "a");
    let form = Form::parse(&x("form", [unknown, field("b", &[])])).expect("a form");
    assert_eq!(form.fields[0].kind, Some(FieldKind::TextSingle));
    assert_eq!(form.fields[1].kind, None);
}

#[test]
fn xep0004_3_4_a_result_may_have_many_items() {
    let mut form = Form::new(FormKind::Result);
    form.reported = vec![Field::new(FieldKind::TextSingle, "name").label("Name")];
    form.items = vec![vec![Field::untyped("name").value("Juliet")], vec![Field::untyped("name").value("Romeo")]];
    let expected = "<x xmlns='jabber:x:data' type='result'>\
        <reported><field var='name' type='text-single' label='Name'/></reported>\
        <item><field var='name'><value>Juliet</value></field></item>\
        <item><field var='name'><value>Romeo</value></field></item></x>";
    assert_eq!(form.to_element().to_xml(ns::CLIENT), expected);
    assert_eq!(Form::parse(&form.to_element()), Ok(form));
}

#[test]
fn xep0004_3_5_and_3_6_an_omitted_field_is_told_from_an_empty_one() {
    let form = submit(&[("none", &[]), ("empty", &[""])]);
    assert_eq!(form.text("absent"), Ok(None));
    assert_eq!(form.texts("absent"), None);
    for var in ["none", "empty"] {
        assert_eq!(form.text(var), Ok(Some("")));
        assert_eq!(form.jid(var), Ok(None));
        assert_eq!(form.jids(var), Ok(Some(vec![])));
        assert_eq!(form.boolean(var), Ok(None));
        assert_eq!(form.number(var), Ok(None));
        assert_eq!(form.moment(var), Ok(None));
    }
}

#[test]
fn xep0004_4_what_is_not_valid_is_not_acceptable() {
    let blank = Form::about(FormKind::Form, MAM)
        .field(Field::new(FieldKind::Boolean, "public").required())
        .field(Field::new(FieldKind::ListSingle, "size").choice("10", "").choice("20", ""))
        .field(Field::new(FieldKind::ListMulti, "features").choice("news", "").choice("polls", ""))
        .field(Field::new(FieldKind::JidMulti, "invite"))
        .field(Field::new(FieldKind::TextSingle, "name"));
    let check = |fields: &[(&str, &[&str])]| blank.check(&submit(fields)).map_err(|error| error.text);
    assert_eq!(check(&[("public", &["1"])]), Ok(()));
    assert_eq!(check(&[("public", &["0"]), ("size", &["20"]), ("features", &["news", "polls"])]), Ok(()));
    assert_eq!(check(&[("public", &["0"]), ("size", &[""]), ("nobody-knows-me", &["a", "b"])]), Ok(()));
    assert_eq!(check(&[]), Err("the field public is required".into()));
    assert_eq!(check(&[("public", &[""])]), Err("the field public is required".into()));
    assert_eq!(check(&[("public", &["maybe"])]), Err("the field public is neither true nor false".into()));
    assert_eq!(check(&[("public", &["1"]), ("size", &["15"])]), Err("the field size is not among the choices".into()));
    assert_eq!(
        check(&[("public", &["1"]), ("features", &["news", "x"])]),
        Err("the field features is not among the choices".into())
    );
    assert_eq!(
        check(&[("public", &["1"]), ("invite", &["a@b", "@"])]),
        Err("the field invite is not an address".into())
    );
    assert_eq!(
        check(&[("public", &["1"]), ("name", &["a", "b"])]),
        Err("the field name has more than one value".into())
    );
    assert_eq!(condition(blank.check(&submit(&[]))), Condition::NotAcceptable);
}

#[test]
fn xep0004_numbers_and_moments_are_read() {
    let form = submit(&[("max", &["20"]), ("bad", &["-1"]), ("start", &["2010-06-07T00:00:00Z"])]);
    assert_eq!(form.number("max"), Ok(Some(20)));
    assert_eq!(condition(form.number("bad")), Condition::NotAcceptable);
    assert_eq!(form.moment("start"), Ok(Some(1_275_868_800_000_000)));
    assert_eq!(condition(form.moment("bad")), Condition::NotAcceptable);
}

#[test]
fn xep0313_4_1_3_the_names_of_all_fields_are_known() {
    let form = submit(&[("with", &["a@b"]), ("{urn:xmpp:fulltext:0}fulltext", &["x"])]);
    assert_eq!(form.vars().collect::<Vec<_>>(), ["with", "{urn:xmpp:fulltext:0}fulltext"]);
    assert_eq!(form.form_type(), Some(MAM));
}

#[test]
fn a_form_has_a_bounded_number_of_fields() {
    let fields = |count: usize| x("submit", (0..count).map(|n| field(&n.to_string(), &[])));
    assert!(Form::parse(&fields(FORM_MAX_FIELDS)).is_ok());
    assert_eq!(condition(Form::parse(&fields(FORM_MAX_FIELDS + 1))), Condition::BadRequest);
}
