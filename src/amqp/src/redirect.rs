//! How the Event Hubs-compatible endpoint is found.

use fe2o3_amqp::{
    link::{CreditMode, LinkStateError, ReceiverAttachError, RecvError},
    sasl_profile::SaslProfile,
};
use fe2o3_amqp_types::{definitions::Error, messaging::Source};

use crate::{
    connection::{Connection, PATIENCE},
    endpoint::{EventHub, Hub},
    message::{Failure, FailureKind},
    network::{Network, within},
};

/// The hub's own address of its telemetry, which leads elsewhere.
const EVENTS: &str = "messages/events/";

/// Who knows where events are.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// The hub, when it is asked.
    Hub(Hub),
    /// Whoever gave a connection string for them.
    Given(EventHub),
}

/// Finds the endpoint.
pub(crate) async fn find(network: &impl Network, origin: &Origin) -> Result<EventHub, Failure> {
    match origin {
        Origin::Given(event_hub) => Ok(event_hub.clone()),
        Origin::Hub(hub) => {
            let mut connection = open_hub(network, hub).await?;
            let answer = within(network, PATIENCE, ask(&mut connection)).await;
            let error = answer.map_err(|failure| connection.explain(failure))?;
            hub.redirected(&error)
        }
    }
}

/// Opens a connection to the hub itself.
pub(crate) async fn open_hub(network: &impl Network, hub: &Hub) -> Result<Connection, Failure> {
    let host = hub.host();
    let name = host.split_once('.').map_or(host, |(name, _)| name);
    let token = hub.credential.for_hub(network.now(), host);
    let profile = SaslProfile::Plain {
        username: format!("{}@sas.root.{name}", hub.credential.policy()),
        password: token.into_inner(),
    };
    Connection::open(network, &hub.url(), host, profile).await
}

/// What the hub says when somebody wants to read its events.
async fn ask(connection: &mut Connection) -> Result<Error, Failure> {
    let source = Source::builder().address(EVENTS).build();
    let attached = connection
        .attach(source, "events", CreditMode::Auto(1))
        .await;
    let mut receiver = match attached {
        Ok(receiver) => receiver,
        Err(ReceiverAttachError::RemoteClosedWithError(error)) => return Ok(error),
        Err(error) => return Err(error.into()),
    };
    // A hub may give the link first, and end it then.
    match receiver.try_receive().await {
        Err(RecvError::LinkStateError(
            LinkStateError::RemoteClosedWithError(error)
            | LinkStateError::RemoteDetachedWithError(error),
        )) => Ok(error),
        Err(error) => Err(error.into()),
        Ok(_) => Err(Failure::new(
            FailureKind::Protocol,
            "the hub sends events itself; expected that it points to an event hub",
        )),
    }
}
