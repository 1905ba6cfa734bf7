//! The certificate of the first start: nobody vouches for it, but every door can speak TLS.
//!
//! ECDSA P-256, for the domain and the hosts under it, ten years from now. Keeps no state.

use rcgen::CertificateParams;
use rcgen::DnType;
use rcgen::ExtendedKeyUsagePurpose;
use rcgen::KeyPair;
use rcgen::KeyUsagePurpose;

use super::Pair;
use crate::clock::UtcMicros;
use crate::limits;

/// Hosts under the domain (contract).
const HOSTS: [&str; 4] = ["conference", "upload", "pubsub", "proxy"];

/// From when on it holds: before every imera, so that a clock put right later does not make it
/// "not yet valid".
pub(super) const SINCE_YEAR: i32 = 2026;

/// The domain and the hosts under it, as certificates write them (A-labels).
pub fn names_under(domain: &str) -> Vec<String> {
    let domain = idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_owned());
    let hosts = HOSTS.iter().map(|host| format!("{host}.{domain}"));
    std::iter::once(domain.clone()).chain(hosts).collect()
}

/// A new key and its certificate. `domain` is a checked one, so that nothing can fail.
pub(super) fn make(domain: &str, now: UtcMicros) -> Pair {
    let names = names_under(domain);
    let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).expect("aws-lc-rs makes P-256 keys");
    let mut params = CertificateParams::new(names.clone()).expect("a prepared domain is an ASCII name");
    params.distinguished_name.push(DnType::CommonName, common_name(&names[0]));
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.not_before = rcgen::date_time_ymd(SINCE_YEAR, 1, 1);
    let (year, month, day) = end(now);
    params.not_after = rcgen::date_time_ymd(year, month, day);
    let certificate = params.self_signed(&key).expect("the key signs its own certificate");
    Pair { chain: certificate.pem(), key: key.serialize_pem() }
}

/// X.520 bounds a common name to 64 signs; the names that count are the alternative ones.
pub(super) fn common_name(domain: &str) -> &str {
    if domain.len() <= 64 { domain } else { "imera" }
}

/// Year, month and day of the last day, ten years from now; at least ten years from [`SINCE_YEAR`],
/// as a machine without a battery clock starts in 1970.
pub(super) fn end(now: UtcMicros) -> (i32, u8, u8) {
    let (year, month, day) = days_after(now, limits::SELF_SIGNED_DAYS);
    // Every month of every year has a 28th.
    (year.max(SINCE_YEAR + 10), month, day.min(28))
}

/// Year, month and day, so many days from now.
pub(super) fn days_after(now: UtcMicros, days: i64) -> (i32, u8, u8) {
    let now = jiff::Timestamp::from_microsecond(now).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let end = now.saturating_add(jiff::SignedDuration::from_hours(24 * days)).unwrap_or(jiff::Timestamp::MAX);
    let date = end.to_zoned(jiff::tz::TimeZone::UTC).date();
    (i32::from(date.year()), date.month() as u8, date.day() as u8)
}
