//! Delivery feedback.

use fe2o3_amqp_types::{
    definitions::{Role, SenderSettleMode},
    messaging::{Accepted, DeliveryState, Released},
    performatives::Disposition,
};
use serde_amqp::Value;
use serde_bytes::ByteBuf;

use crate::{
    client::{Client, message, section, texts},
    hub::TestHub,
};

const ADDRESS: &str = "/messages/serviceBound/feedback";

/// Sends a message that wants feedback, and completes it as the device.
async fn make_feedback(hub: &TestHub, client: &mut Client) {
    let link = client.attach_sender("/messages/devicebound").await.unwrap();
    let to = Value::from("/devices/dev1/messages/devicebound");
    // As many records as make a batch at once.
    for number in 0..64 {
        let id = Value::from(format!("m{number}"));
        let message = message([
            (0x73, Value::List(vec![id, Value::Null, to.clone()])),
            (0x74, texts([("iothub-ack", "full")])),
            (0x75, Value::Binary(ByteBuf::from("hello"))),
        ]);
        client.send_message(link, &message).await.unwrap();
        let path = "/devices/dev1/messages/devicebound";
        let answer = hub.ask("GET", path, "").await;
        let lock = answer.headers()["etag"].to_str().unwrap().replace('"', "");
        let done = hub.ask("DELETE", &format!("{path}/{lock}"), "").await;
        assert_eq!(done.status(), 204);
    }
}

async fn attach(client: &mut Client) -> u32 {
    let unsettled = |attach: &mut fe2o3_amqp_types::performatives::Attach| {
        attach.snd_settle_mode = SenderSettleMode::Unsettled;
    };
    client.attach_receiver(ADDRESS, unsettled).await.unwrap()
}

async fn settle(client: &mut Client, delivery: u32, state: DeliveryState) {
    let disposition = Disposition {
        role: Role::Receiver,
        first: delivery,
        last: None,
        settled: true,
        state: Some(state),
        batchable: false,
    };
    client.send(0, &disposition).await;
}

#[tokio::test]
async fn feedback_comes_as_a_batch_and_is_gone_once_accepted() {
    let hub = TestHub::start().await;
    let mut client = hub.open_service().await;
    make_feedback(&hub, &mut client).await;
    let link = attach(&mut client).await;
    client.grant(link, 5, false).await;
    let (delivery, batch) = client.receive().await;
    let Value::Binary(records) = section(&batch, 0x75) else {
        panic!("expected data");
    };
    let records: serde_json::Value = serde_json::from_slice(records).unwrap();
    assert_eq!(records.as_array().unwrap().len(), 64);
    assert_eq!(records[0]["originalMessageId"], "m0");
    assert_eq!(records[0]["statusCode"], "Success");
    let Value::List(properties) = section(&batch, 0x73) else {
        panic!("expected properties");
    };
    let kind = "application/vnd.microsoft.iothub.feedback.json";
    assert_eq!(properties[6], Value::Symbol(kind.into()));
    settle(&mut client, delivery, DeliveryState::Accepted(Accepted {})).await;
    client.grant(link, 5, true).await;
    // A drain is answered by a flow alone: no second batch comes before it.
    let answer = client.read_frame().await.unwrap();
    assert_eq!(answer.body[2], 0x13);
    assert_eq!(hub.ask("GET", ADDRESS, "").await.status(), 204);
}

#[tokio::test]
async fn released_feedback_comes_again() {
    let hub = TestHub::start().await;
    let mut client = hub.open_service().await;
    make_feedback(&hub, &mut client).await;
    let link = attach(&mut client).await;
    client.grant(link, 5, false).await;
    let (delivery, first) = client.receive().await;
    settle(&mut client, delivery, DeliveryState::Released(Released {})).await;
    let (_, second) = client.receive().await;
    assert_eq!(first, second);
}

#[tokio::test]
async fn feedback_of_a_lost_client_comes_to_another() {
    let hub = TestHub::start().await;
    let mut client = hub.open_service().await;
    make_feedback(&hub, &mut client).await;
    let link = attach(&mut client).await;
    client.grant(link, 5, false).await;
    client.receive().await;
    drop(client);
    let mut other = hub.open_service().await;
    let link = attach(&mut other).await;
    other.grant(link, 5, false).await;
    other.receive().await;
}
