//! Lesson 1: connect a device and send telemetry.

pub(crate) mod checks;
pub(crate) mod programs;
pub(crate) mod steps;

pub(crate) use steps::STEPS;
