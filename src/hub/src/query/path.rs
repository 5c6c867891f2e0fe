//! What a path in a query names.

use super::ast::Source;

/// A path, resolved as far as it can be without a twin.
#[derive(Clone, Debug)]
pub(super) struct Path {
    /// The names on the way, those of the service's own in its own case.
    pub(super) names: Box<[Box<str>]>,
    pub(super) target: Target,
}

/// Where a path leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Field(Field),
    Tags,
    Section(Section, Part),
    /// A part of the twin that is neither a value nor within a section.
    Whole,
    /// Nothing that a twin has.
    Nowhere,
}

/// A value that each twin has beside its sections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    DeviceId,
    ModuleId,
    Etag,
    DeviceEtag,
    Version,
    Status,
    StatusReason,
    StatusUpdatedTime,
    ConnectionState,
    LastActivityTime,
    CloudToDeviceMessageCount,
    AuthenticationType,
    PrimaryThumbprint,
    SecondaryThumbprint,
    ModelId,
    IotEdge,
    DeviceScope,
    ParentScopes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Desired,
    Reported,
}

/// What of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The section itself or what is in it.
    Value,
    /// `$version`.
    Version,
    /// `$metadata` or something below it that is no leaf.
    Metadata,
    /// `$lastUpdated` below `$metadata`.
    Updated,
    /// `$lastUpdatedVersion` below `$metadata`.
    UpdatedVersion,
}

impl Path {
    /// Resolves the names of a path, of which there is at least one.
    pub(super) fn new(mut names: Vec<Box<str>>, source: Source) -> Self {
        strip_source(&mut names, source);
        if let Some(first) = names.first_mut()
            && let Some(canonical) = canonical_id(first)
        {
            *first = canonical.into();
        }
        let target = {
            let names: Vec<&str> = names.iter().map(|name| &**name).collect();
            target(&names)
        };
        Self {
            names: names.into(),
            target,
        }
    }

    /// The names from a place on.
    pub(super) fn names_from(&self, place: usize) -> &[Box<str>] {
        self.names.get(place..).unwrap_or_default()
    }

    /// How many steps lie between a twin and the value.
    pub(super) fn steps(&self) -> usize {
        match self.target {
            Target::Field(_) | Target::Section(_, Part::Version) => 1,
            Target::Tags => 1 + self.names.len(),
            Target::Section(..) => 2 + self.names_in_section().len(),
            Target::Whole | Target::Nowhere => 0,
        }
    }

    /// What the value is called if the query does not say.
    pub(super) fn key(&self) -> &str {
        self.names.last().map_or("", |name| name)
    }

    /// The names of a value in a section or in the metadata of one.
    pub(super) fn names_in_section(&self) -> &[Box<str>] {
        match self.target {
            Target::Section(_, Part::Value) => self.names_from(2),
            Target::Section(_, Part::Metadata) => self.names_from(3),
            Target::Section(_, Part::Updated | Part::UpdatedVersion) => {
                let below = self.names_from(3);
                below.split_last().map_or(below, |(_, names)| names)
            }
            _ => &[],
        }
    }
}

/// Takes off the name of what the query reads: `devices.deviceId` is `deviceId`.
fn strip_source(names: &mut Vec<Box<str>>, source: Source) {
    let is =
        |name: Option<&Box<str>>, word: &str| name.is_some_and(|it| it.eq_ignore_ascii_case(word));
    if names.len() > 1 && is(names.first(), "devices") {
        names.remove(0);
        if names.len() > 1 && source == Source::Modules && is(names.first(), "modules") {
            names.remove(0);
        }
    }
}

/// The ids are the only names that are read in any case, and `id` is another name of one.
fn canonical_id(name: &str) -> Option<&'static str> {
    match name.to_ascii_lowercase().as_str() {
        "deviceid" | "id" => Some("deviceId"),
        "moduleid" => Some("moduleId"),
        _ => None,
    }
}

fn target(names: &[&str]) -> Target {
    match names {
        ["tags", ..] => Target::Tags,
        ["properties", "desired", rest @ ..] => section(Section::Desired, rest),
        ["properties", "reported", rest @ ..] => section(Section::Reported, rest),
        ["properties" | "capabilities" | "x509Thumbprint"] => Target::Whole,
        _ => field(names).map_or(Target::Nowhere, Target::Field),
    }
}

fn section(section: Section, names: &[&str]) -> Target {
    let part = match names {
        ["$version"] => Part::Version,
        ["$metadata", .., "$lastUpdated"] => Part::Updated,
        ["$metadata", .., "$lastUpdatedVersion"] => match section {
            Section::Desired => Part::UpdatedVersion,
            Section::Reported => return Target::Nowhere,
        },
        ["$metadata", ..] => Part::Metadata,
        _ => Part::Value,
    };
    Target::Section(section, part)
}

fn field(names: &[&str]) -> Option<Field> {
    Some(match names {
        ["deviceId"] => Field::DeviceId,
        ["moduleId"] => Field::ModuleId,
        ["etag"] => Field::Etag,
        ["deviceEtag"] => Field::DeviceEtag,
        ["version"] => Field::Version,
        ["status"] => Field::Status,
        ["statusReason"] => Field::StatusReason,
        // Twins have the first name, and programs in use ask for the second.
        ["statusUpdateTime" | "statusUpdatedTime"] => Field::StatusUpdatedTime,
        ["connectionState"] => Field::ConnectionState,
        ["lastActivityTime"] => Field::LastActivityTime,
        ["cloudToDeviceMessageCount"] => Field::CloudToDeviceMessageCount,
        ["authenticationType"] => Field::AuthenticationType,
        ["x509Thumbprint", "primaryThumbprint"] => Field::PrimaryThumbprint,
        ["x509Thumbprint", "secondaryThumbprint"] => Field::SecondaryThumbprint,
        ["modelId"] => Field::ModelId,
        ["capabilities", "iotEdge"] => Field::IotEdge,
        ["deviceScope"] => Field::DeviceScope,
        ["parentScopes"] => Field::ParentScopes,
        _ => return None,
    })
}

/// The names that a path may begin with, beside what only edge deployments have.
const ROOTS: [&str; 20] = [
    "deviceId",
    "moduleId",
    "etag",
    "deviceEtag",
    "version",
    "status",
    "statusReason",
    "statusUpdateTime",
    "statusUpdatedTime",
    "connectionState",
    "lastActivityTime",
    "cloudToDeviceMessageCount",
    "authenticationType",
    "x509Thumbprint",
    "modelId",
    "capabilities",
    "deviceScope",
    "parentScopes",
    "tags",
    "properties",
];

/// What may be meant by a path that leads nowhere; `None` if the path is well known and merely without a value here.
pub(super) fn advice(names: &[Box<str>]) -> Option<String> {
    let names: Vec<&str> = names.iter().map(|name| &**name).collect();
    let first = names.first().copied().unwrap_or_default();
    let similar = ROOTS.iter().find(|root| root.eq_ignore_ascii_case(first));
    match (names.as_slice(), similar) {
        // Automatic device configurations are not built, so no device has taken part in one.
        (["configurations", ..], _) => None,
        (["desired" | "reported", ..], _) => Some(format!(
            "A twin has no '{first}' of its own. Write properties.{first}."
        )),
        (["property", ..], _) => Some("Write properties, not property.".to_owned()),
        (["tag", ..], _) => Some("Write tags, not tag.".to_owned()),
        (["properties", ..], _) => Some(
            "Write properties.desired or properties.reported: a twin has nothing else under properties."
                .to_owned(),
        ),
        (_, Some(root)) if *root != first => Some(format!(
            "Names are case-sensitive: write {root}, not {first}."
        )),
        (_, Some(root)) => Some(format!("There is nothing of this name under {root}.")),
        _ => Some(format!(
            "A twin has no '{first}' at its top. What programs wrote is under tags, properties.desired and \
             properties.reported. A text stands in quotes, and a name with other signs than letters, digits, _ and $ \
             in double brackets: tags.[[odd-name]]."
        )),
    }
}
