//! Questions about how it goes: status, checks, set-up. Keeps no state.

use serde::Deserialize;
use serde_json::Value;
use serde_json::json;

use super::Progress;
use super::Reply;
use super::date;
use super::read;
use crate::checks;
use crate::notices::Notice;
use crate::server::failure::Failure;
use crate::server::house::House;
use crate::server::house::Open;

pub(super) async fn setup(house: &House) -> Reply {
    Ok(json!({
        "set_up": house.settings.domain().is_some(),
        "domain": house.settings.domain(),
        "next": house.domain().err().map(|_| crate::server::house::set_up_command(&house.config)),
    }))
}

pub(super) async fn status(house: &House) -> Reply {
    let open = house.open.get();
    let space = checks::disk::space(&house.config.data);
    let certificate = open.map(|open| certificate(house, open));
    Ok(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "running": open.is_some(),
        "pid": open.map(|open| open.ports.pid),
        "uptime_s": open.map(|_| house.uptime().as_secs()),
        "data": house.config.data,
        "set_up": house.settings.domain().is_some(),
        "domain": house.settings.domain(),
        "place_name": house.settings.place_name(),
        "test_profile": house.config.is_test_profile(),
        "ports": open.map(|open| &open.ports),
        "accounts": house.accounts.len(),
        "sessions": open.map(crate::server::people::sessions),
        "connections": open.map(connections),
        "database": database(house),
        "disk": space.map(|space| json!({ "free_bytes": space.free_bytes, "total_bytes": space.total_bytes })),
        "memory_bytes": open.and_then(|_| memory_bytes()),
        "certificate": certificate,
        "backup": house.backups.summary().await.ok().as_ref().map(super::backups::summary),
        "notices": house.notices.list().iter().map(notice).collect::<Vec<_>>(),
    }))
}

fn connections(open: &Open) -> Value {
    let count = open.streams.count();
    json!({ "all": count.all, "half_open": count.half_open, "driven_out": count.driven_out })
}

fn database(house: &House) -> Value {
    let size = |name: &str| std::fs::metadata(house.config.path(name)).map_or(0, |file| file.len());
    let stats = house.store.stats();
    json!({
        "size_bytes": size(crate::store::FILE) + size("imera.sqlite-wal"),
        "writable": house.store.writable(),
        "commits": stats.commits,
        "jobs": stats.jobs,
        "largest_group": stats.largest_group,
    })
}

fn certificate(house: &House, open: &Open) -> Value {
    let serving = open.certs.serving();
    json!({
        "source": serving.source.told(),
        "known": serving.known,
        "names": serving.facts.names,
        "issuer": serving.facts.issuer,
        "not_after": date(serving.facts.not_after),
        "days_left": serving.facts.days_left(house.clock.utc()),
    })
}

fn notice(notice: &Notice) -> Value {
    json!({
        "key": notice.key,
        "severity": notice.severity.as_str(),
        "what": notice.what,
        "since": date(notice.since),
        "next": notice.next,
        "until": notice.until.and_then(date),
    })
}

/// Resident memory, from the kernel.
fn memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib * 1024)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    #[serde(default)]
    name: Option<String>,
}

/// Runs the checks, or the named one.
pub(super) async fn check(house: &House, with: Value, progress: &Progress) -> Reply {
    let which: Which = read(with)?;
    let known = checks::CHECKS.iter().map(|check| check.name).collect::<Vec<_>>().join(", ");
    if let Some(name) = &which.name
        && !checks::CHECKS.iter().any(|check| check.name == name)
    {
        return Err(Failure::usage(format!("there is no check \"{name}\""), format!("there are {known}")));
    }
    let subject = crate::server::watch::subject(house).await;
    let (mut rows, mut all) = (Vec::new(), Vec::new());
    for check in checks::CHECKS.iter().filter(|check| which.name.as_deref().is_none_or(|name| name == check.name)) {
        let step = |done, of| progress.step(check.name, done, of);
        let found = (check.look)(&subject, &step).await;
        rows.push(json!({
            "name": check.name,
            "state": found.state.as_str(),
            "what": found.what,
            "next": found.next,
        }));
        all.push((*check, found));
    }
    // What is told here is among the notices too, and goes from there if all is well again.
    if house.open.get().is_some() {
        crate::server::watch::take_in(house, all);
    }
    Ok(Value::Array(rows))
}
