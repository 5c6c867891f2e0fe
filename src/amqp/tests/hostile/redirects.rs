//! Where a hub may send the key.

use amqp::message::FailureKind;
use fe2o3_amqp_types::definitions::{Error, ErrorCondition, Fields};
use serde_amqp::{Value, primitives::Symbol};

use crate::peer::{Conduct, HOST, read};

fn redirect(host: Option<&str>, address: &str) -> Conduct {
    let mut info = Fields::new();
    if let Some(host) = host {
        info.insert(Symbol::from("hostname"), Value::from(host));
    }
    info.insert(Symbol::from("address"), Value::from(address));
    let condition = ErrorCondition::Custom(Symbol::from("amqp:link:redirect"));
    Conduct::Refuses(Box::new(Error::new(condition, None, info)))
}

/// The second address that a redirect leads to.
async fn led_to(conduct: Conduct) -> String {
    let (failure, mut opened) = read(conduct).await;
    assert_eq!(failure.kind, FailureKind::Unreachable, "{failure:?}");
    assert_eq!(opened.len(), 2);
    opened.remove(1)
}

#[tokio::test]
async fn a_namespace_of_event_hubs_is_followed() {
    for namespace in [
        "ihsuprodres007dednamespace.servicebus.windows.net",
        "ns.servicebus.chinacloudapi.cn",
        "ns.servicebus.usgovcloudapi.net",
    ] {
        for tail in ["", "$management"] {
            let address = format!("amqps://{namespace}:5671/iothub-ehub-hub-1-a2/{tail}");
            for host in [Some(namespace), None] {
                assert_eq!(
                    led_to(redirect(host, &address)).await,
                    format!("wss://{namespace}/$servicebus/websocket")
                );
            }
        }
    }
}

#[tokio::test]
async fn the_hub_itself_is_followed() {
    let address = format!("amqps://{HOST}:5671/iothub-ehub-hub/");
    assert_eq!(
        led_to(redirect(Some("HUB.example"), &address)).await,
        format!("wss://{HOST}/$servicebus/websocket")
    );
}

#[tokio::test]
async fn a_key_goes_nowhere_else() {
    for host in [
        "evil.example",
        "servicebus.windows.net",
        ".servicebus.windows.net",
        "a.b.servicebus.windows.net",
        "evil.example/.servicebus.windows.net",
        "evil.example?.servicebus.windows.net",
        "evil.example#.servicebus.windows.net",
        "evil.example:1.servicebus.windows.net",
        "user@evil.servicebus.windows.net",
        "evil\\.servicebus.windows.net",
        "ns.servicebus.windows.net.evil.example",
        "ns.servicebus.windows.net:8443",
        "nsservicebus.windows.net",
        "hub.example.evil.example",
        "hub.example:8443",
        "",
    ] {
        let address = "amqps://ns.servicebus.windows.net:5671/entity/";
        let (failure, opened) = read(redirect(Some(host), address)).await;
        assert_eq!(failure.kind, FailureKind::Protocol, "{host}: {failure:?}");
        assert_eq!(opened.len(), 1, "{host}");
    }
}

#[tokio::test]
async fn an_event_hub_has_a_name_that_changes_no_address() {
    for entity in ["", "a%2fb", "a b", "a?b", "a'b", &"x".repeat(300)] {
        let address = format!("amqps://{HOST}:5671/{entity}/");
        let (failure, opened) = read(redirect(Some(HOST), &address)).await;
        assert_eq!(failure.kind, FailureKind::Protocol, "{entity}");
        assert_eq!(opened.len(), 1, "{entity}");
    }
}

#[tokio::test]
async fn what_is_no_redirect_is_the_failure() {
    let condition = ErrorCondition::Custom(Symbol::from("amqp:not-found"));
    let error = Error::new(condition, "no such hub".to_owned(), None);
    let (failure, _) = read(Conduct::Refuses(Box::new(error))).await;
    assert_eq!(failure.kind, FailureKind::NotFound);
    assert_eq!(failure.description, "no such hub");
}
