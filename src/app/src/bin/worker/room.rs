//! The classroom, between the page's messages, its alarm clock and what comes from outside.

use std::cell::RefCell;

use gloo::timers::callback::Timeout;
use lessons::classroom::Classroom;
use lessons::message::{Command, Report};
use web_sys::DedicatedWorkerGlobalScope;
use wire::timestamp::Timestamp;

/// The shortest sleep, in milliseconds: a frame of the screen, as nothing faster can be seen.
const SHORTEST_SLEEP: u64 = 16;
/// The longest sleep, in milliseconds: what a timer can hold.
const LONGEST_SLEEP: u64 = i32::MAX as u64;

pub(crate) struct Room {
    scope: DedicatedWorkerGlobalScope,
    classroom: Classroom,
    alarm: Option<Timeout>,
}

thread_local! {
    /// The room, while this program is the bench.
    pub(crate) static ROOM: RefCell<Option<Room>> = const { RefCell::new(None) };
}

/// Opens the room. The first batch of reports, even an empty one, tells the page that it is heard.
pub(crate) fn open(scope: DedicatedWorkerGlobalScope, classroom: Classroom) {
    let room = Room {
        scope,
        classroom,
        alarm: None,
    };
    room.tell(&[]);
    ROOM.with_borrow_mut(|slot| *slot = Some(room));
}

/// Hears what the page asks.
pub(crate) fn hear(command: Command) {
    ask(|classroom| classroom.handle(now(), command));
}

/// Has something done in the classroom, and tells the page what came of it. Nothing comes of it in a room that is closed.
pub(crate) fn ask<T: Default>(act: impl FnOnce(&mut Classroom) -> T) -> T {
    ROOM.with_borrow_mut(|room| {
        let Some(room) = room else {
            return T::default();
        };
        let answer = act(&mut room.classroom);
        room.settle();
        answer
    })
}

/// Lets time pass, and everything happen that can.
pub(crate) fn settle() {
    ask(|_| ());
}

/// The time on this machine's clock.
pub(crate) fn now() -> Timestamp {
    // Milliseconds since the epoch fit a u64 until the end of time, as JavaScript counts it.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    Timestamp::from_millis(js_sys::Date::now() as u64)
}

impl Room {
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
            Timeout::new(u32::try_from(sleep).unwrap_or(u32::MAX), settle)
        });
    }

    fn tell(&self, reports: &[Report]) {
        if let Ok(value) = serde_wasm_bindgen::to_value(reports) {
            let _ = self.scope.post_message(&value);
        }
    }
}
