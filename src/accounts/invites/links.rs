//! What an invitation looks like in a message: a web address, and one that apps open (RFC 5122,
//! XEP-0401 §5, XEP-0445 §2). Apps want `;` between the parts and nothing escaped that need not be.
//!
//! Keeps no state.

use super::Kind;
use super::Made;

/// How links of this place begin. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    domain: String,
    web: String,
}

impl Links {
    /// `host`: the machine's own name, where it is not the domain. `https`: the port, unless it is
    /// the usual one or not known.
    pub fn new(domain: &str, host: Option<&str>, https: Option<u16>) -> Links {
        let host = host.unwrap_or(domain);
        let ascii = idna::domain_to_ascii(host).unwrap_or_else(|_| host.to_owned());
        let web = match https {
            None | Some(443) => format!("https://{ascii}"),
            Some(port) => format!("https://{ascii}:{port}"),
        };
        Links { domain: domain.to_owned(), web }
    }

    /// HOST, as A-labels.
    pub fn host(&self) -> &str {
        let host = self.web.trim_start_matches("https://");
        host.split_once(':').map_or(host, |(host, _)| host)
    }

    /// `https://HOST`, without a slash at the end.
    pub fn web(&self) -> &str {
        &self.web
    }

    /// The page of a link: `https://HOST/invite/TOKEN`, of a reset link `/reset/TOKEN`.
    pub fn landing(&self, made: &Made) -> String {
        self.landing_of(made.kind, &made.token)
    }

    /// The same from its parts.
    pub fn landing_of(&self, kind: Kind, token: &str) -> String {
        let page = if kind == Kind::Reset { "reset" } else { "invite" };
        format!("{}/{page}/{token}", self.web)
    }

    /// What apps open.
    pub fn xmpp(&self, made: &Made) -> String {
        self.xmpp_of(made.kind, &made.token, made.name.as_deref(), made.friend.as_deref())
    }

    /// The same from its parts. `name`: the one it is for, or whose password it resets; `friend`:
    /// the inviter, where the link makes a contact.
    pub fn xmpp_of(&self, kind: Kind, token: &str, name: Option<&str>, friend: Option<&str>) -> String {
        let domain = escape(&self.domain);
        match (kind, name, friend) {
            (Kind::Contact, _, Some(friend)) => format!("xmpp:{}@{domain}?roster;preauth={token}", escape(friend)),
            (_, Some(name), _) => format!("xmpp:{}@{domain}?register;preauth={token}", escape(name)),
            (Kind::Account, None, Some(friend)) => {
                format!("xmpp:{}@{domain}?roster;preauth={token};ibr=y", escape(friend))
            }
            _ => format!("xmpp:{domain}?register;preauth={token}"),
        }
    }

    /// Adds somebody of this place as a contact. Holds no secret.
    pub fn friend(&self, name: &str) -> String {
        format!("xmpp:{}@{}?roster", escape(name), escape(&self.domain))
    }

    /// Makes an account by this token, whoever invites.
    pub fn register(&self, token: &str) -> String {
        format!("xmpp:{}?register;preauth={token}", escape(&self.domain))
    }
}

/// RFC 5122 §2.2: what has a meaning in an address, and what is not ASCII, as `%XX`.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => escaped.push(char::from(byte)),
            other => escaped.push_str(&format!("%{other:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xep0401_5_links_have_the_forms_that_apps_accept() {
        let links = Links::new("münchen.test", Some("chat.münchen.test"), Some(8443));
        let xmpp = |kind, name, friend| links.xmpp_of(kind, "T-_", name, friend);
        assert_eq!(xmpp(Kind::Account, None, None), "xmpp:m%C3%BCnchen.test?register;preauth=T-_");
        let links = Links::new("a.test", None, Some(443));
        let xmpp = |kind, name, friend| links.xmpp_of(kind, "T-_", name, friend);
        assert_eq!(xmpp(Kind::Account, None, Some("mira")), "xmpp:mira@a.test?roster;preauth=T-_;ibr=y");
        assert_eq!(xmpp(Kind::Account, Some("tom"), Some("mira")), "xmpp:tom@a.test?register;preauth=T-_");
        assert_eq!(xmpp(Kind::Contact, None, Some("mi+ra")), "xmpp:mi%2Bra@a.test?roster;preauth=T-_");
        assert_eq!(xmpp(Kind::Reset, Some("tom"), None), "xmpp:tom@a.test?register;preauth=T-_");
        assert_eq!(links.friend("mi+ra"), "xmpp:mi%2Bra@a.test?roster");
        assert_eq!(links.landing_of(Kind::Account, "T"), "https://a.test/invite/T");
        assert_eq!(links.landing_of(Kind::Reset, "T"), "https://a.test/reset/T");
    }

    #[test]
    fn the_web_address_has_the_machine_and_an_unusual_port() {
        assert_eq!(Links::new("münchen.test", None, None).web(), "https://xn--mnchen-3ya.test");
        assert_eq!(Links::new("a.test", Some("chat.a.test"), Some(8443)).web(), "https://chat.a.test:8443");
    }
}
