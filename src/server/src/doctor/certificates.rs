//! Whether the certificates are good for the hub's name, and for how long.

use std::{fs, path::Path};

use time::OffsetDateTime;

use super::{Area, Finding};
use crate::{
    owner_only,
    tls::{Names, TlsError, own},
};

/// A certificate that ends sooner than this is made anew at the next start, or by a hub that runs.
const SOON: time::Duration = time::Duration::days(30);
const ABOUT: Area = Area::Certificates;

/// Looks at the program's own authority and certificate in a folder.
pub(super) fn examine(folder: &Path, names: &Names) -> Vec<Finding> {
    if !own::certificate_path(folder).exists()
        && !own::SECRET.iter().any(|key| folder.join(key).exists())
    {
        let found = "there are none yet; the first start makes an authority and a certificate";
        return vec![Finding::ok(ABOUT, found)];
    }
    let now = OffsetDateTime::now_utc();
    let mut findings = vec![authority(folder, now), server(folder, names, now)];
    findings.extend(
        own::SECRET
            .iter()
            .filter_map(|key| open_key(&folder.join(key))),
    );
    findings
}

fn authority(folder: &Path, now: OffsetDateTime) -> Finding {
    let path = own::certificate_path(folder);
    let examined = match own::examine_authority(folder) {
        Ok(examined) => examined,
        Err(error) => return refused(&error),
    };
    let (path, ends) = (path.display(), examined.ends);
    if ends < now + SOON {
        let found = format!("the authority {path} ends on {}", ends.date());
        let remedy = "start the hub, and have clients trust the new authority that it makes";
        return Finding::problem(ABOUT, found, remedy);
    }
    Finding::ok(
        ABOUT,
        format!("the authority {path} is good until {}", ends.date()),
    )
}

fn server(folder: &Path, names: &Names, now: OffsetDateTime) -> Finding {
    let examined = match own::examine_server(folder, names) {
        Ok(examined) => examined,
        Err(error) => return refused(&error),
    };
    let ends = examined.ends;
    let again = "start the hub again with this --hostname and --listen, and it makes a new one";
    if !examined.missing.is_empty() {
        let found = format!("the certificate is not for {}", examined.missing.join(", "));
        return Finding::warning(ABOUT, found, again);
    }
    if !examined.is_of_authority {
        return Finding::warning(
            ABOUT,
            "the certificate is not of the folder's authority",
            again,
        );
    }
    if ends < now {
        return Finding::problem(
            ABOUT,
            format!("the certificate ended on {}", ends.date()),
            again,
        );
    }
    if ends < now + SOON {
        let found = format!("the certificate ends on {}", ends.date());
        let remedy = "a hub that runs renews it by itself, and so does the next start";
        return Finding::warning(ABOUT, found, remedy);
    }
    let found = format!(
        "the certificate is for {} and good until {}",
        names.to_vec().join(", "),
        ends.date()
    );
    Finding::ok(ABOUT, found)
}

fn open_key(path: &Path) -> Option<Finding> {
    let is_there = fs::metadata(path).is_ok();
    (is_there && owner_only::is_open_to_others(path)).then(|| {
        let shown = path.display();
        let found = format!("other users can read the key {shown}");
        let remedy = format!(
            "chmod 600 {shown}; if others were on this machine, delete it and start the hub"
        );
        Finding::problem(ABOUT, found, remedy)
    })
}

fn refused(error: &TlsError) -> Finding {
    let remedy = "delete the files *.pem in the data folder and start the hub: it makes new ones, which clients then \
                  have to trust";
    Finding::problem(ABOUT, error.to_string(), remedy)
}
