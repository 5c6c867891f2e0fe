//! Who the client is, and what its tokens open.

use fe2o3_amqp_types::{definitions::Error, sasl::SaslInit};
use wire::{secret::SecretString, timestamp::Timestamp};

use super::Container;
use crate::amqp::{
    condition::{self, error},
    connection::{Disposal, Message},
    message::Received,
    request_response::{Answer, read_put_token},
    tokens::{Doors, Grant, Side, TokenError},
};
use crate::observer::What;

/// Who the client is.
impl Container {
    /// ANONYMOUS and MSSBCBS bring their token later. PLAIN brings a policy's token, or the key itself.
    pub(super) fn authenticate(&mut self, now: Timestamp, init: &SaslInit) -> bool {
        match init.mechanism.as_str() {
            "ANONYMOUS" | "MSSBCBS" => true,
            "PLAIN" => init
                .initial_response
                .as_ref()
                .is_some_and(|response| self.authenticate_plain(now, response)),
            _ => self.refuse_sasl("the mechanism is none of ANONYMOUS, MSSBCBS and PLAIN"),
        }
    }

    fn refuse_sasl(&self, reason: &str) -> bool {
        self.refused(What::Client, "", "sasl", reason);
        false
    }

    /// Takes what a token or key opens. From now on it is known who the client is.
    fn take(&mut self, grant: Grant) -> Result<(), TokenError> {
        let policy = grant.policy().to_owned();
        self.grants.put(grant)?;
        self.was_authorised = true;
        // Of several policies the first is shown.
        let _ = self.party.client.set(policy);
        Ok(())
    }

    fn authenticate_plain(&mut self, now: Timestamp, response: &[u8]) -> bool {
        let mut parts = response.split(|byte| *byte == 0);
        let (Some(_), Some(user), Some(password), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return self.refuse_sasl("PLAIN has a user and a password after an empty text");
        };
        let (Ok(user), Ok(password)) = (str::from_utf8(user), str::from_utf8(password)) else {
            return self.refuse_sasl("the user or the password is no text");
        };
        let grant = self.open_plain(now, user, password);
        match grant.and_then(|grant| self.take(grant)) {
            Ok(()) => true,
            Err(refusal) => {
                self.refused(What::Client, user, refusal.id(), &refusal.to_string());
                false
            }
        }
    }

    /// What a user's token or key opens: `policy@sas.root.hub` has a token, and a policy alone its key.
    fn open_plain(&self, now: Timestamp, user: &str, password: &str) -> Result<Grant, TokenError> {
        let Some((policy, hub)) = user.split_once("@sas.root.") else {
            let key = SecretString::from(password);
            let grant = self.doors().open_with_key(user, &key);
            return grant.ok_or(TokenError::PolicyOrKey);
        };
        if !hub.eq_ignore_ascii_case(self.hub_name()) {
            return Err(TokenError::Resource);
        }
        let grant = self.doors().open(now, None, password)?;
        if grant.is_of(policy) {
            Ok(grant)
        } else {
            Err(TokenError::PolicyOrKey)
        }
    }

    pub(super) fn hub_name(&self) -> &str {
        let host_name = self.hub.host_name();
        host_name
            .split_once('.')
            .map_or(host_name, |(name, _)| name)
    }

    fn doors(&self) -> Doors<'_> {
        Doors {
            host_name: self.hub.host_name(),
            event_hub_host: &self.settings.host_name,
            entity: &self.settings.entity,
            policies: self.hub.policies(),
        }
    }

    /// Puts a token. The disposition goes out before the answer: one client takes the answer for a failure otherwise.
    pub(super) fn put_token(&mut self, now: Timestamp, message: &Message, request: &Received) {
        let answer = match read_put_token(request) {
            Err(refusal) => refusal,
            Ok((audience, token)) => {
                let grant = self.doors().open(now, Some(&audience), token);
                match grant.and_then(|grant| self.take(grant)) {
                    Ok(()) => Answer::ok(None),
                    Err(refusal) => {
                        self.refused(What::Client, &audience, refusal.id(), &refusal.to_string());
                        refusal.into()
                    }
                }
            }
        };
        self.connection.settle(message, Disposal::Accepted);
        self.answer(message, request, answer);
    }

    /// Why a link may not be: no token opens its address, or the token's policy lacks the right.
    pub(super) fn check(&self, side: Side, path: &str) -> Result<(), Error> {
        let why = match self.grants.find(side, path) {
            Some(grant) if grant.is_service() => return Ok(()),
            Some(_) => {
                "the token's policy may not do this; expected one with the permission ServiceConnect"
            }
            None => match side {
                Side::Hub => {
                    "no token opens this address; put one on $cbs whose resource (sr) is the hub's host name"
                }
                Side::EventHub => {
                    "no token opens this address; put one on $cbs whose resource (sr) is sb://host/event-hub"
                }
            },
        };
        let why = format!("Unauthorized access: {why}. The address is '{path}'.");
        Err(error(condition::UNAUTHORIZED_ACCESS, why))
    }

    pub(super) fn detach_unauthorised(&mut self) {
        let shut: Vec<_> = self
            .links
            .iter()
            .filter_map(|(link, attachment)| {
                let (side, path) = attachment.door.as_ref()?;
                self.check(*side, path).is_err().then_some(*link)
            })
            .collect();
        for link in shut {
            let why = "the token that opened this link has expired; put a new one before that";
            self.detach(link, error(condition::UNAUTHORIZED_ACCESS, why));
        }
    }
}
