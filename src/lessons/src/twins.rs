//! Lesson 4: device twins and queries.

mod checks;
mod outline;
mod programs;
mod steps;

pub(crate) use outline::OUTLINE;
pub(crate) use steps::STEPS;
