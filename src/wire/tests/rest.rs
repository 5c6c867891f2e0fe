//! The REST interface: ids, identities, and requests as text.

use expect_test::expect;
use http::header::{AUTHORIZATION, HeaderValue};
use http::{Request, Response};
use proptest::prelude::*;
use serde_json::{Value, json};
use wire::error::ErrorCode;
use wire::rest::{
    API_VERSION, API_VERSIONS, AuthenticationType, ConnectionState, DeviceIdentity,
    DeviceIdentityUpdate, DeviceStatus, ImportMode, KeyText, Keys, ModuleIdentity,
    ModuleIdentityUpdate, SymmetricKey, decode_id, encode_id, is_valid_device_id, mask_keys,
    to_http_text_request, to_http_text_response,
};
use wire::sas::{SasToken, SharedAccessKey};
use wire::timestamp::Timestamp;

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn key() -> SharedAccessKey {
    SharedAccessKey::from_base64(KEY).unwrap()
}

#[test]
fn sends_a_version_the_hub_accepts() {
    assert!(API_VERSIONS.contains(&API_VERSION));
}

#[test]
fn knows_valid_ids() {
    let check = |id: &str, expected| assert_eq!(is_valid_device_id(id), expected, "{id}");
    check("dev1", true);
    check("A-b.c+d%e_f#g*h?i!j(k)l,m:n=o@p$q'r", true);
    check(&"d".repeat(128), true);
    check(&"d".repeat(129), false);
    check("", false);
    for c in " /\\\"<>&;^`{|}~\u{0}\té".chars() {
        check(&format!("dev{c}"), false);
    }
}

#[test]
fn encodes_and_decodes_ids() {
    let check = |id: &str, encoded: &str| {
        assert_eq!(encode_id(id), encoded);
        assert_eq!(decode_id(encoded).as_deref(), Some(id));
    };
    check("dev1", "dev1");
    check("dev#1?%", "dev%231%3F%25");
    check("a.b-c_d~", "a.b-c_d~");
    check("$edgeAgent", "%24edgeAgent");
    assert_eq!(decode_id("$edge:Agent").as_deref(), Some("$edge:Agent"));
    for wrong in ["%", "a%2", "a%zz", "a%%20", "%ff", "%2é"] {
        assert_eq!(decode_id(wrong), None, "{wrong}");
    }
}

#[test]
fn writes_every_field_of_an_identity() {
    expect![[r#"
        {
          "deviceId": "",
          "generationId": "",
          "etag": "",
          "connectionState": "Disconnected",
          "status": "enabled",
          "statusReason": null,
          "connectionStateUpdatedTime": "0001-01-01T00:00:00Z",
          "statusUpdatedTime": "0001-01-01T00:00:00Z",
          "lastActivityTime": "0001-01-01T00:00:00Z",
          "cloudToDeviceMessageCount": 0,
          "authentication": {
            "symmetricKey": {
              "primaryKey": null,
              "secondaryKey": null
            },
            "x509Thumbprint": {
              "primaryThumbprint": null,
              "secondaryThumbprint": null
            },
            "type": "sas"
          },
          "capabilities": {
            "iotEdge": false
          },
          "deviceScope": "",
          "parentScopes": []
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&DeviceIdentity::default()).unwrap());
    let mut identity = DeviceIdentity {
        device_id: "dev1".to_owned(),
        generation_id: "638123456789012345".to_owned(),
        etag: "ODAxMjMyNDI2".to_owned(),
        connection_state: ConnectionState::Connected,
        status: DeviceStatus::Disabled,
        status_reason: Some("lost".to_owned()),
        last_activity_time: Timestamp::from_millis(1_785_578_400_123),
        ..DeviceIdentity::default()
    };
    identity.authentication.symmetric_key = SymmetricKey::new(&key(), &key());
    identity.authentication.kind = AuthenticationType::SelfSigned;
    let json = serde_json::to_string(&identity).unwrap();
    expect![[r#"{"deviceId":"dev1","generationId":"638123456789012345","etag":"ODAxMjMyNDI2","connectionState":"Connected","status":"disabled","statusReason":"lost","connectionStateUpdatedTime":"0001-01-01T00:00:00Z","statusUpdatedTime":"0001-01-01T00:00:00Z","lastActivityTime":"2026-08-01T10:00:00.1230000Z","cloudToDeviceMessageCount":0,"authentication":{"symmetricKey":{"primaryKey":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=","secondaryKey":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="},"x509Thumbprint":{"primaryThumbprint":null,"secondaryThumbprint":null},"type":"selfSigned"},"capabilities":{"iotEdge":false},"deviceScope":"","parentScopes":[]}"#]].assert_eq(&json);
    assert_eq!(
        serde_json::from_str::<DeviceIdentity>(&json).unwrap(),
        identity
    );
}

#[test]
fn reads_an_identity_with_gaps() {
    let identity = json!({
        "deviceId": "dev1",
        "lastActivityTime": "0001-01-01T00:00:00",
        "statusUpdatedTime": null,
        "authentication": { "symmetricKey": null, "type": "certificateAuthority" },
        "capabilities": null,
        "deviceScope": null,
        "parentScopes": null,
        "somethingNew": 1,
    });
    let identity: DeviceIdentity = serde_json::from_value(identity).unwrap();
    assert_eq!(identity.device_id, "dev1");
    assert_eq!(identity.last_activity_time, Timestamp::NEVER);
    assert_eq!(
        identity.authentication.kind,
        AuthenticationType::CertificateAuthority
    );
    assert_eq!(
        identity.authentication.symmetric_key,
        SymmetricKey::default()
    );
}

#[test]
fn shows_no_key_of_an_identity() {
    let keys = SymmetricKey::new(&key(), &key());
    expect!["SymmetricKey { primary_key: Some(KeyText([redacted])), secondary_key: Some(KeyText([redacted])) }"].assert_eq(&format!("{keys:?}"));
}

fn validate(body: &Value) -> Result<Keys, String> {
    let update = DeviceIdentityUpdate::parse(body.to_string().as_bytes()).unwrap();
    update.validate("dev1").map_err(|error| {
        assert_eq!(error.code, ErrorCode::ArgumentInvalid);
        error.message
    })
}

fn with_keys(primary: &Value, secondary: &Value) -> Value {
    let keys = json!({ "primaryKey": primary, "secondaryKey": secondary });
    json!({ "deviceId": "dev1", "authentication": { "symmetricKey": keys } })
}

#[test]
fn accepts_requests_for_identities() {
    let check = |body: Value, expected| assert_eq!(validate(&body), Ok(expected), "{body}");
    check(json!({ "deviceId": "dev1" }), Keys::Generate);
    check(
        json!({ "deviceId": "dev1", "authentication": null }),
        Keys::Generate,
    );
    check(
        json!({ "deviceId": "dev1", "authentication": {} }),
        Keys::Generate,
    );
    check(with_keys(&json!(""), &json!("")), Keys::Generate);
    check(with_keys(&json!(null), &json!("")), Keys::Generate);
    let (primary, secondary) = (key(), SharedAccessKey::from_bytes(vec![1; 16]).unwrap());
    let text = secondary.to_base64();
    check(
        with_keys(&json!(KEY), &json!(text.expose())),
        Keys::Given { primary, secondary },
    );
    let thumbprints =
        json!({ "primaryThumbprint": "Ab".repeat(20), "secondaryThumbprint": "0".repeat(64) });
    let authentication = json!({ "type": "selfSigned", "x509Thumbprint": thumbprints });
    check(
        json!({ "deviceId": "dev1", "authentication": authentication }),
        Keys::None,
    );
    // Programs send back the whole identity they read.
    let identity = DeviceIdentity {
        device_id: "dev1".to_owned(),
        ..DeviceIdentity::default()
    };
    check(serde_json::to_value(identity).unwrap(), Keys::Generate);
}

#[test]
fn refuses_requests_for_keys_and_certificates_at_once() {
    let keys = with_keys(&json!(KEY), &json!(KEY))["authentication"]["symmetricKey"].clone();
    let cases = [
        ("selfSigned", json!(null)),
        ("selfSigned", keys.clone()),
        ("certificateAuthority", keys),
    ];
    let error = |(kind, keys): &(&str, Value)| {
        let authentication = json!({ "type": kind, "symmetricKey": keys });
        let body = json!({ "deviceId": "dev1", "authentication": authentication });
        format!("{}\n", validate(&body).unwrap_err())
    };
    let errors: String = cases.iter().map(error).collect();
    expect![[r"
        authentication.type selfSigned needs x509Thumbprint with a primaryThumbprint.
        symmetricKey is for authentication.type sas only. Send null for both keys.
        symmetricKey is for authentication.type sas only. Send null for both keys.
    "]]
    .assert_eq(&errors);
}

#[test]
fn checks_requests_for_modules() {
    let validate = |body: Value| {
        let update: ModuleIdentityUpdate = serde_json::from_value(body).unwrap();
        update.validate("dev1", "m").map_err(|error| error.message)
    };
    let accepted = [
        json!({ "moduleId": "m" }),
        json!({ "moduleId": "m", "deviceId": "dev1", "managedBy": null, "authentication": null }),
        json!({ "moduleId": "m", "authentication": { "type": "none" } }),
        serde_json::to_value(ModuleIdentity {
            module_id: "m".to_owned(),
            device_id: "dev1".to_owned(),
            ..ModuleIdentity::default()
        })
        .unwrap(),
    ];
    for body in accepted {
        assert_eq!(validate(body.clone()), Ok(Keys::Generate), "{body}");
    }
    for body in [
        json!({}),
        json!({ "moduleId": "M" }),
        json!({ "moduleId": "m", "deviceId": "dev2" }),
    ] {
        assert!(validate(body.clone()).is_err(), "{body}");
    }
    let update = ModuleIdentityUpdate::default();
    for id in ["", "$edgeAgent", "a b"] {
        let error = update.validate("dev1", id).unwrap_err();
        assert_eq!(error.code, ErrorCode::ArgumentInvalid, "{id}");
    }
}

#[test]
fn names_import_modes_as_bodies_do() {
    for name in [
        "create",
        "update",
        "updateIfMatchETag",
        "delete",
        "deleteIfMatchETag",
        "updateTwin",
        "updateTwinIfMatchETag",
    ] {
        let mode: ImportMode = serde_json::from_value(json!(name)).unwrap();
        assert_eq!(mode.name(), name);
        assert_eq!(serde_json::to_value(mode).unwrap(), name);
        // The SDK for Node.js begins some of them with a capital.
        let (first, rest) = name.split_at(1);
        let capital = json!(first.to_uppercase() + rest);
        assert_eq!(serde_json::from_value::<ImportMode>(capital).unwrap(), mode);
    }
    assert!(serde_json::from_value::<ImportMode>(json!("replace")).is_err());
}

#[test]
fn refuses_requests_for_identities() {
    let authentication = json!({ "x509Thumbprint": { "secondaryThumbprint": "ab:cd" } });
    let bodies = [
        json!({}),
        json!({ "deviceId": "DEV1" }),
        json!({ "deviceId": "dev1", "statusReason": "é".repeat(129) }),
        json!({ "deviceId": "dev1", "authentication": { "type": "none" } }),
        with_keys(&json!(KEY), &json!(null)),
        with_keys(&json!(""), &json!(KEY)),
        with_keys(&json!("c2hvcnQ="), &json!(KEY)),
        with_keys(&json!(KEY), &json!("top secret")),
        json!({ "deviceId": "dev1", "authentication": authentication }),
    ];
    let error = |body| format!("{}\n", validate(body).unwrap_err());
    let errors: String = bodies.iter().map(error).collect();
    expect![[r"
        deviceId in the body must be there and be the same as the id in the path.
        deviceId in the body must be there and be the same as the id in the path.
        statusReason has at most 128 characters.
        authentication.type of a device cannot be none.
        Either no keys or both keys can be set. Send both primaryKey and secondaryKey, or neither of them to have the hub make two.
        Either no keys or both keys can be set. Send both primaryKey and secondaryKey, or neither of them to have the hub make two.
        Invalid device key length: primaryKey has 5 bytes, and a key has 16 to 64.
        Invalid device key: secondaryKey is not base64.
        StringIsNotThumbprint: secondaryThumbprint must be 40 or 64 hexadecimal digits without separators.
    "]].assert_eq(&errors);
    let update = DeviceIdentityUpdate {
        device_id: Some("a b".to_owned()),
        ..Default::default()
    };
    expect!["A device id has 1 to 128 characters: ASCII letters, digits and - . + % _ # * ? ! ( ) , : = @ $ '"].assert_eq(&update.validate("a b").unwrap_err().message);
}

#[test]
fn refuses_what_is_no_identity() {
    let error = |body: &str| {
        let error = DeviceIdentityUpdate::parse(body.as_bytes()).unwrap_err();
        assert_eq!(error.code, ErrorCode::DeserializationError);
        format!("{}\n", error.message)
    };
    let bodies = ["", "{\"deviceId\":", "[]", "{\n \"status\": \"secret\"}"];
    expect![[r"
        The body must be a device identity, a JSON object.
        The body must be a device identity, a JSON object: see line 1, column 12.
        The body must be a device identity, a JSON object.
        The body must be a device identity, a JSON object: see line 2, column 19.
    "]]
    .assert_eq(&bodies.map(error).concat());
}

#[test]
fn an_update_of_an_identity_leaves_it_as_it_is() {
    let mut identity = DeviceIdentity {
        device_id: "dev1".to_owned(),
        ..DeviceIdentity::default()
    };
    identity.authentication.symmetric_key = SymmetricKey::new(&key(), &key());
    let update = DeviceIdentityUpdate::from(&identity);
    assert!(matches!(update.validate("dev1"), Ok(Keys::Given { .. })));
    assert_eq!(update.status, Some(DeviceStatus::Enabled));
    let key_text = KeyText::from(&key());
    assert_eq!(
        update.authentication.unwrap().symmetric_key.primary_key,
        Some(key_text)
    );
}

#[test]
fn masks_keys() {
    let check = |text: &str, expected: &str| {
        assert_eq!(mask_keys(text), expected);
        assert_eq!(expected.len(), text.len());
    };
    check("", "");
    check(r#"{"primary":"abc"}"#, r#"{"primary":"abc"}"#);
    check(
        r#"{"primaryKey":"abc","secondaryKey":"d"}"#,
        r#"{"primaryKey":"***","secondaryKey":"*"}"#,
    );
    check(
        r#"{"primaryKey":null,"secondaryKey":""}"#,
        r#"{"primaryKey":null,"secondaryKey":""}"#,
    );
    check(r#"{"x":"primaryKey"}"#, r#"{"x":"primaryKey"}"#);
    // Odd spacing and case.
    check(
        "{ \"primaryKey\"\t:\r\n  \"abc\" }",
        "{ \"primaryKey\"\t:\r\n  \"***\" }",
    );
    check(r#"{"PRIMARYKEY":"abc"}"#, r#"{"PRIMARYKEY":"***"}"#);
    // Escapes in the name and in the value.
    check(
        r#"{"primar\u0079\u004Bey":"abc"}"#,
        r#"{"primar\u0079\u004Bey":"***"}"#,
    );
    check(
        r#"{"\u0070rimaryKey":"abc"}"#,
        r#"{"\u0070rimaryKey":"***"}"#,
    );
    check(
        r#"{"primaryKey":"a\"b\\","z":"c"}"#,
        r#"{"primaryKey":"******","z":"c"}"#,
    );
    check(r#"{"primaryKey":"é/+="}"#, r#"{"primaryKey":"*****"}"#);
    // JSON inside of JSON.
    check(
        r#"{"m":"{\"primaryKey\":\"abc\",\"z\":1}"}"#,
        r#"{"m":"{\"primaryKey\":\"***\",\"z\":1}"}"#,
    );
    check(
        r#""{\"primaryKey\":\"a\\\"b\"}""#,
        r#""{\"primaryKey\":\"******\"}""#,
    );
    check(
        r#""\"{\\\"primaryKey\\\":\\\"abc\\\"}\"""#,
        r#""\"{\\\"primaryKey\\\":\\\"***\\\"}\"""#,
    );
    // Not quite JSON.
    check(r#"{"primaryKey":"abc"#, r#"{"primaryKey":"***"#);
    check(
        r#"{"a:1,"primaryKey":"abc"}"#,
        r#"{"a:1,"primaryKey":"***"}"#,
    );
    check(
        "{primaryKey: abc, secondaryKey:d}",
        "{primaryKey: ***, secondaryKey:*}",
    );
    check("{'primaryKey': 'abc'}", "{'primaryKey': '***'}");
    check(r#"{"primaryKey":123}"#, r#"{"primaryKey":***}"#);
    check(r#"primaryprimaryKey":"abc""#, r#"primaryprimaryKey":"***""#);
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
}

#[test]
fn writes_a_request_without_its_secrets() {
    let token = SasToken::sign(
        "contoso.azure-devices.net",
        &key(),
        1_893_456_000,
        Some("service"),
    );
    let request = Request::put("/devices/dev1?api-version=2021-04-12")
        .header("Host", "contoso.azure-devices.net")
        .header("Authorization", token.to_text().expose())
        .header("If-Match", "*")
        .body(with_keys(&json!(KEY), &json!(KEY)).to_string().into_bytes())
        .unwrap();
    expect![[r#"
        PUT /devices/dev1?api-version=2021-04-12 HTTP/1.1
        host: contoso.azure-devices.net
        authorization: SharedAccessSignature sr=contoso.azure-devices.net&sig=**********************************************&se=1893456000&skn=service
        if-match: *
        content-length: 177

        {"authentication":{"symmetricKey":{"primaryKey":"********************************************","secondaryKey":"********************************************"}},"deviceId":"dev1"}"#]].assert_eq(&text(to_http_text_request(&request)));
}

#[test]
fn writes_the_host_of_a_whole_address() {
    let request = Request::get("https://localhost:8080")
        .body(Vec::new())
        .unwrap();
    expect![[r"
        GET / HTTP/1.1
        host: localhost:8080

    "]]
    .assert_eq(&text(to_http_text_request(&request)));
}

#[test]
fn writes_a_response_without_its_secrets() {
    let body = format!("[{{\"primaryKey\":\"{KEY}\"}}]");
    let response = Response::builder()
        .header("ETag", "\"MA==\"")
        .header("Content-Length", body.len())
        .body(body.into_bytes())
        .unwrap();
    expect![[r#"
        HTTP/1.1 200 OK
        etag: "MA=="
        content-length: 63

        [{"primaryKey":"********************************************"}]"#]]
    .assert_eq(&text(to_http_text_response(&response)));
    let response = Response::builder()
        .status(299)
        .body(vec![0xff, 0x00])
        .unwrap();
    let bytes = to_http_text_response(&response);
    assert_eq!(bytes, b"HTTP/1.1 299 \r\ncontent-length: 2\r\n\r\n\xff\x00");
}

#[test]
fn masks_every_way_to_authorise() {
    let check = |value: &'static [u8], expected: &str| {
        let mut request = Request::get("/").body(Vec::new()).unwrap();
        let value = HeaderValue::from_bytes(value).unwrap();
        request.headers_mut().insert(AUTHORIZATION, value);
        let shown = String::from_utf8(to_http_text_request(&request)).unwrap();
        assert_eq!(
            shown,
            format!("GET / HTTP/1.1\r\nauthorization: {expected}\r\n\r\n")
        );
    };
    check(b"Bearer abc.def", "Bearer *******");
    check(
        b"SharedAccessSignature sr=h&sig=a%3D&se=1",
        "SharedAccessSignature sr=h&sig=****&se=1",
    );
    check(b"SharedAccessSignature abc", "SharedAccessSignature ***");
    check(b"abc", "***");
    check(b"Basic \xff\xfe", "Basic **");
    let mut request = Request::get("/").body(Vec::new()).unwrap();
    let mut value = HeaderValue::from_static("abc");
    value.set_sensitive(true);
    request.headers_mut().insert("x-secret", value);
    let shown = String::from_utf8(to_http_text_request(&request)).unwrap();
    assert!(shown.contains("x-secret: ***\r\n"));
}

proptest! {
    #[test]
    fn every_id_survives_a_path(id in "\\PC*") {
        let encoded = encode_id(&id);
        prop_assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)));
        prop_assert_eq!(decode_id(&encoded), Some(id));
    }

    #[test]
    fn masks_every_key(text in "\\PC*") {
        let body = json!({ "primaryKey": text, "secondaryKey": text, "z": 1 }).to_string();
        let masked = mask_keys(&body);
        prop_assert_eq!(masked.len(), body.len());
        let masked: Value = serde_json::from_str(&masked).unwrap();
        for name in ["primaryKey", "secondaryKey"] {
            prop_assert!(masked[name].as_str().unwrap().bytes().all(|byte| byte == b'*'));
        }
        prop_assert_eq!(&masked["z"], 1);
        prop_assert_eq!(mask_keys(&text).len(), text.len());
    }
}
