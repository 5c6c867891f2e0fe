//! AMQP over real sockets: a client that writes frames by hand, so that it can write wrong ones as well.

mod client;
mod cloud_to_device;
mod encoding;
mod feedback;
mod hostile;
mod hub;
mod reading;
mod tokens;
