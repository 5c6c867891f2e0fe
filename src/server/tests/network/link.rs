//! The network of the `client` crate over real sockets.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use client::network::{Link, LinkError, Network};
use futures::future::LocalBoxFuture;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf},
    sync::mpsc,
};
use wire::timestamp::Timestamp;

use crate::site::now;

pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin {}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}

type Opened = LocalBoxFuture<'static, Box<dyn Stream>>;

/// Opens links in one way.
pub(crate) struct TestNetwork {
    open: Box<dyn Fn() -> Opened>,
    drawn: AtomicU64,
}

impl TestNetwork {
    pub(crate) fn new(open: impl Fn() -> Opened + 'static) -> Self {
        Self {
            open: Box::new(open),
            drawn: AtomicU64::new(0),
        }
    }
}

impl Network for TestNetwork {
    type Link = TestLink;

    fn now(&self) -> Timestamp {
        now()
    }

    async fn sleep_until(&self, at: Timestamp) {
        let wait = at.as_millis().saturating_sub(now().as_millis());
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }

    fn random(&self) -> u64 {
        self.drawn.fetch_add(1, Ordering::Relaxed)
    }

    async fn open_link(&self, _host: &str) -> Result<TestLink, LinkError> {
        let (reader, mut writer) = tokio::io::split((self.open)().await);
        let (outgoing, mut to_send) = mpsc::unbounded_channel::<Vec<u8>>();
        tokio::task::spawn_local(async move {
            while let Some(bytes) = to_send.recv().await {
                if writer.write_all(&bytes).await.is_err() || writer.flush().await.is_err() {
                    return;
                }
            }
            let _ = writer.shutdown().await;
        });
        Ok(TestLink { reader, outgoing })
    }
}

pub(crate) struct TestLink {
    reader: ReadHalf<Box<dyn Stream>>,
    outgoing: mpsc::UnboundedSender<Vec<u8>>,
}

impl Link for TestLink {
    fn send(&mut self, bytes: &[u8]) -> Result<(), LinkError> {
        let sent = self.outgoing.send(bytes.to_vec());
        sent.map_err(|_| LinkError::new("the link is closed"))
    }

    async fn receive(&mut self) -> Option<Vec<u8>> {
        let mut bytes = vec![0; 16 * 1024];
        match self.reader.read(&mut bytes).await {
            Ok(0) | Err(_) => None,
            Ok(count) => {
                bytes.truncate(count);
                Some(bytes)
            }
        }
    }
}
