//! A packet id never names two packets at a time.

use client::device::DeviceOptions;
use wire::topic::TopicFilter;

use crate::bench::{Bench, SECOND, calm};

/// Sends and acknowledges messages until all ids have had a turn, except those in flight.
fn once_around(bench: &mut Bench) -> Vec<String> {
    let mut given = Vec::new();
    for _ in 0..70_000 {
        bench.publish("x");
        let line = bench.lines().pop().unwrap();
        let id = line.strip_prefix("PUBLISH #").unwrap();
        let id: u16 = id.strip_suffix(" x").unwrap().parse().unwrap();
        bench.puback(id);
        bench.lines();
        bench.events();
        bench.packets();
        given.push(id.to_string());
    }
    given
}

#[test]
fn ids_go_round_and_skip_those_in_flight() {
    let mut bench = Bench::connected(calm());
    bench.publish("held");
    bench.session.subscribe(bench.now, TopicFilter::Methods);
    bench.drain();
    assert_eq!(
        bench.lines(),
        ["PUBLISH #1 held", "SUBSCRIBE #2 $iothub/methods/POST/#"]
    );
    let given = once_around(&mut bench);
    assert!(given.contains(&"65535".to_owned()), "the last id is used");
    for held in ["0", "1", "2"] {
        assert!(!given.contains(&held.to_owned()), "{held} is not free");
    }
    assert_eq!(given.iter().filter(|id| *id == "3").count(), 2, "a round");
}

#[test]
fn the_id_of_a_message_that_timed_out_is_not_free_while_its_answer_may_come() {
    let mut bench = Bench::connected(DeviceOptions {
        message_timeout: SECOND,
        ..calm()
    });
    bench.publish("forgotten");
    bench.wait(SECOND);
    assert!(!once_around(&mut bench).contains(&"1".to_owned()));
    bench.puback(1);
    assert_eq!(bench.lines(), [""; 0]);
    assert!(once_around(&mut bench).contains(&"1".to_owned()));
}

#[test]
fn the_id_of_a_subscription_that_timed_out_is_free_after_its_late_answer() {
    let mut bench = Bench::connected(DeviceOptions {
        message_timeout: SECOND,
        ..calm()
    });
    bench.session.subscribe(bench.now, TopicFilter::Methods);
    bench.drain();
    bench.wait(SECOND);
    assert!(!once_around(&mut bench).contains(&"1".to_owned()));
    bench.suback(1, None);
    assert!(once_around(&mut bench).contains(&"1".to_owned()));
}

#[test]
fn an_answer_of_the_wrong_kind_frees_no_id() {
    let mut bench = Bench::connected(calm());
    bench.publish("held");
    bench.session.subscribe(bench.now, TopicFilter::Methods);
    bench.drain();
    bench.suback(1, None);
    bench.puback(2);
    bench.lines();
    let given = once_around(&mut bench);
    assert!(!given.contains(&"1".to_owned()) && !given.contains(&"2".to_owned()));
}

#[test]
fn a_lost_link_brings_no_answers_any_more_so_its_forgotten_ids_are_free() {
    let mut bench = Bench::connected(DeviceOptions {
        message_timeout: SECOND,
        ..calm()
    });
    bench.publish("forgotten");
    bench.wait(SECOND);
    bench.lose();
    bench.wait(SECOND);
    bench.accept(true);
    bench.lines();
    assert!(once_around(&mut bench).contains(&"1".to_owned()));
}
