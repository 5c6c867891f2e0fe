//! What senders are told of their messages.

use std::time::Duration;

use http::Response;
use hub::{CountedDelivery, HubOptions};
use serde_json::json;
use wire::mqtt::mqttrs::QoS;

use crate::bench::{Ask, Bench, HOST, SECOND, SEED, json as body_of, outcome};
use crate::stores::FailingStore;

const FEEDBACK: &str = "/messages/serviceBound/feedback";

fn options() -> HubOptions {
    HubOptions::new(HOST, SEED)
}

fn complete(bench: &mut Bench, token: &str) -> String {
    bench.outcome(&Ask::path("DELETE", &format!("{FEEDBACK}/{token}")))
}

fn abandon(bench: &mut Bench, token: &str) -> String {
    bench.outcome(&Ask::path("POST", &format!("{FEEDBACK}/{token}/abandon")))
}

fn get(bench: &mut Bench) -> Response<Vec<u8>> {
    bench.ask(&Ask::path("GET", FEEDBACK))
}

/// How many records a batch has that is received now.
fn received(bench: &mut Bench) -> Option<usize> {
    let (records, _) = bench.fetch_feedback()?;
    Some(records.as_array().unwrap().len())
}

/// A hub with the outcome of one message gathered and batched.
fn with_a_batch(options: HubOptions) -> Bench {
    let mut bench = Bench::of(options);
    succeed(&mut bench, "m");
    bench.wait(15 * SECOND);
    bench
}

/// Sends a message that is completed at once.
fn succeed(bench: &mut Bench, id: &str) {
    bench.send_for_feedback(id, "full");
    let (_, token) = bench.fetch().unwrap();
    let path = format!("/devices/dev1/messages/devicebound/{token}");
    let answer = bench.ask_as("dev1", &Ask::path("DELETE", &path));
    assert_eq!(answer.status(), 204);
}

#[test]
fn there_may_be_none() {
    let mut bench = Bench::new();
    assert_eq!(outcome(&get(&mut bench)), "204");
}

#[test]
fn a_batch_is_json_under_a_lock() {
    let mut bench = Bench::new();
    bench.wait(SECOND);
    succeed(&mut bench, "m:1");
    let generation_id = bench.hub.device("dev1").unwrap().generation_id.clone();
    bench.wait(15 * SECOND);
    let answer = get(&mut bench);
    assert_eq!(answer.status(), 200);
    let content_type = &answer.headers()["Content-Type"];
    assert_eq!(
        content_type,
        "application/vnd.microsoft.iothub.feedback.json"
    );
    let etag = answer.headers()["ETag"].to_str().unwrap();
    assert!(etag.starts_with('"') && etag.len() == 38, "{etag}");
    let expected = json!([{
        "originalMessageId": "m:1",
        // When the outcome was known, not when the message was sent or the batch made.
        "enqueuedTimeUtc": "2026-08-01T10:00:01.0000000Z",
        "statusCode": "Success",
        "description": "Success",
        "deviceId": "dev1",
        "deviceGenerationId": generation_id,
    }]);
    assert_eq!(body_of(&answer), expected);
}

#[test]
fn who_asked_for_it_is_told() {
    type End = fn(&mut Bench);
    let on_link: End = |bench| {
        bench.listen(QoS::AtMostOnce);
    };
    let acknowledged: End = |bench| {
        let link = bench.listen(QoS::AtLeastOnce);
        for packet_id in 1..=4 {
            bench.acknowledge(link, packet_id);
        }
    };
    let expired: End = |bench| bench.wait(Duration::from_hours(1));
    let rejected: End = |bench| {
        while let Some((_, token)) = bench.fetch() {
            let path = format!("/devices/dev1/messages/devicebound/{token}?reject");
            bench.ask_as("dev1", &Ask::path("DELETE", &path));
        }
    };
    let abandoned: End = |bench| {
        while let Some((_, token)) = bench.fetch() {
            let path = format!("/devices/dev1/messages/devicebound/{token}/abandon");
            bench.ask_as("dev1", &Ask::path("POST", &path));
        }
    };
    let purged: End = |bench| {
        bench.ask(&Ask::path("DELETE", "/devices/dev1/commands"));
    };
    let cases: [(End, [&str; 2]); 6] = [
        (on_link, ["positive Success", "full Success"]),
        (acknowledged, ["positive Success", "full Success"]),
        (expired, ["negative Expired", "full Expired"]),
        (rejected, ["negative Rejected", "full Rejected"]),
        (
            abandoned,
            [
                "negative DeliveryCountExceeded",
                "full DeliveryCountExceeded",
            ],
        ),
        (purged, ["negative Purged", "full Purged"]),
    ];
    for (end, expected) in cases {
        let mut bench = Bench::new();
        for ack in ["none", "positive", "negative", "full"] {
            bench.send_for_feedback(ack, ack);
        }
        end(&mut bench);
        assert_eq!(bench.pending("dev1"), 0);
        assert_eq!(bench.feedback(), expected);
    }
}

#[test]
fn a_batch_is_made_15_seconds_after_its_first_record() {
    let mut bench = Bench::new();
    succeed(&mut bench, "a");
    bench.wait(10 * SECOND);
    succeed(&mut bench, "b");
    bench.wait_almost(5 * SECOND);
    assert_eq!(received(&mut bench), None);
    bench.wait(SECOND);
    succeed(&mut bench, "c");
    assert_eq!(received(&mut bench), Some(2));
    bench.wait_almost(15 * SECOND);
    assert_eq!(received(&mut bench), None);
    bench.wait(SECOND);
    assert_eq!(received(&mut bench), Some(1));
}

#[test]
fn a_batch_is_made_of_64_records_at_once() {
    let mut bench = Bench::new();
    for number in 0..63 {
        succeed(&mut bench, &number.to_string());
    }
    assert_eq!(received(&mut bench), None);
    succeed(&mut bench, "63");
    let expires = bench.now.plus(Duration::from_hours(1));
    assert_eq!(bench.hub.next_deadline(), Some(expires));
    succeed(&mut bench, "64");
    let (records, _) = bench.fetch_feedback().unwrap();
    let ids: Vec<_> = records.as_array().unwrap().iter().collect();
    assert_eq!(ids.len(), 64);
    assert_eq!(ids[0]["originalMessageId"], "0");
    assert_eq!(ids[63]["originalMessageId"], "63");
    assert_eq!(received(&mut bench), None);
    bench.wait(15 * SECOND);
    assert_eq!(received(&mut bench), Some(1));
}

#[test]
fn a_completed_batch_is_gone() {
    let mut bench = with_a_batch(options());
    let (_, token) = bench.fetch_feedback().unwrap();
    assert_eq!(complete(&mut bench, &token), "204");
    bench.wait(61 * SECOND);
    assert_eq!(received(&mut bench), None);
    assert_eq!(bench.hub.next_deadline(), None);
}

#[test]
fn an_abandoned_batch_comes_again_under_another_lock() {
    let mut bench = with_a_batch(options());
    let (records, token) = bench.fetch_feedback().unwrap();
    assert_eq!(received(&mut bench), None, "it is locked");
    assert_eq!(abandon(&mut bench, &token), "204");
    let (again, other) = bench.fetch_feedback().unwrap();
    assert_eq!(records, again);
    assert_ne!(token, other);
}

#[test]
fn batches_are_received_oldest_first() {
    let mut bench = with_a_batch(options());
    succeed(&mut bench, "n");
    bench.wait(15 * SECOND);
    let (first, token) = bench.fetch_feedback().unwrap();
    assert_eq!(first[0]["originalMessageId"], "m");
    abandon(&mut bench, &token);
    let (first, _) = bench.fetch_feedback().unwrap();
    assert_eq!(first[0]["originalMessageId"], "m", "it keeps its place");
    let (second, _) = bench.fetch_feedback().unwrap();
    assert_eq!(second[0]["originalMessageId"], "n");
}

#[test]
fn a_lock_that_is_lost_or_never_was_ends_nothing() {
    let mut bench = with_a_batch(options());
    let lost = "412 DeviceMessageLockLost";
    let (_, token) = bench.fetch_feedback().unwrap();
    assert_eq!(abandon(&mut bench, &token), "204");
    for token in [token.as_str(), "x"] {
        assert_eq!(complete(&mut bench, token), lost);
        assert_eq!(abandon(&mut bench, token), lost);
    }
    assert_eq!(received(&mut bench), Some(1));
}

#[test]
fn how_long_a_lock_lasts_is_an_option_within_limits() {
    for (set, expected) in [(60, 60), (10, 10), (1, 5), (1_000, 300)] {
        let mut options = options();
        options.feedback.lock_time = Duration::from_secs(set);
        let mut bench = with_a_batch(options);
        let (_, token) = bench.fetch_feedback().unwrap();
        bench.wait_almost(Duration::from_secs(expected));
        assert_eq!(received(&mut bench), None);
        bench.wait(SECOND);
        assert_eq!(complete(&mut bench, &token), "412 DeviceMessageLockLost");
        assert_eq!(received(&mut bench), Some(1));
    }
}

#[test]
fn a_batch_waits_for_an_hour_after_its_newest_record() {
    let mut bench = Bench::new();
    succeed(&mut bench, "a");
    bench.wait(10 * SECOND);
    succeed(&mut bench, "b");
    bench.wait_almost(Duration::from_hours(1));
    let (_, token) = bench.fetch_feedback().unwrap();
    abandon(&mut bench, &token);
    bench.wait(SECOND);
    assert_eq!(received(&mut bench), None);
    assert_eq!(bench.hub.next_deadline(), None);
}

#[test]
fn how_long_it_waits_is_an_option_within_limits() {
    let cases = [
        (Duration::from_mins(5), Duration::from_mins(5)),
        (Duration::ZERO, Duration::from_mins(1)),
        (Duration::from_hours(100), Duration::from_hours(48)),
    ];
    for (set, expected) in cases {
        for (time, is_there) in [(expected.mul_f64(0.9), true), (expected, false)] {
            let mut options = options();
            options.feedback.time_to_live = set;
            let mut bench = Bench::of(options);
            succeed(&mut bench, "m");
            bench.wait(time);
            assert_eq!(received(&mut bench).is_some(), is_there, "{set:?}");
        }
    }
}

#[test]
fn a_batch_that_was_abandoned_too_often_is_given_up() {
    for (set, expected) in [(10, 10), (0, 1), (3, 3), (1_000, 100)] {
        let mut options = options();
        options.feedback.max_delivery_count = set;
        let mut bench = with_a_batch(options);
        for _ in 0..expected {
            let (_, token) = bench.fetch_feedback().unwrap();
            assert_eq!(abandon(&mut bench, &token), "204");
        }
        assert_eq!(received(&mut bench), None, "{set}");
    }
}

#[test]
fn whether_the_end_of_a_lock_counts_is_an_option() {
    let cases = [
        (CountedDelivery::Abandoned, Some(1)),
        (CountedDelivery::Every, None),
    ];
    for (counted, expected) in cases {
        let mut options = options();
        options.cloud_to_device.counted = counted;
        options.feedback.max_delivery_count = 2;
        let mut bench = with_a_batch(options);
        for _ in 0..2 {
            assert_eq!(received(&mut bench), Some(1));
            bench.wait(60 * SECOND);
        }
        assert_eq!(received(&mut bench), expected, "{counted:?}");
    }
}

#[test]
fn unread_feedback_goes_with_its_device() {
    let mut bench = Bench::new();
    succeed(&mut bench, "old");
    bench.wait(15 * SECOND);
    succeed(&mut bench, "gathered");
    bench.delete("dev1");
    bench.register("dev1");
    succeed(&mut bench, "new");
    assert_eq!(bench.feedback(), ["new Success"]);
}

#[test]
fn only_a_service_may_read_it() {
    let mut bench = with_a_batch(options());
    let ask = Ask::path("GET", FEEDBACK);
    for (policy, expected) in [
        ("device", 401),
        ("registryReadWrite", 401),
        ("service", 200),
    ] {
        let request = ask.request(&bench.service_token(policy));
        assert_eq!(bench.request(&request).status(), expected, "{policy}");
    }
}

#[test]
fn what_cannot_be_kept_is_not_acknowledged() {
    let store = FailingStore::default();
    let mut bench = Bench::with_store(options(), store.clone());
    succeed(&mut bench, "m");
    bench.wait(15 * SECOND);
    let (_, token) = bench.fetch_feedback().unwrap();
    store.fails.set(true);
    assert_eq!(complete(&mut bench, &token), "500 ServerError");
    assert_eq!(abandon(&mut bench, &token), "500 ServerError");
    store.fails.set(false);
    assert_eq!(complete(&mut bench, &token), "204");
}

#[test]
fn what_is_too_old_and_cannot_be_dropped_is_dropped_later() {
    let store = FailingStore::default();
    let mut bench = Bench::with_store(options(), store.clone());
    succeed(&mut bench, "m");
    bench.wait(15 * SECOND);
    store.fails.set(true);
    bench.wait(Duration::from_hours(1));
    assert!(bench.hub.next_deadline().is_some());
    store.fails.set(false);
    bench.wait(SECOND);
    assert_eq!(bench.hub.next_deadline(), None);
}

#[test]
fn an_outcome_and_its_feedback_are_kept_together() {
    let store = FailingStore::default();
    let mut bench = Bench::with_store(options(), store.clone());
    bench.send_for_feedback("m", "full");
    let (_, token) = bench.fetch().unwrap();
    let commits = store.commits.get();
    let path = format!("/devices/dev1/messages/devicebound/{token}");
    bench.ask_as("dev1", &Ask::path("DELETE", &path));
    assert_eq!(store.commits.get(), commits + 1);
    assert_eq!(bench.feedback(), ["m Success"]);
}
