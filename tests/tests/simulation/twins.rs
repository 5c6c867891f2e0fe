//! Twins: patches from both sides, and who is told of them.

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::device::{Asked, Filter, Published};
use crate::world::World;

impl World {
    /// A patch of a few members, some of which go.
    fn random_patch(&mut self, depth: u64) -> Map<String, Value> {
        let members = 1 + self.below(3);
        (0..members)
            .map(|_| {
                let name = self.pick(&["a", "b", "c"]).to_owned();
                let value = match self.below(5) {
                    0 => Value::Null,
                    1 if depth > 0 => Value::Object(self.random_patch(depth - 1)),
                    2 => json!([1, "two", { "three": 3 }]),
                    3 => json!(format!("v{}", self.number())),
                    _ => json!(self.number()),
                };
                (name, value)
            })
            .collect()
    }

    /// A service program changes tags and desired properties.
    pub(crate) fn patch_twin(&mut self, index: usize) {
        let (tags, desired) = (self.random_patch(2), self.random_patch(2));
        let body = json!({ "tags": tags, "properties": { "desired": desired } }).to_string();
        let path = format!("/twins/{}", self.devices[index].name);
        let expected = self.models[index].desired.version + 1;
        let notified = self.devices[index].link.is_some()
            && self.devices[index]
                .subscribed
                .contains_key(&Filter::Desired);
        self.devices[index].notifications.clear();
        let answer = self.ask("PATCH", &path, &[], body.as_bytes());
        let told = std::mem::take(&mut self.devices[index].notifications);
        if answer.status() != StatusCode::OK {
            assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
            assert!(self.journal.is_failing());
            assert_eq!(told, [], "told of a change that was not made");
            return;
        }
        assert!(
            !self.journal.is_failing(),
            "acknowledged what it could not keep"
        );
        self.seen.desired_patches += 1;
        let model = &mut self.models[index];
        model.desired.patch(&desired);
        crate::model::merge(&mut model.tags, &tags);
        let twin: Value = serde_json::from_slice(answer.body()).unwrap();
        assert_eq!(twin["properties"]["desired"]["$version"], expected);
        let mut note = desired;
        note.insert("$version".to_owned(), json!(expected));
        let expected_told = if notified {
            vec![(expected, Value::Object(note))]
        } else {
            vec![]
        };
        self.seen.notifications += told.len();
        assert_eq!(told, expected_told);
    }

    /// A device was told of new desired properties.
    pub(crate) fn desired_came(&mut self, index: usize, version: u64, body: &[u8]) {
        let granted = self.devices[index].subscribed.get(&Filter::Desired);
        assert!(granted.is_some(), "a patch came without a subscription");
        let patch = serde_json::from_slice(body).unwrap();
        self.devices[index].notifications.push((version, patch));
    }

    /// A device asks for its twin.
    pub(crate) fn get_twin(&mut self, index: usize) {
        let request = format!("{:x}", self.number());
        self.devices[index]
            .asked
            .insert(request.clone(), Asked::Get);
        let topic = format!("$iothub/twin/GET/?$rid={request}");
        self.publish(index, &topic, b"", Some(Published::Other));
    }

    /// A device changes its reported properties, perhaps with a version in mind.
    pub(crate) fn patch_reported(&mut self, index: usize) {
        let request = format!("{:x}", self.number());
        let patch = Value::Object(self.random_patch(2));
        let version = match self.below(4) {
            0 => Some(self.models[index].reported.version),
            1 => Some(self.models[index].reported.version + self.below(2)),
            _ => None,
        };
        let body = patch.to_string();
        let expected = version.map_or(String::new(), |it| format!("&$version={it}"));
        let topic = format!("$iothub/twin/PATCH/properties/reported/?$rid={request}{expected}");
        let asked = Asked::Patch { patch, version };
        self.devices[index].asked.insert(request, asked);
        self.publish(index, &topic, body.as_bytes(), Some(Published::Other));
    }

    /// The hub answered a device's twin request.
    pub(crate) fn twin_answered(
        &mut self,
        index: usize,
        status: u16,
        request: &str,
        version: Option<u64>,
        body: &[u8],
    ) {
        let asked = self.devices[index].asked.remove(request);
        let model = &mut self.models[index];
        match asked.expect("each request is answered once") {
            Asked::Get => {
                assert_eq!(status, 200);
                let twin: Value = serde_json::from_slice(body).unwrap();
                for (name, section) in [("desired", &model.desired), ("reported", &model.reported)]
                {
                    let mut expected = section.members.clone();
                    expected.insert("$version".to_owned(), json!(section.version));
                    assert_eq!(twin[name], Value::Object(expected), "{name}");
                }
            }
            Asked::Patch {
                patch,
                version: expected,
            } => {
                let stale = expected.is_some_and(|it| it != model.reported.version);
                if stale {
                    self.seen.stale_patches += 1;
                    assert_eq!(status, 412);
                    return;
                }
                if status != 204 {
                    assert!(self.journal.is_failing(), "{status}");
                    return;
                }
                assert!(
                    !self.journal.is_failing(),
                    "acknowledged what it could not keep"
                );
                self.seen.reported_patches += 1;
                model.reported.patch(patch.as_object().unwrap());
                assert_eq!(version, Some(model.reported.version));
            }
        }
    }

    /// The twin, as a service program reads it, is what the model says.
    pub(crate) fn compare_twin(&mut self, index: usize) {
        let path = format!("/twins/{}", self.devices[index].name);
        let answer = self.ask("GET", &path, &[], b"");
        let twin: Value = serde_json::from_slice(answer.body()).unwrap();
        let model = &self.models[index];
        let tags = twin.get("tags").cloned().unwrap_or_else(|| json!({}));
        assert_eq!(tags, Value::Object(model.tags.clone()));
        for (name, section) in [("desired", &model.desired), ("reported", &model.reported)] {
            let mut members = twin["properties"][name].as_object().unwrap().clone();
            members.remove("$metadata");
            let version = members.remove("$version");
            assert_eq!(version, Some(json!(section.version)), "{name}");
            assert_eq!(members, section.members, "{name}");
        }
    }
}
