//! The worker that speaks AMQP with a live hub. It is loaded when a live hub's events are first read, or when something
//! else is first asked of it.

#[cfg(target_arch = "wasm32")]
#[path = "../worker/panic.rs"]
mod panic;
#[cfg(target_arch = "wasm32")]
mod worker;

fn main() {
    // Its WebSockets are those of a browser: elsewhere there is nothing to run.
    #[cfg(target_arch = "wasm32")]
    worker::run();
}
