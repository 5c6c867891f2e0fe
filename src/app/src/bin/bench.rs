//! The worker in which the bench runs: the classroom, between the page's messages and a timer.

#[path = "worker/panic.rs"]
mod panic;

use std::cell::RefCell;

use gloo::timers::callback::Timeout;
use lessons::classroom::Classroom;
use lessons::message::{Command, Report};
use wasm_bindgen::{JsCast as _, closure::Closure};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};
use wire::timestamp::Timestamp;

/// The shortest sleep, in milliseconds: a frame of the screen, as nothing faster can be seen.
const SHORTEST_SLEEP: u64 = 16;
/// The longest sleep, in milliseconds: what a timer can hold.
const LONGEST_SLEEP: u64 = i32::MAX as u64;

/// The classroom and its alarm clock.
struct Room {
    scope: DedicatedWorkerGlobalScope,
    classroom: Classroom,
    alarm: Option<Timeout>,
}

thread_local! {
    static ROOM: RefCell<Option<Room>> = const { RefCell::new(None) };
}

fn main() {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else {
        return;
    };
    std::panic::set_hook(Box::new(panic::tell));
    let room = Room {
        scope: scope.clone(),
        classroom: Classroom::new(seed(&scope), now()),
        alarm: None,
    };
    ROOM.with_borrow_mut(|slot| *slot = Some(room));
    let hear = Closure::<dyn Fn(MessageEvent)>::new(|event: MessageEvent| {
        if let Ok(command) = serde_wasm_bindgen::from_value(event.data()) {
            with_room(|room| room.hear(command));
        }
    });
    scope.set_onmessage(Some(hear.as_ref().unchecked_ref()));
    hear.forget();
    // The first batch, even an empty one, tells the page that it is heard.
    with_room(|room| room.tell(&[]));
}

fn with_room(act: impl FnOnce(&mut Room)) {
    ROOM.with_borrow_mut(|room| room.as_mut().map(act));
}

impl Room {
    fn hear(&mut self, command: Command) {
        self.classroom.handle(now(), command);
        self.settle();
    }

    /// Lets time pass, reports what came of it, and sleeps until there is something to do.
    fn settle(&mut self) {
        let now = now();
        self.classroom.advance(now);
        let reports: Vec<Report> = std::iter::from_fn(|| self.classroom.poll()).collect();
        if !reports.is_empty() {
            self.tell(&reports);
        }
        self.alarm = self.classroom.next_wake().map(|wake| {
            let sleep = wake.as_millis().saturating_sub(now.as_millis());
            let sleep = sleep.clamp(SHORTEST_SLEEP, LONGEST_SLEEP);
            Timeout::new(u32::try_from(sleep).unwrap_or(u32::MAX), || {
                with_room(Room::settle);
            })
        });
    }

    fn tell(&self, reports: &[Report]) {
        if let Ok(value) = serde_wasm_bindgen::to_value(reports) {
            let _ = self.scope.post_message(&value);
        }
    }
}

fn now() -> Timestamp {
    // Milliseconds since the epoch fit a u64 until the end of time, as JavaScript counts it.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    Timestamp::from_millis(js_sys::Date::now() as u64)
}

fn seed(scope: &DedicatedWorkerGlobalScope) -> [u8; 32] {
    let mut seed = [0; 32];
    scope
        .crypto()
        .and_then(|crypto| crypto.get_random_values_with_u8_array(&mut seed))
        .expect("every browser has random numbers");
    seed
}
