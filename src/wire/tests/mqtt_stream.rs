//! Packets encoded, chopped up, cut out again and decoded.

mod packets;

use packets::any_packet;
use proptest::collection::vec;
use proptest::prelude::*;
use wire::mqtt::mqttrs::decode_slice;
use wire::mqtt::{self, Frame, MqttError, Splitter};

/// The most bytes that a header can have while its length is still unknown. So many are kept
/// whatever the limit is.
const INCOMPLETE_HEADER: usize = 4;

/// Pushes the chunks and takes all there is after each.
fn split(splitter: &mut Splitter, chunks: &[&[u8]]) -> (Vec<Frame<'static>>, Option<MqttError>) {
    let mut frames = Vec::new();
    for chunk in chunks {
        splitter.push(chunk);
        loop {
            match splitter.next_frame() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => return (frames, Some(error)),
            }
        }
    }
    (frames, None)
}

/// Takes all there is out of each chunk, without pushing it first.
fn split_in_place<'a>(
    splitter: &mut Splitter,
    chunks: &[&'a [u8]],
) -> (Vec<Frame<'a>>, Option<MqttError>) {
    let mut frames = Vec::new();
    for chunk in chunks {
        let mut chunk = *chunk;
        loop {
            match splitter.next_in(&mut chunk) {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => return (frames, Some(error)),
            }
        }
        assert!(chunk.is_empty(), "bytes are left");
    }
    (frames, None)
}

/// Cuts bytes at the places given, in any order and anywhere.
fn chop<'a>(bytes: &'a [u8], places: &[usize]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = places
        .iter()
        .map(|place| place % (bytes.len() + 1))
        .collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places
        .windows(2)
        .map(|pair| &bytes[pair[0]..pair[1]])
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn what_is_encoded_comes_out_again(
        packets in vec(any_packet(), 1..8),
        places in vec(any::<usize>(), 0..12),
    ) {
        let mut stream = Vec::new();
        for packet in &packets {
            stream.extend(mqtt::encode(&packet.packet()).expect("an allowed packet"));
        }
        let mut splitter = Splitter::new(1 << 20);
        let (frames, error) = split(&mut splitter, &chop(&stream, &places));
        prop_assert_eq!(error, None);
        prop_assert_eq!(splitter.buffered(), 0);
        prop_assert_eq!(frames.len(), packets.len());
        for (frame, packet) in frames.iter().zip(&packets) {
            prop_assert_eq!(frame.decode(), Ok(packet.packet()));
        }
        prop_assert_eq!(stream, frames.into_iter().flat_map(Frame::into_bytes).collect::<Vec<u8>>());
    }

    #[test]
    fn any_bytes_in_any_chunks_give_the_same(
        bytes in vec(any::<u8>(), 0..300),
        places in vec(any::<usize>(), 0..12),
        limit in 0..100_usize,
    ) {
        check_chunking(&bytes, &places, limit)?;
    }

    /// Nearly right packets reach deeper than noise.
    #[test]
    fn damaged_packets_in_any_chunks_give_the_same(
        packets in vec(any_packet(), 1..4),
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        places in vec(any::<usize>(), 0..12),
    ) {
        let mut stream: Vec<u8> = packets
            .iter()
            .flat_map(|packet| mqtt::encode(&packet.packet()).expect("an allowed packet"))
            .collect();
        for (place, byte) in damage {
            *place.get_mut(&mut stream) = byte;
        }
        check_chunking(&stream, &places, 1 << 14)?;
    }
}

/// However a stream is chopped, the same frames and the same error come out, each frame decodes,
/// and the splitter keeps no more than its limit. It does not matter either whether chunks are pushed.
fn check_chunking(bytes: &[u8], places: &[usize], limit: usize) -> Result<(), TestCaseError> {
    let whole = split(&mut Splitter::new(limit), &[bytes]);
    for frame in &whole.0 {
        let decoded = frame
            .decode()
            .map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(decode_slice(frame.bytes()), Ok(Some(decoded.clone())));
        let again = mqtt::encode(&decoded).map_err(|e| TestCaseError::fail(e.to_string()))?;
        let again = Frame::parse(&again).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(again.decode(), Ok(decoded));
    }
    let mut splitter = Splitter::new(limit);
    let mut frames = Vec::new();
    let mut error = None;
    for chunk in chop(bytes, places) {
        let (more, failure) = split(&mut splitter, &[chunk]);
        frames.extend(more);
        error = failure;
        prop_assert!(splitter.buffered() <= limit.max(INCOMPLETE_HEADER));
    }
    prop_assert_eq!(&(frames, error), &whole);

    let mut splitter = Splitter::new(limit);
    let mut frames = Vec::new();
    let mut error = None;
    for chunk in chop(bytes, places) {
        let (more, failure) = split_in_place(&mut splitter, &[chunk]);
        frames.extend(more);
        error = failure;
        prop_assert!(splitter.buffered() <= limit.max(INCOMPLETE_HEADER));
    }
    prop_assert_eq!(&(frames, error), &whole);
    Ok(())
}

#[test]
fn the_limit_counts_the_whole_packet() {
    let packet = [0x30, 5, 0, 1, b't', 1, 2];
    let mut splitter = Splitter::new(7);
    splitter.push(&packet);
    assert!(splitter.next_frame().expect("exactly the limit").is_some());

    let mut splitter = Splitter::new(6);
    splitter.push(&packet);
    let error = MqttError::TooLarge { size: 7, limit: 6 };
    assert_eq!(splitter.next_frame(), Err(error));
}

#[test]
fn a_too_large_packet_is_refused_before_its_body() {
    let mut splitter = Splitter::new(1024);
    splitter.push(&[0x30, 0xFF, 0xFF]);
    assert_eq!(splitter.next_frame(), Ok(None));
    splitter.push(&[0x7F]);
    let error = Err(MqttError::TooLarge {
        size: 4 + 0x001F_FFFF,
        limit: 1024,
    });
    assert_eq!(splitter.next_frame(), error);
    splitter.push(&[0; 4096]);
    assert_eq!(splitter.buffered(), 0, "a failed splitter keeps nothing");
    assert_eq!(splitter.next_frame(), error, "and stays failed");
}

#[test]
fn a_header_is_kept_until_its_length_is_known() {
    let mut splitter = Splitter::new(0);
    splitter.push(&[0x30, 0x80, 0x80, 0x80]);
    assert_eq!(splitter.next_frame(), Ok(None));
    assert_eq!(splitter.buffered(), INCOMPLETE_HEADER);
    splitter.push(&[1]);
    let size = 5 + (1 << 21);
    let error = MqttError::TooLarge { size, limit: 0 };
    assert_eq!(splitter.next_frame(), Err(error));
    assert_eq!(splitter.buffered(), 0);
}

#[test]
fn a_wrong_first_byte_is_refused_at_once() {
    let mut splitter = Splitter::new(1024);
    splitter.push(b"G");
    assert!(splitter.next_frame().is_err(), "the G of an HTTP request");
}

#[test]
fn good_packets_before_a_bad_one_come_out() {
    let mut splitter = Splitter::new(1024);
    let (frames, error) = split(&mut splitter, &[&[0xC0, 0, 0xE0, 0, 0x40, 2, 0, 0]]);
    let names: Vec<&str> = frames.iter().map(Frame::name).collect();
    assert_eq!(names, ["PINGREQ", "DISCONNECT"]);
    assert!(matches!(error, Some(MqttError::BadField { .. })));
}

#[test]
fn a_failed_splitter_stays_failed() {
    let mut splitter = Splitter::new(1024);
    splitter.push(&[0xF0, 0]);
    assert!(splitter.next_frame().is_err());
    splitter.push(&[0xC0, 0]);
    assert!(splitter.next_frame().is_err());
}
