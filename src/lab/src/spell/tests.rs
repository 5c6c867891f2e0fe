//! The oracle for quotes is a shell itself.

use std::process::Command;

use super::*;

/// What a program gets if a shell runs the command line.
fn words(line: &str) -> Vec<String> {
    let script = format!(
        "show() {{ printf '%s\\0' \"$@\"; }}; curl() {{ show \"$@\"; }}; az() {{ show \"$@\"; }}\nSAS_TOKEN=token\n{line}"
    );
    let output = Command::new("sh").arg("-c").arg(script).output().unwrap();
    assert!(output.status.success(), "{line}: {output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let mut words: Vec<_> = text.split('\0').map(str::to_owned).collect();
    words.pop();
    words
}

fn request(head: &str, body: &str) -> Vec<Spelling> {
    let head = format!(
        "{head}\nhost: h.azure-devices.net\nauthorization: SharedAccessSignature sr=h&sig=***&se=1"
    );
    of_request(format!("{}\r\n\r\n{body}", head.replace('\n', "\r\n")).as_bytes())
}

fn text(spellings: &[Spelling], tool: Tool) -> Option<&str> {
    let spelling = spellings.iter().find(|it| it.tool == tool)?;
    Some(&spelling.text)
}

fn az(head: &str, body: &str) -> Vec<String> {
    let spellings = request(head, body);
    words(text(&spellings, Tool::Az).unwrap())
}

#[test]
fn whatever_is_in_it_reaches_the_tool_as_it_is() {
    let hostile = [
        "'",
        "''",
        "\"",
        "`id`",
        "$(id)",
        "$HOME",
        "\\",
        "\\'",
        "a b",
        "; id",
        "| id",
        "&",
        "\n",
        "x\ny'\n",
        "!x",
        "*",
        "?",
        "~",
        "#",
        "-rf",
        "--x",
        "@/etc/passwd",
        "=",
        "{a,b}",
        "é€",
        "%27",
        "\t",
        "",
    ];
    for value in hostile {
        let body = serde_json::json!({ "query": value }).to_string();
        let spellings = request(
            "POST /devices/query?api-version=1 HTTP/1.1\ncontent-type: application/json",
            &body,
        );
        let curl = words(text(&spellings, Tool::Curl).unwrap());
        assert_eq!(curl.last(), Some(&body), "{value:?}");
        let az = words(text(&spellings, Tool::Az).unwrap());
        let found = az
            .iter()
            .skip_while(|word| *word != "--query-command")
            .nth(1);
        let tied = format!("--query-command={value}");
        assert!(
            found.map(String::as_str) == Some(value) || az.contains(&tied),
            "{value:?}: {az:?}"
        );
    }
}

#[test]
fn curl_sends_the_same_request() {
    let head =
        "PATCH /twins/a%20b?api-version=1 HTTP/1.1\nif-match: \"x\"\nx-empty: \ncontent-length: 3";
    let spellings = request(head, "{}\n");
    assert_eq!(
        words(text(&spellings, Tool::Curl).unwrap()),
        [
            "-X",
            "PATCH",
            "https://h.azure-devices.net/twins/a%20b?api-version=1",
            "-H",
            "if-match: \"x\"",
            "-H",
            "x-empty;",
            "-H",
            "Authorization: token",
            "--data-raw",
            "{}\n",
            "-H",
            "Content-Type:",
        ]
    );
    let spellings = request("GET /devices/[a]?api-version=1 HTTP/1.1", "");
    assert_eq!(words(text(&spellings, Tool::Curl).unwrap())[0], "--globoff");
}

/// Requests, and the names and the options of their commands; no name for those that have none.
const OPERATIONS: [(&str, &str, &str, &[&str]); 14] = [
    (
        "PUT /devices/d1?api-version=1",
        r#"{"status":"enabled"}"#,
        "hub device-identity create",
        &["--device-id", "d1"],
    ),
    (
        "PUT /devices/d1\nif-match: *",
        r#"{"status":"disabled"}"#,
        "hub device-identity update",
        &["--device-id", "d1", "--status", "disabled"],
    ),
    (
        "GET /devices/d1",
        "",
        "hub device-identity show",
        &["--device-id", "d1"],
    ),
    (
        "DELETE /devices/d1\nif-match: \"e\"",
        "",
        "hub device-identity delete",
        &["--device-id", "d1", "--etag", "e"],
    ),
    (
        "GET /devices?top=5&api-version=1",
        "",
        "hub device-identity list",
        &["--top", "5"],
    ),
    (
        "GET /twins/d1",
        "",
        "hub device-twin show",
        &["--device-id", "d1"],
    ),
    (
        "PATCH /twins/d1\nif-match: *",
        r#"{"tags":{"a":1},"properties":{"desired":{"b":2}}}"#,
        "hub device-twin update",
        &[
            "--device-id",
            "d1",
            "--tags",
            r#"{"a":1}"#,
            "--desired",
            r#"{"b":2}"#,
        ],
    ),
    (
        "PUT /twins/d1",
        "{}",
        "hub device-twin replace",
        &["--device-id", "d1", "--json", "{}"],
    ),
    (
        "POST /twins/d1/methods",
        r#"{"methodName":"m","payload":10,"responseTimeoutInSeconds":30}"#,
        "hub invoke-device-method",
        &[
            "--device-id",
            "d1",
            "--method-name",
            "m",
            "--method-payload",
            "10",
            "--timeout",
            "30",
        ],
    ),
    (
        "POST /devices/d1/messages/deviceBound\niothub-ack: full\niothub-messageid: m1\niothub-expiry: 1970-01-01T00:00:02Z\niothub-app-a: 1",
        "x",
        "device c2d-message send",
        &[
            "--device-id",
            "d1",
            "--data",
            "x",
            "--message-id",
            "m1",
            "--ack",
            "full",
            "--expiry-time-utc",
            "2000",
            "--properties",
            "a=1",
        ],
    ),
    (
        "DELETE /devices/d1/commands",
        "",
        "device c2d-message purge",
        &["--device-id", "d1"],
    ),
    (
        "GET /messages/serviceBound/feedback",
        "",
        "hub monitor-feedback",
        &[],
    ),
    ("GET /devices/d1/modules/m/?", "", "", &[]),
    (
        "DELETE /devices/d1/messages/deviceBound/l?reject=1",
        "",
        "device c2d-message reject",
        &["--device-id", "d1", "--etag", "l"],
    ),
];

#[test]
fn operations_have_their_commands() {
    let hub = ["--hub-name", "h"];
    for (head, body, name, options) in OPERATIONS {
        let head = head.replacen('\n', " HTTP/1.1\n", 1);
        let head = if head.contains(" HTTP/") {
            head
        } else {
            format!("{head} HTTP/1.1")
        };
        if name.is_empty() {
            assert_eq!(text(&request(&head, body), Tool::Az), None, "{head}");
            continue;
        }
        let expected: Vec<_> = std::iter::once("iot")
            .chain(name.split(' '))
            .chain(hub)
            .chain(options.iter().copied())
            .collect();
        assert_eq!(az(&head, body), expected, "{head}");
    }
}

#[test]
fn ids_are_decoded_and_cannot_be_options() {
    let words = az("GET /devices/-x%27%20y HTTP/1.1", "");
    assert_eq!(words.last().map(String::as_str), Some("--device-id=-x' y"));
}

#[test]
fn what_no_command_line_can_hold_is_left_out() {
    let bytes = [
        &b"POST /devices/d/messages/deviceBound HTTP/1.1\r\nhost: h\r\n\r\n"[..],
        &[0xFF, 0xFE],
    ]
    .concat();
    assert!(of_request(&bytes).is_empty());
    assert!(of_request(b"nonsense").is_empty());
    assert!(of_request(b"GET\r\n\r\n").is_empty());
}
