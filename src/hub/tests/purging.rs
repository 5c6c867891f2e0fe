//! Purging a device's queue.

use hub::HubOptions;
use wire::mqtt::mqttrs::QoS;

use crate::bench::{Ask, Bench, HOST, SECOND, SEED, json};
use crate::stores::FailingStore;

fn purge() -> Ask {
    Ask::path("DELETE", "/devices/dev1/commands")
}

#[test]
fn it_tells_how_many_messages_there_were() {
    let mut bench = Bench::new();
    bench.send("dev2", "x");
    for expected in [0, 3, 0] {
        for _ in 0..expected {
            bench.send("dev1", "x");
        }
        let answer = json(&bench.ask(&purge()));
        let expected = serde_json::json!({
            "totalMessagesPurged": expected, "deviceId": "dev1", "moduleId": null,
        });
        assert_eq!(answer, expected);
        assert_eq!(bench.pending("dev1"), 0);
    }
    assert_eq!(bench.pending("dev2"), 1);
}

#[test]
fn messages_under_way_are_purged_too() {
    let mut bench = Bench::new();
    bench.send("dev1", "a");
    let (_, token) = bench.fetch().unwrap();
    let link = bench.listen(QoS::AtLeastOnce);
    bench.send("dev1", "b");
    assert_eq!(json(&bench.ask(&purge()))["totalMessagesPurged"], 2);
    // Whoever has them learns it, or does not mind.
    let complete = Ask::path(
        "DELETE",
        &format!("/devices/dev1/messages/devicebound/{token}"),
    );
    assert_eq!(bench.ask_as("dev1", &complete).status(), 412);
    bench.acknowledge(link, 2);
    assert!(bench.is_alive(link));
    bench.wait(120 * SECOND);
    assert_eq!(bench.delivered(link), ["b #2"]);
}

#[test]
fn feedback_tells_who_asked_for_bad_news() {
    let mut bench = Bench::new();
    for ack in ["none", "positive", "negative", "full"] {
        bench.send_for_feedback(ack, ack);
    }
    bench.ask(&purge());
    assert_eq!(bench.feedback(), ["negative Purged", "full Purged"]);
}

#[test]
fn what_was_too_old_already_is_not_purged() {
    let mut bench = Bench::new();
    bench.send_for_feedback("old", "full");
    bench.wait(SECOND);
    bench.send_for_feedback("young", "full");
    // Nobody told the hub of the time.
    bench.now = bench.now.plus(3_599 * SECOND);
    assert_eq!(json(&bench.ask(&purge()))["totalMessagesPurged"], 1);
    assert_eq!(bench.feedback(), ["old Expired", "young Purged"]);
}

#[test]
fn an_unknown_device_has_no_queue() {
    let mut bench = Bench::new();
    let ask = Ask::path("DELETE", "/devices/dev3/commands");
    assert_eq!(bench.outcome(&ask), "404 DeviceNotFound");
}

#[test]
fn what_cannot_be_kept_purges_nothing() {
    let store = FailingStore::default();
    let mut bench = Bench::with_store(HubOptions::new(HOST, SEED), store.clone());
    bench.send_for_feedback("a", "full");
    bench.send_for_feedback("b", "full");
    store.fails.set(true);
    assert_eq!(bench.outcome(&purge()), "500 ServerError");
    assert_eq!(bench.pending("dev1"), 2);
    store.fails.set(false);
    assert!(bench.feedback().is_empty());
    let commits = store.commits.get();
    assert_eq!(bench.outcome(&purge()), "200");
    assert_eq!(store.commits.get(), commits + 1, "all of it at once");
    assert_eq!(bench.feedback(), ["a Purged", "b Purged"]);
}
