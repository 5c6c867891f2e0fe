//! Clients that are slow, silent, malformed or many.

use std::{sync::Arc, time::Duration};

use client::service::{IfMatch, TwinChange};
use http::Request;
use server::{
    connection_limits::ConnectionLimits, emulator::EmulatorOptions, time_limits::TimeLimits,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

use crate::{
    packets,
    site::{LONG, Site, now, soon},
};

/// So short that a test can wait for it.
const SHORT: Duration = Duration::from_millis(300);

fn times(change: impl FnOnce(&mut TimeLimits)) -> EmulatorOptions {
    let mut options = EmulatorOptions::default();
    change(&mut options.times);
    options
}

/// The server ends a connection; how does not matter.
async fn ends<S: AsyncRead + Unpin>(stream: &mut S) {
    let mut bytes = Vec::new();
    // What was still under way is lost with a connection that is reset.
    let _ = soon(stream.read_to_end(&mut bytes)).await;
}

async fn is_well(site: &Site) {
    let request = Request::get("/healthz").body(Vec::new()).unwrap();
    assert_eq!(site.request(request).await.status(), 200);
}

#[tokio::test]
async fn a_client_that_never_shakes_hands_is_closed() {
    let site = Site::with(times(|times| times.handshake = SHORT));
    for port in [site.ports.mqtts, site.ports.https] {
        let mut socket = site.tcp(port).await;
        ends(&mut socket).await;
    }
}

#[tokio::test]
async fn a_handshake_byte_by_byte_is_closed_in_time_all_the_same() {
    let site = Site::with(times(|times| times.handshake = SHORT));
    let (mut reader, mut writer) = site.tcp(site.ports.mqtts).await.into_split();
    let drip = async move {
        // The begin of a record of 512 bytes.
        let bytes = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3];
        for byte in bytes.into_iter().chain(std::iter::repeat(0)) {
            if writer.write_all(&[byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(SHORT / 10).await;
        }
    };
    let drip = tokio::spawn(drip);
    ends(&mut reader).await;
    drip.abort();
}

#[tokio::test]
async fn what_is_not_tls_is_closed_and_others_are_served() {
    let site = Site::new();
    for bytes in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0x16; 600], &[0; 4096]] {
        let mut socket = site.tcp(site.ports.mqtts).await;
        // It may be closed before all was taken.
        let _ = socket.write_all(bytes).await;
        ends(&mut socket).await;
    }
    is_well(&site).await;
}

#[tokio::test]
async fn a_client_of_mqtt_that_says_nothing_is_closed() {
    let site = Site::with(times(|times| times.greeting = SHORT));
    let mut stream = site.tls(site.ports.mqtts).await;
    ends(&mut stream).await;
}

#[tokio::test]
async fn a_connect_without_an_end_is_closed_in_time() {
    let site = Site::with(times(|times| times.greeting = SHORT));
    let string = site.register("dev1").await;
    let mut stream = site.tls(site.ports.mqtts).await;
    let packet = packets::connect(&string);
    stream.write_all(&packet[..packet.len() - 1]).await.unwrap();
    stream.flush().await.unwrap();
    ends(&mut stream).await;
}

#[tokio::test]
async fn a_packet_of_the_largest_length_is_refused_by_its_header() {
    let site = Site::new();
    let string = site.register("dev1").await;
    let mut stream = site.tls(site.ports.mqtts).await;
    stream.write_all(&packets::connect(&string)).await.unwrap();
    stream
        .write_all(&[0x32, 0xff, 0xff, 0xff, 0x7f])
        .await
        .unwrap();
    ends(&mut stream).await;
    is_well(&site).await;
}

#[tokio::test]
async fn malformed_packets_end_their_connection_alone() {
    let site = Site::new();
    for bytes in [&[0x20, 0][..], &[0x10, 1, 0], &[0xff; 64], &[0; 64]] {
        let mut stream = site.tls(site.ports.mqtts).await;
        stream.write_all(bytes).await.unwrap();
        ends(&mut stream).await;
    }
    is_well(&site).await;
}

#[tokio::test]
async fn a_client_that_takes_nothing_for_long_is_dropped() {
    let site = Site::with(times(|times| times.stalled = SHORT));
    ask_for_more_than_is_read(&site).await;
}

/// However slowly it takes what is sent to it.
#[tokio::test]
async fn a_client_for_which_too_much_waits_is_dropped_at_once() {
    let site = Site::with(times(|times| times.stalled = 100 * LONG));
    ask_for_more_than_is_read(&site).await;
}

/// Is a client that asks and does not read, until it is dropped.
async fn ask_for_more_than_is_read(site: &Site) {
    let string = site.register("dev1").await;
    let (mut reader, mut writer) = tokio::io::split(site.tls_with_little_room().await);
    writer.write_all(&packets::connect(&string)).await.unwrap();
    // A few bytes each time ask for many, which are never read.
    let properties: serde_json::Map<_, _> = (0..7)
        .map(|number| (number.to_string(), "x".repeat(4000).into()))
        .collect();
    let change = TwinChange::desired(properties);
    let change = site
        .service()
        .patch_twin(now(), "dev1", &change, &IfMatch::Any);
    site.call(change).await.unwrap();
    let gets = packets::get_twin().repeat(100);
    soon(async { while writer.write_all(&gets).await.is_ok() {} }).await;
    ends(&mut reader).await;
    is_well(site).await;
}

#[tokio::test]
async fn a_client_that_vanishes_without_a_word_goes_offline() {
    let site = Site::new();
    let string = site.register("dev1").await;
    let mut stream = site.tls(site.ports.mqtts).await;
    stream.write_all(&packets::connect(&string)).await.unwrap();
    soon(stream.read_exact(&mut [0; 4])).await.unwrap();
    assert!(is_online(&site).await);
    drop(stream);
    soon(async { while is_online(&site).await {} }).await;
}

async fn is_online(site: &Site) -> bool {
    let call = site.service().get_device(now(), "dev1");
    let identity = site.call(call).await.unwrap();
    identity.connection_state == wire::rest::ConnectionState::Connected
}

#[tokio::test]
async fn beyond_the_most_connections_none_is_let_in_until_one_ends() {
    let limits = ConnectionLimits {
        in_all: 3,
        ..ConnectionLimits::default()
    };
    let options = EmulatorOptions {
        limits,
        ..EmulatorOptions::default()
    };
    let site = Site::with(options);
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(site.tls(site.ports.mqtts).await);
    }
    ends(&mut site.tcp(site.ports.mqtts).await).await;
    // Another port has places of its own.
    is_well(&site).await;
    drop(open);
    let let_in = async {
        let versions = &[&tokio_rustls::rustls::version::TLS13];
        while site.tls_of(site.ports.mqtts, versions, &[]).await.is_err() {}
    };
    soon(let_in).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_devices_at_once_are_served() {
    const DEVICES: usize = 1000;
    let site = Arc::new(Site::new());
    let ids: Vec<_> = (0..DEVICES).map(|number| format!("dev{number}")).collect();
    let strings = site.register_all(&ids).await;
    let mut tasks = tokio::task::JoinSet::new();
    for string in strings {
        let site = Arc::clone(&site);
        tasks.spawn(async move {
            let mut stream = site.tls(site.ports.mqtts).await;
            stream.write_all(&packets::connect(&string)).await.unwrap();
            let event = packets::telemetry(&string.device_id, 1, b"here");
            stream.write_all(&event).await.unwrap();
            let mut answers = [0; 8];
            stream.read_exact(&mut answers).await.unwrap();
            assert_eq!((answers[0], answers[3], answers[4]), (0x20, 0, 0x40));
            stream
        });
    }
    let open = soon(tasks.join_all()).await;
    assert_eq!(open.len(), DEVICES);
    assert_eq!(site.telemetry().await.len(), DEVICES);
}

#[tokio::test]
async fn thousands_that_say_nothing_keep_nobody_from_being_served() {
    const SILENT: u64 = 4_000;
    // Both ends of each connection are files of this process.
    let files = rlimit::increase_nofile_limit(u64::MAX).unwrap();
    let site = Site::new();
    let mut silent = Vec::new();
    for _ in 0..SILENT.min(files / 4) {
        silent.push(site.tcp(site.ports.mqtts).await);
    }
    let string = site.register("dev1").await;
    let mut stream = site.tls(site.ports.mqtts).await;
    stream.write_all(&packets::connect(&string)).await.unwrap();
    let mut answer = [0; 4];
    soon(stream.read_exact(&mut answer)).await.unwrap();
    assert_eq!((answer[0], answer[3]), (0x20, 0));
}

#[tokio::test]
async fn headers_without_an_end_are_closed_in_time() {
    let site = Site::with(times(|times| times.first_request = SHORT));
    for begin in [
        &b""[..],
        b"GET /devices HTTP/1.1\r\nHost: localhost\r\nX-",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let mut stream = site.tls(site.ports.https).await;
        stream.write_all(begin).await.unwrap();
        stream.flush().await.unwrap();
        ends(&mut stream).await;
    }
}

#[tokio::test]
async fn a_body_without_an_end_is_refused_in_time() {
    let site = Site::with(times(|times| times.body = SHORT));
    let mut stream = site.tls(site.ports.https).await;
    let begin = b"PUT /devices/a?api-version=2021-04-12 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{";
    stream.write_all(begin).await.unwrap();
    stream.flush().await.unwrap();
    let mut status = [0; 12];
    soon(stream.read_exact(&mut status)).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 408");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let site = Site::new();
    let request = Request::put("/devices/a?api-version=2021-04-12")
        .header("host", "localhost")
        .body(vec![b' '; 1024 * 1024 + 1])
        .unwrap();
    assert_eq!(site.request(request).await.status(), 413);
}

/// The begin of a request whose body has so many bytes.
fn head_of(bytes: usize) -> String {
    format!(
        "PUT /devices/a?api-version=2021-04-12 HTTP/1.1\r\nHost: localhost\r\nContent-Length: {bytes}\r\n\r\n"
    )
}

/// The status line of the next answer, whose end is that of its body.
async fn next_status<S: AsyncRead + Unpin>(stream: &mut S) -> String {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"at a time\n") {
        let byte = soon(stream.read_u8()).await.unwrap();
        bytes.push(byte);
    }
    String::from_utf8_lossy(&bytes[..12]).into_owned()
}

#[tokio::test]
async fn a_client_that_sends_all_before_it_reads_is_told_that_it_is_too_much() {
    const MUCH: usize = 5 * 1024 * 1024;
    let site = Site::new();
    let mut stream = site.tls(site.ports.https).await;
    // The connection is as good as before.
    for _ in 0..2 {
        let request = [head_of(MUCH).as_bytes(), &vec![b' '; MUCH]].concat();
        soon(stream.write_all(&request)).await.unwrap();
        soon(stream.flush()).await.unwrap();
        assert_eq!(next_status(&mut stream).await, "HTTP/1.1 413");
    }
    let request = Request::put("/devices/a?api-version=2021-04-12").body(vec![b' '; MUCH]);
    let response = site.request_http2(request.unwrap(), &[b"h2"]).await;
    assert_eq!(response.status(), 413);
}

#[tokio::test]
async fn a_client_that_waits_to_be_asked_for_its_body_is_told_at_once_and_not_asked() {
    let site = Site::new();
    let mut stream = site.tls(site.ports.https).await;
    let head = head_of(5 * 1024 * 1024).replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
    assert_eq!(next_status(&mut stream).await, "HTTP/1.1 413");
    ends(&mut stream).await;
}

#[tokio::test]
async fn a_client_that_does_not_send_the_rest_of_too_large_a_body_is_closed_in_time() {
    let site = Site::with(times(|times| times.body = SHORT));
    let mut stream = site.tls(site.ports.https).await;
    let request = [head_of(5 * 1024 * 1024).as_bytes(), b"{"].concat();
    stream.write_all(&request).await.unwrap();
    stream.flush().await.unwrap();
    assert_eq!(next_status(&mut stream).await, "HTTP/1.1 413");
    ends(&mut stream).await;
}

#[tokio::test]
async fn a_body_of_chunks_that_is_too_large_is_refused() {
    let site = Site::new();
    let mut stream = site.tls(site.ports.https).await;
    let begin = b"PUT /devices/a?api-version=2021-04-12 HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    stream.write_all(begin).await.unwrap();
    let (mut reader, mut writer) = tokio::io::split(stream);
    let chunk = [&b"10000\r\n"[..], &b" ".repeat(0x10000), b"\r\n"].concat();
    let send = tokio::spawn(async move { while writer.write_all(&chunk).await.is_ok() {} });
    assert_eq!(next_status(&mut reader).await, "HTTP/1.1 413");
    // It has no end, and is not read for ever.
    soon(send).await.unwrap();
}
