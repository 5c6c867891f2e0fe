//! A bench with a live hub beside it.

use std::{collections::BTreeMap, rc::Rc, time::Duration};

use client::device::{Device, DeviceOptions, Message, RetryPolicy};
use lab::{
    Bench, BenchOptions, Context, Hands, Happening, Program, ProgramError, Traced,
    action::Outcome,
    beside::{Beside, Faults},
    outside::{Target, Trouble, Ways},
    view::{Side, Span},
};
use serde_json::json;
use wire::{connection_string::ConnectionString, rest::MethodCall, timestamp::Timestamp};

pub(crate) const START: Timestamp = Timestamp::from_millis(1_790_000_000_000);
pub(crate) const HOST: &str = "live.azure-devices.net";
pub(crate) const DEVICE: &str = "dev1";

pub(crate) static REGISTER: Program = Program {
    name: "register",
    side: Side::Cloud,
    run: |bench| {
        Box::pin(async move {
            let service = bench.service("iothubowner")?;
            let call = service.create_device(bench.now(), DEVICE);
            bench.send(call).await?;
            Ok(())
        })
    },
};

/// Calls a method of the device, which may be nowhere.
pub(crate) static METHOD: Program = Program {
    name: "method",
    side: Side::Cloud,
    run: |bench| {
        Box::pin(async move {
            let service = bench.service("iothubowner")?;
            let call = MethodCall {
                method_name: "reboot".to_owned(),
                ..MethodCall::default()
            };
            bench
                .send(service.invoke_method(bench.now(), DEVICE, &call))
                .await?;
            Ok(())
        })
    },
};

/// Connects, takes all that a device can take, and sends a message every ten seconds.
pub(crate) static DEVICE_PROGRAM: Program = Program {
    name: "device",
    side: Side::Device,
    run: |bench| Box::pin(be_a_device(bench)),
};

/// Connects once, and ends when that fails or the connection is lost.
pub(crate) static FRAIL: Program = Program {
    name: "frail",
    side: Side::Device,
    run: |bench| {
        Box::pin(async move {
            let options = DeviceOptions {
                retry: RetryPolicy::None,
                ..DeviceOptions::default()
            };
            let device = bench.device(bench.device_connection_string()?, options);
            device.connect().await?;
            loop {
                device.send(Message::new("tick")).await?;
                bench.sleep(Duration::from_secs(10)).await;
            }
        })
    },
};

pub(crate) static READER: Program = Program {
    name: "reader",
    side: Side::Cloud,
    run: |bench| {
        Box::pin(async move {
            let mut reader = bench.read_events(&wire::event::EventPosition::Earliest);
            loop {
                let event = reader.next().await;
                bench.print(format!("{}", event.sequence_number));
            }
        })
    },
};

/// Connects, asks for its twin, and reports that it did.
pub(crate) static TWIN_READER: Program = Program {
    name: "twin reader",
    side: Side::Device,
    run: |bench| {
        Box::pin(async move {
            let string = bench.device_connection_string()?;
            let device = bench.device(string, DeviceOptions::default());
            device.connect().await?;
            device.get_twin().await?;
            device.patch_reported(json!({ "read": true })).await?;
            bench.sleep(Duration::from_mins(1)).await;
            Ok(())
        })
    },
};

async fn be_a_device(bench: Context) -> Result<(), ProgramError> {
    let options = DeviceOptions {
        retry: RetryPolicy::exponential(),
        ..DeviceOptions::default()
    };
    let device = bench.device(bench.device_connection_string()?, options);
    device.connect().await?;
    bench.print("connected");
    bench.spawn(take_messages(bench.clone(), device.clone()));
    bench.spawn(answer_methods(bench.clone(), device.clone()));
    bench.spawn(take_desired(bench.clone(), device.clone()));
    loop {
        // A message that is lost with the connection is sent again by the next.
        if let Ok(receipt) = device.send(Message::new(r#"{"value": 1}"#)).await {
            bench.print(format!("sent after {} ms", receipt.took.as_millis()));
        }
        bench.sleep(Duration::from_secs(10)).await;
    }
}

async fn take_messages(bench: Context, device: Device) {
    while let Ok(message) = device.next_cloud_to_device().await {
        bench.print(format!(
            "message {}",
            String::from_utf8_lossy(&message.body)
        ));
    }
}

async fn answer_methods(bench: Context, device: Device) {
    while let Ok(method) = device.next_method().await {
        bench.print(format!("method {}", method.name));
        let _ = device.respond(&method, 200, json!({"done": true})).await;
    }
}

async fn take_desired(bench: Context, device: Device) {
    while let Ok(patch) = device.next_desired_patch().await {
        bench.print(format!("desired {}", patch.version));
        let _ = device.patch_reported(json!({"seen": patch.version})).await;
    }
}

pub(crate) struct Table {
    pub(crate) bench: Bench,
    pub(crate) beside: Beside,
    console: Vec<(String, String)>,
    pub(crate) outcomes: Vec<Outcome>,
}

impl Table {
    /// A bench whose service programs may do everything, with a registered device that holds its string.
    pub(crate) fn new() -> Self {
        Self::with_clock(0)
    }

    /// The same at a hub whose clock is ahead by so many milliseconds.
    pub(crate) fn with_clock(ahead: i64) -> Self {
        let mut table = Self::empty();
        table.set_faults(|faults| faults.ahead = ahead);
        table.register();
        table
    }

    /// Registers the device, and gives it its string.
    pub(crate) fn register(&mut self) {
        self.start(&REGISTER);
        self.run_for(1);
        let string = self.hands().hub().device_connection_string(DEVICE);
        assert!(string.is_some(), "{:?}", self.console);
        self.hands().set_device_string(string);
    }

    /// The same without a device.
    pub(crate) fn empty() -> Self {
        Self::at(&Beside::new(HOST, START))
    }

    /// A bench at a hub, whose service programs may do everything.
    pub(crate) fn at(beside: &Beside) -> Self {
        let target = beside.target("iothubowner").unwrap();
        Self::with(beside.clone(), target)
    }

    /// The same without a relay: the device was registered elsewhere.
    pub(crate) fn without_relay() -> Self {
        let mut table = Self::new();
        let beside = table.beside.clone();
        beside.set_faults(Faults {
            no_relay: true,
            ..Faults::default()
        });
        let target = beside.target("iothubowner").unwrap();
        let string = beside.hub().device_connection_string(DEVICE);
        table = Self::with(beside, target);
        table.hands().set_device_string(string);
        table
    }

    /// A bench that was given the connection string of the device and nothing else.
    pub(crate) fn with_device_string() -> Self {
        let table = Self::new();
        let string = table.hands().device_string().unwrap();
        let target = Target {
            connection_string: ConnectionString::Device(string.clone()),
            events: None,
            group: None,
        };
        let table = Self::with(table.beside.clone(), target);
        table.hands().set_device_string(Some(string));
        table
    }

    /// Another bench at the same hub, with the same device: another tab.
    pub(crate) fn beside_of(first: &Self) -> Self {
        let table = Self::at(&first.beside);
        table
            .hands()
            .set_device_string(first.hands().device_string());
        table
    }

    /// Another bench at the same hub, with the rights of another policy.
    pub(crate) fn with_policy(first: &Self, policy: &str) -> Self {
        let target = first.beside.target(policy).unwrap();
        Self::with(first.beside.clone(), target)
    }

    /// Another bench at the same hub that begins only now.
    pub(crate) fn later(first: &Self) -> Self {
        let target = first.beside.target("iothubowner").unwrap();
        Self::starting(first.beside.clone(), target, first.hands().now())
    }

    fn with(beside: Beside, target: Target) -> Self {
        Self::starting(beside, target, START)
    }

    /// A bench that reaches a hub by ways of a test's own.
    pub(crate) fn through(beside: &Beside, ways: Ways) -> Self {
        let target = beside.target("iothubowner").unwrap();
        Self::reaching(beside.clone(), ways, target, START)
    }

    fn starting(beside: Beside, target: Target, start: Timestamp) -> Self {
        let ways = Ways::new(beside.clone());
        Self::reaching(beside, ways, target, start)
    }

    fn reaching(beside: Beside, ways: Ways, target: Target, start: Timestamp) -> Self {
        let options = BenchOptions {
            host_name: String::new(),
            seed: [3; 32],
            start,
        };
        Self {
            bench: Bench::live(&options, target, ways),
            beside,
            console: Vec::new(),
            outcomes: Vec::new(),
        }
    }

    pub(crate) fn hands(&self) -> Hands {
        self.bench.hands()
    }

    /// What is wrong now with the live hub, and when it is tried again.
    pub(crate) fn trouble(&self) -> Option<(Trouble, Option<Timestamp>)> {
        self.hands().live().unwrap().trouble
    }

    pub(crate) fn start(&mut self, program: &'static Program) {
        self.hands().start(program, BTreeMap::new());
    }

    pub(crate) fn run_for(&mut self, seconds: u64) {
        let until = self.hands().now().plus(Duration::from_secs(seconds));
        self.beside.run(&mut self.bench, until);
        while let Some(happening) = self.bench.poll() {
            match happening {
                Happening::Console(line) => {
                    let text = line.spans.iter().map(|span| match span {
                        Span::Text(text) => text.as_str(),
                        Span::Secret(_) => "[secret]",
                    });
                    self.console.push((line.program, text.collect()));
                }
                Happening::Answered { outcome, .. } => self.outcomes.push(outcome),
                _ => {}
            }
        }
    }

    /// All that a program printed, a line each.
    pub(crate) fn printed(&self, program: &str) -> Vec<&str> {
        let lines = self.console.iter().filter(|(name, _)| name == program);
        lines.map(|(_, text)| text.as_str()).collect()
    }

    /// How often a program printed a line that begins so.
    pub(crate) fn count(&self, program: &str, start: &str) -> usize {
        let lines = self.printed(program).into_iter();
        lines.filter(|line| line.starts_with(start)).count()
    }

    pub(crate) fn trace(&self) -> Vec<Rc<Traced>> {
        self.hands().trace().iter().cloned().collect()
    }

    /// How many requests a party sent.
    pub(crate) fn count_of(&self, party: &str) -> usize {
        let trace = self.trace();
        let own = trace
            .iter()
            .filter(|it| it.party == party && it.answers.is_none());
        own.count()
    }

    pub(crate) fn kinds(&self) -> Vec<String> {
        self.trace()
            .iter()
            .map(|entry| entry.kind.clone())
            .collect()
    }

    pub(crate) fn set_faults(&self, change: impl FnOnce(&mut Faults)) {
        let mut faults = self.beside.faults();
        change(&mut faults);
        self.beside.set_faults(faults);
    }
}
