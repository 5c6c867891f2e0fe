//! Which texts are queries, and what is said about those that are not.

use hub::query_hint;
use proptest::prelude::*;

/// What a hint is about, cut out of the query.
fn place(query: &str, position: usize, length: usize) -> String {
    query.chars().skip(position).take(length).collect()
}

#[test]
fn queries_of_the_grammar_are_read_without_a_hint() {
    let queries = [
        "SELECT * FROM devices",
        "select * from DEVICES",
        "  SELECT\t*\nFROM\r\ndevices  ",
        "SELECT * FROM devices.modules",
        "SELECT * FROM devices.modules WHERE moduleId = '$edgeAgent'",
        "SELECT * FROM devices.modules WHERE devices.modules.moduleId = 'm'",
        "SELECT * FROM devices.modules WHERE deviceId in ['d']",
        "SELECT TOP 5 * FROM devices",
        "SELECT TOP 5 deviceId FROM devices WHERE status = 'enabled'",
        "SELECT deviceId, tags.location.plant AS plant FROM devices",
        "SELECT COUNT() AS n FROM devices",
        "SELECT count() FROM devices",
        "SELECT AVG(properties.reported.t) AS a, SUM(properties.reported.t) AS b, MIN(properties.reported.t) AS c, \
         MAX(properties.reported.t) AS d FROM devices",
        "SELECT properties.reported.status AS s, COUNT() AS n FROM devices GROUP BY properties.reported.status",
        "SELECT COUNT() AS n FROM devices WHERE tags.a = 1 GROUP BY tags.b, tags.c",
        "SELECT * FROM devices WHERE tags.location.plant = 'Redmond43'",
        "SELECT * FROM devices WHERE tags.location.plant = \"Redmond43\" AND properties.reported.connectivity = 'cellular'",
        "SELECT * FROM devices WHERE a.b <> 1 OR tags.a != 1",
        "SELECT * FROM devices WHERE NOT NOT (tags.a < 1 AND tags.a <= 1 OR tags.a > 1 AND tags.a >= 1)",
        "SELECT * FROM devices WHERE tags.a + 1 * 2 - 3 / 4 % 5 = -tags.b",
        "SELECT * FROM devices WHERE tags.a = 0x1F OR tags.a = 1.5 OR tags.a = 1e3 OR tags.a = 2E-2",
        "SELECT * FROM devices WHERE tags.a IN [1, 'b', -2, tags.c]",
        "SELECT * FROM devices WHERE tags.a nin ['b']",
        "SELECT * FROM devices WHERE is_defined(tags.a) AND NOT Is_Defined(properties.reported.b)",
        "SELECT * FROM devices WHERE STARTSWITH(devices.deviceId, 'x')",
        "SELECT * FROM devices WHERE not startswith(id, 'x')",
        "SELECT * FROM devices WHERE array_contains(parentScopes, 'x')",
        "SELECT * FROM devices WHERE capabilities.iotEdge",
        "SELECT * FROM devices WHERE capabilities.iotEdge = true AND status = 'enabled'",
        "SELECT * FROM devices WHERE tags.a = null",
        "SELECT * FROM devices WHERE configurations.[[deployment-1]].status = 'Applied'",
        "SELECT * FROM devices WHERE tags.[[a b.c]]].[[group]] = 1",
        "SELECT * FROM devices WHERE tags.a = 'it\\'s \\\"\\\\ \\u00e9 \\ud83d\\ude00'",
        "SELECT * FROM devices WHERE properties.desired.$version = properties.reported.lastDesiredVersion",
        "SELECT * FROM devices WHERE properties.reported.$metadata.a.$lastUpdated > '2026-08-01'",
        "SELECT * FROM devices WHERE tags.größe = 'ü'",
        "SELECT * FROM devices WHERE true",
        "SELECT deviceId as DeviceId, status as Status, lastActivityTime as LastActivityTime, statusUpdatedTime as \
         StatusUpdatedTime, authenticationType as AuthenticationType, cloudToDeviceMessageCount as \
         CloudToDeviceMessageCount, connectionState as ConnectionState, capabilities.iotEdge as IotEdge, modelId as \
         ModelId FROM devices WHERE STARTSWITH(devices.deviceId, 'x')",
    ];
    for query in queries {
        let query = &query.replace("a.b", "tags.b");
        assert_eq!(query_hint(query), None, "{query}");
    }
}

/// Queries that are refused, the ids of the hints, and the parts that they are about.
fn check_refused(cases: &[(&str, &str, &str)]) {
    for (query, id, about) in cases {
        let hint = query_hint(query).unwrap_or_else(|| panic!("{query} is accepted"));
        assert_eq!(hint.id, *id, "{query}: {hint:?}");
        assert!(hint.refused, "{query}");
        let found = place(query, hint.position, hint.length);
        assert!(
            about.starts_with(&found) && found.is_empty() == about.is_empty(),
            "{query}: {found:?}, {hint:?}"
        );
        let rest: String = query.chars().skip(hint.position).collect();
        assert!(rest.starts_with(*about), "{query}: {rest:?}");
        assert!(hint.reason.ends_with(['.', '…']), "{hint:?}");
        assert!(
            hint.reason.contains("Write")
                || hint.reason.contains("Expected")
                || hint.reason.len() > 20,
            "{hint:?}"
        );
    }
}

#[test]
fn clauses_that_begin_or_end_in_the_wrong_place_are_refused() {
    check_refused(&[
        ("", "unexpected-end", ""),
        ("SELECT", "unexpected-end", ""),
        ("SELECT *", "unexpected-end", ""),
        ("SELECT * FROM", "unexpected-end", ""),
        ("SELECT * FROM devices WHERE", "unexpected-end", ""),
        ("SELECT * FROM devices WHERE tags.a =", "unexpected-end", ""),
        (
            "SELECT * FROM devices WHERE (tags.a = 1",
            "unexpected-end",
            "",
        ),
        ("SELECT * FROM devices GROUP", "unexpected-end", ""),
        ("FROM devices", "unexpected", "FROM"),
        ("deviceId FROM devices", "unexpected", "deviceId"),
        ("SELECT FROM devices", "unexpected", "FROM"),
        ("SELECT * devices", "unexpected", "devices"),
        ("SELECT deviceId, FROM devices", "unexpected", "FROM"),
        ("SELECT * FROM 'devices'", "unexpected", "'devices'"),
        (
            "SELECT * FROM devices tags.a = 1",
            "unexpected-alias",
            "tags",
        ),
        (
            "SELECT * FROM devices d WHERE d.deviceId = 'a'",
            "unexpected-alias",
            "d",
        ),
        ("SELECT * FROM devices AS d", "unexpected-alias", "AS"),
        ("SELECT * FROM device", "unknown-source", "device"),
        ("SELECT * FROM devices.twins", "unexpected", "twins"),
        (
            "SELECT COUNT() FROM devices GROUP BY tags.a WHERE tags.b = 1",
            "misplaced-where",
            "WHERE",
        ),
    ]);
}

#[test]
fn clauses_of_other_languages_are_refused_by_their_names() {
    check_refused(&[
        (
            "SELECT * FROM devices.jobs",
            "unsupported-jobs",
            "devices.jobs",
        ),
        ("DELETE FROM devices", "unsupported-write", "DELETE"),
        ("UPDATE devices", "unsupported-write", "UPDATE"),
        (
            "SELECT * FROM devices JOIN devices.modules",
            "unsupported-join",
            "JOIN",
        ),
        (
            "SELECT * FROM devices, devices.modules",
            "unsupported-join",
            ",",
        ),
        (
            "SELECT * FROM devices ORDER BY deviceId",
            "unsupported-order-by",
            "ORDER",
        ),
        (
            "SELECT * FROM devices WHERE tags.a = 1 order by deviceId",
            "unsupported-order-by",
            "order",
        ),
        (
            "SELECT * FROM devices WHERE deviceId LIKE 'a%'",
            "unsupported-like",
            "LIKE",
        ),
        (
            "SELECT DISTINCT tags.a FROM devices",
            "unsupported-distinct",
            "DISTINCT",
        ),
        (
            "SELECT COUNT() AS n FROM devices GROUP BY tags.a HAVING n > 1",
            "unsupported-having",
            "HAVING",
        ),
        (
            "SELECT * FROM devices LIMIT 5",
            "unsupported-limit",
            "LIMIT",
        ),
        (
            "SELECT * FROM devices OFFSET 5",
            "unsupported-offset",
            "OFFSET",
        ),
        (
            "SELECT * FROM devices WHERE tags.a BETWEEN 1 AND 2",
            "unsupported-between",
            "BETWEEN",
        ),
        (
            "SELECT * FROM devices UNION SELECT * FROM devices",
            "unsupported-union",
            "UNION",
        ),
        (
            "SELECT * FROM devices WHERE deviceId NOT IN ['a']",
            "misplaced-not",
            "NOT",
        ),
    ]);
}

#[test]
fn expressions_of_other_languages_are_refused_by_their_names() {
    check_refused(&[
        (
            "SELECT * FROM devices WHERE tags.a IS NULL",
            "unsupported-is-null",
            "IS",
        ),
        (
            "SELECT * FROM devices WHERE tags.a = (SELECT 1)",
            "unsupported-subquery",
            "SELECT",
        ),
        (
            "SELECT * FROM devices WHERE EXISTS (tags.a)",
            "unsupported-subquery",
            "EXISTS",
        ),
        ("SELECT COUNT(*) FROM devices", "count-of-something", "*"),
        ("SELECT COUNT(1) FROM devices", "count-of-something", "1"),
        (
            "SELECT COUNT(deviceId) FROM devices",
            "count-of-something",
            "deviceId",
        ),
        (
            "SELECT tags.a + 1 FROM devices",
            "unsupported-arithmetic",
            "+",
        ),
        (
            "SELECT tags.a * 2 AS n FROM devices",
            "unsupported-arithmetic",
            "*",
        ),
        (
            "SELECT (tags.a) FROM devices",
            "unsupported-arithmetic",
            "(",
        ),
        (
            "SELECT * FROM devices WHERE tags.a = 1 -- all",
            "unsupported-comment",
            "--",
        ),
        (
            "SELECT /* all */ * FROM devices",
            "unsupported-comment",
            "/*",
        ),
        (
            "SELECT * FROM devices WHERE tags.a[0] = 1",
            "unsupported-index",
            "[",
        ),
        (
            "SELECT * FROM devices WHERE STARTS_WITH(deviceId, 'a')",
            "routing-function",
            "STARTS_WITH",
        ),
        (
            "SELECT * FROM devices WHERE CONTAINS(deviceId, 'a')",
            "routing-function",
            "CONTAINS",
        ),
        (
            "SELECT * FROM devices WHERE is_null(tags.a)",
            "routing-function",
            "is_null",
        ),
        (
            "SELECT * FROM devices WHERE ABS(tags.a) = 1",
            "routing-function",
            "ABS",
        ),
        (
            "SELECT * FROM devices WHERE $twin.tags.a = 1",
            "routing-path",
            "$twin",
        ),
    ]);
}

#[test]
fn columns_that_are_none_are_refused() {
    check_refused(&[
        (
            "SELECT LOWER(deviceId) FROM devices",
            "function-in-select",
            "LOWER",
        ),
        ("SELECT 'a' FROM devices", "constant-column", "'a'"),
        ("SELECT 1 FROM devices", "constant-column", "1"),
        ("SELECT *, deviceId FROM devices", "star-with-columns", ","),
        ("SELECT deviceId, * FROM devices", "star-with-columns", "*"),
        ("SELECT deviceId name FROM devices", "missing-as", "name"),
        (
            "SELECT deviceId AS 'name' FROM devices",
            "quoted-name",
            "'name'",
        ),
        (
            "SELECT deviceId AS select FROM devices",
            "reserved-word",
            "select",
        ),
        ("SELECT TOP * FROM devices", "bad-top", "*"),
        ("SELECT TOP 0 * FROM devices", "bad-top", "0"),
        ("SELECT TOP 1.5 * FROM devices", "bad-top", "1.5"),
        ("SELECT TOP (5) * FROM devices", "bad-top", "("),
        (
            "SELECT * FROM devices GROUP BY tags.a",
            "star-with-groups",
            "*",
        ),
        (
            "SELECT deviceId, COUNT() FROM devices",
            "column-not-grouped",
            "deviceId",
        ),
        (
            "SELECT tags.a AS x, COUNT() FROM devices GROUP BY tags.b",
            "column-not-grouped",
            "tags.a",
        ),
    ]);
}

#[test]
fn signs_texts_numbers_and_names_that_are_none_are_refused() {
    check_refused(&[
        ("SELECT * FROM devices;", "semicolon", ";"),
        (
            "SELECT * FROM devices WHERE tags.a == 1",
            "double-equals",
            "==",
        ),
        (
            "SELECT * FROM devices WHERE tags.a = 1 && tags.b = 1",
            "and-sign",
            "&&",
        ),
        (
            "SELECT * FROM devices WHERE tags.a = 1 || tags.b = 1",
            "or-sign",
            "||",
        ),
        ("SELECT * FROM devices WHERE !tags.a", "not-sign", "!"),
        (
            "SELECT * FROM devices WHERE tags.a = ‘b’",
            "typographic-quote",
            "‘",
        ),
        ("SELECT * FROM devices WHERE tags.a = 'b", "open-text", "'b"),
        (
            "SELECT * FROM devices WHERE tags.a = 'it''s'",
            "doubled-quote",
            "''",
        ),
        (
            "SELECT * FROM devices WHERE tags.a = 'a\\nb'",
            "bad-escape",
            "\\n",
        ),
        (
            "SELECT * FROM devices WHERE tags.a = '\\ud83d'",
            "bad-escape",
            "\\ud83d",
        ),
        (
            "SELECT * FROM devices WHERE tags.a = '\\u12'",
            "bad-escape",
            "\\u",
        ),
        (
            "SELECT * FROM devices WHERE tags.a = 12ab",
            "bad-number",
            "12ab",
        ),
        (
            "SELECT * FROM devices WHERE tags.a = 0x",
            "bad-number",
            "0x",
        ),
        (
            "SELECT * FROM devices WHERE tags.a = 1e999",
            "bad-number",
            "1e999",
        ),
        (
            "SELECT * FROM devices WHERE tags.1st = 1",
            "bad-number",
            "1st",
        ),
        ("SELECT * FROM devices WHERE tags.1 = 'a'", "bad-name", "1"),
        (
            "SELECT * FROM devices WHERE tags.'a' = 1",
            "quoted-name",
            "'a'",
        ),
        (
            "SELECT * FROM devices WHERE tags.group = 'a'",
            "reserved-name",
            "group",
        ),
        (
            "SELECT * FROM devices WHERE tags.[[a = 1",
            "open-brackets",
            "[[a = 1",
        ),
        (
            "SELECT * FROM devices WHERE tags.[[]] = 1",
            "empty-name",
            "[[]]",
        ),
        (
            "SELECT * FROM devices WHERE tags.a = {}",
            "object-constant",
            "{",
        ),
        (
            "SELECT * FROM devices WHERE tags.a = @b",
            "unknown-sign",
            "@",
        ),
    ]);
}

#[test]
fn conditions_that_are_none_are_refused() {
    check_refused(&[
        ("SELECT * FROM devices WHERE tags. = 1", "unexpected", "="),
        (
            "SELECT * FROM devices WHERE tags.a = 1 = 2",
            "chained-comparison",
            "= 2",
        ),
        (
            "SELECT * FROM devices WHERE tags.a IN ('b')",
            "in-parentheses",
            "(",
        ),
        (
            "SELECT * FROM devices WHERE tags.a IN []",
            "unexpected",
            "]",
        ),
        (
            "SELECT * FROM devices WHERE tags.a IN ['b' 'c']",
            "unexpected",
            "'c'",
        ),
        (
            "SELECT * FROM devices WHERE 'b' IN ['b']",
            "in-without-path",
            "'b'",
        ),
        (
            "SELECT * FROM devices WHERE COUNT() > 1",
            "aggregate-in-where",
            "COUNT",
        ),
        (
            "SELECT * FROM devices WHERE NOW() = 1",
            "unknown-function",
            "NOW",
        ),
        (
            "SELECT * FROM devices WHERE STARTSWITH(deviceId)",
            "unexpected",
            ")",
        ),
        (
            "SELECT * FROM devices WHERE STARTSWITH(deviceId, 1)",
            "unexpected",
            "1",
        ),
        (
            "SELECT * FROM devices WHERE IS_DEFINED('a')",
            "unexpected",
            "'a'",
        ),
        (
            "SELECT * FROM devices WHERE tags.a.b() = 1",
            "function-on-path",
            "(",
        ),
        (
            "SELECT * FROM devices WHERE tags.a = 1 tags.b = 2",
            "unexpected",
            "tags.b",
        ),
        ("SELECT * FROM devices WHERE tags.a = 1)", "unexpected", ")"),
    ]);
}

#[test]
fn odd_queries_are_read_with_a_remark() {
    let cases = [
        (
            "SELECT * FROM devices WHERE Tags.a = 1",
            "unknown-name",
            "Tags.a",
        ),
        (
            "SELECT * FROM devices WHERE tag.a = 1",
            "unknown-name",
            "tag.a",
        ),
        (
            "SELECT * FROM devices WHERE plant = 'a'",
            "unknown-name",
            "plant",
        ),
        (
            "SELECT * FROM devices WHERE reported.a = 1",
            "unknown-name",
            "reported.a",
        ),
        (
            "SELECT * FROM devices WHERE properties.a = 1",
            "unknown-name",
            "properties.a",
        ),
        (
            "SELECT * FROM devices WHERE is_defined(property.reported.a)",
            "unknown-name",
            "property.reported.a",
        ),
        (
            "SELECT * FROM devices WHERE deviceId = dev1",
            "unknown-name",
            "dev1",
        ),
        (
            "SELECT * FROM devices WHERE tags.odd-name = 1",
            "unknown-name",
            "name",
        ),
        ("SELECT STATUS FROM devices", "unknown-name", "STATUS"),
        (
            "SELECT * FROM devices WHERE tags.a = [1, 2]",
            "array-comparison",
            "tags.a = [1, 2]",
        ),
        (
            "SELECT * FROM devices WHERE tags.a = undefined",
            "undefined-comparison",
            "tags.a = undefined",
        ),
        (
            "SELECT * FROM devices WHERE tags.a != null",
            "null-comparison",
            "tags.a != null",
        ),
        (
            "SELECT tags.a, properties.reported.a FROM devices",
            "same-key",
            "properties.reported.a",
        ),
    ];
    for (query, id, about) in cases {
        let hint = query_hint(query).unwrap_or_else(|| panic!("{query} has no remark"));
        assert_eq!(hint.id, id, "{query}: {hint:?}");
        assert!(!hint.refused, "{query}");
        assert_eq!(place(query, hint.position, hint.length), about, "{query}");
    }
}

#[test]
fn positions_are_counted_in_characters() {
    let hint = query_hint("SELECT * FROM devices WHERE tags.ü = '😀' ORDER BY deviceId").unwrap();
    assert_eq!((hint.position, hint.length), (41, 5));
}

#[test]
fn a_query_has_at_most_8192_characters() {
    let filled = |length: usize| {
        let start = "SELECT * FROM devices WHERE tags.a = '";
        let text = "é".repeat(length - start.len() - 1);
        format!("{start}{text}'")
    };
    assert_eq!(query_hint(&filled(8192)), None);
    let hint = query_hint(&filled(8193)).unwrap();
    assert_eq!((hint.id, hint.position, hint.length), ("too-long", 8192, 1));
}

#[test]
fn conditions_stand_so_deep_within_each_other_and_no_deeper() {
    let shapes: [(&str, &str); 5] = [
        ("(", ")"),
        ("NOT ", ""),
        ("- ", ""),
        ("[", "]"),
        ("NOT (", ")"),
    ];
    for (open, close) in shapes {
        for (depth, accepted) in [(30, true), (65, false), (1000, false)] {
            let query = format!(
                "SELECT * FROM devices WHERE {}tags.a{}",
                open.repeat(depth),
                close.repeat(depth)
            );
            let hint = query_hint(&query).filter(|hint| hint.refused);
            let expected = (!accepted).then_some("too-deep");
            assert_eq!(hint.map(|hint| hint.id), expected, "{depth} times {open}");
        }
    }
}

#[test]
fn long_chains_are_no_deep_ones() {
    for joint in [" AND ", " OR ", " + ", " * "] {
        let conditions = vec!["tags.a"; 700].join(joint);
        let query = format!("SELECT * FROM devices WHERE {conditions}");
        assert_eq!(query_hint(&query), None, "{joint}");
    }
}

#[test]
fn a_hint_is_ascii_in_a_header() {
    let hint = query_hint("SELECT * FROM devices WHERE LÄNGE(tags.😀) = 1").unwrap();
    let header = hint.to_header();
    assert!(header.is_ascii(), "{header}");
    let read: serde_json::Value = serde_json::from_str(&header).unwrap();
    assert_eq!(read["reason"], hint.reason.as_ref());
    assert_eq!(read["position"], hint.position);
    assert_eq!(read["length"], hint.length);
    assert_eq!(read["id"], hint.id);
    assert_eq!(read["refused"], true);
}

/// Words that queries are made of, in any order.
fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "SELECT",
        "*",
        "FROM",
        "devices",
        ".",
        "modules",
        "jobs",
        "WHERE",
        "AND",
        "OR",
        "NOT",
        "IN",
        "NIN",
        "[",
        "]",
        "[[",
        "]]",
        "(",
        ")",
        ",",
        "=",
        "!=",
        "<",
        "tags",
        "a",
        "$version",
        "deviceId",
        "COUNT",
        "AVG",
        "AS",
        "GROUP",
        "BY",
        "TOP",
        "5",
        "0x1f",
        "1.5",
        "'a'",
        "\"",
        "\\",
        "'",
        "-",
        "+",
        "/",
        "%",
        "true",
        "null",
        "undefined",
        "IS_DEFINED",
        "STARTSWITH",
        "ARRAY_CONTAINS",
        "ORDER",
        " ",
        "é",
        "😀",
    ]);
    prop::collection::vec(word, 0..60).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn every_text_is_a_query_or_refused_at_a_place_in_it(text in prop_oneof![words(), ".*"]) {
        if let Some(hint) = query_hint(&text) {
            let length = text.chars().count();
            prop_assert!(hint.position + hint.length <= length, "{hint:?}");
            prop_assert!(!hint.reason.is_empty());
        }
    }

    #[test]
    fn the_rest_of_a_query_can_be_anything(rest in words()) {
        let query = format!("SELECT * FROM devices WHERE tags.a = 1 {rest}");
        let _ = query_hint(&query);
    }
}
