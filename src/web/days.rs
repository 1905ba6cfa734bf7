//! Moments as people say them: "Saturday, 28 November", "today at 14:40". In the machine's time zone.
//!
//! Keeps no state.

use jiff::Timestamp;
use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::clock::UtcMicros;
use crate::texts::Book;
use crate::texts::text;

/// The day; its year too, when that is another than now's.
pub fn day(book: &Book, at: UtcMicros, now: UtcMicros) -> String {
    date(book, local(at).date(), local(now).date())
}

/// The day and the time of day.
pub fn moment(book: &Book, at: UtcMicros, now: UtcMicros) -> String {
    let (at, now) = (local(at), local(now));
    said(book, &at, now.date())
}

/// The time of day to the second.
pub fn second(at: UtcMicros) -> String {
    let at = local(at);
    format!("{}:{:02}:{:02}", at.hour(), at.minute(), at.second())
}

fn said(book: &Book, at: &Zoned, today: Date) -> String {
    let time = format!("{}:{:02}", at.hour(), at.minute());
    let words = match at.date() {
        date if date == today => text("day-today").with("time", time),
        date if today.yesterday().is_ok_and(|yesterday| yesterday == date) => text("day-yesterday").with("time", time),
        other => text("day-at").with("day", date(book, other, today)).with("time", time),
    };
    book.plain(&words)
}

fn date(book: &Book, date: Date, today: Date) -> String {
    let number = |number: i8| usize::try_from(number).unwrap_or_default();
    let weekday = number(date.weekday().to_monday_one_offset());
    let words = match date.year() == today.year() {
        true => text("day-words"),
        false => text("day-words-year").with("year", date.year().to_string()),
    };
    let words = words.with("weekday", weekday).with("day", number(date.day())).with("month", number(date.month()));
    book.plain(&words)
}

fn local(at: UtcMicros) -> Zoned {
    Timestamp::from_microsecond(at).unwrap_or_default().to_zoned(TimeZone::system())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Lang;

    #[test]
    fn days_are_said_in_words_with_the_year_only_when_it_is_another() {
        let (en, de) = (Book::read(Lang::En), Book::read(Lang::De));
        let today = jiff::civil::date(2026, 11, 21);
        for (date_of, english, german) in [
            (jiff::civil::date(2026, 11, 28), "Saturday, 28 November", "Samstag, 28. November"),
            (jiff::civil::date(2027, 3, 1), "Monday, 1 March 2027", "Montag, 1. März 2027"),
        ] {
            assert_eq!(date(&en, date_of, today), english);
            assert_eq!(date(&de, date_of, today), german);
        }
        let at = |day: i8| jiff::civil::date(2026, 11, day).at(3, 5, 0, 0).to_zoned(TimeZone::UTC).unwrap();
        assert_eq!(said(&en, &at(21), today), "today at 3:05");
        assert_eq!(said(&de, &at(20), today), "gestern um 3:05");
        assert_eq!(said(&en, &at(19), today), "on Thursday, 19 November at 3:05");
    }
}
