//! Time and chance: the only place that asks the system for either.
//!
//! A [`Clock`] is the system's, or one that a test steps. Timers made from it follow it, so
//! that a test waits for no second.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use tokio::sync::oneshot;

/// Microseconds since 1970-01-01T00:00:00Z.
pub type UtcMicros = i64;

/// Where the time comes from. Cheap to clone.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System { start: std::time::Instant },
    Stepped(Arc<Mutex<Stepped>>),
}

struct Stepped {
    utc: UtcMicros,
    since_start: Duration,
    /// Who sleeps until when; the number keeps keys apart.
    sleepers: BTreeMap<(Duration, u64), oneshot::Sender<()>>,
    next: u64,
}

impl Clock {
    /// The system's.
    #[allow(clippy::disallowed_methods)]
    pub fn system() -> Clock {
        Clock(Source::System { start: std::time::Instant::now() })
    }

    /// One that stands still until [`Clock::advance`] is called.
    pub fn stepped(utc: UtcMicros) -> Clock {
        let stepped = Stepped { utc, since_start: Duration::ZERO, sleepers: BTreeMap::new(), next: 0 };
        Clock(Source::Stepped(Arc::new(Mutex::new(stepped))))
    }

    /// The date. May jump in both directions: use it for people, never for order or time-outs.
    #[allow(clippy::disallowed_methods)]
    pub fn utc(&self) -> UtcMicros {
        match &self.0 {
            Source::System { .. } => match std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH) {
                Ok(since) => since.as_micros() as i64,
                Err(before) => -(before.duration().as_micros() as i64),
            },
            Source::Stepped(stepped) => stepped.lock().unwrap_or_else(PoisonError::into_inner).utc,
        }
    }

    /// Time since this clock was made. Never goes back.
    pub fn since_start(&self) -> Duration {
        match &self.0 {
            Source::System { start } => start.elapsed(),
            Source::Stepped(stepped) => stepped.lock().unwrap_or_else(PoisonError::into_inner).since_start,
        }
    }

    /// Returns after `duration`.
    #[allow(clippy::disallowed_methods)]
    pub async fn sleep(&self, duration: Duration) {
        match &self.0 {
            Source::System { .. } => tokio::time::sleep(duration).await,
            Source::Stepped(stepped) => {
                let woken = {
                    let mut stepped = stepped.lock().unwrap_or_else(PoisonError::into_inner);
                    let (wake, woken) = oneshot::channel();
                    let key = (stepped.since_start + duration, stepped.next);
                    stepped.next += 1;
                    if duration.is_zero() {
                        return;
                    }
                    stepped.sleepers.insert(key, wake);
                    woken
                };
                let _ = woken.await;
            }
        }
    }

    /// What `future` gives, or `None` after `duration`.
    pub async fn timeout<F: Future>(&self, duration: Duration, future: F) -> Option<F::Output> {
        tokio::select! {
            biased;
            output = future => Some(output),
            () = self.sleep(duration) => None,
        }
    }

    /// Steps a stepped clock and wakes who slept until then. Nothing on the system's.
    pub fn advance(&self, duration: Duration) {
        if let Source::Stepped(stepped) = &self.0 {
            let mut stepped = stepped.lock().unwrap_or_else(PoisonError::into_inner);
            stepped.utc += duration.as_micros() as i64;
            stepped.since_start += duration;
            let after = (stepped.since_start + Duration::from_nanos(1), 0);
            let later = stepped.sleepers.split_off(&after);
            for (_, wake) in std::mem::replace(&mut stepped.sleepers, later) {
                let _ = wake.send(());
            }
        }
    }

    /// Sets a stepped clock's date without letting time pass, as a wrong battery clock does.
    pub fn set_utc(&self, utc: UtcMicros) {
        if let Source::Stepped(stepped) = &self.0 {
            stepped.lock().unwrap_or_else(PoisonError::into_inner).utc = utc;
        }
    }
}

/// `N` bytes that nobody can guess.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).expect("the system gives random bytes once it has booted");
    bytes
}

/// A token of 144 bits as 24 characters of URL-safe base64.
pub fn token() -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(random::<18>())
}

/// Eight characters that need not be secret: ids of our own stanzas.
pub fn short_token() -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(random::<6>())
}
