//! What the hub counts, for a page to show.

use hub::{HubOptions, OperationClass, OperationUsage, Tier, Usage};

use crate::bench::{Ask, Bench, HOST, SECOND, SEED, TOPIC};

const S1: Tier = Tier::S1 { units: 1 };

fn bench(tier: Tier, enforce_limits: bool) -> Bench {
    Bench::of(HubOptions {
        tier,
        enforce_limits,
        ..HubOptions::new(HOST, SEED)
    })
}

fn usage(bench: &Bench) -> Usage {
    bench.hub.usage(bench.now)
}

fn operation(bench: &Bench, class: OperationClass) -> OperationUsage {
    let operations = usage(bench).operations;
    *operations.iter().find(|it| it.class == class).unwrap()
}

/// Passed, delayed, refused, waiting.
fn counts(bench: &Bench, class: OperationClass) -> (u64, u64, u64, usize) {
    let it = operation(bench, class);
    (it.passed, it.delayed, it.refused, it.waiting)
}

#[test]
fn a_hub_is_of_one_standard_unit_and_enforces_nothing_unless_it_is_told_otherwise() {
    let bench = Bench::new();
    let usage = usage(&bench);
    assert_eq!((usage.tier, usage.units, usage.enforced), ("S1", 1, false));
}

#[test]
fn the_tier_is_told() {
    let cases = [
        (Tier::F1, true, ("F1", 1, 8_000, 512, 500)),
        (S1, false, ("S1", 1, 400_000, 4_096, 1_000_000)),
        (
            Tier::S1 { units: 4 },
            true,
            ("S1", 4, 1_600_000, 4_096, 1_000_000),
        ),
    ];
    for (tier, enforced, expected) in cases {
        let usage = usage(&bench(tier, enforced));
        assert_eq!(usage.enforced, enforced);
        let told = (
            usage.tier,
            usage.units,
            usage.daily_quota,
            usage.message_bytes,
            usage.most_devices,
        );
        assert_eq!(told, expected);
    }
}

#[test]
fn the_rates_are_told() {
    let cases = [
        (OperationClass::IdentityRegistry, (100, 60), (900, 60)),
        (OperationClass::TwinRead, (100, 1), (100, 1)),
        (OperationClass::TwinUpdate, (50, 1), (50, 1)),
        (OperationClass::Query, (20, 60), (180, 60)),
        (OperationClass::CloudToDeviceSend, (100, 60), (900, 60)),
        (
            OperationClass::CloudToDeviceReceive,
            (1_000, 60),
            (9_000, 60),
        ),
        (OperationClass::DeviceToCloudSend, (100, 1), (108, 1)),
        (OperationClass::DeviceConnection, (100, 1), (108, 1)),
        (OperationClass::DirectMethod, (163_840, 1), (1_474_560, 1)),
        (OperationClass::Job, (100, 60), (900, 60)),
    ];
    let hubs = [Tier::F1, S1, Tier::S1 { units: 9 }].map(|tier| bench(tier, false));
    for (place, (class, one, nine)) in cases.into_iter().enumerate() {
        assert_eq!(OperationClass::ALL[place], class);
        for (hub, expected) in hubs.iter().zip([one, one, nine]) {
            let rate = operation(hub, class).rate;
            assert_eq!((rate.amount, rate.seconds), expected, "{class:?}");
        }
    }
}

#[test]
fn operations_are_counted_in_their_classes() {
    for enforced in [false, true] {
        let mut bench = bench(S1, enforced);
        let asks = [
            (Ask::path("GET", "/devices"), 1),
            (Ask::path("GET", "/twins/dev1"), 2),
            (Ask::path("PATCH", "/twins/dev1"), 3),
            (Ask::path("POST", "/devices/query"), 4),
            (Ask::path("POST", "/devices/dev1/messages/deviceBound"), 5),
            (Ask::path("GET", "/devices/dev1/messages/deviceBound"), 6),
            (Ask::path("POST", "/devices/dev1/messages/events"), 7),
            (Ask::path("POST", "/twins/dev1/methods"), 8),
        ];
        for (ask, times) in &asks {
            for _ in 0..*times {
                bench.start(ask);
            }
        }
        let link = bench.connect("dev1");
        bench.publish(link, TOPIC, b"x", None);
        let passed: Vec<_> = usage(&bench)
            .operations
            .iter()
            .map(|it| it.passed)
            .collect();
        // Two devices were registered before.
        assert_eq!(passed, [3, 2, 3, 4, 5, 6, 8, 1, 8, 0]);
    }
}

#[test]
fn delays_and_refusals_are_counted() {
    const QUERY: OperationClass = OperationClass::Query;
    let mut bench = bench(S1, true);
    let ask = Ask::path("POST", "/devices/query");
    for _ in 0..25 {
        bench.start(&ask);
    }
    assert_eq!(counts(&bench, QUERY), (23, 3, 2, 3));
    bench.wait(3 * SECOND);
    assert_eq!(counts(&bench, QUERY), (23, 3, 2, 2));
    bench.wait(10 * SECOND);
    assert_eq!(counts(&bench, QUERY), (23, 3, 2, 0));
}

#[test]
fn telemetry_and_connections_that_are_refused_are_counted() {
    let mut bench = bench(S1, true);
    let greeting = bench.greeting("dev1");
    for _ in 0..102 {
        bench.greet(&greeting);
    }
    let class = OperationClass::DeviceConnection;
    assert_eq!(counts(&bench, class), (100, 0, 2, 0));
    bench.wait(SECOND);
    let link = bench.connect("dev1");
    for id in 1..=1_101 {
        bench.publish(link, TOPIC, b"x", Some(id));
    }
    let class = OperationClass::DeviceToCloudSend;
    assert_eq!(counts(&bench, class), (1_100, 1_000, 1, 1_000));
}

#[test]
fn devices_are_counted_and_so_are_those_that_are_connected() {
    let mut bench = bench(S1, false);
    let count = |bench: &Bench| (usage(bench).devices, usage(bench).connected);
    assert_eq!(count(&bench), (2, 0));
    let link = bench.connect("dev1");
    bench.connect("dev2");
    assert_eq!(count(&bench), (2, 2));
    // A link without a client is nobody's.
    bench.open();
    assert_eq!(count(&bench), (2, 2));
    bench.lose(link);
    assert_eq!(count(&bench), (2, 1));
    bench.delete("dev2");
    assert_eq!(count(&bench), (1, 0));
}

#[test]
fn the_days_messages_do_not_end_the_count_of_operations() {
    let mut bench = bench(S1, false);
    let link = bench.connect("dev1");
    bench.publish(link, TOPIC, b"x", None);
    bench.wait(24 * 60 * 60 * SECOND);
    let usage = usage(&bench);
    assert_eq!(usage.messages_today, 0);
    assert_eq!(usage.operations[6].passed, 1);
}

#[test]
fn what_is_told_can_be_written_as_json() {
    let mut bench = bench(Tier::F1, true);
    let link = bench.connect("dev1");
    bench.publish(link, TOPIC, &[b'x'; 513], Some(1));
    let mut told = serde_json::to_value(usage(&bench)).unwrap();
    let operations = told["operations"].take();
    assert_eq!(
        operations[6],
        serde_json::json!({
            "class": "DeviceToCloudSend",
            "rate": { "amount": 100, "seconds": 1 },
            "passed": 1,
            "delayed": 0,
            "refused": 0,
            "waiting": 0,
        })
    );
    assert_eq!(operations.as_array().unwrap().len(), 10);
    assert_eq!(
        told,
        serde_json::json!({
            "tier": "F1",
            "units": 1,
            "enforced": true,
            "messagesToday": 2,
            "dailyQuota": 8_000,
            "messageBytes": 512,
            "dayEnds": "2026-08-02T00:00:00.0000000Z",
            "operations": null,
            "devices": 2,
            "mostDevices": 500,
            "connected": 1,
        })
    );
}

#[test]
fn a_class_is_named_as_it_is_written() {
    for class in OperationClass::ALL {
        assert_eq!(serde_json::to_value(class).unwrap(), class.name());
    }
}
