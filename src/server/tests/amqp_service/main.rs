//! A service that speaks AMQP as the page does: the `amqp` crate against a hub behind real sockets.

mod network;
mod reading;
mod sending;
mod tokens;
mod trouble;
mod world;
