//! `iothub-playground serve`: the site for a browser on this machine, and a hub behind it.

use std::{
    io::{self, Write as _},
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::Arc,
};

use tokio::runtime::Runtime;

use super::{
    RelayArgs, ServeArgs,
    failure::Failure,
    run_hub::raise_file_limit,
    signals::{Signals, until_told},
};
use crate::{
    connections_file::service_connection_strings,
    data_folder::DataFolder,
    emulator::{Emulator, EmulatorOptions},
    host_names::HostNames,
    listener::Bound,
    playground::Playground,
    ports::{BindError, Surface},
    relay::{Authorities, Proxies, Relay, RelayOptions},
    site::{Site, SiteError},
};

pub(super) fn run(args: &ServeArgs) -> Result<(), Failure> {
    let site = match &args.site {
        Some(folder) => Site::open(folder, &args.frame_ancestors)?,
        None => Site::embedded(&args.frame_ancestors).ok_or(SiteError::None)?,
    };
    let relay = Relay::new(RelayOptions {
        named: args.relay.relay_to.clone(),
        authorities: args.relay.authorities()?,
        proxies: args.relay.proxies()?,
        ..RelayOptions::default()
    })?;
    let is_kept = !args.hub.ephemeral;
    let folder = is_kept.then(|| args.hub.open_folder()).transpose()?;
    raise_file_limit();
    let runtime = Runtime::new().map_err(Failure::System)?;
    let outcome = runtime.block_on(serve(args, folder.as_ref(), site, relay));
    // Nothing that is left may hold up the end.
    runtime.shutdown_background();
    outcome
}

impl RelayArgs {
    fn authorities(&self) -> Result<Authorities, Failure> {
        let read = self.relay_ca.as_deref().map(Authorities::read).transpose();
        Ok(read?.unwrap_or_default())
    }

    fn proxies(&self) -> Result<Proxies, Failure> {
        let proxies = match &self.relay_proxy {
            Some(url) => Proxies::given("--relay-proxy", url)?,
            None => Proxies::of_environment(),
        };
        match proxies.told() {
            Some(Ok(proxy)) => tracing::info!(proxy, "hubs elsewhere are reached through a proxy"),
            Some(Err(error)) => tracing::warn!(%error, "hubs elsewhere cannot be reached"),
            None => {}
        }
        Ok(proxies)
    }
}

async fn serve(
    args: &ServeArgs,
    folder: Option<&Arc<DataFolder>>,
    site: Site,
    relay: Relay,
) -> Result<(), Failure> {
    let signals = Signals::new().map_err(Failure::System)?;
    let address = SocketAddr::new(args.address.listen, args.port);
    let port = Bound::new(address).map_err(|source| BindError {
        surface: Surface::Http,
        address,
        source,
    })?;
    let (hub, ended) = match folder {
        Some(folder) => args.hub.start(folder)?,
        None => args.hub.start_ephemeral()?,
    };
    let strings = service_connection_strings(hub.host_name(), hub.policies())?;
    let address = SocketAddr::new(address.ip(), port.port());
    if !address.ip().is_loopback() {
        tracing::warn!(
            %address,
            "other machines can reach this port, and what they send is not encrypted: tokens can be read on the way"
        );
    }
    let playground = Playground {
        site,
        relay,
        names: HostNames::new(address.ip(), hub.host_name()),
    };
    let options = EmulatorOptions::default();
    let emulator = Emulator::start_with_playground(hub, playground, port, options)?;
    tell(address, folder.map(|folder| folder.path()), &strings);
    until_told(emulator, ended, signals).await
}

fn tell(address: SocketAddr, folder: Option<&Path>, [owner, service]: &[String; 2]) {
    let kept = folder.map_or_else(
        || "Its hub is in memory alone, and gone at the end".to_owned(),
        |folder| format!("Its hub is kept in {}", folder.display()),
    );
    // Where a program listens on all addresses, nobody can go to.
    let at = match address.ip() {
        ip if ip.is_unspecified() => SocketAddr::new(Ipv4Addr::LOCALHOST.into(), address.port()),
        _ => address,
    };
    let text = format!(
        "IoT Hub Playground: open http://{at}/ in a browser\n\n\
         {kept}; REST and MQTT over WebSocket are at the same address\n  \
         iothubowner  {owner}\n  service      {service}\n"
    );
    // Nobody may be reading.
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    tracing::info!(%address, "ready");
}
