//! Which names are due when.

use rustls::pki_types::CertificateDer;

use super::super::Cause;
use super::*;

const DAY: i64 = 86_400_000_000;
/// Of a certificate that held from the year 0 of these tests for 90 days.
const NOW: i64 = 10 * DAY;

fn names(texts: &[&str]) -> Vec<Name> {
    texts.iter().map(|text| Name::of(text)).collect()
}

fn wanted(texts: &[&str]) -> Wanted {
    Wanted { names: names(texts), ..Wanted::default() }
}

fn issued(texts: &[&str]) -> Issued {
    let leaf = CertificateDer::from(vec![0]);
    Issued { leaf, names: names(texts), not_before: 0, not_after: 90 * DAY, chance: 0 }
}

/// The authority has been asked when to renew, and has none.
fn book() -> Book {
    Book { renewal: Renewal { of: 0, window: None, ask_at: NOW + DAY }, ..Book::default() }
}

fn trouble(again_at: i64) -> Trouble {
    Trouble { failures: 1, cause: Cause::Dns, detail: String::new(), again_at }
}

#[test]
fn nothing_is_due_while_all_is_well_until_it_is_renewed() {
    let issued = issued(&["a.de"]);
    let due = due(&wanted(&["a.de"]), Some(&issued), &book(), NOW);
    assert!(due.names.is_empty() && !due.ask_for_renewal);
    assert_eq!(due.next, NOW + DAY, "the authority is asked again");
    let at = 60 * DAY;
    let late = Book { renewal: Renewal { of: 0, window: None, ask_at: at + DAY }, ..Book::default() };
    let due = super::due(&wanted(&["a.de"]), Some(&issued), &late, at);
    assert_eq!((due.names, due.urgent), (names(&["a.de"]), Vec::new()));
}

#[test]
fn a_new_name_is_ordered_together_with_those_that_are_served() {
    let due = due(&wanted(&["a.de", "b.de"]), Some(&issued(&["a.de"])), &book(), NOW);
    assert_eq!(due.names, names(&["a.de", "b.de"]));
    assert_eq!(due.urgent, names(&["b.de"]), "without it nothing is ordered");
}

#[test]
fn what_failed_waits_for_its_time_and_holds_off_nothing_else() {
    let mut book = book();
    book.troubles.insert(Name::of("b.de"), trouble(NOW + 7));
    let due_now = due(&wanted(&["a.de", "b.de"]), None, &book, NOW);
    assert_eq!(due_now.names, names(&["a.de"]));
    let issued = issued(&["a.de"]);
    let none = due(&wanted(&["a.de", "b.de"]), Some(&issued), &book, NOW);
    assert!(none.names.is_empty());
    assert_eq!(none.next, NOW + 7);
    let again = due(&wanted(&["a.de", "b.de"]), Some(&issued), &book, NOW + 7);
    assert_eq!(again.names, names(&["a.de", "b.de"]));
    book.troubles.insert(Name::of("b.de"), trouble(NOW + 365 * DAY));
    let again = due(&wanted(&["b.de"]), None, &book, NOW);
    assert_eq!(again.names, names(&["b.de"]), "the clock was ahead by a year");
}

#[test]
fn a_renewal_that_failed_for_one_name_does_not_drop_it_before_it_is_late() {
    let mut book = book();
    book.renewal.ask_at = 70 * DAY;
    book.troubles.insert(Name::of("b.de"), trouble(61 * DAY));
    let issued = issued(&["a.de", "b.de"]);
    let wanted = wanted(&["a.de", "b.de"]);
    let again = due(&wanted, Some(&issued), &book, 61 * DAY);
    assert_eq!(again.names.len(), 2);
    assert!(again.urgent.is_empty(), "the old one serves both");
    let late = due(&wanted, Some(&issued), &book, 80 * DAY);
    assert_eq!(late.urgent.len(), 2);
}
