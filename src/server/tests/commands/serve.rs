//! `serve`: the site, and the hub behind it.

use std::{
    collections::HashMap,
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    os::unix::fs::symlink,
    path::Path,
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;
use wire::{connection_string::ServiceConnectionString, sas::SasToken};

use crate::program::{Running, program, run};

const POLICY: &str = "default-src 'none'; script-src 'self'";

/// The site of a test, served.
struct Playground {
    address: String,
    owner: String,
    _program: Running,
    _folder: TempDir,
}

/// What was answered.
struct Answer {
    status: u16,
    headers: HashMap<String, String>,
    body: Vec<u8>,
}

fn write_site(folder: &Path) {
    let page = |words: &str| {
        format!(
            "<!doctype html><meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\"><p>{words}"
        )
    };
    fs::create_dir_all(folder.join("en/first")).unwrap();
    for (name, contents) in [
        ("index.html", page("home")),
        ("en/index.html", page("English")),
        ("en/first/index.html", page("lesson")),
        ("404.html", "<!doctype html><p>nothing here".to_owned()),
        ("app-0123456789abcdef.js", "let a = 1;\n".repeat(200)),
        ("app-0123456789abcdef_bg.wasm", "\0asm".repeat(200)),
        ("worker.js", "let b = 2;".to_owned()),
        ("a b.txt", "with a space".to_owned()),
        (".secret", "not for others".to_owned()),
    ] {
        fs::write(folder.join(name), contents).unwrap();
    }
}

impl Playground {
    fn start(more: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let site = folder.path().join("site");
        write_site(&site);
        fs::write(folder.path().join("outside.txt"), "outside").unwrap();
        symlink("../outside.txt", site.join("link.txt")).unwrap();
        let mut command = program(["serve", "--ephemeral", "--port", "0", "--site"]);
        command.arg(&site).args(more);
        let mut program = Running::start(command);
        let line = program.line_with("http://");
        let address = line
            .split("http://")
            .nth(1)
            .unwrap()
            .split('/')
            .next()
            .unwrap()
            .to_owned();
        let owner = program
            .line_with("iothubowner")
            .split_whitespace()
            .nth(1)
            .unwrap()
            .to_owned();
        Self {
            address,
            owner,
            _program: program,
            _folder: folder,
        }
    }

    fn get(&self, target: &str) -> Answer {
        self.ask("GET", target, &[])
    }

    /// Sends a request just as it is given.
    fn ask(&self, method: &str, target: &str, headers: &[(&str, &str)]) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let mut request = format!("{method} {target} HTTP/1.1\r\n");
        if !headers.iter().any(|(name, _)| *name == "Host") {
            request += "Host: localhost\r\n";
        }
        for (name, value) in headers {
            request += &[name, ": ", value, "\r\n"].concat();
        }
        if !headers.iter().any(|(name, _)| *name == "Connection") {
            request += "Connection: close\r\n";
        }
        request += "\r\n";
        stream.write_all(request.as_bytes()).unwrap();
        Answer::read(stream)
    }
}

impl Answer {
    /// Reads an answer whose connection ends with it; of a change of protocols, the head alone.
    fn read(mut stream: TcpStream) -> Self {
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(end) = bytes.windows(4).position(|it| it == b"\r\n\r\n") {
                break end;
            }
            let mut some = [0; 1024];
            let count = stream.read(&mut some).unwrap();
            assert!(count > 0, "an answer");
            bytes.extend_from_slice(&some[..count]);
        };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.lines();
        let status = lines
            .next()
            .unwrap()
            .split(' ')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        let headers = lines.map(|line| line.split_once(": ").unwrap());
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut body = bytes.split_off(end + 4);
        if status != 101 {
            stream.read_to_end(&mut body).unwrap();
        }
        Self {
            status,
            headers: headers.collect(),
            body,
        }
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

#[test]
fn pages_and_files_are_found_by_their_names() {
    let site = Playground::start(&[]);
    for (target, words) in [
        ("/", "home"),
        ("/index.html", "home"),
        ("/en/", "English"),
        ("/en/first/", "lesson"),
        ("/en/first/?step=2", "lesson"),
        ("/a%20b.txt", "with a space"),
    ] {
        let answer = site.get(target);
        assert_eq!(answer.status, 200, "{target}");
        assert!(answer.text().contains(words), "{target}");
    }
}

#[test]
fn the_name_of_a_folder_leads_to_its_page() {
    let site = Playground::start(&[]);
    let answer = site.get("/en/first?step=2");
    assert_eq!(answer.status, 308);
    assert_eq!(answer.headers["location"], "./first/?step=2");
}

#[test]
fn what_is_not_there_is_answered_with_the_sites_own_page() {
    let site = Playground::start(&[]);
    let answer = site.get("/nothing");
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("nothing here"));
}

#[test]
fn no_path_leads_out_of_the_site() {
    let site = Playground::start(&[]);
    for target in [
        "/../outside.txt",
        "/en/../../outside.txt",
        "/en/../index.html",
        "/%2e%2e/outside.txt",
        "/..%2foutside.txt",
        "/en%2findex.html",
        "/en%5cindex.html",
        "//index.html",
        "/./index.html",
        "/index.html%00",
        "/index.html/",
        "/link.txt",
        "/.secret",
        "/%ff",
    ] {
        assert_eq!(site.get(target).status, 404, "{target}");
    }
}

#[test]
fn every_answer_has_the_headers_that_keep_a_browser_safe() {
    let site = Playground::start(&[]);
    for target in ["/", "/en", "/app-0123456789abcdef.js", "/nothing"] {
        let headers = site.get(target).headers;
        assert_eq!(headers["x-content-type-options"], "nosniff", "{target}");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{target}");
        for name in ["cross-origin-opener-policy", "cross-origin-resource-policy"] {
            assert_eq!(headers[name], "same-origin", "{target}");
        }
        let permissions = &headers["permissions-policy"];
        assert!(permissions.contains("camera=()"), "{target}: {permissions}");
        let policy = &headers["content-security-policy"];
        assert!(
            policy.ends_with("frame-ancestors 'none'"),
            "{target}: {policy}"
        );
    }
}

#[test]
fn a_page_has_the_policy_of_its_own_text() {
    let site = Playground::start(&[]);
    let policy = &site.get("/en/").headers["content-security-policy"];
    assert_eq!(*policy, format!("{POLICY}; frame-ancestors 'none'"));
}

#[test]
fn only_scripts_of_workers_may_open_websockets_to_a_hub_of_the_learners_choice() {
    let site = Playground::start(&[]);
    let policy = |target: &str| site.get(target).headers["content-security-policy"].clone();
    let worker = policy("/worker.js");
    assert_eq!(
        worker,
        format!("{POLICY}; connect-src 'self' wss:; frame-ancestors 'none'")
    );
    for target in ["/", "/en/", "/app-0123456789abcdef.js", "/nothing"] {
        assert!(!policy(target).contains("wss:"), "{target}");
    }
}

#[test]
fn chosen_pages_may_show_the_site_in_a_frame() {
    let site = Playground::start(&["--frame-ancestors", "'self' https://courses.example"]);
    let policy = &site.get("/").headers["content-security-policy"];
    assert!(
        policy.ends_with("frame-ancestors 'self' https://courses.example"),
        "{policy}"
    );
}

#[test]
fn only_names_that_change_with_their_contents_are_kept_without_asking() {
    let site = Playground::start(&[]);
    let caching = |target: &str| site.get(target).headers["cache-control"].clone();
    assert!(caching("/app-0123456789abcdef.js").contains("immutable"));
    assert_eq!(caching("/"), "no-cache");
}

#[test]
fn what_a_browser_has_is_not_sent_again() {
    let site = Playground::start(&[]);
    let tag = site.get("/").headers["etag"].clone();
    let strong = tag.trim_start_matches("W/");
    for known in [&tag, strong, &format!("\"other\", {tag}"), "*"] {
        let answer = site.ask("GET", "/", &[("If-None-Match", known)]);
        assert_eq!((answer.status, answer.body.len()), (304, 0), "{known}");
        assert_eq!(answer.headers["etag"], tag);
    }
    let answer = site.ask("GET", "/", &[("If-None-Match", "\"other\"")]);
    assert_eq!(answer.status, 200);
}

#[test]
fn head_has_the_headers_of_get_and_no_body() {
    let site = Playground::start(&[]);
    let (got, head) = (site.get("/"), site.ask("HEAD", "/", &[]));
    assert_eq!((head.status, head.body.len()), (200, 0));
    for name in ["content-length", "content-type", "etag", "cache-control"] {
        assert_eq!(head.headers[name], got.headers[name], "{name}");
    }
}

#[test]
fn who_takes_gzip_gets_less() {
    let site = Playground::start(&[]);
    let target = "/app-0123456789abcdef_bg.wasm";
    let plain = site.get(target);
    let gzip = site.ask("GET", target, &[("Accept-Encoding", "br, gzip")]);
    assert_eq!(gzip.headers["content-encoding"], "gzip");
    assert_eq!(gzip.headers["content-type"], "application/wasm");
    assert!(gzip.body.starts_with(&[0x1f, 0x8b]) && gzip.body.len() < plain.body.len());
    for answer in [plain, gzip] {
        assert_eq!(answer.headers["vary"], "accept-encoding");
        assert_eq!(
            answer.headers["content-length"],
            answer.body.len().to_string()
        );
    }
}

#[test]
fn the_hub_answers_what_is_asked_of_it_at_the_same_address() {
    let site = Playground::start(&[]);
    let answer = site.get("/devices/dev1?api-version=2021-04-12");
    assert_eq!(answer.status, 401);
    assert_eq!(
        answer.headers["iothub-errorcode"],
        "IotHubUnauthorizedAccess"
    );
    let answer = site.ask("GET", "/twins/dev1", &[("Authorization", "none")]);
    assert_ne!(answer.headers["content-type"], "text/html; charset=utf-8");
    assert!(site.get("/healthz").text().contains("\"ok\""));
}

#[test]
fn the_printed_connection_string_opens_the_hub() {
    let site = Playground::start(&[]);
    let owner: ServiceConnectionString = site.owner.parse().unwrap();
    let token = SasToken::sign(
        &owner.host_name,
        &owner.key,
        40_000_000_000,
        Some(&owner.policy),
    );
    let token = token.to_text().into_inner();
    let target = "/statistics/devices?api-version=2021-04-12";
    let answer = site.ask("GET", target, &[("Authorization", &token)]);
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[test]
fn mqtt_is_spoken_on_a_websocket_at_the_same_address() {
    let site = Playground::start(&[]);
    let headers = [
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("Sec-WebSocket-Protocol", "mqtt"),
    ];
    let answer = site.ask("GET", "/$iothub/websocket", &headers);
    assert_eq!(answer.status, 101);
    assert_eq!(answer.headers["sec-websocket-protocol"], "mqtt");
    assert_eq!(
        answer.headers["sec-websocket-accept"],
        "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    );
}

#[test]
fn a_folder_without_a_site_is_refused_with_what_to_do() {
    let folder = TempDir::new().unwrap();
    let site = folder.path().to_str().unwrap();
    let (code, _, said) = run(["serve", "--ephemeral", "--port", "0", "--site", site]);
    assert_eq!(code, 9);
    assert!(
        said.contains(site) && said.contains("cargo xtask dist"),
        "{said}"
    );
}

#[test]
fn only_the_names_of_this_server_are_answered() {
    let site = Playground::start(&["--hostname", "Playground.example"]);
    let status = |host: &str| site.ask("GET", "/", &[("Host", host)]).status;
    for host in ["localhost", "127.0.0.1:80", "[::1]", "playground.example"] {
        assert_eq!(status(host), 200, "{host}");
    }
    for host in ["evil.example", "192.0.2.1", "0.0.0.0", ""] {
        assert_eq!(status(host), 421, "{host}");
    }
}

#[test]
fn where_all_addresses_are_listened_on_any_address_is_answered_and_no_foreign_name() {
    let site = Playground::start(&["--listen", "0.0.0.0"]);
    let status = |host: &str| site.ask("GET", "/", &[("Host", host)]).status;
    for host in ["localhost", "192.0.2.1:8080", "[2001:db8::1]:8080"] {
        assert_eq!(status(host), 200, "{host}");
    }
    assert_eq!(status("evil.example"), 421);
}

#[test]
fn hubs_of_the_command_line_are_told_to_the_page() {
    let site = Playground::start(&["--relay-to", "localhost:8443", "--relay-to", "hub.example"]);
    let hosts: Value = serde_json::from_slice(&site.get("/relay").body).unwrap();
    let named = &hosts["hosts"].as_array().unwrap()[3..];
    assert_eq!(named, ["localhost:8443", "hub.example"]);
}

#[test]
fn what_names_no_hub_or_proxy_and_an_authority_for_none_are_refused() {
    let refused = |options: &[&str], code: i32, words: &str| {
        let folder = TempDir::new().unwrap();
        write_site(folder.path());
        let site = folder.path().to_str().unwrap();
        let always = ["serve", "--ephemeral", "--port", "0", "--site", site];
        let (ended, _, said) = run(always.iter().chain(options));
        assert_eq!(ended, code, "{options:?}: {said}");
        assert!(said.contains(words), "{options:?}: {said}");
    };
    refused(&["--relay-to", "https://hub.example"], 2, "localhost:8443");
    refused(&["--relay-ca", "ca.pem"], 2, "--relay-to");
    let proxy = ["--relay-proxy", "socks5://proxy.example"];
    refused(&proxy, 2, "http://HOST:PORT");
    let named = ["--relay-to", "hub.example", "--relay-ca"];
    refused(
        &[&named[..], &["/no/such/ca.pem"]].concat(),
        7,
        "/no/such/ca.pem",
    );
}

#[cfg(not(feature = "site"))]
#[test]
fn without_any_site_the_program_says_how_to_get_one() {
    let (code, _, said) = run(["serve", "--ephemeral", "--port", "0"]);
    assert_eq!(code, 9);
    assert!(
        said.contains("--site") && said.contains("cargo xtask dist"),
        "{said}"
    );
}

#[test]
fn a_hub_that_is_kept_comes_back_with_its_keys() {
    let folder = TempDir::new().unwrap();
    let (site, data) = (folder.path().join("site"), folder.path().join("data"));
    write_site(&site);
    let owner = || {
        let mut command = program(["serve", "--port", "0", "--site"]);
        command.arg(&site).arg("--data").arg(&data);
        Running::start(command).line_with("iothubowner")
    };
    assert_eq!(owner(), owner());
}
