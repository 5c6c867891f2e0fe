//! Lesson 2: control a device with direct methods.

mod calls;
mod checks;
mod outline;
mod programs;
mod steps;
#[cfg(test)]
mod tests;

pub(crate) use outline::OUTLINE;
pub(crate) use steps::{STEPS, by_hand};
