//! The relay of `serve`, over real sockets: what it carries to a hub, and all that it does not.

mod callers;
mod calls;
mod certificates;
mod destinations;
mod hostile;
mod hub;
mod log;
mod page;
mod program;
mod proxies;
#[path = "../observability/written.rs"]
mod written;
