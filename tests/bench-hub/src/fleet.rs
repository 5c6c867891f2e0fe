//! Many devices with twins such as a maker of things would give them.

use serde_json::{Value, json};

use crate::site::{Site, publish};

pub(crate) const DEVICES: u32 = 100_000;

/// One device in so many is in the plant that queries ask for.
const PLANTS: u32 = 100;

/// The plants are numbered on from the one in the documentation's examples.
const FIRST_PLANT: u32 = 43;

/// A hub with all devices, each of which has reported once. The devices are not connected.
pub(crate) fn gather() -> Site {
    let mut site = Site::new();
    for number in 0..DEVICES {
        let id = device_id(number);
        site.register(&id);
        let body = written_by_service(number).to_string();
        site.must("PATCH", &format!("/twins/{id}"), &body);
        let link = site.connect(&id);
        let topic = "$iothub/twin/PATCH/properties/reported/?$rid=1";
        let body = reported(number).to_string();
        site.say(link, &publish(topic, body.as_bytes(), 1));
        site.hub.closed(site.now, link);
    }
    site
}

pub(crate) fn device_id(number: u32) -> String {
    format!("device-{number:06}")
}

/// How many bytes of JSON the twin of a device has, without the hub's metadata.
pub(crate) fn twin_bytes(number: u32) -> usize {
    let mut twin = written_by_service(number);
    twin["properties"]["reported"] = reported(number);
    twin.to_string().len()
}

/// Whether the first query, and then the second, is to find a device.
pub(crate) fn is_found(number: u32) -> (bool, bool) {
    let is_in_plant = number.is_multiple_of(PLANTS);
    (is_in_plant, is_in_plant && is_cellular(number))
}

fn is_cellular(number: u32) -> bool {
    (number / PLANTS).is_multiple_of(2)
}

fn written_by_service(number: u32) -> Value {
    json!({
        "tags": {
            "location": {
                "region": "US",
                "plant": format!("Redmond{}", FIRST_PLANT + number % PLANTS),
                "building": format!("B{}", number % 7),
                "floor": number % 5,
            },
            "customer": "Contoso Manufacturing",
            "installedOn": "2026-03-14",
            "roles": ["telemetry", "maintenance"],
            "contact": "maintenance@contoso.com",
        },
        "properties": {
            "desired": {
                "telemetryConfig": {
                    "configId": "5b9cc8a4-7f0c-4d2f-9a3e-0a8e2f6f3c11",
                    "sendFrequency": "5m",
                    "maximumTemperature": 72.5,
                },
                "firmware": {
                    "version": "2.4.1",
                    "source": "https://firmware.contoso.com/pump/2.4.1.bin",
                },
            },
        },
    })
}

fn reported(number: u32) -> Value {
    json!({
        "connectivity": if is_cellular(number) { "cellular" } else { "wired" },
        "telemetryConfig": {
            "configId": "5b9cc8a4-7f0c-4d2f-9a3e-0a8e2f6f3c11",
            "sendFrequency": "5m",
            "status": "success",
        },
        "firmware": {
            "version": "2.4.0",
            "status": "downloading",
            "progress": number % 100,
        },
        "batteryLevel": 100 - number % 90,
        "serialNumber": format!("SN-{:010}", u64::from(number) * 7919),
        "network": {
            "operator": "Contoso Mobile",
            "signal": -61 - i64::from(number % 40),
            "address": format!("10.{}.{}.{}", number >> 16, (number >> 8) & 255, number & 255),
        },
        "lastReboot": "2026-07-31T22:15:00Z",
        "uptimeSeconds": 42_300 + number,
        "isDoorOpen": false,
        "lastError": { "code": 0, "message": "", "at": "2026-07-30T06:02:11Z" },
        "model": "Contoso Pump 400",
    })
}
