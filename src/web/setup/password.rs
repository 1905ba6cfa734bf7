//! What the pages say of a password that will not do. Keeps no state; the rules are [`passwords`].

use crate::accounts::passwords;
use crate::accounts::passwords::About;
use crate::accounts::passwords::WeakPassword;
use crate::texts::Text;
use crate::texts::text;

/// What is wrong with it, if anything is.
pub fn refused(password: &str, about: &About<'_>) -> Option<Text> {
    Some(match passwords::check(password, about).err()? {
        WeakPassword::TooShort { signs } => text("password-short").with("count", signs),
        WeakPassword::TooLong => text("password-long"),
        WeakPassword::WellKnown => text("password-known"),
        WeakPassword::Sign => text("setup-owner-password-sign"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_has_its_text() {
        let about = About { name: "mira", domain: "beach.example", place: "Beach House" };
        assert_eq!(refused("123456789", &about), Some(text("password-short").with("count", 9_usize)));
        assert_eq!(refused(&"ü".repeat(129), &about), Some(text("password-long")));
        assert_eq!(refused("Password123", &about), Some(text("password-known")));
        assert_eq!(refused("a\u{7}good long one", &about), Some(text("setup-owner-password-sign")));
        assert_eq!(refused("a good long one", &about), None);
    }
}
