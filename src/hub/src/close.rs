//! How connections end.

use wire::timestamp::Timestamp;

use crate::{
    close_reason::CloseReason,
    connection::{ConnectionId, Message},
    hub::Hub,
    limits::OperationClass,
    output::Output,
};

impl Hub {
    /// Closes a connection, if it is still there.
    pub(crate) fn close(&mut self, now: Timestamp, connection: ConnectionId, reason: CloseReason) {
        if self.connections.is_open(connection) {
            let client_id = self.connections.client_id(connection);
            self.end(now, connection, &reason);
            self.put(Output::Close {
                connection,
                reason,
                client_id,
            });
        }
    }

    /// Closes what connections a device and its modules have.
    pub(crate) fn close_device(&mut self, now: Timestamp, device_id: &str, reason: &CloseReason) {
        for connection in self.connections.of_device(device_id) {
            self.close(now, connection, reason.clone());
        }
    }

    /// Forgets a connection, and does what its end calls for.
    pub(crate) fn end(&mut self, now: Timestamp, connection: ConnectionId, reason: &CloseReason) {
        let Some(mut client) = self.connections.remove(connection) else {
            return;
        };
        self.undeliver(now, &client.identity);
        if client.clean_session {
            self.sessions.forget(&client.identity);
        }
        let will = client.will.take();
        let will = will.filter(|_| *reason != CloseReason::Disconnected);
        if let Some(will) = will.filter(|will| self.may_store(now, will)) {
            // A will that cannot be stored (its device is gone) has nobody left to be told.
            let _ = self.store_telemetry(now, &client.sender, &[*will]);
        }
        self.registry.set_connected(&client.identity, now, false);
    }

    /// Counts a will. One that is beyond the limits is not stored.
    fn may_store(&mut self, now: Timestamp, will: &Message) -> bool {
        let size = will.body.len() + will.properties.size();
        let class = OperationClass::DeviceToCloudSend;
        self.limits.take(now, class, size).is_ok()
    }
}
