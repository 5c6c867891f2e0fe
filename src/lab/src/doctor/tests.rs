//! Texts as people paste them.

use std::{fs, path::Path};

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const HOST: &str = "h.azure-devices.net";
const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// The diagnosis of a text in which `K` stands for a key and `H` for a host.
fn of(text: &str) -> Diagnosis {
    diagnose(&filled(text), NOW, Place::Anywhere)
}

fn filled(text: &str) -> String {
    text.replace("=K", &format!("={KEY}"))
        .replace("=H", &format!("={HOST}"))
}

fn findings(diagnosis: &Diagnosis) -> Vec<String> {
    let findings = diagnosis.findings.iter();
    findings
        .map(|(id, argument)| {
            let id = id.strip_prefix("doctor-").unwrap();
            format!("{id} {argument}").trim_end().to_owned()
        })
        .collect()
}

#[test]
fn what_is_right_has_no_findings() {
    let cases = [
        (
            "HostName=H;SharedAccessKeyName=service;SharedAccessKey=K",
            "service",
        ),
        ("HostName=H;DeviceId=d1;SharedAccessKey=K", "device"),
        ("  hostname=H;deviceid=d1;sharedaccesskey=K;\n", "device"),
        ("HostName=H;DeviceId=d1;x509=true", "device"),
        (
            "HostName=H;DeviceId=d1;ModuleId=m;SharedAccessKey=K",
            "module",
        ),
        (
            "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=service;SharedAccessKey=K;EntityPath=e",
            "event-hubs",
        ),
    ];
    for (text, kind) in cases {
        let diagnosis = of(text);
        assert_eq!(diagnosis.kind.as_deref(), Some(kind), "{text}");
        assert_eq!(findings(&diagnosis), [""; 0], "{text}");
        assert!(
            filled(text).trim().parse::<ConnectionString>().is_ok(),
            "{text}"
        );
    }
}

#[test]
fn each_mistake_is_named() {
    let cases: [(&str, &[&str]); 28] = [
        ("", &["empty"]),
        (" \n ", &["empty"]),
        ("\"HostName=H;DeviceId=d1;SharedAccessKey=K\"", &["quotes"]),
        ("'HostName=H;DeviceId=d1;SharedAccessKey=K", &["quotes"]),
        ("HostName=H;DeviceId=d1", &["missing-part SharedAccessKey"]),
        ("DeviceId=d1;SharedAccessKey=K", &["missing-part HostName"]),
        ("HostName=H;SharedAccessKey=K", &["no-kind"]),
        (
            "HostName=H;SharedAccessKeyName=service",
            &["missing-part SharedAccessKey"],
        ),
        (
            "HostName=H;DeviceId=d1;SharedAccessKey=K;Colour=red",
            &["unknown-part Colour"],
        ),
        (
            "HostName=H;DeviceId=d1;DeviceId=d2;SharedAccessKey=K",
            &["duplicate-part DeviceId"],
        ),
        (
            "HostName=H;DeviceId=d1;SharedAccessKeyName=device;SharedAccessKey=K",
            &["part-of-another-kind SharedAccessKeyName"],
        ),
        (
            "HostName={hub name};DeviceId=d1;SharedAccessKey=K",
            &["blanks HostName", "left-in-braces HostName"],
        ),
        (
            "HostName=H;DeviceId=;SharedAccessKey=K",
            &["empty-part DeviceId"],
        ),
        (
            "HostName=H;DeviceId=d 1;SharedAccessKey=K",
            &["blanks DeviceId", "bad-id DeviceId"],
        ),
        (
            "HostName=H;\nDeviceId=d1;\nSharedAccessKey=K",
            &["blanks DeviceId", "blanks SharedAccessKey"],
        ),
        (
            "HostName=H;DeviceId=d1;SharedAccessKey=not-a-key",
            &["key-not-base64 SharedAccessKey"],
        ),
        (
            "HostName=H;DeviceId=d1;SharedAccessKey=AAEC",
            &["key-length 3"],
        ),
        (
            "HostName=hub;DeviceId=d1;SharedAccessKey=K",
            &["host-without-dot hub"],
        ),
        (
            "HostName=h.azure-devices.cn;DeviceId=d1;SharedAccessKey=K",
            &["other-cloud h.azure-devices.cn"],
        ),
        (
            "HostName=h.example.com;DeviceId=d1;SharedAccessKey=K",
            &["unknown-host h.example.com"],
        ),
        (
            "HostName=localhost;DeviceId=d1;SharedAccessKey=K",
            &["unknown-host localhost"],
        ),
        (
            "HostName=https://h.azure-devices.net/;DeviceId=d1;SharedAccessKey=K",
            &["address-for-host HostName"],
        ),
        (
            "Endpoint=sb://x.servicebus.windows.net/;DeviceId=d1;SharedAccessKey=K",
            &["endpoint-for-host Endpoint"],
        ),
        (
            "HostName=sb://x.servicebus.windows.net/;DeviceId=d1;SharedAccessKey=K",
            &["endpoint-for-host HostName"],
        ),
        (
            "HostName=H;DeviceId=d1;SharedAccessKey=K;x509=true",
            &["more-than-one-proof x509"],
        ),
        ("HostName=H;DeviceId=d1;x509=maybe", &["bad-value x509"]),
        (
            "HostName=h_.azure-devices.net;DeviceId=d1;SharedAccessKey=K",
            &["bad-host HostName"],
        ),
        ("just words", &["not-name-value 1"]),
    ];
    for (text, expected) in cases {
        assert_eq!(findings(&of(text)), expected, "{text}");
    }
}

#[test]
fn a_token_is_told_from_a_string_and_may_have_expired() {
    let key = SharedAccessKey::from_base64(KEY).unwrap();
    let token = SasToken::sign(HOST, &key, 1_600_000_000, Some("service"));
    let diagnosis = of(token.to_text().expose());
    assert_eq!(diagnosis.kind.as_deref(), Some("sas-token"));
    assert_eq!(findings(&diagnosis), ["expired 2020-09-13T12:26:40Z"]);
    assert_eq!(diagnosis.rights, ["ServiceConnect"]);
    let signature = &diagnosis
        .parts
        .iter()
        .find(|(name, _)| name == "sig")
        .unwrap()
        .1;
    assert!(signature.bytes().all(|byte| byte == b'*'));
    let fresh = SasToken::sign(HOST, &key, 1_800_000_000, None);
    let string = format!(
        "HostName={HOST};DeviceId=d1;SharedAccessSignature={}",
        fresh.to_text().expose()
    );
    assert_eq!(findings(&of(&string)), [""; 0]);
    assert_eq!(
        findings(&of("SharedAccessSignature sr=h&sig=x")),
        ["token-without se"]
    );
}

#[test]
fn the_name_of_the_hub_on_the_bench_is_right_whatever_it_is() {
    for host_name in ["localhost", "hub.test", "h.azure-devices.cn"] {
        let text = filled(&format!(
            "HostName={host_name};DeviceId=d1;SharedAccessKey=K"
        ));
        let at = |host_name| {
            let device_id = Some("d1");
            let place = Place::Device {
                host_name,
                device_id,
            };
            findings(&diagnose(&text, NOW, place))
        };
        assert_eq!(at(host_name), [""; 0]);
        assert_eq!(at(HOST), [format!("other-hub {host_name}")]);
    }
}

#[test]
fn what_belongs_elsewhere_is_told_on_a_device() {
    let place = Place::Device {
        host_name: HOST,
        device_id: Some("d1"),
    };
    let cases: [(&str, &[&str]); 5] = [
        ("HostName=H;DeviceId=d1;SharedAccessKey=K", &[]),
        (
            "HostName=H;DeviceId=d2;SharedAccessKey=K",
            &["other-device d2"],
        ),
        (
            "HostName=x.azure-devices.net;DeviceId=d1;SharedAccessKey=K",
            &["other-hub x.azure-devices.net"],
        ),
        (
            "HostName=x.azure-devices.us;DeviceId=d1;SharedAccessKey=K",
            &["other-hub x.azure-devices.us"],
        ),
        (
            "HostName=H;SharedAccessKeyName=service;SharedAccessKey=K",
            &["wrong-kind service"],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(
            findings(&diagnose(&filled(text), NOW, place)),
            expected,
            "{text}"
        );
    }
}

#[test]
fn the_rights_of_a_policy_are_told() {
    let rights = |policy: &str| {
        of(&format!(
            "HostName=H;SharedAccessKeyName={policy};SharedAccessKey=K"
        ))
        .rights
    };
    assert_eq!(rights("iothubowner").len(), 4);
    assert_eq!(
        rights("registryReadWrite"),
        ["RegistryRead", "RegistryWrite"]
    );
    assert_eq!(rights("mine"), [""; 0]);
}

#[test]
fn no_key_is_shown_wherever_it_stands() {
    let places = [
        "HostName=H;DeviceId=d1;SharedAccessKey=K",
        "HostName=K;DeviceId=d1",
        "DeviceId=K",
        "Unknown=K",
        "x509=K",
        "SharedAccessSignature=K",
        "K",
        "K=1",
        "HostName=H;SharedAccessKeyName=K;SharedAccessKey=K",
        "EntityPath=K",
        "SharedAccessSignature=SharedAccessSignature sr=h&sig=K&se=1",
    ];
    for text in places {
        let text = text.replace('K', KEY);
        let text = if text.starts_with(KEY) {
            text
        } else {
            filled(&text)
        };
        for place in [
            Place::Anywhere,
            Place::Device {
                host_name: HOST,
                device_id: Some("d"),
            },
        ] {
            let shown = format!("{:?}", diagnose(&text, NOW, place));
            assert!(!shown.contains(&KEY[..20]), "{text}: {shown}");
        }
    }
}

#[test]
fn each_finding_has_its_words() {
    let words = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../www/texts/en/doctor.ftl"),
    )
    .unwrap();
    let source = include_str!("../doctor.rs");
    let found = source
        .split("find(\"")
        .chain(source.split("find(\n"))
        .skip(1);
    let ids: Vec<_> = found
        .filter_map(|rest| rest.split_once('"').map(|(id, _)| id))
        .filter(|id| {
            !id.is_empty()
                && id
                    .bytes()
                    .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-')
        })
        .collect();
    assert!(ids.len() > 25, "{ids:?}");
    for id in ids.into_iter().chain(["wrong-kind"]) {
        assert!(
            words
                .lines()
                .any(|line| line.starts_with(&format!("doctor-{id} = "))),
            "doctor-{id} has no words"
        );
    }
}
