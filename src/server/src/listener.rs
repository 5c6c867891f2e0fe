//! Listening: a port is bound, and each connection that is let in gets a task of its own.

use std::{future::Future, io, net::SocketAddr, sync::Arc, time::Duration};

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    connection_limits::{Admission, ConnectionLimits, Door},
    observer::{Observer, Protocol, Refused, What},
};

/// How many connections wait in the system until they are accepted: a whole fleet may come at once.
const BACKLOG: u32 = 4096;
/// How long to wait when the system has no more to give, such as file descriptors.
const PAUSE: Duration = Duration::from_millis(100);
/// A peer that is gone without a word is found out after a minute of silence and four questions without an answer.
const SILENCE: Duration = Duration::from_mins(1);
const BETWEEN_QUESTIONS: Duration = Duration::from_secs(10);
const QUESTIONS: u32 = 4;

/// A connection that was let in.
pub struct Accepted {
    /// The socket.
    pub socket: TcpStream,
    /// Who is at the other end.
    pub peer: SocketAddr,
    /// Its place, to be kept as long as the connection.
    pub admission: Admission,
}

/// A port that was taken, and on which nobody is let in yet.
pub struct Bound {
    socket: TcpSocket,
    port: u16,
}

/// A port on which connections are let in.
pub struct Listener {
    socket: TcpListener,
    door: Arc<Door>,
    protocol: Protocol,
    observer: Arc<Observer>,
}

impl Bound {
    /// Takes a port; 0 takes one that is free.
    pub fn new(address: SocketAddr) -> io::Result<Self> {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        // Without it a port stays taken for a minute after the program has ended. On Windows it means another thing.
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let port = socket.local_addr()?.port();
        Ok(Self { socket, port })
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on clients can connect, to speak a protocol. Those for whom there is no room are told of.
    pub fn listen(
        self,
        limits: ConnectionLimits,
        protocol: Protocol,
        observer: &Arc<Observer>,
    ) -> io::Result<Listener> {
        Ok(Listener {
            socket: self.socket.listen(BACKLOG)?,
            door: Door::new(limits),
            protocol,
            observer: Arc::clone(observer),
        })
    }
}

impl Listener {
    /// Serves each connection in a task of its own, until the program ends.
    pub async fn serve<F>(
        self,
        tasks: TaskTracker,
        ending: CancellationToken,
        serve: impl Fn(Accepted) -> F,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        loop {
            let accepted = tokio::select! {
                () = ending.cancelled() => return,
                accepted = self.socket.accept() => accepted,
            };
            match accepted {
                Ok((socket, peer)) => {
                    if let Some(accepted) = self.let_in(socket, peer) {
                        tasks.spawn(serve(accepted));
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    fn let_in(&self, socket: TcpStream, peer: SocketAddr) -> Option<Accepted> {
        match self.door.admit(peer.ip()) {
            Ok(admission) => {
                if let Err(error) = set_options(&socket) {
                    tracing::debug!(%peer, %error, "the connection was lost at once");
                    return None;
                }
                Some(Accepted {
                    socket,
                    peer,
                    admission,
                })
            }
            Err(reason) => {
                self.observer.refused(&Refused {
                    what: What::Connection,
                    protocol: self.protocol,
                    peer,
                    subject: "",
                    code: reason.id(),
                    reason: &reason.to_string(),
                });
                None
            }
        }
    }
}

fn set_options(socket: &TcpStream) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let keepalive = TcpKeepalive::new()
        .with_time(SILENCE)
        .with_interval(BETWEEN_QUESTIONS)
        .with_retries(QUESTIONS);
    SockRef::from(socket).set_tcp_keepalive(&keepalive)
}
