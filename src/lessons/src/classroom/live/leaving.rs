//! Leaving a live hub, and deleting first what was created there, if the learner wants that.

use std::{cell::RefCell, rc::Rc, time::Duration};

use lab::{
    Clock, Hands,
    action::{CloudAction, Outcome},
};
use wire::timestamp::Timestamp;

use crate::{
    classroom::Classroom,
    message::{HubView, Message, Report},
};

/// How long the deletion of devices may take.
const LONGEST_DELETION: Duration = Duration::from_mins(1);

/// The name under which devices are deleted.
const LEAVING: &str = "leaving";

/// Devices that are being deleted before the hub is left.
pub(super) struct Leaving {
    until: Timestamp,
    /// Those that are still there, and why the last attempt to delete one failed.
    left: Rc<RefCell<Left>>,
}

#[derive(Default)]
struct Left {
    devices: Vec<String>,
    why: Option<String>,
    is_over: bool,
}

impl Classroom {
    pub(in crate::classroom) fn leave(
        &mut self,
        now: Timestamp,
        delete_devices: bool,
    ) -> Result<(), Message> {
        if self.live.is_none() {
            // A hub that is being reached is not gone to after all.
            return if self.opening.take().is_some() || self.dismiss_successor() {
                Ok(())
            } else {
                Err(Message::new("refused-not-live"))
            };
        }
        self.stop(None);
        let hands = self.bench.hands();
        let Some(live) = &mut self.live else {
            return Ok(());
        };
        let created = live.view(&hands).created;
        if !delete_devices || created.is_empty() || live.leaving.is_some() {
            self.come_back(now);
            return Ok(());
        }
        let left = Rc::new(RefCell::new(Left {
            devices: created.clone(),
            ..Left::default()
        }));
        live.leaving = Some(Leaving {
            until: now.plus(LONGEST_DELETION),
            left: Rc::clone(&left),
        });
        self.bench.spawn(LEAVING, delete(hands, created, left));
        Ok(())
    }

    /// Looks whether all devices are deleted that were to be.
    pub(in crate::classroom) fn look_whether_left(&mut self, now: Timestamp) {
        let leaving = self.live.as_ref().and_then(|live| live.leaving.as_ref());
        let Some(leaving) = leaving else { return };
        if !leaving.left.borrow().is_over && now < leaving.until {
            return;
        }
        let (devices, why) = {
            let mut left = leaving.left.borrow_mut();
            (std::mem::take(&mut left.devices), left.why.take())
        };
        self.come_back(now);
        if !devices.is_empty() {
            self.reports.push_back(Report::Refused {
                message: Message::new("refused-live-not-deleted")
                    .with("devices", devices.join(", "))
                    .with("why", why.unwrap_or_else(|| "…".to_owned())),
                of_hub: true,
            });
        }
    }

    /// Puts the emulated hub back on the bench.
    fn come_back(&mut self, now: Timestamp) {
        self.live = None;
        self.opening = None;
        self.clock = Clock::new(now);
        self.reports.push_back(Report::Hub(HubView::Emulated));
        self.begin_anew(now);
        if self.opened.is_none() {
            // The keys go with the bench.
            self.make_bench(now);
        }
    }
}

/// Deletes devices one by one.
async fn delete(hands: Hands, devices: Vec<String>, left: Rc<RefCell<Left>>) {
    for device_id in devices {
        let action = CloudAction::DeleteDevice {
            device_id: device_id.clone(),
        };
        let outcome = hands.act_in_cloud(action).await;
        let mut left = left.borrow_mut();
        match outcome {
            Outcome::Refused(refusal) if refusal.status != Some(404) => {
                left.why = Some(refusal.text);
            }
            // What somebody else deleted is gone as well.
            _ => {
                left.devices.retain(|left| *left != device_id);
            }
        }
    }
    left.borrow_mut().is_over = true;
}
