//! The certificates of the running server: opened with it, reread when told and when their files change, renewed at home.
//!
//! State: the notice `certificate_files`.

use std::sync::Arc;
use std::time::Duration;

use super::failure::Failure;
use super::house::House;
use super::pages;
use crate::certs::CertError;
use crate::certs::Certs;
use crate::certs::For;
use crate::certs::Source;
use crate::limits;
use crate::notices::Severity;
use crate::settings;

/// Whom the certificate names while there is no domain. `internal` is nobody's (ICANN, 2024).
const NAME_OF_SET_UP: &str = "imera.internal";

/// Those of a place that is set up.
pub async fn open_certs(house: &House, domain: &str) -> Result<Certs, Failure> {
    let home = house.settings.is_on(&settings::HOME).then(pages::addresses_at_home);
    let wanted = For { domain: domain.to_owned(), files: house.config.tls_files.clone(), home };
    let opened = Certs::open(house.store.clone(), house.clock.clone(), wanted).await.map_err(Failure::of)?;
    let (certs, complaint) = opened;
    match complaint {
        None => {}
        // The check of every minute tells for as long as it is so: the clock may yet be put right.
        Some(dates @ (CertError::RanOut(_) | CertError::NotYet(_))) => tracing::warn!("{dates}"),
        Some(other) => {
            let kind = certs.serving().source.told();
            complain_about_files(house, &format!("a certificate cannot be served, the kept one does ({kind})"), other);
        }
    }
    house.acme.serve(certs.clone());
    let serving = certs.serving();
    // An authority's names what was asked for.
    if !serving.facts.missing.is_empty() && serving.source != Source::Acme {
        tracing::warn!(missing = serving.facts.missing.join(" "), "the certificate does not name every host");
    }
    Ok(certs)
}

/// What the pages are served under TLS before there is a domain: the files if they will do, else one made here.
pub async fn of_set_up(house: &House) -> Result<Certs, Failure> {
    let open = |files| {
        let wanted = For { domain: NAME_OF_SET_UP.to_owned(), files, home: None };
        Certs::open(house.store.clone(), house.clock.clone(), wanted)
    };
    let opened = match open(house.config.tls_files.clone()).await {
        Err(_) if house.config.tls_files.is_some() => open(None).await,
        opened => opened,
    };
    let (certs, _) = opened.map_err(Failure::of)?;
    house.acme.serve(certs.clone());
    Ok(certs)
}

/// SIGHUP: the certificate's files are read anew; what an authority refused is asked for again.
pub async fn reload(house: &House) {
    house.acme.look_again();
    let Some(open) = house.open.get() else { return };
    match open.certs.reload().await {
        Ok(true) => changed(house, &open.certs),
        Ok(false) => tracing::info!("SIGHUP: no certificate files are named, so nothing was reread"),
        Err(error) => complain_about_files(house, "the new certificate is not used, the old one serves on", error),
    }
}

/// Looks after what time brings. Runs until it is dropped.
pub async fn every_minute(house: Arc<House>) {
    loop {
        house.clock.sleep(Duration::from_secs(limits::CHECK_EVERY_S)).await;
        look(&house).await;
    }
}

/// Files that changed are read anew, what the authority at home signed is renewed.
async fn look(house: &House) {
    let Some(open) = house.open.get() else { return };
    let at_home = if house.settings.is_on(&settings::HOME) { pages::addresses_at_home() } else { Vec::new() };
    match open.certs.look_after(&at_home).await {
        Ok(true) => changed(house, &open.certs),
        Ok(false) => {}
        Err(error) => complain_about_files(house, "the new certificate is not used, the old one serves on", error),
    }
}

fn changed(house: &House, certs: &Certs) {
    house.notices.clear(CERTIFICATE_FILES);
    tracing::info!(names = certs.serving().facts.names.join(" "), "certificate changed");
}

/// The notice of files that cannot be used.
const CERTIFICATE_FILES: &str = "certificate_files";

fn complain_about_files(house: &House, what: &str, error: impl std::fmt::Display) {
    let error = error.to_string();
    let (reason, next) = error.split_once(": ").unwrap_or((&error, "look at the files"));
    house.notices.raise(CERTIFICATE_FILES, Severity::Warning, &format!("{what}: {reason}"), next);
}
