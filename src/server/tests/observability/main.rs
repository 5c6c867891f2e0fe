//! What the program tells of itself, asked of the program as it is started: over sockets, and in its log.

mod admin_port;
mod client;
mod figures;
mod health;
mod log;
mod program;
mod refusals;
