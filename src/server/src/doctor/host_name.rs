//! Where the hub's name leads.

use std::{
    io,
    net::{IpAddr, ToSocketAddrs as _},
    sync::mpsc,
    thread,
    time::Duration,
};

use super::{Area, Finding};

/// The longest that a name may take to be looked up.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether clients of this machine that look the name up come to where the hub listens.
pub(super) fn examine(name: &str, listen: IpAddr) -> Finding {
    let lead = if listen.is_unspecified() {
        "127.0.0.1".to_owned()
    } else {
        listen.to_string()
    };
    let hosts = format!("add the line `{lead} {name}` to /etc/hosts");
    let addresses = match look_up(name) {
        Ok(addresses) => addresses,
        Err(error) => {
            let found = format!("the name {name} is not known here ({error})");
            return Finding::problem(Area::HostName, found, hosts);
        }
    };
    let all: Vec<String> = addresses.iter().map(IpAddr::to_string).collect();
    let all = all.join(", ");
    if listen.is_unspecified() || addresses.contains(&listen) {
        return Finding::ok(Area::HostName, format!("{name} leads to {all}"));
    }
    let found = format!("{name} leads to {all}, and the hub listens on {listen}");
    Finding::problem(
        Area::HostName,
        found,
        format!("{hosts}, or choose another address with --listen"),
    )
}

/// The addresses of a name. The system has a patience of its own, which can be much longer.
fn look_up(name: &str) -> io::Result<Vec<IpAddr>> {
    let (sender, receiver) = mpsc::channel();
    let name = name.to_owned();
    thread::spawn(move || {
        let found = (name.as_str(), 0).to_socket_addrs();
        let found = found.map(|all| all.map(|address| address.ip()).collect::<Vec<_>>());
        // The one who asked may have gone.
        let _ = sender.send(found);
    });
    let mut addresses = receiver
        .recv_timeout(PATIENCE)
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))?;
    addresses.dedup();
    Ok(addresses)
}
