//! What the hub says about a connection that it closed.

use std::collections::BTreeSet;

use hub::{CloseReason, Refusal, StoreError};
use wire::mqtt::MqttError;
use wire::sas::SasError;
use wire::topic::{DeviceTopic, TopicError};

fn refusals() -> Vec<Refusal> {
    vec![
        Refusal::Protocol {
            name: "MQTT".to_owned(),
            level: 5,
        },
        Refusal::UserNameMissing,
        Refusal::UserNameUnreadable,
        Refusal::WrongHost,
        Refusal::ClientIdMismatch,
        Refusal::PasswordMissing,
        Refusal::TokenUnreadable(SasError::Scheme),
        Refusal::TokenExpired,
        Refusal::TokenScope,
        Refusal::PolicyRefused,
        Refusal::WrongKey,
        Refusal::CertificateExpected,
        Refusal::UnknownIdentity,
        Refusal::Disabled,
        Refusal::Will,
        Refusal::StoreFailed(StoreError::new("the disk is full")),
        Refusal::QuotaExceeded,
        Refusal::Throttled,
    ]
}

fn reasons() -> Vec<CloseReason> {
    vec![
        CloseReason::Disconnected,
        CloseReason::LinkLost,
        CloseReason::NoConnect,
        CloseReason::Refused(Refusal::Will),
        CloseReason::ConnectExpected { packet: "PUBLISH" },
        CloseReason::SecondConnect,
        CloseReason::UnexpectedPacket { packet: "CONNACK" },
        CloseReason::Malformed(MqttError::BadRemainingLength),
        CloseReason::QosTwo,
        CloseReason::ForeignTopic {
            topic: "t".to_owned(),
        },
        CloseReason::UnreadableTopic(unreadable()),
        CloseReason::MessageTooLarge { size: 300_000 },
        CloseReason::ForeignFilter {
            filter: "f".to_owned(),
        },
        CloseReason::KeepAliveExpired,
        CloseReason::TokenExpired,
        CloseReason::TakenOver,
        CloseReason::DeviceDisabled,
        CloseReason::DeviceDeleted,
        CloseReason::ModuleDeleted,
        CloseReason::QuotaExceeded,
        CloseReason::Throttled,
        CloseReason::NotSupported { operation: "o" },
    ]
}

fn unreadable() -> TopicError {
    DeviceTopic::parse("devices/dev1/messages/events/%zz").unwrap_err()
}

#[test]
fn each_has_a_short_name_of_its_own() {
    let names: BTreeSet<_> = reasons().iter().map(CloseReason::id).collect();
    assert_eq!(names.len(), reasons().len());
    let plain = |name: &&str| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    assert!(names.iter().all(plain), "{names:?}");
}

#[test]
fn each_refusal_has_a_short_name_of_its_own() {
    let ids: BTreeSet<_> = refusals().iter().map(Refusal::id).collect();
    assert_eq!(ids.len(), refusals().len());
}

#[test]
fn each_says_something_else() {
    let texts: BTreeSet<_> = reasons().iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), reasons().len());
    let texts: BTreeSet<_> = refusals().iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), refusals().len());
}

#[test]
fn a_refused_connect_says_why() {
    let reason = CloseReason::Refused(Refusal::Disabled);
    assert_eq!(
        reason.to_string(),
        "CONNECT refused: the device is disabled; enable it in the registry"
    );
}

#[test]
fn what_is_wrong_with_a_topic_is_said() {
    let text = CloseReason::UnreadableTopic(unreadable()).to_string();
    assert!(
        text.contains("%zz") && text.contains("hexadecimal"),
        "{text}"
    );
}
