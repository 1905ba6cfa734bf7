//! Whether an authority may be asked for certificates of this place: its owner has to agree to the authority's terms.
//!
//! RFC 8555 §7.3 (`termsOfServiceAgreed`). State: the setting `acme`, in `settings`.

use std::sync::PoisonError;

use super::Acme;
use super::Name;
use super::rows;
use crate::settings;
use crate::settings::SettingError;

/// Endings that no authority knows (RFC 2606, RFC 6761, RFC 8375, ICANN's `internal`), and what home routers use.
const NOBODYS: [&str; 16] = [
    "test",
    "example",
    "invalid",
    "localhost",
    "local",
    "internal",
    "home.arpa",
    "lan",
    "home",
    "corp",
    "private",
    "intranet",
    "fritz.box",
    "example.com",
    "example.net",
    "example.org",
];

/// Where the terms of the usual authority stand.
const TERMS: &str = "https://letsencrypt.org/repository/";

/// How it stands with an authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// None can be asked: files of the machine's options decide, the place is at home, or its domain is nobody's.
    Never,
    /// Nobody has agreed to its terms.
    Missing,
    /// It may be asked.
    Given,
}

/// What is agreed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Where the usual authority's can be read.
    pub at: Option<&'static str>,
    /// The directory of the one that the machine's options name: who named it knows its terms.
    pub named: Option<String>,
}

/// What decides.
struct Place<'a> {
    domain: &'a str,
    home: bool,
    files: bool,
    /// The machine's options name an authority: then it is the one to be asked, whatever the place.
    named: bool,
    /// The setting `acme`.
    chosen: Option<bool>,
}

impl Place<'_> {
    fn consent(&self) -> Consent {
        let can_be_asked = self.named || !self.home && is_public(self.domain);
        match self.chosen {
            _ if self.files || !can_be_asked => Consent::Never,
            Some(true) => Consent::Given,
            // Who names an authority knows its terms.
            None if self.named => Consent::Given,
            _ => Consent::Missing,
        }
    }
}

/// Whether authorities certify names under it.
pub fn is_public(domain: &str) -> bool {
    let domain = domain.to_ascii_lowercase();
    let ends = |ending: &&str| domain.strip_suffix(*ending).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    domain.contains('.') && !NOBODYS.iter().any(ends)
}

impl Acme {
    /// Before set-up `Never`: the wizard asks by itself, where its page was agreed to.
    pub fn consent(&self) -> Consent {
        let shared = &self.shared;
        let Some(domain) = shared.settings.domain() else { return Consent::Never };
        let certs = shared.certs.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let place = Place {
            domain: &domain,
            home: shared.settings.is_on(&settings::HOME),
            files: certs.is_some_and(|certs| certs.files().is_some()),
            named: shared.authority.directory.is_some(),
            chosen: shared.settings.text(&settings::ACME).map(|chosen| chosen == "on"),
        };
        place.consent()
    }

    pub fn terms(&self) -> Terms {
        match &self.shared.authority.directory {
            Some(directory) => Terms { at: None, named: Some(directory.clone()) },
            None => Terms { at: Some(TERMS), named: None },
        }
    }

    /// A place from before anybody was asked, which has this authority's certificate, keeps renewing it.
    pub async fn adopt(&self) -> Result<(), SettingError> {
        let shared = &self.shared;
        let certs = shared.certs.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (Some(certs), Some(domain)) = (certs, shared.settings.domain()) else { return Ok(()) };
        let domain = Name::Dns(crate::certs::names_under(&domain).swap_remove(0));
        let is_decided = shared.settings.text(&settings::ACME).is_some();
        if is_decided || !certs.was_issued_for(&domain) {
            return Ok(());
        }
        if rows::account(&shared.store, &shared.directory()).await?.is_some() {
            shared.settings.keep_own(&settings::ACME, Some("on".to_owned())).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::pair;
    use super::*;
    use crate::audit::By;
    use crate::certs;
    use crate::certs::Certs;
    use crate::certs::For;
    use crate::certs::Source;
    use crate::certs::acme::Authority;
    use crate::clock::Clock;
    use crate::net::dns::Resolver;
    use crate::net::tls::challenge::Challenges;
    use crate::settings::Finishing;
    use crate::settings::Profile;
    use crate::settings::Settings;
    use crate::store::OpenOptions;
    use crate::store::Store;

    #[test]
    fn an_authority_is_asked_for_public_domains_only() {
        for domain in ["chat.beach.org", "beach.de", "xn--mnchen-3ya.de", "mytest.de"] {
            assert!(is_public(domain), "{domain}");
        }
        let nobodys = ["localhost", "a.test", "beach.example", "imera.internal", "box.home.arpa", "EXAMPLE.org", "nas"];
        for domain in nobodys {
            assert!(!is_public(domain), "{domain}");
        }
    }

    #[test]
    fn nobody_is_asked_before_the_owner_has_agreed() {
        let place = |chosen| Place { domain: "beach.de", home: false, files: false, named: false, chosen };
        assert_eq!(place(None).consent(), Consent::Missing);
        assert_eq!(place(Some(false)).consent(), Consent::Missing);
        assert_eq!(place(Some(true)).consent(), Consent::Given);
        let named = |chosen| Place { named: true, domain: "a.test", home: true, ..place(chosen) };
        assert_eq!(named(None).consent(), Consent::Given, "who names one has agreed");
        assert_eq!(named(Some(false)).consent(), Consent::Missing, "a no is a no");
        assert_eq!(Place { home: true, ..place(Some(true)) }.consent(), Consent::Never);
        assert_eq!(Place { domain: "a.test", ..place(Some(true)) }.consent(), Consent::Never);
        assert_eq!(Place { files: true, ..named(Some(true)) }.consent(), Consent::Never);
    }

    /// A place for `a.de` with this authority's certificate; `account`: made there once.
    async fn place(account: bool) -> (Acme, tempfile::TempDir) {
        const NOW: i64 = 1_795_000_000_000_000;
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::stepped(NOW);
        let store = Store::open(folder.path(), OpenOptions::default(), clock.clone()).unwrap();
        certs::keep(&store, Source::Acme, pair(&["a.de"]), NOW).await.unwrap();
        let settings = Settings::open(&store, Profile::default()).await.unwrap();
        let finishing = Finishing::new(&[(&settings::DOMAIN, "a.de".to_owned())], NOW).unwrap();
        let rows = finishing.clone();
        store.write(move |c| rows.write(c)).await.unwrap();
        settings.learn(finishing);
        let authority = Authority::new(clock.clone(), Resolver::new(None), None, None);
        let acme = Acme::new((store.clone(), clock.clone()), settings, Challenges::default(), authority);
        if account {
            rows::keep_account(&store, &acme.shared.directory(), Some("{}".to_owned()), NOW).await.unwrap();
        }
        let wanted = For { domain: "a.de".to_owned(), files: None, home: None };
        acme.serve(Certs::open(store, clock, wanted).await.unwrap().0);
        (acme, folder)
    }

    #[tokio::test]
    async fn a_place_that_has_an_authoritys_certificate_from_before_keeps_renewing_it() {
        let (acme, _folder) = place(true).await;
        assert_eq!(acme.consent(), Consent::Missing);
        acme.adopt().await.unwrap();
        assert_eq!(acme.consent(), Consent::Given);
        acme.shared.settings.set("acme", "off", &By::Machine).await.unwrap();
        acme.adopt().await.unwrap();
        assert_eq!(acme.consent(), Consent::Missing, "a no of today counts");
        let (acme, _folder) = place(false).await;
        acme.adopt().await.unwrap();
        assert_eq!(acme.consent(), Consent::Missing, "another authority's");
    }
}
