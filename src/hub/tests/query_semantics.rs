//! For which twins a condition is true.

use hub::HubOptions;
use serde_json::json;

use crate::bench::{Ask, Bench, HOST, SECOND, SEED, START};
use crate::query_bench::{ids, ids_where, plants, report, results, write};

fn bench() -> Bench {
    plants(Bench::empty(HubOptions::new(HOST, SEED)))
}

/// Conditions, and the devices for which they are true.
fn check(cases: &[(&str, &str)]) {
    let mut bench = bench();
    for (condition, expected) in cases {
        assert_eq!(ids_where(&mut bench, condition), *expected, "{condition}");
    }
}

#[test]
fn values_are_compared() {
    check(&[
        ("tags.location.plant = 'Redmond43'", "a b"),
        ("tags.location.plant = \"Redmond43\"", "a b"),
        ("tags.location.plant != 'Redmond43'", "c"),
        ("tags.location.plant <> 'Redmond43'", "c"),
        ("'Redmond43' = tags.location.plant", "a b"),
        (
            "tags.location.plant = 'Redmond43' AND properties.reported.connectivity = 'cellular'",
            "a",
        ),
        ("tags.floor = 1", "a"),
        ("tags.floor = 1.0", "a"),
        ("tags.floor = 0x1", "a"),
        ("tags.floor < 2", "a"),
        ("tags.floor <= 2", "a b"),
        ("tags.floor > 2", "c"),
        ("tags.floor >= 2", "b c"),
        ("properties.reported.temperature = 20.5", "a"),
        ("properties.reported.temperature < 0", "b"),
        ("properties.reported.temperature = -4", "b"),
        ("properties.reported.temperature >= 2.05e1", "a c"),
        ("tags.open = true", "a"),
        ("tags.open = false", "b"),
        ("tags.open", "a"),
        ("properties.desired.rate = properties.reported.rate", "a"),
        ("properties.desired.rate > properties.reported.rate", "b"),
    ]);
}

#[test]
fn texts_and_names_are_case_sensitive() {
    check(&[
        ("tags.location.plant = 'redmond43'", ""),
        ("tags.location.plant = 'Seoul'", ""),
        ("tags.location.plant = 'seoul'", "c"),
        ("tags.Location.plant = 'seoul'", ""),
        ("Tags.location.plant = 'seoul'", ""),
        ("tags.location.plant > 'a'", "c"),
        ("tags.location.plant < 'a'", "a b"),
    ]);
}

#[test]
fn what_is_missing_or_of_another_type_makes_nothing_true() {
    check(&[
        ("tags.floor = '1'", "d"),
        ("tags.floor > '0'", "d"),
        ("'5' > 3", ""),
        ("tags.open = 'true'", ""),
        ("tags.nothing = 1", ""),
        ("tags.nothing != 1", ""),
        ("NOT tags.nothing = 1", ""),
        ("NOT tags.floor = 1", "b c"),
        ("tags.nothing", ""),
        ("NOT tags.nothing", ""),
        ("NOT tags.open", "b"),
        ("tags.nothing = undefined", ""),
        ("undefined = undefined", ""),
        ("tags.nothing = null", ""),
        ("tags.floor = null", ""),
        ("tags.floor != null", ""),
        ("null = null", "a b c d e"),
        ("statusReason = null", "a b c d e"),
        ("1", ""),
        ("'true'", ""),
        ("null", ""),
        ("true", "a b c d e"),
        ("NOT false", "a b c d e"),
    ]);
}

#[test]
fn undefined_is_the_third_answer() {
    check(&[
        ("tags.nothing = 1 OR tags.floor = 1", "a"),
        ("tags.floor = 1 OR tags.nothing = 1", "a"),
        ("NOT (tags.nothing = 1 OR tags.floor = 1)", ""),
        ("NOT (tags.nothing = 1 AND tags.floor = 1)", "b c"),
        ("tags.nothing = 1 AND tags.floor = 1", ""),
        ("NOT (NOT tags.floor = 1)", "a"),
        ("(tags.floor = 1) = true", "a"),
        ("(tags.floor = 1) = false", "b c"),
    ]);
}

#[test]
fn and_binds_more_than_or_and_not_more_than_both() {
    check(&[
        ("tags.floor = 1 OR tags.floor = 2 AND tags.open", "a"),
        ("(tags.floor = 1 OR tags.floor = 2) AND tags.open", "a"),
        (
            "tags.floor = 2 OR tags.floor = 1 AND tags.open = false",
            "b",
        ),
        ("NOT tags.floor = 1 AND tags.open = false", "b"),
        ("NOT (tags.floor = 1 AND tags.open = false)", "a b c"),
    ]);
}

#[test]
fn numbers_are_calculated_with() {
    check(&[
        ("tags.floor + 1 = 2", "a"),
        ("tags.floor * 2 + 1 = 5", "b"),
        ("1 + tags.floor * 2 = 5", "b"),
        ("(1 + tags.floor) * 2 = 6", "b"),
        ("tags.floor - 1 - 1 = 0", "b"),
        ("tags.floor / 4 = 2.5", "c"),
        ("tags.floor % 3 = 1", "a c"),
        ("-tags.floor = -2", "b"),
        ("- -tags.floor = 2", "b"),
        ("tags.floor / 0 > 1", ""),
        ("tags.floor % 0 = 0", ""),
        ("tags.floor + '1' = 2", ""),
        ("tags.open + 1 = 2", ""),
        ("tags.nothing + 1 != 2", ""),
        ("-tags.open = 1", ""),
    ]);
}

#[test]
fn lists_are_looked_through() {
    check(&[
        (
            "properties.reported.connectivity IN ['wired', 'wifi']",
            "b c",
        ),
        ("properties.reported.connectivity in ['wired']", "c"),
        (
            "properties.reported.connectivity NIN ['wired', 'wifi']",
            "a",
        ),
        (
            "NOT properties.reported.connectivity IN ['wired', 'wifi']",
            "a",
        ),
        ("tags.floor IN [1, 5 + 5, 'x']", "a c"),
        ("tags.floor IN [1, '1']", "a d"),
        ("tags.nothing IN [1]", ""),
        ("tags.nothing NIN [1]", ""),
        ("tags.nothing IN [undefined]", ""),
        ("tags.location IN ['attic']", "d"),
        ("properties.desired.rate IN [properties.reported.rate]", "a"),
        ("deviceId IN ['a', 'e', 'f']", "a e"),
    ]);
}

#[test]
fn functions_of_the_language() {
    check(&[
        ("IS_DEFINED(tags.location)", "a b c d"),
        ("IS_DEFINED(tags.location.plant)", "a b c"),
        ("NOT IS_DEFINED(tags.location.plant)", "d e"),
        ("IS_DEFINED(statusReason)", "a b c d e"),
        ("IS_DEFINED(moduleId)", ""),
        ("is_defined(tags.floor) = false", "e"),
        ("STARTSWITH(tags.location.plant, 'Red')", "a b"),
        ("STARTSWITH(tags.location.plant, 'red')", ""),
        ("STARTSWITH(tags.location.plant, '')", "a b c"),
        ("STARTSWITH(tags.floor, '1')", "d"),
        ("NOT startswith(tags.location.plant, 'Red')", "c"),
        ("ARRAY_CONTAINS(tags.list, 1)", "a"),
        ("ARRAY_CONTAINS(tags.list, 'x')", "a"),
        ("array_contains(tags.list, true)", "a"),
        ("ARRAY_CONTAINS(tags.list, 'y')", ""),
        ("NOT ARRAY_CONTAINS(tags.list, 'y')", "a"),
        ("ARRAY_CONTAINS(tags.floor, 1)", ""),
        ("array_contains(parentScopes, 'x')", ""),
    ]);
}

#[test]
fn whole_objects_and_arrays_do_not_compare() {
    check(&[
        ("tags.location = tags.location", "d"),
        ("tags.list = [1, 'x', true]", ""),
        ("tags.list = tags.list", ""),
        ("tags.list IN [1]", ""),
        ("tags = 1", ""),
        ("properties.desired = properties.desired", ""),
        ("IS_DEFINED(tags)", "a b c d e"),
        ("IS_DEFINED(properties.desired)", "a b c d e"),
    ]);
}

#[test]
fn odd_names_stand_in_double_brackets() {
    check(&[
        ("tags.[[odd-name]].[[a-b]] = 1", "a"),
        ("tags.[[odd-name]].[[group]] = 'g'", "a"),
        ("tags.[[location]].plant = 'seoul'", "c"),
        ("IS_DEFINED(configurations.[[deployment-1]].status)", ""),
        ("configurations.[[deployment-1]].status = 'Applied'", ""),
    ]);
}

#[test]
fn names_of_the_service_have_their_values() {
    check(&[
        ("deviceId = 'a'", "a"),
        ("DeviceId = 'a'", "a"),
        ("id = 'a'", "a"),
        ("devices.deviceId = 'a'", "a"),
        ("devices.tags.floor = 1", "a"),
        ("STARTSWITH(devices.deviceId, 'b')", "b"),
        ("deviceId > 'c'", "d e"),
        ("status = 'enabled'", "a b c d e"),
        ("connectionState = 'Disconnected'", "a b c d e"),
        ("capabilities.iotEdge = true", ""),
        ("NOT capabilities.iotEdge", "a b c d e"),
        ("(capabilities.iotEdge=true AND status='enabled')", ""),
        ("authenticationType = 'sas'", "a b c d e"),
        ("cloudToDeviceMessageCount = 0", "a b c d e"),
        ("modelId = ''", "a b c d e"),
        ("version = 2", "e"),
        ("version > 3", "a b c"),
        ("etag = 'AAAAAAAAAAE='", "e"),
        ("statusUpdatedTime = '0001-01-01T00:00:00Z'", "a b c d e"),
        ("statusUpdateTime = '0001-01-01T00:00:00Z'", "a b c d e"),
        ("x509Thumbprint.primaryThumbprint = null", "a b c d e"),
        ("properties.desired.$version = 2", "a b"),
        ("properties.reported.$version = 1", "d e"),
        (
            "properties.desired.$version = properties.reported.desiredVersion",
            "a",
        ),
    ]);
}

#[test]
fn moments_compare_as_texts() {
    check(&[
        ("lastActivityTime >= '2026-08-01T10:00:00'", "a b c"),
        ("lastActivityTime > '2026-08-02'", ""),
        ("lastActivityTime < '2026'", "d e"),
        ("lastActivityTime = '0001-01-01T00:00:00Z'", "d e"),
        ("STARTSWITH(lastActivityTime, '2026-08-01T10')", "a b c"),
        (
            "properties.reported.$metadata.connectivity.$lastUpdated >= '2026-08-01'",
            "a b c",
        ),
        (
            "IS_DEFINED(properties.reported.$metadata.power.$lastUpdated)",
            "",
        ),
        (
            "properties.desired.$metadata.power.$lastUpdatedVersion = 2",
            "a",
        ),
        (
            "IS_DEFINED(properties.reported.$metadata.connectivity.$lastUpdatedVersion)",
            "",
        ),
        (
            "IS_DEFINED(properties.reported.$metadata.connectivity)",
            "a b c",
        ),
        (
            "properties.reported.$metadata.$lastUpdated > lastActivityTime",
            "d e",
        ),
    ]);
}

#[test]
fn conditions_follow_the_changes() {
    let mut bench = bench();
    bench.disable("b");
    assert_eq!(ids_where(&mut bench, "status = 'disabled'"), "b");
    let link = bench.connect("c");
    assert_eq!(ids_where(&mut bench, "connectionState = 'Connected'"), "c");
    bench.lose(link);
    assert_eq!(ids_where(&mut bench, "connectionState = 'Connected'"), "");
    write(&mut bench, "e", &json!({ "tags": { "floor": 7 } }));
    assert_eq!(ids_where(&mut bench, "tags.floor = 7"), "e");
    write(&mut bench, "e", &json!({ "tags": { "floor": null } }));
    assert_eq!(ids_where(&mut bench, "tags.floor = 7"), "");
    bench.delete("a");
    assert_eq!(ids_where(&mut bench, "true"), "b c d e");
}

#[test]
fn modules_are_asked_for_on_their_own() {
    let mut bench = bench();
    for (device, module) in [("a", "m"), ("a", "n"), ("c", "m")] {
        bench.register_module(device, module);
    }
    write(
        &mut bench,
        "a/modules/n",
        &json!({ "tags": { "floor": 5 } }),
    );
    let cases = [
        ("SELECT * FROM devices.modules", "a a c"),
        ("SELECT * FROM devices.modules WHERE moduleId = 'm'", "a c"),
        (
            "SELECT * FROM devices.modules WHERE devices.modules.moduleId = 'm'",
            "a c",
        ),
        ("SELECT * FROM devices.modules WHERE deviceId IN ['c']", "c"),
        ("SELECT * FROM devices.modules WHERE tags.floor = 5", "a"),
        // Its device's tags are not the module's.
        ("SELECT * FROM devices.modules WHERE tags.floor = 1", ""),
        ("SELECT * FROM devices WHERE tags.floor = 5", ""),
        (
            "SELECT deviceId FROM devices.modules WHERE connectionState = 'Disconnected'",
            "a a c",
        ),
    ];
    for (query, expected) in cases {
        assert_eq!(ids(&mut bench, query), expected, "{query}");
    }
    let module = results(
        &mut bench,
        "SELECT * FROM devices.modules WHERE tags.floor = 5",
    );
    let twin = bench.ask(&Ask::path("GET", "/twins/a/modules/n"));
    assert_eq!(module[0], crate::bench::json(&twin));
}

#[test]
fn a_whole_twin_is_the_one_that_can_be_read() {
    let mut bench = bench();
    let found = results(&mut bench, "SELECT * FROM devices WHERE deviceId = 'a'");
    let twin = bench.ask(&Ask::path("GET", "/twins/a"));
    assert_eq!(found, json!([crate::bench::json(&twin)]));
}

#[test]
fn asking_changes_nothing() {
    let mut bench = bench();
    let before = results(&mut bench, "SELECT * FROM devices");
    bench.wait(SECOND);
    for _ in 0..3 {
        let _ = results(&mut bench, "SELECT COUNT() AS n FROM devices");
    }
    assert_eq!(results(&mut bench, "SELECT * FROM devices"), before);
    assert!(bench.now > START);
    report(&mut bench, "a", &json!({ "rate": 61 }));
    assert_ne!(results(&mut bench, "SELECT * FROM devices"), before);
}
