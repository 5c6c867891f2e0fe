//! Twins as service programs read them.

use serde::{Serialize, Serializer};

use crate::registry::{Device, Module};

/// The twin of a device as `GET /twins/{device}` answers with it.
pub(crate) struct DeviceDocument<'a>(pub(crate) &'a Device);

/// The twin of a module as `GET /twins/{device}/modules/{module}` answers with it.
pub(crate) struct ModuleDocument<'a> {
    pub(crate) device: &'a Device,
    pub(crate) module: &'a Module,
}

impl Serialize for DeviceDocument<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.twin.serialize(serializer)
    }
}

impl Serialize for ModuleDocument<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.module.twin.serialize(serializer)
    }
}
