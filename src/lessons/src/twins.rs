//! Lesson 4: device twins and queries.

mod checks;
mod outline;
mod programs;
mod steps;
#[cfg(test)]
mod tests;

pub(crate) use outline::OUTLINE;
pub(crate) use steps::{STEPS, by_hand};
