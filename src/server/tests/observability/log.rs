use http::{Request, header};
use serde_json::Value;
use wire::sas::{SasToken, SharedAccessKey};

use crate::{
    client::{Device, exchange, register, wait_for_state},
    program::{Program, now},
};

/// Does all that is refused, and some of what is not, with tokens and keys where they belong and where they do not.
/// Gives the secrets that were sent.
fn speak_of_secrets(program: &Program) -> Vec<String> {
    let key = register(program, "dev1");
    let wrong = SharedAccessKey::from([9; 32]);
    let expires = now().as_seconds() + 3_600;
    let token = |resource: &str, key| SasToken::sign(resource, key, expires, None).to_text();
    let own = token("localhost/devices/dev1", &key).expose().clone();
    let forged = token("localhost/devices/dev1", &wrong).expose().clone();
    let owner = program.connections["iothubowner"]
        .as_str()
        .unwrap()
        .to_owned();

    let (mut device, code) = Device::connect_with(program, "dev1", &own);
    assert_eq!(code, 0);
    device.publish(b"{}");
    // Tokens, connection strings and keys where none belong.
    device.publish_to(&own, b"{}");
    for password in [&forged, &owner, "sig=none"] {
        let (_, code) = Device::connect_with(program, "dev1", password);
        assert_eq!(code, 5);
    }
    for client_id in [&forged, &owner] {
        Device::connect_with(program, client_id, &own);
    }
    for authorization in [&own, &forged, &owner] {
        for path in [
            "/devices?api-version=2021-04-12".to_owned(),
            format!("/devices?api-version=2021-04-12&token={}", escaped(&own)),
            format!("/{}?api-version=2021-04-12", escaped(&own)),
            format!("/devices/{}?api-version=2021-04-12", escaped(&owner)),
        ] {
            let request = Request::get(path).header(header::AUTHORIZATION, authorization);
            let response = exchange(program, &request.body(Vec::new()).unwrap());
            assert!(!response.status().is_success());
        }
    }
    wait_for_state(program, |state| {
        let refusals = state["refusals"].as_array().unwrap();
        refusals.len() >= 18
    });
    let keys = [key, wrong].map(|key| key.to_base64().expose().clone());
    let owner_key = owner.rsplit_once("SharedAccessKey=").unwrap().1.to_owned();
    keys.into_iter().chain([owner_key]).collect()
}

/// A text as a part of a path.
fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

#[test]
fn no_secret_is_in_the_log_or_on_the_page() {
    let program = Program::start(&["--log", "trace"]);
    let secrets = speak_of_secrets(&program);
    let page = crate::client::state(&program).to_string();
    let all_policies: Vec<_> = ["iothubowner", "service", "eventhub"]
        .map(|name| program.connections[name].as_str().unwrap().to_owned())
        .into();
    let log = program.stop();
    assert!(log.contains("client refused"), "{log}");
    for text in [log, page] {
        for secret in secrets.iter().chain(&all_policies) {
            assert!(!text.contains(secret), "a secret is in: {text}");
            assert!(!text.contains(&escaped(secret)), "a secret is in: {text}");
        }
        let lower = text.to_lowercase();
        for mark in ["sig=", "sig%3d", "sharedaccesskey=", "sharedaccesskey%3d"] {
            assert!(!lower.contains(mark), "{mark} is in: {text}");
        }
    }
}

#[test]
fn each_refusal_is_one_line_of_json_with_its_reason() {
    let program = Program::start(&["--ephemeral", "--log-format", "json"]);
    let wrong = SharedAccessKey::from([9; 32]);
    Device::connect(&program, "a\nb", &wrong);
    exchange(
        &program,
        &program.owner().get_device(now(), "nobody").request,
    );
    wait_for_state(&program, |state| {
        state["refusals"].as_array().unwrap().len() == 2
    });
    let log = program.stop();
    let lines = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let refused: Vec<_> = lines
        .filter(|line| line["fields"]["code"].is_string())
        .collect();
    assert_eq!(refused.len(), 2, "{log}");
    let fields = |at: usize| &refused[at]["fields"];
    assert_eq!(fields(0)["message"], "client refused");
    assert_eq!(fields(0)["subject"], "a\nb");
    assert_eq!(fields(0)["code"], "unknown-identity");
    assert_eq!(fields(1)["message"], "request refused");
    assert_eq!(fields(1)["code"], "DeviceNotFound");
    for line in &refused {
        assert_eq!(line["level"], "INFO");
        assert!(!line["fields"]["reason"].as_str().unwrap().is_empty());
    }
}

#[test]
fn a_client_cannot_break_a_line_of_the_log() {
    let program = Program::start(&["--ephemeral"]);
    let wrong = SharedAccessKey::from([9; 32]);
    Device::connect(
        &program,
        "a\n2026-01-01T00:00:00Z ERROR forged\u{1b}[31m",
        &wrong,
    );
    wait_for_state(&program, |state| {
        state["refusals"][0]["code"] == "unknown-identity"
    });
    let log = program.stop();
    assert!(
        log.lines()
            .all(|line| !line.contains("forged") || line.contains("client refused"))
    );
    assert!(!log.contains('\u{1b}'), "{log:?}");
}
