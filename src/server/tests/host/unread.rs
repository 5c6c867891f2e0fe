//! What waits for clients that do not read: of each, and of all together.

use std::{sync::atomic::Ordering, time::Duration};

use futures::FutureExt as _;
use hub::HubOptions;
use server::host::{HubHandle, Link, ToLink};
use tokio::task::unconstrained;

use crate::{
    Counting, HOST,
    client::{connect_with_will, register, send_to_device},
};

const MEBIBYTE: usize = 1024 * 1024;
/// The size of a message that is sent to a device here, or a little less.
const MESSAGE: usize = 60_000;

fn hub() -> HubHandle {
    HubHandle::ephemeral(HubOptions::new(HOST, [1; 32]))
        .unwrap()
        .0
}

/// Connects a device, and sends it so many bytes that it does not read.
async fn unread(hub: &HubHandle, id: &str, bytes: usize) -> Link {
    register(hub, id).await;
    let link = connect_with_will(hub, id).await;
    for _ in 0..bytes / MESSAGE {
        let answer = hub.request(send_to_device(hub, id)).await.unwrap();
        assert_eq!(answer.status(), 204);
    }
    link
}

/// What waits for a client, unless its link was dropped.
fn waiting(mut link: Link) -> Option<usize> {
    if link.dropped().now_or_never().is_some() {
        return None;
    }
    let mut bytes = 0;
    // A test that gets much at once is asked to let others go first, and there are none.
    while let Some(Some(ToLink::Bytes(next))) = unconstrained(link.next()).now_or_never() {
        bytes += next.len();
    }
    Some(bytes)
}

#[tokio::test]
async fn a_client_for_which_too_much_waits_is_dropped() {
    let hub = hub();
    let link = unread(&hub, "dev1", 3 * MEBIBYTE).await;
    assert!(link.dropped().now_or_never().is_none());
    for _ in 0..2 * MEBIBYTE / MESSAGE {
        hub.request(send_to_device(&hub, "dev1")).await.unwrap();
    }
    let dropped = tokio::time::timeout(Duration::from_secs(20), link.dropped()).await;
    assert!(dropped.is_ok());
}

#[tokio::test]
async fn the_memory_is_not_filled_by_many_clients_that_do_not_read() {
    let hub = hub();
    let modest = unread(&hub, "modest", MESSAGE).await;
    let mut greedy = Vec::new();
    for number in 0..40 {
        greedy.push(unread(&hub, &format!("greedy{number}"), 7 * MEBIBYTE / 2).await);
    }
    // A look is after all that was asked for before.
    hub.look(|_| ()).await.unwrap();
    let waiting: Vec<_> = greedy.into_iter().filter_map(self::waiting).collect();
    let in_all: usize = waiting.iter().sum();
    assert!(in_all <= 128 * MEBIBYTE, "{in_all}");
    assert!(waiting.len() > 20, "no more of them than has to be");
    assert!(self::waiting(modest).unwrap() >= MESSAGE, "others stay");
}

#[tokio::test]
async fn what_was_read_makes_room() {
    let hub = hub();
    let mut link = unread(&hub, "dev1", 3 * MEBIBYTE).await;
    for _ in 0..20 {
        for _ in 0..MEBIBYTE / MESSAGE {
            hub.request(send_to_device(&hub, "dev1")).await.unwrap();
            link.next().await.unwrap();
        }
    }
    assert!(link.dropped().now_or_never().is_none());
}

#[tokio::test]
async fn inputs_that_have_the_hub_say_much_are_kept_and_told_a_few_at_a_time() {
    let keep = Counting::default();
    let (hub, _ended) = crate::hub(keep.clone());
    let mut links = Vec::new();
    for number in 0..5 {
        links.push(unread(&hub, &format!("dev{number}"), 0).await);
    }
    // Something holds up the hub, and then much waits for it together.
    let count = || keep.count.load(Ordering::SeqCst);
    let (gate, before) = (keep.gate.lock().await, count());
    let look = tokio::spawn({
        let hub = hub.clone();
        async move { hub.look(|_| ()).await }
    });
    until(|| count() > before).await;
    let asks = (0..300).map(|number| {
        let (hub, id) = (hub.clone(), format!("dev{}", number % 5));
        tokio::spawn(async move { hub.request(send_to_device(&hub, &id)).await })
    });
    let asks: Vec<_> = asks.collect();
    until(|| hub.waiting() == 300).await;
    drop(gate);
    look.await.unwrap().unwrap();
    for ask in asks {
        assert_eq!(ask.await.unwrap().unwrap().status(), 204);
    }
    let (times, bytes) = (count() - before - 1, 300 * MESSAGE);
    assert!(times > 3, "{bytes} bytes were told at {times} times");
}

async fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
        tokio::task::yield_now().await;
    }
}
