//! What the program tells of itself, asked of the program as it is started: over sockets, and in its log.

mod admin_port;
#[expect(dead_code, reason = "the tests of AMQP do more with it")]
#[path = "../amqp/client.rs"]
mod amqp_client;
mod client;
mod figures;
mod health;
mod log;
mod program;
mod refusals;
mod secrets;
mod written;
