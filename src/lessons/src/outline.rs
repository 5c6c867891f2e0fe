//! The course as a page shows it: pure data, without the code behind the programs and checks.

use lab::view::Side;

use crate::message::Right;

/// A language in which a program is written out in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// What runs on the bench.
    Rust,
    /// The same for the published Python SDKs, to run elsewhere.
    Python,
}

impl Language {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Rust, Self::Python];

    /// How the names of its files end.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Rust => "rs",
            Self::Python => "py",
        }
    }
}

/// A program that a lesson runs. Its source is a file of the folder of the lesson that it was written for.
#[derive(Debug, PartialEq, Eq)]
pub struct ProgramOutline {
    /// Its name, as consoles and states tell it: `simulated_device`.
    pub name: &'static str,
    /// Where it runs.
    pub side: Side,
    /// The lesson that it was written for; others may run it too.
    pub lesson: &'static str,
}

impl ProgramOutline {
    /// The name of its file: `simulated_device.rs`.
    pub fn file(&self, language: Language) -> String {
        format!("{}.{}", self.name, language.extension())
    }

    /// Where the workspace has its source. For Rust, this is the very file that is compiled and run.
    pub fn source(&self, language: Language) -> String {
        let (lesson, file) = (self.lesson, self.file(language));
        match language {
            Language::Rust => format!("src/lessons/src/{lesson}/programs/{file}"),
            Language::Python => format!("www/programs/{lesson}/{file}"),
        }
    }

    /// Where the site has its source, ready to be shown.
    pub fn listing(&self, language: Language) -> String {
        format!("listings/{}/{}.html", self.lesson, self.file(language))
    }
}

/// What a setting may hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SettingKind {
    /// A device id that the registry accepts.
    DeviceId,
    /// A decimal number.
    Number {
        /// The least value.
        least: f64,
        /// The greatest value.
        most: f64,
    },
    /// The name of a direct method.
    MethodName,
    /// JSON text.
    Json,
    /// A name that needs no escaping anywhere.
    Name,
}

/// A value in a lesson's programs that a learner may change.
/// Its label is the Fluent message `setting-<id>`.
#[derive(Debug, PartialEq)]
pub struct SettingOutline {
    /// The setting's id: `device-id`.
    pub id: &'static str,
    /// What it may hold.
    pub kind: SettingKind,
    /// What it holds at first.
    pub default: &'static str,
}

/// What a step needs of a live hub beside a device's connection. It tells how the step's action and check get there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// Nothing: the device's own connection is enough.
    Device,
    /// To read events, which AMQP over a WebSocket can do.
    Events,
    /// To send messages to devices and to read their feedback, which AMQP over a WebSocket can do.
    Messages,
    /// The service's REST API, which a page reaches only through a relay.
    Service,
    /// What only the hub on the bench can do: the learner does it at the real hub, or leaves it out.
    Bench,
}

/// How a step goes on a live hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnLive {
    /// From the page itself.
    Live,
    /// Through the relay that serves the page.
    Relayed,
    /// The learner does or looks at it elsewhere, and confirms it.
    ByHand,
}

impl Need {
    /// How a step that needs this goes, with or without a relay.
    pub fn on_live(self, relay: bool) -> OnLive {
        match self {
            Self::Device | Self::Events | Self::Messages => OnLive::Live,
            Self::Service if relay => OnLive::Relayed,
            Self::Service | Self::Bench => OnLive::ByHand,
        }
    }
}

impl OnLive {
    /// All ways, the page's own first.
    pub const ALL: [Self; 3] = [Self::Live, Self::Relayed, Self::ByHand];

    /// Its name, as in the ids of messages.
    pub fn id(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Relayed => "relayed",
            Self::ByHand => "by-hand",
        }
    }
}

/// What a learner's connection string, and the page that it was given to, can reach of a live hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Whether the page's server relays service calls to the hub.
    pub relay: bool,
    /// What the string lets its holder do.
    pub access: Access,
    /// Whether an Event Hubs-compatible string was given beside it, which opens the hub's events whatever the other one
    /// lets its holder do.
    pub events: bool,
}

impl Reach {
    /// Whether the hub's events can be read.
    pub(crate) fn may_read_events(&self) -> bool {
        self.events || self.access.allows(SERVICE)
    }
}

/// What a connection string lets its holder do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// It is a device's: that device may connect, and nothing else is allowed.
    Device,
    /// It is that of a policy of which only the hub knows what it may do.
    Policy,
    /// It is that of a policy with these rights.
    Rights(Vec<Right>),
}

impl Access {
    pub(crate) fn allows(&self, rights: &[Right]) -> bool {
        match self {
            Self::Device => rights.is_empty(),
            Self::Policy => true,
            Self::Rights(own) => rights.iter().all(|right| own.contains(right)),
        }
    }
}

/// Why a step of a live hub is the learner's to do, and to confirm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Only the hub on the bench can do it.
    Bench,
    /// The connection string is a device's.
    DeviceString,
    /// The policy lacks this right.
    Right(Right),
    /// It needs a relay, and there is none.
    NoRelay,
}

/// A step of a lesson.
/// Its button's label is the Fluent message `<lesson>-<step>-action`; its title, text and hint come from the lesson's Markdown.
#[derive(Debug, PartialEq, Eq)]
pub struct StepOutline {
    /// The step's id, part of its address.
    pub id: &'static str,
    /// The program that the step is about, if any; the page opens its listing.
    pub program: Option<&'static str>,
    /// The ids of the settings that matter in this step.
    pub settings: &'static [&'static str],
    /// What it needs of a live hub.
    pub needs: Need,
    /// What the policy must allow for that.
    pub rights: &'static [Right],
}

/// To see the registry.
pub(crate) const REGISTRY_READ: &[Right] = &[Right::RegistryRead];

/// To register devices.
pub(crate) const REGISTRY: &[Right] = &[Right::RegistryRead, Right::RegistryWrite];

/// To call what serves the cloud side: methods, twins, queries, messages, feedback and events.
pub(crate) const SERVICE: &[Right] = &[Right::ServiceConnect];

/// To register devices, and to call what serves the cloud side.
pub(crate) const REGISTRY_AND_SERVICE: &[Right] = &[
    Right::RegistryRead,
    Right::RegistryWrite,
    Right::ServiceConnect,
];

impl StepOutline {
    /// How the step goes on a live hub of which so much can be reached.
    pub fn on_live(&self, reach: &Reach) -> OnLive {
        match self.obstacle(reach) {
            Some(_) => OnLive::ByHand,
            None => self.needs.on_live(reach.relay),
        }
    }

    /// Why the step is the learner's to do on a live hub of which so much can be reached; none if it is not.
    pub fn obstacle(&self, reach: &Reach) -> Option<Obstacle> {
        if self.needs == Need::Bench {
            return Some(Obstacle::Bench);
        }
        if self.needs == Need::Events && reach.may_read_events() {
            return None;
        }
        if !reach.access.allows(self.rights) {
            let mut rights = self.rights.iter();
            return match &reach.access {
                Access::Rights(own) => rights
                    .find(|it| !own.contains(it))
                    .map(|it| Obstacle::Right(*it)),
                Access::Device | Access::Policy => Some(Obstacle::DeviceString),
            };
        }
        let is_by_hand = self.needs.on_live(reach.relay) == OnLive::ByHand;
        is_by_hand.then_some(Obstacle::NoRelay)
    }
}

/// A lesson.
#[derive(Debug, PartialEq)]
pub struct LessonOutline {
    /// The lesson's id, part of its address.
    pub id: &'static str,
    /// Its steps in order.
    pub steps: &'static [StepOutline],
    /// Its programs.
    pub programs: &'static [ProgramOutline],
    /// What a learner may change.
    pub settings: &'static [SettingOutline],
    /// The numeric member of the events' payload that the chart draws, and its unit.
    pub chart: Option<(&'static str, &'static str)>,
    /// Whether its bench reads the hub's events from the start, without a program that does.
    pub reads_events: bool,
}

/// All lessons in order.
pub const LESSONS: &[LessonOutline] = &[
    crate::telemetry::OUTLINE,
    crate::methods::OUTLINE,
    crate::messages::OUTLINE,
    crate::twins::OUTLINE,
    crate::faults::OUTLINE,
];

/// The lesson with this id.
pub fn lesson(id: &str) -> Option<&'static LessonOutline> {
    LESSONS.iter().find(|lesson| lesson.id == id)
}
