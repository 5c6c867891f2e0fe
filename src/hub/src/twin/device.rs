//! What a connected client does with its own twin, over MQTT.

use wire::timestamp::Timestamp;

use crate::{close_reason::CloseReason, connection::ConnectionId, hub::Hub};

impl Hub {
    /// A client asks for its twin.
    pub(crate) fn twin_get(
        &mut self,
        _now: Timestamp,
        _connection: ConnectionId,
        _request_id: &str,
    ) -> Result<(), CloseReason> {
        Err(CloseReason::NotSupported {
            operation: "device twins over MQTT",
        })
    }

    /// A client changes its reported properties.
    pub(crate) fn patch_reported(
        &mut self,
        _now: Timestamp,
        _connection: ConnectionId,
        _request_id: &str,
        _version: Option<u64>,
        _body: &[u8],
    ) -> Result<(), CloseReason> {
        Err(CloseReason::NotSupported {
            operation: "device twins over MQTT",
        })
    }
}
