//! What comes back after the program was stopped or killed.

use hub::{HubOptions, Tier};

use crate::bench::{Bench, options};

/// A hub that has something of everything, and has lost something of everything.
fn lived() -> Bench {
    let mut bench = Bench::new();
    for id in ["dev1", "dev2", "gone"] {
        bench.register(id);
    }
    for (device, module) in [("dev1", "m"), ("dev1", "gone"), ("gone", "m")] {
        let body = format!(r#"{{"deviceId":"{device}","moduleId":"{module}"}}"#);
        let path = format!("/devices/{device}/modules/{module}");
        bench.ok("CREATE", &path, &body);
    }
    let twin = r#"{"tags":{"a":[1,{"b":"c"}]},"properties":{"desired":{"d":{"e":1.5}}}}"#;
    for path in ["/twins/dev1", "/twins/dev1/modules/m", "/twins/gone"] {
        bench.ok("PATCH", path, twin);
    }
    for id in ["dev1", "gone"] {
        bench.send_to(id, "purged");
        bench.ok("DELETE", &format!("/devices/{id}/commands"), "");
        bench.send_to(id, "wake up");
        bench.send_event(id, "hello");
    }
    bench.ok("DELETE", "/devices/dev1/modules/gone", "");
    bench.ok("DELETE", "/devices/gone", "");
    bench
}

#[test]
fn a_hub_comes_back_as_it_was_stopped() {
    let mut bench = lived();
    let state = bench.state();
    for kind in [
        "policy", "device", "module", "twin", "message", "feedback", "event",
    ] {
        let start = format!("{{\"{kind}\":");
        assert!(state.iter().any(|it| it.starts_with(&start)), "{kind}");
    }
    for _ in 0..2 {
        bench.restart();
        assert_eq!(bench.state(), state);
    }
}

#[test]
fn a_hub_comes_back_as_it_was_killed() {
    let mut bench = lived();
    let state = bench.state();
    for _ in 0..2 {
        bench.kill();
        bench.start();
        assert_eq!(bench.state(), state);
    }
}

#[test]
fn what_was_not_flushed_was_never_there() {
    let mut bench = lived();
    let state = bench.state();
    let unkept = bench.ask_unkept("POST", "/devices/dev1/messages/events", "unkept");
    assert_eq!(unkept.status(), 204);
    bench.kill();
    bench.start();
    assert_eq!(bench.state(), state);
}

#[test]
fn keys_of_policies_stay_whatever_the_seed() {
    let mut bench = Bench::new();
    let key = bench
        .hub()
        .policy("iothubowner")
        .unwrap()
        .primary_key
        .clone();
    bench.options.seed = [8; 32];
    bench.restart();
    let policies = bench.hub().policies();
    assert_eq!(policies[0].primary_key, key);
    assert_eq!(policies.len(), 5);
}

#[test]
fn counts_of_the_day_come_back_after_a_stop() {
    let mut bench = Bench::new();
    bench.register("dev1");
    bench.send_event("dev1", "hello");
    bench.restart();
    let header = bench.hub().header();
    assert!(header.contains("\"messages\":1"), "{header}");
}

#[test]
fn another_host_name_is_refused_with_both_names() {
    let mut bench = Bench::new();
    bench.stop();
    bench.options = HubOptions {
        host_name: "other".to_owned(),
        ..options()
    };
    let refusal = bench.refusal();
    assert!(refusal.contains("snapshot of other"), "{refusal}");
    assert!(refusal.contains("localhost"), "{refusal}");
}

#[test]
fn a_hub_keeps_the_partitions_that_it_was_made_with_whatever_its_tier() {
    for (made, later, expected) in [(STANDARD, Tier::F1, 4), (Tier::F1, STANDARD, 2)] {
        let mut bench = Bench::of(of_tier(made));
        for number in 0..20 {
            bench.register(&format!("dev{number}"));
            bench.send_event(&format!("dev{number}"), "hello");
        }
        let events = bench.events();
        bench.stop();
        bench.options = of_tier(later);
        bench.start();
        assert_eq!(bench.hub().partition_count(), expected);
        assert_eq!(bench.events(), events);
        // Nor does it change once the program was killed before it wrote anything.
        bench.kill();
        bench.start();
        assert_eq!(bench.hub().partition_count(), expected);
    }
}

const STANDARD: Tier = Tier::S1 { units: 1 };

fn of_tier(tier: Tier) -> HubOptions {
    HubOptions { tier, ..options() }
}
