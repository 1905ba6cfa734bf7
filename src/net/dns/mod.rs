//! DNS (RFC 1035): the machine's resolver for names in general, a zone's own servers found and asked directly
//! ([`servers`], [`ask`]), and records that are written ([`update`]).
//!
//! Where `IMERA_RESOLVER` is set, all questions go there. State: the resolver with a small cache; it is made anew, from
//! `/etc/resolv.conf`, after it could reach nobody.

pub mod ask;
pub mod servers;
#[cfg(test)]
mod tests;
pub mod update;
#[cfg(test)]
#[path = "../../../tests/support/zone.rs"]
pub mod zone;

use std::net::IpAddr;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::ConnectionConfig;
use hickory_resolver::config::NameServerConfig;
use hickory_resolver::config::ResolveHosts;
use hickory_resolver::config::ResolverConfig;
use hickory_resolver::net::DnsError as Refusal;
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
pub use hickory_resolver::proto::op::ResponseCode;
pub use hickory_resolver::proto::rr::Name;
pub use hickory_resolver::proto::rr::RData;
pub use hickory_resolver::proto::rr::Record;
pub use hickory_resolver::proto::rr::RecordType;
pub use hickory_resolver::proto::rr::rdata;
use hickory_resolver::system_conf::read_system_conf;

use crate::clock::Clock;
use crate::limits;
use ask::Answer;
use ask::How;

/// Why a name has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DnsError {
    #[error("{0} cannot be a name")]
    Odd(String),
    /// NXDOMAIN.
    #[error("there is no such name")]
    NoName,
    /// The name is there, without records of that type.
    #[error("the name has no such records")]
    NoRecords,
    /// The server said no: SERVFAIL, REFUSED and the like.
    #[error("the name server answers {0}")]
    Refused(ResponseCode),
    /// Nobody answered in time.
    #[error("no name server answers")]
    NoAnswer,
    /// The machine names no name server.
    #[error("this machine has no name server ({0})")]
    NoServers(String),
}

/// Asks the machine's resolver, or the one of `IMERA_RESOLVER`. Cheap to clone.
#[derive(Clone)]
pub struct Resolver(Arc<Inner>);

struct Inner {
    asked: Option<SocketAddr>,
    clock: Clock,
    made: Mutex<Option<TokioResolver>>,
}

impl Resolver {
    /// `asked`: all questions go there instead. Reads nothing yet.
    pub fn new(asked: Option<SocketAddr>) -> Resolver {
        Resolver(Arc::new(Inner { asked, clock: Clock::system(), made: Mutex::new(None) }))
    }

    /// Where all questions go, if that was set.
    pub fn asked(&self) -> Option<SocketAddr> {
        self.0.asked
    }

    /// The addresses of a host, IPv6 and IPv4, at most [`limits::DNS_RECORDS_MAX`]; never none. A host that is an
    /// address is its own answer, and `localhost` is loopback (RFC 6761 §6.3).
    pub async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, DnsError> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = bare.parse() {
            return Ok(vec![address]);
        }
        let name = name(host)?;
        let resolver = self.resolver()?;
        let found = self.in_time(resolver.lookup_ip(name)).await?;
        let addresses: Vec<IpAddr> = found.iter().take(limits::DNS_RECORDS_MAX).collect();
        if addresses.is_empty() { Err(DnsError::NoRecords) } else { Ok(addresses) }
    }

    /// The records of that type, those of a CNAME's target included, at most [`limits::DNS_RECORDS_MAX`]; never none.
    pub async fn lookup(&self, host: &str, kind: RecordType) -> Result<Vec<RData>, DnsError> {
        let name = name(host)?;
        let resolver = self.resolver()?;
        let found = self.in_time(resolver.lookup(name, kind)).await?;
        let answers = found.answers().iter().filter(|record| record.record_type() == kind);
        let records: Vec<RData> = answers.take(limits::DNS_RECORDS_MAX).map(|record| record.data.clone()).collect();
        if records.is_empty() { Err(DnsError::NoRecords) } else { Ok(records) }
    }

    /// Asks the resolver itself, without a cache of ours. `unchecked`: also what its own look at signatures refuses.
    /// Err: none of them answers.
    pub async fn fresh(&self, name: &Name, kind: RecordType, unchecked: bool) -> Result<Answer, DnsError> {
        let how = How { recursive: true, unchecked };
        for server in self.servers()? {
            if let Ok(answer) = ask::ask(&self.0.clock, server, name, kind, how).await {
                return Ok(answer);
            }
        }
        Err(DnsError::NoAnswer)
    }

    /// The resolvers that are asked, at most [`limits::DNS_RESOLVERS_MAX`]; never none.
    fn servers(&self) -> Result<Vec<SocketAddr>, DnsError> {
        if let Some(asked) = self.0.asked {
            return Ok(vec![asked]);
        }
        let none = |error: String| DnsError::NoServers(error);
        let (config, _) = read_system_conf().map_err(|error| none(error.to_string()))?;
        let all = config.name_servers().iter().map(|server| SocketAddr::new(server.ip, 53));
        let servers: Vec<SocketAddr> = all.take(limits::DNS_RESOLVERS_MAX).collect();
        if servers.is_empty() { Err(none("none is named".to_owned())) } else { Ok(servers) }
    }

    async fn in_time<T>(&self, question: impl Future<Output = Result<T, NetError>>) -> Result<T, DnsError> {
        let most = Duration::from_secs(limits::DNS_LOOKUP_MAX_S);
        let answer = self.0.clock.timeout(most, question).await.unwrap_or(Err(NetError::Timeout));
        let error = match answer {
            Ok(answer) => return Ok(answer),
            Err(error) => why(&error),
        };
        if error == DnsError::NoAnswer {
            // The network, and with it resolv.conf, may be another one by now.
            *self.0.made.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        Err(error)
    }

    fn resolver(&self) -> Result<TokioResolver, DnsError> {
        let mut made = self.0.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(resolver) = &*made {
            return Ok(resolver.clone());
        }
        let resolver = make(self.0.asked).map_err(|error| DnsError::NoServers(error.to_string()))?;
        *made = Some(resolver.clone());
        Ok(resolver)
    }
}

fn make(asked: Option<SocketAddr>) -> Result<TokioResolver, NetError> {
    let mut builder = match asked {
        None => TokioResolver::builder_tokio()?,
        Some(address) => {
            let (mut udp, mut tcp) = (ConnectionConfig::udp(), ConnectionConfig::tcp());
            (udp.port, tcp.port) = (address.port(), address.port());
            let mut server = NameServerConfig::udp_and_tcp(address.ip());
            server.connections = vec![udp, tcp];
            let only = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
            TokioResolver::builder_with_config(only, TokioRuntimeProvider::default())
        }
    };
    let options = builder.options_mut();
    options.timeout = Duration::from_secs(limits::DNS_TRY_S);
    options.attempts = 1;
    options.cache_size = limits::DNS_CACHE_MAX;
    options.positive_max_ttl = Some(Duration::from_secs(limits::DNS_CACHE_MAX_S));
    options.negative_max_ttl = Some(Duration::from_secs(limits::DNS_CACHE_NOTHING_MAX_S));
    options.edns0 = true;
    if asked.is_some() {
        options.use_hosts_file = ResolveHosts::Never;
    }
    builder.build()
}

/// The whole name, in A-labels, ending in a dot: nothing is tried in search domains.
pub fn name(host: &str) -> Result<Name, DnsError> {
    let odd = || DnsError::Odd(host.chars().take(300).collect());
    let bare = host.strip_suffix('.').unwrap_or(host);
    let ascii = match bare.is_ascii() {
        true => bare.to_ascii_lowercase(),
        false => idna::domain_to_ascii(bare).map_err(|_| odd())?,
    };
    if ascii.is_empty() || ascii.contains(['\\', ' ']) {
        return Err(odd());
    }
    Name::from_ascii(format!("{ascii}.")).map_err(|_| odd())
}

fn why(error: &NetError) -> DnsError {
    match error {
        _ if error.is_nx_domain() => DnsError::NoName,
        NetError::Dns(Refusal::NoRecordsFound(none)) => match none.response_code {
            ResponseCode::NoError => DnsError::NoRecords,
            code => DnsError::Refused(code),
        },
        NetError::Dns(Refusal::ResponseCode(code)) => DnsError::Refused(*code),
        _ => DnsError::NoAnswer,
    }
}
