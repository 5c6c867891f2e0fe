//! Which links a client gets.

use std::collections::VecDeque;

use fe2o3_amqp_types::{
    definitions::{Error, Role, SenderSettleMode},
    messaging::TargetArchetype,
    performatives::Attach,
};
use serde_amqp::Value;

use super::{
    Answers, Attachment, Container, Done, FeedbackLink, Kind, MOST_MESSAGE_BYTES, Reader, Target,
};
use crate::{
    amqp::{
        Settings,
        address::Node,
        condition::{self, error, with_info},
        extent::PartitionExtent,
        filter::Start,
        link::LinkId,
        message::to_integer,
        readers::{Place, ReaderError},
        tokens::Side,
    },
    host::Stopped,
    observer::What,
};

/// Links.
impl Container {
    pub(super) fn attach(&mut self, link: LinkId, attach: &Attach) {
        let Some(session) = self.connection.session(link) else {
            return;
        };
        match self.find(attach) {
            Ok((kind, door)) => {
                let attachment = Attachment {
                    session,
                    door,
                    kind,
                };
                self.links.insert(link, attachment);
                self.connection.accept(link, attach, MOST_MESSAGE_BYTES);
            }
            Err(Refused::With(error)) => self.refuse(link, attach, error),
            Err(Refused::Elsewhere) => {
                let redirect = self.redirect();
                self.connection.refuse(link, attach, redirect);
            }
            Err(Refused::Partition { group, partition }) => {
                let attachment = Attachment {
                    session,
                    door: Some((Side::EventHub, String::new())),
                    kind: Kind::Asked,
                };
                self.links.insert(link, attachment);
                if let Err(error) = self.measure(link, attach, &group, &partition) {
                    self.links.remove(&link);
                    self.refuse(link, attach, error);
                }
            }
        }
    }

    fn refuse(&mut self, link: LinkId, attach: &Attach, error: Error) {
        let reason = error.description.as_deref().unwrap_or_default();
        self.refused(What::Link, &terminus(attach).0, "link-refused", reason);
        self.connection.refuse(link, attach, error);
    }

    /// What is at a link's address, if the client may have it.
    fn find(&self, attach: &Attach) -> Result<(Kind, Option<(Side, String)>), Refused> {
        let (address, is_sender) = terminus(attach);
        let node = Node::at(&address, &self.settings.entity);
        let door = |side, path: &str| Some((side, path.to_owned()));
        let hub = |path| self.check(Side::Hub, path).map(|()| door(Side::Hub, path));
        match (node, is_sender) {
            (Node::Cbs, true) => Ok((Kind::PutTokens, None)),
            (Node::Cbs, false) => Ok((Kind::Answers(Answers::of(attach, true)), None)),
            (Node::Management, _) => {
                self.check(Side::EventHub, "$management")?;
                let kind = if is_sender {
                    Kind::Ask
                } else {
                    Kind::Answers(Answers::of(attach, false))
                };
                Ok((kind, door(Side::EventHub, "$management")))
            }
            (Node::DeviceBound, true) => Ok((Kind::DeviceBound, hub("messages/devicebound")?)),
            (Node::Feedback, false) => Ok((
                Kind::Feedback(FeedbackLink::default()),
                hub("messages/servicebound/feedback")?,
            )),
            (Node::Events, false) => {
                hub("messages/events")?;
                Err(Refused::Elsewhere)
            }
            (Node::Partition { group, partition }, false) => {
                self.check(Side::EventHub, &address)?;
                Err(Refused::Partition { group, partition })
            }
            (Node::NotSupported(what), _) => {
                let why = format!("this hub does not support {what}");
                Err(error(condition::NOT_IMPLEMENTED, why).into())
            }
            (Node::Unknown, _) => {
                let why = format!("there is nothing at the address '{}'", shorten(&address));
                Err(error(condition::NOT_FOUND, why).into())
            }
            _ => {
                let why = "the link has the wrong direction for its address";
                Err(error(condition::NOT_ALLOWED, why).into())
            }
        }
    }

    /// The way to the event hub.
    fn redirect(&self) -> Error {
        let Settings {
            host_name,
            port,
            entity,
            ..
        } = &*self.settings;
        let address = format!("amqps://{host_name}:{port}/{entity}/");
        with_info(
            condition::REDIRECT,
            "telemetry is read from the event hub at the address in this error's info",
            [
                ("hostname", Value::from(host_name.as_str())),
                ("network-host", Value::from(host_name.as_str())),
                ("port", Value::Uint((*port).into())),
                ("address", Value::from(address)),
            ],
        )
    }

    /// Measures a partition before a client reads it: "from now on" means from before its link is there.
    fn measure(
        &mut self,
        link: LinkId,
        attach: &Attach,
        group: &str,
        partition: &str,
    ) -> Result<(), Error> {
        if !self.settings.has_group(group) {
            let why = format!(
                "there is no consumer group '{}' here; expected one of those that this hub was started with",
                shorten(group)
            );
            return Err(error(condition::NOT_FOUND, why));
        }
        let count = self.hub.partition_count();
        let number = partition.parse().ok().filter(|it: &u16| *it < count);
        let number = number.ok_or_else(|| {
            let why = format!(
                "there is no partition '{}'; expected 0 to {}",
                shorten(partition),
                count.saturating_sub(1)
            );
            error(condition::ARGUMENT_OUT_OF_RANGE, why)
        })?;
        let start = Start::of(attach.source.as_deref())
            .map_err(|why| error(condition::ARGUMENT_ERROR, why.to_string()))?;
        let epoch = property(attach, "com.microsoft:epoch").and_then(to_integer);
        let place = self
            .settings
            .readers
            .sit(group, number, epoch, (link, &self.thief))
            .map_err(|why| {
                let condition = match why {
                    ReaderError::Held { .. } => condition::STOLEN,
                    ReaderError::TooMany => condition::RESOURCE_LIMIT_EXCEEDED,
                };
                error(condition, why.to_string())
            })?;
        let target = Target {
            partition: number,
            start,
        };
        let reader = Box::new((attach.clone(), place, target));
        let hub = self.hub.clone();
        self.start(async move {
            let extent = hub.look(move |hub| PartitionExtent::of(hub, number)).await;
            match extent? {
                Some(extent) => Ok(Done::Measured(link, reader, extent)),
                None => Err(Stopped),
            }
        });
        Ok(())
    }

    pub(super) fn begin_reading(
        &mut self,
        link: LinkId,
        (attach, place, target): (Attach, Place, Target),
        extent: &PartitionExtent,
    ) {
        let Some(attachment) = self.links.get_mut(&link) else {
            return;
        };
        attachment.kind = Kind::Partition(Box::new(Reader {
            partition: target.partition,
            position: target.start.resolve(extent),
            is_settled: attach.snd_settle_mode != SenderSettleMode::Unsettled,
            wants_metrics: desires(&attach, "com.microsoft:enable-receiver-runtime-metric"),
            may_have: true,
            _place: place,
        }));
        self.connection.accept(link, &attach, MOST_MESSAGE_BYTES);
    }

    pub(super) fn detach(&mut self, link: LinkId, error: Error) {
        if self.links.contains_key(&link) {
            self.connection.detach(link, error);
            self.gone(link);
        }
    }

    pub(super) fn gone(&mut self, link: LinkId) {
        let Some(attachment) = self.links.remove(&link) else {
            return;
        };
        self.sends.retain(|message| message.link != link);
        if let Kind::Feedback(feedback) = attachment.kind {
            for lock in feedback.locks.into_values() {
                self.settle_feedback(&lock, false);
            }
        }
    }

    pub(super) fn credit_came(&mut self, link: LinkId) {
        match self.links.get_mut(&link).map(|it| &mut it.kind) {
            Some(Kind::Answers(_)) => self.flush_answers(link),
            Some(Kind::Feedback(_)) => self.ask_for_feedback(link),
            // A client that drains wants to hear that there is nothing, which takes a look.
            Some(Kind::Partition(reader)) => reader.may_have = true,
            _ => {}
        }
    }
}

/// Why a link is not given at once.
pub(super) enum Refused {
    With(Error),
    /// Telemetry is at another address.
    Elsewhere,
    /// A partition must be measured first.
    Partition {
        group: String,
        partition: String,
    },
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::With(error)
    }
}

impl Answers {
    fn of(attach: &Attach, is_cbs: bool) -> Self {
        Self {
            is_cbs,
            address: target_address(attach),
            waiting: VecDeque::new(),
        }
    }
}

/// The address at this side's end of a link, and whether the client sends to it.
fn terminus(attach: &Attach) -> (String, bool) {
    let is_sender = attach.role == Role::Sender;
    let address = if is_sender {
        target_address(attach)
    } else {
        attach.source.as_ref().and_then(|it| it.address.clone())
    };
    (address.unwrap_or_default(), is_sender)
}

fn target_address(attach: &Attach) -> Option<String> {
    attach.target.as_ref().and_then(|target| match &**target {
        TargetArchetype::Target(target) => target.address.clone(),
    })
}

fn property<'a>(attach: &'a Attach, name: &str) -> Option<&'a Value> {
    let properties = attach.properties.as_ref()?.iter();
    let mut values = properties.filter(|(own, _)| own.as_str() == name);
    values.next().map(|(_, value)| value)
}

fn desires(attach: &Attach, capability: &str) -> bool {
    let desired = attach.desired_capabilities.iter().flatten();
    desired.into_iter().any(|own| own.as_str() == capability)
}

/// At most so much of a stranger's text comes back to the stranger.
fn shorten(text: &str) -> String {
    text.chars().take(200).collect()
}
