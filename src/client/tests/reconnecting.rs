//! Lost links, and what survives them.

use std::time::Duration;

use client::device::{
    ConnectError, DeviceOptions, DisconnectReason, Receipt, RetryPolicy, SessionEvent,
};
use wire::mqtt::mqttrs::ConnectReturnCode;

use crate::bench::{Bench, HOST, RETRY, SECOND, calm};

#[test]
fn messages_go_out_again_in_order_with_their_ids_and_dup() {
    for session_present in [false, true] {
        let mut bench = Bench::connected(calm());
        for body in ["zero", "one", "two"] {
            bench.publish(body);
        }
        bench.puback(2);
        bench.lines();
        bench.lose();
        assert_eq!(bench.lines(), ["disconnected LinkClosed", "retry 1 in 1s"]);
        bench.wait(SECOND);
        bench.accept(session_present);
        assert_eq!(
            bench.lines(),
            [
                &format!("open {HOST}"),
                "CONNECT",
                "connected",
                "PUBLISH #1 dup zero",
                "PUBLISH #3 dup two"
            ]
        );
        bench.puback(1);
        bench.puback(3);
        assert_eq!(bench.lines(), ["sent (0)", "sent (2)"]);
    }
}

#[test]
fn a_message_never_sent_before_is_no_duplicate() {
    let mut bench = Bench::connected(DeviceOptions {
        max_in_flight: 1,
        ..calm()
    });
    bench.publish("zero");
    bench.publish("one");
    bench.lose();
    bench.publish("two");
    bench.wait(SECOND);
    bench.lines();
    bench.accept(true);
    bench.puback(1);
    bench.puback(2);
    assert_eq!(
        bench.lines(),
        [
            "CONNECT",
            "connected",
            "PUBLISH #1 dup zero",
            "sent (0)",
            "PUBLISH #2 one",
            "sent (1)",
            "PUBLISH #3 two"
        ]
    );
}

#[test]
fn the_receipt_counts_the_times_sent_and_all_the_time() {
    let mut bench = Bench::connected(calm());
    let id = bench.publish("zero");
    bench.lose();
    bench.wait(SECOND);
    bench.accept(true);
    bench.events();
    bench.puback(1);
    let receipt = Receipt {
        message_id: None,
        took: SECOND,
        times_sent: 2,
    };
    assert_eq!(bench.events(), [SessionEvent::Sent(id, receipt)]);
}

#[test]
fn without_retries_a_lost_link_fails_what_is_pending() {
    let mut bench = Bench::connected(DeviceOptions {
        retry: RetryPolicy::None,
        max_in_flight: 1,
        ..calm()
    });
    bench.publish("on the link");
    bench.publish("waiting");
    bench.lines();
    bench.events();
    bench.lose();
    assert_eq!(
        bench.lines(),
        [
            "disconnected LinkClosed",
            "failed (0) ConnectionLost",
            "failed (1) ConnectionLost",
            "gave up"
        ]
    );
    let lost = ConnectError::Failed {
        attempts: 0,
        last: DisconnectReason::LinkClosed,
    };
    assert_eq!(bench.events().pop(), Some(SessionEvent::GaveUp(lost)));
    assert_eq!(bench.session.next_deadline(), None);
}

#[test]
fn waits_grow_and_a_connection_makes_them_short_again() {
    let mut bench = Bench::new(DeviceOptions {
        retry: RetryPolicy::Exponential {
            first: SECOND,
            factor: 2.0,
            most: 5 * SECOND,
            jitter: 0.0,
            attempts: None,
        },
        ..calm()
    });
    bench.connect();
    let fail = |bench: &mut Bench| {
        bench.lines();
        bench.lose();
        bench.lines().pop().unwrap()
    };
    assert_eq!(fail(&mut bench), "retry 1 in 1s");
    bench.wait(SECOND);
    assert_eq!(fail(&mut bench), "retry 2 in 2s");
    bench.wait(2 * SECOND);
    assert_eq!(fail(&mut bench), "retry 3 in 4s");
    bench.wait(4 * SECOND);
    assert_eq!(fail(&mut bench), "retry 4 in 5s");
    bench.wait(5 * SECOND);
    bench.accept(false);
    assert_eq!(fail(&mut bench), "retry 1 in 1s");
}

#[test]
fn a_session_waits_exactly_as_long_as_it_said() {
    let mut bench = Bench::connected(DeviceOptions {
        retry: RetryPolicy::Exponential {
            first: SECOND,
            factor: 2.0,
            most: Duration::from_mins(1),
            jitter: 0.5,
            attempts: None,
        },
        ..calm()
    });
    bench.events();
    bench.lose();
    let Some(SessionEvent::Retrying { after, .. }) = bench.events().pop() else {
        panic!("expected a retry");
    };
    assert!(after > SECOND / 2 && after < SECOND, "{after:?}");
    bench.lines();
    bench.wait(after.saturating_sub(Duration::from_millis(1)));
    assert_eq!(bench.lines(), [""; 0]);
    bench.wait(Duration::from_millis(1));
    assert_eq!(bench.lines(), [format!("open {HOST}")]);
}

#[test]
fn the_last_attempt_allowed_is_the_last() {
    let mut bench = Bench::new(DeviceOptions {
        retry: RetryPolicy::Fixed {
            wait: SECOND,
            attempts: Some(2),
        },
        ..calm()
    });
    bench.connect();
    bench.publish("zero");
    for _ in 0..2 {
        bench.lose();
        bench.wait(SECOND);
    }
    bench.lines();
    bench.lose();
    assert_eq!(
        bench.lines(),
        [
            "connect failed LinkClosed",
            "failed (0) ConnectionLost",
            "gave up"
        ]
    );
    let gave_up = ConnectError::Failed {
        attempts: 3,
        last: DisconnectReason::LinkClosed,
    };
    assert_eq!(bench.events().pop(), Some(SessionEvent::GaveUp(gave_up)));
}

#[test]
fn asking_to_connect_ends_the_wait() {
    let mut bench = Bench::connected(DeviceOptions {
        retry: RetryPolicy::Fixed {
            wait: Duration::from_hours(1),
            attempts: None,
        },
        ..calm()
    });
    bench.lose();
    bench.lines();
    bench.connect();
    assert_eq!(bench.lines(), [format!("open {HOST}")]);
}

#[test]
fn a_refusal_for_cause_ends_the_retries() {
    let mut bench = Bench::connected(DeviceOptions {
        retry: RETRY,
        ..calm()
    });
    bench.publish("zero");
    bench.lose();
    bench.wait(SECOND);
    bench.open();
    bench.lines();
    bench.connack(ConnectReturnCode::NotAuthorized, false);
    assert_eq!(
        bench.lines(),
        [
            "close",
            "refused NotAuthorized",
            "failed (0) Refused(NotAuthorized)",
            "gave up"
        ]
    );
}

#[test]
fn half_a_packet_of_the_old_link_does_not_reach_the_new_one() {
    let mut bench = Bench::connected(calm());
    bench.publish("zero");
    bench.bytes(&[0x40, 0x02, 0x00]);
    bench.lose();
    bench.wait(SECOND);
    bench.accept(true);
    bench.lines();
    bench.puback(1);
    assert_eq!(bench.lines(), ["sent (0)"]);
}
