//! Promises about changes of twins, for any bytes.

use serde_json::{Map, Value, json};

use crate::bench::Bench;

/// Writes `data` as desired properties: the twin is then what a plain reading of the patch makes of it, or as it was.
///
/// # Panics
///
/// If a promise is broken.
pub fn patches(data: &[u8]) {
    let mut bench = Bench::new();
    bench.connect(false);
    let start = json!({ "properties": { "desired": { "a": { "b": 1, "c": [2] }, "d": "e" } } });
    let before = bench.ask("PATCH", "/twins/dev1", start.to_string().as_bytes());
    let before = desired(before.body());
    let mut body = br#"{"properties":{"desired":"#.to_vec();
    body.extend(data);
    body.extend(b"}}");
    let answer = bench.ask("PATCH", "/twins/dev1", &body);
    let after = bench.ask("GET", "/twins/dev1", b"");
    let after = desired(after.body());
    if answer.status().is_success() {
        assert_eq!(desired(answer.body()), after);
        assert_eq!(
            after["$version"],
            json!(before["$version"].as_u64().map(|it| it + 1))
        );
        check(&before, &body, &after);
    } else {
        assert!(answer.status().is_client_error(), "{}", answer.status());
        assert_eq!(after, before);
    }
    // A replacement must not break a promise either.
    bench.ask("PUT", "/twins/dev1", &body);
    bench.survives_a_restart();
}

fn desired(twin: &[u8]) -> Map<String, Value> {
    let twin: Value = serde_json::from_slice(twin).expect("a twin is JSON");
    twin["properties"]["desired"]
        .as_object()
        .expect("an object")
        .clone()
}

/// What the patch should have made, if another reader can read it as the hub did.
fn check(before: &Map<String, Value>, body: &[u8], after: &Map<String, Value>) {
    let Ok(patch) = serde_json::from_slice::<Value>(body) else {
        panic!("the hub took what is no JSON");
    };
    let Some(patch) = patch["properties"]["desired"].as_object() else {
        return;
    };
    let is_own = |name: &String| name.starts_with('$');
    let mut expected = before.clone();
    merge(&mut expected, patch);
    let mut after = after.clone();
    expected.retain(|name, _| !is_own(name));
    after.retain(|name, _| !is_own(name));
    assert_eq!(Value::Object(after), without_own(Value::Object(expected)));
}

/// The value without members in the hub's own name, which a writer may send back and the hub passes over.
fn without_own(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(name, _)| !name.starts_with('$'))
            .map(|(name, value)| (name, without_own(value)))
            .collect(),
        value => value,
    }
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
