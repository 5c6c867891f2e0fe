//! A bench as a learner's hands find it: programs, cables, time and the trace.

use std::{collections::BTreeMap, rc::Rc, time::Duration};

use client::device::{DeviceOptions, Message, RetryPolicy};
use lab::{
    Bench, BenchOptions, Context, Happening, Program, ProgramError, Traced,
    view::{Direction, ProgramState, Protocol, Side, Span},
};
use wire::{
    connection_string::DeviceConnectionString,
    event::EventPosition,
    rest::{ConnectionState, DeviceIdentity},
    timestamp::Timestamp,
};

const START: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const HOST: &str = "bench.azure-devices.net";
const DEVICE: &str = "dev1";

static REGISTER: Program = Program {
    name: "register",
    side: Side::Cloud,
    run: |bench| Box::pin(async move { register(&bench).await }),
};

static SENDER: Program = Program {
    name: "sender",
    side: Side::Device,
    run: |bench| Box::pin(send_every_ten_seconds(bench)),
};

static READER: Program = Program {
    name: "reader",
    side: Side::Cloud,
    run: |bench| Box::pin(read(bench)),
};

static STRANGER: Program = Program {
    name: "stranger",
    side: Side::Device,
    run: |bench| {
        Box::pin(async move {
            let mut string = bench.device_connection_string()?;
            "elsewhere.azure-devices.net".clone_into(&mut string.host_name);
            let options = DeviceOptions {
                retry: RetryPolicy::None,
                ..DeviceOptions::default()
            };
            Ok(bench.device(string, options).connect().await?)
        })
    },
};

async fn register(bench: &Context) -> Result<(), ProgramError> {
    let service = bench.service("iothubowner")?;
    bench
        .send(service.create_device(bench.now(), DEVICE))
        .await?;
    Ok(())
}

async fn send_every_ten_seconds(bench: Context) -> Result<(), ProgramError> {
    let options = DeviceOptions {
        retry: RetryPolicy::None,
        ..DeviceOptions::default()
    };
    let device = bench.device(bench.device_connection_string()?, options);
    device.connect().await?;
    loop {
        let receipt = device.send(Message::new(r#"{"value": 1}"#)).await?;
        bench.print(format!("sent after {} ms", receipt.took.as_millis()));
        bench.sleep(Duration::from_secs(10)).await;
    }
}

async fn read(bench: Context) -> Result<(), ProgramError> {
    let mut reader = bench.read_events(&EventPosition::Earliest);
    loop {
        let event = reader.next().await;
        bench.print(format!("event {}", event.sequence_number));
    }
}

/// A bench with a registered device that holds its connection string.
struct Table {
    bench: Bench,
    seen: Vec<Happening>,
}

impl Table {
    fn new() -> Self {
        let options = BenchOptions {
            host_name: HOST.to_owned(),
            seed: [3; 32],
            start: START,
        };
        let mut table = Self {
            bench: Bench::new(&options),
            seen: Vec::new(),
        };
        table.start(&REGISTER);
        table.run_for(Duration::ZERO);
        let hands = table.bench.hands();
        let string = {
            let hub = hands.hub();
            let identity = hub.device(DEVICE).expect("registered");
            string_of(identity)
        };
        hands.set_device_string(Some(string));
        table
    }

    fn start(&mut self, program: &'static Program) {
        self.bench.hands().start(program, BTreeMap::new());
    }

    fn run_for(&mut self, time: Duration) {
        let until = self.bench.hands().now().plus(time);
        self.bench.run_until(until);
        while let Some(happening) = self.bench.poll() {
            self.seen.push(happening);
        }
    }

    fn trace(&self) -> Vec<Rc<Traced>> {
        self.bench.hands().trace().iter().cloned().collect()
    }

    fn kinds(&self, party: &str) -> Vec<String> {
        self.trace()
            .into_iter()
            .filter(|entry| entry.party == party)
            .map(|entry| entry.kind.clone())
            .collect()
    }

    fn lines(&self, program: &str) -> Vec<String> {
        let lines = self.seen.iter().filter_map(|happening| match happening {
            Happening::Console(line) if line.program == program => Some(line),
            _ => None,
        });
        lines
            .map(|line| {
                let texts = line.spans.iter().map(|span| match span {
                    Span::Text(text) | Span::Secret(text) => text.as_str(),
                });
                texts.collect()
            })
            .collect()
    }

    fn connected(&self) -> bool {
        let hands = self.bench.hands();
        let hub = hands.hub();
        hub.device(DEVICE)
            .is_some_and(|device| device.connection_state == ConnectionState::Connected)
    }
}

fn string_of(identity: &DeviceIdentity) -> wire::connection_string::DeviceConnectionString {
    let key = identity
        .authentication
        .symmetric_key
        .primary_key
        .as_ref()
        .expect("the hub made a key");
    let text = format!(
        "HostName={HOST};DeviceId={DEVICE};SharedAccessKey={}",
        key.expose()
    );
    text.parse().expect("a device connection string")
}

#[test]
fn the_trace_holds_both_sides_of_a_conversation_in_order() {
    let mut table = Table::new();
    table.start(&SENDER);
    table.run_for(Duration::ZERO);
    assert_eq!(table.kinds("register"), ["PUT", "200"]);
    assert_eq!(
        table.kinds(DEVICE),
        ["CONNECT", "CONNACK", "PUBLISH", "PUBACK"]
    );
    let directions: Vec<_> = table.trace().iter().map(|entry| entry.direction).collect();
    assert!(
        directions
            .chunks(2)
            .all(|pair| pair == [Direction::ToHub, Direction::FromHub])
    );
}

#[test]
fn trace_entries_are_numbered_without_gaps() {
    let mut table = Table::new();
    table.start(&SENDER);
    table.run_for(Duration::from_mins(1));
    let ids: Vec<_> = table.trace().iter().map(|entry| entry.id).collect();
    assert_eq!(ids, (1..=ids.len() as u64).collect::<Vec<_>>());
}

#[test]
fn every_field_of_the_trace_lies_within_its_bytes() {
    let mut table = Table::new();
    table.start(&SENDER);
    table.run_for(Duration::from_mins(3));
    for entry in table.trace() {
        let fields = entry.fields();
        assert!(!fields.is_empty(), "{} has no fields", entry.kind);
        for field in &fields {
            assert!(
                field.start <= field.end && field.end <= entry.bytes.len(),
                "{}: {field:?}",
                entry.kind
            );
        }
    }
}

#[test]
fn no_signature_and_no_key_is_in_the_trace() {
    let mut table = Table::new();
    table.start(&SENDER);
    table.run_for(Duration::ZERO);
    let key = table.bench.hands().hub().device(DEVICE).and_then(|device| {
        Some(
            device
                .authentication
                .symmetric_key
                .primary_key
                .as_ref()?
                .expose()
                .to_owned(),
        )
    });
    let key = key.expect("a key");
    for entry in table.trace() {
        let text = format!(
            "{}{:?}",
            String::from_utf8_lossy(&entry.bytes),
            entry.fields()
        );
        assert!(!text.contains(&key), "{} shows the key", entry.kind);
        for (_, signature) in text
            .match_indices("sig=")
            .map(|(at, _)| text.split_at(at + 4))
        {
            assert!(
                signature.starts_with('*'),
                "{} shows a signature",
                entry.kind
            );
        }
    }
    assert!(
        table
            .trace()
            .iter()
            .any(|entry| entry.protocol == Protocol::Http)
    );
}

#[test]
fn time_passes_from_one_planned_thing_to_the_next() {
    let mut table = Table::new();
    table.start(&SENDER);
    table.run_for(Duration::from_secs(35));
    assert_eq!(table.lines("sender").len(), 4);
    let times: Vec<_> = table
        .trace()
        .iter()
        .filter(|entry| entry.kind == "PUBLISH")
        .map(|entry| entry.at)
        .collect();
    assert_eq!(
        times,
        [0, 10, 20, 30].map(|seconds| START.plus(Duration::from_secs(seconds)))
    );
}

#[test]
fn a_reader_receives_what_was_sent_before_and_after_it_started() {
    let mut table = Table::new();
    table.start(&SENDER);
    table.run_for(Duration::from_secs(15));
    table.start(&READER);
    table.run_for(Duration::from_secs(10));
    assert_eq!(table.lines("reader"), ["event 0", "event 1", "event 2"]);
    assert_eq!(table.bench.hands().arrived(DEVICE), 3);
}

#[test]
fn a_pulled_cable_is_noticed_by_the_device_at_once_and_by_the_hub_after_its_patience() {
    let mut table = Table::new();
    table.start(&SENDER);
    table.run_for(Duration::from_secs(1));
    table.bench.hands().set_plugged(DEVICE, false);
    table.run_for(Duration::from_secs(10));
    assert_eq!(
        table.bench.hands().program_state("sender"),
        Some(ProgramState::Failed)
    );
    assert!(table.connected(), "the hub has heard nothing of it");
    table.run_for(Duration::from_secs(78));
    assert!(table.connected(), "one and a half times 60 s are not over");
    table.run_for(Duration::from_secs(2));
    assert!(!table.connected());
}

#[test]
fn an_unplugged_device_cannot_connect() {
    let mut table = Table::new();
    table.bench.hands().set_plugged(DEVICE, false);
    table.start(&SENDER);
    table.run_for(Duration::from_secs(1));
    assert_eq!(
        table.bench.hands().program_state("sender"),
        Some(ProgramState::Failed)
    );
    assert_eq!(table.kinds(DEVICE), [""; 0]);
}

#[test]
fn a_cut_at_the_next_answer_stores_the_message_and_loses_the_puback() {
    let mut table = Table::new();
    table.start(&SENDER);
    table.run_for(Duration::from_secs(1));
    table.bench.hands().cut_at_next_answer(DEVICE);
    table.run_for(Duration::from_secs(10));
    assert_eq!(
        table.lines("sender").len(),
        2,
        "one sent line and one error"
    );
    let hands = table.bench.hands();
    let stored: usize = (0..4)
        .map(|partition| {
            hands
                .emulated()
                .unwrap()
                .read_events(partition, &EventPosition::Earliest, 9)
                .len()
        })
        .sum();
    assert_eq!(stored, 2);
    assert!(hands.last_lost(DEVICE, START).is_some());
}

#[test]
fn a_stopped_program_hangs_up_and_the_hub_notices() {
    let mut table = Table::new();
    table.start(&SENDER);
    table.run_for(Duration::from_secs(1));
    assert!(table.connected());
    table.bench.hands().stop("sender");
    table.run_for(Duration::ZERO);
    assert!(!table.connected());
    assert_eq!(
        table.bench.hands().program_state("sender"),
        Some(ProgramState::Stopped)
    );
    table.run_for(Duration::from_mins(5));
    assert_eq!(table.lines("sender").len(), 1, "it sends no more");
}

#[test]
fn a_host_that_is_not_on_the_bench_cannot_be_reached() {
    let mut table = Table::new();
    table.start(&STRANGER);
    table.run_for(Duration::from_secs(1));
    assert_eq!(
        table.bench.hands().program_state("stranger"),
        Some(ProgramState::Failed)
    );
    assert!(
        table
            .lines("stranger")
            .concat()
            .contains("elsewhere.azure-devices.net")
    );
}

#[test]
fn an_error_of_the_hub_ends_a_program_with_the_services_words() {
    let mut table = Table::new();
    table.start(&REGISTER);
    table.run_for(Duration::ZERO);
    assert_eq!(
        table.bench.hands().program_state("register"),
        Some(ProgramState::Failed)
    );
    assert!(
        table
            .lines("register")
            .concat()
            .contains("already registered"),
        "{:?}",
        table.lines("register")
    );
}

#[test]
fn a_connection_lives_on_through_token_renewals() {
    let mut table = Table::new();
    table.start(&SENDER);
    table.run_for(Duration::from_hours(3));
    assert_eq!(
        table.bench.hands().program_state("sender"),
        Some(ProgramState::Running)
    );
    let connects = table
        .kinds(DEVICE)
        .into_iter()
        .filter(|kind| *kind == "CONNECT")
        .count();
    assert_eq!(
        connects, 4,
        "one at the start, and one before the end of each hour's token"
    );
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let run = || {
        let mut table = Table::new();
        table.start(&SENDER);
        table.start(&READER);
        table.run_for(Duration::from_mins(10));
        format!("{:?}", table.seen)
    };
    assert_eq!(run(), run());
}

#[test]
fn a_program_tells_the_lines_that_it_comes_to() {
    let mut table = Table::new();
    table.start(&SENDER);
    table.run_for(Duration::from_secs(25));
    let source = include_str!("bench.rs").lines();
    let source: Vec<_> = source.map(str::trim).collect();
    let told = table.seen.iter().filter_map(|happening| match happening {
        Happening::Line { program, line } if program == SENDER.name => {
            assert!(line.file().ends_with("bench.rs"), "{}", line.file());
            Some(source[line.line() as usize - 1])
        }
        _ => None,
    });
    let told: Vec<_> = told.collect();
    let [connect, print, sleep] = [
        "let device = bench.device(bench.device_connection_string()?, options);",
        r#"bench.print(format!("sent after {} ms", receipt.took.as_millis()));"#,
        "bench.sleep(Duration::from_secs(10)).await;",
    ];
    assert_eq!(told, [connect, print, sleep, print, sleep, print, sleep]);
}

#[test]
fn a_device_with_a_wrong_string_says_what_is_wrong_with_it() {
    let mut table = Table::new();
    let hands = table.bench.hands();
    let service = hands.hub().service_connection_string("service").unwrap();
    let text = service.to_text();
    let error = text.expose().parse::<DeviceConnectionString>().unwrap_err();
    hands.set_wrong_device_string(error.clone());
    table.start(&SENDER);
    table.run_for(Duration::ZERO);
    assert_eq!(hands.device_string(), None);
    assert_eq!(hands.wrong_device_string(), Some(error.clone()));
    let printed = table.seen.iter().any(|happening| match happening {
        Happening::Console(line) => line.spans == [Span::Text(error.to_string())],
        _ => false,
    });
    assert!(printed);

    let own = hands.hub().device_connection_string(DEVICE);
    hands.set_device_string(own);
    assert_eq!(hands.wrong_device_string(), None);
}
