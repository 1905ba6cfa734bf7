//! Passwords that people choose for themselves: long enough, and none that everybody tries first.
//!
//! Pure. Holds for invitations, sign-up, reset and set-up. As all below ten signs are refused, the
//! best known ones are told by their stem: what is left without digits and signs at the ends.

use std::fmt;

use crate::limits::PASSWORD_CHOSEN_MAX_BYTES;
use crate::limits::PASSWORD_MIN_SIGNS;
use crate::texts::Lang;
use crate::texts::Text;
use crate::texts::text;
use crate::xmpp::sasl::verifier::prepare_password;

/// Words that the best known passwords are made of.
#[rustfmt::skip]
const WELL_KNOWN: &[&str] = &[
    "abc", "abcd", "abcde", "abcdef", "abcdefg", "access", "admin", "administrator", "alexander", "amanda",
    "andrew", "angel", "angels", "anthony", "apple", "asdf", "asdfg", "asdfgh", "asdfghjkl", "asdfjkl", "ashley",
    "azerty", "babygirl", "badboy", "banana", "barcelona", "baseball", "basketball", "batman", "beautiful",
    "bismillah", "blink", "butterfly", "changeme", "charlie", "cheese", "chelsea", "chocolate", "christian",
    "computer", "cookie", "correcthorsebatterystaple", "daniel", "default", "diamond", "donald", "dragon", "eminem",
    "facebook", "family", "fender", "flower", "football", "forever", "freedom", "friends", "fuck", "fuckyou",
    "gangster", "geheim", "george", "ginger", "girls", "google", "guest", "hallo", "hallohallo", "hammer", "hannah",
    "harley", "hello", "hellohello", "helloworld", "hockey", "hunter", "ilovegod", "iloveu", "iloveyou", "internet",
    "jasmine", "jennifer", "jessica", "jesus", "jesuschrist", "jordan", "joshua", "justin", "killer", "kitty",
    "lasvegas", "letmein", "letmeinnow", "liverpool", "login", "lorenzo", "love", "lovelove", "lovely", "loveme",
    "loveyou", "maggie", "manchester", "manchesterunited", "martin", "master", "matrix", "matthew", "michael",
    "michelle", "mickey", "monkey", "monster", "mustang", "mypassword", "naruto", "nicole", "ninja", "nothing",
    "oliver", "orange", "pakistan", "pass", "passw", "passwd", "password", "passwordpassword", "passwort", "pepper",
    "phoenix", "pokemon", "prince", "princess", "purple", "qazwsx", "qazwsxedc", "qwer", "qwert", "qwerty",
    "qwertyqwerty", "qwertyu", "qwertyui", "qwertyuiop", "qwertz", "qwertzuiop", "ranger", "realmadrid", "robert",
    "rockyou", "samsung", "schatz", "scooter", "secret", "shadow", "silver", "slipknot", "soccer", "sommer",
    "spiderman", "starwars", "summer", "sunshine", "superman", "superstar", "sweetheart", "test", "testing",
    "testtest", "thomas", "tigger", "tinkerbell", "trustno", "twilight", "user", "victoria", "wasser", "welcome",
    "whatever", "willkommen", "winter", "xxxxxx", "yankees", "zaq", "zaqwsx", "zxcv", "zxcvb", "zxcvbn", "zxcvbnm",
];

/// Rows of keys and of letters: what is a piece of one is no password.
const ROWS: &[&str] = &[
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    Fair,
    Good,
    Strong,
}

/// Why a password is refused; for terminals it shows itself in English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WeakPassword {
    TooShort { signs: usize },
    TooLong,
    WellKnown,
    Sign,
}

impl WeakPassword {
    /// What people read of it.
    pub fn text(&self) -> Text {
        match self {
            WeakPassword::TooShort { signs } => text("password-short").with("count", signs),
            WeakPassword::TooLong => text("password-long"),
            WeakPassword::WellKnown => text("password-known"),
            WeakPassword::Sign => text("password-sign"),
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
    let known = |text: &str| WELL_KNOWN.binary_search(&text).is_ok();
    let stem = stem(&plain);
    let ends: String = plain.trim_end_matches(|sign: char| !sign.is_alphabetic() && sign != '@' && sign != '$').into();
    let distinct: std::collections::HashSet<char> = plain.chars().collect();
    let backwards: String = plain.chars().rev().collect();
    distinct.len() < 4
        || stem.is_empty() && plain.len() < 14
        || known(stem)
        || known(&without_stand_ins(stem))
        || known(&without_stand_ins(&ends))
        || ROWS.iter().any(|row| row.contains(&plain) || row.contains(&backwards))
        || repeated(&plain)
            .is_some_and(|unit| unit.len() < 5 || known(unit) || ROWS.iter().any(|row| row.contains(unit)))
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
