//! RFC 6121 §8.5.4 table 1 as dialogues: where a message goes, by address, type and who is there.

use super::script::{Dialogue, read};

/// Who is there, how it is set up, and for each address the four types' outcomes.
struct Condition {
    name: &'static str,
    setup: &'static [&'static str],
    rows: &'static [(&'static str, &'static str, [Outcome; 4])],
}

/// The table's letters. Where it leaves a choice, imera's: offline storage rather than an error.
#[derive(Clone, Copy, PartialEq)]
enum Outcome {
    /// Stored, and delivered to the next client that becomes available.
    O,
    /// An error, which is `service-unavailable`.
    E,
    /// Nobody hears of it.
    S,
    /// Silence or an error.
    SE,
    /// To the resource.
    D,
    /// To the most available resource, or to all.
    MA,
    /// To all that are not negative.
    A,
}

use Outcome::{A, D, E, MA, O, S, SE};

const TYPES: [&str; 4] = ["normal", "chat", "groupchat", "headline"];
const ONE: &str = "juliet/balcony connects, with priority 1";
const BARE: &str = "juliet@a.test";
const MATCH: &str = "juliet@a.test/balcony";
const GONE: &str = "juliet@a.test/gone";

const CONDITIONS: [Condition; 6] = [
    Condition {
        name: "the account does not exist",
        setup: &[],
        rows: &[("bare", "paris@a.test", [SE, SE, E, S]), ("full", "paris@a.test/x", [SE, SE, SE, SE])],
    },
    Condition {
        name: "the account exists, but no active resources",
        setup: &["account juliet exists"],
        rows: &[("bare", BARE, [O, O, E, S]), ("full (no match)", GONE, [SE, O, SE, SE])],
    },
    Condition {
        name: "a connected resource without presence",
        setup: &["juliet/balcony connects, without presence"],
        rows: &[
            ("bare", BARE, [O, O, E, S]),
            ("full match", MATCH, [D, D, D, D]),
            ("full no match", GONE, [SE, O, SE, SE]),
        ],
    },
    Condition {
        name: "negative resources, but no non-negative ones",
        setup: &["juliet/balcony connects, with priority -1"],
        rows: &[
            ("bare", BARE, [O, O, E, S]),
            ("full match", MATCH, [D, D, D, D]),
            ("full no match", GONE, [SE, O, SE, SE]),
        ],
    },
    Condition {
        name: "one non-negative resource",
        setup: &[ONE, "juliet/cellar connects, with priority -1"],
        rows: &[
            ("bare", BARE, [D, D, E, D]),
            ("full match", MATCH, [D, D, D, D]),
            ("full no match", GONE, [SE, D, SE, SE]),
        ],
    },
    Condition {
        name: "several non-negative resources",
        setup: &[ONE, "juliet/chamber connects, with priority 0"],
        rows: &[
            ("bare", BARE, [MA, MA, E, A]),
            ("full match", MATCH, [D, D, D, D]),
            ("full no match", GONE, [SE, MA, SE, SE]),
        ],
    },
];

/// All cells, 64 dialogues.
pub fn dialogues() -> Vec<Dialogue> {
    let mut text = String::from("# RFC 6121 §8.5.4.\n\n");
    for condition in &CONDITIONS {
        for (address, to, outcomes) in condition.rows {
            for (kind, outcome) in TYPES.iter().zip(outcomes) {
                text += &cell(condition, address, to, kind, *outcome);
            }
        }
    }
    read("tests/support/dialogue/table_1.rs", &text)
}

fn cell(condition: &Condition, address: &str, to: &str, kind: &str, outcome: Outcome) -> String {
    let mut text = format!("# RFC 6121 §8.5.4 table 1: {kind} message to {address}: {}.\n", condition.name);
    text += "romeo/orchard connects\n";
    for line in condition.setup {
        text += &format!("{line}\n");
    }
    text += "everyone catches up\n";
    let shown = if kind == "normal" { String::new() } else { format!(" type='{kind}'") };
    text += &format!("romeo/orchard sends <message to='{to}' id='m1'{shown}><body>hark</body></message>\n");
    let message = format!("<message from='romeo@a.test/orchard' to='{to}' id='m1'{shown}><body>hark</body></message>");
    let kept = message.replace("</message>", "<delay xmlns='urn:xmpp:delay' …/></message>");
    let there = |name: &str| condition.setup.iter().any(|line| line.starts_with(name));
    match outcome {
        O | S => {}
        E => text += "romeo/orchard receives error service-unavailable for m1\n",
        SE => text += "romeo/orchard may receive error service-unavailable for m1\n",
        D | MA | A => text += &format!("juliet/balcony receives {message}\n"),
    }
    match outcome {
        A => text += &format!("juliet/chamber receives {message}\n"),
        MA => text += &format!("juliet/chamber may receive {message}\n"),
        _ => {}
    }
    for name in ["romeo/orchard", "juliet/balcony", "juliet/chamber", "juliet/cellar"] {
        if there(name) || name == "romeo/orchard" {
            text += &format!("{name} receives nothing\n");
        }
    }
    if outcome == O {
        text += &format!("juliet/late connects\njuliet/late receives {kept}\n");
    } else if condition.name != "the account does not exist" {
        // What was not stored does not come later.
        text += "juliet/late connects, with priority 9\njuliet/late receives nothing\n";
    }
    text + "\n"
}
