//! Devices that a learner switches on by hand: what each of them does until it is switched off.

use std::{collections::BTreeMap, time::Duration};

use client::device::{Device, DeviceOptions, Message, RetryPolicy, SessionEvent};
use futures::{StreamExt as _, channel::oneshot, future::LocalBoxFuture};
use serde_json::Value;
use wire::rest::ConnectionState;

use crate::{
    action::{DeviceAction, Outcome, Refusal},
    context::Context,
    hands::Hands,
    json::{kind, typed},
    operator::refused_here,
    trace::Party,
    view::{Side, Span, Tone},
};

/// The shortest time between two messages of a device, in seconds.
const SHORTEST_INTERVAL: f64 = 0.1;

/// The longest time between two messages of a device, in seconds.
const LONGEST_INTERVAL: f64 = 86_400.0;

/// How a device that was switched on is to behave.
#[derive(Clone, Copy)]
pub(crate) struct Behaviour {
    /// The time between two telemetry messages; none for a device that sends only when it is told to.
    pub(crate) interval: Option<Duration>,
    /// How long it waits before it connects.
    pub(crate) connect_after: Duration,
    /// How long it waits after that before its first message.
    pub(crate) send_after: Duration,
    /// Whether it prints what it does.
    pub(crate) prints: bool,
}

impl Hands {
    /// Begins to do something at a simulated device. [`Happening::Answered`](crate::Happening::Answered) tells what
    /// came of it.
    pub fn start_at_device(&self, id: u64, action: DeviceAction) {
        let hands = self.clone();
        let work = async move {
            let outcome = hands.act_at_device(action).await;
            hands.answer(id, outcome);
        };
        self.spawner().spawn("by hand", Box::pin(work));
    }

    /// Does something at a simulated device.
    pub async fn act_at_device(&self, action: DeviceAction) -> Outcome {
        let done = match action {
            DeviceAction::SwitchOn {
                device_id,
                interval,
            } => self.switch_on_by_hand(&device_id, interval).await,
            DeviceAction::SwitchOff { device_id } => self.switch_off_by_hand(&device_id).await,
            DeviceAction::SendTelemetry {
                device_id,
                body,
                properties,
            } => self.send_telemetry(&device_id, body, properties).await,
            DeviceAction::ReportProperties { device_id, patch } => {
                self.report_properties(&device_id, &patch).await
            }
            DeviceAction::StartFleet { count, interval } => self.start_fleet(count, interval).await,
            DeviceAction::StopFleet => self.stop_fleet().await,
        };
        done.map_or_else(Outcome::Refused, |()| Outcome::Done)
    }

    async fn switch_on_by_hand(
        &self,
        device_id: &str,
        interval: Option<f64>,
    ) -> Result<(), Refusal> {
        let interval = interval.map(read_interval).transpose()?;
        if self.hub().device(device_id).is_none() {
            return Err(refused_here(format!(
                "no device {device_id} is registered; register it first"
            )));
        }
        let was_on = self.look().devices.switched_on(device_id).is_some();
        if !was_on && self.is_connected_elsewhere(device_id) {
            return Err(refused_here(format!(
                "{device_id} is connected by a program already, and the hub allows one connection for each device; \
                 stop the program first"
            )));
        }
        self.switch_off(device_id);
        let behaviour = Behaviour {
            interval,
            connect_after: Duration::ZERO,
            send_after: Duration::ZERO,
            prints: true,
        };
        let connected = self.switch_on(device_id, behaviour).ok_or_else(|| {
            refused_here(format!(
                "{device_id} has no key to connect with; register a device with keys"
            ))
        })?;
        if !self.look().is_plugged(device_id) {
            // It connects as soon as its cable is back.
            return Ok(());
        }
        match connected.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(why)) => Err(refused_here(why)),
            Err(_) => Err(refused_here(format!(
                "{device_id} was switched off before it had connected"
            ))),
        }
    }

    fn is_connected_elsewhere(&self, device_id: &str) -> bool {
        let hub = self.hub();
        let device = hub.device(device_id);
        let connected = device.is_some_and(|it| it.connection_state == ConnectionState::Connected);
        drop(hub);
        connected && self.look().is_plugged(device_id)
    }

    async fn switch_off_by_hand(&self, device_id: &str) -> Result<(), Refusal> {
        let device = self.device_that_is_on(device_id)?;
        device.disconnect().await;
        self.switch_off(device_id);
        let mut world = self.world();
        if let Some(live) = world.hub.live_mut() {
            live.clients_left(&spawned_name(device_id));
        }
        world.changed();
        Ok(())
    }

    async fn send_telemetry(
        &self,
        device_id: &str,
        body: String,
        properties: Vec<(String, String)>,
    ) -> Result<(), Refusal> {
        let device = self.device_that_is_on(device_id)?;
        let mut message = Message::new(body);
        if serde_json::from_slice::<Value>(&message.body).is_ok() {
            message = message
                .with_content_type("application/json")
                .with_content_encoding("utf-8");
        }
        for (name, value) in properties {
            message = message.with_property(name, value);
        }
        let sent = device.send(message).await;
        sent.map(|_| ()).map_err(refused_here)
    }

    async fn report_properties(&self, device_id: &str, patch: &str) -> Result<(), Refusal> {
        const EXPECTED: &str = "a JSON object of properties";
        let device = self.device_that_is_on(device_id)?;
        let patch = typed(patch, EXPECTED).map_err(refused_here)?;
        if !patch.is_object() {
            let found = kind(&patch);
            return Err(refused_here(format!("expected {EXPECTED}, found {found}")));
        }
        let reported = device.patch_reported(patch).await;
        reported.map(|_| ()).map_err(refused_here)
    }

    fn device_that_is_on(&self, device_id: &str) -> Result<Device, Refusal> {
        let device = self.look().devices.switched_on(device_id).cloned();
        device
            .ok_or_else(|| refused_here(format!("{device_id} is switched off; switch it on first")))
    }

    /// Switches a device on. Tells by what comes whether it has connected; none for a device without a key.
    pub(crate) fn switch_on(
        &self,
        device_id: &str,
        behaviour: Behaviour,
    ) -> Option<oneshot::Receiver<Result<(), String>>> {
        let string = self.hub().device_connection_string(device_id)?;
        let party = Party {
            side: Side::Device,
            name: device_id.to_owned(),
        };
        let name = spawned_name(device_id);
        let context = Context::new(self.clone(), party, BTreeMap::new()).spawning_as(&name);
        let options = DeviceOptions {
            retry: RetryPolicy::exponential(),
            ..DeviceOptions::default()
        };
        let device = context.device(string, options);
        self.world().devices.switch_on(device_id, device.clone());
        let (sender, connected) = oneshot::channel();
        let life = Life {
            context,
            device,
            behaviour,
        };
        let (hands, device_id) = (self.clone(), device_id.to_owned());
        let work = async move {
            life.run(sender).await;
            if let Some(live) = hands.world().hub.live_mut() {
                live.clients_gave_up(&spawned_name(&device_id));
            }
            hands.switch_off(&device_id);
        };
        self.spawner().spawn(&name, Box::pin(work));
        Some(connected)
    }

    /// Switches a device off where it is. Its connection is closed without a word.
    pub(crate) fn switch_off(&self, device_id: &str) {
        // What the device's life still holds is dropped after the world is free again.
        let device = self.world().devices.switch_off(device_id);
        if device.is_some() {
            self.spawner().stop(&spawned_name(device_id));
        }
    }
}

/// Under what a device's futures run; no program has such a name.
fn spawned_name(device_id: &str) -> String {
    format!("switched on: {device_id}")
}

pub(crate) fn read_interval(seconds: f64) -> Result<Duration, Refusal> {
    if !(SHORTEST_INTERVAL..=LONGEST_INTERVAL).contains(&seconds) {
        return Err(refused_here(format!(
            "expected {SHORTEST_INTERVAL} to {LONGEST_INTERVAL} seconds between two messages, found {seconds}"
        )));
    }
    Ok(Duration::from_secs_f64(seconds))
}

/// What a device does from its being switched on to its end.
struct Life {
    context: Context,
    device: Device,
    behaviour: Behaviour,
}

impl Life {
    async fn run(&self, connected: oneshot::Sender<Result<(), String>>) {
        self.context.sleep(self.behaviour.connect_after).await;
        let events = self.device.events();
        let outcome = self.device.connect().await;
        let outcome = outcome.map_err(|error| error.to_string());
        // Nobody may wait for it any more.
        let _ = connected.send(outcome.clone());
        if let Err(error) = outcome {
            self.print(Tone::Error, error);
            return;
        }
        self.print(Tone::Plain, "connected");
        let parts: [LocalBoxFuture<'_, ()>; 5] = [
            Box::pin(self.watch_connection(events)),
            Box::pin(self.answer_methods()),
            Box::pin(self.take_messages()),
            Box::pin(self.take_desired()),
            Box::pin(self.send_telemetry()),
        ];
        // The first part that ends, ends all: the connection is given up then.
        futures::future::select_all(parts).await;
    }

    fn print(&self, tone: Tone, text: impl Into<String>) {
        if self.behaviour.prints {
            self.context.print_line(tone, vec![Span::Text(text.into())]);
        }
    }

    /// Ends when no other attempt to connect follows.
    async fn watch_connection(
        &self,
        mut events: impl futures::Stream<Item = SessionEvent> + Unpin,
    ) {
        while let Some(event) = events.next().await {
            match event {
                SessionEvent::Disconnected { why } => {
                    self.print(Tone::Note, format!("connection lost: {why}"));
                }
                SessionEvent::Retrying { attempt, after } => {
                    let seconds = after.as_secs_f64();
                    self.print(
                        Tone::Note,
                        format!("attempt {attempt} to connect in {seconds:.1} s"),
                    );
                }
                SessionEvent::GaveUp(error) => {
                    self.print(Tone::Error, error.to_string());
                    return;
                }
                _ => {}
            }
        }
    }

    async fn answer_methods(&self) {
        while let Ok(method) = self.device.next_method().await {
            let payload = method.payload.clone();
            self.print(
                Tone::Plain,
                format!("method {} called with {payload}: answered 200", method.name),
            );
            if let Err(error) = self.device.respond(&method, 200, payload).await {
                self.print(Tone::Error, error.to_string());
            }
        }
        futures::future::pending::<()>().await;
    }

    async fn take_messages(&self) {
        while let Ok(message) = self.device.next_cloud_to_device().await {
            let body = String::from_utf8_lossy(&message.body);
            let id = message.message_id().map(|id| format!(" {id}"));
            let mut text = format!("message{} received: {body}", id.unwrap_or_default());
            for (name, value) in &message.properties.application {
                let value = value.as_deref().unwrap_or_default();
                text.extend(["; ", name.as_str(), " = ", value]);
            }
            self.print(Tone::Plain, text);
        }
        futures::future::pending::<()>().await;
    }

    async fn take_desired(&self) {
        while let Ok(patch) = self.device.next_desired_patch().await {
            let properties = Value::Object(patch.properties);
            let version = patch.version;
            self.print(
                Tone::Plain,
                format!("desired properties, version {version}: {properties}"),
            );
        }
        futures::future::pending::<()>().await;
    }

    async fn send_telemetry(&self) {
        let Some(interval) = self.behaviour.interval else {
            return futures::future::pending().await;
        };
        let mut due = self.context.now().plus(self.behaviour.send_after);
        loop {
            self.context.sleep_until(due).await;
            let (temperature, humidity) = self.measure();
            let body = format!(r#"{{"temperature":{temperature:.2},"humidity":{humidity:.2}}}"#);
            let message = Message::new(body.as_str())
                .with_content_type("application/json")
                .with_content_encoding("utf-8");
            match self.device.send(message).await {
                Ok(_) => self.print(Tone::Plain, format!("sent {body}")),
                Err(error) => self.print(Tone::Error, error.to_string()),
            }
            // What was missed while a message took long is not made up for.
            due = due.plus(interval).max(self.context.now());
        }
    }

    fn measure(&self) -> (f64, f64) {
        let temperature = 20.0 + self.context.random() * 15.0;
        let humidity = 60.0 + self.context.random() * 20.0;
        (temperature, humidity)
    }
}
