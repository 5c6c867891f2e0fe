//! TLS for the load: as light as it is for the servers.

use std::{path::Path, sync::Arc};

use tokio::net::TcpStream;
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring::default_provider,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
        version::TLS13,
    },
};

/// Opens connections to the servers of one authority.
#[derive(Clone)]
pub(crate) struct Dialer(TlsConnector);

impl Dialer {
    pub(crate) fn new(authority: &Path) -> Self {
        let mut roots = RootCertStore::empty();
        let authority = CertificateDer::from_pem_file(authority).expect("the authority's PEM");
        roots.add(authority).expect("an authority");
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(&[&TLS13])
            .expect("TLS 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self(TlsConnector::from(Arc::new(config)))
    }

    pub(crate) async fn dial(&self, port: u16) -> TlsStream<TcpStream> {
        let socket = TcpStream::connect(("127.0.0.1", port))
            .await
            .expect("a connection");
        socket.set_nodelay(true).expect("an option of the socket");
        let name = ServerName::try_from("localhost").expect("a name");
        self.0.connect(name, socket).await.expect("a handshake")
    }
}
