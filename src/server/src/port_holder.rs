//! Which program holds a port, where the system tells.

use std::{fmt, net::SocketAddr};

/// A program that holds a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PortHolder {
    /// The id of its process.
    pub(crate) process: u32,
    name: String,
}

impl fmt::Display for PortHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (process {})", self.name, self.process)
    }
}

/// The program that listens where an address would have to be taken: none if no program does, or if it is another
/// user's and this one may not see it.
#[cfg(target_os = "linux")]
pub(crate) fn of(address: SocketAddr) -> Option<PortHolder> {
    use procfs::{
        net::{TcpNetEntry, TcpState, tcp, tcp6},
        process::{FDTarget, Process, all_processes},
    };
    let is_in_the_way = |entry: &TcpNetEntry| {
        let held = entry.local_address;
        entry.state == TcpState::Listen
            && held.port() == address.port()
            && (held.ip().to_canonical() == address.ip()
                || held.ip().is_unspecified()
                || address.ip().is_unspecified())
    };
    let entries = [tcp(), tcp6()].into_iter().flatten().flatten();
    let sockets: Vec<u64> = entries
        .filter(is_in_the_way)
        .map(|entry| entry.inode)
        .collect();
    let holds = |process: &Process| {
        let mut files = process.fd().into_iter().flatten().flatten();
        files.any(|file| matches!(file.target, FDTarget::Socket(inode) if sockets.contains(&inode)))
    };
    if sockets.is_empty() {
        return None;
    }
    let process = all_processes().ok()?.flatten().find(holds)?;
    Some(PortHolder {
        process: process.pid().try_into().ok()?,
        name: process.stat().ok()?.comm,
    })
}

/// Other systems have ways of their own to tell.
#[cfg(not(target_os = "linux"))]
pub(crate) fn of(_address: SocketAddr) -> Option<PortHolder> {
    None
}
