//! XEP-0115 Entity Capabilities, version 1.6.0: the verification string and `<c/>`.
//!
//! [`Info`] is what a disco#info answer (XEP-0030) says; it is made here for our own answers and
//! read from those of others. Missing: the legacy format (§13), and hashes other than SHA-1, which
//! is the one all must have (§9.1): a `ver` under another hash is never valid.

use std::collections::HashSet;

use aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY;
use aws_lc_rs::digest::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::form::FORM_TYPE;
use super::form::FieldKind;
use super::form::Form;
use super::ns;
use super::xml::Element;

#[cfg(test)]
mod tests;

/// An identity (XEP-0030 §3.1). `lang` and `name` may be empty. The order is that of §5.1, step 2.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    pub category: String,
    pub kind: String,
    pub lang: String,
    pub name: String,
}

/// What an entity is and can.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Info {
    pub identities: Vec<Identity>,
    pub features: Vec<String>,
    /// Of kind `result` (XEP-0128).
    pub forms: Vec<Form>,
}

/// A `<c/>` in a presence or in stream features (§4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caps {
    /// The name of the hash function as IANA has it, `sha-1`.
    pub hash: String,
    pub node: String,
    pub ver: String,
}

/// Why a disco#info answer has no verification string (§5.4, steps 3.3 to 3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IllFormed {
    #[error("the same identity twice")]
    Identities,
    #[error("the same feature twice")]
    Features,
    #[error("two forms of one FORM_TYPE, or a form with two of them")]
    Forms,
}

impl Identity {
    /// One without a language.
    pub fn new(category: &str, kind: &str, name: &str) -> Identity {
        Identity { category: category.into(), kind: kind.into(), lang: String::new(), name: name.into() }
    }
}

impl Info {
    /// The `<query/>` in disco#info, with the node it is asked for.
    pub fn to_element(&self, node: Option<&str>) -> Element {
        let some = |text: &String| (!text.is_empty()).then(|| text.clone());
        let identity = |identity: &Identity| {
            let element = Element::new(ns::DISCO_INFO, "identity")
                .attr("category", identity.category.as_str())
                .attr("type", identity.kind.as_str())
                .attr_some("name", some(&identity.name));
            match some(&identity.lang) {
                Some(tag) => element.in_language(tag),
                None => element,
            }
        };
        let feature = |var: &String| Element::new(ns::DISCO_INFO, "feature").attr("var", var.as_str());
        Element::new(ns::DISCO_INFO, "query")
            .attr_some("node", node)
            .children_from(self.identities.iter().map(identity))
            .children_from(self.features.iter().map(feature))
            .children_from(self.forms.iter().map(Form::to_element))
    }

    /// Reads a `<query/>` in disco#info. Forms that cannot be read are left out, as is what lacks
    /// a name. A `lang` is not inherited from `query` or the stanza: the answer would depend on
    /// the way it took.
    pub fn read(query: &Element) -> Info {
        let named = |name: &'static str| query.children().filter(move |child| child.is(ns::DISCO_INFO, name));
        let identity = |identity: &Element| {
            Some(Identity {
                category: identity.get("category")?.to_owned(),
                kind: identity.get("type")?.to_owned(),
                lang: identity.lang().unwrap_or_default().to_owned(),
                name: identity.get("name").unwrap_or_default().to_owned(),
            })
        };
        let forms = query.children().filter(|child| child.is(ns::DATA_FORMS, "x"));
        Info {
            identities: named("identity").filter_map(identity).collect(),
            features: named("feature").filter_map(|feature| feature.get("var").map(str::to_owned)).collect(),
            forms: forms.filter_map(|form| Form::parse(form).ok()).collect(),
        }
    }

    /// The verification string under SHA-1 (§5.1).
    pub fn ver(&self) -> Result<String, IllFormed> {
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, self.to_hash()?.as_bytes());
        Ok(STANDARD.encode(hash))
    }

    /// The text S that is hashed. `str` compares by bytes, which is i;octet. `<` inside a part is
    /// not escaped, for that is how everybody computes it: [`Caps::verify`] says what it costs.
    fn to_hash(&self) -> Result<String, IllFormed> {
        let mut s = String::with_capacity(1_024);
        let mut push = |parts: &[&str]| {
            parts.iter().for_each(|part| s.push_str(part));
            s.push('<');
        };
        for identity in sorted(self.identities.iter()).ok_or(IllFormed::Identities)? {
            let Identity { category, kind, lang, name } = identity;
            push(&[category, "/", kind, "/", lang, "/", name]);
        }
        for feature in sorted(self.features.iter()).ok_or(IllFormed::Features)? {
            push(&[feature]);
        }
        let mut forms = Vec::new();
        for form in &self.forms {
            if let Some(form_type) = form_type(form)? {
                forms.push((form_type, form));
            }
        }
        forms.sort_by_key(|(form_type, _)| *form_type);
        if forms.windows(2).any(|two| two[0].0 == two[1].0) {
            return Err(IllFormed::Forms);
        }
        for (form_type, form) in forms {
            push(&[form_type]);
            let mut fields: Vec<_> = form.fields.iter().filter(|field| field.var != FORM_TYPE).collect();
            fields.sort_by_key(|field| &field.var);
            for field in fields {
                push(&[&field.var]);
                let mut values: Vec<_> = field.values.iter().collect();
                values.sort();
                values.iter().for_each(|value| push(&[value]));
            }
        }
        Ok(s)
    }

    /// Whether a part contains `<`, the separator. Such an answer can have the same string as an
    /// honest one and say something else.
    fn is_ambiguous(&self) -> bool {
        let identity = |identity: &Identity| {
            [&identity.category, &identity.kind, &identity.lang, &identity.name]
                .map(|s| s.contains('<'))
                .contains(&true)
        };
        let form = |form: &Form| {
            form.fields
                .iter()
                .any(|field| field.var.contains('<') || field.values.iter().any(|value| value.contains('<')))
        };
        self.identities.iter().any(identity)
            || self.features.iter().any(|feature| feature.contains('<'))
            || self.forms.iter().any(form)
    }
}

impl Caps {
    /// Our own: what is announced for `info` under `node`, a URI of the software.
    pub fn of(node: &str, info: &Info) -> Result<Caps, IllFormed> {
        Ok(Caps { hash: "sha-1".into(), node: node.into(), ver: info.ver()? })
    }

    /// Reads a `<c/>`. `None`: another element, the legacy format, or without node or ver.
    pub fn read(c: &Element) -> Option<Caps> {
        let filled = |name| c.get(name).filter(|value| !value.is_empty()).map(str::to_owned);
        match c.is(ns::CAPS, "c") {
            true => Some(Caps { hash: filled("hash")?, node: filled("node")?, ver: filled("ver")? }),
            false => None,
        }
    }

    pub fn to_element(&self) -> Element {
        Element::new(ns::CAPS, "c")
            .attr("hash", self.hash.as_str())
            .attr("node", self.node.as_str())
            .attr("ver", self.ver.as_str())
    }

    /// The node that disco#info is asked for (§6.2).
    pub fn disco_node(&self) -> String {
        format!("{}#{}", self.node, self.ver)
    }

    /// Whether `info`, the answer to [`Caps::disco_node`], is what was announced and may be kept
    /// for all who announce the same (§5.4). An answer with `<` in a part may not: it could be
    /// made to hash like another one (§9.2).
    pub fn verify(&self, info: &Info) -> bool {
        self.hash == "sha-1" && !info.is_ambiguous() && info.ver().is_ok_and(|ver| ver == self.ver)
    }
}

/// In order. `None`: two are equal.
fn sorted<'a, T: Ord>(items: impl Iterator<Item = &'a T>) -> Option<Vec<&'a T>> {
    let mut items: Vec<_> = items.collect();
    items.sort();
    items.windows(2).all(|two| two[0] != two[1]).then_some(items)
}

/// The FORM_TYPE of a form that counts; `None`: a form to be ignored (§5.4, step 3.6).
fn form_type(form: &Form) -> Result<Option<&str>, IllFormed> {
    let Some(field) = form.get(FORM_TYPE) else { return Ok(None) };
    let values: HashSet<&str> = field.values.iter().map(String::as_str).collect();
    match values.len() {
        0 => Ok(None),
        1 => Ok((field.kind == Some(FieldKind::Hidden)).then(|| field.values[0].as_str())),
        _ => Err(IllFormed::Forms),
    }
}
