//! Lesson 1: connect a device and send telemetry.

mod checks;
pub(crate) mod programs;
mod steps;

pub(crate) use steps::STEPS;
