//! Devices and modules that come, change and go.

use std::collections::{BTreeMap, BTreeSet};

use futures::{FutureExt as _, future::BoxFuture};

use crate::{
    Dice, User, below,
    kept::Kept,
    uncertain::Uncertain,
    wire_ends::{Broken, Ends},
};

/// What is known of a device: the reason of its status, and its modules.
#[derive(Clone, Debug, Default, PartialEq)]
struct Device {
    reason: String,
    modules: BTreeSet<String>,
}

pub(crate) struct Registry {
    dice: Dice,
    devices: Uncertain<BTreeMap<String, Device>>,
}

const ANY: (&str, &str) = ("if-match", "*");

impl Registry {
    pub(crate) fn new(dice: Dice) -> Self {
        Self {
            dice,
            devices: Uncertain::new(BTreeMap::new()),
        }
    }

    async fn change(&mut self, ends: &Ends) -> Result<(), Broken> {
        let mut rest = ends.rest().await?;
        loop {
            let id = format!("thing-{}", below(&mut self.dice, 5));
            let module = format!("m{}", below(&mut self.dice, 3));
            let reason = format!("reason {}", below(&mut self.dice, 1_000));
            let device = self.devices.get().get(&id).cloned();
            let (path, of_module) = (
                format!("/devices/{id}"),
                format!("/devices/{id}/modules/{module}"),
            );
            let identity = format!(r#"{{"deviceId":"{id}","statusReason":"{reason}"}}"#);
            let named = format!(r#"{{"deviceId":"{id}","moduleId":"{module}"}}"#);
            let has_module = device
                .as_ref()
                .is_some_and(|it| it.modules.contains(&module));
            let roll = below(&mut self.dice, 8);
            self.devices.begin(|devices| match (&device, roll) {
                (Some(_), 0) => drop(devices.remove(&id)),
                (Some(_), 1..=4) => {
                    let modules = &mut devices.entry(id.clone()).or_default().modules;
                    if !modules.remove(&module) {
                        modules.insert(module.clone());
                    }
                }
                _ => devices.entry(id.clone()).or_default().reason = reason,
            });
            match (&device, roll) {
                (Some(_), 0) => rest.do_it("DELETE", &path, &[ANY], "").await?,
                (Some(_), 1..=4) if has_module => {
                    rest.do_it("DELETE", &of_module, &[ANY], "").await?
                }
                (Some(_), 1..=4) => rest.do_it("PUT", &of_module, &[], &named).await?,
                (Some(_), _) => rest.do_it("PUT", &path, &[ANY], &identity).await?,
                (None, _) => rest.do_it("PUT", &path, &[], &identity).await?,
            };
            self.devices.done();
        }
    }
}

impl User for Registry {
    fn run<'a>(&'a mut self, ends: &'a Ends) -> BoxFuture<'a, Broken> {
        async { self.change(ends).await.err().unwrap_or(Broken) }.boxed()
    }

    fn check(&mut self, kept: &Kept) {
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let mut found = BTreeMap::<String, Device>::new();
        for device in kept.records("device") {
            let id = text(&device["deviceId"]);
            if id.starts_with("thing-") {
                assert!(kept.of_device("twin", &id).is_some(), "{id} has a twin");
                found.entry(id).or_default().reason = text(&device["statusReason"]);
            }
        }
        for module in kept.records("module") {
            let device = found.get_mut(&text(&module["deviceId"])).unwrap();
            device.modules.insert(text(&module["moduleId"]));
        }
        self.devices.settle(found);
    }
}
