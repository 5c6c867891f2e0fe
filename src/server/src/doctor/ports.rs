//! Whether the ports can be taken.

use std::net::SocketAddr;

use super::{Area, Finding, Subject, data_folder::User};
use crate::{
    listener::Bound,
    port_holder::{self, PortHolder},
    ports::{BindError, Ports, Surface},
};

/// A finding for each port. Those of the hub that runs on the data folder are as they should be.
pub(super) fn examine(subject: &Subject, user: Option<User>) -> Vec<Finding> {
    let ports = subject.ports.all().into_iter();
    ports
        .map(|(surface, port)| {
            let address = SocketAddr::new(subject.listen, port);
            one(surface, address, user)
        })
        .collect()
}

fn one(surface: Surface, address: SocketAddr, user: Option<User>) -> Finding {
    let Err(source) = Bound::new(address) else {
        let port = address.port();
        return Finding::ok(Area::Ports, format!("port {port}, for {surface}, is free"));
    };
    let holder = port_holder::of(address);
    if user.is_some_and(|user| user.has(surface, address.port(), holder.as_ref())) {
        let port = address.port();
        let found =
            format!("port {port}, for {surface}, is that of the hub that uses the data folder");
        return Finding::ok(Area::Ports, found);
    }
    let error = BindError {
        surface,
        address,
        source,
    };
    Finding::error(Area::Ports, error)
}

impl User {
    /// Whether the program has a port. Which process holds it is hidden if the program was given the right to take
    /// it; then what it has written itself decides.
    fn has(&self, surface: Surface, port: u16, holder: Option<&PortHolder>) -> bool {
        if let (Some(holder), Some(process)) = (holder, self.process) {
            return holder.process == process;
        }
        let ports = self.ports.iter().flat_map(Ports::all);
        holder.is_none() && ports.into_iter().any(|it| it == (surface, port))
    }
}
