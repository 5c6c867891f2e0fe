//! What must not be seen is not.

use hub::{Hub, HubOptions, Output};

use crate::bench::{Ask, Bench, HOST, SEED};

/// Both forms of `Debug`.
fn shown(value: &impl std::fmt::Debug) -> String {
    format!("{value:?} {value:#?}")
}

#[test]
fn the_seed_from_which_all_keys_follow() {
    let shown = shown(&HubOptions::new(HOST, SEED));
    assert!(
        shown.contains(HOST) && shown.contains("retention"),
        "{shown}"
    );
    assert!(!shown.contains("42"), "{shown}");
}

#[test]
fn the_keys_of_policies_and_devices() {
    let bench = Bench::new();
    let policy = bench.hub.policy("iothubowner").unwrap();
    let string = bench.hub.service_connection_string("iothubowner").unwrap();
    let device = bench.hub.device("dev1").unwrap();
    let shown = [shown(policy), shown(&string), shown(device)].concat();
    let key = policy.primary_key.to_base64().into_inner();
    for key in [&key, bench.key("dev1").to_base64().expose()] {
        assert!(!shown.contains(key.as_str()));
    }
    assert!(shown.contains("[redacted]"));
}

#[test]
fn the_bodies_of_answers_and_packets() {
    let mut hub = Hub::new(HubOptions::new(HOST, SEED));
    let bench = Bench::empty(HubOptions::new(HOST, SEED));
    let request = Ask::put("dev1").request(&bench.service_token("iothubowner"));
    hub.request(bench.now, &request);
    let output = hub.poll().unwrap();
    let shown = shown(&output);
    let Output::Respond { response, .. } = output else {
        panic!("an answer");
    };
    let key = &hub.device("dev1").unwrap().authentication.symmetric_key;
    let key = key.primary_key.as_ref().unwrap().expose();
    let text = String::from_utf8_lossy(response.body()).into_owned();
    assert!(text.contains(key), "the answer has it");
    assert!(!shown.contains(key));
    let numbers = format!("{:?}", &response.body()[..10]);
    let start = numbers.trim_matches(['[', ']']);
    assert!(!shown.contains(start), "{shown}");
    assert!(shown.contains("200"), "{shown}");

    let packet = Output::Send {
        connection: hub.open(bench.now),
        bytes: b"\x30\x0a\x00\x01asecret!".to_vec(),
    };
    assert!(format!("{packet:?}").contains("PUBLISH, 12 bytes"));
}

#[test]
fn refusals_do_not_repeat_what_was_sent() {
    let mut bench = Bench::new();
    let bodies = [
        r#"{"deviceId":"dev3","authentication":{"symmetricKey":{"primaryKey":"c2VjcmV0LXNlY3JldA=="}}}"#,
        r#"{"deviceId":"dev3","authentication":{"symmetricKey":{"primaryKey":"c2VjcmV0-","secondaryKey":"c2VjcmV0-"}}}"#,
        r#"{"deviceId":"dev3","authentication":{"symmetricKey":"c2VjcmV0"}}"#,
        r#"{"deviceId":"dev3","status":"c2VjcmV0"}"#,
    ];
    for body in bodies {
        let answer = bench.ask(&Ask::put("dev3").body(body));
        assert!(answer.status().is_client_error());
        let text = String::from_utf8(answer.into_body()).unwrap();
        assert!(!text.contains("c2VjcmV0"), "{text}");
    }
    let token = "SharedAccessSignature sr=x&sig=c2VjcmV0&se=1";
    let answer = bench.request(&Ask::of("GET", "dev1").request(token));
    let text = String::from_utf8(answer.into_body()).unwrap();
    assert!(!text.contains("c2VjcmV0"), "{text}");

    let mut greeting = bench.greeting("dev1");
    greeting.password = Some(token.as_bytes().to_vec());
    let link = bench.greet(&greeting);
    let reason = bench.reason(link).unwrap();
    assert!(!format!("{reason:?} {reason}").contains("c2VjcmV0"));
}
