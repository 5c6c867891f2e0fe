//! What is wrong on the ways to a live hub, and for how long that is told.
//!
//! Each device has a trouble of its own. It is over once the hub lets the device in, or once nobody on the bench is that
//! device any more. A program that gave up because of it leaves it behind: that is what the learner has to know.

use wire::timestamp::Timestamp;

use super::Live;
use crate::outside::{Trouble, TroubleKind};

/// How many devices' troubles are remembered.
const MOST: usize = 100;

/// On which way something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// The links of a device.
    Links(String),
    Calls,
    Events,
}

/// What is wrong on each way, and who would notice.
#[derive(Default)]
pub(super) struct Troubles {
    /// The latest last, and of each way one.
    told: Vec<Told>,
    clients: Vec<Client>,
}

struct Told {
    route: Route,
    trouble: Trouble,
    /// When it is tried again, if that is known.
    again: Option<Timestamp>,
}

/// A program that is a device.
struct Client {
    program: String,
    device_id: String,
    has_given_up: bool,
}

impl Troubles {
    pub(super) fn now(&self) -> Option<(Trouble, Option<Timestamp>)> {
        let latest = self.told.last()?;
        Some((latest.trouble.clone(), latest.again))
    }

    fn set(&mut self, route: Route, trouble: Trouble, again: Option<Timestamp>) {
        self.clear(&route);
        if self.told.len() >= MOST {
            self.told.remove(0);
        }
        self.told.push(Told {
            route,
            trouble,
            again,
        });
    }

    fn clear(&mut self, route: &Route) {
        self.told.retain(|told| told.route != *route);
    }

    fn set_again(&mut self, route: &Route, again: Option<Timestamp>) {
        let told = self.told.iter_mut().find(|told| told.route == *route);
        if let Some(told) = told {
            told.again = again;
        }
    }

    /// Whether nobody is a device, or tries to be.
    fn is_deserted(&self, device_id: &str) -> bool {
        let mut clients = self.clients.iter();
        !clients.any(|client| client.device_id == device_id && !client.has_given_up)
    }
}

impl Live {
    /// Notes that something is wrong on a way.
    pub(crate) fn trouble(&mut self, route: Route, trouble: Trouble, again: Option<Timestamp>) {
        self.troubles.set(route, trouble, again);
    }

    /// Notes that a way works. What the browser could not open or keep open for a call, it can again.
    pub(crate) fn works(&mut self, route: &Route) {
        self.troubles.clear(route);
        let is_over = |told: &Told| {
            let kinds = [
                TroubleKind::Closed,
                TroubleKind::NoSocket,
                TroubleKind::Offline,
            ];
            told.route == Route::Calls && kinds.contains(&told.trouble.kind)
        };
        self.troubles.told.retain(|told| !is_over(told));
    }

    pub(super) fn is_in_trouble(&self, route: &Route) -> bool {
        self.troubles.told.iter().any(|told| told.route == *route)
    }

    /// Notes when what is wrong with a device's links is tried again.
    pub(crate) fn links_retry(&mut self, device_id: &str, at: Timestamp) {
        let route = Route::Links(device_id.to_owned());
        self.troubles.set_again(&route, Some(at));
    }

    /// Notes when a call that went wrong is made again.
    pub(super) fn calls_retry(&mut self, at: Timestamp) {
        self.troubles.set_again(&Route::Calls, Some(at));
    }

    /// A program begins to be a device.
    pub(crate) fn client_begins(&mut self, program: &str, device_id: &str) {
        let clients = &mut self.troubles.clients;
        clients.retain(|it| it.program != program || it.device_id != device_id);
        clients.push(Client {
            program: program.to_owned(),
            device_id: device_id.to_owned(),
            has_given_up: false,
        });
    }

    /// A program has given up: nothing more is tried.
    pub(crate) fn clients_gave_up(&mut self, program: &str) {
        let mut given_up = Vec::new();
        for client in &mut self.troubles.clients {
            if client.program == program {
                client.has_given_up = true;
                given_up.push(client.device_id.clone());
            }
        }
        for device_id in given_up {
            if self.troubles.is_deserted(&device_id) {
                self.troubles.set_again(&Route::Links(device_id), None);
            }
        }
    }

    /// A program has come to its end or was stopped: what kept its devices from the hub is no trouble any more.
    pub(crate) fn clients_left(&mut self, program: &str) {
        let clients = &mut self.troubles.clients;
        let left: Vec<Client> = clients.extract_if(.., |it| it.program == program).collect();
        for Client { device_id, .. } in left {
            if self.troubles.is_deserted(&device_id) {
                self.troubles.clear(&Route::Links(device_id));
            }
        }
    }
}
