//! What parts of the screen ask the bench about, and what it answered.
//!
//! Handed down as a context: those who ask lie deep in the panels, and only they are drawn when an answer comes.

use std::rc::Rc;

use lab::view::{Diagnosis, EntryDetail};
use yew::prelude::*;

use crate::classroom_link::ClassroomLink;
use crate::state::{Bench, Happening, Log};

/// How exactly the time is told, in milliseconds: whoever tells how long something lasts is drawn once in this while.
const TICK: u64 = 10_000;

/// The way to ask, and the last answers.
#[derive(Clone, PartialEq)]
pub struct Insight {
    /// The way to the classroom.
    pub link: ClassroomLink,
    /// The opened entry of the trace: its id, and what is in it if it is still kept.
    pub inspected: Option<(u64, Option<Rc<EntryDetail>>)>,
    /// The doctor's last answer, with the question's id.
    pub diagnosed: Option<(u64, Rc<Diagnosis>)>,
    /// How many messages crossed the wire without being told one by one.
    pub skipped: u64,
    /// The hub's host name.
    pub host_name: AttrValue,
    /// What charts mark.
    pub marks: Log<Happening>,
    /// The bench's time to ten seconds, in milliseconds since the Unix epoch.
    pub now: u64,
}

impl Insight {
    /// What the bench has told so far.
    pub fn of(link: &ClassroomLink, bench: &Bench) -> Self {
        let now = bench.clock.as_ref().map_or(0, |clock| clock.now);
        Self {
            link: link.clone(),
            inspected: bench.inspected.clone(),
            diagnosed: bench.diagnosed.clone(),
            skipped: bench.skipped,
            host_name: bench.host_name.clone().into(),
            marks: bench.marks.clone(),
            now: now / TICK * TICK,
        }
    }
}

/// The last answers, wherever a panel is.
///
/// # Panics
///
/// Outside of the app, which provides them.
#[hook]
pub fn use_insight() -> Insight {
    use_context().expect("the app provides what is known")
}
