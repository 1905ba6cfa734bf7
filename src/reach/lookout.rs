//! Looks on behalf of pages: one at a time, never soon after another, the last ones remembered.
//!
//! State: the last looks and since when each record stands as it does; in memory. A look that began goes on when the
//! page that asked for it is gone.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::sync::watch;

use super::judge::State;
use super::look;
use super::look::Report;
use super::own::Ours;
use super::wanted::Place;
use crate::clock::Clock;
use crate::limits;
use crate::net::dns::Resolver;

/// Looks when it is asked to. Cheap to clone.
#[derive(Clone)]
pub struct Lookout(Arc<Inner>);

struct Inner {
    resolver: Resolver,
    clock: Clock,
    /// Whose certificate is wanted, as CAA names it.
    authority: Option<String>,
    /// Newest last.
    looks: Mutex<Vec<Look>>,
    /// Counts looks that ended.
    ended: watch::Sender<u64>,
}

struct Look {
    place: Place,
    ours: Ours,
    /// Since the clock's start: when the last one began. `None`: none has.
    began: Option<Duration>,
    runs: bool,
    report: Option<Report>,
    /// Of each row of the report: since when it is in that state.
    since: Vec<Duration>,
}

/// What is known now.
#[derive(Clone, Debug)]
pub struct Seen {
    /// `None`: the first look is not over.
    pub report: Option<Report>,
    /// For how many seconds each row of the report has been in its state.
    pub for_s: Vec<u64>,
}

impl Lookout {
    pub fn new(resolver: Resolver, clock: Clock, authority: Option<String>) -> Lookout {
        let (looks, ended) = (Mutex::default(), watch::channel(0).0);
        Lookout(Arc::new(Inner { resolver, clock, authority, looks, ended }))
    }

    /// Begins a look if it is time, and waits for its end for at most [`limits::REACH_PAGE_WAIT_MS`].
    pub async fn see(&self, place: &Place, ours: &Ours) -> Seen {
        let mut ended = self.0.ended.subscribe();
        if self.begin(place, ours) {
            let over = async { while self.runs(place, ours) && ended.changed().await.is_ok() {} };
            let _ = self.0.clock.timeout(Duration::from_millis(limits::REACH_PAGE_WAIT_MS), over).await;
        }
        let now = self.0.clock.since_start();
        let mut looks = self.looks();
        let look = entry(&mut looks, place, ours);
        let for_s = look.since.iter().map(|since| now.saturating_sub(*since).as_secs()).collect();
        Seen { report: look.report.clone(), for_s }
    }

    /// Whether one runs for that place after this.
    fn begin(&self, place: &Place, ours: &Ours) -> bool {
        let now = self.0.clock.since_start();
        let pause = Duration::from_secs(limits::REACH_LOOK_PAUSE_S);
        let mut looks = self.looks();
        let one_runs = looks.iter().any(|look| look.runs);
        let recent = looks.iter().filter_map(|look| look.began).max().is_some_and(|began| now < began + pause);
        let look = entry(&mut looks, place, ours);
        // Another domain need not wait for the pause: somebody typed it.
        if one_runs || (recent && look.report.is_some()) {
            return look.runs;
        }
        (look.began, look.runs) = (Some(now), true);
        drop(looks);
        let (lookout, place, ours) = (self.clone(), place.clone(), ours.clone());
        tokio::spawn(async move {
            // However the look ends, the next one can begin.
            let _over = Over(&lookout, &place, &ours);
            let inner = &lookout.0;
            let about = (&inner.resolver, &inner.clock);
            let report = look::look(about, &place, &ours, inner.authority.as_deref()).await;
            lookout.note(&place, &ours, report);
        });
        true
    }

    fn note(&self, place: &Place, ours: &Ours, report: Report) {
        let now = self.0.clock.since_start();
        let mut looks = self.looks();
        let look = entry(&mut looks, place, ours);
        let before = look.report.take().map(|report| report.rows).unwrap_or_default();
        let same = |one: &State, other: &State| std::mem::discriminant(one) == std::mem::discriminant(other);
        let since = report.rows.iter().enumerate().map(|(index, row)| match before.get(index) {
            Some(earlier) if same(&earlier.state, &row.state) => look.since[index],
            _ => now,
        });
        look.since = since.collect();
        look.report = Some(report);
    }

    fn runs(&self, place: &Place, ours: &Ours) -> bool {
        self.looks().iter().any(|look| look.place == *place && look.ours == *ours && look.runs)
    }

    fn looks(&self) -> MutexGuard<'_, Vec<Look>> {
        self.0.looks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// That of a place, made where there is none; the oldest one goes that does not run.
fn entry<'a>(looks: &'a mut Vec<Look>, place: &Place, ours: &Ours) -> &'a mut Look {
    let at = match looks.iter().position(|look| look.place == *place && look.ours == *ours) {
        Some(at) => at,
        None => {
            if looks.len() >= limits::REACH_LOOKS_KEPT
                && let Some(oldest) = looks.iter().position(|look| !look.runs)
            {
                looks.remove(oldest);
            }
            let (place, ours) = (place.clone(), ours.clone());
            looks.push(Look { place, ours, began: None, runs: false, report: None, since: Vec::new() });
            looks.len() - 1
        }
    };
    &mut looks[at]
}

struct Over<'a>(&'a Lookout, &'a Place, &'a Ours);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        let Over(lookout, place, ours) = self;
        entry(&mut lookout.looks(), place, ours).runs = false;
        lookout.0.ended.send_modify(|count| *count += 1);
    }
}
