//! What comes faster than the tier's rates: first it waits, then it is refused.

use std::collections::VecDeque;
use std::time::Duration;

use hub::{CloseReason, ConnectionId, HubOptions, Refusal, RequestId, Tier};
use proptest::prelude::*;
use wire::timestamp::Timestamp;

use crate::bench::{Ask, Bench, HOST, SECOND, SEED, TOPIC, json, outcome};

const S1: Tier = Tier::S1 { units: 1 };

const MILLISECOND: Duration = Duration::from_millis(1);

const LATE: &str = "429 ThrottlingBacklogTimeout";

const FULL: &str = "429 ThrottleBacklogLimitExceeded";

/// A hub with `dev1` and `dev2` that has been quiet for long enough to take a burst of anything.
fn bench(tier: Tier, enforce_limits: bool) -> Bench {
    let mut bench = Bench::of(HubOptions {
        tier,
        enforce_limits,
        ..HubOptions::new(HOST, SEED)
    });
    bench.wait(Duration::from_mins(2));
    bench
}

/// Starts so many requests.
fn start(bench: &mut Bench, ask: &Ask, count: usize) -> Vec<RequestId> {
    (0..count).map(|_| bench.start(ask)).collect()
}

/// A request of a class, how many of it come at once, how far apart further ones are carried out, and how many wait.
struct Case {
    class: &'static str,
    ask: Ask,
    burst: usize,
    apart: Duration,
    most_waiting: usize,
    beyond: &'static str,
}

/// The rates that F1 and one unit of S1 share.
fn cases() -> [Case; 9] {
    let case = |class, (method, path), burst, millis, most_waiting, beyond| Case {
        class,
        ask: Ask::path(method, path),
        burst,
        apart: Duration::from_millis(millis),
        most_waiting,
        beyond,
    };
    let registry = ("GET", "/devices/dev1");
    let read = ("GET", "/twins/dev1");
    let update = ("PATCH", "/twins/dev1");
    let query = ("POST", "/devices/query");
    let send = ("POST", "/devices/dev1/messages/deviceBound");
    let receive = ("GET", "/devices/dev1/messages/deviceBound");
    let telemetry = ("POST", "/devices/dev1/messages/events");
    let method = ("POST", "/twins/dev1/methods");
    let mut large = case("DirectMethod", method, 20, 50, 200, LATE);
    large.ask = large.ask.body(&"x".repeat(4_097));
    [
        case("IdentityRegistry", registry, 100, 600, 16, LATE),
        case("TwinRead", read, 100, 10, 500, FULL),
        case("TwinUpdate", update, 50, 20, 500, LATE),
        case("Query", query, 20, 3_000, 3, LATE),
        case("CloudToDeviceSend", send, 100, 600, 16, LATE),
        case("CloudToDeviceReceive", receive, 1_000, 60, 166, LATE),
        case("DeviceToCloudSend", telemetry, 100, 10, 500, FULL),
        case("DirectMethod", method, 40, 25, 400, LATE),
        large,
    ]
}

#[test]
fn a_burst_is_carried_out_at_once_and_what_follows_at_the_rate() {
    for tier in [Tier::F1, S1] {
        for case in cases() {
            let what = format!("{tier:?} {}", case.class);
            let mut bench = bench(tier, true);
            for id in start(&mut bench, &case.ask, case.burst) {
                let answer = bench.answer(id).unwrap();
                assert_ne!(answer.status(), 429, "{what}");
            }
            let waiting = start(&mut bench, &case.ask, 3);
            for id in waiting {
                bench.wait_almost(case.apart);
                assert!(bench.answer(id).is_none(), "{what}");
                bench.wait(MILLISECOND);
                let answer = bench.answer(id).unwrap();
                assert_ne!(answer.status(), 429, "{what}");
            }
        }
    }
}

#[test]
fn a_request_that_would_wait_for_more_than_ten_seconds_is_refused() {
    for tier in [Tier::F1, S1] {
        for case in cases() {
            let what = format!("{tier:?} {}", case.class);
            let mut bench = bench(tier, true);
            start(&mut bench, &case.ask, case.burst);
            for id in start(&mut bench, &case.ask, case.most_waiting) {
                assert!(bench.answer(id).is_none(), "{what}");
            }
            let answer = bench.ask(&case.ask);
            assert_eq!(outcome(&answer), case.beyond, "{what}");
            assert!(answer.headers().get("retry-after").is_none());
            let message = json(&answer)["Message"].as_str().unwrap().to_owned();
            let end = format!(
                "throttled. Wait 10 seconds and try again. Operation type: {}",
                case.class
            );
            assert!(message.ends_with(&end), "{what}: {message}");
        }
    }
}

#[test]
fn the_refusal_has_the_services_form() {
    let mut bench = bench(S1, true);
    let query = Ask::path("POST", "/devices/query");
    start(&mut bench, &query, 23);
    let body = json(&bench.ask(&query));
    assert_eq!(
        body["Message"],
        "ErrorCode:ThrottlingBacklogTimeout;The request has been throttled. Wait 10 seconds and try again. \
         Operation type: Query"
    );
    let exception = body["ExceptionMessage"].as_str().unwrap();
    assert!(exception.starts_with("Tracking ID:"), "{exception}");
}

#[test]
fn more_units_carry_out_more() {
    // Some rates are for each unit; others have a least, or do not depend on the units at all.
    let cases = [
        ("/devices/dev1", 1, 100, 600),
        ("/devices/dev1", 2, 200, 300),
        ("/devices/dev1/messages/deviceBound", 2, 2_000, 30),
        ("/twins/dev1", 20, 100, 10),
    ];
    for (path, units, burst, millis) in cases {
        let ask = Ask::path("GET", path);
        let what = format!("{path} {units}");
        let mut bench = bench(Tier::S1 { units }, true);
        for id in start(&mut bench, &ask, burst) {
            assert!(bench.answer(id).is_some(), "{what}");
        }
        let id = bench.start(&ask);
        bench.wait_almost(Duration::from_millis(millis));
        assert!(bench.answer(id).is_none(), "{what}");
        bench.wait(MILLISECOND);
        assert!(bench.answer(id).is_some(), "{what}");
    }
}

#[test]
fn each_class_has_its_own_rate() {
    let mut bench = bench(S1, true);
    let registry = Ask::of("GET", "dev1");
    start(&mut bench, &registry, 101);
    let others = cases().into_iter().skip(1);
    for case in others {
        let id = bench.start(&case.ask);
        assert!(bench.answer(id).is_some(), "{}", case.class);
    }
}

#[test]
fn operations_of_one_class_share_its_rate() {
    let mut bench = bench(S1, true);
    start(&mut bench, &Ask::of("GET", "dev1"), 98);
    let asks = [
        Ask::path("GET", "/devices"),
        Ask::put("dev3"),
        Ask::of("DELETE", "dev3").if_match("*"),
        Ask::path("GET", "/devices/dev1/modules"),
    ];
    for (place, ask) in asks.iter().enumerate() {
        let id = bench.start(ask);
        assert_eq!(bench.answer(id).is_some(), place < 2, "{place}");
    }
}

#[test]
fn some_operations_have_no_rate() {
    let mut bench = bench(S1, true);
    for (method, path) in [
        ("GET", "/statistics/devices"),
        ("GET", "/statistics/service"),
        ("GET", "/messages/serviceBound/feedback"),
        ("DELETE", "/messages/serviceBound/feedback/lock"),
        ("DELETE", "/devices/dev1/commands"),
        ("DELETE", "/devices/dev1/messages/deviceBound/lock"),
    ] {
        let ask = Ask::path(method, path);
        for id in start(&mut bench, &ask, 2_000) {
            let answer = bench.answer(id).unwrap();
            assert_ne!(answer.status(), 429, "{method} {path}");
        }
    }
}

#[test]
fn refused_requests_take_nothing_of_the_rate() {
    let mut bench = bench(S1, true);
    let ask = Ask::of("GET", "dev1");
    start(&mut bench, &ask, 116);
    for _ in 0..100 {
        assert_eq!(bench.outcome(&ask), LATE);
    }
    bench.wait(Duration::from_millis(600));
    let id = bench.start(&ask);
    assert!(bench.answer(id).is_none());
    bench.wait(16 * Duration::from_millis(600));
    assert_eq!(outcome(&bench.answer(id).unwrap()), "200");
}

#[test]
fn requests_that_are_refused_anyway_take_nothing_of_the_rate() {
    let mut bench = bench(S1, true);
    let unauthorised = Ask::of("GET", "dev1").unauthorised();
    for _ in 0..200 {
        bench.request(&unauthorised);
    }
    let ask = Ask::raw("GET", "/devices/dev1?api-version=none");
    start(&mut bench, &ask, 200);
    assert_eq!(bench.outcome(&Ask::of("GET", "dev1")), "200");
}

#[test]
fn what_waits_keeps_its_order() {
    let mut bench = bench(S1, true);
    let ask = Ask::of("GET", "dev1");
    start(&mut bench, &ask, 100);
    let waiting = start(&mut bench, &ask, 16);
    for (place, id) in waiting.iter().enumerate() {
        bench.wait(Duration::from_millis(600));
        assert!(bench.answer(*id).is_some(), "{place}");
        for later in &waiting[place + 1..] {
            assert!(bench.answer(*later).is_none(), "{place}");
        }
    }
}

#[test]
fn a_burst_is_allowed_again_after_a_quiet_time() {
    let mut bench = bench(S1, true);
    let ask = Ask::of("GET", "dev1");
    start(&mut bench, &ask, 100);
    bench.wait(Duration::from_secs(30));
    let answers: Vec<_> = start(&mut bench, &ask, 51);
    for (place, id) in answers.into_iter().enumerate() {
        assert_eq!(bench.answer(id).is_some(), place < 50, "{place}");
    }
}

#[test]
fn a_request_is_carried_out_at_its_turn() {
    let mut bench = bench(S1, true);
    start(&mut bench, &Ask::of("GET", "dev1"), 100);
    let put = bench.start(&Ask::put("dev3"));
    let get = bench.start(&Ask::of("GET", "dev3"));
    assert!(bench.hub.device("dev3").is_none());
    bench.wait_almost(Duration::from_millis(600));
    assert!(bench.hub.device("dev3").is_none());
    bench.wait(MILLISECOND);
    assert!(bench.hub.device("dev3").is_some());
    assert_eq!(outcome(&bench.answer(put).unwrap()), "200");
    bench.wait(Duration::from_millis(600));
    let answer = bench.answer(get).unwrap();
    assert_eq!(outcome(&answer), "200");
    assert_eq!(json(&answer)["deviceId"], "dev3");
}

#[test]
fn a_request_keeps_the_right_that_it_had_when_it_came() {
    let mut bench = bench(S1, true);
    start(&mut bench, &Ask::of("GET", "dev1"), 115);
    let policy = bench.hub.policy("iothubowner").unwrap().clone();
    let token = bench.token_for(SECOND, HOST, &policy.primary_key, Some("iothubowner"));
    let request = Ask::of("GET", "dev1").request(&token);
    let id = bench.hub.request(bench.now, &request);
    bench.wait(10 * SECOND);
    assert_eq!(outcome(&bench.answer(id).unwrap()), "200");
}

#[test]
fn a_refusal_at_the_turn_is_dated_then() {
    let mut bench = bench(S1, true);
    let ask = Ask::of("GET", "unknown");
    start(&mut bench, &ask, 105);
    let id = bench.start(&ask);
    bench.wait(10 * SECOND);
    let answer = bench.answer(id).unwrap();
    assert_eq!(outcome(&answer), "404 DeviceNotFound");
    let body = json(&answer);
    let exception = body["ExceptionMessage"].as_str().unwrap();
    // The clock began at 10:00, the burst came at 10:02, and six turns take 3.6 seconds.
    assert!(exception.ends_with("10:02:03"), "{exception}");
}

#[test]
fn an_owner_who_comes_late_finds_everything_in_order() {
    let run = |late: bool| {
        let mut bench = bench(S1, true);
        let ask = Ask::of("GET", "dev1");
        start(&mut bench, &ask, 116);
        if late {
            bench.now = bench.now.plus(20 * SECOND);
            bench.hub.advance(bench.now);
            bench.drain();
        } else {
            bench.wait(20 * SECOND);
        }
        bench.transcript
    };
    assert_eq!(run(true), run(false));
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let run = || {
        let mut bench = bench(Tier::F1, true);
        let link = bench.connect("dev1");
        for case in cases() {
            start(&mut bench, &case.ask, case.burst + 5);
            for number in 1..50 {
                bench.publish(link, TOPIC, b"x", Some(number));
            }
            bench.wait(Duration::from_millis(137));
        }
        bench.wait(60 * SECOND);
        (bench.transcript.clone(), bench.hub.usage(bench.now))
    };
    assert_eq!(run(), run());
}

#[test]
fn the_backlog_has_room_again_once_requests_are_carried_out() {
    let mut bench = bench(S1, true);
    let ask = Ask::path("GET", "/twins/dev1");
    start(&mut bench, &ask, 600);
    assert_eq!(bench.outcome(&ask), FULL);
    bench.wait(100 * MILLISECOND);
    let waiting = start(&mut bench, &ask, 10);
    assert!(waiting.iter().all(|id| bench.answer(*id).is_none()));
    assert_eq!(bench.outcome(&ask), FULL);
}

#[test]
fn all_classes_share_the_backlog() {
    let mut bench = bench(S1, true);
    start(&mut bench, &Ask::path("GET", "/twins/dev1"), 600);
    let registry = Ask::of("GET", "dev1");
    start(&mut bench, &registry, 100);
    assert_eq!(bench.outcome(&registry), FULL);
}

#[test]
fn large_requests_that_wait_fill_the_backlog_by_their_size() {
    let mut bench = bench(S1, true);
    let ask = Ask::of("PUT", "dev3").body(&" ".repeat(4 * 1024 * 1024));
    start(&mut bench, &Ask::of("GET", "dev1"), 100);
    let outcomes: Vec<_> = (0..4)
        .map(|_| {
            let id = bench.start(&ask);
            bench.answer(id).map(|answer| outcome(&answer))
        })
        .collect();
    // A little is counted beside the bodies.
    assert_eq!(outcomes, [None, None, None, Some(FULL.to_owned())]);
    // A small one still has room, and so have large ones once these are done.
    let small = bench.start(&Ask::of("GET", "dev1"));
    assert!(bench.answer(small).is_none());
    bench.wait(10 * SECOND);
    start(&mut bench, &Ask::of("GET", "dev1"), 16);
    let id = bench.start(&ask);
    assert!(bench.answer(id).is_none());
}

#[test]
fn what_is_not_enforced_is_neither_delayed_nor_refused() {
    for tier in [Tier::F1, S1] {
        let mut bench = bench(tier, false);
        for case in cases() {
            for id in start(&mut bench, &case.ask, case.burst + 700) {
                let answer = bench.answer(id).unwrap();
                assert_ne!(answer.status(), 429, "{tier:?} {}", case.class);
            }
        }
        for _ in 0..200 {
            bench.connect("dev1");
        }
        let link = bench.connect("dev1");
        assert_eq!(publish(&mut bench, link, 1..1_501), 1_500);
        assert_eq!(bench.said(link).len(), 1_500);
    }
}

/// Publishes at least once under each of these packet ids; gives how many more events the hub keeps.
fn publish(bench: &mut Bench, link: ConnectionId, ids: std::ops::Range<u16>) -> usize {
    let before = bench.events().len();
    for id in ids {
        bench.publish(link, TOPIC, b"x", Some(id));
    }
    bench.events().len() - before
}

fn pubacks(ids: std::ops::Range<u16>) -> Vec<String> {
    ids.map(|id| format!("PUBACK {id}")).collect()
}

#[test]
fn telemetry_beyond_the_rate_is_kept_at_once_and_acknowledged_later() {
    for tier in [Tier::F1, S1] {
        let mut bench = bench(tier, true);
        let link = bench.connect("dev1");
        bench.said(link);
        assert_eq!(publish(&mut bench, link, 1..104), 103);
        assert_eq!(bench.said(link), pubacks(1..101), "{tier:?}");
        for id in 101..104 {
            bench.wait_almost(Duration::from_millis(10));
            assert!(bench.said(link).is_empty(), "{tier:?}");
            bench.wait(MILLISECOND);
            assert_eq!(bench.said(link), pubacks(id..id + 1), "{tier:?}");
        }
    }
}

#[test]
fn telemetry_far_beyond_the_rate_ends_the_connection() {
    let mut bench = bench(S1, true);
    let link = bench.connect("dev1");
    bench.said(link);
    // A burst at once, and as many as ten seconds take.
    assert_eq!(publish(&mut bench, link, 1..1_101), 1_100);
    assert_eq!(bench.said(link), pubacks(1..101));
    assert_eq!(publish(&mut bench, link, 1_101..1_102), 0);
    assert_eq!(bench.said(link), ["close throttled"]);
    assert_eq!(bench.reason(link), Some(&CloseReason::Throttled));
    // The bench sees to it that nothing is sent on a closed link.
    for _ in 0..10 {
        bench.wait(SECOND);
    }
}

#[test]
fn telemetry_that_asks_for_no_acknowledgement_is_held_to_the_rate_too() {
    let mut bench = bench(S1, true);
    let link = bench.connect("dev1");
    for _ in 0..1_100 {
        bench.publish(link, TOPIC, b"x", None);
    }
    assert!(bench.is_alive(link));
    bench.publish(link, TOPIC, b"x", None);
    assert_eq!(bench.said(link), ["close throttled"]);
    assert_eq!(bench.events().len(), 1_100);
}

#[test]
fn all_devices_share_the_rate_of_telemetry() {
    let mut bench = bench(S1, true);
    let (first, second) = (bench.connect("dev1"), bench.connect("dev2"));
    publish(&mut bench, first, 1..101);
    bench.said(second);
    bench.publish(second, &TOPIC.replace("dev1", "dev2"), b"x", Some(1));
    assert!(bench.said(second).is_empty());
    bench.wait(Duration::from_millis(10));
    assert_eq!(bench.said(second), ["PUBACK 1"]);
}

#[test]
fn a_client_that_goes_misses_its_acknowledgement_and_nothing_else() {
    let mut bench = bench(S1, true);
    let link = bench.connect("dev1");
    publish(&mut bench, link, 1..102);
    bench.lose(link);
    bench.said(link);
    bench.wait(SECOND);
    assert!(bench.said(link).is_empty());
    assert_eq!(bench.events().len(), 101);
}

#[test]
fn whoever_comes_while_others_wait_waits_behind_them() {
    // At this rate more than two messages have their turn within a millisecond.
    let mut bench = bench(Tier::S1 { units: 200 }, true);
    let link = bench.connect("dev1");
    publish(&mut bench, link, 1..2_402);
    assert_eq!(bench.said(link).len(), 2_400);
    // The moment of the turn has come, and the owner has not told the hub of it yet.
    bench.now = bench.now.plus(MILLISECOND);
    publish(&mut bench, link, 2_402..2_403);
    assert!(bench.said(link).is_empty());
    assert_eq!(bench.hub.next_deadline(), Some(bench.now));
    bench.hub.advance(bench.now);
    bench.drain();
    assert_eq!(bench.said(link), pubacks(2_401..2_403));
}

const TWIN: &str = "$iothub/twin/GET/?$rid=1";
const REPORTED: &str = "$iothub/twin/PATCH/properties/reported/?$rid=1";

/// The status of the answer to a twin request.
fn twin_request(bench: &mut Bench, link: ConnectionId, topic: &str) -> String {
    bench.said(link);
    bench.publish(link, topic, b"{}", None);
    let said = bench.said(link).concat();
    let (_, rest) = said.split_once("$iothub/twin/res/").unwrap();
    rest.split('/').next().unwrap().to_owned()
}

#[test]
fn twin_requests_over_mqtt_beyond_the_rate_are_refused_at_once() {
    for (topic, burst, millis, success) in [(TWIN, 100, 10, "200"), (REPORTED, 50, 20, "204")] {
        let mut bench = bench(S1, true);
        let link = bench.connect("dev1");
        for _ in 0..burst {
            assert_eq!(twin_request(&mut bench, link, topic), success, "{topic}");
        }
        assert_eq!(twin_request(&mut bench, link, topic), "429", "{topic}");
        bench.wait_almost(Duration::from_millis(millis));
        assert_eq!(twin_request(&mut bench, link, topic), "429", "{topic}");
        bench.wait(MILLISECOND);
        assert_eq!(twin_request(&mut bench, link, topic), success, "{topic}");
        assert!(bench.is_alive(link));
    }
}

#[test]
fn a_twin_request_over_mqtt_does_not_overtake_those_that_wait() {
    let mut bench = bench(S1, true);
    let link = bench.connect("dev1");
    let waiting = start(&mut bench, &Ask::path("GET", "/twins/dev1"), 101)[100];
    assert_eq!(twin_request(&mut bench, link, TWIN), "429");
    // There is room by now, but the owner has not told the hub that the turn of the other has come.
    bench.now = bench.now.plus(SECOND);
    assert_eq!(twin_request(&mut bench, link, TWIN), "429");
    bench.hub.advance(bench.now);
    bench.drain();
    assert!(bench.answer(waiting).is_some());
    assert_eq!(twin_request(&mut bench, link, TWIN), "200");
}

#[test]
fn too_many_connections_are_refused_at_once() {
    for tier in [Tier::F1, S1] {
        let mut bench = bench(tier, true);
        for _ in 0..100 {
            bench.connect("dev1");
        }
        let greeting = bench.greeting("dev1");
        let link = bench.greet(&greeting);
        assert_eq!(bench.said(link), ["CONNACK 3", "close refused"]);
        let reason = CloseReason::Refused(Refusal::Throttled);
        assert_eq!(bench.reason(link), Some(&reason));
        bench.wait(Duration::from_millis(10));
        let link = bench.connect("dev1");
        // A client that is refused takes nobody's place.
        bench.greet(&greeting);
        assert!(bench.is_alive(link));
    }
}

#[test]
fn clients_without_the_right_to_connect_take_nothing_of_the_rate() {
    let mut bench = bench(S1, true);
    let mut greeting = bench.greeting("dev1");
    greeting.password = Some(b"wrong".to_vec());
    for _ in 0..200 {
        bench.greet(&greeting);
    }
    bench.connect("dev1");
}

#[test]
fn times_at_the_end_of_time_do_no_harm() {
    let mut bench = bench(S1, true);
    bench.now = Timestamp::from_millis(u64::MAX - 5);
    let ask = Ask::of("GET", "dev1");
    let request = ask.request(&bench.service_token("iothubowner"));
    for _ in 0..200 {
        bench.hub.request(bench.now, &request);
        bench.drain();
    }
    bench.now = Timestamp::from_millis(u64::MAX);
    bench.hub.advance(bench.now);
    bench.drain();
    bench.hub.usage(bench.now);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Requests at whatever times: each is carried out within ten seconds or refused at once, in their order, and never
    /// more of them than a burst and the rate allow.
    #[test]
    fn whenever_requests_come_they_are_held_to_the_rate(gaps in prop::collection::vec(0..4_000_u64, 20..120)) {
        let mut bench = bench(S1, true);
        let ask = Ask::path("POST", "/devices/query");
        let mut open = VecDeque::new();
        let mut done: Vec<Timestamp> = Vec::new();
        for gap in gaps.iter().map(|gap| gap / 2).chain([10_000]) {
            for _ in 0..gap {
                bench.wait(MILLISECOND);
                while let Some((id, came)) = open.front().copied() {
                    if bench.answer(id).is_none() {
                        break;
                    }
                    open.pop_front();
                    prop_assert!(bench.now.since(came) <= 10 * SECOND);
                    done.push(bench.now);
                }
            }
            let id = bench.start(&ask);
            match bench.answer(id) {
                None => open.push_back((id, bench.now)),
                Some(answer) if answer.status() == 429 => {}
                Some(_) => {
                    prop_assert!(open.is_empty(), "overtaken");
                    done.push(bench.now);
                }
            }
        }
        for (place, first) in done.iter().enumerate() {
            // Twenty at once, and one every three seconds.
            for (count, last) in done[place..].iter().enumerate() {
                let allowed = 20 + last.since(*first).as_millis() / 3_000 + 1;
                prop_assert!(count as u128 <= allowed);
            }
        }
    }
}
