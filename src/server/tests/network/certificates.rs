//! The certificate authority and what it makes.

use std::{fs, net::Ipv4Addr, path::Path};

use server::tls::{Names, OwnCertificate, Tls, TlsError};

fn names(host_name: &str) -> Names {
    Names::new(host_name, Ipv4Addr::LOCALHOST.into()).unwrap()
}

fn read(folder: &Path) -> [String; 2] {
    ["ca.pem", "server.pem"].map(|name| fs::read_to_string(folder.join(name)).unwrap())
}

#[test]
fn a_second_start_keeps_both_certificates() {
    let folder = tempfile::tempdir().unwrap();
    Tls::own_authority(folder.path(), names("localhost")).unwrap();
    let first = read(folder.path());
    Tls::own_authority(folder.path(), names("localhost")).unwrap();
    assert_eq!(read(folder.path()), first);
}

#[test]
fn another_host_name_gets_another_certificate_of_the_same_authority() {
    let folder = tempfile::tempdir().unwrap();
    Tls::own_authority(folder.path(), names("localhost")).unwrap();
    let [authority, server] = read(folder.path());
    Tls::own_authority(folder.path(), names("contoso.example")).unwrap();
    let [same_authority, other_server] = read(folder.path());
    assert_eq!(same_authority, authority);
    assert_ne!(other_server, server);
}

#[test]
fn a_lost_server_certificate_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    Tls::own_authority(folder.path(), names("localhost")).unwrap();
    fs::write(folder.path().join("server.pem"), "damaged").unwrap();
    Tls::own_authority(folder.path(), names("localhost")).unwrap();
    assert!(read(folder.path())[1].starts_with("-----BEGIN"));
}

#[test]
fn a_damaged_authority_is_named_and_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    Tls::own_authority(folder.path(), names("localhost")).unwrap();
    let path = folder.path().join("ca.pem");
    fs::write(&path, "damaged").unwrap();
    let error = Tls::own_authority(folder.path(), names("localhost"))
        .err()
        .unwrap();
    assert!(error.to_string().contains("ca.pem"), "{error}");
    assert_eq!(fs::read_to_string(path).unwrap(), "damaged");
}

#[cfg(unix)]
#[test]
fn keys_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    Tls::own_authority(folder.path(), names("localhost")).unwrap();
    for name in ["ca-key.pem", "server-key.pem"] {
        let mode = fs::metadata(folder.path().join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_certificate_of_the_users_own_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    Tls::own_authority(folder.path(), names("localhost")).unwrap();
    let own = OwnCertificate {
        certificate: folder.path().join("server.pem"),
        key: folder.path().join("server-key.pem"),
    };
    let tls = Tls::own_certificate(&own).unwrap();
    assert_eq!(tls.trusted(), own.certificate);
}

#[test]
fn a_key_of_another_certificate_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    Tls::own_authority(folder.path(), names("localhost")).unwrap();
    let own = OwnCertificate {
        certificate: folder.path().join("server.pem"),
        key: folder.path().join("ca-key.pem"),
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
