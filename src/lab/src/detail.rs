//! All there is to see of one device.

use hub::WaitingMessage;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    json::{Members, indented},
    sight::Sight,
    view::{DeviceDetail, QueuedMessageView, TwinView},
};

/// The most characters that are shown of a message's body.
const MOST_SHOWN: usize = 200;

/// What is read of a twin as the service answers it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    device_id: String,
    etag: String,
    version: u64,
    #[serde(borrow)]
    tags: Option<&'a RawValue>,
    #[serde(borrow)]
    properties: Properties<'a>,
}

#[derive(Deserialize)]
struct Properties<'a> {
    #[serde(borrow)]
    desired: Members<'a>,
    #[serde(borrow)]
    reported: Members<'a>,
}

/// The view of a twin that the service answered; none if the answer is no twin.
pub(crate) fn twin_view(answer: &str) -> Option<TwinView> {
    let document: Document<'_> = serde_json::from_slice(answer.as_bytes()).ok()?;
    let Properties { desired, reported } = &document.properties;
    Some(TwinView {
        tags: indented(document.tags.map_or("{}", RawValue::get)),
        desired: indented(&desired.without_metadata()),
        desired_version: desired.number("$version").unwrap_or_default(),
        reported: indented(&reported.without_metadata()),
        reported_version: reported.number("$version").unwrap_or_default(),
        whole: indented(answer),
        device_id: document.device_id,
        etag: document.etag,
        version: document.version,
    })
}

/// What there is to see of a device; none if it is not in the registry.
pub(crate) fn device_detail(hub: &Sight<'_>, device_id: &str) -> Option<DeviceDetail> {
    let twin = twin_view(&hub.twin_document(device_id)?)?;
    let queue = hub.waiting_messages(device_id);
    let queue = queue.into_iter().map(queued_view).collect();
    Some(DeviceDetail { twin, queue })
}

fn queued_view(message: WaitingMessage<'_>) -> QueuedMessageView {
    let body = String::from_utf8_lossy(message.body);
    QueuedMessageView {
        message_id: message.message_id.unwrap_or_default().to_owned(),
        body: body.chars().take(MOST_SHOWN).collect(),
        enqueued: message.enqueued,
        expires: message.expires,
        delivery_count: message.delivery_count,
        locked: message.locked,
    }
}
