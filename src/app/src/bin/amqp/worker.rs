//! What the worker does: it hears what is asked, and tells what comes of it.

use std::{cell::RefCell, rc::Rc};

use amqp::{
    desk::Desk,
    message::{Ask, Told},
    websocket::Browser,
};
use tokio::task::LocalSet;
use wasm_bindgen::{JsCast as _, closure::Closure};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// Begins to hear.
pub(crate) fn run() {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else {
        return;
    };
    std::panic::set_hook(Box::new(crate::panic::tell));
    let tasks = Rc::new(LocalSet::new());
    let desk = {
        let scope = scope.clone();
        Rc::new(RefCell::new(Desk::new(Browser, move |told| {
            tell(&scope, &told);
        })))
    };
    let hear = Closure::<dyn Fn(MessageEvent)>::new({
        let tasks = Rc::clone(&tasks);
        move |event: MessageEvent| {
            let ask = event.data().as_string();
            if let Some(ask) =
                ask.and_then(|ask| serde_json::from_slice::<Ask>(ask.as_bytes()).ok())
            {
                let _entered = tasks.enter();
                desk.borrow_mut().hear(ask);
            }
        }
    });
    scope.set_onmessage(Some(hear.as_ref().unchecked_ref()));
    hear.forget();
    wasm_bindgen_futures::spawn_local(async move {
        tasks.run_until(std::future::pending::<()>()).await;
    });
}

fn tell(scope: &DedicatedWorkerGlobalScope, told: &Told) {
    if let Ok(told) = serde_json::to_string(told) {
        let _ = scope.post_message(&told.into());
    }
}
