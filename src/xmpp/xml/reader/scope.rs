//! The namespaces that are declared at a place (Namespaces in XML 1.0).

use std::borrow::Cow;

use smallvec::SmallVec;

use super::lexis::not_well_formed;
use super::lexis::too_much;
use crate::limits::XML_MAX_NAMESPACE_BYTES;
use crate::limits::XML_MAX_NAMESPACES;
use crate::xmpp::error::StreamCondition;
use crate::xmpp::error::StreamError;
use crate::xmpp::ns;

#[derive(Clone, Debug)]
pub struct Binding<'a> {
    /// Empty: the default namespace.
    pub prefix: Cow<'a, str>,
    /// Empty: no namespace.
    pub ns: Cow<'a, str>,
}

/// Declarations, the innermost last. The first two are those every document starts with: `xml`,
/// and the default namespace.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    bindings: SmallVec<[Binding<'a>; 8]>,
}

impl<'a> Scope<'a> {
    pub fn new(default_ns: impl Into<Cow<'a, str>>) -> Scope<'a> {
        let mut bindings = SmallVec::new();
        bindings.push(Binding { prefix: Cow::Borrowed("xml"), ns: Cow::Borrowed(ns::XML) });
        bindings.push(Binding { prefix: Cow::Borrowed(""), ns: default_ns.into() });
        Scope { bindings }
    }

    /// A scope that starts with those of `outer`.
    pub fn inside(outer: &'a [Binding<'static>]) -> Scope<'a> {
        let lend = |b: &'a Binding<'static>| Binding { prefix: Cow::Borrowed(&*b.prefix), ns: Cow::Borrowed(&*b.ns) };
        let mut scope = Scope::new("");
        scope.bindings.extend(outer.iter().map(lend));
        scope
    }

    pub fn len(&self) -> usize {
        self.bindings.len()
    }

    pub fn truncate(&mut self, len: usize) {
        self.bindings.truncate(len);
    }

    pub fn ns(&self, binding: usize) -> &str {
        &self.bindings[binding].ns
    }

    /// The declarations beyond those every document starts with, as a stream keeps them. Those
    /// of an ordinary stream need no memory of their own.
    pub fn to_kept(&self) -> SmallVec<[Binding<'static>; 2]> {
        let keep = |b: &Binding<'a>| Binding {
            prefix: match &*b.prefix {
                "" => Cow::Borrowed(""),
                "stream" => Cow::Borrowed("stream"),
                other => Cow::Owned(other.to_owned()),
            },
            ns: ns::intern(&b.ns),
        };
        self.bindings[2..].iter().map(keep).collect()
    }

    /// A declaration of the element whose first binding is `mark` (Namespaces in XML 1.0 §3, §5, §6).
    pub fn declare(&mut self, prefix: &'a str, ns: Cow<'a, str>, mark: usize) -> Result<(), StreamError> {
        let reserved = *ns == *ns::XML || *ns == *ns::XMLNS;
        match prefix {
            "xmlns" => return Err(not_well_formed("the prefix xmlns is declared")),
            "xml" if *ns != *ns::XML => return Err(not_well_formed("the prefix xml is declared anew")),
            "xml" => {}
            _ if reserved => return Err(not_well_formed("a prefix for the namespace of xml or xmlns")),
            "" => {}
            _ if ns.is_empty() => return Err(not_well_formed("a prefix without a namespace")),
            _ => {}
        }
        if self.bindings[mark..].iter().any(|b| b.prefix == prefix) {
            return Err(not_well_formed("a namespace declared twice"));
        }
        if ns.len() > XML_MAX_NAMESPACE_BYTES {
            return Err(too_much("the name of a namespace is too long"));
        }
        if self.bindings.len() == XML_MAX_NAMESPACES {
            return Err(too_much("too many namespace declarations"));
        }
        self.bindings.push(Binding { prefix: Cow::Borrowed(prefix), ns });
        Ok(())
    }

    /// The binding of a prefix; of the default namespace for an empty one.
    pub fn find(&self, prefix: &str) -> Result<usize, StreamError> {
        let found = self.bindings.iter().rposition(|b| b.prefix == prefix);
        found.ok_or_else(|| not_well_formed("a prefix that is not declared"))
    }

    /// The same for an element's prefix. `xml` is for attributes only: there is no element in its
    /// namespace, and none could be written without that prefix.
    pub fn find_element(&self, prefix: &str) -> Result<usize, StreamError> {
        match prefix {
            "xml" => Err(StreamError::new(StreamCondition::BadNamespacePrefix, "an element with the prefix xml")),
            prefix => self.find(prefix),
        }
    }
}
