//! SASL failures (RFC 6120 §6.5).

use std::borrow::Cow;
use std::fmt;

use crate::xmpp::ns;
use crate::xmpp::xml::Element;

macro_rules! conditions {
    ($($(#[$doc:meta])* $variant:ident $function:ident $name:literal;)*) => {
        /// A defined condition.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum SaslCondition { $($(#[$doc])* $variant,)* }

        impl SaslCondition {
            /// The element's name.
            pub fn as_str(self) -> &'static str {
                match self { $(SaslCondition::$variant => $name,)* }
            }
        }

        impl SaslError {
            $(
                #[doc = concat!("`<", $name, "/>` with this explanation for the log of the peer's developer; may be empty.")]
                pub fn $function(text: impl Into<Cow<'static, str>>) -> SaslError {
                    SaslError { condition: SaslCondition::$variant, text: text.into() }
                }
            )*
        }
    };
}

/// Ends one exchange. The stream goes on, the client may try again (RFC 6120 §6.4.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaslError {
    pub condition: SaslCondition,
    /// In English; empty: none is sent.
    pub text: Cow<'static, str>,
}

conditions! {
    /// §6.5.1: the client sent `<abort/>`.
    Aborted aborted "aborted";
    /// §6.5.2.
    AccountDisabled account_disabled "account-disabled";
    /// §6.5.3.
    CredentialsExpired credentials_expired "credentials-expired";
    /// §6.5.4: only after STARTTLS.
    EncryptionRequired encryption_required "encryption-required";
    /// §6.5.5: not base64.
    IncorrectEncoding incorrect_encoding "incorrect-encoding";
    /// §6.5.6.
    InvalidAuthzid invalid_authzid "invalid-authzid";
    /// §6.5.7: unknown or not offered.
    InvalidMechanism invalid_mechanism "invalid-mechanism";
    /// §6.5.8: against the mechanism's grammar.
    MalformedRequest malformed_request "malformed-request";
    /// §6.5.9.
    MechanismTooWeak mechanism_too_weak "mechanism-too-weak";
    /// §6.5.10: wrong name or wrong password, and never which of them.
    NotAuthorized not_authorized "not-authorized";
    /// §6.5.11: try again later.
    TemporaryAuthFailure temporary_auth_failure "temporary-auth-failure";
}

impl SaslError {
    /// The answer to a wrong password and to an unknown name, alike in every byte.
    pub fn wrong_password() -> SaslError {
        SaslError::not_authorized("the name or the password is wrong")
    }

    /// As `<failure/>`.
    pub fn element(&self) -> Element {
        let failure = Element::new(ns::SASL, "failure").child(Element::new(ns::SASL, self.condition.as_str()));
        if self.text.is_empty() {
            return failure;
        }
        failure.child(Element::new(ns::SASL, "text").in_language("en").with_text(self.text.clone()))
    }
}

impl fmt::Display for SaslError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text.is_empty() {
            true => f.write_str(self.condition.as_str()),
            false => write!(f, "{}: {}", self.condition.as_str(), self.text),
        }
    }
}

impl std::error::Error for SaslError {}
