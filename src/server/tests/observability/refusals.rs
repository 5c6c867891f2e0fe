use serde_json::Value;
use tokio_rustls::rustls::RootCertStore;
use wire::sas::SharedAccessKey;

use crate::{
    client::{Device, exchange, register, tls_trusting, wait_for_state},
    program::{LIMIT, Program, now},
};

/// Waits for a refusal with this code.
fn refusal(program: &Program, code: &str) -> Value {
    let of = |state: &Value| {
        let all = state["refusals"].as_array().unwrap().clone();
        all.into_iter().find(|it| it["code"] == code)
    };
    let state = wait_for_state(program, |state| of(state).is_some());
    of(&state).unwrap()
}

#[test]
fn a_wrong_key_is_told_with_the_reason_that_the_client_is_not_told() {
    let program = Program::start(&["--ephemeral"]);
    register(&program, "dev1");
    let wrong = SharedAccessKey::from([9; 32]);
    let (_, code) = Device::connect(&program, "dev1", &wrong);
    assert_eq!(code, 5);
    let refusal = refusal(&program, "wrong-key");
    assert_eq!(refusal["subject"], "dev1");
    assert_eq!(refusal["what"], "client");
    assert!(
        refusal["reason"]
            .as_str()
            .unwrap()
            .contains("signature does not match")
    );
}

#[test]
fn a_topic_of_another_device_is_told_with_who_published_to_it() {
    let program = Program::start(&["--ephemeral"]);
    let key = register(&program, "dev1");
    let (mut device, _) = Device::connect(&program, "dev1", &key);
    device.publish_to("devices/dev2/messages/events/", b"{}");
    let refusal = refusal(&program, "foreign-topic");
    assert_eq!(refusal["subject"], "dev1");
    assert_eq!(refusal["what"], "session");
}

#[test]
fn a_request_is_told_with_what_it_asked_for() {
    let program = Program::start(&["--ephemeral"]);
    let request = program.owner().get_device(now(), "nobody").request;
    assert_eq!(exchange(&program, &request).status(), 404);
    let refusal = refusal(&program, "DeviceNotFound");
    assert_eq!(refusal["subject"], "GET /devices/nobody");
}

#[test]
fn a_reason_is_found_in_whatever_form_an_answer_has() {
    let program = Program::start(&["--ephemeral"]);
    register(&program, "dev1");
    let request = |method: &str, path: &str, body: &str| {
        let mut request = program.owner().get_device(now(), "dev1").request;
        *request.method_mut() = method.parse().unwrap();
        *request.uri_mut() = format!("{path}?api-version=2021-04-12").parse().unwrap();
        *request.body_mut() = body.as_bytes().to_vec();
        exchange(&program, &request)
    };
    let module = r#"{"deviceId":"dev1","moduleId":"m1"}"#;
    request("PUT", "/devices/dev1/modules/m1", module);
    request("PUT", "/devices/dev1/modules/m1", module);
    request("POST", "/twins/dev1/methods", r#"{"methodName":"reboot"}"#);
    for (code, begins) in [
        ("ModuleAlreadyExistsOnDevice", "Device dev1"),
        ("DeviceNotOnline", "The device is not online"),
    ] {
        let reason = refusal(&program, code)["reason"].clone();
        assert!(reason.as_str().unwrap().starts_with(begins), "{reason}");
    }
}

#[test]
fn a_client_that_does_not_trust_the_certificate_is_told_with_what_to_do() {
    use std::io::Write;
    let program = Program::start(&["--ephemeral"]);
    let mut stream = tls_trusting(&program, "mqtts", RootCertStore::empty());
    assert!(stream.write_all(b"x").is_err());
    let refusal = refusal(&program, "untrusted");
    assert_eq!(refusal["what"], "handshake");
    assert!(
        refusal["reason"]
            .as_str()
            .unwrap()
            .contains("connections.json")
    );
}

#[test]
fn only_the_newest_refusals_are_remembered() {
    let program = Program::start(&["--ephemeral", "--log", "off"]);
    for number in 0..110 {
        let id = format!("nobody-{number}");
        exchange(&program, &program.owner().get_device(now(), &id).request);
    }
    let state = crate::client::state(&program);
    let refusals = state["refusals"].as_array().unwrap();
    assert_eq!(refusals.len(), 100);
    assert_eq!(refusals[0]["subject"], "GET /devices/nobody-109");
}

#[test]
fn a_wrong_key_over_amqp_is_told_with_its_policy() {
    use std::io::{Read, Write};
    let program = Program::start(&["--ephemeral"]);
    let mut socket = std::net::TcpStream::connect(("127.0.0.1", program.port("amqp"))).unwrap();
    socket.set_read_timeout(Some(LIMIT)).unwrap();
    let response = b"\0service\0not-the-key";
    let mut init = b"\x00\x53\x41\xC0\x00\x02\xA3\x05PLAIN\xA0".to_vec();
    init.push(u8::try_from(response.len()).unwrap());
    init.extend(response);
    init[4] = u8::try_from(init.len() - 5).unwrap();
    let mut bytes = b"AMQP\x03\x01\x00\x00\x00\x00\x00".to_vec();
    bytes.push(u8::try_from(init.len() + 8).unwrap());
    bytes.extend(b"\x02\x01\x00\x00");
    bytes.extend(init);
    socket.write_all(&bytes).unwrap();
    let refusal = refusal(&program, "policy-or-key");
    assert_eq!(refusal["protocol"], "amqp");
    assert_eq!(refusal["subject"], "service");
    let mut answer = [0; 8];
    socket.read_exact(&mut answer).unwrap();
    assert_eq!(answer, *b"AMQP\x03\x01\x00\x00");
}
