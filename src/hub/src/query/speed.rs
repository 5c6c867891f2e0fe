use super::*;
use crate::{hub::Hub, options::HubOptions, twin::Twin, entity::IfMatch};
use wire::timestamp::Timestamp;
use std::time::Instant;

fn object(v: &serde_json::Value) -> serde_json::Value {
    // storage form
    let members: Vec<serde_json::Value> = v.as_object().unwrap().iter().map(|(k, v)| serde_json::json!([k, {"value": value(v), "updated": 5, "version": 2}])).collect();
    serde_json::Value::Array(members)
}
fn value(v: &serde_json::Value) -> serde_json::Value {
    use serde_json::{json, Value::*};
    match v { Bool(b) => json!({"Bool": b}), Number(n) => json!({"Number": n}), String(s) => json!({"String": s}), Array(a) => json!({"Array": a.iter().map(value).collect::<Vec<_>>()}), Object(_) => json!({"Object": object(v)}), Null => panic!() }
}

#[test]
fn speed() {
    let now = Timestamp::from_millis(1_785_578_400_000);
    let mut hub = Hub::new(HubOptions::new("h", [1; 32]));
    let start = Instant::now();
    for i in 0..100_000u32 {
        let id = format!("device-{:06}", i);
        let mut twin = Twin::new(now);
        let plant = if i % 100 == 0 { "Redmond43".to_owned() } else { format!("Plant{}", i % 50) };
        twin.tags = serde_json::from_value(object(&serde_json::json!({"location": {"region": "US", "plant": plant}, "floor": i % 9}))).unwrap();
        twin.reported.root = serde_json::from_value(object(&serde_json::json!({"connectivity": if i % 200 == 0 {"cellular"} else {"wifi"}, "temperature": f64::from(i % 1000) / 10.0, "firmware": {"version": "1.2.3"}}))).unwrap();
        let update = wire::rest::DeviceIdentityUpdate { device_id: Some(id.clone()), ..Default::default() };
        let _ = IfMatch::Absent;
        hub.create_device(now, &id, update, twin).unwrap();
    }
    println!("filled in {:?}", start.elapsed());
    for text in [
        "SELECT * FROM devices WHERE tags.location.plant = 'Redmond43'",
        "SELECT * FROM devices WHERE tags.location.plant = 'Redmond43' AND properties.reported.connectivity = 'cellular'",
        "SELECT COUNT() AS n FROM devices WHERE tags.location.plant = 'Redmond43'",
        "SELECT COUNT() AS n FROM devices WHERE tags.location.plant = 'Redmond43' AND properties.reported.connectivity = 'cellular'",
        "SELECT * FROM devices WHERE tags.location.plant = 'nowhere'",
        "SELECT COUNT() AS n FROM devices",
        "SELECT tags.location.plant AS p, COUNT() AS n, AVG(properties.reported.temperature) AS t FROM devices GROUP BY tags.location.plant",
        "SELECT COUNT() AS n FROM devices WHERE lastActivityTime > '2026-08-01T00:00:00Z'",
        "SELECT COUNT() AS n FROM devices WHERE properties.reported.$metadata.$lastUpdated > '2026-08-01T00:00:00Z'",
        "SELECT COUNT() AS n FROM devices WHERE STARTSWITH(deviceId, 'device-09')",
    ] {
        let mut best = std::time::Duration::MAX;
        let mut n = 0; let mut bytes = 0;
        for _ in 0..10 {
            let start = Instant::now();
            let query = Query::parse(text).unwrap();
            let rows = hub.rows(now);
            let page = query.page(&rows, 100, None).unwrap();
            let body = serde_json::to_vec(&page.items).unwrap();
            best = best.min(start.elapsed());
            n = page.items.len(); bytes = body.len();
        }
        println!("{best:?} {n} {bytes} {text}");
    }
    let mut worst = "SELECT COUNT() AS n FROM devices WHERE tags.floor = 99".to_owned();
    while worst.len() < 8150 { worst.push_str(" OR tags.floor=-9"); }
    let start = Instant::now();
    let query = Query::parse(&worst).unwrap();
    let rows = hub.rows(now);
    query.page(&rows, 100, None).unwrap();
    println!("{:?} long chain", start.elapsed());
}

#[test]
fn speed_small() {
    let now = Timestamp::from_millis(1_785_578_400_000);
    let mut hub = Hub::new(HubOptions::new("h", [1; 32]));
    for i in 0..1000u32 {
        let id = format!("device-{i:06}");
        let mut twin = Twin::new(now);
        let plant = if i % 100 == 0 { "Redmond43".to_owned() } else { format!("Plant{}", i % 50) };
        twin.tags = serde_json::from_value(object(&serde_json::json!({"location": {"region": "US", "plant": plant}, "floor": i % 9}))).unwrap();
        twin.reported.root = serde_json::from_value(object(&serde_json::json!({"connectivity": if i % 200 == 0 {"cellular"} else {"wifi"}, "temperature": f64::from(i % 1000) / 10.0, "firmware": {"version": "1.2.3"}}))).unwrap();
        let update = wire::rest::DeviceIdentityUpdate { device_id: Some(id.clone()), ..Default::default() };
        hub.create_device(now, &id, update, twin).unwrap();
    }
    println!("sizes: Device {} Twin {} Node {}", size_of::<crate::registry::Device>(), size_of::<Twin>(), size_of::<crate::twin::Node>());
    let query = Query::parse("SELECT COUNT() AS n FROM devices WHERE tags.location.plant = 'Redmond43'").unwrap();
    for _ in 0..3 {
        let start = Instant::now();
        for _ in 0..100 { let rows = hub.rows(now); query.page(&rows, 100, None).unwrap(); }
        println!("small: {:?} per 100k", start.elapsed());
    }
}

fn walk<'a>(root: &'a crate::twin::Object, names: &[&str]) -> Option<&'a crate::twin::Node> {
    let (first, rest) = names.split_first()?;
    rest.iter().try_fold(root.get(first)?, |node, name| match &node.value {
        crate::twin::Value::Object(object) => object.get(name),
        _ => None,
    })
}

#[test]
fn speed_warm() {
    let now = Timestamp::from_millis(1_785_578_400_000);
    for stride in [1u32, 7919] {
    let mut hub = Hub::new(HubOptions::new("h", [1; 32]));
    for j in 0..100_000u32 {
        let i = (j * stride) % 100_000;
        let id = format!("device-{i:06}");
        let mut twin = Twin::new(now);
        let plant = if i % 100 == 0 { "Redmond43".to_owned() } else { format!("Plant{}", i % 50) };
        twin.tags = serde_json::from_value(object(&serde_json::json!({"location": {"region": "US", "plant": plant}, "floor": i % 9}))).unwrap();
        twin.reported.root = serde_json::from_value(object(&serde_json::json!({"connectivity": if i % 200 == 0 {"cellular"} else {"wifi"}, "temperature": f64::from(i % 1000) / 10.0, "firmware": {"version": "1.2.3"}}))).unwrap();
        let update = wire::rest::DeviceIdentityUpdate { device_id: Some(id.clone()), ..Default::default() };
        hub.create_device(now, &id, update, twin).unwrap();
    }
    let query = Query::parse("SELECT COUNT() AS n FROM devices WHERE tags.location.plant = 'Redmond43'").unwrap();
    let filter = query.parsed.filter.as_ref().unwrap();
    for batch in [1usize, 16, 32, 64, 128, 256] {
        let mut best = std::time::Duration::MAX;
        for _ in 0..6 {
            let start = Instant::now();
            let mut n = 0;
            let mut devices = hub.registry.iter();
            let mut rows: Vec<Row> = Vec::with_capacity(batch);
            loop {
                rows.clear();
                rows.extend(devices.by_ref().take(batch).map(|device| Row { device, module: None }));
                if rows.is_empty() { break; }
                if batch > 1 {
                    let mut sum = 0usize;
                    for row in &rows { sum += row.device.twin.tags.iter().len(); }
                    std::hint::black_box(sum);
                    for row in &rows { if let Some((k, n)) = row.device.twin.tags.iter().next() { sum += k.len() + n.version as usize; } }
                    std::hint::black_box(sum);
                    for row in &rows { if let Some((k, _)) = row.device.twin.tags.iter().next() { sum += k.as_bytes()[0] as usize; } }
                    std::hint::black_box(sum);
                    for row in &rows { if let Some(n) = walk(&row.device.twin.tags, &["location"]) { if let crate::twin::Value::Object(o) = &n.value { if let Some((k, _)) = o.iter().next() { sum += k.len(); } } } }
                    std::hint::black_box(sum);
                    for row in &rows { if let Some(n) = walk(&row.device.twin.tags, &["location", "plant"]) { if let crate::twin::Value::String(o) = &n.value { sum += o.len(); } } }
                    std::hint::black_box(sum);
                }
                for row in &rows { if evaluate::truth(filter, *row) == Some(true) { n += 1; } }
            }
            best = best.min(start.elapsed());
            assert_eq!(n, 1000);
        }
        println!("stride {stride} batch {batch}: {best:?}");
    }
    }
}
