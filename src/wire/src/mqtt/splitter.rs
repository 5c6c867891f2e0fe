//! Cuts a byte stream into control packets.

use std::borrow::Cow;

use super::header::Header;
use super::{Frame, MqttError, packet_name};

/// The capacity that an idle splitter may keep.
const IDLE_CAPACITY: usize = 4096;

/// Cuts a byte stream into exact, checked control packets.
///
/// Feed it bytes as they come with [`push`](Self::push), then call
/// [`next_frame`](Self::next_frame) until it returns `None` or an error. Chunks may end anywhere:
/// the frames are the same however the stream is chopped.
///
/// A packet over the limit is refused as soon as its fixed header is there, before its body is
/// kept. Thus a drained splitter holds less than one packet of at most `limit` bytes, or up to four
/// bytes of a header whose length is still unknown; during a push, the new chunk on top. A splitter
/// that failed holds nothing and stays failed, since nobody can know where in the stream the next
/// packet would begin.
#[derive(Debug)]
pub struct Splitter {
    limit: usize,
    buffer: Buffer,
    failure: Option<MqttError>,
}

impl Splitter {
    /// A splitter that accepts packets of at most `limit` bytes, fixed header included.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            buffer: Buffer::default(),
            failure: None,
        }
    }

    /// Takes the next bytes of the stream.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.failure.is_some() {
            return;
        }
        self.buffer.extend(bytes);
        if let Err(error) = self.header(self.buffer.bytes()) {
            self.fail(error);
        }
    }

    /// The next packet of a chunk that is the stream's next bytes, and takes it off the chunk. `None` when the chunk is
    /// used up and more bytes must come.
    ///
    /// Does what [`push`](Self::push) and [`next_frame`](Self::next_frame) do, without a copy of packets that lie in
    /// the chunk as a whole.
    pub fn next_in<'a>(&mut self, chunk: &mut &'a [u8]) -> Result<Option<Frame<'a>>, MqttError> {
        if self.failure.is_none() && self.buffer.bytes().is_empty() {
            let frame = self.cut_from(chunk);
            if let Err(error) = &frame {
                self.fail(error.clone());
            }
            if chunk.is_empty() || !matches!(frame, Ok(None)) {
                return frame;
            }
        }
        self.complete_from(chunk);
        self.next_frame()
    }

    /// The next packet; `None` until more bytes come.
    pub fn next_frame(&mut self) -> Result<Option<Frame<'static>>, MqttError> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        let frame = self.cut();
        if let Err(error) = &frame {
            self.fail(error.clone());
        }
        frame
    }

    /// How many bytes wait for the rest of their packet, or for [`next_frame`](Self::next_frame).
    pub fn buffered(&self) -> usize {
        self.buffer.bytes().len()
    }

    /// Cuts a packet off the front of the buffer.
    fn cut(&mut self) -> Result<Option<Frame<'static>>, MqttError> {
        let Some(header) = self.header(self.buffer.bytes())? else {
            return Ok(None);
        };
        let Some(bytes) = self.buffer.take(header.packet_size()) else {
            return Ok(None);
        };
        Frame::of(header, Cow::Owned(bytes)).map(Some)
    }

    /// Moves bytes from a chunk to the buffer until a packet is whole there, and no more than that.
    fn complete_from(&mut self, chunk: &mut &[u8]) {
        while self.failure.is_none() && !chunk.is_empty() {
            let missing = match self.header(self.buffer.bytes()) {
                Ok(Some(header)) => header.packet_size().saturating_sub(self.buffered()),
                // Byte by byte, until the header tells the size.
                _ => 1,
            };
            if missing == 0 {
                return;
            }
            let (taken, rest) = chunk.split_at(missing.min(chunk.len()));
            *chunk = rest;
            self.push(taken);
        }
    }

    /// Cuts a packet off the front of a chunk.
    fn cut_from<'a>(&self, chunk: &mut &'a [u8]) -> Result<Option<Frame<'a>>, MqttError> {
        let Some(header) = self.header(chunk)? else {
            return Ok(None);
        };
        let Some((bytes, rest)) = chunk.split_at_checked(header.packet_size()) else {
            return Ok(None);
        };
        *chunk = rest;
        Frame::of(header, Cow::Borrowed(bytes)).map(Some)
    }

    /// The header of the packet at the front of bytes, checked against the limit.
    fn header(&self, bytes: &[u8]) -> Result<Option<Header>, MqttError> {
        let header = Header::read(bytes)?;
        match header {
            Some(header) if header.packet_size() > self.limit => Err(MqttError::TooLarge {
                size: header.packet_size(),
                limit: self.limit,
            }),
            _ => Ok(header),
        }
    }

    fn fail(&mut self, error: MqttError) {
        self.buffer = Buffer::default();
        self.failure = Some(error);
    }
}

/// Bytes that are added at the back and taken from the front.
#[derive(Default)]
struct Buffer {
    stored: Vec<u8>,
    /// Where the bytes begin that were not taken yet.
    start: usize,
}

impl Buffer {
    fn bytes(&self) -> &[u8] {
        self.stored.get(self.start..).unwrap_or_default()
    }

    fn extend(&mut self, bytes: &[u8]) {
        // What was taken is given up here, once a chunk, rather than moved on each packet.
        self.stored.drain(..self.start.min(self.stored.len()));
        self.start = 0;
        self.stored.extend_from_slice(bytes);
    }

    fn take(&mut self, size: usize) -> Option<Vec<u8>> {
        if self.start == 0 && self.stored.len() == size {
            return Some(std::mem::take(&mut self.stored));
        }
        let taken = self.bytes().get(..size)?.to_vec();
        self.start += size;
        if self.start == self.stored.len() {
            self.stored.clear();
            self.stored.shrink_to(IDLE_CAPACITY);
            self.start = 0;
        }
        Some(taken)
    }
}

impl std::fmt::Debug for Buffer {
    // The bytes may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Buffer({}, {} bytes)",
            packet_name(self.bytes()),
            self.bytes().len()
        )
    }
}
