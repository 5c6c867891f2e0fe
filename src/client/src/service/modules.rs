//! Module identities.

use http::Method;
use serde::Serialize;
use wire::connection_string::DeviceConnectionString;
use wire::rest::{ModuleIdentity, encode_id};
use wire::timestamp::Timestamp;

use crate::request::{only_if, with_json};
use crate::response::{Answer, read_json};

use super::devices::{NewAuthentication, device_path};
use super::{Call, IfMatch, Service};

impl Service {
    /// Creates a module identity of a device. The hub makes its keys. An id that is taken is refused
    /// (409).
    pub fn create_module(&self, now: Timestamp, device_id: &str, id: &str) -> Call<ModuleIdentity> {
        let wanted = NewModule {
            device_id,
            module_id: id,
            authentication: NewAuthentication::default(),
        };
        let request = self.request(now, Method::PUT, &module_path(device_id, id));
        Call::new(with_json(request, &wanted), read_module)
    }

    /// Replaces a module identity as a whole. An identity in another state than `if_match` says is
    /// refused (412), a missing one too (404).
    pub fn update_module(
        &self,
        now: Timestamp,
        module: &ModuleIdentity,
        if_match: &IfMatch,
    ) -> Call<ModuleIdentity> {
        let path = module_path(&module.device_id, &module.module_id);
        let request = only_if(self.request(now, Method::PUT, &path), if_match);
        Call::new(with_json(request, module), read_module)
    }

    /// Reads a module identity, keys included.
    pub fn get_module(&self, now: Timestamp, device_id: &str, id: &str) -> Call<ModuleIdentity> {
        let path = module_path(device_id, id);
        Call::new(self.request(now, Method::GET, &path), read_module)
    }

    /// Reads the module identities of a device.
    pub fn list_modules(&self, now: Timestamp, device_id: &str) -> Call<Vec<ModuleIdentity>> {
        let path = format!("{}/modules", device_path(device_id));
        Call::new(self.request(now, Method::GET, &path), read_modules)
    }

    /// Deletes a module identity and its twin.
    pub fn delete_module(
        &self,
        now: Timestamp,
        device_id: &str,
        id: &str,
        if_match: &IfMatch,
    ) -> Call<()> {
        let request = self.request(now, Method::DELETE, &module_path(device_id, id));
        Call::new(only_if(request, if_match), |_| Ok(()))
    }

    /// What a module of this hub connects with, from its identity's first key. `None` if the
    /// identity has no usable key.
    pub fn module_connection_string(
        &self,
        module: &ModuleIdentity,
    ) -> Option<DeviceConnectionString> {
        let keys = &module.authentication.symmetric_key;
        self.connection_string_of(&module.device_id, Some(&module.module_id), keys)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewModule<'a> {
    device_id: &'a str,
    module_id: &'a str,
    authentication: NewAuthentication,
}

fn module_path(device_id: &str, id: &str) -> String {
    format!("{}/modules/{}", device_path(device_id), encode_id(id))
}

fn read_module(answer: &Answer) -> Result<ModuleIdentity, String> {
    named(read_json(answer)?)
}

fn read_modules(answer: &Answer) -> Result<Vec<ModuleIdentity>, String> {
    let modules: Vec<ModuleIdentity> = read_json(answer)?;
    modules.into_iter().map(named).collect()
}

fn named(module: ModuleIdentity) -> Result<ModuleIdentity, String> {
    if module.device_id.is_empty() || module.module_id.is_empty() {
        return Err("expected a module identity, found no deviceId or no moduleId".to_owned());
    }
    Ok(module)
}
