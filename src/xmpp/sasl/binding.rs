//! Channel bindings: RFC 9266 (tls-exporter), RFC 5929 §4 (tls-server-end-point), XEP-0440
//! version 1.0.0. Missing: tls-unique, on purpose (it is not defined for TLS 1.3).

use std::sync::Arc;

use crate::xmpp::ns;
use crate::xmpp::xml::Element;

/// What a channel binding is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindingType {
    TlsExporter,
    TlsServerEndPoint,
}

impl BindingType {
    /// As registered with IANA.
    pub fn name(self) -> &'static str {
        match self {
            BindingType::TlsExporter => "tls-exporter",
            BindingType::TlsServerEndPoint => "tls-server-end-point",
        }
    }
}

/// What one connection can be bound to. Nothing where there is no TLS. Cheap to clone.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Bindings {
    /// RFC 9266 §2; TLS 1.3, or 1.2 with extended master secret.
    pub exporter: Option<[u8; 32]>,
    /// The hash of the certificate that this connection was served (RFC 5929 §4.1).
    pub end_point: Option<Arc<[u8]>>,
}

impl Bindings {
    pub fn is_empty(&self) -> bool {
        self.exporter.is_none() && self.end_point.is_none()
    }

    /// The types there are, strongest first.
    pub fn types(&self) -> impl Iterator<Item = BindingType> {
        let exporter = self.exporter.as_ref().map(|_| BindingType::TlsExporter);
        exporter.into_iter().chain(self.end_point.as_ref().map(|_| BindingType::TlsServerEndPoint))
    }

    /// The data of the type with this name; `None` when it is not there.
    pub fn data(&self, name: &str) -> Option<&[u8]> {
        match self.types().find(|kind| kind.name() == name)? {
            BindingType::TlsExporter => self.exporter.as_ref().map(|data| &data[..]),
            BindingType::TlsServerEndPoint => self.end_point.as_deref(),
        }
    }

    /// The stream feature `<sasl-channel-binding/>` (XEP-0440 §2).
    pub fn element(&self) -> Element {
        let types = self.types().map(|kind| Element::new(ns::SASL_CB, "channel-binding").attr("type", kind.name()));
        Element::new(ns::SASL_CB, "sasl-channel-binding").children_from(types)
    }
}

/// Without the data: an exporter is as secret as the session.
impl std::fmt::Debug for Bindings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.types()).finish()
    }
}
