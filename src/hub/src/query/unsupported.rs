//! What other query languages have and this one has not, and what to write instead.

/// The id and the reason of the refusal of a word where it makes no sense.
pub(super) fn word(word: &str) -> Option<(&'static str, &'static str)> {
    Some(match word.to_ascii_uppercase().as_str() {
        "JOIN" | "INNER" | "LEFT" | "RIGHT" | "OUTER" | "CROSS" => (
            "unsupported-join",
            "There is no JOIN: a query reads one collection. Query devices and devices.modules one after the other, \
             and put the results together in the program.",
        ),
        "ORDER" => (
            "unsupported-order-by",
            "There is no ORDER BY: results come in no particular order. Sort them in the program.",
        ),
        "LIKE" => (
            "unsupported-like",
            "There is no LIKE. Write STARTSWITH(path, 'text') for how a text begins, or = for all of it; match other \
             patterns in the program.",
        ),
        "DISTINCT" => (
            "unsupported-distinct",
            "There is no DISTINCT. Group instead: SELECT path AS value, COUNT() AS number FROM devices GROUP BY path.",
        ),
        "HAVING" => (
            "unsupported-having",
            "There is no HAVING. WHERE chooses twins before they are grouped; choose among the groups in the program.",
        ),
        "LIMIT" => (
            "unsupported-limit",
            "There is no LIMIT. Write SELECT TOP 10 … instead.",
        ),
        "OFFSET" | "SKIP" | "FETCH" => (
            "unsupported-offset",
            "There is no OFFSET. Read page after page: the header x-ms-continuation of an answer, sent with the next \
             request, leads on.",
        ),
        "BETWEEN" => (
            "unsupported-between",
            "There is no BETWEEN. Write path >= 1 AND path <= 9.",
        ),
        "IS" => (
            "unsupported-is-null",
            "There is no IS NULL. Write NOT IS_DEFINED(path), or IS_DEFINED(path) for IS NOT NULL.",
        ),
        "UNION" | "EXCEPT" | "INTERSECT" => (
            "unsupported-union",
            "Queries cannot be combined. Send them one after the other, or join their conditions with OR.",
        ),
        "EXISTS" => (
            "unsupported-subquery",
            "There are no queries within queries. Write IS_DEFINED(path) to ask whether there is a value.",
        ),
        "CASE" => (
            "unsupported-case",
            "There is no CASE. Decide in the program.",
        ),
        "NOT" => (
            "misplaced-not",
            "NOT stands before a condition: NOT deviceId = 'a'. For NOT IN write NIN: deviceId NIN ['a', 'b'].",
        ),
        _ => return None,
    })
}

/// The id and the reason of the refusal of a query that does not begin with SELECT.
pub(super) fn first_word(word: &str) -> Option<(&'static str, &'static str)> {
    let writes = [
        "INSERT", "UPDATE", "UPSERT", "DELETE", "CREATE", "ALTER", "DROP", "MERGE",
    ];
    writes
        .iter()
        .any(|it| it.eq_ignore_ascii_case(word))
        .then_some((
            "unsupported-write",
            "A query only reads. Twins are written one by one, with PATCH /twins/{id}.",
        ))
}

/// The reason why a function cannot be called.
pub(super) fn function(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_uppercase().as_str() {
        "STARTS_WITH" => {
            "STARTS_WITH belongs to message routing. In a query over twins write STARTSWITH(path, 'text')."
        }
        "ENDS_WITH" | "ENDSWITH" | "SUBSTRING" | "LENGTH" | "LOWER" | "UPPER" | "CONCAT"
        | "INDEX_OF" => {
            "Functions over texts belong to message routing. Over twins there is STARTSWITH(path, 'text'); texts are \
             compared as they are, case included."
        }
        "CONTAINS" => {
            "CONTAINS belongs to message routing. Over twins there is ARRAY_CONTAINS(path, value) for arrays, and \
             STARTSWITH(path, 'text') for texts."
        }
        "ABS" | "EXP" | "POWER" | "SQUARE" | "CEILING" | "FLOOR" | "SIGN" | "SQRT" => {
            "Functions over numbers belong to message routing. Over twins there are + - * / and %."
        }
        "IS_NULL" => "IS_NULL belongs to message routing. Over twins write NOT IS_DEFINED(path).",
        "AS_NUMBER" | "IS_ARRAY" | "IS_BOOL" | "IS_NUMBER" | "IS_OBJECT" | "IS_PRIMITIVE"
        | "IS_STRING" => {
            "Functions over types belong to message routing. Over twins there is IS_DEFINED(path), and a comparison \
             with a value of another type is never true."
        }
        _ => return None,
    })
}
