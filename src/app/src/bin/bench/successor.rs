//! The program that takes the place of this one: `live-bench`, which can speak to live hubs.

use std::cell::Cell;

use lessons::classroom::Classroom;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::spawn_local;

use crate::room;

#[wasm_bindgen]
extern "C" {
    /// The successor's module, once it is ready to begin.
    type Successor;

    /// Fetches the successor; see `www/worker.js`.
    #[wasm_bindgen(js_name = loadLiveBench, catch)]
    async fn load() -> Result<JsValue, JsValue>;

    /// Lets it begin with what it is left.
    #[wasm_bindgen(method)]
    fn begin(this: &Successor, legacy: JsValue);
}

thread_local! {
    static IS_COMING: Cell<bool> = const { Cell::new(false) };
}

/// Calls the successor if somebody asked for what only it can do.
pub(crate) fn call_if_wanted() {
    let is_wanted = room::ask(|classroom| classroom.wants_successor());
    if is_wanted && !IS_COMING.replace(true) {
        spawn_local(async {
            let came = load().await;
            IS_COMING.set(false);
            match came {
                Ok(successor) => give_way(&successor.into()),
                Err(_) => room::ask(Classroom::stay),
            }
        });
    }
}

/// Leaves the place to the successor, unless nobody wants it any more.
fn give_way(successor: &Successor) {
    let give = |classroom: &mut Classroom| {
        let is_wanted = classroom.wants_successor();
        is_wanted.then(|| classroom.hand_over())
    };
    let Some(legacy) = room::ask(give) else {
        return;
    };
    room::ROOM.take();
    if let Ok(legacy) = serde_wasm_bindgen::to_value(&legacy) {
        successor.begin(legacy);
    }
}
