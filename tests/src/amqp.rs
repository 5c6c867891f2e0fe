//! Promises about a client of AMQP, whatever bytes it sends.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use hub::HubOptions;
use server::{
    amqp::{Settings, serve},
    host::HubHandle,
    observer::{Party, Protocol},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, duplex},
    runtime::Builder,
    time::timeout,
};
use wire::sas::{SasToken, SharedAccessKey};

const HOST: &str = "hub.example";
const ENTITY: &str = "events";
/// The longest that the end of a connection may take once its client is gone.
const PATIENCE: Duration = Duration::from_secs(20);
/// The year 2100: no token expires while this runs.
const EXPIRES: u64 = 4_102_444_800;

fn somebody() -> Party {
    Party::new(Protocol::Amqp, ([127, 0, 0, 1], 5672).into())
}

/// Sends `data` to a hub. The first byte says what is sent before: nothing, what opens a session, or also tokens for
/// all that can be done. What follows is frames, each a byte for its channel, two for its length, and its body; a
/// channel of 255 stands for bytes that are sent as they are.
///
/// # Panics
///
/// If the hub's side of the connection panics, or does not end with its client.
pub fn amqp(data: &[u8]) {
    let Some((kind, data)) = data.split_first() else {
        return;
    };
    let mut bytes = match kind % 4 {
        0 => Vec::new(),
        1 => opening(),
        _ => [opening(), tokens()].concat(),
    };
    bytes.extend(frames(data));
    let (hub, settings) = shared();
    let runtime = Builder::new_current_thread().enable_time().build();
    let runtime = runtime.expect("a runtime can be had");
    runtime.block_on(async {
        let (client, server) = duplex(64 * 1024);
        let (mut reader, mut writer) = tokio::io::split(client);
        let session = serve(server, hub.clone(), Arc::clone(settings), somebody());
        let send = async {
            // The hub may have closed long before.
            let _ = writer.write_all(&bytes).await;
            let _ = writer.shutdown().await;
        };
        let mut answer = Vec::new();
        let all = async { tokio::join!(session, send, reader.read_to_end(&mut answer)) };
        let ended = timeout(PATIENCE, all).await;
        assert!(ended.is_ok(), "the connection did not end with its client");
    });
}

/// One hub for all inputs.
fn shared() -> &'static (HubHandle, Arc<Settings>) {
    static SHARED: OnceLock<(HubHandle, Arc<Settings>)> = OnceLock::new();
    SHARED.get_or_init(|| {
        let options = HubOptions::new(HOST, [7; 32]);
        let (handle, _ended) = HubHandle::ephemeral(options).expect("a thread can be had");
        (handle, Arc::new(Settings::new(ENTITY, HOST)))
    })
}

/// Headers, `open` and `begin`.
fn opening() -> Vec<u8> {
    let mut bytes = b"AMQP\x00\x01\x00\x00".to_vec();
    put_frame(&mut bytes, 0, b"\x00\x53\x10\xC0\x04\x01\xA1\x01c");
    put_frame(
        &mut bytes,
        0,
        b"\x00\x53\x11\xC0\x0A\x04\x40\x43\x70\x00\x00\x10\x00\x52\x40",
    );
    bytes
}

/// A link for tokens with handle 250, and a token for each side.
fn tokens() -> Vec<u8> {
    let (hub, _) = shared();
    let mut policies = hub.policies().iter();
    let owner = policies.find(|policy| policy.name == "iothubowner");
    let key = &owner.expect("a hub has its policies").primary_key;
    let key_text = key.to_base64().into_inner().into_bytes();
    let raw = SharedAccessKey::from_bytes(key_text).expect("its text has a key's length");
    let mut bytes = Vec::new();
    let attach =
        b"\x00\x53\x12\xC0\x1E\x07\xA1\x01t\x52\xFA\x42\x40\x40\x00\x53\x28\xC0\x04\x01\xA1\x01s\
        \x00\x53\x29\xC0\x07\x01\xA1\x04$cbs";
    let mut attach = attach.to_vec();
    let size = u8::try_from(attach.len() - 5).expect("it is short");
    attach[4] = size;
    put_frame(&mut bytes, 0, &attach);
    let events = format!("sb://{HOST}/{ENTITY}");
    for (number, resource, key) in [(0, HOST, key), (1, events.as_str(), &raw)] {
        let token = SasToken::sign(resource, key, EXPIRES, Some("iothubowner")).to_text();
        let mut frame = vec![0x00, 0x53, 0x14, 0xC0, 0x08, 5, 0x52, 0xFA, 0x52, number];
        frame.extend([0xA0, 0x01, number, 0x43]);
        frame[4] = 0x0A;
        frame.push(0x41);
        let mut properties = Vec::new();
        for text in [
            "operation",
            "put-token",
            "type",
            "servicebus.windows.net:sastoken",
            "name",
            resource,
        ] {
            properties.extend([0xA1, u8::try_from(text.len()).unwrap_or_default()]);
            properties.extend(text.as_bytes());
        }
        frame.extend([0x00, 0x53, 0x74, 0xC1]);
        frame.push(u8::try_from(properties.len() + 1).unwrap_or_default());
        frame.push(6);
        frame.extend(properties);
        frame.extend([0x00, 0x53, 0x77, 0xB1, 0, 0]);
        let token = token.expose();
        frame.extend(u16::try_from(token.len()).unwrap_or_default().to_be_bytes());
        frame.extend(token.as_bytes());
        put_frame(&mut bytes, 0, &frame);
    }
    bytes
}

fn frames(mut data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let [channel, high, low, rest @ ..] = data {
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(rest.len());
        let (body, after) = rest.split_at(length);
        if *channel == 255 {
            bytes.extend(body);
        } else {
            put_frame(&mut bytes, channel % 4, body);
        }
        data = after;
    }
    bytes
}

fn put_frame(bytes: &mut Vec<u8>, channel: u8, body: &[u8]) {
    let size = u32::try_from(body.len() + 8).unwrap_or(u32::MAX);
    bytes.extend(size.to_be_bytes());
    bytes.extend([2, 0, 0, channel]);
    bytes.extend(body);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the inputs build on must itself be right, or they search in the dark.
    #[test]
    fn the_tokens_that_are_sent_first_open_a_reader() {
        let (hub, settings) = shared();
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        let mut bytes = [opening(), tokens()].concat();
        let address = format!("{ENTITY}/ConsumerGroups/$Default/Partitions/0");
        let mut attach =
            b"\x00\x53\x12\xC0\x00\x07\xA1\x01r\x43\x41\x40\x40\x00\x53\x28\xC0".to_vec();
        let length = u8::try_from(address.len()).unwrap();
        attach.extend([length + 3, 1, 0xA1, length]);
        attach.extend(address.as_bytes());
        attach.extend(b"\x00\x53\x29\xC0\x04\x01\xA1\x01t");
        attach[4] = u8::try_from(attach.len() - 5).unwrap();
        put_frame(&mut bytes, 0, &attach);
        put_frame(&mut bytes, 0, b"\x00\x53\x18\xC0\x02\x01\x40");
        let answer = runtime.block_on(async {
            let (client, server) = duplex(64 * 1024);
            let (mut reader, mut writer) = tokio::io::split(client);
            writer.write_all(&bytes).await.unwrap();
            let mut answer = Vec::new();
            let session = serve(server, hub.clone(), Arc::clone(settings), somebody());
            let (outcome, _) = tokio::join!(session, reader.read_to_end(&mut answer));
            outcome.unwrap();
            answer
        });
        let text = String::from_utf8_lossy(&answer);
        assert!(!text.contains("amqp:"), "{text}");
    }
}
