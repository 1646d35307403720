//! `portal-id upstream …`: how the other providers stand by which people arrive.

use super::moment;
use crate::cli::UpstreamCommand;
use crate::house::House;
use crate::upstreams::{self, Compared};
use anyhow::bail;
use portal_id_core::upstream::UpstreamId;
use std::fmt::Write as _;

/// Runs one of the commands about upstreams.
pub async fn run(house: &House, command: UpstreamCommand) -> anyhow::Result<()> {
    match command {
        UpstreamCommand::Status { id } => {
            print!("{}", status(house, id.as_deref()).await?);
            Ok(())
        }
        UpstreamCommand::Confirm { id } => {
            let id = known(house, &id)?;
            println!("{}", confirm(house, &id).await?);
            Ok(())
        }
    }
}

fn known(house: &House, id: &str) -> anyhow::Result<UpstreamId> {
    let mut ids = house.federation.ids();
    ids.extend(house.federation.unfinished().iter().map(|fault| fault.upstream.clone()));
    let Some(known) = ids.iter().find(|known| known.as_str() == id) else {
        let names: Vec<_> = ids.iter().map(UpstreamId::as_str).collect();
        bail!("there is no upstream {id}; the configuration has: {}", names.join(", "));
    };
    Ok(known.clone())
}

/// What there is to say of every upstream, or of one. Each is called once, by this process: what the nodes that serve
/// met with is in their logs.
pub async fn status(house: &House, only: Option<&str>) -> anyhow::Result<String> {
    let only = only.map(|id| known(house, id)).transpose()?;
    let ctx = house.outside.job_ctx("upstream-command");
    let mut said = String::new();
    for id in house.federation.ids().into_iter().filter(|id| only.as_ref().is_none_or(|only| only == id)) {
        let compared = upstreams::compare(&house.federation, &house.store, &id).await?;
        let is = match &compared {
            Compared::Moved { used_by } if *used_by == id => {
                "held back: its addresses have changed and its secret has not".to_owned()
            }
            Compared::Moved { used_by } => format!("held back: its secret is that of {used_by}, at other addresses"),
            _ if house.federation.offer(id.as_str()).is_some() => "on".to_owned(),
            _ => "off".to_owned(),
        };
        writeln!(said, "{id}: {is}")?;
        match compared {
            Compared::Moved { .. } => {
                writeln!(said, "  If this is meant: portal-id upstream confirm {id}, then start the nodes again.")?;
            }
            Compared::Same { since } => {
                writeln!(said, "  secret goes to these addresses since {}", moment(since))?;
            }
            Compared::New => {}
        }
        said.push_str(&to_register(house, &id)?);
        match house.federation.probe(&ctx, &id).await {
            Ok(found) => {
                writeln!(said, "  answers: issuer {}, {} keys", found.issuer, found.keys)?;
            }
            Err(why) => writeln!(said, "  does not answer as it should: {why}")?,
        }
    }
    let unfinished = house.federation.unfinished().iter();
    for fault in unfinished.filter(|fault| only.as_ref().is_none_or(|only| *only == fault.upstream)) {
        writeln!(said, "{}: off, and not to be switched on yet: {}", fault.upstream, fault.why)?;
        said.push_str(&to_register(house, &fault.upstream)?);
    }
    if said.is_empty() {
        said.push_str("The configuration has no [[federation.upstreams]].\n");
    }
    Ok(said)
}

/// What the provider must know of us.
fn to_register(house: &House, id: &UpstreamId) -> anyhow::Result<String> {
    let (federation, mut said) = (&house.federation, String::new());
    writeln!(said, "  register there: {}", federation.redirect_uri(id))?;
    writeln!(said, "  and for signing out: {}", federation.signed_out_uri(id))?;
    let ours = house.config.oidc.issuer.trim_end_matches('/');
    writeln!(said, "  and for back-channel logout: {ours}/upstream/{id}/backchannel-logout")?;
    if let Some(key) = federation.public_key(id) {
        writeln!(said, "  and our key: {}", serde_json::to_string(key)?)?;
    }
    Ok(said)
}

/// Says that the secret of an upstream may go to the addresses that are configured now.
pub async fn confirm(house: &House, id: &UpstreamId) -> anyhow::Result<String> {
    let ctx = house.outside.job_ctx("upstream-command");
    Ok(match upstreams::compare(&house.federation, &house.store, id).await? {
        Compared::Moved { .. } => {
            upstreams::remember(&house.federation, &house.store, id, &ctx).await?;
            format!("The secret of {id} may go to the configured addresses. Start the nodes again.")
        }
        Compared::New | Compared::Same { .. } => format!("There is nothing to confirm: {id} is not held back."),
    })
}
