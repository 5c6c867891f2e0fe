//! REST over TLS.

use std::path::Path;

use client::service::IfMatch;
use http::{Request, header};
use server::{emulator::EmulatorOptions, https::Origins};

use crate::site::{Site, now};

fn get(target: &str) -> Request<Vec<u8>> {
    let request = Request::get(target).header(header::HOST, "localhost");
    request.body(Vec::new()).unwrap()
}

#[tokio::test]
async fn a_device_is_created_read_and_deleted() {
    let site = Site::new();
    site.register("dev1").await;
    let read = site.call(site.service().get_device(now(), "dev1")).await;
    assert_eq!(read.unwrap().device_id, "dev1");
    let delete = site.service().delete_device(now(), "dev1", &IfMatch::Any);
    site.call(delete).await.unwrap();
    let read = site.call(site.service().get_device(now(), "dev1")).await;
    assert!(read.is_err());
}

#[tokio::test]
async fn http2_is_spoken_whether_it_was_agreed_on_or_not() {
    let site = Site::new();
    site.register("dev1").await;
    for protocols in [&[&b"h2"[..]][..], &[]] {
        let request = site.service().get_device(now(), "dev1").request;
        let response = site.request_http2(request, protocols).await;
        assert_eq!(response.status(), 200);
    }
}

#[tokio::test]
async fn without_a_token_nothing_is_told() {
    let site = Site::new();
    let response = site.request(get("/devices?api-version=2021-04-12")).await;
    assert_eq!(response.status(), 401);
    let code = &response.headers()["iothub-errorcode"];
    assert_eq!(code, "IotHubUnauthorizedAccess");
}

#[tokio::test]
async fn health_is_told_to_anybody() {
    let site = Site::new();
    let response = site.request(get("/healthz")).await;
    assert_eq!(
        (response.status().as_u16(), &response.body()[..]),
        (200, &b"ok\n"[..])
    );
}

#[tokio::test]
async fn a_hub_that_has_stopped_is_not_well() {
    let site = Site::new();
    site.hub.stop().await;
    assert_eq!(site.request(get("/healthz")).await.status(), 503);
    let call = site.service().get_device(now(), "dev1");
    assert_eq!(site.request(call.request).await.status(), 503);
}

fn preflight(origin: &str) -> Request<Vec<u8>> {
    Request::options("/devices/dev1?api-version=2021-04-12")
        .header(header::HOST, "localhost")
        .header(header::ORIGIN, origin)
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "PUT")
        .header(
            header::ACCESS_CONTROL_REQUEST_HEADERS,
            "authorization,if-match",
        )
        .body(Vec::new())
        .unwrap()
}

#[tokio::test]
async fn a_page_of_this_machine_may_speak_with_the_hub() {
    let site = Site::new();
    let response = site.request(preflight("http://localhost:8080")).await;
    assert_eq!(response.status(), 204);
    let told = response.headers();
    assert_eq!(
        told[header::ACCESS_CONTROL_ALLOW_ORIGIN],
        "http://localhost:8080"
    );
    assert_eq!(
        told[header::ACCESS_CONTROL_ALLOW_HEADERS],
        "authorization,if-match"
    );
    assert!(
        told[header::ACCESS_CONTROL_ALLOW_METHODS]
            .to_str()
            .unwrap()
            .contains("PUT")
    );
}

#[tokio::test]
async fn a_page_from_elsewhere_may_not() {
    let site = Site::new();
    let response = site.request(preflight("https://elsewhere.example")).await;
    assert!(
        !response
            .headers()
            .contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN)
    );
    assert!(
        !response
            .headers()
            .contains_key(header::ACCESS_CONTROL_ALLOW_METHODS)
    );
}

#[tokio::test]
async fn the_answer_to_a_chosen_page_can_be_read_by_it() {
    let options = EmulatorOptions {
        origins: Origins::new(["https://playground.example"]).unwrap(),
        ..EmulatorOptions::default()
    };
    let site = Site::with(options);
    let mut request = site.service().get_device(now(), "dev1").request;
    let origin = "https://playground.example".parse().unwrap();
    request.headers_mut().insert(header::ORIGIN, origin);
    let response = site.request(request).await;
    assert_eq!(response.status(), 404);
    let told = response.headers();
    assert_eq!(
        told[header::ACCESS_CONTROL_ALLOW_ORIGIN],
        "https://playground.example"
    );
    assert_eq!(told[header::ACCESS_CONTROL_EXPOSE_HEADERS], "*");
}

#[tokio::test]
async fn tricks_with_paths_reach_nothing() {
    let site = Site::new();
    for target in [
        "/../connections.json",
        "//devices",
        "/%2e%2e/ca.pem",
        "/devices/%00",
        "/?",
    ] {
        let status = site.request(get(target)).await.status();
        assert!(!status.is_success(), "{target}: {status}");
    }
    assert!(Path::new(&site.trusted).exists());
}
