//! What is learnt of a live hub's answers, and what is not, however odd they are.

use std::{rc::Rc, time::Duration};

use client::service::{IfMatch, Service, TwinChange};
use futures::{FutureExt as _, future::LocalBoxFuture, stream::LocalBoxStream};
use http::{Method, Request, Response, StatusCode};
use lab::{
    Program,
    action::{Acknowledgement, CloudAction},
    beside::Beside,
    outside::{Outside, OutsideLink, ReadFrom, ReadNews, Trouble, TroubleKind, Way, Ways},
    view::Side,
};

use crate::table::{DEVICE, DEVICE_PROGRAM, HOST, METHOD, REGISTER, START, Table};

/// What becomes of an answer.
type Alteration = fn(&Request<Vec<u8>>, Response<Vec<u8>>) -> Response<Vec<u8>>;

/// A hub whose answers are altered on the way.
struct Altered(Beside, Rc<Alteration>);

impl Outside for Altered {
    fn open_link(&self) -> LocalBoxFuture<'static, Result<Box<dyn OutsideLink>, Trouble>> {
        self.0.open_link()
    }

    fn has_relay(&self) -> bool {
        true
    }

    fn way_of(&self, request: &Request<Vec<u8>>) -> Option<Way> {
        self.0.way_of(request)
    }

    fn request(
        &self,
        request: Request<Vec<u8>>,
    ) -> LocalBoxFuture<'static, Result<Response<Vec<u8>>, Trouble>> {
        let alter = Rc::clone(&self.1);
        let answer = self.0.request(request.clone());
        async move { answer.await.map(|answer| alter(&request, answer)) }.boxed_local()
    }

    fn read_events(&self, from: ReadFrom) -> LocalBoxStream<'static, ReadNews> {
        self.0.read_events(from)
    }
}

/// Another bench at the hub of the first, with its device, and with answers that are altered.
fn altered(first: &Table, alter: Alteration) -> Table {
    let outside = Altered(first.beside.clone(), Rc::new(alter));
    let table = Table::through(&first.beside, Ways::new(outside));
    let string = first.hands().device_string();
    table.hands().set_device_string(string);
    table
}

fn replace(
    response: Response<Vec<u8>>,
    change: impl FnOnce(&mut serde_json::Value),
) -> Response<Vec<u8>> {
    response.map(|body| {
        let mut value = serde_json::from_slice(&body).unwrap_or_default();
        change(&mut value);
        serde_json::to_vec(&value).unwrap()
    })
}

fn is_of(request: &Request<Vec<u8>>, start: &str) -> bool {
    *request.method() == Method::GET && request.uri().path().starts_with(start)
}

fn look_for(table: &mut Table, seconds: u64) {
    for _ in 0..seconds {
        let _ = table.hands().hub().device(DEVICE).is_some();
        let _ = table.hands().hub().twin_document(DEVICE);
        table.run_for(1);
    }
}

fn send(table: &Table, expires_after: Option<u32>, acknowledgement: Acknowledgement) {
    let action = CloudAction::SendMessage {
        device_id: DEVICE.to_owned(),
        body: "hello".to_owned(),
        message_id: "m1".to_owned(),
        acknowledgement,
        expires_after,
        properties: Vec::new(),
    };
    table.hands().start_in_cloud(1, action);
}

/// Another service changes what the device is to be.
fn change_from_elsewhere(table: &Table) {
    table.beside.elsewhere(|hub, now| {
        let string = hub.service_connection_string("iothubowner").unwrap();
        let service = Service::new(string);
        let change = TwinChange::default().and_desired(serde_json::json!({ "level": 3 }));
        let patch = service.patch_twin(now, DEVICE, &change, &IfMatch::Any);
        hub.request(now, &patch.request);
    });
}

#[test]
fn an_answer_about_another_device_tells_nothing() {
    let first = Table::new();
    let mut table = altered(&first, |request, response| {
        if !is_of(request, "/devices/") {
            return response;
        }
        replace(response, |device| device["deviceId"] = "another".into())
    });
    look_for(&mut table, 5);
    assert_eq!(table.hands().hub().device_count(), 0);
}

#[test]
fn a_device_that_is_connected_from_here_is_so_whatever_the_registry_says_late() {
    let first = Table::new();
    let mut table = altered(&first, |request, response| {
        if !is_of(request, "/devices/") {
            return response;
        }
        replace(response, |device| {
            device["connectionState"] = "Disconnected".into();
        })
    });
    table.start(&DEVICE_PROGRAM);
    look_for(&mut table, 10);
    assert!(table.count_of("refresh") > 0);
    assert!(table.hands().hub().is_connected(DEVICE));
    table.hands().stop("device");
    look_for(&mut table, 2);
    assert!(!table.hands().hub().is_connected(DEVICE));
}

#[test]
fn a_twin_of_any_size_is_not_kept() {
    let first = Table::new();
    let mut table = altered(&first, |request, response| {
        if !is_of(request, "/twins/") {
            return response;
        }
        replace(response, |twin| {
            twin["tags"]["x"] = "x".repeat(600 * 1024).into();
        })
    });
    look_for(&mut table, 5);
    assert_eq!(table.hands().hub().twin_document(DEVICE), None);
}

static LOOK_AT_MANY: Program = Program {
    name: "look",
    side: Side::Cloud,
    run: |bench| {
        Box::pin(async move {
            let service = bench.service("iothubowner")?;
            for number in 0..600 {
                let id = format!("d{number}");
                let device = service.get_device(bench.now(), &id);
                bench.send(device).await?;
                bench.send(service.get_twin(bench.now(), &id)).await?;
            }
            Ok(())
        })
    },
};

#[test]
fn only_so_many_devices_are_remembered() {
    let first = Table::new();
    let mut table = altered(&first, |request, mut response| {
        let id = request.uri().path().rsplit('/').next().unwrap();
        *response.status_mut() = StatusCode::OK;
        *response.body_mut() = if is_of(request, "/devices/") {
            let device = wire::rest::DeviceIdentity {
                device_id: id.to_owned(),
                ..Default::default()
            };
            serde_json::to_vec(&device).unwrap()
        } else {
            format!(r#"{{"deviceId":"{id}"}}"#).into_bytes()
        };
        response
    });
    table.start(&LOOK_AT_MANY);
    table.run_for(1);
    let hands = table.hands();
    assert_eq!(hands.hub().device_count(), 500);
    let twins = (0..600).filter_map(|number| hands.hub().twin_document(&format!("d{number}")));
    assert_eq!(twins.count(), 500);
}

#[test]
fn of_a_deleted_device_nothing_is_left() {
    let mut table = Table::new();
    table.start(&DEVICE_PROGRAM);
    look_for(&mut table, 5);
    change_from_elsewhere(&table);
    look_for(&mut table, 5);
    assert_eq!(table.count("device", "desired"), 1);
    table.hands().stop("device");
    send(&table, None, Acknowledgement::None);
    look_for(&mut table, 5);
    assert_eq!(table.hands().hub().queued(DEVICE), 1);
    assert!(table.hands().hub().twin_document(DEVICE).is_some());
    let device_id = DEVICE.to_owned();
    let delete = CloudAction::DeleteDevice { device_id };
    table.hands().start_in_cloud(2, delete);
    table.run_for(1);
    assert_eq!(table.hands().hub().twin_document(DEVICE), None);
    assert_eq!(table.hands().hub().queued(DEVICE), 0);
}

#[test]
fn whom_the_hub_does_not_let_in_is_not_taken_for_registered() {
    let mut table = Table::without_relay();
    table.beside.elsewhere(|hub, now| {
        let string = hub.service_connection_string("iothubowner").unwrap();
        let service = Service::new(string);
        let delete = service.delete_device(now, DEVICE, &IfMatch::Any);
        hub.request(now, &delete.request);
    });
    table.start(&DEVICE_PROGRAM);
    table.run_for(5);
    assert!(table.hands().hub().device(DEVICE).is_none());
}

#[test]
fn a_change_that_a_device_is_told_of_is_soon_in_the_twin() {
    let mut table = Table::new();
    table.start(&DEVICE_PROGRAM);
    // What does not change is asked for seldom.
    look_for(&mut table, 140);
    change_from_elsewhere(&table);
    table.run_for(3);
    let twin = table.hands().hub().twin_document(DEVICE).unwrap();
    assert!(twin.contains(r#""level":3"#), "{twin}");
}

#[test]
fn a_device_string_opens_its_own_device_and_no_other() {
    let table = Table::with_device_string();
    let hands = table.hands();
    assert!(hands.hub().device_connection_string(DEVICE).is_some());
    assert!(hands.hub().device_connection_string("another").is_none());
}

#[test]
fn a_message_whose_time_is_over_does_not_wait_any_more() {
    let mut table = Table::new();
    send(&table, Some(5), Acknowledgement::None);
    table.run_for(2);
    assert_eq!(table.hands().hub().queued(DEVICE), 1);
    look_for(&mut table, 30);
    assert_eq!(table.hands().hub().queued(DEVICE), 0);
}

#[test]
fn feedback_tells_that_a_message_waits_no_more() {
    for mut table in [Table::new(), Table::without_relay()] {
        send(&table, Some(60), Acknowledgement::Full);
        // What does not change is asked for seldom.
        for _ in 0..58 {
            let _ = table.hands().hub().queued(DEVICE);
            table.run_for(1);
        }
        assert_eq!(table.hands().hub().queued(DEVICE), 1);
        table.run_for(30);
        table
            .hands()
            .start_in_cloud(2, CloudAction::ReceiveFeedback);
        table.run_for(2);
        assert_eq!(
            table.hands().hub().queued(DEVICE),
            0,
            "{:?}",
            table.outcomes
        );
    }
}

#[test]
fn a_hub_whose_day_is_used_up_is_in_trouble_until_it_takes_more() {
    let first = Table::new();
    let mut table = altered(&first, |_, mut response| {
        *response.status_mut() = StatusCode::FORBIDDEN;
        let quota = http::HeaderValue::from_static("IotHubQuotaExceeded");
        response.headers_mut().insert("iothub-errorcode", quota);
        response
    });
    look_for(&mut table, 5);
    let (trouble, again) = table.trouble().expect("trouble");
    assert_eq!(trouble.kind, TroubleKind::Quota);
    // Until midnight nothing that is tried helps.
    assert_eq!(again, None);
}

#[test]
fn a_hub_that_asks_to_go_slower_is_asked_again_at_a_time_that_is_told() {
    let mut table = Table::new();
    look_for(&mut table, 200);
    table.set_faults(|faults| faults.throttled = true);
    table.start(&REGISTER);
    for _ in 0..200 {
        table.run_for(1);
        let hands = table.hands();
        let (_, again) = hands.live().unwrap().trouble.expect("trouble");
        let wait = again.unwrap().since(hands.now());
        assert!(wait <= Duration::from_secs(15), "{wait:?}");
    }
}

#[test]
fn many_looks_make_few_questions() {
    let mut table = Table::at(&Beside::new(HOST, START));
    for number in 0..1_000 {
        let _ = table.hands().hub().device(&format!("d{number}")).is_some();
    }
    table.run_for(1);
    let at_once = table.count_of("refresh");
    assert!((2..=5).contains(&at_once), "{at_once}");
    table.run_for(120);
    let asked = table.count_of("refresh");
    assert!((150..=200).contains(&asked), "{asked}");
}

#[test]
fn whatever_changes_all_the_time_is_asked_for_once_a_second_at_most() {
    let mut table = Table::new();
    for _ in 0..80 {
        table.hands().refresh(DEVICE);
        let until = table.hands().now().plus(Duration::from_millis(125));
        table.beside.clone().run(&mut table.bench, until);
    }
    let asked = table.count_of("refresh");
    assert!((8..=22).contains(&asked), "{asked}");
}

#[test]
fn a_policy_that_may_only_register_is_in_no_trouble_for_long() {
    let first = Table::empty();
    let mut table = altered(&first, |request, mut response| {
        if *request.method() != Method::PUT {
            *response.status_mut() = StatusCode::UNAUTHORIZED;
        }
        response
    });
    table.start(&REGISTER);
    table.run_for(1);
    table.start(&METHOD);
    table.run_for(1);
    let (trouble, _) = table.trouble().expect("trouble");
    assert_eq!(trouble.kind, TroubleKind::Unauthorized);
    look_for(&mut table, 60);
    assert_eq!(table.trouble(), None);
}
