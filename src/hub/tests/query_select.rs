//! What results hold: columns, groups and aggregates.

use hub::HubOptions;
use serde_json::{Value, json};

use crate::bench::{Ask, Bench, HOST, SEED};
use crate::query_bench::{answer, plants, query, results};

fn check(cases: &[(&str, Value)]) {
    let mut bench = plants(Bench::empty(HubOptions::new(HOST, SEED)));
    for (query, expected) in cases {
        assert_eq!(results(&mut bench, query), *expected, "{query}");
    }
}

#[test]
fn columns_are_named_by_their_alias_or_their_last_name() {
    check(&[
        (
            "SELECT deviceId FROM devices WHERE tags.floor < 3",
            json!([{ "deviceId": "a" }, { "deviceId": "b" }]),
        ),
        (
            "SELECT DEVICEID, ID AS other FROM devices WHERE tags.floor = 1",
            json!([{ "deviceId": "a", "other": "a" }]),
        ),
        (
            "SELECT devices.deviceId FROM devices WHERE tags.floor = 1",
            json!([{ "deviceId": "a" }]),
        ),
        (
            "SELECT tags.location.region, tags.location.plant AS place FROM devices WHERE deviceId = 'c'",
            json!([{ "region": "EU", "place": "seoul" }]),
        ),
        (
            "SELECT tags.[[odd-name]].[[a-b]], properties.desired.$version FROM devices WHERE deviceId = 'a'",
            json!([{ "a-b": 1, "$version": 2 }]),
        ),
        (
            "SELECT capabilities.iotEdge, status, statusReason FROM devices WHERE deviceId = 'a'",
            json!([{ "iotEdge": false, "status": "enabled", "statusReason": null }]),
        ),
    ]);
}

#[test]
fn columns_keep_their_order() {
    let mut bench = plants(Bench::empty(HubOptions::new(HOST, SEED)));
    let query = "SELECT status AS z, deviceId AS y, version AS x FROM devices WHERE deviceId = 'e'";
    let answer = answer(&mut bench, query);
    assert_eq!(answer.body(), br#"[{"z":"enabled","y":"e","x":2}]"#);
}

#[test]
fn values_come_as_they_were_written() {
    check(&[(
        "SELECT tags.floor, tags.open, tags.list, tags.location, properties.reported.temperature FROM devices \
         WHERE NOT deviceId = 'e'",
        json!([
            {
                "floor": 1, "open": true, "list": [1, "x", true],
                "location": { "region": "US", "plant": "Redmond43" }, "temperature": 20.5,
            },
            { "floor": 2, "open": false, "location": { "region": "US", "plant": "Redmond43" }, "temperature": -4 },
            { "floor": 10, "open": "yes", "location": { "region": "EU", "plant": "seoul" }, "temperature": 21 },
            { "floor": "1", "location": "attic" },
        ]),
    )]);
}

#[test]
fn what_is_missing_is_left_out() {
    check(&[
        (
            "SELECT deviceId, tags.floor, tags.nothing FROM devices WHERE deviceId > 'c'",
            json!([{ "deviceId": "d", "floor": "1" }, { "deviceId": "e" }]),
        ),
        (
            "SELECT tags.floor FROM devices WHERE deviceId = 'e'",
            json!([{}]),
        ),
    ]);
}

#[test]
fn of_two_columns_with_the_same_key_the_first_stays() {
    check(&[(
        "SELECT properties.desired.rate, properties.reported.rate FROM devices WHERE deviceId = 'b'",
        json!([{ "rate": 60 }]),
    )]);
}

#[test]
fn sections_and_metadata_can_be_selected() {
    let mut bench = plants(Bench::empty(HubOptions::new(HOST, SEED)));
    let query = "SELECT tags, properties.desired, properties.reported.$metadata AS m, capabilities, \
                 properties.desired.$metadata.rate.$lastUpdated AS t FROM devices WHERE deviceId = 'b'";
    let found = results(&mut bench, query);
    let twin = crate::bench::json(&bench.ask(&Ask::path("GET", "/twins/b")));
    let expected = json!([{
        "tags": twin["tags"],
        "desired": twin["properties"]["desired"],
        "m": twin["properties"]["reported"]["$metadata"],
        "capabilities": twin["capabilities"],
        "t": twin["properties"]["desired"]["$metadata"]["rate"]["$lastUpdated"],
    }]);
    assert_eq!(found, expected);
    assert!(expected[0]["t"].is_string());
}

#[test]
fn the_query_of_the_explorer_gives_its_columns() {
    let query = "SELECT deviceId as DeviceId, status as Status, lastActivityTime as LastActivityTime, \
                 statusUpdatedTime as StatusUpdatedTime, authenticationType as AuthenticationType, \
                 cloudToDeviceMessageCount as CloudToDeviceMessageCount, connectionState as ConnectionState, \
                 capabilities.iotEdge as IotEdge, modelId as ModelId FROM devices WHERE STARTSWITH(devices.deviceId, 'e')";
    check(&[(
        query,
        json!([{
            "DeviceId": "e",
            "Status": "enabled",
            "LastActivityTime": "0001-01-01T00:00:00Z",
            "StatusUpdatedTime": "0001-01-01T00:00:00Z",
            "AuthenticationType": "sas",
            "CloudToDeviceMessageCount": 0,
            "ConnectionState": "Disconnected",
            "IotEdge": false,
            "ModelId": "",
        }]),
    )]);
}

#[test]
fn aggregates_are_over_all_twins_that_match() {
    check(&[
        ("SELECT COUNT() AS n FROM devices", json!([{ "n": 5 }])),
        ("SELECT count() FROM devices", json!([{ "$1": 5 }])),
        (
            "SELECT COUNT() AS n FROM devices WHERE tags.location.plant = 'Redmond43'",
            json!([{ "n": 2 }]),
        ),
        (
            "SELECT COUNT() AS n FROM devices WHERE false",
            json!([{ "n": 0 }]),
        ),
        (
            "SELECT SUM(properties.reported.temperature) AS s, AVG(properties.reported.temperature) AS a, \
             MIN(properties.reported.temperature) AS l, MAX(properties.reported.temperature) AS m FROM devices",
            json!([{ "s": 37.5, "a": 12.5, "l": -4, "m": 21 }]),
        ),
        // What is missing or no number does not count.
        (
            "SELECT SUM(tags.floor), AVG(tags.nothing), MIN(deviceId), MAX(tags.open), MAX(tags.location.plant) \
             FROM devices",
            json!([{ "$1": 13, "$3": "a", "$4": "yes", "$5": "seoul" }]),
        ),
        (
            "SELECT MAX(lastActivityTime) AS last FROM devices WHERE deviceId > 'c'",
            json!([{ "last": "0001-01-01T00:00:00Z" }]),
        ),
    ]);
}

#[test]
fn groups_share_the_values_that_they_are_grouped_by() {
    check(&[
        (
            "SELECT tags.location.plant AS plant, COUNT() AS n FROM devices GROUP BY tags.location.plant",
            json!([{ "n": 2 }, { "plant": "Redmond43", "n": 2 }, { "plant": "seoul", "n": 1 }]),
        ),
        (
            "SELECT COUNT() AS n, tags.floor FROM devices WHERE IS_DEFINED(tags.floor) GROUP BY tags.floor",
            json!([
                { "n": 1, "floor": 1 }, { "n": 1, "floor": 2 }, { "n": 1, "floor": 10 }, { "n": 1, "floor": "1" },
            ]),
        ),
        (
            "SELECT COUNT() AS n FROM devices GROUP BY tags.location.region, tags.open",
            json!([{ "n": 2 }, { "n": 1 }, { "n": 1 }, { "n": 1 }]),
        ),
        (
            "SELECT status FROM devices GROUP BY status",
            json!([{ "status": "enabled" }]),
        ),
        (
            "SELECT COUNT() AS n FROM devices WHERE false GROUP BY status",
            json!([]),
        ),
        (
            "SELECT capabilities.iotEdge AS e, statusReason AS r, COUNT() AS n FROM devices GROUP BY statusReason, \
             capabilities.iotEdge",
            json!([{ "e": false, "r": null, "n": 5 }]),
        ),
    ]);
}

#[test]
fn top_keeps_so_many_results() {
    check(&[
        (
            "SELECT TOP 2 deviceId FROM devices",
            json!([{ "deviceId": "a" }, { "deviceId": "b" }]),
        ),
        (
            "SELECT TOP 1 tags.floor, COUNT() AS n FROM devices WHERE tags.floor > 0 GROUP BY tags.floor",
            json!([{ "floor": 1, "n": 1 }]),
        ),
        (
            "SELECT TOP 9 COUNT() AS n FROM devices",
            json!([{ "n": 5 }]),
        ),
    ]);
}

#[test]
fn whole_twins_are_of_one_type_and_all_else_of_another() {
    let mut bench = plants(Bench::empty(HubOptions::new(HOST, SEED)));
    let cases = [
        ("SELECT * FROM devices", "Twin"),
        ("SELECT * FROM devices.modules", "Twin"),
        ("SELECT TOP 1 * FROM devices", "Twin"),
        ("SELECT deviceId FROM devices", "Raw"),
        ("SELECT COUNT() AS n FROM devices", "Raw"),
    ];
    for (text, expected) in cases {
        let answer = bench.ask(&query(text));
        assert_eq!(answer.headers()["x-ms-item-type"], expected, "{text}");
    }
}
