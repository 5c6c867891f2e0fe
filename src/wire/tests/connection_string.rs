//! Connection strings: what is accepted, what is refused and in which words.

use std::fmt::Debug;
use std::str::FromStr;

use expect_test::expect;
use proptest::prelude::*;
use wire::connection_string::{
    ConnectionString, ConnectionStringError, DeviceConnectionString, DeviceCredential,
    EventHubsConnectionString, EventHubsCredential, Kind, Problem, ServiceConnectionString,
};
use wire::sas::{SasToken, SharedAccessKey};

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const HOST: &str = "contoso.azure-devices.net";
const SERVICE: &str = "HostName=contoso.azure-devices.net;SharedAccessKeyName=iothubowner;\
    SharedAccessKey=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const DEVICE: &str = "HostName=contoso.azure-devices.net;DeviceId=dev1;\
    SharedAccessKey=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const DEVICE_WITH_TOKEN: &str = "HostName=contoso.azure-devices.net;DeviceId=dev1;\
    SharedAccessSignature=SharedAccessSignature sr=contoso.azure-devices.net%2Fdevices%2Fdev1\
    &sig=ofAU39cJgKCxpGaufFNufVn6ehH3JsFlOEgN%2BMSvQZM%3D&se=1893456000";
const DEVICE_WITH_CERTIFICATE: &str = "HostName=contoso.azure-devices.net;DeviceId=dev1;x509=true";
const MODULE: &str = "HostName=contoso.azure-devices.net;DeviceId=dev1;ModuleId=m;\
    SharedAccessKey=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=;GatewayHostName=edge.local";
const EVENT_HUBS: &str = "Endpoint=sb://namespace.servicebus.windows.net/;\
    SharedAccessKeyName=service;SharedAccessKey=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=;\
    EntityPath=iothub-ehub-contoso";

fn parse(text: &str) -> ConnectionString {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn key() -> SharedAccessKey {
    SharedAccessKey::from_base64(KEY).unwrap()
}

fn service() -> ServiceConnectionString {
    ServiceConnectionString {
        host_name: HOST.to_owned(),
        policy: "iothubowner".to_owned(),
        key: key(),
    }
}

fn device() -> DeviceConnectionString {
    DeviceConnectionString {
        host_name: HOST.to_owned(),
        device_id: "dev1".to_owned(),
        module_id: None,
        credential: DeviceCredential::SharedAccessKey(key()),
        gateway_host_name: None,
    }
}

fn event_hubs() -> EventHubsConnectionString {
    EventHubsConnectionString {
        host_name: "namespace.servicebus.windows.net".to_owned(),
        policy: Some("service".to_owned()),
        credential: EventHubsCredential::SharedAccessKey(key()),
        entity_path: Some("iothub-ehub-contoso".to_owned()),
        use_development_emulator: false,
    }
}

#[test]
fn reads_and_writes_every_kind() {
    let check = |text: &str, kind: Kind, expected: ConnectionString| {
        assert_eq!(parse(text), expected);
        assert_eq!(expected.kind(), kind);
        assert_eq!(expected.to_text().expose(), text);
    };
    let device_with = |credential| {
        let device = device();
        ConnectionString::Device(DeviceConnectionString {
            credential,
            ..device
        })
    };
    check(SERVICE, Kind::Service, ConnectionString::Service(service()));
    check(DEVICE, Kind::Device, ConnectionString::Device(device()));
    check(
        DEVICE_WITH_TOKEN,
        Kind::Device,
        device_with(DeviceCredential::SharedAccessSignature(SasToken::sign(
            "contoso.azure-devices.net/devices/dev1",
            &key(),
            1_893_456_000,
            None,
        ))),
    );
    check(
        DEVICE_WITH_CERTIFICATE,
        Kind::Device,
        device_with(DeviceCredential::X509),
    );
    let module = DeviceConnectionString {
        module_id: Some("m".to_owned()),
        gateway_host_name: Some("edge.local".to_owned()),
        ..device()
    };
    check(MODULE, Kind::Module, ConnectionString::Device(module));
    check(
        EVENT_HUBS,
        Kind::EventHubs,
        ConnectionString::EventHubs(event_hubs()),
    );
}

#[test]
fn forgives_what_pasting_does() {
    let check = |text: &str, expected: &str| assert_eq!(parse(text), parse(expected), "{text}");
    check(&format!("{DEVICE};"), DEVICE);
    check(&format!(" \n{DEVICE};\r\n"), DEVICE);
    check(&format!("\u{feff}{DEVICE}"), DEVICE);
    check(&format!("\"{DEVICE}\""), DEVICE);
    check(&format!(" '{DEVICE};' "), DEVICE);
    check(
        &DEVICE.to_lowercase().replace(&KEY.to_lowercase(), KEY),
        DEVICE,
    );
    check(
        &DEVICE
            .replace(';', " ;\n ")
            .replace("Id=", "Id = ")
            .replace("Key=", "Key =\t"),
        DEVICE,
    );
    check(&DEVICE.replace(';', ";;"), DEVICE);
    check(&DEVICE.replace("AAEC", "AAEC\n"), DEVICE);
    check(
        &DEVICE_WITH_CERTIFICATE.replace("x509=true", "X509=True"),
        DEVICE_WITH_CERTIFICATE,
    );
    let backwards: Vec<&str> = SERVICE.split(';').rev().collect();
    check(&backwards.join(";"), SERVICE);
    check(&EVENT_HUBS.replace("net/", "net"), EVENT_HUBS);
    check(&EVENT_HUBS.replace("sb://", "amqps://"), EVENT_HUBS);
    check(&EVENT_HUBS.replace("sb://", ""), EVENT_HUBS);
    check(&EVENT_HUBS.replace("Endpoint", "HostName"), EVENT_HUBS);
    check(
        &format!("{EVENT_HUBS};UseDevelopmentEmulator=false"),
        EVENT_HUBS,
    );
}

#[test]
fn reads_the_rarer_parts() {
    let emulator = format!("{EVENT_HUBS};UseDevelopmentEmulator=true")
        .replace("namespace.servicebus.windows.net", "localhost:5672");
    assert_eq!(parse(&emulator).to_text().expose(), &emulator);
    assert_eq!(parse(&emulator).host_name(), "localhost:5672");
    let whole_namespace = EVENT_HUBS.replace(";EntityPath=iothub-ehub-contoso", "");
    assert_eq!(parse(&whole_namespace).to_text().expose(), &whole_namespace);
    let token = DEVICE_WITH_TOKEN
        .split_once("SharedAccessSignature=")
        .unwrap()
        .1;
    let with_token = format!("Endpoint=sb://localhost/;SharedAccessSignature={token};EntityPath=e");
    assert_eq!(parse(&with_token).to_text().expose(), &with_token);
}

/// What is said about each of these texts, a line each.
fn errors<T: FromStr<Err = ConnectionStringError> + Debug>(texts: &[String]) -> String {
    let error = |text: &String| format!("{}\n", text.parse::<T>().unwrap_err());
    texts.iter().map(error).collect()
}

fn without(text: &str, name: &str) -> String {
    let name = format!("{name}=");
    let parts = text.split(';').filter(|part| !part.starts_with(&name));
    parts.collect::<Vec<_>>().join(";")
}

#[test]
fn says_what_is_no_connection_string() {
    let texts = [
        String::new(),
        " ;\n; ".to_owned(),
        "HostName=".repeat(1000),
        KEY.trim_end_matches('=').to_owned(),
        KEY.to_owned(),
        format!("{DEVICE};secret"),
        "Server=db;Password=p4ss".to_owned(),
        format!("HostName={HOST}"),
        format!("HostName={HOST};SharedAccessKey={KEY}"),
    ];
    expect![[r"
        the connection string is empty. Paste the connection string that the portal or the registry shows.
        the connection string is empty. Paste the connection string that the portal or the registry shows.
        the connection string is longer than 8192 bytes. Paste one connection string and nothing else.
        piece 1 of the connection string has no =. Copy the whole connection string again: its parts look like Name=value and are joined by semicolons.
        piece 1 of the connection string has a name that is not known. Check that the connection string is one of IoT Hub, and correct or remove this part.
        piece 4 of the connection string has no =. Copy the whole connection string again: its parts look like Name=value and are joined by semicolons.
        no connection string has a part named Server. Check that the connection string is one of IoT Hub, and correct or remove this part.
        the connection string has neither DeviceId, which makes it one of a device, nor SharedAccessKeyName, which makes it one of a service program. Add DeviceId for a device, or SharedAccessKeyName for a service program.
        the connection string has neither DeviceId, which makes it one of a device, nor SharedAccessKeyName, which makes it one of a service program. Add DeviceId for a device, or SharedAccessKeyName for a service program.
    "]].assert_eq(&errors::<ConnectionString>(&texts));
}

#[test]
fn says_which_part_cannot_stay() {
    let texts = [
        format!("{DEVICE};DeviceId=dev2"),
        format!("{DEVICE}\n{DEVICE}"),
        "HostName=;DeviceId=dev1".to_owned(),
        format!("{DEVICE};SharedAccessKeyName=iothubowner"),
        format!("{SERVICE};ModuleId=m"),
        format!("{DEVICE};EntityPath=e"),
        format!("{EVENT_HUBS};HostName={HOST}"),
        SERVICE.replace("SharedAccessKey=", "SharedAccessSignature="),
        format!("{DEVICE};x509=true"),
        format!("{DEVICE_WITH_TOKEN};SharedAccessKey={KEY}"),
    ];
    expect![[r"
        the connection string has DeviceId more than once. Keep one of them, and paste one connection string only.
        the connection string has DeviceId more than once. Keep one of them, and paste one connection string only.
        HostName has no value. Copy the whole connection string again, with its values.
        SharedAccessKeyName does not belong in a device connection string. Remove SharedAccessKeyName and use the device's own key; or, for a service program, remove DeviceId.
        SharedAccessKeyName does not belong in a module connection string. Remove SharedAccessKeyName and use the module's own key; or, for a service program, remove DeviceId and ModuleId.
        DeviceId does not belong in an Event Hubs-compatible connection string. Remove the part, or paste a connection string of the kind it belongs to.
        HostName does not belong in an Event Hubs-compatible connection string. Remove the part, or paste a connection string of the kind it belongs to.
        SharedAccessSignature does not belong in a service connection string. A service program signs its own tokens: give it SharedAccessKey.
        x509 comes beside another credential, and a device connection string has one. Keep one of SharedAccessKey, SharedAccessSignature and x509.
        SharedAccessSignature comes beside another credential, and a device connection string has one. Keep one of SharedAccessKey, SharedAccessSignature and x509.
    "]].assert_eq(&errors::<ConnectionString>(&texts));
}

#[test]
fn says_which_part_is_missing() {
    let texts = [
        without(DEVICE, "HostName"),
        without(DEVICE, "SharedAccessKey"),
        without(MODULE, "DeviceId"),
        without(DEVICE_WITH_CERTIFICATE, "DeviceId"),
        without(SERVICE, "HostName"),
        without(SERVICE, "SharedAccessKey"),
        without(EVENT_HUBS, "Endpoint"),
        without(EVENT_HUBS, "SharedAccessKeyName"),
    ];
    expect![[r"
        a device connection string needs HostName, and it is not there. Add HostName, such as HostName=contoso.azure-devices.net.
        a device connection string needs SharedAccessKey, and it is not there. Add SharedAccessKey, a ready-made SharedAccessSignature, or x509=true.
        a module connection string needs DeviceId, and it is not there. Add DeviceId with the id that the device is registered with.
        a device connection string needs DeviceId, and it is not there. Add DeviceId with the id that the device is registered with.
        a service connection string needs HostName, and it is not there. Add HostName, such as HostName=contoso.azure-devices.net.
        a service connection string needs SharedAccessKey, and it is not there. Add SharedAccessKey with the key of the policy.
        an Event Hubs-compatible connection string needs Endpoint, and it is not there. Add Endpoint, such as Endpoint=sb://namespace.servicebus.windows.net/.
        an Event Hubs-compatible connection string needs SharedAccessKeyName, and it is not there. Add SharedAccessKeyName with the name of a shared access policy, such as iothubowner.
    "]].assert_eq(&errors::<ConnectionString>(&texts));
}

#[test]
fn says_which_value_means_nothing() {
    let texts = [
        SERVICE.replace("contoso", "{your hub}"),
        DEVICE.replace(KEY, "<key>"),
        DEVICE.replace("contoso", "https://contoso"),
        DEVICE.replace(".net", ".net/devices"),
        DEVICE.replace("dev1", "my device"),
        MODULE.replace("ModuleId=m", "ModuleId=m/n"),
        DEVICE.replace("8=", "8"),
        DEVICE.replace(KEY, "c2hvcnQ="),
        DEVICE_WITH_TOKEN.replace("&se=", "&e="),
        DEVICE_WITH_CERTIFICATE.replace("true", "false"),
        DEVICE_WITH_CERTIFICATE.replace("true", "yes"),
        format!("{EVENT_HUBS};UseDevelopmentEmulator=1"),
    ];
    expect![[r"
        HostName holds a placeholder, something in braces or angle brackets. Put the real value in the place of the placeholder.
        SharedAccessKey holds a placeholder, something in braces or angle brackets. Put the real value in the place of the placeholder.
        HostName is not the name of a host. Write the bare name, such as contoso.azure-devices.net, without https:// and without a path.
        HostName is not the name of a host. Write the bare name, such as contoso.azure-devices.net, without https:// and without a path.
        DeviceId is not an id that can be registered. Use the id the device or module is registered with: 1 to 128 ASCII letters, digits and - . + % _ # * ? ! ( ) , : = @ $ '
        ModuleId is not an id that can be registered. Use the id the device or module is registered with: 1 to 128 ASCII letters, digits and - . + % _ # * ? ! ( ) , : = @ $ '
        SharedAccessKey is not a key: a shared access key is base64 with its padding, and this text is not. Copy the key again, to its very end: the = there belong to it.
        SharedAccessKey is not a key: a shared access key has 16 to 64 bytes, and this one has 5. Copy the key again, to its very end: the = there belong to it.
        SharedAccessSignature is not a token: field 3 of the SAS token is none of sr, sig, se and skn. Copy the token again, or have a new one made.
        x509 has a value that it cannot have. Write x509=true for a device with a certificate, and leave x509 out for any other.
        x509 has a value that it cannot have. Write x509=true for a device with a certificate, and leave x509 out for any other.
        UseDevelopmentEmulator has a value that it cannot have. Write true or false.
    "]].assert_eq(&errors::<ConnectionString>(&texts));
}

#[test]
fn names_a_mix_up_of_kinds() {
    let all = [SERVICE, DEVICE, MODULE, EVENT_HUBS].map(str::to_owned);
    let [service, device, module, event_hubs] = all;
    let for_service = [device.clone(), module, event_hubs.clone()];
    expect![[r"
        this is a device connection string, and a service connection string belongs here. Paste it where a device asks for its own, and paste here the one of a shared access policy, which has SharedAccessKeyName.
        this is a module connection string, and a service connection string belongs here. Paste it where a device asks for its own, and paste here the one of a shared access policy, which has SharedAccessKeyName.
        this is an Event Hubs-compatible connection string, and a service connection string belongs here. Paste it where a reader of telemetry asks for its own, and paste here the one of a shared access policy, which has HostName and SharedAccessKeyName.
    "]].assert_eq(&errors::<ServiceConnectionString>(&for_service));
    let for_device = [service.clone(), event_hubs];
    expect![[r"
        this is a service connection string, and a device connection string belongs here. Paste it where a service program asks for its own, and paste here the device's, which has DeviceId.
        this is an Event Hubs-compatible connection string, and a device connection string belongs here. Paste it where a reader of telemetry asks for its own, and paste here the device's, which has DeviceId.
    "]].assert_eq(&errors::<DeviceConnectionString>(&for_device));
    let for_event_hubs = [service, device];
    expect![[r"
        this is a service connection string, and an Event Hubs-compatible connection string belongs here. Paste here the one of the hub's built-in endpoint, which starts with Endpoint=sb://.
        this is a device connection string, and an Event Hubs-compatible connection string belongs here. Paste here the one of the hub's built-in endpoint, which starts with Endpoint=sb://.
    "]].assert_eq(&errors::<EventHubsConnectionString>(&for_event_hubs));
}

#[test]
fn each_kind_reads_its_own() {
    assert_eq!(SERVICE.parse(), Ok(service()));
    assert_eq!(DEVICE.parse(), Ok(device()));
    assert_eq!(EVENT_HUBS.parse(), Ok(event_hubs()));
}

#[test]
fn names_the_kind_and_the_part() {
    let check = |text: &str, kind, part: Option<&str>, problem| {
        let error = text.parse::<ConnectionString>().unwrap_err();
        assert_eq!((error.kind, error.part.as_deref()), (kind, part), "{text}");
        assert_eq!(error.problem, problem);
    };
    let position = 2;
    check("a=b", None, Some("a"), Problem::UnknownPart { position: 1 });
    check(
        "DeviceId=d;AccountKey=k",
        None,
        Some("AccountKey"),
        Problem::UnknownPart { position },
    );
    let key_as_name = format!("DeviceId=d;{KEY}=");
    check(&key_as_name, None, None, Problem::UnknownPart { position });
    check(
        "deviceid=d",
        Some(Kind::Device),
        Some("HostName"),
        Problem::MissingPart,
    );
}

#[test]
fn shows_no_secret() {
    for text in [SERVICE, DEVICE, DEVICE_WITH_TOKEN, MODULE, EVENT_HUBS] {
        let shown = format!("{:?}", parse(text));
        assert!(shown.contains("[redacted]"), "{shown}");
        assert!(
            !shown.contains("AAEC") && !shown.contains("ofAU"),
            "{shown}"
        );
    }
}

fn keys() -> impl Strategy<Value = SharedAccessKey> {
    prop::collection::vec(any::<u8>(), 16..=64)
        .prop_map(|bytes| SharedAccessKey::from_bytes(bytes).unwrap())
}

fn tokens() -> impl Strategy<Value = SasToken> {
    let policy = prop::option::of("[a-zA-Z]{1,20}");
    ("\\PC{1,60}", keys(), any::<u64>(), policy).prop_map(|(resource, key, expires, policy)| {
        SasToken::sign(&resource, &key, expires, policy.as_deref())
    })
}

fn connection_strings() -> impl Strategy<Value = ConnectionString> {
    let host = || "[a-z][a-z0-9-]{0,20}(\\.[a-z0-9]{1,10}){0,3}(:[1-9][0-9]{0,3})?";
    let id = || "[A-Za-z0-9.+%_#*?!(),:=@$'-]{1,128}";
    let name = || "[A-Za-z0-9_-]{1,30}";
    let credential = prop_oneof![
        keys().prop_map(DeviceCredential::SharedAccessKey),
        tokens().prop_map(DeviceCredential::SharedAccessSignature),
        Just(DeviceCredential::X509),
    ];
    let proof = prop_oneof![
        keys().prop_map(EventHubsCredential::SharedAccessKey),
        tokens().prop_map(EventHubsCredential::SharedAccessSignature),
    ];
    prop_oneof![
        (host(), name(), keys()).prop_map(|(host_name, policy, key)| {
            ConnectionString::Service(ServiceConnectionString {
                host_name,
                policy,
                key,
            })
        }),
        (
            host(),
            id(),
            prop::option::of(id()),
            credential,
            prop::option::of(host())
        )
            .prop_map(
                |(host_name, device_id, module_id, credential, gateway_host_name)| {
                    ConnectionString::Device(DeviceConnectionString {
                        host_name,
                        device_id,
                        module_id,
                        credential,
                        gateway_host_name,
                    })
                }
            ),
        (
            host(),
            name(),
            proof,
            prop::option::of(name()),
            any::<bool>()
        )
            .prop_map(
                |(host_name, policy, credential, entity_path, use_development_emulator)| {
                    ConnectionString::EventHubs(EventHubsConnectionString {
                        host_name,
                        policy: Some(policy),
                        credential,
                        entity_path,
                        use_development_emulator,
                    })
                }
            ),
    ]
}

proptest! {
    #[test]
    fn what_is_written_reads_the_same(connection_string in connection_strings()) {
        let text = connection_string.to_text();
        prop_assert_eq!(text.expose().parse(), Ok(connection_string));
    }

    #[test]
    fn never_panics(text in "\\PC*", parts in "((HostName|DeviceId|x509|Endpoint|SharedAccessKey|SharedAccessSignature|[a-z]{1,3})[= ]{0,2}[A-Za-z0-9:/{}<>\"]{0,30}[; \n]?){0,6}") {
        for text in [text, parts] {
            if let Err(error) = text.parse::<ConnectionString>() {
                prop_assert!(!error.remedy().is_empty());
            }
        }
    }
}
