//! Passwords that people choose for themselves: long enough, and none that everybody tries first.
//!
//! Pure. Holds for invitations, sign-up, reset and set-up. As all below ten signs are refused, the
//! best known ones are told by their stem: what is left without digits and signs at the ends. Measured against the
//! 10,000 best known of SecLists (`10-million-password-list-top-10000.txt`) and those of John the Ripper 1.9.0: all are
//! refused.

use std::fmt;

use serde::Deserialize;
use serde::Serialize;

use crate::limits::PASSWORD_CHOSEN_MAX_BYTES;
use crate::limits::PASSWORD_MIN_SIGNS;
use crate::texts::Lang;
use crate::texts::Text;
use crate::texts::text;
use crate::xmpp::sasl::verifier::prepare_password;

/// Words that the best known passwords are made of, and some of these as they are. The script of the pages has no such
/// list and relies on their length and signs ([`STEM_MAX_SIGNS`]).
#[rustfmt::skip]
const WELL_KNOWN: &[&str] = &[
    "9293709b13", "abc", "abcd", "abcde", "abcdef", "abcdefg", "abracadabra", "abrakadabra", "access", "admin",
    "administrator", "aleksander", "aleksandra", "alessandro", "alexander", "amanda", "anastasiya", "andrew", "angel",
    "angelofwar", "angels", "anthony", "apple", "armageddon", "asdf", "asdfg", "asdfgh", "asdfghjkl", "asdfjkl",
    "ashley", "astalavista", "azerty", "babemagnet", "babygirl", "badboy", "badnaamhere", "banana", "barcelona",
    "baseball", "basketball", "batman", "beautiful", "bestfriend", "bestfriends", "bismillah", "blackberry",
    "bladerunner", "blink", "bondarenko", "braveheart", "businessbabe", "butterfly", "california", "callofduty",
    "cannondale", "casablanca", "changeme", "charlie", "cheerleader", "cheerleaers", "cheese", "chelsea",
    "chickenwing", "chocolate", "chrisbrown", "christian", "christophe", "christopher", "cinderella", "cocksucker",
    "comicbookdb", "computer", "contortionist", "cookie", "correcthorsebatterystaple", "counterstrike", "ctdfcnjgjkm",
    "cunningham", "cxfcnkbdfz", "daddysgirl", "daniel", "darthvader", "deepthroat", "default", "deutschland",
    "devilmaycry", "dhjnvytyjub", "diamond", "djivanfros", "dkflbvbhjdbx", "dkflbvbhjdyf", "doggystyle", "domainlock",
    "donald", "dragon", "dragonball", "dragonballz", "ejaculation", "eminem", "enterprise", "estrellita",
    "evanescence", "evangelion", "facebook", "family", "fender", "finalfantasy", "fkmnthyfnbdf", "fktrcfylhf",
    "flower", "flvbybcnhfnjh", "football", "forever", "freedom", "friends", "friendship", "friendster", "fuck",
    "fuck_inside", "fuckinside", "fuckmehard", "fuckyou", "gangbanged", "gangster", "geheim", "george",
    "gfhjkmgfhjkm", "ghbdtndctv", "ghbdtnrfrltkf", "ghhh47hj", "ghjcnbnenrf", "ghjcnjgfhjkm", "ghjcnjghjcnj",
    "ghostrider", "ginger", "girls", "goldfinger", "good123654", "google", "greedisgood", "groupd", "guest",
    "gy3yt2rgls", "hallo", "hallohallo", "hammer", "hannah", "harley", "harrypotter", "hd764nw5d7e1vb", "hello",
    "hellohello", "hellokitty", "helloworld", "hfjdk", "highlander", "hockey", "hondacivic", "housewifes",
    "hsu75kpot", "htubcnhfwbz", "hunter", "ilovegod", "ilovejesus", "ilovepussy", "iloveu", "iloveyou", "insertions",
    "instructor", "interacial", "intercourse", "internet", "ironmaiden", "j3qq4h7h2v", "jasmine", "jediknight",
    "jennifer", "jessica", "jesucristo", "jesus", "jesuschrist", "jethrotull", "jordan", "joshua", "justin",
    "justinbieber", "killer", "kitty", "knickerless", "konstantin", "lamborghini", "lasvegas", "leavemealone",
    "letmein", "letmeinnow", "lifeisgood", "limpbizkit", "linkinpark", "liverpool", "lockerroom", "login", "lorenzo",
    "losangeles", "love", "lovelove", "lovely", "loveme", "loveyou", "madagaskar", "maggie", "mailcreated",
    "management", "manchester", "manchesterunited", "mapet", "martin", "master", "masterbaiting", "masterbate",
    "masterbating", "mastermind", "masturbation", "matrix", "matthew", "maurolarastefy", "maximilian", "metallica",
    "michael", "michelle", "mickey", "microphone", "momsanaladventure", "monkey", "monster", "montecarlo", "montgom",
    "mostwanted", "motdepasse", "motherlode", "multiplelo", "mustang", "mypassword", "naruto", "needforspeed",
    "newaccount", "newproject", "nicole", "nightshade", "ninja", "nopassword", "nothing", "nthvbyfnjh", "nuttertools",
    "oliver", "opensesame", "orange", "pakistan", "pass", "passw", "passwd", "password", "passwordpassword",
    "passwort", "pathfinder", "penetrating", "penetration", "pepper", "peternorth", "phoenix", "phrowz",
    "playstation", "pokemon", "polniypizdec", "pornographic", "porsche", "postov", "prince", "princesita", "princess",
    "prometheus", "pufunga", "purple", "pussylicker", "pussylover", "qazwsx", "qazwsxedc", "quant4307s", "qwer",
    "qwert", "qwerty", "qwertyqwerty", "qwertyu", "qwertyui", "qwertyuiop", "qwertz", "qwertzuiop", "ranger",
    "rastafarian", "realmadrid", "revolution", "rfhfvtkmrf", "rjirfrgbde", "rjs1la7qe", "rjycnfynby", "roadrunner",
    "robert", "rockyou", "ronaldinho", "salamander", "salamandra", "samsung", "schatz", "scooter", "secret",
    "sersolution", "shadow", "shevchenko", "silver", "skateboard", "slipknot", "smallville", "soccer",
    "sojdlg123aljg", "solidsnake", "sommer", "sonyericsson", "soso123aljg", "spartan", "spiderman", "starwars",
    "strawberry", "suckmydick", "summer", "summertime", "sunshine", "superman", "supersonic", "superstar",
    "sweetheart", "syncmaster", "terminator", "test", "testing", "testtest", "thomas", "thunderbird", "tigger",
    "tinkerbell", "tokiohotel", "transexual", "translator", "trustno", "twilight", "ugd5hip2j", "uncencored",
    "undertaker", "user", "usuckballz", "vflfufcrfh", "vfntvfnbrf", "vfvfvskfhfve", "victoria", "volkswagen",
    "volleyball", "vqsablpzla", "vsjasnel", "wachtwoord", "wasser", "watermelon", "websolutions", "welcome",
    "whatever", "willkommen", "winniethepooh", "winter", "xxxxxx", "yankees", "yfnfitymrf", "yjdsqgfhjkm", "zaq",
    "zaqwsx", "zcxfcnkbdf", "zxcv", "zxcvb", "zxcvbn", "zxcvbnm",
];

/// What a well-known stem has at most, but for the one of the comic strip.
#[cfg(test)]
const STEM_MAX_SIGNS: usize = 18;

/// Rows of keys and of letters: what is a piece of one is no password.
const ROWS: &[&str] = &[
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "qazwsxedcrfvtgbyhnujmikolp",
    "qazxswedcvfrtgbnhyujm",
    "zaqxswcdevfrbgtnhymju",
    "qawsedrftgyhujikolp",
    "qwerasdfzxcv",
    "qweasdzxc",
    "zxcasdqwe",
    "01234567899876543210",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "!@#$%^&*()_+",
];

/// Whose password it is to be.
#[derive(Clone, Copy, Debug, Default)]
pub struct About<'a> {
    pub name: &'a str,
    pub domain: &'a str,
    pub place: &'a str,
}

/// How good a password is that may be taken. For people: it refuses nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    Fair,
    Good,
    Strong,
}

impl Strength {
    /// In words. The script of the pages says the same while a password is typed.
    pub fn text(self) -> Text {
        match self {
            Strength::Fair => text("strength-fair"),
            Strength::Good => text("strength-good"),
            Strength::Strong => text("strength-strong"),
        }
    }
}

/// Why a password is refused; for terminals it shows itself in English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WeakPassword {
    TooShort {
        signs: usize,
    },
    TooLong,
    WellKnown,
    Sign,
    /// The same person's, or of another app of theirs: each app has its own.
    InUse,
}

impl WeakPassword {
    /// What people read of it.
    pub fn text(&self) -> Text {
        match self {
            WeakPassword::TooShort { signs } => text("password-short").with("count", signs),
            WeakPassword::TooLong => text("password-long"),
            WeakPassword::WellKnown => text("password-known"),
            WeakPassword::Sign => text("password-sign"),
            WeakPassword::InUse => text("password-in-use"),
        }
    }
}

impl std::error::Error for WeakPassword {}

impl fmt::Display for WeakPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Lang::En.book().plain(&self.text()))
    }
}

/// Checks what somebody typed.
pub fn check(typed: &str, about: &About<'_>) -> Result<Strength, WeakPassword> {
    let signs = typed.chars().count();
    if typed.len() > PASSWORD_CHOSEN_MAX_BYTES {
        return Err(WeakPassword::TooLong);
    }
    if signs < PASSWORD_MIN_SIGNS {
        return Err(WeakPassword::TooShort { signs });
    }
    if prepare_password(typed).is_err() {
        return Err(WeakPassword::Sign);
    }
    if is_well_known(typed) || is_about(typed, about) {
        return Err(WeakPassword::WellKnown);
    }
    let kinds = [char::is_lowercase, char::is_uppercase, char::is_numeric]
        .iter()
        .filter(|kind| typed.chars().any(**kind))
        .count()
        + usize::from(typed.chars().any(|sign| !sign.is_alphanumeric()));
    Ok(match signs + 2 * kinds {
        0..=15 => Strength::Fair,
        16..=21 => Strength::Good,
        _ => Strength::Strong,
    })
}

/// Small letters, the usual stand-ins put back.
fn plain(text: &str) -> String {
    let small = text.to_lowercase();
    small.chars().filter(|sign| !sign.is_whitespace()).collect()
}

fn without_stand_ins(text: &str) -> String {
    let back = |sign| match sign {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    };
    text.chars().map(back).collect()
}

/// Without digits and signs at either end.
fn stem(text: &str) -> &str {
    text.trim_matches(|sign: char| !sign.is_alphabetic())
}

fn is_well_known(typed: &str) -> bool {
    let plain = plain(typed);
    let stem = stem(&plain);
    let ends: String = plain.trim_end_matches(|sign: char| !sign.is_alphabetic() && sign != '@' && sign != '$').into();
    let distinct: std::collections::HashSet<char> = plain.chars().collect();
    distinct.len() < 4
        || stem.is_empty() && plain.len() < 14
        || is_word(&plain)
        || is_word(stem)
        || is_word(&without_stand_ins(stem))
        || is_word(&without_stand_ins(&ends))
        || is_of_a_row(&plain)
        || repeated(&plain).is_some_and(|unit| unit.len() < 5 || is_easy(unit))
        || is_interleaved(&plain)
}

/// A piece of a row, either way.
fn is_of_a_row(text: &str) -> bool {
    let backwards: String = text.chars().rev().collect();
    ROWS.iter().any(|row| row.contains(text) || row.contains(&backwards))
}

/// A well-known word, a piece of a row, one sign again and again, or nothing.
fn is_easy(text: &str) -> bool {
    let again = repeated(text).is_some_and(|unit| unit.len() < 3 || is_of_a_row(unit) || is_word(unit));
    text.is_empty() || is_of_a_row(text) || is_word(text) || again
}

fn is_word(text: &str) -> bool {
    WELL_KNOWN.binary_search(&text).is_ok()
}

/// Easy letters with easy digits before, behind or between them: `123456qwerty`, `a1b2c3d4e5`.
fn is_interleaved(plain: &str) -> bool {
    let inside = plain.trim_matches(|sign: char| !sign.is_alphanumeric());
    let (letters, digits): (String, String) = inside.chars().partition(|sign| sign.is_alphabetic());
    inside.chars().all(char::is_alphanumeric) && is_easy(&letters) && is_easy(&digits)
}

/// The part of which the whole is a repetition.
fn repeated(text: &str) -> Option<&str> {
    let cuts = text.char_indices().map(|(at, _)| at).filter(|at| *at > 0 && *at <= text.len() / 2);
    cuts.filter(|at| text.len().is_multiple_of(*at))
        .map(|at| &text[..at])
        .find(|unit| unit.repeat(text.len() / unit.len()) == text)
}

/// The name, the domain or the place, with no more than digits and signs about it, or said twice.
fn is_about(typed: &str, about: &About<'_>) -> bool {
    let typed = plain(typed);
    let address = format!("{}@{}", about.name, about.domain);
    let label = about.domain.split('.').next().unwrap_or_default();
    [about.name, about.domain, about.place, label, &address].into_iter().map(plain).any(|word| {
        let inside = stem(&typed);
        word.chars().count() > 1
            && (typed == word || inside == word || inside == stem(&word) || inside == word.repeat(2))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABOUT: About<'_> = About { name: "miranda.k", domain: "beach.example", place: "Beach House" };

    #[test]
    fn short_long_and_impossible_ones_are_refused() {
        assert_eq!(check("", &ABOUT), Err(WeakPassword::TooShort { signs: 0 }));
        assert_eq!(check("übergang", &ABOUT), Err(WeakPassword::TooShort { signs: 8 }));
        assert_eq!(check(&"a b".repeat(100), &ABOUT), Err(WeakPassword::TooLong));
        assert_eq!(check("a line\nand more", &ABOUT), Err(WeakPassword::Sign));
    }

    #[test]
    fn what_everybody_tries_first_is_refused() {
        for known in [
            "password123",
            "Password123!",
            "P@ssw0rd2024",
            "1234567890",
            "0987654321",
            "qwertyuiop",
            "Qwertz12345",
            "iloveyou2024",
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "1q2w3e4r5t",
            "letmein12345",
            "!!!football!!!",
            "passwordpassword",
            "20241120",
            "2024112020",
            "abababababab",
            "monkeymonkey",
            "hello hello",
            // Of the list of 10,000, one of each sort.
            "12345qwert",
            "1234554321",
            "123qweasdzxc",
            "1q2w3e4r5t6y",
            "qazwsxedcrfvtgb",
            "zaq1xsw2cde3",
            "123456789987654321",
            "a1b2c3d4e5",
            "1a2a3a4a5a",
            "q1q2q3q4q5",
            "123456789qwerty",
            "123456789abc",
            "7ugd5hip2j",
            "9293709b13",
            "porsche911",
            "leave me alone",
            "ghbdtnrfrltkf",
            "masterbaiting",
        ] {
            let error = check(known, &ABOUT).expect_err(known);
            assert!(matches!(error, WeakPassword::WellKnown | WeakPassword::TooShort { .. }), "{known}: {error}");
        }
    }

    #[test]
    fn name_domain_and_place_are_refused() {
        for own in [
            "miranda.k1",
            "Miranda.K123",
            "beach.example",
            "beach.example1",
            "Beach House",
            "beachhouse99",
            "miranda.k@beach.example",
            "beachbeach",
        ] {
            assert_eq!(check(own, &ABOUT), Err(WeakPassword::WellKnown), "{own}");
        }
    }

    #[test]
    fn others_pass_with_a_word_on_their_strength() {
        assert_eq!(check("pencil-and-paper", &ABOUT), Ok(Strength::Good));
        assert_eq!(check("gnurblfips", &ABOUT), Ok(Strength::Fair));
        assert_eq!(check("Four grey geese in 1 boat", &ABOUT), Ok(Strength::Strong));
        assert_eq!(check(&crate::clock::token(), &ABOUT), Ok(Strength::Strong));
    }

    #[test]
    fn what_has_easy_pieces_and_more_is_taken() {
        for good in ["qwerty and a heron", "1234 blue herons", "a1b2c3 for breakfast", "my monkey has 12 hats"] {
            assert!(check(good, &ABOUT).is_ok(), "{good}");
        }
    }

    #[test]
    fn the_list_is_what_the_script_of_the_pages_relies_on() {
        let script = include_str!("../../templates/assets/imera.js");
        assert!(script.contains(&format!("letters.length > {STEM_MAX_SIGNS}")));
        for word in WELL_KNOWN.iter().filter(|word| !word.starts_with("correcthorse")) {
            assert!(word.chars().count() <= STEM_MAX_SIGNS, "{word}");
            assert!(word.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_')), "{word}");
        }
        for row in ROWS.iter().filter(|row| row.bytes().filter(u8::is_ascii_alphabetic).count() > STEM_MAX_SIGNS) {
            let letters: String = row.chars().filter(char::is_ascii_alphabetic).collect();
            assert!(script.contains(&letters), "{letters}");
        }
    }

    #[test]
    fn each_refusal_has_its_words() {
        let refused = |typed: &str| check(typed, &ABOUT).expect_err(typed);
        assert_eq!(refused("123456789").text(), text("password-short").with("count", 9_usize));
        assert_eq!(refused(&"ü".repeat(129)).text(), text("password-long"));
        assert_eq!(refused("Password123").text(), text("password-known"));
        assert_eq!(refused("a\u{7}good long one").text(), text("password-sign"));
        assert_eq!(refused("123456789").to_string(), "This has 9 signs; it needs 10. Add another word.");
    }

    #[test]
    fn the_list_is_sorted() {
        assert!(
            WELL_KNOWN.windows(2).all(|two| two[0] < two[1]),
            "{:?}",
            WELL_KNOWN.windows(2).find(|two| two[0] >= two[1])
        );
    }
}
