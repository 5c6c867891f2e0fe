//! What a device does over HTTP: send telemetry, and receive cloud-to-device messages.

mod batch;

use std::sync::Arc;

use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use wire::{
    error::{ErrorCode, ServiceError},
    rest::{FeedbackStatus, read_message_headers, write_message_headers},
    sas::SasToken,
    timestamp::Timestamp,
};

use super::{cloud_to_device::unreadable, no_content, route::parameter, with_etag};
use crate::{
    close_reason::CloseReason,
    cloud_to_device::QueuedMessage,
    connect::auth_method,
    connection::{Identity, Message},
    hub::Hub,
    publish::MOST_MESSAGE_BYTES,
    stored_event::Sender,
};

pub(super) fn send(
    hub: &mut Hub,
    now: Timestamp,
    device_id: &str,
    request: &Request<Vec<u8>>,
) -> Result<Response<Vec<u8>>, ServiceError> {
    let messages = if batch::is_batch(request.headers()) {
        batch::read(request.body())?
    } else {
        let properties = read_message_headers(request.headers());
        vec![Message {
            properties: properties.map_err(|why| unreadable(&why))?,
            body: request.body().clone(),
        }]
    };
    check_size(&messages)?;
    let sender = sender(hub, device_id, request.headers());
    hub.store_telemetry(now, &sender, &messages)
        .map_err(|why| not_stored(device_id, why))?;
    Ok(no_content())
}

pub(super) fn receive(
    hub: &mut Hub,
    now: Timestamp,
    device_id: &str,
) -> Result<Response<Vec<u8>>, ServiceError> {
    let Some((token, message)) = hub.receive_message(now, device_id)? else {
        return Ok(no_content());
    };
    let mut response = Response::new(message.body.clone());
    write_headers(message, response.headers_mut())?;
    Ok(with_etag(response, &token))
}

pub(super) fn complete(
    hub: &mut Hub,
    now: Timestamp,
    device_id: &str,
    lock: &str,
    request: &Request<Vec<u8>>,
) -> Result<Response<Vec<u8>>, ServiceError> {
    let outcome = match parameter(request.uri(), "reject") {
        Some(_) => FeedbackStatus::Rejected,
        None => FeedbackStatus::Success,
    };
    hub.end_message(now, device_id, lock, outcome)?;
    Ok(no_content())
}

pub(super) fn abandon(
    hub: &mut Hub,
    now: Timestamp,
    device_id: &str,
    lock: &str,
) -> Result<Response<Vec<u8>>, ServiceError> {
    hub.abandon_message(now, device_id, lock)?;
    Ok(no_content())
}

/// A batch is as large as one message may be.
fn check_size(messages: &[Message]) -> Result<(), ServiceError> {
    let sizes = messages
        .iter()
        .map(|it| it.body.len() + it.properties.size());
    let size: usize = sizes.sum();
    if size > MOST_MESSAGE_BYTES {
        return Err(ServiceError::new(
            ErrorCode::MessageTooLarge,
            format!(
                "{size} bytes of bodies and properties came; a request may have {MOST_MESSAGE_BYTES}. Send less at a \
                 time."
            ),
        ));
    }
    Ok(())
}

/// The device as the sender of telemetry, which it is for one request.
fn sender(hub: &Hub, device_id: &str, headers: &HeaderMap) -> Arc<Sender> {
    let token = headers.get(AUTHORIZATION).and_then(|it| it.to_str().ok());
    let token = token.and_then(|text| SasToken::parse(text).ok());
    let has_policy = token.is_some_and(|it| it.policy().is_some());
    let identity = Identity::device(device_id);
    let generation_id = hub.registry.generation_id(&identity);
    Arc::new(Sender {
        generation_id: generation_id.unwrap_or_default().to_owned(),
        auth_method: auth_method(if has_policy { "hub" } else { "device" }),
        identity,
    })
}

fn not_stored(device_id: &str, why: CloseReason) -> ServiceError {
    match why {
        CloseReason::StoreFailed(why) => why.into(),
        CloseReason::DeviceDeleted => ServiceError::new(
            ErrorCode::DeviceNotFound,
            format!("Device {device_id} not registered"),
        ),
        why => ServiceError::new(ErrorCode::ServerError, format!("{why}.")),
    }
}

/// What the sender said of a message, and what the hub knows about it.
fn write_headers(message: &QueuedMessage, headers: &mut HeaderMap) -> Result<(), ServiceError> {
    write_message_headers(&message.properties, headers).map_err(|why| {
        ServiceError::new(
            ErrorCode::ServerError,
            format!("The message cannot be sent by HTTP: {why}."),
        )
    })?;
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    let known = [
        ("iothub-sequencenumber", message.sequence_number.to_string()),
        ("iothub-enqueuedtime", message.enqueued_time.to_iso()),
        ("iothub-deliverycount", message.delivery_count.to_string()),
    ];
    for (name, value) in known {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    Ok(())
}
