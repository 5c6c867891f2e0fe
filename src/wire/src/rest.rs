//! The REST interface of a hub: the versions it has, ids in paths, device identities, and
//! requests and responses as text.

mod bulk;
mod feedback;
mod identity;
mod mask;
mod message;
mod method;
mod module;
mod statistics;
mod text;
mod twin;

pub use bulk::{BulkError, BulkItem, BulkResult, BulkWarning, ImportMode, MAX_BULK_ITEMS};
pub use feedback::{FeedbackRecord, FeedbackRecords, FeedbackStatus, PurgeResult};

pub use identity::{
    Authentication, AuthenticationType, Capabilities, ConnectionState, DeviceIdentity,
    DeviceIdentityUpdate, DeviceStatus, KeyText, Keys, SymmetricKey, X509Thumbprint,
};
pub use mask::mask_keys;
pub use message::{
    MessageHeaderError, message_size, read_message_header, read_message_headers,
    write_message_headers,
};
pub use method::{MethodCall, MethodResult};
pub use module::{ModuleIdentity, ModuleIdentityUpdate};
pub use statistics::{RegistryStatistics, ServiceStatistics};
pub use text::{to_http_text_request, to_http_text_response};
pub use twin::{Twin, TwinProperties};

use std::borrow::Cow;

use crate::percent;

/// The values of `api-version` that a hub accepts.
pub const API_VERSIONS: &[&str] = &[
    "2018-06-30",
    "2020-05-31-preview",
    "2020-09-30",
    "2021-04-12",
    "2024-03-31",
];

/// The `api-version` that this project's service client sends.
pub const API_VERSION: &str = "2021-04-12";

/// How many characters an id may have at most.
pub const MAX_ID_LENGTH: usize = 128;

/// Whether `id` may name a device or a module: 1 to 128 ASCII letters, digits and
/// `- . + % _ # * ? ! ( ) , : = @ $ '`. (IoT Hub documentation: device identity properties.)
pub fn is_valid_device_id(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-.+%_#*?!(),:=@$'".contains(&byte);
    (1..=MAX_ID_LENGTH).contains(&id.len()) && id.bytes().all(allowed)
}

/// An id as a segment of a path: everything but letters, digits and `- . _ ~` is
/// percent-encoded.
pub fn encode_id(id: &str) -> String {
    percent::encode(id).into_owned()
}

/// The id in a segment of a path. `None` if a `%` is not followed by two hexadecimal digits, or
/// if the result is not UTF-8.
pub fn decode_id(segment: &str) -> Option<String> {
    percent::decode(segment).ok().map(Cow::into_owned)
}
