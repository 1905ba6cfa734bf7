//! RFC 6121 appendix A as dialogues: one for each cell of its eight tables, 72 in all.
//!
//! Both people are of one server, so what the tables say of the sender and of the receiver is shown together. States
//! that the two sides of one server would never have (the contact approves what was not asked) come about by blocks
//! (XEP-0191): what one says while the other blocks is not heard.

use super::script::{Dialogue, read};

/// A state as romeo's roster sees juliet, with whether it shows as an item.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct State {
    name: &'static str,
    to: bool,
    from: bool,
    asked: bool,
    asking: bool,
}

const fn state(name: &'static str, to: bool, from: bool, asked: bool, asking: bool) -> State {
    State { name, to, from, asked, asking }
}

/// §A.1, in the order of all tables. `asked`: pending in; `asking`: pending out.
const STATES: [State; 9] = [
    state("None", false, false, false, false),
    state("None + Pending Out", false, false, false, true),
    state("None + Pending In", false, false, true, false),
    state("None + Pending Out+In", false, false, true, true),
    state("To", true, false, false, false),
    state("To + Pending In", true, false, true, false),
    state("From", false, true, false, false),
    state("From + Pending Out", false, true, false, true),
    state("Both", true, true, false, false),
];

/// A table: the type, whether each row routes or delivers, the new state of each row.
struct Table {
    number: usize,
    section: &'static str,
    kind: &'static str,
    passes: [bool; 9],
    new: [usize; 9],
}

const OUTBOUND: [Table; 4] = [
    Table { number: 2, section: "A.2.1", kind: "subscribe", passes: [true; 9], new: [1, 1, 3, 3, 4, 5, 7, 7, 8] },
    Table { number: 3, section: "A.2.2", kind: "unsubscribe", passes: [true; 9], new: [0, 0, 2, 2, 0, 2, 6, 6, 6] },
    Table {
        number: 4,
        section: "A.2.3",
        kind: "subscribed",
        passes: [false, false, true, true, false, true, false, false, false],
        new: [0, 1, 6, 7, 4, 8, 6, 7, 8],
    },
    Table {
        number: 5,
        section: "A.2.4",
        kind: "unsubscribed",
        passes: [false, false, true, true, false, true, true, true, true],
        new: [0, 1, 0, 1, 4, 4, 0, 1, 4],
    },
];

const INBOUND: [Table; 4] = [
    Table {
        number: 6,
        section: "A.3.1",
        kind: "subscribe",
        passes: [true, true, false, false, true, false, false, false, false],
        new: [2, 3, 2, 3, 5, 5, 6, 7, 8],
    },
    Table {
        number: 7,
        section: "A.3.2",
        kind: "unsubscribe",
        passes: [false, false, true, true, false, true, true, true, true],
        new: [0, 1, 0, 1, 4, 4, 0, 1, 4],
    },
    Table {
        number: 8,
        section: "A.3.3",
        kind: "subscribed",
        passes: [false, true, false, true, false, false, false, true, false],
        new: [0, 4, 2, 5, 4, 5, 6, 8, 8],
    },
    Table {
        number: 9,
        section: "A.3.4",
        kind: "unsubscribed",
        passes: [false, true, false, true, true, true, false, true, true],
        new: [0, 0, 2, 2, 0, 2, 6, 6, 6],
    },
];

/// What romeo (R) and juliet (J) say to come from nothing to each state.
const WAYS: [&[(char, &str)]; 9] = [
    &[],
    &[('R', "subscribe")],
    &[('J', "subscribe")],
    &[('R', "subscribe"), ('J', "subscribe")],
    &[('R', "subscribe"), ('J', "subscribed")],
    &[('R', "subscribe"), ('J', "subscribed"), ('J', "subscribe")],
    &[('J', "subscribe"), ('R', "subscribed")],
    &[('J', "subscribe"), ('R', "subscribed"), ('R', "subscribe")],
    &[('J', "subscribe"), ('R', "subscribed"), ('R', "subscribe"), ('J', "subscribed")],
];

/// The same state seen by juliet.
fn mirror(state: usize) -> usize {
    [0, 2, 1, 3, 6, 7, 4, 5, 8][state]
}

/// All 72 cells.
pub fn dialogues() -> Vec<Dialogue> {
    let mut text = String::from("# RFC 6121 appendix A.\n\n");
    for table in &OUTBOUND {
        for row in 0..9 {
            text += &outbound(table, row);
        }
    }
    for table in &INBOUND {
        for row in 0..9 {
            let reachable = OUTBOUND.iter().find(|outbound| outbound.kind == table.kind);
            text += &match reachable {
                Some(outbound) if outbound.passes[mirror(row)] => inbound(table, row),
                _ => unasked(table, row),
            };
        }
    }
    read("tests/support/dialogue/appendix_a.rs", &text)
}

fn say(who: char, kind: &str) -> String {
    match who {
        'R' => format!("romeo/orchard sends <presence to='juliet@a.test' type='{kind}'/>\n"),
        _ => format!("juliet/balcony sends <presence to='romeo@a.test' type='{kind}'/>\n"),
    }
}

/// Title, both online, and the way to the state.
fn opening(table: &Table, row: usize, what: &str, passes: &str) -> String {
    let mut text = format!(
        "# RFC 6121 §{}, table {}: {what} \"{}\" in state \"{}\" is {passes}, new state \"{}\".\n",
        table.section, table.number, table.kind, STATES[row].name, STATES[table.new[row]].name
    );
    text += "romeo/orchard connects, with roster\njuliet/balcony connects, with roster\n";
    text += &way(row);
    text
}

fn way(row: usize) -> String {
    let mut text = String::new();
    for (who, kind) in WAYS[row] {
        text += &say(*who, kind);
        text += "everyone catches up\n";
    }
    text
}

fn outbound(table: &Table, row: usize) -> String {
    let passes = table.passes[row];
    let mut text = opening(table, row, "outbound", if passes { "routed" } else { "not routed" });
    text += &say('R', table.kind);
    text += &seen(table, row, 'R');
    text + &final_states(table, table.new[row], mirror(table.new[row]))
}

fn inbound(table: &Table, row: usize) -> String {
    let passes = table.passes[row];
    let mut text = opening(table, row, "inbound", if passes { "delivered" } else { "not delivered" });
    text += &say('J', table.kind);
    let outbound = OUTBOUND.iter().find(|outbound| outbound.kind == table.kind).unwrap_or(&OUTBOUND[0]);
    text += &seen(outbound, mirror(row), 'J');
    text + &final_states(table, table.new[row], mirror(table.new[row]))
}

/// What both receive when `speaker`, being in `row` of the outbound `table`, has spoken.
fn seen(table: &Table, row: usize, speaker: char) -> String {
    let (own, other, own_jid, other_jid) = match speaker {
        'R' => ("romeo/orchard", "juliet/balcony", "romeo@a.test", "juliet@a.test"),
        _ => ("juliet/balcony", "romeo/orchard", "juliet@a.test", "romeo@a.test"),
    };
    let inbound = INBOUND.iter().find(|inbound| inbound.kind == table.kind).unwrap_or(&INBOUND[0]);
    let (before, after) = (STATES[row], STATES[table.new[row]]);
    let (other_before, other_row) = (STATES[mirror(row)], mirror(row));
    let other_after = STATES[inbound.new[other_row]];
    let (mut own_sees, mut other_sees) = (Vec::new(), Vec::new());
    let preapproves = table.kind == "subscribed" && !table.passes[row] && !before.from;
    if before != after && item_visible(after, before, true) {
        own_sees.push(push(other_jid, after));
    } else if preapproves {
        own_sees.push(push(other_jid, after).replace("/></query>", " approved='true'/></query>"));
    }
    if table.passes[row] && inbound.passes[other_row] {
        other_sees.push(format!("<presence from='{own_jid}' to='{other_jid}' type='{}'/>", table.kind));
        // A request alone makes no item and shows in none.
        let shows = (other_before.to, other_before.from, other_before.asking)
            != (other_after.to, other_after.from, other_after.asking);
        if shows {
            other_sees.push(push(own_jid, other_after));
        }
    }
    let own_full = format!("{own_jid}/{}", own.split('/').nth(1).unwrap_or(""));
    let other_full = format!("{other_jid}/{}", other.split('/').nth(1).unwrap_or(""));
    if after.from && !before.from {
        other_sees.push(format!("<presence from='{own_full}' to='{other_jid}'>…</presence>"));
    }
    if before.from && !after.from {
        other_sees.push(format!("<presence from='{own_full}' to='{other_jid}' type='unavailable'>…</presence>"));
    }
    if before.to && !after.to {
        own_sees.push(format!("<presence from='{other_full}' to='{own_jid}' type='unavailable'>…</presence>"));
    }
    let mut text = block(own, &own_sees) + &block(other, &other_sees);
    // Allowed: a push that changes nothing, §3.1.3's "unavailable" as a receipt, presence told once more.
    if before == after && !preapproves {
        text += &format!("{own} may receive {}\n", push(other_jid, after));
    }
    if table.kind == "subscribe" {
        text += &format!("{own} may receive <presence from='{other_jid}' type='unavailable'/>\n");
        text += &format!("{own} may receive <presence from='{other_full}'>…</presence>\n");
    }
    text + &format!("{own} receives nothing\n{other} receives nothing\n")
}

/// Whether the change of state shows in romeo's own roster; `had`: an item is there or is made now.
fn item_visible(after: State, before: State, had: bool) -> bool {
    had && (after.to, after.from, after.asking) != (before.to, before.from, before.asking)
}

fn block(who: &str, sees: &[String]) -> String {
    if sees.is_empty() {
        return String::new();
    }
    let lines: String = sees.iter().map(|line| format!("  {line}\n")).collect();
    format!("{who} receives in any order:\n{lines}")
}

fn item(jid: &str, state: State) -> String {
    let subscription = match (state.to, state.from) {
        (false, false) => "none",
        (true, false) => "to",
        (false, true) => "from",
        (true, true) => "both",
    };
    let ask = if state.asking { " ask='subscribe'" } else { "" };
    format!("<item jid='{jid}' subscription='{subscription}'{ask}/>")
}

fn push(jid: &str, state: State) -> String {
    format!("<iq type='set' id='…'><query xmlns='jabber:iq:roster' ver='…'>{}</query></iq>", item(jid, state))
}

/// A cell that two sides in step never reach: juliet answers a request that romeo has taken back or never made.
fn unasked(table: &Table, row: usize) -> String {
    let mut text = String::new();
    if STATES[row].to {
        // juliet takes back her approval unheard, is asked again, and approves once more.
        text += &opening(table, row, "inbound", "not delivered");
        text += &unheard("romeo/orchard", "juliet", &say('J', "unsubscribed"));
        text += &say('R', "subscribe");
    } else {
        // romeo has asked, and takes it back unheard.
        let asked = [1, 1, 3, 3, 5, 5, 7, 7, 8][row];
        let title = opening(table, row, "inbound", "not delivered");
        text += &title[..title.len() - way(row).len()];
        text += &way(asked);
        text += &unheard("juliet/balcony", "romeo", &say('R', "unsubscribe"));
    }
    text += "everyone catches up\n";
    text += &say('J', table.kind);
    text +=
        &format!("romeo/orchard does not receive <presence type='{}' from='juliet@a.test'>…</presence>\n", table.kind);
    text += "romeo/orchard does not receive <iq type='set'><query xmlns='jabber:iq:roster' …>…</query></iq>\n";
    text +=
        "romeo/orchard sends <iq type='get' id='final'><query xmlns='jabber:iq:roster'/></iq>\neveryone catches up\n";
    let made = WAYS[row].iter().any(|(who, _)| *who == 'R') || !STATES[row].to;
    text += &roster("romeo/orchard", "juliet@a.test", STATES[table.new[row]], made);
    text + "\n"
}

/// `what` is said while `blocker` blocks the other.
fn unheard(blocker: &str, blocked: &str, what: &str) -> String {
    let list = format!("xmlns='urn:xmpp:blocking'><item jid='{blocked}@a.test'/>");
    format!(
        "{blocker} sends <iq type='set' id='b1'><block {list}</block></iq>\neveryone catches up\n{what}everyone catches up\n\
         {blocker} sends <iq type='set' id='b2'><unblock {list}</unblock></iq>\neveryone catches up\n"
    )
}

fn roster(who: &str, contact: &str, state: State, has_item: bool) -> String {
    let inside = if has_item { item(contact, state).replace("/>", " …/>") } else { String::new() };
    let inside = inside.replace("<item ", "<item xmlns='jabber:iq:roster' ");
    let query = if has_item {
        format!("<query xmlns='jabber:iq:roster' ver='…'>{inside}</query>")
    } else {
        "<query xmlns='jabber:iq:roster' ver='…'/>".to_owned()
    };
    format!(
        "{who} sends <iq type='get' id='last'><query xmlns='jabber:iq:roster'/></iq>\n\
         {who} receives <iq type='result' id='last'>{query}</iq>\n"
    )
}

/// Both rosters, and what a new client of each is told: presence it may see, requests that wait.
fn final_states(table: &Table, romeo: usize, juliet: usize) -> String {
    let mut text = String::new();
    let sides = [("romeo", "orchard", "juliet", "balcony", romeo), ("juliet", "balcony", "romeo", "orchard", juliet)];
    for (name, resource, other, other_resource, state) in sides {
        let state = STATES[state];
        text += &format!("{name}/check connects, without presence\n");
        let query = "<query xmlns='jabber:iq:roster'/>";
        text += &format!("{name}/check sends <iq type='get' id='last'>{query}</iq>\n");
        text += &format!("{name}/check receives <iq type='result' id='last'><query xmlns='jabber:iq:roster' ver='…'>");
        text += &match (state.to || state.from || state.asking, table.kind) {
            (true, _) => format!("{}</query></iq>\n", item(&format!("{other}@a.test"), state).replace("/>", " …/>")),
            (false, _) => "…</query></iq>\n".to_owned(),
        };
        text += &format!("{name}/check sends <presence/>\n{name}/check receives in any order:\n");
        text += &format!(
            "  <presence from='{name}@a.test/check'/>\n  <presence from='{name}@a.test/{resource}'>…</presence>\n"
        );
        if state.to {
            text += &format!("  <presence from='{other}@a.test/{other_resource}'>…</presence>\n");
        }
        if state.asked {
            text += &format!("  <presence from='{other}@a.test' to='{name}@a.test' type='subscribe'>…</presence>\n");
        }
        text += &format!("{name}/check receives nothing\n{name}/check closes\neveryone catches up\n");
    }
    text + "\n"
}
