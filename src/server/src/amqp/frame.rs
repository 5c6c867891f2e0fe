//! Frames: how performatives and their payloads are cut out of a stream of bytes, and put into it.

use bytes::{Buf, Bytes, BytesMut};
use fe2o3_amqp_types::{
    performatives::Performative,
    sasl::{SaslInit, SaslMechanisms, SaslOutcome},
};
use serde::Serialize;
use thiserror::Error;

use super::encoding::{EncodingError, read_first, write_padded};

/// What a client sends first if it wants to authenticate with SASL.
pub(super) const SASL_HEADER: [u8; 8] = *b"AMQP\x03\x01\x00\x00";
/// What a client sends before its first frame of AMQP.
pub(super) const AMQP_HEADER: [u8; 8] = *b"AMQP\x00\x01\x00\x00";
/// The largest frame that this side takes, and the largest that it sends.
pub(super) const MOST_FRAME_BYTES: usize = 65_536;

const HEADER_BYTES: usize = 8;
const AMQP_FRAME: u8 = 0;
const SASL_FRAME: u8 = 1;

/// Why bytes are no frames.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum FrameError {
    /// A frame is shorter than its header, or longer than was agreed.
    #[error("a frame announces {bytes} bytes; expected 8 to {most}")]
    Size {
        /// How many bytes it announces.
        bytes: usize,
        /// How many it may have.
        most: usize,
    },
    /// The frame's data offset lies outside of the frame.
    #[error("a frame's data offset is {0} words; expected 2 or more, inside of the frame")]
    DataOffset(u8),
    /// The frame's type is not that of the layer which is being spoken.
    #[error("a frame has type {0}; expected 0 for AMQP, or 1 for SASL while authenticating")]
    Type(u8),
    /// The body cannot be read.
    #[error(transparent)]
    Encoding(#[from] EncodingError),
}

/// A frame that came in.
#[derive(Debug)]
pub(super) enum Frame {
    /// An empty frame: the other side is alive.
    Alive,
    /// A performative, and what follows it.
    Amqp(u16, Box<Performative>, Bytes),
}

/// A frame as it is cut out of the stream.
pub(super) struct RawFrame {
    kind: u8,
    channel: u16,
    body: Bytes,
}

/// Cuts the next frame out of what came in, if all of it has come.
pub(super) fn split(input: &mut BytesMut, most: usize) -> Result<Option<RawFrame>, FrameError> {
    let Some((size, rest)) = input.split_first_chunk::<4>() else {
        return Ok(None);
    };
    let [offset, kind, channel @ ..] = *rest.first_chunk::<4>().unwrap_or(&[2, AMQP_FRAME, 0, 0]);
    let bytes = usize::try_from(u32::from_be_bytes(*size)).unwrap_or(usize::MAX);
    if !(HEADER_BYTES..=most).contains(&bytes) {
        return Err(FrameError::Size { bytes, most });
    }
    let start = usize::from(offset) * 4;
    if !(HEADER_BYTES..=bytes).contains(&start) {
        return Err(FrameError::DataOffset(offset));
    }
    if input.len() < bytes {
        return Ok(None);
    }
    let mut body = input.split_to(bytes);
    body.advance(start);
    Ok(Some(RawFrame {
        kind,
        channel: u16::from_be_bytes(channel),
        body: body.freeze(),
    }))
}

impl RawFrame {
    /// Reads a frame of AMQP.
    pub(super) fn read(self) -> Result<Frame, FrameError> {
        if self.kind != AMQP_FRAME {
            return Err(FrameError::Type(self.kind));
        }
        if self.body.is_empty() {
            return Ok(Frame::Alive);
        }
        let (performative, rest) = read_first(&self.body)?;
        let payload = self.body.slice_ref(rest);
        Ok(Frame::Amqp(self.channel, Box::new(performative), payload))
    }

    /// Reads the one frame of SASL that a client sends here.
    pub(super) fn read_sasl_init(&self) -> Result<SaslInit, FrameError> {
        if self.kind != SASL_FRAME {
            return Err(FrameError::Type(self.kind));
        }
        Ok(read_first(&self.body)?.0)
    }
}

/// Appends a frame with a performative of so many fields, and a payload.
pub(super) fn put(
    output: &mut BytesMut,
    channel: u16,
    (performative, fields): (&impl Serialize, usize),
) -> Result<(), EncodingError> {
    let body = write_padded(performative, fields)?;
    put_bytes(output, AMQP_FRAME, channel, &body, &[]);
    Ok(())
}

/// Appends a frame whose performative is written already.
pub(super) fn put_transfer(
    output: &mut BytesMut,
    channel: u16,
    performative: &[u8],
    payload: &[u8],
) {
    put_bytes(output, AMQP_FRAME, channel, performative, payload);
}

/// Appends an empty frame.
pub(super) fn put_alive(output: &mut BytesMut) {
    put_bytes(output, AMQP_FRAME, 0, &[], &[]);
}

/// Appends the list of ways to authenticate.
pub(super) fn put_mechanisms(
    output: &mut BytesMut,
    mechanisms: &SaslMechanisms,
) -> Result<(), EncodingError> {
    let body = write_padded(mechanisms, 1)?;
    put_bytes(output, SASL_FRAME, 0, &body, &[]);
    Ok(())
}

/// Appends what came of authenticating.
pub(super) fn put_outcome(
    output: &mut BytesMut,
    outcome: &SaslOutcome,
) -> Result<(), EncodingError> {
    let body = write_padded(outcome, 2)?;
    put_bytes(output, SASL_FRAME, 0, &body, &[]);
    Ok(())
}

/// How many bytes of payload fit into a frame beside a performative.
pub(super) fn room(most: usize, performative: &[u8]) -> usize {
    most.saturating_sub(HEADER_BYTES + performative.len())
}

fn put_bytes(output: &mut BytesMut, kind: u8, channel: u16, body: &[u8], payload: &[u8]) {
    // All that is sent is cut to frames of at most `MOST_FRAME_BYTES`.
    let size = u32::try_from(HEADER_BYTES + body.len() + payload.len()).unwrap_or(u32::MAX);
    output.extend_from_slice(&size.to_be_bytes());
    output.extend_from_slice(&[2, kind]);
    output.extend_from_slice(&channel.to_be_bytes());
    output.extend_from_slice(body);
    output.extend_from_slice(payload);
}
