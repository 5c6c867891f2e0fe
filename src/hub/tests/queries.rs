//! Asking queries over REST, and how they are refused.

use serde_json::{Value, json};

use crate::bench::{Ask, Bench, json as body_of, outcome};
use crate::query_bench::{ids_where, query, report, write};

const HINT: &str = "x-playground-hint";

fn ask(body: &str) -> Ask {
    Ask::path("POST", "/devices/query").body(body)
}

#[test]
fn the_queries_of_the_lesson_find_the_device() {
    let mut bench = Bench::new();
    let in_plant = "tags.location.plant = 'Redmond43'";
    let cellular =
        "tags.location.plant = 'Redmond43' AND properties.reported.connectivity = 'cellular'";
    assert_eq!(ids_where(&mut bench, in_plant), "");
    let body = json!({
        "tags": { "location": { "region": "US", "plant": "Redmond43" } },
        "properties": { "desired": { "power_level": 1 } },
    });
    write(&mut bench, "dev1", &body);
    assert_eq!(ids_where(&mut bench, in_plant), "dev1");
    assert_eq!(ids_where(&mut bench, cellular), "");
    report(&mut bench, "dev1", &json!({ "connectivity": "cellular" }));
    assert_eq!(ids_where(&mut bench, in_plant), "dev1");
    assert_eq!(ids_where(&mut bench, cellular), "dev1");
}

#[test]
fn the_query_is_a_member_of_the_body() {
    let mut bench = Bench::new();
    for body in [
        r#"{"query":"SELECT * FROM devices"}"#,
        r#"{"Query":"SELECT * FROM devices"}"#,
        r#" { "query" : "SELECT * FROM devices", "more": [1] } "#,
    ] {
        let answer = bench.ask(&ask(body));
        assert_eq!(outcome(&answer), "200", "{body}");
        assert_eq!(body_of(&answer).as_array().unwrap().len(), 2);
        assert_eq!(
            answer.headers()["content-type"],
            "application/json; charset=utf-8"
        );
    }
}

#[test]
fn bodies_without_a_query_are_refused() {
    let mut bench = Bench::new();
    for body in [
        "",
        "  ",
        "{}",
        r#"{"query":null}"#,
        r#"{"query":""}"#,
        r#"{"query":" "}"#,
        r#"{"sql":"x"}"#,
    ] {
        let answer = bench.ask(&ask(body));
        assert_eq!(outcome(&answer), "400 ArgumentNull", "{body}");
        assert_eq!(
            body_of(&answer)["Message"],
            "ErrorCode:ArgumentNull;BadRequest"
        );
    }
    for body in [
        "SELECT * FROM devices",
        "[]",
        r#"{"query":1}"#,
        r#"{"query":"a""#,
        "\"a\"",
        "null",
    ] {
        let answer = bench.ask(&ask(body));
        assert_eq!(outcome(&answer), "400 DeserializationError", "{body}");
        assert!(!answer.headers().contains_key(HINT));
    }
    let mut request = ask("").request(&bench.service_token("iothubowner"));
    *request.body_mut() = b"{\"query\":\"\xff\"}".to_vec();
    assert_eq!(
        outcome(&bench.request(&request)),
        "400 DeserializationError"
    );
}

#[test]
fn a_query_that_cannot_be_read_gets_the_service_s_answer_and_a_hint_beside_it() {
    let mut bench = Bench::new();
    let answer = bench.ask(&query("SELECT * FROM devices ORDER BY deviceId"));
    assert_eq!(outcome(&answer), "400 ArgumentInvalid");
    let body = body_of(&answer);
    assert_eq!(body["Message"], "ErrorCode:ArgumentInvalid;BadRequest");
    let exception = body["ExceptionMessage"].as_str().unwrap();
    assert!(exception.starts_with("Tracking ID:"), "{exception}");
    assert_eq!(body.as_object().unwrap().len(), 2);
    let hint: Value = serde_json::from_str(answer.headers()[HINT].to_str().unwrap()).unwrap();
    let expected = json!({
        "position": 22,
        "length": 5,
        "id": "unsupported-order-by",
        "reason": "There is no ORDER BY: results come in no particular order. Sort them in the program.",
        "refused": true,
    });
    assert_eq!(hint, expected);
}

#[test]
fn a_query_that_is_odd_is_answered_with_a_hint() {
    let mut bench = Bench::new();
    let answer = bench.ask(&query("SELECT * FROM devices WHERE Tags.floor = 1"));
    assert_eq!(outcome(&answer), "200");
    assert_eq!(body_of(&answer), json!([]));
    let hint: Value = serde_json::from_str(answer.headers()[HINT].to_str().unwrap()).unwrap();
    assert_eq!(hint["id"], "unknown-name");
    assert_eq!(hint["refused"], false);
}

#[test]
fn a_query_that_is_fine_has_no_hint() {
    let mut bench = Bench::new();
    let answer = bench.ask(&query("SELECT * FROM devices"));
    assert!(!answer.headers().contains_key(HINT));
}

#[test]
fn jobs_are_refused_by_their_name() {
    let mut bench = Bench::new();
    for text in [
        "SELECT * FROM devices.jobs",
        "select * from DEVICES.JOBS WHERE devices.jobs.jobId = 'x'",
    ] {
        let answer = bench.ask(&query(text));
        assert_eq!(outcome(&answer), "501 NotSupported");
        assert_eq!(
            body_of(&answer)["Message"],
            "ErrorCode:NotSupported;This hub does not support queries over jobs yet."
        );
        assert!(answer.headers().contains_key(HINT));
    }
}

#[test]
fn a_query_with_any_characters_is_answered() {
    let mut bench = Bench::new();
    bench.register("it's");
    write(
        &mut bench,
        "it's",
        &json!({ "tags": { "größe": "😀 \"x\" \\" } }),
    );
    for condition in [
        r"deviceId = 'it\'s'",
        r#"deviceId = "it's""#,
        r#"tags.größe = '😀 "x" \\'"#,
        r"tags.größe = '\ud83d\ude00 \u0022x\u0022 \u005c'",
        r#"tags.[[größe]] = "😀 \"x\" \\""#,
    ] {
        assert_eq!(ids_where(&mut bench, condition), "it's", "{condition}");
    }
}

#[test]
fn long_and_deep_queries_are_answered_or_refused() {
    let mut bench = Bench::new();
    let deep = format!(
        "SELECT * FROM devices WHERE {}true{}",
        "(".repeat(4000),
        ")".repeat(4000)
    );
    assert_eq!(bench.outcome(&query(&deep)), "400 ArgumentInvalid");
    let many = format!(
        "SELECT * FROM devices WHERE deviceId IN [{}'dev1']",
        "'x',".repeat(2000)
    );
    assert_eq!(outcome(&bench.ask(&query(&many))), "200");
    let long = format!("SELECT * FROM devices WHERE true{}", " ".repeat(9000));
    assert_eq!(bench.outcome(&query(&long)), "400 ArgumentInvalid");
}
