//! What keeps an authority from giving the domain its certificate: CAA records (RFC 8659) and broken signatures.
//!
//! Keeps no state.

use std::net::SocketAddr;

use crate::clock::Clock;
use crate::limits;
use crate::net::dns::Name;
use crate::net::dns::RData;
use crate::net::dns::RecordType;
use crate::net::dns::Resolver;
use crate::net::dns::ResponseCode;
use crate::net::dns::servers;
use crate::net::dns::servers::Said;
use crate::net::dns::servers::plain;

/// The authority that is asked where nothing else is said, as CAA names it.
pub const USUAL: &str = "letsencrypt.org";

/// Where CAA forbids it, and whom it allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forbidden {
    pub at: String,
    pub allowed: Vec<String>,
}

/// Climbs from the name towards the root to the first CAA records (RFC 8659 §3).
pub async fn forbids(name: &Name, authority: &str, asker: &Asker<'_>) -> Option<Forbidden> {
    let mut at = name.clone();
    while !at.is_root() {
        if let Said::Records { records, .. } = asker.ask(&at, RecordType::CAA).await
            && !records.is_empty()
        {
            return judge(&records, authority).map(|allowed| Forbidden { at: plain(&at), allowed });
        }
        at = at.base_name();
    }
    None
}

/// Asks one of the zone's own servers for names inside it, and the resolver above.
pub struct Asker<'a> {
    pub resolver: &'a Resolver,
    pub clock: &'a Clock,
    pub apex: &'a Name,
    pub server: Option<SocketAddr>,
}

impl Asker<'_> {
    async fn ask(&self, name: &Name, kind: RecordType) -> Said {
        match self.server.filter(|_| self.apex.zone_of(name)) {
            Some(server) => {
                let asked = servers::ask_server((self.resolver, self.clock, self.apex), server, name, kind).await;
                asked.unwrap_or(Said::Nothing)
            }
            None => servers::ask_resolver(self.resolver, name, kind).await,
        }
    }
}

/// `Some`: forbidden; those who are allowed.
fn judge(records: &[RData], authority: &str) -> Option<Vec<String>> {
    let mut allowed = Vec::new();
    let mut has_issue = false;
    for record in records {
        let RData::CAA(caa) = record else { continue };
        match caa.tag.to_ascii_lowercase().as_str() {
            "issue" => {
                has_issue = true;
                let value = String::from_utf8_lossy(&caa.value);
                let issuer = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
                // It is shown, on terminals too, and anybody can write anything there.
                let issuer: String =
                    issuer.chars().filter(char::is_ascii_graphic).take(limits::DNS_NAME_MAX_SIGNS).collect();
                allowed.extend(Some(issuer).filter(|issuer| !issuer.is_empty()));
            }
            "issuewild" | "iodef" | "contactemail" | "contactphone" | "issuemail" | "issuevmc" => {}
            // §4.5: who does not know a critical one, must not issue.
            _ if caa.issuer_critical => return Some(Vec::new()),
            _ => {}
        }
    }
    let forbids = has_issue && !allowed.iter().any(|issuer| issuer == authority);
    forbids.then_some(allowed)
}

/// Whether resolvers refuse the name because its signatures do not hold: refused, and known where signatures are left
/// aside (RFC 4035 §5.5).
pub async fn signatures_are_broken(resolver: &Resolver, name: &Name) -> bool {
    let Ok(checked) = resolver.fresh(name, RecordType::A, false).await else { return false };
    if checked.code != ResponseCode::ServFail {
        return false;
    }
    let unchecked = resolver.fresh(name, RecordType::A, true).await;
    unchecked.is_ok_and(|answer| matches!(answer.code, ResponseCode::NoError | ResponseCode::NXDomain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::dns::rdata::CAA;

    fn record(critical: bool, tag: &str, value: &str) -> RData {
        let mut caa = CAA::new_issue(critical, None, Vec::new());
        (caa.tag, caa.value) = (tag.to_owned(), value.as_bytes().to_vec());
        RData::CAA(caa)
    }

    #[test]
    fn rfc8659_4_2_only_who_is_named_may_issue() {
        let one = |tag, value| judge(&[record(false, tag, value)], USUAL);
        assert_eq!(one("issue", "letsencrypt.org; validationmethods=dns-01"), None);
        assert_eq!(one("ISSUE", " LetsEncrypt.org "), None);
        assert_eq!(one("issue", ";"), Some(Vec::new()));
        assert_eq!(one("issue", "other.example"), Some(vec!["other.example".to_owned()]));
        assert_eq!(one("iodef", "mailto:a@b.example"), None);
        assert_eq!(one("issuewild", ";"), None, "we ask for none with a star");
        assert_eq!(one("tbs", "?"), None);
        assert_eq!(judge(&[record(true, "tbs", "?")], USUAL), Some(Vec::new()), "§4.5");
        assert_eq!(one("issue", "\u{1b}[31mred\u{7}.example"), Some(vec!["[31mred.example".to_owned()]));
        let both = [record(false, "issue", "other.example"), record(false, "issue", USUAL)];
        assert_eq!(judge(&both, USUAL), None);
    }
}
