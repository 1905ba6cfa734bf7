//! What the server keeps of a password: RFC 5802 §3, RFC 7677, draft-melnikov-scram-sha-512.
//!
//! Passwords are prepared by PRECIS OpaqueString (RFC 8265 §4), except that characters younger
//! than the tables of the precis crates (Unicode 6.3) are let through, as most emoji are.

use std::fmt;
use std::num::NonZeroU32;

use aws_lc_rs::{constant_time, digest, hmac, pbkdf2};
use precis_core::profile::Rules as _;
use precis_core::{DerivedPropertyValue, FreeformClass, StringClass as _};
use precis_profiles::OpaqueString;
use zeroize::Zeroizing;

use crate::limits::PASSWORD_MAX_BYTES;

/// The hash function of a SCRAM mechanism. Ordered by strength.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hash {
    Sha1,
    Sha256,
    Sha512,
}

impl Hash {
    pub const ALL: [Hash; 3] = [Hash::Sha1, Hash::Sha256, Hash::Sha512];

    /// The mechanism's name without -PLUS: how verifiers are filed.
    pub fn mechanism(self) -> &'static str {
        match self {
            Hash::Sha1 => "SCRAM-SHA-1",
            Hash::Sha256 => "SCRAM-SHA-256",
            Hash::Sha512 => "SCRAM-SHA-512",
        }
    }

    /// Bytes of its result.
    pub fn len_bytes(self) -> usize {
        self.digest_algorithm().output_len()
    }

    fn digest_algorithm(self) -> &'static digest::Algorithm {
        match self {
            Hash::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Hash::Sha256 => &digest::SHA256,
            Hash::Sha512 => &digest::SHA512,
        }
    }

    /// RFC 5802 §2.2: `H(str)`.
    pub(super) fn digest(self, data: &[u8]) -> digest::Digest {
        digest::digest(self.digest_algorithm(), data)
    }

    /// RFC 5802 §2.2: `HMAC(key, str)`.
    pub(super) fn hmac(self, key: &[u8], data: &[u8]) -> hmac::Tag {
        let algorithm = match self {
            Hash::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Hash::Sha256 => hmac::HMAC_SHA256,
            Hash::Sha512 => hmac::HMAC_SHA512,
        };
        hmac::sign(&hmac::Key::new(algorithm, key), data)
    }

    /// RFC 5802 §2.2: `Hi(str, salt, i)`, that is PBKDF2.
    fn salted(self, password: &[u8], salt: &[u8], rounds: NonZeroU32) -> Zeroizing<Vec<u8>> {
        let algorithm = match self {
            Hash::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
            Hash::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
            Hash::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
        };
        let mut out = Zeroizing::new(vec![0; self.len_bytes()]);
        pbkdf2::derive(algorithm, rounds, salt, password, &mut out);
        out
    }
}

/// A password as the server keeps it, for one hash (RFC 5802 §3).
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier {
    pub hash: Hash,
    pub salt: Vec<u8>,
    pub rounds: NonZeroU32,
    /// `H(HMAC(SaltedPassword, "Client Key"))`
    pub stored_key: Vec<u8>,
    /// `HMAC(SaltedPassword, "Server Key")`
    pub server_key: Vec<u8>,
}

impl Verifier {
    /// From a prepared password (see [`prepare_password`]). Takes some 2 ms at 10,000 rounds, 6 ms
    /// with SHA-512: never on a task that serves others.
    pub fn derive(hash: Hash, password: &str, salt: &[u8], rounds: NonZeroU32) -> Verifier {
        let salted = hash.salted(password.as_bytes(), salt, rounds);
        let client_key = hash.hmac(&salted, b"Client Key");
        let stored_key = hash.digest(client_key.as_ref()).as_ref().to_vec();
        let server_key = hash.hmac(&salted, b"Server Key").as_ref().to_vec();
        Verifier { hash, salt: salt.to_vec(), rounds, stored_key, server_key }
    }

    /// Whether a prepared password is the one this was made from. As slow as [`Verifier::derive`],
    /// in constant time for each verifier.
    pub fn fits(&self, password: &str) -> bool {
        let derived = Verifier::derive(self.hash, password, &self.salt, self.rounds);
        constant_time::verify_slices_are_equal(&derived.stored_key, &self.stored_key).is_ok()
    }
}

/// All that opens one account by one hash: its own password, and others with the same salt and
/// rounds, so that one exchange can be for each of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ring {
    pub own: Verifier,
    pub spare: Vec<Spare>,
}

/// Another password than the account's own: the keys as in [`Verifier`].
#[derive(Clone, PartialEq, Eq)]
pub struct Spare {
    /// By which the caller knows it.
    pub number: i64,
    pub stored_key: Vec<u8>,
    pub server_key: Vec<u8>,
}

/// Which password of a [`Ring`] it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Own,
    Spare(i64),
}

impl Ring {
    /// Which one a prepared password is, if any. As slow as [`Verifier::fits`], however many there are.
    pub fn fits(&self, password: &str) -> Option<Which> {
        let derived = Verifier::derive(self.own.hash, password, &self.own.salt, self.own.rounds);
        let found =
            self.find(|stored_key| constant_time::verify_slices_are_equal(&derived.stored_key, stored_key).is_ok());
        found.map(|(which, _)| which)
    }

    /// The first one whose stored key `fits`, with its server key. All are asked, so that the time does
    /// not tell which one it was.
    pub(super) fn find(&self, fits: impl Fn(&[u8]) -> bool) -> Option<(Which, &[u8])> {
        let own = (Which::Own, &self.own.stored_key, &self.own.server_key);
        let spare = self.spare.iter().map(|spare| (Which::Spare(spare.number), &spare.stored_key, &spare.server_key));
        let mut found = None;
        for (which, stored_key, server_key) in std::iter::once(own).chain(spare) {
            let fits = fits(stored_key);
            found = found.or(fits.then_some((which, server_key.as_slice())));
        }
        found
    }
}

impl From<Verifier> for Ring {
    fn from(own: Verifier) -> Ring {
        Ring { own, spare: Vec::new() }
    }
}

/// Without the keys.
impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("hash", &self.hash).field("rounds", &self.rounds).finish_non_exhaustive()
    }
}

/// Without the keys.
impl fmt::Debug for Spare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spare").field("number", &self.number).finish_non_exhaustive()
    }
}

/// Why a text is no password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a password has 1 to {PASSWORD_MAX_BYTES} bytes and no control characters")]
pub struct PasswordError;

/// A password as it is hashed: OpaqueString, 1 to 1,024 bytes.
pub fn prepare_password(text: &str) -> Result<Zeroizing<String>, PasswordError> {
    // Normalization may make a text shorter, but not by this much.
    if text.is_empty() || text.len() > 4 * PASSWORD_MAX_BYTES {
        return Err(PasswordError);
    }
    if text.is_ascii() {
        let printable = text.bytes().all(|byte| matches!(byte, 0x20..=0x7e));
        return match printable && text.len() <= PASSWORD_MAX_BYTES {
            true => Ok(Zeroizing::new(text.to_owned())),
            false => Err(PasswordError),
        };
    }
    check_characters(text)?;
    let profile = OpaqueString::new();
    let spaces = profile.additional_mapping_rule(text).map_err(|_| PasswordError)?;
    let spaces = Zeroizing::new(spaces.into_owned());
    let normal = profile.normalization_rule(spaces.as_str()).map_err(|_| PasswordError)?;
    let normal = Zeroizing::new(normal.into_owned());
    if normal.is_empty() || normal.len() > PASSWORD_MAX_BYTES {
        return Err(PasswordError);
    }
    Ok(normal)
}

/// RFC 8265 §4.2.1, unassigned characters taken for allowed ones unless they never will be any.
fn check_characters(text: &str) -> Result<(), PasswordError> {
    let class = FreeformClass::default();
    let unassigned = |c: char| class.get_value_from_char(c) == DerivedPropertyValue::Unassigned;
    let never = |c: char| (c as u32 & 0xfffe) == 0xfffe || matches!(c, '\u{fdd0}'..='\u{fdef}');
    if text.chars().any(never) {
        return Err(PasswordError);
    }
    // The context rules look at neighbours, so a letter stands in for what is let through.
    let known: Zeroizing<String> = Zeroizing::new(text.chars().map(|c| if unassigned(c) { 'x' } else { c }).collect());
    class.allows(known.as_str()).map_err(|_| PasswordError)
}
