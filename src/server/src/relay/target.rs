//! What a call asks for: which hub, which operation, and how.

use http::{Method, Request, Uri};
use wire::relay::METHOD;

use super::{
    PATH,
    hosts::{Hosts, HubAddress},
    paths,
    refusal::Refusal,
};

/// The methods that a hub has.
const METHODS: [Method; 5] = [
    Method::GET,
    Method::PUT,
    Method::POST,
    Method::PATCH,
    Method::DELETE,
];

/// A call that may be carried.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) hub: HubAddress,
    pub(super) method: Method,
    /// Path and query, for the hub.
    pub(super) uri: Uri,
    /// What it asks for, by the hub's name of it.
    pub(super) operation: &'static str,
}

impl Target {
    /// Reads a call: `POST /relay/{host}{path}?{query}`, with the method in a header.
    pub(super) fn of<B>(request: &Request<B>, hosts: &Hosts) -> Result<Self, Refusal> {
        if request.method() != Method::POST {
            return Err(Refusal::Method("POST"));
        }
        let method = method(request)?;
        let asked = request.uri();
        let rest = asked.path().strip_prefix(PATH).unwrap_or_default();
        let rest = rest.strip_prefix('/').unwrap_or_default();
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let hub = hosts.find(host)?;
        let query = asked.query().map(|query| format!("?{query}"));
        let uri = format!("{path}{}", query.unwrap_or_default());
        let uri: Uri = uri.parse().map_err(|_| Refusal::Path)?;
        let operation = paths::operation(&method, &uri).ok_or(Refusal::Path)?;
        Ok(Self {
            hub,
            method,
            uri,
            operation,
        })
    }
}

fn method<B>(request: &Request<B>) -> Result<Method, Refusal> {
    let mut values = request.headers().get_all(&METHOD).into_iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(Refusal::BadRequest(
            "it must have the header x-relay-method once, with the method of the hub's request"
                .to_owned(),
        ));
    };
    let known = METHODS.iter().find(|method| *value == method.as_str());
    known.cloned().ok_or(Refusal::Method(
        "GET, PUT, POST, PATCH, DELETE in x-relay-method",
    ))
}
