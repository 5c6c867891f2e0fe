//! Cuts a byte stream into control packets.

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
        if let Err(error) = self.header() {
            self.fail(error);
        }
    }

    /// The next packet; `None` until more bytes come.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, MqttError> {
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

    fn cut(&mut self) -> Result<Option<Frame>, MqttError> {
        let Some(header) = self.header()? else {
            return Ok(None);
        };
        let Some(bytes) = self.buffer.take(header.packet_size()) else {
            return Ok(None);
        };
        Frame::from_bytes(bytes).map(Some)
    }

    /// The header of the packet at the front, checked against the limit.
    fn header(&self) -> Result<Option<Header>, MqttError> {
        let header = Header::read(self.buffer.bytes())?;
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
