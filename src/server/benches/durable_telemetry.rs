//! How many messages a second the hub acknowledges, each of them durable: `cargo bench -p server`.
//!
//! Devices send over links as MQTT has them, without a network between: what is measured is the hub with its store.
//! The first argument is a folder for the data, by default one of the system's temporary folders.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use http::Request;
use hub::HubOptions;
use server::{
    data_folder::DataFolder,
    host::{HubHandle, Link, ToLink},
    store,
};
use wire::{
    mqtt::{
        encode,
        mqttrs::{Connect, Packet, Pid, Protocol, Publish, QosPid},
    },
    sas::{SasToken, SharedAccessKey, device_resource},
};

const HOST: &str = "localhost";
const BODY: usize = 100;
const TIME: Duration = Duration::from_secs(3);

fn main() {
    let place = std::env::args().nth(1).filter(|it| !it.starts_with('-'));
    let place = place.map_or_else(std::env::temp_dir, PathBuf::from);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .build()
        .unwrap();
    println!("{BODY} bytes each; messages a second, p50 and p99 of the acknowledgement in ms");
    for durable in [false, true] {
        for (devices, window) in [(1, 1), (1, 50), (100, 1), (100, 10), (1_000, 1)] {
            runtime.block_on(run(&place, durable, devices, window));
        }
    }
}

async fn run(place: &Path, durable: bool, devices: usize, window: usize) {
    let place = tempfile::tempdir_in(place).unwrap();
    let options = HubOptions::new(HOST, [7; 32]);
    let path = place.path().join("data");
    let (hub, ended) = if durable {
        let (path, options) = (path.clone(), options.clone());
        let make = move || store::open(&DataFolder::open(&path).unwrap(), options);
        HubHandle::start(make).unwrap().unwrap()
    } else {
        HubHandle::ephemeral(options.clone()).unwrap()
    };
    let mut links = Vec::new();
    for number in 0..devices {
        links.push(connect(&hub, &format!("device{number}")).await);
    }
    let until = Instant::now() + TIME;
    let tasks = links
        .into_iter()
        .map(|(id, link)| tokio::spawn(send(link, id, window, until)));
    let mut waits = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        waits.extend(task.await.unwrap());
    }
    hub.stop().await;
    ended.wait().unwrap();
    waits.sort_unstable();
    let percentile = |of: usize| waits[waits.len() * of / 100].as_secs_f64() * 1_000.0;
    #[expect(clippy::cast_precision_loss)]
    let rate = waits.len() as f64 / TIME.as_secs_f64();
    println!(
        "{} {devices:>5} devices, {window:>2} under way: {rate:>7.0}/s, {:.2}, {:.2}",
        if durable { "durable  " } else { "in memory" },
        percentile(50),
        percentile(99)
    );
    if durable {
        restart(&path, options);
    }
}

fn restart(path: &Path, options: HubOptions) {
    let folder = DataFolder::open(path).unwrap();
    let started = Instant::now();
    let (hub, _keep) = store::open(&folder, options).unwrap();
    let took = started.elapsed();
    let events: u64 = hub
        .event_bounds()
        .map(|it| it.next_number - it.first_number)
        .sum();
    println!("          started again with {events} events in {took:.0?}");
}

/// Sends for a while; gives how long each acknowledgement took.
async fn send(mut link: Link, id: String, window: usize, until: Instant) -> Vec<Duration> {
    let topic = format!("devices/{id}/messages/events/");
    let mut sent = std::collections::VecDeque::new();
    let mut waits = Vec::new();
    let mut next = Pid::new();
    loop {
        while sent.len() < window && Instant::now() < until {
            let packet = Packet::Publish(Publish {
                dup: false,
                qospid: QosPid::AtLeastOnce(next),
                retain: false,
                topic_name: &topic,
                payload: &[b'x'; BODY],
            });
            sent.push_back(Instant::now());
            let bytes = encode(&packet).unwrap();
            link.receive(bytes.into()).await.unwrap();
            next = next + 1;
        }
        if sent.is_empty() {
            return waits;
        }
        let Some(ToLink::Bytes(bytes)) = link.next().await else {
            panic!("the hub closed the link");
        };
        for _ in bytes.chunks(4) {
            waits.push(sent.pop_front().unwrap().elapsed());
        }
    }
}

async fn connect(hub: &HubHandle, id: &str) -> (String, Link) {
    let expires = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
        + 3_600;
    let sign = |resource: &str, key: &SharedAccessKey, policy| {
        let token = SasToken::sign(resource, key, expires, policy).to_text();
        token.expose().clone()
    };
    let owner = &hub.policies()[0];
    let key = SharedAccessKey::from([1; 32]);
    let text = key.to_base64();
    let text = text.expose();
    let body = format!(
        r#"{{"deviceId":"{id}","authentication":{{"symmetricKey":{{"primaryKey":"{text}","secondaryKey":"{text}"}}}}}}"#
    );
    let request = Request::put(format!("/devices/{id}?api-version=2021-04-12"))
        .header(
            "Authorization",
            sign(HOST, &owner.primary_key, Some(&owner.name)),
        )
        .body(body.into_bytes())
        .unwrap();
    let response = hub.request(request).await.unwrap();
    assert_eq!(response.status(), 200);
    let user_name = format!("{HOST}/{id}/?api-version=2021-04-12");
    let password = sign(&device_resource(HOST, id, None), &key, None);
    let connect = Packet::Connect(Connect {
        protocol: Protocol::MQTT311,
        keep_alive: 0,
        client_id: id,
        clean_session: true,
        last_will: None,
        username: Some(&user_name),
        password: Some(password.as_bytes()),
    });
    let mut link = hub.open().await.unwrap();
    link.receive(encode(&connect).unwrap().into())
        .await
        .unwrap();
    assert!(matches!(link.next().await, Some(ToLink::Bytes(_))));
    (id.to_owned(), link)
}
