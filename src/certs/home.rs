//! The authority of a place that is at home only: made on the spot, and trusted by each device once, by hand.
//!
//! RFC 5280: a CA that may sign no other (§4.2.1.9), for the names of this server, `imera.local` and the networks at home
//! that the machine is in alone (§4.2.1.10), ten years: of these a router gives it another address any day. What is served lives 397 days, less than what devices take (398), and
//! is renewed at a third left. State: the table `home_authority`, one row, so that a restored backup is trusted too.

use std::net::IpAddr;

use rcgen::BasicConstraints;
use rcgen::CertificateParams;
use rcgen::CidrSubnet;
use rcgen::DnType;
use rcgen::ExtendedKeyUsagePurpose;
use rcgen::GeneralSubtree;
use rcgen::IsCa;
use rcgen::Issuer;
use rcgen::KeyPair;
use rcgen::KeyUsagePurpose;
use rcgen::NameConstraints;
use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;

use super::CertError;
use super::Facts;
use super::Pair;
use super::check;
use super::self_signed;
use crate::clock;
use crate::clock::Clock;
use crate::clock::UtcMicros;
use crate::limits;
use crate::net::tls::Certificate;
use crate::store::Store;
use crate::store::StoreError;

/// What the machine is called in its own network, where it tells so (RFC 6762).
pub const LOCAL_NAME: &str = "imera.local";

/// What a device is asked to trust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    pub pem: String,
    pub der: Vec<u8>,
    pub sha256: [u8; 32],
    /// As devices list it.
    pub name: String,
}

/// A row of the table.
#[derive(Clone)]
pub(super) struct Home {
    tag: String,
    root: String,
    key: String,
    leaf: Pair,
    addresses: Vec<IpAddr>,
}

/// Ready to be served, and what vouches for it.
pub(super) type Ready = (Certificate, Facts, Root);

/// The authority of `domain`, and what is served: as they are kept, renewed where it is time, or made. `addresses`: the
/// machine's own, whose networks a new authority may vouch for.
pub(super) async fn ready(
    store: &Store,
    clock: &Clock,
    domain: &str,
    addresses: &[IpAddr],
) -> Result<Ready, super::CertsError> {
    let now = clock.utc();
    let kept = kept(store).await?.filter(|home| home.is_of(domain));
    let home = match kept {
        Some(home) if home.is_fresh(domain, addresses, now) => home,
        Some(home) => home.moved_to(addresses).renewed(domain, now),
        None => Home::make(domain, addresses, now),
    };
    let (certificate, facts) = check::check_undated(&home.served(), domain)?;
    let root = home.root(domain)?;
    keep(store, home).await?;
    Ok((certificate, facts, root))
}

/// Whether what is served has to be made anew: by its day, or as the machine has an address that it does not name.
pub(super) fn is_due(facts: &Facts, root: &[u8], addresses: &[IpAddr], now: UtcMicros) -> bool {
    let is_new = |address: &&IpAddr| !facts.names.contains(&address.to_string()) && permits(root, **address);
    facts.days_left(now) < limits::HOME_LEAF_DAYS / 3 || addresses.iter().any(|address| is_new(&address))
}

/// Whether the authority may vouch for an address: devices refuse all of a certificate that names another one.
fn permits(root: &[u8], address: IpAddr) -> bool {
    let Ok((_, root)) = X509Certificate::from_der(root) else { return false };
    let Ok(Some(extension)) = root.name_constraints() else { return false };
    let octets = match address {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    };
    let is_in = |subnet: &[u8]| {
        let (net, mask) = subnet.split_at(subnet.len() / 2);
        net.len() == octets.len()
            && net.iter().zip(mask).zip(&octets).all(|((net, mask), own)| own & mask == net & mask)
    };
    let permitted = extension.value.permitted_subtrees.iter().flatten();
    permitted.into_iter().any(|tree| matches!(tree.base, GeneralName::IPAddress(subnet) if is_in(subnet)))
}

impl Home {
    fn make(domain: &str, addresses: &[IpAddr], now: UtcMicros) -> Home {
        let tag = clock::random::<4>().map(|byte| format!("{byte:02x}")).concat();
        let key = new_key();
        let root = root_params(domain, &tag, addresses, now);
        let root = root.self_signed(&key).expect("the key signs its own certificate").pem();
        let unsigned = Home {
            tag,
            root,
            key: key.serialize_pem(),
            leaf: Pair { chain: String::new(), key: String::new() },
            addresses: addresses.to_vec(),
        };
        unsigned.renewed(domain, now)
    }

    /// With the addresses that the machine has now before those that it had.
    fn moved_to(self, addresses: &[IpAddr]) -> Home {
        let root = self.root_der();
        let mut all: Vec<IpAddr> = Vec::new();
        for address in addresses.iter().chain(&self.addresses).filter(|address| permits(&root, **address)) {
            if !all.contains(address) {
                all.push(*address);
            }
        }
        all.truncate(limits::HOME_ADDRESSES_MAX);
        Home { addresses: all, ..self }
    }

    /// Empty where it cannot be read.
    fn root_der(&self) -> Vec<u8> {
        CertificateDer::from_pem_slice(self.root.as_bytes()).map(|der| der.to_vec()).unwrap_or_default()
    }

    /// With a new key and a new day.
    fn renewed(self, domain: &str, now: UtcMicros) -> Home {
        let authority = KeyPair::from_pem(&self.key).expect("the key was read when the row was, or made just now");
        let issuer = Issuer::new(root_params(domain, &self.tag, &self.addresses, now), authority);
        let key = new_key();
        let names = names(domain);
        let all = names.iter().cloned().chain(self.addresses.iter().map(IpAddr::to_string));
        let mut params = CertificateParams::new(all.collect::<Vec<_>>()).expect("ASCII names and addresses");
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, self_signed::common_name(&names[0]));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let (first, last) =
            (self_signed::days_after(now, -1), self_signed::days_after(now, limits::HOME_LEAF_DAYS - 2));
        params.not_before = rcgen::date_time_ymd(first.0, first.1, first.2);
        params.not_after = rcgen::date_time_ymd(last.0, last.1, last.2);
        let chain = params.signed_by(&key, &issuer).expect("the authority's key signs").pem();
        Home { leaf: Pair { chain, key: key.serialize_pem() }, ..self }
    }

    /// Leaf and root: devices show the whole of it.
    fn served(&self) -> Pair {
        Pair { chain: format!("{}{}", self.leaf.chain, self.root), key: self.leaf.key.clone() }
    }

    /// Whether it can be used at all: its key is readable, and it is for this domain.
    fn is_of(&self, domain: &str) -> bool {
        KeyPair::from_pem(&self.key).is_ok() && check::check_undated(&self.served(), domain).is_ok()
    }

    fn is_fresh(&self, domain: &str, addresses: &[IpAddr], now: UtcMicros) -> bool {
        let root = self.root_der();
        check::check(&self.served(), domain, now).is_ok_and(|(_, facts)| !is_due(&facts, &root, addresses, now))
    }

    fn root(&self, domain: &str) -> Result<Root, CertError> {
        let der = CertificateDer::from_pem_slice(self.root.as_bytes());
        let der = der.map_err(|error| CertError::Unreadable(error.to_string()))?.to_vec();
        let sha256 = check::fingerprint(&der);
        Ok(Root { pem: self.root.clone(), der, sha256, name: root_name(domain, &self.tag) })
    }
}

/// All that it may ever vouch for.
fn names(domain: &str) -> Vec<String> {
    let mut names = self_signed::names_under(domain);
    if !names.iter().any(|name| name == LOCAL_NAME) {
        names.push(LOCAL_NAME.to_owned());
    }
    names
}

fn new_key() -> KeyPair {
    KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).expect("aws-lc-rs makes P-256 keys")
}

/// X.520: at most 64 signs.
fn root_name(domain: &str, tag: &str) -> String {
    let domain = self_signed::names_under(domain).swap_remove(0);
    let place = if domain.len() <= 40 { domain.as_str() } else { "at home" };
    format!("{place} (imera {tag})")
}

fn root_params(domain: &str, tag: &str, addresses: &[IpAddr], now: UtcMicros) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, root_name(domain, tag));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.name_constraints = Some(constraints(domain, addresses));
    let (since, (year, month, day)) = (self_signed::SINCE_YEAR, self_signed::end(now));
    params.not_before = rcgen::date_time_ymd(since, 1, 1);
    params.not_after = rcgen::date_time_ymd(year, month, day);
    params
}

/// RFC 5280 §4.2.1.10: a kind of name that is not mentioned is free, so all addresses are forbidden where none is ours.
/// A name allows those under it too.
fn constraints(domain: &str, addresses: &[IpAddr]) -> NameConstraints {
    let domain = self_signed::names_under(domain).swap_remove(0);
    let mut permitted_subtrees = vec![GeneralSubtree::DnsName(domain), GeneralSubtree::DnsName(LOCAL_NAME.to_owned())];
    // Home networks: mostly 24 bits of IPv4, always 64 of IPv6 (RFC 4291 §2.5.1).
    let network = |address: &IpAddr| match address {
        IpAddr::V4(v4) => CidrSubnet::from_v4_prefix((u32::from(*v4) & 0xffff_ff00).to_be_bytes(), 24),
        IpAddr::V6(v6) => CidrSubnet::from_v6_prefix((u128::from(*v6) >> 64 << 64).to_be_bytes(), 64),
    };
    permitted_subtrees.extend(addresses.iter().map(network).map(GeneralSubtree::IpAddress));
    let all = [CidrSubnet::V4([0; 4], [0; 4]), CidrSubnet::V6([0; 16], [0; 16])];
    let all = all.into_iter().filter(|_| addresses.is_empty());
    NameConstraints { permitted_subtrees, excluded_subtrees: all.map(GeneralSubtree::IpAddress).collect() }
}

async fn kept(store: &Store) -> Result<Option<Home>, StoreError> {
    let columns = "SELECT tag, root, key, leaf, leaf_key, addresses FROM home_authority";
    let row = |row: &rusqlite::Row<'_>| {
        let addresses: String = row.get(5)?;
        Ok(Home {
            tag: row.get(0)?,
            root: row.get(1)?,
            key: row.get(2)?,
            leaf: Pair { chain: row.get(3)?, key: row.get(4)? },
            addresses: addresses.split(' ').filter_map(|address| address.parse().ok()).collect(),
        })
    };
    store.read(move |c| c.query_row(columns, [], row).optional()).await
}

/// Stores it, where it is not there already.
async fn keep(store: &Store, home: Home) -> Result<(), StoreError> {
    let job = move |c: &Connection| {
        let known = "SELECT EXISTS (SELECT 1 FROM home_authority WHERE root = ?1 AND leaf = ?2)";
        if !c.query_row(known, (&home.root, &home.leaf.chain), |row| row.get::<_, bool>(0))? {
            let addresses = home.addresses.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(" ");
            let row = (&home.tag, &home.root, &home.key, &home.leaf.chain, &home.leaf.key, addresses);
            c.execute("INSERT OR REPLACE INTO home_authority VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)", row)?;
        }
        Ok(())
    };
    store.write(job).await
}

#[cfg(test)]
mod tests;
