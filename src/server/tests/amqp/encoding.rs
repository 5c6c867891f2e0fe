//! How the hub writes what some clients read by position.

use fe2o3_amqp_types::performatives::Performative;

use crate::{
    client::{AMQP_HEADER, Client},
    hub::TestHub,
};

/// The next frame has so many fields.
async fn check(client: &mut Client, name: &str, fields: usize) {
    let frame = client.read_frame().await.unwrap();
    assert_eq!(
        &frame.body[..2],
        [0x00, 0x53],
        "{name} has a small descriptor"
    );
    assert_eq!(frame.fields(), fields, "{name}");
}

#[tokio::test]
async fn every_performative_has_all_of_its_fields() {
    let hub = TestHub::start().await;
    let mut client = hub.connect().await;
    client.write(AMQP_HEADER).await;
    client.read_header().await;
    client.send_open().await;
    check(&mut client, "open", 10).await;
    client
        .write_frame(
            0,
            &[
                0x00, 0x53, 0x11, 0xC0, 8, 4, 0x40, 0x43, 0x52, 50, 0x52, 50, 0x40,
            ],
        )
        .await;
}

#[tokio::test]
async fn begin_has_a_number_for_the_highest_handle() {
    let hub = TestHub::start().await;
    let mut client = hub.connect().await;
    client.open().await;
    client
        .write_frame(
            0,
            &[0x00, 0x53, 0x11, 0xC0, 7, 4, 0x40, 0x43, 0x52, 50, 0x52, 50],
        )
        .await;
    let frame = client.read_frame().await.unwrap();
    assert_eq!(frame.fields(), 8);
    let Performative::Begin(begin) = frame.read().0 else {
        panic!("expected begin");
    };
    assert_eq!(begin.handle_max.0, 255);
}

#[tokio::test]
async fn ends_are_no_lists_without_a_length() {
    let hub = TestHub::start().await;
    let mut client = hub.open().await;
    client.end().await;
    check(&mut client, "end", 1).await;
    client.close().await;
    check(&mut client, "close", 1).await;
}

#[tokio::test]
async fn a_link_and_what_crosses_it_have_all_fields() {
    let hub = TestHub::start().await;
    hub.send_telemetry("hello").await;
    let mut client = hub.open_reader().await;
    let attach = crate::reading::partition_attach(20);
    client.send(0, &attach).await;
    check(&mut client, "attach", 14).await;
    client.grant(20, 1, false).await;
    check(&mut client, "transfer", 11).await;
    client.grant(20, 2, true).await;
    check(&mut client, "flow", 11).await;
    client.detach(20).await;
    check(&mut client, "detach", 3).await;
}

#[tokio::test]
async fn a_disposition_has_all_fields() {
    let hub = TestHub::start().await;
    let mut client = hub.open().await;
    let link = client.attach_sender("$cbs").await.unwrap();
    client.transfer(link, b"\x00\x53\x77\x40").await;
    check(&mut client, "disposition", 6).await;
}
