//! What the registry and sessions do with a store: everything is in it before it is acknowledged.

use hub::{CloseReason, HubOptions, Refusal, StoreError};
use serde_json::json;
use wire::mqtt::mqttrs::QoS;

use crate::bench::{Ask, Bench, Greeting, HOST, SEED, json as body_of};
use crate::methods::FILTER;
use crate::stores::FailingStore;

/// A bench with a module, and its store's switch.
fn bench() -> (Bench, FailingStore) {
    let store = FailingStore::default();
    let mut bench = Bench::with_store(HubOptions::new(HOST, SEED), store.clone());
    bench.register_module("dev1", "m");
    (bench, store)
}

fn failed() -> StoreError {
    StoreError::new("the disk is full")
}

#[test]
fn each_write_to_the_registry_is_committed_once() {
    let (mut bench, store) = bench();
    let bulk = r#"[{"id":"dev4","importMode":"create"},{"id":"dev5","importMode":"create"}]"#;
    let writes = [
        (Ask::put("dev3"), 1),
        (Ask::put("dev3").if_match("*"), 1),
        (Ask::put_module("dev3", "m"), 1),
        (Ask::put_module("dev3", "m").if_match("*"), 1),
        (Ask::of_module("DELETE", "dev3", "m").if_match("*"), 1),
        (Ask::of("DELETE", "dev3").if_match("*"), 1),
        (Ask::path("POST", "/devices").body(bulk), 2),
        (Ask::of("GET", "dev1"), 0),
        (Ask::put("dev1"), 0),
        (Ask::put("dev1").if_match("MA=="), 0),
        (Ask::of_module("GET", "dev1", "m"), 0),
        (Ask::path("GET", "/statistics/devices"), 0),
    ];
    for (ask, expected) in writes {
        store.commits.set(0);
        bench.outcome(&ask);
        assert_eq!(store.commits.get(), expected, "{:?}", ask.unauthorised());
    }
}

#[test]
fn what_cannot_be_kept_is_not_done() {
    let (mut bench, store) = bench();
    let link = bench.connect("dev1");
    let greeting = bench.module_greeting("dev1", "m");
    let module = bench.connect_as(&greeting);
    let everything = |bench: &mut Bench| {
        let reads = [
            Ask::path("GET", "/devices"),
            Ask::path("GET", "/devices/dev1/modules"),
            Ask::path("GET", "/statistics/devices"),
            Ask::path("GET", "/statistics/service"),
        ];
        reads.map(|ask| body_of(&bench.ask(&ask)))
    };
    let before = everything(&mut bench);
    let disable = json!({ "deviceId": "dev1", "status": "disabled" }).to_string();
    let writes = [
        Ask::put("dev3"),
        Ask::put("dev1").if_match("*"),
        Ask::put("dev1").if_match("*").body(&disable),
        Ask::of("DELETE", "dev1").if_match("*"),
        Ask::put_module("dev1", "n"),
        Ask::put_module("dev1", "m").if_match("*"),
        Ask::of_module("DELETE", "dev1", "m").if_match("*"),
    ];
    store.fails.set(true);
    for ask in &writes {
        assert_eq!(bench.outcome(ask), "500 ServerError");
        assert_eq!(everything(&mut bench), before);
        assert!(bench.is_alive(link) && bench.is_alive(module));
    }
    store.fails.set(false);
    // Deleting and creating once more works as if nothing had been tried.
    for ask in &writes[..3] {
        assert_eq!(bench.outcome(ask), "200");
    }
}

#[test]
fn an_item_of_a_bulk_request_that_cannot_be_kept_fails() {
    let (mut bench, store) = bench();
    store.fails.set(true);
    let bulk = r#"[{"id":"dev4","importMode":"create"}]"#;
    let answer = bench.ask(&Ask::path("POST", "/devices").body(bulk));
    assert_eq!(answer.status(), 400);
    assert_eq!(body_of(&answer)["errors"][0]["errorCode"], 500_001);
    assert!(bench.hub.device("dev4").is_none());
}

#[test]
fn a_session_is_kept_before_it_is_acknowledged() {
    let (mut bench, store) = bench();
    store.commits.set(0);
    let link = bench.connect("dev1");
    assert_eq!(store.commits.get(), 1, "the session itself");
    bench.subscribe(link, &[(FILTER, QoS::AtMostOnce)]);
    assert_eq!(store.commits.get(), 2);
    bench.unsubscribe(link, &[FILTER]);
    assert_eq!(store.commits.get(), 3);
    bench.lose(link);
    bench.connect("dev1");
    assert_eq!(store.commits.get(), 3, "it is there already");
    let clean = Greeting {
        clean_session: true,
        ..bench.greeting("dev1")
    };
    let link = bench.connect_as(&clean);
    assert_eq!(store.commits.get(), 4, "it is gone");
    bench.subscribe(link, &[(FILTER, QoS::AtMostOnce)]);
    bench.unsubscribe(link, &[FILTER]);
    bench.connect_as(&clean);
    assert_eq!(store.commits.get(), 4, "a clean one is never kept");
    bench.connect("dev1");
    assert_eq!(store.commits.get(), 5);
}

#[test]
fn a_subscription_that_cannot_be_kept_closes_the_connection() {
    let (mut bench, store) = bench();
    let link = bench.connect("dev1");
    bench.subscribe(link, &[(FILTER, QoS::AtMostOnce)]);
    bench.said(link);
    store.fails.set(true);
    bench.unsubscribe(link, &[FILTER]);
    assert_eq!(bench.said(link), ["close store-failed"]);
    let expected = CloseReason::StoreFailed(failed());
    assert_eq!(bench.reason(link), Some(&expected));

    // It is still subscribed to what it was, and to nothing more.
    let link = bench.connect("dev1");
    bench.start(&Ask::method("dev1", r#"{"methodName":"m"}"#));
    assert_eq!(bench.calls(link).len(), 1);
    bench.said(link);
    bench.subscribe(link, &[("$iothub/twin/res/#", QoS::AtMostOnce)]);
    assert_eq!(bench.said(link), ["close store-failed"]);
}

#[test]
fn clean_sessions_do_without_the_store() {
    let (mut bench, store) = bench();
    store.fails.set(true);
    let clean = Greeting {
        clean_session: true,
        ..bench.greeting("dev1")
    };
    let link = bench.connect_as(&clean);
    bench.subscribe(link, &[(FILTER, QoS::AtMostOnce)]);
    bench.unsubscribe(link, &[FILTER]);
    assert_eq!(bench.said(link), ["SUBACK 1 [0]", "UNSUBACK 1"]);
}

#[test]
fn a_session_that_cannot_be_kept_or_dropped_refuses_the_client() {
    let (mut bench, store) = bench();
    let kept = bench.greeting("dev1");
    let clean = Greeting {
        clean_session: true,
        ..kept.clone()
    };
    let check = |bench: &mut Bench, greeting: &Greeting| {
        store.fails.set(true);
        let link = bench.greet(greeting);
        assert_eq!(bench.said(link), ["CONNACK 3", "close refused"]);
        let refusal = Refusal::StoreFailed(failed());
        let expected = CloseReason::Refused(refusal);
        assert_eq!(bench.reason(link), Some(&expected));
        store.fails.set(false);
    };
    check(&mut bench, &kept);
    // Whoever is connected stays so.
    let link = bench.connect_as(&clean);
    check(&mut bench, &kept);
    assert!(bench.is_alive(link));
    let link = bench.connect_as(&kept);
    check(&mut bench, &clean);
    assert!(bench.is_alive(link));
    bench.lose(link);
    check(&mut bench, &clean);
    let link = bench.greet(&kept);
    assert_eq!(bench.said(link), ["CONNACK 0 present"]);
}
