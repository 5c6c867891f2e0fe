//! Service programs at a live hub: through a relay, over AMQP, and without a way.

use client::service::{FeedbackWanted, Message};
use lab::{
    Context, Program, ProgramError,
    action::{CloudAction, Outcome},
    view::{Direction, ProgramState, Protocol, Side},
};

use crate::table::{DEVICE, DEVICE_PROGRAM, REGISTER, START, Table};

static MAIL: Program = Program {
    name: "mail",
    side: Side::Cloud,
    run: |bench| Box::pin(send_and_read_feedback(bench)),
};

async fn send_and_read_feedback(bench: Context) -> Result<(), ProgramError> {
    let service = bench.service("service")?;
    let message = Message::new("hello")
        .with_message_id("m1")
        .with_feedback(FeedbackWanted::Full);
    let call = service.send_to_device(bench.now(), DEVICE, &message)?;
    bench.send(call).await?;
    bench.print("sent");
    loop {
        let call = service.receive_feedback(bench.now());
        if let Some(batch) = bench.send(call).await? {
            let call = service.complete_feedback(bench.now(), &batch.lock_token);
            bench.send(call).await?;
            let status = batch
                .records
                .first()
                .map(|record| record.status_code.name());
            bench.print(format!("feedback {}", status.unwrap_or_default()));
            return Ok(());
        }
        bench.sleep(std::time::Duration::from_secs(5)).await;
    }
}

fn protocols(table: &Table, party: &str) -> Vec<(Protocol, String)> {
    let trace = table.trace();
    let own = trace.iter().filter(|entry| entry.party == party);
    own.map(|entry| (entry.protocol, entry.kind.clone()))
        .collect()
}

#[test]
fn a_call_goes_through_the_relay_as_http() {
    let table = Table::new();
    assert_eq!(
        protocols(&table, "register"),
        [
            (Protocol::Http, "PUT".to_owned()),
            (Protocol::Http, "200".to_owned())
        ]
    );
    assert!(table.beside.hub().device(DEVICE).is_some());
}

#[test]
fn without_a_relay_messages_go_over_amqp_and_the_trace_says_so() {
    let mut table = Table::without_relay();
    table.start(&DEVICE_PROGRAM);
    table.start(&MAIL);
    table.run_for(60);
    assert_eq!(table.printed("mail"), ["sent", "feedback Success"]);
    assert_eq!(table.count("device", "message hello"), 1);
    let seen = protocols(&table, "mail");
    assert!(seen.iter().all(|(protocol, _)| *protocol == Protocol::Amqp));
    let kinds: Vec<_> = seen.iter().map(|(_, kind)| kind.as_str()).collect();
    assert_eq!(kinds[..2], ["transfer", "disposition"]);
    assert_eq!(
        kinds[kinds.len() - 4..],
        ["flow", "transfer", "disposition", "disposition"]
    );
    let trace = table.trace();
    let sent = trace.iter().find(|it| it.kind == "transfer").unwrap();
    assert_eq!(sent.bytes, b"hello");
    assert_eq!(sent.device_id.as_deref(), Some(DEVICE));
    assert!(sent.summary.contains("/devices/dev1/messages/devicebound"));
    let asked = sent.rest().unwrap();
    assert_eq!(asked.kind, "POST");
    let text = String::from_utf8_lossy(asked.bytes).into_owned();
    assert!(text.contains("iothub-messageid: m1"), "{text}");
    assert!(!text.contains("sig=%") && !text.contains("sig=A"), "{text}");
}

#[test]
fn what_went_over_amqp_has_the_fields_of_amqp() {
    let mut table = Table::without_relay();
    table.start(&DEVICE_PROGRAM);
    table.start(&MAIL);
    table.run_for(60);
    let trace = table.trace();
    let mut own = trace.iter().filter(|entry| entry.party == "mail");
    let fields_of = |entry: &lab::Traced| -> Vec<(String, String)> {
        let fields = entry.fields().into_iter();
        fields.map(|field| (field.name, field.value)).collect()
    };
    let told = |fields: &[(&str, &str)]| -> Vec<(String, String)> {
        let fields = fields.iter();
        fields
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    };
    let sent = own.next().unwrap();
    let body = sent.fields().pop().unwrap();
    assert_eq!((body.start, body.end), (0, 5));
    let mut fields = fields_of(sent);
    fields.sort();
    let expected = told(&[
        ("body", "hello"),
        ("iothub-ack", "full"),
        ("message-id", "m1"),
        ("target", "/messages/devicebound"),
        ("to", "/devices/dev1/messages/devicebound"),
    ]);
    assert_eq!(fields, expected);
    assert_eq!(
        fields_of(own.next().unwrap()),
        told(&[("state", "accepted")])
    );
    let asked = own.next().unwrap();
    let expected = told(&[("source", "/messages/serviceBound/feedback")]);
    assert_eq!(fields_of(asked), expected);
}

#[test]
fn what_needs_a_relay_is_refused_before_it_is_sent() {
    let mut table = Table::without_relay();
    table.start(&REGISTER);
    table.run_for(1);
    let state = table.hands().program_state("register");
    assert_eq!(state, Some(ProgramState::Failed));
    let printed = table.printed("register").join("\n");
    assert!(printed.contains("iothub-playground serve"), "{printed}");
    assert_eq!(protocols(&table, "register"), []);
}

#[test]
fn a_device_string_gives_no_service_rights() {
    let mut table = Table::with_device_string();
    table.start(&REGISTER);
    table.run_for(1);
    let printed = table.printed("register").join("\n");
    assert!(printed.contains("shared access policy"), "{printed}");
    table.start(&DEVICE_PROGRAM);
    table.run_for(5);
    assert_eq!(table.count("device", "connected"), 1);
}

#[test]
fn a_call_that_the_relay_cannot_carry_ends_in_words() {
    let mut table = Table::empty();
    table.set_faults(|faults| faults.down = true);
    table.start(&REGISTER);
    table.run_for(1);
    let failed = table.trace().iter().find(|it| it.kind == "FAILED").cloned();
    let failed = failed.expect("the trace tells of it");
    assert_eq!(failed.summary, "unreachable");
    assert_eq!(failed.direction, Direction::FromHub);
    assert!(failed.answers.is_some());
    let state = table.hands().program_state("register");
    assert_eq!(state, Some(ProgramState::Failed));
    table.set_faults(|faults| faults.down = false);
    table.start(&REGISTER);
    table.run_for(1);
    assert!(table.beside.hub().device(DEVICE).is_some());
    assert_eq!(table.trouble(), None);
}

#[test]
fn an_answer_is_learnt_though_its_program_was_stopped() {
    let mut table = Table::empty();
    table.set_faults(|faults| faults.slowness = std::time::Duration::from_secs(2));
    table.start(&REGISTER);
    table.run_for(1);
    table.hands().stop("register");
    table.run_for(2);
    assert_eq!(table.hands().live().unwrap().created, [DEVICE]);
}

#[test]
fn what_is_done_by_hand_goes_the_same_ways() {
    let mut table = Table::new();
    let device_id = "by-hand".to_owned();
    table
        .hands()
        .start_in_cloud(1, CloudAction::CreateDevice { device_id });
    table.run_for(1);
    assert!(table.beside.hub().device("by-hand").is_some());
    let fleet = lab::action::DeviceAction::StartFleet {
        count: 3,
        interval: 1.0,
    };
    table.hands().start_at_device(2, fleet);
    table.run_for(1);
    assert_eq!(table.beside.hub().device_count(), 2);
    let refused = table
        .outcomes
        .iter()
        .any(|it| matches!(it, Outcome::Refused(_)));
    assert!(refused, "a fleet is not for a live hub");
    assert!(table.hands().now() > START);
}
