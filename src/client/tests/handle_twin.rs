//! A device's twin, through the async handle.

use client::device::{DesiredChange, DesiredWatch, TwinError};
use serde_json::{Value, json};

use crate::bench::{SECOND, calm};
use crate::handle_bench::{Lab, Outcome};

type Changed = (DesiredWatch, Result<DesiredChange, TwinError>);

fn twin(version: u64, desired: &str) -> String {
    format!(r#"{{"desired":{{{desired}"$version":{version}}},"reported":{{"$version":1}}}}"#)
}

fn announce(lab: &mut Lab, version: u64, patch: &str) {
    let topic = format!("$iothub/twin/PATCH/properties/desired/?$version={version}");
    lab.hub(|hub| hub.publish(&topic, None, patch));
}

fn watch(lab: &mut Lab) -> DesiredWatch {
    lab.hub(|hub| hub.twin = twin(4, r#""a":1,"#));
    let device = lab.device.clone();
    let watch = lab.run(async move { device.watch_desired().await });
    watch.unwrap().unwrap()
}

fn next(lab: &mut Lab, mut watch: DesiredWatch) -> Outcome<Changed> {
    lab.start(async move {
        let change = watch.next().await;
        (watch, change)
    })
}

fn desired(watch: &DesiredWatch) -> Value {
    Value::Object(watch.twin().desired.properties.clone())
}

#[test]
fn the_twin_is_read_and_reported_to() {
    let mut lab = Lab::connected(calm());
    lab.hub(|hub| hub.twin = twin(4, r#""a":1,"#));
    let device = lab.device.clone();
    let done = lab.run(async move {
        let twin = device.get_twin().await?;
        let version = device.patch_reported(json!({"b": 2})).await?;
        device.patch_reported_if(json!({"b": 3}), version).await?;
        Ok::<_, TwinError>((twin.desired.version, version))
    });
    assert_eq!(done, Some(Ok((4, 8))));
    assert_eq!(
        lab.got(),
        [
            "SUBSCRIBE #1 $iothub/twin/res/#",
            "PUBLISH #0 ",
            r#"PUBLISH #0 {"b":2}"#,
            r#"PUBLISH #0 {"b":3}"#
        ]
    );
}

#[test]
fn what_is_reported_is_an_object() {
    let mut lab = Lab::connected(calm());
    for (patch, found) in [
        (json!([1]), "an array"),
        (json!(1), "a number"),
        (json!(null), "null"),
    ] {
        let device = lab.device.clone();
        let refused = lab.run(async move { device.patch_reported(patch).await });
        assert_eq!(refused, Some(Err(TwinError::NotAnObject { found })));
    }
    assert_eq!(lab.got(), [""; 0]);
}

#[test]
fn a_watch_subscribes_before_it_reads_so_that_no_change_slips_through() {
    let mut lab = Lab::connected(calm());
    watch(&mut lab);
    assert_eq!(
        lab.got(),
        [
            "SUBSCRIBE #1 $iothub/twin/PATCH/properties/desired/#",
            "SUBSCRIBE #2 $iothub/twin/res/#",
            "PUBLISH #0 "
        ]
    );
}

#[test]
fn a_watch_applies_what_is_announced_and_drops_what_is_known() {
    let mut lab = Lab::connected(calm());
    let watch = watch(&mut lab);
    announce(&mut lab, 4, r#"{"a":0,"$version":4}"#);
    let change = next(&mut lab, watch);
    assert!(change.borrow().is_none());
    announce(&mut lab, 5, r#"{"b":2,"$version":5}"#);
    let (watch, change) = change.take().unwrap();
    let Ok(DesiredChange::Patch(patch)) = change else {
        panic!("expected the patch, found {change:?}");
    };
    assert_eq!(patch.version, 5);
    assert_eq!(Value::Object(patch.properties), json!({"b": 2}));
    assert_eq!(desired(&watch), json!({"a": 1, "b": 2}));
}

#[test]
fn a_watch_reads_the_twin_again_when_an_announcement_is_missing() {
    let mut lab = Lab::connected(calm());
    let watch = watch(&mut lab);
    let change = next(&mut lab, watch);
    lab.hub(|hub| hub.twin = twin(6, r#""a":3,"#));
    announce(&mut lab, 6, r#"{"a":3,"$version":6}"#);
    let (watch, change) = change.take().unwrap();
    assert_eq!(change, Ok(DesiredChange::Reread));
    assert_eq!(desired(&watch), json!({"a": 3}));
}

#[test]
fn a_watch_reads_the_twin_again_after_a_lost_connection() {
    let mut lab = Lab::connected(calm());
    let watch = watch(&mut lab);
    let change = next(&mut lab, watch);
    lab.cut();
    lab.wait(SECOND);
    assert!(change.borrow().is_none(), "nothing has changed meanwhile");
    lab.cut();
    lab.hub(|hub| hub.twin = twin(5, r#""b":2,"#));
    lab.wait(SECOND);
    let (watch, change) = change.take().unwrap();
    assert_eq!(change, Ok(DesiredChange::Reread));
    assert_eq!(desired(&watch), json!({"b": 2}));
}

#[test]
fn a_watch_goes_on_after_an_error() {
    let mut lab = Lab::connected(calm());
    let watch = watch(&mut lab);
    lab.hub(|hub| hub.twin = "broken".to_owned());
    announce(&mut lab, 6, "{}");
    let (watch, change) = next(&mut lab, watch).take().unwrap();
    assert!(
        matches!(change, Err(TwinError::Unreadable { .. })),
        "{change:?}"
    );
    lab.hub(|hub| hub.twin = twin(6, ""));
    let (watch, change) = next(&mut lab, watch).take().unwrap();
    assert_eq!(change, Ok(DesiredChange::Reread));
    assert_eq!(desired(&watch), json!({}));
}
