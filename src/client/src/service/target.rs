//! Who a call is about.

use wire::rest::encode_id;

/// A device, or a module of one: both have twins and answer direct methods.
///
/// A device is written as its id, a module as the pair of its device's id and its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// The device.
    pub device_id: &'a str,
    /// The module of the device, if it is about one.
    pub module_id: Option<&'a str>,
}

impl Target<'_> {
    pub(super) fn twin_path(self) -> String {
        let device = encode_id(self.device_id);
        match self.module_id {
            Some(module) => format!("/twins/{device}/modules/{}", encode_id(module)),
            None => format!("/twins/{device}"),
        }
    }
}

impl<'a> From<&'a str> for Target<'a> {
    fn from(device_id: &'a str) -> Self {
        Self {
            device_id,
            module_id: None,
        }
    }
}

impl<'a> From<&'a String> for Target<'a> {
    fn from(device_id: &'a String) -> Self {
        device_id.as_str().into()
    }
}

impl<'a> From<(&'a str, &'a str)> for Target<'a> {
    fn from((device_id, module_id): (&'a str, &'a str)) -> Self {
        Self {
            device_id,
            module_id: Some(module_id),
        }
    }
}
