//! SASL PLAIN: RFC 4616.
//!
//! The password goes to the caller as it came; preparing it belongs to checking it (§2).

use zeroize::Zeroizing;

use crate::xmpp::jid::prepare_local;

use super::Offer;
use super::SaslError;

/// Somebody's claim to be `name`. The caller checks it.
pub struct Claim {
    /// A prepared local part.
    pub name: String,
    /// Not prepared, not empty.
    pub password: Zeroizing<String>,
}

impl std::fmt::Debug for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Claim").field("name", &self.name).finish_non_exhaustive()
    }
}

/// `message = [authzid] NUL authcid NUL passwd` (RFC 4616 §2).
pub(super) fn claim(offer: &Offer, message: &[u8]) -> Result<Claim, SaslError> {
    let text = std::str::from_utf8(message).map_err(|_| SaslError::malformed_request("not UTF-8"))?;
    let mut parts = text.split('\0');
    let (Some(authzid), Some(name), Some(password), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(SaslError::malformed_request("three parts are needed, with a NUL between them"));
    };
    if name.is_empty() || password.is_empty() {
        return Err(SaslError::malformed_request("the name or the password is missing"));
    }
    let name = prepare_local(name).map_err(|_| SaslError::wrong_password())?;
    if !authzid.is_empty() {
        offer.check_authzid(authzid, &name)?;
    }
    Ok(Claim { name, password: Zeroizing::new(password.to_owned()) })
}
