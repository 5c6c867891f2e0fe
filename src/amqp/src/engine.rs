//! What carries a connection: the tasks in which the AMQP library reads and writes its frames.

use fe2o3_amqp::{
    Connection as Amqp, Session,
    connection::{ConnectionHandle, OpenError},
    sasl_profile::SaslProfile,
    session::{BeginError, SessionHandle},
};
#[cfg(target_arch = "wasm32")]
use tokio::task::{AbortHandle, LocalSet, spawn_local};

use crate::{
    guard::{Guarded, MOST_FRAME_BYTES},
    network::Stream,
};

/// The name by which this side is known to the other one.
pub(crate) const CONTAINER: &str = "iothub-playground";
/// After so long a silence, in milliseconds, the connection is taken for lost. A hub that has nothing to say says so.
const LONGEST_SILENCE: u32 = 120_000;
/// How many frames with messages may be on their way.
const WINDOW: u32 = 512;

/// The tasks of one connection. In a browser, dropping it ends them and closes the WebSocket at once.
///
/// Left alone, they would take their leave: they tell the other side, and until it has answered they poll a channel
/// that is closed, without a pause. In a browser all tasks take turns before the next event is heard, so that a task
/// without a pause keeps the very answer away that it waits for, and everything else with it.
pub(crate) struct Engine {
    #[cfg(target_arch = "wasm32")]
    tasks: std::rc::Rc<LocalSet>,
    #[cfg(target_arch = "wasm32")]
    runner: AbortHandle,
}

impl Engine {
    /// An engine that carries nothing yet.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn start() -> Self {
        let tasks = std::rc::Rc::new(LocalSet::new());
        let running = std::rc::Rc::clone(&tasks);
        let runner = spawn_local(async move {
            running.run_until(std::future::pending::<()>()).await;
        });
        Self {
            tasks,
            runner: runner.abort_handle(),
        }
    }

    /// An engine that carries nothing yet.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn start() -> Self {
        Self {}
    }

    /// Opens a connection on a stream.
    pub(crate) async fn open(
        &self,
        stream: Guarded<impl Stream>,
        host: &str,
        profile: SaslProfile,
    ) -> Result<ConnectionHandle<()>, OpenError> {
        let most = u32::try_from(MOST_FRAME_BYTES).unwrap_or(u32::MAX);
        let builder = Amqp::builder()
            .container_id(CONTAINER)
            .hostname(host)
            .sasl_hostname(host)
            .scheme("amqp")
            .max_frame_size(most)
            .idle_time_out(LONGEST_SILENCE)
            .sasl_profile(profile);
        #[cfg(not(target_arch = "wasm32"))]
        return builder.open_with_stream(stream).await;
        #[cfg(target_arch = "wasm32")]
        return builder
            .open_with_stream_on_local_set(stream, &self.tasks)
            .await;
    }

    /// Begins a session on the connection.
    pub(crate) async fn begin(
        &self,
        connection: &mut ConnectionHandle<()>,
    ) -> Result<SessionHandle<()>, BeginError> {
        let builder = Session::builder().incoming_window(WINDOW);
        #[cfg(not(target_arch = "wasm32"))]
        return builder.begin(connection).await;
        #[cfg(target_arch = "wasm32")]
        return builder.begin_on_local_set(connection, &self.tasks).await;
    }
}

#[cfg(target_arch = "wasm32")]
impl Drop for Engine {
    fn drop(&mut self) {
        self.runner.abort();
    }
}
