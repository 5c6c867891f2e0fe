//! Whose certificates are trusted.

use rcgen::{CertificateParams, KeyPair};
use server::{
    relay::{Authorities, RelayOptions},
    tls::{OwnCertificate, Tls},
};
use time::{Duration, OffsetDateTime};

use crate::{
    destinations::TestNetwork,
    hub::{TestHub, TestServer},
    page::Page,
};

#[tokio::test]
async fn a_hub_of_an_unknown_authority_is_refused_with_what_to_do() {
    let hub = TestHub::start();
    let page = Page::new(RelayOptions {
        authorities: Authorities::default(),
        ..hub.known()
    });
    let answer = page
        .relay("GET", &format!("{}/devices/dev1", hub.host()))
        .await;
    answer.expect_error(502, "certificate", "unknown");
    assert!(answer.text().contains("--relay-ca"), "{}", answer.text());
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let hub = TestHub::start();
    let host = format!("other.example:{}", hub.port);
    let page = Page::new(RelayOptions {
        named: vec![host.parse().unwrap()],
        network: TestNetwork::with([&["127.0.0.1"]], Some(([127, 0, 0, 1], hub.port).into())),
        ..hub.known()
    });
    let answer = page.relay("GET", &format!("{host}/devices/dev1")).await;
    answer.expect_error(502, "certificate", &host);
}

#[tokio::test]
async fn a_certificate_that_has_ended_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("a.pem"), folder.path().join("a-key.pem"));
    let pair = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.not_before = OffsetDateTime::now_utc() - Duration::days(10);
    params.not_after = OffsetDateTime::now_utc() - Duration::days(1);
    let made = params.self_signed(&pair).unwrap();
    std::fs::write(&certificate, made.pem()).unwrap();
    std::fs::write(&key, pair.serialize_pem()).unwrap();
    let tls = Tls::own_certificate(&OwnCertificate { certificate, key }).unwrap();
    let server = TestServer::with(&tls, folder, |_| async {}).await;
    let page = Page::new(server.known());
    let answer = page
        .relay("GET", &format!("{}/devices/dev1", server.host()))
        .await;
    answer.expect_error(502, "certificate", "ended");
}

#[tokio::test]
async fn a_server_without_tls_is_unreachable() {
    // A page's own server speaks plain HTTP.
    let plain = Page::new(RelayOptions::default());
    let host = format!("localhost:{}", plain.address.port());
    let page = Page::new(RelayOptions {
        named: vec![host.parse().unwrap()],
        ..RelayOptions::default()
    });
    let answer = page.relay("GET", &format!("{host}/devices/dev1")).await;
    answer.expect_error(502, "unreachable", &host);
}

#[test]
fn a_file_without_a_certificate_is_refused_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, "no certificate").unwrap();
    let refused = Authorities::read(&path).unwrap_err().to_string();
    assert!(refused.contains("ca.pem"), "{refused}");
}
