//! XEP-0059 by its paragraphs.

use super::super::error::Condition;
use super::*;

fn set(children: &[(&'static str, &str)]) -> Element {
    let child = |(name, text): &(&'static str, &str)| Element::new(ns::RSM, *name).with_text(*text);
    Element::new(ns::RSM, "set").children_from(children.iter().map(child))
}

fn place(children: &[(&'static str, &str)]) -> Place {
    Request::parse(&set(children)).expect("a request").place
}

fn refused(children: &[(&'static str, &str)]) -> Condition {
    Request::parse(&set(children)).expect_err("not a request").condition
}

/// Letters as items, each its own UID.
fn cut(children: &[(&'static str, &str)], bound: u64) -> (String, Page) {
    let letters = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let request = Request::parse(&set(children)).expect("a request");
    let (page, answer) = request.cut(&letters, |letter| letter, bound).expect("a page");
    (page.concat(), answer)
}

#[test]
fn xep0059_2_1_the_number_of_items_is_limited() {
    let request = Request::parse(&set(&[("max", "10")])).expect("a request");
    assert_eq!(request, Request { max: Some(10), place: Place::First });
    assert_eq!(request.limit(50), 10);
    assert_eq!(request.limit(5), 5);
    assert_eq!(Request::default().limit(50), 50);
    assert_eq!(cut(&[("max", "3")], 50).0, "abc");
    assert_eq!(cut(&[], 5).0, "abcde");
}

#[test]
fn xep0059_2_1_the_request_is_a_child_of_the_query() {
    let query = Element::new("jabber:iq:search", "query").child(set(&[("max", "1")]));
    assert_eq!(Request::of(&query), Ok(Request { max: Some(1), place: Place::First }));
    assert_eq!(Request::of(&Element::new("jabber:iq:search", "query")), Ok(Request::default()));
    let query = Element::new("jabber:iq:search", "query").child(set(&[("max", "many")]));
    assert!(Request::of(&query).is_err());
}

#[test]
fn xep0059_2_2_pages_forwards() {
    assert_eq!(place(&[("max", "3"), ("after", "c")]), Place::After("c".into()));
    let (items, answer) = cut(&[("max", "3"), ("after", "c")], 50);
    assert_eq!(items, "def");
    assert_eq!(
        answer.to_element().to_xml(ns::CLIENT),
        "<set xmlns='http://jabber.org/protocol/rsm'><first index='3'>d</first><last>f</last><count>8</count></set>"
    );
    assert_eq!(cut(&[("max", "3"), ("after", "f")], 50).0, "gh");
}

#[test]
fn xep0059_2_2_one_item_is_first_and_last() {
    let (items, answer) = cut(&[("max", "1")], 50);
    assert_eq!(items, "a");
    assert_eq!(answer.ends, Some(("a".into(), "a".into())));
}

#[test]
fn xep0059_2_2_an_empty_page_has_neither_first_nor_last() {
    let (items, answer) = cut(&[("after", "h")], 50);
    assert_eq!(items, "");
    assert_eq!(answer.to_element().to_xml(ns::RSM), "<set><count>8</count></set>");
}

#[test]
fn xep0059_2_2_count_and_index_may_be_left_out() {
    let page = Page { ends: Some(("a".into(), "b".into())), ..Page::default() };
    assert_eq!(page.to_element().to_xml(ns::RSM), "<set><first>a</first><last>b</last></set>");
    assert_eq!(Page::default().to_element().to_xml(ns::RSM), "<set/>");
}

#[test]
fn xep0059_2_3_pages_backwards_in_the_order_of_the_set() {
    assert_eq!(place(&[("before", "f")]), Place::Before("f".into()));
    let (items, answer) = cut(&[("max", "2"), ("before", "f")], 50);
    assert_eq!(items, "de");
    assert_eq!(answer.index, Some(3));
    assert_eq!(cut(&[("max", "5"), ("before", "c")], 50).0, "ab");
    assert_eq!(cut(&[("max", "5"), ("before", "a")], 50).0, "");
}

#[test]
fn xep0059_2_4_a_page_behind_a_lost_item_is_not_found() {
    for name in ["after", "before"] {
        let request = Request::parse(&set(&[(name, "z")])).expect("a request");
        let error = request.cut(&["a", "b"], |letter| letter, 50).expect_err("no such item");
        assert_eq!(error.condition, Condition::ItemNotFound);
    }
}

#[test]
fn xep0059_2_5_an_empty_before_asks_for_the_last_page() {
    assert_eq!(place(&[("before", "")]), Place::Last);
    let (items, answer) = cut(&[("max", "3"), ("before", "")], 50);
    assert_eq!((items.as_str(), answer.index), ("fgh", Some(5)));
    assert_eq!(refused(&[("after", "")]), Condition::BadRequest);
}

#[test]
fn xep0059_2_6_a_page_by_index() {
    assert_eq!(place(&[("index", "371")]), Place::Index(371));
    let (items, answer) = cut(&[("max", "2"), ("index", "5")], 50);
    assert_eq!((items.as_str(), answer.index), ("fg", Some(5)));
    assert_eq!(cut(&[("index", "0"), ("max", "1")], 50).0, "a");
    for beyond in ["8", "9", "18446744073709551615", "99999999999999999999999"] {
        let (items, answer) = cut(&[("index", beyond)], 50);
        assert_eq!((items.as_str(), answer.ends), ("", None), "{beyond}");
    }
    assert_eq!(refused(&[("index", "1"), ("after", "a")]), Condition::BadRequest);
    assert_eq!(refused(&[("index", "1"), ("before", "")]), Condition::BadRequest);
}

#[test]
fn xep0059_2_7_zero_items_give_the_count() {
    for place in [("before", ""), ("after", "c"), ("index", "2")] {
        let (items, answer) = cut(&[("max", "0"), place], 50);
        assert_eq!(items, "");
        assert_eq!(answer, Page { ends: None, index: None, count: Some(8) });
    }
}

#[test]
fn xep0059_5_numbers_are_digits() {
    for max in ["", " ", "-1", "+1", "1.5", "0x10", "many", "١"] {
        assert_eq!(refused(&[("max", max)]), Condition::BadRequest, "{max:?}");
    }
    let large = Request::parse(&set(&[("max", "\n 99999999999999999999 ")])).expect("a request");
    assert_eq!(large.max, Some(i64::MAX as u64));
    assert_eq!(refused(&[("max", "1"), ("max", "1")]), Condition::BadRequest);
    assert_eq!(refused(&[("after", "a"), ("after", "a")]), Condition::BadRequest);
}

#[test]
fn after_and_before_together_take_the_end_of_what_lies_between() {
    assert_eq!(cut(&[("max", "2"), ("after", "b"), ("before", "g")], 50).0, "ef");
    assert_eq!(cut(&[("max", "9"), ("after", "b"), ("before", "")], 50).0, "cdefgh");
    assert_eq!(cut(&[("max", "9"), ("after", "g"), ("before", "b")], 50).0, "");
}

#[test]
fn a_request_says_what_a_query_needs() {
    let ask = |children| {
        let request = Request::parse(&set(children)).expect("a request");
        (request.after().map(str::to_owned), request.before().map(str::to_owned), request.backwards())
    };
    let uid = |uid: &str| Some(uid.to_owned());
    assert_eq!(ask(&[]), (None, None, false));
    assert_eq!(ask(&[("after", "a")]), (uid("a"), None, false));
    assert_eq!(ask(&[("before", "b")]), (None, uid("b"), true));
    assert_eq!(ask(&[("before", "")]), (None, None, true));
    assert_eq!(ask(&[("before", ""), ("after", "a")]), (uid("a"), None, true));
    assert_eq!(ask(&[("index", "1")]), (None, None, false));
}
