//! A server that only acknowledges: no broker can be faster under the same load, so that it tells what the load
//! itself can do.

use std::{ffi::OsString, path::PathBuf, process::ExitCode, sync::Arc};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::LocalSet,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring::default_provider,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
        version::TLS13,
    },
};
use wire::mqtt::Splitter;

/// The argument that has this program be the server.
pub(crate) const COMMAND: &str = "echo";

pub(crate) fn run(mut arguments: impl Iterator<Item = PathBuf>) -> ExitCode {
    let mut next = || arguments.next().map(OsString::from).unwrap_or_default();
    let (port, chain, key) = (next(), next(), next());
    let port = port.to_string_lossy().parse().expect("a port");
    let chain = CertificateDer::from_pem_file(chain).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(key).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[&TLS13])
        .expect("TLS 1.3")
        .with_no_client_auth()
        .with_single_cert(vec![chain], key)
        .expect("a certificate and its key");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    LocalSet::new().block_on(&runtime, async {
        let listener = TcpListener::bind(("127.0.0.1", port))
            .await
            .expect("the port");
        loop {
            let (socket, _) = listener.accept().await.expect("a connection");
            tokio::task::spawn_local(serve(acceptor.clone(), socket));
        }
    })
}

async fn serve(acceptor: TlsAcceptor, socket: TcpStream) {
    let Ok(mut stream) = acceptor.accept(socket).await else {
        return;
    };
    let mut splitter = Splitter::new(1024 * 1024);
    let mut incoming = vec![0; 64 * 1024];
    let mut outgoing = Vec::new();
    while let Ok(read @ 1..) = stream.read(&mut incoming).await {
        let mut bytes = &incoming[..read];
        while let Ok(Some(frame)) = splitter.next_in(&mut bytes) {
            answer(frame.bytes(), &mut outgoing);
        }
        if stream.write_all(&outgoing).await.is_err() || stream.flush().await.is_err() {
            return;
        }
        outgoing.clear();
    }
}

/// Acknowledges a CONNECT or a PUBLISH at QoS 1 whose length takes two bytes, as the load sends them.
fn answer(packet: &[u8], outgoing: &mut Vec<u8>) {
    match packet[0] >> 4 {
        1 => outgoing.extend_from_slice(&[0x20, 2, 0, 0]),
        3 => {
            let topic = usize::from(u16::from_be_bytes([packet[3], packet[4]]));
            let id = &packet[5 + topic..7 + topic];
            outgoing.extend_from_slice(&[0x40, 2, id[0], id[1]]);
        }
        _ => {}
    }
}
