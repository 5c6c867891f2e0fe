//! Results, page after page.

use hub::HubOptions;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::bench::{Ask, Bench, HOST, SEED, json as body_of, outcome};
use crate::query_bench::{query, write};

/// A hub with devices `000`, `001` and so on, a third of them in each of three plants, and modules.
fn bench(devices: usize) -> Bench {
    let mut bench = Bench::empty(HubOptions::new(HOST, SEED));
    for number in 0..devices {
        let id = format!("{number:03}");
        bench.register(&id);
        write(
            &mut bench,
            &id,
            &json!({ "tags": { "plant": number % 3, "number": number } }),
        );
        for module in 0..number % 3 {
            bench.register_module(&id, &format!("m{module}"));
        }
    }
    bench
}

/// A page, and where the next one begins.
fn page(
    bench: &mut Bench,
    text: &str,
    size: usize,
    token: Option<&str>,
) -> (Vec<Value>, Option<String>) {
    let mut ask = query(text).header("x-ms-max-item-count", &size.to_string());
    if let Some(token) = token {
        ask = ask.header("x-ms-continuation", token);
    }
    let answer = bench.ask(&ask);
    assert_eq!(outcome(&answer), "200", "{text}");
    let token = answer.headers().get("x-ms-continuation");
    let token = token.map(|it| it.to_str().unwrap().to_owned());
    assert_ne!(token.as_deref(), Some(""));
    let Value::Array(items) = body_of(&answer) else {
        panic!("no array: {answer:?}");
    };
    assert!(items.len() <= size);
    (items, token)
}

/// All pages.
fn pages(bench: &mut Bench, text: &str, size: usize) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    let mut token = None;
    loop {
        let (items, next) = page(bench, text, size, token.as_deref());
        pages.push(items);
        match next {
            Some(next) => token = Some(next),
            None => return pages,
        }
    }
}

#[test]
fn a_page_has_so_many_results_and_the_last_one_no_continuation() {
    let mut bench = bench(7);
    let cases = [
        ("SELECT * FROM devices", 3, vec![3, 3, 1]),
        ("SELECT * FROM devices", 7, vec![7]),
        ("SELECT * FROM devices", 100, vec![7]),
        ("SELECT deviceId FROM devices", 6, vec![6, 1]),
        ("SELECT * FROM devices WHERE tags.plant = 0", 2, vec![2, 1]),
        ("SELECT * FROM devices WHERE tags.plant = 0", 3, vec![3]),
        ("SELECT * FROM devices WHERE false", 3, vec![0]),
        ("SELECT * FROM devices.modules", 2, vec![2, 2, 2]),
        ("SELECT * FROM devices.modules", 4, vec![4, 2]),
        ("SELECT COUNT() AS n FROM devices", 1, vec![1]),
        (
            "SELECT tags.plant AS p, COUNT() AS n FROM devices GROUP BY tags.plant",
            2,
            vec![2, 1],
        ),
        ("SELECT TOP 5 * FROM devices", 2, vec![2, 2, 1]),
        ("SELECT TOP 4 * FROM devices", 2, vec![2, 2]),
        ("SELECT TOP 9 * FROM devices", 4, vec![4, 3]),
        (
            "SELECT TOP 2 COUNT() AS n FROM devices GROUP BY tags.plant",
            1,
            vec![1, 1],
        ),
    ];
    for (text, size, expected) in cases {
        let sizes: Vec<_> = pages(&mut bench, text, size).iter().map(Vec::len).collect();
        assert_eq!(sizes, expected, "{text} by {size}");
    }
}

#[test]
fn a_page_has_100_results_at_most() {
    let mut bench = bench(103);
    for (size, expected) in [
        (99, [99, 4]),
        (100, [100, 3]),
        (101, [100, 3]),
        (1000, [100, 3]),
    ] {
        let sizes: Vec<_> = pages(&mut bench, "SELECT deviceId FROM devices", size)
            .iter()
            .map(Vec::len)
            .collect();
        assert_eq!(sizes, expected, "{size}");
    }
    let answer = bench.ask(&query("SELECT deviceId FROM devices"));
    assert_eq!(body_of(&answer).as_array().unwrap().len(), 100);
}

#[test]
fn sizes_that_are_no_sizes_are_refused() {
    let mut bench = bench(1);
    for size in ["0", "-1", "1001", "1.5", "ten", "99999999999999999999"] {
        let ask = query("SELECT * FROM devices").header("x-ms-max-item-count", size);
        assert_eq!(bench.outcome(&ask), "400 ArgumentInvalid", "{size}");
    }
    let ask = query("SELECT * FROM devices").header("x-ms-max-item-count", "");
    assert_eq!(bench.outcome(&ask), "200");
}

#[test]
fn continuations_that_are_none_are_refused() {
    let mut bench = bench(4);
    let text = "SELECT * FROM devices";
    let (_, token) = page(&mut bench, text, 2, None);
    let token = token.unwrap();
    let groups = "SELECT COUNT() AS n FROM devices GROUP BY tags.plant";
    let (_, of_groups) = page(&mut bench, groups, 2, None);
    let of_groups = of_groups.unwrap();
    let cases = [
        (text, "nonsense"),
        (text, "e30"),
        (text, &token[..token.len() - 2]),
        (text, &of_groups),
        (groups, &token),
        // The very same query, to the letter.
        ("SELECT * FROM  devices", &token),
        ("SELECT deviceId FROM devices", &token),
    ];
    for (text, token) in cases {
        let ask = query(text).header("x-ms-continuation", token);
        assert_eq!(bench.outcome(&ask), "400 ArgumentInvalid", "{text} {token}");
    }
    let ask = query(text).header("x-ms-continuation", &token);
    assert_eq!(bench.outcome(&ask), "200");
    // An empty one is none.
    let ask = query(text).header("x-ms-continuation", "");
    assert_eq!(body_of(&bench.ask(&ask)).as_array().unwrap().len(), 4);
}

#[test]
fn devices_may_come_and_go_between_the_pages() {
    let mut bench = bench(6);
    let text = "SELECT deviceId FROM devices";
    let (first, token) = page(&mut bench, text, 2, None);
    assert_eq!(
        first,
        [json!({ "deviceId": "000" }), json!({ "deviceId": "001" })]
    );
    bench.delete("000");
    // The one after which the next page begins.
    bench.delete("001");
    bench.delete("003");
    bench.register("0010");
    bench.register("9");
    let (second, token) = page(&mut bench, text, 10, token.as_deref());
    let ids: Vec<_> = second
        .iter()
        .map(|it| it["deviceId"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["0010", "002", "004", "005", "9"]);
    assert_eq!(token, None);
}

#[test]
fn a_page_may_be_empty_after_all() {
    let mut bench = bench(3);
    let text = "SELECT deviceId FROM devices";
    let (_, token) = page(&mut bench, text, 2, None);
    bench.delete("002");
    assert_eq!(page(&mut bench, text, 2, token.as_deref()), (vec![], None));
}

#[test]
fn pages_of_groups_follow_the_values() {
    let mut bench = bench(9);
    let text = "SELECT tags.number AS n FROM devices GROUP BY tags.number";
    let (first, token) = page(&mut bench, text, 4, None);
    assert_eq!(first.last().unwrap()["n"], 3);
    for id in ["000", "004"] {
        bench.delete(id);
    }
    let (second, token) = page(&mut bench, text, 4, token.as_deref());
    let numbers: Vec<_> = second.iter().map(|it| it["n"].as_u64().unwrap()).collect();
    assert_eq!((numbers.as_slice(), token), (&[5, 6, 7, 8][..], None));
}

#[test]
fn a_continuation_does_not_tell_what_it_holds() {
    let mut bench = bench(3);
    let (_, token) = page(&mut bench, "SELECT * FROM devices", 2, None);
    let token = token.unwrap();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    assert!(token.chars().all(is_plain), "{token}");
    assert!(!token.contains("001"));
}

#[test]
fn pages_need_the_right_to_ask() {
    let mut bench = bench(1);
    let ask = query("SELECT * FROM devices");
    let request = ask.request(&bench.service_token("registryReadWrite"));
    assert_eq!(
        outcome(&bench.request(&request)),
        "401 IotHubUnauthorizedAccess"
    );
    let request = ask.request(&bench.service_token("service"));
    assert_eq!(outcome(&bench.request(&request)), "200");
    assert_eq!(
        outcome(&bench.request(&Ask::path("POST", "/devices/query").unauthorised())),
        "401 IotHubUnauthorizedAccess"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn pages_joined_are_the_whole(
        devices in 0_usize..30,
        size in 1_usize..12,
        source in prop::sample::select(vec!["devices", "devices.modules"]),
        select in prop::sample::select(vec!["*", "deviceId, tags.number", "TOP 7 *", "TOP 7 deviceId"]),
        filter in prop::sample::select(vec![
            "", "WHERE tags.plant = 1", "WHERE tags.number > 9", "WHERE NOT tags.plant = 2 OR tags.number = 5",
        ]),
    ) {
        let mut bench = bench(devices);
        let text = format!("SELECT {select} FROM {source} {filter}");
        let whole = pages(&mut bench, &text, 100);
        prop_assert_eq!(whole.len(), 1);
        prop_assert_eq!(pages(&mut bench, &text, size).concat(), whole.concat());
    }

    #[test]
    fn pages_of_groups_joined_are_the_whole(devices in 0_usize..30, size in 1_usize..12) {
        let mut bench = bench(devices);
        let text = "SELECT tags.number AS n, tags.plant AS p, COUNT() AS c FROM devices GROUP BY tags.plant, tags.number";
        let whole = pages(&mut bench, text, 100);
        prop_assert_eq!(whole.len(), 1);
        prop_assert_eq!(pages(&mut bench, text, size).concat(), whole.concat());
    }

    #[test]
    fn any_continuation_is_taken_or_refused(token in "[A-Za-z0-9_-]{0,60}") {
        let mut bench = Bench::new();
        let ask = query("SELECT * FROM devices").header("x-ms-continuation", &token);
        prop_assert_eq!(bench.outcome(&ask), if token.is_empty() { "200" } else { "400 ArgumentInvalid" });
    }
}
