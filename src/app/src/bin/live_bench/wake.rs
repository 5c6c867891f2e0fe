//! Has the classroom run again as soon as something comes that it waits for.

use std::cell::RefCell;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use futures::future::{Future, FutureExt as _, LocalBoxFuture};
use futures::stream::{LocalBoxStream, Stream, StreamExt as _};
use gloo::timers::callback::Timeout;

use crate::room;

thread_local! {
    static TURN: RefCell<Option<Timeout>> = const { RefCell::new(None) };
}

/// Has the classroom run once whatever runs now has ended, once for however many asked.
pub(crate) fn run_classroom_soon() {
    TURN.with_borrow_mut(|turn| {
        turn.get_or_insert_with(|| {
            Timeout::new(0, || {
                TURN.take();
                room::settle();
            })
        });
    });
}

/// The same future, which has the classroom run whenever it can go on: nobody else would poll it.
pub(crate) fn waking<'a, T: 'a>(future: impl Future<Output = T> + 'a) -> LocalBoxFuture<'a, T> {
    Waking(future.boxed_local()).boxed_local()
}

/// The same stream, which has the classroom run whenever it can go on.
pub(crate) fn waking_stream<'a, T: 'a>(
    stream: impl Stream<Item = T> + 'a,
) -> LocalBoxStream<'a, T> {
    Waking(stream.boxed_local()).boxed_local()
}

struct Waking<F>(F);

impl<F: Future + Unpin> Future for Waking<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let waker = bell(context);
        self.0.poll_unpin(&mut Context::from_waker(&waker))
    }
}

impl<S: Stream + Unpin> Stream for Waking<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let waker = bell(context);
        self.0.poll_next_unpin(&mut Context::from_waker(&waker))
    }
}

fn bell(context: &Context<'_>) -> Waker {
    Arc::new(Bell(context.waker().clone())).into()
}

struct Bell(Waker);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.wake_by_ref();
        run_classroom_soon();
    }
}
