//! One timer a connection, set again only when it rings: an active client costs no timers.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::clock::Clock;

/// Rings at a moment of [`Clock::since_start`].
pub struct Alarm {
    clock: Clock,
    at: Duration,
    sleep: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Alarm {
    pub fn new(clock: &Clock, at: Duration) -> Alarm {
        let clock = clock.clone();
        let sleep = sleep_until(&clock, at);
        Alarm { clock, at, sleep }
    }

    /// Rings at `at` or, where it was set to earlier, then.
    pub fn not_later_than(&mut self, at: Duration) {
        if at < self.at {
            self.set(at);
        }
    }

    pub fn set(&mut self, at: Duration) {
        self.at = at;
        self.sleep = sleep_until(&self.clock, at);
    }

    pub async fn rings(&mut self) {
        (&mut self.sleep).await;
    }
}

fn sleep_until(clock: &Clock, at: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    let (clock, time) = (clock.clone(), at.saturating_sub(clock.since_start()));
    Box::pin(async move { clock.sleep(time).await })
}
