//! A program that cannot speak to live hubs leaves its place to one that can, as soon as somebody asks for a hub: the
//! larger program is fetched by those alone who need it.

use lab::outside::Door;

use super::Classroom;
use crate::message::{Command, Message, Report};

/// How live hubs are reached.
pub(super) enum Exit {
    /// Not at all.
    Nowhere,
    /// By this program.
    Door(Box<dyn Door>),
    /// By another program, which takes the place of this one.
    Successor {
        /// What was asked for that needs it.
        call: Option<Command>,
    },
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

    /// Ends what is under way, and gives what brings the successor's classroom to where this one stands: the commands
    /// of a page that was loaded anew, and the one that needs a successor. That one holds the key that the learner gave.
    pub fn hand_over(&mut self) -> Vec<Command> {
        self.end_asked();
        let kept = self.kept_text().or_else(|| self.left.clone());
        let restore = kept.map(|text| Command::Restore { text });
        let open = self.opened.as_ref().map(|opened| {
            let step = opened.lesson.outlines.get(opened.step);
            Command::Open {
                lesson: opened.lesson.id.to_owned(),
                step: step.map_or("", |step| step.id).to_owned(),
                settings: opened.given.clone(),
            }
        });
        let device_id = self.telling.watched();
        let watch = open.as_ref().map(|_| Command::Watch { device_id });
        let call = match &mut self.exit {
            Exit::Successor { call } => call.take(),
            Exit::Nowhere | Exit::Door(_) => None,
        };
        [restore, open, watch, call].into_iter().flatten().collect()
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
