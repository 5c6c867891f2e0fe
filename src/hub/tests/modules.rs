//! Module identities, and modules that connect.

use hub::{CloseReason, Refusal};
use serde_json::{Value, json};
use wire::mqtt::mqttrs::QoS;
use wire::sas::device_resource;

use crate::bench::{Ask, Bench, Greeting, HOST, SECOND, json as body_of, outcome};

fn module(bench: &mut Bench, module_id: &str) -> Value {
    let answer = bench.ask(&Ask::of_module("GET", "dev1", module_id));
    assert_eq!(outcome(&answer), "200");
    let body = body_of(&answer);
    let quoted = format!("\"{}\"", body["etag"].as_str().unwrap());
    assert_eq!(answer.headers()["etag"], quoted.as_str());
    body
}

fn list(bench: &mut Bench) -> Vec<String> {
    let modules = body_of(&bench.ask(&Ask::path("GET", "/devices/dev1/modules")));
    let modules = modules.as_array().unwrap().iter();
    modules
        .map(|module| module["moduleId"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_new_module_has_every_field() {
    let mut bench = Bench::new();
    let answer = bench.ask(&Ask::put_module("dev1", "m"));
    assert_eq!(outcome(&answer), "200");
    let created = body_of(&answer);
    let keys = &created["authentication"]["symmetricKey"];
    let expected = json!({
        "moduleId": "m",
        "managedBy": null,
        "deviceId": "dev1",
        "generationId": created["generationId"],
        "etag": created["etag"],
        "connectionState": "Disconnected",
        "connectionStateUpdatedTime": "0001-01-01T00:00:00Z",
        "lastActivityTime": "0001-01-01T00:00:00Z",
        "cloudToDeviceMessageCount": 0,
        "authentication": {
            "symmetricKey": keys,
            "x509Thumbprint": { "primaryThumbprint": null, "secondaryThumbprint": null },
            "type": "sas",
        },
    });
    assert_eq!(created, expected);
    assert_eq!(module(&mut bench, "m"), expected);
    for name in ["primaryKey", "secondaryKey"] {
        assert_eq!(keys[name].as_str().unwrap().len(), 44);
    }
    assert_eq!(created["generationId"].as_str().unwrap().len(), 18);
}

#[test]
fn a_module_is_created_once() {
    let mut bench = Bench::new();
    bench.register_module("dev1", "m");
    let before = module(&mut bench, "m");
    let answer = bench.ask(&Ask::put_module("dev1", "m"));
    assert_eq!(outcome(&answer), "409 ModuleAlreadyExistsOnDevice");
    // This refusal has the numbered form.
    let body = body_of(&answer);
    let members: Vec<_> = body.as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        ["errorCode", "message", "timestampUtc", "trackingId"]
    );
    assert_eq!(body["errorCode"], 409_301);
    let message = body["message"].as_str().unwrap();
    assert!(
        message.contains("dev1") && message.contains('m'),
        "{message}"
    );
    assert_eq!(module(&mut bench, "m"), before);
    // Another device may have one of the same name, and ids differ in case.
    bench.register_module("dev2", "m");
    bench.register_module("dev1", "M");
    assert_eq!(list(&mut bench), ["M", "m"]);
}

#[test]
fn a_replacement_is_full_and_asks_which_version() {
    let mut bench = Bench::new();
    let put = |body: &Value| Ask::put_module("dev1", "m").body(&body.to_string());
    let rich = json!({ "moduleId": "m", "managedBy": "iotEdge" });
    assert_eq!(
        bench.outcome(&put(&rich).if_match("*")),
        "404 ModuleNotFound"
    );
    let before = body_of(&bench.ask(&put(&rich)));
    assert_eq!(before["managedBy"], "iotEdge");
    let etag = before["etag"].as_str().unwrap();
    assert_eq!(
        bench.outcome(&put(&rich).if_match("MA==")),
        "412 PreconditionFailed"
    );
    // What was read can be sent back.
    let answer = bench.ask(&put(&before).if_match(etag));
    let same = body_of(&answer);
    assert_eq!(same["authentication"], before["authentication"]);
    assert_eq!(same["managedBy"], "iotEdge");
    assert_ne!(same["etag"], before["etag"]);
    // What is left out is cleared, and keys are made anew.
    let least = json!({ "moduleId": "m" });
    let after = body_of(&bench.ask(&put(&least).if_match("\"*\"")));
    assert_eq!(after["managedBy"], Value::Null);
    assert_ne!(after["authentication"], before["authentication"]);
    assert_eq!(after["generationId"], before["generationId"]);
    assert_eq!(
        bench.outcome(&put(&least).if_match(etag)),
        "412 PreconditionFailed"
    );
}

#[test]
fn deleting_asks_which_version() {
    let mut bench = Bench::new();
    bench.register_module("dev1", "m");
    let delete = || Ask::of_module("DELETE", "dev1", "m");
    let etag = module(&mut bench, "m")["etag"].as_str().unwrap().to_owned();
    assert_eq!(bench.outcome(&delete()), "412 PreconditionFailed");
    assert_eq!(
        bench.outcome(&delete().if_match("MA==")),
        "412 PreconditionFailed"
    );
    assert_eq!(bench.outcome(&delete().if_match(&etag)), "204");
    for method in ["GET", "DELETE"] {
        let ask = Ask::of_module(method, "dev1", "m").if_match("*");
        assert_eq!(bench.outcome(&ask), "404 ModuleNotFound");
    }
    assert_eq!(list(&mut bench), Vec::<String>::new());
}

#[test]
fn modules_go_with_their_device() {
    let mut bench = Bench::new();
    bench.register_module("dev1", "m");
    bench.delete("dev1");
    bench.register("dev1");
    assert_eq!(list(&mut bench), Vec::<String>::new());
}

#[test]
fn fifty_modules_a_device() {
    let mut bench = Bench::new();
    for number in 0..50 {
        bench.register_module("dev1", &format!("m{number}"));
    }
    let outcome = bench.outcome(&Ask::put_module("dev1", "m50"));
    assert_eq!(outcome, "413 TooManyModulesOnDevice");
    assert_eq!(
        bench.outcome(&Ask::put_module("dev1", "m1").if_match("*")),
        "200"
    );
    let ask = Ask::of_module("DELETE", "dev1", "m1").if_match("*");
    assert_eq!(bench.outcome(&ask), "204");
    bench.register_module("dev1", "m50");
}

#[test]
fn bodies_that_are_refused() {
    let cases = [
        ("", "400 DeserializationError"),
        ("[]", "400 DeserializationError"),
        (r#"["m"]"#, "400 DeserializationError"),
        (r#"{"moduleId":1}"#, "400 DeserializationError"),
        ("{}", "400 ArgumentInvalid"),
        (r#"{"deviceId":"dev1"}"#, "400 ArgumentInvalid"),
        (r#"{"moduleId":"n"}"#, "400 ArgumentInvalid"),
        (
            r#"{"moduleId":"m","deviceId":"dev2"}"#,
            "400 ArgumentInvalid",
        ),
        (
            r#"{"moduleId":"m","authentication":{"symmetricKey":{"primaryKey":"AAAA"}}}"#,
            "400 ArgumentInvalid",
        ),
        (
            r#"{"moduleId":"m","authentication":{"x509Thumbprint":{"primaryThumbprint":"x"}}}"#,
            "400 ArgumentInvalid",
        ),
        (r#"{"moduleId":"m"}"#, "200"),
    ];
    let mut bench = Bench::new();
    for (body, expected) in cases {
        let ask = Ask::put_module("dev1", "m").body(body);
        assert_eq!(bench.outcome(&ask), expected, "{body}");
    }
}

#[test]
fn ids_that_cannot_be() {
    let long = "m".repeat(129);
    let mut bench = Bench::new();
    for id in ["$edgeAgent", "$edgeHub", "$", "a b", "ä", "a/b", &long] {
        let answer = bench.ask(&Ask::put_module("dev1", id));
        assert_eq!(outcome(&answer), "400 ArgumentInvalid", "{id}");
    }
    let full = "m".repeat(128);
    for id in ["m$", "a#b", "100%", &full] {
        bench.register_module("dev1", id);
    }
}

#[test]
fn no_authentication_counts_as_keys() {
    let mut bench = Bench::new();
    let body = json!({ "moduleId": "m", "authentication": { "type": "none" } });
    let answer = bench.ask(&Ask::put_module("dev1", "m").body(&body.to_string()));
    assert_eq!(outcome(&answer), "200");
    let authentication = &body_of(&answer)["authentication"];
    assert_eq!(authentication["type"], "sas");
    assert!(authentication["symmetricKey"]["primaryKey"].is_string());
}

#[test]
fn given_keys_are_taken() {
    let mut bench = Bench::new();
    let keys = json!({
        "primaryKey": "A".repeat(43) + "=",
        "secondaryKey": "B".repeat(42) + "A=",
    });
    let body = json!({ "moduleId": "m", "authentication": { "symmetricKey": keys } });
    let answer = bench.ask(&Ask::put_module("dev1", "m").body(&body.to_string()));
    assert_eq!(body_of(&answer)["authentication"]["symmetricKey"], keys);
}

#[test]
fn without_a_device_that_may_connect_nothing_is_told() {
    let operations = |device: &str| {
        [
            Ask::path("GET", &format!("/devices/{device}/modules")),
            Ask::put_module(device, "n"),
            Ask::put_module(device, "m").if_match("*"),
            Ask::of_module("GET", device, "m"),
            Ask::of_module("DELETE", device, "m").if_match("*"),
        ]
    };
    let mut bench = Bench::new();
    bench.register_module("dev1", "m");
    bench.disable("dev1");
    for device in ["dev1", "unknown"] {
        for ask in operations(device) {
            assert_eq!(bench.outcome(&ask), "401 IotHubUnauthorizedAccess");
        }
    }
}

#[test]
fn a_module_connects_with_its_own_key_or_a_policy() {
    let mut bench = Bench::new();
    bench.register_module("dev1", "m");
    let greeting = bench.module_greeting("dev1", "m");
    bench.connect_as(&greeting);
    for resource in [
        HOST.to_owned(),
        format!("{HOST}/devices"),
        device_resource(HOST, "dev1", None),
    ] {
        let key = bench.hub.policy("device").unwrap().secondary_key.clone();
        let token = bench.token(&resource, &key, Some("device"));
        let greeting = Greeting {
            password: Some(token.into_bytes()),
            ..greeting.clone()
        };
        bench.connect_as(&greeting);
    }
}

#[test]
fn modules_that_are_not_let_in() {
    type Spoil = fn(&mut Bench, &mut Greeting);
    let cases: [(&str, Spoil, Refusal); 8] = [
        (
            "the device's key",
            |bench, greeting| {
                let resource = device_resource(HOST, "dev1", Some("m"));
                let token = bench.token(&resource, &bench.key("dev1"), None);
                greeting.password = Some(token.into_bytes());
            },
            Refusal::WrongKey,
        ),
        (
            "the device's token",
            |bench, greeting| greeting.password = bench.greeting("dev1").password,
            Refusal::WrongKey,
        ),
        (
            "another module's token",
            |bench, greeting| {
                bench.register_module("dev1", "n");
                greeting.password = bench.module_greeting("dev1", "n").password;
            },
            Refusal::WrongKey,
        ),
        (
            "another module's scope",
            |bench, greeting| {
                let key = bench.hub.policy("device").unwrap().primary_key.clone();
                let resource = device_resource(HOST, "dev1", Some("n"));
                let token = bench.token(&resource, &key, Some("device"));
                greeting.password = Some(token.into_bytes());
            },
            Refusal::TokenScope,
        ),
        (
            "deleted",
            |bench, _| {
                let ask = Ask::of_module("DELETE", "dev1", "m").if_match("*");
                assert_eq!(bench.outcome(&ask), "204");
            },
            Refusal::UnknownIdentity,
        ),
        (
            "its device deleted",
            |bench, _| bench.delete("dev1"),
            Refusal::UnknownIdentity,
        ),
        (
            "its device disabled",
            |bench, _| bench.disable("dev1"),
            Refusal::Disabled,
        ),
        (
            "the device's client id",
            |_, greeting| greeting.client_id = "dev1".to_owned(),
            Refusal::ClientIdMismatch,
        ),
    ];
    for (what, spoil, refusal) in cases {
        let mut bench = Bench::new();
        bench.register_module("dev1", "m");
        let mut greeting = bench.module_greeting("dev1", "m");
        spoil(&mut bench, &mut greeting);
        let link = bench.greet(&greeting);
        assert_eq!(bench.said(link), ["CONNACK 5", "close refused"], "{what}");
        let expected = CloseReason::Refused(refusal);
        assert_eq!(bench.reason(link), Some(&expected), "{what}");
    }
}

#[test]
fn telemetry_tells_which_module_sent_it() {
    let mut bench = Bench::new();
    bench.register_module("dev1", "m");
    let greeting = bench.module_greeting("dev1", "m");
    let link = bench.connect_as(&greeting);
    let topic = "devices/dev1/modules/m/messages/events/a=b";
    bench.publish(link, topic, b"x", Some(3));
    assert_eq!(bench.said(link), ["PUBACK 3"]);
    let event = bench.events().remove(0);
    assert_eq!(event.device_id, "dev1");
    assert_eq!(event.module_id.as_deref(), Some("m"));
    assert!(event.auth_method.contains(r#""scope":"module""#));
    let module = module(&mut bench, "m");
    assert_eq!(module["generationId"], event.generation_id);
    assert_ne!(
        bench.hub.device("dev1").unwrap().generation_id,
        event.generation_id
    );
}

#[test]
fn topics_of_the_device_are_not_the_modules() {
    let topics = [
        "devices/dev1/messages/events/",
        "devices/dev1/modules/n/messages/events/",
        "devices/dev2/modules/m/messages/events/",
    ];
    for topic in topics {
        let mut bench = Bench::new();
        bench.register_module("dev1", "m");
        let greeting = bench.module_greeting("dev1", "m");
        let link = bench.connect_as(&greeting);
        bench.publish(link, topic, b"x", None);
        assert_eq!(bench.said(link), ["close foreign-topic"], "{topic}");
    }
    let filters = [
        ("devices/dev1/messages/devicebound/#", false),
        ("devices/dev1/modules/n/inputs/#", false),
        ("devices/dev1/modules/m/inputs/#", true),
        ("devices/dev1/modules/m/#", true),
        ("$iothub/twin/res/#", true),
        ("$iothub/twin/PATCH/properties/desired/#", true),
        ("$iothub/methods/POST/#", true),
    ];
    for (filter, is_own) in filters {
        let mut bench = Bench::new();
        bench.register_module("dev1", "m");
        let greeting = bench.module_greeting("dev1", "m");
        let link = bench.connect_as(&greeting);
        bench.subscribe(link, &[(filter, QoS::AtLeastOnce)]);
        let expected = if is_own {
            "SUBACK 1 [1]"
        } else {
            "close foreign-filter"
        };
        assert_eq!(bench.said(link), [expected], "{filter}");
    }
}

#[test]
fn a_module_and_its_device_are_connected_each_for_itself() {
    let mut bench = Bench::new();
    bench.register_module("dev1", "m");
    let greeting = bench.module_greeting("dev1", "m");
    let device = bench.connect("dev1");
    let older = bench.connect_as(&greeting);
    assert!(bench.is_alive(device));
    let newer = bench.connect_as(&greeting);
    assert_eq!(bench.reason(older), Some(&CloseReason::TakenOver));
    assert!(bench.is_alive(device) && bench.is_alive(newer));
    let newest = bench.greet(&greeting);
    assert_eq!(bench.said(newest), ["CONNACK 0 present"]);
}

#[test]
fn the_state_of_a_module_is_its_own() {
    let mut bench = Bench::new();
    bench.register_module("dev1", "m");
    let greeting = bench.module_greeting("dev1", "m");
    bench.wait(SECOND);
    let link = bench.connect_as(&greeting);
    let state = |module: &Value| {
        [
            "connectionState",
            "connectionStateUpdatedTime",
            "lastActivityTime",
        ]
        .map(|name| module[name].as_str().unwrap()[..].to_owned())
    };
    let second = |second: u8| format!("2026-08-01T10:00:0{second}.0000000Z");
    assert_eq!(
        state(&module(&mut bench, "m")),
        ["Connected".to_owned(), second(1), second(1)]
    );
    bench.wait(SECOND);
    let topic = "devices/dev1/modules/m/messages/events/";
    bench.publish(link, topic, b"x", None);
    bench.wait(SECOND);
    bench.lose(link);
    assert_eq!(
        state(&module(&mut bench, "m")),
        ["Disconnected".to_owned(), second(3), second(2)]
    );
    let device = bench.hub.device("dev1").unwrap();
    assert_eq!(device.last_activity_time.as_millis(), 0);
}

#[test]
fn connections_end_with_the_module_or_its_device() {
    type End = fn(&mut Bench);
    let cases: [(End, CloseReason); 3] = [
        (
            |bench| {
                let ask = Ask::of_module("DELETE", "dev1", "m").if_match("*");
                assert_eq!(bench.outcome(&ask), "204");
            },
            CloseReason::ModuleDeleted,
        ),
        (|bench| bench.delete("dev1"), CloseReason::DeviceDeleted),
        (|bench| bench.disable("dev1"), CloseReason::DeviceDisabled),
    ];
    for (end, reason) in cases {
        let mut bench = Bench::new();
        bench.register_module("dev1", "m");
        bench.register_module("dev2", "m");
        let greeting = bench.module_greeting("dev1", "m");
        let link = bench.connect_as(&greeting);
        let greeting = bench.module_greeting("dev2", "m");
        let other = bench.connect_as(&greeting);
        end(&mut bench);
        assert_eq!(bench.reason(link), Some(&reason));
        assert!(bench.is_alive(other));
    }
}

#[test]
fn a_session_goes_with_its_module() {
    let mut bench = Bench::new();
    bench.register_module("dev1", "m");
    let greeting = bench.module_greeting("dev1", "m");
    bench.connect_as(&greeting);
    let ask = Ask::of_module("DELETE", "dev1", "m").if_match("*");
    assert_eq!(bench.outcome(&ask), "204");
    bench.register_module("dev1", "m");
    let greeting = bench.module_greeting("dev1", "m");
    let link = bench.greet(&greeting);
    assert_eq!(bench.said(link), ["CONNACK 0"]);
}

#[test]
fn a_replaced_module_stays_connected() {
    let mut bench = Bench::new();
    bench.register_module("dev1", "m");
    let greeting = bench.module_greeting("dev1", "m");
    let link = bench.connect_as(&greeting);
    let ask = Ask::put_module("dev1", "m").if_match("*");
    assert_eq!(bench.outcome(&ask), "200");
    assert!(bench.is_alive(link));
    assert_eq!(module(&mut bench, "m")["connectionState"], "Connected");
}

#[test]
fn the_will_of_a_module_is_told() {
    let mut bench = Bench::new();
    bench.register_module("dev1", "m");
    let topic = "devices/dev1/modules/m/messages/events/";
    let greeting = bench.module_greeting("dev1", "m").with_will(topic, "gone");
    let link = bench.connect_as(&greeting);
    bench.lose(link);
    let event = bench.events().remove(0);
    assert_eq!(event.module_id.as_deref(), Some("m"));
    assert_eq!(event.body, b"gone");
}
