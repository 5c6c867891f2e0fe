//! TLS for every listener: one certificate, of the program's own authority or the user's, renewed while it runs.

mod authority;
mod certificate;
mod chosen;
pub(crate) mod own;

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::net::TcpStream;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{self, ServerConfig, crypto::CryptoProvider},
    server::TlsStream,
};

use crate::data_folder::{DataFolder, FolderError};

use chosen::Chosen;

pub use certificate::Names;
pub(crate) use certificate::read_chain;

/// How often the program looks whether its certificate comes to its end.
const CHECK: Duration = Duration::from_hours(6);

/// A certificate chain and its key, as PEM files that the user has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnCertificate {
    /// The chain, the server's own certificate first.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// Why there is no certificate to serve with.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {}: {source}; check the path and who may read it", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error(transparent)]
    Unwritable(#[from] FolderError),
    /// A file is not what it should be.
    #[error("{} is not {expected}: {why}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What it should be.
        expected: &'static str,
        /// What is wrong.
        why: String,
    },
    /// The host name cannot stand in a certificate.
    #[error(
        "{name:?} cannot stand in a certificate: {why}; give a host name or an IP address with --hostname"
    )]
    Name {
        /// The name.
        name: String,
        /// What is wrong.
        why: String,
    },
    /// A certificate could not be made.
    #[error("cannot make a certificate: {0}")]
    Failed(String),
}

/// What every listener needs for TLS.
#[derive(Clone)]
pub struct Tls {
    chosen: Arc<Chosen>,
    renewal: Option<Arc<Renewal>>,
    trusted: PathBuf,
}

/// Where the program's own certificates lie, and for whom.
struct Renewal {
    folder: Arc<DataFolder>,
    names: Names,
}

impl Tls {
    /// TLS with a certificate of the program's own authority, both of which lie in the data folder and are made at need.
    pub fn own_authority(folder: Arc<DataFolder>, names: Names) -> Result<Self, TlsError> {
        let key = authority::serve(&folder, &names)?;
        Ok(Self {
            chosen: Arc::new(Chosen::new(key)),
            trusted: folder.file(authority::CERTIFICATE),
            renewal: Some(Arc::new(Renewal { folder, names })),
        })
    }

    /// TLS with a certificate that the user has.
    pub fn own_certificate(own: &OwnCertificate) -> Result<Self, TlsError> {
        let key = certificate::read(&own.certificate, &own.key)?;
        Ok(Self {
            chosen: Arc::new(Chosen::new(key)),
            trusted: own.certificate.clone(),
            renewal: None,
        })
    }

    /// The PEM file that a client is to trust.
    pub fn trusted(&self) -> &Path {
        &self.trusted
    }

    /// Whether the certificate is of the program's own authority, which no client knows unless it is told.
    pub fn is_own_authority(&self) -> bool {
        self.renewal.is_some()
    }

    /// What takes connections whose application protocol is one of these, or which name none; without any, all
    /// connections. The handshake has a limit of time.
    pub fn acceptor(&self, protocols: &[&[u8]], limit: Duration) -> Result<Acceptor, TlsError> {
        let failed = |error: rustls::Error| TlsError::Failed(error.to_string());
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(failed)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&self.chosen) as _);
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        // Tickets instead of a table: who comes back is spared half of the handshake, and the program keeps nothing.
        config.ticketer = rustls::crypto::ring::Ticketer::new().map_err(failed)?;
        Ok(Acceptor {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            limit,
        })
    }

    /// Renews the program's own certificate in time, for as long as it is polled.
    pub async fn keep_fresh(&self) {
        let Some(renewal) = &self.renewal else {
            return std::future::pending().await;
        };
        loop {
            tokio::time::sleep(CHECK).await;
            let renewal = Arc::clone(renewal);
            let work = move || authority::serve(&renewal.folder, &renewal.names);
            match tokio::task::spawn_blocking(work).await {
                Ok(Ok(key)) => self.chosen.replace(key),
                Ok(Err(error)) => tracing::error!(%error, "the certificate was not renewed"),
                Err(error) => tracing::error!(%error, "the certificate was not renewed"),
            }
        }
    }
}

/// A connection with TLS.
pub type Secured = Box<TlsStream<TcpStream>>;

/// Takes TLS connections.
#[derive(Clone)]
pub struct Acceptor {
    acceptor: TlsAcceptor,
    limit: Duration,
}

impl Acceptor {
    /// Shakes hands with a client, within the time that it has.
    pub async fn accept(&self, socket: TcpStream) -> io::Result<Secured> {
        // Apart, because a task keeps room for the largest thing that it ever did.
        let handshake = Box::pin(self.acceptor.accept(socket));
        let Ok(outcome) = tokio::time::timeout(self.limit, handshake).await else {
            let why = format!("no TLS handshake within {:?}", self.limit);
            return Err(io::Error::new(io::ErrorKind::TimedOut, why));
        };
        outcome.map(Box::new)
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
