//! Whether the ports can be taken.

use std::net::SocketAddr;

use super::{Area, Finding, Subject, data_folder::User};
use crate::{
    listener::Bound,
    port_holder,
    ports::{BindError, Surface},
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
    if let (Some(holder), Some(User(process))) = (&holder, user)
        && holder.process == process
    {
        let found = format!(
            "port {}, for {surface}, is taken by the program that uses the data folder, {holder}",
            address.port()
        );
        return Finding::ok(Area::Ports, found);
    }
    let error = BindError {
        surface,
        address,
        source,
    };
    Finding::error(Area::Ports, error)
}
