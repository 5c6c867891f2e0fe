//! Who may use the relay, and by which names the server of the playground may be spoken to.

use server::relay::RelayOptions;

use crate::page::Page;

const LINE: &str = "POST /relay/contoso.azure-devices.net/devices/dev1?api-version=2021-04-12";
const METHOD: (&str, &str) = ("x-relay-method", "GET");

#[tokio::test]
async fn pages_of_other_origins_are_refused() {
    let page = Page::new(RelayOptions::default());
    let port = page.address.port();
    let others = [
        format!("http://localhost:{port}"),
        "http://localhost:3000".to_owned(),
        "https://evil.example".to_owned(),
        "null".to_owned(),
    ];
    for origin in &others {
        for line in ["GET /relay", LINE] {
            let answer = page.ask(line, &[METHOD, ("Origin", origin)], b"").await;
            answer.expect_error(403, "not-same-origin", origin);
        }
    }
    for site in ["cross-site", "same-site", "none"] {
        let answer = page
            .ask(LINE, &[METHOD, ("Sec-Fetch-Site", site)], b"")
            .await;
        answer.expect_error(403, "not-same-origin", site);
    }
}

#[tokio::test]
async fn no_other_origin_is_allowed_anything() {
    let page = Page::new(RelayOptions::default());
    // The hub of this server allows this origin to call it. The relay does not.
    let origin = ("Origin", "http://localhost:3000");
    let preflight = [
        origin,
        ("Access-Control-Request-Method", "POST"),
        (
            "Access-Control-Request-Headers",
            "x-relay-method,authorization",
        ),
        ("Access-Control-Request-Private-Network", "true"),
    ];
    for (line, headers) in [
        ("OPTIONS /relay", &preflight[..]),
        (
            "OPTIONS /relay/contoso.azure-devices.net/devices",
            &preflight,
        ),
        ("GET /relay", &[origin]),
        (LINE, &[origin, METHOD]),
    ] {
        let answer = page.ask(line, headers, b"").await;
        assert!(!(200..300).contains(&answer.status), "{line}");
        for name in answer.headers.keys() {
            assert!(
                !name.as_str().starts_with("access-control"),
                "{line}: {name}"
            );
        }
    }
}

#[tokio::test]
async fn the_method_of_the_call_is_in_a_header_that_no_form_can_send() {
    let page = Page::new(RelayOptions::default());
    let answer = page.ask(LINE, &[], b"").await;
    answer.expect_error(400, "bad-request", "without it");
    let answer = page.ask(LINE, &[METHOD, METHOD], b"").await;
    answer.expect_error(400, "bad-request", "twice");
    for method in [
        "get", "HEAD", "OPTIONS", "CONNECT", "TRACE", "BREW", "GET ,", "",
    ] {
        let answer = page.ask(LINE, &[("x-relay-method", method)], b"").await;
        answer.expect_error(405, "method-not-allowed", method);
    }
}

#[tokio::test]
async fn calls_are_posts() {
    let page = Page::new(RelayOptions::default());
    let target = LINE.strip_prefix("POST").unwrap();
    for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        let answer = page.ask(&format!("{method}{target}"), &[METHOD], b"").await;
        answer.expect_error(405, "method-not-allowed", method);
    }
    let answer = page.ask("POST /relay", &[METHOD], b"").await;
    answer.expect_error(405, "method-not-allowed", "of the relay itself");
}

#[tokio::test]
async fn a_foreign_host_name_that_leads_here_opens_nothing() {
    let page = Page::new(RelayOptions::default());
    let port = page.address.port();
    for host in [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        format!("localhost.evil.example:{port}"),
        format!("127.0.0.1.evil.example:{port}"),
        "192.0.2.1".to_owned(),
        format!("0.0.0.0:{port}"),
        "2130706433".to_owned(),
        "a@localhost".to_owned(),
        String::new(),
    ] {
        for line in [
            "GET /",
            "GET /index.html",
            "GET /relay",
            LINE,
            "GET /healthz",
            "GET /devices?api-version=2021-04-12",
            "OPTIONS /devices",
        ] {
            let headers = [
                ("Host", host.as_str()),
                METHOD,
                ("Origin", "http://localhost:1"),
            ];
            let answer = page.ask(line, &headers, b"").await;
            assert_eq!(answer.status, 421, "{host}: {line}");
            assert!(!answer.headers.contains_key("access-control-allow-origin"));
        }
    }
    let upgrade = [
        ("Host", "evil.example"),
        ("Connection", "Upgrade, close"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("Sec-WebSocket-Protocol", "mqtt"),
    ];
    let answer = page.ask("GET /$iothub/websocket", &upgrade, b"").await;
    assert_eq!(answer.status, 421);
}

#[tokio::test]
async fn the_own_names_are_answered_and_a_refusal_says_which_they_are() {
    let page = Page::new(RelayOptions::default());
    let port = page.address.port();
    for host in [
        "localhost".to_owned(),
        format!("LOCALHOST:{port}"),
        format!("127.0.0.1:{port}"),
        format!("[::1]:{port}"),
    ] {
        let answer = page.ask("GET /", &[("Host", &host)], b"").await;
        assert_eq!(answer.status, 200, "{host}");
    }
    let answer = page.ask("GET /", &[("Host", "evil.example")], b"").await;
    assert!(answer.text().contains("localhost") && answer.text().contains("--hostname"));
}

#[tokio::test]
async fn two_hosts_are_none() {
    let page = Page::new(RelayOptions::default());
    let headers = [("Host", "localhost"), ("Host", "localhost")];
    let answer = page.ask("GET /", &headers, b"").await;
    // The parser may be the one that refuses.
    assert!([400, 421].contains(&answer.status), "{}", answer.status);
    let answer = page
        .ask("GET http://evil.example/", &[("Host", "localhost")], b"")
        .await;
    assert_eq!(answer.status, 421);
}
