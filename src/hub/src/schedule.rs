//! What time brings: keys, each with the moment at which it is due.

use std::collections::{BTreeMap, BTreeSet};

use wire::timestamp::Timestamp;

/// Keys in the order in which they are due. A key is due at one moment at most.
pub(crate) struct Schedule<K> {
    by_time: BTreeSet<(Timestamp, K)>,
    by_key: BTreeMap<K, Timestamp>,
}

impl<K> Default for Schedule<K> {
    fn default() -> Self {
        Self {
            by_time: BTreeSet::new(),
            by_key: BTreeMap::new(),
        }
    }
}

impl<K: Ord + Clone> Schedule<K> {
    /// Sets when a key is due, instead of what was set before; `None` takes it off.
    pub(crate) fn set(&mut self, key: &K, at: Option<Timestamp>) {
        let before = match at {
            Some(at) => self.by_key.insert(key.clone(), at),
            None => self.by_key.remove(key),
        };
        if let Some(before) = before {
            self.by_time.remove(&(before, key.clone()));
        }
        if let Some(at) = at {
            self.by_time.insert((at, key.clone()));
        }
    }

    /// When the first key is due.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.first().map(|(at, _)| at)
    }

    /// The first key, and when it is due.
    pub(crate) fn first(&self) -> Option<(Timestamp, &K)> {
        self.by_time.first().map(|(at, key)| (*at, key))
    }

    /// When a key is due.
    pub(crate) fn get(&self, key: &K) -> Option<Timestamp> {
        self.by_key.get(key).copied()
    }

    /// Takes off the key that has been due for longest, if one is due.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Option<K> {
        if self.next_deadline()? > now {
            return None;
        }
        let (_, key) = self.by_time.pop_first()?;
        self.by_key.remove(&key);
        Some(key)
    }
}
