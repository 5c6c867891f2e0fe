//! Whose certificates the relay trusts: those of the internet's authorities, and for hubs that the command line names
//! also those that it names.

use std::{path::Path, sync::Arc};

use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring::default_provider,
        pki_types::CertificateDer,
        version::{TLS12, TLS13},
    },
};

use crate::tls::{self, TlsError};

/// Authorities that are trusted for named hubs.
#[derive(Clone, Debug, Default)]
pub struct Authorities(Vec<CertificateDer<'static>>);

/// What makes connections of TLS.
pub(super) struct Trust {
    service: TlsConnector,
    /// An emulator's authority says who `localhost` is, and must not say who a hub of the service is.
    named: TlsConnector,
}

impl Authorities {
    /// Those of a PEM file.
    pub fn read(path: &Path) -> Result<Self, TlsError> {
        let certificates = tls::read_chain(path)?;
        // One that cannot be an authority must be told of now, and not with the first call.
        for certificate in &certificates {
            let added = RootCertStore::empty().add(certificate.clone());
            added.map_err(|error| TlsError::Unusable {
                path: path.to_owned(),
                expected: "the certificate of an authority, in PEM",
                why: error.to_string(),
            })?;
        }
        Ok(Self(certificates))
    }
}

impl Trust {
    pub(super) fn new(authorities: &Authorities) -> Result<Self, TlsError> {
        let usual = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        let mut more = usual.clone();
        more.add_parsable_certificates(authorities.0.iter().cloned());
        Ok(Self {
            service: connector(usual)?,
            named: connector(more)?,
        })
    }

    pub(super) fn connector(&self, is_named: bool) -> &TlsConnector {
        if is_named { &self.named } else { &self.service }
    }
}

fn connector(roots: RootCertStore) -> Result<TlsConnector, TlsError> {
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(|error| TlsError::Failed(error.to_string()))?;
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}
