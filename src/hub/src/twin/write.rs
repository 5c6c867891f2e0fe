//! Writing twins: what a service may change, and what comes of it.

use wire::{
    error::{ErrorCode, ServiceError},
    mqtt::mqttrs::{Packet, Publish, QosPid},
    timestamp::Timestamp,
    topic::{HubTopic, TopicFilter},
};

use super::{
    Twin,
    json::{Json, Members, leave_out_nulls},
    rules::{SectionName, invalid},
    tree::Object,
};
use crate::{
    connection::Identity,
    entity::IfMatch,
    hub::Hub,
    store::{Change, Kind, StoreError},
};

/// How a service writes a twin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WriteMode {
    /// PATCH: what is not named stays.
    Merge,
    /// PUT: what is not named goes.
    Replace,
}

/// What a service writes: its own two sections. What else a body holds is the hub's or the device's to say and is
/// passed over, because programs send back whole twins that they have read.
#[derive(Debug, Default)]
pub(crate) struct TwinUpdate {
    tags: Option<Json>,
    desired: Option<Json>,
}

impl TwinUpdate {
    /// Reads the body of a request.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, ServiceError> {
        let expected = "The body must be a twin, a JSON object";
        Self::of(Json::parse(
            body,
            ErrorCode::DeserializationError,
            expected,
        )?)
    }

    /// Takes a twin apart.
    pub(crate) fn of(mut json: Json) -> Result<Self, ServiceError> {
        if !matches!(json, Json::Object(_)) {
            return Err(ServiceError::new(
                ErrorCode::DeserializationError,
                format!(
                    "The body must be a twin, a JSON object, and is {}.",
                    json.kind()
                ),
            ));
        }
        let tags = json.take("tags");
        let desired = match json.take("properties") {
            None | Some(Json::Null) => None,
            Some(mut properties @ Json::Object(_)) => properties.take("desired"),
            Some(other) => {
                let kind = other.kind();
                return Err(invalid(format!(
                    "properties must be an object, and is {kind}."
                )));
            }
        };
        Ok(Self { tags, desired })
    }
}

impl Hub {
    /// Writes a twin in the service's name, and tells the device of its new desired properties.
    pub(crate) fn write_twin(
        &mut self,
        now: Timestamp,
        id: &Identity,
        update: TwinUpdate,
        mode: WriteMode,
        if_match: &IfMatch,
    ) -> Result<(), ServiceError> {
        let former = self.registry.require_twin(id)?;
        if_match.check(&super::etag_text(former.etag))?;
        let mut twin = former.clone();
        let notice = twin.write(now, update, mode)?;
        let version = twin.desired.written.version;
        self.commit_twin(now, id, twin)?;
        if let Some(notice) = notice {
            self.tell_desired(id, notice, version);
        }
        Ok(())
    }

    /// Keeps a twin, and puts it in place of the former one.
    pub(crate) fn commit_twin(
        &mut self,
        now: Timestamp,
        id: &Identity,
        twin: Twin,
    ) -> Result<(), StoreError> {
        self.store.commit(&[Change(Kind::Twin(id, &twin))])?;
        self.about_to_change(now, &id.device_id);
        if let Some(place) = self.registry.twin_mut(id) {
            *place = twin;
        }
        Ok(())
    }

    /// Sends a change of desired properties to a client that is connected and wants it.
    fn tell_desired(&mut self, id: &Identity, mut notice: Members, version: u64) {
        let session = self.sessions.get(id);
        let is_wanted =
            session.is_some_and(|it| it.granted(&TopicFilter::DesiredPatches).is_some());
        let Some(connection) = self.connections.of(id).filter(|_| is_wanted) else {
            return;
        };
        notice.push(("$version".into(), Json::Number(version.into())));
        let topic = HubTopic::DesiredPatch { version }.to_topic();
        // JSON that was read can be written.
        let body = serde_json::to_vec(&Json::Object(notice)).unwrap_or_default();
        self.send(
            connection,
            &Packet::Publish(Publish {
                dup: false,
                qospid: QosPid::AtMostOnce,
                retain: false,
                topic_name: &topic,
                payload: &body,
            }),
        );
    }
}

impl Twin {
    /// Writes what a service sent. Gives what the device is to be told, if desired properties were written.
    pub(crate) fn write(
        &mut self,
        now: Timestamp,
        update: TwinUpdate,
        mode: WriteMode,
    ) -> Result<Option<Members>, ServiceError> {
        let tags = members(update.tags, mode, SectionName::Tags, &self.tags)?;
        let mut desired = members(
            update.desired,
            mode,
            SectionName::Desired,
            &self.desired.root,
        )?;
        if mode == WriteMode::Replace {
            self.tags = Object::default();
            self.desired.root = Object::default();
        }
        if let Some(tags) = &tags {
            self.write_tags(tags)?;
        }
        if let Some(desired) = &desired {
            self.desired.write(SectionName::Desired, now, desired)?;
        }
        if mode == WriteMode::Replace {
            // There is nothing left that `null` could remove, so a client is told of what is there now.
            desired.iter_mut().for_each(leave_out_nulls);
        }
        self.version = self.version.saturating_add(1);
        self.etag = self.etag.saturating_add(1);
        Ok(desired)
    }
}

/// The members that a section is written with; none if it is not written. `null` clears a section, and a section that
/// a replacement does not name is cleared too.
fn members(
    given: Option<Json>,
    mode: WriteMode,
    name: SectionName,
    former: &Object,
) -> Result<Option<Members>, ServiceError> {
    match (given, mode) {
        (Some(Json::Object(mut members)), _) => {
            if name == SectionName::Desired {
                // These two are the hub's own, and come back with a twin that was read.
                members.retain(|(name, _)| !matches!(&**name, "$metadata" | "$version"));
            }
            Ok(Some(members))
        }
        (None, WriteMode::Merge) => Ok(None),
        (Some(Json::Null), WriteMode::Merge) => {
            let names = former.iter().map(|(name, _)| (name.into(), Json::Null));
            Ok(Some(names.collect()))
        }
        (None | Some(Json::Null), WriteMode::Replace) => Ok(Some(Members::new())),
        (Some(other), _) => Err(invalid(format!(
            "{} must be an object, and is {}.",
            name.path(),
            other.kind()
        ))),
    }
}
