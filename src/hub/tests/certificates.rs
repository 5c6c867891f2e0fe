//! Devices and modules that the registry knows by certificates. This hub does not let them connect.

use hub::{CloseReason, Refusal};
use serde_json::{Value, json};
use wire::sas::device_resource;

use crate::bench::{Ask, Bench, Greeting, HOST, json as body_of, outcome};

const SHA1: &str = "0123456789abcdefABCDEF0123456789abcdefAB";

/// The authentication of `dev3` once it was created with this one, or the name of the refusal.
fn create(bench: &mut Bench, authentication: &Value) -> Result<Value, String> {
    let body = json!({ "deviceId": "dev3", "authentication": authentication });
    let answer = bench.ask(&Ask::put("dev3").body(&body.to_string()));
    match outcome(&answer).as_str() {
        "200" => Ok(body_of(&answer)["authentication"].clone()),
        refusal => Err(refusal.to_owned()),
    }
}

#[test]
fn the_registry_keeps_thumbprints_and_no_keys() {
    let sha256 = "0".repeat(64);
    let no_keys = json!({ "primaryKey": null, "secondaryKey": null });
    let none = json!({ "primaryThumbprint": null, "secondaryThumbprint": null });
    let one = json!({ "primaryThumbprint": SHA1, "secondaryThumbprint": null });
    let two = json!({ "primaryThumbprint": SHA1, "secondaryThumbprint": sha256 });
    let cases = [
        (
            json!({ "type": "selfSigned", "x509Thumbprint": one }),
            "selfSigned",
            &one,
        ),
        (
            json!({ "type": "selfSigned", "x509Thumbprint": two, "symmetricKey": no_keys }),
            "selfSigned",
            &two,
        ),
        (
            json!({ "type": "certificateAuthority" }),
            "certificateAuthority",
            &none,
        ),
        (
            json!({ "type": "certificateAuthority", "x509Thumbprint": one }),
            "certificateAuthority",
            &none,
        ),
    ];
    for (authentication, kind, thumbprints) in cases {
        let mut bench = Bench::new();
        let expected = json!({
            "type": kind,
            "symmetricKey": no_keys,
            "x509Thumbprint": thumbprints,
        });
        assert_eq!(create(&mut bench, &authentication).unwrap(), expected);
        let device = body_of(&bench.ask(&Ask::of("GET", "dev3")));
        let ask = Ask::put("dev3").if_match("*").body(&device.to_string());
        let again = body_of(&bench.ask(&ask));
        assert_eq!(again["authentication"], expected, "sent back");
    }
}

#[test]
fn authentication_that_is_refused() {
    let keys = json!({ "primaryKey": "A".repeat(43) + "=", "secondaryKey": "A".repeat(43) + "=" });
    let cases = [
        json!({ "type": "selfSigned" }),
        json!({ "type": "selfSigned", "x509Thumbprint": { "primaryThumbprint": "" } }),
        json!({ "type": "selfSigned", "x509Thumbprint": { "primaryThumbprint": "xyz" } }),
        json!({
            "type": "selfSigned",
            "x509Thumbprint": { "primaryThumbprint": SHA1 },
            "symmetricKey": keys,
        }),
        json!({ "type": "certificateAuthority", "symmetricKey": keys }),
        json!({ "type": "none" }),
    ];
    for authentication in cases {
        let mut bench = Bench::new();
        let refusal = create(&mut bench, &authentication).unwrap_err();
        assert_eq!(refusal, "400 ArgumentInvalid", "{authentication}");
    }
}

#[test]
fn no_token_connects_a_device_with_a_certificate() {
    let mut bench = Bench::new();
    let greeting = bench.greeting("dev1");
    let body = json!({
        "deviceId": "dev1",
        "authentication": { "type": "certificateAuthority" },
    });
    let ask = Ask::put("dev1").if_match("*").body(&body.to_string());
    assert_eq!(bench.outcome(&ask), "200");
    let policy = bench.service_token("device").into_bytes();
    for password in [greeting.password.clone(), Some(policy)] {
        let greeting = Greeting {
            password,
            ..greeting.clone()
        };
        let link = bench.greet(&greeting);
        assert_eq!(bench.said(link), ["CONNACK 5", "close refused"]);
        let expected = CloseReason::Refused(Refusal::CertificateExpected);
        assert_eq!(bench.reason(link), Some(&expected));
    }
    let token = String::from_utf8(greeting.password.unwrap()).unwrap();
    let ask = Ask::path("POST", "/devices/dev1/messages/events");
    let answer = bench.request(&ask.request(&token));
    assert_eq!(outcome(&answer), "401 IotHubUnauthorizedAccess");
}

#[test]
fn modules_have_certificates_of_their_own() {
    let mut bench = Bench::new();
    let body = json!({
        "moduleId": "m",
        "authentication": {
            "type": "selfSigned",
            "x509Thumbprint": { "primaryThumbprint": SHA1 },
        },
    });
    let answer = bench.ask(&Ask::put_module("dev1", "m").body(&body.to_string()));
    assert_eq!(outcome(&answer), "200");
    let authentication = &body_of(&answer)["authentication"];
    assert_eq!(authentication["x509Thumbprint"]["primaryThumbprint"], SHA1);
    assert_eq!(authentication["symmetricKey"]["primaryKey"], Value::Null);
    let resource = device_resource(HOST, "dev1", Some("m"));
    let token = bench.token(&resource, &bench.key("dev1"), None);
    let greeting = Greeting {
        client_id: "dev1/m".to_owned(),
        user_name: Some(format!("{HOST}/dev1/m/?api-version=2021-04-12")),
        password: Some(token.into_bytes()),
        ..bench.greeting("dev1")
    };
    let link = bench.greet(&greeting);
    let expected = CloseReason::Refused(Refusal::CertificateExpected);
    assert_eq!(bench.reason(link), Some(&expected));
    // The device has its keys still.
    bench.connect("dev1");
}

#[test]
fn keys_come_back_with_the_type() {
    let mut bench = Bench::new();
    create(&mut bench, &json!({ "type": "certificateAuthority" })).unwrap();
    let ask = Ask::put("dev3").if_match("*");
    assert_eq!(bench.outcome(&ask), "200");
    bench.connect("dev3");
}
