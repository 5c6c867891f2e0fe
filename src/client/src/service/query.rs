//! Queries over twins, a page a call.

use http::{HeaderValue, Method};
use serde::Serialize;
use serde_json::Value;
use wire::rest::Twin;
use wire::timestamp::Timestamp;

use crate::request::{header_value, with_json};
use crate::response::{Answer, header, read_json};

use super::{Call, Hint, Service};

/// The most items that a page of a query's result has.
///
/// Source: IoT Hub documentation, "IoT Hub quotas and throttling".
pub const MAX_PAGE: u16 = 100;

const MAX_ITEM_COUNT: &str = "x-ms-max-item-count";
const CONTINUATION: &str = "x-ms-continuation";
const ITEM_TYPE: &str = "x-ms-item-type";

/// A part of a query's result.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryPage {
    /// The items. A page may be empty although others follow.
    pub items: Vec<Value>,
    /// What the items are.
    pub item_type: ItemType,
    /// What to ask for the next page with; `None` at the end.
    pub continuation: Option<String>,
    /// What a person should know about the query although it is answered, if the hub says so.
    pub remark: Option<Hint>,
}

/// What the items of a query's result are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemType {
    /// Whole twins: the query selects `*`.
    Twin,
    /// Jobs, each on one device.
    DeviceJob,
    /// What the query's projection or aggregation says.
    Raw,
    /// What the hub calls otherwise.
    Other(String),
}

impl QueryPage {
    /// The items as twins. An error if one is not a whole twin, because the query projects.
    pub fn twins(&self) -> Result<Vec<Twin>, String> {
        let twins: Result<Vec<Twin>, _> = self.items.iter().map(as_twin).collect();
        twins.map_err(|why| format!("{why}; select * to get whole twins"))
    }
}

fn as_twin(item: &Value) -> Result<Twin, String> {
    // What reads the text of a twin is there already, and a second one that reads values is large.
    let twin: Twin =
        serde_json::from_slice(item.to_string().as_bytes()).map_err(|error| error.to_string())?;
    if twin.device_id.is_empty() {
        return Err("expected a twin, found no deviceId".to_owned());
    }
    Ok(twin)
}

impl Service {
    /// Asks for one page of a query's result: the first, or the one that `continuation` of the page
    /// before stands for. It has at most `max_items`, at least one and at most [`MAX_PAGE`].
    ///
    /// On a real hub the result can lag behind the twins by seconds, at times minutes. A refused
    /// query may come with a [`Hint`].
    pub fn query(
        &self,
        now: Timestamp,
        text: &str,
        max_items: u16,
        continuation: Option<&str>,
    ) -> Call<QueryPage> {
        let request = self.request(now, Method::POST, "/devices/query");
        let mut request = with_json(request, &Query { query: text });
        let headers = request.headers_mut();
        let most = HeaderValue::from(max_items.clamp(1, MAX_PAGE));
        headers.insert(MAX_ITEM_COUNT, most);
        if let Some(continuation) = continuation {
            headers.insert(CONTINUATION, header_value(continuation));
        }
        Call::new(request, read_page)
    }
}

#[derive(Serialize)]
struct Query<'a> {
    query: &'a str,
}

/// An empty continuation is none: to go on with it would start anew for ever.
fn read_page(answer: &Answer) -> Result<QueryPage, String> {
    let headers = answer.headers();
    Ok(QueryPage {
        items: read_json(answer)?,
        item_type: match header(headers, ITEM_TYPE) {
            Some("Twin") => ItemType::Twin,
            Some("DeviceJob") => ItemType::DeviceJob,
            Some("Raw") | None => ItemType::Raw,
            Some(other) => ItemType::Other(other.to_owned()),
        },
        continuation: header(headers, CONTINUATION).map(str::to_owned),
        remark: Hint::read(headers),
    })
}

/// A query whose result is read page by page.
///
/// The owner asks for [`next_call`](Self::next_call), carries it to the hub, and hands the page over
/// with [`took`](Self::took), until there is no next call.
#[derive(Clone, Debug)]
pub struct QueryPager {
    text: String,
    max_items: u16,
    place: Place,
}

#[derive(Clone, Debug)]
enum Place {
    Start,
    After(String),
    End,
}

impl QueryPager {
    /// A query of which nothing is read yet, with pages of at most `max_items`.
    pub fn new(text: impl Into<String>, max_items: u16) -> Self {
        Self {
            text: text.into(),
            max_items,
            place: Place::Start,
        }
    }

    /// The call for the page that follows what was taken; `None` if all pages were. A call that
    /// failed is made again, for the same page.
    pub fn next_call(&self, service: &Service, now: Timestamp) -> Option<Call<QueryPage>> {
        let continuation = match &self.place {
            Place::Start => None,
            Place::After(continuation) => Some(continuation.as_str()),
            Place::End => return None,
        };
        Some(service.query(now, &self.text, self.max_items, continuation))
    }

    /// That page was read. Hands its items back.
    pub fn took(&mut self, page: QueryPage) -> Vec<Value> {
        self.place = match page.continuation {
            Some(continuation) if !continuation.is_empty() => Place::After(continuation),
            _ => Place::End,
        };
        page.items
    }

    /// Whether all pages were read.
    pub fn is_at_end(&self) -> bool {
        matches!(self.place, Place::End)
    }
}
