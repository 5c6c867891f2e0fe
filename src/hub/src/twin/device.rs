//! What a connected client does with its own twin, over MQTT.

use wire::{
    error::{ErrorCode, ServiceError, TrackingId},
    mqtt::mqttrs::{Packet, Publish, QosPid},
    timestamp::Timestamp,
    topic::HubTopic,
};

use super::{Twin, json::Json, rules::SectionName};
use crate::{
    close_reason::CloseReason,
    connection::{ConnectionId, Identity},
    hub::Hub,
    limits::OperationClass,
};

/// The answer to a twin request: its topic and its payload.
pub(crate) struct TwinAnswer {
    topic: HubTopic,
    body: Vec<u8>,
}

impl Hub {
    /// A client asks for its twin.
    pub(crate) fn twin_get(
        &mut self,
        now: Timestamp,
        id: &Identity,
        request_id: String,
    ) -> TwinAnswer {
        let class = OperationClass::TwinRead;
        let body = self.admit_twin_request(now, class).and_then(|()| {
            let twin = self.registry.require_twin(id)?;
            Ok(serde_json::to_vec(&twin.for_device()).unwrap_or_default())
        });
        if let Ok(body) = &body {
            self.limits.charge(now, body.len());
        }
        self.twin_answer(now, request_id, body.map(|body| (200, None, body)))
    }

    /// A client changes its reported properties; of a given version of them, if it says so. An error is a change that
    /// could not be kept: it is not acknowledged, and so ends the connection.
    pub(crate) fn patch_reported(
        &mut self,
        now: Timestamp,
        id: &Identity,
        request_id: String,
        version: Option<u64>,
        body: &[u8],
    ) -> Result<TwinAnswer, CloseReason> {
        let class = OperationClass::TwinUpdate;
        let twin = self
            .admit_twin_request(now, class)
            .and_then(|()| patched(self.registry.require_twin(id)?, now, version, body));
        let twin = match twin {
            Ok(twin) => twin,
            Err(error) => return Ok(self.twin_answer(now, request_id, Err(error))),
        };
        let version = twin.reported.written.version;
        self.commit_twin(now, id, twin)?;
        self.registry.touch(id, now);
        self.limits.charge(now, body.len());
        let changed = (204, Some(version), Vec::new());
        Ok(self.twin_answer(now, request_id, Ok(changed)))
    }

    /// Refuses to change the reported properties of a client whose CONNECT named no `api-version`.
    pub(crate) fn refuse_unversioned(&mut self, now: Timestamp, request_id: String) -> TwinAnswer {
        let error = ServiceError::new(
            ErrorCode::InvalidProtocolVersion,
            "The user name of CONNECT has no api-version. Add ?api-version=2021-04-12 to it, and connect again.",
        );
        self.twin_answer(now, request_id, Err(error))
    }

    /// Sends the answer to a twin request, after the request was acknowledged.
    pub(crate) fn send_twin_answer(&mut self, connection: ConnectionId, answer: &TwinAnswer) {
        let topic = answer.topic.to_topic();
        self.send(
            connection,
            &Packet::Publish(Publish {
                dup: false,
                qospid: QosPid::AtMostOnce,
                retain: false,
                topic_name: &topic,
                payload: &answer.body,
            }),
        );
    }

    /// Refuses a request that the hub's tier has no room for. A client is not kept waiting for a twin.
    fn admit_twin_request(
        &mut self,
        now: Timestamp,
        class: OperationClass,
    ) -> Result<(), ServiceError> {
        // Neither reading nor changing a twin has a rate in bytes.
        Ok(self.limits.admit_at_once(now, class, 0)?)
    }

    fn twin_answer(
        &mut self,
        now: Timestamp,
        request_id: String,
        outcome: Result<(u16, Option<u64>, Vec<u8>), ServiceError>,
    ) -> TwinAnswer {
        let (status, version, body) = match outcome {
            Ok(answer) => answer,
            Err(error) => {
                let tracking = TrackingId::new(self.random.tracking(), now);
                let body = error.numbered_envelope(&tracking).into_bytes();
                (error.code.status().as_u16(), None, body)
            }
        };
        TwinAnswer {
            topic: HubTopic::TwinResponse {
                status,
                request_id,
                version,
            },
            body,
        }
    }
}

/// The twin with reported properties changed.
fn patched(
    twin: &Twin,
    now: Timestamp,
    version: Option<u64>,
    body: &[u8],
) -> Result<Twin, ServiceError> {
    let current = twin.reported.written.version;
    if let Some(version) = version.filter(|it| *it != current) {
        return Err(ServiceError::new(
            ErrorCode::PreconditionFailed,
            format!(
                "The reported properties are of version {current}, and the change is for version {version}. Read the \
                 twin, and try again."
            ),
        ));
    }
    let expected = "Reported properties are changed with a JSON object";
    let json = Json::parse(body, ErrorCode::ArgumentInvalid, expected)?;
    let Json::Object(patch) = json else {
        let kind = json.kind();
        return Err(ServiceError::new(
            ErrorCode::ArgumentInvalid,
            format!("Reported properties are changed with a JSON object, and {kind} came."),
        ));
    };
    let mut twin = twin.clone();
    twin.reported.write(SectionName::Reported, now, &patch)?;
    twin.version = twin.version.saturating_add(1);
    Ok(twin)
}
