//! Is this certificate good enough to be served? Asked before it is, and by `imera check`.
//!
//! RFC 5280 for the fields, RFC 6125 §6.4 for names. Keeps no state.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest;
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::ServerName;
use rustls::pki_types::UnixTime;
use rustls::pki_types::pem::PemObject;
use serde::Deserialize;
use serde::Serialize;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;

use crate::clock::UtcMicros;
use crate::net::tls::Certificate;
use crate::net::tls::CertificateError;

/// A chain, leaf first, and the leaf's key, both as PEM. The key is never logged.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    pub chain: String,
    pub key: String,
}

impl std::fmt::Debug for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pair").field("chain", &self.chain).finish_non_exhaustive()
    }
}

/// What a certificate says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// DNS names, A-labels, wildcards as they are; addresses as text.
    pub names: Vec<String>,
    pub not_before: UtcMicros,
    pub not_after: UtcMicros,
    /// The issuer's name as people read it.
    pub issuer: String,
    /// Nobody but itself vouches for it.
    pub self_signed: bool,
    /// Certificates in the file, the leaf among them.
    pub chain_length: usize,
    /// Hosts under the domain that it does not name.
    pub missing: Vec<String>,
    /// The leaf's fingerprint.
    pub sha256: [u8; 32],
}

impl Facts {
    /// Whether it does not name the domain itself.
    pub(super) fn is_for_others(&self, domain: &str) -> bool {
        super::names_under(domain).first().is_some_and(|domain| self.missing.contains(domain))
    }

    /// Whether it names this host, A-labels.
    pub fn is_for(&self, host: &str) -> bool {
        self.names.iter().any(|name| covers(name, host))
    }

    /// Whole days until it runs out; negative when it has.
    pub fn days_left(&self, now: UtcMicros) -> i64 {
        (self.not_after - now).div_euclid(86_400_000_000)
    }

    /// Whether it holds now.
    pub(super) fn check_dates(&self, now: UtcMicros) -> Result<(), CertError> {
        if self.not_after <= now {
            return Err(CertError::RanOut(date(self.not_after)));
        }
        if self.not_before > now && !self.self_signed {
            return Err(CertError::NotYet(date(self.not_before)));
        }
        Ok(())
    }

    /// An authority signed the leaf, and its certificate is not in the file: most clients will not find it.
    pub fn lacks_chain(&self) -> bool {
        !self.self_signed && self.chain_length == 1
    }
}

/// Why a certificate is not served. Shown as one line, the next step behind the colon.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertError {
    #[error("{file} cannot be read ({reason}): let the user that runs imera read it")]
    File { file: String, reason: String },
    #[error("the file with the certificate has none: it has to be PEM, with lines -----BEGIN CERTIFICATE-----")]
    NoCertificate,
    #[error("the file with the key has none: it has to be PEM, without a passphrase")]
    NoKey,
    #[error("the key is locked with a passphrase: unlock it first, with openssl pkey -in KEY -out OPEN-KEY")]
    LockedKey,
    #[error("the certificate cannot be read ({0}): ask your provider for it anew")]
    Unreadable(String),
    #[error("the key does not belong to this certificate: take both from the same order")]
    OtherKey,
    #[error("the certificate is not for {domain}, but for {names}: get one that names {domain}")]
    OtherNames { domain: String, names: String },
    #[error("the certificate ran out on {0}: get a new one")]
    RanOut(String),
    #[error("the certificate holds only from {0} on: check the machine's clock, or wait")]
    NotYet(String),
    #[error(
        "the certificates are in the wrong order (number {0} did not sign the one before it): put yours first, then the one that signed it, and so on"
    )]
    Order(usize),
    #[error(
        "the certificates between yours and the authority are missing: add them; your provider calls them chain or bundle"
    )]
    Chain,
    #[error("the certificates do not hold together ({0}): take all of them from the same order")]
    Broken(String),
}

impl From<CertificateError> for CertError {
    fn from(error: CertificateError) -> CertError {
        match error {
            CertificateError::Empty => CertError::NoCertificate,
            CertificateError::Certificate(reason) => CertError::Unreadable(reason),
            CertificateError::Key(_) => CertError::NoKey,
            CertificateError::OtherKey => CertError::OtherKey,
        }
    }
}

/// Key, name, order and dates, in the order in which people get them wrong.
pub fn check(pair: &Pair, domain: &str, now: UtcMicros) -> Result<(Certificate, Facts), CertError> {
    let (certificate, facts) = check_undated(pair, domain)?;
    facts.check_dates(now)?;
    Ok((certificate, facts))
}

/// All but the dates: a machine that has just got its power back may not know the day.
pub(super) fn check_undated(pair: &Pair, domain: &str) -> Result<(Certificate, Facts), CertError> {
    let (certificate, facts) = of_authority(pair, domain)?;
    if facts.is_for_others(domain) {
        let names = if facts.names.is_empty() { "no host at all".to_owned() } else { facts.names.join(", ") };
        return Err(CertError::OtherNames { domain: domain.to_owned(), names });
    }
    Ok((certificate, facts))
}

/// Neither dates nor names: what an authority has issued names what it was asked for, and may leave out the domain.
pub(super) fn of_authority(pair: &Pair, domain: &str) -> Result<(Certificate, Facts), CertError> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(pair.chain.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|error| CertError::Unreadable(error.to_string()))?;
    let key = PrivateKeyDer::from_pem_slice(pair.key.as_bytes()).map_err(|_| CertError::NoKey)?;
    let facts = facts(&chain, domain)?;
    Ok((Certificate::new(chain, key)?, facts))
}

/// What [`check`] asks, and that each certificate really vouches for the one before it (RFC 5280 §6): for what somebody
/// brings now, and can still put right.
pub(super) fn check_strictly(pair: &Pair, domain: &str, now: UtcMicros) -> Result<(Certificate, Facts), CertError> {
    let checked = check(pair, domain, now)?;
    match &checked.1 {
        facts if facts.self_signed => {}
        facts if facts.lacks_chain() => return Err(CertError::Chain),
        facts => holds_together(pair, facts, domain, now)?,
    }
    Ok(checked)
}

/// As a client that trusts the last one of the chain sees it.
fn holds_together(pair: &Pair, facts: &Facts, domain: &str, now: UtcMicros) -> Result<(), CertError> {
    let broken = |error: rustls::Error| CertError::Broken(error.to_string());
    let chain: Vec<CertificateDer<'_>> =
        CertificateDer::pem_slice_iter(pair.chain.as_bytes()).filter_map(Result::ok).collect();
    let [leaf, middle @ .., last] = &chain[..] else { return Err(CertError::Chain) };
    let mut trusted = RootCertStore::empty();
    trusted.add(last.clone()).map_err(broken)?;
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(trusted), Arc::new(default_provider()));
    let verifier = verifier.build().map_err(|error| CertError::Broken(error.to_string()))?;
    let host = super::names_under(domain).swap_remove(0);
    let host = ServerName::try_from(host)
        .map_err(|_| CertError::OtherNames { domain: domain.to_owned(), names: facts.names.join(", ") })?;
    let since = Duration::from_micros(now.max(0).unsigned_abs());
    let verified = verifier.verify_server_cert(leaf, middle, &host, &[], UnixTime::since_unix_epoch(since));
    verified.map(drop).map_err(broken)
}

fn facts(ders: &[CertificateDer<'static>], domain: &str) -> Result<Facts, CertError> {
    let mut parsed = Vec::with_capacity(ders.len());
    for der in ders {
        let (_, certificate) =
            X509Certificate::from_der(der).map_err(|error| CertError::Unreadable(error.to_string()))?;
        parsed.push(certificate);
    }
    let chain = parsed;
    let leaf = chain.first().ok_or(CertError::NoCertificate)?;
    let leaf_der = &ders[0];
    for (number, two) in chain.windows(2).enumerate() {
        if two[0].issuer().as_raw() != two[1].subject().as_raw() {
            return Err(CertError::Order(number + 2));
        }
    }
    let names = names(leaf);
    let wanted = super::names_under(domain);
    let missing = wanted.into_iter().filter(|host| !names.iter().any(|name| covers(name, host))).collect();
    let micros = |time: x509_parser::time::ASN1Time| time.timestamp().saturating_mul(1_000_000);
    Ok(Facts {
        missing,
        not_before: micros(leaf.validity().not_before),
        not_after: micros(leaf.validity().not_after),
        issuer: leaf.issuer().to_string(),
        self_signed: leaf.issuer().as_raw() == leaf.subject().as_raw(),
        chain_length: chain.len(),
        names,
        sha256: fingerprint(leaf_der),
    })
}

/// SHA-256 of a certificate.
pub fn fingerprint(der: &[u8]) -> [u8; 32] {
    digest::digest(&digest::SHA256, der).as_ref().try_into().expect("SHA-256 has 32 bytes")
}

fn names(leaf: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = leaf.subject_alternative_name() else { return Vec::new() };
    let names = extension.value.general_names.iter().filter_map(|name| match name {
        GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
        GeneralName::IPAddress(octets) => match octets.len() {
            4 => <[u8; 4]>::try_from(*octets).ok().map(|octets| IpAddr::from(octets).to_string()),
            _ => <[u8; 16]>::try_from(*octets).ok().map(|octets| IpAddr::from(octets).to_string()),
        },
        _ => None,
    });
    names.collect()
}

/// A wildcard stands for one whole label (RFC 6125 §6.4.3).
fn covers(name: &str, host: &str) -> bool {
    match name.strip_prefix("*.") {
        Some(parent) => host.split_once('.').is_some_and(|(_, rest)| rest == parent),
        None => name == host,
    }
}

/// «2026-11-21», for people.
fn date(at: UtcMicros) -> String {
    match jiff::Timestamp::from_microsecond(at) {
        Ok(at) => at.strftime("%Y-%m-%d").to_string(),
        Err(_) => "a date beyond the calendar".to_owned(),
    }
}

#[cfg(test)]
mod tests;
