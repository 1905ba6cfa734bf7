//! The certificate in service: self-signed, or brought along; changed without a restart.
//!
//! State: the table `certificate`, and the [`Tls`] that doors share. Missing until its issue: ACME.

mod check;
mod self_signed;

use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use rusqlite::Connection;
use rusqlite::OptionalExtension;

use crate::clock::Clock;
use crate::config::TlsFiles;
use crate::limits;
use crate::net::tls::Certificate;
use crate::net::tls::Tls;
use crate::store::Store;
use crate::store::StoreError;

pub use check::CertError;
pub use check::Facts;
pub use check::Pair;
pub use check::check;
pub use self_signed::names_under;

/// Where a certificate came from, as the table `certificate` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    SelfSigned,
    Own,
}

impl Source {
    pub fn as_str(self) -> &'static str {
        match self {
            Source::SelfSigned => "self-signed",
            Source::Own => "own",
        }
    }

    /// As `imera setup --certificate` names it (contract): `own` is the machine's own, `files` what was brought along.
    pub fn told(self) -> &'static str {
        match self {
            Source::SelfSigned => "own",
            Source::Own => "files",
        }
    }
}

/// What is served now.
#[derive(Clone, Debug)]
pub struct Serving {
    pub source: Source,
    pub facts: Facts,
}

/// Those that nobody outside vouches for, as the table says them.
const OF_THIS_HOUSE: [&str; 2] = ["self-signed", "home"];

impl Serving {
    /// Browsers everywhere take it, so that they may be told never to come without TLS again (RFC 6797 §2.3).
    pub fn is_public(&self) -> bool {
        !self.facts.self_signed && !OF_THIS_HOUSE.contains(&self.source.as_str())
    }
}

/// The certificates of one server. Cheap to clone.
#[derive(Clone)]
pub struct Certs {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    clock: Clock,
    domain: String,
    files: Option<TlsFiles>,
    tls: Tls,
    serving: Mutex<Serving>,
}

/// Why no certificate can be served.
#[derive(Debug, thiserror::Error)]
pub enum CertsError {
    #[error("{0}")]
    Certificate(#[from] CertError),
    #[error("the certificate cannot be kept or read: {0}")]
    Store(#[from] StoreError),
}

impl Certs {
    /// Serves the files if there are any, else the newest of the table, else a new self-signed one.
    /// Where the files cannot be used, those that were good the last time serve on, and the
    /// complaint is returned; with none it is an error. Wrong dates alone never keep it from serving.
    pub async fn open(
        store: Store,
        clock: Clock,
        domain: &str,
        files: Option<TlsFiles>,
    ) -> Result<(Certs, Option<CertError>), CertsError> {
        let (certificate, serving, complaint) = match &files {
            Some(files) => of_files(&store, &clock, domain, files).await?,
            None => kept_or_made(&store, &clock, domain).await?,
        };
        let tls = Tls::new(certificate);
        let serving = Mutex::new(serving);
        let inner = Inner { store, clock, domain: domain.to_owned(), files, tls, serving };
        Ok((Certs { inner: Arc::new(inner) }, complaint))
    }

    /// What the doors hand to their handshakes.
    pub fn tls(&self) -> Tls {
        self.inner.tls.clone()
    }

    pub fn serving(&self) -> Serving {
        self.inner.serving.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the files anew (SIGHUP). Files that cannot be used leave the old certificate in service.
    /// `Ok(false)`: there are no files, so there was nothing to do.
    pub async fn reload(&self) -> Result<bool, CertsError> {
        let Some(files) = &self.inner.files else { return Ok(false) };
        let pair = read(files)?;
        let (certificate, facts) = check(&pair, &self.inner.domain, self.inner.clock.utc())?;
        self.inner.tls.replace(certificate);
        let serving = Serving { source: Source::Own, facts };
        *self.inner.serving.lock().unwrap_or_else(PoisonError::into_inner) = serving;
        keep(&self.inner.store, Source::Own, pair, self.inner.clock.utc()).await?;
        Ok(true)
    }
}

type Chosen = (Certificate, Serving, Option<CertError>);

async fn of_files(store: &Store, clock: &Clock, domain: &str, files: &TlsFiles) -> Result<Chosen, CertsError> {
    let read = read(files).and_then(|pair| {
        let (certificate, facts) = check::check_undated(&pair, domain)?;
        Ok((pair, certificate, facts))
    });
    let source = Source::Own;
    let kept = kept(store).await?.filter(|(kept, _)| *kept == source).map(|(_, pair)| pair);
    let kept_is_good = |pair: &Pair| check(pair, domain, clock.utc()).ok();
    let (pair, certificate, facts) = match read {
        Ok(read) => read,
        Err(error) => {
            return match kept.as_ref().and_then(kept_is_good) {
                Some((certificate, facts)) => Ok((certificate, Serving { source, facts }, Some(error))),
                None => Err(error.into()),
            };
        }
    };
    let Err(error) = facts.check_dates(clock.utc()) else {
        keep(store, source, pair, clock.utc()).await?;
        return Ok((certificate, Serving { source, facts }, None));
    };
    // The clock may be wrong, and even an old certificate is better than none.
    let (certificate, facts) = kept.as_ref().and_then(kept_is_good).unwrap_or((certificate, facts));
    Ok((certificate, Serving { source, facts }, Some(error)))
}

/// A self-signed one is made where there is none, and where the kept one is for another domain.
/// One that was brought along serves on after its day, with a complaint: the clock may be wrong.
async fn kept_or_made(store: &Store, clock: &Clock, domain: &str) -> Result<Chosen, CertsError> {
    let mut complaint = None;
    if let Some((source, pair)) = kept(store).await? {
        match check::check_undated(&pair, domain) {
            Ok((certificate, facts)) => match facts.check_dates(clock.utc()) {
                Err(_) if source == Source::SelfSigned => {}
                dates => return Ok((certificate, Serving { source, facts }, dates.err())),
            },
            Err(error) if source == Source::Own => complaint = Some(error),
            Err(_) => {}
        }
    }
    let pair = self_signed::make(domain, clock.utc());
    let (certificate, facts) = check(&pair, domain, clock.utc())?;
    keep(store, Source::SelfSigned, pair, clock.utc()).await?;
    Ok((certificate, Serving { source: Source::SelfSigned, facts }, complaint))
}

/// The newest of the table.
async fn kept(store: &Store) -> Result<Option<(Source, Pair)>, StoreError> {
    let newest = store.read(|c| {
        c.query_row("SELECT source, chain, key FROM certificate ORDER BY id DESC LIMIT 1", [], |row| {
            let self_signed = row.get::<_, String>(0)? == Source::SelfSigned.as_str();
            let source = if self_signed { Source::SelfSigned } else { Source::Own };
            Ok((source, Pair { chain: row.get(1)?, key: row.get(2)? }))
        })
        .optional()
    });
    newest.await
}

/// Stores a pair as the newest one, where it is not that already.
pub async fn keep(store: &Store, source: Source, pair: Pair, at: i64) -> Result<(), StoreError> {
    store.write(move |c| keep_in(c, source, &pair, at)).await
}

/// The same as a job, for a transaction with more in it.
pub fn keep_in(c: &Connection, source: Source, pair: &Pair, at: i64) -> rusqlite::Result<()> {
    let known = "SELECT chain = ?1 AND key = ?2 FROM certificate ORDER BY id DESC LIMIT 1";
    let known = c.query_row(known, (&pair.chain, &pair.key), |row| row.get(0)).optional()?;
    if known != Some(true) {
        let row = (source.as_str(), &pair.chain, &pair.key, at);
        c.execute("INSERT INTO certificate (source, chain, key, created_at) VALUES (?1, ?2, ?3, ?4)", row)?;
        c.execute("DELETE FROM certificate WHERE id <= last_insert_rowid() - ?1", [limits::CERTIFICATES_KEPT])?;
    }
    Ok(())
}

/// Both files' text. Errors name the file.
pub fn read(files: &TlsFiles) -> Result<Pair, CertError> {
    Ok(Pair { chain: read_file(&files.cert)?, key: read_file(&files.key)? })
}

fn read_file(path: &Path) -> Result<String, CertError> {
    let failed = |reason: String| CertError::File { file: path.display().to_string(), reason };
    let size = std::fs::metadata(path).map_err(|error| failed(error.to_string()))?.len();
    if size > limits::CERTIFICATE_MAX_BYTES {
        return Err(failed(format!("it has {size} bytes, more than a certificate may have")));
    }
    std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))
}

#[cfg(test)]
mod tests;
