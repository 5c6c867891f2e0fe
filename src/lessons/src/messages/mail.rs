//! The cloud-to-device messages that crossed the wire, and what became of them.

use lab::Hands;
use wire::{
    error::ErrorCode,
    rest::{FeedbackRecord, FeedbackRecords, FeedbackStatus, encode_id},
    timestamp::Timestamp,
};

use crate::exchange::{Exchange, exchanges};

/// A message that the hub took.
pub(super) struct Mail {
    id: Option<String>,
    /// Where in the trace it is.
    sent: u64,
    /// When it is of no more use, if its sender said so.
    pub(super) expires: Option<Timestamp>,
}

/// All attempts to send a message to a device, the newest last.
fn attempts(hands: &Hands, device_id: &str) -> Vec<Exchange> {
    let path = format!("/devices/{}/messages/deviceBound", encode_id(device_id));
    exchanges(hands, "POST", &path)
}

/// The messages for a device that the hub took, the newest last.
pub(super) fn taken(hands: &Hands, device_id: &str) -> Vec<Mail> {
    let attempts = attempts(hands, device_id);
    let taken = attempts.iter().filter(|attempt| attempt.is_success());
    taken
        .map(|attempt| Mail {
            id: attempt.header("iothub-messageid"),
            sent: attempt.id(),
            expires: attempt
                .header("iothub-expiry")
                .and_then(|text| Timestamp::parse_iso(&text)),
        })
        .collect()
}

/// Why the hub did not take the newest message for a device: the service's name for it, if it was refused.
pub(super) fn newest_refusal(hands: &Hands, device_id: &str) -> Option<String> {
    let attempts = attempts(hands, device_id);
    Some(attempts.last()?.refusal()?.to_owned())
}

/// Whether a message for a device was refused because its queue is full.
pub(super) fn was_full(hands: &Hands, device_id: &str) -> bool {
    let code = ErrorCode::DeviceMaximumQueueDepthExceeded;
    let attempts = attempts(hands, device_id);
    attempts.iter().any(|attempt| attempt.is_refused_for(code))
}

/// Whether the newest message for a device was refused because its time was over. Over AMQP, a hub says no more than that
/// a property is wrong.
pub(super) fn was_too_late(hands: &Hands, device_id: &str) -> bool {
    let reasons = [
        ErrorCode::InvalidMessageExpiryTime,
        ErrorCode::ArgumentInvalid,
    ];
    let attempts = attempts(hands, device_id);
    let newest = attempts.last();
    newest.is_some_and(|newest| reasons.iter().any(|code| newest.is_refused_for(*code)))
}

/// What a program was told of the fate of a message.
/// Without a message, of the last one that it was told of: a message from before a reload is not in the trace.
pub(super) fn fate(hands: &Hands, device_id: &str, mail: Option<&Mail>) -> Option<FeedbackStatus> {
    let batches = exchanges(hands, "GET", "/messages/serviceBound/feedback");
    // What came before the message was sent is about another of its id. The times do not tell: they are by two clocks.
    let after = batches
        .iter()
        .filter(|batch| mail.is_none_or(|mail| batch.answered() > Some(mail.sent)));
    let records = after
        .filter_map(Exchange::answer::<FeedbackRecords>)
        .flat_map(|FeedbackRecords(records)| records)
        .filter(|record| record.device_id == device_id);
    let mut about_it = records.filter(|record| mail.is_none_or(|mail| mail.is_meant_by(record)));
    about_it.next_back().map(|record| record.status_code)
}

impl Mail {
    fn is_meant_by(&self, record: &FeedbackRecord) -> bool {
        self.id.as_deref() == Some(&record.original_message_id)
    }
}
