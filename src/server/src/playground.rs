//! What `serve` gives out beside its hub: the site, and the relay to other hubs.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;

use crate::{host_names::HostNames, https::plain, relay::Relay, site::Site};

/// The site and the relay, for whoever names this server.
pub struct Playground {
    /// The site.
    pub site: Site,
    /// The way to other hubs.
    pub relay: Relay,
    /// The names under which this server can be reached.
    pub names: HostNames,
}

impl Playground {
    /// Refuses a request that was made to another host: the page that made it has had a foreign name lead here.
    pub(crate) fn refuse_foreign_host<B>(
        &self,
        request: &Request<B>,
    ) -> Option<Response<Full<Bytes>>> {
        if self.names.has(request) {
            return None;
        }
        let text = format!(
            "the request names a host that is none of this server's: {}; open one of these, or give the name that leads \
             here with --hostname\n",
            self.names
        );
        Some(plain(StatusCode::MISDIRECTED_REQUEST, text))
    }
}
