//! Why a name has no certificate: what the authority said, as something that people can act on.
//!
//! RFC 8555 §6.7 for its types of problems. Keeps no state.

use instant_acme::Problem;

use crate::clock::UtcMicros;
use crate::notices;
use crate::notices::Severity;
use crate::texts::Text;

/// Why a name failed. What the authority wrote stands beside it, as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The authority does not find the name's address.
    Dns,
    /// It found an address, but nobody answers there, or refuses.
    Connection,
    /// Somebody answers there, but not this imera.
    WrongAnswer,
    /// A CAA record lets other authorities certify only.
    Caa,
    /// Too many were asked for; not before `until`.
    RateLimited { until: UtcMicros },
    /// The authority itself does not answer, or has trouble of its own.
    Unreachable,
    /// This machine's clock is wrong by so much; positive: it is ahead. `None`: the authority's own certificate does
    /// not hold by it.
    Clock { ahead_s: Option<i64> },
    /// The authority does not certify such a name.
    Rejected,
    /// It wants an account that was made at its own site first (RFC 8555 §7.3.4), or refuses the one that was given.
    Account,
    /// None of the ways of proof can be gone here: no door for it is open, or the authority offers it not.
    NoWay,
    /// The proof was to stand in a record of the domain.
    Record(Record),
    /// Something else; its own words say what.
    Unknown,
}

/// What keeps a proof from standing in a record of the domain (dns-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    /// `_acme-challenge` does not lead to where we may write.
    Alias,
    /// Its aliases go round in a circle.
    Loop,
    /// Nobody speaks for the zone that it leads to.
    Nowhere,
    /// The name server does not accept our key.
    Key,
    /// Its clock and ours are too far apart for signatures.
    Clock,
    /// It does not let us write there.
    Refused,
    /// It does not answer.
    Silent,
    /// The zone's own name servers do not show in time what was written.
    Late,
    /// They show it, but the authority has not seen it.
    Unseen,
}

impl Record {
    const ALL: [(Record, &str); 9] = [
        (Record::Alias, "record_alias"),
        (Record::Loop, "record_loop"),
        (Record::Nowhere, "record_nowhere"),
        (Record::Key, "record_key"),
        (Record::Clock, "record_clock"),
        (Record::Refused, "record_refused"),
        (Record::Silent, "record_silent"),
        (Record::Late, "record_late"),
        (Record::Unseen, "record_unseen"),
    ];
}

impl Cause {
    /// Each [`Cause::key`].
    pub const KEYS: &[&str] = &[
        "dns",
        "connection",
        "answer",
        "caa",
        "rate",
        "authority",
        "clock",
        "rejected",
        "account",
        "way",
        "record_alias",
        "record_loop",
        "record_nowhere",
        "record_key",
        "record_clock",
        "record_refused",
        "record_silent",
        "record_late",
        "record_unseen",
        "unknown",
    ];

    /// One word, for logs, notices and the database.
    pub fn key(&self) -> &'static str {
        match self {
            Cause::Dns => "dns",
            Cause::Connection => "connection",
            Cause::WrongAnswer => "answer",
            Cause::Caa => "caa",
            Cause::RateLimited { .. } => "rate",
            Cause::Unreachable => "authority",
            Cause::Clock { .. } => "clock",
            Cause::Rejected => "rejected",
            Cause::Account => "account",
            Cause::NoWay => "way",
            Cause::Record(record) => {
                let named = Record::ALL.iter().find(|(one, _)| one == record);
                named.map_or("unknown", |(_, key)| *key)
            }
            Cause::Unknown => "unknown",
        }
    }

    /// What happened and what to do, in words for people.
    pub fn words(&self) -> (Text, Text) {
        notices::words(&format!("acme_{}", self.key()), Severity::Warning)
    }

    /// From the [`Cause::key`] of the database, where `until` is when it is tried again.
    pub fn of_key(key: &str, until: UtcMicros) -> Cause {
        match key {
            "dns" => Cause::Dns,
            "connection" => Cause::Connection,
            "answer" => Cause::WrongAnswer,
            "caa" => Cause::Caa,
            "rate" => Cause::RateLimited { until },
            "authority" => Cause::Unreachable,
            "clock" => Cause::Clock { ahead_s: None },
            "rejected" => Cause::Rejected,
            "account" => Cause::Account,
            "way" => Cause::NoWay,
            other => {
                let named = Record::ALL.iter().find(|(_, key)| *key == other);
                named.map_or(Cause::Unknown, |(record, _)| Cause::Record(*record))
            }
        }
    }

    /// What the authority answered. `until`: when it may be asked again, where it limits.
    pub fn of_problem(problem: &Problem, until: UtcMicros) -> Cause {
        let name = problem.r#type.as_deref().unwrap_or_default();
        let name = name.strip_prefix("urn:ietf:params:acme:error:").unwrap_or(name);
        match name {
            "dns" => Cause::Dns,
            "connection" | "tls" => Cause::Connection,
            "unauthorized" | "incorrectResponse" => Cause::WrongAnswer,
            "caa" => Cause::Caa,
            "rateLimited" => Cause::RateLimited { until },
            "rejectedIdentifier" | "unsupportedIdentifier" => Cause::Rejected,
            "serverInternal" | "badNonce" => Cause::Unreachable,
            "externalAccountRequired" | "userActionRequired" | "accountDoesNotExist" | "invalidContact" => {
                Cause::Account
            }
            _ => Cause::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc8555_6_7_what_the_authority_answers_becomes_a_cause() {
        let problem = |name: &str| Problem {
            r#type: Some(format!("urn:ietf:params:acme:error:{name}")),
            detail: None,
            status: None,
            subproblems: Vec::new(),
        };
        for (name, cause) in [
            ("dns", Cause::Dns),
            ("connection", Cause::Connection),
            ("tls", Cause::Connection),
            ("unauthorized", Cause::WrongAnswer),
            ("caa", Cause::Caa),
            ("rateLimited", Cause::RateLimited { until: 7 }),
            ("rejectedIdentifier", Cause::Rejected),
            ("serverInternal", Cause::Unreachable),
            ("externalAccountRequired", Cause::Account),
            ("of-tomorrow", Cause::Unknown),
        ] {
            assert_eq!(Cause::of_problem(&problem(name), 7), cause, "{name}");
            assert_eq!(Cause::of_key(cause.key(), 7), cause, "{name}");
            assert!(Cause::KEYS.contains(&cause.key()), "{name}");
        }
        for (record, key) in Record::ALL {
            assert_eq!((Cause::Record(record).key(), Cause::of_key(key, 7)), (key, Cause::Record(record)));
        }
        assert!(Cause::KEYS.iter().all(|key| Cause::of_key(key, 7).key() == *key));
    }
}
