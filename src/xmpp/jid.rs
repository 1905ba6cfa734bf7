//! Addresses: RFC 7622, with PRECIS (RFC 8264, RFC 8265) and IDNA 2008 (RFC 5890 to 5892).
//!
//! A [`Jid`] is always prepared, so equality on its bytes is equality of addresses, and its text
//! read again is the same `Jid`. Missing: JID escaping (XEP-0106), which is the clients' affair.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

mod prepare;
#[cfg(test)]
mod tests;

pub use prepare::ascii_domain;
pub use prepare::prepare_domain;
pub use prepare::prepare_local;
pub use prepare::prepare_resource;

/// An address: `[local@]domain[/resource]`, each part at most 1023 bytes, prepared. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Jid {
    text: Arc<str>,
    /// Bytes before the `@`; 0: no local part.
    local_len: u16,
    /// Where the bare address ends.
    bare_len: u16,
}

/// Why a text is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JidError {
    #[error("the name before the @ is empty, too long or has characters that names cannot have")]
    Local,
    #[error("the domain is empty, too long or not a valid domain")]
    Domain,
    #[error("the part behind the / is empty, too long or has characters that it cannot have")]
    Resource,
}

impl Jid {
    /// From unprepared parts (RFC 7622 §3). A `None` part is absent.
    pub fn from_parts(local: Option<&str>, domain: &str, resource: Option<&str>) -> Result<Jid, JidError> {
        let local = local.map(prepare::local).transpose()?;
        let domain = prepare::domain(domain)?;
        let resource = resource.map(prepare::resource).transpose()?;
        Ok(Jid::join(local.as_deref(), &domain, resource.as_deref()))
    }

    /// From parts that are prepared already, as the database has them.
    pub fn of_prepared(local: Option<&str>, domain: &str, resource: Option<&str>) -> Jid {
        Jid::join(local, domain, resource)
    }

    fn join(local: Option<&str>, domain: &str, resource: Option<&str>) -> Jid {
        let mut text =
            String::with_capacity(domain.len() + 2 + local.map_or(0, str::len) + resource.map_or(0, str::len));
        if let Some(local) = local {
            text.push_str(local);
            text.push('@');
        }
        text.push_str(domain);
        let bare_len = text.len() as u16;
        if let Some(resource) = resource {
            text.push('/');
            text.push_str(resource);
        }
        Jid { text: text.into(), local_len: local.map_or(0, str::len) as u16, bare_len }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn local(&self) -> Option<&str> {
        match self.local_len {
            0 => None,
            len => Some(&self.text[..len as usize]),
        }
    }

    pub fn domain(&self) -> &str {
        let start = if self.local_len == 0 { 0 } else { self.local_len as usize + 1 };
        &self.text[start..self.bare_len as usize]
    }

    pub fn resource(&self) -> Option<&str> {
        self.text.get(self.bare_len as usize + 1..)
    }

    pub fn is_bare(&self) -> bool {
        self.text.len() == self.bare_len as usize
    }

    /// `local@domain` as text, without a copy.
    pub fn bare_str(&self) -> &str {
        &self.text[..self.bare_len as usize]
    }

    /// Without the resource. No copy where there is none.
    pub fn to_bare(&self) -> Jid {
        match self.is_bare() {
            true => self.clone(),
            false => Jid { text: self.bare_str().into(), local_len: self.local_len, bare_len: self.bare_len },
        }
    }

    /// With another resource, which is prepared first.
    pub fn with_resource(&self, resource: &str) -> Result<Jid, JidError> {
        let resource = prepare::resource(resource)?;
        Ok(Jid::join(self.local(), self.domain(), Some(&resource)))
    }
}

impl FromStr for Jid {
    type Err = JidError;

    /// Splits at the first `/`, then at the first `@` (RFC 7622 §3.2).
    fn from_str(text: &str) -> Result<Jid, JidError> {
        let (bare, resource) = match text.split_once('/') {
            Some((bare, resource)) => (bare, Some(resource)),
            None => (text, None),
        };
        let (local, domain) = match bare.split_once('@') {
            Some((local, domain)) => (Some(local), domain),
            None => (None, bare),
        };
        let local = local.map(prepare::local).transpose()?;
        let domain = prepare::domain(domain)?;
        let resource = resource.map(prepare::resource).transpose()?;
        let local_len = local.as_ref().map_or(0, |local| local.len() + 1);
        let bare_len = local_len + domain.len();
        let len = bare_len + resource.as_ref().map_or(0, |resource| resource.len() + 1);
        let parts = [local.as_ref(), Some(&domain), resource.as_ref()];
        if len == text.len() && parts.into_iter().flatten().all(|part| matches!(part, Cow::Borrowed(_))) {
            // Prepared already, as most are: one copy, of the whole.
            return Ok(Jid {
                text: text.into(),
                local_len: local_len.saturating_sub(1) as u16,
                bare_len: bare_len as u16,
            });
        }
        Ok(Jid::join(local.as_deref(), &domain, resource.as_deref()))
    }
}

impl fmt::Display for Jid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Jid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
