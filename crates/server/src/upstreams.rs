//! The other providers by which people may arrive: who calls each of them.

use crate::config::{Config, Mode};
use anyhow::Context as _;
use portal_id_core::ports::UpstreamHttp;
use portal_id_core::upstream::UpstreamId;
use portal_id_notify::{HttpOutgoing, OutgoingSettings};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A client for each upstream, with its own authorities, networks and patience; `instead` in place of all of them.
pub(crate) fn callers(
    config: &Config,
    instead: Option<&Arc<dyn UpstreamHttp>>,
) -> anyhow::Result<BTreeMap<UpstreamId, Arc<dyn UpstreamHttp>>> {
    let own_machine = config.mode != Mode::Production;
    let mut callers = BTreeMap::new();
    for upstream in &config.federation.upstreams {
        let caller = match instead {
            Some(caller) => Arc::clone(caller),
            None => {
                let settings = OutgoingSettings {
                    root_ca_file: upstream.root_ca_file.clone(),
                    allowed_networks: upstream.allowed_networks.clone(),
                    timeout_seconds: upstream.timeout_seconds,
                };
                let caller = HttpOutgoing::new(&settings, own_machine);
                Arc::new(caller.with_context(|| format!("federation.upstreams, {}", upstream.id))?)
            }
        };
        callers.insert(upstream.id.clone(), caller);
    }
    Ok(callers)
}

/// Reads every file that the settings of upstreams name, and says what they lack.
pub(crate) fn preflight(config: &Config) -> anyhow::Result<()> {
    config.federation.check()?;
    callers(config, None)?;
    Ok(())
}
