//! Frames that nobody should send.

use amqp::message::FailureKind;
use fe2o3_amqp_types::{definitions::Handle, performatives::Transfer};
use proptest::{collection::vec, prelude::*, test_runner::Config};
use serde_bytes::ByteBuf;

use crate::peer::{Conduct, frame, raw_frame, read};

/// A hub that sends this is given up, with words that say why.
async fn check(bytes: Vec<u8>, expected: &str) {
    let (failure, opened) = read(Conduct::Sends(bytes)).await;
    assert_eq!(failure.kind, FailureKind::Protocol, "{failure:?}");
    assert!(failure.description.contains(expected), "{failure:?}");
    assert_eq!(opened.len(), 1);
}

fn transfer(number: u32, more: bool, payload: &[u8]) -> Vec<u8> {
    let transfer = Transfer {
        handle: Handle(0),
        delivery_id: Some(number),
        delivery_tag: Some(ByteBuf::from(number.to_be_bytes())),
        message_format: Some(0),
        settled: Some(true),
        more,
        rcv_settle_mode: None,
        state: None,
        resume: false,
        aborted: false,
        batchable: false,
    };
    frame(0, &transfer, payload)
}

/// So many lists in each other.
fn nested(depth: usize) -> Vec<u8> {
    let mut bytes = vec![0x45];
    for _ in 0..depth {
        let size = u32::try_from(bytes.len() + 4).unwrap();
        let mut outer = vec![0xD0];
        outer.extend(size.to_be_bytes());
        outer.extend(1_u32.to_be_bytes());
        outer.extend(bytes);
        bytes = outer;
    }
    bytes
}

/// A section whose value is this.
fn section(code: u8, value: &[u8]) -> Vec<u8> {
    [&[0x00, 0x53, code], value].concat()
}

#[tokio::test]
async fn another_protocol_is_no_hub() {
    let answer = b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec();
    let (failure, _) = read(Conduct::Greets(answer)).await;
    assert_eq!(failure.kind, FailureKind::Protocol, "{failure:?}");
}

#[tokio::test]
async fn a_hub_that_says_nothing_has_closed_the_connection() {
    let (failure, _) = read(Conduct::Greets(Vec::new())).await;
    assert_eq!(failure.kind, FailureKind::Closed, "{failure:?}");
}

#[tokio::test]
async fn a_frame_has_a_bounded_size() {
    check(vec![0xFF, 0xFF, 0xFF, 0xFF, 2, 0, 0, 0], "4294967295 bytes").await;
    check(vec![0, 0, 0, 7, 2, 0, 0, 0], "7 bytes").await;
}

#[tokio::test]
async fn a_frame_holds_a_performative() {
    check(vec![0, 0, 0, 8, 255, 0, 0, 0], "data offset of 255 words").await;
    check(raw_frame(0, &[0x40]), "no performative").await;
    check(raw_frame(0, &[0x00, 0x53, 0x14, 0x45]), "no performative").await;
}

#[tokio::test]
async fn values_lie_in_each_other_to_a_bounded_depth() {
    let deep = nested(1000);
    check(
        raw_frame(0, &section(0x10, &deep)),
        "nested more than 16 deep",
    )
    .await;
    check(
        transfer(0, false, &section(0x77, &deep)),
        "nested more than 16 deep",
    )
    .await;
}

#[tokio::test]
async fn depth_is_found_in_a_message_of_many_frames() {
    let message = section(0x72, &nested(5000));
    let mut bytes = Vec::new();
    for part in message.chunks(1000) {
        bytes.extend(transfer(0, true, part));
    }
    bytes.extend(transfer(0, false, &[]));
    check(bytes, "nested more than 16 deep").await;
}

#[tokio::test]
async fn a_message_has_a_bounded_size() {
    let part = vec![0; 60_000];
    let bytes: Vec<u8> = (0..20).flat_map(|_| transfer(0, true, &part)).collect();
    check(bytes, "more than 327680 bytes").await;
}

#[tokio::test]
async fn no_more_messages_come_than_were_asked_for() {
    let message = section(0x75, &[0xA0, 1, b'x']);
    let bytes: Vec<u8> = (0..2000)
        .flat_map(|number| transfer(number, false, &message))
        .collect();
    // The first is read, and is no event's redirection: whichever is noticed first.
    let (failure, _) = read(Conduct::Sends(bytes)).await;
    assert_eq!(failure.kind, FailureKind::Protocol, "{failure:?}");
}

/// A list of values of every kind, as the fields of a performative.
fn fields() -> impl Strategy<Value = Vec<u8>> {
    let value = prop_oneof![
        Just(vec![0x40]),
        Just(vec![0x40]),
        Just(vec![0x41]),
        Just(vec![0x42]),
        Just(vec![0x43]),
        Just(vec![0x45]),
        any::<u8>().prop_map(|it| vec![0x50, it]),
        (0_u8..4).prop_map(|it| vec![0x52, it]),
        any::<u16>().prop_map(|it| [&[0x60], &it.to_be_bytes()[..]].concat()),
        any::<u32>().prop_map(|it| [&[0x70], &it.to_be_bytes()[..]].concat()),
        any::<u64>().prop_map(|it| [&[0x80], &it.to_be_bytes()[..]].concat()),
        Just(vec![0xA0, 1, 0]),
        Just(vec![0xA1, 1, b'a']),
        Just(vec![0xA3, 1, b'a']),
        Just(vec![0xC1, 1, 0]),
        Just(vec![0x00, 0x53, 0x24, 0x45]),
        Just(vec![0x00, 0x53, 0x28, 0x45]),
        Just(vec![0x00, 0x53, 0x29, 0x45]),
    ];
    vec(value, 0..14).prop_map(|values| {
        let items = values.concat();
        let size = u32::try_from(items.len() + 4).unwrap();
        let count = u32::try_from(values.len()).unwrap();
        [
            &[0xD0],
            &size.to_be_bytes()[..],
            &count.to_be_bytes()[..],
            &items,
        ]
        .concat()
    })
}

#[test]
fn no_bytes_make_it_panic() {
    // The library has tasks of its own: what panics there ends the page's worker, and shows here on a hook.
    let panics = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = std::sync::Arc::clone(&panics);
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        hook(panic);
    }));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let performative = (
        0x10_u8..0x1A,
        prop_oneof![vec(any::<u8>(), 0..40), fields()],
    );
    proptest!(Config::with_cases(1000), |(frames in vec(performative, 1..4), tail in vec(any::<u8>(), 0..40))| {
        let mut bytes = Vec::new();
        for (code, fields) in &frames {
            bytes.extend(raw_frame(0, &section(*code, fields)));
        }
        bytes.extend(transfer(0, false, &tail));
        runtime.block_on(read(Conduct::Sends(bytes)));
    });
    assert_eq!(panics.load(std::sync::atomic::Ordering::SeqCst), 0);
}
