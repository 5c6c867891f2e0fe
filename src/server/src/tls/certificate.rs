//! Certificates: for whom they are, how long, and how they are read from files.

use std::{
    collections::BTreeSet,
    fs,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    path::Path,
};

use tokio_rustls::rustls::{
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    sign::CertifiedKey,
};
use x509_parser::{extensions::GeneralName, prelude::FromDer, prelude::X509Certificate};

use super::{TlsError, provider};

/// The names and addresses under which clients reach the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names(BTreeSet<String>);

impl Names {
    /// The hub's host name, and what else leads to where the program listens.
    pub fn new(host_name: &str, listen: IpAddr) -> Result<Self, TlsError> {
        ServerName::try_from(host_name).map_err(|error| TlsError::Name {
            name: host_name.to_owned(),
            why: error.to_string(),
        })?;
        let mut names = BTreeSet::from([host_name.to_ascii_lowercase()]);
        if listen.is_loopback() || listen.is_unspecified() {
            names.insert("localhost".to_owned());
            names.insert(Ipv4Addr::LOCALHOST.to_string());
            names.insert(Ipv6Addr::LOCALHOST.to_string());
        }
        if !listen.is_unspecified() {
            names.insert(listen.to_string());
        }
        Ok(Self(names))
    }

    pub(crate) fn to_vec(&self) -> Vec<String> {
        self.0.iter().cloned().collect()
    }

    /// Whether a certificate is good for all of them.
    pub(super) fn are_in(&self, certificate: &X509Certificate<'_>) -> bool {
        self.missing_in(certificate).is_empty()
    }

    /// Those that a certificate is not good for.
    pub(super) fn missing_in(&self, certificate: &X509Certificate<'_>) -> Vec<String> {
        let alternatives = certificate.subject_alternative_name().ok().flatten();
        let general = alternatives.iter().flat_map(|it| &it.value.general_names);
        let named: BTreeSet<String> = general.filter_map(spelled).collect();
        self.0.difference(&named).cloned().collect()
    }
}

fn spelled(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
        GeneralName::IPAddress(bytes) => address(bytes).map(|address| address.to_string()),
        _ => None,
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let four = |bytes: [u8; 4]| IpAddr::from(bytes);
    let sixteen = |bytes: [u8; 16]| IpAddr::from(bytes);
    let is_four = bytes.try_into().map(four);
    is_four.or_else(|_| bytes.try_into().map(sixteen)).ok()
}

/// Reads a chain and its key.
pub(super) fn read(chain: &Path, key: &Path) -> Result<CertifiedKey, TlsError> {
    let certificates = read_chain(chain)?;
    let unusable = |why: String| TlsError::Unusable {
        path: key.to_owned(),
        expected: "the private key of the certificate, in PEM",
        why,
    };
    let pem = read_file(key)?;
    let private =
        PrivateKeyDer::from_pem_slice(&pem).map_err(|error| unusable(error.to_string()))?;
    // This checks as well that the key is the certificate's.
    CertifiedKey::from_der(certificates, private, &provider())
        .map_err(|error| unusable(error.to_string()))
}

/// Reads the certificates of a PEM file: at least one.
pub(crate) fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let unusable = |why: String| TlsError::Unusable {
        path: path.to_owned(),
        expected: "a certificate in PEM",
        why,
    };
    let pem = read_file(path)?;
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|error| unusable(error.to_string()))?;
    if chain.is_empty() {
        return Err(unusable("it has no certificate in it".to_owned()));
    }
    Ok(chain)
}

/// What a certificate says.
pub(super) fn parse<'a>(
    path: &Path,
    certificate: &'a CertificateDer<'_>,
) -> Result<X509Certificate<'a>, TlsError> {
    let (_, parsed) =
        X509Certificate::from_der(certificate).map_err(|error| TlsError::Unusable {
            path: path.to_owned(),
            expected: "a certificate in PEM",
            why: error.to_string(),
        })?;
    Ok(parsed)
}

pub(super) fn read_file(path: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(path).map_err(|source| TlsError::Unreadable {
        path: path.to_owned(),
        source,
    })
}
