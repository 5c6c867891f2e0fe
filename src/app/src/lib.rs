//! The page: what a learner sees, and the little state that belongs to the screen alone.
//!
//! It speaks to the bench, which runs in a worker, through [`lessons::message`] and nothing else.
//! So there is no byte of a protocol here and no rule of the hub; and the hub's code must not be
//! reachable from here, or the page's module grows by it.
//!
//! Where to look: [`state`] turns the bench's reports into what is shown, [`classroom_link`]
//! carries commands and reports, [`storage`] keeps what outlives a visit, and each panel of the
//! screen has a file in [`panels`].

pub mod app;
pub mod by_hand;
pub mod classroom_link;
pub mod clock;
pub mod control_link;
pub mod dom;
pub mod first_draw;
pub mod i18n;
pub mod insight;
pub mod json;
pub mod listings;
pub mod live_words;
pub mod panels;
pub mod place;
pub mod progress_code;
pub mod projector;
pub mod reach;
pub mod routes;
pub mod screen;
pub mod scroll;
pub mod shortcuts;
pub mod spelling;
pub mod state;
pub mod storage;
pub mod texts;
pub mod theme;
