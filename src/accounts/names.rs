//! Names that people choose for themselves: what is refused, why, and what is free instead.
//!
//! Pure. Holds for invitations, sign-up and set-up; accounts that an owner makes may have any name
//! that RFC 7622 allows. Look-alikes follow UTS 39 in a small way: scripts are not mixed, and
//! names are compared by a skeleton in which dots, dashes and the usual stand-ins do not count.

use std::fmt;

use crate::limits::NAME_MAX_SIGNS;
use crate::texts::Lang;
use crate::texts::Text;
use crate::texts::text;
use crate::xmpp::jid::prepare_local;

/// Names that people would take for the place itself, or that RFC 2142 keeps for a duty.
#[rustfmt::skip]
pub const RESERVED: &[&str] = &[
    "abuse", "account", "accounts", "admin", "administrator", "admins", "all", "anonymous", "billing", "bot",
    "conference", "contact", "daemon", "everyone", "ftp", "guest", "help", "helpdesk", "here", "host", "hostmaster",
    "imera", "info", "invite", "jabber", "legal", "mail", "mailer-daemon", "me", "moderator", "news", "no-reply",
    "nobody", "noc", "none", "notifications", "null", "official", "operator", "owner", "password", "postmaster",
    "privacy", "proxy", "pubsub", "register", "registrar", "reset", "root", "sales", "security", "server",
    "service", "services", "staff", "status", "superuser", "support", "sysadmin", "sysop", "system", "team",
    "undefined", "upload", "usenet", "user", "username", "uucp", "webmaster", "www", "xmpp",
];

/// How a name relates to those that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    No,
    /// Somebody has it.
    Same,
    /// Somebody has one that looks like it.
    Alike,
}

/// A name that may be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Prepared (RFC 7622 §3.3).
    pub name: String,
    /// It was typed with capitals.
    pub made_small: bool,
}

/// Why a name is refused; for terminals it shows itself in English. `suggestions`: free ones, at most two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameError {
    Empty,
    Space { suggestions: Vec<String> },
    Address { domain: String },
    Sign { sign: char },
    TooLong { signs: usize },
    Reserved { name: String, suggestions: Vec<String> },
    MixedScripts { suggestions: Vec<String> },
    Taken { name: String, suggestions: Vec<String> },
    Alike { name: String, suggestions: Vec<String> },
}

impl std::error::Error for NameError {}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Lang::En.book().plain(&self.text()))
    }
}

impl NameError {
    /// Free names to take instead.
    pub fn suggestions(&self) -> &[String] {
        match self {
            NameError::Space { suggestions }
            | NameError::Reserved { suggestions, .. }
            | NameError::MixedScripts { suggestions }
            | NameError::Taken { suggestions, .. }
            | NameError::Alike { suggestions, .. } => suggestions,
            _ => &[],
        }
    }

    /// What people read of it.
    pub fn text(&self) -> Text {
        match self {
            NameError::Empty => text("name-empty"),
            NameError::Address { domain } => text("name-at").with("domain", domain),
            NameError::Space { suggestions } => match suggestions.as_slice() {
                [dotted, joined] => text("name-blank").with("dotted", dotted).with("joined", joined),
                _ => text("name-odd"),
            },
            NameError::Sign { sign } => text("name-sign").with("sign", sign.to_string()),
            NameError::TooLong { signs } => text("name-long").with("count", signs),
            NameError::Reserved { name, suggestions } => match suggestions.as_slice() {
                [one, two] => text("name-kept-or").with("name", name).with("one", one).with("two", two),
                _ => text("name-kept").with("name", name),
            },
            NameError::MixedScripts { suggestions } => match suggestions.as_slice() {
                [one, two] => text("name-scripts-or").with("one", one).with("two", two),
                _ => text("name-scripts"),
            },
            NameError::Taken { name, suggestions } => match suggestions.as_slice() {
                [one, two] => text("name-taken-or").with("name", name).with("one", one).with("two", two),
                _ => text("name-taken").with("name", name),
            },
            NameError::Alike { name, suggestions } => match suggestions.as_slice() {
                [one, two] => text("name-alike-or").with("name", name).with("one", one).with("two", two),
                _ => text("name-alike").with("name", name),
            },
        }
    }
}

/// Checks what somebody typed. `taken` is asked with prepared names.
pub fn check(typed: &str, domain: &str, taken: &dyn Fn(&str) -> Taken) -> Result<Chosen, NameError> {
    let typed = own_part(typed.trim(), domain)?;
    if typed.chars().all(|sign| "._-~+".contains(sign)) {
        return Err(NameError::Empty);
    }
    let signs = typed.chars().count();
    if signs > NAME_MAX_SIGNS {
        return Err(NameError::TooLong { signs });
    }
    if typed.contains(char::is_whitespace) {
        let words: Vec<&str> = typed.split_whitespace().collect();
        let candidates = [words.join("."), words.concat()];
        return Err(NameError::Space { suggestions: free(candidates.into_iter(), taken) });
    }
    let name = prepare_local(typed).map_err(|_| NameError::Sign { sign: culprit(typed) })?;
    if mixes_scripts(&name) {
        return Err(NameError::MixedScripts { suggestions: free(of_one_script(&name, domain).into_iter(), taken) });
    }
    let suggestions = || free(variants(&name, domain), taken);
    if is_reserved(&name) {
        return Err(NameError::Reserved { suggestions: suggestions(), name });
    }
    match taken(&name) {
        Taken::No => Ok(Chosen { made_small: name != typed, name }),
        Taken::Same => Err(NameError::Taken { suggestions: suggestions(), name }),
        Taken::Alike => Err(NameError::Alike { suggestions: suggestions(), name }),
    }
}

/// `mira` of `mira@our.domain`.
pub fn own_part<'a>(typed: &'a str, domain: &str) -> Result<&'a str, NameError> {
    match typed.rsplit_once('@') {
        Some((own, of)) if of.eq_ignore_ascii_case(domain) => Ok(own),
        Some((own, of)) if !own.is_empty() && of.contains('.') => Err(NameError::Address { domain: domain.to_owned() }),
        _ => Ok(typed),
    }
}

/// The sign for which preparation failed.
fn culprit(typed: &str) -> char {
    let alone = |sign: &char| prepare_local(&format!("a{}", sign.to_lowercase())).is_err();
    typed.chars().find(alone).or_else(|| typed.chars().next()).unwrap_or(' ')
}

fn variants<'a>(name: &'a str, domain: &str) -> impl Iterator<Item = String> + use<'a> {
    let initial = domain.chars().find(|sign| sign.is_ascii_lowercase()).unwrap_or('x');
    let room = NAME_MAX_SIGNS - 3;
    let stem: String = name.chars().take(room).collect();
    let numbered = stem.clone();
    [format!("{stem}.{initial}"), format!("my{stem}")]
        .into_iter()
        .chain((2..100).map(move |n| format!("{numbered}{n}")))
}

/// A name that looks the same in Latin letters; where there is none, the letters of the first script alone.
fn of_one_script(name: &str, domain: &str) -> Vec<String> {
    let latin = |sign: char| match script(sign) {
        None | Some(Script::Latin) => Some(sign),
        Some(_) => skeleton(sign.encode_utf8(&mut [0; 4])).chars().next().filter(char::is_ascii),
    };
    let first = name.chars().find_map(script);
    let own = |sign: &char| script(*sign).is_none_or(|script| Some(script) == first);
    let alike = name.chars().map(latin).collect::<Option<String>>();
    let alike = alike.unwrap_or_else(|| name.chars().filter(own).collect());
    std::iter::once(alike.clone()).chain(variants(&alike, domain)).collect()
}

fn free(candidates: impl Iterator<Item = String>, taken: &dyn Fn(&str) -> Taken) -> Vec<String> {
    let prepared = candidates.filter_map(|candidate| prepare_local(&candidate).ok());
    let good = |name: &String| {
        name.chars().count() <= NAME_MAX_SIGNS && !mixes_scripts(name) && !is_reserved(name) && taken(name) == Taken::No
    };
    prepared.filter(good).take(2).collect()
}

/// Whether a prepared name is kept for the place, or looks like one that is.
pub fn is_reserved(name: &str) -> bool {
    let own = [skeleton(name), skeleton(&name.replace('1', "i"))];
    RESERVED.iter().any(|reserved| own.contains(&skeleton(reserved)))
}

/// What a prepared name looks like: names with the same skeleton are taken for one another.
pub fn skeleton(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for sign in name.chars() {
        match sign {
            '.' | '-' | '_' | '~' | '+' | '·' | '\u{2010}'..='\u{2015}' => {}
            // Marks that no letter has taken in.
            '\u{300}'..='\u{36f}' => {}
            // Digits and letters that stand for others; Cyrillic and Greek that look Latin.
            '0' | 'о' | 'ο' | 'օ' => plain.push('o'),
            '1' | '|' | 'ӏ' | 'ⅼ' => plain.push('l'),
            'а' | 'α' => plain.push('a'),
            'в' | 'ь' => plain.push('b'),
            'ԁ' => plain.push('d'),
            'е' | 'ҽ' => plain.push('e'),
            'һ' | 'н' => plain.push('h'),
            'і' | 'ı' | 'ι' => plain.push('i'),
            'ј' => plain.push('j'),
            'к' | 'κ' => plain.push('k'),
            'м' => plain.push('m'),
            'п' | 'η' => plain.push('n'),
            'р' | 'ρ' => plain.push('p'),
            'г' => plain.push('r'),
            'ԛ' => plain.push('q'),
            'с' | 'ϲ' => plain.push('c'),
            'ѕ' => plain.push('s'),
            'т' | 'τ' => plain.push('t'),
            'υ' => plain.push('u'),
            'ν' | 'ѵ' => plain.push('v'),
            'ԝ' => plain.push('w'),
            'х' | 'χ' => plain.push('x'),
            'у' | 'γ' => plain.push('y'),
            other => plain.push(other),
        }
    }
    let plain = plain.replace("rn", "m").replace("vv", "w");
    match plain.is_empty() {
        true => name.to_owned(),
        false => plain,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    Armenian,
    Hebrew,
    Arabic,
    Indic,
    Cherokee,
    /// Han, kana, hangul, bopomofo: written together, also with Latin (UTS 39 §5.2).
    East,
    Other,
}

fn script(sign: char) -> Option<Script> {
    let code = u32::from(sign);
    match code {
        _ if !sign.is_alphabetic() => None,
        0x41..=0x24f | 0x1e00..=0x1eff | 0x2c60..=0x2c7f | 0xa720..=0xa7ff => Some(Script::Latin),
        0x370..=0x3ff | 0x1f00..=0x1fff => Some(Script::Greek),
        0x400..=0x52f | 0x1c80..=0x1c8f | 0x2de0..=0x2dff | 0xa640..=0xa69f => Some(Script::Cyrillic),
        0x530..=0x58f => Some(Script::Armenian),
        0x590..=0x5ff => Some(Script::Hebrew),
        0x600..=0x77f | 0x8a0..=0x8ff => Some(Script::Arabic),
        0x900..=0xdff => Some(Script::Indic),
        0x13a0..=0x13ff | 0xab70..=0xabbf => Some(Script::Cherokee),
        0x1100..=0x11ff | 0x2e80..=0x31ff | 0x3400..=0x9fff | 0xac00..=0xd7ff | 0x20000..=0x3ffff => Some(Script::East),
        _ => Some(Script::Other),
    }
}

fn mixes_scripts(name: &str) -> bool {
    let mut first = None;
    name.chars().filter_map(script).any(|script| match first {
        None => {
            first = Some(script);
            false
        }
        Some(Script::Latin) if script == Script::East => {
            first = Some(Script::East);
            false
        }
        Some(Script::East) if script == Script::Latin => false,
        Some(first) => first != script,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn among<'a>(there: &'a [&'a str]) -> impl Fn(&str) -> Taken + 'a {
        move |name| match there {
            there if there.contains(&name) => Taken::Same,
            there if there.iter().any(|other| skeleton(other) == skeleton(name)) => Taken::Alike,
            _ => Taken::No,
        }
    }

    fn refused(typed: &str) -> NameError {
        check(typed, "beach.example", &among(&["tom", "tom.b", "bill0"])).expect_err(typed)
    }

    #[test]
    fn good_names_pass_and_capitals_are_made_small() {
        let check = |typed: &str| check(typed, "beach.example", &among(&["tom"]));
        assert_eq!(check("Mira"), Ok(Chosen { name: "mira".into(), made_small: true }));
        assert_eq!(check(" mira@beach.example "), Ok(Chosen { name: "mira".into(), made_small: false }));
        for good in ["jürgen", "мария", "太郎", "taro太郎", "ali", "eli", "anna-lena", "x1", &"a".repeat(40)]
        {
            assert!(check(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn each_refusal_says_why() {
        for empty in ["  ", ".", "..", "-_-"] {
            assert_eq!(refused(empty), NameError::Empty, "{empty}");
        }
        assert_eq!(refused("mira k"), NameError::Space { suggestions: vec!["mira.k".into(), "mirak".into()] });
        assert_eq!(refused("mira@else.example"), NameError::Address { domain: "beach.example".into() });
        assert_eq!(refused("mi/ra"), NameError::Sign { sign: '/' });
        assert_eq!(refused("mira😀"), NameError::Sign { sign: '😀' });
        assert_eq!(refused(&"a".repeat(1_000)), NameError::TooLong { signs: 1_000 });
        let mixed = |one: &str, two: &str| NameError::MixedScripts { suggestions: vec![one.into(), two.into()] };
        assert_eq!(refused("pаypal"), mixed("paypal", "paypal.b"));
        assert_eq!(refused("мирa7"), mixed("мир7", "мир72"), "its a is Latin");
        assert_eq!(refused("tоm"), mixed("mytom", "tom2"), "tom is taken, and tom.b");
        for kept in ["admin", "Admin", "adm1n", "аԁміп", "a.d.m.i.n", "root", "r00t", "postmaster", "supp0rt"] {
            assert!(matches!(refused(kept), NameError::Reserved { .. }), "{kept}");
        }
    }

    #[test]
    fn taken_and_alike_names_come_with_free_ones() {
        let taken = refused("tom");
        assert_eq!(taken, NameError::Taken { name: "tom".into(), suggestions: vec!["mytom".into(), "tom2".into()] });
        for alike in ["t.om", "t0m", "bi\u{307}ll0", "tom-", "billo", "bil-l0", "bi11o"] {
            let error = refused(alike);
            assert!(matches!(error, NameError::Alike { .. }), "{alike}: {error}");
            assert_eq!(error.suggestions().len(), 2, "{alike}");
        }
    }

    #[test]
    fn each_refusal_has_its_words() {
        let taken = text("name-taken-or").with("name", "tom").with("one", "mytom").with("two", "tom2");
        assert_eq!(refused("Tom").text(), taken);
        let mixed = text("name-scripts-or").with("one", "mra").with("two", "mra.b");
        assert_eq!(refused("m\u{438}ra").text(), mixed);
        assert_eq!(refused("mira k").text(), text("name-blank").with("dotted", "mira.k").with("joined", "mirak"));
        // Terminals have them in English, without the tags of pages.
        assert_eq!(refused("Tom").to_string(), "tom is taken here. Perhaps mytom or tom2?");
        assert_eq!(refused("mi<ra").to_string(), "A chat name cannot have < in it.");
    }

    #[test]
    fn uts39_whole_words_of_another_script_look_like_latin_ones() {
        assert_eq!(skeleton("сосо"), skeleton("coco"));
        assert_eq!(skeleton("rnona"), skeleton("mona"));
        assert_ne!(skeleton("ali"), skeleton("all"));
    }

    #[test]
    fn the_list_is_sorted_and_prepared() {
        assert!(RESERVED.windows(2).all(|two| two[0] < two[1]));
        assert!(RESERVED.iter().all(|name| prepare_local(name).as_deref() == Ok(*name)));
    }
}
