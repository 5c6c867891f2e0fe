//! What tests of queries have in common: twins to ask for, and ways to ask.

use http::Response;
use serde_json::{Value, json};

use crate::bench::{Ask, Bench, json as body_of, outcome};

/// A request that asks a query.
pub(crate) fn query(text: &str) -> Ask {
    Ask::path("POST", "/devices/query").body(&json!({ "query": text }).to_string())
}

/// The answer to a query that must be accepted.
pub(crate) fn answer(bench: &mut Bench, text: &str) -> Response<Vec<u8>> {
    let answer = bench.ask(&query(text));
    assert_eq!(outcome(&answer), "200", "{text}: {answer:?}");
    answer
}

/// The results of a query, on one page.
pub(crate) fn results(bench: &mut Bench, text: &str) -> Value {
    let answer = answer(bench, text);
    assert!(!answer.headers().contains_key("x-ms-continuation"));
    body_of(&answer)
}

/// The ids of the devices for which a condition is true, joined with spaces.
pub(crate) fn ids_where(bench: &mut Bench, condition: &str) -> String {
    ids(bench, &format!("SELECT * FROM devices WHERE {condition}"))
}

/// The ids of the devices that a query gives.
pub(crate) fn ids(bench: &mut Bench, text: &str) -> String {
    let results = results(bench, text);
    let ids = results.as_array().unwrap().iter();
    let ids: Vec<_> = ids.map(|it| it["deviceId"].as_str().unwrap()).collect();
    ids.join(" ")
}

/// Writes tags and desired properties, as a service program does.
pub(crate) fn write(bench: &mut Bench, path: &str, body: &Value) {
    let ask = Ask::path("PATCH", &format!("/twins/{path}")).body(&body.to_string());
    assert_eq!(bench.outcome(&ask), "200", "{path}: {body}");
}

/// Writes reported properties, as the device does.
pub(crate) fn report(bench: &mut Bench, device_id: &str, body: &Value) {
    let link = bench.connect(device_id);
    let topic = "$iothub/twin/PATCH/properties/reported/?$rid=1";
    bench.publish(link, topic, body.to_string().as_bytes(), Some(1));
    assert_eq!(bench.reason(link), None, "{device_id}: {body}");
    bench.lose(link);
}

/// A hub with twins that differ in many ways.
pub(crate) fn plants(mut bench: Bench) -> Bench {
    let devices = [
        (
            "a",
            json!({
                "tags": {
                    "location": { "region": "US", "plant": "Redmond43" },
                    "floor": 1,
                    "open": true,
                    "list": [1, "x", true],
                    "odd-name": { "a-b": 1, "group": "g" },
                },
                "properties": { "desired": { "power": 1, "rate": 60 } },
            }),
            json!({ "connectivity": "cellular", "temperature": 20.5, "rate": 60, "desiredVersion": 2 }),
        ),
        (
            "b",
            json!({
                "tags": { "location": { "region": "US", "plant": "Redmond43" }, "floor": 2, "open": false },
                "properties": { "desired": { "rate": 60 } },
            }),
            json!({ "connectivity": "wifi", "temperature": -4, "rate": 30 }),
        ),
        (
            "c",
            json!({ "tags": { "location": { "region": "EU", "plant": "seoul" }, "floor": 10, "open": "yes" } }),
            json!({ "connectivity": "wired", "temperature": 21 }),
        ),
        (
            "d",
            json!({ "tags": { "location": "attic", "floor": "1" } }),
            json!({}),
        ),
        ("e", json!({}), json!({})),
    ];
    for (id, service, reported) in devices {
        bench.register(id);
        if service != json!({}) {
            write(&mut bench, id, &service);
        }
        if reported != json!({}) {
            report(&mut bench, id, &reported);
        }
    }
    bench
}
