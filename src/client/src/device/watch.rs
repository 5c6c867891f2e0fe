//! The desired properties, kept up to date.

use futures::StreamExt;
use futures::channel::mpsc;
use wire::topic::HubTopic;

use super::error::TwinError;
use super::event::{Incoming, SessionEvent};
use super::handle::Device;
use super::twin::{Applied, DesiredPatch, TwinState};

/// A twin whose desired properties follow those of the hub, across lost connections.
///
/// The hub announces changes to a connected device only. So the twin is read again after each
/// reconnect, and whenever an announcement is missing; announcements of what was read already are
/// dropped. (IoT Hub documentation: understand and use device twins.)
///
/// A watch that is not asked for its [`next`](Self::next) fills up, so drop it when it is of no more
/// use.
pub struct DesiredWatch {
    device: Device,
    events: mpsc::UnboundedReceiver<SessionEvent>,
    twin: TwinState,
    /// Changes may have been missed: the twin is to be read again.
    is_stale: bool,
}

/// How the desired properties of a watched twin changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DesiredChange {
    /// The hub announced this change, and it is applied to [`DesiredWatch::twin`].
    Patch(DesiredPatch),
    /// Changes may have been missed, and the twin that was read again has another version.
    Reread,
}

impl DesiredWatch {
    pub(super) async fn start(device: Device) -> Result<Self, TwinError> {
        let events = device.watch();
        let filter = wire::topic::TopicFilter::DesiredPatches;
        let granted = device.subscribe(filter).await;
        granted.map_err(TwinError::NotSubscribed)?;
        let twin = device.get_twin().await?;
        Ok(Self {
            device,
            events,
            twin,
            is_stale: false,
        })
    }

    /// The twin as far as it is known now. The reported properties are those of the last reading.
    pub fn twin(&self) -> &TwinState {
        &self.twin
    }

    /// Waits for the next change. After an error the watch goes on where it was: ask again.
    pub async fn next(&mut self) -> Result<DesiredChange, TwinError> {
        loop {
            if self.is_stale && self.reread().await? {
                return Ok(DesiredChange::Reread);
            }
            match self.events.next().await {
                Some(SessionEvent::Message(message)) => {
                    if let Some(patch) = desired_patch(&message)
                        && self.take(&patch)
                    {
                        return Ok(DesiredChange::Patch(patch));
                    }
                }
                Some(SessionEvent::Connected { .. } | SessionEvent::TokenRenewed) => {
                    self.is_stale = true;
                }
                Some(_) => {}
                None => return Err(TwinError::Closed),
            }
        }
    }

    /// Reads the twin again. Whether its desired properties are others.
    async fn reread(&mut self) -> Result<bool, TwinError> {
        let twin = self.device.get_twin().await?;
        self.is_stale = false;
        let changed = twin.desired != self.twin.desired;
        self.twin = twin;
        Ok(changed)
    }

    fn take(&mut self, patch: &DesiredPatch) -> bool {
        match self.twin.apply(patch) {
            Applied::Changed => return true,
            Applied::Gap => self.is_stale = true,
            Applied::Known => {}
        }
        false
    }
}

pub(super) fn desired_patch(message: &Incoming) -> Option<DesiredPatch> {
    match message.topic {
        HubTopic::DesiredPatch { version } => DesiredPatch::read(version, &message.body),
        _ => None,
    }
}
