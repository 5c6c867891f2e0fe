//! Many devices at once: registered, switched on, and removed together.

use std::time::Duration;

use wire::rest::{BulkItem, ImportMode, MAX_BULK_ITEMS};

use crate::{
    action::Refusal,
    hands::Hands,
    operator::{Operator, refused_here},
    switched_on::{Behaviour, read_interval},
};

/// The most devices of a fleet.
const MOST_DEVICES: u16 = 2_000;

/// What the ids of a fleet's devices begin with.
const PREFIX: &str = "fleet-";

/// Of how many devices of a fleet every message is told. Nobody reads those of more.
const TOLD_DEVICES: u16 = 100;

/// Over how long the devices' connecting is spread at most.
const LONGEST_START: Duration = Duration::from_secs(10);

/// The devices that were made together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fleet {
    /// How many they are.
    pub count: u16,
    /// The time between two messages of each.
    pub interval: Duration,
}

impl Fleet {
    fn ids(self) -> impl Iterator<Item = String> {
        (1..=self.count).map(|number| format!("{PREFIX}{number:04}"))
    }

    /// Whether a device is one of them.
    pub fn has(self, device_id: &str) -> bool {
        self.number(device_id).is_some()
    }

    /// Whether a device is one of those whose messages are only counted: all but the first ones.
    pub fn only_counts(self, device_id: &str) -> bool {
        self.number(device_id)
            .is_some_and(|number| number > TOLD_DEVICES)
    }

    fn number(self, device_id: &str) -> Option<u16> {
        let number = device_id
            .strip_prefix(PREFIX)
            .filter(|digits| digits.len() == 4 && digits.bytes().all(|it| it.is_ascii_digit()));
        let number = number.and_then(|digits| digits.parse::<u16>().ok());
        number.filter(|number| (1..=self.count).contains(number))
    }

    /// How many messages its devices send in a second.
    pub fn rate(self) -> f64 {
        f64::from(self.count) / self.interval.as_secs_f64()
    }
}

impl Hands {
    /// The fleet on the bench, if there is one.
    pub fn fleet(&self) -> Option<Fleet> {
        self.look().devices.fleet()
    }

    pub(crate) async fn start_fleet(&self, count: u16, interval: f64) -> Result<(), Refusal> {
        if self.live().is_some() {
            return Err(refused_here(
                "a fleet is for the hub on the bench: on a live hub its devices and messages would be paid for",
            ));
        }
        let interval = read_interval(interval)?;
        if !(1..=MOST_DEVICES).contains(&count) {
            return Err(refused_here(format!(
                "expected 1 to {MOST_DEVICES} devices, found {count}"
            )));
        }
        if self.fleet().is_some() {
            self.stop_fleet().await?;
        }
        let fleet = Fleet { count, interval };
        self.world().devices.set_fleet(Some(fleet));
        let changed = self.change_registry(fleet, ImportMode::Create).await;
        if let Err(refusal) = changed {
            self.world().devices.set_fleet(None);
            return Err(refusal);
        }
        let starting = interval.min(LONGEST_START);
        for (number, device_id) in (0..u32::from(count)).zip(fleet.ids()) {
            let share = |time: Duration| time * number / u32::from(count);
            let connect_after = share(starting);
            let behaviour = Behaviour {
                interval: Some(interval),
                connect_after,
                send_after: share(interval).saturating_sub(connect_after),
                prints: false,
            };
            // A device of this id without a key was there before, and stays as it is.
            let _ = self.switch_on(&device_id, behaviour);
        }
        Ok(())
    }

    pub(crate) async fn stop_fleet(&self) -> Result<(), Refusal> {
        let Some(fleet) = self.fleet() else {
            return Err(refused_here("there is no fleet to stop"));
        };
        for device_id in fleet.ids() {
            self.switch_off(&device_id);
        }
        self.change_registry(fleet, ImportMode::Delete).await?;
        let mut world = self.world();
        for device_id in fleet.ids() {
            world.forget_device(&device_id);
        }
        world.devices.set_fleet(None);
        Ok(())
    }

    /// Registers or removes all devices of a fleet, with as few requests as may be. That a device is there already, or
    /// no longer, is no mistake here.
    async fn change_registry(&self, fleet: Fleet, mode: ImportMode) -> Result<(), Refusal> {
        let operator = Operator::new(self)?;
        let items: Vec<BulkItem> = fleet
            .ids()
            .map(|id| BulkItem {
                id,
                import_mode: mode,
                ..BulkItem::default()
            })
            .collect();
        for items in items.chunks(MAX_BULK_ITEMS) {
            let call = operator.service().change_devices(self.now(), items);
            operator.send(&call).await?;
        }
        Ok(())
    }
}
