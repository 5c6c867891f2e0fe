//! `iothub-playground export` and `import`: a hub as text, from one data folder to another.

use std::io::{self, IsTerminal as _};

use hub::HubOptions;

use super::{FolderArgs, choice, failure::Failure};
use crate::{
    data_folder::DataFolder,
    store::{self, TransferError},
};

/// Writes the hub to standard output, and warns of its keys.
pub(super) fn export(args: &FolderArgs) -> Result<(), Failure> {
    let path = &args.data;
    // A mistyped name must not leave a folder behind.
    if !store::is_in(path) {
        return Err(TransferError::Empty(path.clone()).into());
    }
    let folder = DataFolder::open(path)?;
    store::export(&folder, io::stdout().lock())?;
    eprintln!(
        "iothub-playground: what was written holds the keys of the hub and of all its devices: keep it as secret as {}",
        folder.path().display()
    );
    Ok(())
}

/// Makes the hub from standard input.
pub(super) fn import(args: &FolderArgs) -> Result<(), Failure> {
    let text = io::stdin();
    if text.is_terminal() {
        return Err(Failure::NothingToImport);
    }
    let folder = DataFolder::open(&args.data)?;
    // The text says the name, and everything else that the options would.
    let options = HubOptions::new("", choice::seed()?);
    store::import(&folder, options, text.lock())?;
    eprintln!(
        "iothub-playground: the hub is in {} now",
        folder.path().display()
    );
    Ok(())
}
