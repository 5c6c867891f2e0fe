use serde_json::Value;
use wire::sas::SharedAccessKey;

use crate::{
    client::{Device, exchange, wait_for_state},
    program::{Program, now},
};

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
