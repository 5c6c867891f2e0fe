//! IoT Edge devices in the registry, and the devices behind them.

use serde_json::{Value, json};

use crate::bench::{Ask, Bench, HOST, SEED, json as body_of, outcome};
use crate::stores::FailingStore;

/// Creates or replaces a device; gives its identity, or the name of the refusal.
fn put(bench: &mut Bench, if_match: Option<&str>, body: &Value) -> Result<Value, String> {
    let mut ask = Ask::put(body["deviceId"].as_str().unwrap()).body(&body.to_string());
    if let Some(value) = if_match {
        ask = ask.if_match(value);
    }
    let answer = bench.ask(&ask);
    match outcome(&answer).as_str() {
        "200" => Ok(body_of(&answer)),
        refusal => Err(refusal.to_owned()),
    }
}

fn edge(id: &str) -> Value {
    json!({ "deviceId": id, "capabilities": { "iotEdge": true } })
}

fn create_edge(bench: &mut Bench, id: &str) -> String {
    let device = put(bench, None, &edge(id)).unwrap();
    device["deviceScope"].as_str().unwrap().to_owned()
}

fn modules(bench: &mut Bench, id: &str) -> Vec<String> {
    let path = format!("/devices/{id}/modules");
    let modules = body_of(&bench.ask(&Ask::path("GET", &path)));
    let modules = modules.as_array().unwrap().iter();
    modules
        .map(|module| module["moduleId"].as_str().unwrap().to_owned())
        .collect()
}

const REFUSED: &str = "400 InvalidDeviceScope";

#[test]
fn an_edge_device_gets_a_scope_and_its_system_modules() {
    let mut bench = Bench::new();
    let device = put(&mut bench, None, &edge("gateway")).unwrap();
    assert_eq!(device["capabilities"], json!({ "iotEdge": true }));
    let scope = device["deviceScope"].as_str().unwrap();
    let ticks = scope.strip_prefix("ms-azure-iot-edge://gateway-").unwrap();
    assert!(ticks.bytes().all(|byte| byte.is_ascii_digit()), "{ticks}");
    assert_eq!(device["parentScopes"], json!([]));
    assert_eq!(modules(&mut bench, "gateway"), ["$edgeAgent", "$edgeHub"]);
    let agent = bench.ask(&Ask::of_module("GET", "gateway", "$edgeAgent"));
    let agent = body_of(&agent);
    assert_eq!(agent["managedBy"], "iotEdge");
    assert!(agent["authentication"]["symmetricKey"]["primaryKey"].is_string());
    let greeting = bench.module_greeting("gateway", "$edgeHub");
    bench.connect_as(&greeting);
}

#[test]
fn the_scope_never_changes() {
    let mut bench = Bench::new();
    let before = put(&mut bench, None, &edge("gateway")).unwrap();
    for body in [edge("gateway"), before.clone()] {
        let after = put(&mut bench, Some("*"), &body).unwrap();
        assert_eq!(after["deviceScope"], before["deviceScope"]);
    }
    let mut other = edge("gateway");
    other["deviceScope"] = json!("ms-azure-iot-edge://gateway-1");
    assert_eq!(put(&mut bench, Some("*"), &other).unwrap_err(), REFUSED);
    other["deviceId"] = json!("gateway2");
    assert_eq!(put(&mut bench, None, &other).unwrap_err(), REFUSED);
}

#[test]
fn a_device_can_become_an_edge_device_and_stays_one() {
    let mut bench = Bench::new();
    bench.register_module("dev1", "m");
    let device = put(&mut bench, Some("*"), &edge("dev1")).unwrap();
    assert!(device["deviceScope"].as_str().unwrap().len() > 20);
    let expected = ["$edgeAgent", "$edgeHub", "m"];
    assert_eq!(modules(&mut bench, "dev1"), expected);
    let plain = json!({ "deviceId": "dev1" });
    let refusal = put(&mut bench, Some("*"), &plain).unwrap_err();
    assert_eq!(refusal, "400 InvalidOperation");
    assert_eq!(modules(&mut bench, "dev1"), expected);
}

#[test]
fn a_device_behind_an_edge_device_has_its_scope() {
    let mut bench = Bench::new();
    let scope = create_edge(&mut bench, "gate-way");
    for body in [
        json!({ "deviceId": "dev1", "deviceScope": scope }),
        json!({ "deviceId": "dev1", "parentScopes": [scope] }),
        json!({ "deviceId": "dev1", "deviceScope": scope, "parentScopes": [scope] }),
    ] {
        let device = put(&mut bench, Some("*"), &body).unwrap();
        assert_eq!(device["deviceScope"], scope.as_str());
        assert_eq!(device["parentScopes"], json!([scope]));
        let same = put(&mut bench, Some("*"), &device).unwrap();
        assert_eq!(same["parentScopes"], json!([scope]));
    }
    let device = put(&mut bench, Some("*"), &json!({ "deviceId": "dev1" })).unwrap();
    assert_eq!(device["deviceScope"], "");
    assert_eq!(device["parentScopes"], json!([]));
}

#[test]
fn edge_devices_can_stand_behind_each_other() {
    let mut bench = Bench::new();
    let parent = create_edge(&mut bench, "parent");
    let mut child = edge("child");
    child["parentScopes"] = json!([parent]);
    let child = put(&mut bench, None, &child).unwrap();
    assert_eq!(child["parentScopes"], json!([parent]));
    assert_ne!(child["deviceScope"], parent.as_str());
}

#[test]
fn scopes_that_are_nobodys() {
    let mut bench = Bench::new();
    let scope = create_edge(&mut bench, "gateway");
    let other = create_edge(&mut bench, "other");
    for wrong in [
        "gateway",
        "ms-azure-iot-edge://",
        "ms-azure-iot-edge://gateway",
        "ms-azure-iot-edge://gateway-1",
        "ms-azure-iot-edge://dev2-1",
        &scope.to_uppercase(),
    ] {
        for body in [
            json!({ "deviceId": "dev1", "deviceScope": wrong }),
            json!({ "deviceId": "dev1", "parentScopes": [wrong] }),
        ] {
            assert_eq!(put(&mut bench, Some("*"), &body).unwrap_err(), REFUSED);
        }
    }
    let two = json!({ "deviceId": "dev1", "parentScopes": [scope, other] });
    assert_eq!(put(&mut bench, Some("*"), &two).unwrap_err(), REFUSED);
    let mut own = edge("gateway");
    own["parentScopes"] = json!([scope]);
    assert_eq!(put(&mut bench, Some("*"), &own).unwrap_err(), REFUSED);
}

#[test]
fn system_modules_go_only_with_their_device() {
    let mut bench = Bench::new();
    create_edge(&mut bench, "gateway");
    for number in 0..50 {
        bench.register_module("gateway", &format!("m{number}"));
    }
    for id in ["$edgeAgent", "$edgeHub"] {
        let ask = Ask::of_module("DELETE", "gateway", id).if_match("*");
        assert_eq!(bench.outcome(&ask), "400 InvalidOperation");
        let ask = Ask::put_module("gateway", id).if_match("*");
        assert_eq!(bench.outcome(&ask), "400 ArgumentInvalid");
    }
    bench.delete("gateway");
    bench.register("gateway");
    assert_eq!(modules(&mut bench, "gateway"), Vec::<String>::new());
}

#[test]
fn an_edge_device_is_kept_with_its_modules_or_not_at_all() {
    let store = FailingStore::default();
    let options = hub::HubOptions::new(HOST, SEED);
    let mut bench = Bench::with_store(options, store.clone());
    store.commits.set(0);
    create_edge(&mut bench, "gateway");
    assert_eq!(store.commits.get(), 1);
    store.fails.set(true);
    let refusal = put(&mut bench, Some("*"), &edge("dev1")).unwrap_err();
    assert_eq!(refusal, "500 ServerError");
    assert_eq!(modules(&mut bench, "dev1"), Vec::<String>::new());
    assert_eq!(bench.hub.device("dev1").unwrap().device_scope, "");
}
