//! Whether programs that are started from this shell would trust the hub.

use std::{env, path::Path};

use super::{Area, Finding};
use crate::{connections_file::quoted, tls::own};

/// The variables, and who heeds each.
const VARIABLES: [(&str, &str); 3] = [
    (
        "SSL_CERT_FILE",
        "azure-iot-device for Python, and the AMQP of azure-iot-hub and az",
    ),
    (
        "REQUESTS_CA_BUNDLE",
        "the REST of azure-iot-hub for Python and az",
    ),
    ("NODE_EXTRA_CA_CERTS", "the SDKs for Node.js"),
];

/// A finding for each variable.
pub(super) fn examine(folder: &Path) -> Vec<Finding> {
    let authority = own::certificate_path(folder);
    if !authority.exists() {
        let found = "there is no authority to trust yet";
        let remedy = "start the hub once, then look again";
        return vec![Finding::warning(Area::Trust, found, remedy)];
    }
    let authority = std::path::absolute(&authority).unwrap_or(authority);
    let variables = VARIABLES.into_iter();
    variables
        .map(|(variable, who)| one(variable, who, &authority))
        .collect()
}

fn one(variable: &str, who: &str, authority: &Path) -> Finding {
    let remedy = format!("export {variable}={}", quoted(authority));
    let Some(set) = env::var_os(variable).filter(|set| !set.is_empty()) else {
        let found = format!("{variable} is not set, so {who} would not trust the hub");
        return Finding::warning(Area::Trust, found, remedy);
    };
    let set = Path::new(&set);
    let shown = set.display();
    match own::is_trusted_by(set, authority) {
        Ok(true) => Finding::ok(
            Area::Trust,
            format!("{variable} has the hub's authority in it"),
        ),
        Ok(false) => {
            let found = format!(
                "{variable} is {shown}, which does not hold the hub's authority, so {who} would not trust the hub"
            );
            Finding::problem(Area::Trust, found, remedy)
        }
        Err(error) => {
            let found = format!("{variable} is {shown}, so {who} would not trust the hub: {error}");
            Finding::problem(Area::Trust, found, remedy)
        }
    }
}
