//! A look at the certificates that the program has made in a folder, which changes nothing.

use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::{Names, TlsError, authority, certificate};

/// The files that only their owner may read.
pub(crate) const SECRET: [&str; 2] = [authority::KEY, authority::SERVER_KEY];

/// The authority's certificate.
pub(crate) struct Authority {
    /// When it ends.
    pub(crate) ends: OffsetDateTime,
}

/// The certificate that is served.
pub(crate) struct Server {
    /// When it ends.
    pub(crate) ends: OffsetDateTime,
    /// The names and addresses that it should be good for, and is not.
    pub(crate) missing: Vec<String>,
    /// Whether clients that trust the authority trust it.
    pub(crate) is_of_authority: bool,
}

/// What clients are to trust.
pub(crate) fn certificate_path(folder: &Path) -> PathBuf {
    folder.join(authority::CERTIFICATE)
}

/// Looks at the authority and its key.
pub(crate) fn examine_authority(folder: &Path) -> Result<Authority, TlsError> {
    let path = certificate_path(folder);
    let authority = authority::Authority::read(&path, &folder.join(authority::KEY))?;
    Ok(Authority {
        ends: authority.ends(&path)?,
    })
}

/// Looks at the certificate that is served, and at its key.
pub(crate) fn examine_server(folder: &Path, names: &Names) -> Result<Server, TlsError> {
    let path = folder.join(authority::SERVER_CHAIN);
    certificate::read(&path, &folder.join(authority::SERVER_KEY))?;
    let chain = certificate::read_chain(&path)?;
    let server = certificate::parse(&path, &chain[0])?;
    let own = certificate_path(folder);
    let trusted = certificate::read_chain(&own)?;
    let trusted = certificate::parse(&own, &trusted[0])?;
    Ok(Server {
        ends: server.validity().not_after.to_datetime(),
        missing: names.missing_in(&server),
        is_of_authority: server.verify_signature(Some(trusted.public_key())).is_ok(),
    })
}

/// Whether a file of trusted certificates has that of another file among them.
pub(crate) fn is_trusted_by(trusted: &Path, authority: &Path) -> Result<bool, TlsError> {
    let own = certificate::read_chain(authority)?;
    let trusted = certificate::read_chain(trusted)?;
    Ok(own.first().is_some_and(|own| trusted.contains(own)))
}
