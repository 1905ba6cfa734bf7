//! Every cell of RFC 6121 tables 2 to 9, as published, and the rules of §2.5, §3.1 to §3.4.

use super::Broadcast::{Current, Unavailable};
use super::Subscription::{Subscribe, Subscribed, Unsubscribe, Unsubscribed};
use super::*;

/// The nine states by the names of §A.1.
const NAMES: [(&str, Half, Half); 9] = [
    ("None", Half::No, Half::No),
    ("None + Pending Out", Half::Pending, Half::No),
    ("None + Pending In", Half::No, Half::Pending),
    ("None + Pending Out+In", Half::Pending, Half::Pending),
    ("To", Half::Subscribed, Half::No),
    ("To + Pending In", Half::Subscribed, Half::Pending),
    ("From", Half::No, Half::Subscribed),
    ("From + Pending Out", Half::Pending, Half::Subscribed),
    ("Both", Half::Subscribed, Half::Subscribed),
];

fn state(name: &str) -> State {
    let (_, to, from) = NAMES.into_iter().find(|(known, ..)| *known == name).expect("a name of appendix A.1");
    State { to, from, approved: false }
}

fn approved(name: &str) -> State {
    State { approved: true, ..state(name) }
}

/// Checks a table of appendix A: existing state, ROUTE? or DELIVER?, new state.
fn check(published: &str, step: fn(State, Subscription) -> Step, kind: Subscription) {
    let rows: Vec<&str> = published.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(rows.len(), NAMES.len());
    for (row, (name, ..)) in rows.iter().zip(NAMES) {
        let cells: Vec<&str> = row.split('|').map(|cell| cell.trim().trim_matches('"')).collect();
        let [_, existing, pass, new, _] = cells[..] else { panic!("not a row: {row}") };
        assert_eq!(existing, name);
        let before = state(existing);
        let after = match new {
            "no state change" | "no state change [1]" => before,
            "pre-approval [1]" => approved(existing),
            new => state(new),
        };
        let got = step(before, kind);
        assert_eq!(got.state, after, "{row}");
        assert_eq!(got.pass, pass.starts_with("MUST"), "{row}");
        assert_eq!(got.push, after.shown() != before.shown(), "{row}");
    }
}

#[test]
fn rfc6121_a_1_the_nine_states_are_reflected_in_the_roster_item() {
    let shown = [
        ("None", "none", false),
        ("None + Pending Out", "none", true),
        ("None + Pending In", "none", false),
        ("None + Pending Out+In", "none", true),
        ("To", "to", false),
        ("To + Pending In", "to", false),
        ("From", "from", false),
        ("From + Pending Out", "from", true),
        ("Both", "both", false),
    ];
    for (name, subscription, ask) in shown {
        let state = state(name);
        assert_eq!((state.subscription(), state.ask()), (subscription, ask), "{name}");
        assert_eq!(State::of(subscription, ask, state.pending_in(), false), Some(state), "{name}");
    }
    assert_eq!(State::of("remove", false, false, false), None);
    assert_eq!(State::of("both", true, true, false), Some(state("Both")));
}

#[test]
fn rfc6121_a_2_1_outbound_subscribe() {
    check(
        r#"
        |  "None"                  |  MUST [1] |  "None + Pending Out"     |
        |  "None + Pending Out"    |  MUST     |  no state change          |
        |  "None + Pending In"     |  MUST [1] |  "None + Pending Out+In"  |
        |  "None + Pending Out+In" |  MUST     |  no state change          |
        |  "To"                    |  MUST     |  no state change          |
        |  "To + Pending In"       |  MUST     |  no state change          |
        |  "From"                  |  MUST [1] |  "From + Pending Out"     |
        |  "From + Pending Out"    |  MUST     |  no state change          |
        |  "Both"                  |  MUST     |  no state change          |
        "#,
        outbound,
        Subscribe,
    );
}

#[test]
fn rfc6121_a_2_2_outbound_unsubscribe() {
    check(
        r#"
        |  "None"                  |  MUST    |  no state change          |
        |  "None + Pending Out"    |  MUST    |  "None"                   |
        |  "None + Pending In"     |  MUST    |  no state change          |
        |  "None + Pending Out+In" |  MUST    |  "None + Pending In"      |
        |  "To"                    |  MUST    |  "None"                   |
        |  "To + Pending In"       |  MUST    |  "None + Pending In"      |
        |  "From"                  |  MUST    |  no state change          |
        |  "From + Pending Out"    |  MUST    |  "From"                   |
        |  "Both"                  |  MUST    |  "From"                   |
        "#,
        outbound,
        Unsubscribe,
    );
}

#[test]
fn rfc6121_a_2_3_outbound_subscribed() {
    check(
        r#"
        |  "None"                  |  M.N.    |  pre-approval [1]         |
        |  "None + Pending Out"    |  M.N.    |  pre-approval [1]         |
        |  "None + Pending In"     |  MUST    |  "From"                   |
        |  "None + Pending Out+In" |  MUST    |  "From + Pending Out"     |
        |  "To"                    |  M.N.    |  pre-approval [1]         |
        |  "To + Pending In"       |  MUST    |  "Both"                   |
        |  "From"                  |  M.N.    |  no state change          |
        |  "From + Pending Out"    |  M.N.    |  no state change          |
        |  "Both"                  |  M.N.    |  no state change          |
        "#,
        outbound,
        Subscribed,
    );
}

#[test]
fn rfc6121_a_2_4_outbound_unsubscribed() {
    check(
        r#"
        |  "None"                  |  S.N.    |  no state change [1]      |
        |  "None + Pending Out"    |  S.N.    |  no state change [1]      |
        |  "None + Pending In"     |  MUST    |  "None"                   |
        |  "None + Pending Out+In" |  MUST    |  "None + Pending Out"     |
        |  "To"                    |  S.N.    |  no state change [1]      |
        |  "To + Pending In"       |  MUST    |  "To"                     |
        |  "From"                  |  MUST    |  "None"                   |
        |  "From + Pending Out"    |  MUST    |  "None + Pending Out"     |
        |  "Both"                  |  MUST    |  "To"                     |
        "#,
        outbound,
        Unsubscribed,
    );
}

#[test]
fn rfc6121_a_3_1_inbound_subscribe() {
    check(
        r#"
        |  "None"                  |  MUST [1]  |  "None + Pending In"     |
        |  "None + Pending Out"    |  MUST      |  "None + Pending Out+In" |
        |  "None + Pending In"     |  S.N.      |  no state change         |
        |  "None + Pending Out+In" |  S.N.      |  no state change         |
        |  "To"                    |  MUST      |  "To + Pending In"       |
        |  "To + Pending In"       |  S.N.      |  no state change         |
        |  "From"                  |  S.N. [2]  |  no state change         |
        |  "From + Pending Out"    |  S.N. [2]  |  no state change         |
        |  "Both"                  |  S.N. [2]  |  no state change         |
        "#,
        inbound,
        Subscribe,
    );
}

#[test]
fn rfc6121_a_3_2_inbound_unsubscribe() {
    check(
        r#"
        |  "None"                  |  S.N.      |  no state change         |
        |  "None + Pending Out"    |  S.N.      |  no state change         |
        |  "None + Pending In"     |  MUST [1]  |  "None"                  |
        |  "None + Pending Out+In" |  MUST [1]  |  "None + Pending Out"    |
        |  "To"                    |  S.N.      |  no state change         |
        |  "To + Pending In"       |  MUST [1]  |  "To"                    |
        |  "From"                  |  MUST [1]  |  "None"                  |
        |  "From + Pending Out"    |  MUST [1]  |  "None + Pending Out"    |
        |  "Both"                  |  MUST [1]  |  "To"                    |
        "#,
        inbound,
        Unsubscribe,
    );
}

#[test]
fn rfc6121_a_3_3_inbound_subscribed() {
    check(
        r#"
        |  "None"                  |  S.N.      |  no state change         |
        |  "None + Pending Out"    |  MUST      |  "To"                    |
        |  "None + Pending In"     |  S.N.      |  no state change         |
        |  "None + Pending Out+In" |  MUST      |  "To + Pending In"       |
        |  "To"                    |  S.N.      |  no state change         |
        |  "To + Pending In"       |  S.N.      |  no state change         |
        |  "From"                  |  S.N.      |  no state change         |
        |  "From + Pending Out"    |  MUST      |  "Both"                  |
        |  "Both"                  |  S.N.      |  no state change         |
        "#,
        inbound,
        Subscribed,
    );
}

#[test]
fn rfc6121_a_3_4_inbound_unsubscribed() {
    check(
        r#"
        |  "None"                  |  S.N.      |  no state change         |
        |  "None + Pending Out"    |  MUST      |  "None"                  |
        |  "None + Pending In"     |  S.N.      |  no state change         |
        |  "None + Pending Out+In" |  MUST      |  "None + Pending In"     |
        |  "To"                    |  MUST      |  "None"                  |
        |  "To + Pending In"       |  MUST      |  "None + Pending In"     |
        |  "From"                  |  S.N.      |  no state change         |
        |  "From + Pending Out"    |  MUST      |  "From"                  |
        |  "Both"                  |  MUST      |  "From"                  |
        "#,
        inbound,
        Unsubscribed,
    );
}

#[test]
fn rfc6121_a_1_a_request_of_the_contact_is_not_shown_in_the_roster() {
    for name in ["None", "None + Pending Out", "To"] {
        assert!(!inbound(state(name), Subscribe).push, "{name}");
    }
    for name in ["None + Pending In", "None + Pending Out+In", "To + Pending In"] {
        assert!(!outbound(state(name), Unsubscribed).push, "{name}: denying it");
        assert!(!inbound(state(name), Unsubscribe).push, "{name}: taking it back");
    }
}

#[test]
fn rfc6121_3_1_3_who_is_subscribed_already_is_answered_at_once() {
    for (name, ..) in NAMES {
        let before = state(name);
        let step = inbound(before, Subscribe);
        let expected = before.seen_by_contact().then_some((Subscribed, Current));
        assert_eq!(step.reply.zip(step.broadcast), expected, "{name}");
    }
}

#[test]
fn rfc6121_a_3_2_footnote_1_an_unsubscribe_that_changes_the_state_is_answered() {
    for (name, _, from) in NAMES {
        let step = inbound(state(name), Unsubscribe);
        assert_eq!(step.reply, (from != Half::No).then_some(Unsubscribed), "{name}");
    }
}

#[test]
fn rfc6121_a_3_3_and_a_3_4_answers_are_not_answered() {
    for (name, ..) in NAMES {
        for kind in [Subscribed, Unsubscribed] {
            for state in [state(name), approved(name)] {
                let step = inbound(state, kind);
                assert_eq!((step.reply, step.broadcast), (None, None), "{name}");
            }
        }
        for kind in [Subscribe, Subscribed, Unsubscribe, Unsubscribed] {
            assert_eq!(outbound(state(name), kind).reply, None, "{name}");
        }
    }
}

#[test]
fn rfc6121_3_1_5_an_approval_is_followed_by_current_presence() {
    for (name, _, from) in NAMES {
        let step = outbound(state(name), Subscribed);
        assert_eq!(step.broadcast, (from == Half::Pending).then_some(Current), "{name}");
    }
}

#[test]
fn rfc6121_3_2_2_only_a_subscriber_is_told_that_the_user_is_gone() {
    for (name, _, from) in NAMES {
        let told = (from == Half::Subscribed).then_some(Unavailable);
        assert_eq!(outbound(state(name), Unsubscribed).broadcast, told, "{name}");
        assert_eq!(inbound(state(name), Unsubscribe).broadcast, told, "§3.3.3 {name}");
    }
}

#[test]
fn rfc6121_3_4_2_a_pre_approval_is_noted_pushed_and_not_routed() {
    for name in ["None", "None + Pending Out", "To"] {
        let step = outbound(state(name), Subscribed);
        let expected = Step { state: approved(name), pass: false, push: true, reply: None, broadcast: None };
        assert_eq!(step, expected, "{name}");
        let again = outbound(step.state, Subscribed);
        assert_eq!(again, Step { push: false, ..expected }, "{name}, said twice");
    }
}

#[test]
fn rfc6121_3_4_2_a_pre_approved_request_is_granted_and_not_delivered() {
    for (before, after) in [("None", "From"), ("None + Pending Out", "From + Pending Out"), ("To", "Both")] {
        let step = inbound(approved(before), Subscribe);
        let expected =
            Step { state: approved(after), pass: false, push: true, reply: Some(Subscribed), broadcast: Some(Current) };
        assert_eq!(step, expected, "{before}");
    }
}

#[test]
fn rfc6121_3_4_2_a_pre_approval_lasts_until_the_user_takes_it_back() {
    let granted = inbound(approved("None"), Subscribe).state;
    let left = inbound(granted, Unsubscribe).state;
    assert_eq!(left, approved("None"));
    assert_eq!(inbound(left, Subscribe).reply, Some(Subscribed));
    let cancelled = outbound(granted, Unsubscribed);
    assert_eq!((cancelled.state, cancelled.pass, cancelled.push), (state("None"), true, true));
}

#[test]
fn rfc6121_3_2_2_a_cancelled_pre_approval_is_pushed_and_not_routed() {
    for name in ["None", "None + Pending Out", "To"] {
        let step = outbound(approved(name), Unsubscribed);
        let expected = Step { state: state(name), pass: false, push: true, reply: None, broadcast: None };
        assert_eq!(step, expected, "{name}");
    }
}

#[test]
fn rfc6121_2_5_2_removal_ends_the_subscriptions_there_are() {
    let sent = |unsubscribe, unavailable, unsubscribed| Removal { unsubscribe, unavailable, unsubscribed };
    assert_eq!(removal(state("None")), Removal::default());
    assert_eq!(removal(approved("None")), Removal::default());
    assert_eq!(removal(state("To")), sent(true, false, false));
    assert_eq!(removal(state("From")), sent(false, true, true));
    assert_eq!(removal(state("Both")), sent(true, true, true));
}

#[test]
fn rfc6121_2_5_2_removal_takes_back_and_denies_requests() {
    let sent = |unsubscribe, unavailable, unsubscribed| Removal { unsubscribe, unavailable, unsubscribed };
    assert_eq!(removal(state("None + Pending Out")), sent(true, false, false));
    assert_eq!(removal(state("None + Pending In")), sent(false, false, true));
    assert_eq!(removal(state("None + Pending Out+In")), sent(true, false, true));
    assert_eq!(removal(state("To + Pending In")), sent(true, false, true));
    assert_eq!(removal(state("From + Pending Out")), sent(true, true, true));
}

#[test]
fn rfc6121_a_both_sides_agree_after_any_dialogue() {
    // Two servers that run the tables against each other and lose no stanza end with views that
    // mirror each other, whatever the two people send.
    let kinds = [Subscribe, Subscribed, Unsubscribe, Unsubscribed];
    for dialogue in 0..8_u32.pow(5) {
        let mut sides = [State::default(); 2];
        for turn in 0..5 {
            let choice = (dialogue / 8_u32.pow(turn)) % 8;
            let (sender, kind) = ((choice / 4) as usize, kinds[(choice % 4) as usize]);
            let step = outbound(sides[sender], kind);
            sides[sender] = step.state;
            let (mut to, mut travelling) = (1 - sender, step.pass.then_some(kind));
            while let Some(kind) = travelling {
                let step = inbound(sides[to], kind);
                sides[to] = step.state;
                (to, travelling) = (1 - to, step.reply);
            }
        }
        assert_eq!((sides[0].to, sides[0].from), (sides[1].from, sides[1].to), "dialogue {dialogue}");
    }
}

#[test]
fn rfc6121_3_presence_types_and_subscriptions_are_the_same_four() {
    for kind in [Subscribe, Subscribed, Unsubscribe, Unsubscribed] {
        assert_eq!(Subscription::of(kind.presence_type()), Some(kind));
    }
    for kind in [PresenceType::Available, PresenceType::Error, PresenceType::Probe, PresenceType::Unavailable] {
        assert_eq!(Subscription::of(kind), None);
    }
}
