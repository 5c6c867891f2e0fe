use http::{StatusCode, header};

use crate::{
    client::{Device, get, get_as, register, state},
    program::Program,
};

#[test]
fn the_page_and_its_parts_are_there() {
    let program = Program::start(&["--ephemeral"]);
    for (path, media_type) in [
        ("/", "text/html"),
        ("/admin.css", "text/css"),
        ("/icon.svg", "image/svg+xml"),
        ("/tokens.css", "text/css"),
        ("/admin.js", "text/javascript"),
        ("/state.json", "application/json"),
    ] {
        let response = get(&program, path);
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let found = response.headers()[header::CONTENT_TYPE].to_str().unwrap();
        assert!(found.starts_with(media_type), "{path}: {found}");
    }
    assert_eq!(
        get(&program, "/connections.json").status(),
        StatusCode::NOT_FOUND
    );
}

#[test]
fn the_page_may_run_its_own_script_alone() {
    let program = Program::start(&["--ephemeral"]);
    let response = get(&program, "/");
    let policy = response.headers()[header::CONTENT_SECURITY_POLICY]
        .to_str()
        .unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"));
    assert!(!policy.contains("unsafe"));
    // So nothing in the page itself may need more than that.
    let page = response.body();
    for inline in ["<style", "style=", "onclick", "onload", "<script>"] {
        assert!(!page.contains(inline), "{inline}");
    }
}

#[test]
fn whoever_takes_it_for_another_host_is_refused() {
    let program = Program::start(&["--ephemeral"]);
    for path in ["/", "/metrics", "/state.json", "/healthz"] {
        let response = get_as(&program, path, "evil.example");
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path}");
        assert!(response.body().contains("localhost"));
    }
    assert_eq!(get_as(&program, "/", "localhost").status(), StatusCode::OK);
}

#[test]
fn no_page_of_another_origin_may_read_it() {
    let program = Program::start(&["--ephemeral"]);
    let response = get(&program, "/state.json");
    let headers = response.headers();
    assert!(!headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
    assert_eq!(headers["cross-origin-resource-policy"], "same-origin");
}

#[test]
fn what_a_device_sends_is_shown_as_it_is_and_in_part() {
    let program = Program::start(&["--ephemeral"]);
    let key = register(&program, "x'onerror=alert(1)");
    let (mut device, _) = Device::connect(&program, "x'onerror=alert(1)", &key);
    device.publish(b"<script>alert(1)</script>");
    device.publish(&[0, 255]);
    device.publish(&vec![b'a'; 200_000]);
    let response = get(&program, "/state.json");
    assert!(response.body().len() < 20_000);
    let events = &state(&program)["events"];
    assert_eq!(events[2]["body"], "<script>alert(1)</script>");
    assert_eq!(events[2]["device"], "x'onerror=alert(1)");
    assert_eq!(events[1]["isText"], false);
    assert_eq!(events[0]["bytes"], 200_000);
}

#[test]
fn there_is_none_without_the_option() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_iothub-playground"))
        .args(["hub", "--ephemeral"])
        .args(crate::program::FREE_PORTS)
        .arg("--data")
        .arg(folder.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let connections = crate::program::connections_of(&mut child, folder.path());
    let _ = child.kill();
    let _ = child.wait();
    assert_eq!(connections.get("admin"), None);
}
