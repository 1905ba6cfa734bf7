//! Requests that last: while one is held here, its connection is not ended for its age.
//!
//! State: how many a connection has.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

/// Of one connection; every request has it among its extensions.
#[derive(Clone, Default)]
pub struct Lasting(Arc<AtomicUsize>);

/// Keeps the connection until it is dropped. Whoever holds it sees to an end of its own.
pub struct Held(Arc<AtomicUsize>);

impl Lasting {
    pub fn hold(&self) -> Held {
        self.0.fetch_add(1, Ordering::AcqRel);
        Held(self.0.clone())
    }

    pub fn is_held(&self) -> bool {
        self.0.load(Ordering::Acquire) > 0
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}
