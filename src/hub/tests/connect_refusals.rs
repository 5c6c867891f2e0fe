//! Who is not let in: the code that the client is told, and the reason that it is not.

use hub::{CloseReason, Refusal};
use wire::mqtt::mqttrs::QoS;
use wire::sas::{SasError, SasField};

use crate::bench::{Bench, Greeting, HOST, TOPIC, Will};

/// A way to spoil the greeting of `dev1`.
type Spoil = Box<dyn FnOnce(&mut Bench, &mut Greeting)>;

fn check(what: &str, spoil: Spoil, refusal: Refusal) {
    let mut bench = Bench::new();
    let mut greeting = bench.greeting("dev1");
    spoil(&mut bench, &mut greeting);
    let link = bench.greet(&greeting);
    assert_eq!(bench.said(link), ["CONNACK 5", "close refused"], "{what}");
    let expected = CloseReason::Refused(refusal);
    assert_eq!(bench.reason(link), Some(&expected), "{what}");
    assert!(!bench.is_alive(link), "{what}");
}

#[test]
fn names_that_do_not_fit() {
    fn names(user_name: &'static str, client_id: &'static str) -> Spoil {
        Box::new(|_, greeting| {
            greeting.user_name = Some(user_name.to_owned());
            greeting.client_id = client_id.to_owned();
            greeting.clean_session = true;
        })
    }
    let unreadable = [
        ("nothing", ""),
        ("a host alone", HOST),
        (
            "no device",
            "contoso.azure-devices.net//?api-version=2021-04-12",
        ),
        (
            "too many parts",
            "contoso.azure-devices.net/dev1/m/x/?api-version=2021-04-12",
        ),
    ];
    for (what, user_name) in unreadable {
        check(what, names(user_name, "dev1"), Refusal::UserNameUnreadable);
    }
    let other_hub = "fabrikam.azure-devices.net/dev1/?api-version=2021-04-12";
    check("another hub", names(other_hub, "dev1"), Refusal::WrongHost);
    let no_port = "contoso.azure-devices.net:mqtt/dev1/?api-version=2021-04-12";
    check("no port", names(no_port, "dev1"), Refusal::WrongHost);
    for client_id in ["dev2", "Dev1", "", "dev1/m", "dev1/"] {
        let user_name = "contoso.azure-devices.net/dev1/?api-version=2021-04-12";
        check(
            client_id,
            names(user_name, client_id),
            Refusal::ClientIdMismatch,
        );
    }
    let nobody: Spoil = Box::new(|_, greeting| {
        greeting.user_name = None;
        greeting.password = None;
    });
    check("no user name", nobody, Refusal::UserNameMissing);
}

#[test]
fn passwords_that_are_no_token() {
    fn password(password: Option<&'static [u8]>) -> Spoil {
        Box::new(move |_, greeting| greeting.password = password.map(<[u8]>::to_vec))
    }
    check("none", password(None), Refusal::PasswordMissing);
    check(
        "an empty one",
        password(Some(b"")),
        Refusal::PasswordMissing,
    );
    let unreadable: [(&[u8], SasError); 5] = [
        (b"secret", SasError::Scheme),
        (b"\xFF\xFE", SasError::Scheme),
        (
            b"SharedAccessSignature ",
            SasError::NotNameValue { position: 1 },
        ),
        (
            b"SharedAccessSignature sr=a&se=1",
            SasError::MissingField(SasField::Signature),
        ),
        (
            b"SharedAccessSignature sr=a&sig=%25&se=1",
            SasError::Signature,
        ),
    ];
    for (text, why) in unreadable {
        let what = String::from_utf8_lossy(text);
        let refusal = Refusal::TokenUnreadable(why);
        check(&what, password(Some(text)), refusal);
    }
}

#[test]
fn tokens_of_somebody_else() {
    fn token(resource: &'static str, signer: &'static str) -> Spoil {
        Box::new(move |bench, greeting| {
            let token = bench.token(resource, &bench.key(signer), None);
            greeting.password = Some(token.into_bytes());
        })
    }
    let own = "contoso.azure-devices.net/devices/dev1";
    check(
        "another device's key",
        token(own, "dev2"),
        Refusal::WrongKey,
    );
    let other = "contoso.azure-devices.net/devices/dev2";
    check(
        "another device's token",
        token(other, "dev2"),
        Refusal::WrongKey,
    );
    let resources = [
        other,
        "contoso.azure-devices.net/devices/dev",
        "contoso.azure-devices.net/devices/dev11",
        "contoso.azure-devices.net/devices/Dev1",
        "contoso.azure-devices.net/devices/dev1/modules/m",
        "contoso.azure-devices.net/messages/events",
        "fabrikam.azure-devices.net/devices/dev1",
        "fabrikam.azure-devices.net",
    ];
    for resource in resources {
        check(resource, token(resource, "dev1"), Refusal::TokenScope);
    }
}

#[test]
fn tokens_that_were_changed_after_they_were_signed() {
    let replacements = [("devices%2Fdev1", "devices"), ("&se=1", "&se=2")];
    for (from, to) in replacements {
        let change: Spoil = Box::new(move |_, greeting| {
            let text = String::from_utf8(greeting.password.take().unwrap()).unwrap();
            assert!(text.contains(from), "{text}");
            greeting.password = Some(text.replace(from, to).into_bytes());
        });
        check(to, change, Refusal::WrongKey);
    }
}

#[test]
fn tokens_that_have_expired() {
    for seconds_ago in [0, 1, 1_000_000] {
        let late: Spoil = Box::new(move |bench, greeting| {
            let (key, expires) = (bench.key("dev1"), bench.now.as_seconds() - seconds_ago);
            let token = wire::sas::SasToken::sign(HOST, &key, expires, None).to_text();
            greeting.password = Some(token.expose().as_bytes().to_vec());
        });
        check("expired", late, Refusal::TokenExpired);
    }
}

#[test]
fn policies_that_do_not_connect_this_device() {
    fn token(resource: &'static str, signer: &'static str, policy: &'static str) -> Spoil {
        Box::new(move |bench, greeting| {
            let key = bench.hub.policy(signer).unwrap().primary_key.clone();
            let token = bench.token(resource, &key, Some(policy));
            greeting.password = Some(token.into_bytes());
        })
    }
    for policy in ["service", "registryRead", "registryReadWrite"] {
        check(policy, token(HOST, policy, policy), Refusal::PolicyRefused);
    }
    for policy in ["nobody", "Device"] {
        check(
            policy,
            token(HOST, "device", policy),
            Refusal::PolicyRefused,
        );
    }
    check(
        "another policy's key",
        token(HOST, "service", "device"),
        Refusal::WrongKey,
    );
    check(
        "another device's resource",
        token("contoso.azure-devices.net/devices/dev2", "device", "device"),
        Refusal::TokenScope,
    );
}

#[test]
fn a_device_key_under_a_policy_name() {
    let spoil: Spoil = Box::new(|bench, greeting| {
        let token = bench.token(HOST, &bench.key("dev1"), Some("device"));
        greeting.password = Some(token.into_bytes());
    });
    check("the device's key", spoil, Refusal::WrongKey);
}

#[test]
fn devices_that_are_not_there_or_not_enabled() {
    let unknown: Spoil = Box::new(|bench, greeting| {
        *greeting = Greeting {
            client_id: "dev3".to_owned(),
            user_name: Some(format!("{HOST}/dev3/?api-version=2021-04-12")),
            password: Some(bench.service_token("device").into_bytes()),
            ..greeting.clone()
        };
    });
    check("never registered", unknown, Refusal::UnknownIdentity);
    let deleted: Spoil = Box::new(|bench, _| bench.delete("dev1"));
    check("deleted", deleted, Refusal::UnknownIdentity);
    let disabled: Spoil = Box::new(|bench, greeting| {
        bench.disable("dev1");
        *greeting = bench.greeting("dev1");
    });
    check("disabled", disabled, Refusal::Disabled);
    let replaced: Spoil = Box::new(|bench, _| {
        let ask = crate::bench::Ask::put("dev1").if_match("*");
        assert_eq!(bench.outcome(&ask), "200");
    });
    check("given new keys", replaced, Refusal::WrongKey);
}

#[test]
fn modules_which_no_device_here_has() {
    let module: Spoil = Box::new(|bench, greeting| {
        greeting.client_id = "dev1/m".to_owned();
        greeting.user_name = Some(format!("{HOST}/dev1/m/?api-version=2021-04-12"));
        let resource = wire::sas::device_resource(HOST, "dev1", Some("m"));
        let token = bench.token(&resource, &bench.key("dev1"), None);
        greeting.password = Some(token.into_bytes());
    });
    check("a module", module, Refusal::UnknownIdentity);
}

#[test]
fn wills_that_are_not_own_telemetry() {
    fn will(topic: &'static str, qos: QoS) -> Spoil {
        Box::new(move |_, greeting| {
            greeting.will = Some(Will {
                qos,
                ..Will::new(topic, "gone")
            });
        })
    }
    let topics = [
        "devices/dev2/messages/events/",
        "devices/dev1/modules/m/messages/events/",
        "/devices/dev1/messages/events/",
        "devices/dev1/messages/devicebound/",
        "$iothub/twin/PATCH/properties/reported/?$rid=1",
        "status",
        "devices/dev1/messages/events/%zz",
    ];
    for topic in topics {
        check(topic, will(topic, QoS::AtLeastOnce), Refusal::Will);
    }
    check("QoS 2", will(TOPIC, QoS::ExactlyOnce), Refusal::Will);
}

#[test]
fn other_protocols_are_told_so() {
    let cases: [(&[u8], &str, u8); 4] = [
        (
            b"\x10\x0e\x00\x06MQIsdp\x03\x02\x00\x00\x00\x00",
            "MQIsdp",
            3,
        ),
        (
            b"\x10\x0d\x00\x04MQTT\x05\x02\x00\x00\x00\x00\x00",
            "MQTT",
            5,
        ),
        (b"\x10\x0c\x00\x04MQTT\x03\x02\x00\x00\x00\x00", "MQTT", 3),
        (b"\x10\x0c\x00\x04mqtt\x04\x02\x00\x00\x00\x00", "mqtt", 4),
    ];
    for (bytes, name, level) in cases {
        let mut bench = Bench::new();
        let link = bench.open();
        bench.bytes(link, bytes);
        assert_eq!(
            bench.said(link),
            ["CONNACK 1", "close refused"],
            "{name} {level}"
        );
        let refusal = Refusal::Protocol {
            name: name.to_owned(),
            level,
        };
        assert_eq!(bench.reason(link), Some(&CloseReason::Refused(refusal)));
    }
}

#[test]
fn a_refusal_leaves_the_connected_device_alone() {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    let mut greeting = bench.greeting("dev1");
    greeting.password = None;
    bench.greet(&greeting);
    assert!(bench.is_alive(link));
}
