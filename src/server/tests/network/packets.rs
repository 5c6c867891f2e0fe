//! MQTT packets by hand, for clients that do not behave.

use std::time::Duration;

use wire::{
    connection_string::{DeviceConnectionString, DeviceCredential},
    mqtt::{
        encode,
        mqttrs::{Connect, Packet, Pid, Protocol, Publish, QosPid},
    },
    sas::{SasToken, device_resource},
};

use crate::site::{HOST, now};

/// The CONNECT of a device.
pub(crate) fn connect(string: &DeviceConnectionString) -> Vec<u8> {
    let DeviceCredential::SharedAccessKey(key) = &string.credential else {
        panic!("a device of these tests has a key");
    };
    let id = &string.device_id;
    let expires = now().plus(Duration::from_hours(1)).as_seconds();
    let token = SasToken::sign(&device_resource(HOST, id, None), key, expires, None);
    let user_name = format!("{HOST}/{id}/?api-version=2021-04-12");
    encode(&Packet::Connect(Connect {
        protocol: Protocol::MQTT311,
        keep_alive: 0,
        client_id: id,
        clean_session: true,
        last_will: None,
        username: Some(&user_name),
        password: Some(token.to_text().expose().as_bytes()),
    }))
    .unwrap()
}

/// Telemetry of a device, at QoS 1.
pub(crate) fn telemetry(device_id: &str, packet_id: u16, body: &[u8]) -> Vec<u8> {
    let topic = format!("devices/{device_id}/messages/events/");
    encode(&Packet::Publish(Publish {
        dup: false,
        qospid: QosPid::AtLeastOnce(Pid::try_from(packet_id).unwrap()),
        retain: false,
        topic_name: &topic,
        payload: body,
    }))
    .unwrap()
}

/// A question for the device's own twin.
pub(crate) fn get_twin() -> Vec<u8> {
    encode(&Packet::Publish(Publish {
        dup: false,
        qospid: QosPid::AtMostOnce,
        retain: false,
        topic_name: "$iothub/twin/GET/?$rid=1",
        payload: b"",
    }))
    .unwrap()
}
