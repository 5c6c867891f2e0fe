//! One bench: a hub, devices, service programs, a clock that can be moved, and the trace of all that crossed the wire.
//!
//! A [`Bench`] runs programs, which are async Rust, beside an emulated hub.
//! Programs reach the hub as the world does: devices through MQTT bytes, service programs through HTTP requests.
//! A bench has no clock of its own: [`Bench::run_until`] moves its time from one planned thing to the next,
//! so an hour passes as fast as its events can be worked off, and the same seed and commands give the same run.
//! A [`Clock`] says what time it should be on the bench, at the speed that the learner chose.
//!
//! What is deliberately absent: the page, the lessons, JavaScript.

pub mod action;
mod amqp;
mod bench;
#[cfg(feature = "live")]
pub mod beside;
mod by_name;
mod clock;
mod context;
mod detail;
mod devices;
mod dissect;
pub mod doctor;
mod executor;
mod fleet;
mod hands;
mod happenings;
mod inspect;
mod journal;
mod json;
mod links;
mod live;
mod mirror;
mod on_bench;
mod operator;
pub mod outside;
mod pipe;
mod programs;
mod reader;
mod sight;
mod spell;
mod switched_on;
mod trace;
mod upcoming;
pub mod view;
mod world;

pub use bench::{Bench, BenchOptions, Happening};
pub use clock::{Clock, FASTEST, SLOWEST};
pub use context::{Context, Program, ProgramError};
pub use devices::{DeviceNews, FEW_DEVICES};
pub use fleet::Fleet;
pub use hands::Hands;
pub use happenings::LeftOut;
pub use hub::SnapshotScope;
pub use live::{LiveState, Metered};
pub use reader::{EventReader, numbers};
pub use sight::Sight;
pub use trace::{Rest, Traced, Wanted};
