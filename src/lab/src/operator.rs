//! What a learner does in the cloud by hand: each action as the requests of a service client.

use std::{collections::BTreeMap, time::Duration};

use client::service::{Call, CallError, FeedbackWanted, IfMatch, Message, Service, TwinChange};
use futures::future::LocalBoxFuture;
use serde_json::{Value, value::RawValue};
use wire::rest::{DeviceStatus, MethodCall};

use crate::{
    action::{Acknowledgement, CloudAction, FeedbackView, OPERATOR, Outcome, Refusal},
    context::Context,
    detail::twin_view,
    hands::Hands,
    json::{Members, indented, kind, typed},
    trace::Party,
    view::Side,
};

/// The shared access policy that acts by hand: it may do everything.
const POLICY: &str = "iothubowner";

/// What belongs into the patch of a twin.
const PATCH: &str = "a JSON object with \"tags\", \"properties.desired\" or both";

/// What comes of an action that may be refused.
type Done = Result<Outcome, Refusal>;

impl Hands {
    /// Begins to do something in the cloud. [`Happening::Answered`](crate::Happening::Answered) tells what came of it.
    pub fn start_in_cloud(&self, id: u64, action: CloudAction) {
        let hands = self.clone();
        let work = async move {
            let outcome = hands.act_in_cloud(action).await;
            hands.answer(id, outcome);
        };
        self.spawner().spawn(OPERATOR, Box::pin(work));
    }

    /// Does something in the cloud, as real requests to the hub. The future is boxed, so that its code, which is large,
    /// is there once for all who wait for it.
    pub fn act_in_cloud(&self, action: CloudAction) -> LocalBoxFuture<'_, Outcome> {
        Box::pin(async move {
            let outcome = match Operator::new(self) {
                Ok(operator) => operator.act(action).await,
                Err(refusal) => Err(refusal),
            };
            outcome.unwrap_or_else(Outcome::Refused)
        })
    }
}

/// Whoever acts in the cloud by hand.
pub(crate) struct Operator {
    context: Context,
    service: Service,
}

impl Operator {
    pub(crate) fn new(hands: &Hands) -> Result<Self, Refusal> {
        let party = Party {
            side: Side::Cloud,
            name: OPERATOR.to_owned(),
        };
        let context = Context::new(hands.clone(), party, BTreeMap::new());
        let service = context.service(POLICY).map_err(refused_here)?;
        Ok(Self { context, service })
    }

    async fn act(&self, action: CloudAction) -> Done {
        let (now, service) = (self.context.now(), &self.service);
        match action {
            CloudAction::CreateDevice { device_id } => {
                self.send(&service.create_device(now, &device_id)).await?;
            }
            CloudAction::DeleteDevice { device_id } => {
                let call = service.delete_device(now, &device_id, &IfMatch::Any);
                self.send(&call).await?;
            }
            CloudAction::SetStatus { device_id, enabled } => {
                self.set_status(&device_id, enabled).await?;
            }
            CloudAction::ReadTwin { device_id } => {
                return self.twin(&service.get_twin(now, &device_id)).await;
            }
            CloudAction::PatchTwin {
                device_id,
                patch,
                etag,
            } => {
                let change = twin_change(&patch).map_err(refused_here)?;
                let if_match = etag.map_or(IfMatch::Any, IfMatch::Etag);
                let mut call = service.patch_twin(now, &device_id, &change, &if_match);
                // What was typed goes out as it is: a parsed value has lost the order of its members.
                patch.trim().as_bytes().clone_into(call.request.body_mut());
                return self.twin(&call).await;
            }
            CloudAction::Query {
                text,
                page_size,
                continuation,
            } => {
                return self.query(&text, page_size, continuation.as_deref()).await;
            }
            CloudAction::CallMethod { .. } => return self.call_method(action).await,
            CloudAction::SendMessage { .. } => return self.send_message(action).await,
            CloudAction::PurgeQueue { device_id } => {
                let purged = self.send(&service.purge_messages(now, &device_id)).await?;
                return Ok(Outcome::Purged {
                    count: purged.total_messages_purged,
                });
            }
            CloudAction::ReceiveFeedback => return self.receive_feedback().await,
        }
        Ok(Outcome::Done)
    }

    async fn set_status(&self, device_id: &str, enabled: bool) -> Result<(), Refusal> {
        let call = self.service.get_device(self.context.now(), device_id);
        let mut device = self.send(&call).await?;
        device.status = if enabled {
            DeviceStatus::Enabled
        } else {
            DeviceStatus::Disabled
        };
        let if_match = IfMatch::Etag(device.etag.clone());
        let now = self.context.now();
        let call = self.service.update_device(now, &device, &if_match);
        self.send(&call).await.map(|_| ())
    }

    async fn twin<T>(&self, call: &Call<T>) -> Done {
        let (_, body) = self.send_for_text(call).await?;
        let twin = twin_view(&body);
        let twin = twin.ok_or_else(|| refused_here("the hub answered, but not with a twin"))?;
        Ok(Outcome::Twin(twin))
    }

    async fn query(&self, text: &str, page_size: u16, continuation: Option<&str>) -> Done {
        let now = self.context.now();
        let call = self.service.query(now, text, page_size, continuation);
        let (page, body) = self.send_for_text(&call).await?;
        // The service's order of members is told, which a parsed value has lost.
        let rows: Vec<&RawValue> = serde_json::from_slice(body.as_bytes()).unwrap_or_default();
        Ok(Outcome::Rows {
            rows: rows.into_iter().map(|row| row.get().to_owned()).collect(),
            continuation: page.continuation,
        })
    }

    async fn call_method(&self, action: CloudAction) -> Done {
        let CloudAction::CallMethod {
            device_id,
            name,
            payload,
            response_timeout,
            connect_timeout,
        } = action
        else {
            return Ok(Outcome::Done);
        };
        let payload = match payload.trim() {
            "" => Value::Null,
            text => typed(text, "a payload of JSON, or nothing").map_err(refused_here)?,
        };
        let method = MethodCall {
            method_name: name,
            payload,
            response_timeout_in_seconds: Some(response_timeout.into()),
            connect_timeout_in_seconds: Some(connect_timeout.into()),
        };
        let now = self.context.now();
        let call = self.service.invoke_method(now, &device_id, &method);
        let (result, body) = self.send_for_text(&call).await?;
        let answer: Members<'_> = serde_json::from_slice(body.as_bytes()).unwrap_or_default();
        let payload = answer.get("payload").filter(|_| !result.payload.is_null());
        Ok(Outcome::Method {
            status: result.status.into(),
            payload: payload.map(indented).unwrap_or_default(),
        })
    }

    async fn send_message(&self, action: CloudAction) -> Done {
        let CloudAction::SendMessage {
            device_id,
            body,
            message_id,
            acknowledgement,
            expires_after,
            properties,
        } = action
        else {
            return Ok(Outcome::Done);
        };
        let now = self.context.now();
        let mut message = Message::new(body);
        if !message_id.is_empty() {
            message = message.with_message_id(message_id.as_str());
        }
        if let Some(wanted) = feedback_wanted(acknowledgement) {
            message = message.with_feedback(wanted);
        }
        if let Some(seconds) = expires_after {
            message = message.with_expiry(now.plus(Duration::from_secs(seconds.into())));
        }
        for (name, value) in properties {
            message = message.with_property(name, value);
        }
        let call = self.service.send_to_device(now, &device_id, &message);
        self.send(&call.map_err(refused_here)?).await?;
        Ok(Outcome::Sent { message_id })
    }

    async fn receive_feedback(&self) -> Done {
        let call = self.service.receive_feedback(self.context.now());
        let Some(batch) = self.send(&call).await? else {
            return Ok(Outcome::Feedback(Vec::new()));
        };
        let now = self.context.now();
        let call = self.service.complete_feedback(now, &batch.lock_token);
        self.send(&call).await?;
        let views = batch.records.into_iter().map(|record| FeedbackView {
            message_id: record.original_message_id,
            device_id: record.device_id,
            status: record.status_code.name().to_owned(),
            at: record.enqueued_time,
        });
        Ok(Outcome::Feedback(views.collect()))
    }

    pub(crate) fn service(&self) -> &Service {
        &self.service
    }

    pub(crate) async fn send<T>(&self, call: &Call<T>) -> Result<T, Refusal> {
        let response = self.context.exchange(&call.request).await;
        call.read(response.map_err(refused_here)?).map_err(refusal)
    }

    /// The same, with the body as it came.
    async fn send_for_text<T>(&self, call: &Call<T>) -> Result<(T, String), Refusal> {
        let response = self.context.exchange(&call.request).await;
        let response = response.map_err(refused_here)?;
        let text = String::from_utf8_lossy(response.body()).into_owned();
        Ok((call.read(response).map_err(refusal)?, text))
    }
}

fn feedback_wanted(acknowledgement: Acknowledgement) -> Option<FeedbackWanted> {
    match acknowledgement {
        Acknowledgement::None => None,
        Acknowledgement::Positive => Some(FeedbackWanted::Positive),
        Acknowledgement::Negative => Some(FeedbackWanted::Negative),
        Acknowledgement::Full => Some(FeedbackWanted::Full),
    }
}

/// Reads the patch of a twin that a person typed. What a service program cannot write is refused before it is sent.
fn twin_change(text: &str) -> Result<TwinChange, String> {
    let found = |what: String| format!("expected {PATCH}, found {what}");
    let patch = match typed(text, PATCH)? {
        Value::Object(patch) => patch,
        other => return Err(found(kind(&other).to_owned())),
    };
    let mut change = TwinChange::default();
    for (name, value) in patch {
        match (name.as_str(), value) {
            ("tags", tags @ Value::Object(_)) => change = change.and_tags(tags),
            ("properties", Value::Object(sections)) => {
                for (name, section) in sections {
                    match (name.as_str(), section) {
                        ("desired", desired @ Value::Object(_)) => {
                            change = change.and_desired(desired);
                        }
                        ("desired", other) => {
                            return Err(found(format!("{} as \"desired\"", kind(&other))));
                        }
                        ("reported", _) => {
                            return Err(found(
                                "\"properties.reported\", which is the device's own to write"
                                    .to_owned(),
                            ));
                        }
                        (name, _) => return Err(found(format!("\"properties.{name}\""))),
                    }
                }
            }
            ("tags" | "properties", other) => {
                return Err(found(format!("{} as \"{name}\"", kind(&other))));
            }
            (name, _) => return Err(found(format!("\"{name}\""))),
        }
    }
    if change == TwinChange::default() {
        return Err(found("neither of them".to_owned()));
    }
    Ok(change)
}

/// What was not even sent.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a reason is made for the one refusal that tells it"
)]
pub(crate) fn refused_here(why: impl ToString) -> Refusal {
    Refusal {
        status: None,
        code: None,
        text: why.to_string(),
        hint: None,
    }
}

fn refusal(error: CallError) -> Refusal {
    match error {
        CallError::Refused {
            status,
            code,
            message,
            hint,
            ..
        } => Refusal {
            status: Some(status.as_u16()),
            code: code.map(wire::error::ErrorCode::number),
            text: message,
            hint: hint.map(|hint| (hint.position, hint.reason)),
        },
        CallError::Unreadable { status, .. } => Refusal {
            status: Some(status.as_u16()),
            ..refused_here(error)
        },
    }
}
