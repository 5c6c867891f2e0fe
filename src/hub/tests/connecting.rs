//! Who is let in.

use wire::rest::ConnectionState;
use wire::sas::{SharedAccessKey, device_resource};

use crate::bench::{Bench, HOST, START, TOPIC};

#[test]
fn every_documented_form_of_the_user_name_is_accepted() {
    let user_names = [
        "contoso.azure-devices.net/dev1/?api-version=2021-04-12",
        "contoso.azure-devices.net/dev1/?api-version=2021-04-12&DeviceClientType=py%2F2.0",
        "contoso.azure-devices.net/dev1/?api-version=2020-09-30&model-id=dtmi%3Acom%3Aa%3B1",
        "contoso.azure-devices.net/dev1/api-version=2016-11-14&DeviceClientType=old",
        "contoso.azure-devices.net/dev1/?",
        "contoso.azure-devices.net/dev1/?unknown=1",
        "contoso.azure-devices.net/dev1/",
        "contoso.azure-devices.net/dev1",
        "CONTOSO.Azure-Devices.NET/dev1/?api-version=2021-04-12",
        // The SDK for Node.js, of a host name with a port.
        "contoso.azure-devices.net:8883/dev1/?api-version=2021-04-12",
    ];
    for user_name in user_names {
        let mut bench = Bench::new();
        let mut greeting = bench.greeting("dev1");
        greeting.user_name = Some(user_name.to_owned());
        let link = bench.greet(&greeting);
        assert_eq!(bench.said(link), ["CONNACK 0"], "{user_name}");
    }
}

#[test]
fn a_token_for_the_device_or_for_more_is_accepted() {
    let resources = [
        "contoso.azure-devices.net/devices/dev1",
        "contoso.azure-devices.net/devices/dev1/",
        "contoso.azure-devices.net/devices",
        "contoso.azure-devices.net",
        "CONTOSO.azure-devices.NET/devices/dev1",
    ];
    for resource in resources {
        let mut bench = Bench::new();
        let token = bench.token(resource, &bench.key("dev1"), None);
        let mut greeting = bench.greeting("dev1");
        greeting.password = Some(token.into_bytes());
        let link = bench.greet(&greeting);
        assert_eq!(bench.said(link), ["CONNACK 0"], "{resource}");
    }
}

#[test]
fn an_empty_policy_name_is_none() {
    let mut bench = Bench::new();
    let mut greeting = bench.greeting("dev1");
    let password = greeting.password.as_mut().unwrap();
    password.extend(b"&skn=");
    bench.connect_as(&greeting);
}

#[test]
fn a_token_that_lives_one_more_second_is_accepted() {
    let mut bench = Bench::new();
    let (resource, key) = (device_resource(HOST, "dev1", None), bench.key("dev1"));
    let token = bench.token_for(crate::bench::SECOND, &resource, &key, None);
    let mut greeting = bench.greeting("dev1");
    greeting.password = Some(token.into_bytes());
    bench.connect_as(&greeting);
}

#[test]
fn either_key_of_the_device_signs() {
    let mut bench = Bench::new();
    let keys = bench.hub.device("dev1").unwrap().authentication.clone();
    let keys = keys.symmetric_key;
    for key in [keys.primary_key, keys.secondary_key] {
        let key = key.unwrap().to_key().unwrap();
        assert_eq!(signed_by(&mut bench, &key, None), ["CONNACK 0"]);
    }
}

#[test]
fn either_key_of_a_policy_that_connects_devices_signs_for_any_device() {
    let mut bench = Bench::new();
    for name in ["device", "iothubowner"] {
        let policy = bench.hub.policy(name).unwrap().clone();
        for key in [&policy.primary_key, &policy.secondary_key] {
            assert_eq!(signed_by(&mut bench, key, Some(name)), ["CONNACK 0"]);
        }
    }
}

/// What the hub answers to `dev1` with a token signed by this key.
fn signed_by(bench: &mut Bench, key: &SharedAccessKey, policy: Option<&str>) -> Vec<String> {
    let token = bench.token(HOST, key, policy);
    let mut greeting = bench.greeting("dev1");
    greeting.password = Some(token.into_bytes());
    greeting.clean_session = true;
    let link = bench.greet(&greeting);
    bench.said(link)
}

#[test]
fn events_tell_whose_key_signed() {
    let cases = [
        (
            None,
            r#"{"scope":"device","type":"sas","issuer":"iothub","acceptingIpFilterRule":null}"#,
        ),
        (
            Some("device"),
            r#"{"scope":"hub","type":"sas","issuer":"iothub","acceptingIpFilterRule":null}"#,
        ),
    ];
    for (policy, auth_method) in cases {
        let mut bench = Bench::new();
        let mut greeting = bench.greeting("dev1");
        if let Some(policy) = policy {
            greeting.password = Some(bench.service_token(policy).into_bytes());
        }
        let link = bench.connect_as(&greeting);
        bench.publish(link, TOPIC, b"x", None);
        assert_eq!(bench.events()[0].auth_method, auth_method);
    }
}

#[test]
fn the_registry_shows_who_is_connected_and_since_when() {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    let device = bench.hub.device("dev1").unwrap();
    assert_eq!(device.connection_state, ConnectionState::Connected);
    assert_eq!(device.connection_state_updated_time, START);
    assert_eq!(device.last_activity_time, START);

    bench.wait(crate::bench::SECOND);
    bench.lose(link);
    let device = bench.hub.device("dev1").unwrap();
    assert_eq!(device.connection_state, ConnectionState::Disconnected);
    assert_eq!(device.connection_state_updated_time, bench.now);
    assert_eq!(device.last_activity_time, START);
}

#[test]
fn connecting_leaves_the_entity_tag_alone() {
    let mut bench = Bench::new();
    let etag = bench.hub.device("dev1").unwrap().etag.clone();
    let link = bench.connect("dev1");
    bench.publish(link, TOPIC, b"x", Some(1));
    assert_eq!(bench.hub.device("dev1").unwrap().etag, etag);
}

#[test]
fn a_connect_may_come_in_pieces_and_with_more_behind_it() {
    let mut bench = Bench::new();
    let link = bench.open();
    let mut bytes = bench.greeting("dev1").bytes();
    bytes.extend([0xC0, 0]);
    for byte in bytes {
        bench.bytes(link, &[byte]);
    }
    assert_eq!(bench.said(link), ["CONNACK 0", "PINGRESP"]);
}
