//! Direct methods: each call is answered exactly once, and with what the device said.

use std::time::Duration;

use http::StatusCode;
use hub::RequestId;
use serde_json::{Value, json};
use wire::timestamp::Timestamp;

use crate::device::Filter;
use crate::world::World;

/// The calls under way.
#[derive(Default)]
pub(crate) struct Calls(Vec<Call>);

struct Call {
    request: RequestId,
    /// What the caller sent, unlike that of any other call.
    payload: Value,
    /// What the device answered first, with this payload.
    said: Option<i32>,
    /// When the call is over at the latest.
    ends: Timestamp,
}

impl Calls {
    /// Nobody answers any more.
    pub(crate) fn hub_stopped(&mut self) {
        self.0.clear();
    }
}

impl World {
    pub(crate) fn invoke(&mut self, index: usize) {
        let payload = json!({ "call": self.number() });
        let response = 5 + self.below(20);
        let connect = match self.below(2) {
            0 => 0,
            _ => self.below(response),
        };
        let body = json!({
            "methodName": "reboot",
            "payload": payload,
            "responseTimeoutInSeconds": response,
            "connectTimeoutInSeconds": connect,
        });
        let reachable = self.devices[index].link.is_some()
            && self.devices[index]
                .subscribed
                .contains_key(&Filter::Methods);
        let path = format!("/twins/{}/methods", self.devices[index].name);
        let request = self.ask_later("POST", &path, &[], body.to_string().as_bytes());
        if !reachable && connect == 0 {
            self.seen.methods_offline += 1;
            let answer = self.answer(request).expect("refused at once");
            assert_eq!(answer.status(), StatusCode::NOT_FOUND);
            return;
        }
        if self.calls.0.iter().any(|call| call.request == request) {
            return;
        }
        self.calls.0.push(Call {
            request,
            payload,
            said: None,
            ends: self.now.plus(Duration::from_secs(connect + response)),
        });
    }

    /// A device answers a call that it was sent, sometimes twice, sometimes with an id that is wrong.
    pub(crate) fn answer_method(&mut self, index: usize) {
        if self.devices[index].called.is_empty() {
            return;
        }
        let (request, payload) = self.devices[index].called.remove(0);
        let status = i32::try_from(self.below(600)).unwrap();
        if self.one_in(8) {
            let foreign = format!("$iothub/methods/res/{status}/?$rid={request}00");
            self.publish(index, &foreign, b"{}", None);
        }
        for call in &mut self.calls.0 {
            if call.payload == payload && call.said.is_none() {
                call.said = Some(status);
            }
        }
        let topic = format!("$iothub/methods/res/{status}/?$rid={request}");
        let body = payload.to_string();
        self.publish(index, &topic, body.as_bytes(), None);
        if self.one_in(4) {
            self.publish(index, &topic, b"\"again\"", None);
        }
    }

    /// Looks which calls were answered, and whether rightly.
    pub(crate) fn collect_calls(&mut self) {
        for call in std::mem::take(&mut self.calls.0) {
            let Some(answer) = self.answer(call.request) else {
                assert!(self.now < call.ends, "a call without an answer");
                self.calls.0.push(call);
                continue;
            };
            match answer.status() {
                StatusCode::OK => {
                    self.seen.methods_answered += 1;
                    let body: Value = serde_json::from_slice(answer.body()).unwrap();
                    assert_eq!(body["payload"], call.payload);
                    assert_eq!(body["status"].as_i64(), call.said.map(i64::from));
                }
                StatusCode::GATEWAY_TIMEOUT => {
                    self.seen.methods_timed_out += 1;
                }
                status => assert_eq!(status, StatusCode::NOT_FOUND),
            }
        }
    }
}
