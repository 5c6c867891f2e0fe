//! The course: steps, programs, checks, solutions, and texts by locale.
//!
//! Two halves of it never meet in one program. A page needs [`outline`], [`settings`], [`text`] and [`message`]: plain data.
//! A worker runs a [`Classroom`](classroom::Classroom), which holds a bench and carries out the page's commands.
//!
//! What is deliberately absent: the DOM, and sockets.

pub mod classroom;
pub mod controls;
mod exchange;
mod faults;
mod kept;
pub mod message;
mod messages;
mod methods;
pub mod outline;
mod sent;
pub mod settings;
mod step;
mod telemetry;
#[cfg(test)]
mod test_bench;
pub mod text;
mod twins;
