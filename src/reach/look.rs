//! One look at all records of a place: each of the zone's own name servers is asked, all at once, and judged.
//!
//! Keeps no state.

use std::net::IpAddr;
use std::time::Duration;

use tokio::task::JoinSet;

use super::authority;
use super::authority::Asker;
use super::authority::Forbidden;
use super::judge;
use super::judge::Known;
use super::judge::State;
use super::own::Ours;
use super::redirect;
use super::wanted;
use super::wanted::Place;
use super::wanted::Presence;
use super::wanted::Row;
use super::wanted::Value;
use super::wanted::Wanted;
use crate::clock;
use crate::clock::Clock;
use crate::clock::UtcMicros;
use crate::limits;
use crate::net::dns::Name;
use crate::net::dns::RecordType;
use crate::net::dns::Resolver;
use crate::net::dns::servers;
use crate::net::dns::servers::NoZone;
use crate::net::dns::servers::Said;
use crate::net::dns::servers::Server;
use crate::net::dns::servers::Zone;

/// What a look found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// When it ended.
    pub at: UtcMicros,
    pub rows: Vec<Judged>,
    pub troubles: Vec<Trouble>,
}

/// One record and how it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    pub wanted: Wanted,
    pub state: State,
}

/// What is wrong with the domain as a whole. Names without a dot at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Not even the machine's resolver answers.
    NoInternet,
    /// Nobody has registered it, or it is very new.
    NoDomain,
    /// It is registered, and resolvers find no name servers for it.
    NoServers,
    /// None of its name servers answers.
    Silent { servers: Vec<String> },
    /// Some of them do not answer, or know nothing of the zone.
    Lame { servers: Vec<String> },
    /// DNSSEC signatures that do not hold: careful resolvers find nothing.
    Signatures,
    /// CAA forbids our authority to give a certificate.
    Caa(Forbidden),
}

impl Report {
    /// Whether nothing is missing without which nobody comes in.
    pub fn is_enough(&self) -> bool {
        let needed = |row: &&Judged| row.wanted.presence == Presence::Needed;
        self.rows.iter().filter(needed).all(|row| matches!(row.state, State::Found { .. }))
    }

    /// Whether the first row is found, which is enough to go on.
    pub fn machine_is_found(&self) -> bool {
        let machine = |row: &&Judged| row.wanted.row == Row::Machine;
        self.rows.iter().find(machine).is_some_and(|row| matches!(row.state, State::Found { .. }))
    }

    /// How many records are found, of how many that are to be written at the provider.
    pub fn count(&self) -> (usize, usize) {
        let is_record = |row: &&Judged| {
            row.wanted.presence != Presence::Spare && !matches!(row.wanted.value, Value::Redirect { .. })
        };
        let is_found = |row: &&Judged| matches!(row.state, State::Found { .. });
        (self.rows.iter().filter(is_record).filter(is_found).count(), self.rows.iter().filter(is_record).count())
    }

    /// Those to be told: without records that may be missing, and are.
    pub fn shown(&self) -> impl Iterator<Item = &Judged> {
        self.rows.iter().filter(|row| row.is_told())
    }
}

impl Judged {
    /// Not what may be missing, and is.
    pub fn is_told(&self) -> bool {
        self.wanted.presence != Presence::Spare || matches!(self.state, State::Wrong { .. } | State::FoundOn { .. })
    }
}

/// Looks once, for at most [`limits::REACH_LOOK_MAX_S`]. `authority`: whose certificate is wanted, as CAA names it.
pub async fn look(
    (resolver, clock): (&Resolver, &Clock),
    place: &Place,
    ours: &Ours,
    authority: Option<&str>,
) -> Report {
    let most = Duration::from_secs(limits::REACH_LOOK_MAX_S);
    let (rows, troubles) = match clock.timeout(most, whole((resolver, clock), place, ours, authority)).await {
        Some(found) => found,
        None => (all(place, ours, &State::CouldNotLook), vec![Trouble::Silent { servers: Vec::new() }]),
    };
    Report { at: clock.utc(), rows, troubles }
}

/// Before there was a look, or where there can be none.
pub fn all(place: &Place, ours: &Ours, state: &State) -> Vec<Judged> {
    let state = |wanted: &Wanted| match (&wanted.value, wanted.presence, state) {
        (Value::Redirect { .. }, ..) => State::Later,
        (_, Presence::Spare, State::Waiting) => State::NotNeeded,
        _ => state.clone(),
    };
    let judged = |wanted: Wanted| Judged { state: state(&wanted), wanted };
    wanted::records(place, ours).into_iter().map(judged).collect()
}

async fn whole(
    (resolver, clock): (&Resolver, &Clock),
    place: &Place,
    ours: &Ours,
    authority: Option<&str>,
) -> (Vec<Judged>, Vec<Trouble>) {
    let (Some(domain), Some(machine)) = (servers::name(&place.domain), servers::name(&place.machine)) else {
        return (all(place, ours, &State::Waiting), vec![Trouble::NoDomain]);
    };
    let zone = match servers::find(resolver, clock, &domain).await {
        Ok(zone) => zone,
        Err(NoZone::NoInternet) => return (all(place, ours, &State::CouldNotLook), vec![Trouble::NoInternet]),
        Err(NoZone::NoDomain) => return (all(place, ours, &State::Waiting), vec![Trouble::NoDomain]),
        Err(NoZone::Broken) => return (all(place, ours, &State::CouldNotLook), vec![Trouble::NoServers]),
    };
    let wanted = wanted::records(place, ours);
    let questions = questions(&wanted, &domain);
    let mut answers = ask_all(resolver, clock, &zone, &questions).await;
    let speaks = |said: &[Said]| said.iter().any(|said| *said != Said::Nothing);
    let mut seen_by_resolver = false;
    if !answers.iter().any(|(_, said)| speaks(said)) {
        let said = remembered(resolver, &questions).await;
        seen_by_resolver = speaks(&said);
        answers.push((Server { name: String::new(), at: None }, said));
    }
    let mut rows = judged((resolver, &place.machine, ours), wanted, &questions, &answers).await;
    for row in &mut rows {
        if let Value::Redirect { to } = &row.wanted.value {
            row.state = redirect::look((resolver, clock), &row.wanted.name, to).await;
        }
    }
    let (good, lame): (Vec<_>, Vec<_>) = answers.iter().partition(|(_, said)| speaks(said));
    let named = |server: &Server| Some(server.name.clone()).filter(|name| !name.is_empty());
    let names = |servers: &[&(Server, Vec<Said>)]| servers.iter().filter_map(|(server, _)| named(server)).collect();
    let mut troubles = Vec::new();
    match (good.is_empty(), lame.is_empty()) {
        _ if seen_by_resolver => {}
        (true, _) => troubles.push(Trouble::Silent { servers: names(&lame) }),
        (false, false) => troubles.push(Trouble::Lame { servers: names(&lame) }),
        (false, true) => {}
    }
    if authority::signatures_are_broken(resolver, &domain).await {
        troubles.push(Trouble::Signatures);
    }
    if let (Some(authority), Some((server, _))) = (authority, good.first()) {
        let asker = Asker { resolver, clock, apex: &zone.apex, server: server.at };
        let mut forbidden = authority::forbids(&machine, authority, &asker).await;
        if forbidden.is_none() && machine != domain {
            forbidden = authority::forbids(&domain, authority, &asker).await;
        }
        troubles.extend(forbidden.map(Trouble::Caa));
    }
    (rows, troubles)
}

/// One for each record that is wanted, in their order, and two for a name that nobody has written down.
fn questions(wanted: &[Wanted], domain: &Name) -> Vec<(Name, RecordType)> {
    let question = |wanted: &Wanted| {
        let kind = match wanted.value {
            // An alias comes with what it leads to.
            Value::A(_) | Value::Cname(_) => RecordType::A,
            Value::Aaaa(_) => RecordType::AAAA,
            Value::Srv { .. } => RecordType::SRV,
            Value::Redirect { .. } => RecordType::A,
        };
        // What is told of a web site elsewhere is no name; its question is for nothing.
        (servers::name(&wanted.name).unwrap_or_else(|| domain.clone()), kind)
    };
    let anything =
        domain.prepend_label(format!("imera-{}", clock::random::<4>().map(|byte| byte.to_string()).concat()));
    let anything = anything.unwrap_or_else(|_| domain.clone());
    let two = [RecordType::A, RecordType::AAAA].map(|kind| (anything.clone(), kind));
    wanted.iter().map(question).chain(two).collect()
}

/// What each server said to each question.
async fn ask_all(
    resolver: &Resolver,
    clock: &Clock,
    zone: &Zone,
    questions: &[(Name, RecordType)],
) -> Vec<(Server, Vec<Said>)> {
    let mut asking = JoinSet::new();
    for (index, server) in zone.servers.iter().cloned().enumerate() {
        let (resolver, clock, apex) = (resolver.clone(), clock.clone(), zone.apex.clone());
        let questions = questions.to_vec();
        asking.spawn(async move {
            let mut said = Vec::new();
            for (name, kind) in &questions {
                let Some(at) = server.at else { break };
                match servers::ask_server((&resolver, &clock, &apex), at, name, *kind).await {
                    Ok(answer) => said.push(answer),
                    // Who is silent once keeps nobody waiting for the rest.
                    Err(_) => break,
                }
            }
            said.resize(questions.len(), Said::Nothing);
            (index, server, said)
        });
    }
    let mut answers = asking.join_all().await;
    answers.sort_by_key(|(index, ..)| *index);
    answers.into_iter().map(|(_, server, said)| (server, said)).collect()
}

/// Where none of the zone's servers can be asked from here, as in networks that let nobody ask but their own resolver:
/// what that one has. That it has nothing says nothing.
async fn remembered(resolver: &Resolver, questions: &[(Name, RecordType)]) -> Vec<Said> {
    let mut all = Vec::new();
    for (name, kind) in questions {
        let said = servers::ask_resolver(resolver, name, *kind).await;
        let is_nothing = matches!(&said, Said::Records { records, .. } if records.is_empty());
        all.push(if is_nothing { Said::Nothing } else { said });
    }
    all
}

async fn judged(
    (resolver, machine, ours): (&Resolver, &str, &Ours),
    wanted: Vec<Wanted>,
    questions: &[(Name, RecordType)],
    answers: &[(Server, Vec<Said>)],
) -> Vec<Judged> {
    let to = |question: usize| answers.iter().map(|(_, said)| said[question].clone()).collect::<Vec<Said>>();
    let mut anything: Vec<IpAddr> = Vec::new();
    for question in [questions.len() - 2, questions.len() - 1] {
        for said in to(question) {
            if let Said::Records { records, .. } = said {
                anything.extend(records.iter().filter_map(servers::address));
            }
        }
    }
    let all: Vec<Said> = (0..wanted.len()).flat_map(&to).collect();
    let mut others = Vec::new();
    for target in judge::targets(&all, machine) {
        let ips = resolver_addresses(resolver, &target).await;
        others.push((target, ips));
    }
    let known = Known { ours, machine, anything: &anything, others: &others };
    let judged = |(index, wanted): (usize, Wanted)| {
        let state = judge::judge(&wanted, &to(index), &known);
        Judged { wanted, state }
    };
    wanted.into_iter().enumerate().map(judged).collect()
}

async fn resolver_addresses(resolver: &Resolver, host: &str) -> Vec<IpAddr> {
    let Some(name) = servers::name(host) else { return Vec::new() };
    let mut ips = Vec::new();
    for kind in [RecordType::A, RecordType::AAAA] {
        if let Said::Records { records, .. } = servers::ask_resolver(resolver, &name, kind).await {
            ips.extend(records.iter().filter_map(servers::address));
        }
    }
    ips
}
