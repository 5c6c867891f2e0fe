//! Promises about MQTT packets and topics, for any bytes.

use wire::mqtt::{self, Field, Frame, MqttError, Splitter};
use wire::topic::{DeviceTopic, HubTopic, TopicFilter};

/// The largest packet that the splitter is told to accept: small, so that fuzzing meets it.
const LIMIT: usize = 2048;

/// How many bytes of the input say where to chop the rest of it.
const PLAN: usize = 3;

/// Reads `data` as a stream of packets in chunks, as one packet, and as a topic.
///
/// # Panics
///
/// If a promise is broken.
pub fn packets(data: &[u8]) {
    let (plan, stream) = data.split_at(data.len().min(PLAN));
    let (frames, error) = split(&[stream]);
    chunks_do_not_matter(stream, plan, &frames, error.as_ref());
    frames_are_the_stream(stream, &frames, error.as_ref());
    for frame in &frames {
        decodes(frame);
        masks(frame);
        leaves_nothing_unread(&explains(frame.bytes()));
    }
    explains(stream);
    if let Ok(text) = str::from_utf8(stream) {
        topics(text);
    }
}

/// Pushes chunk after chunk, and takes what there is after each.
fn split(chunks: &[&[u8]]) -> (Vec<Frame<'static>>, Option<MqttError>) {
    let mut splitter = Splitter::new(LIMIT);
    let mut frames = Vec::new();
    let mut error = None;
    for chunk in chunks {
        splitter.push(chunk);
        error = drain(&mut splitter, &mut frames);
        assert!(splitter.buffered() <= LIMIT, "keeps more than its limit");
    }
    (frames, error)
}

/// Takes what there is out of each chunk, without pushing it first.
fn split_in_place<'a>(chunks: &[&'a [u8]]) -> (Vec<Frame<'a>>, Option<MqttError>) {
    let mut splitter = Splitter::new(LIMIT);
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
        assert!(splitter.buffered() <= LIMIT, "keeps more than its limit");
    }
    (frames, None)
}

fn drain(splitter: &mut Splitter, frames: &mut Vec<Frame<'static>>) -> Option<MqttError> {
    loop {
        match splitter.next_frame() {
            Ok(Some(frame)) => frames.push(frame),
            Ok(None) => return None,
            Err(error) => {
                assert_eq!(splitter.next_frame(), Err(error.clone()), "recovers");
                assert_eq!(splitter.buffered(), 0, "keeps bytes after a failure");
                return Some(error);
            }
        }
    }
}

/// However the stream is chopped, the same frames and the same error come out.
fn chunks_do_not_matter(stream: &[u8], plan: &[u8], frames: &[Frame], error: Option<&MqttError>) {
    let mut sizes = plan.iter().map(|size| usize::from(*size % 32) + 1).cycle();
    let mut rest = stream;
    let mut chunks = Vec::new();
    while !rest.is_empty() {
        let size = sizes.next().unwrap_or(1).min(rest.len());
        let (chunk, after) = rest.split_at(size);
        chunks.push(chunk);
        rest = after;
    }
    let (chopped, chopped_error) = split(&chunks);
    assert_eq!(chopped, frames, "chopped differently");
    assert_eq!(chopped_error.as_ref(), error, "chopped differently");
    let (in_place, error_in_place) = split_in_place(&chunks);
    assert_eq!(in_place, frames, "differs without a push");
    assert_eq!(error_in_place.as_ref(), error, "differs without a push");
}

/// The frames are the stream, without gaps; if nothing failed, an incomplete packet may follow.
fn frames_are_the_stream(stream: &[u8], frames: &[Frame], error: Option<&MqttError>) {
    let joined: Vec<u8> = frames.iter().flat_map(Frame::bytes).copied().collect();
    let rest = stream.strip_prefix(joined.as_slice());
    let rest = rest.expect("the frames are not the start of the stream");
    if error.is_none() && !rest.is_empty() {
        Frame::parse(rest).expect_err("a whole packet stays behind");
    }
}

/// A frame decodes, and what it decodes to encodes to something that decodes to the same.
fn decodes(frame: &Frame) {
    let packet = frame.decode().expect("a checked frame does not decode");
    let bytes = mqtt::encode(&packet).expect("a decoded packet does not encode");
    let again = Frame::parse(&bytes).expect("an encoded packet is not a frame");
    assert_eq!(again.decode(), Ok(packet), "encodes differently");
}

/// Masking keeps a packet a packet, hides every signature, and hides no less the second time.
fn masks(frame: &Frame) {
    let masked = mqtt::mask_connect_password(frame.bytes());
    Frame::parse(&masked).expect("a masked packet is not a frame");
    assert_eq!(mqtt::mask_connect_password(&masked), masked);
    if frame.name() != "CONNECT" {
        assert_eq!(masked, frame.bytes());
    }
}

/// The fields are in the order of the bytes, and every byte has one.
fn explains(bytes: &[u8]) -> Vec<Field> {
    assert_eq!(mqtt::mask_connect_password(bytes).len(), bytes.len());
    let fields = mqtt::dissect(bytes);
    let mut start = 0;
    let mut covered = 0;
    for Field { name, range, .. } in &fields {
        assert!(mqtt::FIELD_NAMES.contains(name), "{name} is not announced");
        assert!(range.start < range.end, "{name} has no bytes");
        assert!(range.end <= bytes.len(), "{name} ends behind the frame");
        assert!(range.start >= start, "{name} is out of order");
        assert!(range.start <= covered, "a gap before {name}");
        start = range.start;
        covered = covered.max(range.end);
    }
    assert_eq!(covered, bytes.len(), "the end is not explained");
    fields
}

fn leaves_nothing_unread(fields: &[Field]) {
    let unread = fields.iter().find(|field| field.name == "unread");
    assert_eq!(unread, None, "a checked frame is not understood");
}

/// What is read can be written, and then reads as the same.
fn topics(text: &str) {
    if let Ok(topic) = DeviceTopic::parse(text) {
        // Writing sorts the properties, so only what is written is the same.
        let written = topic.to_topic();
        let again = DeviceTopic::parse(&written).map(|topic| topic.to_topic());
        assert_eq!(again, Ok(written));
    }
    if let Ok(topic) = HubTopic::parse(text) {
        assert_eq!(HubTopic::parse(&topic.to_topic()), Ok(topic));
    }
    if let Ok(filter) = TopicFilter::parse(text) {
        assert_eq!(TopicFilter::parse(&filter.to_filter()), Ok(filter));
    }
}
