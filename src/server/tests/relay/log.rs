//! What the program itself tells of the calls that it carries: nothing of what is in them.

use client::service::Service;

use crate::{
    hub::{TestHub, now},
    page::Page,
    program::Program,
};

const MARK: &str = "mark-of-the-body";

#[tokio::test]
async fn the_log_names_calls_and_tells_no_secret_of_them() {
    let hub = TestHub::start();
    let program = Program::start(&hub.options(), &[]);
    let (page, service) = (&program.page, hub.service());
    let token = service.get_device(now(), "dev1").request.headers()["authorization"].clone();
    let token = token.to_str().unwrap().to_owned();
    speak_of_secrets(page, &hub, &service, &token).await;
    let log = program.stop();
    for told in [
        "PutDevice",
        "Query",
        &hub.host(),
        "host-not-allowed",
        "milliseconds",
    ] {
        assert!(log.contains(told), "{told}: {log}");
    }
    let key = hub.owner.key.to_base64().expose().clone();
    let signature = token
        .split("sig=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap();
    for secret in [
        &key,
        &token,
        signature,
        MARK,
        "SharedAccessSignature",
        "mark-of-the-query",
    ] {
        assert!(!log.contains(secret), "a secret is in: {log}");
    }
}

/// Makes calls that succeed, that the hub refuses and that the relay refuses, with secrets where they belong and where
/// they do not.
async fn speak_of_secrets(page: &Page, hub: &TestHub, service: &Service, token: &str) {
    let host = hub.host();
    let create = service.create_device(now(), "dev1");
    page.call(&host, create).await.unwrap();
    let text = format!("select * from devices where tags.a = '{MARK}'");
    let query = service.query(now(), &text, 10, None);
    page.call(&host, query).await.unwrap();
    let escaped = token.replace(' ', "%20");
    for target in [
        format!("{host}/devices/dev1?api-version=2021-04-12&x=mark-of-the-query&token={escaped}"),
        format!("{host}/devices/{escaped}?api-version=2021-04-12"),
        format!("{host}/{escaped}"),
        format!("{escaped}/devices/dev1"),
        format!("{escaped}.azure-devices.net/devices/dev1"),
        format!("owner:{escaped}@contoso.azure-devices.net/devices/dev1"),
    ] {
        let headers = [("x-relay-method", "GET"), ("Authorization", token)];
        let line = format!("POST /relay/{target}");
        page.ask(&line, &headers, MARK.as_bytes()).await;
    }
    let headers = [("x-relay-method", token), ("Origin", token)];
    page.ask(&format!("POST /relay/{host}/devices"), &headers, b"")
        .await;
}
