//! Promises about snapshots, for any text.

use hub::{Hub, HubOptions, MemoryStore, SnapshotScope};
use wire::timestamp::Timestamp;

/// Restores a hub from `data`: it is refused, or the hub that comes of it is a hub like any other.
///
/// # Panics
///
/// If a promise is broken.
pub fn snapshots(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let now = Timestamp::from_millis(1_785_578_400_000);
    let Some(hub) = restore(&text, now) else {
        return;
    };
    let whole = hub.snapshot(SnapshotScope::ALL);
    let again = restore(&whole, now).expect("the hub reads what it wrote");
    assert_eq!(again.snapshot(SnapshotScope::ALL), whole);
    let without_keys = hub.snapshot(SnapshotScope {
        keys: false,
        event_bytes: 1_000,
    });
    restore(&without_keys, now).expect("the hub reads what it wrote without keys");
    let mut hub = hub;
    let mut now = now;
    for _ in 0..100 {
        let Some(deadline) = hub.next_deadline() else {
            break;
        };
        now = now.max(deadline);
        hub.advance(now);
        while hub.poll().is_some() {}
    }
}

fn restore(text: &str, now: Timestamp) -> Option<Hub> {
    let options = HubOptions::new("contoso.azure-devices.net", [7; 32]);
    Hub::restore(options, Box::new(MemoryStore), now, text).ok()
}
