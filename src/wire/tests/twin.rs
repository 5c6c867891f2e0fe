//! The twin document of the REST interface.

use serde_json::{Value, json};
use wire::rest::{ConnectionState, DeviceStatus, Twin};
use wire::timestamp::Timestamp;

#[test]
fn a_whole_twin_is_read() {
    let body = json!({
        "deviceId": "dev1", "etag": "AAAAAAAAAAE=", "deviceEtag": "ODAxMjMyNDI2",
        "status": "disabled", "statusUpdateTime": "0001-01-01T00:00:00Z",
        "connectionState": "Connected", "lastActivityTime": "2026-08-01T10:00:00.1230000Z",
        "cloudToDeviceMessageCount": 2, "authenticationType": "sas",
        "x509Thumbprint": {"primaryThumbprint": null, "secondaryThumbprint": null},
        "modelId": "", "version": 5, "tags": {"a": {"b": 1}},
        "properties": {
            "desired": {"x": 1, "$metadata": {"$lastUpdated": "z"}, "$version": 2},
            "reported": {"$metadata": {}, "$version": 4}
        },
        "capabilities": {"iotEdge": true}
    });
    let twin: Twin = serde_json::from_value(body).unwrap();
    assert_eq!((&*twin.device_id, &*twin.etag), ("dev1", "AAAAAAAAAAE="));
    assert_eq!(twin.module_id, None);
    assert_eq!(twin.status, DeviceStatus::Disabled);
    assert_eq!(twin.status_update_time, Timestamp::NEVER);
    assert_eq!(twin.connection_state, ConnectionState::Connected);
    assert_eq!(
        twin.last_activity_time,
        Timestamp::from_millis(1_785_578_400_123)
    );
    assert_eq!((twin.version, twin.cloud_to_device_message_count), (5, 2));
    assert_eq!(twin.tags["a"], json!({"b": 1}));
    assert_eq!(twin.properties.desired["$version"], 2);
    assert_eq!(twin.properties.reported["$version"], 4);
    assert!(twin.capabilities.iot_edge);
}

#[test]
fn what_a_twin_lacks_is_filled_in_and_so_is_null() {
    let nothing = json!({"deviceId": "dev1"});
    let null = json!({
        "deviceId": "dev1", "moduleId": null, "tags": null, "properties": null, "modelId": null,
        "x509Thumbprint": null, "capabilities": null, "authenticationType": null
    });
    let sections = json!({"deviceId": "dev1", "properties": {"desired": null, "reported": null}});
    let unknown = json!({"deviceId": "dev1", "configurations": {}, "deviceScope": "x"});
    for body in [nothing, null, sections, unknown] {
        let twin: Twin = serde_json::from_value(body.clone()).unwrap();
        let expected = Twin {
            device_id: "dev1".to_owned(),
            ..Twin::default()
        };
        assert_eq!(twin, expected, "{body}");
    }
}

#[test]
fn a_twin_without_a_module_does_not_name_one() {
    let written = serde_json::to_value(Twin::default()).unwrap();
    assert_eq!(written.get("moduleId"), None);
    assert_eq!(written["tags"], Value::Object(serde_json::Map::new()));
    assert_eq!(written["statusUpdateTime"], "0001-01-01T00:00:00Z");
}
