//! age, the file format, version 1 (age-encryption.org/v1, C2SP), with one X25519 recipient. Complete
//! for that: what is written here every `age` opens, and the other way round.
//!
//! Keeps no state. A payload goes through in chunks of 64 KiB, each sealed, numbered and the last
//! one marked, so that nothing can be cut off, added or moved.

use std::io;
use std::io::Read;
use std::io::Write;

use aws_lc_rs::aead::Aad;
use aws_lc_rs::aead::CHACHA20_POLY1305;
use aws_lc_rs::aead::LessSafeKey;
use aws_lc_rs::aead::Nonce;
use aws_lc_rs::aead::UnboundKey;
use aws_lc_rs::agreement;
use aws_lc_rs::agreement::X25519;
use aws_lc_rs::hkdf;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use bech32::Bech32;
use bech32::Hrp;
use zeroize::Zeroizing;

use crate::clock;
use crate::limits;

const VERSION: &str = "age-encryption.org/v1";
const CHUNK: usize = 64 << 10;
const TAG: usize = 16;

/// The secret half: opens what was locked for its [`Identity::recipient`].
pub struct Identity(Zeroizing<[u8; 32]>);

/// The public half: locks, and opens nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient([u8; 32]);

impl Identity {
    pub fn new(secret: Zeroizing<[u8; 32]>) -> Identity {
        Identity(secret)
    }

    pub fn recipient(&self) -> Recipient {
        let public = self.private().compute_public_key().expect("every 32 bytes are a key of X25519");
        Recipient(public.as_ref().try_into().expect("X25519 keys have 32 bytes"))
    }

    fn private(&self) -> agreement::PrivateKey {
        agreement::PrivateKey::from_private_key(&X25519, &*self.0).expect("every 32 bytes are a key of X25519")
    }

    /// `AGE-SECRET-KEY-1…`, as `age -i` reads it.
    pub fn to_text(&self) -> Zeroizing<String> {
        let lower = Zeroizing::new(encode("age-secret-key-", &*self.0));
        Zeroizing::new(lower.to_uppercase())
    }
}

impl Recipient {
    /// `age1…`
    pub fn to_text(&self) -> String {
        encode("age", &self.0)
    }

    pub fn parse(text: &str) -> Option<Recipient> {
        let (hrp, key) = bech32::decode(text).ok()?;
        let known = hrp == Hrp::parse("age").ok()? && text == encode("age", &key);
        key.try_into().ok().filter(|_| known).map(Recipient)
    }
}

fn encode(hrp: &str, key: &[u8]) -> String {
    let hrp = Hrp::parse(hrp).expect("our two prefixes are of bech32's signs");
    bech32::encode::<Bech32>(hrp, key).expect("keys are far shorter than bech32 allows")
}

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn derive(secret: &[u8], salt: &[u8], info: &str) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    let info = [info.as_bytes()];
    let derived = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(secret);
    let okm = derived.expand(&info, Length(32)).expect("32 bytes are a fraction of what HKDF gives");
    okm.fill(&mut *key).expect("the buffer is as long as was asked for");
    key
}

fn cipher(key: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, key).expect("its keys have 32 bytes"))
}

/// The key under which the file key stands in the head.
fn wrap_key(
    private: &agreement::PrivateKey,
    public: &[u8; 32],
    share: &[u8; 32],
    to: &Recipient,
) -> Option<Zeroizing<[u8; 32]>> {
    let peer = agreement::UnparsedPublicKey::new(&X25519, public);
    let salt = [share.as_slice(), &to.0].concat();
    agreement::agree(private, peer, (), |secret| Ok(derive(secret, &salt, "age-encryption.org/v1/X25519"))).ok()
}

fn mac(file_key: &[u8], head: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &*derive(file_key, b"", "header"));
    BASE64.encode(hmac::sign(&key, head))
}

/// Locks what is written to it for a recipient; [`Locked::finish`] ends the file.
pub struct Locked<W: Write> {
    to: W,
    stream: Stream,
    chunk: Vec<u8>,
}

impl<W: Write> Locked<W> {
    pub fn new(recipient: &Recipient, mut to: W) -> io::Result<Locked<W>> {
        let file_key = Zeroizing::new(clock::random::<16>());
        let ephemeral = Identity(Zeroizing::new(clock::random()));
        let share = ephemeral.recipient().0;
        let wrap = wrap_key(&ephemeral.private(), &recipient.0, &share, recipient)
            .ok_or_else(|| io::Error::other("the public key of the backups is none"))?;
        let mut body = file_key.to_vec();
        cipher(&wrap)
            .seal_in_place_append_tag(Nonce::assume_unique_for_key([0; 12]), Aad::empty(), &mut body)
            .map_err(io::Error::other)?;
        let head = format!("{VERSION}\n-> X25519 {}\n{}\n---", BASE64.encode(share), BASE64.encode(body));
        writeln!(to, "{head} {}", mac(&*file_key, head.as_bytes()))?;
        let nonce = clock::random::<16>();
        to.write_all(&nonce)?;
        let stream = Stream::new(&derive(&*file_key, &nonce, "payload"));
        Ok(Locked { to, stream, chunk: Vec::with_capacity(CHUNK + TAG) })
    }

    pub fn finish(mut self) -> io::Result<W> {
        self.seal(true)?;
        Ok(self.to)
    }

    fn seal(&mut self, last: bool) -> io::Result<()> {
        let nonce = self.stream.next(last);
        self.stream.key.seal_in_place_append_tag(nonce, Aad::empty(), &mut self.chunk).map_err(io::Error::other)?;
        self.to.write_all(&self.chunk)?;
        self.chunk.clear();
        Ok(())
    }
}

impl<W: Write> Write for Locked<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk waits: it may be the last.
        if self.chunk.len() == CHUNK && !bytes.is_empty() {
            self.seal(false)?;
        }
        let taken = bytes.len().min(CHUNK - self.chunk.len());
        self.chunk.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// The numbers of the chunks.
struct Stream {
    key: LessSafeKey,
    number: u64,
}

impl Stream {
    fn new(key: &[u8; 32]) -> Stream {
        Stream { key: cipher(key), number: 0 }
    }

    fn next(&mut self, last: bool) -> Nonce {
        let mut nonce = [0; 12];
        nonce[3..11].copy_from_slice(&self.number.to_be_bytes());
        nonce[11] = u8::from(last);
        self.number += 1;
        Nonce::assume_unique_for_key(nonce)
    }
}

/// Why an age file does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the key is another")]
    WrongKey,
    #[error("it is no age file for one X25519 key")]
    Malformed,
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Opens as it is read. Nothing is given that was not sealed by whoever knew the file key.
pub struct Opened<R: Read> {
    from: R,
    stream: Stream,
    /// The chunk after the opened one is read already: whether there is one tells which is last.
    sealed: Vec<u8>,
    chunk: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Opened<R> {
    pub fn new(identity: &Identity, mut from: R) -> Result<Opened<R>, OpenError> {
        let head = read_head(&mut from)?;
        let lines: Vec<&str> = head.lines().collect();
        let [VERSION, stanza, body, end] = lines[..] else { return Err(OpenError::Malformed) };
        let bytes = |text: &str| BASE64.decode(text).map_err(|_| OpenError::Malformed);
        let share = bytes(stanza.strip_prefix("-> X25519 ").ok_or(OpenError::Malformed)?)?;
        let share: [u8; 32] = share.try_into().map_err(|_| OpenError::Malformed)?;
        let mut body = Zeroizing::new(bytes(body)?);
        let told = end.strip_prefix("--- ").ok_or(OpenError::Malformed)?;
        let wrap = wrap_key(&identity.private(), &share, &share, &identity.recipient()).ok_or(OpenError::Malformed)?;
        let nonce = Nonce::assume_unique_for_key([0; 12]);
        let file_key = cipher(&wrap).open_in_place(nonce, Aad::empty(), &mut body).map_err(|_| OpenError::WrongKey)?;
        let file_key: &[u8] = file_key;
        if file_key.len() != 16 {
            return Err(OpenError::Malformed);
        }
        let sealed = &head[..head.len() - told.len() - " \n".len()];
        let key = hmac::Key::new(hmac::HMAC_SHA256, &*derive(file_key, b"", "header"));
        hmac::verify(&key, sealed.as_bytes(), &bytes(told)?).map_err(|_| OpenError::Malformed)?;
        let mut nonce = [0; 16];
        from.read_exact(&mut nonce)?;
        let stream = Stream::new(&derive(file_key, &nonce, "payload"));
        let mut opened = Opened { from, stream, sealed: Vec::new(), chunk: Vec::new(), given: 0, ended: false };
        opened.sealed = opened.read_sealed()?;
        Ok(opened)
    }

    /// The next sealed chunk; empty at the end.
    fn read_sealed(&mut self) -> io::Result<Vec<u8>> {
        let mut sealed = Vec::with_capacity(CHUNK + TAG);
        self.from.by_ref().take((CHUNK + TAG) as u64).read_to_end(&mut sealed)?;
        Ok(sealed)
    }

    fn open_next(&mut self) -> io::Result<()> {
        let torn = |what| io::Error::new(io::ErrorKind::InvalidData, what);
        let first = self.stream.number == 0;
        let full = self.sealed.len() == CHUNK + TAG;
        let next = if full { self.read_sealed()? } else { Vec::new() };
        self.ended = next.is_empty();
        self.chunk = std::mem::replace(&mut self.sealed, next);
        self.given = 0;
        let nonce = self.stream.next(self.ended);
        let opened = self.stream.key.open_in_place(nonce, Aad::empty(), &mut self.chunk);
        let length = opened.map_err(|_| torn("it was cut short or changed"))?.len();
        self.chunk.truncate(length);
        match length == 0 && !first {
            true => Err(torn("its last part is empty")),
            false => Ok(()),
        }
    }
}

impl<R: Read> Read for Opened<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.given == self.chunk.len() && !self.ended {
            self.open_next()?;
        }
        let given = into.len().min(self.chunk.len() - self.given);
        into[..given].copy_from_slice(&self.chunk[self.given..self.given + given]);
        self.given += given;
        Ok(given)
    }
}

/// The head's lines, their last end included.
fn read_head(from: &mut impl Read) -> Result<String, OpenError> {
    let mut head = Vec::new();
    let mut byte = [0];
    while head.len() < limits::AGE_HEAD_MAX_BYTES {
        from.read_exact(&mut byte)?;
        head.push(byte[0]);
        let line = head[..head.len() - 1].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        if byte[0] == b'\n' && head[line..].starts_with(b"--- ") {
            return String::from_utf8(head).map_err(|_| OpenError::Malformed);
        }
    }
    Err(OpenError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity(Zeroizing::new([7; 32]))
    }

    fn locked(plain: &[u8]) -> Vec<u8> {
        let mut locked = Locked::new(&identity().recipient(), Vec::new()).unwrap();
        locked.write_all(plain).unwrap();
        locked.finish().unwrap()
    }

    fn opened(file: &[u8]) -> Result<Vec<u8>, OpenError> {
        let mut plain = Vec::new();
        Opened::new(&identity(), file)?.read_to_end(&mut plain)?;
        Ok(plain)
    }

    #[test]
    fn age_v1_what_was_locked_opens_at_every_length_around_a_chunk() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5] {
            let plain: Vec<u8> = (0..length).map(|at| (at * 31 % 251) as u8).collect();
            assert!(opened(&locked(&plain)).unwrap() == plain, "{length}");
        }
    }

    #[test]
    fn age_v1_a_file_that_was_cut_or_changed_does_not_open() {
        let file = locked(&vec![5; CHUNK + 100]);
        for cut in (0..file.len()).step_by(997).chain([file.len() - 1, file.len() - 116, file.len() - 117]) {
            assert!(opened(&file[..cut]).is_err(), "cut at {cut}");
        }
        for at in (0..file.len()).step_by(499).chain(0..250) {
            let mut changed = file.clone();
            changed[at] ^= 1 << (at % 8);
            assert!(opened(&changed).is_err(), "changed at {at}");
        }
        assert!(opened(&[&file[..], b"x"].concat()).is_err(), "something was added");
        let other = Identity(Zeroizing::new([8; 32]));
        assert!(matches!(Opened::new(&other, &file[..]), Err(OpenError::WrongKey)));
    }

    #[test]
    fn age_v1_keys_have_the_texts_that_age_reads() {
        let recipient = identity().recipient();
        assert!(recipient.to_text().starts_with("age1") && identity().to_text().starts_with("AGE-SECRET-KEY-1"));
        assert_eq!(Recipient::parse(&recipient.to_text()), Some(recipient.clone()));
        for wrong in ["", "age1", &recipient.to_text().to_uppercase(), &recipient.to_text().replace("age1", "agf1")] {
            assert_eq!(Recipient::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn rfc_7748_6_1_the_public_half_belongs_to_the_secret_one() {
        let hex = |text: &str| -> [u8; 32] {
            std::array::from_fn(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
        };
        let alice = hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
        let public = hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
        assert_eq!(Identity(Zeroizing::new(alice)).recipient(), Recipient(public));
    }
}
