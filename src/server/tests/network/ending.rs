//! The end of an emulator.

use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    packets,
    site::{Site, soon},
};

#[tokio::test]
async fn what_was_received_is_acknowledged_and_the_connection_closed() {
    const EVENTS: u16 = 500;
    let site = Site::new();
    let string = site.register("dev1").await;
    let mut stream = site.tls(site.ports.mqtts).await;
    let mut bytes = packets::connect(&string);
    for id in 1..=EVENTS {
        bytes.extend(packets::telemetry("dev1", id, b"21.5"));
    }
    stream.write_all(&bytes).await.unwrap();
    stream.flush().await.unwrap();
    // The first acknowledgement says that the rest is on its way.
    soon(stream.read_exact(&mut [0; 8])).await.unwrap();
    let begun = Instant::now();
    site.emulator.stop().await;
    assert!(begun.elapsed().as_secs() < 5);
    let mut acknowledged = Vec::new();
    soon(stream.read_to_end(&mut acknowledged)).await.unwrap();
    assert_eq!(acknowledged.len() % 4, 0, "whole packets");
    assert!(!acknowledged.is_empty());
}

#[tokio::test]
async fn nobody_is_let_in_any_more() {
    let site = Site::new();
    let port = site.ports.mqtts;
    site.emulator.stop().await;
    let connected = tokio::net::TcpStream::connect(("127.0.0.1", port)).await;
    assert!(connected.is_err());
}
