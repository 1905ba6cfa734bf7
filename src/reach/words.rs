//! What is told of records, for pages, the command line and checks alike. Keeps no state.

use super::judge::State;
use super::judge::Why;
use super::look::Judged;
use super::look::Trouble;
use super::wanted::Row;
use super::wanted::Value;
use crate::limits;
use crate::texts::Text;
use crate::texts::text;

/// What a record is called.
pub fn name(row: Row) -> Text {
    match row {
        Row::Machine => text("record-machine"),
        Row::Newer => text("record-newer"),
        Row::Apps => text("record-apps"),
        Row::Hotel => text("record-hotel"),
        Row::Servers => text("record-servers"),
        Row::Alias => text("record-alias"),
        Row::Proof => text("record-proof"),
    }
}

/// What it is for.
pub fn what_for(row: Row, domain: &str) -> Text {
    match row {
        Row::Machine => text("record-machine-why"),
        Row::Newer => text("record-newer-why"),
        Row::Apps => text("record-apps-why").with("domain", domain),
        Row::Hotel => text("record-hotel-why"),
        Row::Servers => text("record-servers-why"),
        Row::Alias => text("record-alias-why"),
        Row::Proof => text("record-proof-why"),
    }
}

/// One or two words of its state.
pub fn chip(state: &State) -> Text {
    match state {
        State::Waiting => text("record-waiting"),
        State::Found { .. } => text("record-found"),
        State::FoundOn { on, of } => text("record-found-on").with("on", *on).with("of", *of),
        State::Wrong { .. } => text("record-wrong"),
        State::NotNeeded => text("record-not-needed"),
        State::CouldNotLook => text("record-no-look"),
        State::Later => text("record-later"),
    }
}

/// What was seen, and what it means.
pub enum Told {
    Nothing,
    /// What to do, or that there is nothing to do.
    Next(Text),
    /// What was found instead, before it.
    Found(Text, Text),
}

/// The words under a record, which has been in its state `for_s` seconds.
pub fn told(row: &Judged, for_s: u64) -> Told {
    let name = row.wanted.name.as_str();
    match &row.state {
        State::Found { via: Some(via), unsure: None } => Told::Next(text("record-via").with("name", via)),
        State::Found { unsure: Some(seen), .. } => Told::Next(text("record-unsure").with("value", seen)),
        State::Found { .. } => Told::Nothing,
        State::Waiting if for_s >= limits::RECORD_DOUBTED_S => {
            Told::Next(text("record-waiting-long").with("name", name))
        }
        State::Waiting => Told::Next(text("record-waiting-next").with("name", name)),
        State::FoundOn { .. } => Told::Next(text("record-copying")),
        State::NotNeeded => Told::Next(text("record-not-needed-next")),
        State::CouldNotLook if for_s >= limits::SERVERS_DOUBTED_S => Told::Next(text("record-no-look-long")),
        State::CouldNotLook => Told::Next(text("record-no-look-next")),
        State::Later => Told::Next(text("record-later-next")),
        State::Wrong { why: Why::NotOffered, .. } => Told::Next(text("record-wrong-none")),
        State::Wrong { why: Why::Loop, seen } => Told::Next(text("record-wrong-loop").with("name", seen)),
        State::Wrong { seen, why } => {
            Told::Found(text("record-seen").with("value", seen), wrong(why, &row.wanted.value))
        }
    }
}

fn wrong(why: &Why, value: &Value) -> Text {
    match why {
        Why::AnotherMachine => text("record-wrong-machine"),
        Why::Private => text("record-wrong-private"),
        Why::ForeignServer(_) => text("record-wrong-foreign"),
        Why::OtherPort(port) => text("record-wrong-port").with("port", port.to_string()),
        Why::Parked => text("record-wrong-parked"),
        Why::Proxy(network) => text("record-wrong-proxy").with("network", *network),
        Why::NoIpv6 => text("record-wrong-ipv6"),
        Why::NotOffered => text("record-wrong-none"),
        Why::OtherZone(zone) => text("record-wrong-zone").with("zone", zone),
        Why::OtherRedirect => text("record-wrong-redirect"),
        Why::Loop => text("record-wrong-loop").with("name", value.to_string()),
    }
}

/// Heading and next step of what is wrong with the domain as a whole.
pub fn trouble(trouble: &Trouble, domain: &str) -> (Text, Text) {
    let servers = |servers: &[String]| servers.join(", ");
    match trouble {
        Trouble::NoInternet => (text("reach-offline"), text("reach-offline-next")),
        Trouble::NoDomain => (text("reach-nobody").with("domain", domain), text("reach-nobody-next")),
        Trouble::NoServers => (text("reach-no-servers").with("domain", domain), text("reach-no-servers-next")),
        Trouble::Silent { servers: none } if none.is_empty() => {
            (text("reach-slow").with("domain", domain), text("reach-silent-next"))
        }
        Trouble::Silent { servers: all } => {
            (text("reach-silent").with("servers", servers(all)), text("reach-silent-next"))
        }
        Trouble::Lame { servers: some } => {
            (text("reach-lame").with("servers", servers(some)), text("reach-lame-next").with("domain", domain))
        }
        Trouble::Signatures => (text("reach-signatures").with("domain", domain), text("reach-signatures-next")),
        Trouble::Caa(forbidden) if forbidden.allowed.is_empty() => {
            (text("reach-caa").with("domain", &forbidden.at), text("reach-caa-nobody"))
        }
        Trouble::Caa(forbidden) => {
            let next = text("reach-caa-others").with("others", servers(&forbidden.allowed));
            (text("reach-caa").with("domain", &forbidden.at), next)
        }
    }
}
