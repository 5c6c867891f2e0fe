//! A look at a hub's file that changes nothing in it, for whoever wants to know whether it is sound.

use std::fmt;

use hub::{Hub, HubOptions, MemoryStore};

use super::{database::Database, error::StoreFault, load::with_lines};
use crate::{clock::now, data_folder::DataFolder};

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Examined {
    /// Nothing yet.
    Nothing,
    /// The hub of this name, all of which can be read.
    Hub(String),
    /// A hub of an older version of this program, which the next start brings up to this one.
    Older {
        /// Its schema.
        found: i64,
        /// The schema of this version.
        known: i64,
    },
}

impl fmt::Display for Examined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("a file for a hub, and no hub yet"),
            Self::Hub(name) => write!(f, "the hub {name}, and all of it can be read"),
            Self::Older { found, known } => write!(
                f,
                "a hub of an older version of this program (schema {found}), which the next start brings up to schema {known}"
            ),
        }
    }
}

/// Reads all of a folder's file, as a start would, and writes nothing.
pub fn examine(folder: &DataFolder) -> Result<Examined, StoreFault> {
    let database = Database::look(folder)?;
    match database.schema()? {
        None => return Ok(Examined::Nothing),
        Some((found, known)) if found < known => return Ok(Examined::Older { found, known }),
        Some(_) => {}
    }
    if database.is_new()? {
        return Ok(Examined::Nothing);
    }
    let hub = with_lines(&database, |lines| {
        let header = lines.next().unwrap_or_default();
        let name = hub::snapshot_host_name(&header).unwrap_or_default();
        let options = HubOptions::new(&name, [0; 32]);
        let all = std::iter::once(header).chain(lines);
        Hub::restore_lines(options, Box::new(MemoryStore), now(), all)
    })?;
    let hub = hub.map_err(|error| StoreFault::damaged(&database.path, error.problem))?;
    Ok(Examined::Hub(hub.host_name().to_owned()))
}
