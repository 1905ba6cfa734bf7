//! A busy evening while a backup is made: chat, and two hundred who come in by invitation at once.
//!
//! The database, a gigabyte, is made once and kept beside the binaries; each run works on a copy.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::client::{Client, Endpoint, Opening};
use crate::people::{self, PASSWORD};
use crate::report::{Bar, Figure, Seen, median, quantile};
use crate::servers::{DOMAIN, Kind, Server};
use crate::talk::{self, Pace, Pair, Run};
use crate::{Options, Result, fill};

const DATABASE_BYTES: usize = 1_000_000_000;
const PAIRS: usize = 10;
const ARCHIVED: (usize, usize) = (40, 41);
/// Messages that are written before the file is looked at again.
const STEP: usize = 50_000;
const INVITED: usize = 200;
/// Ten pairs: a hundred messages a second.
const PACE: Pace = Pace::Every(Duration::from_millis(100));
/// Messages of a pair in a slice, of which there are as many as the backup takes.
const SLICE: usize = 20;
/// Slices where nothing else goes on.
const CALM_SLICES: usize = 5;
/// How much more the slowest hundredth may take during a backup.
const SLOWER: f64 = 2.0;
/// What it may take in a quick run, ms. There the backup lasts no longer than the two hundred take, so all its slices
/// are the worst ones, and a ratio would tell of the machine's neighbours: 4 and 11.5 ms were seen in one run. A
/// message that waits for the backup itself takes hundreds.
const QUICK_MS: f64 = 25.0;
const MORE_MEMORY_MB: f64 = 20.0;

/// What one evening showed.
struct Evening {
    /// ms
    p99: f64,
    /// MB
    peak: f64,
    /// seconds
    lasted: f64,
}

pub async fn figures(options: &Options) -> Result<Vec<Figure>> {
    let imera = options.servers.is_empty() || options.servers.iter().any(|name| name == Kind::Imera.name());
    if !imera || !options.wants("backup") {
        return Ok(Vec::new());
    }
    eprintln!("backup …");
    let server = Server::start_in(Kind::Imera, copied(&filled(options.count(DATABASE_BYTES)).await?)?).await?;
    people::make(&server, 0..2 * PAIRS).await?;
    let mut pairs = talk::pairs(&server, PAIRS).await?;
    let mut seen: [Vec<Evening>; 4] = Default::default();
    let mut guests = 0..0;
    for _ in 0..options.rounds.min(3) {
        for (place, (invited, backup)) in
            [(0, false), (0, true), (INVITED, false), (INVITED, true)].into_iter().enumerate()
        {
            guests = guests.end..guests.end + invited;
            let evening;
            (pairs, evening) = spend(&server, pairs, guests.clone(), backup).await?;
            seen[place].push(evening);
        }
    }
    let [calm, saved, joined, both] = &seen;
    let of = |evenings: &[Evening], part: fn(&Evening) -> f64| evenings.iter().map(part).collect::<Vec<f64>>();
    let p99 = |evenings: &[Evening]| of(evenings, |evening| evening.p99);
    let more = |evenings: &[Evening], than: &[Evening]| -> Vec<f64> {
        evenings.iter().zip(than).map(|(one, other)| (one.peak - other.peak).max(0.0)).collect()
    };
    let noise = if options.quick { QUICK_MS } else { 0.0 };
    let slower = |than: &[Evening]| vec![Bar::AtMost((SLOWER * median(&p99(than))).max(noise))];
    let figure = |name, unit, values, bars| Figure { name, unit, seen: vec![Seen { kind: Kind::Imera, values }], bars };
    Ok(vec![
        figure("p99 to the receiver, nothing else going on", "ms", p99(calm), vec![]),
        figure("p99 to the receiver during a backup: twice at most", "ms", p99(saved), slower(calm)),
        figure("p99 to the receiver while 200 come in by invitation", "ms", p99(joined), vec![]),
        figure("p99 to the receiver with both: twice that at most", "ms", p99(both), slower(joined)),
        figure("memory more during a backup", "MB", more(saved, calm), vec![Bar::AtMost(MORE_MEMORY_MB)]),
        figure(
            "memory more with both than without the backup",
            "MB",
            more(both, joined),
            vec![Bar::AtMost(MORE_MEMORY_MB)],
        ),
        figure("a backup under load", "s", of(saved, |evening| evening.lasted), vec![]),
    ])
}

/// Chat for as long as the others are at it. `guests`: the numbers of those who come in.
async fn spend(
    server: &Server,
    mut pairs: Vec<Pair>,
    guests: Range<usize>,
    backup: bool,
) -> Result<(Vec<Pair>, Evening)> {
    let tokens = invitations(&server.endpoint, guests.len()).await?;
    server.rests().await;
    server.forget_peak()?;
    let begin = Instant::now();
    let mut saving = backup.then(|| server.command(&["backup", "create"]).spawn()).transpose()?;
    let mut coming = JoinSet::new();
    for (number, token) in guests.zip(tokens) {
        coming.spawn(come_in(server.endpoint.clone(), token, number));
    }
    let (mut delivered, mut lasted, mut slices) = (Vec::new(), 0.0, 0);
    while slices < CALM_SLICES || saving.is_some() || !coming.is_empty() {
        let times;
        (pairs, times) = talk::run(pairs, Run { each: SLICE, pace: PACE }).await?;
        delivered.extend(times.delivered);
        slices += 1;
        while let Some(came) = coming.try_join_next() {
            came??;
        }
        if let Some(status) = saving.as_mut().map(|child| child.try_wait()).transpose()?.flatten() {
            (saving, lasted) = (None, begin.elapsed().as_secs_f64());
            if !status.success() {
                return Err("the backup failed: without it nothing is measured".into());
            }
        }
    }
    let (p99, peak) = (quantile(&delivered, 0.99) as f64 / 1e6, server.peak_bytes() as f64 / 1e6);
    Ok((pairs, Evening { p99, peak, lasted }))
}

/// So many tokens, by XEP-0401.
async fn invitations(endpoint: &Endpoint, count: usize) -> Result<Vec<String>> {
    let admin = Client::login(endpoint, "admin", "admin", None).await?;
    let invite =
        "<command xmlns='http://jabber.org/protocol/commands' node='urn:xmpp:invite#invite' action='execute'/>";
    let mut tokens = Vec::with_capacity(count);
    for _ in 0..count {
        let answer = admin.iq("set", Some(DOMAIN), invite).await?.text;
        let token = answer.split("preauth=").nth(1).and_then(|rest| rest.split([';', '&', '<']).next());
        tokens.push(token.ok_or("an invitation without a token")?.to_owned());
    }
    admin.close().await?;
    Ok(tokens)
}

/// XEP-0445.
async fn come_in(endpoint: Endpoint, token: String, number: usize) -> Result<()> {
    let mut stream = Opening::connect(&endpoint).await?;
    stream.iq("preauth", &format!("<preauth xmlns='urn:xmpp:pars:0' token='{token}'/>")).await?;
    stream.register(&format!("guest{number}"), PASSWORD).await?;
    Ok(())
}

/// A data folder whose database has at least so many bytes.
async fn filled(bytes: usize) -> Result<PathBuf> {
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("backup-{}-MB", bytes / 1_000_000));
    if kept.is_dir() {
        return Ok(kept);
    }
    let begin = Instant::now();
    let server = Server::start(Kind::Imera).await?;
    people::make(&server, [ARCHIVED.0, ARCHIVED.1]).await?;
    let scratch = server.stop();
    let data = scratch.path().join("data");
    while fs::metadata(data.join("imera.sqlite"))?.len() < bytes as u64 {
        fill::history(&data, ARCHIVED.0, ARCHIVED.1, STEP).await?;
    }
    let half = kept.with_extension("half");
    let _ = fs::remove_dir_all(&half);
    copy(&data, &half)?;
    fs::rename(&half, &kept)?;
    eprintln!("    a database of {} MB made in {:.0} s", bytes / 1_000_000, begin.elapsed().as_secs_f64());
    Ok(kept)
}

/// For one run, which changes it.
fn copied(kept: &Path) -> Result<tempfile::TempDir> {
    let scratch = tempfile::Builder::new().prefix("imera-bench.").tempdir()?;
    copy(kept, &scratch.path().join("data"))?;
    Ok(scratch)
}

/// Files alone; folders come anew.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
