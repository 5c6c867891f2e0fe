//! Why the program ends, in words for a person and as a number for a script.

use std::{io, path::PathBuf, process::ExitCode};

use hub::StoreError;

use crate::{
    connections_file::NoPolicy,
    data_folder::FolderError,
    emulator::StartError,
    https::OriginError,
    ports::BindError,
    relay::ProxyError,
    site::SiteError,
    store::{StoreFault, TransferError},
    tls::TlsError,
};

/// The numbers, for `--help`.
pub(super) const EXIT_CODES: &str = "\
Exit codes:
   0  ended as it was told to
   1  something else went wrong, or the doctor has found a problem
   2  the command line is wrong
   3  a port is taken
   4  no right to take a port
   5  another program uses the data folder
   6  the data folder cannot be used, or holds no hub, or holds one already
   7  a certificate or key cannot be used
   8  the hub's state could not be kept
   9  there is no site to give out
  10  what was to be imported is not the text of a hub";

/// Why the program ends.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Bind(#[from] BindError),
    #[error("cannot use the data folder {}: {source}", path.display())]
    Folder { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error(transparent)]
    Origin(#[from] OriginError),
    #[error(transparent)]
    NoPolicy(#[from] NoPolicy),
    #[error("the hub's state could not be kept, so the hub has ended: {0}")]
    Store(StoreError),
    #[error(transparent)]
    DataFolder(#[from] FolderError),
    #[error(transparent)]
    Kept(#[from] StoreFault),
    #[error(transparent)]
    Site(#[from] SiteError),
    #[error(transparent)]
    Proxy(#[from] ProxyError),
    #[error(transparent)]
    Transfer(#[from] TransferError),
    #[error(
        "there is nothing to import: give what `export` wrote on standard input, as in \
         `iothub-playground import --data DIR < state.jsonl`"
    )]
    NothingToImport,
    #[error("cannot write to {to}: {source}")]
    Output { to: String, source: io::Error },
    #[error("{0} of these keep the hub or its clients from working")]
    Unwell(usize),
    #[error("the system gives no random bytes for the hub's keys: {0}")]
    Random(getrandom::Error),
    #[error("cannot start: {0}")]
    System(io::Error),
}

impl Failure {
    pub(super) fn exit_code(&self) -> ExitCode {
        let code = match self {
            Self::Bind(error) => match error.source.kind() {
                io::ErrorKind::AddrInUse => 3,
                io::ErrorKind::PermissionDenied => 4,
                _ => 1,
            },
            Self::Origin(_)
            | Self::NothingToImport
            | Self::Proxy(_)
            | Self::Tls(TlsError::Name { .. }) => 2,
            Self::DataFolder(FolderError::InUse { .. }) => 5,
            Self::Transfer(error) => match error {
                TransferError::Store(_) | TransferError::Empty(_) | TransferError::Occupied(_) => 6,
                TransferError::Text(_) => 10,
                TransferError::Io { .. } => 1,
            },
            Self::Site(_) => 9,
            Self::Folder { .. } | Self::DataFolder(_) | Self::Kept(_) | Self::NoPolicy(_) => 6,
            Self::Tls(_) | Self::Start(StartError::Tls(_)) => 7,
            Self::Store(_) => 8,
            Self::Start(StartError::Listen(error)) if error.kind() == io::ErrorKind::AddrInUse => 3,
            Self::Start(_)
            | Self::Random(_)
            | Self::System(_)
            | Self::Output { .. }
            | Self::Unwell(_) => 1,
        };
        ExitCode::from(code)
    }
}
