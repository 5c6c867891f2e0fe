//! Property bags, read and written.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use wire::properties::{BagError, MessageProperties, PropertyBag, SystemProperties};

fn parse(bag: &str) -> MessageProperties {
    MessageProperties::parse_bag(bag).unwrap_or_else(|error| panic!("{bag}: {error}"))
}

/// The application's properties of a bag without system properties.
fn check(bag: &str, expected: &[(&str, Option<&str>)]) {
    let properties = parse(bag);
    let application: Vec<(&str, Option<&str>)> = properties
        .application
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_deref()))
        .collect();
    assert_eq!(application, expected, "{bag}");
    assert_eq!(properties.system, SystemProperties::default(), "{bag}");
}

#[test]
fn values() {
    check("", &[]);
    check("k", &[("k", None)]);
    check("k=", &[("k", Some(""))]);
    check("k=v", &[("k", Some("v"))]);
    check("k=v=w", &[("k", Some("v=w"))]);
    check("k==", &[("k", Some("="))]);
    check("b=1&a=2", &[("b", Some("1")), ("a", Some("2"))]);
    check("&a=1&&b=2&", &[("a", Some("1")), ("b", Some("2"))]);
    check("a=1&a=2", &[("a", Some("1")), ("a", Some("2"))]);
}

#[test]
fn percent_encoding() {
    check("a%20b=c%26d%3De%2Ff", &[("a b", Some("c&d=e/f"))]);
    check("k=%2b%2B", &[("k", Some("++"))]);
    check("k=a+b", &[("k", Some("a+b"))]);
    check("k=%25%32%30", &[("k", Some("%20"))]);
    check("k=%EC%98%A8%EB%8F%84", &[("k", Some("온도"))]);
    check("k=온도", &[("k", Some("온도"))]);
    check("k=a;b:c@d,e!", &[("k", Some("a;b:c@d,e!"))]);
}

#[test]
fn unknown_service_names_stay_with_the_application() {
    check("$.new=1", &[("$.new", Some("1"))]);
    check("%24.diagid=x", &[("$.diagid", Some("x"))]);
    check("$.MID=1", &[("$.MID", Some("1"))]);
    check("$mid=1", &[("$mid", Some("1"))]);
    check("%24.=", &[("$.", Some(""))]);
}

#[test]
fn system_properties() {
    let bag = "$.mid=1&$.cid=2&%24.uid=3&$.to=%2Fdevices%2Fd&$.ct=5&$.ce=6&$.exp=7&$.ctime=8&\
               $.on=9&$.ifid=10&$.sub=11&$.schema=12&$.cdid=13&$.cmid=14&iothub-ack=full";
    let text = |text: &str| Some(text.to_owned());
    let expected = SystemProperties {
        message_id: text("1"),
        correlation_id: text("2"),
        user_id: text("3"),
        to: text("/devices/d"),
        content_type: text("5"),
        content_encoding: text("6"),
        expiry: text("7"),
        creation_time: text("8"),
        output_name: text("9"),
        interface_id: text("10"),
        component: text("11"),
        schema: text("12"),
        connection_device_id: text("13"),
        connection_module_id: text("14"),
        ack: text("full"),
    };
    let properties = parse(bag);
    assert_eq!(properties.system, expected);
    assert_eq!(properties.application, []);
    assert_eq!(properties.system.get("$.to"), Some("/devices/d"));
    assert_eq!(properties.system.get("to"), None);
    assert_eq!(parse(&properties.to_bag()), properties);
    assert_eq!(parse(&properties.to_cloud_to_device_bag()), properties);
}

#[test]
fn a_system_property_without_a_value_is_absent() {
    assert_eq!(parse("$.mid"), MessageProperties::default());
    assert_eq!(parse("$.mid=").system.message_id.as_deref(), Some(""));
}

#[test]
fn bags_that_cannot_be_read() {
    let check = |bag: &str, expected: &str| {
        let error = MessageProperties::parse_bag(bag).expect_err(bag);
        assert_eq!(error.to_string(), expected, "{bag}");
    };
    let percent = |piece: &str| {
        format!(
            "property `{piece}`: expected two hexadecimal digits after each `%`; \
             a literal `%` is written `%25`"
        )
    };
    check("a=1&k=100%", &percent("k=100%"));
    check("k=%2", &percent("k=%2"));
    check("k=%zz", &percent("k=%zz"));
    check("k%=1", &percent("k%=1"));
    check("k=%%20", &percent("k=%%20"));
    check("k=%é", &percent("k=%é"));
    check(
        "k=%FF",
        "property `k=%FF`: expected percent-encoded UTF-8, the decoded bytes are not UTF-8",
    );
    check(
        "=v",
        "property `=v`: expected a name before the `=`, found none",
    );
    check(
        "=",
        "property `=`: expected a name before the `=`, found none",
    );
    check(
        "k=a/b",
        "property `k=a/b`: found a raw `/`; inside a property it is written `%2F`",
    );
    check(
        "$.mid=1&%24.mid=2",
        "system property `$.mid` is given twice; it can hold one value only",
    );
}

#[test]
fn the_fault_is_typed() {
    let error = MessageProperties::parse_bag("iothub-ack=none&iothub-ack=full");
    let name = "iothub-ack".to_owned();
    assert_eq!(error, Err(BagError::Duplicate { name }));
}

#[test]
fn telemetry_order() {
    let properties = parse(
        "b=2&a=1&$.exp=7&$.ifid=6&$.ce=5&$.ct=4&$.uid=3&$.cid=2&$.mid=1&$.on=0&c&a=0&iothub-ack=none",
    );
    assert_eq!(
        properties.to_bag(),
        "%24.on=0&%24.mid=1&%24.cid=2&%24.uid=3&%24.ct=4&%24.ce=5&%24.ifid=6&%24.exp=7&\
         iothub-ack=none&a=1&a=0&b=2&c"
    );
}

#[test]
fn cloud_to_device_order() {
    let properties = parse(
        "b=2&a=1&iothub-ack=full&$.ce=6&$.ct=5&$.uid=4&$.cid=3&$.to=2&$.exp=1&$.mid=0&$.sub=s",
    );
    assert_eq!(
        properties.to_cloud_to_device_bag(),
        "%24.mid=0&%24.exp=1&%24.to=2&%24.cid=3&%24.uid=4&%24.ct=5&%24.ce=6&%24.sub=s&\
         iothub-ack=full&b=2&a=1"
    );
}

/// The unreserved characters of RFC 3986 stay; all others become upper-case hexadecimal.
#[test]
fn what_is_percent_encoded() {
    let all: String = (' '..='~').collect();
    let properties = MessageProperties {
        application: vec![(all, Some("é\n\u{7f}".to_owned()))],
        ..MessageProperties::default()
    };
    assert_eq!(
        properties.to_bag(),
        "%20%21%22%23%24%25%26%27%28%29%2A%2B%2C-.%2F0123456789%3A%3B%3C%3D%3E%3F%40\
         ABCDEFGHIJKLMNOPQRSTUVWXYZ%5B%5C%5D%5E_%60abcdefghijklmnopqrstuvwxyz%7B%7C%7D~\
         =%C3%A9%0A%7F"
    );
}

#[test]
fn size() {
    assert_eq!(parse("").size(), 0);
    // Values of the system's, names and values of the application's, both decoded.
    assert_eq!(parse("$.ct=application%2Fjson").size(), 16);
    assert_eq!(parse("a%20b=%EC%98%A8&k&e=").size(), 3 + 3 + 1 + 1);
    assert_eq!(parse("iothub-ack=full&$.mid=12&a=1").size(), 4 + 2 + 2);
}

#[test]
fn the_first_of_two_is_found() {
    let properties = parse("a=1&a=2&k");
    assert_eq!(properties.application("a"), Some(Some("1")));
    assert_eq!(properties.application("k"), Some(None));
    assert_eq!(properties.application("x"), None);
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["\\PC{0,8}", "[ -~]{0,8}"]
}

fn system() -> impl Strategy<Value = SystemProperties> {
    vec(option::of(text()), 15).prop_map(|values| {
        let mut values = values.into_iter();
        let mut next = || values.next().flatten();
        SystemProperties {
            message_id: next(),
            correlation_id: next(),
            user_id: next(),
            to: next(),
            content_type: next(),
            content_encoding: next(),
            expiry: next(),
            creation_time: next(),
            output_name: next(),
            interface_id: next(),
            component: next(),
            schema: next(),
            connection_device_id: next(),
            connection_module_id: next(),
            ack: next(),
        }
    })
}

fn properties() -> impl Strategy<Value = MessageProperties> {
    let application = vec((text(), option::of(text())), 0..6).prop_map(|mut pairs| {
        // A name is not empty, and not a system property's.
        for (name, _) in &mut pairs {
            name.insert(0, '-');
        }
        pairs
    });
    (system(), application).prop_map(|(system, application)| MessageProperties {
        system,
        application,
    })
}

/// So many characters that a few of these are decoded elsewhere than a few others.
const LONG: &str = "a-text-that-is-longer-than-most-names-and-values-that-are-sent";

/// Texts that are nearly bags: names that mean something, odd ones, and damage.
fn bags() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("$.mid"),
        Just("%24.mid"),
        Just("$.ct"),
        Just("iothub-ack"),
        Just("io%74hub-ack"),
        Just("$.new"),
        Just("a"),
        Just("온도"),
        Just("%EC%98%A8"),
        Just("%EC"),
        Just("%eC%98"),
        Just(LONG),
        Just("%2"),
        Just("%zz"),
        Just("%"),
        Just("/"),
        Just("="),
        Just("="),
        Just("="),
        Just("&"),
        Just("&"),
        Just("&"),
    ];
    prop_oneof![
        vec(piece, 0..14).prop_map(|pieces| pieces.concat()),
        any::<String>()
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn a_bag_is_checked_as_it_is_read(bag in bags()) {
        let checked = PropertyBag::parse(&bag);
        let read = MessageProperties::parse_bag(&bag);
        prop_assert_eq!(checked.clone().map(|bag| bag.size()), read.map(|read| read.size()));
        prop_assert!(checked.is_err() || checked.unwrap().text() == bag);
    }
}

proptest! {
    #[test]
    fn cloud_to_device_bags_come_back(properties in properties()) {
        let bag = properties.to_cloud_to_device_bag();
        prop_assert!(bag.is_ascii() && !bag.contains(['/', '+', '#', '$', ' ']), "{}", bag);
        prop_assert_eq!(parse(&bag), properties);
    }

    #[test]
    fn telemetry_bags_come_back_sorted(mut properties in properties()) {
        let read = parse(&properties.to_bag());
        properties.application.sort_by(|a, b| a.0.cmp(&b.0));
        prop_assert_eq!(read, properties);
    }

    #[test]
    fn any_text_is_read_or_refused(bag in "\\PC*") {
        if let Ok(properties) = MessageProperties::parse_bag(&bag) {
            let written = properties.to_cloud_to_device_bag();
            prop_assert_eq!(parse(&written), properties);
        }
    }

    #[test]
    fn any_pairs_are_read_or_refused(bag in "([a-c$.&=%/+ 0-9A-F]|%24.mid|%2[0-9A-F]){0,20}") {
        if let Ok(properties) = MessageProperties::parse_bag(&bag) {
            let written = properties.to_cloud_to_device_bag();
            prop_assert_eq!(parse(&written), properties);
        }
    }
}
