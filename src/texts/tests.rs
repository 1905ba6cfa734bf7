//! The catalogue is whole: the same keys and holes in every language, each asked for somewhere.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

use super::*;

/// Keys with their holes, as a file has them.
fn keys(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut keys = BTreeMap::new();
    let mut key = String::new();
    for line in source.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        if !line.starts_with([' ', '}']) {
            key = line.split('=').next().unwrap().trim().to_owned();
            assert!(keys.insert(key.clone(), BTreeSet::new()).is_none(), "{key} stands there twice");
        }
        for hole in line.split('$').skip(1) {
            let end = hole.find(|sign: char| !sign.is_alphanumeric() && sign != '_').unwrap_or(hole.len());
            keys.get_mut(&key).unwrap().insert(hole[..end].to_owned());
        }
    }
    keys
}

/// Keys with their words, without tags and holes.
fn words(source: &str) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut key = String::new();
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        let words = match line.split_once(" = ").filter(|_| !line.starts_with(' ')) {
            Some((new, words)) => {
                key = new.to_owned();
                words
            }
            // The form of a plural stands before its words.
            None => line.split_once(']').map_or("", |(_, words)| words),
        };
        let mut plain = String::new();
        let mut depth = 0_u32;
        for sign in words.chars() {
            match sign {
                '{' | '<' => depth += 1,
                '}' | '>' => depth = depth.saturating_sub(1),
                _ if depth == 0 => plain.push(sign),
                _ => {}
            }
        }
        let own = plain.split(|sign: char| !sign.is_alphabetic()).filter(|word| !word.is_empty());
        all.entry(key.clone()).or_default().extend(own.map(str::to_owned));
    }
    all
}

/// Keys that templates and code ask for; tests do not count.
fn asked(folder: &Path, call: &str, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.file_stem().is_some_and(|name| name == "tests") {
            continue;
        }
        if path.is_dir() {
            asked(&path, call, found);
        } else if path.extension().is_some_and(|end| end == "html" || end == "rs") {
            let whole = std::fs::read_to_string(&path).unwrap();
            let text = whole.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            // Other rooms have functions of that name.
            if path.extension().is_some_and(|end| end == "rs") && !text.contains("use crate::texts::text;") {
                continue;
            }
            for (at, _) in text.match_indices(call) {
                let alone = !text[..at].ends_with(|sign: char| sign.is_alphanumeric() || "_.".contains(sign));
                let key = text[at + call.len()..].split('"').next().unwrap_or_default();
                if alone || call.starts_with('.') {
                    found.insert(key.to_owned());
                }
            }
        }
    }
}

#[test]
fn every_language_has_the_same_keys_with_the_same_holes() {
    assert_eq!(keys(Lang::En.source()), keys(Lang::De.source()));
}

#[test]
fn no_english_is_left_in_german() {
    /// Names, which are the same everywhere.
    const SAME: [&str; 3] = ["app-gajim", "trust-linux-2", "trust-linux-3"];
    /// None of them is a German word.
    const ENGLISH: [&str; 14] =
        ["the", "and", "is", "are", "you", "your", "with", "of", "not", "this", "it", "to", "has", "The"];
    let (english, german) = (words(Lang::En.source()), words(Lang::De.source()));
    let is_same = |key: &String, words: &Vec<String>| {
        words.len() > 1 && english.get(key) == Some(words) && !SAME.contains(&key.as_str())
    };
    let is_english = |words: &Vec<String>| words.iter().any(|word| ENGLISH.contains(&word.as_str()));
    let left: Vec<_> = german.iter().filter(|(key, words)| is_same(key, words) || is_english(words)).collect();
    assert!(left.is_empty(), "{left:?}");
    let found = english.values().filter(|words| is_english(words)).count();
    assert!(3 * found > english.len(), "these words tell English: {found} of {}", english.len());
}

#[test]
fn every_key_is_asked_for_and_every_key_asked_for_is_there() {
    let mut found = BTreeSet::new();
    asked(Path::new("templates"), ".say(\"", &mut found);
    asked(Path::new("src"), "text(\"", &mut found);
    found.retain(|key| key.contains('-') && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
    let there: BTreeSet<String> = keys(Lang::En.source()).into_keys().collect();
    let missing: Vec<_> = found.difference(&there).collect();
    let unused: Vec<_> = there.difference(&found).collect();
    assert!(found == there, "missing: {missing:?}, unused: {unused:?}");
}

#[test]
fn the_catalogue_holds_no_html_but_three_tags() {
    for lang in [Lang::En, Lang::De] {
        let lines = lang.source().lines().filter(|line| !line.starts_with('#'));
        let mut text = lines.collect::<Vec<_>>().join("\n");
        for tag in ["->", "<b>", "</b>", "<code>", "</code>", "<bdi>", "</bdi>", "&amp;"] {
            text = text.replace(tag, "");
        }
        assert!(!text.contains(['<', '>', '&', '"', '\u{2014}']), "{}", lang.tag());
        Book::read(lang);
    }
}

#[test]
fn what_is_put_into_a_hole_is_escaped_in_html() {
    let told = text("name-sign").with("sign", "<b>\"'&");
    assert!(Lang::En.book().html(&told).0.contains("&lt;b&gt;&quot;&#39;&amp;"));
    assert!(Lang::En.book().plain(&told).contains("<b>\"'&"));
    // Twice the same: what looks escaped was typed so.
    let told = text("name-taken").with("name", "&lt;&amp;<i>");
    assert_eq!(Lang::En.book().plain(&told), "&lt;&amp;<i> is taken here. Please take another.");
}

#[test]
fn plural_forms_follow_the_language() {
    let told = |count: usize| Lang::De.book().plain(&text("error-list").with("count", count));
    assert!(told(1) != told(2).replace('2', "1"), "{} {}", told(1), told(2));
}

#[test]
fn sizes_have_the_languages_own_comma() {
    for (bytes, english, german) in [
        (999, "999 B", "999 B"),
        (1_999, "1 kB", "1 kB"),
        (1_000_000, "1.0 MB", "1,0 MB"),
        (1_449_999, "1.4 MB", "1,4 MB"),
        (999_949_999, "999.9 MB", "999,9 MB"),
        (999_950_000, "1.0 GB", "1,0 GB"),
        (1_400_000_000, "1.4 GB", "1,4 GB"),
        (u64::MAX, "18446744073.7 GB", "18446744073,7 GB"),
    ] {
        let said = |lang: Lang| lang.book().size(Bytes(bytes));
        assert_eq!((said(Lang::En).as_str(), said(Lang::De).as_str()), (english, german));
    }
    let told = text("restore-row-arrived-some").with("done", Bytes(96_000_000));
    assert_eq!(Lang::De.book().plain(&told), "96,0 MB bis jetzt");
}

#[test]
fn rfc9110_12_5_4_the_best_language_is_picked() {
    for (header, lang) in [
        ("", Lang::En),
        ("de-AT,de;q=0.9,en;q=0.8", Lang::De),
        ("fr, de;q=0.4, en;q=0.5", Lang::En),
        ("de;q=0, fr", Lang::En),
        ("ar-XB", Lang::Mirrored),
        ("ar", Lang::En),
        ("de;q=x,,;;=", Lang::En),
    ] {
        assert_eq!(Lang::accepted(header), lang, "{header}");
    }
}
