//! What the hub sent and the program has not fetched yet.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::event::Incoming;

/// A queue shared by the driver, which fills it, and the handles. A message leaves it only into the
/// hands of a program that is there to take it, so a dropped `next_message` future loses nothing.
///
/// Messages that the hub keeps until they are acknowledged are bounded by the hub. Of the others
/// the oldest give way when there are too many.
#[derive(Clone)]
pub(super) struct Inbox(Rc<RefCell<State>>);

struct State {
    messages: VecDeque<Incoming>,
    limit: usize,
    waiting: Vec<Waker>,
    ended: bool,
}

impl Inbox {
    pub(super) fn new(limit: usize) -> Self {
        Self(Rc::new(RefCell::new(State {
            messages: VecDeque::new(),
            limit: limit.max(1),
            waiting: Vec::new(),
            ended: false,
        })))
    }

    pub(super) fn put(&self, message: Incoming) {
        self.change(|state| {
            state.messages.push_back(message);
            let passing = state.messages.iter().filter(|it| !it.is_held());
            if passing.count() > state.limit
                && let Some(oldest) = state.messages.iter().position(|it| !it.is_held())
            {
                state.messages.remove(oldest);
            }
        });
    }

    /// The hub keeps these messages and delivers them again: they go.
    pub(super) fn withdraw_held(&self) {
        self.change(|state| state.messages.retain(|message| !message.is_held()));
    }

    /// No message comes any more.
    pub(super) fn end(&self) {
        self.withdraw_held();
        self.change(|state| state.ended = true);
    }

    /// The oldest message of those wanted, if there is one.
    pub(super) fn take(&self, wanted: impl Fn(&Incoming) -> bool) -> Option<Incoming> {
        let messages = &mut self.0.borrow_mut().messages;
        messages
            .iter()
            .position(wanted)
            .and_then(|place| messages.remove(place))
    }

    /// The oldest message of those wanted; `None` when there is none and none will come.
    pub(super) fn poll_take(
        &self,
        wanted: impl Fn(&Incoming) -> bool,
        context: &mut Context<'_>,
    ) -> Poll<Option<Incoming>> {
        if let Some(message) = self.take(wanted) {
            return Poll::Ready(Some(message));
        }
        let mut state = self.0.borrow_mut();
        if state.ended {
            return Poll::Ready(None);
        }
        // A future that is polled again has the same waker: one entry for each is enough.
        if !state
            .waiting
            .iter()
            .any(|known| known.will_wake(context.waker()))
        {
            state.waiting.push(context.waker().clone());
        }
        Poll::Pending
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.0.borrow_mut();
        change(&mut state);
        let waiting = std::mem::take(&mut state.waiting);
        // A waker may poll at once; the queue must be free by then.
        drop(state);
        waiting.into_iter().for_each(Waker::wake);
    }
}
