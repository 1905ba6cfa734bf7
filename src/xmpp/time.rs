//! XEP-0082 XMPP Date and Time Profiles, version 1.1.1, and the answer of XEP-0202 Entity Time,
//! version 2.0.
//!
//! A moment is an `i64`: microseconds since 1970-01-01T00:00:00Z. Missing: the profiles Date and
//! Time (§3.1, §3.3), which no spec of a server asks for, and years outside 0000 to 9999 (§5).

use super::ns;
use super::xml::Element;

#[cfg(test)]
mod tests;

const SECOND: i64 = 1_000_000;
const DAY_SECONDS: i64 = 86_400;
/// 0000-01-01T00:00:00Z.
pub const MIN: i64 = -62_167_219_200 * SECOND;
/// 9999-12-31T23:59:59.999999Z.
pub const MAX: i64 = 253_402_300_800 * SECOND - 1;

/// A DateTime (§3.2) as microseconds. A fraction may have any number of digits, of which six
/// count; every zone is accepted, also `24:00:00` as XML Schema 1.0 §3.2.7 has it. `None`: not a
/// DateTime, a date that no calendar has, or a moment outside [`MIN`] to [`MAX`].
pub fn parse(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let (date, rest) = bytes.split_at_checked(10)?;
    let (time, rest) = rest.split_at_checked(9)?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *date else { return None };
    let [b'T', h1, h2, b':', n1, n2, b':', s1, s2] = *time else { return None };
    let year = number(&[y1, y2, y3, y4])?;
    let (month, day) = (number(&[m1, m2])?, number(&[d1, d2])?);
    let (hour, minute, second) = (number(&[h1, h2])?, number(&[n1, n2])?, number(&[s1, s2])?);
    let (micros, zone) = fraction(rest)?;
    let end_of_day = hour == 24 && minute == 0 && second == 0 && micros == 0;
    if (hour > 23 && !end_of_day) || minute > 59 || second > 59 {
        return None;
    }
    let seconds = days(year, month, day)? * DAY_SECONDS + hour * 3_600 + minute * 60 + second - offset(zone)?;
    Some(seconds * SECOND + micros).filter(|moment| (MIN..=MAX).contains(moment))
}

/// The DateTime in UTC, with a fraction of six digits where the moment has one: MAM and delays
/// keep their order as text within a second. Moments outside [`MIN`] to [`MAX`] give the nearer end.
pub fn format(moment: i64) -> String {
    let moment = moment.clamp(MIN, MAX);
    let (seconds, micros) = (moment.div_euclid(SECOND), moment.rem_euclid(SECOND));
    let (year, month, day) = civil(seconds.div_euclid(DAY_SECONDS));
    let of_day = seconds.rem_euclid(DAY_SECONDS);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    match micros {
        0 => format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"),
        micros => format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z"),
    }
}

/// The `<time/>` that answers XEP-0202 §2. A server has no place of its own: its zone is UTC.
pub fn entity_time(now: i64) -> Element {
    let whole_seconds = now - now.rem_euclid(SECOND);
    Element::new(ns::TIME, "time")
        .child(Element::new(ns::TIME, "tzo").with_text("+00:00"))
        .child(Element::new(ns::TIME, "utc").with_text(format(whole_seconds)))
}

/// ASCII digits only, at most four of them.
fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |value, digit| digit.is_ascii_digit().then(|| value * 10 + i64::from(digit - b'0')))
}

/// The microseconds of `.sss`, cut off behind the sixth digit, and what follows it.
fn fraction(rest: &[u8]) -> Option<(i64, &[u8])> {
    let Some(digits) = rest.strip_prefix(b".") else { return Some((0, rest)) };
    let len = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, zone) = digits.split_at(len);
    if digits.is_empty() {
        return None;
    }
    let micros = (0..6).fold(0, |value, at| value * 10 + digits.get(at).map_or(0, |digit| i64::from(digit - b'0')));
    Some((micros, zone))
}

/// Seconds that a zone is ahead of UTC: `Z` or ±hh:mm up to 14:00 (XML Schema §3.2.7.3).
fn offset(zone: &[u8]) -> Option<i64> {
    let (sign, [h1, h2, b':', m1, m2]) = (match zone {
        b"Z" => return Some(0),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    }) else {
        return None;
    };
    let (hours, minutes) = (number(&[*h1, *h2])?, number(&[*m1, *m2])?);
    (minutes <= 59 && hours * 60 + minutes <= 14 * 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

/// Days of each month of `year`.
fn month_lengths(year: i64) -> [i64; 12] {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
}

/// Days from 1970-01-01 in the Gregorian calendar, extended to before 1582. `None`: no such date.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let lengths = month_lengths(year);
    let length = *lengths.get(usize::try_from(month - 1).ok()?)?;
    if !(1..=length).contains(&day) {
        return None;
    }
    let before_month: i64 = lengths[..(month - 1) as usize].iter().sum();
    Some(days_before_year(year) + before_month + day - 1)
}

/// Days from 1970-01-01 to the first of January of `year`, 0 or later.
fn days_before_year(year: i64) -> i64 {
    let last = year - 1;
    year * 365 + last.div_euclid(4) - last.div_euclid(100) + last.div_euclid(400) - 719_527
}

/// The date `days` after 1970-01-01: year, month, day.
fn civil(days: i64) -> (i64, i64, i64) {
    // 400 years have 146,097 days: the estimate is at most one year off.
    let mut year = 1_970 + (days * 400).div_euclid(146_097);
    while days_before_year(year) > days {
        year -= 1;
    }
    while days_before_year(year + 1) <= days {
        year += 1;
    }
    let mut left = days - days_before_year(year);
    let lengths = month_lengths(year);
    let mut month = 0;
    while left >= lengths[month] {
        left -= lengths[month];
        month += 1;
    }
    (year, month as i64 + 1, left + 1)
}
