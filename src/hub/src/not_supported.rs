//! What the service does and this hub does not, yet.

use wire::error::{ErrorCode, ServiceError};

/// The refusal of something that this hub does not do, by its name.
pub(crate) fn not_supported(what: &str) -> ServiceError {
    ServiceError::new(
        ErrorCode::NotSupported,
        format!("This hub does not support {what} yet."),
    )
}
