//! Devices over MQTT with TLS.

use std::{rc::Rc, sync::Arc};

use client::device::Message;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use wire::rest::MethodCall;

use crate::{
    link::{Stream, TestNetwork},
    packets,
    site::{Site, now, soon, with_devices},
};

/// Links to the port of MQTT.
pub(crate) fn over_tls(site: &Rc<Site>) -> TestNetwork {
    let site = Rc::clone(site);
    TestNetwork::new(move || {
        let site = Rc::clone(&site);
        Box::pin(async move { Box::new(site.tls(site.ports.mqtts).await) as Box<dyn Stream> })
    })
}

#[tokio::test]
async fn telemetry_is_kept_before_it_is_acknowledged() {
    with_devices(async {
        let site = Rc::new(Site::new());
        let device = site.device("dev1", over_tls(&site)).await;
        device.connect().await.unwrap();
        device.send(Message::new("21.5")).await.unwrap();
        assert_eq!(site.telemetry().await, [b"21.5"]);
    })
    .await;
}

#[tokio::test]
async fn a_message_of_the_largest_size_arrives_whole() {
    with_devices(async {
        let site = Rc::new(Site::new());
        let device = site.device("dev1", over_tls(&site)).await;
        device.connect().await.unwrap();
        let body = vec![b'x'; 256_000];
        device.send(Message::new(body.clone())).await.unwrap();
        assert_eq!(site.telemetry().await, [body]);
    })
    .await;
}

#[tokio::test]
async fn a_direct_method_goes_to_the_device_and_its_answer_back() {
    with_devices(async {
        let site = Rc::new(Site::new());
        let device = site.device("dev1", over_tls(&site)).await;
        device.connect().await.unwrap();
        let (ready, is_ready) = tokio::sync::oneshot::channel();
        tokio::task::spawn_local(async move {
            device
                .subscribe(wire::topic::TopicFilter::Methods)
                .await
                .unwrap();
            ready.send(()).unwrap();
            let method = device.next_method().await.unwrap();
            device
                .respond(&method, 200, json!({ "did": method.name }))
                .await
                .unwrap();
        });
        is_ready.await.unwrap();
        let method = MethodCall {
            method_name: "reboot".to_owned(),
            ..MethodCall::default()
        };
        let call = site.service().invoke_method(now(), "dev1", &method);
        let result = site.call(call).await.unwrap();
        assert_eq!(result.payload, json!({ "did": "reboot" }));
    })
    .await;
}

#[tokio::test]
async fn both_versions_of_tls_are_served() {
    let site = Arc::new(Site::new());
    let string = site.register("dev1").await;
    for version in [&TLS12, &TLS13] {
        let mut stream = site
            .tls_of(site.ports.mqtts, &[version], &[])
            .await
            .unwrap();
        stream.write_all(&packets::connect(&string)).await.unwrap();
        let mut answer = [0; 4];
        soon(stream.read_exact(&mut answer)).await.unwrap();
        assert_eq!(answer[0], 0x20, "{version:?}");
        assert_eq!(answer[3], 0, "{version:?}");
    }
}

#[tokio::test]
async fn a_client_that_names_a_protocol_is_served_as_well() {
    let site = Site::new();
    let named: &[&[u8]] = &[b"mqtt"];
    let stream = site.tls_of(site.ports.mqtts, &[&TLS13], named).await;
    assert!(stream.is_ok());
}
