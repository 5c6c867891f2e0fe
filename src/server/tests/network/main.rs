//! The emulator behind real sockets, and clients that mean well, or ill, or are slow.

mod certificates;
mod ending;
mod hostile;
mod link;
mod mqtt;
mod packets;
mod program;
mod rest;
mod site;
mod websockets;
