//! Stanza errors (RFC 6120 §8.3) and stream errors (RFC 6120 §4.9).

use std::borrow::Cow;

use super::ns;
use super::xml::Element;

/// What the sender can do about it (RFC 6120 §8.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorType {
    Auth,
    Cancel,
    Continue,
    Modify,
    Wait,
}

impl ErrorType {
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorType::Auth => "auth",
            ErrorType::Cancel => "cancel",
            ErrorType::Continue => "continue",
            ErrorType::Modify => "modify",
            ErrorType::Wait => "wait",
        }
    }
}

macro_rules! conditions {
    ($($(#[$doc:meta])* $variant:ident $function:ident $name:literal $kind:ident;)*) => {
        /// A defined condition (RFC 6120 §8.3.3).
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Condition { $($(#[$doc])* $variant,)* }

        impl Condition {
            /// The element's name.
            pub fn as_str(self) -> &'static str {
                match self { $(Condition::$variant => $name,)* }
            }
            /// The type the RFC proposes for it.
            pub fn default_type(self) -> ErrorType {
                match self { $(Condition::$variant => ErrorType::$kind,)* }
            }
        }

        impl StanzaError {
            $(
                #[doc = concat!("`<", $name, "/>` with this explanation for the log of the peer's developer.")]
                pub fn $function(text: impl Into<Cow<'static, str>>) -> StanzaError {
                    StanzaError::new(Condition::$variant, text)
                }
            )*
        }
    };
}

/// An error that answers one stanza.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StanzaError {
    pub kind: ErrorType,
    pub condition: Condition,
    /// Empty: none is sent.
    pub text: Cow<'static, str>,
    /// The language of the text, as a tag. What only developers read is in English.
    pub lang: &'static str,
    /// The application's own condition (RFC 6120 §8.3.4). Boxed: errors travel in results.
    pub application: Option<Box<Element>>,
}

conditions! {
    BadRequest bad_request "bad-request" Modify;
    Conflict conflict "conflict" Cancel;
    FeatureNotImplemented feature_not_implemented "feature-not-implemented" Cancel;
    Forbidden forbidden "forbidden" Auth;
    Gone gone "gone" Cancel;
    InternalServerError internal_server_error "internal-server-error" Cancel;
    ItemNotFound item_not_found "item-not-found" Cancel;
    JidMalformed jid_malformed "jid-malformed" Modify;
    NotAcceptable not_acceptable "not-acceptable" Modify;
    NotAllowed not_allowed "not-allowed" Cancel;
    NotAuthorized not_authorized "not-authorized" Auth;
    PolicyViolation policy_violation "policy-violation" Modify;
    RecipientUnavailable recipient_unavailable "recipient-unavailable" Wait;
    Redirect redirect "redirect" Modify;
    RegistrationRequired registration_required "registration-required" Auth;
    RemoteServerNotFound remote_server_not_found "remote-server-not-found" Cancel;
    RemoteServerTimeout remote_server_timeout "remote-server-timeout" Wait;
    ResourceConstraint resource_constraint "resource-constraint" Wait;
    ServiceUnavailable service_unavailable "service-unavailable" Cancel;
    SubscriptionRequired subscription_required "subscription-required" Auth;
    UndefinedCondition undefined_condition "undefined-condition" Cancel;
    UnexpectedRequest unexpected_request "unexpected-request" Wait;
}

impl StanzaError {
    pub fn new(condition: Condition, text: impl Into<Cow<'static, str>>) -> StanzaError {
        StanzaError { kind: condition.default_type(), condition, text: text.into(), lang: "en", application: None }
    }

    /// The same with another type.
    pub fn of_type(mut self, kind: ErrorType) -> StanzaError {
        self.kind = kind;
        self
    }

    /// The same, its text being in that language.
    pub fn in_language(mut self, tag: &'static str) -> StanzaError {
        self.lang = tag;
        self
    }

    /// The same with an application's own condition.
    pub fn with(mut self, application: Element) -> StanzaError {
        self.application = Some(Box::new(application));
        self
    }

    /// The `<error/>` child of a stanza in `jabber:client`.
    pub fn to_element(&self) -> Element {
        let mut error = Element::new(ns::CLIENT, "error")
            .attr("type", self.kind.as_str())
            .child(Element::new(ns::STANZA_ERRORS, self.condition.as_str()));
        if !self.text.is_empty() {
            let text = Element::new(ns::STANZA_ERRORS, "text").in_language(self.lang);
            error = error.child(text.with_text(self.text.clone()));
        }
        match &self.application {
            Some(application) => error.child((**application).clone()),
            None => error,
        }
    }
}

/// A condition that ends a stream (RFC 6120 §4.9.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamCondition {
    BadFormat,
    BadNamespacePrefix,
    Conflict,
    ConnectionTimeout,
    HostGone,
    HostUnknown,
    ImproperAddressing,
    InternalServerError,
    InvalidFrom,
    InvalidNamespace,
    InvalidXml,
    NotAuthorized,
    NotWellFormed,
    PolicyViolation,
    RemoteConnectionFailed,
    Reset,
    ResourceConstraint,
    RestrictedXml,
    SystemShutdown,
    UndefinedCondition,
    UnsupportedEncoding,
    UnsupportedFeature,
    UnsupportedStanzaType,
    UnsupportedVersion,
}

impl StreamCondition {
    pub fn as_str(self) -> &'static str {
        use StreamCondition::*;
        match self {
            BadFormat => "bad-format",
            BadNamespacePrefix => "bad-namespace-prefix",
            Conflict => "conflict",
            ConnectionTimeout => "connection-timeout",
            HostGone => "host-gone",
            HostUnknown => "host-unknown",
            ImproperAddressing => "improper-addressing",
            InternalServerError => "internal-server-error",
            InvalidFrom => "invalid-from",
            InvalidNamespace => "invalid-namespace",
            InvalidXml => "invalid-xml",
            NotAuthorized => "not-authorized",
            NotWellFormed => "not-well-formed",
            PolicyViolation => "policy-violation",
            RemoteConnectionFailed => "remote-connection-failed",
            Reset => "reset",
            ResourceConstraint => "resource-constraint",
            RestrictedXml => "restricted-xml",
            SystemShutdown => "system-shutdown",
            UndefinedCondition => "undefined-condition",
            UnsupportedEncoding => "unsupported-encoding",
            UnsupportedFeature => "unsupported-feature",
            UnsupportedStanzaType => "unsupported-stanza-type",
            UnsupportedVersion => "unsupported-version",
        }
    }
}

/// An error that ends the stream.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {text}", condition.as_str())]
pub struct StreamError {
    pub condition: StreamCondition,
    /// In English; empty: none is sent.
    pub text: Cow<'static, str>,
    pub application: Option<Box<Element>>,
}

impl StreamError {
    pub fn new(condition: StreamCondition, text: impl Into<Cow<'static, str>>) -> StreamError {
        StreamError { condition, text: text.into(), application: None }
    }

    pub fn with(mut self, application: Element) -> StreamError {
        self.application = Some(Box::new(application));
        self
    }

    /// `<stream:error>…</stream:error>` for a stream whose prefix `stream` is declared.
    pub fn to_xml(&self) -> String {
        let mut out = String::from("<stream:error>");
        Element::new(ns::STREAM_ERRORS, self.condition.as_str()).write(&mut out, ns::CLIENT);
        if !self.text.is_empty() {
            let text = Element::new(ns::STREAM_ERRORS, "text").in_language("en");
            text.with_text(self.text.clone()).write(&mut out, ns::CLIENT);
        }
        if let Some(application) = &self.application {
            application.write(&mut out, ns::CLIENT);
        }
        out.push_str("</stream:error>");
        out
    }
}
