//! Addresses as the database has them: relative to our domain, so that it can change.
//!
//! Our domain is left out: «juliet@» is juliet at our domain, «conference.» its subdomain, «» the
//! domain itself; all else stands whole. Unambiguous, as a prepared domain is never empty and
//! has no dot at its end.

use crate::xmpp::jid::Jid;

/// The stored form of an address, resource and all.
pub fn relative(domain: &str, jid: &Jid) -> String {
    let text = jid.as_str();
    let start = jid.local().map_or(0, |local| local.len() + 1);
    let end = start + jid.domain().len();
    let mut stored = String::with_capacity(text.len());
    stored.push_str(&text[..start]);
    stored.push_str(relative_domain(domain, jid.domain()));
    stored.push_str(&text[end..]);
    stored
}

/// «conference.» of «conference.example.org», «» of «example.org», «elsewhere.org» whole.
fn relative_domain<'a>(domain: &str, of: &'a str) -> &'a str {
    match of.strip_suffix(domain) {
        Some(sub) if sub.is_empty() || sub.ends_with('.') => sub,
        _ => of,
    }
}

/// The address of a stored form. It is not prepared again. `None`: no stored form has it.
pub fn absolute(domain: &str, stored: &str) -> Option<Jid> {
    let (bare, resource) = match stored.split_once('/') {
        Some((bare, resource)) => (bare, Some(resource)),
        None => (stored, None),
    };
    let (local, of) = match bare.split_once('@') {
        Some((local, of)) => (Some(local), of),
        None => (None, bare),
    };
    if local.is_some_and(str::is_empty) || resource.is_some_and(str::is_empty) {
        return None;
    }
    match of.is_empty() || of.ends_with('.') {
        true => Some(Jid::of_prepared(local, &format!("{of}{domain}"), resource)),
        false => Some(Jid::of_prepared(local, of, resource)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stored(jid: &str) -> String {
        relative("example.org", &jid.parse().expect("an address"))
    }

    #[test]
    fn our_domain_is_left_out() {
        assert_eq!(stored("example.org"), "");
        assert_eq!(stored("juliet@example.org"), "juliet@");
        assert_eq!(stored("juliet@example.org/a@example.org"), "juliet@/a@example.org");
        assert_eq!(stored("room@conference.example.org/nick"), "room@conference./nick");
        assert_eq!(stored("a@notexample.org"), "a@notexample.org");
        assert_eq!(stored("org"), "org");
    }

    #[test]
    fn a_domain_without_labels_or_with_a_dot_at_its_end_is_no_address() {
        for domain in ["a..", "a.b..", ".", "..", ".a", "a..b"] {
            assert!(domain.parse::<Jid>().is_err(), "{domain}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn stored_and_back_is_the_same(text in "([a-c]{1,3}@)?([a-c]{1,2}\\.){0,2}(a\\.b|b|a)(/[a-c/@.]{1,4})?") {
            let jid: Jid = text.parse().expect("an address");
            prop_assert_eq!(absolute("a.b", &relative("a.b", &jid)), Some(jid));
        }
    }
}
