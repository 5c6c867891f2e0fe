//! The topics and topic filters of IoT Hub, read and written.

use proptest::option;
use proptest::prelude::*;
use wire::properties::MessageProperties;
use wire::topic::{DeviceTopic, HubTopic, TelemetryTopic, TopicError, TopicFilter};

fn bag(bag: &str) -> MessageProperties {
    MessageProperties::parse_bag(bag).expect("a good bag")
}

fn telemetry(device_id: &str, module_id: Option<&str>, properties: &str) -> DeviceTopic {
    DeviceTopic::Telemetry {
        device_id: device_id.to_owned(),
        module_id: module_id.map(str::to_owned),
        properties: bag(properties),
    }
}

fn rid(request_id: &str) -> String {
    request_id.to_owned()
}

/// The topic reads as expected, and writes back as it was.
fn device(topic: &str, expected: &DeviceTopic) {
    device_reads(topic, expected);
    assert_eq!(expected.to_topic(), topic);
}

fn device_reads(topic: &str, expected: &DeviceTopic) {
    assert_eq!(DeviceTopic::parse(topic).as_ref(), Ok(expected), "{topic}");
}

fn hub(topic: &str, expected: &HubTopic) {
    hub_reads(topic, expected);
    assert_eq!(expected.to_topic(), topic);
}

fn hub_reads(topic: &str, expected: &HubTopic) {
    assert_eq!(HubTopic::parse(topic).as_ref(), Ok(expected), "{topic}");
}

fn filter(text: &str, expected: &TopicFilter) {
    assert_eq!(TopicFilter::parse(text).as_ref(), Ok(expected), "{text}");
    assert_eq!(expected.to_filter(), text);
}

#[test]
fn telemetry_topics() {
    device(
        "devices/dev1/messages/events/",
        &telemetry("dev1", None, ""),
    );
    device(
        "devices/dev1/messages/events/%24.mid=m%201&%24.ct=application%2Fjson&%24.ce=utf-8&\
         temperatureAlert=true",
        &telemetry(
            "dev1",
            None,
            "$.mid=m%201&$.ct=application%2Fjson&$.ce=utf-8&temperatureAlert=true",
        ),
    );
    device(
        "devices/d/modules/m/messages/events/%24.on=out&a",
        &telemetry("d", Some("m"), "$.on=out&a"),
    );
    device_reads("devices/d/messages/events", &telemetry("d", None, ""));
    device_reads(
        "devices/d/modules/m/messages/events",
        &telemetry("d", Some("m"), ""),
    );
    device_reads(
        "devices/d/messages/events/a=b/",
        &telemetry("d", None, "a=b"),
    );
    device_reads("devices/d/messages/events//", &telemetry("d", None, ""));
    device_reads(
        "devices/d/modules/m/messages/events/%24.on=out/",
        &telemetry("d", Some("m"), "$.on=out"),
    );
    device_reads(
        "devices/d/messages/events/$.ct=application%2Fjson&x=1",
        &telemetry("d", None, "x=1&%24.ct=application%2Fjson"),
    );
}

/// Ids stand in topics as they are, whatever a percent sign in them may look like.
#[test]
fn ids_are_raw() {
    let id = "a-b:c.d%20_e*?!(),=@$'";
    device(
        &format!("devices/{id}/messages/events/"),
        &telemetry(id, None, ""),
    );
    device(
        &format!("devices/{id}/modules/{id}/messages/events/"),
        &telemetry(id, Some(id), ""),
    );
    // A device may be called like a level of a topic.
    device(
        "devices/modules/messages/events/",
        &telemetry("modules", None, ""),
    );
    device(
        "devices/messages/messages/events/",
        &telemetry("messages", None, ""),
    );
    device(
        "devices/devices/modules/modules/messages/events/",
        &telemetry("devices", Some("modules"), ""),
    );
}

#[test]
fn twin_topics() {
    let request_id = rid("a1");
    device(
        "$iothub/twin/GET/?$rid=a1",
        &DeviceTopic::TwinGet { request_id },
    );
    let reported = |request_id, version| DeviceTopic::ReportedPatch {
        request_id: rid(request_id),
        version,
    };
    device(
        "$iothub/twin/PATCH/properties/reported/?$rid=a2",
        &reported("a2", None),
    );
    device(
        "$iothub/twin/PATCH/properties/reported/?$rid=a2&$version=7",
        &reported("a2", Some(7)),
    );
    device_reads(
        "$iothub/twin/PATCH/properties/reported/?$version=7&x=y&%24rid=a2&$rid=a3",
        &reported("a2", Some(7)),
    );
    let response = |status, request_id, version| HubTopic::TwinResponse {
        status,
        request_id: rid(request_id),
        version,
    };
    hub("$iothub/twin/res/200/?$rid=a1", &response(200, "a1", None));
    hub(
        "$iothub/twin/res/204/?$rid=a2&$version=2",
        &response(204, "a2", Some(2)),
    );
    hub(
        "$iothub/twin/PATCH/properties/desired/?$version=3",
        &HubTopic::DesiredPatch { version: 3 },
    );
}

/// A request id goes back as it came: nothing in it is decoded.
#[test]
fn request_ids_are_opaque() {
    for request_id in [
        "0",
        "f3%20a",
        "a=b",
        "7e1b3c62-0f6b-4a8e-9d9f-2f6a1f0a7c11",
        "é/?",
    ] {
        let topic = DeviceTopic::TwinGet {
            request_id: rid(request_id),
        };
        device(&format!("$iothub/twin/GET/?$rid={request_id}"), &topic);
    }
}

#[test]
fn method_topics() {
    let request = |name: &str| HubTopic::MethodRequest {
        name: name.to_owned(),
        request_id: rid("1"),
    };
    hub("$iothub/methods/POST/reboot/?$rid=1", &request("reboot"));
    hub(
        "$iothub/methods/POST/thermostat1*getMaxMinReport/?$rid=1",
        &request("thermostat1*getMaxMinReport"),
    );
    hub(
        "$iothub/methods/POST/set%20speed%2F%2B%23%25/?$rid=1",
        &request("set speed/+#%"),
    );
    let response = |status| DeviceTopic::MethodResponse {
        status,
        request_id: rid("1"),
    };
    device("$iothub/methods/res/200/?$rid=1", &response(200));
    device("$iothub/methods/res/-1/?$rid=1", &response(-1));
}

/// Topics that the service is known to have sent.
#[test]
fn cloud_to_device_topics() {
    let topic = |properties: &str| HubTopic::CloudToDevice {
        device_id: "D".to_owned(),
        properties: bag(properties),
    };
    let check = |properties: &str| {
        let text = format!("devices/D/messages/devicebound/{properties}");
        hub(&text, &topic(properties));
    };
    check("");
    check("%24.to=%2Fdevices%2FD%2Fmessages%2FdeviceBound&foo=bar");
    check(
        "%24.mid=0c5b24e1-5b1f-4a4c-8b3b-7b1c0b0a0c11&\
         %24.to=%2Fdevices%2FD%2Fmessages%2Fdevicebound&%24.ce=utf-8&iothub-ack=none",
    );
    check(
        "%24.mid=m1&%24.exp=0&%24.to=%2Fdevices%2FD%2Fmessages%2Fdevicebound&%24.cid=c1&\
         iothub-ack=full&property1=value1",
    );
    hub_reads(
        "devices/D/messages/devicebound/%24.to=x&foo=bar/",
        &topic("$.to=x&foo=bar"),
    );
}

#[test]
fn module_inputs() {
    let topic = |input: &str, properties: &str| HubTopic::ModuleInput {
        device_id: "d".to_owned(),
        module_id: "m".to_owned(),
        input: input.to_owned(),
        properties: bag(properties),
    };
    hub(
        "devices/d/modules/m/inputs/in1/%24.cdid=d&%24.cmid=other&a=b",
        &topic("in1", "$.cdid=d&$.cmid=other&a=b"),
    );
    hub("devices/d/modules/m/inputs/in%201/", &topic("in 1", ""));
    hub_reads("devices/d/modules/m/inputs/in1", &topic("in1", ""));
}

#[test]
fn filters() {
    let device_id = || "d".to_owned();
    let module_id = || "m".to_owned();
    let inputs = TopicFilter::ModuleInputs {
        device_id: device_id(),
        module_id: module_id(),
    };
    filter(
        "devices/d/messages/devicebound/#",
        &TopicFilter::CloudToDevice {
            device_id: device_id(),
        },
    );
    filter("$iothub/twin/res/#", &TopicFilter::TwinResponses);
    filter(
        "$iothub/twin/PATCH/properties/desired/#",
        &TopicFilter::DesiredPatches,
    );
    filter("$iothub/methods/POST/#", &TopicFilter::Methods);
    filter("devices/d/modules/m/inputs/#", &inputs);
    assert_eq!(TopicFilter::parse("devices/d/modules/m/#"), Ok(inputs));
}

#[test]
fn filters_match_the_topics_they_are_for() {
    let topics = [
        "devices/d/messages/devicebound/a=b",
        "$iothub/twin/res/200/?$rid=1",
        "$iothub/twin/PATCH/properties/desired/?$version=1",
        "$iothub/methods/POST/reboot/?$rid=1",
        "devices/d/modules/m/inputs/in/",
        "devices/e/messages/devicebound/",
        "devices/d/modules/n/inputs/in/",
        "devices/e/modules/m/inputs/in/",
    ];
    let filters = [
        "devices/d/messages/devicebound/#",
        "$iothub/twin/res/#",
        "$iothub/twin/PATCH/properties/desired/#",
        "$iothub/methods/POST/#",
        "devices/d/modules/m/inputs/#",
    ];
    for (row, filter) in filters.iter().enumerate() {
        let filter = TopicFilter::parse(filter).expect("a known filter");
        for (column, topic) in topics.iter().enumerate() {
            let topic = HubTopic::parse(topic).expect("a known topic");
            assert_eq!(filter.matches(&topic), row == column, "{filter} {topic}");
        }
    }
}

#[test]
fn topics_that_devices_may_not_use() {
    for topic in [
        "",
        "/",
        "status",
        "/devices/d/messages/events/",
        "devices",
        "devices/",
        "devices/d",
        "devices//messages/events/",
        "devices/d/messages",
        "devices/d/messages/eventsx",
        "devices/d/messages/Events/",
        "Devices/d/messages/events/",
        "devices/d/messages/devicebound/",
        "devices/d/modules/messages/events/",
        "devices/d/modules//messages/events/",
        "devices/d/modules/m/inputs/in/",
        "devices/d/e/messages/events/",
        "$iothub/twin/GET",
        "$iothub/twin/GET/1/?$rid=1",
        "$iothub/twin/res/200/?$rid=1",
        "$iothub/twin/PATCH/properties/desired/?$version=1",
        "$iothub/methods/POST/reboot/?$rid=1",
        "$iothub/methods/res/200",
        "$iothub/methods/res//?$rid=1",
    ] {
        let error = DeviceTopic::parse(topic).expect_err(topic);
        assert!(error.to_string().contains(topic), "{error}");
    }
}

#[test]
fn topics_that_the_hub_does_not_use() {
    for topic in [
        "",
        "devices/d/messages/events/",
        "devices/d/messages/devicebound",
        "devices/d/modules/m/inputs/",
        "devices/d/modules/m/inputs//a=b",
        "$iothub/twin/res/",
        "$iothub/twin/GET/?$rid=1",
        "$iothub/methods/POST/?$rid=1",
    ] {
        HubTopic::parse(topic).expect_err(topic);
    }
}

#[test]
fn filters_that_devices_may_not_use() {
    for filter in [
        "",
        "#",
        "devices/#",
        "devices/d/#",
        "devices/d/messages/#",
        "devices/d/messages/events/#",
        "devices/d/messages/devicebound/",
        "devices/d/messages/devicebound/+",
        "devices/d/messages/devicebound/a/#",
        "devices/d/modules/m/messages/devicebound/#",
        "devices/d/modules/#",
        "devices/d/modules/m/inputs/in1/#",
        "$iothub/#",
        "$iothub/twin/res/200/#",
        "$iothub/methods/POST/reboot/#",
        "$iothub/twin/PATCH/properties/reported/#",
    ] {
        TopicFilter::parse(filter).expect_err(filter);
    }
}

#[test]
fn faults_are_explained() {
    let device = |topic: &str, expected: &str| {
        let error = DeviceTopic::parse(topic).expect_err(topic);
        assert_eq!(error.to_string(), expected);
    };
    device(
        "status",
        "`status` is not a topic that IoT Hub knows; expected \
         devices/{id}/messages/events/…, $iothub/twin/GET/…, \
         $iothub/twin/PATCH/properties/reported/… or $iothub/methods/res/…",
    );
    device(
        "$iothub/twin/GET/",
        "`$iothub/twin/GET/` carries no request id; expected `?$rid=` and an id at its end",
    );
    device(
        "$iothub/twin/GET/?$rid=",
        "`$iothub/twin/GET/?$rid=` carries no request id; expected `?$rid=` and an id at its end",
    );
    device(
        "$iothub/twin/PATCH/properties/reported/?$rid=1&$version=x",
        "`$iothub/twin/PATCH/properties/reported/?$rid=1&$version=x`: \
         expected a number as the version, found `x`",
    );
    device(
        "$iothub/methods/res/OK/?$rid=1",
        "`$iothub/methods/res/OK/?$rid=1`: expected a number as the status, found `OK`",
    );
    device(
        "devices/d/messages/events/a=b/c=d",
        "property `a=b/c=d`: found a raw `/`; inside a property it is written `%2F`",
    );
    let hub = |topic: &str, expected: &str| {
        let error = HubTopic::parse(topic).expect_err(topic);
        assert_eq!(error.to_string(), expected);
    };
    hub(
        "$iothub/twin/PATCH/properties/desired/",
        "`$iothub/twin/PATCH/properties/desired/` carries no version; \
         expected `?$version=` and a number at its end",
    );
    hub(
        "$iothub/methods/POST/a%/?$rid=1",
        "`$iothub/methods/POST/a%/?$rid=1`: expected percent-encoded UTF-8 as the name, found `a%`",
    );
}

fn id() -> impl Strategy<Value = String> {
    "[A-Za-z0-9:.%_#*?!(),=@$'+-]{1,16}"
}

fn request_id() -> impl Strategy<Value = String> {
    "[A-Za-z0-9._=-]{1,16}"
}

fn name() -> impl Strategy<Value = String> {
    "\\PC{1,8}"
}

fn properties() -> impl Strategy<Value = MessageProperties> {
    (
        option::of("\\PC{0,8}"),
        option::of("\\PC{0,8}"),
        proptest::collection::btree_map("-\\PC{0,8}", option::of("\\PC{0,8}"), 0..4),
    )
        .prop_map(|(message_id, to, application)| {
            let mut properties = MessageProperties::default();
            properties.system.message_id = message_id;
            properties.system.to = to;
            properties.application = application.into_iter().collect();
            properties
        })
}

fn device_topic() -> impl Strategy<Value = DeviceTopic> {
    prop_oneof![
        (id(), option::of(id()), properties()).prop_map(|(device_id, module_id, properties)| {
            DeviceTopic::Telemetry {
                device_id,
                module_id,
                properties,
            }
        }),
        request_id().prop_map(|request_id| DeviceTopic::TwinGet { request_id }),
        (request_id(), any::<Option<u64>>()).prop_map(|(request_id, version)| {
            DeviceTopic::ReportedPatch {
                request_id,
                version,
            }
        }),
        (any::<i32>(), request_id()).prop_map(|(status, request_id)| {
            DeviceTopic::MethodResponse { status, request_id }
        }),
    ]
}

fn hub_topic() -> impl Strategy<Value = HubTopic> {
    prop_oneof![
        (id(), properties()).prop_map(|(device_id, properties)| HubTopic::CloudToDevice {
            device_id,
            properties
        }),
        (any::<u16>(), request_id(), any::<Option<u64>>()).prop_map(
            |(status, request_id, version)| HubTopic::TwinResponse {
                status,
                request_id,
                version
            }
        ),
        any::<u64>().prop_map(|version| HubTopic::DesiredPatch { version }),
        (name(), request_id())
            .prop_map(|(name, request_id)| HubTopic::MethodRequest { name, request_id }),
        (id(), id(), name(), properties()).prop_map(|(device_id, module_id, input, properties)| {
            HubTopic::ModuleInput {
                device_id,
                module_id,
                input,
                properties,
            }
        }),
    ]
}

proptest! {
    #[test]
    fn device_topics_come_back(topic in device_topic()) {
        prop_assert_eq!(topic.to_topic().parse(), Ok(topic));
    }

    #[test]
    fn hub_topics_come_back(topic in hub_topic()) {
        prop_assert_eq!(topic.to_topic().parse(), Ok(topic));
    }

    #[test]
    fn filters_come_back(device_id in id(), module_id in id()) {
        let inputs = TopicFilter::ModuleInputs { device_id: device_id.clone(), module_id };
        prop_assert_eq!(inputs.to_filter().parse(), Ok(inputs));
        let messages = TopicFilter::CloudToDevice { device_id };
        prop_assert_eq!(messages.to_filter().parse(), Ok(messages));
    }

    #[test]
    fn any_text_is_read_or_refused(
        text in "(\\$iothub/|twin/|res/|GET/|methods/|POST/|\\?\\$rid=|&\\$version=|devices/|\
                 messages/|events/|modules/|inputs/|devicebound/|[a1%=&/#+]|\\PC){0,10}"
    ) {
        if let Ok(topic) = DeviceTopic::parse(&text) {
            let written = topic.to_topic();
            prop_assert_eq!(DeviceTopic::parse(&written).map(|t| t.to_topic()), Ok(written));
        }
        if let Ok(topic) = HubTopic::parse(&text) {
            prop_assert_eq!(HubTopic::parse(&topic.to_topic()), Ok(topic));
        }
        if let Ok(filter) = TopicFilter::parse(&text) {
            prop_assert_eq!(TopicFilter::parse(&filter.to_filter()), Ok(filter));
        }
    }
}

/// What a topic of telemetry says without a copy, and what it says with copies.
fn check_telemetry(topic: &str) {
    let read = DeviceTopic::parse(topic);
    match (TelemetryTopic::parse(topic), read) {
        (
            Some(Ok(checked)),
            Ok(DeviceTopic::Telemetry {
                device_id,
                module_id,
                properties,
            }),
        ) => {
            assert_eq!(checked.device_id, device_id, "{topic}");
            assert_eq!(checked.module_id, module_id.as_deref(), "{topic}");
            assert_eq!(
                MessageProperties::parse_bag(checked.properties.text()),
                Ok(properties),
                "{topic}"
            );
        }
        (Some(Err(why)), Err(TopicError::Bag(expected))) => assert_eq!(why, expected, "{topic}"),
        (None, Ok(DeviceTopic::Telemetry { .. }) | Err(TopicError::Bag(_))) => {
            panic!("{topic}: not read as telemetry")
        }
        (None, _) => {}
        (checked, read) => panic!("{topic}: {checked:?}, and {read:?}"),
    }
}

#[test]
fn telemetry_is_the_same_without_a_copy() {
    for topic in [
        "devices/d/messages/events",
        "devices/d/messages/events/",
        "devices/d/messages/events//",
        "devices/d/messages/events///",
        "devices/d/messages/events/a=b/",
        "devices/d/messages/events/a=b/c",
        "devices/d/messages/events/%",
        "devices/d/messages/eventsa=b",
        "devices/d/messages/devicebound/",
        "devices/d/modules/m/messages/events/a=b",
        "devices/d/modules//messages/events/a=b",
        "devices//messages/events/",
        "$iothub/twin/GET/?$rid=1",
        "$iothub/devices/d/messages/events/",
    ] {
        check_telemetry(topic);
    }
}

proptest! {
    #[test]
    fn telemetry_is_the_same_without_a_copy_whatever_comes(
        start in "devices/[a-z]{0,2}/(modules/[a-z]{0,2}/)?messages/events/?",
        bag in "([a-c$.%/=&]|[$].mid|%24|=){0,12}",
    ) {
        check_telemetry(&format!("{start}{bag}"));
    }
}
