//! What a twin may hold. (IoT Hub documentation: understand and use device twins, tags and properties format.)

use serde_json::{Map, Value, json};

use crate::bench::{Ask, Bench, json as body_of, outcome};

/// What comes of writing this into tags and into desired properties, and why, if it is refused.
fn written(value: &Value) -> [(String, String); 2] {
    [
        json!({ "tags": value }),
        json!({ "properties": { "desired": value } }),
    ]
    .map(|body| {
        let mut bench = Bench::new();
        let answer = bench.ask(&Ask::path("PATCH", "/twins/dev1").body(&body.to_string()));
        let message = body_of(&answer)["Message"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        (outcome(&answer), message)
    })
}

fn accepted(what: &str, value: &Value) {
    for (outcome, message) in written(value) {
        assert_eq!(outcome, "200", "{what}: {message}");
    }
}

fn refused(what: &str, value: &Value, why: &str) {
    for (outcome, message) in written(value) {
        assert_eq!(outcome, "400 ArgumentInvalid", "{what}");
        assert!(message.contains(why), "{what}: {message}");
    }
}

/// Objects within objects, with this at the bottom.
fn nested(levels: usize, bottom: Value) -> Value {
    (0..levels).fold(bottom, |inner, _| json!({ "n": inner }))
}

#[test]
fn names() {
    for name in ["a", "", "é", "名", "a-b_c:d/e", &"n".repeat(1_024)] {
        accepted(name, &json!({ name: 1 }));
        accepted(name, &json!({ "a": { name: { "b": 1 } } }));
    }
    for (name, found) in [
        ("a.b", "'.'"),
        ("$a", "'$'"),
        ("a#", "'#'"),
        ("a b", "' '"),
        ("a\u{0}", "'\\0'"),
        ("a\n", "'\\n'"),
        ("a\u{7f}", "'\\u{7f}'"),
        ("a\u{80}", "'\\u{80}'"),
    ] {
        refused(name, &json!({ name: 1 }), found);
        refused(name, &json!({ "a": { name: 1 } }), found);
        refused(name, &json!({ "a": [{ name: 1 }] }), found);
    }
    refused(
        "too long",
        &json!({ "n".repeat(1_025): 1 }),
        "1025 bytes, and a name may have 1024",
    );
    refused(
        "too many bytes",
        &json!({ "é".repeat(513): 1 }),
        "1026 bytes",
    );
}

#[test]
fn strings() {
    accepted("the longest", &json!({ "a": "s".repeat(4_096) }));
    refused(
        "longer",
        &json!({ "a": "s".repeat(4_097) }),
        "a is a string of 4097 bytes, and may have 4096",
    );
    refused(
        "bytes count",
        &json!({ "a": ["é".repeat(2_049)] }),
        "a.0 is a string of 4098 bytes",
    );
}

#[test]
fn numbers() {
    for number in [
        "-4503599627370496",
        "4503599627370495",
        "0",
        "1.5",
        "1e300",
        "9007199254740993.0",
    ] {
        accepted(
            number,
            &json!({ "a": serde_json::from_str::<Value>(number).unwrap() }),
        );
    }
    for number in [
        "-4503599627370497",
        "4503599627370496",
        "9223372036854775807",
        "18446744073709551615",
    ] {
        let value = json!({ "a": serde_json::from_str::<Value>(number).unwrap() });
        refused(
            number,
            &value,
            &format!("a is {number}, and an integer is from"),
        );
    }
}

#[test]
fn integers_of_too_many_digits_are_not_rounded() {
    // Whoever reads them as floating-point numbers gives back others.
    let cases = [
        ("18446744073709551616", false),
        ("-9223372036854775809", false),
        ("100000000000000000000000", false),
        ("18446744073709551616.0", true),
        ("1e30", true),
        ("-1E+30", true),
        (r#""18446744073709551616""#, true),
        (r#""\"18446744073709551616""#, true),
    ];
    for (value, is_accepted) in cases {
        for body in [
            format!(r#"{{"tags":{{"a":{value}}}}}"#),
            format!(r#"{{"properties":{{"desired":{{"a":[1,{value}]}}}}}}"#),
        ] {
            let mut bench = Bench::new();
            let answer = bench.ask(&Ask::path("PATCH", "/twins/dev1").body(&body));
            if is_accepted {
                assert_eq!(outcome(&answer), "200", "{body}");
            } else {
                assert_eq!(outcome(&answer), "400 ArgumentInvalid", "{body}");
                let message = body_of(&answer)["Message"].to_string();
                let why = format!("{value} is an integer of more than 64 bits");
                assert!(message.contains(&why), "{message}");
            }
        }
    }
}

#[test]
fn arrays() {
    accepted(
        "any kinds in one",
        &json!({ "a": [1, "b", true, { "c": 1 }, [2], []] }),
    );
    refused("null", &json!({ "a": [1, null] }), "a.1 is null");
    refused(
        "null deeper",
        &json!({ "a": { "b": [[null]] } }),
        "a.b.0.0 is null",
    );
    // In an object within an array null removes what is not there.
    accepted("null of an object", &json!({ "a": [{ "b": null }] }));
}

#[test]
fn nesting() {
    accepted("ten levels", &nested(11, json!(1)));
    accepted("an array in the tenth", &nested(11, json!([1])));
    refused("eleven levels", &nested(11, json!({ "x": 1 })), "level 11");
    refused("eleven empty levels", &nested(11, json!({})), "level 11");
    let arrays = (0..20).fold(json!(1), |inner, _| json!([inner]));
    refused(
        "arrays in arrays",
        &json!({ "a": arrays }),
        "nested 10 deep",
    );
}

/// An object of that many bytes: names of one byte and strings.
fn sized(bytes: usize) -> Value {
    let mut members = Map::new();
    let mut left = bytes;
    for name in 'a'..='z' {
        let size = left.min(4_001);
        if size < 2 {
            break;
        }
        members.insert(name.to_string(), json!("s".repeat(size - 1)));
        left -= size;
    }
    assert_eq!(left, 0);
    Value::Object(members)
}

#[test]
fn sizes() {
    let write = |tags: &Value, desired: &Value| {
        let mut bench = Bench::new();
        let body = json!({ "tags": tags, "properties": { "desired": desired } });
        let answer = bench.ask(&Ask::path("PATCH", "/twins/dev1").body(&body.to_string()));
        let message = body_of(&answer)["Message"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        (outcome(&answer), message)
    };
    let empty = json!({});
    assert_eq!(write(&sized(8_192), &sized(32_768)).0, "200");
    let (outcome, message) = write(&sized(8_193), &empty);
    assert_eq!(outcome, "400 ArgumentInvalid");
    assert!(
        message.contains("tags would have 8193 bytes, and may have 8192"),
        "{message}"
    );
    let (outcome, message) = write(&empty, &sized(32_769));
    assert_eq!(outcome, "400 ArgumentInvalid");
    assert!(
        message.contains("properties.desired would have 32769"),
        "{message}"
    );
}

#[test]
fn a_number_counts_eight_bytes_a_boolean_four_and_control_characters_none() {
    // 8,000 bytes and 192 more in each of these.
    let cases = [
        ("numbers", json!(vec![1; 24]), true),
        ("one number more", json!(vec![1; 25]), false),
        ("booleans", json!(vec![true; 48]), true),
        ("one boolean more", json!(vec![true; 49]), false),
        ("control characters", json!("\n".repeat(4_096)), true),
        ("two bytes each", json!("é".repeat(96)), true),
        ("one more of them", json!("é".repeat(97)), false),
    ];
    for (what, value, fits) in cases {
        let mut bench = Bench::new();
        let mut tags = sized(7_999);
        tags["0"] = value;
        let body = json!({ "tags": tags }).to_string();
        let outcome = bench.outcome(&Ask::path("PATCH", "/twins/dev1").body(&body));
        assert_eq!(outcome == "200", fits, "{what}: {outcome}");
    }
}

#[test]
fn what_counts_nothing_has_a_bound() {
    // Otherwise a section of no size could fill the memory.
    for (tags, desired) in [
        (8, "tags would have"),
        (32, "properties.desired would have"),
    ] {
        let most = tags * 1_024 * 4;
        for (element, room) in [
            (json!({}), 1),
            (json!([]), 1),
            (json!(""), 1),
            (json!("\u{1}".repeat(4_095)), 4_096),
        ] {
            // The name of the array takes one, and so does the array.
            let full = (most - 2) / room;
            for (count, expected) in [(full, "200"), (full + 1, "400 ArgumentInvalid")] {
                let value = json!({ "a": vec![element.clone(); count] });
                let body = match tags {
                    8 => json!({ "tags": value }),
                    _ => json!({ "properties": { "desired": value } }),
                };
                let mut bench = Bench::new();
                let ask = Ask::path("PATCH", "/twins/dev1").body(&body.to_string());
                let answer = bench.ask(&ask);
                assert_eq!(outcome(&answer), expected, "{room} {count}");
                let message = body_of(&answer)["Message"].to_string();
                assert_eq!(message.contains(desired), expected != "200", "{message}");
            }
        }
    }
}

#[test]
fn what_counts_has_room() {
    // Of all that fills a section, texts of one character take the most room.
    let texts = json!({ "properties": { "desired": { "": vec!["t"; 32 * 1_024] } } });
    let mut bench = Bench::new();
    let ask = Ask::path("PATCH", "/twins/dev1").body(&texts.to_string());
    assert_eq!(bench.outcome(&ask), "200");
}

#[test]
fn the_size_after_the_merge_counts() {
    let mut bench = Bench::new();
    let mut patch = |tags: &Value| {
        let body = json!({ "tags": tags }).to_string();
        bench.outcome(&Ask::path("PATCH", "/twins/dev1").body(&body))
    };
    assert_eq!(patch(&sized(8_000)), "200");
    assert_eq!(
        patch(&json!({ "y": "s".repeat(300) })),
        "400 ArgumentInvalid"
    );
    assert_eq!(patch(&json!({ "a": null, "y": "s".repeat(300) })), "200");
}
