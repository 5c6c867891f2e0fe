//! Starts a worker in which a bench runs.

use lessons::classroom::Classroom;
use lessons::message::Command;
use wasm_bindgen::{JsCast as _, closure::Closure};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::{panic, room};

/// Opens a room, and has what the page asks heard there. Nothing happens outside of a worker.
pub(crate) fn start(furnish: impl FnOnce(Classroom) -> Classroom, hear: fn(Command)) {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else {
        return;
    };
    std::panic::set_hook(Box::new(panic::tell));
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if let Ok(command) = serde_wasm_bindgen::from_value(event.data()) {
            hear(command);
        }
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    let classroom = furnish(Classroom::new(seed(&scope), room::now()));
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
