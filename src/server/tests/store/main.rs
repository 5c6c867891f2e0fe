//! The hub's state on disk: what comes back after a restart, and what is refused.

mod bench;
mod damage;
mod restart;
mod retention;
mod transfer;
