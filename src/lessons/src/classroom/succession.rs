//! A program that cannot speak to live hubs leaves its place to one that can, as soon as somebody asks for a hub: the
//! larger program is fetched by those alone who need it.

use lab::outside::Door;
use serde::{Deserialize, Serialize};

use super::Classroom;
use crate::message::{Command, Message, Report, Settings};

/// How live hubs are reached.
pub(super) enum Exit {
    /// Not at all.
    Nowhere,
    /// By this program.
    Door(Box<dyn Door>),
    /// By another program, which takes the place of this one.
    Successor {
        /// What was asked for that needs it.
        call: Option<Call>,
    },
}

/// [`Command::GoLive`].
#[derive(Serialize, Deserialize)]
pub(super) struct Call {
    pub(super) connection_string: String,
    pub(super) events: Option<String>,
    pub(super) group: Option<String>,
    pub(super) prefix: String,
}

/// What a classroom leaves to that of the successor. It holds the key that the learner gave.
///
/// It is no list of commands, for a program that can write down one of them can write down all, and is so much larger.
#[derive(Serialize, Deserialize)]
pub struct Legacy {
    kept: Option<String>,
    opened: Option<Open>,
    watched: Option<String>,
    call: Option<Call>,
}

/// [`Command::Open`].
#[derive(Serialize, Deserialize)]
struct Open {
    lesson: String,
    step: String,
    settings: Settings,
}

impl Legacy {
    /// What brings a new classroom to where the one before stood: the commands of a page that was loaded anew, and the
    /// one that needs a successor.
    pub fn into_commands(self) -> impl Iterator<Item = Command> {
        let restore = self.kept.map(|text| Command::Restore { text });
        let open = self.opened.map(|it| Command::Open {
            lesson: it.lesson,
            step: it.step,
            settings: it.settings,
        });
        let watch = self.watched.map(|device_id| Command::Watch {
            device_id: Some(device_id),
        });
        let call = self.call.map(|it| Command::GoLive {
            connection_string: it.connection_string,
            events: it.events,
            group: it.group,
            prefix: it.prefix,
        });
        [restore, open, watch, call].into_iter().flatten()
    }
}

impl Classroom {
    /// The same, in a program that has a successor which can speak to live hubs.
    #[must_use]
    pub fn with_successor(mut self) -> Self {
        self.exit = Exit::Successor { call: None };
        self
    }

    /// Whether something was asked for that only the successor can do.
    pub fn wants_successor(&self) -> bool {
        matches!(self.exit, Exit::Successor { call: Some(_) })
    }

    /// Ends what is under way, and gives what the successor's classroom needs to go on.
    pub fn hand_over(&mut self) -> Legacy {
        self.end_asked();
        let opened = self.opened.as_ref().map(|opened| {
            let step = opened.lesson.outlines.get(opened.step);
            Open {
                lesson: opened.lesson.id.to_owned(),
                step: step.map_or("", |step| step.id).to_owned(),
                settings: opened.given.clone(),
            }
        });
        Legacy {
            kept: self.kept_text().or_else(|| self.left.clone()),
            watched: self.telling.watched().filter(|_| opened.is_some()),
            opened,
            call: match &mut self.exit {
                Exit::Successor { call } => call.take(),
                Exit::Nowhere | Exit::Door(_) => None,
            },
        }
    }

    /// The successor did not come: what was asked for is refused.
    pub fn stay(&mut self) {
        if self.dismiss_successor() {
            let message = Message::new("refused-live-not-loaded");
            self.reports.push_back(Report::Refused {
                message,
                of_hub: true,
            });
        }
    }

    /// Nothing needs a successor any more. False if nothing did.
    pub(super) fn dismiss_successor(&mut self) -> bool {
        match &mut self.exit {
            Exit::Successor { call } => call.take().is_some(),
            Exit::Nowhere | Exit::Door(_) => false,
        }
    }
}
