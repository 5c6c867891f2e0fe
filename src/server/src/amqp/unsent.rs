//! How much waits for all clients of AMQP together, so that many who do not read take little more room than a few.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// The most bytes that wait for all clients together before each of them gets little at a time.
const MOST: usize = 128 * 1024 * 1024;

/// What waits for the clients of all connections.
#[derive(Clone, Debug, Default)]
pub(super) struct Unsent(Arc<AtomicUsize>);

/// What of it waits for one client, until it is dropped.
#[derive(Debug)]
pub(super) struct Share {
    all: Unsent,
    bytes: usize,
}

impl Unsent {
    /// The share of a client for which nothing waits yet.
    pub(super) fn share(&self) -> Share {
        Share {
            all: self.clone(),
            bytes: 0,
        }
    }
}

impl Share {
    /// So many bytes wait for the client now.
    pub(super) fn set(&mut self, bytes: usize) {
        let all = &self.all.0;
        if bytes > self.bytes {
            all.fetch_add(bytes - self.bytes, Ordering::Relaxed);
        } else {
            all.fetch_sub(self.bytes - bytes, Ordering::Relaxed);
        }
        self.bytes = bytes;
    }

    /// Whether so much waits for all clients that each is to get little at a time.
    pub(super) fn is_crowded(&self) -> bool {
        self.all.0.load(Ordering::Relaxed) >= MOST
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.set(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_one_leaves_less_room_for_others_until_it_is_gone() {
        let all = Unsent::default();
        let (mut one, mut other) = (all.share(), all.share());
        one.set(MOST - 1);
        assert!(!other.is_crowded());
        other.set(1);
        assert!(one.is_crowded() && other.is_crowded());
        one.set(5);
        assert!(!one.is_crowded());
        one.set(MOST);
        drop(one);
        assert!(!other.is_crowded());
        assert_eq!(all.0.load(Ordering::Relaxed), 1);
    }
}
