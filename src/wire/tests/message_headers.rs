//! The properties of messages as HTTP headers.

use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;
use wire::properties::{MessageProperties, SystemProperties};
use wire::rest::{
    MessageHeaderError, read_message_header, read_message_headers, write_message_headers,
};

fn headers(pairs: &[(&str, &[u8])]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.append(name, HeaderValue::from_bytes(value).unwrap());
    }
    headers
}

fn read(pairs: &[(&str, &[u8])]) -> Result<MessageProperties, MessageHeaderError> {
    read_message_headers(&headers(pairs))
}

fn application(pairs: &[(&str, Option<&str>)]) -> MessageProperties {
    let pairs = pairs.iter();
    MessageProperties {
        application: pairs
            .map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned)))
            .collect(),
        ..MessageProperties::default()
    }
}

fn written(properties: &MessageProperties) -> Result<Vec<(String, Vec<u8>)>, MessageHeaderError> {
    let mut headers = HeaderMap::new();
    write_message_headers(properties, &mut headers)?;
    let pairs = headers.iter();
    Ok(pairs
        .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
        .collect())
}

/// Every system property that has a header.
fn system() -> SystemProperties {
    let text = |value: &str| Some(value.to_owned());
    SystemProperties {
        message_id: text("m"),
        correlation_id: text("c"),
        user_id: text("u"),
        to: text("/devices/d/messages/deviceBound"),
        expiry: text("0"),
        ack: text("full"),
        content_type: text("application/json"),
        content_encoding: text("utf-8"),
        ..SystemProperties::default()
    }
}

#[test]
fn system_properties_have_headers_of_their_own() {
    let expected = [
        ("iothub-messageid", "m"),
        ("iothub-correlationid", "c"),
        ("iothub-userid", "u"),
        ("iothub-to", "/devices/d/messages/deviceBound"),
        ("iothub-expiry", "0"),
        ("iothub-ack", "full"),
        ("iothub-contenttype", "application/json"),
        ("iothub-contentencoding", "utf-8"),
    ];
    let properties = MessageProperties {
        system: system(),
        application: Vec::new(),
    };
    let expected = expected.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()));
    assert_eq!(written(&properties).unwrap(), expected);
    let pairs: Vec<_> = expected
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_slice()))
        .collect();
    assert_eq!(read(&pairs).unwrap(), properties);
}

#[test]
fn application_properties_keep_their_order_and_may_come_twice() {
    let properties = application(&[("b", Some("1")), ("a", Some("")), ("b", Some("2"))]);
    let read_back = read(&[
        ("iothub-app-b", b"1"),
        ("iothub-app-a", b""),
        ("iothub-app-b", b"2"),
    ])
    .unwrap();
    // Headers of the same name stand together.
    let expected = application(&[("b", Some("1")), ("b", Some("2")), ("a", Some(""))]);
    assert_eq!(read_back, expected);
    let again = written(&properties).unwrap();
    let expected = [
        ("iothub-app-b", b"1".as_slice()),
        ("iothub-app-b", b"2"),
        ("iothub-app-a", b""),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_vec()));
    assert_eq!(again, expected);
}

#[test]
fn a_property_without_a_value_becomes_an_empty_one() {
    let expected = [("iothub-app-a".to_owned(), Vec::new())];
    assert_eq!(written(&application(&[("a", None)])).unwrap(), expected);
}

#[test]
fn other_headers_are_left_alone() {
    let pairs: [(&str, &[u8]); 5] = [
        ("content-type", b"text/plain"),
        ("authorization", b"\xFF"),
        ("iothub-app", b"x"),
        ("iothub-sequencenumber", b"1"),
        ("x-iothub-app-a", b"x"),
    ];
    assert_eq!(read(&pairs).unwrap(), MessageProperties::default());
}

#[test]
fn what_is_there_already_stays() {
    let mut all = headers(&[("etag", b"\"x\"")]);
    write_message_headers(&application(&[("a", Some("1"))]), &mut all).unwrap();
    assert_eq!(all.len(), 2);
}

#[test]
fn values_are_utf_8() {
    let properties = application(&[("a", Some("тепло"))]);
    let bytes = "тепло".as_bytes();
    assert_eq!(read(&[("iothub-app-a", bytes)]).unwrap(), properties);
    assert_eq!(
        written(&properties).unwrap(),
        [("iothub-app-a".to_owned(), bytes.to_vec())]
    );
    let name = "iothub-app-a".to_owned();
    let not_text = MessageHeaderError::NotText { name };
    assert_eq!(read(&[("iothub-app-a", b"\xFF")]), Err(not_text));
}

#[test]
fn an_empty_system_property_is_none() {
    let pairs: [(&str, &[u8]); 2] = [("iothub-messageid", b""), ("iothub-messageid", b"m")];
    let read = read(&pairs).unwrap();
    assert_eq!(read.system.message_id.as_deref(), Some("m"));
}

#[test]
fn a_system_property_comes_once() {
    let pairs: [(&str, &[u8]); 2] = [("iothub-messageid", b"m"), ("iothub-messageid", b"m")];
    let name = "iothub-messageid".to_owned();
    assert_eq!(read(&pairs), Err(MessageHeaderError::Twice { name }));
}

#[test]
fn an_application_property_has_a_name() {
    let nameless = Err(MessageHeaderError::NameMissing);
    assert_eq!(read(&[("iothub-app-", b"x")]), nameless);
    let name = String::new();
    let expected = Err(MessageHeaderError::Name { name });
    assert_eq!(written(&application(&[("", Some("x"))])), expected);
}

#[test]
fn what_http_cannot_carry_is_not_written() {
    for name in ["a b", "a:b", "a/b", "ключ", "a\n", "(a)", "a\"b"] {
        let expected = MessageHeaderError::Name {
            name: name.to_owned(),
        };
        assert_eq!(written(&application(&[(name, None)])), Err(expected));
    }
    for value in ["a\nb", "a\r", "\0", "\u{7F}"] {
        let name = "a".to_owned();
        let expected = MessageHeaderError::Value { name };
        assert_eq!(
            written(&application(&[("a", Some(value))])),
            Err(expected),
            "{value:?}"
        );
    }
    let many = MessageProperties {
        application: (0..40_000).map(|it| (it.to_string(), None)).collect(),
        ..MessageProperties::default()
    };
    assert_eq!(written(&many), Err(MessageHeaderError::TooMany));
}

#[test]
fn names_of_a_batch_keep_the_case_of_the_application() {
    let mut properties = MessageProperties::default();
    for (name, value) in [
        ("IoTHub-App-Alert", "yes"),
        ("IOTHUB-MESSAGEID", "m"),
        ("ключ", "x"),
        ("iothub-appé", "x"),
    ] {
        read_message_header(&mut properties, name, value).unwrap();
    }
    let mut expected = application(&[("Alert", Some("yes"))]);
    expected.system.message_id = Some("m".to_owned());
    assert_eq!(properties, expected);
}

proptest! {
    #[test]
    fn what_was_written_is_read_back(
        pairs in prop::collection::btree_map("[a-z0-9!#$%&'*+.^_`|~-]{1,20}", "[ -~]{0,20}", 0..5)
    ) {
        let properties = MessageProperties {
            application: pairs.into_iter().map(|(name, value)| (name, Some(value))).collect(),
            system: system(),
        };
        let mut headers = HeaderMap::new();
        write_message_headers(&properties, &mut headers).unwrap();
        prop_assert_eq!(read_message_headers(&headers).unwrap(), properties);
    }

    #[test]
    fn any_name_and_value_is_read_or_refused(name in ".{0,40}", value in ".{0,40}") {
        let mut properties = MessageProperties::default();
        let _ = read_message_header(&mut properties, &name, &value);
        let _ = read_message_header(&mut properties, &format!("iothub-app-{name}"), &value);
        let _ = write_message_headers(&properties, &mut HeaderMap::new());
    }
}
