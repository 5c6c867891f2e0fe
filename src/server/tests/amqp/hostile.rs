//! Clients that break the protocol, or try to take more than their share.

use fe2o3_amqp_types::{
    definitions::{Error, Handle},
    performatives::{Detach, Performative},
};

use crate::{
    client::{AMQP_HEADER, Client, SASL_HEADER, condition},
    hub::{ENTITY, TestHub},
};

/// The error of the close with which the hub ends a connection.
async fn close_error(client: &mut Client) -> Error {
    loop {
        if let Performative::Close(close) = client.next().await.0 {
            client.close().await;
            client.expect_end().await;
            return close.error.unwrap();
        }
    }
}

async fn expect_close(client: &mut Client, expected: &str) {
    let error = close_error(client).await;
    assert_eq!(condition(&error), expected, "{error}");
}

/// The hub goes on to serve others.
async fn expect_service(hub: &TestHub) {
    hub.open().await;
}

#[tokio::test]
async fn another_protocol_is_answered_with_the_own_header_and_the_end() {
    let hub = TestHub::start().await;
    let mut client = hub.connect().await;
    client.write(b"GET / HTTP/1.1\r\n\r\n").await;
    assert_eq!(&client.read_header().await, SASL_HEADER);
    client.expect_end().await;
    expect_service(&hub).await;
}

#[tokio::test]
async fn a_frame_that_announces_too_much_ends_the_connection() {
    let hub = TestHub::start().await;
    let mut client = hub.open().await;
    client.write(&[0xFF, 0xFF, 0xFF, 0xFF, 2, 0, 0, 0]).await;
    expect_close(&mut client, "amqp:connection:framing-error").await;
}

#[tokio::test]
async fn a_frame_shorter_than_its_header_ends_the_connection() {
    let hub = TestHub::start().await;
    let mut client = hub.open().await;
    client.write(&[0, 0, 0, 7, 2, 0, 0, 0]).await;
    expect_close(&mut client, "amqp:connection:framing-error").await;
}

#[tokio::test]
async fn a_data_offset_outside_of_the_frame_ends_the_connection() {
    let hub = TestHub::start().await;
    let mut client = hub.open().await;
    client.write(&[0, 0, 0, 8, 255, 0, 0, 0]).await;
    expect_close(&mut client, "amqp:connection:framing-error").await;
}

#[tokio::test]
async fn a_frame_of_sasl_after_open_ends_the_connection() {
    let hub = TestHub::start().await;
    let mut client = hub.open().await;
    client.write(&[0, 0, 0, 9, 2, 1, 0, 0, 0x40]).await;
    expect_close(&mut client, "amqp:connection:framing-error").await;
}

#[tokio::test]
async fn what_is_no_performative_ends_the_connection() {
    let hub = TestHub::start().await;
    for body in [
        &[0x40][..],
        &[0x00, 0x53, 0x99, 0x45],
        &[0x00, 0x53, 0x12, 0xC0, 0xFF, 0x01],
        &[0x00, 0x53, 0x12, 0x45],
        &[0x00, 0x53, 0x13, 0xC0, 0x02, 0x01, 0xA1],
        &[0x00; 600],
    ] {
        let mut client = hub.open().await;
        client.write_frame(0, body).await;
        expect_close(&mut client, "amqp:decode-error").await;
    }
}

#[tokio::test]
async fn values_that_are_nested_too_deep_end_the_connection() {
    let hub = TestHub::start().await;
    let mut client = hub.open().await;
    let mut value = vec![0x45];
    for _ in 0..5000 {
        let size = u32::try_from(value.len() + 4).unwrap();
        let mut outer = vec![0xD0];
        outer.extend(size.to_be_bytes());
        outer.extend([0, 0, 0, 1]);
        outer.extend(value);
        value = outer;
    }
    let mut body = vec![0x00, 0x53, 0x10];
    body.extend(value);
    client.write_frame(0, &body).await;
    expect_close(&mut client, "amqp:decode-error").await;
}

#[tokio::test]
async fn an_array_of_countless_nothings_ends_the_connection() {
    let hub = TestHub::start().await;
    let mut client = hub.open().await;
    let body = [
        0x00, 0x53, 0x10, 0xC0, 12, 1, 0xF0, 0, 0, 0, 5, 0xFF, 0xFF, 0xFF, 0xFF, 0x40,
    ];
    client.write_frame(0, &body).await;
    expect_close(&mut client, "amqp:decode-error").await;
}

#[tokio::test]
async fn a_frame_before_open_ends_the_connection() {
    let hub = TestHub::start().await;
    let mut client = hub.connect().await;
    client.write(AMQP_HEADER).await;
    client.read_header().await;
    client.end().await;
    assert!(matches!(client.next().await.0, Performative::Open(_)));
    expect_close(&mut client, "amqp:not-allowed").await;
}

#[tokio::test]
async fn a_second_open_ends_the_connection() {
    let hub = TestHub::start().await;
    let mut client = hub.open().await;
    client.send_open().await;
    expect_close(&mut client, "amqp:not-allowed").await;
}

#[tokio::test]
async fn a_frame_on_a_channel_without_a_session_ends_the_connection() {
    let hub = TestHub::start().await;
    let mut client = hub.open().await;
    client.write_frame(9, &[0x00, 0x53, 0x17, 0x45]).await;
    expect_close(&mut client, "amqp:not-allowed").await;
}

#[tokio::test]
async fn a_detach_after_the_end_of_its_session_is_forgiven() {
    let hub = TestHub::start().await;
    let mut client = hub.open().await;
    let link = client.attach_sender("$cbs").await.unwrap();
    client.end().await;
    client.detach(link).await;
    assert!(matches!(client.next().await.0, Performative::End(_)));
    client.begin(0).await;
}

#[tokio::test]
async fn a_handle_without_a_link_ends_the_session_alone() {
    let hub = TestHub::start().await;
    let mut client = hub.open().await;
    let detach = Detach {
        handle: Handle(77),
        closed: true,
        error: None,
    };
    client.send(0, &detach).await;
    let Performative::End(end) = client.next().await.0 else {
        panic!("expected end");
    };
    let error = end.error.unwrap();
    assert_eq!(condition(&error), "amqp:session:unattached-handle");
    client.begin(1).await;
}

#[tokio::test]
async fn more_messages_than_the_credit_detach_the_link() {
    let hub = TestHub::start().await;
    let mut client = hub.open_service().await;
    let link = client.attach_sender("/messages/devicebound").await.unwrap();
    for _ in 0..60 {
        client
            .transfer_part(link, b"\x00\x53\x75\xA0\x01x", true)
            .await;
        client.transfer_part(link, b"", false).await;
    }
    expect_detach(&mut client, "amqp:link:transfer-limit-exceeded").await;
}

#[tokio::test]
async fn a_message_that_is_too_large_detaches_the_link() {
    let hub = TestHub::start().await;
    let mut client = hub.open_service().await;
    let link = client.attach_sender("/messages/devicebound").await.unwrap();
    let part = vec![0; 30_000];
    for _ in 0..9 {
        client.transfer_part(link, &part, true).await;
    }
    expect_detach(&mut client, "amqp:link:message-size-exceeded").await;
}

#[tokio::test]
async fn a_message_that_is_none_is_refused() {
    let hub = TestHub::start().await;
    let mut client = hub.open_service().await;
    let link = client.attach_sender("/messages/devicebound").await.unwrap();
    let error = client.send_message(link, b"\xC0\xFF").await.unwrap_err();
    assert_eq!(condition(&error), "amqp:decode-error");
}

#[tokio::test]
async fn many_flows_that_ask_for_answers_nobody_reads_take_no_room() {
    let hub = TestHub::start().await;
    let mut client = hub.open().await;
    // The hub stops to read once enough waits for the client, so that at some point nothing more can be written.
    let flow = [
        0, 0, 0, 23, 2, 0, 0, 0, 0x00, 0x53, 0x13, 0xC0, 10, 10, 0x43, 0x43, 0x43, 0x43, 0x40,
        0x40, 0x40, 0x40, 0x40,
    ];
    let mut frame = flow.to_vec();
    frame.push(0x41);
    frame[3] = 24;
    frame[12] = 11;
    let flood = frame.repeat(4096);
    let written = tokio::time::timeout(crate::client::PATIENCE / 2, async {
        for _ in 0..2000 {
            client.write(&flood).await;
        }
    });
    assert!(written.await.is_err(), "200 MB were taken in");
    expect_service(&hub).await;
}

/// What clients hold back by their windows takes room, and with each of them in another consumer group there may be
/// any number of readers.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn many_readers_that_take_nothing_do_not_fill_the_memory() {
    let hub = TestHub::start().await;
    let large = "x".repeat(200_000);
    for _ in 0..16 {
        hub.send_telemetry(&large).await;
    }
    let before = memory();
    let mut greedy = Vec::new();
    for number in 0..100 {
        let mut client = hub.open_reader().await;
        let address = format!("{ENTITY}/ConsumerGroups/group{number}/Partitions/0");
        client.ask_for_one_frame(&address).await;
        // What comes first comes once all is there that the hub has for this client.
        while !matches!(client.next().await.0, Performative::Transfer(_)) {}
        greedy.push(client);
    }
    let grown = memory() - before;
    assert!(grown < 220 * 1024 * 1024, "by {grown} bytes");
    // Others are served, if only with a little at a time.
    let mut modest = hub.open_reader().await;
    let address = format!("{ENTITY}/ConsumerGroups/$Default/Partitions/0");
    let link = modest.attach_receiver(&address, |_| {}).await.unwrap();
    modest.grant(link, 3, false).await;
    for _ in 0..3 {
        modest.receive().await;
    }
}

/// How much memory this process has.
#[cfg(target_os = "linux")]
fn memory() -> u64 {
    let process = procfs::process::Process::myself().unwrap();
    process.stat().unwrap().rss * procfs::page_size()
}

async fn expect_detach(client: &mut Client, expected: &str) {
    loop {
        if let Performative::Detach(detach) = client.next().await.0 {
            let error = detach.error.unwrap();
            assert_eq!(condition(&error), expected, "{error}");
            return;
        }
    }
}
