//! A bounded cache of what the database holds, for rooms that read one thing often.
//!
//! An entry that was changed is pinned until its change is committed, so that it is never read
//! back from a database that does not have it yet. After a failed commit all entries are dropped.

use std::any::Any;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

/// At most `capacity` entries that are not pinned.
pub struct Cache<K, V> {
    inner: Mutex<Inner<K, V>>,
    capacity: usize,
}

struct Inner<K, V> {
    entries: HashMap<K, Entry<V>>,
    /// [`crate::store::Store::generation`] that the entries belong to.
    generation: u64,
    tick: u64,
}

struct Entry<V> {
    value: Arc<V>,
    used: u64,
    pin: Arc<()>,
}

impl<K: Eq + Hash + Clone, V> Cache<K, V> {
    pub fn new(capacity: usize) -> Cache<K, V> {
        Cache { inner: Mutex::new(Inner { entries: HashMap::new(), generation: 0, tick: 0 }), capacity }
    }

    /// The entry, if it is there and no commit has failed since.
    pub fn get(&self, key: &K, generation: u64) -> Option<Arc<V>> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.renew(generation);
        inner.tick += 1;
        let tick = inner.tick;
        let entry = inner.entries.get_mut(key)?;
        entry.used = tick;
        Some(entry.value.clone())
    }

    /// Keeps what was read.
    pub fn put(&self, key: K, value: Arc<V>, generation: u64) {
        self.insert(key, value, generation);
    }

    /// Keeps what was changed. The pin belongs into the batch that writes the change
    /// ([`crate::store::Batch::hold`]).
    pub fn put_changed(&self, key: K, value: Arc<V>, generation: u64) -> Arc<dyn Any + Send + Sync> {
        self.insert(key, value, generation)
    }

    pub fn remove(&self, key: &K) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).entries.remove(key);
    }

    fn insert(&self, key: K, value: Arc<V>, generation: u64) -> Arc<()> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.renew(generation);
        if generation < inner.generation {
            // Read before a commit failed: not to be kept.
            return Arc::new(());
        }
        inner.tick += 1;
        let used = inner.tick;
        match inner.entries.get_mut(&key) {
            Some(entry) => {
                entry.value = value;
                entry.used = used;
                entry.pin.clone()
            }
            None => {
                inner.make_room(self.capacity);
                let pin = Arc::new(());
                inner.entries.insert(key, Entry { value, used, pin: pin.clone() });
                pin
            }
        }
    }
}

impl<K: Eq + Hash + Clone, V> Inner<K, V> {
    fn renew(&mut self, generation: u64) {
        if generation > self.generation {
            self.entries.clear();
            self.generation = generation;
        }
    }

    /// Drops the entry that was used least recently and is not pinned.
    fn make_room(&mut self, capacity: usize) {
        if self.entries.len() < capacity {
            return;
        }
        let unpinned = self.entries.iter().filter(|(_, entry)| Arc::strong_count(&entry.pin) == 1);
        let oldest = unpinned.min_by_key(|(_, entry)| entry.used).map(|(key, _)| key.clone());
        if let Some(key) = oldest {
            self.entries.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_entry_makes_room() {
        let cache = Cache::new(2);
        cache.put(1, Arc::new("one"), 0);
        cache.put(2, Arc::new("two"), 0);
        assert!(cache.get(&1, 0).is_some());
        cache.put(3, Arc::new("three"), 0);
        assert!(cache.get(&2, 0).is_none());
        assert!(cache.get(&1, 0).is_some());
    }

    #[test]
    fn a_changed_entry_stays_until_its_batch_is_gone() {
        let cache = Cache::new(1);
        let pin = cache.put_changed(1, Arc::new("changed"), 0);
        cache.put(2, Arc::new("two"), 0);
        assert!(cache.get(&1, 0).is_some());
        drop(pin);
        cache.put(3, Arc::new("three"), 0);
        cache.put(4, Arc::new("four"), 0);
        assert!(cache.get(&1, 0).is_none());
    }

    #[test]
    fn what_was_read_before_a_failed_commit_is_not_kept_after_it() {
        let cache = Cache::new(4);
        assert!(cache.get(&1, 1).is_none());
        cache.put(1, Arc::new("stale"), 0);
        assert!(cache.get(&1, 1).is_none());
    }

    #[test]
    fn a_failed_commit_empties_the_cache() {
        let cache = Cache::new(4);
        cache.put(1, Arc::new("one"), 0);
        assert!(cache.get(&1, 1).is_none());
    }
}
