//! What goes wrong with a live hub, and what never may.

use std::{
    cell::RefCell, collections::BTreeMap, fmt::Write as _, future::poll_fn, rc::Rc, task::Poll,
    time::Duration,
};

use futures::{
    FutureExt as _,
    future::LocalBoxFuture,
    stream::{self, LocalBoxStream, StreamExt as _},
};
use http::{Request, Response};
use lab::{
    Bench, BenchOptions, Program,
    outside::{Outside, OutsideLink, ReadFrom, ReadNews, Trouble, TroubleKind, Way, Ways},
    view::{ProgramState, Side},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use wire::{event::Event, properties::MessageProperties};

use crate::table::{DEVICE, DEVICE_PROGRAM, FRAIL, HOST, READER, REGISTER, START, Table};

#[test]
fn a_hub_that_asks_to_go_slower_is_in_trouble_until_it_answers_again() {
    let mut table = Table::new();
    table.set_faults(|faults| faults.throttled = true);
    table.start(&REGISTER);
    table.run_for(1);
    let (trouble, _) = table.trouble().expect("trouble");
    assert_eq!(trouble.kind, TroubleKind::Throttled);
    table.set_faults(|faults| faults.throttled = false);
    table.hands().refresh(DEVICE);
    table.run_for(2);
    assert_eq!(table.trouble(), None);
}

static LOOK: Program = Program {
    name: "look",
    side: Side::Cloud,
    run: |bench| {
        Box::pin(async move {
            let service = bench.service("iothubowner")?;
            bench.send(service.get_device(bench.now(), DEVICE)).await?;
            bench.print("seen");
            Ok(())
        })
    },
};

#[test]
fn a_program_waits_as_long_as_a_throttling_hub_asks_for() {
    let mut table = Table::new();
    table.set_faults(|faults| faults.throttled = true);
    table.start(&LOOK);
    table.run_for(1);
    let (trouble, again) = table.trouble().expect("trouble");
    assert_eq!(trouble.kind, TroubleKind::Throttled);
    assert!(again.is_some(), "it is said when it is tried again");
    table.set_faults(|faults| faults.throttled = false);
    table.run_for(3);
    assert_eq!(table.printed("look").len(), 0);
    table.run_for(2);
    assert_eq!(table.printed("look"), ["seen"]);
}

#[test]
fn a_program_that_is_throttled_for_long_hears_of_it() {
    let mut table = Table::new();
    table.set_faults(|faults| faults.throttled = true);
    table.start(&LOOK);
    table.run_for(14);
    assert_eq!(
        table.hands().program_state("look"),
        Some(ProgramState::Running)
    );
    table.run_for(2);
    assert_eq!(
        table.hands().program_state("look"),
        Some(ProgramState::Failed)
    );
    assert_eq!(table.count_of("look"), 4);
}

#[test]
fn a_hub_that_could_not_be_reached_is_asked_again_until_it_answers() {
    let mut table = Table::new();
    table.set_faults(|faults| faults.down = true);
    table.start(&REGISTER);
    table.run_for(1);
    let hands = table.hands();
    let trouble = || hands.live().unwrap().trouble;
    let (told, again) = trouble().expect("trouble");
    assert_eq!(told.kind, TroubleKind::Unreachable);
    assert!(again.is_some(), "it is told when it is tried again");
    table.run_for(60);
    let (_, again) = trouble().expect("trouble");
    assert!(again.is_some_and(|again| again > hands.now()));
    table.set_faults(|faults| faults.down = false);
    table.run_for(15);
    assert_eq!(trouble(), None);
}

#[test]
fn what_is_wrong_on_another_way_is_told_again_when_the_last_trouble_is_over() {
    let mut table = Table::new();
    let kind = |table: &Table| {
        let trouble = table.trouble();
        trouble.map(|(trouble, _)| trouble.kind)
    };
    table.set_faults(|faults| faults.barred = true);
    table.start(&FRAIL);
    table.run_for(1);
    assert_eq!(kind(&table), Some(TroubleKind::NoSocket));
    table.set_faults(|faults| faults.throttled = true);
    table.hands().refresh(DEVICE);
    table.run_for(2);
    assert_eq!(kind(&table), Some(TroubleKind::Throttled));
    table.set_faults(|faults| faults.throttled = false);
    table.run_for(20);
    assert_eq!(kind(&table), Some(TroubleKind::NoSocket));
}

#[test]
fn no_key_is_in_the_trace_or_in_what_is_told() {
    let mut table = Table::new();
    table.start(&DEVICE_PROGRAM);
    table.start(&READER);
    table.hands().refresh(DEVICE);
    table.run_for(30);
    let mut told = format!(
        "{:?} {:?}",
        table.hands().live(),
        table.bench.take_device_news()
    );
    for entry in table.trace() {
        let detail = table.hands().inspect(entry.id);
        write!(told, "{entry:?} {detail:?}").unwrap();
        told += &String::from_utf8_lossy(&entry.bytes);
        let rest = entry.rest().map(|rest| rest.bytes.to_vec());
        told += &String::from_utf8_lossy(&rest.unwrap_or_default());
    }
    let hub = table.beside.hub();
    let policies = hub
        .policies()
        .iter()
        .map(|policy| policy.primary_key.clone());
    let device = &hub.device(DEVICE).unwrap().authentication.symmetric_key;
    let keys = [&device.primary_key, &device.secondary_key].into_iter();
    let keys = keys.flatten().map(|key| key.to_key().unwrap());
    for key in policies.chain(keys) {
        let key = key.to_base64().into_inner();
        let encoded = utf8_percent_encode(&key, NON_ALPHANUMERIC).to_string();
        assert!(!told.contains(&key) && !told.contains(&encoded));
    }
    assert!(
        told.contains("CONNECT"),
        "there is something to look through"
    );
}

/// What a hostile hub sends.
#[derive(Clone, Default)]
struct Hostile {
    link: Vec<Vec<u8>>,
    /// What each read of its events hears.
    events: Vec<ReadNews>,
    reads: Rc<RefCell<Vec<ReadFrom>>>,
    taken: Rc<RefCell<usize>>,
}

struct HostileLink(Vec<Vec<u8>>, Rc<RefCell<usize>>);

impl Outside for Hostile {
    fn open_link(&self) -> LocalBoxFuture<'static, Result<Box<dyn OutsideLink>, Trouble>> {
        let link: Box<dyn OutsideLink> =
            Box::new(HostileLink(self.link.clone(), Rc::clone(&self.taken)));
        async move { Ok(link) }.boxed_local()
    }

    fn has_relay(&self) -> bool {
        false
    }

    fn way_of(&self, _: &Request<Vec<u8>>) -> Option<Way> {
        None
    }

    fn request(
        &self,
        _: Request<Vec<u8>>,
    ) -> LocalBoxFuture<'static, Result<Response<Vec<u8>>, Trouble>> {
        async { Err(Trouble::new(TroubleKind::NoRelay, "none")) }.boxed_local()
    }

    fn read_events(&self, from: ReadFrom) -> LocalBoxStream<'static, ReadNews> {
        self.reads.borrow_mut().push(from);
        // Whoever hears of it goes on in between.
        let news = stream::iter(self.events.clone()).then(async |news| {
            let mut has_waited = false;
            poll_fn(|context| {
                context.waker().wake_by_ref();
                if std::mem::replace(&mut has_waited, true) {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            })
            .await;
            news
        });
        match self.events.last() {
            Some(ReadNews::Failed(_)) => news.boxed_local(),
            _ => news.chain(stream::pending()).boxed_local(),
        }
    }
}

impl OutsideLink for HostileLink {
    fn send(&mut self, _: &[u8]) -> bool {
        true
    }

    fn receive(&mut self) -> LocalBoxFuture<'_, Option<Vec<u8>>> {
        async {
            match self.0.pop() {
                Some(bytes) => {
                    *self.1.borrow_mut() += 1;
                    Some(bytes)
                }
                None => futures::future::pending().await,
            }
        }
        .boxed_local()
    }
}

fn bench_with(hostile: &Hostile) -> Bench {
    let table = Table::new();
    let options = BenchOptions {
        host_name: HOST.to_owned(),
        seed: [3; 32],
        start: START,
    };
    let target = table.beside.target("iothubowner").unwrap();
    let bench = Bench::live(&options, target, Ways::new(hostile.clone()));
    let string = table.hands().device_string();
    bench.hands().set_device_string(string);
    bench
}

#[test]
fn bytes_that_are_no_mqtt_end_the_link_in_words() {
    for bytes in [
        vec![0xff; 64],
        vec![0x30, 0xff, 0xff, 0xff, 0x7f],
        vec![0x20, 0],
    ] {
        let mut bench = bench_with(&Hostile {
            link: vec![bytes],
            ..Hostile::default()
        });
        let hands = bench.hands();
        hands.start(&FRAIL, BTreeMap::new());
        bench.run_until(START.plus(Duration::from_mins(1)));
        assert_eq!(hands.program_state("frail"), Some(ProgramState::Failed));
        let trace = hands.trace();
        let closed = trace.iter().find(|entry| entry.kind == "CLOSED");
        assert_eq!(closed.map(|it| it.summary.as_str()), Some("malformed"));
    }
}

#[test]
fn a_flood_of_packets_waits_outside() {
    let ping = vec![0xd0, 0];
    let hostile = Hostile {
        link: vec![ping; 100_000],
        ..Hostile::default()
    };
    let mut bench = bench_with(&hostile);
    let hands = bench.hands();
    hands.start(&FRAIL, BTreeMap::new());
    bench.run_until(START.plus(Duration::from_mins(1)));
    assert!(
        *hostile.taken.borrow() < 1_000,
        "{}",
        hostile.taken.borrow()
    );
    assert!(hands.trace().len() < 1_000);
}

#[test]
fn a_flood_of_packets_in_one_message_is_handed_on_as_fast_as_it_is_read() {
    let hostile = Hostile {
        link: vec![[0xd0, 0].repeat(2 * 1024 * 1024)],
        ..Hostile::default()
    };
    let mut bench = bench_with(&hostile);
    let hands = bench.hands();
    hands.start(&FRAIL, std::collections::BTreeMap::new());
    bench.run_until(START.plus(Duration::from_mins(1)));
    let trace = hands.trace();
    let came = trace.iter().filter(|entry| entry.kind == "PINGRESP");
    assert!((1..100).contains(&came.count()));
}

#[test]
fn only_so_many_bytes_of_properties_are_kept() {
    let news = (0..64_u64).map(|number| {
        let mut event = event(1, number, 0);
        let value = "x".repeat(256 * 1024);
        event.properties.application = vec![("p".to_owned(), Some(value))];
        ReadNews::Events(vec![event])
    });
    let mut events = vec![ReadNews::Reading { partitions: 4 }];
    events.extend(news);
    let mut bench = bench_with(&Hostile {
        events,
        ..Hostile::default()
    });
    bench.read_events();
    bench.run_until(START);
    let kept = bench.hands().hub().device_events(DEVICE, START);
    assert!((1..=8).contains(&kept.len()), "{}", kept.len());
}

#[test]
fn only_so_many_devices_of_a_busy_hub_are_counted() {
    let of = |number: u64| {
        let mut event = event(0, number, 1);
        event.device_id = format!("other-{number}");
        event
    };
    let mut events = vec![ReadNews::Reading { partitions: 1 }];
    events.extend((0..5_000).map(|number| ReadNews::Events(vec![of(number)])));
    events.push(ReadNews::Events(vec![event(0, 5_000, 1)]));
    let mut bench = bench_with(&Hostile {
        events,
        ..Hostile::default()
    });
    let hands = bench.hands();
    assert_eq!(hands.arrived(DEVICE), 0);
    bench.read_events();
    bench.run_until(START);
    assert_eq!(hands.arrived(DEVICE), 1, "whom somebody asks for");
    let counted = (0..5_000).filter(|number| hands.arrived(&format!("other-{number}")) > 0);
    assert!((100..2_000).contains(&counted.count()));
}

fn event(partition: u16, number: u64, bytes: usize) -> Event {
    Event {
        partition,
        sequence_number: number,
        offset: number.to_string(),
        enqueued_time: START,
        device_id: DEVICE.to_owned(),
        module_id: None,
        auth_method: String::new(),
        generation_id: String::new(),
        message_source: "Telemetry".to_owned(),
        properties: MessageProperties::default(),
        body: vec![b'x'; bytes],
    }
}

#[test]
fn a_reader_that_has_ended_is_told_with_the_time_at_which_another_begins() {
    let trouble = Trouble::new(TroubleKind::NoSocket, "the WebSocket did not open");
    let mut bench = bench_with(&Hostile {
        events: vec![ReadNews::Failed(trouble.clone())],
        ..Hostile::default()
    });
    bench.read_events();
    bench.run_until(START);
    let again = START.plus(Duration::from_secs(30));
    let told = bench.hands().live().unwrap().trouble;
    assert_eq!(told, Some((trouble, Some(again))));
}

#[test]
fn only_so_many_events_are_kept() {
    let news = (0..64_u64).map(|number| ReadNews::Events(vec![event(1, number, 256 * 1024)]));
    let mut events = vec![ReadNews::Reading { partitions: 4 }];
    events.extend(news);
    // Events of partitions that are not there, and of numbers that were there already.
    events.push(ReadNews::Events(vec![event(9, 0, 1), event(1, 3, 1)]));
    let mut bench = bench_with(&Hostile {
        events,
        ..Hostile::default()
    });
    bench.read_events();
    bench.run_until(START);
    let kept = bench.hands().hub().device_events(DEVICE, START);
    let bytes: usize = kept.iter().map(|event| event.body.len()).sum();
    assert!(bytes <= 8 * 1024 * 1024, "{bytes}");
    assert_eq!(kept.last().map(|event| event.sequence_number), Some(63));
}

/// Events of many other devices, and every hundredth of the bench's own, on one partition.
fn busy_hub(count: u64) -> Vec<ReadNews> {
    let of = |number: u64| {
        let mut event = event(0, number, 1024);
        if !number.is_multiple_of(100) {
            event.device_id = format!("other-{}", number % 7);
        }
        event
    };
    let mut news = vec![ReadNews::Reading { partitions: 4 }];
    news.extend((0..count).map(|number| ReadNews::Events(vec![of(number)])));
    news
}

#[test]
fn a_busy_hub_does_not_push_out_what_the_own_device_sent() {
    let mut bench = bench_with(&Hostile {
        events: busy_hub(20_000),
        ..Hostile::default()
    });
    let hands = bench.hands();
    let own = || hands.hub().device_events(DEVICE, START);
    assert_eq!(own().len(), 0);
    bench.run_until(START);
    let numbers: Vec<_> = own().iter().map(|event| event.sequence_number).collect();
    let sent: Vec<_> = (0..20_000).step_by(100).collect();
    assert_eq!(numbers, sent);
    // The others are there as well, as far as there is room.
    let other = hands.hub().device_events("other-1", START);
    assert!((50..1_000).contains(&other.len()), "{}", other.len());
}

/// The numbers of the events that a reader hears.
fn heard(events: Vec<ReadNews>) -> Vec<u64> {
    let mut bench = bench_with(&Hostile {
        events,
        ..Hostile::default()
    });
    let _ = bench.hands().hub().device_events(DEVICE, START);
    bench
        .hands()
        .start(&READER, std::collections::BTreeMap::new());
    let mut numbers = Vec::new();
    for second in 0..9 {
        bench.run_until(START.plus(Duration::from_secs(second)));
        while let Some(happening) = bench.poll() {
            if let lab::Happening::Arrived(event) = happening {
                numbers.push(event.sequence_number);
            }
        }
    }
    numbers
}

#[test]
fn a_reader_hears_each_event_of_a_busy_hub_in_order() {
    let numbers = heard(busy_hub(500));
    assert_eq!(numbers, (0..500).collect::<Vec<_>>());
}

#[test]
fn a_reader_that_begins_again_forgets_nothing() {
    let again = ReadNews::Reading { partitions: 4 };
    let mut bench = bench_with(&Hostile {
        events: vec![
            again.clone(),
            ReadNews::Events(vec![event(1, 0, 1)]),
            again,
            ReadNews::Events(vec![event(1, 1, 1)]),
        ],
        ..Hostile::default()
    });
    bench.read_events();
    bench.run_until(START);
    assert_eq!(bench.hands().hub().device_events(DEVICE, START).len(), 2);
}

/// An event that a hub took some seconds later.
fn later_event(seconds: u64, partition: u16, number: u64) -> Event {
    Event {
        enqueued_time: START.plus(Duration::from_secs(seconds)),
        ..event(partition, number, 10)
    }
}

#[test]
fn a_reader_hears_a_hub_that_has_begun_anew_from_its_first_event() {
    let numbers = heard(vec![
        ReadNews::Reading { partitions: 4 },
        ReadNews::Events(vec![event(1, 40, 10), event(1, 41, 10)]),
        ReadNews::Events(vec![event(2, 7, 10)]),
        ReadNews::Reading { partitions: 4 },
        ReadNews::Events(vec![event(1, 40, 10), later_event(9, 1, 0)]),
        // The other partition goes on as it was.
        ReadNews::Events(vec![event(2, 7, 10), event(2, 8, 10)]),
    ]);
    assert_eq!(numbers, [40, 41, 7, 0, 8]);
}

#[test]
fn a_reader_hears_a_hub_that_has_begun_anew_with_other_partitions() {
    let numbers = heard(vec![
        ReadNews::Reading { partitions: 2 },
        ReadNews::Events(vec![event(1, 40, 10)]),
        ReadNews::Reading { partitions: 4 },
        ReadNews::Events(vec![later_event(9, 1, 0), later_event(9, 3, 0)]),
    ]);
    assert_eq!(numbers, [40, 0, 0]);
}

/// A hub of which each read ends so, and a bench that wants its events.
fn ending_with(news: Vec<ReadNews>, kind: TroubleKind) -> (Bench, Rc<RefCell<Vec<ReadFrom>>>) {
    let mut events = news;
    events.push(ReadNews::Failed(Trouble::new(kind, "it ends")));
    let hostile = Hostile {
        events,
        ..Hostile::default()
    };
    let mut bench = bench_with(&hostile);
    bench.read_events();
    bench.run_until(START);
    (bench, hostile.reads)
}

/// Second by second, from the start.
fn run_for(bench: &mut Bench, duration: Duration) {
    for second in 0..=duration.as_secs() {
        bench.run_until(START.plus(Duration::from_secs(second)));
    }
}

#[test]
fn a_read_that_has_ended_goes_on_behind_the_last_events_that_came() {
    let news = vec![
        ReadNews::Reading { partitions: 4 },
        ReadNews::Events(vec![event(1, 6, 10), event(1, 7, 10)]),
        ReadNews::Events(vec![event(3, 2, 10)]),
    ];
    let (mut bench, reads) = ending_with(news, TroubleKind::Closed);
    bench.run_until(START.plus(Duration::from_mins(1)));
    let reads = reads.borrow();
    assert_eq!(reads[0].after, BTreeMap::new());
    assert_eq!(reads[1].after, BTreeMap::from([(1, 7), (3, 2)]));
    assert_eq!(reads[1].since, reads[0].since);
}

#[test]
fn it_is_said_when_a_read_that_has_ended_is_begun_again() {
    let (mut bench, reads) = ending_with(Vec::new(), TroubleKind::Unreachable);
    let (_, again) = bench.hands().live().unwrap().trouble.expect("trouble");
    let again = again.expect("a time");
    assert_eq!(reads.borrow().len(), 1);
    bench.run_until(again);
    assert_eq!(reads.borrow().len(), 2);
}

#[test]
fn what_a_hub_refuses_to_tell_is_asked_for_ever_less_often() {
    let reads_in_two_hours = |kind| {
        let (mut bench, reads) = ending_with(Vec::new(), kind);
        run_for(&mut bench, Duration::from_hours(2));
        reads.borrow().len()
    };
    for kind in [
        TroubleKind::Unauthorized,
        TroubleKind::Clock,
        TroubleKind::HubNotFound,
        TroubleKind::Protocol,
    ] {
        assert!((10..20).contains(&reads_in_two_hours(kind)), "{kind:?}");
    }
    assert!(reads_in_two_hours(TroubleKind::Unreachable) > 200);
}

#[test]
fn after_a_read_that_worked_a_refusal_is_as_new() {
    let news = vec![ReadNews::Reading { partitions: 4 }];
    let (mut bench, reads) = ending_with(news, TroubleKind::Unauthorized);
    run_for(&mut bench, Duration::from_mins(10));
    assert!(reads.borrow().len() > 15);
}

#[test]
fn a_hub_that_has_begun_anew_is_heard_from_its_first_event() {
    let mut first = event(1, 0, 10);
    first.enqueued_time = START.plus(Duration::from_secs(9));
    let events = vec![
        ReadNews::Reading { partitions: 4 },
        ReadNews::Events(vec![event(1, 40, 10), event(1, 41, 10)]),
        ReadNews::Reading { partitions: 4 },
        // What comes twice is as old as it was.
        ReadNews::Events(vec![event(1, 40, 10), first]),
    ];
    let mut bench = bench_with(&Hostile {
        events,
        ..Hostile::default()
    });
    bench.read_events();
    bench.run_until(START);
    let kept = bench.hands().hub().device_events(DEVICE, START);
    let numbers: Vec<_> = kept.iter().map(|event| event.sequence_number).collect();
    assert_eq!(numbers, [0]);
}
