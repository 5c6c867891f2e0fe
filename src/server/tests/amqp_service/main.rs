//! A service over AMQP in WebSockets, as the page is one: the `amqp` crate against a hub behind real sockets.

mod network;
mod reading;
mod sending;
mod tokens;
mod trouble;
mod world;
