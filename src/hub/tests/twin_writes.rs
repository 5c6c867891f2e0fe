//! What a service program writes into twins. (IoT Hub documentation: understand and use device twins.)

use hub::HubOptions;
use proptest::{collection::vec, prelude::*};
use serde_json::{Map, Value, json};

use crate::{
    bench::{Ask, Bench, HOST, SEED, json, outcome},
    stores::FailingStore,
};

fn write(bench: &mut Bench, method: &'static str, body: &Value) -> Value {
    let answer = bench.ask(&Ask::path(method, "/twins/dev1").body(&body.to_string()));
    assert_eq!(outcome(&answer), "200", "{body}");
    json(&answer)
}

fn desired(value: &Value) -> Value {
    json!({ "properties": { "desired": value } })
}

/// A section without what the hub adds to it.
fn plain(section: &Value) -> Value {
    let mut members = section.as_object().cloned().unwrap_or_default();
    members.retain(|name, _| !name.starts_with('$'));
    Value::Object(members)
}

#[test]
fn a_patch_is_merged() {
    let cases = [
        (
            "what is not named stays",
            json!({"b": 2}),
            json!({"a": {"x": 1, "y": [1]}, "b": 2}),
        ),
        (
            "objects are merged",
            json!({"a": {"z": 3}}),
            json!({"a": {"x": 1, "y": [1], "z": 3}}),
        ),
        (
            "null removes",
            json!({"a": {"x": null}}),
            json!({"a": {"y": [1]}}),
        ),
        (
            "null of what is not there does nothing",
            json!({"q": null}),
            json!({"a": {"x": 1, "y": [1]}}),
        ),
        (
            "null in a new object is left out",
            json!({"n": {"m": null}}),
            json!({"a": {"x": 1, "y": [1]}, "n": {}}),
        ),
        (
            "arrays are replaced whole",
            json!({"a": {"y": [2, 3]}}),
            json!({"a": {"x": 1, "y": [2, 3]}}),
        ),
        (
            "a value replaces an object",
            json!({"a": "s"}),
            json!({"a": "s"}),
        ),
        (
            "an object replaces a value",
            json!({"a": {"x": {"p": 1}}}),
            json!({"a": {"x": {"p": 1}, "y": [1]}}),
        ),
        (
            "an empty object stays",
            json!({"e": {}}),
            json!({"a": {"x": 1, "y": [1]}, "e": {}}),
        ),
        (
            "the last leaf leaves an empty object",
            json!({"a": {"x": null, "y": null}}),
            json!({"a": {}}),
        ),
        (
            "nothing changes nothing",
            json!({}),
            json!({"a": {"x": 1, "y": [1]}}),
        ),
    ];
    let start = json!({"a": {"x": 1, "y": [1]}});
    for (what, patch, expected) in cases {
        let mut bench = Bench::new();
        write(
            &mut bench,
            "PATCH",
            &json!({ "tags": start, "properties": { "desired": start } }),
        );
        let body = json!({ "tags": patch, "properties": { "desired": patch } });
        let twin = write(&mut bench, "PATCH", &body);
        assert_eq!(twin["tags"], expected, "{what}");
        assert_eq!(plain(&twin["properties"]["desired"]), expected, "{what}");
    }
}

#[test]
fn a_section_that_is_null_is_cleared() {
    let mut bench = Bench::new();
    write(
        &mut bench,
        "PATCH",
        &json!({"tags": {"a": 1}, "properties": {"desired": {"b": 1}}}),
    );
    let twin = write(
        &mut bench,
        "PATCH",
        &json!({"tags": null, "properties": {"desired": null}}),
    );
    assert!(twin.get("tags").is_none());
    assert_eq!(plain(&twin["properties"]["desired"]), json!({}));
    assert_eq!(twin["properties"]["desired"]["$version"], 3);
}

#[test]
fn a_replacement_leaves_nothing_of_tags_and_desired_and_all_of_reported() {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    let topic = "$iothub/twin/PATCH/properties/reported/?$rid=1";
    bench.publish(link, topic, br#"{"r":1}"#, None);
    write(
        &mut bench,
        "PATCH",
        &json!({"tags": {"a": 1}, "properties": {"desired": {"b": {"c": 1}}}}),
    );
    let body = json!({"tags": {"d": null, "e": 2}, "properties": {"desired": {"b": {"f": 3}}}});
    let twin = write(&mut bench, "PUT", &body);
    assert_eq!(twin["tags"], json!({"e": 2}));
    assert_eq!(
        plain(&twin["properties"]["desired"]),
        json!({"b": {"f": 3}})
    );
    assert_eq!(plain(&twin["properties"]["reported"]), json!({"r": 1}));
    assert_eq!(twin["properties"]["reported"]["$version"], 2);
    let twin = write(&mut bench, "PUT", &json!({}));
    assert!(twin.get("tags").is_none());
    assert_eq!(plain(&twin["properties"]["desired"]), json!({}));
    assert_eq!(twin["properties"]["desired"]["$version"], 4);
}

#[test]
fn versions_rise_by_one_with_each_write_of_their_section() {
    // Of the twin, of desired, of reported; and whether the entity tag moves.
    let cases = [
        (json!({"tags": {"a": 1}}), [3, 1, 1]),
        (json!({"tags": {"a": 1}}), [4, 1, 1]),
        (desired(&json!({"a": 1})), [5, 2, 1]),
        (desired(&json!({"a": 1})), [6, 3, 1]),
        (
            json!({"tags": {}, "properties": {"desired": {}}}),
            [7, 4, 1],
        ),
        (json!({}), [8, 4, 1]),
    ];
    let mut bench = Bench::new();
    let mut etag = json!("AAAAAAAAAAE=");
    for (body, expected) in cases {
        let twin = write(&mut bench, "PATCH", &body);
        let versions = [
            &twin["version"],
            &twin["properties"]["desired"]["$version"],
            &twin["properties"]["reported"]["$version"],
        ];
        assert_eq!(versions.map(|it| it.as_u64().unwrap()), expected, "{body}");
        assert_ne!(twin["etag"], etag);
        etag = twin["etag"].clone();
    }
    // A device's write moves its own section and the whole, but not the entity tag.
    let link = bench.connect("dev1");
    let topic = "$iothub/twin/PATCH/properties/reported/?$rid=1";
    bench.publish(link, topic, br#"{"r":1}"#, None);
    let twin = json(&bench.ask(&Ask::path("GET", "/twins/dev1")));
    assert_eq!(twin["version"], 9);
    assert_eq!(twin["properties"]["reported"]["$version"], 2);
    assert_eq!(twin["etag"], etag);
}

#[test]
fn if_match_is_read_in_every_spelling() {
    let cases = [
        ("*", "200"),
        ("\"*\"", "200"),
        ("AAAAAAAAAAE=", "200"),
        ("\"AAAAAAAAAAE=\"", "200"),
        ("AAAAAAAAAAI=", "412 PreconditionFailed"),
        ("\"AAAAAAAAAAI=\"", "412 PreconditionFailed"),
        ("\"\"", "412 PreconditionFailed"),
    ];
    for method in ["PATCH", "PUT"] {
        for (value, expected) in cases {
            let mut bench = Bench::new();
            let ask = Ask::path(method, "/twins/dev1")
                .if_match(value)
                .body(r#"{"tags":{"a":1}}"#);
            assert_eq!(bench.outcome(&ask), expected, "{method} {value}");
            let twin = json(&bench.ask(&Ask::path("GET", "/twins/dev1")));
            assert_eq!(twin.get("tags").is_some(), expected == "200");
        }
    }
}

#[test]
fn the_answer_carries_the_entity_tag_as_a_header_too() {
    let mut bench = Bench::new();
    let answer = bench.ask(&Ask::path("PATCH", "/twins/dev1").body("{}"));
    assert_eq!(answer.headers()["etag"], "\"AAAAAAAAAAI=\"");
    assert_eq!(json(&answer)["etag"], "AAAAAAAAAAI=");
}

#[test]
fn a_whole_twin_that_was_read_can_be_sent_back() {
    let mut bench = Bench::new();
    let link = bench.connect("dev1");
    let topic = "$iothub/twin/PATCH/properties/reported/?$rid=1";
    bench.publish(link, topic, br#"{"r":1}"#, None);
    let body = json!({"tags": {"a": 1}, "properties": {"desired": {"b": {"c": 1}}}});
    let mut read = write(&mut bench, "PATCH", &body);
    read["properties"]["reported"]["r"] = json!("not the service's to say");
    for method in ["PATCH", "PUT"] {
        let twin = write(&mut bench, method, &read);
        assert_eq!(twin["tags"], json!({"a": 1}));
        assert_eq!(
            plain(&twin["properties"]["desired"]),
            json!({"b": {"c": 1}})
        );
        assert_eq!(plain(&twin["properties"]["reported"]), json!({"r": 1}));
    }
}

#[test]
fn of_a_name_that_comes_twice_the_last_value_counts() {
    let mut bench = Bench::new();
    let ask = Ask::path("PATCH", "/twins/dev1").body(r#"{"tags":{"a":1,"b":2,"a":{"c":3}}}"#);
    assert_eq!(
        json(&bench.ask(&ask))["tags"],
        json!({"a": {"c": 3}, "b": 2})
    );
}

#[test]
fn a_patch_of_very_many_members_is_merged_as_any_other() {
    let mut bench = Bench::new();
    let members = |range: std::ops::Range<u32>, value: fn(u32) -> Value| {
        let members = range.map(|n| (format!("{n:x}"), value(n)));
        Value::Object(members.collect())
    };
    let four_thousand = members(0..4_000, |_| json!(true));
    let written = |bench: &mut Bench, method, body| {
        let ask = Ask::path(method, "/twins/dev1").body(&desired(body).to_string());
        json(&bench.ask(&ask))
    };
    written(&mut bench, "PUT", &four_thousand);
    // Of those that are there, the odd ones go; the others never were.
    let removed = |n| {
        if n % 2 == 1 {
            Value::Null
        } else {
            json!(false)
        }
    };
    let patch = members(0..4_000, removed);
    let absent = members(4_000..100_000, |_| Value::Null);
    written(&mut bench, "PATCH", &patch);
    let twin = written(&mut bench, "PATCH", &absent);
    let mut left = members(0..4_000, removed);
    left.as_object_mut().unwrap().retain(|_, it| !it.is_null());
    let now = plain(&twin["properties"]["desired"]);
    assert!(now == left, "other members are left");
    // What is too much is refused without much ado.
    let all = desired(&members(0..100_000, |_| json!(true)));
    let ask = Ask::path("PUT", "/twins/dev1").body(&all.to_string());
    assert_eq!(bench.outcome(&ask), "400 ArgumentInvalid");
}

#[test]
fn a_member_that_stays_keeps_its_place_and_a_new_one_comes_last() {
    let mut bench = Bench::new();
    for patch in [
        r#"{"z":1,"y":1,"x":1}"#,
        r#"{"b":1,"y":null,"x":{"n":1},"a":1}"#,
        r#"{"y":2}"#,
    ] {
        let body = format!(r#"{{"tags":{patch}}}"#);
        let ask = Ask::path("PATCH", "/twins/dev1").body(&body);
        assert_eq!(bench.outcome(&ask), "200");
    }
    let answer = bench.ask(&Ask::path("GET", "/twins/dev1"));
    let text = String::from_utf8_lossy(answer.body());
    let expected = r#""tags":{"z":1,"x":{"n":1},"b":1,"a":1,"y":2}"#;
    assert!(text.contains(expected), "{text}");
}

#[test]
fn what_is_no_twin_is_refused_and_changes_nothing() {
    let cases = [
        ("", "400 DeserializationError"),
        ("[]", "400 DeserializationError"),
        ("null", "400 DeserializationError"),
        ("{", "400 DeserializationError"),
        (r#"{"tags":{"a":1e999}}"#, "400 DeserializationError"),
        (r#"{"tags":[1]}"#, "400 ArgumentInvalid"),
        (r#"{"tags":1}"#, "400 ArgumentInvalid"),
        (r#"{"properties":[]}"#, "400 ArgumentInvalid"),
        (r#"{"properties":{"desired":"x"}}"#, "400 ArgumentInvalid"),
        (
            r#"{"tags":{"a":1},"properties":{"desired":{"b":[null]}}}"#,
            "400 ArgumentInvalid",
        ),
    ];
    for method in ["PATCH", "PUT"] {
        for (body, expected) in cases {
            let mut bench = Bench::new();
            let before = json(&bench.ask(&Ask::path("GET", "/twins/dev1")));
            let ask = Ask::path(method, "/twins/dev1").body(body);
            assert_eq!(bench.outcome(&ask), expected, "{method} {body}");
            assert_eq!(json(&bench.ask(&Ask::path("GET", "/twins/dev1"))), before);
        }
    }
}

#[test]
fn a_body_of_a_hundred_thousand_brackets_is_refused() {
    let mut bench = Bench::new();
    let deep = format!(r#"{{"tags":{{"a":{}"#, "[".repeat(100_000));
    let ask = Ask::path("PATCH", "/twins/dev1").body(&deep);
    assert_eq!(bench.outcome(&ask), "400 DeserializationError");
}

#[test]
fn what_cannot_be_kept_is_not_written() {
    let store = FailingStore::default();
    let mut bench = Bench::with_store(HubOptions::new(HOST, SEED), store.clone());
    let before = json(&bench.ask(&Ask::path("GET", "/twins/dev1")));
    store.fails.set(true);
    let ask = Ask::path("PATCH", "/twins/dev1").body(r#"{"tags":{"a":1}}"#);
    assert_eq!(bench.outcome(&ask), "500 ServerError");
    assert_eq!(json(&bench.ask(&Ask::path("GET", "/twins/dev1"))), before);
}

/// RFC 7386, as plainly as it can be said.
fn merge(into: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, value) in patch {
        match value {
            Value::Null => drop(into.remove(name)),
            Value::Object(members) => {
                let mut inner = match into.remove(name) {
                    Some(Value::Object(inner)) => inner,
                    _ => Map::new(),
                };
                merge(&mut inner, members);
                into.insert(name.clone(), Value::Object(inner));
            }
            value => drop(into.insert(name.clone(), value.clone())),
        }
    }
}

/// Any object of a few levels whose names often meet.
fn any_patch() -> impl Strategy<Value = Map<String, Value>> {
    let leaf = prop_oneof![
        2 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        2 => (-5_i64..5).prop_map(Value::from),
        1 => (-2.0..2.0).prop_map(Value::from),
        1 => "[a-z]{0,3}".prop_map(Value::from),
        1 => vec(0..9_u32, 0..3).prop_map(Value::from),
    ];
    let any = leaf.prop_recursive(3, 20, 4, |inner| {
        vec(("[ab]", inner), 0..4).prop_map(|members| Value::Object(members.into_iter().collect()))
    });
    vec(("[abc]", any), 0..4).prop_map(|members| members.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_patches_make_what_a_plain_reader_makes_of_them(patches in vec(any_patch(), 1..6)) {
        let mut bench = Bench::new();
        let mut expected = Map::new();
        for (number, patch) in (2..).zip(&patches) {
            merge(&mut expected, patch);
            let twin = write(&mut bench, "PATCH", &desired(&json!(patch)));
            let section = &twin["properties"]["desired"];
            prop_assert_eq!(plain(section), Value::Object(expected.clone()));
            prop_assert_eq!(&section["$version"], number);
        }
    }
}
