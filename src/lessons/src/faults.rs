//! Lesson 5: when it goes wrong.

mod checks;
mod outline;
mod programs;
mod steps;
#[cfg(test)]
mod tests;

pub(crate) use outline::OUTLINE;
pub(crate) use steps::{FAULTS, STEPS, by_hand};
