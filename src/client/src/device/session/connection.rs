//! How a connection is made, kept and lost.

use std::time::Duration;

use wire::mqtt::mqttrs::{Connack, ConnectReturnCode, Packet};
use wire::timestamp::Timestamp;

use super::super::error::{
    ConnectError, DisconnectReason, SendError, SubscribeError, TwinError, may_pass,
};
use super::super::event::{Output, SessionEvent};
use super::{Online, Phase, Session};

/// Making and losing.
impl Session {
    pub(super) fn open(&mut self, now: Timestamp, renewing: bool) {
        self.attempts = self.attempts.saturating_add(1);
        self.phase = Phase::Opening {
            deadline: now.plus(self.options.connect_timeout),
            renewing,
        };
        let device = &self.device;
        let host = device.gateway_host_name.as_ref();
        let host = host.unwrap_or(&device.host_name).clone();
        self.outputs.push_back(Output::OpenLink { host });
    }

    pub(super) fn connack(&mut self, now: Timestamp, connack: Connack) {
        let Phase::Greeting {
            renewing, renew_at, ..
        } = self.phase
        else {
            return self.violation(now, "a second CONNACK");
        };
        if connack.code != ConnectReturnCode::Accepted {
            return self.refused(now, connack.code);
        }
        (self.attempts, self.retries) = (0, 0);
        self.connections = self.connections.wrapping_add(1);
        self.phase = Phase::Online(Online {
            renew_at,
            heard_at: now,
            spoke_at: now,
            pong_due: None,
        });
        self.event(if renewing {
            SessionEvent::TokenRenewed
        } else {
            SessionEvent::Connected {
                session_present: connack.session_present,
            }
        });
        self.pump(now);
    }

    /// Asks again or rests, after the hub said no.
    pub(super) fn refused(&mut self, now: Timestamp, code: ConnectReturnCode) {
        self.close_link();
        self.forget_link();
        self.event(SessionEvent::Refused(code));
        if !(may_pass(code) && self.retry(now)) {
            self.give_up(ConnectError::Refused(code), &SendError::Refused(code));
        }
    }

    /// Closes the link, which is of no use any more.
    pub(super) fn break_off(&mut self, now: Timestamp, why: DisconnectReason) {
        self.close_link();
        self.lost(now, why);
    }

    /// Asks again or rests, after the link is gone.
    pub(super) fn lost(&mut self, now: Timestamp, why: DisconnectReason) {
        let last = why.clone();
        self.event(if self.seemed_connected() {
            SessionEvent::Disconnected { why }
        } else {
            SessionEvent::ConnectFailed { why }
        });
        self.forget_link();
        if !self.retry(now) {
            let attempts = self.attempts;
            self.give_up(
                ConnectError::Failed { attempts, last },
                &SendError::ConnectionLost,
            );
        }
    }

    /// To the program the connection stands while it is being renewed.
    pub(super) fn seemed_connected(&self) -> bool {
        match self.phase {
            Phase::Online(_) => true,
            Phase::Opening { renewing, .. } | Phase::Greeting { renewing, .. } => renewing,
            Phase::Idle | Phase::Waiting { .. } => false,
        }
    }

    pub(super) fn has_link(&self) -> bool {
        !matches!(self.phase, Phase::Idle | Phase::Waiting { .. })
    }

    pub(super) fn retry(&mut self, now: Timestamp) -> bool {
        let attempt = self.retries.saturating_add(1);
        let Some(after) = self.options.retry.delay(attempt, self.dice.roll()) else {
            return false;
        };
        self.retries = attempt;
        self.phase = Phase::Waiting {
            until: now.plus(after),
        };
        self.event(SessionEvent::Retrying { attempt, after });
        true
    }

    pub(super) fn give_up(&mut self, error: ConnectError, undelivered: &SendError) {
        self.rest(undelivered);
        self.event(SessionEvent::GaveUp(error));
    }

    /// No connection comes any more: whoever waits for one is told.
    pub(super) fn rest(&mut self, undelivered: &SendError) {
        self.phase = Phase::Idle;
        for id in self.outbox.abandon(&mut self.packet_ids) {
            self.event(SessionEvent::SendFailed(id, undelivered.clone()));
        }
        for id in self.twin_requests.abandon() {
            self.event(SessionEvent::TwinFailed(id, undelivered.into()));
        }
        for filter in self.subscriptions.abandon() {
            let why = SubscribeError::ConnectionLost;
            self.event(SessionEvent::SubscribeFailed { filter, why });
        }
    }

    pub(super) fn close_link(&mut self) {
        self.outputs.push_back(Output::CloseLink);
    }

    pub(super) fn forget_link(&mut self) {
        self.held.clear();
        for id in self.outbox.link_lost(&mut self.packet_ids) {
            self.event(SessionEvent::SendFailed(id, SendError::CallerGone));
        }
        for id in self.twin_requests.link_lost() {
            self.event(SessionEvent::TwinFailed(id, TwinError::ConnectionLost));
        }
        self.subscriptions.link_lost(&mut self.packet_ids);
        self.packet_ids.link_lost();
    }
}

/// Keeping.
impl Session {
    pub(super) fn expire(&mut self, now: Timestamp) {
        let timeout = self.options.message_timeout;
        while let Some((id, why)) = self.outbox.expire(now, timeout, &mut self.packet_ids) {
            self.event(SessionEvent::SendFailed(id, why));
        }
        while let Some((filter, why)) =
            self.subscriptions
                .expire(now, timeout, &mut self.packet_ids)
        {
            self.not_subscribed(now, filter, why);
        }
        while let Some((id, why)) = self.twin_requests.expire(now, timeout) {
            self.event(SessionEvent::TwinFailed(id, why));
        }
    }

    pub(super) fn keep_online(&mut self, now: Timestamp, online: Online) {
        let is_due = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        if is_due(online.pong_due) {
            self.break_off(now, DisconnectReason::DeadLink(self.pong_wait()));
        } else if is_due(online.renew_at) {
            self.renew(now);
        } else if online.pong_due.is_none() && is_due(self.ping_due(online)) {
            self.ping(now);
        }
    }

    /// A token cannot be replaced on a connection, so the connection is replaced, as the service's
    /// SDKs do. DISCONNECT keeps the hub from publishing the will.
    pub(super) fn renew(&mut self, now: Timestamp) {
        self.send(now, &Packet::Disconnect);
        self.close_link();
        self.forget_link();
        self.open(now, true);
    }

    pub(super) fn ping(&mut self, now: Timestamp) {
        let pong_wait = self.pong_wait();
        self.send(now, &Packet::Pingreq);
        if let Phase::Online(online) = &mut self.phase {
            online.pong_due = Some(now.plus(pong_wait));
        }
    }

    /// A ping is due after silence in either direction: without speaking the hub would close the
    /// link, and without hearing a dead link would go unnoticed.
    pub(super) fn ping_due(&self, online: Online) -> Option<Timestamp> {
        let keep_alive = Duration::from_secs(self.options.keep_alive_seconds().into());
        let silent_since = online.heard_at.min(online.spoke_at);
        (!keep_alive.is_zero()).then(|| silent_since.plus(keep_alive))
    }

    /// The hub drops a silent device after one and a half keep-alives, so both ends give up after
    /// the same time.
    pub(super) fn pong_wait(&self) -> Duration {
        Duration::from_secs(self.options.keep_alive_seconds().into()) / 2
    }
}
