//! The job beside the server: which names need a certificate now, and until when it may sleep.
//!
//! State: the failures of the table, in memory too; when the authority wants the served certificate renewed.

use std::collections::BTreeMap;
use std::sync::PoisonError;
use std::time::Duration;

use instant_acme::CertificateIdentifier;
use instant_acme::Error;

use super::Acme;
use super::Name;
use super::NameState;
use super::Shared;
use super::State;
use super::Wanted;
use super::attempt::Asked;
use super::attempt::Came;
use super::order::Failure;
use super::order::list;
use super::renewal;
use super::rows;
use super::rows::Trouble;
use crate::certs::Certs;
use crate::certs::Issued;
use crate::clock;
use crate::clock::UtcMicros;
use crate::limits;

/// What the job remembers.
#[derive(Default)]
struct Book {
    troubles: BTreeMap<Name, Trouble>,
    renewal: Renewal,
}

/// What the authority said of one certificate (RFC 9773).
#[derive(Default)]
struct Renewal {
    /// Of which: its number by [`Issued::chance`].
    of: u64,
    window: Option<(UtcMicros, UtcMicros)>,
    ask_at: UtcMicros,
}

/// What there is to do.
#[derive(Default)]
struct Due {
    names: Vec<Name>,
    urgent: Vec<Name>,
    ask_for_renewal: bool,
    /// When to look again, if there is nothing.
    next: UtcMicros,
}

impl Acme {
    /// Runs until it is dropped. Asks nobody while nothing is wanted, nor before [`Acme::serve`].
    pub async fn run(&self) {
        let shared = &*self.shared;
        let troubles = rows::failures(&shared.store).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "earlier failures to get certificates cannot be read");
            Vec::new()
        });
        let mut book = Book { troubles: troubles.into_iter().collect(), ..Book::default() };
        shared.go_on(&mut book).await;
        loop {
            let (wanted, certs) = shared.wanted(&mut book);
            let now = shared.clock.utc();
            shared.tell(&wanted, certs.as_ref(), &book, &[]);
            let due = match &certs {
                Some(certs) => due(&wanted, certs.issued(now).as_ref(), &book, now),
                None => Due { next: UtcMicros::MAX, ..Due::default() },
            };
            match certs {
                Some(certs) if !due.names.is_empty() => shared.get(&wanted, &certs, &mut book, due).await,
                Some(certs) if due.ask_for_renewal => shared.ask_for_renewal(&certs, &mut book).await,
                _ => {
                    let s = (due.next.saturating_sub(now) / 1_000_000 + 1).clamp(1, limits::ACME_SLEEP_MAX_S);
                    let pause = Duration::from_secs(s.unsigned_abs());
                    tokio::select! {
                        () = shared.rung.notified() => {}
                        () = shared.clock.sleep(pause) => {}
                    }
                }
            }
        }
    }
}

impl Shared {
    /// An order that was cut short waits for no pause: that of an earlier failure was over when it was placed.
    async fn go_on(&self, book: &mut Book) {
        self.go_on_by_records();
        if let Ok(Some(placed)) = rows::order(&self.store, &self.directory()).await {
            for name in &placed.names {
                if let Some(trouble) = book.troubles.get_mut(name) {
                    trouble.again_at = 0;
                }
            }
        }
    }

    /// What is wanted, and who serves it. Somebody who wants another try has it now.
    fn wanted(&self, book: &mut Book) -> (Wanted, Option<Certs>) {
        let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::take(&mut wanted.again) {
            let held_off = |trouble: &Trouble| matches!(trouble.cause, super::Cause::RateLimited { .. });
            for trouble in book.troubles.values_mut().filter(|trouble| !held_off(trouble)) {
                trouble.again_at = 0;
            }
        }
        let wanted = wanted.clone();
        (wanted, self.certs.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// Asks the authority for what is due, and notes what came of it.
    async fn get(&self, wanted: &Wanted, certs: &Certs, book: &mut Book, due: Due) {
        self.tell(wanted, Some(certs), book, &due.names);
        let issued = certs.issued(self.clock.utc());
        let replaces = book.renewal.window.and(issued.as_ref()).and_then(|issued| id(&issued.leaf));
        let new = issued.is_none_or(|issued| due.names.iter().any(|name| !issued.names.contains(name)));
        let asked = Asked { names: due.names, urgent: due.urgent, ways: wanted.ways.clone(), new, replaces };
        let mut came = self.attempt(asked).await;
        if let Some(pair) = came.pair.take() {
            let (directory, names) = (self.directory(), came.names.clone());
            let kept = certs.take_up(pair, move |c| rows::done_in(c, &directory, &names)).await;
            match kept {
                Ok(()) => {
                    tracing::info!(names = list(&came.names), "a certificate was issued, and is served");
                    book.troubles.retain(|name, _| !came.names.contains(name));
                    self.doubt(certs, &mut came);
                }
                Err(error) => {
                    let failure = Failure::new(super::Cause::Unknown, &error.to_string(), None);
                    came.failed.extend(came.names.iter().map(|name| (name.clone(), failure.clone())));
                }
            }
        }
        self.note(book, came).await;
    }

    /// What was issued has to be good for a while and for each name, or it would be asked for over and over.
    fn doubt(&self, certs: &Certs, came: &mut Came) {
        let now = self.clock.utc();
        let good = certs.issued(now).filter(|issued| renew_at(issued, &Renewal::default()) > now);
        let failure = Failure::new(super::Cause::Unknown, "the certificate that was issued does not hold for it", None);
        let names = came.names.iter().filter(|name| good.as_ref().is_none_or(|good| !good.names.contains(name)));
        came.failed.extend(names.map(|name| (name.clone(), failure.clone())));
    }

    /// When each name that failed is tried again. All of one attempt are together.
    async fn note(&self, book: &mut Book, came: Came) {
        let (now, chance) = (self.clock.utc(), u64::from_le_bytes(clock::random()));
        let mut changed = Vec::new();
        for (name, failure) in came.failed {
            let failures = book.troubles.get(&name).map_or(0, |trouble| trouble.failures).saturating_add(1);
            let pause = now + renewal::pause(failures, chance);
            let again_at = failure.again_at.map_or(pause, |at| at.max(pause));
            let cause = match failure.cause {
                super::Cause::RateLimited { .. } => super::Cause::RateLimited { until: again_at },
                cause => cause,
            };
            let key = cause.key();
            tracing::warn!(%name, cause = key, failures, detail = failure.detail, "no certificate for this name");
            let trouble = Trouble { failures, cause, detail: failure.detail, again_at };
            book.troubles.insert(name.clone(), trouble.clone());
            changed.push((name, trouble));
        }
        if let Err(error) = rows::keep_failures(&self.store, changed).await {
            tracing::warn!(%error, "failures to get certificates are not kept");
        }
    }

    /// When the authority wants the certificate renewed (RFC 9773 §4.1). What cannot be asked is asked later.
    async fn ask_for_renewal(&self, certs: &Certs, book: &mut Book) {
        let now = self.clock.utc();
        let Some(issued) = certs.issued(now) else { return };
        let later = now + limits::ACME_RENEWAL_INFO_MAX_S * 1_000_000;
        let known = book.renewal.window.filter(|_| book.renewal.of == issued.chance);
        book.renewal = Renewal { of: issued.chance, window: known, ask_at: later };
        let has_account = rows::account(&self.store, &self.directory()).await.is_ok_and(|account| account.is_some());
        let (true, Some(id), Ok(line)) = (has_account, id(&issued.leaf), self.line().await) else { return };
        let Ok(desk) = self.desk(line, &self.directory()).await else { return };
        match desk.account.renewal_info(&id).await {
            Ok((info, wait)) => {
                let micros = |at: i128| i64::try_from(at / 1_000).unwrap_or(i64::MAX);
                let window = info.suggested_window;
                let window = (micros(window.start.unix_timestamp_nanos()), micros(window.end.unix_timestamp_nanos()));
                let wait_s = i64::try_from(wait.as_secs()).unwrap_or(i64::MAX);
                let wait_s = wait_s.clamp(limits::ACME_RENEWAL_INFO_MIN_S, limits::ACME_RENEWAL_INFO_MAX_S);
                book.renewal.window = Some(window);
                book.renewal.ask_at = now + wait_s * 1_000_000;
            }
            Err(Error::Unsupported(_)) => {}
            Err(error) => tracing::debug!(%error, "the authority does not say when to renew"),
        }
    }

    fn tell(&self, wanted: &Wanted, certs: Option<&Certs>, book: &Book, checking: &[Name]) {
        let now = self.clock.utc();
        let issued = certs.and_then(|certs| certs.issued(now));
        let until = |name: &Name| issued.as_ref().filter(|issued| issued.names.contains(name)).map(|i| i.not_after);
        let state = |name: &Name| match (book.troubles.get(name), until(name)) {
            _ if checking.contains(name) => State::Checking,
            (Some(trouble), served_until) => State::Failed {
                cause: trouble.cause.clone(),
                detail: trouble.detail.clone(),
                again_at: trouble.again_at,
                failures: trouble.failures,
                served_until,
            },
            (None, Some(until)) => State::Issued { until },
            (None, None) => State::Waiting,
        };
        let states: Vec<NameState> =
            wanted.names.iter().map(|name| NameState { name: name.clone(), state: state(name) }).collect();
        self.states.send_if_modified(|told| {
            let changed = *told != states;
            *told = states;
            changed
        });
    }
}

fn due(wanted: &Wanted, issued: Option<&Issued>, book: &Book, now: UtcMicros) -> Due {
    let held = |name: &Name| issued.is_some_and(|issued| issued.names.contains(name));
    let renew_at = issued.map_or(UtcMicros::MAX, |issued| renew_at(issued, &book.renewal));
    let is_late = issued.is_some_and(|issued| issued.not_after - now < (issued.not_after - issued.not_before) / 6);
    let needs = |name: &&Name| !held(name) || now >= renew_at;
    let again_at = |name: &Name| book.troubles.get(name).map_or(0, |trouble| trouble.again_at);
    // A clock that was ahead and has been put right must not hold anything off.
    let horizon = now.saturating_add(2 * limits::ACME_RETRY_AFTER_MAX_S * 1_000_000);
    let is_due = |name: &&Name| again_at(name) <= now || again_at(name) > horizon;
    let names: Vec<Name> = wanted.names.iter().filter(needs).cloned().collect();
    // A renewal that failed for one name waits for its next try with all: else it would be placed over and over.
    let put_off = wanted.names.iter().any(|name| !is_due(&name));
    let any = names.iter().any(|name| is_due(&name) && !(put_off && held(name)));
    let ask_at = match issued {
        Some(issued) if book.renewal.of == issued.chance && book.renewal.ask_at <= horizon => book.renewal.ask_at,
        Some(_) => 0,
        None => UtcMicros::MAX,
    };
    let next = wanted.names.iter().map(again_at).chain([ask_at, renew_at]).filter(|at| *at > now);
    let mut due = Due { next: next.min().unwrap_or(UtcMicros::MAX), ..Due::default() };
    due.ask_for_renewal = ask_at <= now && !wanted.names.is_empty();
    if any {
        // One certificate has all of them: those it has already stay in it.
        due.names = wanted.names.iter().filter(|name| held(name) || is_due(name)).cloned().collect();
        due.urgent = due.names.iter().filter(|name| !held(name) || is_late).cloned().collect();
    }
    due
}

fn renew_at(issued: &Issued, renewal: &Renewal) -> UtcMicros {
    let life = (issued.not_before, issued.not_after);
    match renewal.window.filter(|_| renewal.of == issued.chance) {
        Some(window) => renewal::by_window(window, life, issued.chance),
        None => renewal::by_life(life.0, life.1, issued.chance),
    }
}

fn id(leaf: &rustls::pki_types::CertificateDer<'_>) -> Option<CertificateIdentifier<'static>> {
    CertificateIdentifier::try_from(leaf).ok().map(CertificateIdentifier::into_owned)
}

#[cfg(test)]
mod tests;
