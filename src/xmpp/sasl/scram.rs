//! SCRAM: RFC 5802, RFC 7677 (SHA-256), draft-melnikov-scram-sha-512, channel binding (RFC 9266).
//!
//! [`Lookup`] has read the client-first-message, [`Challenged`] waits for the client-final-message.
//! Unknown names take the same way with a verifier that nothing fits, so that neither an answer
//! nor its time tells whether an account exists. Missing: extensions (the mandatory `m=` is
//! refused, others are skipped, as §5.1 says).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::limits::SASL_NONCE_MAX_BYTES;
use crate::xmpp::jid::prepare_local;

use super::Exchange;
use super::Hash;
use super::Next;
use super::Offer;
use super::Ring;
use super::SaslError;
use super::Waiting;

/// A client-first-message was read: who has the ring of [`Lookup::name`]?
#[derive(Debug)]
pub struct Lookup {
    hash: Hash,
    name: String,
    client_nonce: String,
    client_first_bare: String,
    /// What `c=` must hold: the GS2 header and the channel binding's data.
    channel_binding: Vec<u8>,
}

/// The server-first-message is out.
#[derive(Debug)]
pub(super) struct Challenged {
    name: String,
    ring: Ring,
    /// The client's and the server's.
    nonce: String,
    channel_binding: Vec<u8>,
    /// client-first-message-bare `,` server-first-message `,`
    auth_message: String,
}

/// Reads a client-first-message (RFC 5802 §7).
pub(super) fn first(offer: &Offer, hash: Hash, plus: bool, message: &[u8]) -> Result<Lookup, SaslError> {
    let text = utf8(message)?;
    let (flag, rest) = text.split_once(',').ok_or_else(incomplete)?;
    let (authzid, bare) = rest.split_once(',').ok_or_else(incomplete)?;
    let header = &text[..text.len() - bare.len()];
    let data = binding_data(offer, plus, flag)?;
    let mut attributes = Attributes(Some(bare));
    let name = saslname(attributes.next('n')?)?;
    let client_nonce = attributes.next('r')?;
    if client_nonce.len() > SASL_NONCE_MAX_BYTES || !client_nonce.bytes().all(|b| matches!(b, 0x21..=0x7e)) {
        return Err(SaslError::malformed_request("the nonce is too long or not printable"));
    }
    attributes.skip_extensions()?;
    let authzid = match authzid {
        "" => None,
        _ => Some(saslname(authzid.strip_prefix("a=").ok_or_else(|| malformed("a= is missing"))?)?),
    };
    let name = prepare_local(&name).map_err(|_| SaslError::wrong_password())?;
    if let Some(authzid) = authzid {
        offer.check_authzid(&authzid, &name)?;
    }
    let channel_binding = [header.as_bytes(), data].concat();
    let client_nonce = client_nonce.to_owned();
    Ok(Lookup { hash, name, client_nonce, client_first_bare: bare.to_owned(), channel_binding })
}

/// The channel binding's data that goes with a `gs2-cbind-flag` (RFC 5802 §6).
fn binding_data<'a>(offer: &'a Offer, plus: bool, flag: &str) -> Result<&'a [u8], SaslError> {
    match (flag, flag.strip_prefix("p=")) {
        ("n", _) if !plus => Ok(&[]),
        ("y", _) if !plus && !offer.has_plus() => Ok(&[]),
        ("y", _) if !plus => Err(SaslError::not_authorized("-PLUS was offered: somebody has changed the list")),
        ("n" | "y", _) => Err(malformed("a -PLUS mechanism needs a channel binding")),
        (_, Some(name)) if plus => {
            offer.bindings.data(name).ok_or_else(|| malformed("this channel binding is not offered"))
        }
        (_, Some(_)) => Err(malformed("a channel binding needs a -PLUS mechanism")),
        (_, None) => Err(malformed("the channel binding flag is none of n, y, p=")),
    }
}

impl Lookup {
    /// The account's name, a prepared local part.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which of the account's rings is asked for.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// Goes on with the ring, or for an unknown name with a verifier that stays the same for that
    /// name and fits nothing. `server_nonce`: fresh, at least 120 bits, printable without a comma.
    pub fn continue_with(self, ring: impl Into<Ring>, server_nonce: &str) -> Next {
        debug_assert!(server_nonce.bytes().all(|b| matches!(b, 0x21..=0x7e) && b != b','));
        let ring: Ring = ring.into();
        let verifier = &ring.own;
        if verifier.hash != self.hash {
            return Next::Failure(SaslError::temporary_auth_failure(""));
        }
        let nonce = self.client_nonce + server_nonce;
        let server_first = format!("r={nonce},s={},i={}", STANDARD.encode(&verifier.salt), verifier.rounds);
        let auth_message = format!("{},{server_first},", self.client_first_bare);
        let channel_binding = self.channel_binding;
        let challenged = Challenged { name: self.name, ring, nonce, channel_binding, auth_message };
        let exchange = Exchange(Waiting::Final(Box::new(challenged)));
        Next::Challenge { data: server_first.into_bytes(), exchange }
    }
}

impl Challenged {
    /// Reads a client-final-message and compares (RFC 5802 §3, §7).
    pub(super) fn finish(mut self, message: &[u8]) -> Result<Next, SaslError> {
        let text = utf8(message)?;
        let (without_proof, proof) = text.rsplit_once(",p=").ok_or_else(incomplete)?;
        let mut attributes = Attributes(Some(without_proof));
        let channel_binding = unbase64(attributes.next('c')?)?;
        let nonce = attributes.next('r')?;
        attributes.skip_extensions()?;
        let proof = unbase64(proof)?;
        if channel_binding != self.channel_binding {
            return Err(SaslError::not_authorized("the channel bindings differ"));
        }
        if nonce != self.nonce {
            return Err(SaslError::not_authorized("the nonce is another one"));
        }
        self.auth_message.push_str(without_proof);
        let found = self.ring.find(|stored_key| self.proves(&proof, stored_key));
        let (by, server_key) = found.ok_or_else(SaslError::wrong_password)?;
        let signature = self.ring.own.hash.hmac(server_key, self.auth_message.as_bytes());
        let data = format!("v={}", STANDARD.encode(signature)).into_bytes();
        Ok(Next::Success { account: self.name, by, data })
    }

    /// `H(ClientProof XOR ClientSignature) = StoredKey`, compared in constant time.
    fn proves(&self, proof: &[u8], stored_key: &[u8]) -> bool {
        let hash = self.ring.own.hash;
        let signature = hash.hmac(stored_key, self.auth_message.as_bytes());
        if proof.len() != hash.len_bytes() {
            return false;
        }
        let client_key: Vec<u8> = proof.iter().zip(signature.as_ref()).map(|(proof, sign)| proof ^ sign).collect();
        let digest = hash.digest(&client_key);
        aws_lc_rs::constant_time::verify_slices_are_equal(digest.as_ref(), stored_key).is_ok()
    }
}

/// `attr-val *("," attr-val)`, what is left of it.
struct Attributes<'a>(Option<&'a str>);

impl<'a> Attributes<'a> {
    /// The value of the next attribute, which must have this letter and not be empty.
    fn next(&mut self, letter: char) -> Result<&'a str, SaslError> {
        match self.any()? {
            Some((found, value)) if found == letter => Ok(value),
            Some(('m', _)) => Err(malformed("no mandatory extension is known here")),
            Some(_) => Err(malformed("an attribute stands where another one must")),
            None => Err(incomplete()),
        }
    }

    fn any(&mut self) -> Result<Option<(char, &'a str)>, SaslError> {
        let Some(text) = self.0 else { return Ok(None) };
        let (attribute, rest) = match text.split_once(',') {
            Some((attribute, rest)) => (attribute, Some(rest)),
            None => (text, None),
        };
        self.0 = rest;
        let (letter, value) = attribute.split_once('=').ok_or_else(|| malformed("an attribute has no value"))?;
        match letter.as_bytes() {
            [letter] if letter.is_ascii_alphabetic() && !value.is_empty() => Ok(Some((char::from(*letter), value))),
            _ => Err(malformed("an attribute is one letter with a value")),
        }
    }

    fn skip_extensions(&mut self) -> Result<(), SaslError> {
        while let Some((letter, _)) = self.any()? {
            if letter == 'm' {
                return Err(malformed("no mandatory extension is known here"));
            }
        }
        Ok(())
    }
}

/// `saslname`: `=2C` is a comma, `=3D` an equals sign, no other `=` stands (RFC 5802 §5.1).
fn saslname(text: &str) -> Result<String, SaslError> {
    let mut name = String::with_capacity(text.len());
    let mut parts = text.split('=');
    name.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (escaped, rest) = match (part.strip_prefix("2C"), part.strip_prefix("3D")) {
            (Some(rest), _) => (',', rest),
            (_, Some(rest)) => ('=', rest),
            _ => return Err(malformed("a name has an = that escapes nothing")),
        };
        name.push(escaped);
        name.push_str(rest);
    }
    match name.is_empty() {
        true => Err(malformed("a name is empty")),
        false => Ok(name),
    }
}

/// `value-char` allows neither bad UTF-8 nor NUL (RFC 5802 §7).
fn utf8(message: &[u8]) -> Result<&str, SaslError> {
    match std::str::from_utf8(message) {
        Ok(text) if !text.contains('\0') => Ok(text),
        _ => Err(malformed("not UTF-8, or a NUL in it")),
    }
}

fn unbase64(text: &str) -> Result<Vec<u8>, SaslError> {
    STANDARD.decode(text).map_err(|_| malformed("an attribute's value is not base64"))
}

fn malformed(text: &'static str) -> SaslError {
    SaslError::malformed_request(text)
}

fn incomplete() -> SaslError {
    malformed("a part of the message is missing")
}

#[cfg(test)]
mod tests;
