//! The hub that a command line chooses, and the folder that it is kept in.

use std::{fs, io, sync::Arc};

use hub::{HubOptions, Tier};

use super::{HubChoice, PortArgs, TierChoice, failure::Failure};
use crate::{
    connections_file,
    data_folder::DataFolder,
    host::{Ended, HubHandle},
    ports::Ports,
    store,
};

impl HubChoice {
    /// Makes the folder ready. What an earlier run has written of its ports must not be taken for this one's.
    pub(super) fn open_folder(&self) -> Result<Arc<DataFolder>, Failure> {
        let folder = DataFolder::open(&self.folder.data)?;
        match fs::remove_file(folder.file(connections_file::NAME)) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(Failure::Folder {
                path: folder.path().to_owned(),
                source,
            }),
            _ => Ok(Arc::new(folder)),
        }
    }

    /// Starts the hub that is kept in the folder, or one in memory.
    pub(super) fn start(&self, folder: &Arc<DataFolder>) -> Result<(HubHandle, Ended), Failure> {
        if self.ephemeral {
            return self.start_ephemeral();
        }
        let (options, folder) = (self.options()?, Arc::clone(folder));
        let started = HubHandle::start(move || store::open(&folder, options));
        Ok(started.map_err(Failure::System)??)
    }

    /// Starts a hub in memory.
    pub(super) fn start_ephemeral(&self) -> Result<(HubHandle, Ended), Failure> {
        HubHandle::ephemeral(self.options()?).map_err(Failure::System)
    }

    fn options(&self) -> Result<HubOptions, Failure> {
        let mut options = HubOptions::new(&self.name.hostname, seed()?);
        options.enforce_limits = self.tier != TierChoice::None;
        options.tier = match self.tier {
            TierChoice::F1 => Tier::F1,
            TierChoice::S1 | TierChoice::None => Tier::S1 { units: 1 },
        };
        Ok(options)
    }
}

impl PortArgs {
    pub(super) fn ports(&self) -> Ports {
        Ports {
            https: self.https,
            mqtts: self.mqtts,
            amqps: self.amqps,
            amqp: self.amqp,
        }
    }
}

/// What a hub draws its new keys from.
pub(super) fn seed() -> Result<[u8; 32], Failure> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(Failure::Random)?;
    Ok(seed)
}
