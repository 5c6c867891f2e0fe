//! The waits between attempts to connect, to the millisecond.

use std::time::Duration;

use client::device::{DeviceOptions, RetryPolicy, Session, SessionEvent};

use crate::bench::{SECOND, START, calm, device};

fn millis(policy: RetryPolicy, attempts: u32, random: u64) -> Vec<Option<u128>> {
    let delay = |attempt| policy.delay(attempt, random);
    (1..=attempts)
        .map(|attempt| delay(attempt).map(|delay| delay.as_millis()))
        .collect()
}

fn exponential(jitter: f64, attempts: Option<u32>) -> RetryPolicy {
    RetryPolicy::Exponential {
        first: SECOND,
        factor: 2.0,
        most: 10 * SECOND,
        jitter,
        attempts,
    }
}

#[test]
fn none_never_tries_again() {
    assert_eq!(millis(RetryPolicy::None, 2, 0), [None, None]);
}

#[test]
fn fixed_waits_are_alike_and_counted() {
    let policy = RetryPolicy::Fixed {
        wait: 3 * SECOND,
        attempts: Some(2),
    };
    assert_eq!(millis(policy, 3, 9), [Some(3000), Some(3000), None]);
}

#[test]
fn no_wait_at_all_is_still_a_millisecond() {
    let policy = RetryPolicy::Fixed {
        wait: Duration::ZERO,
        attempts: None,
    };
    assert_eq!(millis(policy, 1, 0), [Some(1)]);
}

#[test]
fn exponential_waits_grow_to_the_cap() {
    assert_eq!(
        millis(exponential(0.0, Some(6)), 7, 9),
        [
            Some(1000),
            Some(2000),
            Some(4000),
            Some(8000),
            Some(10_000),
            Some(10_000),
            None
        ]
    );
}

#[test]
fn jitter_shortens_by_its_share_at_most() {
    let policy = exponential(0.25, None);
    assert_eq!(millis(policy, 2, 0), [Some(1000), Some(2000)]);
    assert_eq!(millis(policy, 2, 1 << 63), [Some(875), Some(1750)]);
    assert_eq!(millis(policy, 2, u64::MAX), [Some(750), Some(1500)]);
}

#[test]
fn foolish_policies_still_give_waits() {
    let most = Duration::from_mins(1);
    for (factor, jitter) in [
        (f64::NAN, f64::NAN),
        (f64::INFINITY, f64::INFINITY),
        (-1.0, -1.0),
        (0.0, 7.0),
    ] {
        let policy = RetryPolicy::Exponential {
            first: SECOND,
            factor,
            most,
            jitter,
            attempts: None,
        };
        for attempt in [1, 2, 64, u32::MAX] {
            let delay = policy.delay(attempt, 1 << 62).unwrap();
            assert!(
                !delay.is_zero() && delay <= most,
                "{policy:?}, attempt {attempt}: {delay:?}"
            );
        }
    }
    let endless = RetryPolicy::Exponential {
        first: Duration::MAX,
        factor: 2.0,
        most: Duration::MAX,
        jitter: 0.5,
        attempts: None,
    };
    assert!(endless.delay(2, 0).unwrap() > most);
}

/// The waits that a session announces when each attempt fails.
fn announced(seed: u64) -> Vec<u128> {
    let options = DeviceOptions {
        retry: exponential(0.25, Some(6)),
        ..calm()
    };
    let mut session = Session::new(device(), options, seed);
    let (mut now, mut waits) = (START, Vec::new());
    session.connect(now);
    loop {
        session.link_closed(now);
        let outputs: Vec<_> = std::iter::from_fn(|| session.poll()).collect();
        let after = outputs.iter().find_map(|output| match output {
            client::device::Output::Event(SessionEvent::Retrying { after, .. }) => Some(*after),
            _ => None,
        });
        let Some(after) = after else { return waits };
        waits.push(after.as_millis());
        now = now.plus(after);
        session.advance(now);
    }
}

#[test]
fn a_seed_gives_its_own_sequence_always() {
    assert_eq!(announced(1), SEED_1);
    assert_eq!(announced(2), SEED_2);
}

const SEED_1: [u128; 6] = [858, 1627, 3028, 7111, 8889, 8092];
const SEED_2: [u128; 6] = [852, 1625, 3404, 6469, 9221, 9133];

#[test]
fn policies_are_chosen_by_name() {
    let every = RetryPolicy::every(Duration::from_secs(10));
    let exponential = RetryPolicy::exponential();
    let cases = [
        (every, [Some(10_000), Some(10_000), Some(10_000)]),
        (every.at_most(2), [Some(10_000), Some(10_000), None]),
        (exponential, [Some(1_000), Some(2_000), Some(4_000)]),
        (exponential.at_most(1), [Some(1_000), None, None]),
        (RetryPolicy::None.at_most(3), [None, None, None]),
    ];
    for (policy, expected) in cases {
        let delays = [1, 2, 3].map(|attempt| policy.delay(attempt, 0));
        let expected = expected.map(|millis| millis.map(Duration::from_millis));
        assert_eq!(delays, expected, "{policy:?}");
    }
    let policy = client::device::DeviceOptions::default().retry;
    assert_eq!(policy, exponential, "the default");
}
