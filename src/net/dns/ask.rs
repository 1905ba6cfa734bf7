//! One question to one name server, without a cache in between (RFC 1035 §4.2, RFC 7766, RFC 6891).
//!
//! UDP first, twice; TCP where the answer was cut short. Answers to other questions are thrown away. Keeps no state.

use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;
use std::net::SocketAddr;
use std::time::Duration;

use hickory_resolver::proto::op::Edns;
use hickory_resolver::proto::op::Message;
use hickory_resolver::proto::op::MessageType;
use hickory_resolver::proto::op::OpCode;
use hickory_resolver::proto::op::Query;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::net::UdpSocket;

use super::Name;
use super::Record;
use super::RecordType;
use super::ResponseCode;
use crate::clock;
use crate::clock::Clock;
use crate::limits;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    #[error("it does not answer")]
    Silent,
    /// The address cannot be reached from here at all, or the connection failed.
    #[error("it cannot be reached")]
    Unreachable,
    /// What came is no DNS message, or answers another question.
    #[error("its answer cannot be read")]
    Garbled,
}

/// What a server said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub code: ResponseCode,
    /// It speaks for the zone.
    pub authoritative: bool,
    /// It checked the signatures and they hold.
    pub proved: bool,
    pub answers: Vec<Record>,
    pub authorities: Vec<Record>,
    pub additionals: Vec<Record>,
}

/// How one asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct How {
    /// Let the server ask others.
    pub recursive: bool,
    /// Answer even where signatures do not hold (RFC 4035 §3.2.2).
    pub unchecked: bool,
}

/// Asks `server`. At most two tries of [`limits::DNS_TRY_S`] and one of [`limits::DNS_TCP_MAX_S`].
pub async fn ask(
    clock: &Clock,
    server: SocketAddr,
    name: &Name,
    kind: RecordType,
    how: How,
) -> Result<Answer, AskError> {
    let mut last = AskError::Silent;
    for _ in 0..2 {
        let question = question(name, kind, how);
        let bytes = question.to_vec().map_err(|_| AskError::Garbled)?;
        let most = Duration::from_secs(limits::DNS_TRY_S);
        match clock.timeout(most, by_udp(server, &bytes, |bytes| read(bytes, &question))).await {
            Some(Ok(message)) if message.metadata.truncation => {
                let most = Duration::from_secs(limits::DNS_TCP_MAX_S);
                let whole = |bytes: &[u8]| read(bytes, &question).filter(|message| !message.metadata.truncation);
                let by_tcp = clock.timeout(most, by_tcp(server, &bytes, whole)).await;
                return by_tcp.unwrap_or(Err(AskError::Silent)).map(answer);
            }
            Some(Ok(message)) => return Ok(answer(message)),
            Some(Err(AskError::Unreachable)) => return Err(AskError::Unreachable),
            Some(Err(error)) => last = error,
            None => {}
        }
    }
    Err(last)
}

pub(super) fn question(name: &Name, kind: RecordType, how: How) -> Message {
    let mut question = Message::new(u16::from_be_bytes(clock::random()), MessageType::Query, OpCode::Query);
    question.metadata.recursion_desired = how.recursive;
    question.metadata.checking_disabled = how.unchecked;
    question.add_query(Query::query(name.clone(), kind));
    let mut edns = Edns::new();
    edns.set_max_payload(limits::DNS_UDP_MAX_BYTES);
    question.set_edns(edns);
    question
}

/// One try without an end of its own. `read`: what these bytes say, if they are the answer.
pub(super) async fn by_udp<T>(
    server: SocketAddr,
    bytes: &[u8],
    read: impl Fn(&[u8]) -> Option<T>,
) -> Result<T, AskError> {
    let from: IpAddr = match server {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let lost = |_| AskError::Unreachable;
    // The system takes a port that nobody can guess, and hears that server alone.
    let socket = UdpSocket::bind((from, 0)).await.map_err(lost)?;
    socket.connect(server).await.map_err(lost)?;
    socket.send(bytes).await.map_err(lost)?;
    let mut space = [0; limits::DNS_UDP_MAX_BYTES as usize];
    for _ in 0..limits::DNS_STRAYS_MAX {
        let length = socket.recv(&mut space).await.map_err(lost)?;
        if let Some(answer) = read(&space[..length]) {
            return Ok(answer);
        }
    }
    Err(AskError::Garbled)
}

/// The same by TCP.
pub(super) async fn by_tcp<T>(
    server: SocketAddr,
    bytes: &[u8],
    read: impl Fn(&[u8]) -> Option<T>,
) -> Result<T, AskError> {
    let lost = |_| AskError::Unreachable;
    let mut stream = TcpStream::connect(server).await.map_err(lost)?;
    let length = u16::try_from(bytes.len()).map_err(|_| AskError::Garbled)?;
    let mut framed = length.to_be_bytes().to_vec();
    framed.extend_from_slice(bytes);
    stream.write_all(&framed).await.map_err(lost)?;
    let length = stream.read_u16().await.map_err(lost)?;
    let mut space = vec![0; usize::from(length)];
    stream.read_exact(&mut space).await.map_err(lost)?;
    read(&space).ok_or(AskError::Garbled)
}

/// The answer in these bytes; `None`: they are none, or to another question.
pub(super) fn read(bytes: &[u8], question: &Message) -> Option<Message> {
    Message::from_vec(bytes).ok().filter(|message| is_answer(message, question))
}

/// Whether it is the answer to that question (RFC 5452 §9.1).
fn is_answer(message: &Message, question: &Message) -> bool {
    let same = |(ours, theirs): (&Query, &Query)| {
        ours.query_type() == theirs.query_type()
            && ours.query_class() == theirs.query_class()
            && ours.name() == theirs.name()
    };
    // Servers that understood nothing give no question back.
    let none = message.queries.is_empty() && message.metadata.response_code != ResponseCode::NoError;
    message.metadata.id == question.metadata.id
        && message.metadata.message_type == MessageType::Response
        && (none || question.queries.len() == message.queries.len())
        && question.queries.iter().zip(&message.queries).all(same)
}

fn answer(message: Message) -> Answer {
    let some = |mut records: Vec<Record>| {
        records.truncate(limits::DNS_RECORDS_MAX);
        records
    };
    Answer {
        code: message.metadata.response_code,
        authoritative: message.metadata.authoritative,
        proved: message.metadata.authentic_data,
        answers: some(message.answers),
        authorities: some(message.authorities),
        additionals: some(message.additionals),
    }
}
