//! The certificate that is served just now.

use std::sync::{Arc, PoisonError, RwLock};

use tokio_rustls::rustls::{
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};

/// One certificate for all clients, whatever name they ask for. It can be replaced while the program runs.
#[derive(Debug)]
pub(super) struct Chosen(RwLock<Arc<CertifiedKey>>);

impl Chosen {
    pub(super) fn new(key: CertifiedKey) -> Self {
        Self(RwLock::new(Arc::new(key)))
    }

    pub(super) fn replace(&self, key: CertifiedKey) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(key);
    }
}

impl ResolvesServerCert for Chosen {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let chosen = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&chosen))
    }
}
