//! What the service has and this hub has not: refused by its name, never passed over in silence.

use crate::bench::{Ask, Bench, json as body_of, outcome};

#[test]
fn operations_are_refused_by_their_names() {
    let cases = [
        ("POST", "/devices/dev1/files", "file upload (POST)"),
        (
            "POST",
            "/devices/dev1/files/notifications",
            "file upload (POST)",
        ),
        (
            "GET",
            "/messages/serviceBound/filenotifications",
            "file upload notifications (GET)",
        ),
        (
            "POST",
            "/devices/dev1/modules/m/messages/events",
            "messages of modules over HTTP (POST)",
        ),
        ("GET", "/configurations", "configurations (GET)"),
        ("PUT", "/configurations/c", "configurations (PUT)"),
        (
            "POST",
            "/configurations/testQueries",
            "configurations (POST)",
        ),
        (
            "POST",
            "/devices/dev1/applyConfigurationContent",
            "configurations (POST)",
        ),
        ("PUT", "/jobs/v2/j", "scheduled jobs (PUT)"),
        ("GET", "/jobs/v2/query", "scheduled jobs (GET)"),
        ("POST", "/jobs/v2/j/cancel", "scheduled jobs (POST)"),
        ("POST", "/jobs/create", "import and export jobs (POST)"),
        ("GET", "/jobs", "import and export jobs (GET)"),
        ("DELETE", "/jobs/j", "import and export jobs (DELETE)"),
        ("GET", "/digitaltwins/dev1", "digital twins (GET)"),
        (
            "POST",
            "/digitaltwins/dev1/commands/reboot",
            "digital twins (POST)",
        ),
        ("POST", "/twins/dev1/streams/s", "device streams (POST)"),
        ("PATCH", "/devices/dev1", "PATCH /devices/dev1"),
        ("GET", "/", "GET /"),
        ("OPTIONS", "/something/else", "OPTIONS /something/else"),
    ];
    let mut bench = Bench::new();
    for (method, path, name) in cases {
        let answer = bench.ask(&Ask::path(method, path));
        assert_eq!(outcome(&answer), "501 NotSupported", "{method} {path}");
        let expected = format!("ErrorCode:NotSupported;This hub does not support {name} yet.");
        assert_eq!(body_of(&answer)["Message"], expected);
    }
}

#[test]
fn what_is_not_there_is_told_to_anybody() {
    // Nothing is given away by it, and a program under construction learns it first.
    let mut bench = Bench::new();
    let answer = bench.request(&Ask::raw("GET", "/configurations").unauthorised());
    assert_eq!(outcome(&answer), "501 NotSupported");
}
