//! XEP-0082 and XEP-0202, with jiff as a second opinion.

use proptest::prelude::*;

use super::*;

#[test]
fn xep0082_3_2_the_first_steps_on_the_moon() {
    let moon = parse("1969-07-21T02:56:15Z").expect("the example of the XEP");
    assert_eq!(moon, -14_159_025 * SECOND);
    assert_eq!(parse("1969-07-20T21:56:15-05:00"), Some(moon));
    assert_eq!(format(moon), "1969-07-21T02:56:15Z");
}

#[test]
fn xep0082_3_2_fractions_have_any_number_of_digits() {
    let half = 1_041_379_200 * SECOND + 500_000;
    for text in ["2003-01-01T00:00:00.5Z", "2003-01-01T00:00:00.500Z", "2003-01-01T00:00:00.500000999999999999Z"] {
        assert_eq!(parse(text), Some(half), "{text}");
    }
    assert_eq!(parse(&format!("2003-01-01T00:00:00.5{}Z", "9".repeat(10_000))), Some(half + 99_999));
    assert_eq!(format(half), "2003-01-01T00:00:00.500000Z");
}

#[test]
fn xep0082_3_2_the_zone_is_z_or_an_offset() {
    let noon = parse("2024-02-29T12:00:00Z");
    assert!(noon.is_some());
    for text in [
        "2024-02-29T13:00:00+01:00",
        "2024-02-29T06:30:00-05:30",
        "2024-03-01T02:00:00+14:00",
        "2024-02-29T12:00:00-00:00",
    ] {
        assert_eq!(parse(text), noon, "{text}");
    }
}

#[test]
fn xep0082_3_2_anything_else_is_refused() {
    let refused = [
        "",
        "2024-02-29",
        "2024-02-29T12:00:00",
        "2024-02-29T12:00Z",
        "2024-02-29T12:00:00z",
        "2024-02-29t12:00:00Z",
        "2024-02-29 12:00:00Z",
        " 2024-02-29T12:00:00Z",
        "2024-02-29T12:00:00Z ",
        "2024-02-29T12:00:00.Z",
        "2024-02-29T12:00:00,5Z",
        "2024-02-29T12:00:00+0100",
        "2024-02-29T12:00:00+01",
        "2024-02-29T12:00:00+14:01",
        "2024-02-29T12:00:00+01:60",
        "2024-02-29T12:00:00Z+01:00",
        "20240229T12:00:00",
        "20240229T120000Z",
        "12024-02-29T12:00:00Z",
        "-2024-02-29T12:00:00Z",
        "+024-02-29T12:00:00Z",
        "2024-2-29T12:00:00Z",
        "2024-00-10T12:00:00Z",
        "2024-13-10T12:00:00Z",
        "2024-02-00T12:00:00Z",
        "2024-02-30T12:00:00Z",
        "2023-02-29T12:00:00Z",
        "1900-02-29T12:00:00Z",
        "2024-04-31T12:00:00Z",
        "2024-02-29T24:00:01Z",
        "2024-02-29T25:00:00Z",
        "2024-02-29T12:60:00Z",
        "2024-02-29T12:00:60Z",
        "0000-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "２０２４-02-29T12:00:00Z",
        "2024-02-29T12:00:0é",
        "\u{7ff}\u{7ff}\u{7ff}\u{7ff}\u{7ff}\u{7ff}\u{7ff}\u{7ff}\u{7ff}\u{7ff}",
    ];
    for text in refused {
        assert_eq!(parse(text), None, "{text}");
    }
}

#[test]
fn xep0082_3_2_midnight_may_be_the_end_of_a_day() {
    assert_eq!(parse("2024-02-28T24:00:00Z"), parse("2024-02-29T00:00:00Z"));
}

#[test]
fn xep0082_5_the_years_0000_to_9999_are_enough() {
    assert_eq!(parse("0000-01-01T00:00:00Z"), Some(MIN));
    assert_eq!(parse("9999-12-31T23:59:59.999999Z"), Some(MAX));
    assert_eq!(format(i64::MIN), "0000-01-01T00:00:00Z");
    assert_eq!(format(i64::MAX), "9999-12-31T23:59:59.999999Z");
}

#[test]
fn xep0202_2_the_answer_has_zone_and_utc() {
    let now = parse("2006-12-19T17:58:35.123456Z").expect("a date");
    let expected = "<time xmlns='urn:xmpp:time'><tzo>+00:00</tzo><utc>2006-12-19T17:58:35Z</utc></time>";
    assert_eq!(entity_time(now).to_xml(ns::CLIENT), expected);
}

#[test]
fn every_day_of_400_years_is_read_back() {
    // After 400 years the calendar repeats.
    let start = days(1_800, 1, 1).expect("a date");
    for day in start..start + 146_097 {
        let (year, month, of_month) = civil(day);
        assert_eq!(days(year, month, of_month), Some(day));
    }
    assert_eq!(civil(start + 146_097), (2_200, 1, 1));
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(moment in MIN..=MAX) {
        prop_assert_eq!(parse(&format(moment)), Some(moment));
    }

    #[test]
    fn jiff_writes_the_same_date(moment in MIN..=MAX) {
        let theirs = jiff::Timestamp::from_microsecond(moment).map(|theirs| theirs.strftime("%Y-%m-%dT%H:%M:%S").to_string());
        if let Ok(theirs) = theirs {
            prop_assert_eq!(&format(moment)[..19], theirs);
        }
    }

    #[test]
    fn nothing_panics(text in "\\PC*", almost in "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]*)?(Z|[+-][0-9]{2}:[0-9]{2})?") {
        parse(&text);
        if let Some(moment) = parse(&almost) {
            prop_assert!((MIN..=MAX).contains(&moment));
        }
    }
}
