//! By which names a port without TLS may be spoken to.
//!
//! A page of the internet can have its own name lead to this machine, and would then be of the same origin as what it
//! finds there (DNS rebinding). What it cannot have is a name that only this machine has, or none at all.

use std::{fmt, net::IpAddr};

use http::{Request, Version, header, uri::Authority};

/// The names of a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostNames {
    address: IpAddr,
    host_name: String,
}

impl HostNames {
    /// The names of a port of this address, on a machine whose hub has this name.
    pub fn new(address: IpAddr, host_name: &str) -> Self {
        Self {
            address,
            host_name: host_name.to_owned(),
        }
    }

    /// Whether a request was made to one of them.
    pub(crate) fn has<B>(&self, request: &Request<B>) -> bool {
        let target = request.uri().authority();
        let is_own = |host: &Authority| self.is_own(host.host());
        named(request).is_some_and(|host| is_own(&host)) && target.is_none_or(is_own)
    }

    fn is_own(&self, host: &str) -> bool {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        match bare.parse::<IpAddr>() {
            // A page at a bare address came from the machine that has it.
            Ok(address) => {
                address.is_loopback() || address == self.address || self.address.is_unspecified()
            }
            Err(_) => {
                host.eq_ignore_ascii_case("localhost") || host.eq_ignore_ascii_case(&self.host_name)
            }
        }
    }
}

/// The host that a request names, with its port. Of two hosts, which one was meant?
pub(crate) fn named<B>(request: &Request<B>) -> Option<Authority> {
    let mut hosts = request.headers().get_all(header::HOST).into_iter();
    let host: Option<Authority> = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok()?.parse().ok(),
        // HTTP/2 has it in the target.
        (None, _) if request.version() == Version::HTTP_2 => request.uri().authority().cloned(),
        _ => None,
    };
    host.filter(|host| !host.as_str().contains('@'))
}

impl fmt::Display for HostNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "localhost, 127.0.0.1, [::1]")?;
        if self.address.is_unspecified() {
            write!(f, ", an address of this machine")?;
        } else if !self.address.is_loopback() {
            write!(f, ", {}", self.address)?;
        }
        if !self.host_name.eq_ignore_ascii_case("localhost") {
            write!(f, ", {}", self.host_name)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(address: &str, host: &str) -> bool {
        let request = Request::get("/").header(header::HOST, host).body(());
        HostNames::new(address.parse().unwrap(), "hub.example").has(&request.unwrap())
    }

    #[test]
    fn the_names_of_this_machine_are_taken() {
        for host in [
            "localhost:9602",
            "LOCALHOST",
            "127.0.0.1:9602",
            "[::1]:9602",
            "hub.example",
        ] {
            assert!(has("127.0.0.1", host), "{host}");
        }
        assert!(has("192.0.2.1", "192.0.2.1:9602"));
        assert!(has("0.0.0.0", "192.0.2.1:9602"));
    }

    #[test]
    fn other_names_are_not() {
        for host in [
            "evil.example",
            "localhost.evil.example",
            "192.0.2.1",
            "a@b",
            "a@localhost",
            "localhost@evil.example",
            "0.0.0.0",
            "2130706433",
            "",
            "127.0.0.1.evil.example",
        ] {
            assert!(!has("127.0.0.1", host), "{host}");
        }
    }

    #[test]
    fn http2_names_the_host_in_the_target() {
        let names = HostNames::new("127.0.0.1".parse().unwrap(), "localhost");
        let has = |target: &str| {
            let request = Request::get(target).version(Version::HTTP_2).body(());
            names.has(&request.unwrap())
        };
        assert!(has("http://localhost:8080/"));
        assert!(!has("http://evil.example/"));
        assert!(!has("/"));
    }

    #[test]
    fn a_request_without_a_host_or_with_two_is_not() {
        let names = HostNames::new("127.0.0.1".parse().unwrap(), "localhost");
        assert!(!names.has(&Request::get("/").body(()).unwrap()));
        let two = Request::get("/")
            .header(header::HOST, "localhost")
            .header(header::HOST, "localhost");
        assert!(!names.has(&two.body(()).unwrap()));
    }
}
