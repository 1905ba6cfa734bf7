//! One change of a zone's TXT records (RFC 2136), signed by a key that both sides know (RFC 8945).
//!
//! A value is added beside others, and one value is taken away: what others wrote stays. Keeps no state.

use std::net::SocketAddr;
use std::time::Duration;

use aws_lc_rs::hmac;
use hickory_resolver::proto::op::Message;
use hickory_resolver::proto::op::MessageType;
use hickory_resolver::proto::op::OpCode;
use hickory_resolver::proto::op::Query;
use hickory_resolver::proto::rr::DNSClass;
use hickory_resolver::proto::rr::rdata::TSIG;
use hickory_resolver::proto::rr::rdata::tsig::TsigAlgorithm;
use hickory_resolver::proto::rr::rdata::tsig::TsigError;
use hickory_resolver::proto::serialize::binary::BinDecodable;
use hickory_resolver::proto::serialize::binary::BinDecoder;
use hickory_resolver::proto::serialize::binary::BinEncoder;

use super::Name;
use super::RData;
use super::Record;
use super::RecordType;
use super::ResponseCode;
use super::ask;
use super::ask::AskError;
use super::rdata;
use crate::clock;
use crate::clock::Clock;
use crate::limits;

/// Why a zone was not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpdateError {
    #[error("it does not answer")]
    Silent,
    #[error("it cannot be reached")]
    Unreachable,
    /// No DNS, or signed by nobody we know.
    #[error("its answer cannot be trusted")]
    Garbled,
    /// It knows no key of that name, or another secret.
    #[error("it does not accept the key ({0})")]
    Key(&'static str),
    /// By how much our clock is ahead of its, where it says so.
    #[error("its clock and ours are too far apart")]
    Clock { ahead_s: i64 },
    /// REFUSED, NOTAUTH, NOTZONE and the like.
    #[error("it answers {0}")]
    Refused(ResponseCode),
}

/// How a message is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    Sha256,
    Sha384,
    Sha512,
}

impl Algorithm {
    /// Each as people write it; the first one is the usual one.
    pub const NAMES: [&str; 3] = ["hmac-sha256", "hmac-sha384", "hmac-sha512"];

    pub fn of_name(name: &str) -> Option<Algorithm> {
        match name {
            "hmac-sha256" => Some(Algorithm::Sha256),
            "hmac-sha384" => Some(Algorithm::Sha384),
            "hmac-sha512" => Some(Algorithm::Sha512),
            _ => None,
        }
    }

    fn names(self) -> (TsigAlgorithm, hmac::Algorithm) {
        match self {
            Algorithm::Sha256 => (TsigAlgorithm::HmacSha256, hmac::HMAC_SHA256),
            Algorithm::Sha384 => (TsigAlgorithm::HmacSha384, hmac::HMAC_SHA384),
            Algorithm::Sha512 => (TsigAlgorithm::HmacSha512, hmac::HMAC_SHA512),
        }
    }
}

/// A key that a name server knows too. Never shown.
#[derive(Clone)]
pub struct Key {
    name: Name,
    algorithm: TsigAlgorithm,
    secret: hmac::Key,
}

impl Key {
    pub fn new(name: Name, algorithm: Algorithm, secret: &[u8]) -> Key {
        let (algorithm, mac) = algorithm.names();
        Key { name: name.to_lowercase(), algorithm, secret: hmac::Key::new(mac, secret) }
    }
}

/// What is changed at a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// One value more; a value that is there already is no error.
    Add,
    /// This value, if it is there.
    Remove,
}

/// Where and by whom.
pub struct Access<'a> {
    pub clock: &'a Clock,
    pub server: SocketAddr,
    pub key: &'a Key,
    pub zone: &'a Name,
}

impl Access<'_> {
    /// Carries out one change. At most two tries of [`limits::DNS_TRY_S`], then one by TCP, for who hears nothing else.
    pub async fn change(&self, change: Change, name: &Name, value: &str) -> Result<(), UpdateError> {
        let mut last = UpdateError::Silent;
        for is_tcp in [false, false, true] {
            let signed = self.signed(change, name, value)?;
            let read = |bytes: &[u8]| signed.read(bytes);
            let s = if is_tcp { limits::DNS_TCP_MAX_S } else { limits::DNS_TRY_S };
            let most = Duration::from_secs(s);
            let heard = match is_tcp {
                false => self.clock.timeout(most, ask::by_udp(self.server, &signed.bytes, read)).await,
                true => self.clock.timeout(most, ask::by_tcp(self.server, &signed.bytes, read)).await,
            };
            match heard {
                Some(Ok((message, bytes))) => return signed.verdict(self, &message, &bytes),
                Some(Err(AskError::Unreachable)) => last = UpdateError::Unreachable,
                Some(Err(AskError::Garbled)) => last = UpdateError::Garbled,
                Some(Err(AskError::Silent)) | None => {}
            }
        }
        Err(last)
    }

    fn signed(&self, change: Change, name: &Name, value: &str) -> Result<Signed, UpdateError> {
        let odd = |_| UpdateError::Refused(ResponseCode::FormErr);
        let id = u16::from_be_bytes(clock::random());
        let mut message = Message::new(id, MessageType::Query, OpCode::Update);
        message.add_query(Query::query(self.zone.clone(), RecordType::SOA));
        let data = RData::TXT(rdata::TXT::new(vec![value.to_owned()]));
        let record = match change {
            Change::Add => Record::from_rdata(name.clone(), limits::ACME_RECORD_TTL_S, data),
            // RFC 2136 §2.5.4: this one, and none of its neighbours.
            Change::Remove => {
                let mut record = Record::from_rdata(name.clone(), 0, data);
                record.dns_class = DNSClass::NONE;
                record
            }
        };
        message.add_authority(record);
        let now_s = u64::try_from(self.clock.utc() / 1_000_000).unwrap_or_default();
        let tsig =
            TSIG::new(self.key.algorithm.clone(), now_s, limits::DNS_CLOCK_FUDGE_S, Vec::new(), id, None, Vec::new());
        let bytes = message.to_vec().map_err(odd)?;
        let mac = hmac::sign(&self.key.secret, &to_be_signed(&[], &bytes, &tsig, &self.key.name).map_err(odd)?);
        let mac = mac.as_ref().to_vec();
        let mut record = Record::from_rdata(self.key.name.clone(), 0, RData::TSIG(tsig.set_mac(mac.clone())));
        record.dns_class = DNSClass::ANY;
        message.add_additional(record);
        Ok(Signed { id, bytes: message.to_vec().map_err(odd)?, mac, now_s })
    }
}

/// What was sent.
struct Signed {
    id: u16,
    bytes: Vec<u8>,
    mac: Vec<u8>,
    now_s: u64,
}

impl Signed {
    /// The answer to it, trusted by nobody yet (RFC 2136 §3.8: it need not repeat anything).
    fn read(&self, bytes: &[u8]) -> Option<(Message, Vec<u8>)> {
        let message = Message::from_vec(bytes).ok()?;
        let head = &message.metadata;
        let fits = head.id == self.id && head.message_type == MessageType::Response && head.op_code == OpCode::Update;
        fits.then(|| (message, bytes.to_vec()))
    }

    fn verdict(&self, access: &Access<'_>, message: &Message, bytes: &[u8]) -> Result<(), UpdateError> {
        let code = message.metadata.response_code;
        let tsig = message.additionals.last().and_then(|last| match &last.data {
            RData::TSIG(tsig) => Some(tsig),
            _ => None,
        });
        let Some(tsig) = tsig else {
            // Nobody vouches for it: a no is believed, a yes is not.
            return Err(if code == ResponseCode::NoError { UpdateError::Garbled } else { UpdateError::Refused(code) });
        };
        // §5.2: these are not signed, or cannot be.
        match tsig.error {
            Some(TsigError::BadKey) => return Err(UpdateError::Key("BADKEY")),
            Some(TsigError::BadSig) => return Err(UpdateError::Key("BADSIG")),
            Some(TsigError::BadTrunc) => return Err(UpdateError::Key("BADTRUNC")),
            _ => {}
        }
        let is_theirs = self.is_signed(access.key, tsig, bytes).unwrap_or(false);
        if !is_theirs {
            return Err(UpdateError::Garbled);
        }
        let (ours, theirs) = (i64::try_from(self.now_s).unwrap_or(i64::MAX), server_s(tsig));
        let ahead_s = ours.saturating_sub(theirs);
        if tsig.error == Some(TsigError::BadTime) || ahead_s.unsigned_abs() > u64::from(limits::DNS_CLOCK_FUDGE_S) {
            return Err(UpdateError::Clock { ahead_s });
        }
        if code == ResponseCode::NoError { Ok(()) } else { Err(UpdateError::Refused(code)) }
    }

    /// RFC 8945 §5.3: over what we sent, and all that stands before the signature.
    fn is_signed(&self, key: &Key, tsig: &TSIG, bytes: &[u8]) -> Option<bool> {
        let counts: [u16; 4] = std::array::from_fn(|at| {
            let at = 4 + 2 * at;
            bytes.get(at..at + 2).map_or(0, |two| u16::from_be_bytes([two[0], two[1]]))
        });
        let [questions, answers, authorities, additionals] = counts.map(usize::from);
        let mut decoder = BinDecoder::new(bytes);
        decoder.read_slice(12).ok()?;
        Message::read_queries(&mut decoder, questions).ok()?;
        for _ in 1..answers + authorities + additionals {
            Record::<RData>::read(&mut decoder).ok()?;
        }
        let mut before = bytes.get(..decoder.index())?.to_vec();
        before[..2].copy_from_slice(&tsig.oid.to_be_bytes());
        let left = u16::try_from(additionals.checked_sub(1)?).ok()?;
        before[10..12].copy_from_slice(&left.to_be_bytes());
        let signed = to_be_signed(&self.mac, &before, tsig, &key.name).ok()?;
        Some(tsig.oid == self.id && hmac::verify(&key.secret, &signed, &tsig.mac).is_ok())
    }
}

/// The server's own time, where the times differ too much (§5.2.3), else when it signed.
fn server_s(tsig: &TSIG) -> i64 {
    let s = match (tsig.error, &tsig.other[..]) {
        (Some(TsigError::BadTime), other @ [_, _, _, _, _, _]) => {
            other.iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte))
        }
        _ => tsig.time,
    };
    i64::try_from(s).unwrap_or(i64::MAX)
}

/// RFC 8945 §4.3.3: the request's code before an answer, the message, and what the signature says of itself.
fn to_be_signed(
    request: &[u8],
    message: &[u8],
    tsig: &TSIG,
    key: &Name,
) -> Result<Vec<u8>, hickory_resolver::proto::ProtoError> {
    let mut bytes = Vec::with_capacity(request.len() + message.len() + 256);
    if !request.is_empty() {
        // At most 64 bytes of SHA-512.
        bytes.extend_from_slice(&(request.len() as u16).to_be_bytes());
        bytes.extend_from_slice(request);
    }
    bytes.extend_from_slice(message);
    let mut own = Vec::new();
    tsig.emit_tsig_for_mac(&mut BinEncoder::new(&mut own), key)?;
    bytes.extend_from_slice(&own);
    Ok(bytes)
}

#[cfg(test)]
mod tests;
