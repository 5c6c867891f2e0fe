//! The program's own certificate authority: made once, kept in a folder, trusted by clients by hand.
//!
//! The authority outlives many server certificates, so that whoever has trusted it need not do so again.

use std::{path::Path, time::Duration};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, SerialNumber,
};
use time::OffsetDateTime;
use tokio_rustls::rustls::sign::CertifiedKey;
use x509_parser::prelude::X509Certificate;

use super::{Names, TlsError, certificate};
use crate::data_folder::DataFolder;

const DAY: Duration = Duration::from_hours(24);
/// Ten years, as other authorities on a developer's machine.
const AUTHORITY_LIFE: Duration = Duration::from_hours(24 * 3652);
/// Clients refuse server certificates of more than 825 days, and some of more than 398.
const SERVER_LIFE: Duration = Duration::from_hours(24 * 397);
/// How long before its end a server certificate is made anew.
const RENEWAL: Duration = Duration::from_hours(24 * 30);

/// The authority's certificate, for clients to trust.
pub(super) const CERTIFICATE: &str = "ca.pem";
pub(super) const KEY: &str = "ca-key.pem";
pub(super) const SERVER_CHAIN: &str = "server.pem";
pub(super) const SERVER_KEY: &str = "server-key.pem";

/// The certificate to serve with, made anew if there is none, if it comes to its end or lacks a name. The authority
/// is made anew only if there is none, or if it would end before its next server certificate.
pub(super) fn serve(folder: &DataFolder, names: &Names) -> Result<CertifiedKey, TlsError> {
    let now = OffsetDateTime::now_utc();
    let authority = Authority::open(folder, now)?;
    if !authority.has_made(folder, names, now) {
        authority.make(folder, names, now)?;
    }
    certificate::read(&folder.file(SERVER_CHAIN), &folder.file(SERVER_KEY))
}

pub(super) struct Authority {
    certificate: Vec<u8>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn open(folder: &DataFolder, now: OffsetDateTime) -> Result<Self, TlsError> {
        // The key is written last, so without it there is no authority yet.
        if !folder.file(KEY).exists() {
            return Self::create(folder, now);
        }
        let path = folder.file(CERTIFICATE);
        let authority = Self::read(&path, &folder.file(KEY))?;
        if authority.ends(&path)? > now + SERVER_LIFE {
            return Ok(authority);
        }
        tracing::warn!(
            "the certificate authority comes to its end: clients have to trust a new one"
        );
        Self::create(folder, now)
    }

    pub(super) fn read(path: &Path, key: &Path) -> Result<Self, TlsError> {
        let unusable = |error: rcgen::Error| TlsError::Unusable {
            path: key.to_owned(),
            expected: "the key of the certificate authority",
            why: error.to_string(),
        };
        let chain = certificate::read_chain(path)?;
        // There is at least one.
        let own = &chain[0];
        let pem = String::from_utf8_lossy(&certificate::read_file(key)?).into_owned();
        let pair = KeyPair::from_pem(&pem).map_err(unusable)?;
        let issuer = Issuer::from_ca_cert_der(own, pair).map_err(unusable)?;
        Ok(Self {
            certificate: own.to_vec(),
            issuer,
        })
    }

    fn create(folder: &DataFolder, now: OffsetDateTime) -> Result<Self, TlsError> {
        let pair = KeyPair::generate().map_err(failed)?;
        let mut params = lasting(now, AUTHORITY_LIFE)?;
        // Several hubs on one machine have an authority each, and clients tell them apart by their names.
        let number = u32::from_be_bytes(random()?);
        params.distinguished_name = named(&format!("IoT Hub Playground CA {number:08x}"));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&pair).map_err(failed)?;
        folder.write(CERTIFICATE, certificate.pem().as_bytes())?;
        folder.write(KEY, pair.serialize_pem().as_bytes())?;
        Ok(Self {
            certificate: certificate.der().to_vec(),
            issuer: Issuer::new(params, pair),
        })
    }

    pub(super) fn ends(&self, path: &Path) -> Result<OffsetDateTime, TlsError> {
        let own = self.certificate.as_slice().into();
        let parsed = certificate::parse(path, &own)?;
        Ok(parsed.validity().not_after.to_datetime())
    }

    /// Whether there is a server certificate of this authority that can be used for a good while.
    fn has_made(&self, folder: &DataFolder, names: &Names, now: OffsetDateTime) -> bool {
        let (path, key) = (folder.file(SERVER_CHAIN), folder.file(SERVER_KEY));
        let is_good = |server: &X509Certificate<'_>| {
            let authority = self.certificate.as_slice().into();
            let is_ours = certificate::parse(&path, &authority).is_ok_and(|authority| {
                let key = authority.public_key();
                server.verify_signature(Some(key)).is_ok()
            });
            is_ours
                && server.validity().not_after.to_datetime() > now + RENEWAL
                && names.are_in(server)
        };
        let read = certificate::read(&path, &key).and_then(|_| certificate::read_chain(&path));
        read.is_ok_and(|chain| {
            certificate::parse(&path, &chain[0]).is_ok_and(|server| is_good(&server))
        })
    }

    fn make(
        &self,
        folder: &DataFolder,
        names: &Names,
        now: OffsetDateTime,
    ) -> Result<(), TlsError> {
        let pair = KeyPair::generate().map_err(failed)?;
        let mut params = lasting(now, SERVER_LIFE)?;
        let alternatives = CertificateParams::new(names.to_vec()).map_err(failed)?;
        params.subject_alt_names = alternatives.subject_alt_names;
        params.distinguished_name = named("IoT Hub Playground");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&pair, &self.issuer).map_err(failed)?;
        folder.write(SERVER_KEY, pair.serialize_pem().as_bytes())?;
        folder.write(SERVER_CHAIN, certificate.pem().as_bytes())?;
        Ok(())
    }
}

/// A certificate from yesterday on, because clocks differ.
fn lasting(now: OffsetDateTime, life: Duration) -> Result<CertificateParams, TlsError> {
    let mut params = CertificateParams::default();
    params.not_before = now - DAY;
    params.not_after = now + life;
    let mut number: [u8; 16] = random()?;
    // A serial number is positive.
    number[0] &= 0x7f;
    params.serial_number = Some(SerialNumber::from_slice(&number));
    Ok(params)
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

fn random<const N: usize>() -> Result<[u8; N], TlsError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| TlsError::Failed(error.to_string()))?;
    Ok(bytes)
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to `map_err`")]
fn failed(error: rcgen::Error) -> TlsError {
    TlsError::Failed(error.to_string())
}
