//! The certificate in service: an authority's, self-signed, or brought along; changed without a restart.
//!
//! State: the table `certificate`, and the [`Tls`] that doors share; see also [`acme`].

pub mod acme;
mod check;
mod self_signed;

use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use aws_lc_rs::digest;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::clock::Clock;
use crate::clock::UtcMicros;
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
    /// Issued by an authority, by [`acme`].
    Acme,
}

impl Source {
    pub fn as_str(self) -> &'static str {
        match self {
            Source::SelfSigned => "self-signed",
            Source::Own => "own",
            Source::Acme => "acme",
        }
    }

    fn of(text: &str) -> Source {
        [Source::SelfSigned, Source::Acme].into_iter().find(|source| source.as_str() == text).unwrap_or(Source::Own)
    }

    /// As `imera setup --certificate` names it (contract): `own` is the machine's own, `files` what was brought along.
    pub fn told(self) -> &'static str {
        match self {
            Source::SelfSigned => "own",
            Source::Own => "files",
            Source::Acme => "acme",
        }
    }
}

/// What is served now.
#[derive(Clone, Debug)]
pub struct Serving {
    pub source: Source,
    pub facts: Facts,
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
    /// Where what is served is an authority's.
    issued: Mutex<Option<Issued>>,
}

/// A certificate that an authority has issued.
#[derive(Clone)]
struct Issued {
    leaf: CertificateDer<'static>,
    names: Vec<acme::Name>,
    not_before: UtcMicros,
    not_after: UtcMicros,
    /// A number that is this certificate's own.
    chance: u64,
}

impl Issued {
    fn of(pair: &Pair, facts: &Facts) -> Option<Issued> {
        let leaf = CertificateDer::pem_slice_iter(pair.chain.as_bytes()).next()?.ok()?;
        let hash = digest::digest(&digest::SHA256, &leaf);
        let chance = <[u8; 8]>::try_from(hash.as_ref().get(..8)?).map(u64::from_le_bytes).ok()?;
        let names = facts.names.iter().map(|name| acme::Name::of(name)).collect();
        Some(Issued { leaf, names, not_before: facts.not_before, not_after: facts.not_after, chance })
    }
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
        let ((certificate, serving, complaint), issued) = match &files {
            Some(files) => (of_files(&store, &clock, domain, files).await?, None),
            None => kept_or_made(&store, &clock, domain).await?,
        };
        let tls = Tls::new(certificate);
        let serving = Mutex::new(serving);
        let issued = Mutex::new(issued);
        let inner = Inner { store, clock, domain: domain.to_owned(), files, tls, serving, issued };
        Ok((Certs { inner: Arc::new(inner) }, complaint))
    }

    /// What the doors hand to their handshakes.
    pub fn tls(&self) -> Tls {
        self.inner.tls.clone()
    }

    pub fn serving(&self) -> Serving {
        self.inner.serving.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps what an authority has issued, together with `also`, then serves it. Connections that stand keep theirs.
    pub async fn take_up(
        &self,
        pair: Pair,
        also: impl FnOnce(&Connection) -> rusqlite::Result<()> + Send + 'static,
    ) -> Result<(), CertsError> {
        let (certificate, facts) = check::of_authority(&pair, &self.inner.domain)?;
        let issued = Issued::of(&pair, &facts);
        let at = self.inner.clock.utc();
        let job = move |c: &Connection| {
            keep_in(c, Source::Acme, &pair, at)?;
            also(c)
        };
        self.inner.store.write(job).await?;
        self.inner.tls.replace(certificate);
        *self.inner.issued.lock().unwrap_or_else(PoisonError::into_inner) = issued;
        let serving = Serving { source: Source::Acme, facts };
        *self.inner.serving.lock().unwrap_or_else(PoisonError::into_inner) = serving;
        Ok(())
    }

    /// What an authority has issued and is served, while it holds.
    fn issued(&self, now: UtcMicros) -> Option<Issued> {
        let issued = self.inner.issued.lock().unwrap_or_else(PoisonError::into_inner).clone();
        issued.filter(|issued| issued.not_after > now)
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
/// One that was brought along or issued serves on after its day, with a complaint: the clock may be wrong. One that was
/// issued for the machine's address or host alone serves as long as it holds: more trust it than one made here.
async fn kept_or_made(store: &Store, clock: &Clock, domain: &str) -> Result<(Chosen, Option<Issued>), CertsError> {
    let mut complaint = None;
    if let Some((source, pair)) = kept(store).await? {
        let issued = source == Source::Acme;
        let checked = if issued { check::of_authority(&pair, domain) } else { check::check_undated(&pair, domain) };
        match checked {
            Ok((certificate, facts)) => match facts.check_dates(clock.utc()) {
                Err(_) if source == Source::SelfSigned || facts.is_for_others(domain) => {}
                dates => {
                    let issued = issued.then(|| Issued::of(&pair, &facts)).flatten();
                    return Ok(((certificate, Serving { source, facts }, dates.err()), issued));
                }
            },
            Err(error) if source == Source::Own => complaint = Some(error),
            Err(_) => {}
        }
    }
    let pair = self_signed::make(domain, clock.utc());
    let (certificate, facts) = check(&pair, domain, clock.utc())?;
    keep(store, Source::SelfSigned, pair, clock.utc()).await?;
    Ok(((certificate, Serving { source: Source::SelfSigned, facts }, complaint), None))
}

/// The newest of the table.
async fn kept(store: &Store) -> Result<Option<(Source, Pair)>, StoreError> {
    let newest = store.read(|c| {
        c.query_row("SELECT source, chain, key FROM certificate ORDER BY id DESC LIMIT 1", [], |row| {
            let source = Source::of(&row.get::<_, String>(0)?);
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
