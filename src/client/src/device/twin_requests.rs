//! What the program asked of the twin and the hub has not answered yet, in the order it was asked.

use std::collections::VecDeque;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use wire::error::parse_response;
use wire::mqtt::mqttrs::{Packet, Publish, QosPid};
use wire::mqtt::{MqttError, encode};
use wire::timestamp::Timestamp;
use wire::topic::DeviceTopic;

use super::error::TwinError;
use super::event::{TwinAnswer, TwinRequestId};
use super::twin::TwinState;

/// Requests go out at most once on each link, because it is the answer that counts, and one without
/// an answer is asked again on the next link.
#[derive(Default)]
pub(super) struct TwinRequests {
    pending: VecDeque<Pending>,
    next: u64,
}

struct Pending {
    id: TwinRequestId,
    request: TwinRequest,
    asked_at: Timestamp,
    /// Whether it is on this link.
    on_link: bool,
    times_sent: u32,
}

pub(super) enum TwinRequest {
    /// Reads the twin.
    Get,
    /// Changes reported properties.
    Patch {
        body: Vec<u8>,
        /// The version that the program expects to change.
        version: Option<u64>,
    },
}

impl TwinRequests {
    pub(super) fn len(&self) -> usize {
        self.pending.len()
    }

    pub(super) fn next_id(&mut self) -> TwinRequestId {
        let id = TwinRequestId(self.next);
        self.next = self.next.wrapping_add(1);
        id
    }

    pub(super) fn push(&mut self, id: TwinRequestId, request: TwinRequest, now: Timestamp) {
        self.pending.push_back(Pending {
            id,
            request,
            asked_at: now,
            on_link: false,
            times_sent: 0,
        });
    }

    /// The bytes of the next request to put on the link, which thereby is on it.
    pub(super) fn next_packet(&mut self) -> Option<Result<Vec<u8>, MqttError>> {
        let request = self.pending.iter_mut().find(|request| !request.on_link)?;
        request.on_link = true;
        request.times_sent = request.times_sent.saturating_add(1);
        Some(request.packet())
    }

    /// Whether the request id is of this session's making.
    pub(super) fn is_own(&self, request_id: &str) -> bool {
        number(request_id).is_some_and(|number| number < self.next)
    }

    /// The answer to a request, and which one it answers; `None` if nobody waits for it any more.
    pub(super) fn answer(
        &mut self,
        request_id: &str,
        status: u16,
        version: Option<u64>,
        body: &[u8],
    ) -> Option<(TwinRequestId, Result<TwinAnswer, TwinError>)> {
        let id = TwinRequestId(number(request_id)?);
        let mut places = self.pending.iter();
        let place = places.position(|request| request.id == id && request.on_link)?;
        let request = self.pending.remove(place)?;
        Some((request.id, request.read(status, version, body)))
    }

    /// Takes out one request that was asked `timeout` ago or earlier.
    pub(super) fn expire(
        &mut self,
        now: Timestamp,
        timeout: Duration,
    ) -> Option<(TwinRequestId, TwinError)> {
        if self.next_expiry(timeout)? > now {
            return None;
        }
        let request = self.pending.pop_front()?;
        let error = TwinError::TimedOut {
            after: timeout,
            times_sent: request.times_sent,
        };
        Some((request.id, error))
    }

    /// When the oldest request expires.
    pub(super) fn next_expiry(&self, timeout: Duration) -> Option<Timestamp> {
        let oldest = self.pending.front();
        oldest.map(|request| request.asked_at.plus(timeout))
    }

    /// No answer comes any more on the lost link. All requests wait for the next one, but for those
    /// whose repetition the hub would refuse if it had carried out the first: these are taken out.
    pub(super) fn link_lost(&mut self) -> Vec<TwinRequestId> {
        let requests = std::mem::take(&mut self.pending).into_iter();
        let (lost, kept) = requests
            .partition::<VecDeque<_>, _>(|request| request.on_link && !request.may_be_repeated());
        self.pending = kept;
        for request in &mut self.pending {
            request.on_link = false;
        }
        lost.into_iter().map(|request| request.id).collect()
    }

    /// Takes out all requests.
    pub(super) fn abandon(&mut self) -> Vec<TwinRequestId> {
        self.pending.drain(..).map(|request| request.id).collect()
    }
}

impl Pending {
    /// Reading is free, and a merge patch that is applied twice leaves what it left the first time.
    fn may_be_repeated(&self) -> bool {
        match &self.request {
            TwinRequest::Get => true,
            TwinRequest::Patch { version, .. } => version.is_none(),
        }
    }

    fn packet(&self) -> Result<Vec<u8>, MqttError> {
        let request_id = format!("t{}", self.id.0);
        let (topic, payload) = match &self.request {
            TwinRequest::Get => (DeviceTopic::TwinGet { request_id }, [].as_slice()),
            TwinRequest::Patch { body, version } => {
                let version = *version;
                let topic = DeviceTopic::ReportedPatch {
                    request_id,
                    version,
                };
                (topic, body.as_slice())
            }
        };
        encode(&Packet::Publish(Publish {
            dup: false,
            qospid: QosPid::AtMostOnce,
            retain: false,
            topic_name: &topic.to_topic(),
            payload,
        }))
    }

    fn read(
        &self,
        status: u16,
        version: Option<u64>,
        body: &[u8],
    ) -> Result<TwinAnswer, TwinError> {
        if !(200..300).contains(&status) {
            return Err(rejection(status, body));
        }
        let answer = match &self.request {
            TwinRequest::Get => TwinState::read(body).map(|twin| TwinAnswer::Twin(Box::new(twin))),
            TwinRequest::Patch { .. } => version
                .map(|version| TwinAnswer::Reported { version })
                .ok_or_else(|| "expected the new version in the topic, found none".to_owned()),
        };
        answer.map_err(|why| TwinError::Unreadable { why })
    }
}

fn number(request_id: &str) -> Option<u64> {
    request_id.strip_prefix('t')?.parse().ok()
}

fn rejection(status: u16, body: &[u8]) -> TwinError {
    let known = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let reply = parse_response(known, &HeaderMap::new(), body);
    TwinError::Rejected {
        status,
        code: reply.code,
        message: reply.message,
    }
}
