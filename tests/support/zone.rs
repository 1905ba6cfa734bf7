//! A small world of DNS on loopback: name servers with records of our own, by UDP and TCP, and with bad manners.
//!
//! Server `n` is 127.0.0.`n + 1`, all at one port, so that `IMERA_RESOLVER` can name it. It is the machine's resolver and
//! the authority of every zone at once. Records stand as in a zone file: `beach.example A 203.0.113.7`.

use std::io::Read;
use std::io::Write;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::net::TcpStream;
use std::net::UdpSocket;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;

use hickory_resolver::proto::op::Message;
use hickory_resolver::proto::op::OpCode;
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::Name;
use hickory_resolver::proto::rr::RData;
use hickory_resolver::proto::rr::Record;
use hickory_resolver::proto::rr::RecordType;
use hickory_resolver::proto::rr::rdata;

/// How a server behaves.
#[derive(Clone, Copy, PartialEq, Eq)]
#[allow(dead_code)] // each test uses some
pub enum Manner {
    Good,
    Silent,
    Says(ResponseCode),
    /// What comes by UDP is cut, and complete by TCP.
    Cut,
    /// Cut by UDP, and nearly 64 kB by TCP.
    Huge,
    /// Cut by UDP, and TCP breaks off in the middle.
    BrokenOff,
    WrongId,
    OtherQuestion,
    Garbage,
    /// It knows nothing of the zone.
    Lame,
    /// Signatures do not hold: SERVFAIL to all who do not say that they check themselves.
    BadSignatures,
}

/// The servers. They end with the process.
pub struct Dns {
    pub address: SocketAddr,
    world: Arc<Mutex<World>>,
}

struct World {
    /// On one server, or on all.
    records: Vec<(Option<usize>, Record)>,
    manners: Vec<Manner>,
    asked: usize,
}

#[allow(dead_code)] // each test uses some
impl Dns {
    /// Starts so many, with the zone `example`.
    pub fn start(servers: usize) -> Dns {
        let world = World { records: Vec::new(), manners: vec![Manner::Good; servers], asked: 0 };
        let world = Arc::new(Mutex::new(world));
        let sockets = (0..100).find_map(|_| bind(servers)).expect("some port is free on all of them");
        let address = sockets[0].0.local_addr().unwrap();
        for (server, (udp, tcp)) in sockets.into_iter().enumerate() {
            let (one, other) = (world.clone(), world.clone());
            std::thread::spawn(move || by_udp(&udp, server, &one));
            std::thread::spawn(move || by_tcp(&tcp, server, &other));
        }
        let dns = Dns { address, world };
        dns.put("example SOA ns1.example");
        dns.put("example NS ns1.example");
        dns.put("ns1.example A 127.0.0.1");
        dns
    }

    /// A zone whose name servers are all of ours.
    pub fn zone(&self, apex: &str) {
        self.put(&format!("{apex} SOA ns1.{apex}"));
        let servers = self.world().manners.len();
        for server in 1..=servers {
            self.put(&format!("{apex} NS ns{server}.{apex}"));
            self.put(&format!("ns{server}.{apex} A 127.0.0.{server}"));
        }
    }

    pub fn put(&self, line: &str) {
        self.world().records.push((None, record(line)));
    }

    /// On one server only.
    pub fn put_on(&self, server: usize, line: &str) {
        self.world().records.push((Some(server), record(line)));
    }

    /// Removes what stands at that name with that type.
    pub fn remove(&self, owner: &str, kind: RecordType) {
        let owner = name(owner);
        self.world().records.retain(|(_, record)| record.name != owner || record.record_type() != kind);
    }

    pub fn manner(&self, server: usize, manner: Manner) {
        self.world().manners[server] = manner;
    }

    /// Questions that came so far.
    pub fn asked(&self) -> usize {
        self.world().asked
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }
}

fn bind(servers: usize) -> Option<Vec<(UdpSocket, TcpListener)>> {
    let mut port = 0;
    let mut all = Vec::new();
    for server in 0..servers {
        let ip = Ipv4Addr::new(127, 0, 0, server as u8 + 1);
        let udp = UdpSocket::bind((ip, port)).ok()?;
        port = udp.local_addr().ok()?.port();
        all.push((udp, TcpListener::bind((ip, port)).ok()?));
    }
    Some(all)
}

fn name(text: &str) -> Name {
    Name::from_ascii(format!("{}.", text.trim_end_matches('.'))).unwrap()
}

/// `NAME TYPE VALUE…`
fn record(line: &str) -> Record {
    let words: Vec<&str> = line.split_whitespace().collect();
    let number = |at: usize| words[at].parse::<u16>().unwrap();
    let data = match words[1] {
        "A" => RData::A(words[2].parse().unwrap()),
        "AAAA" => RData::AAAA(words[2].parse().unwrap()),
        "CNAME" => RData::CNAME(rdata::CNAME(name(words[2]))),
        "NS" => RData::NS(rdata::NS(name(words[2]))),
        "SOA" => RData::SOA(rdata::SOA::new(name(words[2]), name("mail.example"), 1, 60, 60, 60, 1)),
        "SRV" => RData::SRV(rdata::SRV::new(number(2), number(3), number(4), name(words[5]))),
        "TXT" => RData::TXT(rdata::TXT::new(vec![words[2..].join(" ")])),
        "CAA" => {
            let value = words[3..].join(" ");
            let issuer = (value != ";").then(|| Name::from_str(&value).unwrap());
            RData::CAA(rdata::CAA::new_issue(words[2] == "128", issuer, Vec::new()))
        }
        other => panic!("{other} is no type of this zone"),
    };
    Record::from_rdata(name(words[0]), 1, data)
}

fn by_udp(socket: &UdpSocket, server: usize, world: &Mutex<World>) {
    let mut space = [0; 4_096];
    while let Ok((length, from)) = socket.recv_from(&mut space) {
        for bytes in reply(&space[..length], server, world, false) {
            let _ = socket.send_to(&bytes, from);
        }
    }
}

fn by_tcp(listener: &TcpListener, server: usize, world: &Mutex<World>) {
    while let Ok((mut stream, _)) = listener.accept() {
        let _ = serve(&mut stream, server, world);
    }
}

fn serve(stream: &mut TcpStream, server: usize, world: &Mutex<World>) -> std::io::Result<()> {
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut question = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut question)?;
    let broken = world.lock().unwrap().manners[server] == Manner::BrokenOff;
    for bytes in reply(&question, server, world, true) {
        stream.write_all(&(bytes.len() as u16).to_be_bytes())?;
        stream.write_all(if broken { &bytes[..bytes.len() / 2] } else { &bytes })?;
    }
    Ok(())
}

fn reply(question: &[u8], server: usize, world: &Mutex<World>, tcp: bool) -> Vec<Vec<u8>> {
    let Ok(question) = Message::from_vec(question) else { return Vec::new() };
    let mut world = world.lock().unwrap();
    world.asked += 1;
    let manner = world.manners[server];
    let mut message = answer(&question, server, &world.records);
    match manner {
        Manner::Silent => return Vec::new(),
        Manner::Garbage => return vec![vec![0xff; 40]],
        Manner::Says(code) => refuse(&mut message, code),
        Manner::BadSignatures if !question.metadata.checking_disabled => {
            refuse(&mut message, ResponseCode::ServFail);
        }
        Manner::WrongId => message.metadata.id = message.metadata.id.wrapping_add(1),
        Manner::OtherQuestion => message.queries[0].name = name("other.example"),
        Manner::Lame => {
            refuse(&mut message, ResponseCode::NoError);
            message.metadata.authoritative = false;
        }
        Manner::Cut | Manner::Huge | Manner::BrokenOff if !tcp => {
            message.answers.clear();
            message.metadata.truncation = true;
        }
        Manner::Huge => {
            let owner = question.queries[0].name.clone();
            for _ in 0..200 {
                let words = vec!["x".repeat(240)];
                message.add_answer(Record::from_rdata(owner.clone(), 1, RData::TXT(rdata::TXT::new(words))));
            }
        }
        _ => {}
    }
    vec![message.to_vec().unwrap()]
}

fn refuse(message: &mut Message, code: ResponseCode) {
    message.answers.clear();
    message.authorities.clear();
    message.metadata.response_code = code;
}

/// As an authority that also resolves.
fn answer(question: &Message, server: usize, records: &[(Option<usize>, Record)]) -> Message {
    let mut message = Message::response(question.metadata.id, OpCode::Query);
    message.queries = question.queries.clone();
    message.metadata.authoritative = true;
    message.metadata.recursion_available = true;
    let mine = || records.iter().filter(|(on, _)| on.is_none_or(|on| on == server)).map(|(_, record)| record);
    let kind = question.queries[0].query_type();
    let mut owner = question.queries[0].name.clone();
    for _ in 0..8 {
        let found: Vec<Record> = at(mine(), &owner, kind);
        let aliases = at(mine(), &owner, RecordType::CNAME);
        message.answers.extend(found.iter().cloned());
        match aliases.first() {
            Some(alias) if found.is_empty() => {
                message.answers.push(alias.clone());
                let RData::CNAME(target) = &alias.data else { break };
                owner = target.0.clone();
            }
            _ => break,
        }
    }
    if message.answers.is_empty() {
        let is_there = mine().any(|record| owner.zone_of(&record.name));
        message.metadata.response_code = if is_there { ResponseCode::NoError } else { ResponseCode::NXDomain };
        let apex = mine().filter(|record| record.record_type() == RecordType::SOA && record.name.zone_of(&owner));
        message.authorities.extend(apex.max_by_key(|record| record.name.num_labels()).cloned());
    }
    message
}

/// What stands at a name; where nothing does, what its wildcard says.
fn at<'a>(records: impl Iterator<Item = &'a Record> + Clone, owner: &Name, kind: RecordType) -> Vec<Record> {
    let of = |wanted: &Name| {
        let here = records.clone().filter(|record| record.name == *wanted && record.record_type() == kind);
        here.cloned().collect::<Vec<_>>()
    };
    let exact = of(owner);
    if !exact.is_empty() || records.clone().any(|record| record.name == *owner) {
        return exact;
    }
    let mut wild = of(&owner.base_name().prepend_label("*").unwrap());
    wild.iter_mut().for_each(|record| record.name = owner.clone());
    wild
}
