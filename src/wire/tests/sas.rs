//! Keys and tokens.

use expect_test::expect;
use proptest::prelude::*;
use wire::sas::{KeyError, SasClaims, SasToken, SharedAccessKey, device_resource, mask_signature};
use wire::secret::Secret;

/// The bytes 0 to 31.
const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const HOST: &str = "contoso.azure-devices.net";
const EXPIRES: u64 = 1_893_456_000;

const DEVICE: &str = "SharedAccessSignature sr=contoso.azure-devices.net%2Fdevices%2Fdev1\
    &sig=ofAU39cJgKCxpGaufFNufVn6ehH3JsFlOEgN%2BMSvQZM%3D&se=1893456000";
const SERVICE: &str = "SharedAccessSignature sr=contoso.azure-devices.net\
    &sig=tOdZHfP50MJRonIVYDukXZnLqoNvyLSGRIu7lBlYxoc%3D&se=1893456000&skn=iothubowner";
const DEVICE_WITH_HASH: &str = "SharedAccessSignature sr=contoso.azure-devices.net%2Fdevices%2Fdev%231\
    &sig=%2FvAK2fkgzrY%2B0wgQxo7MFnqF2r3xyN4%2F3nhjh3sHx48%3D&se=1893456000";

fn key() -> SharedAccessKey {
    SharedAccessKey::from_base64(KEY).unwrap()
}

fn other_key() -> SharedAccessKey {
    SharedAccessKey::from_bytes(vec![7; 32]).unwrap()
}

#[test]
fn signs_the_known_tokens() {
    let check = |resource: &str, policy, expected: &str| {
        let token = SasToken::sign(resource, &key(), EXPIRES, policy);
        assert_eq!(token.to_text().expose(), expected);
        assert_eq!(SasToken::parse(expected), Ok(token));
    };
    check(&device_resource(HOST, "dev1", None), None, DEVICE);
    check(HOST, Some("iothubowner"), SERVICE);
    check(
        &device_resource(HOST, "dev#1", None),
        None,
        DEVICE_WITH_HASH,
    );
}

#[test]
fn names_the_resource_of_a_module() {
    let resource = device_resource(HOST, "dev1", Some("m"));
    assert_eq!(resource, "contoso.azure-devices.net/devices/dev1/modules/m");
}

#[test]
fn verifies_what_the_key_signed() {
    let check = |text: &str, key: &SharedAccessKey, expected| {
        let token = SasToken::parse(text).unwrap();
        assert_eq!(token.verify(key), expected, "{text}");
    };
    for text in [DEVICE, SERVICE, DEVICE_WITH_HASH] {
        check(text, &key(), true);
        check(text, &other_key(), false);
        check(&text.replace("contoso", "fabrikam"), &key(), false);
        check(&text.replace("1893456000", "1893456001"), &key(), false);
    }
    check(&DEVICE.replace("sig=o", "sig=p"), &key(), false);
    // The policy is not signed: whose key verifies is what counts.
    check(&SERVICE.replace("iothubowner", "service"), &key(), true);
}

/// IoT Hub takes a key for base64, and Event Hubs takes the same text as it is.
#[test]
fn the_text_of_a_key_is_another_key() {
    let by_bytes = SasToken::sign("h", &key(), EXPIRES, Some("service"));
    let text = key().to_base64().into_inner().into_bytes();
    let text = SharedAccessKey::from_bytes(text).unwrap();
    let by_text = SasToken::sign("h", &text, EXPIRES, Some("service"));
    assert!(by_text.verify_with_text(&key()));
    assert!(!by_text.verify(&key()));
    assert!(!by_bytes.verify_with_text(&key()));
    assert!(!by_text.verify_with_text(&other_key()));
}

/// The signature is over the resource as it stands in the token, however it is encoded.
#[test]
fn verifies_other_encodings() {
    let check = |text: &str| {
        assert!(SasToken::parse(text).unwrap().verify(&key()), "{text}");
    };
    check(
        "SharedAccessSignature sr=contoso.azure-devices.net%2fdevices%2fdev%231\
         &sig=aw7tE2MLO3oe%2B3Bcot3pQF1nKEkDc6Jcf%2BxmAQIpeto%3D&se=1893456000",
    );
    check(
        "SharedAccessSignature sr=contoso.azure-devices.net/devices/dev1\
         &sig=rjjM9EtAmx2NADQvCp9AwPMYIDLAJC3aZ3ACqJH8Do4=&se=1893456000",
    );
    check(
        &DEVICE_WITH_HASH
            .replace("%2FvAK2", "/vAK2")
            .replace("N4%2F3", "N4/3"),
    );
}

#[test]
fn reads_fields_in_any_order_and_an_empty_policy() {
    let text = "SharedAccessSignature skn=&se=1893456000\
        &sig=ofAU39cJgKCxpGaufFNufVn6ehH3JsFlOEgN%2BMSvQZM%3D\
        &sr=contoso.azure-devices.net%2Fdevices%2Fdev1";
    let token = SasToken::parse(text).unwrap();
    assert_eq!(token, SasToken::parse(DEVICE).unwrap());
    assert_eq!(token.policy(), None);
    assert_eq!(token.expires(), EXPIRES);
    assert_eq!(
        token.resource(),
        "contoso.azure-devices.net%2Fdevices%2Fdev1"
    );
    let decoded = token.resource_decoded();
    assert_eq!(
        decoded.as_deref(),
        Some("contoso.azure-devices.net/devices/dev1")
    );
}

#[test]
fn covers_by_whole_segments() {
    let check = |own: &str, asked: &str, expected| {
        let token = SasToken::sign(own, &key(), EXPIRES, None);
        assert_eq!(token.covers(asked), expected, "{own} covers {asked}");
    };
    check("h/devices/d", "h/devices/d", true);
    check("h/devices/d", "h/devices/d/modules/m", true);
    check("h/devices", "h/devices/d", true);
    check("h", "h/devices/d", true);
    check("h", "h", true);
    check("h/", "h/devices/d", true);
    check("H.Net", "h.nEt/devices/d", true);
    check("h/devices/D", "h/devices/d", false);
    check("h/Devices/d", "h/devices/d", false);
    check("h/devices/d", "h/devices/d1", false);
    check("h/devices/d1", "h/devices/d", false);
    check("h/devices/d", "h", false);
    check("h", "h2", false);
    check("other/devices/d", "h/devices/d", false);
    check("/", "h", false);
    check("h:8443", "h/devices/d", true);
    check("h:8443/devices/d", "h/devices/d", true);
    check("h:", "h", false);
    check("h:x", "h", false);
    check("h/devices/d:1", "h/devices/d", false);
    check("h/devices/a%2Fb", "h/devices/a/b", false);
    check("h/devices/a#1", "h/devices/a#1", true);
}

#[test]
fn refuses_what_is_no_token() {
    let texts = [
        String::new(),
        "Bearer abc".to_owned(),
        "SharedAccessSignature".to_owned(),
        "SharedAccessSignature ".to_owned(),
        DEVICE.replace("&se=", "&e="),
        DEVICE.replace("&se=1893456000", ""),
        DEVICE.replace("sr=contoso.azure-devices.net%2Fdevices%2Fdev1", "sr="),
        format!("{DEVICE}&se=1"),
        DEVICE.replace("sig=of", "sig="),
        DEVICE.replace("sig=of", "sig=;f"),
        DEVICE.replace("1893456000", "soon"),
        DEVICE.replace("1893456000", "+1893456000"),
        DEVICE.replace("1893456000", "01893456000"),
        DEVICE.replace("1893456000", "18934560000000000000000"),
        format!("{DEVICE}&skn=%ff"),
    ];
    let error = |text: &String| format!("{}\n", SasToken::parse(text).unwrap_err());
    let errors: String = texts.iter().map(error).collect();
    expect![[r#"
        a SAS token starts with "SharedAccessSignature ", and this text does not
        a SAS token starts with "SharedAccessSignature ", and this text does not
        a SAS token starts with "SharedAccessSignature ", and this text does not
        field 1 of the SAS token is not name=value
        field 3 of the SAS token is none of sr, sig, se and skn
        the SAS token has no se
        the SAS token has no sr
        the SAS token has more than one se
        sig of the SAS token is not a percent-encoded base64 text of 32 bytes
        sig of the SAS token is not a percent-encoded base64 text of 32 bytes
        se of the SAS token is not a number of seconds since 1970
        se of the SAS token is not a number of seconds since 1970
        se of the SAS token is not a number of seconds since 1970
        se of the SAS token is not a number of seconds since 1970
        skn of the SAS token is not a percent-encoded text
    "#]]
    .assert_eq(&errors);
}

#[test]
fn refuses_what_is_no_key() {
    let check = |text: &str, expected| {
        assert_eq!(SharedAccessKey::from_base64(text).err(), expected, "{text}");
    };
    check("", Some(KeyError::Length { bytes: 0 }));
    check("AAECAwQFBgcICQoLDA0O", Some(KeyError::Length { bytes: 15 }));
    check("AAECAwQFBgcICQoLDA0ODw==", None);
    check(KEY, None);
    check(KEY.trim_end_matches('='), Some(KeyError::NotBase64));
    check("AAECAwQFBgcICQoLDA0O-_==", Some(KeyError::NotBase64));
    check("not a key", Some(KeyError::NotBase64));
    assert!(SharedAccessKey::from_bytes(vec![1; 64]).is_ok());
    assert_eq!(
        SharedAccessKey::from_bytes(vec![1; 65]).err(),
        Some(KeyError::Length { bytes: 65 })
    );
}

#[test]
fn shows_no_secret() {
    expect!["SharedAccessKey([redacted])"].assert_eq(&format!("{:?}", key()));
    expect![[r#"SasToken { resource: "contoso.azure-devices.net", signature: [redacted], expires: 1893456000, policy: Some("iothubowner") }"#]].assert_eq(&format!("{:?}", SasToken::parse(SERVICE).unwrap()));
    expect!["[redacted]"].assert_eq(&format!("{}", Secret::new(KEY)));
    expect!["Some([redacted])"].assert_eq(&format!("{:?}", Some(Secret::new(KEY))));
}

#[test]
fn compares_secrets() {
    let check = |a: &str, b: &str, expected| {
        assert_eq!(Secret::from(a) == Secret::from(b), expected, "{a} {b}");
    };
    check("", "", true);
    check("abc", "abc", true);
    check("abc", "abd", false);
    check("abc", "xbc", false);
    check("abc", "ab", false);
    check("ab", "abc", false);
    assert_ne!(key(), other_key());
}

#[test]
fn masks_signatures() {
    let check = |text: &str, expected: &str| {
        assert_eq!(mask_signature(text), expected);
        assert_eq!(expected.len(), text.len());
    };
    check("", "");
    check("nothing here", "nothing here");
    check("sr=h&sig=abc%3D&se=1", "sr=h&sig=******&se=1");
    check("sr=h&se=1&sig=abc", "sr=h&se=1&sig=***");
    check("sig=", "sig=");
    check(
        "SharedAccessSignature sig=a&sig=b",
        "SharedAccessSignature sig=*&sig=*",
    );
    check("Sig=aé&x", "Sig=***&x");
    check("é=sig=sig=", "é=sig=****");
}

proptest! {
    #[test]
    fn what_is_written_reads_the_same(
        resource in "\\PC{1,60}",
        bytes in prop::collection::vec(any::<u8>(), 16..=64),
        expires: u64,
        policy in prop::option::of("\\PC{1,20}"),
    ) {
        let key = SharedAccessKey::from_bytes(bytes).unwrap();
        let token = SasToken::sign(&resource, &key, expires, policy.as_deref());
        let read = SasToken::parse(token.to_text().expose()).unwrap();
        prop_assert_eq!(&read, &token);
        prop_assert!(read.verify(&key));
        prop_assert_eq!(read.resource_decoded(), Some(resource));
        prop_assert_eq!(read.policy(), policy.as_deref());
        let read = SharedAccessKey::from_base64(key.to_base64().expose());
        prop_assert_eq!(read, Ok(key));
    }

    #[test]
    fn never_panics(text in "\\PC*", form in "SharedAccessSignature (s[rigekn]{1,2}=[A-Za-z0-9%+/]{0,50}&?){0,5}") {
        for text in [text, form] {
            let _ = SasToken::parse(&text);
            prop_assert_eq!(mask_signature(&text).len(), text.len());
        }
    }
}

#[test]
fn a_masked_token_still_tells_what_it_claims() {
    let token = SasToken::sign("h.net/devices/a b", &key(), 1_700_000_000, Some("service"));
    let masked = mask_signature(token.to_text().expose());
    let claims = SasClaims::parse(&masked).unwrap();
    assert_eq!(
        claims.resource_decoded().as_deref(),
        Some("h.net/devices/a b")
    );
    assert_eq!(claims.signed_text(), "h.net%2Fdevices%2Fa%20b\n1700000000");
    assert_eq!(claims.policy.as_deref(), Some("service"));
}
