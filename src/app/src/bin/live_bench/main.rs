//! The bench with its ways to live hubs. It takes the place of the program `bench` in its worker.

mod amqp_module;
mod browser;
mod door;
#[path = "../worker/panic.rs"]
mod panic;
mod relay;
#[path = "../worker/room.rs"]
mod room;
mod socket;
#[path = "../worker/start.rs"]
mod start;
mod wake;

use lessons::classroom::Legacy;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::door::PageDoor;

/// Nothing happens until [`begin`] is called.
fn main() {}

/// Takes the place of the program that was the bench before, with what that leaves.
#[wasm_bindgen]
pub fn begin(legacy: JsValue) {
    start::start(
        |classroom| classroom.with_door(Box::new(PageDoor)),
        room::hear,
    );
    if let Ok(legacy) = serde_wasm_bindgen::from_value::<Legacy>(legacy) {
        legacy.into_commands().for_each(room::hear);
    }
}
