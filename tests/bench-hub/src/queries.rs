//! Queries over twins, beside a database with the same documents.

use std::hint::black_box;

use http::Request;
use rusqlite::Connection;
use serde_json::Value;

use crate::{
    fleet::{self, DEVICES},
    rounds::{in_turn, time},
    site::Site,
    table::{self, Line, Ratio, Target, number},
};

const ROUNDS: usize = 11;
const MOST_MILLISECONDS: f64 = 30.0;
const LEAST_RATIO: f64 = 10.0;

/// A condition, as the hub and as the database want it, with how many devices it is to find.
struct Condition {
    what: &'static str,
    hub: &'static str,
    sqlite: &'static str,
    found: usize,
}

/// Measures, and says whether all targets are met.
pub(crate) fn bench(site: &mut Site) -> bool {
    table::heading(&format!(
        "Queries over {} twins; peer: SQLite in memory, json_extract on the same documents",
        number(f64::from(DEVICES))
    ));
    let probe = query(site, "SELECT * FROM devices");
    if site.ask(&probe).status() == 501 {
        table::note("not supported yet");
        return false;
    }
    let (mut found, mut found_cellular) = (0, 0);
    for (is_in_plant, is_cellular) in (0..DEVICES).map(fleet::is_found) {
        found += usize::from(is_in_plant);
        found_cellular += usize::from(is_cellular);
    }
    let conditions = [
        Condition {
            what: "plant",
            hub: "tags.location.plant = 'Redmond43'",
            sqlite: "json_extract(document, '$.tags.location.plant') = 'Redmond43'",
            found,
        },
        Condition {
            what: "plant and cellular",
            hub: "tags.location.plant = 'Redmond43' AND properties.reported.connectivity = 'cellular'",
            sqlite: "json_extract(document, '$.tags.location.plant') = 'Redmond43' AND \
                     json_extract(document, '$.properties.reported.connectivity') = 'cellular'",
            found: found_cellular,
        },
    ];
    let database = Database::of(site);
    let mut all_met = true;
    for condition in &conditions {
        for whole in [false, true] {
            all_met &= compare(site, &database, condition, whole);
        }
    }
    table::note(&format!(
        "{ROUNDS} rounds each; a document has {} bytes with the hub's metadata; SQLite {}",
        number(database.mean_bytes),
        rusqlite::version(),
    ));
    all_met
}

/// The first page of what a condition finds, or the count of all of it.
fn compare(site: &mut Site, database: &Database, condition: &Condition, whole: bool) -> bool {
    let (what, selected, limit) = if whole {
        ("count of all", "COUNT() AS n", "")
    } else {
        ("first page of 100", "*", " LIMIT 100")
    };
    let request = query(
        site,
        &format!("SELECT {selected} FROM devices WHERE {}", condition.hub),
    );
    let column = if whole { "count(*)" } else { "document" };
    let sql = |table| {
        let condition = condition.sqlite;
        format!("SELECT {column} FROM {table} WHERE {condition}{limit}")
    };
    let (text, binary) = (sql("twins"), sql("binary_twins"));
    let expected = if whole {
        condition.found
    } else {
        condition.found.min(100)
    };
    let [hub, sqlite, jsonb] = in_turn(
        ROUNDS,
        [
            &mut || {
                let mut answer = None;
                let took = milliseconds(|| answer = Some(site.ask(&request)));
                check_hub(answer.as_ref().map_or(&[], |it| it.body()), whole, expected);
                took
            },
            &mut || milliseconds(|| database.run(&text, whole, expected)),
            &mut || milliseconds(|| database.run(&binary, whole, expected)),
        ],
    );
    let is_met = table::line(&Line {
        what: &format!("{}, {what}", condition.what),
        unit: "ms",
        measured: hub.median(),
        target: Target::AtMost(MOST_MILLISECONDS),
        peer: Some((
            sqlite.median(),
            Ratio {
                value: sqlite.median() / hub.median(),
                target: Target::AtLeast(LEAST_RATIO),
            },
        )),
    });
    table::line(&Line {
        what: "  the same, documents kept as SQLite's jsonb",
        unit: "ms",
        measured: hub.median(),
        target: Target::None,
        peer: Some((
            jsonb.median(),
            Ratio {
                value: jsonb.median() / hub.median(),
                target: Target::None,
            },
        )),
    });
    table::note(&format!(
        "hub {} to {} ms, SQLite {} to {} ms; ratio of the best rounds {:.2}x",
        number(hub.least()),
        number(hub.most()),
        number(sqlite.least()),
        number(sqlite.most()),
        sqlite.least() / hub.least(),
    ));
    is_met
}

fn query(site: &Site, text: &str) -> Request<Vec<u8>> {
    let body = serde_json::json!({ "query": text }).to_string();
    site.request("POST", "/devices/query", &body)
}

/// Sees to it that the hub found what there is.
fn check_hub(body: &[u8], whole: bool, expected: usize) {
    let found = if whole {
        let rows: Value = serde_json::from_slice(body).expect("an array of rows");
        rows[0]["n"].as_u64().and_then(|n| usize::try_from(n).ok())
    } else {
        let name = br#""deviceId":"#;
        Some(
            body.windows(name.len())
                .filter(|window| window == name)
                .count(),
        )
    };
    assert_eq!(found, Some(expected), "{}", String::from_utf8_lossy(body));
}

fn milliseconds(work: impl FnOnce()) -> f64 {
    time(work).as_secs_f64() * 1_000.0
}

/// The twins in `SQLite`, as the hub would tell them.
struct Database {
    connection: Connection,
    mean_bytes: f64,
}

impl Database {
    fn of(site: &mut Site) -> Self {
        let connection = Connection::open_in_memory().expect("a database");
        let create = "CREATE TABLE twins (id TEXT PRIMARY KEY, document TEXT);
            CREATE TABLE binary_twins (id TEXT PRIMARY KEY, document BLOB);
            BEGIN";
        connection.execute_batch(create).expect("tables");
        let mut bytes = 0.0;
        {
            let statement = |sql| connection.prepare(sql).expect("a statement");
            let mut insert = statement("INSERT INTO twins VALUES (?1, ?2)");
            let mut insert_binary = statement("INSERT INTO binary_twins VALUES (?1, jsonb(?2))");
            for number in 0..DEVICES {
                let id = fleet::device_id(number);
                let request = site.request("GET", &format!("/twins/{id}"), "");
                let document = site.ask(&request).into_body();
                let document = String::from_utf8(document).expect("a document");
                bytes += f64::from(u32::try_from(document.len()).unwrap_or_default());
                for insert in [&mut insert, &mut insert_binary] {
                    insert.execute([&id, &document]).expect("a row");
                }
            }
        }
        connection.execute_batch("COMMIT").expect("a database");
        Self {
            connection,
            mean_bytes: bytes / f64::from(DEVICES),
        }
    }

    fn run(&self, sql: &str, whole: bool, expected: usize) {
        let mut statement = self.connection.prepare_cached(sql).expect("a statement");
        let mut rows = statement.query([]).expect("rows");
        let mut found = 0;
        while let Some(row) = rows.next().expect("a row") {
            if whole {
                let count: u32 = row.get(0).expect("a count");
                found = count as usize;
            } else {
                let document = row.get_ref(0).expect("a document");
                black_box(document.as_bytes().expect("bytes"));
                found += 1;
            }
        }
        assert_eq!(found, expected, "{sql}");
    }
}
