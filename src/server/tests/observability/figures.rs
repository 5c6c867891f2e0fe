use http::header;

use crate::{
    client::{Device, call, get, register, state, wait_for_state},
    program::{Program, now},
};

/// The value of a figure.
fn figure(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().parse().ok()
}

#[test]
fn the_figures_are_open_metrics() {
    let program = Program::start(&["--ephemeral"]);
    let response = get(&program, "/metrics");
    let media_type = response.headers()[header::CONTENT_TYPE].to_str().unwrap();
    assert!(media_type.starts_with("application/openmetrics-text; version=1.0.0"));
    let text = response.body();
    assert!(text.ends_with("# EOF\n"));
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        assert!(line.starts_with("iothub_"), "{line}");
        let value = line.rsplit(' ').next().unwrap();
        assert!(value.parse::<f64>().is_ok(), "{line}");
    }
}

#[test]
fn what_a_device_does_is_counted() {
    let program = Program::start(&[]);
    let key = register(&program, "counted");
    let (mut device, code) = Device::connect(&program, "counted", &key);
    assert_eq!(code, 0);
    device.publish(b"one");
    device.publish(b"two");
    let text = get(&program, "/metrics").into_body();
    let events: f64 = (0..4)
        .map(|it| figure(&text, &format!("iothub_events_total{{partition=\"{it}\"}}")).unwrap())
        .sum();
    assert!((events - 2.0).abs() < 0.1, "{text}");
    let check = |name: &str, least: f64| {
        let value = figure(&text, name);
        assert!(
            value.is_some_and(|value| value >= least),
            "{name}: {value:?} in {text}"
        );
    };
    check("iothub_connections{protocol=\"mqtt\"}", 1.0);
    check("iothub_connections_opened_total{protocol=\"https\"}", 1.0);
    check("iothub_devices", 1.0);
    check("iothub_devices_connected", 1.0);
    check("iothub_mqtt_packets_sent_total", 3.0);
    check("iothub_received_bytes_total{port=\"mqtt\"}", 100.0);
    check("iothub_sent_bytes_total{port=\"https\"}", 100.0);
    check(
        "iothub_requests_total{operation=\"PutDevice\",status=\"2xx\"}",
        1.0,
    );
    check("iothub_request_seconds_count{operation=\"PutDevice\"}", 1.0);
    check("iothub_store_commit_seconds_count", 3.0);
    check("iothub_store_commit_inputs_count", 3.0);
    check(
        "iothub_operations_total{class=\"DeviceToCloudSend\",outcome=\"passed\"}",
        2.0,
    );
}

#[test]
fn a_connection_counts_until_it_ends() {
    let program = Program::start(&["--ephemeral"]);
    let key = register(&program, "leaving");
    let (device, _) = Device::connect(&program, "leaving", &key);
    let is_there = |state: &serde_json::Value| {
        let newest = state["connections"]["newest"].as_array().unwrap();
        newest
            .iter()
            .any(|it| it["client"] == "leaving" && it["protocol"] == "mqtt")
    };
    assert!(is_there(&state(&program)));
    drop(device);
    wait_for_state(&program, |state| !is_there(state));
    let text = get(&program, "/metrics").into_body();
    assert_eq!(
        figure(&text, "iothub_connections{protocol=\"mqtt\"}"),
        Some(0.0)
    );
}

#[test]
fn messages_in_queues_are_counted() {
    let program = Program::start(&["--ephemeral"]);
    register(&program, "waited-for");
    for body in ["one", "two"] {
        let message = client::service::Message::new(body);
        let sending = program
            .owner()
            .send_to_device(now(), "waited-for", &message);
        call(&program, sending.unwrap());
    }
    let text = get(&program, "/metrics").into_body();
    assert_eq!(figure(&text, "iothub_cloud_to_device_waiting"), Some(2.0));
    assert_eq!(
        figure(&text, "iothub_cloud_to_device_longest_queue"),
        Some(2.0)
    );
    assert_eq!(state(&program)["devices"]["shown"][0]["queued"], 2);
}

#[test]
fn no_device_is_ever_a_label() {
    let program = Program::start(&["--ephemeral"]);
    let key = register(&program, "unmentioned");
    let (mut device, _) = Device::connect(&program, "unmentioned", &key);
    device.publish(b"{}");
    Device::connect(&program, "unmentioned-stranger", &key);
    wait_for_state(&program, |state| {
        state["refusals"][0]["code"] == "unknown-identity"
    });
    let text = get(&program, "/metrics").into_body();
    assert!(text.contains("code=\"unknown-identity\""), "{text}");
    assert!(!text.contains("unmentioned"), "{text}");
}
