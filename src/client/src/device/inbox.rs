//! What the hub sent and the program has not fetched yet.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::event::Incoming;

/// A queue shared by the driver, which fills it, and the handles. A message leaves it only into the
/// hands of a program that is there to take it, so a dropped `next_message` future loses nothing.
#[derive(Clone, Default)]
pub(super) struct Inbox(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    messages: VecDeque<Incoming>,
    waiting: Vec<Waker>,
    ended: bool,
}

impl Inbox {
    pub(super) fn put(&self, message: Incoming) {
        self.change(|state| state.messages.push_back(message));
    }

    /// No message comes any more.
    pub(super) fn end(&self) {
        self.change(|state| state.ended = true);
    }

    /// The oldest message; `None` when there is none and none will come.
    pub(super) fn poll_take(&self, context: &mut Context<'_>) -> Poll<Option<Incoming>> {
        let mut state = self.0.borrow_mut();
        if let Some(message) = state.messages.pop_front() {
            return Poll::Ready(Some(message));
        }
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
