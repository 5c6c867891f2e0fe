//! A bench for tests of checks and programs: with a device that holds its string, and a puppet that plays the devices
//! that lessons do not have.

use std::{collections::BTreeSet, time::Duration};

use client::device::{Device, DeviceOptions, Message};
use lab::{
    Bench, BenchOptions, Context, Hands, Happening, Program, ProgramError,
    view::{Side, Span},
};
use wire::{timestamp::Timestamp, topic::TopicFilter};

use crate::{
    message::Settings,
    outline::LessonOutline,
    settings,
    step::Verdict,
    telemetry::{
        checks::device_id,
        steps::{hand_over, register},
    },
};

pub(crate) struct TestBench {
    bench: Bench,
    pub(crate) hands: Hands,
    pub(crate) settings: Settings,
    console: Vec<(String, String)>,
}

impl TestBench {
    /// A bench with the lesson's device, registered and with its string, and the lesson's settings.
    pub(crate) fn new(lesson: &LessonOutline) -> Self {
        let bench = Bench::new(&BenchOptions {
            host_name: "contoso.azure-devices.net".to_owned(),
            seed: [7; 32],
            start: Timestamp::from_millis(1_790_000_000_000),
        });
        let hands = bench.hands();
        let mut bench = Self {
            bench,
            hands,
            settings: settings::completed(lesson.settings, &Settings::new()),
            console: Vec::new(),
        };
        register(&bench.hands, &bench.settings);
        bench.wait(0);
        hand_over(&bench.hands, &bench.settings);
        bench
    }

    /// The lesson's device.
    pub(crate) fn device_id(&self) -> &str {
        device_id(&self.settings)
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, seconds: u64) {
        let end = self.hands.now().plus(Duration::from_secs(seconds));
        self.bench.run_until(end);
        while let Some(happening) = self.bench.poll() {
            if let Happening::Console(line) = happening {
                let text = line.spans.iter().map(text_of).collect();
                self.console.push((line.program, text));
            }
        }
    }

    /// Starts a program with the bench's settings, and lets it do what it can at once.
    pub(crate) fn run(&mut self, program: &'static Program) {
        self.hands.start(program, self.settings.clone());
        self.wait(0);
    }

    /// Starts a program with some settings changed.
    pub(crate) fn run_with(&mut self, program: &'static Program, changed: &[(&str, &str)]) {
        let mut settings = self.settings.clone();
        for (id, value) in changed {
            settings.insert((*id).to_owned(), (*value).to_owned());
        }
        self.hands.start(program, settings);
        self.wait(0);
    }

    /// Stops a program, and lets the others notice.
    pub(crate) fn stop(&mut self, program: &str) {
        self.hands.stop(program);
        self.wait(0);
    }

    /// All that a program printed, a line each.
    pub(crate) fn printed(&self, program: &str) -> Vec<&str> {
        let lines = self.console.iter().filter(|(name, _)| name == program);
        lines.map(|(_, text)| text.as_str()).collect()
    }
}

fn text_of(span: &Span) -> &str {
    match span {
        Span::Text(text) => text,
        Span::Secret(_) => "[secret]",
    }
}

/// What is done on a bench before a check looks.
pub(crate) type Story = fn(&mut TestBench);

/// A check, as steps have them.
pub(crate) type Check = fn(&Hands, &Settings) -> Verdict;

/// Tells each story on a bench of its own, and looks what the check sees then: the check's name, and whether it passed,
/// which `saw` at the end of the name stands for. All that a lesson's words have for its checks must be seen.
pub(crate) fn tell(lesson: &LessonOutline, words: &str, cases: &[(&str, Check, Story)]) {
    let mut seen = BTreeSet::new();
    for (expected, check, story) in cases {
        let mut bench = TestBench::new(lesson);
        story(&mut bench);
        let verdict = check(&bench.hands, &bench.settings);
        assert_eq!(verdict.saw.id, *expected);
        assert_eq!(verdict.passed, expected.ends_with("-saw"), "{expected}");
        assert!(
            has_arguments(words, &verdict.saw),
            "{expected}: {:?}",
            verdict.saw
        );
        assert!(has_arguments(words, &verdict.looked_for), "{expected}");
        seen.insert(verdict.looked_for.id);
        seen.insert(verdict.saw.id);
    }
    let ids = words.lines().filter_map(|line| line.split_once(" = "));
    for (id, _) in ids.filter(|(id, _)| id.starts_with("check-")) {
        assert!(seen.contains(id), "no story shows {id}");
    }
}

/// Whether a message is among the words, and has an argument for each of its places.
fn has_arguments(words: &str, message: &crate::message::Message) -> bool {
    let start = format!("{} = ", message.id);
    let mut lines = words.lines().skip_while(|line| !line.starts_with(&start));
    let Some(first) = lines.next() else {
        return false;
    };
    let rest = lines.take_while(|line| line.starts_with(' '));
    let text = std::iter::once(first).chain(rest).collect::<String>();
    let mut places = text
        .split("{ $")
        .skip(1)
        .filter_map(|rest| rest.split(' ').next());
    places.all(|place| message.arguments.iter().any(|(name, _)| name == place))
}

/// A device that does what its settings say: `listen` to `methods` or `messages`, or to nothing; send every `interval`
/// seconds, or not at all; answer each method with `status`, or not at all.
pub(crate) static PUPPET: Program = Program {
    name: "puppet",
    side: Side::Device,
    run: |bench| Box::pin(puppet(bench)),
};

async fn puppet(bench: Context) -> Result<(), ProgramError> {
    let string = bench.device_connection_string()?;
    let device_id = string.device_id.clone();
    let device = bench.device(string, DeviceOptions::default());
    device.connect().await?;
    match bench.setting("listen") {
        "methods" => bench.spawn(answer(bench.clone(), device.clone())),
        "messages" => {
            device
                .subscribe(TopicFilter::CloudToDevice { device_id })
                .await?;
        }
        _ => {}
    }
    let interval = bench.number("interval");
    if interval <= 0.0 {
        return std::future::pending().await;
    }
    loop {
        device.send(Message::new("{}")).await?;
        bench.sleep(Duration::from_secs_f64(interval)).await;
    }
}

async fn answer(bench: Context, device: Device) {
    while let Ok(method) = device.next_method().await {
        if let Ok(status) = bench.setting("status").parse::<i32>() {
            device.respond(&method, status, "puppet").await.unwrap();
        }
    }
}
