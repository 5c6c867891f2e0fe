//! What a page and a classroom say to each other: commands in, reports out.

use std::collections::BTreeMap;

use lab::Metered;
use lab::action::{CloudAction, DeviceAction, Outcome};
use lab::outside::Trouble;
use lab::view::{
    ConsoleLine, DeviceDetail, DeviceView, Diagnosis, EntryDetail, EventView, ProgramState, Side,
    TraceEntry, Upcoming,
};
use serde::{Deserialize, Serialize};
use wire::timestamp::Timestamp;

use crate::outline::{Access, Reach};

/// A value in a [`Message`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Argument {
    /// Text, shown as it is.
    Text(String),
    /// A number, formatted as the reader's language does.
    Number(f64),
}

/// A sentence for a person: the id of a Fluent message and its arguments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The Fluent message's id.
    pub id: String,
    /// The arguments by name.
    pub arguments: Vec<(String, Argument)>,
}

impl Message {
    /// A message without arguments.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            arguments: Vec::new(),
        }
    }

    /// The message with one more argument.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Argument>) -> Self {
        self.arguments.push((name.to_owned(), value.into()));
        self
    }
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Argument {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for Argument {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<u16> for Argument {
    fn from(number: u16) -> Self {
        Self::Number(number.into())
    }
}

impl From<u64> for Argument {
    #[expect(clippy::cast_precision_loss, reason = "a count that a person reads")]
    fn from(number: u64) -> Self {
        Self::Number(number as f64)
    }
}

impl From<usize> for Argument {
    fn from(number: usize) -> Self {
        Self::from(number as u64)
    }
}

/// What a learner may change in a lesson's programs, by the setting's id.
pub type Settings = BTreeMap<String, String>;

/// How a step stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepState {
    /// Nothing has been tried.
    NotStarted,
    /// The step's action is under way.
    Running,
    /// The check found what it looked for.
    Passed {
        /// What the check looked for.
        looked_for: Message,
        /// What it saw.
        saw: Message,
    },
    /// The check did not find what it looked for.
    NotYet {
        /// What the check looked for.
        looked_for: Message,
        /// What it saw instead.
        saw: Message,
        /// Whether that is the fault which the step is about, so that its button mends it next.
        mends: bool,
    },
    /// The check cannot ask the live hub. The learner looks, and confirms it.
    ToConfirm {
        /// What to look for.
        looked_for: Message,
        /// Why the check cannot: a message of its own for each reason.
        why: Message,
    },
}

/// Which hub is on the bench.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HubView {
    /// The emulated one.
    Emulated,
    /// A live one.
    Live(Box<LiveHub>),
}

/// How things stand with a live hub. It holds no secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LiveHub {
    /// The hub's host name.
    pub host_name: String,
    /// The shared access policy that the learner gave; none if it was a device's string.
    pub policy: Option<String>,
    /// What the policy may do, if its name tells.
    pub rights: Option<Vec<Right>>,
    /// Whether the page's server relays service calls to this hub.
    pub relay: bool,
    /// Whether an Event Hubs-compatible string was given, which opens the hub's events.
    pub events: bool,
    /// What the ids of the lessons' devices begin with.
    pub prefix: String,
    /// The devices that were created here and are still there.
    pub created: Vec<String>,
    /// How many of the day's messages were used from here, counted as the service meters them.
    pub metered: Metered,
    /// How many of those since the open lesson was opened.
    pub metered_in_lesson: Metered,
    /// What is wrong now, if anything, and when it is tried again.
    pub trouble: Option<(Trouble, Option<Timestamp>)>,
}

impl LiveHub {
    /// How much of the hub can be reached.
    pub fn reach(&self) -> Reach {
        let access = match (&self.policy, &self.rights) {
            (None, _) => Access::Device,
            (Some(_), None) => Access::Policy,
            (Some(_), Some(rights)) => Access::Rights(rights.clone()),
        };
        Reach {
            relay: self.relay,
            access,
            events: self.events,
        }
    }
}

/// A right of a shared access policy. (IoT Hub documentation: control access with shared access signatures.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Right {
    /// To read the identity registry.
    RegistryRead,
    /// To change it.
    RegistryWrite,
    /// To call the cloud side's endpoints, and to read events.
    ServiceConnect,
    /// To act as a device.
    DeviceConnect,
}

impl Right {
    /// All rights.
    pub const ALL: [Self; 4] = [
        Self::RegistryRead,
        Self::RegistryWrite,
        Self::ServiceConnect,
        Self::DeviceConnect,
    ];

    /// The service's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::RegistryRead => "RegistryRead",
            Self::RegistryWrite => "RegistryWrite",
            Self::ServiceConnect => "ServiceConnect",
            Self::DeviceConnect => "DeviceConnect",
        }
    }

    /// The right of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|right| right.name() == name)
    }
}

/// What a page asks of the classroom.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// Puts back what a page kept of an earlier visit; comes before the first [`Open`](Self::Open). What cannot be used
    /// is passed over: the lesson then begins anew.
    Restore {
        /// What [`Report::Keep`] held.
        text: String,
    },
    /// Opens a step. If the bench does not hold what the step starts from, the steps before it are solved first.
    Open {
        /// The lesson's id.
        lesson: String,
        /// The step's id.
        step: String,
        /// The lesson's settings.
        settings: Settings,
    },
    /// Does the open step's action.
    Act {
        /// The lesson's settings.
        settings: Settings,
    },
    /// Runs the open step's check and reports what it saw.
    Check,
    /// Does all that the open step asks for, at once, by moving the clock.
    Solve,
    /// Puts the bench back to where the open step starts.
    Reset,
    /// Stops one program, or all of them.
    Stop {
        /// The program's name; none for all.
        program: Option<String>,
    },
    /// Sets how fast the bench's time runs: 1 is real time.
    SetSpeed {
        /// Bench seconds for each real second; above 0, at most 3,600.
        factor: f64,
    },
    /// Moves the clock to the next thing that will happen, at most an hour on.
    SkipToNext,
    /// Pulls a device's network cable, or puts it back.
    SetPlugged {
        /// The device's id.
        device_id: String,
        /// Whether the cable is in.
        plugged: bool,
    },
    /// Gives the simulated device its connection string.
    SetDeviceString {
        /// The text as the learner pasted it.
        text: String,
    },
    /// Does something in the cloud by hand. [`Report::Answered`] tells what came of it.
    InCloud {
        /// Tells this action from others.
        id: u64,
        /// What to do.
        action: CloudAction,
    },
    /// Does something at a simulated device by hand. [`Report::Answered`] tells what came of it.
    AtDevice {
        /// Tells this action from others.
        id: u64,
        /// What to do.
        action: DeviceAction,
    },
    /// Keeps an eye on a device, or on none: [`Report::Watched`] tells whatever changes about it.
    Watch {
        /// The device's id.
        device_id: Option<String>,
    },
    /// Opens an entry of the trace. [`Report::Inspected`] tells what is in it.
    Inspect {
        /// The entry's id.
        entry: u64,
    },
    /// Asks what a text that claims to be a connection string is. Works without an open step.
    Diagnose {
        /// Tells this question from others.
        id: u64,
        /// The text. It goes nowhere else.
        text: String,
    },
    /// Sets how far queries lag behind, in seconds: 0 to 600.
    SetQueryLag {
        /// The lag.
        seconds: u32,
    },
    /// Leaves the hub on the bench for a live one, or one live hub for another. [`Report::Hub`] tells how it stands; the
    /// open lesson begins anew there.
    GoLive {
        /// The connection string of a shared access policy, or of a device. It goes nowhere but to the hub it names.
        connection_string: String,
        /// The connection string of the hub's Event Hubs-compatible endpoint, if the learner gave one; else the hub is asked
        /// where it is.
        events: Option<String>,
        /// The consumer group by which events are read, if the learner named one; else `$Default`.
        #[serde(default)]
        group: Option<String>,
        /// What the ids of the lessons' devices begin with, so that they are told apart from the hub's own; may be empty.
        prefix: String,
    },
    /// Leaves the live hub for the one on the bench. The keys are forgotten.
    Leave {
        /// Whether to delete the devices first that were created here.
        delete_devices: bool,
    },
    /// Says that the learner has looked, and found what the open step's check looks for but cannot ask the hub.
    Confirm,
}

/// What the device's card knows of the connection string that it was given. It never holds the key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceString {
    /// None was given.
    Missing,
    /// A device connection string.
    Given {
        /// The hub it names.
        host_name: String,
        /// The device it names.
        device_id: String,
    },
    /// Text that is not a device connection string.
    Wrong {
        /// What is wrong and what to do.
        message: Message,
        /// The same in the parser's own words, in English.
        detail: String,
    },
}

/// What the classroom tells the page.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Report {
    /// A step was opened. Comes before all other reports of it. If `fresh`, the bench was made anew:
    /// consoles, trace and events shown before belong to another hub and are to be cleared.
    Opened {
        /// The lesson's id.
        lesson: String,
        /// The step's id.
        step: String,
        /// The hub's host name.
        host_name: String,
        /// Whether the bench was made anew.
        fresh: bool,
    },
    /// What to keep for a reload, instead of what was kept before. It holds no secret.
    Keep {
        /// What [`Command::Restore`] takes.
        text: String,
    },
    /// A command could not be carried out.
    Refused {
        /// Why, and what to do.
        message: Message,
        /// Whether the command was one for another hub: [`Command::GoLive`] or [`Command::Leave`].
        of_hub: bool,
    },
    /// How time goes. Sent when the speed or the next deadline changes, and about twice a second.
    Clock {
        /// The bench's time.
        now: Timestamp,
        /// Bench seconds for each real second.
        speed: f64,
        /// When the next thing will happen by itself, if any is planned.
        next: Option<Timestamp>,
        /// What that thing is.
        what: Option<Upcoming>,
    },
    /// A program printed a line.
    Console(ConsoleLine),
    /// A message crossed the wire.
    Trace(TraceEntry),
    /// The monitor received an event.
    Arrived(EventView),
    /// The registry or a connection changed: all devices, by id.
    Devices(Vec<DeviceView>),
    /// Of many devices, those about which something is new.
    DevicesChanged {
        /// New ones, and those that are other than they were, by id.
        devices: Vec<DeviceView>,
        /// The ids of those that are no longer there.
        gone: Vec<String>,
    },
    /// A program started or ended.
    Program {
        /// Its side.
        side: Side,
        /// Its name.
        name: String,
        /// What it does now.
        state: ProgramState,
    },
    /// A program that runs came to another line of its Rust source.
    Line {
        /// The program's name.
        program: String,
        /// The line, from 1.
        line: u32,
    },
    /// The device's connection string changed.
    DeviceString(DeviceString),
    /// The state of a step changed.
    Step {
        /// The lesson's id.
        lesson: String,
        /// The step's id.
        step: String,
        /// How it stands.
        state: StepState,
    },
    /// What came of something done by hand.
    Answered {
        /// The id that the action was given.
        id: u64,
        /// What came of it.
        outcome: Outcome,
    },
    /// The watched device, whenever something about it has changed; none if it is not in the registry.
    Watched {
        /// The device's id.
        device_id: String,
        /// All there is to see of it.
        detail: Option<DeviceDetail>,
    },
    /// What is in an entry of the trace; none if it is no longer kept.
    Inspected {
        /// The entry's id.
        entry: u64,
        /// What is in it.
        detail: Option<EntryDetail>,
    },
    /// What a text is that claims to be a connection string.
    Diagnosed {
        /// The id that the question was given.
        id: u64,
        /// The answer.
        diagnosis: Diagnosis,
    },
    /// Which hub is on the bench, and how things stand with it.
    Hub(HubView),
    /// Messages crossed the wire that are not told one by one: there were too many.
    TraceSkipped {
        /// How many.
        count: u64,
    },
    /// Programs printed lines, and a reader received events, that are not told one by one: there were too many.
    LeftOut {
        /// Lines on the device's console.
        device_lines: u64,
        /// Lines on the cloud's console.
        cloud_lines: u64,
        /// Events.
        events: u64,
    },
}
