//! The worker in which the bench runs, with the emulated hub. Whoever asks for a live hub gets another program in its place.

#[path = "../worker/panic.rs"]
mod panic;
#[path = "../worker/room.rs"]
mod room;
#[path = "../worker/start.rs"]
mod start;
mod successor;

use lessons::classroom::Classroom;

fn main() {
    start::start(Classroom::with_successor, |command| {
        room::hear(command);
        successor::call_if_wanted();
    });
}
