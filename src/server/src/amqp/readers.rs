//! Who reads which partition: one reader at a time where a client asks for that, five at most otherwise.
//!
//! A client that names an epoch wants a partition for itself. A higher or equal epoch takes it over from whoever has
//! it, and a lower one is refused. (Event Hubs documentation: event receivers, epochs.)

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use thiserror::Error;
use tokio::sync::mpsc;

use super::link::LinkId;

/// The most readers of a partition in a consumer group that share it.
const MOST_SHARING: usize = 5;

/// Why a partition cannot be read just now.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum ReaderError {
    #[error(
        "a receiver with the epoch {held} reads this partition for itself; expected that epoch or a higher one, got \
         {asked}"
    )]
    Held { held: i64, asked: String },
    #[error(
        "{MOST_SHARING} receivers read this partition in this consumer group, as many as may; close one of them"
    )]
    TooMany,
}

/// Told to a reader whose partition was taken over: its link, and the epoch of who took it.
pub(super) type Stolen = (LinkId, i64);

/// All readers of all connections.
#[derive(Clone, Debug, Default)]
pub(super) struct Readers(Arc<Mutex<State>>);

type Seat = (String, u16);

#[derive(Debug, Default)]
struct State {
    last: u64,
    seats: HashMap<Seat, Vec<Holder>>,
}

#[derive(Debug)]
struct Holder {
    number: u64,
    epoch: Option<i64>,
    link: LinkId,
    thief: mpsc::UnboundedSender<Stolen>,
}

/// A reader's place at a partition; dropping it gives the place up.
#[derive(Debug)]
pub(super) struct Place {
    readers: Readers,
    seat: Seat,
    number: u64,
}

impl Readers {
    /// Takes a place at a partition for a link. `thief` hears if it is taken over.
    pub(super) fn sit(
        &self,
        group: &str,
        partition: u16,
        epoch: Option<i64>,
        (link, thief): (LinkId, &mpsc::UnboundedSender<Stolen>),
    ) -> Result<Place, ReaderError> {
        let seat = (group.to_lowercase(), partition);
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.last += 1;
        let number = state.last;
        let holders = state.seats.entry(seat.clone()).or_default();
        let held = holders.iter().find_map(|holder| holder.epoch);
        if let Some(held) = held
            && epoch.is_none_or(|asked| asked < held)
        {
            let asked = epoch.map_or_else(|| "none".to_owned(), |epoch| epoch.to_string());
            return Err(ReaderError::Held { held, asked });
        }
        if let Some(epoch) = epoch {
            for holder in holders.drain(..) {
                // A connection that is gone has no link to lose.
                let _ = holder.thief.send((holder.link, epoch));
            }
        } else if holders.len() >= MOST_SHARING {
            return Err(ReaderError::TooMany);
        }
        holders.push(Holder {
            number,
            epoch,
            link,
            thief: thief.clone(),
        });
        drop(state);
        Ok(Place {
            readers: self.clone(),
            seat,
            number,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self
            .readers
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(holders) = state.seats.get_mut(&self.seat) {
            holders.retain(|holder| holder.number != self.number);
            if holders.is_empty() {
                state.seats.remove(&self.seat);
            }
        }
    }
}
