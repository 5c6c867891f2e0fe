//! Lesson 3: send messages from the cloud to a device.

mod checks;
mod mail;
mod outline;
mod programs;
mod steps;
#[cfg(test)]
mod tests;

pub(crate) use outline::OUTLINE;
pub(crate) use steps::{STEPS, by_hand};
