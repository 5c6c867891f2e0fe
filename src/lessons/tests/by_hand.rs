//! What a learner does at the bench by hand, through the classroom's commands.

use std::time::Duration;

use lab::{
    action::{Acknowledgement, CloudAction, DeviceAction, Outcome},
    view::{DeviceDetail, Mark, Tool, TraceEntry, Upcoming},
};
use lessons::{
    classroom::Classroom,
    message::{Command, Report, Settings},
    outline::LESSONS,
};
use wire::timestamp::Timestamp;

const START: Timestamp = Timestamp::from_millis(1_790_000_000_000);

struct Place {
    classroom: Classroom,
    now: Timestamp,
    reports: Vec<Report>,
    asked: u64,
}

impl Place {
    /// A classroom with the first step open, in which nothing is registered.
    fn new() -> Self {
        let mut place = Self {
            classroom: Classroom::new([7; 32], START),
            now: START,
            reports: Vec::new(),
            asked: 0,
        };
        place.tell(Command::Open {
            lesson: LESSONS[0].id.to_owned(),
            step: LESSONS[0].steps[0].id.to_owned(),
            settings: Settings::new(),
        });
        place
    }

    /// The same with a device that is registered.
    fn with_device() -> Self {
        let mut place = Self::new();
        assert_eq!(place.create("d1"), Some(Outcome::Done));
        place
    }

    fn tell(&mut self, command: Command) {
        self.classroom.handle(self.now, command);
        self.drain();
    }

    fn drain(&mut self) {
        self.reports
            .extend(std::iter::from_fn(|| self.classroom.poll()));
    }

    /// Lets real time pass as a worker does, turn by turn. Gives how many turns there were.
    fn wait(&mut self, time: Duration) -> usize {
        let end = self.now.plus(time);
        let mut turns = 0;
        while let Some(wake) = self.classroom.next_wake().filter(|wake| *wake <= end) {
            self.now = wake.max(self.now.plus(Duration::from_millis(16)));
            self.classroom.advance(self.now);
            self.drain();
            turns += 1;
        }
        self.now = end;
        self.classroom.advance(end);
        self.drain();
        turns
    }

    fn outcome(&self, wanted: u64) -> Option<Outcome> {
        self.reports.iter().find_map(|report| match report {
            Report::Answered { id, outcome } if *id == wanted => Some(outcome.clone()),
            _ => None,
        })
    }

    fn in_cloud(&mut self, action: CloudAction) -> Option<Outcome> {
        self.asked += 1;
        let id = self.asked;
        self.tell(Command::InCloud { id, action });
        self.outcome(id)
    }

    fn at_device(&mut self, action: DeviceAction) -> Option<Outcome> {
        self.asked += 1;
        let id = self.asked;
        self.tell(Command::AtDevice { id, action });
        self.outcome(id)
    }

    fn create(&mut self, device_id: &str) -> Option<Outcome> {
        let device_id = device_id.to_owned();
        self.in_cloud(CloudAction::CreateDevice { device_id })
    }

    fn switch_on(&mut self, interval: Option<f64>) -> Option<Outcome> {
        let device_id = d1();
        self.at_device(DeviceAction::SwitchOn {
            device_id,
            interval,
        })
    }

    fn patch(&mut self, patch: &str, etag: Option<&str>) -> Outcome {
        let action = CloudAction::PatchTwin {
            device_id: d1(),
            patch: patch.to_owned(),
            etag: etag.map(str::to_owned),
        };
        self.in_cloud(action).expect("an answer at once")
    }

    fn query(&mut self, text: &str, continuation: Option<String>) -> Outcome {
        let action = CloudAction::Query {
            text: text.to_owned(),
            page_size: 1,
            continuation,
        };
        self.in_cloud(action).expect("an answer at once")
    }

    fn call(&mut self, payload: &str, connect_timeout: u16) -> Option<Outcome> {
        self.in_cloud(CloudAction::CallMethod {
            device_id: d1(),
            name: "blink".to_owned(),
            payload: payload.to_owned(),
            response_timeout: 30,
            connect_timeout,
        })
    }

    fn send(&mut self, body: &str, expires_after: Option<u32>) -> Option<Outcome> {
        self.in_cloud(CloudAction::SendMessage {
            device_id: d1(),
            body: body.to_owned(),
            message_id: "m1".to_owned(),
            acknowledgement: Acknowledgement::Full,
            expires_after,
            properties: vec![("colour".to_owned(), "red".to_owned())],
        })
    }

    /// What the console says as a program of this name.
    fn lines(&self, program: &str) -> Vec<String> {
        let lines = self.reports.iter().filter_map(|report| match report {
            Report::Console(line) if line.program == program => Some(line),
            _ => None,
        });
        let text = |span: &lab::view::Span| match span {
            lab::view::Span::Text(text) | lab::view::Span::Secret(text) => text.clone(),
        };
        lines
            .map(|line| line.spans.iter().map(text).collect())
            .collect()
    }

    fn trace(&self) -> Vec<&TraceEntry> {
        let entries = self.reports.iter().filter_map(|report| match report {
            Report::Trace(entry) => Some(entry),
            _ => None,
        });
        entries.collect()
    }

    fn watched(&self) -> Vec<Option<&DeviceDetail>> {
        let watched = self.reports.iter().filter_map(|report| match report {
            Report::Watched { detail, .. } => Some(detail.as_ref()),
            _ => None,
        });
        watched.collect()
    }

    fn upcoming(&self) -> Option<Upcoming> {
        let clocks = self.reports.iter().rev();
        let mut clocks = clocks.filter_map(|report| match report {
            Report::Clock { what, .. } => Some(what.clone()),
            _ => None,
        });
        clocks.next().flatten()
    }
}

fn d1() -> String {
    "d1".to_owned()
}

/// The status, the code and the words of a refusal.
fn refusal(outcome: &Outcome) -> (Option<u16>, Option<u32>, &str) {
    match outcome {
        Outcome::Refused(refusal) => (refusal.status, refusal.code, &refusal.text),
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[test]
fn a_device_is_registered_disabled_and_removed() {
    let mut place = Place::with_device();
    let again = place.create("d1").unwrap();
    assert_eq!(
        (refusal(&again).0, refusal(&again).1),
        (Some(409), Some(409_001))
    );
    let disable = CloudAction::SetStatus {
        device_id: d1(),
        enabled: false,
    };
    assert_eq!(place.in_cloud(disable), Some(Outcome::Done));
    let shown = place.reports.iter().rev().find_map(|report| match report {
        Report::Devices(devices) => Some(devices[0].enabled),
        _ => None,
    });
    assert_eq!(shown, Some(false));
    let delete = || CloudAction::DeleteDevice { device_id: d1() };
    assert_eq!(place.in_cloud(delete()), Some(Outcome::Done));
    let gone = place.in_cloud(delete()).unwrap();
    assert_eq!(
        (refusal(&gone).0, refusal(&gone).1),
        (Some(404), Some(404_001))
    );
}

#[test]
fn twins_are_read_and_patched_with_their_etag() {
    let mut place = Place::with_device();
    let patch = r#"{"tags":{"b":1,"a":2},"properties":{"desired":{"power":1}}}"#;
    let Outcome::Twin(twin) = place.patch(patch, None) else {
        panic!("expected a twin");
    };
    assert_eq!(twin.desired, "{\n  \"power\": 1\n}");
    assert_eq!((twin.desired_version, twin.reported_version), (2, 1));
    assert!(twin.whole.contains("$metadata"), "{}", twin.whole);
    let old = place.patch(patch, Some("AAAAAAAAAAA="));
    assert_eq!(
        (refusal(&old).0, refusal(&old).1),
        (Some(412), Some(412_001))
    );
    assert!(matches!(
        place.patch(patch, Some(&twin.etag)),
        Outcome::Twin(_)
    ));
}

#[test]
fn what_was_typed_wrong_is_refused_before_it_is_sent() {
    let mut place = Place::with_device();
    let sent = place.trace().len();
    for (patch, expected) in [
        ("", "found nothing"),
        ("{\"tags\": }", "line 1, column 10"),
        ("[]", "found an array"),
        ("{}", "found neither of them"),
        ("{\"tags\": 1}", "found a number as \"tags\""),
        ("{\"properties\": {\"reported\": {}}}", "the device's own"),
        ("{\"desired\": {}}", "found \"desired\""),
    ] {
        let outcome = place.patch(patch, None);
        let (status, _, text) = refusal(&outcome);
        assert_eq!(status, None);
        assert!(text.contains(expected), "{patch}: {text}");
    }
    let outcome = place.call("{", 0).unwrap();
    assert!(refusal(&outcome).2.contains("line 1, column 1"));
    assert_eq!(place.trace().len(), sent);
}

#[test]
fn a_query_comes_page_by_page_and_a_wrong_one_with_its_place() {
    let mut place = Place::with_device();
    place.create("d2");
    let text = "SELECT deviceId FROM devices";
    let Outcome::Rows { rows, continuation } = place.query(text, None) else {
        panic!("expected rows");
    };
    assert_eq!(rows, [r#"{"deviceId":"d1"}"#]);
    assert!(continuation.is_some());
    let rest = place.query(text, continuation);
    let expected = Outcome::Rows {
        rows: vec![r#"{"deviceId":"d2"}"#.to_owned()],
        continuation: None,
    };
    assert_eq!(rest, expected);
    let Outcome::Refused(refused) = place.query("SELECT * FORM devices", None) else {
        panic!("expected a refusal");
    };
    assert_eq!(refused.hint.map(|(position, _)| position), Some(9));
    assert_eq!(refused.status, Some(400));
}

#[test]
fn a_method_is_answered_by_a_device_that_is_on() {
    let mut place = Place::with_device();
    let off = place.call("1", 0).unwrap();
    assert_eq!(
        (refusal(&off).0, refusal(&off).1),
        (Some(404), Some(404_103))
    );
    assert_eq!(place.switch_on(None), Some(Outcome::Done));
    let answer = place.call("{\"b\":1,\"a\":[2]}", 0);
    let Some(Outcome::Method {
        status: 200,
        payload,
    }) = answer
    else {
        panic!("expected an answer, got {answer:?}");
    };
    assert!(payload.contains("\"a\": [\n"), "{payload}");
    assert!(
        place
            .lines("d1")
            .iter()
            .any(|line| line.contains("method blink"))
    );
    let marks: Vec<_> = place
        .trace()
        .iter()
        .filter_map(|it| it.mark.clone())
        .collect();
    assert_eq!(marks, [Mark::Method("blink".to_owned())]);
    let about: Vec<_> = place
        .trace()
        .iter()
        .filter(|it| it.summary.contains("/methods?"))
        .map(|it| it.device_id.clone())
        .collect();
    assert_eq!(about, [Some(d1()), Some(d1())]);
}

#[test]
fn a_call_can_wait_for_its_device_and_a_new_bench_ends_it() {
    let mut place = Place::with_device();
    assert_eq!(place.call("", 20), None);
    assert_eq!(
        place.upcoming(),
        Some(Upcoming::MethodTimesOut { device_id: d1() })
    );
    let waiting = place.asked;
    place.switch_on(None);
    assert!(matches!(
        place.outcome(waiting),
        Some(Outcome::Method { .. })
    ));
    let off = DeviceAction::SwitchOff { device_id: d1() };
    assert_eq!(place.at_device(off), Some(Outcome::Done));
    assert_eq!(place.call("", 20), None);
    place.tell(Command::Reset);
    let ended = place.outcome(place.asked).unwrap();
    assert!(refusal(&ended).2.contains("made anew"));
}

#[test]
fn a_message_waits_is_received_and_comes_to_feedback() {
    let mut place = Place::with_device();
    place.tell(Command::Watch {
        device_id: Some(d1()),
    });
    assert_eq!(place.watched().len(), 1);
    let sent = place.send("hello", Some(60));
    assert_eq!(
        sent,
        Some(Outcome::Sent {
            message_id: "m1".to_owned()
        })
    );
    let queue = &place.watched().last().unwrap().unwrap().queue;
    assert_eq!(
        (queue.len(), queue[0].body.as_str(), queue[0].locked),
        (1, "hello", false)
    );
    assert_eq!(
        place.upcoming(),
        Some(Upcoming::MessageExpires { device_id: d1() })
    );
    place.switch_on(None);
    assert!(place.watched().last().unwrap().unwrap().queue.is_empty());
    let lines = place.lines("d1");
    assert!(
        lines
            .iter()
            .any(|line| line == "message m1 received: hello; colour = red"),
        "{lines:?}"
    );
    assert_eq!(place.upcoming(), Some(Upcoming::FeedbackReady));
    place.tell(Command::SkipToNext);
    let Some(Outcome::Feedback(feedback)) = place.in_cloud(CloudAction::ReceiveFeedback) else {
        panic!("expected feedback");
    };
    assert_eq!(feedback.len(), 1);
    assert_eq!(
        (feedback[0].message_id.as_str(), feedback[0].status.as_str()),
        ("m1", "Success")
    );
    let again = place.in_cloud(CloudAction::ReceiveFeedback);
    assert_eq!(again, Some(Outcome::Feedback(Vec::new())));
}

#[test]
fn a_queue_is_purged() {
    let mut place = Place::with_device();
    place.send("x", None);
    let purge = CloudAction::PurgeQueue { device_id: d1() };
    assert_eq!(place.in_cloud(purge), Some(Outcome::Purged { count: 1 }));
}

#[test]
fn a_device_sends_at_its_interval_and_when_told_to() {
    let mut place = Place::with_device();
    place.switch_on(Some(2.0));
    place.wait(Duration::from_secs(5));
    let sent = |place: &Place| {
        place
            .lines("d1")
            .iter()
            .filter(|it| it.starts_with("sent"))
            .count()
    };
    assert_eq!(sent(&place), 3);
    let told = place.at_device(DeviceAction::SendTelemetry {
        device_id: d1(),
        body: "by hand".to_owned(),
        properties: vec![("a".to_owned(), "1".to_owned())],
    });
    assert_eq!(told, Some(Outcome::Done));
    let publish = place
        .trace()
        .into_iter()
        .rev()
        .find(|it| it.kind == "PUBLISH")
        .unwrap();
    assert!(publish.summary.ends_with("a=1"), "{}", publish.summary);
}

#[test]
fn a_device_reports_and_hears_of_desired_properties() {
    let mut place = Place::with_device();
    place.tell(Command::Watch {
        device_id: Some(d1()),
    });
    place.switch_on(None);
    let report = |patch: &str| DeviceAction::ReportProperties {
        device_id: d1(),
        patch: patch.to_owned(),
    };
    assert_eq!(
        place.at_device(report("{\"on\":true}")),
        Some(Outcome::Done)
    );
    let twin = &place.watched().last().unwrap().unwrap().twin;
    assert_eq!(twin.reported, "{\n  \"on\": true\n}");
    let wrong = place.at_device(report("3")).unwrap();
    assert!(refusal(&wrong).2.contains("found a number"));
    place.patch("{\"properties\":{\"desired\":{\"x\":1}}}", None);
    let lines = place.lines("d1");
    assert!(
        lines
            .iter()
            .any(|line| line.contains("desired properties, version 2")),
        "{lines:?}"
    );
}

#[test]
fn what_a_device_cannot_do_is_refused() {
    let mut place = Place::new();
    let unknown = place.switch_on(None).unwrap();
    assert!(refusal(&unknown).2.contains("register it first"));
    place.create("d1");
    let off = place
        .at_device(DeviceAction::SwitchOff { device_id: d1() })
        .unwrap();
    assert!(refusal(&off).2.contains("switched off"));
    let never = place.switch_on(Some(f64::NAN)).unwrap();
    assert!(refusal(&never).2.contains("seconds"));
    place.in_cloud(CloudAction::SetStatus {
        device_id: d1(),
        enabled: false,
    });
    let disabled = place.switch_on(None).unwrap();
    assert_eq!(refusal(&disabled).0, None);
    let on = place.reports.iter().rev().find_map(|report| match report {
        Report::Devices(devices) => Some(devices[0].switched_on),
        _ => None,
    });
    assert_eq!(on, Some(false));
}

#[test]
fn an_entry_is_opened_with_its_token_and_its_spellings() {
    let mut place = Place::with_device();
    place.switch_on(None);
    let kinds = ["PUT", "CONNECT"].map(|kind| {
        let entry = place.trace().into_iter().find(|it| it.kind == kind);
        entry.unwrap().id
    });
    for entry in kinds {
        place.tell(Command::Inspect { entry });
    }
    let details: Vec<_> = place
        .reports
        .iter()
        .filter_map(|report| match report {
            Report::Inspected { detail, .. } => detail.clone(),
            _ => None,
        })
        .collect();
    let [put, connect] = details.as_slice() else {
        panic!("expected two details");
    };
    let tools: Vec<_> = put.spellings.iter().map(|it| it.tool).collect();
    assert_eq!(tools, [Tool::Curl, Tool::Az]);
    let token = put.token.as_ref().unwrap();
    assert_eq!(token.policy.as_deref(), Some("iothubowner"));
    let token = connect.token.as_ref().unwrap();
    assert_eq!(token.policy, None);
    assert!(
        token.resource.ends_with("/devices/d1"),
        "{}",
        token.resource
    );
    assert_eq!(token.signed.lines().count(), 2);
    assert!(token.masked.contains("sig=***"), "{}", token.masked);
    assert!(!connect.fields.is_empty() && !connect.bytes.is_empty());
    place.tell(Command::Inspect { entry: 999_999 });
    assert!(matches!(
        place
            .reports
            .iter()
            .rev()
            .find(|it| matches!(it, Report::Inspected { .. })),
        Some(Report::Inspected { detail: None, .. })
    ));
}

#[test]
fn a_text_is_diagnosed_without_an_open_step() {
    let mut classroom = Classroom::new([7; 32], START);
    let text = "HostName=h;SharedAccessKeyName=service;SharedAccessKey=?".to_owned();
    classroom.handle(START, Command::Diagnose { id: 7, text });
    let report = std::iter::from_fn(|| classroom.poll()).next();
    let Some(Report::Diagnosed { id: 7, diagnosis }) = report else {
        panic!("expected a diagnosis, got {report:?}");
    };
    assert_eq!(diagnosis.kind.as_deref(), Some("service"));
    assert_eq!(diagnosis.findings.len(), 2);
}

#[test]
fn queries_lag_behind_as_told() {
    let mut place = Place::with_device();
    place.tell(Command::SetQueryLag { seconds: 10 });
    place.create("d2");
    assert_eq!(place.upcoming(), Some(Upcoming::QueryCatchesUp));
    let text = "SELECT deviceId FROM devices WHERE deviceId = 'd2'";
    let count = |outcome: Outcome| match outcome {
        Outcome::Rows { rows, .. } => rows.len(),
        other => panic!("expected rows, got {other:?}"),
    };
    assert_eq!(count(place.query(text, None)), 0);
    place.tell(Command::SkipToNext);
    assert_eq!(count(place.query(text, None)), 1);
    place.tell(Command::SetQueryLag { seconds: 601 });
    assert!(place.reports.iter().any(
        |report| matches!(report, Report::Refused { message, .. } if message.id == "refused-query-lag")
    ));
}

#[test]
fn a_thousand_devices_send_a_message_a_second() {
    const COUNT: u16 = 1_000;
    const SECONDS: u64 = 5;
    let mut place = Place::with_device();
    let started = place.at_device(DeviceAction::StartFleet {
        count: COUNT,
        interval: 1.0,
    });
    assert_eq!(started, Some(Outcome::Done));
    place.reports.clear();
    let turns = place.wait(Duration::from_secs(SECONDS));
    let told = place.reports.len();
    let entries = place.trace().len();
    let skipped: u64 = place
        .reports
        .iter()
        .map(|report| match report {
            Report::TraceSkipped { count } => *count,
            _ => 0,
        })
        .sum();
    assert!(
        turns as u64 <= SECONDS * 4 + 1,
        "{turns} turns are more than four a second"
    );
    assert!(
        entries <= 100 * (turns + 1),
        "{entries} entries in {turns} turns"
    );
    assert!(told <= 110 * (turns + 1), "{told} reports in {turns} turns");
    assert!(place.lines("fleet-0001").is_empty());
    let changes = place
        .reports
        .iter()
        .filter(|it| matches!(it, Report::Devices(_) | Report::DevicesChanged { .. }));
    assert!(changes.count() as u64 <= SECONDS * 2 + 2);
    // A PUBLISH and a PUBACK each, and what connecting takes.
    let messages = u64::from(COUNT) * SECONDS;
    assert!(skipped + entries as u64 >= 2 * messages - 2 * u64::from(COUNT));
    let Outcome::Rows { rows, .. } = place.query(
        "SELECT COUNT() AS n FROM devices WHERE connectionState = 'Connected'",
        None,
    ) else {
        panic!("expected rows");
    };
    assert_eq!(rows, [format!(r#"{{"n":{COUNT}}}"#)]);
    place.reports.clear();
    let stopped = place.at_device(DeviceAction::StopFleet);
    assert_eq!(stopped, Some(Outcome::Done));
    place.wait(Duration::from_secs(2));
    let left = place.reports.iter().rev().find_map(|report| match report {
        Report::Devices(devices) => Some(devices.len()),
        _ => None,
    });
    assert_eq!(left, Some(1));
}

#[test]
fn a_patch_goes_out_as_it_was_typed() {
    let typed = r#"{ "tags": { "zone": 1, "area": 2.50 } }"#;
    let mut place = Place::with_device();
    assert!(matches!(place.patch(typed, None), Outcome::Twin(_)));
    let sent = place.reports.iter().rev().find_map(|report| match report {
        Report::Trace(entry) if entry.kind == "PATCH" => Some(entry.id),
        _ => None,
    });
    let entry = sent.expect("the request is traced");
    place.tell(Command::Inspect { entry });
    let bytes = place.reports.iter().find_map(|report| match report {
        Report::Inspected {
            detail: Some(detail),
            ..
        } => Some(String::from_utf8_lossy(&detail.bytes).into_owned()),
        _ => None,
    });
    let request = bytes.expect("its bytes are kept");
    assert!(request.ends_with(typed), "{request}");
}
