//! What a hub knows of messages and feedback after it was restored.

use hub::{Hub, HubOptions, MemoryStore, SnapshotScope};
use wire::mqtt::mqttrs::QoS;

use crate::bench::{Ask, Bench, HOST, SECOND, SEED};

/// The same hub after a restart.
fn restart(bench: &mut Bench) {
    let snapshot = bench.hub.snapshot(SnapshotScope::ALL);
    let options = HubOptions::new(HOST, SEED);
    let store = Box::new(MemoryStore);
    bench.hub = Hub::restore(options, store, bench.now, &snapshot).unwrap();
    bench.drain();
}

fn end(bench: &mut Bench, method: &'static str, rest: &str) {
    let (_, token) = bench.fetch().unwrap();
    let path = format!("/devices/dev1/messages/devicebound/{token}{rest}");
    assert_eq!(
        bench.ask_as("dev1", &Ask::path(method, &path)).status(),
        204
    );
}

#[test]
fn messages_wait_again_in_their_order_with_all_that_counts() {
    let mut bench = Bench::new();
    bench.send_for_feedback("a", "full");
    bench.wait(SECOND);
    bench.send_for_feedback("b", "full");
    for _ in 0..9 {
        end(&mut bench, "POST", "/abandon");
    }
    bench.fetch().unwrap();
    restart(&mut bench);
    assert_eq!(bench.pending("dev1"), 2);
    // One more is too many, and the other expires at its own time.
    end(&mut bench, "POST", "/abandon");
    assert_eq!(bench.pending("dev1"), 1);
    assert_eq!(bench.feedback(), ["a DeliveryCountExceeded"]);
    bench.wait(3_585 * SECOND);
    assert_eq!(bench.pending("dev1"), 0);
    assert_eq!(bench.feedback(), ["b Expired"]);
}

#[test]
fn a_kept_session_gets_its_messages_under_the_packet_ids_they_had() {
    let mut bench = Bench::new();
    let link = bench.listen(QoS::AtLeastOnce);
    for body in ["a", "b", "c"] {
        bench.send("dev1", body);
    }
    bench.acknowledge(link, 1);
    bench.said(link);
    bench.deliveries(link);
    restart(&mut bench);
    let link = bench.connect("dev1");
    assert_eq!(bench.delivered(link), ["b #2", "c #3"]);
    // A new message gets none of theirs.
    bench.send("dev1", "d");
    assert_eq!(bench.delivered(link), ["d #4"]);
}

#[test]
fn feedback_can_be_read_once_more_unless_it_was_completed() {
    let mut bench = Bench::new();
    bench.send_for_feedback("read", "full");
    end(&mut bench, "DELETE", "");
    assert_eq!(bench.feedback(), ["read Success"]);
    bench.send_for_feedback("locked", "full");
    end(&mut bench, "DELETE", "");
    bench.wait(15 * SECOND);
    bench.fetch_feedback().unwrap();
    bench.send_for_feedback("gathered", "full");
    end(&mut bench, "DELETE", "?reject");
    restart(&mut bench);
    assert_eq!(bench.feedback(), ["locked Success", "gathered Rejected"]);
}

#[test]
fn feedback_of_a_device_that_is_gone_harms_nobody() {
    let mut bench = Bench::new();
    bench.send_for_feedback("batched", "full");
    end(&mut bench, "DELETE", "");
    bench.wait(15 * SECOND);
    bench.send_for_feedback("gathered", "full");
    end(&mut bench, "DELETE", "");
    bench.delete("dev1");
    restart(&mut bench);
    bench.register("dev1");
    restart(&mut bench);
    assert!(bench.feedback().is_empty());
}
