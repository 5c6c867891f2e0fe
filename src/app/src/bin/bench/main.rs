//! The worker in which the bench runs, and its ways to live hubs.

mod amqp_module;
mod browser;
mod door;
#[path = "../worker/panic.rs"]
mod panic;
mod relay;
mod room;
mod socket;
mod wake;

use lessons::classroom::Classroom;
use wasm_bindgen::{JsCast as _, closure::Closure};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::door::PageDoor;

fn main() {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else {
        return;
    };
    std::panic::set_hook(Box::new(panic::tell));
    let hear = Closure::<dyn Fn(MessageEvent)>::new(|event: MessageEvent| {
        if let Ok(command) = serde_wasm_bindgen::from_value(event.data()) {
            room::hear(command);
        }
    });
    scope.set_onmessage(Some(hear.as_ref().unchecked_ref()));
    hear.forget();
    let classroom = Classroom::new(seed(&scope), room::now()).with_door(Box::new(PageDoor));
    room::open(scope, classroom);
}

fn seed(scope: &DedicatedWorkerGlobalScope) -> [u8; 32] {
    let mut seed = [0; 32];
    scope
        .crypto()
        .and_then(|crypto| crypto.get_random_values_with_u8_array(&mut seed))
        .expect("every browser has random numbers");
    seed
}
