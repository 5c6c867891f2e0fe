//! What a program on the bench has at hand.

use std::{collections::BTreeMap, error::Error, panic::Location, rc::Rc, time::Duration};

use client::{
    device::{Device, DeviceOptions},
    service::{Call, Service},
};
use futures::future::LocalBoxFuture;
use http::{Request, Response};
use wire::{
    connection_string::DeviceConnectionString, event::EventPosition, number, timestamp::Timestamp,
};

use crate::{
    hands::Hands,
    outside::Trouble,
    pipe::Pipes,
    reader::EventReader,
    trace::Party,
    view::{Side, Span, Tone},
};

/// Why a program ended early.
pub type ProgramError = Box<dyn Error>;

/// A program that a bench can run.
pub struct Program {
    /// Its name, by which it is started and stopped.
    pub name: &'static str,
    /// Where it runs.
    pub side: Side,
    /// The program itself.
    pub run: fn(Context) -> LocalBoxFuture<'static, Result<(), ProgramError>>,
}

/// The world as a program sees it: a console, a clock, dice, settings, and ways to the hub.
///
/// What a program does through it tells the bench in which line the program is. So these are plain functions, those that
/// give back a future too: only such a function knows its caller's line.
#[derive(Clone)]
pub struct Context {
    hands: Hands,
    party: Party,
    /// Under what its futures run, and are stopped.
    spawned: String,
    settings: Rc<BTreeMap<String, String>>,
}

impl Context {
    pub(crate) fn new(hands: Hands, party: Party, settings: BTreeMap<String, String>) -> Self {
        Self {
            hands,
            spawned: party.name.clone(),
            party,
            settings: Rc::new(settings),
        }
    }

    /// The same, with futures that run under another name.
    pub(crate) fn spawning_as(mut self, name: &str) -> Self {
        name.clone_into(&mut self.spawned);
        self
    }

    /// Prints a line.
    #[track_caller]
    pub fn print(&self, text: impl Into<String>) {
        self.reach(Location::caller());
        self.print_line(Tone::Plain, vec![Span::Text(text.into())]);
    }

    /// Prints a line that ends with a secret, which readers see only when they ask for it.
    #[track_caller]
    pub fn print_secret(&self, label: impl Into<String>, secret: impl Into<String>) {
        self.reach(Location::caller());
        let spans = vec![Span::Text(label.into()), Span::Secret(secret.into())];
        self.print_line(Tone::Plain, spans);
    }

    pub(crate) fn print_line(&self, tone: Tone, spans: Vec<Span>) {
        let Party { side, name } = &self.party;
        self.hands.world().print(*side, name, tone, spans);
    }

    /// A setting's text, as the learner left it; empty if there is no such setting.
    pub fn setting(&self, id: &str) -> &str {
        self.settings.get(id).map_or("", String::as_str)
    }

    /// A setting's number; 0 if it is none.
    pub fn number(&self, id: &str) -> f64 {
        number::parse(self.setting(id)).unwrap_or_default()
    }

    /// The bench's time.
    pub fn now(&self) -> Timestamp {
        self.hands.now()
    }

    /// Waits for some of the bench's time.
    #[track_caller]
    pub fn sleep(&self, duration: Duration) -> impl Future<Output = ()> {
        self.reach(Location::caller());
        self.hands.sleep(duration)
    }

    pub(crate) async fn sleep_until(&self, at: Timestamp) {
        self.hands.sleep_until(at).await;
    }

    /// Lets something run alongside this program, until it ends or the program is stopped.
    pub fn spawn(&self, work: impl Future<Output = ()> + 'static) {
        self.hands.spawner().spawn(&self.spawned, Box::pin(work));
    }

    /// A number from 0 up to, but not including, 1.
    pub fn random(&self) -> f64 {
        self.hands.random()
    }

    /// The connection string that this device was given.
    pub fn device_connection_string(&self) -> Result<DeviceConnectionString, ProgramError> {
        if let Some(error) = self.hands.wrong_device_string() {
            return Err(error.into());
        }
        self.hands.device_string().ok_or_else(|| {
            "this device has no connection string yet: hand over the one that the registry made"
                .into()
        })
    }

    /// A device client, not connected yet.
    #[track_caller]
    pub fn device(
        &self,
        connection_string: DeviceConnectionString,
        options: DeviceOptions,
    ) -> Device {
        self.reach(Location::caller());
        let device_id = connection_string.device_id.clone();
        let network = Pipes::new(self.hands.clone(), connection_string.clone());
        let (device, driver) = Device::new(connection_string, options, network);
        if self.hands.live().is_some() {
            let hands = self.hands.clone();
            let events = device.events();
            if let Some(live) = hands.world().hub.live_mut() {
                live.client_begins(&self.spawned, &device_id);
            }
            let work = async move { hands.note_retries(&device_id, events).await };
            self.hands.spawner().spawn(&self.spawned, Box::pin(work));
        }
        self.hands.spawner().spawn(&self.spawned, Box::pin(driver));
        device
    }

    /// A service client with the rights of a policy of this bench's hub.
    #[track_caller]
    pub fn service(&self, policy: &str) -> Result<Service, ProgramError> {
        self.reach(Location::caller());
        let string = self.hands.hub().service_connection_string(policy);
        let string = string.ok_or_else(|| self.hands.no_policy(policy))?;
        Ok(Service::new(string))
    }

    /// Sends a service call to the hub and reads the answer.
    #[track_caller]
    pub fn send<T>(&self, call: Call<T>) -> impl Future<Output = Result<T, ProgramError>> {
        self.reach(Location::caller());
        self.request(call)
    }

    /// A reader of the hub's events, from a position on.
    #[track_caller]
    pub fn read_events(&self, from: &EventPosition) -> EventReader {
        self.reach(Location::caller());
        EventReader::new(self.hands.clone(), &self.party.name, from.clone())
    }

    async fn request<T>(&self, call: Call<T>) -> Result<T, ProgramError> {
        let response = self.exchange(&call.request).await?;
        Ok(call.read(response)?)
    }

    /// Sends a request to the hub and waits for the answer.
    pub(crate) async fn exchange(
        &self,
        request: &Request<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, Trouble> {
        self.hands.exchange(&self.party, request).await
    }

    /// Notes that the program has come to a line.
    fn reach(&self, line: &'static Location<'static>) {
        self.hands.world().reach(&self.party.name, line);
    }
}
