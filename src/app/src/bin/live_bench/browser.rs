//! What the browser knows of itself.

use js_sys::global;
use wasm_bindgen::JsCast as _;
use web_sys::{Url, WorkerGlobalScope};

/// The scope of this worker; none outside of one.
pub(crate) fn scope() -> Option<WorkerGlobalScope> {
    global().dyn_into().ok()
}

/// The address of something in the site's folder, where this worker's script lies.
pub(crate) fn address(name: &str) -> Option<String> {
    let base = scope()?.location().href();
    Some(Url::new_with_base(name, &base).ok()?.href())
}

/// Whether the browser says that there is no network on which a host could be. One on this machine needs none.
pub(crate) fn is_offline_for(host: &str) -> bool {
    !is_this_machine(host) && scope().is_some_and(|scope| !scope.navigator().on_line())
}

/// Whether a host's name is one of this machine's own.
fn is_this_machine(host: &str) -> bool {
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost") || name.starts_with("127.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known_by_its_names() {
        let check = |host: &str, expected: bool| {
            assert_eq!(is_this_machine(host), expected, "{host}");
        };
        check("localhost", true);
        check("LOCALHOST:8443", true);
        check("hub.localhost", true);
        check("127.0.0.5:443", true);
        check("contoso.azure-devices.net", false);
        check("localhost.example", false);
    }
}
