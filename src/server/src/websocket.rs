//! A WebSocket as a stream of bytes: packets of what it carries may be split or joined across its messages.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use futures::{Sink, Stream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message,
        protocol::{Role, WebSocketConfig},
    },
};

/// The most bytes of one message from a client: more than the largest packet of MQTT or frame of AMQP that the hub
/// takes.
const MOST_RECEIVED: usize = 1024 * 1024;
/// The most bytes of one message to a client.
const MOST_SENT: usize = 64 * 1024;
/// The room to read into that each connection has.
const READ: usize = 4 * 1024;

/// The server's end of a WebSocket, after its handshake.
pub struct WebSocketBytes<S> {
    messages: WebSocketStream<S>,
    unread: Bytes,
}

impl<S: AsyncRead + AsyncWrite + Unpin> WebSocketBytes<S> {
    /// A WebSocket over a stream on which the handshake is done.
    pub async fn new(stream: S) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ)
            .write_buffer_size(0)
            .max_write_buffer_size(4 * MOST_SENT)
            .max_message_size(Some(MOST_RECEIVED))
            .max_frame_size(Some(MOST_RECEIVED));
        let messages = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config));
        Self {
            messages: messages.await,
            unread: Bytes::new(),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for WebSocketBytes<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.unread.is_empty() {
            let message = ready!(Pin::new(&mut self.messages).poll_next(context));
            match message.transpose().map_err(broken)? {
                Some(Message::Binary(bytes)) => self.unread = bytes,
                Some(Message::Text(_)) => {
                    let why = "a text message came; send binary messages";
                    return Err(io::Error::new(io::ErrorKind::InvalidData, why)).into();
                }
                Some(Message::Close(_)) | None => return Ok(()).into(),
                // A ping is answered by the library.
                Some(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => {}
            }
        }
        let taken = self.unread.len().min(buffer.remaining());
        buffer.put_slice(&self.unread[..taken]);
        self.unread.advance(taken);
        Ok(()).into()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for WebSocketBytes<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(Pin::new(&mut self.messages).poll_ready(context)).map_err(broken)?;
        let sent = bytes.len().min(MOST_SENT);
        let message = Message::Binary(Bytes::copy_from_slice(&bytes[..sent]));
        Pin::new(&mut self.messages)
            .start_send(message)
            .map_err(broken)?;
        Ok(sent).into()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.messages)
            .poll_flush(context)
            .map_err(broken)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.messages)
            .poll_close(context)
            .map_err(broken)
    }
}

fn broken(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        Error::ConnectionClosed | Error::AlreadyClosed => io::ErrorKind::NotConnected.into(),
        error => io::Error::new(io::ErrorKind::InvalidData, error),
    }
}
