//! The ids of archived messages (XEP-0313 §6.2): one AES block made from seq and its run's salt.
//!
//! Nobody without the key can guess one or tell their order, and none needs an index.

use aws_lc_rs::cipher::AES_128;
use aws_lc_rs::cipher::DecryptingKey;
use aws_lc_rs::cipher::DecryptionContext;
use aws_lc_rs::cipher::EncryptingKey;
use aws_lc_rs::cipher::UnboundCipherKey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Characters of an id: 16 bytes in URL-safe base64.
const LEN: usize = 22;

/// An id as clients see it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ArchiveId([u8; LEN]);

impl ArchiveId {
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("base64 is ASCII")
    }
}

impl std::fmt::Debug for ArchiveId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::fmt::Display for ArchiveId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Makes ids and reads them.
pub(super) struct Ids {
    encrypting: EncryptingKey,
    decrypting: DecryptingKey,
}

impl Ids {
    pub fn new(key: &[u8; 16]) -> Ids {
        let bound = || UnboundCipherKey::new(&AES_128, key).expect("the key has 128 bits");
        Ids {
            encrypting: EncryptingKey::ecb(bound()).expect("a key of AES"),
            decrypting: DecryptingKey::ecb(bound()).expect("a key of AES"),
        }
    }

    pub fn id(&self, seq: u64, salt: u64) -> ArchiveId {
        let mut block = [0; 16];
        block[..8].copy_from_slice(&seq.to_be_bytes());
        block[8..].copy_from_slice(&salt.to_be_bytes());
        self.encrypting.encrypt(&mut block).expect("a whole block");
        let mut text = [0; LEN];
        URL_SAFE_NO_PAD.encode_slice(block, &mut text).expect("16 bytes are 22 characters");
        ArchiveId(text)
    }

    /// Seq and salt of an id; `None`: it has not the form of ours.
    pub fn read(&self, id: &str) -> Option<(u64, u64)> {
        if id.len() != LEN {
            return None;
        }
        let mut block = [0; 16];
        if URL_SAFE_NO_PAD.decode_slice(id, &mut block).ok()? != block.len() {
            return None;
        }
        self.decrypting.decrypt(&mut block, DecryptionContext::None).ok()?;
        let number = |at: usize| u64::from_be_bytes(block[at..at + 8].try_into().expect("half a block has 8 bytes"));
        Some((number(0), number(8)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xep0313_6_2_an_id_is_read_back_and_its_neighbours_look_different() {
        let ids = Ids::new(&[7; 16]);
        let (one, two) = (ids.id(1, 5), ids.id(2, 5));
        assert_ne!(one, two);
        assert_ne!(one, ids.id(1, 6));
        assert_eq!(ids.read(one.as_str()), Some((1, 5)));
        for wrong in ["", "1", "aaaaaaaaaaaaaaaaaaaaa!", "ääääääääääa", &one.as_str()[1..]] {
            assert_eq!(ids.read(wrong), None);
        }
    }
}
