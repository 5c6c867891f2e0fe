//! An entry of the trace, opened.

use wire::{
    mqtt::{self, mqttrs::Packet},
    sas::SasClaims,
    timestamp::Timestamp,
};

use crate::{
    hands::Hands,
    spell,
    trace::Traced,
    view::{Direction, EntryDetail, Protocol, TokenView},
};

impl Hands {
    /// What is in an entry of the trace; none if it is no longer kept.
    pub fn inspect(&self, entry: u64) -> Option<EntryDetail> {
        let world = self.look();
        let traced = world.trace.get(entry)?;
        Some(EntryDetail {
            id: traced.id,
            bytes: traced.bytes.clone(),
            fields: traced.fields(),
            token: token_of(traced),
            spellings: spell::spellings(traced, world.hub.host_name()),
        })
    }
}

/// The SAS token in a CONNECT or in a request.
fn token_of(traced: &Traced) -> Option<TokenView> {
    if traced.direction == Direction::FromHub {
        return None;
    }
    match traced.protocol {
        Protocol::Http => {
            let fields = traced.fields();
            let header = fields.iter().find(|field| field.name == "authorization")?;
            token_view(&header.value)
        }
        Protocol::Amqp => None,
        Protocol::Mqtt => match mqtt::Frame::parse(&traced.bytes).ok()?.decode().ok()? {
            Packet::Connect(connect) => token_view(std::str::from_utf8(connect.password?).ok()?),
            _ => None,
        },
    }
}

/// A token whose signature is masked, taken apart.
fn token_view(masked: &str) -> Option<TokenView> {
    let claims = SasClaims::parse(masked).ok()?;
    let expires = claims.expires.saturating_mul(1_000);
    Some(TokenView {
        resource: claims.resource_decoded()?,
        signed: claims.signed_text(),
        expires: Timestamp::from_millis(expires),
        masked: masked.to_owned(),
        policy: claims.policy,
    })
}
