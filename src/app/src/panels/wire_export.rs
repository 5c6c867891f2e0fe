//! The list of the wire as a file.

use js_sys::{Array, Object, Reflect};
use lab::view::{Direction, Protocol, Side, TraceEntry};
use wasm_bindgen::JsValue;

use crate::clock;
use crate::dom;
use crate::json;
use crate::state::Log;

/// The file's name.
const FILE: &str = "iot-hub-playground-wire.json";

/// Saves what the list holds as a JSON file. Rows hold no secret.
pub fn save(trace: &Log<TraceEntry>) {
    let rows: Array = trace.entries().iter().map(|entry| row(entry)).collect();
    if let Some(text) = json::write(&rows) {
        dom::save(FILE, &text);
    }
}

fn row(entry: &TraceEntry) -> JsValue {
    let direction = match entry.direction {
        Direction::ToHub => "to-hub",
        Direction::FromHub => "from-hub",
    };
    let side = match entry.side {
        Side::Device => "device",
        Side::Cloud => "cloud",
    };
    let protocol = match entry.protocol {
        Protocol::Mqtt => "mqtt",
        Protocol::Http => "http",
        Protocol::Amqp => "amqp",
    };
    // Ids and sizes are far below what a double holds exactly.
    #[expect(clippy::cast_precision_loss)]
    let (id, bytes) = (entry.id as f64, entry.size as f64);
    let object = Object::new();
    for (name, value) in [
        ("id", JsValue::from(id)),
        ("at", clock::iso(entry.at.as_millis()).into()),
        ("direction", direction.into()),
        ("side", side.into()),
        ("party", entry.party.as_str().into()),
        ("device", entry.device_id.as_deref().into()),
        ("protocol", protocol.into()),
        ("kind", entry.kind.as_str().into()),
        ("summary", entry.summary.as_str().into()),
        ("size", bytes.into()),
    ] {
        // A new object takes any member.
        let _ = Reflect::set(&object, &name.into(), &value);
    }
    object.into()
}
