//! MQTT over WebSocket, and which of them are opened at all.

use std::rc::Rc;

use client::device::Message;
use futures::{SinkExt, StreamExt};
use http::{Request, header};
use server::emulator::EmulatorOptions;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message as Frame},
};

use crate::{
    link::{Stream, TestNetwork},
    packets,
    site::{HOST, Secured, Site, soon, with_devices},
};

type WebSocket = WebSocketStream<Secured>;

/// Opens a WebSocket, or gives the status of the refusal.
async fn open(site: &Site, path: &str, protocol: &str) -> Result<WebSocket, u16> {
    let request = Request::get(format!("wss://{HOST}{path}"))
        .header(header::HOST, HOST)
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .header(header::SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ==")
        .header(header::SEC_WEBSOCKET_PROTOCOL, protocol)
        .body(())
        .unwrap();
    let stream = site.tls(site.ports.https).await;
    match soon(client_async(request, stream)).await {
        Ok((websocket, response)) => {
            let answered = &response.headers()[header::SEC_WEBSOCKET_PROTOCOL];
            assert!(protocol.contains(answered.to_str().unwrap()));
            Ok(websocket)
        }
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

/// A WebSocket, as the link that the `client` crate wants.
fn over_websocket(site: &Rc<Site>) -> TestNetwork {
    let site = Rc::clone(site);
    TestNetwork::new(move || {
        let site = Rc::clone(&site);
        Box::pin(async move {
            let mut websocket = open(&site, "/$iothub/websocket", "mqtt").await.unwrap();
            let (ours, theirs) = tokio::io::duplex(4096);
            tokio::task::spawn_local(async move { carry(&mut websocket, theirs).await });
            Box::new(ours) as Box<dyn Stream>
        })
    })
}

/// Carries bytes between a WebSocket and a pipe, in pieces that have nothing to do with packets.
async fn carry(websocket: &mut WebSocket, pipe: tokio::io::DuplexStream) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (mut reader, mut writer) = tokio::io::split(pipe);
    let mut piece = [0; 777];
    loop {
        tokio::select! {
            read = reader.read(&mut piece) => match read {
                Ok(count @ 1..) => {
                    let frame = Frame::binary(piece[..count].to_vec());
                    websocket.send(frame).await.unwrap();
                }
                _ => return,
            },
            frame = websocket.next() => match frame {
                Some(Ok(Frame::Binary(bytes))) => writer.write_all(&bytes).await.unwrap(),
                Some(Ok(_)) => {}
                _ => return,
            },
        }
    }
}

#[tokio::test]
async fn a_device_sends_telemetry_in_frames_that_are_no_packets() {
    with_devices(async {
        let site = Rc::new(Site::new());
        let device = site.device("dev1", over_websocket(&site)).await;
        device.connect().await.unwrap();
        let body = vec![b'x'; 100_000];
        device.send(Message::new(body.clone())).await.unwrap();
        assert_eq!(site.telemetry().await, [body]);
    })
    .await;
}

#[tokio::test]
async fn the_path_may_end_in_a_slash_have_a_query_or_be_escaped() {
    let site = Site::new();
    for path in [
        "/$iothub/websocket",
        "/$iothub/websocket/",
        "/%24iothub/websocket",
        "/$iothub/websocket?iothub-no-client-cert=true",
    ] {
        assert!(open(&site, path, "mqtt").await.is_ok(), "{path}");
    }
    assert!(
        open(&site, "/$iothub/websocket", "other, mqtt")
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn amqp_is_spoken_on_each_path_that_a_client_of_it_knows() {
    // What says that SASL follows.
    const HEADER: &[u8] = b"AMQP\x03\x01\x00\x00";
    let site = Site::new();
    for path in [
        "/$iothub/websocket",
        "/$servicebus/websocket",
        "/$servicebus/websocket/",
    ] {
        let mut websocket = open(&site, path, "AMQPWSB10").await.unwrap();
        websocket.send(Frame::binary(HEADER)).await.unwrap();
        let answer = soon(websocket.next()).await.unwrap().unwrap();
        assert!(answer.into_data().starts_with(HEADER), "{path}");
    }
}

#[tokio::test]
async fn other_paths_and_protocols_are_refused_with_a_status() {
    let site = Site::new();
    for (path, protocol, status) in [
        ("/", "mqtt", 400),
        ("/devices", "mqtt", 400),
        ("/$iothub/websocket", "mqttv5", 400),
        ("/$servicebus/websocket", "mqtt", 400),
    ] {
        let refused = open(&site, path, protocol).await.err();
        assert_eq!(refused, Some(status), "{path} {protocol}");
    }
}

#[tokio::test]
async fn a_handshake_of_an_unknown_version_is_refused() {
    let site = Site::new();
    let request = Request::get("/$iothub/websocket")
        .header(header::HOST, HOST)
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, "8")
        .header(header::SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ==")
        .header(header::SEC_WEBSOCKET_PROTOCOL, "mqtt")
        .body(Vec::new())
        .unwrap();
    let response = site.request(request).await;
    assert_eq!(response.status(), 400);
    assert_eq!(response.headers()[header::SEC_WEBSOCKET_VERSION], "13");
}

/// The hub closes a WebSocket after a frame.
async fn is_closed_after(site: &Site, frame: Frame) {
    let mut websocket = open(site, "/$iothub/websocket", "mqtt").await.unwrap();
    // It may be closed before all was taken.
    let _ = websocket.send(frame).await;
    soon(async { while let Some(Ok(_)) = websocket.next().await {} }).await;
}

#[tokio::test]
async fn a_text_frame_ends_the_connection() {
    is_closed_after(&Site::new(), Frame::text("hello")).await;
}

#[tokio::test]
async fn a_frame_that_is_too_large_ends_the_connection() {
    is_closed_after(&Site::new(), Frame::binary(vec![0x10; 2 * 1024 * 1024])).await;
}

#[tokio::test]
async fn a_ping_is_answered() {
    let site = Site::new();
    let mut websocket = open(&site, "/$iothub/websocket", "mqtt").await.unwrap();
    websocket
        .send(Frame::Ping(b"there?"[..].into()))
        .await
        .unwrap();
    let answer = soon(websocket.next()).await.unwrap().unwrap();
    assert_eq!(answer, Frame::Pong(b"there?"[..].into()));
}

#[tokio::test]
async fn a_disconnect_packet_marks_the_device_while_its_socket_stays_open() {
    let site = Site::new();
    let string = site.register("dev1").await;
    let mut websocket = open(&site, "/$iothub/websocket", "mqtt").await.unwrap();
    let mut bytes = packets::connect(&string);
    bytes.extend([0xe0, 0]);
    websocket.send(Frame::binary(bytes)).await.unwrap();
    soon(async { while let Some(Ok(_)) = websocket.next().await {} }).await;
    let call = site.service().get_device(crate::site::now(), "dev1");
    let state = site.call(call).await.unwrap().connection_state;
    assert_eq!(state, wire::rest::ConnectionState::Disconnected);
}

#[tokio::test]
async fn a_websocket_keeps_its_place_among_the_connections() {
    let mut options = EmulatorOptions::default();
    options.limits.in_all = 1;
    let site = Site::with(options);
    let _open = open(&site, "/$iothub/websocket", "mqtt").await.unwrap();
    let versions = &[&tokio_rustls::rustls::version::TLS13];
    let next = site.tls_of(site.ports.https, versions, &[]).await;
    assert!(next.is_err());
}
