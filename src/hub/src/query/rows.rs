//! The twins that queries see, by the ids of their devices and then by those of their modules.

use std::ops::Bound;

use super::row::Row;
use crate::registry::{Device, Registry};

/// All devices that a query sees.
pub(crate) enum Rows<'a> {
    /// Those of the registry.
    Registry(&'a Registry),
    /// These, by id.
    Seen(Vec<&'a Device>),
}

impl<'a> Rows<'a> {
    /// The devices after the one of an id.
    pub(super) fn devices(
        &'a self,
        after: Option<&str>,
    ) -> impl Iterator<Item = Row<'a>> + use<'a> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.from(from).map(|device| Row {
            device,
            module: None,
        })
    }

    /// The modules after the one of these ids.
    pub(super) fn modules(
        &'a self,
        after: Option<(&str, Option<&str>)>,
    ) -> impl Iterator<Item = Row<'a>> + use<'a> {
        let from = after.map_or(Bound::Unbounded, |(device, _)| Bound::Included(device));
        let after = after.map(|(device, module)| (device.to_owned(), module.map(str::to_owned)));
        self.from(from)
            .flat_map(|device| {
                device.modules.values().map(move |module| Row {
                    device,
                    module: Some(module),
                })
            })
            .skip_while(move |row| {
                let ids = (row.device_id(), row.module_id());
                after
                    .as_ref()
                    .is_some_and(|(device, module)| ids <= (device, module.as_deref()))
            })
    }

    fn from(&'a self, from: Bound<&str>) -> Box<dyn Iterator<Item = &'a Device> + 'a> {
        match self {
            Self::Registry(registry) => Box::new(registry.from(from)),
            Self::Seen(devices) => {
                let start = devices.partition_point(|device| {
                    let id = device.identity.device_id.as_str();
                    match from {
                        Bound::Unbounded => false,
                        Bound::Included(bound) => id < bound,
                        Bound::Excluded(bound) => id <= bound,
                    }
                });
                Box::new(devices.iter().skip(start).copied())
            }
        }
    }
}
