//! SUBSCRIBE and UNSUBSCRIBE.

use hub::CloseReason;
use wire::mqtt::mqttrs::QoS;

use crate::bench::Bench;

const C2D: &str = "devices/dev1/messages/devicebound/#";
const TWIN: &str = "$iothub/twin/res/#";
const DESIRED: &str = "$iothub/twin/PATCH/properties/desired/#";
const METHODS: &str = "$iothub/methods/POST/#";

#[test]
fn the_documented_filters_are_granted_at_qos_1_at_most() {
    for filter in [C2D, TWIN, DESIRED, METHODS] {
        let cases = [
            (QoS::AtMostOnce, "SUBACK 1 [0]"),
            (QoS::AtLeastOnce, "SUBACK 1 [1]"),
            (QoS::ExactlyOnce, "SUBACK 1 [1]"),
        ];
        for (asked, answer) in cases {
            let mut bench = Bench::new();
            let link = bench.connect("dev1");
            bench.subscribe(link, &[(filter, asked)]);
            assert_eq!(bench.said(link), [answer], "{filter}");
        }
    }
}

#[test]
fn several_filters_in_one_packet_are_answered_in_order() {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    bench.subscribe(
        link,
        &[
            (C2D, QoS::AtLeastOnce),
            (TWIN, QoS::AtMostOnce),
            (C2D, QoS::AtMostOnce),
            (DESIRED, QoS::ExactlyOnce),
        ],
    );
    assert_eq!(bench.said(link), ["SUBACK 1 [1, 0, 0, 1]"]);
}

#[test]
fn filters_that_the_hub_does_not_have_end_the_connection() {
    let filters = [
        "#",
        "+/+/#",
        "$iothub/#",
        "$iothub/methods/POST/reboot/#",
        "$iothub/twin/PATCH/properties/reported/#",
        "devices/dev1/messages/events/#",
        "devices/dev1/messages/devicebound/",
        "devices/dev1/#",
        "devices/+/messages/devicebound/#",
        "temperature",
        // Somebody else's.
        "devices/dev2/messages/devicebound/#",
        "devices/Dev1/messages/devicebound/#",
        "devices/dev1/modules/m/#",
        "devices/dev1/modules/m/inputs/#",
        "/devices/dev1/messages/devicebound/#",
    ];
    for filter in filters {
        let reason = CloseReason::ForeignFilter {
            filter: filter.to_owned(),
        };
        let mut bench = Bench::new();
        let link = bench.connect("dev1");
        bench.subscribe(link, &[(filter, QoS::AtLeastOnce)]);
        assert_eq!(bench.said(link), ["close foreign-filter"], "{filter}");
        assert_eq!(bench.reason(link), Some(&reason));

        let link = bench.connect("dev1");
        bench.unsubscribe(link, &[filter]);
        assert_eq!(bench.said(link), ["close foreign-filter"], "{filter}");
        assert_eq!(bench.reason(link), Some(&reason));
    }
}

#[test]
fn unsubscribing_is_acknowledged_whether_there_was_a_subscription_or_not() {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    bench.subscribe(link, &[(C2D, QoS::AtLeastOnce), (TWIN, QoS::AtLeastOnce)]);
    bench.unsubscribe(link, &[C2D, TWIN]);
    bench.unsubscribe(link, &[METHODS]);
    assert_eq!(
        bench.said(link),
        ["SUBACK 1 [1, 1]", "UNSUBACK 1", "UNSUBACK 1"]
    );
}
