//! What must not be seen.

use std::fmt;
use std::hint::black_box;

/// A key or a token. It prints as `[redacted]`, does not serialise, and two of them are compared
/// in a time that depends on their lengths alone.
#[derive(Clone)]
pub struct Secret<T>(T);

/// A secret text.
pub type SecretString = Secret<String>;

impl<T> Secret<T> {
    /// Wraps `value`.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself, for the one place that puts it on the wire or computes with it.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// Gives the value up.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<T: AsRef<[u8]>> PartialEq for Secret<T> {
    fn eq(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.0.as_ref(), other.0.as_ref());
        // Every byte is looked at, and `black_box` keeps the compiler from stopping early.
        let difference = ours
            .iter()
            .zip(theirs)
            .fold(0, |difference: u8, (a, b)| black_box(difference | (a ^ b)));
        ours.len() == theirs.len() && difference == 0
    }
}

impl<T: AsRef<[u8]>> Eq for Secret<T> {}

impl From<String> for Secret<String> {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Secret<String> {
    fn from(text: &str) -> Self {
        Self::new(text.to_owned())
    }
}
