//! Promises about the texts that come from outside, for any bytes: connection strings, SAS
//! tokens, property bags and what a REST body may hold.

use std::fmt::Debug;
use std::str::FromStr;

use http::{HeaderMap, StatusCode};
use wire::connection_string::{
    ConnectionString, DeviceConnectionString, DeviceCredential, EventHubsConnectionString,
    EventHubsCredential, ServiceConnectionString,
};
use wire::error::parse_response;
use wire::properties::MessageProperties;
use wire::rest::{DeviceIdentityUpdate, decode_id, encode_id, mask_keys};
use wire::sas::{SasToken, SharedAccessKey, mask_signature};
use wire::timestamp::Timestamp;

/// How long a word of an input must be to count as a possible key: base64 of 16 bytes without its
/// padding.
const SHORTEST_KEY: usize = 22;

/// Reads `data` as each kind of text.
///
/// # Panics
///
/// If a promise is broken.
pub fn strings(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    connection_string(&text);
    kept_kind::<ServiceConnectionString>(&text);
    kept_kind::<DeviceConnectionString>(&text);
    kept_kind::<EventHubsConnectionString>(&text);
    sas_token(&text);
    property_bag(&text);
    masks(&text);
    ids_and_times(&text);
    bodies(data);
}

/// What is read can be written, and then reads as the same.
fn connection_string(text: &str) {
    match text.parse::<ConnectionString>() {
        Ok(read) => {
            let written = read.to_text();
            let again = written.expose().parse();
            assert_eq!(
                Ok(&read),
                again.as_ref(),
                "what is written reads differently"
            );
            assert_eq!(read.to_text(), written);
            assert_eq!(
                format!("{read:?}"),
                format!("{:?}", with_other_secret(&read)),
                "Debug shows a secret"
            );
        }
        Err(error) => {
            says_nothing_secret(text, &error.to_string());
            says_nothing_secret(text, &format!("{error:?}"));
        }
    }
}

/// The reader of one kind accepts no more than the reader of all.
fn kept_kind<T: FromStr<Err: Debug>>(text: &str) {
    if text.parse::<T>().is_ok() {
        assert!(text.parse::<ConnectionString>().is_ok());
    }
}

fn with_other_secret(read: &ConnectionString) -> ConnectionString {
    let mut other = read.clone();
    match &mut other {
        ConnectionString::Service(service) => service.key = other_key(),
        ConnectionString::Device(device) => match &mut device.credential {
            DeviceCredential::SharedAccessKey(key) => *key = other_key(),
            DeviceCredential::SharedAccessSignature(token) => *token = with_other_signature(token),
            DeviceCredential::X509 => {}
        },
        ConnectionString::EventHubs(event_hubs) => match &mut event_hubs.credential {
            EventHubsCredential::SharedAccessKey(key) => *key = other_key(),
            EventHubsCredential::SharedAccessSignature(token) => {
                *token = with_other_signature(token);
            }
        },
    }
    other
}

fn other_key() -> SharedAccessKey {
    SharedAccessKey::from_bytes(vec![0x5a; 32]).expect("32 bytes are a key")
}

/// What is read can be written, and then reads as the same.
fn sas_token(text: &str) {
    match SasToken::parse(text) {
        Ok(read) => {
            let written = read.to_text();
            assert_eq!(Ok(&read), SasToken::parse(written.expose()).as_ref());
            let other = with_other_signature(&read);
            assert_eq!(
                format!("{read:?}"),
                format!("{other:?}"),
                "Debug shows a secret"
            );
            assert!(!read.verify(&other_key()), "nobody has signed this");
            assert!(read.resource_decoded().is_none_or(|resource| {
                let below = format!("{resource}/devices");
                resource.ends_with('/') || read.covers(&resource) && read.covers(&below)
            }));
        }
        Err(error) => says_nothing_secret(text, &error.to_string()),
    }
}

fn with_other_signature(token: &SasToken) -> SasToken {
    let text = token.to_text();
    let fields = text
        .expose()
        .split('&')
        .map(|field| match field.split_once('=') {
            Some(("sig", _)) => "sig=WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo%3D",
            _ => field,
        });
    let other: Vec<&str> = fields.collect();
    SasToken::parse(&other.join("&")).expect("only the signature has changed")
}

/// No long word of the input is in what is said about it.
fn says_nothing_secret(input: &str, said: &str) {
    let in_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
    for word in input.split(|c| !in_key(c)) {
        // The one known name that is as long as a key.
        if word.len() >= SHORTEST_KEY && word != "UseDevelopmentEmulator" {
            assert!(!said.contains(word), "an error repeats {word}");
        }
    }
}

/// What is read can be written in both orders, and then reads as the same.
fn property_bag(text: &str) {
    let Ok(read) = MessageProperties::parse_bag(text) else {
        return;
    };
    let delivered = MessageProperties::parse_bag(&read.to_cloud_to_device_bag());
    assert_eq!(Ok(&read), delivered.as_ref());
    let mut sorted = read.clone();
    sorted.application.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(Ok(sorted), MessageProperties::parse_bag(&read.to_bag()));
}

/// What is masked keeps its length and has nothing left to mask.
fn masks(text: &str) {
    for mask in [mask_signature, mask_keys] {
        let masked = mask(text);
        assert_eq!(masked.len(), text.len());
        assert_eq!(mask(&masked), masked);
    }
    let json = serde_json::json!({ "primaryKey": text, "z": 1 }).to_string();
    let nested = serde_json::json!({ "Message": json }).to_string();
    assert!(is_masked(&mask_keys(&json), json.len()));
    let masked: serde_json::Value = serde_json::from_str(&mask_keys(&nested)).expect("still JSON");
    let inner = masked["Message"].as_str().expect("still a text");
    assert!(is_masked(inner, 0));
}

/// Whether the key in this JSON consists of asterisks.
fn is_masked(json: &str, least: usize) -> bool {
    let json_value: serde_json::Value = serde_json::from_str(json).expect("still JSON");
    let hidden = json_value["primaryKey"].as_str().expect("still a text");
    json.len() >= least && hidden.bytes().all(|byte| byte == b'*')
}

fn ids_and_times(text: &str) {
    assert_eq!(decode_id(&encode_id(text)).as_deref(), Some(text));
    if let Some(id) = decode_id(text) {
        assert_eq!(decode_id(&encode_id(&id)), Some(id));
    }
    if let Some(at) = Timestamp::parse_iso(text) {
        assert_eq!(Timestamp::parse_iso(&at.to_iso()), Some(at));
    }
}

/// Bodies are read, or refused with an error, whatever they hold.
fn bodies(data: &[u8]) {
    let reply = parse_response(StatusCode::BAD_REQUEST, &HeaderMap::new(), data);
    assert!(!reply.to_string().is_empty());
    if let Ok(update) = DeviceIdentityUpdate::parse(data) {
        let id = update.device_id.clone().unwrap_or_default();
        let _ = update.validate(&id);
        let json = serde_json::to_vec(&update).expect("it has just been read");
        assert_eq!(DeviceIdentityUpdate::parse(&json), Ok(update));
    }
}
