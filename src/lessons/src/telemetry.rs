//! Lesson 1: connect a device and send telemetry.

pub(crate) mod checks;
mod outline;
pub(crate) mod programs;
pub(crate) mod steps;

pub(crate) use outline::OUTLINE;
pub(crate) use steps::{STEPS, by_hand};
