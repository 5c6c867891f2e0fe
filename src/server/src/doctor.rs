//! What would keep a hub from starting, or its clients from trusting it: looked at, and nothing changed.

mod certificates;
mod data_folder;
mod host_name;
mod ports;
mod trust;

use std::{fmt, net::IpAddr, path::PathBuf};

use serde::Serialize;

use crate::{
    ports::Ports,
    tls::{Names, TlsError},
};

/// The hub that is asked about.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Its host name.
    pub host_name: String,
    /// The address that it is to listen on.
    pub listen: IpAddr,
    /// Its ports.
    pub ports: Ports,
    /// Its data folder.
    pub data: PathBuf,
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    /// The folder that the hub is kept in.
    DataFolder,
    /// The ports that it listens on.
    Ports,
    /// Its certificates.
    Certificates,
    /// What programs that are started from here trust.
    Trust,
    /// Where its name leads.
    HostName,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// All is well.
    Ok,
    /// Some clients or a later day may have trouble.
    Warning,
    /// The hub cannot start as asked, or clients cannot connect.
    Problem,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// What it is about.
    pub about: Area,
    /// What was found.
    pub found: String,
    /// What to do about it, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// Looks at everything. Fails only if the host name can be no hub's.
pub fn examine(subject: &Subject) -> Result<Vec<Finding>, TlsError> {
    let names = Names::new(&subject.host_name, subject.listen)?;
    let (mut findings, user) = data_folder::examine(&subject.data);
    findings.extend(ports::examine(subject, user));
    findings.extend(certificates::examine(&subject.data, &names));
    findings.extend(trust::examine(&subject.data));
    findings.push(host_name::examine(&subject.host_name, subject.listen));
    Ok(findings)
}

impl Finding {
    fn ok(about: Area, found: impl Into<String>) -> Self {
        Self {
            level: Level::Ok,
            about,
            found: found.into(),
            remedy: None,
        }
    }

    fn warning(about: Area, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            level: Level::Warning,
            about,
            found: found.into(),
            remedy: Some(remedy.into()),
        }
    }

    fn problem(about: Area, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            level: Level::Problem,
            ..Self::warning(about, found, remedy)
        }
    }

    /// An error that says what to do in its own words.
    fn error(about: Area, error: impl fmt::Display) -> Self {
        Self {
            level: Level::Problem,
            ..Self::ok(about, error.to_string())
        }
    }
}

/// A line for a person.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Ok => "ok",
            Level::Warning => "warning",
            Level::Problem => "PROBLEM",
        };
        let about = match self.about {
            Area::DataFolder => "data folder",
            Area::Ports => "ports",
            Area::Certificates => "certificates",
            Area::Trust => "trust",
            Area::HostName => "host name",
        };
        write!(f, "{level:<8} {about:<13} {}", self.found)?;
        match &self.remedy {
            Some(remedy) => write!(f, ": {remedy}"),
            None => Ok(()),
        }
    }
}
