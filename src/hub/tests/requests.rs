//! What holds for every request: versions, tokens, rights, headers, refusals.

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Response};
use wire::sas::{SasToken, device_resource};

use crate::bench::{Ask, Bench, HOST, SECOND, START, json, outcome};

#[test]
fn the_version_must_be_one_that_the_hub_knows() {
    let mut bench = Bench::new();
    for version in wire::rest::API_VERSIONS {
        let ask = Ask::raw("GET", &format!("/devices/dev1?api-version={version}"));
        assert_eq!(bench.outcome(&ask), "200", "{version}");
    }
    let ask = Ask::raw("GET", "/devices/dev1?other=1&api-version=2021-04-12&last");
    assert_eq!(bench.outcome(&ask), "200");
    let targets = [
        "/devices/dev1",
        "/devices/dev1?",
        "/devices/dev1?api-version",
        "/devices/dev1?api-version=",
        "/devices/dev1?api-version=2021-04-13",
        "/devices/dev1?api-version=latest",
        "/devices/dev1?API-VERSION=2021-04-12",
        "/devices/dev1?api-version=1&api-version=2021-04-12",
    ];
    for target in targets {
        let ask = Ask::raw("GET", target);
        let outcome = bench.outcome(&ask);
        assert_eq!(outcome, "400 InvalidProtocolVersion", "{target}");
    }
}

const UNAUTHORISED: &str = "401 IotHubUnauthorizedAccess";
const EXPIRED: &str = "401 IotHubUnauthorized";

#[test]
fn without_authorization_nothing_is_told() {
    let mut bench = Bench::new();
    for ask in [
        Ask::of("GET", "dev1"),
        Ask::of("GET", "unknown"),
        Ask::put("dev3"),
        Ask::of("DELETE", "dev1"),
        Ask::path("GET", "/devices"),
        Ask::path("GET", "/devices?top=many"),
    ] {
        let answer = bench.request(&ask.unauthorised());
        assert_eq!(outcome(&answer), UNAUTHORISED);
        let message = json(&answer)["Message"].as_str().unwrap().to_owned();
        assert!(
            message.contains("Authorization header missing"),
            "{message}"
        );
    }
    assert_eq!(bench.hub.devices().count(), 2);
}

#[test]
fn tokens_that_open_nothing() {
    let mut bench = Bench::new();
    let policy = bench.hub.policy("iothubowner").unwrap().clone();
    let owner = |resource: &str| bench.token(resource, &policy.primary_key, Some("iothubowner"));
    let sign = |expires| SasToken::sign(HOST, &policy.primary_key, expires, Some("iothubowner"));
    let expired = sign(START.as_seconds()).to_text().expose().clone();
    let device = bench.key("dev1");
    let cases = [
        ("garbage", "hello".to_owned()),
        ("nothing", String::new()),
        ("another scheme", "Bearer abc".to_owned()),
        ("another name", owner(HOST).replace("Shared", "shared")),
        ("cut short", "SharedAccessSignature sr=a".to_owned()),
        ("another hub", owner("fabrikam.azure-devices.net")),
        (
            "another device",
            owner("contoso.azure-devices.net/devices/dev2"),
        ),
        (
            "half a name",
            owner("contoso.azure-devices.net/devices/dev"),
        ),
        ("another path", owner("contoso.azure-devices.net/twins")),
        ("no policy", bench.token(HOST, &policy.primary_key, None)),
        (
            "unknown policy",
            bench.token(HOST, &policy.primary_key, Some("nobody")),
        ),
        (
            "another policy's key",
            bench.token(HOST, &policy.primary_key, Some("registryRead")),
        ),
        ("a device's key", bench.token(HOST, &device, None)),
        (
            "a device's token",
            bench.token(&device_resource(HOST, "dev1", None), &device, None),
        ),
        (
            "a device's key as a policy's",
            bench.token(HOST, &device, Some("iothubowner")),
        ),
    ];
    for (what, token) in cases {
        let request = Ask::of("GET", "dev1").request(&token);
        assert_eq!(outcome(&bench.request(&request)), UNAUTHORISED, "{what}");
    }
    let request = Ask::of("GET", "dev1").request(&expired);
    assert_eq!(outcome(&bench.request(&request)), EXPIRED);
    let mut request = Ask::of("GET", "dev1").unauthorised();
    let bytes = HeaderValue::from_bytes(b"\xFF").unwrap();
    request.headers_mut().insert(AUTHORIZATION, bytes);
    assert_eq!(outcome(&bench.request(&request)), UNAUTHORISED);
}

#[test]
fn tokens_that_open_enough() {
    let mut bench = Bench::new();
    bench.register("dev#1");
    let policy = bench.hub.policy("iothubowner").unwrap().clone();
    let cases = [
        ("dev1", HOST),
        ("dev1", "CONTOSO.Azure-Devices.net"),
        ("dev1", "contoso.azure-devices.net/devices"),
        ("dev1", "contoso.azure-devices.net/devices/dev1"),
        // A scope names the id, not its form in a path.
        ("dev#1", "contoso.azure-devices.net/devices/dev#1"),
    ];
    for (id, resource) in cases {
        for key in [&policy.primary_key, &policy.secondary_key] {
            let token = bench.token(resource, key, Some("iothubowner"));
            let request = Ask::of("GET", id).request(&token);
            assert_eq!(outcome(&bench.request(&request)), "200", "{resource}");
        }
    }
    let token = bench.token_for(SECOND, HOST, &policy.primary_key, Some("iothubowner"));
    let request = Ask::of("GET", "dev1").request(&token);
    assert_eq!(outcome(&bench.request(&request)), "200");
    bench.wait(SECOND);
    assert_eq!(outcome(&bench.request(&request)), EXPIRED);
}

#[test]
fn each_operation_needs_its_right() {
    let operations = [
        (Ask::of("GET", "dev1"), "200"),
        (Ask::path("GET", "/devices"), "200"),
        (Ask::put("dev3"), "200"),
        (Ask::of("DELETE", "dev1").if_match("*"), "204"),
    ];
    let policies = [
        ("iothubowner", [true, true, true, true]),
        ("registryReadWrite", [true, true, true, true]),
        ("registryRead", [true, true, false, false]),
        ("service", [false; 4]),
        ("device", [false; 4]),
    ];
    for (policy, allowed) in policies {
        for ((ask, success), allowed) in operations.iter().zip(allowed) {
            let mut bench = Bench::new();
            let request = ask.request(&bench.service_token(policy));
            let expected = if allowed { success } else { UNAUTHORISED };
            let answer = bench.request(&request);
            assert_eq!(outcome(&answer), expected, "{policy} {:?}", request.uri());
        }
    }
}

#[test]
fn the_five_policies_have_two_different_keys_each() {
    let bench = Bench::new();
    let names = [
        "iothubowner",
        "service",
        "device",
        "registryRead",
        "registryReadWrite",
    ];
    let mut keys: Vec<String> = names
        .into_iter()
        .flat_map(|name| {
            let policy = bench.hub.policy(name).unwrap();
            [&policy.primary_key, &policy.secondary_key].map(|key| key.to_base64().into_inner())
        })
        .collect();
    assert!(keys.iter().all(|key| key.len() == 44), "32 bytes each");
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 10);
    assert!(bench.hub.policy("Service").is_none());
}

#[test]
fn the_connection_string_of_a_policy_opens_the_hub() {
    let mut bench = Bench::new();
    let string = bench.hub.service_connection_string("service").unwrap();
    let text = string.to_text();
    let start = "HostName=contoso.azure-devices.net;SharedAccessKeyName=service;SharedAccessKey=";
    assert!(text.expose().starts_with(start));
    assert!(bench.hub.service_connection_string("nobody").is_none());

    let string = bench.hub.service_connection_string("registryRead").unwrap();
    let token = bench.token(HOST, &string.key, Some(&string.policy));
    let request = Ask::of("GET", "dev1").request(&token);
    assert_eq!(outcome(&bench.request(&request)), "200");
}

#[test]
fn a_refusal_has_the_services_form() {
    let mut bench = Bench::new();
    let answer = bench.ask(&Ask::of("GET", "dev3"));
    assert_eq!(outcome(&answer), "404 DeviceNotFound");
    assert_eq!(
        header(&answer, "content-type"),
        "application/json; charset=utf-8"
    );
    let body = json(&answer);
    let members: Vec<_> = body.as_object().unwrap().keys().collect();
    assert_eq!(members, ["ExceptionMessage", "Message"]);
    let message = body["Message"].as_str().unwrap();
    assert_eq!(
        message,
        "ErrorCode:DeviceNotFound;Device dev3 not registered"
    );
    let exception = body["ExceptionMessage"].as_str().unwrap();
    let request_id = header(&answer, "x-ms-request-id");
    let expected = format!("Tracking ID:{request_id}-G:0-TimeStamp:08/01/2026 10:00:00");
    assert_eq!(exception, expected);
}

#[test]
fn every_answer_has_its_own_request_id() {
    let mut bench = Bench::new();
    let mut ids: Vec<_> = [
        Ask::of("GET", "dev1"),
        Ask::of("GET", "dev1"),
        Ask::of("GET", "dev3"),
        Ask::path("GET", "/statistics/devices"),
        Ask::of("DELETE", "dev1").if_match("*"),
    ]
    .iter()
    .map(|ask| header(&bench.ask(ask), "x-ms-request-id"))
    .collect();
    let is_hex = |id: &String| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit());
    assert!(ids.iter().all(is_hex), "{ids:?}");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 5);
}

fn header(answer: &Response<Vec<u8>>, name: &str) -> String {
    answer.headers()[name].to_str().unwrap().to_owned()
}

#[test]
fn a_success_says_what_its_body_is() {
    let mut bench = Bench::new();
    for ask in [
        Ask::of("GET", "dev1"),
        Ask::path("GET", "/devices"),
        Ask::put("dev3"),
    ] {
        let answer = bench.ask(&ask);
        assert_eq!(
            answer.headers()[CONTENT_TYPE],
            "application/json; charset=utf-8"
        );
        assert!(answer.headers().get("iothub-errorcode").is_none());
    }
}
