//! What all parts of the screen share.

use lessons::message::LiveHub;
use yew::prelude::*;

use crate::classroom_link::ClassroomLink;
use crate::first_draw::Drawn;
use crate::i18n::Words;
use crate::state::Bench;
use crate::storage::Kept;
use crate::texts::LessonTexts;

/// What outlives a visit, and the way to change it.
pub type KeptHandle = UseReducerHandle<Kept>;
/// What is known of the bench, and the way to change it.
pub type BenchHandle = UseReducerHandle<Bench>;

/// Handed down from the app to the functions that draw. Parts with a state of their own are
/// components and get what they need as properties, so that they are drawn only when it changes.
#[derive(Clone, PartialEq, Properties)]
pub struct Screen {
    /// The words of the reader's language.
    pub words: Words,
    /// The lessons' texts in it.
    pub texts: LessonTexts,
    /// The way to the classroom.
    pub link: ClassroomLink,
    /// What outlives a visit.
    pub kept: KeptHandle,
    /// What is known of the bench.
    pub bench: BenchHandle,
    /// How much of the page is drawn by now.
    pub drawn: Drawn,
}

impl Screen {
    /// The live hub on the bench, if there is one.
    pub fn live(&self) -> Option<&LiveHub> {
        self.bench.live()
    }
}
