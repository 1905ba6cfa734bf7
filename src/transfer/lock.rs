//! Locking by a passphrase: Argon2id (RFC 9106) makes it into the secret half of an age key.
//!
//! Only the public half is kept, with salt and parameters, in the setting `backup_recipient`:
//! backups are locked unattended, and nothing on the disk opens them. Keeps no state here.

use argon2::Algorithm;
use argon2::Argon2;
use argon2::Params;
use argon2::Version;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use zeroize::Zeroizing;

use super::TransferError;
use super::age::Identity;
use super::age::Recipient;
use super::work;
use crate::clock;
use crate::limits;
use crate::xmpp::sasl::verifier::prepare_password;

/// How a passphrase becomes a key, and the public half of that key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    pub recipient: Recipient,
    salt: [u8; 16],
    memory_kib: u32,
    passes: u32,
}

/// Whether it may lock a backup.
pub fn check(passphrase: &str) -> Result<(), TransferError> {
    let has = prepared(passphrase).trim().chars().count();
    match has < limits::PASSPHRASE_MIN_SIGNS {
        true => Err(TransferError::PassphraseShort { needs: limits::PASSPHRASE_MIN_SIGNS, has }),
        false => Ok(()),
    }
}

/// Two keyboards write the same letter differently: as RFC 8265 has passwords, so that each opens it.
fn prepared(passphrase: &str) -> Zeroizing<String> {
    prepare_password(passphrase).unwrap_or_else(|_| Zeroizing::new(passphrase.to_owned()))
}

impl Lock {
    /// A new one, with a salt of its own. Takes 64 MiB and a third of a second: not on a thread of
    /// the runtime.
    pub fn new(passphrase: &str) -> Result<Lock, TransferError> {
        check(passphrase)?;
        let (memory_kib, passes) = (limits::ARGON2_MEMORY_KIB, limits::ARGON2_PASSES);
        let mut lock = Lock {
            recipient: Identity::new(Zeroizing::new([1; 32])).recipient(),
            salt: clock::random(),
            memory_kib,
            passes,
        };
        lock.recipient = lock.derive(passphrase)?.recipient();
        Ok(lock)
    }

    /// The secret half, if the passphrase is the right one. As slow as [`Lock::new`].
    pub fn open(&self, passphrase: &str) -> Result<Option<Identity>, TransferError> {
        let identity = self.derive(passphrase)?;
        Ok((identity.recipient() == self.recipient).then_some(identity))
    }

    fn derive(&self, passphrase: &str) -> Result<Identity, TransferError> {
        let unusable = |_| TransferError::Recipient;
        let params = Params::new(self.memory_kib, self.passes, 1, Some(32)).map_err(unusable)?;
        let mut secret = Zeroizing::new([0; 32]);
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon.hash_password_into(prepared(passphrase).as_bytes(), &self.salt, &mut *secret).map_err(unusable)?;
        Ok(Identity::new(secret))
    }

    /// `argon2id m=65536 t=3 p=1 salt=…`
    pub fn parameters(&self) -> String {
        format!("argon2id m={} t={} p=1 salt={}", self.memory_kib, self.passes, BASE64.encode(self.salt))
    }

    /// From its two texts. Parameters that would need more than we ever ask for are refused: they
    /// come from a file of anybody's.
    pub fn parse(parameters: &str, key: &str) -> Option<Lock> {
        let mut words = parameters.strip_prefix("argon2id m=")?.split(' ');
        let memory_kib = words.next()?.parse().ok()?;
        let passes = words.next()?.strip_prefix("t=")?.parse().ok()?;
        let (lanes, salt) = (words.next()?, words.next()?.strip_prefix("salt=")?);
        let salt = BASE64.decode(salt).ok()?.try_into().ok()?;
        let lock = Lock { recipient: Recipient::parse(key)?, salt, memory_kib, passes };
        let bounded = (8..=limits::ARGON2_MEMORY_MAX_KIB).contains(&memory_kib)
            && (1..=limits::ARGON2_PASSES_MAX).contains(&passes);
        (bounded && lanes == "p=1" && lock.parameters() == parameters).then_some(lock)
    }

    /// As the setting holds it.
    pub fn to_setting(&self) -> String {
        format!("{} {}", self.recipient.to_text(), self.parameters())
    }

    pub fn of_setting(text: &str) -> Option<Lock> {
        let (key, parameters) = text.split_once(' ')?;
        Lock::parse(parameters, key)
    }
}

/// The value of `backup_recipient` that goes with a passphrase, made on a thread of its own.
pub async fn recipient_of(passphrase: Zeroizing<String>) -> Result<String, TransferError> {
    work::run(&|_, _, _| {}, move |_| Ok(Lock::new(&passphrase)?.to_setting())).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_opens_what_it_locked_and_no_other_one_does() {
        let lock = Lock::new("correct horse battery").unwrap();
        assert!(lock.open("correct horse battery").unwrap().is_some());
        assert!(lock.open("Correct horse battery").unwrap().is_none());
        let composed = Lock::new("drei gr\u{fc}ne Enten").unwrap();
        assert!(composed.open("drei gru\u{308}ne Enten").unwrap().is_some(), "another keyboard");
        assert!(matches!(Lock::new("            "), Err(TransferError::PassphraseShort { has: 0, .. })));
        assert_eq!(Lock::of_setting(&lock.to_setting()), Some(lock.clone()));
        assert!(lock.to_setting().len() <= 200, "the setting's length");
        assert!(matches!(Lock::new("eleven sign"), Err(TransferError::PassphraseShort { needs: 12, has: 11 })));
    }

    #[test]
    fn parameters_that_would_take_a_machine_down_are_refused() {
        let key = Identity::new(Zeroizing::new([7; 32])).recipient().to_text();
        let lock = |text: &str| Lock::parse(text, &key);
        assert!(lock("argon2id m=65536 t=3 p=1 salt=AAAAAAAAAAAAAAAAAAAAAA").is_some());
        for wrong in [
            "argon2id m=4294967295 t=3 p=1 salt=AAAAAAAAAAAAAAAAAAAAAA",
            "argon2id m=65536 t=4000000 p=1 salt=AAAAAAAAAAAAAAAAAAAAAA",
            "argon2id m=65536 t=3 p=9 salt=AAAAAAAAAAAAAAAAAAAAAA",
            "argon2id m=065536 t=3 p=1 salt=AAAAAAAAAAAAAAAAAAAAAA",
            "argon2id m=65536 t=3 p=1 salt=AAAA",
            "scrypt",
        ] {
            assert!(lock(wrong).is_none(), "{wrong}");
        }
    }
}
