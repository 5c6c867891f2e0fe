//! Hubs that answer badly, slowly, or for ever, and callers that do not stop.

use std::{sync::Arc, time::Duration};

use server::relay::{RelayOptions, RelayTimes};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    sync::mpsc,
    time::timeout,
};

use crate::{
    hub::{LONG, TestServer, read_request},
    page::Page,
};

const MEGABYTE: usize = 1024 * 1024;

fn impatient(options: RelayOptions) -> RelayOptions {
    RelayOptions {
        times: RelayTimes {
            connect: Duration::from_secs(2),
            answer: Duration::from_millis(300),
            method: Duration::from_millis(600),
        },
        ..options
    }
}

fn call_to(server: &TestServer) -> String {
    format!("{}/devices/dev1?api-version=2021-04-12", server.host())
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (elsewhere, mut asked) = TestServer::answering(b"HTTP/1.1 200 OK\r\n\r\n").await;
    for status in [300, 301, 302, 303, 305, 307, 308, 399] {
        let to = format!("https://{}/devices", elsewhere.host());
        let answer = format!("HTTP/1.1 {status} Go\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
        let (server, _told) = TestServer::answering(answer.leak().as_bytes()).await;
        let answer = Page::new(server.known())
            .relay("GET", &call_to(&server))
            .await;
        answer.expect_error(502, "redirected", &status.to_string());
        assert!(!answer.headers.contains_key("location"));
    }
    assert!(asked.try_recv().is_err());
}

#[tokio::test]
async fn what_has_not_changed_is_no_redirect() {
    let answer = b"HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n";
    let (server, _told) = TestServer::answering(answer).await;
    let answer = Page::new(server.known())
        .relay("GET", &call_to(&server))
        .await;
    assert_eq!((answer.status, answer.relay_error()), (304, None));
}

#[tokio::test]
async fn a_hub_that_does_not_answer_is_not_waited_for() {
    let server = TestServer::start(|mut stream| async move {
        read_request(&mut stream).await;
        let _stream = stream;
        std::future::pending::<()>().await;
    });
    let server = server.await;
    let page = Page::new(impatient(server.known()));
    let answer = page.relay("GET", &call_to(&server)).await;
    answer.expect_error(504, "timeout", "silent");
    let method = format!("{}/twins/dev1/methods", server.host());
    let answer = page.relay("POST", &method).await;
    answer.expect_error(504, "timeout", "a silent method");
}

#[tokio::test]
async fn an_answer_that_trickles_is_not_waited_for() {
    let server = TestServer::start(|mut stream| async move {
        read_request(&mut stream).await;
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n";
        let _ = stream.write_all(head).await;
        let mut every = tokio::time::interval(Duration::from_millis(20));
        while stream.write_all(b"a").await.is_ok() && stream.flush().await.is_ok() {
            every.tick().await;
        }
    });
    let server = server.await;
    let page = Page::new(impatient(server.known()));
    let answer = page.relay("GET", &call_to(&server)).await;
    answer.expect_error(504, "timeout", "trickle");
}

#[tokio::test]
async fn a_hub_that_does_not_shake_hands_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("localhost:{}", listener.local_addr().unwrap().port());
    let page = Page::new(RelayOptions {
        named: vec![host.parse().unwrap()],
        times: RelayTimes {
            connect: Duration::from_millis(300),
            ..RelayTimes::default()
        },
        ..RelayOptions::default()
    });
    let answer = page.relay("GET", &format!("{host}/devices/dev1")).await;
    answer.expect_error(504, "timeout", "no handshake");
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    for head in [
        &b"HTTP/1.1 200 OK\r\n\r\n"[..],
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
    ] {
        let server = TestServer::start(move |mut stream| async move {
            read_request(&mut stream).await;
            let _ = stream.write_all(head).await;
            while stream.write_all(&[b'a'; 16_384]).await.is_ok() {}
        });
        let server = server.await;
        let answer = Page::new(server.known())
            .relay("GET", &call_to(&server))
            .await;
        answer.expect_error(502, "answer-too-large", "endless");
    }
}

#[tokio::test]
async fn an_answer_as_large_as_may_be_comes_back_whole() {
    let server = TestServer::start(|mut stream| async move {
        read_request(&mut stream).await;
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
            8 * MEGABYTE
        );
        let _ = stream.write_all(head.as_bytes()).await;
        let _ = stream.write_all(&vec![b'a'; 8 * MEGABYTE]).await;
        let _ = stream.shutdown().await;
    });
    let server = server.await;
    let answer = Page::new(server.known())
        .relay("GET", &call_to(&server))
        .await;
    assert_eq!((answer.status, answer.body.len()), (200, 8 * MEGABYTE));
}

#[tokio::test]
async fn headers_without_end_are_cut_off() {
    let server = TestServer::start(|mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nx-ms-a: ").await;
        while stream.write_all(&[b'a'; 4096]).await.is_ok() {}
    });
    let server = server.await;
    let answer = Page::new(server.known())
        .relay("GET", &call_to(&server))
        .await;
    answer.expect_error(502, "unreachable", "headers");
}

#[tokio::test]
async fn what_is_no_answer_is_told_as_such() {
    for bytes in [
        &b""[..],
        b"\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"HTTP/1.1 200",
        b"HTTP/1.1 000 Odd\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    ] {
        let (server, _told) = TestServer::answering(bytes).await;
        let answer = Page::new(server.known())
            .relay("GET", &call_to(&server))
            .await;
        let what = String::from_utf8_lossy(bytes);
        answer.expect_error(502, "unreachable", &what);
    }
}

#[tokio::test]
async fn an_answer_to_come_does_not_end_the_wait_for_it() {
    let bytes = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    let (server, _told) = TestServer::answering(bytes).await;
    let answer = Page::new(server.known())
        .relay("GET", &call_to(&server))
        .await;
    assert_eq!((answer.status, answer.text()), (200, "{}"));
}

#[tokio::test]
async fn too_large_a_body_is_refused_before_the_hub_is_asked() {
    let (server, mut asked) = TestServer::answering(b"HTTP/1.1 200 OK\r\n\r\n").await;
    let page = Page::new(server.known());
    let line = format!("POST /relay/{}/devices/query", server.host());
    let method = ("x-relay-method", "POST");
    let answer = page.ask(&line, &[method], &vec![b'a'; MEGABYTE + 1]).await;
    answer.expect_error(413, "too-large", "by its length");
    assert!(asked.try_recv().is_err());
}

#[tokio::test]
async fn calls_under_way_have_a_bound() {
    let (begun, mut under_way) = mpsc::unbounded_channel();
    let server = TestServer::start(move |mut stream| {
        let begun = begun.clone();
        async move {
            read_request(&mut stream).await;
            let _ = begun.send(());
            let _stream = stream;
            std::future::pending::<()>().await;
        }
    });
    let server = server.await;
    let page = Arc::new(Page::new(server.known()));
    let call = call_to(&server);
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let (page, call) = (Arc::clone(&page), call.clone());
        waiting.spawn(async move { page.relay("GET", &call).await });
    }
    for _ in 0..64 {
        timeout(LONG, under_way.recv()).await.unwrap();
    }
    let answer = page.relay("GET", &call).await;
    answer.expect_error(503, "busy", "one too many");
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_ends() {
    let (ended, mut end) = mpsc::unbounded_channel();
    let (begun, mut beginning) = mpsc::unbounded_channel();
    let server = TestServer::start(move |mut stream| {
        let (begun, ended) = (begun.clone(), ended.clone());
        async move {
            read_request(&mut stream).await;
            let _ = begun.send(());
            let _ = stream.read(&mut [0; 1]).await;
            let _ = ended.send(());
        }
    });
    let server = server.await;
    let page = Page::new(server.known());
    let call = call_to(&server);
    tokio::select! {
        answer = page.relay("GET", &call) => panic!("{answer:?}"),
        _ = beginning.recv() => {}
    }
    timeout(LONG, end.recv())
        .await
        .expect("the connection to the hub ends");
}
