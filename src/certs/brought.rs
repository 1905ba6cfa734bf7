//! A certificate as people bring it: PEM in one file or two, or pasted, in whatever order its parts come.
//!
//! Keeps no state.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use zeroize::Zeroizing;

use super::CertError;
use super::Pair;

/// Chain and key out of all that was brought. Whether they belong together and will do is asked by `check`.
pub fn pair(brought: &[u8]) -> Result<Pair, CertError> {
    let brought = &without_marks(brought)[..];
    let locked = contains(brought, b"BEGIN ENCRYPTED PRIVATE KEY") || contains(brought, b"Proc-Type: 4,ENCRYPTED");
    let mut chain: Vec<CertificateDer<'static>> = Vec::new();
    for der in CertificateDer::pem_slice_iter(brought) {
        let der = der.map_err(|error| match locked {
            true => CertError::LockedKey,
            false => CertError::Unreadable(error.to_string()),
        })?;
        // The leaf often comes twice, alone and with its chain.
        if !chain.contains(&der) {
            chain.push(der);
        }
    }
    if chain.is_empty() {
        return Err(CertError::NoCertificate);
    }
    let key = match PrivateKeyDer::from_pem_slice(brought) {
        Ok(key) if !locked => key,
        _ if locked => return Err(CertError::LockedKey),
        _ => return Err(CertError::NoKey),
    };
    let label = match &key {
        PrivateKeyDer::Pkcs1(_) => "RSA PRIVATE KEY",
        PrivateKeyDer::Sec1(_) => "EC PRIVATE KEY",
        _ => "PRIVATE KEY",
    };
    let chain = chain.iter().map(|der| pem("CERTIFICATE", der)).collect();
    Ok(Pair { chain, key: pem(label, key.secret_der()) })
}

/// RFC 7468 §2: 64 signs a line.
pub fn pem(label: &str, der: &[u8]) -> String {
    let words = Zeroizing::new(STANDARD.encode(der));
    let lines = words.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("base64 is ASCII"));
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    text + &format!("-----END {label}-----\n")
}

/// What Windows puts before a text is none of it.
fn without_marks(brought: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut rest = brought;
    let mut clean = Zeroizing::new(Vec::with_capacity(brought.len()));
    while let Some(at) = memchr::memmem::find(rest, b"\xef\xbb\xbf") {
        clean.extend_from_slice(&rest[..at]);
        rest = &rest[at + 3..];
    }
    clean.extend_from_slice(rest);
    clean
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find(text, word).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certs::check;
    use crate::certs::self_signed;

    const NOW: i64 = 1_795_000_000_000_000;

    #[test]
    fn parts_are_found_in_any_order_and_doubles_are_dropped() {
        let made = self_signed::make("a.test", NOW);
        let text = format!("words before\r\n{}{}\n{}", made.key, made.chain, made.chain).replace('\n', "\r\n");
        let found = pair(text.as_bytes()).unwrap();
        assert_eq!(found, made, "written as everybody writes it");
        assert_eq!(check(&found, "a.test", NOW).unwrap().1.chain_length, 1);
    }

    #[test]
    fn what_is_missing_locked_or_cut_off_is_told() {
        let made = self_signed::make("a.test", NOW);
        assert_eq!(pair(b""), Err(CertError::NoCertificate));
        assert_eq!(pair(b"\x30\x82\xff\x00 a PKCS #12 file"), Err(CertError::NoCertificate));
        assert_eq!(pair(made.chain.as_bytes()), Err(CertError::NoKey));
        assert_eq!(pair(made.key.as_bytes()), Err(CertError::NoCertificate));
        let locked =
            format!("{}-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", made.chain);
        assert_eq!(pair(locked.as_bytes()), Err(CertError::LockedKey));
        let older = "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----\n";
        assert_eq!(pair(format!("{}{older}", made.chain).as_bytes()), Err(CertError::LockedKey));
        let marked = format!("\u{feff}{}\n\u{feff}{}", made.chain, made.key);
        assert_eq!(pair(marked.as_bytes()).as_ref(), Ok(&made), "as an editor of Windows saves it");
        let cut = &made.chain[..made.chain.len() / 2];
        assert!(pair(format!("{}{cut}", made.key).as_bytes()).is_err(), "cut off");
    }
}
