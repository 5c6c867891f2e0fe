//! Who may do what: policies and their permissions, and devices for themselves.

use std::time::Duration;

use http::Response;

use crate::bench::{Ask, Bench, HOST, SECOND, json, outcome};
use wire::sas::{SharedAccessKey, device_resource};

const REFUSED: &str = "401 IotHubUnauthorizedAccess";
const EXPIRED: &str = "401 IotHubUnauthorized";

/// Every operation of the hub, with a request that may fail for other reasons, by the right that it needs.
fn operations() -> [(&'static str, Vec<(&'static str, &'static str)>); 4] {
    [
        (
            "RegistryRead",
            vec![
                ("GET", "/devices"),
                ("GET", "/devices/"),
                ("GET", "/devices/dev1"),
                ("GET", "/devices/dev1/modules"),
                ("GET", "/devices/dev1/modules/m"),
                ("GET", "/statistics/devices"),
                ("GET", "/statistics/service"),
            ],
        ),
        (
            "RegistryWrite",
            vec![
                ("PUT", "/devices/dev1"),
                ("DELETE", "/devices/dev1"),
                ("POST", "/devices"),
                ("PUT", "/devices/dev1/modules/m"),
                ("DELETE", "/devices/dev1/modules/m"),
            ],
        ),
        (
            "ServiceConnect",
            vec![
                ("GET", "/twins/dev1"),
                ("PATCH", "/twins/dev1"),
                ("PUT", "/twins/dev1"),
                ("GET", "/twins/dev1/modules/m"),
                ("PATCH", "/twins/dev1/modules/m"),
                ("PUT", "/twins/dev1/modules/m"),
                ("POST", "/twins/dev1/methods"),
                ("POST", "/twins/dev1/modules/m/methods"),
                ("POST", "/devices/query"),
                ("POST", "/devices/dev1/messages/deviceBound"),
                ("DELETE", "/devices/dev1/commands"),
                ("GET", "/messages/serviceBound/feedback"),
                ("DELETE", "/messages/serviceBound/feedback/lock"),
                ("POST", "/messages/serviceBound/feedback/lock/abandon"),
            ],
        ),
        (
            "DeviceConnect",
            vec![
                ("POST", "/devices/dev1/messages/events"),
                ("GET", "/devices/dev1/messages/deviceBound"),
                ("DELETE", "/devices/dev1/messages/deviceBound/lock"),
                ("POST", "/devices/dev1/messages/deviceBound/lock/abandon"),
            ],
        ),
    ]
}

/// The operations that devices have for themselves.
fn device_operations() -> Vec<(&'static str, &'static str)> {
    let [_, _, _, (_, operations)] = operations();
    operations
}

#[test]
fn each_operation_is_open_to_the_policies_with_its_right() {
    let policies = [
        (
            "iothubowner",
            &[
                "RegistryRead",
                "RegistryWrite",
                "ServiceConnect",
                "DeviceConnect",
            ][..],
        ),
        ("service", &["ServiceConnect"][..]),
        ("device", &["DeviceConnect"][..]),
        ("registryRead", &["RegistryRead"][..]),
        ("registryReadWrite", &["RegistryRead", "RegistryWrite"][..]),
    ];
    for (right, operations) in operations() {
        for (method, path) in operations {
            for (policy, rights) in policies {
                let mut bench = Bench::new();
                let request = Ask::path(method, path).request(&bench.service_token(policy));
                let answer = bench.request(&request);
                let is_refused = outcome(&answer).starts_with("401");
                let what = format!("{policy}: {method} {path}: {}", outcome(&answer));
                assert_eq!(is_refused, !rights.contains(&right), "{what}");
                if is_refused {
                    assert_eq!(outcome(&answer), REFUSED, "{what}");
                    let expected = format!("Authorization rule '{policy}' does not allow access");
                    assert!(message(&answer).contains(&expected), "{what}");
                }
            }
        }
    }
}

fn message(answer: &Response<Vec<u8>>) -> String {
    json(answer)["Message"].as_str().unwrap().to_owned()
}

/// What a device gets that asks with this token for what is its own.
fn asked(bench: &mut Bench, method: &'static str, path: &str, token: &str) -> Response<Vec<u8>> {
    let request = Ask::path(method, path).request(token);
    bench.request(&request)
}

#[test]
fn a_device_needs_no_policy_for_what_is_its_own() {
    for (method, path) in device_operations() {
        let mut bench = Bench::new();
        let device = bench.hub.device("dev1").unwrap().authentication.clone();
        let keys = [
            device.symmetric_key.primary_key,
            device.symmetric_key.secondary_key,
        ];
        for key in keys {
            let key = key.unwrap().to_key().unwrap();
            let resources = [HOST.to_owned(), device_resource(HOST, "dev1", None)];
            for resource in resources {
                let token = bench.token(&resource, &key, None);
                let answer = asked(&mut bench, method, path, &token);
                assert_ne!(answer.status().as_u16(), 401, "{method} {path}");
            }
        }
    }
}

#[test]
fn tokens_that_do_not_speak_for_the_device() {
    let own = device_resource(HOST, "dev1", None);
    let other = device_resource(HOST, "dev2", None);
    let module = device_resource(HOST, "dev1", Some("m"));
    for (method, path) in device_operations() {
        let mut bench = Bench::new();
        let (key, wrong) = (bench.key("dev1"), bench.key("dev2"));
        let policy = bench.hub.policy("device").unwrap().primary_key.clone();
        let tokens = [
            ("another device's key", bench.token(&own, &wrong, None)),
            ("another device", bench.token(&other, &wrong, None)),
            ("another scope", bench.token(&other, &key, None)),
            ("a module's scope", bench.token(&module, &key, None)),
            ("an unknown policy", bench.token(&own, &key, Some("none"))),
            (
                "a policy's name",
                bench.token(&own, &key, Some("iothubowner")),
            ),
            ("a policy's key", bench.token(&own, &policy, None)),
            (
                "a policy for another device",
                bench.token(&other, &policy, Some("device")),
            ),
        ];
        for (what, token) in tokens {
            let answer = asked(&mut bench, method, path, &token);
            assert_eq!(outcome(&answer), REFUSED, "{what}: {method} {path}");
        }
        let answer = bench.request(&Ask::path(method, path).unauthorised());
        assert_eq!(outcome(&answer), REFUSED);
        assert!(message(&answer).contains("Authorization header missing"));
    }
}

#[test]
fn a_devices_key_opens_nothing_of_the_service() {
    let [read, write, service, _] = operations();
    for (_, operations) in [read, write, service] {
        for (method, path) in operations {
            let mut bench = Bench::new();
            let token = bench.token(HOST, &bench.key("dev1"), None);
            let answer = asked(&mut bench, method, path, &token);
            assert_eq!(outcome(&answer), REFUSED, "{method} {path}");
        }
    }
}

#[test]
fn unknown_and_disabled_devices_are_refused_whoever_asks() {
    for (method, path) in device_operations() {
        let mut bench = Bench::new();
        let own = bench.token(HOST, &bench.key("dev1"), None);
        for (device, text) in [("dev1", "disabled"), ("dev3", "does not contain")] {
            bench.register("dev4");
            bench.disable("dev1");
            let own = if device == "dev1" {
                bench.token(HOST, &bench.key("dev1"), None)
            } else {
                own.clone()
            };
            let path = path.replace("dev1", device);
            for token in [own, bench.service_token("device")] {
                let answer = asked(&mut bench, method, &path, &token);
                assert_eq!(outcome(&answer), REFUSED, "{method} {path}");
                assert!(message(&answer).contains(text), "{}", message(&answer));
            }
            bench.delete("dev4");
        }
    }
}

#[test]
fn tokens_end_at_the_second_they_name() {
    type Signer = fn(&Bench) -> (SharedAccessKey, Option<&'static str>);
    let owner: Signer = |bench| {
        let policy = bench.hub.policy("iothubowner").unwrap();
        (policy.primary_key.clone(), Some("iothubowner"))
    };
    let device: Signer = |bench| (bench.key("dev1"), None);
    let cases = [
        (owner, "GET", "/devices/dev1"),
        (owner, "POST", "/twins/dev1/methods"),
        (owner, "POST", "/devices/dev1/messages/events"),
        (device, "POST", "/devices/dev1/messages/events"),
    ];
    for (signer, method, path) in cases {
        let mut bench = Bench::new();
        let (key, policy) = signer(&bench);
        let token = bench.token_for(SECOND, HOST, &key, policy);
        let answer = asked(&mut bench, method, path, &token);
        assert_ne!(answer.status().as_u16(), 401, "{method} {path}");
        bench.wait_almost(SECOND);
        let answer = asked(&mut bench, method, path, &token);
        assert_ne!(answer.status().as_u16(), 401, "{method} {path}");
        bench.wait(Duration::from_millis(1));
        let answer = asked(&mut bench, method, path, &token);
        assert_eq!(outcome(&answer), EXPIRED, "{method} {path}");
    }
}
