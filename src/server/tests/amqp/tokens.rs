//! Who gets in: SASL, tokens, their two dialects and their end.

use fe2o3_amqp_types::performatives::Performative;
use serde_amqp::{Value, primitives::Uuid};
use serde_bytes::ByteBuf;

use crate::{
    client::{AMQP_HEADER, condition, entry, put_token, section, status},
    hub::{ENTITY, HOST, TestHub, seconds_from_now},
};

async fn status_of(hub: &TestHub, audience: &str, token: &str) -> i32 {
    hub.open().await.put_token(audience, token).await
}

/// What comes of a SASL exchange: the code of the outcome.
async fn authenticate(hub: &TestHub, mechanism: &str, response: &[u8]) -> u8 {
    let mut client = hub.connect().await;
    let offer = String::from_utf8_lossy(&client.sasl().await).into_owned();
    for name in ["MSSBCBS", "ANONYMOUS", "PLAIN"] {
        assert!(offer.contains(name), "{name} is offered");
    }
    let response = Value::Binary(ByteBuf::from(response));
    let outcome = client.choose(mechanism, &response).await.unwrap();
    let code = outcome.body[7];
    if code == 0 {
        client.write(AMQP_HEADER).await;
        assert_eq!(&client.read_header().await, AMQP_HEADER);
    } else {
        client.expect_end().await;
    }
    code
}

#[tokio::test]
async fn clients_come_in_anonymously_and_put_tokens_later() {
    let hub = TestHub::start().await;
    assert_eq!(authenticate(&hub, "ANONYMOUS", b"").await, 0);
    assert_eq!(authenticate(&hub, "MSSBCBS", b"").await, 0);
}

#[tokio::test]
async fn plain_takes_a_policys_token_under_the_hubs_name() {
    let hub = TestHub::start().await;
    let token = hub.hub_token("service", seconds_from_now(60));
    let response = |user: &str| format!("\0{user}\0{token}").into_bytes();
    assert_eq!(
        authenticate(&hub, "PLAIN", &response("service@sas.root.hub")).await,
        0
    );
    assert_eq!(
        authenticate(&hub, "PLAIN", &response("service@sas.root.other")).await,
        1
    );
    assert_eq!(
        authenticate(&hub, "PLAIN", &response("iothubowner@sas.root.hub")).await,
        1
    );
    assert_eq!(
        authenticate(&hub, "PLAIN", b"service@sas.root.hub").await,
        1
    );
}

#[tokio::test]
async fn plain_takes_a_token_for_one_address_alone() {
    let hub = TestHub::start().await;
    let expires = seconds_from_now(60);
    for resource in ["messages/events", "messages/devicebound"] {
        let token = hub.hub_token_for(&format!("{HOST}/{resource}"), "service", expires);
        let response = format!("\0service@sas.root.hub\0{token}").into_bytes();
        assert_eq!(
            authenticate(&hub, "PLAIN", &response).await,
            0,
            "{resource}"
        );
    }
    let token = hub.hub_token_for("other.example/messages/events", "service", expires);
    let response = format!("\0service@sas.root.hub\0{token}").into_bytes();
    assert_eq!(authenticate(&hub, "PLAIN", &response).await, 1);
}

#[tokio::test]
async fn plain_takes_a_policys_key() {
    let hub = TestHub::start().await;
    let key = hub.policy("service").primary_key.to_base64().into_inner();
    let right = format!("\0service\0{key}");
    assert_eq!(authenticate(&hub, "PLAIN", right.as_bytes()).await, 0);
    let wrong = format!("\0device\0{key}");
    assert_eq!(authenticate(&hub, "PLAIN", wrong.as_bytes()).await, 1);
}

#[tokio::test]
async fn an_unknown_mechanism_is_refused() {
    let hub = TestHub::start().await;
    assert_eq!(authenticate(&hub, "EXTERNAL", b"").await, 1);
}

#[tokio::test]
async fn each_side_has_its_own_dialect() {
    let hub = TestHub::start().await;
    let expires = seconds_from_now(60);
    let events = format!("sb://{HOST}/{ENTITY}");
    let hub_token = hub.hub_token("service", expires);
    let event_hub_token = hub.event_hub_token("service", expires);
    assert_eq!(status_of(&hub, HOST, &hub_token).await, 200);
    assert_eq!(
        status_of(&hub, &format!("https://{HOST}"), &hub_token).await,
        200
    );
    assert_eq!(
        status_of(&hub, &format!("https://{HOST}:8443"), &hub_token).await,
        200
    );
    assert_eq!(status_of(&hub, &events, &event_hub_token).await, 200);
    let below = format!("{events}/ConsumerGroups/$Default/Partitions/0");
    assert_eq!(status_of(&hub, &below, &event_hub_token).await, 200);
    // The signature of one side is none of the other.
    let key = &hub.policy("service").primary_key;
    let crossed = wire::sas::SasToken::sign(&events, key, expires, Some("service"));
    assert_eq!(
        status_of(&hub, &events, crossed.to_text().expose()).await,
        401
    );
}

#[tokio::test]
async fn wrong_tokens_are_refused_and_the_link_stays() {
    let hub = TestHub::start().await;
    let expires = seconds_from_now(60);
    let other_key = &hub.policy("device").primary_key;
    let token = |host: &str, expires| {
        let token = wire::sas::SasToken::sign(host, other_key, expires, Some("service"));
        token.to_text().into_inner()
    };
    let wrong_key = token(HOST, expires);
    let stale = hub.hub_token("service", 1000);
    let mut client = hub.open().await;
    let requests = client.attach_cbs().await;
    for text in [
        wrong_key.as_str(),
        &stale,
        &token("other.example", expires),
        "nonsense",
        "",
    ] {
        let answer = client
            .ask(requests, &put_token(Value::from("1"), HOST, text))
            .await;
        assert_eq!(status(&answer), 401);
    }
    let right = hub.hub_token("service", expires);
    let elsewhere = put_token(Value::from("1"), "other.example", &right);
    assert_eq!(status(&client.ask(requests, &elsewhere).await), 401);
    let answer = client
        .ask(requests, &put_token(Value::from("1"), HOST, &right))
        .await;
    assert_eq!(status(&answer), 200);
}

#[tokio::test]
async fn a_requests_id_comes_back_in_its_own_type() {
    let hub = TestHub::start().await;
    let token = hub.hub_token("service", seconds_from_now(60));
    let mut client = hub.open().await;
    let requests = client.attach_cbs().await;
    for id in [
        Value::Ulong(0),
        Value::Ulong(70_000),
        Value::Uuid(Uuid::from([7; 16])),
        Value::from("text"),
    ] {
        let answer = client
            .ask(requests, &put_token(id.clone(), HOST, &token))
            .await;
        let Value::List(properties) = section(&answer, 0x73) else {
            panic!("expected properties");
        };
        assert_eq!(properties[5], id);
        let words = entry(section(&answer, 0x74), &Value::from("status-description"));
        assert_eq!(words, &Value::from("OK"));
    }
}

#[tokio::test]
async fn without_a_token_nothing_but_cbs_is_open() {
    let hub = TestHub::start().await;
    let mut client = hub.open().await;
    for address in ["/messages/devicebound", "$management"] {
        let error = client.attach_sender(address).await.unwrap_err();
        assert_eq!(condition(&error), "amqp:unauthorized-access", "{address}");
    }
    for address in [
        "/messages/serviceBound/feedback",
        "messages/events",
        "events-of-hub/ConsumerGroups/$Default/Partitions/0",
    ] {
        let error = client.attach_receiver(address, |_| {}).await.unwrap_err();
        assert_eq!(condition(&error), "amqp:unauthorized-access", "{address}");
    }
}

#[tokio::test]
async fn a_token_of_one_side_opens_nothing_of_the_other() {
    let hub = TestHub::start().await;
    let partition = "events-of-hub/ConsumerGroups/$Default/Partitions/0";
    let mut service = hub.open_service().await;
    let error = service
        .attach_receiver(partition, |_| {})
        .await
        .unwrap_err();
    assert_eq!(condition(&error), "amqp:unauthorized-access");
    let mut reader = hub.open_reader().await;
    let error = reader
        .attach_sender("/messages/devicebound")
        .await
        .unwrap_err();
    assert_eq!(condition(&error), "amqp:unauthorized-access");
}

#[tokio::test]
async fn a_policy_without_the_right_opens_nothing() {
    let hub = TestHub::start().await;
    let mut client = hub.open().await;
    let token = hub.hub_token("registryReadWrite", seconds_from_now(60));
    assert_eq!(client.put_token(HOST, &token).await, 200);
    let error = client
        .attach_sender("/messages/devicebound")
        .await
        .unwrap_err();
    assert_eq!(condition(&error), "amqp:unauthorized-access");
}

#[tokio::test]
async fn the_links_of_a_token_end_with_it() {
    let hub = TestHub::start().await;
    let mut client = hub.open().await;
    let token = hub.hub_token("service", seconds_from_now(2));
    assert_eq!(client.put_token(HOST, &token).await, 200);
    let link = client.attach_sender("/messages/devicebound").await.unwrap();
    let Performative::Detach(detach) = client.next().await.0 else {
        panic!("expected detach");
    };
    assert_eq!(detach.handle.0, link);
    assert_eq!(
        condition(&detach.error.unwrap()),
        "amqp:unauthorized-access"
    );
}

#[tokio::test]
async fn a_newer_token_keeps_the_links_of_the_older_one() {
    let hub = TestHub::start().await;
    let mut client = hub.open().await;
    let short = hub.hub_token("service", seconds_from_now(3));
    assert_eq!(client.put_token(HOST, &short).await, 200);
    let link = client.attach_sender("/messages/devicebound").await.unwrap();
    let long = hub.hub_token("service", seconds_from_now(60));
    assert_eq!(client.put_token(HOST, &long).await, 200);
    // A client that has the older token alone shows when it has ended.
    let mut other = hub.open().await;
    assert_eq!(other.put_token(HOST, &short).await, 200);
    other.attach_sender("/messages/devicebound").await.unwrap();
    assert!(matches!(other.next().await.0, Performative::Detach(_)));
    let message = crate::cloud_to_device::message_to("/devices/dev1/messages/devicebound");
    client.send_message(link, &message).await.unwrap();
}

#[tokio::test]
async fn a_token_for_one_address_alone_is_enough_to_use_it() {
    let hub = TestHub::start().await;
    let expires = seconds_from_now(60);
    let message = crate::cloud_to_device::message_to("/devices/dev1/messages/devicebound");
    for resource in ["messages/devicebound", "messages/deviceBound", "messages"] {
        let resource = format!("{HOST}/{resource}");
        let token = hub.hub_token_for(&resource, "service", expires);
        let mut client = hub.open().await;
        assert_eq!(client.put_token(&resource, &token).await, 200);
        let link = client.attach_sender("/messages/devicebound").await.unwrap();
        client.send_message(link, &message).await.unwrap();
    }
    let resource = format!("{HOST}/messages/serviceBound/feedback");
    let token = hub.hub_token_for(&resource, "service", expires);
    let path = "/messages/serviceBound/feedback";
    assert_eq!(hub.ask_with(&token, "GET", path, "").await.status(), 204);
    let path = "/devices/dev1/messages/devicebound";
    assert_eq!(hub.ask_with(&token, "POST", path, "").await.status(), 401);
}
