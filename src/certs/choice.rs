//! Which certificate serves: the order of where one may come from.
//!
//! The files of the machine's options; what was brought on a page or at set-up; what an authority has issued; at home,
//! what the authority made here signs; else one that nobody vouches for. Keeps no state of its own.

use std::sync::Arc;

use rusqlite::OptionalExtension as _;

use super::CertError;
use super::CertsError;
use super::For;
use super::Issued;
use super::Pair;
use super::Serving;
use super::Source;
use super::check;
use super::home;
use super::keep;
use super::read;
use super::self_signed;
use crate::clock::Clock;
use crate::config::TlsFiles;
use crate::net::tls::Certificate;
use crate::store::Store;
use crate::store::StoreError;

/// What is served from now on, and why it is not what it should be.
pub(super) type Chosen = (Certificate, Serving, Option<CertError>);

/// With it what an authority has issued, served or not.
pub(super) async fn choose(store: &Store, clock: &Clock, wanted: &For) -> Result<(Chosen, Option<Issued>), CertsError> {
    if let Some(files) = &wanted.files {
        return Ok((of_files(store, clock, &wanted.domain, files).await?, None));
    }
    let pair = kept(store, Source::Acme).await?;
    let checked = pair.as_ref().and_then(|pair| check::of_authority(pair, &wanted.domain).ok());
    let checked = pair.zip(checked);
    let issued = checked.as_ref().and_then(|(pair, (_, facts))| Issued::of(pair, facts));
    let ready = checked.map(|(pair, (certificate, facts))| {
        let serving = Serving::of_others(Source::Acme, facts, &pair);
        (certificate, serving)
    });
    Ok((of_nobodys_files(store, clock, wanted, ready).await?, issued))
}

async fn of_nobodys_files(
    store: &Store,
    clock: &Clock,
    wanted: &For,
    issued: Option<(Certificate, Serving)>,
) -> Result<Chosen, CertsError> {
    let complaint = match kept(store, Source::Own).await? {
        None => None,
        // Serves on after its day, with a complaint: the clock may be wrong.
        Some(pair) => match check::check_undated(&pair, &wanted.domain) {
            Ok((certificate, facts)) => {
                let complaint = facts.check_dates(clock.utc()).err();
                return Ok((certificate, Serving::of_others(Source::Own, facts, &pair), complaint));
            }
            Err(error) => Some(error),
        },
    };
    // Serves on after its day, too; but for the machine's address or host alone, only as long as it holds: so long more
    // trust it than one made here.
    if let Some((certificate, serving)) = issued {
        let dates = serving.facts.check_dates(clock.utc()).err();
        if dates.is_none() || !serving.facts.is_for_others(&wanted.domain) {
            return Ok((certificate, serving, complaint.or(dates)));
        }
    }
    let (certificate, serving) = match &wanted.home {
        Some(addresses) => {
            let (certificate, facts, root) = home::ready(store, clock, &wanted.domain, addresses).await?;
            (certificate, Serving { source: Source::Home, facts, root: Some(Arc::new(root)), known: false })
        }
        None => of_nobody(store, clock, &wanted.domain).await?,
    };
    Ok((certificate, serving, complaint))
}

async fn of_files(store: &Store, clock: &Clock, domain: &str, files: &TlsFiles) -> Result<Chosen, CertsError> {
    let read = read(files).and_then(|pair| {
        let (certificate, facts) = check::check_undated(&pair, domain)?;
        Ok((pair, certificate, facts))
    });
    let source = Source::Own;
    let serving = |facts, pair: &Pair| Serving::of_others(source, facts, pair);
    let kept = kept(store, source).await?;
    let kept_is_good = |pair: Pair| check::check(&pair, domain, clock.utc()).ok().map(|checked| (pair, checked));
    let (pair, certificate, facts) = match read {
        Ok(read) => read,
        Err(error) => {
            return match kept.and_then(kept_is_good) {
                Some((pair, (certificate, facts))) => Ok((certificate, serving(facts, &pair), Some(error))),
                None => Err(error.into()),
            };
        }
    };
    let Err(error) = facts.check_dates(clock.utc()) else {
        let serving = serving(facts, &pair);
        keep(store, source, pair, clock.utc()).await?;
        return Ok((certificate, serving, None));
    };
    // The clock may be wrong, and even an old certificate is better than none.
    let (pair, (certificate, facts)) = kept.and_then(kept_is_good).unwrap_or((pair, (certificate, facts)));
    Ok((certificate, serving(facts, &pair), Some(error)))
}

/// The kept one, or a new one where there is none, it is for another domain, or its day is over.
async fn of_nobody(store: &Store, clock: &Clock, domain: &str) -> Result<(Certificate, Serving), CertsError> {
    let source = Source::SelfSigned;
    let kept = kept(store, source).await?;
    let good = kept.and_then(|pair| check::check(&pair, domain, clock.utc()).ok());
    let (certificate, facts) = match good {
        Some(good) => good,
        None => {
            let pair = self_signed::make(domain, clock.utc());
            let made = check::check(&pair, domain, clock.utc())?;
            keep(store, source, pair, clock.utc()).await?;
            made
        }
    };
    Ok((certificate, Serving { source, facts, root: None, known: false }))
}

/// The newest of that source.
async fn kept(store: &Store, source: Source) -> Result<Option<Pair>, StoreError> {
    let newest = "SELECT chain, key FROM certificate WHERE source = ?1 ORDER BY id DESC LIMIT 1";
    let pair = |row: &rusqlite::Row<'_>| Ok(Pair { chain: row.get(0)?, key: row.get(1)? });
    store.read(move |c| c.query_row(newest, [source.as_str()], pair).optional()).await
}
