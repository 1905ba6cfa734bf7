//! What the pages say of a name or a password that will not do. Keeps no state; the rules are [`names`](crate::accounts::names)
//! and [`passwords`].

use crate::accounts::names::NameError;
use crate::accounts::passwords;
use crate::accounts::passwords::About;
use crate::accounts::passwords::Strength;
use crate::accounts::passwords::WeakPassword;
use crate::texts::Text;
use crate::texts::text;

/// Why the name is refused.
pub fn name_refused(error: &NameError) -> Text {
    match error {
        NameError::Empty => text("name-empty"),
        NameError::Address { domain } => text("name-at").with("domain", domain.as_str()),
        NameError::Space { suggestions } => match suggestions.as_slice() {
            [dotted, joined] => text("name-blank").with("dotted", dotted.as_str()).with("joined", joined.as_str()),
            _ => text("name-odd"),
        },
        NameError::Sign { sign } => text("name-sign").with("sign", sign.to_string()),
        NameError::TooLong { signs } => text("name-long").with("count", *signs),
        NameError::Reserved { name, suggestions } => match suggestions.as_slice() {
            [one, two] => text("name-kept-or").with("name", name.as_str()).with("one", one).with("two", two),
            _ => text("name-kept").with("name", name.as_str()),
        },
        NameError::MixedScripts { suggestions } => match suggestions.as_slice() {
            [one, two] => text("name-scripts-or").with("one", one).with("two", two),
            _ => text("name-scripts"),
        },
        NameError::Taken { name, suggestions } => match suggestions.as_slice() {
            [one, two] => text("name-taken-or").with("name", name.as_str()).with("one", one).with("two", two),
            _ => text("name-taken").with("name", name.as_str()),
        },
        NameError::Alike { name, suggestions } => match suggestions.as_slice() {
            [one, two] => text("name-alike-or").with("name", name.as_str()).with("one", one).with("two", two),
            _ => text("name-alike").with("name", name.as_str()),
        },
    }
}

/// What is wrong with a password, if anything is.
pub fn password_refused(password: &str, about: &About<'_>) -> Option<Text> {
    password_judged(password, about).err()
}

/// How good a password is; or what is wrong with it.
pub fn password_judged(password: &str, about: &About<'_>) -> Result<Strength, Text> {
    passwords::check(password, about).map_err(|weak| password_weak(&weak))
}

/// How good it is, in words. The script says the same while it is typed.
pub fn strength(strength: Strength) -> Text {
    match strength {
        Strength::Fair => text("strength-fair"),
        Strength::Good => text("strength-good"),
        Strength::Strong => text("strength-strong"),
    }
}

/// Why the password is refused.
pub fn password_weak(weak: &WeakPassword) -> Text {
    match weak {
        WeakPassword::TooShort { signs } => text("password-short").with("count", *signs),
        WeakPassword::TooLong => text("password-long"),
        WeakPassword::WellKnown => text("password-known"),
        WeakPassword::Sign => text("password-sign"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::names::Taken;
    use crate::accounts::names::check;

    #[test]
    fn each_refused_password_has_its_text() {
        let about = About { name: "mira", domain: "beach.example", place: "Beach House" };
        assert_eq!(password_refused("123456789", &about), Some(text("password-short").with("count", 9_usize)));
        assert_eq!(password_refused(&"ü".repeat(129), &about), Some(text("password-long")));
        assert_eq!(password_refused("Password123", &about), Some(text("password-known")));
        assert_eq!(password_refused("a\u{7}good long one", &about), Some(text("password-sign")));
        assert_eq!(password_refused("a good long one", &about), None);
    }

    #[test]
    fn each_refused_name_has_its_text() {
        let there = |name: &str| if name == "tom" { Taken::Same } else { Taken::No };
        let refused = |typed| name_refused(&check(typed, "beach.example", &there).expect_err(typed));
        assert_eq!(refused("Tom"), text("name-taken-or").with("name", "tom").with("one", "tom.b").with("two", "mytom"));
        assert_eq!(refused("m\u{438}ra"), text("name-scripts-or").with("one", "mra").with("two", "mra.b"));
        assert_eq!(refused("mira k"), text("name-blank").with("dotted", "mira.k").with("joined", "mirak"));
    }
}
