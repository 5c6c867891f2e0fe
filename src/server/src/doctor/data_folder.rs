//! Whether the data folder can be used, and what is in it.

use std::{fs, io, path::Path};

use super::{Area, Finding};
use crate::{
    data_folder::{DataFolder, FolderError},
    owner_only, store,
};

/// The process that uses the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct User(pub(super) u32);

/// Looks at the folder. While a program uses it, the state in it cannot be looked at.
pub(super) fn examine(path: &Path) -> (Vec<Finding>, Option<User>) {
    let shown = path.display();
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => {
            let found = format!("{shown} is a file");
            let finding = Finding::problem(Area::DataFolder, found, "name a folder with --data");
            return (vec![finding], None);
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let found = format!("there is no {shown} yet; the first start makes it");
            return (vec![Finding::ok(Area::DataFolder, found)], None);
        }
        Err(error) => {
            let found = format!("cannot look at {shown}: {error}");
            let remedy = "see who owns it, and run this as that user";
            return (
                vec![Finding::problem(Area::DataFolder, found, remedy)],
                None,
            );
        }
    }
    let mut findings: Vec<Finding> = rights(path).into_iter().collect();
    let (state, user) = state(path);
    findings.push(state);
    (findings, user)
}

/// Who else may look into the folder.
fn rights(path: &Path) -> Option<Finding> {
    let shown = path.display();
    if owner_only::is_shared(path) {
        let found =
            format!("{shown} is shared by all users of this machine, and keys are kept in it");
        let remedy = format!(
            "choose a folder of its own, such as {}",
            path.join("iothub").display()
        );
        return Some(Finding::problem(Area::DataFolder, found, remedy));
    }
    owner_only::is_open_to_others(path).then(|| {
        let found = format!("other users can look into {shown}, where keys are kept");
        Finding::warning(
            Area::DataFolder,
            found,
            format!("chmod 700 {shown}; the next start does so"),
        )
    })
}

fn state(path: &Path) -> (Finding, Option<User>) {
    let shown = path.display();
    if !store::is_in(path) && !DataFolder::was_used(path) {
        let found = format!("{shown} holds no hub yet; the first start makes one");
        return (Finding::ok(Area::DataFolder, found), None);
    }
    let folder = match DataFolder::lock(path) {
        Ok(folder) => folder,
        Err(FolderError::InUse { process, .. }) => {
            let process = process.map(User);
            let who = process.map_or_else(String::new, |User(id)| format!(" (process {id})"));
            let found = format!(
                "{shown} is in use by another program{who}, so what is in it was not looked at"
            );
            let remedy = "if that is the hub you mean, all is well; to start another one, stop it or choose another folder";
            return (Finding::warning(Area::DataFolder, found, remedy), process);
        }
        Err(error) => return (Finding::error(Area::DataFolder, error), None),
    };
    if !store::is_in(path) {
        let found = format!("{shown} holds certificates, and no hub that is kept");
        return (Finding::ok(Area::DataFolder, found), None);
    }
    let finding = match store::examine(&folder) {
        Ok(examined) => Finding::ok(Area::DataFolder, format!("{shown} holds {examined}")),
        Err(fault) => Finding::error(Area::DataFolder, fault),
    };
    (finding, None)
}
