//! The registry's calls.

use client::service::IfMatch;
use wire::error::ErrorCode;
use wire::rest::{BulkItem, DeviceStatus, ImportMode};

use crate::world::{World, patient};

#[test]
fn a_device_identity_is_made_read_changed_listed_and_deleted() {
    let mut world = World::new(1);
    let (service, now) = (world.service(), world.now);
    let mut device = world.call(&service.create_device(now, "dev1"));
    assert_eq!(world.call(&service.get_device(now, "dev1")), device);
    let taken = world.try_call(&service.create_device(now, "dev1"));
    assert_eq!(
        taken.unwrap_err().code(),
        Some(ErrorCode::DeviceAlreadyExists)
    );
    device.status = DeviceStatus::Disabled;
    let tag = IfMatch::Etag(device.etag.clone());
    let changed = world.call(&service.update_device(now, &device, &tag));
    assert_eq!(changed.status, DeviceStatus::Disabled);
    assert_eq!(changed.authentication, device.authentication, "keys stay");
    let stale = world.try_call(&service.update_device(now, &device, &tag));
    assert_eq!(
        stale.unwrap_err().code(),
        Some(ErrorCode::PreconditionFailed)
    );
    assert_eq!(world.call(&service.list_devices(now, 10)), [changed]);
    world.call(&service.delete_device(now, "dev1", &IfMatch::Any));
    let gone = world.try_call(&service.get_device(now, "dev1"));
    assert_eq!(gone.unwrap_err().code(), Some(ErrorCode::DeviceNotFound));
}

#[test]
fn a_module_identity_is_made_read_changed_listed_and_deleted() {
    let mut world = World::new(1);
    world.register("dev1");
    let (service, now) = (world.service(), world.now);
    let mut module = world.call(&service.create_module(now, "dev1", "mod1"));
    assert_eq!(world.call(&service.get_module(now, "dev1", "mod1")), module);
    let taken = world.try_call(&service.create_module(now, "dev1", "mod1"));
    let code = taken.unwrap_err().code();
    assert_eq!(code, Some(ErrorCode::ModuleAlreadyExistsOnDevice));
    module.managed_by = Some("somebody".to_owned());
    let tag = IfMatch::Etag(module.etag.clone());
    let changed = world.call(&service.update_module(now, &module, &tag));
    assert_eq!(changed.managed_by.as_deref(), Some("somebody"));
    assert_eq!(world.call(&service.list_modules(now, "dev1")), [changed]);
    world.call(&service.delete_module(now, "dev1", "mod1", &IfMatch::Any));
    assert_eq!(world.call(&service.list_modules(now, "dev1")), []);
}

#[test]
fn many_changes_are_made_in_one_request_each_for_itself() {
    let mut world = World::new(1);
    world.register("dev1");
    let (service, now) = (world.service(), world.now);
    let item = |id: &str, import_mode| BulkItem {
        id: id.to_owned(),
        import_mode,
        ..BulkItem::default()
    };
    let items = [
        item("a", ImportMode::Create),
        item("dev1", ImportMode::Create),
        item("b", ImportMode::Create),
    ];
    let result = world.call(&service.change_devices(now, &items));
    assert!(!result.is_successful);
    assert_eq!(result.errors.len(), 1);
    assert_eq!(result.errors[0].device_id, "dev1");
    let items = [item("a", ImportMode::Delete), item("b", ImportMode::Delete)];
    assert!(
        world
            .call(&service.change_devices(now, &items))
            .is_successful
    );
    let left = world.call(&service.list_devices(now, 10));
    assert_eq!(left.len(), 1);
}

#[test]
fn devices_are_counted() {
    let mut world = World::new(1);
    let device = world.device(patient());
    world.register("dev2");
    let (service, now) = (world.service(), world.now);
    let counts = world.call(&service.registry_statistics(now));
    assert_eq!(
        (counts.total_device_count, counts.enabled_device_count),
        (2, 2)
    );
    let connected = service.service_statistics(now);
    assert_eq!(world.call(&connected).connected_device_count, 0);
    world.connect(device);
    assert_eq!(world.call(&connected).connected_device_count, 1);
}
