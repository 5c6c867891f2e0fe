//! Queries that lag behind the changes.

use std::time::Duration;

use hub::HubOptions;
use serde_json::json;

use crate::bench::{Ask, Bench, HOST, SECOND, SEED, outcome};
use crate::query_bench::{ids, ids_where, query, results, write};

const LAG: Duration = Duration::from_secs(10);

/// A hub whose queries lag behind, and see `dev1` and `dev2`.
fn bench() -> Bench {
    let mut options = HubOptions::new(HOST, SEED);
    options.query_lag = LAG;
    let mut bench = Bench::of(options);
    bench.wait(LAG);
    bench
}

#[test]
fn queries_see_changes_at_once_by_default() {
    let mut bench = Bench::new();
    assert_eq!(HubOptions::new(HOST, SEED).query_lag, Duration::ZERO);
    bench.register("dev3");
    assert_eq!(ids_where(&mut bench, "true"), "dev1 dev2 dev3");
}

#[test]
fn a_new_device_appears_after_a_while() {
    let mut bench = bench();
    bench.register("dev3");
    assert_eq!(ids_where(&mut bench, "true"), "dev1 dev2");
    bench.wait_almost(LAG);
    assert_eq!(ids_where(&mut bench, "true"), "dev1 dev2");
    bench.wait(Duration::from_millis(1));
    assert_eq!(ids_where(&mut bench, "true"), "dev1 dev2 dev3");
}

#[test]
fn a_change_is_seen_after_a_while() {
    let mut bench = bench();
    write(&mut bench, "dev1", &json!({ "tags": { "floor": 1 } }));
    bench.wait(SECOND * 4);
    write(&mut bench, "dev1", &json!({ "tags": { "floor": 2 } }));
    assert_eq!(ids_where(&mut bench, "IS_DEFINED(tags.floor)"), "");
    bench.wait(SECOND * 6);
    assert_eq!(ids_where(&mut bench, "tags.floor = 1"), "dev1");
    let old = results(
        &mut bench,
        "SELECT tags.floor AS f FROM devices WHERE deviceId = 'dev1'",
    );
    assert_eq!(old, json!([{ "f": 1 }]));
    bench.wait(SECOND * 4);
    assert_eq!(ids_where(&mut bench, "tags.floor = 2"), "dev1");
}

#[test]
fn reading_a_twin_does_not_lag() {
    let mut bench = bench();
    write(&mut bench, "dev1", &json!({ "tags": { "floor": 1 } }));
    let twin = crate::bench::json(&bench.ask(&Ask::path("GET", "/twins/dev1")));
    assert_eq!(twin["tags"]["floor"], 1);
}

#[test]
fn a_deleted_device_lingers_and_is_counted() {
    let mut bench = bench();
    bench.delete("dev1");
    assert_eq!(ids_where(&mut bench, "true"), "dev1 dev2");
    let count = "SELECT COUNT() AS n FROM devices";
    assert_eq!(results(&mut bench, count), json!([{ "n": 2 }]));
    bench.wait(LAG);
    assert_eq!(ids_where(&mut bench, "true"), "dev2");
    assert_eq!(results(&mut bench, count), json!([{ "n": 1 }]));
}

#[test]
fn a_device_that_comes_and_goes_is_never_seen() {
    let mut bench = bench();
    bench.register("dev0");
    bench.wait(SECOND);
    bench.delete("dev0");
    bench.wait(SECOND * 9);
    // By now it was there for a second, ten seconds ago.
    assert_eq!(ids_where(&mut bench, "true"), "dev0 dev1 dev2");
    bench.wait(SECOND);
    assert_eq!(ids_where(&mut bench, "true"), "dev1 dev2");
}

#[test]
fn a_change_of_status_is_seen_after_a_while() {
    let mut bench = bench();
    bench.disable("dev2");
    assert_eq!(ids_where(&mut bench, "status = 'disabled'"), "");
    bench.wait(LAG);
    assert_eq!(ids_where(&mut bench, "status = 'disabled'"), "dev2");
}

#[test]
fn modules_lag_too() {
    let mut bench = bench();
    let modules = "SELECT * FROM devices.modules";
    bench.register_module("dev1", "m");
    assert_eq!(ids(&mut bench, modules), "");
    bench.wait(LAG);
    assert_eq!(ids(&mut bench, modules), "dev1");
    let ask = Ask::of_module("DELETE", "dev1", "m").if_match("*");
    assert_eq!(bench.outcome(&ask), "204");
    assert_eq!(ids(&mut bench, modules), "dev1");
    bench.wait(LAG);
    assert_eq!(ids(&mut bench, modules), "");
}

#[test]
fn pages_go_on_among_what_is_seen() {
    let mut bench = bench();
    bench.delete("dev1");
    bench.register("dev0");
    let size = ("x-ms-max-item-count", "1");
    let first = bench.ask(&query("SELECT deviceId FROM devices").header(size.0, size.1));
    assert_eq!(first.body(), br#"[{"deviceId":"dev1"}]"#);
    let token = first.headers()["x-ms-continuation"]
        .to_str()
        .unwrap()
        .to_owned();
    bench.wait(LAG);
    let ask = query("SELECT deviceId FROM devices").header("x-ms-continuation", &token);
    let second = bench.ask(&ask);
    assert_eq!(outcome(&second), "200");
    assert_eq!(second.body(), br#"[{"deviceId":"dev2"}]"#);
}
