//! A fleet on the bench: that nothing of it is lost, and that what is kept and told of it stays bounded.

use std::time::{Duration, Instant};

use lab::{
    Bench, BenchOptions, DeviceNews, Wanted,
    action::{DeviceAction, Outcome},
};
use wire::{event::EventPosition, rest::ConnectionState, timestamp::Timestamp};

const COUNT: u16 = 1_000;
const SECONDS: u64 = 60;

fn bench() -> Bench {
    Bench::new(&BenchOptions {
        host_name: "bench.azure-devices.net".to_owned(),
        seed: [3; 32],
        start: Timestamp::from_millis(1_790_000_000_000),
    })
}

/// Lets time pass in turns of a tenth of a second, each of which is told. Gives how much was told in all.
fn run(bench: &mut Bench, time: Duration) -> Told {
    let mut told = Told::default();
    let end = bench.hands().now().plus(time);
    while bench.hands().now() < end {
        let next = bench.hands().now().plus(Duration::from_millis(100));
        bench.run_until(next);
        while bench.poll().is_some() {
            told.happenings += 1;
        }
        let (entries, left_out) = bench.take_trace(100, |_| Wanted::IfThereIsRoom);
        assert!(entries.len() <= 100);
        told.entries += entries.len() as u64;
        told.left_out += left_out;
        if let Some(DeviceNews::Changed { devices, .. }) = bench.take_device_news() {
            told.devices += devices.len() as u64;
        }
    }
    told
}

#[derive(Debug, Default)]
struct Told {
    happenings: u64,
    entries: u64,
    left_out: u64,
    devices: u64,
}

/// How many events the hub took, whether it still keeps them or not.
fn taken(bench: &Bench) -> u64 {
    let hands = bench.hands();
    let hub = hands.emulated().unwrap();
    let newest = |partition| {
        let events = hub.read_events(partition, &EventPosition::Earliest, usize::MAX);
        events.last().map_or(0, |event| event.sequence_number + 1)
    };
    (0..hub.partition_count()).map(newest).sum()
}

fn act(bench: &mut Bench, action: DeviceAction) -> Outcome {
    bench.hands().start_at_device(1, action);
    let now = bench.hands().now();
    bench.run_until(now);
    let outcome = std::iter::from_fn(|| bench.poll()).find_map(|happening| match happening {
        lab::Happening::Answered { outcome, .. } => Some(outcome),
        _ => None,
    });
    outcome.expect("an answer at once")
}

#[test]
fn all_messages_of_a_thousand_devices_are_in_the_hub() {
    let mut bench = bench();
    let start = DeviceAction::StartFleet {
        count: COUNT,
        interval: 1.0,
    };
    let begun = Instant::now();
    assert_eq!(act(&mut bench, start), Outcome::Done);
    let told = run(&mut bench, Duration::from_secs(SECONDS));
    println!(
        "{SECONDS} s of {COUNT} devices in {:?}: {told:?}",
        begun.elapsed()
    );
    // The devices begin one after the other within the first second, and those due at this very moment have sent.
    let messages = u64::from(COUNT) * SECONDS;
    let taken = taken(&bench);
    assert!((messages..=messages + 1).contains(&taken), "{taken}");
    assert_eq!(told.happenings, 0, "a fleet prints nothing");
    assert!(told.entries <= SECONDS * 10 * 100);
    // A PUBLISH and a PUBACK each, and what connecting takes.
    assert!(told.entries + told.left_out >= 2 * messages);
    // Every device is new once, connects once, and its activity is told every ten seconds or so.
    assert!(
        told.devices <= u64::from(COUNT) * (2 + SECONDS / 10),
        "{told:?}"
    );
    let hands = bench.hands();
    assert!(hands.trace().len() <= 10_000);
    let kept: usize = hands.trace().iter().map(|entry| entry.bytes.len()).sum();
    assert!(kept <= 8 * 1024 * 1024);
    let newest = hands.trace().back().unwrap().id;
    assert!(hands.inspect(newest).is_some());
}

#[test]
fn a_fleet_goes_as_it_came() {
    let mut bench = bench();
    let start = |count| DeviceAction::StartFleet {
        count,
        interval: 1.0,
    };
    assert_eq!(act(&mut bench, start(150)), Outcome::Done);
    run(&mut bench, Duration::from_secs(2));
    let connected = |bench: &Bench| {
        let hands = bench.hands();
        let hub = hands.hub();
        hub.devices()
            .filter(|device| device.connection_state == ConnectionState::Connected)
            .count()
    };
    assert_eq!(connected(&bench), 150);
    assert_eq!(
        act(&mut bench, start(3)),
        Outcome::Done,
        "another takes its place"
    );
    run(&mut bench, Duration::from_secs(2));
    assert_eq!(connected(&bench), 3);
    let fleet = bench.hands().fleet().unwrap();
    assert!(fleet.has("fleet-0003") && !fleet.has("fleet-0004") && !fleet.has("fleet-3"));
    assert_eq!(act(&mut bench, DeviceAction::StopFleet), Outcome::Done);
    assert_eq!(bench.hands().hub().device_count(), 0);
    let before = taken(&bench);
    run(&mut bench, Duration::from_secs(5));
    assert_eq!(taken(&bench), before, "a device that is gone sends no more");
    let none = act(&mut bench, DeviceAction::StopFleet);
    assert!(matches!(none, Outcome::Refused(_)));
}

#[test]
fn a_fleet_has_its_bounds() {
    let mut bench = bench();
    for (count, interval) in [(0, 1.0), (2_001, 1.0), (1, 0.0), (1, f64::INFINITY)] {
        let outcome = act(&mut bench, DeviceAction::StartFleet { count, interval });
        assert!(matches!(outcome, Outcome::Refused(_)), "{count} {interval}");
    }
    assert_eq!(bench.hands().fleet(), None);
}
