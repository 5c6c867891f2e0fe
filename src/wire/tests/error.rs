//! The catalogue of errors and the bodies it travels in.

use std::collections::HashSet;

use expect_test::expect;
use http::{HeaderMap, HeaderValue, StatusCode};
use proptest::prelude::*;
use wire::error::{ERROR_CODE_HEADER, ErrorCode, ServiceError, TrackingId, parse_response};
use wire::timestamp::Timestamp;

/// 2026-08-01T10:00:00Z.
const TRACKING: TrackingId = TrackingId::new(
    0x985a_df09_e411_4051_0000_0000_0000_0001,
    Timestamp::from_millis(1_785_578_400_000),
);

#[test]
fn has_every_row() {
    let row = |code: &ErrorCode| format!("{} {}\n", code.number(), code.name());
    let rows: Vec<String> = ErrorCode::ALL.iter().map(row).collect();
    expect![[r"
        400000 GenericBadRequest
        400001 InvalidProtocolVersion
        400002 DeviceInvalidResultCount
        400003 InvalidOperation
        400004 ArgumentInvalid
        400005 ArgumentNull
        400006 IotHubFormatError
        400008 BlobContainerValidationError
        400011 DeviceDefinedMultipleTimes
        400012 DeserializationError
        400013 BulkRegistryOperationFailure
        400021 RequestCanceled
        400023 EtagDoesNotMatch
        400024 RequestTimedOut
        400026 NullMessage
        400027 ConnectionForcefullyClosedOnNewConnection
        400028 InvalidDeviceScope
        401000 GenericUnauthorized
        401001 IotHubNotFound
        401002 IotHubUnauthorizedAccess
        401003 IotHubUnauthorized
        403000 GenericForbidden
        403001 IotHubSuspended
        403002 IotHubQuotaExceeded
        403003 JobQuotaExceeded
        403004 DeviceMaximumQueueDepthExceeded
        403005 IotHubMaxCbsTokenExceeded
        403006 DeviceMaximumActiveFileUploadLimitExceeded
        403007 DeviceMaximumQueueSizeExceeded
        403009 InvalidMessageExpiryTime
        403010 OperationNotAvailableInCurrentTier
        403012 DeviceDisabled
        403800 DeviceMaximumInflightMethodExceeded
        404001 DeviceNotFound
        404002 JobNotFound
        404006 AmqpAddressNotFound
        404010 ModuleNotFound
        404103 DeviceNotOnline
        404104 DeviceConnectionClosedRemotely
        404301 ConfigurationNotFound
        405102 OperationNotAllowedInCurrentState
        405103 OperationNotAllowed
        409001 DeviceAlreadyExists
        409002 LinkCreationConflict
        409102 DeviceLocked
        409104 JobAlreadyExists
        409301 ModuleAlreadyExistsOnDevice
        409401 ConfigurationAlreadyExists
        412001 PreconditionFailed
        412002 DeviceMessageLockLost
        413001 MessageTooLarge
        413002 TooManyDevices
        413003 TooManyModulesOnDevice
        415101 UnsupportedMediaType
        429001 ThrottlingException
        429002 ThrottleBacklogLimitExceeded
        429003 ThrottlingBacklogTimeout
        429004 ThrottlingMaxActiveJobCountExceeded
        500001 ServerError
        500008 GenericTimeout
        501000 NotSupported
        503001 ServiceUnavailable
        503003 PartitionNotFound
        503005 ServerBusy
        503102 DeviceUnavailable
        504101 GatewayTimeout
    "]]
    .assert_eq(&rows.concat());
}

#[test]
fn finds_every_row_by_name_and_number() {
    let mut numbers = HashSet::new();
    for code in ErrorCode::ALL {
        assert!(
            numbers.insert(code.number()),
            "{} comes twice",
            code.number()
        );
        assert_eq!(ErrorCode::from_number(code.number()), Some(*code));
        assert_eq!(ErrorCode::from_name(code.name()), Some(*code));
        assert_eq!(u32::from(code.status().as_u16()), code.number() / 1000);
    }
    assert!(ErrorCode::ALL.is_sorted_by_key(|code| code.number()));
    assert_eq!(ErrorCode::from_number(404_000), None);
    assert_eq!(ErrorCode::from_name("devicenotfound"), None);
}

#[test]
fn has_the_statuses_of_http() {
    let check = |code: ErrorCode, status| assert_eq!(code.status(), status);
    check(ErrorCode::ArgumentInvalid, StatusCode::BAD_REQUEST);
    check(
        ErrorCode::IotHubUnauthorizedAccess,
        StatusCode::UNAUTHORIZED,
    );
    check(ErrorCode::DeviceNotFound, StatusCode::NOT_FOUND);
    check(ErrorCode::DeviceAlreadyExists, StatusCode::CONFLICT);
    check(
        ErrorCode::PreconditionFailed,
        StatusCode::PRECONDITION_FAILED,
    );
    check(
        ErrorCode::ThrottlingException,
        StatusCode::TOO_MANY_REQUESTS,
    );
    check(ErrorCode::NotSupported, StatusCode::NOT_IMPLEMENTED);
    check(ErrorCode::GatewayTimeout, StatusCode::GATEWAY_TIMEOUT);
}

#[test]
fn writes_the_bodies() {
    let error = ServiceError::new(ErrorCode::DeviceNotOnline, "the \"dev1\" isn't online");
    expect![[r#"{"Message":"ErrorCode:DeviceNotOnline;the \"dev1\" isn't online","ExceptionMessage":"Tracking ID:985adf09e41140510000000000000001-G:0-TimeStamp:08/01/2026 10:00:00"}"#]].assert_eq(&error.envelope(&TRACKING));
    expect![[r#"{"errorCode":404103,"message":"the \"dev1\" isn't online","trackingId":"985ADF09E4114051-G2:-TimeStamp:2026-08-01T10:00:00.0000000Z","timestampUtc":"2026-08-01T10:00:00.0000000Z"}"#]].assert_eq(&error.numbered_envelope(&TRACKING));
    expect![[r#"{"Message":"{\"errorCode\":404103,\"message\":\"the \\\"dev1\\\" isn't online\",\"trackingId\":\"985ADF09E4114051-G2:-TimeStamp:2026-08-01T10:00:00.0000000Z\",\"timestampUtc\":\"2026-08-01T10:00:00.0000000Z\",\"info\":null}","ExceptionMessage":""}"#]].assert_eq(&error.nested_envelope(&TRACKING, None));
    let info = serde_json::json!({ "timeout": "00:00:10" });
    expect![[r#"{"Message":"{\"errorCode\":404103,\"message\":\"the \\\"dev1\\\" isn't online\",\"trackingId\":\"985ADF09E4114051-G2:-TimeStamp:2026-08-01T10:00:00.0000000Z\",\"timestampUtc\":\"2026-08-01T10:00:00.0000000Z\",\"info\":{\"timeout\":\"00:00:10\"}}","ExceptionMessage":""}"#]].assert_eq(&error.nested_envelope(&TRACKING, Some(&info)));
    expect![[r#"DeviceNotOnline: the "dev1" isn't online"#]].assert_eq(&error.to_string());
}

#[test]
fn reads_the_bodies() {
    let code = ErrorCode::DeviceNotOnline;
    let error = ServiceError::new(code, "not online; try later");
    let nested = error.nested_envelope(&TRACKING, None);
    for body in [
        error.envelope(&TRACKING),
        error.numbered_envelope(&TRACKING),
        nested,
    ] {
        let reply = parse_response(code.status(), &HeaderMap::new(), body.as_bytes());
        assert_eq!(reply.code, Some(code), "{body}");
        assert_eq!(reply.message, "not online; try later");
        let id = reply.tracking_id.unwrap();
        assert!(id.to_lowercase().starts_with("985adf09e4114051"), "{id}");
    }
}

#[test]
fn reads_what_is_there() {
    let check = |name: Option<&'static str>,
                 body: &str,
                 expected: (Option<ErrorCode>, Option<&str>, Option<u32>, &str)| {
        let mut headers = HeaderMap::new();
        if let Some(name) = name {
            headers.insert(ERROR_CODE_HEADER, HeaderValue::from_static(name));
        }
        let reply = parse_response(StatusCode::BAD_REQUEST, &headers, body.as_bytes());
        let came = (
            reply.code,
            reply.code_name.as_deref(),
            reply.number,
            reply.message.as_str(),
        );
        assert_eq!(came, expected, "{body}");
    };
    let found = Some(ErrorCode::ArgumentInvalid);
    let name = Some("ArgumentInvalid");
    check(name, "", (found, name, None, ""));
    check(None, "<html>", (None, None, None, "<html>"));
    check(None, "[1]", (None, None, None, "[1]"));
    check(None, "{\"Message\":\"plain\"}", (None, None, None, "plain"));
    check(
        None,
        "{\"message\":\"ErrorCode:ArgumentInvalid\"}",
        (found, name, None, ""),
    );
    check(
        name,
        "{\"Message\":\"ErrorCode:Other;a;b\"}",
        (found, name, None, "a;b"),
    );
    check(
        None,
        "{\"Message\":\"ErrorCode:NewOne;a\"}",
        (None, Some("NewOne"), None, "a"),
    );
    check(
        None,
        "{\"errorCode\":400004,\"message\":\"a\"}",
        (found, None, Some(400_004), "a"),
    );
    check(
        None,
        "{\"errorCode\":400999,\"message\":\"a\"}",
        (None, None, Some(400_999), "a"),
    );
    check(
        None,
        "{\"Message\":\"{not json\"}",
        (None, None, None, "{not json"),
    );
    check(
        None,
        "{\"Message\":null}",
        (None, None, None, "{\"Message\":null}"),
    );
}

#[test]
fn names_a_reply() {
    let check = |body: &str, expected: &str| {
        let reply = parse_response(StatusCode::NOT_FOUND, &HeaderMap::new(), body.as_bytes());
        assert_eq!(reply.to_string(), expected);
    };
    check(
        "{\"Message\":\"ErrorCode:DeviceNotFound;gone\"}",
        "404 DeviceNotFound: gone",
    );
    check(
        "{\"Message\":\"ErrorCode:Strange;gone\"}",
        "404 Strange: gone",
    );
    check("gone", "404 Not Found: gone");
}

#[test]
fn keeps_the_beginning_of_a_long_body() {
    let body = "é".repeat(10_000);
    let reply = parse_response(StatusCode::BAD_GATEWAY, &HeaderMap::new(), body.as_bytes());
    assert_eq!(reply.message.chars().count(), 500);
}

proptest! {
    #[test]
    fn what_is_written_reads_the_same(index in 0..ErrorCode::ALL.len(), text in "[^\\s;{]\\PC{0,40}[^\\s]") {
        let code = ErrorCode::ALL[index];
        let body = ServiceError::new(code, &text).envelope(&TRACKING);
        let reply = parse_response(code.status(), &HeaderMap::new(), body.as_bytes());
        prop_assert_eq!(reply.code, Some(code));
        prop_assert_eq!(reply.message, text);
    }

    #[test]
    fn never_panics(body: Vec<u8>) {
        parse_response(StatusCode::OK, &HeaderMap::new(), &body);
    }
}
