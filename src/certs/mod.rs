//! The certificate in service: brought along, an authority's, of the authority at home, or self-signed; changed without a
//! restart.
//!
//! State: the tables `certificate` and `home_authority`, and the [`Tls`] that doors share; see also [`acme`].

pub mod acme;
pub mod brought;
mod check;
mod choice;
pub mod home;
mod known;
mod self_signed;
pub mod words;

use std::net::IpAddr;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::audit;
use crate::audit::By;
use crate::audit::Deed;
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
    /// Of the authority that was made here, for a place at home.
    Home,
    /// Issued by an authority, by [`acme`].
    Acme,
}

impl Source {
    pub fn as_str(self) -> &'static str {
        match self {
            Source::SelfSigned => "self-signed",
            Source::Own => "own",
            Source::Home => "home",
            Source::Acme => "acme",
        }
    }

    /// As `imera setup --certificate` names it (contract): `own` is the machine's own, `files` what was brought along.
    pub fn told(self) -> &'static str {
        match self {
            Source::SelfSigned | Source::Home => "own",
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
    /// What devices at home are asked to trust.
    pub root: Option<Arc<home::Root>>,
    /// Phones and browsers know who vouches for it.
    pub known: bool,
}

impl Serving {
    /// Nobody vouches for it, so people compare its fingerprint: see [`words`].
    pub fn words(&self) -> Option<String> {
        self.facts.self_signed.then(|| words::words(&self.facts.sha256))
    }
}

/// For whom, and of what, a certificate is chosen.
#[derive(Clone, Debug)]
pub struct For {
    pub domain: String,
    /// Of the machine's options: they go before everything else.
    pub files: Option<TlsFiles>,
    /// A place at home has an authority of its own, which vouches for these addresses too.
    pub home: Option<Vec<IpAddr>>,
}

impl Serving {
    /// What was brought along, or what an authority has issued. Reads the machine's roots.
    fn of_others(source: Source, facts: Facts, pair: &Pair) -> Serving {
        let known = !facts.self_signed && known::is_known(&pair.chain, facts.not_before);
        Serving { source, facts, root: None, known }
    }

    /// Browsers everywhere take it, so that they may be told never to come without TLS again (RFC 6797 §2.3).
    pub fn is_public(&self) -> bool {
        self.known
    }

    /// Somebody vouches for it whom devices do not know: they warn until they trust that authority.
    pub fn is_of_strangers(&self) -> bool {
        !self.known && !self.facts.self_signed && self.source != Source::Home
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
    wanted: For,
    /// The machine's addresses at home, as they were last.
    at_home: Mutex<Vec<IpAddr>>,
    tls: Tls,
    serving: Mutex<Serving>,
    /// What an authority has issued last.
    issued: Mutex<Option<Issued>>,
    /// How the files were when they were last read.
    seen: Mutex<Option<[Stamp; 2]>>,
    /// One change at a time.
    changing: tokio::sync::Mutex<()>,
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
        let chance = u64::from_le_bytes(*facts.sha256.first_chunk()?);
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
    /// Serves the files if there are any, else what was brought along, else what this machine makes: see [`choice`].
    /// Where the files cannot be used, those that were good the last time serve on, and the
    /// complaint is returned; with none it is an error. Wrong dates alone never keep it from serving.
    pub async fn open(store: Store, clock: Clock, wanted: For) -> Result<(Certs, Option<CertError>), CertsError> {
        let seen = Mutex::new(wanted.files.as_ref().and_then(stamps));
        let ((certificate, serving, complaint), issued) = choice::choose(&store, &clock, &wanted).await?;
        let tls = Tls::new(certificate);
        let (serving, issued, changing) = (Mutex::new(serving), Mutex::new(issued), tokio::sync::Mutex::default());
        let at_home = Mutex::new(wanted.home.clone().unwrap_or_default());
        let inner = Inner { store, clock, wanted, at_home, tls, serving, issued, seen, changing };
        Ok((Certs { inner: Arc::new(inner) }, complaint))
    }

    /// What the doors hand to their handshakes.
    pub fn tls(&self) -> Tls {
        self.inner.tls.clone()
    }

    pub fn serving(&self) -> Serving {
        self.inner.serving.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The files of the machine's options, if they decide.
    pub fn files(&self) -> Option<&TlsFiles> {
        self.inner.wanted.files.as_ref()
    }

    /// Keeps what an authority has issued, together with `also`, then serves it, unless somebody
    /// brought another one. Connections that stand keep theirs.
    pub async fn take_up(
        &self,
        pair: Pair,
        also: impl FnOnce(&Connection) -> rusqlite::Result<()> + Send + 'static,
    ) -> Result<(), CertsError> {
        let _one = self.inner.changing.lock().await;
        let (certificate, facts) = check::of_authority(&pair, &self.inner.wanted.domain)?;
        let issued = Issued::of(&pair, &facts);
        let serving = Serving::of_others(Source::Acme, facts, &pair);
        let at = self.inner.clock.utc();
        let job = move |c: &Connection| {
            keep_in(c, Source::Acme, &pair, at)?;
            also(c)
        };
        self.inner.store.write(job).await?;
        *self.inner.issued.lock().unwrap_or_else(PoisonError::into_inner) = issued;
        if self.serving().source != Source::Own {
            self.serve(certificate, serving);
        }
        Ok(())
    }

    /// What an authority has issued and is served, or would be, while it holds.
    fn issued(&self, now: UtcMicros) -> Option<Issued> {
        let issued = self.inner.issued.lock().unwrap_or_else(PoisonError::into_inner).clone();
        issued.filter(|issued| issued.not_after > now)
    }

    /// Whether an authority has issued one for this name, which may have run out since.
    fn was_issued_for(&self, name: &acme::Name) -> bool {
        let issued = self.inner.issued.lock().unwrap_or_else(PoisonError::into_inner);
        issued.as_ref().is_some_and(|issued| issued.names.contains(name))
    }

    /// Reads the files anew (SIGHUP). Files that cannot be used leave the old certificate in service.
    /// `Ok(false)`: there are no files, so there was nothing to do.
    pub async fn reload(&self) -> Result<bool, CertsError> {
        let Some(files) = &self.inner.wanted.files else { return Ok(false) };
        let _one = self.inner.changing.lock().await;
        *self.inner.seen.lock().unwrap_or_else(PoisonError::into_inner) = stamps(files);
        let pair = read(files)?;
        let (certificate, facts) = check(&pair, &self.inner.wanted.domain, self.inner.clock.utc())?;
        self.serve(certificate, Serving::of_others(Source::Own, facts, &pair));
        keep(&self.inner.store, Source::Own, pair, self.inner.clock.utc()).await?;
        Ok(true)
    }

    /// What time brings: files that changed are read anew, what the authority at home signed is renewed, also when the
    /// machine has another address there. True: another certificate is served.
    pub async fn look_after(&self, at_home: &[IpAddr]) -> Result<bool, CertsError> {
        if let Some(files) = &self.inner.wanted.files {
            let now = stamps(files);
            let seen = *self.inner.seen.lock().unwrap_or_else(PoisonError::into_inner);
            // Files that are just being replaced are looked at again.
            return if now == seen || now.is_none() { Ok(false) } else { self.reload().await };
        }
        let serving = self.serving();
        let now = self.inner.clock.utc();
        let root = serving.root.as_deref().filter(|_| serving.source == Source::Home);
        if !root.is_some_and(|root| home::is_due(&serving.facts, &root.der, at_home, now)) {
            return Ok(false);
        }
        let _one = self.inner.changing.lock().await;
        *self.inner.at_home.lock().unwrap_or_else(PoisonError::into_inner) = at_home.to_vec();
        self.choose_anew().await.map(|()| true)
    }

    /// Serves what somebody brought, from now on and from the next connection on. Err: nothing was changed.
    pub async fn bring(&self, pair: Pair, by: By) -> Result<Facts, CertsError> {
        let _one = self.inner.changing.lock().await;
        let at = self.inner.clock.utc();
        let (certificate, facts) = check::check_strictly(&pair, &self.inner.wanted.domain, at)?;
        let deed = Deed::CertificateBrought { until: facts.not_after };
        let serving = Serving::of_others(Source::Own, facts.clone(), &pair);
        let job = move |c: &Connection| {
            keep_in(c, Source::Own, &pair, at)?;
            audit::note(c, &by, &deed, at)
        };
        self.inner.store.write(job).await?;
        self.serve(certificate, serving);
        Ok(facts)
    }

    /// Forgets what was brought: from now on what the machine gets by itself is served.
    pub async fn automatic(&self, by: By) -> Result<(), CertsError> {
        let _one = self.inner.changing.lock().await;
        let at = self.inner.clock.utc();
        let job = move |c: &Connection| match c
            .execute("DELETE FROM certificate WHERE source = ?1", [Source::Own.as_str()])?
        {
            0 => Ok(()),
            _ => audit::note(c, &by, &Deed::CertificateAutomatic, at),
        };
        self.inner.store.write(job).await?;
        self.choose_anew().await
    }

    async fn choose_anew(&self) -> Result<(), CertsError> {
        let at_home = self.inner.at_home.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut wanted = self.inner.wanted.clone();
        wanted.home = wanted.home.map(|_| at_home);
        let ((certificate, serving, _), issued) = choice::choose(&self.inner.store, &self.inner.clock, &wanted).await?;
        *self.inner.issued.lock().unwrap_or_else(PoisonError::into_inner) = issued;
        self.serve(certificate, serving);
        Ok(())
    }

    fn serve(&self, certificate: Certificate, serving: Serving) {
        self.inner.tls.replace(certificate);
        *self.inner.serving.lock().unwrap_or_else(PoisonError::into_inner) = serving;
    }
}

/// How a file is, without reading it: device, inode, size, and when it was written.
type Stamp = (u64, u64, u64, i64, i64);

/// `None`: one of them is not there.
fn stamps(files: &TlsFiles) -> Option<[Stamp; 2]> {
    let stamp = |path: &Path| {
        let found = std::fs::metadata(path).ok()?;
        Some((found.dev(), found.ino(), found.size(), found.mtime(), found.mtime_nsec()))
    };
    Some([stamp(&files.cert)?, stamp(&files.key)?])
}

/// Stores a pair as the newest one of its source, where it is not that already.
pub async fn keep(store: &Store, source: Source, pair: Pair, at: i64) -> Result<(), StoreError> {
    store.write(move |c| keep_in(c, source, &pair, at)).await
}

/// The same as a job, for a transaction with more in it.
pub fn keep_in(c: &Connection, source: Source, pair: &Pair, at: i64) -> rusqlite::Result<()> {
    let known = "SELECT chain = ?1 AND key = ?2 FROM certificate WHERE source = ?3 ORDER BY id DESC LIMIT 1";
    let known = c.query_row(known, (&pair.chain, &pair.key, source.as_str()), |row| row.get(0)).optional()?;
    if known != Some(true) {
        let row = (source.as_str(), &pair.chain, &pair.key, at);
        c.execute("INSERT INTO certificate (source, chain, key, created_at) VALUES (?1, ?2, ?3, ?4)", row)?;
        let old = "DELETE FROM certificate WHERE source = ?1 AND id NOT IN
                   (SELECT id FROM certificate WHERE source = ?1 ORDER BY id DESC LIMIT ?2)";
        c.execute(old, (source.as_str(), limits::CERTIFICATES_KEPT))?;
    }
    Ok(())
}

/// What somebody brings before there is a place: it will do for this domain.
pub fn check_brought(pair: &Pair, domain: &str, now: UtcMicros) -> Result<Facts, CertError> {
    check::check_strictly(pair, domain, now).map(|(_, facts)| facts)
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
