//! The certificate authority and what it makes.

use std::{fs, net::Ipv4Addr, sync::Arc};

use server::{
    data_folder::DataFolder,
    tls::{Names, OwnCertificate, Tls, TlsError},
};
use tempfile::TempDir;

/// A data folder for one test.
fn folder() -> (TempDir, Arc<DataFolder>) {
    let place = tempfile::tempdir().unwrap();
    let folder = Arc::new(DataFolder::open(place.path()).unwrap());
    (place, folder)
}

fn authority(folder: &Arc<DataFolder>, host_name: &str) -> Result<Tls, TlsError> {
    let names = Names::new(host_name, Ipv4Addr::LOCALHOST.into())?;
    Tls::own_authority(Arc::clone(folder), names)
}

fn read(folder: &DataFolder) -> [String; 2] {
    ["ca.pem", "server.pem"].map(|name| fs::read_to_string(folder.file(name)).unwrap())
}

#[test]
fn a_second_start_keeps_both_certificates() {
    let (_place, folder) = folder();
    authority(&folder, "localhost").unwrap();
    let first = read(&folder);
    authority(&folder, "localhost").unwrap();
    assert_eq!(read(&folder), first);
}

#[test]
fn another_host_name_gets_another_certificate_of_the_same_authority() {
    let (_place, folder) = folder();
    authority(&folder, "localhost").unwrap();
    let [first_authority, server] = read(&folder);
    authority(&folder, "contoso.example").unwrap();
    let [same_authority, other_server] = read(&folder);
    assert_eq!(same_authority, first_authority);
    assert_ne!(other_server, server);
}

#[test]
fn a_lost_server_certificate_is_made_anew() {
    let (_place, folder) = folder();
    authority(&folder, "localhost").unwrap();
    fs::write(folder.file("server.pem"), "damaged").unwrap();
    authority(&folder, "localhost").unwrap();
    assert!(read(&folder)[1].starts_with("-----BEGIN"));
}

#[test]
fn a_damaged_authority_is_named_and_not_replaced() {
    let (_place, folder) = folder();
    authority(&folder, "localhost").unwrap();
    let path = folder.file("ca.pem");
    fs::write(&path, "damaged").unwrap();
    let error = authority(&folder, "localhost").err().unwrap();
    assert!(error.to_string().contains("ca.pem"), "{error}");
    assert_eq!(fs::read_to_string(path).unwrap(), "damaged");
}

#[cfg(unix)]
#[test]
fn keys_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (_place, folder) = folder();
    authority(&folder, "localhost").unwrap();
    for name in ["ca-key.pem", "server-key.pem"] {
        let mode = fs::metadata(folder.file(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_certificate_of_the_users_own_is_taken() {
    let (_place, folder) = folder();
    authority(&folder, "localhost").unwrap();
    let own = OwnCertificate {
        certificate: folder.file("server.pem"),
        key: folder.file("server-key.pem"),
    };
    let tls = Tls::own_certificate(&own).unwrap();
    assert_eq!(tls.trusted(), own.certificate);
}

#[test]
fn a_key_of_another_certificate_is_refused() {
    let (_place, folder) = folder();
    authority(&folder, "localhost").unwrap();
    let own = OwnCertificate {
        certificate: folder.file("server.pem"),
        key: folder.file("ca-key.pem"),
    };
    let error = Tls::own_certificate(&own).err().unwrap();
    assert!(matches!(error, TlsError::Unusable { .. }), "{error}");
}

#[test]
fn what_is_no_host_name_is_refused() {
    for name in ["", "two words", "https://localhost", "localhost:443"] {
        let error = Names::new(name, Ipv4Addr::LOCALHOST.into()).err();
        assert!(matches!(error, Some(TlsError::Name { .. })), "{name}");
    }
}
