//! How a worker that panics tells whoever started it.

use std::panic::PanicHookInfo;

use wasm_bindgen::JsCast as _;
use web_sys::DedicatedWorkerGlobalScope;

/// The page shows a panic in words; see `www/start.js`.
pub(crate) fn tell(panic: &PanicHookInfo<'_>) {
    if let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() {
        let told = js_sys::Object::new();
        let _ = js_sys::Reflect::set(&told, &"panic".into(), &panic.to_string().into());
        let _ = scope.post_message(&told);
    }
}
