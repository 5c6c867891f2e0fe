//! Reading telemetry.

use fe2o3_amqp_types::{
    definitions::{Handle, ReceiverSettleMode, Role, SenderSettleMode},
    messaging::{Source, Target, TargetArchetype},
    performatives::{Attach, Performative},
};
use hub::{HubOptions, Tier};
use serde_amqp::{
    Value,
    described::Described,
    descriptor::Descriptor,
    primitives::{OrderedMap, Symbol},
};

use crate::{
    client::{Client, Section, condition, entry, message, section, status, texts},
    hub::{ENTITY, HOST, TestHub, seconds_from_now},
};

fn partition() -> String {
    format!("{ENTITY}/ConsumerGroups/$Default/Partitions/0")
}

/// The attach of a reader from the oldest event on.
pub(crate) fn partition_attach(handle: u32) -> Attach {
    Attach {
        name: "reader".to_owned(),
        handle: Handle(handle),
        role: Role::Receiver,
        snd_settle_mode: SenderSettleMode::Mixed,
        rcv_settle_mode: ReceiverSettleMode::First,
        source: Some(Box::new(Source {
            address: Some(partition()),
            ..Source::default()
        })),
        target: Some(Box::new(TargetArchetype::Target(Target::default()))),
        unsettled: None,
        incomplete_unsettled: false,
        initial_delivery_count: None,
        max_message_size: None,
        offered_capabilities: None,
        desired_capabilities: None,
        properties: None,
    }
}

/// Sets a reader's selector.
fn selector(text: &str) -> impl FnOnce(&mut Attach) {
    let filter = Described {
        descriptor: Descriptor::Code(0x0000_468C_0000_0004),
        value: Value::from(text),
    };
    let key = Symbol::from("apache.org:selector-filter:string");
    let filters = OrderedMap::from_iter([(key, Value::Described(Box::new(filter)))]);
    move |attach| {
        if let Some(source) = &mut attach.source {
            source.filter = Some(filters);
        }
    }
}

/// Sets a reader's epoch.
fn epoch(epoch: i64) -> impl FnOnce(&mut Attach) {
    move |attach| {
        let key = Symbol::from("com.microsoft:epoch");
        attach.properties = Some(OrderedMap::from_iter([(key, Value::Long(epoch))]));
    }
}

fn body(event: &[Section]) -> String {
    match section(event, 0x75) {
        Value::Binary(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
        other => panic!("expected data, got {other:?}"),
    }
}

fn annotation<'a>(event: &'a [Section], name: &str) -> &'a Value {
    entry(section(event, 0x72), &Value::Symbol(name.into()))
}

/// The answer to a question on the links of management.
async fn ask_management(client: &mut Client, properties: Value) -> Vec<Section> {
    let requests = client.attach_sender("$management").await.unwrap();
    let own = |attach: &mut Attach| {
        attach.target = Some(Box::new(TargetArchetype::Target(Target {
            address: Some("answers".to_owned()),
            ..Target::default()
        })));
    };
    let answers = client.attach_receiver("$management", own).await.unwrap();
    client.grant(answers, 1, false).await;
    let nothing = Value::Null;
    let id = vec![
        Value::from("q"),
        nothing.clone(),
        nothing.clone(),
        nothing,
        Value::from("answers"),
    ];
    let request = message([
        (0x73, Value::List(id)),
        (0x74, properties),
        (0x77, Value::Null),
    ]);
    client.ask(requests, &request).await
}

#[tokio::test]
async fn events_come_with_the_types_that_readers_expect() {
    let hub = TestHub::start().await;
    hub.send_telemetry("hello").await;
    let mut client = hub.open_reader().await;
    let link = client.attach_receiver(&partition(), |_| {}).await.unwrap();
    client.grant(link, 1, false).await;
    let (_, event) = client.receive().await;
    assert_eq!(body(&event), "hello");
    assert_eq!(annotation(&event, "x-opt-sequence-number"), &Value::Long(0));
    assert_eq!(annotation(&event, "x-opt-offset"), &Value::from("0"));
    for name in ["x-opt-enqueued-time", "iothub-enqueuedtime"] {
        assert!(
            matches!(annotation(&event, name), Value::Timestamp(_)),
            "{name}"
        );
    }
    let device = annotation(&event, "iothub-connection-device-id");
    assert_eq!(device, &Value::from("dev1"));
    let source = annotation(&event, "iothub-message-source");
    assert_eq!(source, &Value::from("Telemetry"));
}

#[tokio::test]
async fn a_reader_that_asks_for_it_hears_how_far_the_partition_reaches() {
    let hub = TestHub::start().await;
    hub.send_telemetry("one").await;
    hub.send_telemetry("two").await;
    let mut client = hub.open_reader().await;
    let metrics = |attach: &mut Attach| {
        let wish = Symbol::from("com.microsoft:enable-receiver-runtime-metric");
        attach.desired_capabilities = Some(vec![wish].into());
    };
    let link = client.attach_receiver(&partition(), metrics).await.unwrap();
    client.grant(link, 1, false).await;
    let (_, event) = client.receive().await;
    let facts = section(&event, 0x71);
    let fact = |name: &str| entry(facts, &Value::Symbol(name.into()));
    assert_eq!(fact("last_enqueued_sequence_number"), &Value::Long(1));
    assert!(matches!(fact("last_enqueued_offset"), Value::String(_)));
    for name in ["last_enqueued_time_utc", "runtime_info_retrieval_time_utc"] {
        assert!(matches!(fact(name), Value::Timestamp(_)), "{name}");
    }
}

#[tokio::test]
async fn a_whole_url_is_an_address_and_words_have_no_case() {
    let hub = TestHub::start().await;
    hub.send_telemetry("hello").await;
    let mut client = hub.open_reader().await;
    let address = format!("amqps://{HOST}:5671/{ENTITY}/consumergroups/$default/partitions/0");
    let link = client.attach_receiver(&address, |_| {}).await.unwrap();
    client.grant(link, 1, false).await;
    assert_eq!(body(&client.receive().await.1), "hello");
}

#[tokio::test]
async fn a_large_event_comes_in_several_frames() {
    let hub = TestHub::start().await;
    let large = "x".repeat(200_000);
    hub.send_telemetry(&large).await;
    let mut client = hub.open_reader().await;
    let link = client.attach_receiver(&partition(), |_| {}).await.unwrap();
    client.grant(link, 1, false).await;
    assert_eq!(body(&client.receive().await.1), large);
}

#[tokio::test]
async fn no_more_events_come_than_the_credit_allows() {
    let hub = TestHub::start().await;
    for text in ["one", "two", "three"] {
        hub.send_telemetry(text).await;
    }
    let mut client = hub.open_reader().await;
    let link = client.attach_receiver(&partition(), |_| {}).await.unwrap();
    client.grant(link, 2, true).await;
    assert_eq!(body(&client.receive().await.1), "one");
    assert_eq!(body(&client.receive().await.1), "two");
    client.grant(link, 3, false).await;
    assert_eq!(body(&client.receive().await.1), "three");
}

#[tokio::test]
async fn a_drain_uses_up_the_credit_when_there_is_nothing() {
    let hub = TestHub::start().await;
    let mut client = hub.open_reader().await;
    let link = client.attach_receiver(&partition(), |_| {}).await.unwrap();
    client.grant(link, 10, true).await;
    let Performative::Flow(flow) = client.read_frame().await.unwrap().read().0 else {
        panic!("expected flow");
    };
    assert_eq!((flow.link_credit, flow.delivery_count), (Some(0), Some(10)));
    assert!(flow.drain);
}

#[tokio::test]
async fn a_new_event_is_pushed_to_who_waits_for_it() {
    let hub = TestHub::start().await;
    hub.send_telemetry("old").await;
    let mut client = hub.open_reader().await;
    let latest = selector("amqp.annotation.x-opt-offset > '@latest'");
    let link = client.attach_receiver(&partition(), latest).await.unwrap();
    client.grant(link, 10, false).await;
    hub.send_telemetry("new").await;
    assert_eq!(body(&client.receive().await.1), "new");
}

#[tokio::test]
async fn from_now_on_counts_from_the_link_and_not_from_its_credit() {
    let hub = TestHub::start().await;
    let mut client = hub.open_reader().await;
    let latest = selector("amqp.annotation.x-opt-offset > '@latest'");
    let link = client.attach_receiver(&partition(), latest).await.unwrap();
    hub.send_telemetry("between").await;
    client.grant(link, 10, false).await;
    assert_eq!(body(&client.receive().await.1), "between");
}

#[tokio::test]
async fn a_reader_starts_where_its_selector_says() {
    let hub = TestHub::start().await;
    for text in ["zero", "one", "two"] {
        hub.send_telemetry(text).await;
    }
    let mut client = hub.open_reader().await;
    for (filter, expected) in [
        ("amqp.annotation.x-opt-offset > '-1'", "zero"),
        ("amqp.annotation.x-opt-sequence-number > '0'", "one"),
        ("amqp.annotation.x-opt-sequence-number >= '2'", "two"),
        ("amqp.annotation.x-opt-enqueued-time > '1000'", "zero"),
        ("amqp.annotation.x-opt-enqueuedtimeutc > 1000", "zero"),
    ] {
        let start = selector(filter);
        let link = client.attach_receiver(&partition(), start).await.unwrap();
        client.grant(link, 1, false).await;
        assert_eq!(body(&client.receive().await.1), expected, "{filter}");
        client.detach(link).await;
        assert!(matches!(client.next().await.0, Performative::Detach(_)));
    }
}

#[tokio::test]
async fn what_is_no_place_in_a_partition_is_refused() {
    let hub = TestHub::start().await;
    let mut client = hub.open_reader().await;
    let odd = selector("amqp.annotation.x-opt-offset < 'soon'");
    let error = client.attach_receiver(&partition(), odd).await.unwrap_err();
    assert_eq!(condition(&error), "com.microsoft:argument-error");
    let other = format!("{ENTITY}/ConsumerGroups/$Default/Partitions/7");
    let error = client.attach_receiver(&other, |_| {}).await.unwrap_err();
    assert_eq!(condition(&error), "com.microsoft:argument-out-of-range");
    let error = client
        .attach_receiver("nothing/here", |_| {})
        .await
        .unwrap_err();
    assert_eq!(condition(&error), "amqp:not-found");
}

#[tokio::test]
async fn a_higher_epoch_takes_a_partition_over_and_a_lower_one_is_refused() {
    let hub = TestHub::start().await;
    let mut shared = hub.open_reader().await;
    shared.attach_receiver(&partition(), |_| {}).await.unwrap();
    let mut first = hub.open_reader().await;
    first.attach_receiver(&partition(), epoch(1)).await.unwrap();
    expect_stolen(&mut shared).await;
    for refused in [Some(0), None] {
        let mut other = hub.open_reader().await;
        let attached = match refused {
            Some(lower) => other.attach_receiver(&partition(), epoch(lower)).await,
            None => other.attach_receiver(&partition(), |_| {}).await,
        };
        assert_eq!(condition(&attached.unwrap_err()), "amqp:link:stolen");
    }
    let mut second = hub.open_reader().await;
    second
        .attach_receiver(&partition(), epoch(2))
        .await
        .unwrap();
    expect_stolen(&mut first).await;
}

async fn expect_stolen(client: &mut Client) {
    let Performative::Detach(detach) = client.next().await.0 else {
        panic!("expected detach");
    };
    assert_eq!(condition(&detach.error.unwrap()), "amqp:link:stolen");
}

#[tokio::test]
async fn a_partition_is_free_again_when_its_reader_is_gone() {
    let hub = TestHub::start().await;
    let mut first = hub.open_reader().await;
    let link = first.attach_receiver(&partition(), epoch(5)).await.unwrap();
    first.detach(link).await;
    assert!(matches!(first.next().await.0, Performative::Detach(_)));
    let mut second = hub.open_reader().await;
    second
        .attach_receiver(&partition(), epoch(1))
        .await
        .unwrap();
}

#[tokio::test]
async fn five_readers_share_a_partition_and_a_sixth_is_refused() {
    let hub = TestHub::start().await;
    let mut client = hub.open_reader().await;
    for _ in 0..5 {
        client.attach_receiver(&partition(), |_| {}).await.unwrap();
    }
    let sixth = client.attach_receiver(&partition(), |_| {}).await;
    assert_eq!(
        condition(&sixth.unwrap_err()),
        "amqp:resource-limit-exceeded"
    );
}

#[tokio::test]
async fn management_tells_of_the_event_hub() {
    let hub = TestHub::start().await;
    let mut client = hub.open_reader().await;
    let question = texts([
        ("operation", "READ"),
        ("name", ENTITY),
        ("type", "com.microsoft:eventhub"),
    ]);
    let answer = ask_management(&mut client, question).await;
    assert_eq!(status(&answer), 200);
    let facts = section(&answer, 0x77);
    let fact = |name: &str| entry(facts, &Value::from(name)).clone();
    assert_eq!(fact("name"), Value::from(ENTITY));
    assert_eq!(fact("partition_count"), Value::Int(1));
    assert!(matches!(fact("created_at"), Value::Timestamp(_)));
    let Value::Array(ids) = fact("partition_ids") else {
        panic!("expected an array");
    };
    assert_eq!(ids.into_inner(), [Value::from("0")]);
}

#[tokio::test]
async fn the_free_tier_has_two_partitions_and_no_third() {
    let mut options = HubOptions::new(HOST, [7; 32]);
    options.tier = Tier::F1;
    let hub = TestHub::of(options).await;
    let mut client = hub.open_reader().await;
    let question = texts([
        ("operation", "READ"),
        ("name", ENTITY),
        ("type", "com.microsoft:eventhub"),
    ]);
    let answer = ask_management(&mut client, question).await;
    let facts = section(&answer, 0x77);
    assert_eq!(
        *entry(facts, &Value::from("partition_count")),
        Value::Int(2)
    );
    for (number, is_there) in [(0, true), (1, true), (2, false)] {
        let address = format!("{ENTITY}/ConsumerGroups/$Default/Partitions/{number}");
        let attached = client.attach_receiver(&address, |_| {}).await;
        assert_eq!(attached.is_ok(), is_there, "{number}");
    }
}

#[tokio::test]
async fn management_tells_of_a_partition() {
    let hub = TestHub::start().await;
    hub.send_telemetry("one").await;
    hub.send_telemetry("two").await;
    let mut client = hub.open_reader().await;
    let question = texts([
        ("operation", "READ"),
        ("name", ENTITY),
        ("type", "com.microsoft:partition"),
        ("partition", "0"),
    ]);
    let answer = ask_management(&mut client, question).await;
    let facts = section(&answer, 0x77);
    let fact = |name: &str| entry(facts, &Value::from(name)).clone();
    assert_eq!(fact("begin_sequence_number"), Value::Long(0));
    assert_eq!(fact("last_enqueued_sequence_number"), Value::Long(1));
    assert!(matches!(fact("last_enqueued_offset"), Value::String(_)));
    assert!(matches!(
        fact("last_enqueued_time_utc"),
        Value::Timestamp(_)
    ));
    assert_eq!(fact("is_partition_empty"), Value::Bool(false));
}

#[tokio::test]
async fn management_refuses_what_is_not_there() {
    let hub = TestHub::start().await;
    for (name, kind, partition, expected) in [
        ("other", "com.microsoft:eventhub", "", 404),
        (ENTITY, "com.microsoft:partition", "7", 400),
        (ENTITY, "com.microsoft:weather", "", 501),
    ] {
        let mut client = hub.open_reader().await;
        let question = texts([
            ("operation", "READ"),
            ("name", name),
            ("type", kind),
            ("partition", partition),
        ]);
        let answer = ask_management(&mut client, question).await;
        assert_eq!(status(&answer), expected, "{name} {kind} {partition}");
    }
}

#[tokio::test]
async fn the_hubs_own_address_of_telemetry_redirects() {
    let hub = TestHub::start().await;
    let mut client = hub.open().await;
    let token = hub.hub_token("service", seconds_from_now(60));
    assert_eq!(client.put_token(HOST, &token).await, 200);
    for address in [
        "messages/events",
        "amqps://hub.example/messages/events/$management",
    ] {
        let error = client.attach_receiver(address, |_| {}).await.unwrap_err();
        assert_eq!(condition(&error), "amqp:link:redirect");
        let info = error.info.unwrap();
        let fact = |name: &str| info.get(&Symbol::from(name)).unwrap().clone();
        assert_eq!(fact("hostname"), Value::from(HOST));
        assert_eq!(fact("network-host"), Value::from(HOST));
        assert_eq!(fact("port"), Value::Uint(5671));
        let address = format!("amqps://{HOST}:5671/{ENTITY}/");
        assert_eq!(fact("address"), Value::from(address));
    }
}
