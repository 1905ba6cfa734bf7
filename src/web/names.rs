//! Rows of names that an authority certifies: how far each is, what went wrong, and what to do. For set-up and owners.
//!
//! Keeps no state; see `certs::acme`.

use super::days;
use crate::certs::acme::NameState;
use crate::certs::acme::State;
use crate::clock::UtcMicros;
use crate::texts::Book;
use crate::texts::Markup;
use crate::texts::Text;
use crate::texts::text;

/// One name, as `templates/names.html` shows it.
pub(super) struct NameRow {
    pub number: usize,
    pub name: String,
    /// A class of the style sheet, and a sign.
    pub state: &'static str,
    /// Changes whenever the row does.
    pub now: String,
    pub chip: Markup,
    /// What is the matter, in bold; nothing where all is well.
    pub trouble: Option<Markup>,
    pub more: Markup,
    /// What the authority wrote.
    pub said: Option<String>,
}

pub(super) fn rows(t: &Book, states: &[NameState], now: UtcMicros) -> Vec<NameRow> {
    states.iter().enumerate().map(|(number, state)| row(t, number, state, now)).collect()
}

/// Whether any of them failed: then there is something to be tried again.
pub(super) fn any_failed(states: &[NameState]) -> bool {
    states.iter().any(|name| matches!(name.state, State::Failed { .. }))
}

fn row(t: &Book, number: usize, name: &NameState, now: UtcMicros) -> NameRow {
    let plain = |state, chip: Text, more: Text| (state, t.html(&chip), None, t.html(&more), None);
    let (state, chip, trouble, more, said) = match &name.state {
        State::Waiting => plain("off", text("names-waiting"), text("names-waiting-more")),
        State::Checking => plain("wait", text("names-checking"), text("names-checking-more")),
        State::Issued { until } => {
            plain("ok", text("names-issued"), text("names-issued-more").with("day", days::day(t, *until, now)))
        }
        State::Failed { cause, detail, again_at, served_until, .. } => {
            let (what, next) = cause.words();
            let (what, next) = (t.plain(&what), t.html(&next).0);
            let again = t.html(&text("names-again").with("when", days::moment(t, *again_at, now))).0;
            let serves =
                served_until.map(|until| t.html(&text("names-serves").with("day", days::day(t, until, now))).0);
            let more = [Some(next), Some(again), serves].into_iter().flatten().collect::<Vec<_>>().join(" ");
            let state = if served_until.is_some() { "warn" } else { "bad" };
            let what = t.html(&text("names-trouble").with("what", what));
            let said = Some(detail.clone()).filter(|detail| !detail.is_empty());
            (state, t.html(&text("names-failed")), Some(what), Markup(more), said)
        }
    };
    let now =
        format!("{:?}", name.state).bytes().fold(0u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    NameRow { number, name: name.name.to_string(), state, now: format!("{now:x}"), chip, trouble, more, said }
}

impl NameRow {
    /// Of the sprite.
    pub fn sign(&self) -> &'static str {
        if self.state == "off" { "wait" } else { self.state }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certs::acme::Cause;
    use crate::certs::acme::Name;
    use crate::texts::Lang;

    #[test]
    fn each_state_has_its_words_and_a_row_changes_with_it() {
        let failed = |detail: &str, served_until| State::Failed {
            cause: Cause::Dns,
            detail: detail.to_owned(),
            again_at: 5,
            failures: 1,
            served_until,
        };
        let states = [
            State::Waiting,
            State::Checking,
            State::Issued { until: 9 },
            failed("<script>", None),
            failed("", Some(9)),
        ];
        for lang in [Lang::En, Lang::De] {
            let t = lang.book();
            let names: Vec<NameState> = states
                .iter()
                .map(|state| NameState { name: Name::Dns("a.test".to_owned()), state: state.clone() })
                .collect();
            let rows = rows(&t, &names, 6);
            let classes: Vec<&str> = rows.iter().map(|row| row.state).collect();
            assert_eq!(classes, ["off", "wait", "ok", "bad", "warn"]);
            let mut seen: Vec<&str> = rows.iter().map(|row| row.now.as_str()).collect();
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), rows.len());
            assert!(rows[3].trouble.is_some() && rows[3].said.as_deref() == Some("<script>") && rows[4].said.is_none());
            assert!(any_failed(&names) && !any_failed(&names[..3]));
        }
    }
}
