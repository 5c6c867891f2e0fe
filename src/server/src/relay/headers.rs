//! Which headers cross the relay, in each direction. All others stay on their side.

use http::{HeaderMap, HeaderName, header};
use wire::relay::is_for_hub;

/// Whether a header of the hub is for the page.
fn is_for_page(name: &HeaderName) -> bool {
    const ANSWERED: [HeaderName; 5] = [
        header::CONTENT_TYPE,
        header::ETAG,
        header::RETRY_AFTER,
        header::DATE,
        // Where a query goes wrong; only an emulated hub says so.
        HeaderName::from_static("x-playground-hint"),
    ];
    let name_text = name.as_str();
    ANSWERED.contains(name) || name_text.starts_with("iothub-") || name_text.starts_with("x-ms-")
}

/// The headers of the page that are for the hub.
pub(super) fn for_hub(headers: &HeaderMap) -> HeaderMap {
    only(headers, is_for_hub)
}

/// The headers of the hub that are for the page.
pub(super) fn for_page(headers: &HeaderMap) -> HeaderMap {
    only(headers, is_for_page)
}

fn only(headers: &HeaderMap, is_wanted: fn(&HeaderName) -> bool) -> HeaderMap {
    let wanted = headers.iter().filter(|(name, _)| is_wanted(name));
    let mut kept = HeaderMap::new();
    for (name, value) in wanted {
        kept.append(name.clone(), value.clone());
    }
    kept
}
