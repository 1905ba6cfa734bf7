//! The actors' side of SASL: PLAIN (RFC 4616) and SCRAM (RFC 5802), bound to its channel where asked.

use aws_lc_rs::{digest, hmac, pbkdf2};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

pub fn unbase64(text: &str) -> Result<Vec<u8>, String> {
    STANDARD.decode(text.trim()).map_err(|error| format!("«{text}» is no base64: {error}"))
}

pub fn plain(account: &str, password: &str) -> String {
    base64(format!("\0{account}\0{password}"))
}

/// The mechanisms an account has verifiers for.
pub const MECHANISMS: [&str; 3] = ["SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"];

/// StoredKey and ServerKey (RFC 5802 §3) of one round: hundreds of log-ins need no slow hash.
pub fn one_round(mechanism: &str, password: &str, salt: &[u8]) -> Result<(Vec<u8>, Vec<u8>), String> {
    let scram = Scram::new(mechanism, "", password)?;
    let salted = scram.salted(1, salt)?;
    let stored = digest::digest(scram.digest, &scram.sign(&salted, b"Client Key"));
    Ok((stored.as_ref().to_vec(), scram.sign(&salted, b"Server Key")))
}

/// One SCRAM log-in.
pub struct Scram {
    digest: &'static digest::Algorithm,
    hmac: hmac::Algorithm,
    pbkdf2: pbkdf2::Algorithm,
    /// GS2 header and channel binding data.
    header: String,
    binding: Vec<u8>,
    bare: String,
    nonce: String,
    password: String,
    server_signature: Vec<u8>,
}

impl Scram {
    pub fn new(mechanism: &str, account: &str, password: &str) -> Result<Scram, String> {
        let (digest, hmac, pbkdf2) = match mechanism {
            "SCRAM-SHA-1" => {
                (&digest::SHA1_FOR_LEGACY_USE_ONLY, hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, pbkdf2::PBKDF2_HMAC_SHA1)
            }
            "SCRAM-SHA-256" => (&digest::SHA256, hmac::HMAC_SHA256, pbkdf2::PBKDF2_HMAC_SHA256),
            "SCRAM-SHA-512" => (&digest::SHA512, hmac::HMAC_SHA512, pbkdf2::PBKDF2_HMAC_SHA512),
            other => return Err(format!("the actors do not know the mechanism {other}")),
        };
        let mut random = [0; 12];
        aws_lc_rs::rand::fill(&mut random).map_err(|_| "no random bytes".to_owned())?;
        let nonce = base64(random);
        let bare = format!("n={},r={nonce}", account.replace('=', "=3D").replace(',', "=2C"));
        let (header, password) = ("n,,".to_owned(), password.to_owned());
        Ok(Scram {
            digest,
            hmac,
            pbkdf2,
            header,
            binding: Vec::new(),
            bare,
            nonce,
            password,
            server_signature: Vec::new(),
        })
    }

    /// The mechanism's -PLUS, bound by this type and data.
    #[allow(dead_code)] // tests/doors.rs; dialogues have no TLS
    pub fn bound(mut self, by: &str, data: &[u8]) -> Scram {
        self.header = format!("p={by},,");
        self.binding = data.to_vec();
        self
    }

    pub fn first(&self) -> String {
        base64(format!("{}{}", self.header, self.bare))
    }

    /// The answer to the server's challenge.
    pub fn last(&mut self, challenge: &str) -> Result<String, String> {
        let server_first = String::from_utf8(unbase64(challenge)?).map_err(|_| "a challenge not of UTF-8")?;
        let field = |name: char| {
            let found = server_first.split(',').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
            found.ok_or_else(|| format!("no {name}= in «{server_first}»"))
        };
        let (nonce, salt) = (field('r')?, unbase64(field('s')?)?);
        let rounds: u32 = field('i')?.parse().map_err(|_| format!("rounds in «{server_first}»"))?;
        if !nonce.starts_with(&self.nonce) || nonce.len() < self.nonce.len() + 12 {
            return Err(format!("the server's nonce {nonce} does not continue ours, or is short"));
        }
        let salted = self.salted(rounds, &salt)?;
        let channel = base64([self.header.as_bytes(), &self.binding].concat());
        let without_proof = format!("c={channel},r={nonce}");
        let auth_message = format!("{},{server_first},{without_proof}", self.bare);
        let client_key = self.sign(&salted, b"Client Key");
        let stored_key = digest::digest(self.digest, &client_key);
        let signature = self.sign(stored_key.as_ref(), auth_message.as_bytes());
        let proof: Vec<u8> = client_key.iter().zip(&signature).map(|(key, mask)| key ^ mask).collect();
        self.server_signature = self.sign(&self.sign(&salted, b"Server Key"), auth_message.as_bytes());
        Ok(base64(format!("{without_proof},p={}", base64(proof))))
    }

    /// Whether the server knew the password too.
    pub fn check(&self, success: &str) -> Result<(), String> {
        let wanted = format!("v={}", base64(&self.server_signature));
        let found = String::from_utf8_lossy(&unbase64(success)?).into_owned();
        if found == wanted { Ok(()) } else { Err(format!("the server's signature is {found}, not {wanted}")) }
    }

    fn salted(&self, rounds: u32, salt: &[u8]) -> Result<Vec<u8>, String> {
        let rounds = std::num::NonZeroU32::new(rounds).ok_or("no rounds")?;
        let mut salted = vec![0; self.digest.output_len()];
        pbkdf2::derive(self.pbkdf2, rounds, salt, self.password.as_bytes(), &mut salted);
        Ok(salted)
    }

    fn sign(&self, key: &[u8], text: &[u8]) -> Vec<u8> {
        hmac::sign(&hmac::Key::new(self.hmac, key), text).as_ref().to_vec()
    }
}
