//! How many connections a listener has at once, in all and from each address.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

/// How many connections may be open at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// On one port.
    pub in_all: usize,
    /// On one port from one address. The machine itself has no limit of its own.
    pub per_address: usize,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            in_all: 16_384,
            per_address: 4_096,
        }
    }
}

/// Why a connection was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TooMany {
    /// There are as many as may be.
    #[error("{0} connections are open, and no more may be")]
    InAll(usize),
    /// The address has as many as it may have.
    #[error("{0} connections from this address are open, and no more may be")]
    FromAddress(usize),
}

impl TooMany {
    /// A short name for it.
    pub fn id(self) -> &'static str {
        match self {
            Self::InAll(_) => "too-many",
            Self::FromAddress(_) => "too-many-from-address",
        }
    }
}

/// Counts the connections of one port.
pub struct Door {
    limits: ConnectionLimits,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    in_all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// A place for one connection, given back when it is dropped.
pub struct Admission {
    door: Arc<Door>,
    address: Option<IpAddr>,
}

impl Door {
    /// A door that nobody has passed yet.
    pub fn new(limits: ConnectionLimits) -> Arc<Self> {
        Arc::new(Self {
            limits,
            open: Mutex::default(),
        })
    }

    /// Lets a connection in, if there is a place for it.
    pub fn admit(self: &Arc<Self>, from: IpAddr) -> Result<Admission, TooMany> {
        let ConnectionLimits {
            in_all,
            per_address,
        } = self.limits;
        let address = counted(from);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.in_all >= in_all {
            return Err(TooMany::InAll(in_all));
        }
        if let Some(address) = address {
            let count = open.by_address.entry(address).or_default();
            if *count >= per_address {
                return Err(TooMany::FromAddress(per_address));
            }
            *count += 1;
        }
        open.in_all += 1;
        let door = Arc::clone(self);
        Ok(Admission { door, address })
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        let open = self.door.open.lock();
        let mut open = open.unwrap_or_else(PoisonError::into_inner);
        open.in_all -= 1;
        let Some(address) = self.address else { return };
        if let Some(count) = open.by_address.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                open.by_address.remove(&address);
            }
        }
    }
}

/// Under which address a connection counts. Of IPv6 each customer has at least the lower half to choose from.
fn counted(from: IpAddr) -> Option<IpAddr> {
    let from = from.to_canonical();
    match from {
        _ if from.is_loopback() => None,
        IpAddr::V6(address) => {
            const UPPER_HALF: u128 = !0 << 64;
            Some(Ipv6Addr::from_bits(address.to_bits() & UPPER_HALF).into())
        }
        IpAddr::V4(_) => Some(from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: ConnectionLimits = ConnectionLimits {
        in_all: 3,
        per_address: 2,
    };

    fn from(address: &str) -> IpAddr {
        address.parse().unwrap()
    }

    #[test]
    fn an_address_has_its_own_limit() {
        let door = Door::new(LIMITS);
        let first = door.admit(from("192.0.2.1")).ok();
        let _second = door.admit(from("192.0.2.1")).ok().unwrap();
        let third = door.admit(from("192.0.2.1")).err();
        assert_eq!(third, Some(TooMany::FromAddress(2)));
        assert!(door.admit(from("192.0.2.2")).is_ok());
        drop(first);
        assert!(door.admit(from("192.0.2.1")).is_ok());
    }

    #[test]
    fn all_together_have_a_limit() {
        let door = Door::new(LIMITS);
        let admitted: Vec<_> = (0..3)
            .map(|_| door.admit(from("127.0.0.1")).ok().unwrap())
            .collect();
        let next = door.admit(from("192.0.2.1")).err();
        assert_eq!(next, Some(TooMany::InAll(3)));
        drop(admitted);
        assert!(door.admit(from("192.0.2.1")).is_ok());
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_as_one() {
        let door = Door::new(LIMITS);
        let _first = door.admit(from("2001:db8::1")).ok().unwrap();
        let _second = door.admit(from("2001:db8::2")).ok().unwrap();
        let third = door.admit(from("2001:db8::3")).err();
        assert_eq!(third, Some(TooMany::FromAddress(2)));
    }
}
