//! The two ends of links: the one that takes messages, and the one that gives them.

use bytes::BytesMut;

/// Names a link for as long as its connection lives; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct LinkId(pub(super) u64);

/// How many messages a client may send on a link before the first of them has been dealt with.
pub(super) const CREDIT: u32 = 50;

/// A link of a session.
pub(super) struct Link {
    pub(super) id: LinkId,
    pub(super) state: State,
    pub(super) end: End,
}

/// How far a link's life has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The client asked for it, and has no answer yet.
    Asked,
    /// It can be used.
    Attached,
    /// This side detached it, and the client has not answered yet.
    Detached,
}

/// Which end of the link is here.
pub(super) enum End {
    /// The client sends.
    Receiver(Receiver),
    /// The client receives.
    Sender(Sender),
}

/// The end of a link on which messages come in.
#[derive(Default)]
pub(super) struct Receiver {
    /// How many deliveries came.
    pub(super) delivery_count: u32,
    /// How many more may come.
    pub(super) credit: u32,
    /// How many came and were not settled.
    pub(super) unsettled: u32,
    /// The largest message.
    pub(super) most_bytes: usize,
    /// A message of which more is to come.
    pub(super) partial: Option<Partial>,
}

/// The beginning of a message.
pub(super) struct Partial {
    pub(super) delivery: u32,
    pub(super) is_settled: bool,
    pub(super) bytes: BytesMut,
}

/// The end of a link on which messages go out.
#[derive(Default)]
pub(super) struct Sender {
    /// How many deliveries went out, with those that the client gave up by draining.
    pub(super) delivery_count: u32,
    /// How many more the client wants.
    pub(super) credit: u32,
    /// Whether the client wants the credit used up now.
    pub(super) drain: bool,
}

impl Receiver {
    /// Whether it is time to let the client send more.
    pub(super) fn wants_credit(&self) -> bool {
        self.credit + self.unsettled <= CREDIT / 2
    }
}

impl Sender {
    /// The client says how many deliveries it has seen, and how many more it wants.
    pub(super) fn granted(&mut self, seen: Option<u32>, credit: u32, drain: bool) {
        let unseen = self.delivery_count.wrapping_sub(seen.unwrap_or_default());
        self.credit = credit.saturating_sub(unseen);
        self.drain = drain;
    }
}
