//! How many devices there are, and how many of them are enabled and connected.

use serde_json::{Value, json};

use crate::bench::{Ask, Bench, json as body_of, outcome};

fn read(bench: &mut Bench, path: &str) -> Value {
    let answer = bench.ask(&Ask::path("GET", path));
    assert_eq!(outcome(&answer), "200");
    body_of(&answer)
}

fn counts(bench: &mut Bench) -> [u64; 3] {
    let statistics = read(bench, "/statistics/devices");
    [
        "totalDeviceCount",
        "enabledDeviceCount",
        "disabledDeviceCount",
    ]
    .map(|name| statistics[name].as_u64().unwrap())
}

fn connected(bench: &mut Bench) -> u64 {
    let statistics = read(bench, "/statistics/service");
    assert_eq!(statistics.as_object().unwrap().len(), 1);
    statistics["connectedDeviceCount"].as_u64().unwrap()
}

#[test]
fn the_registry_is_counted() {
    let mut bench = Bench::new();
    assert_eq!(
        read(&mut bench, "/statistics/devices"),
        json!({ "totalDeviceCount": 2, "enabledDeviceCount": 2, "disabledDeviceCount": 0 })
    );
    bench.register("dev3");
    assert_eq!(counts(&mut bench), [3, 3, 0]);
    bench.disable("dev3");
    bench.disable("dev3");
    assert_eq!(counts(&mut bench), [3, 2, 1]);
    assert_eq!(bench.outcome(&Ask::put("dev3").if_match("*")), "200");
    assert_eq!(counts(&mut bench), [3, 3, 0]);
    bench.disable("dev3");
    bench.delete("dev3");
    assert_eq!(counts(&mut bench), [2, 2, 0]);
    let disabled = r#"{"deviceId":"dev4","status":"disabled"}"#;
    assert_eq!(bench.outcome(&Ask::put("dev4").body(disabled)), "200");
    assert_eq!(counts(&mut bench), [3, 2, 1]);
}

#[test]
fn modules_do_not_count() {
    let mut bench = Bench::new();
    bench.register_module("dev1", "m");
    assert_eq!(counts(&mut bench), [2, 2, 0]);
    let greeting = bench.module_greeting("dev1", "m");
    bench.connect_as(&greeting);
    assert_eq!(connected(&mut bench), 0);
}

#[test]
fn connected_devices_are_counted() {
    let mut bench = Bench::new();
    assert_eq!(connected(&mut bench), 0);
    let link = bench.connect("dev1");
    assert_eq!(connected(&mut bench), 1);
    bench.connect("dev2");
    assert_eq!(connected(&mut bench), 2);
    // A take-over changes nothing.
    bench.lose(link);
    bench.connect("dev1");
    bench.connect("dev1");
    assert_eq!(connected(&mut bench), 2);
    assert_eq!(bench.outcome(&Ask::put("dev1").if_match("*")), "200");
    assert_eq!(connected(&mut bench), 2);
    bench.disable("dev1");
    assert_eq!(connected(&mut bench), 1);
    bench.delete("dev2");
    assert_eq!(connected(&mut bench), 0);
}
