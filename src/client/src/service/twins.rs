//! Twins, as a service program reads and changes them.

use http::Method;
use serde::Serialize;
use serde_json::{Map, Value};
use wire::rest::Twin;
use wire::timestamp::Timestamp;

use crate::request::{only_if, with_json};
use crate::response::{Answer, read_json};

use super::{Call, IfMatch, Service, Target};

/// What a service program writes of a twin. The reported properties are the device's own to write.
///
/// In a patch a value of `null` removes the property, an object is merged with what is there, and
/// everything else replaces it. (IoT Hub documentation: understand and use device twins.)
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TwinChange {
    /// The tags; `None` leaves them out of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<Desired>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Desired {
    desired: Value,
}

impl TwinChange {
    /// A change of tags: a JSON object.
    pub fn tags(tags: impl Into<Value>) -> Self {
        Self::default().and_tags(tags)
    }

    /// A change of desired properties: a JSON object.
    pub fn desired(desired: impl Into<Value>) -> Self {
        Self::default().and_desired(desired)
    }

    /// The same with these tags.
    #[must_use]
    pub fn and_tags(mut self, tags: impl Into<Value>) -> Self {
        self.tags = Some(tags.into());
        self
    }

    /// The same with these desired properties.
    #[must_use]
    pub fn and_desired(mut self, desired: impl Into<Value>) -> Self {
        let desired = desired.into();
        self.properties = Some(Desired { desired });
        self
    }
}

impl Service {
    /// Reads the twin of a device or of a module.
    pub fn get_twin<'a>(&self, now: Timestamp, target: impl Into<Target<'a>>) -> Call<Twin> {
        let path = target.into().twin_path();
        Call::new(self.request(now, Method::GET, &path), read_twin)
    }

    /// Merges a change into a twin, and reads the whole twin that came of it. A twin in another
    /// state than `if_match` says is refused (412).
    pub fn patch_twin<'a>(
        &self,
        now: Timestamp,
        target: impl Into<Target<'a>>,
        change: &TwinChange,
        if_match: &IfMatch,
    ) -> Call<Twin> {
        self.change_twin(now, Method::PATCH, target.into(), change, if_match)
    }

    /// Replaces the tags and the desired properties as a whole: what the change lacks is removed.
    /// Reads the whole twin that came of it.
    pub fn replace_twin<'a>(
        &self,
        now: Timestamp,
        target: impl Into<Target<'a>>,
        whole: &TwinChange,
        if_match: &IfMatch,
    ) -> Call<Twin> {
        // A section that is not in the request could be taken for one to leave alone.
        let empty = || Value::Object(Map::new());
        let tags = whole.tags.clone().unwrap_or_else(empty);
        let desired = whole.properties.clone().map_or_else(empty, |it| it.desired);
        let whole = TwinChange::tags(tags).and_desired(desired);
        self.change_twin(now, Method::PUT, target.into(), &whole, if_match)
    }

    fn change_twin(
        &self,
        now: Timestamp,
        method: Method,
        target: Target<'_>,
        change: &TwinChange,
        if_match: &IfMatch,
    ) -> Call<Twin> {
        let request = self.request(now, method, &target.twin_path());
        Call::new(with_json(only_if(request, if_match), change), read_twin)
    }
}

/// Reading fills in what a twin lacks, but one without a device is none.
fn read_twin(answer: &Answer) -> Result<Twin, String> {
    let twin: Twin = read_json(answer)?;
    if twin.device_id.is_empty() {
        return Err("expected a twin, found no deviceId".to_owned());
    }
    Ok(twin)
}
