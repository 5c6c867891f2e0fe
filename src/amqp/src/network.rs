//! What the module needs of the world.

use std::{fmt::Debug, time::Duration};

use fe2o3_amqp::SendBound;
use futures::future::{Either, select};
use tokio::io::{AsyncRead, AsyncWrite};
use wire::timestamp::Timestamp;

use crate::message::{Failure, FailureKind};

/// The subprotocol under which AMQP is spoken over a WebSocket.
pub const SUBPROTOCOL: &str = "AMQPWSB10";

/// An open WebSocket: the bytes of its binary messages, one after the other.
pub trait Stream: AsyncRead + AsyncWrite + Debug + Unpin + SendBound + 'static {}

impl<S: AsyncRead + AsyncWrite + Debug + Unpin + SendBound + 'static> Stream for S {}

/// The world: the network, the time, and sleep.
#[expect(async_fn_in_trait, reason = "all of it runs on one thread")]
pub trait Network: 'static {
    /// What an open WebSocket is.
    type Stream: Stream;

    /// Opens a WebSocket with the subprotocol [`SUBPROTOCOL`]. An error says that it did not open.
    async fn open(&self, url: &str) -> Result<Self::Stream, String>;

    /// The time.
    fn now(&self) -> Timestamp;

    /// Waits.
    async fn sleep(&self, duration: Duration);
}

/// Waits for an answer, but no longer than this.
pub(crate) async fn within<T>(
    network: &impl Network,
    patience: Duration,
    answer: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let (answer, sleep) = (Box::pin(answer), Box::pin(network.sleep(patience)));
    match select(answer, sleep).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => {
            let seconds = patience.as_secs();
            let why = format!("the hub gave no answer within {seconds} s");
            Err(Failure::new(FailureKind::Closed, why))
        }
    }
}
