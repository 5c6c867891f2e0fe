//! Many changes to the registry in one request.

use http::Response;
use serde_json::{Value, json};

use crate::bench::{Ask, Bench, json as body_of, outcome};

fn post(bench: &mut Bench, items: &Value) -> Response<Vec<u8>> {
    bench.ask(&Ask::path("POST", "/devices").body(&items.to_string()))
}

/// Sends one item, and gives the number of its refusal; 0 if there is none.
fn one(bench: &mut Bench, item: &Value) -> u64 {
    let answer = post(bench, &json!([item]));
    let body = body_of(&answer);
    let errors = body["errors"].as_array().unwrap();
    assert_eq!(body["isSuccessful"], errors.is_empty());
    let Some(error) = errors.first() else {
        assert_eq!(outcome(&answer), "200");
        return 0;
    };
    assert_eq!(outcome(&answer), "400 BulkRegistryOperationFailure");
    assert_eq!(error["deviceId"], item["id"]);
    assert_eq!(error["moduleId"], item["moduleId"]);
    let mode = item["importMode"].as_str().unwrap_or("create");
    assert_eq!(error["operation"], mode);
    error["errorCode"].as_u64().unwrap()
}

#[test]
fn the_result_of_success() {
    let mut bench = Bench::new();
    let items = json!([{ "id": "dev3" }, { "id": "dev4", "importMode": "create" }]);
    let answer = post(&mut bench, &items);
    assert_eq!(outcome(&answer), "200");
    let expected = json!({ "isSuccessful": true, "errors": [], "warnings": [] });
    assert_eq!(body_of(&answer), expected);
    assert_eq!(bench.hub.devices().count(), 4);
    assert_eq!(body_of(&post(&mut bench, &json!([]))), expected);
}

#[test]
fn what_fails_does_not_hold_up_the_others() {
    let mut bench = Bench::new();
    let items = json!([
        { "id": "dev3", "importMode": "create" },
        { "id": "dev1", "importMode": "create" },
        { "id": "unknown", "importMode": "delete" },
        { "id": "dev2", "importMode": "delete" },
        { "id": "a b", "importMode": "create" },
    ]);
    let answer = post(&mut bench, &items);
    assert_eq!(outcome(&answer), "400 BulkRegistryOperationFailure");
    let body = body_of(&answer);
    assert_eq!(body["isSuccessful"], false);
    let errors: Vec<_> = body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            (
                error["deviceId"].as_str().unwrap(),
                error["errorCode"].as_u64(),
            )
        })
        .collect();
    let expected = [
        ("dev1", Some(409_001)),
        ("unknown", Some(404_001)),
        ("a b", Some(400_004)),
    ];
    assert_eq!(errors, expected);
    let error = json!({
        "deviceId": "dev1",
        "errorCode": 409_001,
        "errorStatus": "A device with ID 'dev1' is already registered.",
        "moduleId": null,
        "operation": "create",
    });
    assert_eq!(body["errors"][0], error);
    let ids: Vec<_> = bench.hub.devices().map(|it| it.device_id.clone()).collect();
    assert_eq!(ids, ["dev1", "dev3"]);
}

#[test]
fn devices_are_created_replaced_and_deleted() {
    let mut bench = Bench::new();
    let etag = |bench: &Bench| bench.hub.device("dev3").unwrap().etag.clone();
    let mut check = |item: &Value, expected: u64| {
        assert_eq!(one(&mut bench, item), expected, "{item}");
        bench.hub.device("dev3").cloned()
    };
    let update = json!({ "id": "dev3", "importMode": "update", "statusReason": "x" });
    let stale = json!({ "id": "dev3", "importMode": "updateIfMatchETag", "eTag": "MA==" });
    let delete = json!({ "id": "dev3", "importMode": "delete" });
    check(&update, 404_001);
    check(&stale, 404_001);
    check(&delete, 404_001);
    let rich = json!({
        "id": "dev3",
        "importMode": "create",
        "status": "disabled",
        "statusReason": "in repair",
        "authentication": { "type": "sas", "symmetricKey": {
            "primaryKey": "A".repeat(43) + "=", "secondaryKey": "A".repeat(43) + "=",
        }},
    });
    let created = check(&rich, 0).unwrap();
    assert_eq!(created.status_reason.as_deref(), Some("in repair"));
    assert_eq!(
        created
            .authentication
            .symmetric_key
            .primary_key
            .unwrap()
            .expose(),
        "A".repeat(43) + "="
    );
    check(&rich, 409_001);
    let updated = check(&update, 0).unwrap();
    assert_eq!(updated.status_reason.as_deref(), Some("x"));
    check(&stale, 412_001);
    let no_etag = json!({ "id": "dev3", "importMode": "updateIfMatchETag" });
    check(&no_etag, 412_001);
    let stale = json!({ "id": "dev3", "importMode": "deleteIfMatchETag", "eTag": "MA==" });
    check(&stale, 412_001);
    let tag = etag(&bench);
    for (mode, tag) in [
        ("updateIfMatchETag", tag),
        ("updateIfMatchETag", "*".to_owned()),
        ("updateIfMatchETag", "\"*\"".to_owned()),
    ] {
        let item = json!({ "id": "dev3", "importMode": mode, "eTag": tag });
        assert_eq!(one(&mut bench, &item), 0, "{item}");
    }
    let item = json!({ "id": "dev3", "importMode": "deleteIfMatchETag", "eTag": etag(&bench) });
    assert_eq!(one(&mut bench, &item), 0);
    assert!(bench.hub.device("dev3").is_none());
}

#[test]
fn modules_are_created_replaced_and_deleted() {
    let mut bench = Bench::new();
    let item = |mode: &str| json!({ "id": "dev1", "moduleId": "m", "importMode": mode, "managedBy": "me" });
    let unknown = json!({ "id": "dev3", "moduleId": "m", "importMode": "create" });
    assert_eq!(one(&mut bench, &unknown), 404_001);
    assert_eq!(one(&mut bench, &item("update")), 404_010);
    assert_eq!(one(&mut bench, &item("create")), 0);
    assert_eq!(one(&mut bench, &item("create")), 409_301);
    assert_eq!(one(&mut bench, &item("update")), 0);
    let module = body_of(&bench.ask(&Ask::of_module("GET", "dev1", "m")));
    assert_eq!(module["managedBy"], "me");
    let mut exact = item("deleteIfMatchETag");
    exact["eTag"] = json!("MA==");
    assert_eq!(one(&mut bench, &exact), 412_001);
    exact["eTag"] = module["etag"].clone();
    assert_eq!(one(&mut bench, &exact), 0);
    assert_eq!(one(&mut bench, &item("delete")), 404_010);
}

#[test]
fn a_device_and_its_modules_in_one_request() {
    let mut bench = Bench::new();
    let items = json!([
        { "id": "dev3" },
        { "id": "dev3", "moduleId": "a" },
        { "id": "dev3", "moduleId": "b" },
    ]);
    assert_eq!(outcome(&post(&mut bench, &items)), "200");
    let modules = body_of(&bench.ask(&Ask::path("GET", "/devices/dev3/modules")));
    assert_eq!(modules.as_array().unwrap().len(), 2);
}

#[test]
fn the_deleted_and_the_disabled_lose_their_connections() {
    let mut bench = Bench::new();
    let links = [bench.connect("dev1"), bench.connect("dev2")];
    let items = json!([
        { "id": "dev1", "importMode": "delete" },
        { "id": "dev2", "importMode": "update", "status": "disabled" },
    ]);
    assert_eq!(outcome(&post(&mut bench, &items)), "200");
    let reasons = links.map(|link| bench.reason(link).unwrap().id());
    assert_eq!(reasons, ["device-deleted", "device-disabled"]);
}

#[test]
fn a_device_named_twice_refuses_the_request_as_a_whole() {
    let mut bench = Bench::new();
    let items = json!([
        { "id": "dev3" },
        { "id": "dev4" },
        { "id": "dev3", "importMode": "delete" },
    ]);
    let answer = post(&mut bench, &items);
    assert_eq!(outcome(&answer), "400 DeviceDefinedMultipleTimes");
    assert_eq!(bench.hub.devices().count(), 2);
}

#[test]
fn a_hundred_items_at_most() {
    let items = |count: usize| {
        let items: Vec<_> = (0..count)
            .map(|it| json!({ "id": format!("x{it}") }))
            .collect();
        Value::Array(items)
    };
    let mut bench = Bench::new();
    let answer = post(&mut bench, &items(101));
    assert_eq!(outcome(&answer), "400 ArgumentInvalid");
    assert_eq!(bench.hub.devices().count(), 2);
    assert_eq!(outcome(&post(&mut bench, &items(100))), "200");
    assert_eq!(bench.hub.devices().count(), 102);
}

#[test]
fn bodies_that_are_no_items() {
    let bodies = [
        "",
        "null",
        "{}",
        r#"{"id":"dev3"}"#,
        "[1]",
        r#"[{"id":1}]"#,
        r#"[{"id":"dev3","importMode":"upsert"}]"#,
        r#"[{"id":"dev3"}"#,
    ];
    for body in bodies {
        let mut bench = Bench::new();
        let ask = Ask::path("POST", "/devices").body(body);
        assert_eq!(bench.outcome(&ask), "400 DeserializationError", "{body}");
        assert_eq!(bench.hub.devices().count(), 2);
    }
}

#[test]
fn an_item_without_an_id() {
    let mut bench = Bench::new();
    let answer = post(&mut bench, &json!([{ "importMode": "create" }]));
    assert_eq!(body_of(&answer)["errors"][0]["errorCode"], 400_004);
    let answer = post(&mut bench, &json!([{ "importMode": "delete" }]));
    assert_eq!(body_of(&answer)["errors"][0]["errorCode"], 404_001);
}

fn twin(bench: &mut Bench, path: &str) -> Value {
    body_of(&bench.ask(&Ask::path("GET", path)))
}

#[test]
fn identities_are_created_with_their_twins() {
    let mut bench = Bench::new();
    let items = json!([
        { "id": "dev3", "tags": { "floor": 1 }, "properties": { "desired": { "on": true } } },
        { "id": "dev3", "moduleId": "m", "properties": { "desired": { "rate": 5 } } },
    ]);
    assert_eq!(outcome(&post(&mut bench, &items)), "200");
    let device = twin(&mut bench, "/twins/dev3");
    assert_eq!(device["tags"], json!({ "floor": 1 }));
    assert_eq!(device["properties"]["desired"]["on"], true);
    let module = twin(&mut bench, "/twins/dev3/modules/m");
    assert_eq!(module["properties"]["desired"]["rate"], 5);
    // What the twin may not hold keeps the identity from being created.
    let wrong = json!({ "id": "dev4", "tags": { "a.b": 1 } });
    assert_eq!(one(&mut bench, &wrong), 400_004);
    assert!(bench.hub.device("dev4").is_none());
}

#[test]
fn twins_are_merged_with_or_without_their_tag() {
    let mut bench = Bench::new();
    let item = |mode: &str, etag: &str| {
        json!({
            "id": "dev1",
            "importMode": mode,
            "twinETag": etag,
            "tags": { "b": 2 },
            "properties": { "desired": { "on": false } },
        })
    };
    let first = json!({ "id": "dev1", "importMode": "updateTwin", "tags": { "a": 1 } });
    assert_eq!(one(&mut bench, &first), 0);
    let identity = bench.hub.device("dev1").unwrap().etag.clone();
    assert_eq!(one(&mut bench, &item("updateTwin", "MA==")), 0);
    let read = twin(&mut bench, "/twins/dev1");
    assert_eq!(read["tags"], json!({ "a": 1, "b": 2 }));
    assert_eq!(read["properties"]["desired"]["on"], false);
    let exact = "updateTwinIfMatchETag";
    assert_eq!(one(&mut bench, &item(exact, "MA==")), 412_001);
    assert_eq!(one(&mut bench, &item(exact, "")), 412_001);
    let etag = read["etag"].as_str().unwrap();
    assert_eq!(one(&mut bench, &item(exact, etag)), 0);
    assert_eq!(one(&mut bench, &item(exact, etag)), 412_001);
    assert_eq!(one(&mut bench, &item(exact, "*")), 0);
    assert_eq!(bench.hub.device("dev1").unwrap().etag, identity);
    let unknown = json!({ "id": "dev3", "importMode": "updateTwin", "tags": {} });
    assert_eq!(one(&mut bench, &unknown), 404_001);
}

#[test]
fn an_identity_and_its_twin_are_replaced_and_merged_together() {
    let mut bench = Bench::new();
    let mut item = json!({
        "id": "dev1",
        "importMode": "update",
        "statusReason": "moved",
        "tags": { "floor": 2 },
    });
    assert_eq!(one(&mut bench, &item), 0);
    assert_eq!(
        twin(&mut bench, "/twins/dev1")["tags"],
        json!({ "floor": 2 })
    );
    let before = bench.hub.device("dev1").unwrap().clone();
    assert_eq!(before.status_reason.as_deref(), Some("moved"));
    // A twin that would be refused keeps the identity as it is.
    item["twinETag"] = json!("MA==");
    assert_eq!(one(&mut bench, &item), 412_001);
    item["twinETag"] = json!("*");
    item["tags"] = json!({ "a b": 1 });
    assert_eq!(one(&mut bench, &item), 400_004);
    assert_eq!(*bench.hub.device("dev1").unwrap(), before);
}
