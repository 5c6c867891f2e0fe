//! Twins as a service program reads them. (IoT Hub documentation: understand and use device twins.)

use serde_json::json;
use wire::timestamp::Timestamp;

use crate::bench::{Ask, Bench, SECOND, START, json, outcome};

fn twin(bench: &mut Bench, path: &str) -> serde_json::Value {
    let answer = bench.ask(&Ask::path("GET", path));
    assert_eq!(outcome(&answer), "200");
    json(&answer)
}

#[test]
fn a_twin_is_there_as_soon_as_its_identity_is() {
    let mut bench = Bench::new();
    let device_etag = bench.hub.device("dev1").unwrap().etag.clone();
    let metadata = json!({ "$lastUpdated": START.to_iso(), "$lastUpdatedVersion": 1 });
    let expected = json!({
        "deviceId": "dev1",
        "etag": "AAAAAAAAAAE=",
        "deviceEtag": device_etag,
        "status": "enabled",
        "statusUpdateTime": Timestamp::NEVER.to_iso(),
        "connectionState": "Disconnected",
        "lastActivityTime": Timestamp::NEVER.to_iso(),
        "cloudToDeviceMessageCount": 0,
        "authenticationType": "sas",
        "x509Thumbprint": { "primaryThumbprint": null, "secondaryThumbprint": null },
        "modelId": "",
        "version": 2,
        "properties": {
            "desired": { "$metadata": metadata, "$version": 1 },
            "reported": { "$metadata": { "$lastUpdated": START.to_iso() }, "$version": 1 },
        },
        "capabilities": { "iotEdge": false },
    });
    assert_eq!(twin(&mut bench, "/twins/dev1"), expected);
}

#[test]
fn metadata_mirrors_the_tree_with_the_time_and_version_of_each_write() {
    let mut bench = Bench::new();
    let patch = |text: &str| {
        let body = format!(r#"{{"properties":{{"desired":{text}}}}}"#);
        Ask::path("PATCH", "/twins/dev1").body(&body)
    };
    assert_eq!(
        bench.outcome(&patch(r#"{"a":{"b":1,"c":[{"d":2}]}}"#)),
        "200"
    );
    let first = bench.now.to_iso();
    bench.wait(SECOND);
    assert_eq!(bench.outcome(&patch(r#"{"a":{"b":2}}"#)), "200");
    let second = bench.now.to_iso();
    let at =
        |time: &str, version: u64| json!({ "$lastUpdated": time, "$lastUpdatedVersion": version });
    let mut a = at(&second, 3);
    a["b"] = at(&second, 3);
    a["c"] = at(&first, 2);
    let mut expected = at(&second, 3);
    expected["a"] = a;
    let desired = &twin(&mut bench, "/twins/dev1")["properties"]["desired"];
    assert_eq!(desired["$metadata"], expected);
    assert_eq!(desired["$version"], 3);
}

#[test]
fn the_metadata_of_reported_properties_has_no_versions() {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    let topic = "$iothub/twin/PATCH/properties/reported/?$rid=1";
    bench.publish(link, topic, br#"{"a":{"b":1}}"#, None);
    let time = json!({ "$lastUpdated": bench.now.to_iso() });
    let mut a = time.clone();
    a["b"] = time.clone();
    let mut expected = time;
    expected["a"] = a;
    let reported = &twin(&mut bench, "/twins/dev1")["properties"]["reported"];
    assert_eq!(reported["$metadata"], expected);
    assert_eq!(reported["$version"], 2);
}

#[test]
fn members_and_numbers_come_back_as_they_were_written() {
    let mut bench = Bench::new();
    let tags = r#"{"z":1,"a":1.0,"m":{"y":-0.5,"b":[3,2.0,"1"]},"":"empty","é":"ü"}"#;
    let body = format!(r#"{{"tags":{tags}}}"#);
    let answer = bench.ask(&Ask::path("PATCH", "/twins/dev1").body(&body));
    let text = String::from_utf8(answer.body().clone()).unwrap();
    assert!(text.contains(tags), "{text}");
}

#[test]
fn the_twin_of_a_module_names_both_and_is_its_own() {
    let mut bench = Bench::new();
    bench.register_module("dev1", "m");
    let patch = Ask::path("PATCH", "/twins/dev1/modules/m").body(r#"{"tags":{"a":1}}"#);
    let answer = bench.ask(&patch);
    assert_eq!(outcome(&answer), "200");
    let module = twin(&mut bench, "/twins/dev1/modules/m");
    assert_eq!(json(&answer), module);
    assert_eq!(module["deviceId"], "dev1");
    assert_eq!(module["moduleId"], "m");
    assert_eq!(module["tags"], json!({ "a": 1 }));
    assert_eq!(module["version"], 3);
    assert_eq!(twin(&mut bench, "/twins/dev1")["version"], 2);
}

#[test]
fn what_is_not_there_has_no_twin() {
    let mut bench = Bench::new();
    for path in [
        "/twins/none",
        "/twins/none/modules/m",
        "/twins/dev1/modules/m",
    ] {
        for method in ["GET", "PATCH", "PUT"] {
            let ask = Ask::path(method, path).body("{}");
            assert_eq!(bench.outcome(&ask), "404 DeviceNotFound", "{method} {path}");
        }
    }
}

#[test]
fn a_new_device_of_the_same_name_has_a_new_twin() {
    let mut bench = Bench::new();
    let patch = Ask::path("PATCH", "/twins/dev1").body(r#"{"tags":{"a":1}}"#);
    assert_eq!(bench.outcome(&patch), "200");
    bench.delete("dev1");
    bench.register("dev1");
    let twin = twin(&mut bench, "/twins/dev1");
    assert_eq!(twin["version"], 2);
    assert!(twin.get("tags").is_none());
}

#[test]
fn the_model_that_a_client_announces_is_in_its_twin() {
    let mut bench = Bench::new();
    let query = "api-version=2021-04-12&model-id=dtmi%3Acom%3Aexample%3AThermostat%3B1";
    for (query, expected) in [
        (query, "dtmi:com:example:Thermostat;1"),
        // A client that announces none leaves it, as does one whose model cannot be read.
        ("api-version=2021-04-12", "dtmi:com:example:Thermostat;1"),
        (
            "api-version=2021-04-12&model-id=%F",
            "dtmi:com:example:Thermostat;1",
        ),
        ("model-id=other&api-version=2021-04-12", "other"),
    ] {
        let mut greeting = bench.greeting("dev1");
        greeting.user_name = Some(format!("contoso.azure-devices.net/dev1/?{query}"));
        bench.connect_as(&greeting);
        assert_eq!(twin(&mut bench, "/twins/dev1")["modelId"], expected);
    }
}
