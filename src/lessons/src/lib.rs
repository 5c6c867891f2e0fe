//! The course: steps, programs, checks, solutions, and texts by locale.

pub mod message;
pub mod outline;
pub mod text;
