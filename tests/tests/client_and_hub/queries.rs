//! Queries over twins, as a service program reads them.

use std::collections::BTreeSet;

use client::device::Session;
use client::service::{CallError, IfMatch, ItemType, QueryPager, TwinChange};
use serde_json::{Map, Value, json};
use wire::error::ErrorCode;

use crate::world::World;

fn run(world: &mut World, text: &str, max_items: u16) -> (Vec<Value>, usize) {
    let mut pager = QueryPager::new(text, max_items);
    let (mut items, mut pages) = (Vec::new(), 0);
    while let Some(call) = pager.next_call(&world.service(), world.now) {
        let page = world.call(&call);
        items.extend(pager.took(page));
        pages += 1;
        assert!(pages < 100, "the pages do not end");
    }
    (items, pages)
}

#[test]
fn a_query_finds_what_service_and_device_wrote() {
    let mut world = World::new(1);
    let device = world.listener(&[]);
    world.register("dev2");
    let tags = TwinChange::tags(json!({"location": {"plant": "Redmond43"}}));
    let call = world
        .service()
        .patch_twin(world.now, "dev1", &tags, &IfMatch::Any);
    world.call(&call);
    let plant = "SELECT * FROM devices WHERE tags.location.plant = 'Redmond43'";
    let call = world.service().query(world.now, plant, 100, None);
    let page = world.call(&call);
    assert_eq!(page.item_type, ItemType::Twin);
    assert_eq!(page.twins().unwrap()[0].device_id, "dev1");

    let cellular = format!("{plant} AND properties.reported.connectivity = 'cellular'");
    assert_eq!(run(&mut world, &cellular, 100).0, [] as [Value; 0]);
    let report = Map::from_iter([("connectivity".to_owned(), json!("cellular"))]);
    world.feed(device, |session: &mut Session, now| {
        session.patch_reported(now, &report, None);
    });
    world.settle();
    assert_eq!(run(&mut world, &cellular, 100).0.len(), 1);
}

#[test]
fn every_item_comes_once_whatever_the_size_of_a_page() {
    let mut world = World::new(1);
    for number in 0..25 {
        world.register(&format!("dev{number}"));
    }
    for (size, expected) in [(1, 25), (7, 4), (25, 1), (100, 1)] {
        let (items, pages) = run(&mut world, "SELECT deviceId FROM devices", size);
        assert_eq!(items.len(), 25);
        let ids: BTreeSet<_> = items.iter().map(|item| item["deviceId"].as_str()).collect();
        assert_eq!(ids.len(), 25);
        assert!(
            (expected..=expected + 1).contains(&pages),
            "{size}: {pages}"
        );
    }
}

#[test]
fn a_projection_is_raw() {
    let mut world = World::new(1);
    world.register("dev1");
    let text = "SELECT COUNT() AS n FROM devices";
    let call = world.service().query(world.now, text, 100, None);
    let page = world.call(&call);
    assert_eq!(
        (page.items, page.item_type),
        (vec![json!({"n": 1})], ItemType::Raw)
    );
}

#[test]
fn a_query_that_cannot_be_read_is_refused_with_a_hint() {
    let mut world = World::new(1);
    let text = "SELECT * FROM devices ORDER BY deviceId";
    let call = world.service().query(world.now, text, 100, None);
    let error = world.try_call(&call).unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::ArgumentInvalid));
    let CallError::Refused {
        hint: Some(hint), ..
    } = error
    else {
        panic!("expected a hint, found {error:?}");
    };
    assert_eq!(hint.position, text.find("ORDER").unwrap());
    assert!(!hint.id.is_empty() && !hint.reason.is_empty());
}
