//! A twin that a query looks at, and the values in it.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use wire::{
    rest::{Authentication, AuthenticationType, ConnectionState, DeviceStatus},
    timestamp::Timestamp,
};

use super::path::{Field, Part, Path, Section, Target};
use crate::{
    registry::{Device, Module},
    twin::{DeviceDocument, ModuleDocument, Node, Object, Twin, Value, etag_text},
};

/// The twin of a device or of a module, with the identity that it belongs to.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    pub(super) device: &'a Device,
    pub(super) module: Option<&'a Module>,
}

/// A value as conditions see it.
#[derive(Clone, Debug)]
pub(super) enum Operand<'a> {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    Text(Cow<'a, str>),
    /// Compares with texts as the text that it is written as.
    Time(Timestamp),
    Array(&'a [Value]),
    /// An array of texts.
    Texts(&'a [String]),
    /// An object, or an array of a query. Neither compares with anything.
    Composite,
}

impl<'a> Operand<'a> {
    fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// The text that it is, if it is one.
    pub(super) fn into_text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(text) => Some(text),
            Self::Time(time) => Some(Cow::Owned(time.to_iso())),
            _ => None,
        }
    }

    fn maybe(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::text)
    }

    fn count(number: u64) -> Self {
        #[allow(clippy::cast_precision_loss, reason = "versions stay far below 2^53")]
        Self::Number(number as f64)
    }
}

impl<'a> From<&'a Value> for Operand<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => number.as_f64().map_or(Self::Undefined, Self::Number),
            Value::String(text) => Self::text(text),
            Value::Array(elements) => Self::Array(elements),
            Value::Object(_) => Self::Composite,
        }
    }
}

impl<'a> Row<'a> {
    pub(super) fn device_id(self) -> &'a str {
        &self.device.identity.device_id
    }

    pub(super) fn module_id(self) -> Option<&'a str> {
        self.module.map(|module| module.identity.module_id.as_str())
    }

    fn twin(self) -> &'a Twin {
        self.module.map_or(&self.device.twin, |module| &module.twin)
    }

    fn authentication(self) -> &'a Authentication {
        self.module
            .map_or(&self.device.identity.authentication, |module| {
                &module.identity.authentication
            })
    }

    /// What a path leads to.
    pub(super) fn value(self, path: &Path) -> Operand<'a> {
        match path.target {
            Target::Field(field) => self.field(field),
            Target::Tags => within(&self.twin().tags, path.names_from(1)),
            Target::Section(section, part) => self.section(section, part, path),
            Target::Whole => Operand::Composite,
            Target::Nowhere => Operand::Undefined,
        }
    }

    /// Looks some steps on the way to a value.
    pub(super) fn look(self, path: &Path, steps: usize) -> bool {
        let (root, names) = match path.target {
            Target::Tags => (&self.twin().tags, path.names_from(1)),
            Target::Section(Section::Desired, _) => {
                (&self.twin().desired.root, path.names_in_section())
            }
            Target::Section(Section::Reported, _) => {
                (&self.twin().reported.root, path.names_in_section())
            }
            Target::Field(_) => return self.device.identity.device_id.is_empty(),
            Target::Whole | Target::Nowhere => return false,
        };
        let Some(below) = steps.checked_sub(1) else {
            return root.is_empty();
        };
        match names.get(..below) {
            Some([]) => root.iter().next().is_none(),
            Some(names) => match node(root, names).map(|node| &node.value) {
                Some(Value::Object(object)) => object.iter().next().is_none(),
                _ => false,
            },
            None => false,
        }
    }

    fn section(self, section: Section, part: Part, path: &Path) -> Operand<'a> {
        let section = match section {
            Section::Desired => &self.twin().desired,
            Section::Reported => &self.twin().reported,
        };
        let names = path.names_in_section();
        match part {
            Part::Value => within(&section.root, names),
            Part::Version => Operand::count(section.written.version),
            Part::Metadata if names.is_empty() => Operand::Composite,
            Part::Metadata => {
                node(&section.root, names).map_or(Operand::Undefined, |_| Operand::Composite)
            }
            Part::Updated if names.is_empty() => Operand::Time(section.written.at),
            Part::Updated => node(&section.root, names)
                .map_or(Operand::Undefined, |node| Operand::Time(node.written.at)),
            Part::UpdatedVersion if names.is_empty() => Operand::count(section.written.version),
            Part::UpdatedVersion => node(&section.root, names).map_or(Operand::Undefined, |node| {
                Operand::count(node.written.version)
            }),
        }
    }

    fn field(self, field: Field) -> Operand<'a> {
        let device = &self.device.identity;
        let module = self.module.map(|module| &module.identity);
        match field {
            Field::DeviceId => Operand::text(&device.device_id),
            Field::ModuleId => module.map_or(Operand::Undefined, |it| Operand::text(&it.module_id)),
            Field::Etag => Operand::Text(Cow::Owned(etag_text(self.twin().etag))),
            Field::DeviceEtag => Operand::text(module.map_or(&device.etag, |it| &it.etag)),
            Field::Version => Operand::count(self.twin().version),
            Field::Status => Operand::text(match device.status {
                DeviceStatus::Enabled => "enabled",
                DeviceStatus::Disabled => "disabled",
            }),
            Field::StatusReason => Operand::maybe(device.status_reason.as_deref()),
            Field::StatusUpdatedTime => Operand::Time(device.status_updated_time),
            Field::ConnectionState => {
                let state = module.map_or(device.connection_state, |it| it.connection_state);
                Operand::text(match state {
                    ConnectionState::Connected => "Connected",
                    ConnectionState::Disconnected => "Disconnected",
                })
            }
            Field::LastActivityTime => {
                Operand::Time(module.map_or(device.last_activity_time, |it| it.last_activity_time))
            }
            Field::CloudToDeviceMessageCount => {
                let count = module.map_or(device.cloud_to_device_message_count, |it| {
                    it.cloud_to_device_message_count
                });
                Operand::count(count.into())
            }
            Field::AuthenticationType => Operand::text(match self.authentication().kind {
                AuthenticationType::Sas => "sas",
                AuthenticationType::SelfSigned => "selfSigned",
                AuthenticationType::CertificateAuthority => "certificateAuthority",
                AuthenticationType::None => "none",
            }),
            Field::PrimaryThumbprint => {
                let thumbprint = &self.authentication().x509_thumbprint.primary_thumbprint;
                Operand::maybe(thumbprint.as_deref())
            }
            Field::SecondaryThumbprint => {
                let thumbprint = &self.authentication().x509_thumbprint.secondary_thumbprint;
                Operand::maybe(thumbprint.as_deref())
            }
            Field::ModelId => Operand::text(&self.twin().model_id),
            Field::IotEdge => Operand::Bool(module.is_none() && device.capabilities.iot_edge),
            // Twins have these two only below an edge device.
            Field::DeviceScope if module.is_none() && !device.device_scope.is_empty() => {
                Operand::text(&device.device_scope)
            }
            Field::ParentScopes if module.is_none() && !device.parent_scopes.is_empty() => {
                Operand::Texts(&device.parent_scopes)
            }
            Field::DeviceScope | Field::ParentScopes => Operand::Undefined,
        }
    }
}

/// The whole twin, as `GET /twins/{id}` answers with it.
impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let device = self.device;
        match self.module {
            None => DeviceDocument(device).serialize(serializer),
            Some(module) => ModuleDocument { device, module }.serialize(serializer),
        }
    }
}

fn node<'a>(root: &'a Object, names: &[Box<str>]) -> Option<&'a Node> {
    let (first, rest) = names.split_first()?;
    rest.iter()
        .try_fold(root.get(first)?, |node, name| match &node.value {
            Value::Object(object) => object.get(name),
            _ => None,
        })
}

fn within<'a>(root: &'a Object, names: &[Box<str>]) -> Operand<'a> {
    if names.is_empty() {
        return Operand::Composite;
    }
    node(root, names).map_or(Operand::Undefined, |node| Operand::from(&node.value))
}
