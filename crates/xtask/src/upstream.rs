//! The area `upstream`: people arrive by a national portal, in a real Chromium. Once by one that we did not write, then by
//! the stand-in that the demo brings.

use crate::ports;
use crate::processes::{self, Background, progress};
use crate::provider::{self, Addresses, Arriving, NATIONAL_PASSWORD};
use crate::tests::{Workshop, chromium, with_log};
use anyhow::Result;
use serde_json::json;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// The portal that we did not write is two upstreams of ours, so that both ways to its addresses are walked. Each has a
/// secret of its own there: one that goes to other addresses than before is held back (security.md row 37).
const DISCOVERED: &str = "vnconnect";
const BY_PRESET: &str = "vnconnect-preset";

/// Our name as an upstream, and the secret with it.
fn credentials(id: &str) -> (String, String) {
    (format!("cong-tinh-{id}"), format!("a-secret-of-the-tests-alone-{id}"))
}

/// Where a WSO2 Identity Server has its metadata.
const METADATA: &str = "/oauth2/token/.well-known/openid-configuration";

pub(crate) fn run(workshop: &Workshop<'_>) -> Result<()> {
    // Both, whatever becomes of the first: they fail for different reasons.
    let foreign = by_one_that_we_did_not_write(workshop);
    by_the_stand_in(workshop).and(foreign)
}

fn by_one_that_we_did_not_write(workshop: &Workshop<'_>) -> Result<()> {
    let addresses = Addresses::free()?;
    progress("starting npm oidc-provider in the shape of VNConnect");
    let _portal = start_portal(workshop, addresses)?;
    let settings = workshop.folder.join("upstreams.toml");
    // Nothing but what an operator must say: everything else is the preset's. The first is told where the metadata are, which
    // are not at the root, and finds the rest there; the second knows its places by the preset.
    let upstream = |id: &str, place: &str| {
        let (client_id, client_secret) = credentials(id);
        format!(
            "[[federation.upstreams]]\nid = \"{id}\"\npreset = \"vnconnect\"\n{place}\n\
             client_id = \"{client_id}\"\nclient_secret = \"{client_secret}\"\n"
        )
    };
    let at = addresses.national_url();
    let text = upstream(DISCOVERED, &format!("discovery_url = \"{at}{METADATA}\""))
        + &upstream(BY_PRESET, &format!("name.vi = \"Theo mẫu\"\nname.en = \"By preset\"\nbase_url = \"{at}\""));
    fs::write(&settings, text)?;
    walk(
        workshop,
        addresses,
        Arriving::By(&settings),
        "oidc-provider",
        "people who arrive by oidc-provider in Chromium",
    )
}

fn by_the_stand_in(workshop: &Workshop<'_>) -> Result<()> {
    walk(
        workshop,
        Addresses::free()?,
        Arriving::StandIn,
        "stand-in",
        "people who arrive by the demo's stand-in in Chromium",
    )
}

/// Starts the provider and the sample service, and walks through them as the test of that name does.
fn walk(workshop: &Workshop<'_>, addresses: Addresses, arriving: Arriving<'_>, name: &str, what: &str) -> Result<()> {
    let folder = workshop.folder.join(name);
    fs::create_dir_all(&folder)?;
    let provider = provider::start(
        &workshop.program,
        addresses,
        arriving,
        &folder.join("data"),
        Some(&folder.join("provider.log")),
    )?;
    let _service = provider::start_service(workshop.repository, addresses, Some(&folder.join("service.log")))?;
    let mut command = chromium(workshop, "tests/upstream", addresses);
    command
        .arg(format!("{name}.test.js"))
        .env("UPSTREAM_URL", addresses.national_url())
        .env("NATIONAL_PASSWORD", NATIONAL_PASSWORD);
    with_log(processes::run(what, &mut command), &provider)
}

fn start_portal(workshop: &Workshop<'_>, addresses: Addresses) -> Result<Background> {
    let client = |id: &str| {
        let (client_id, client_secret) = credentials(id);
        let address = format!("{}/upstream/{id}", addresses.issuer());
        json!({ "client_id": client_id, "client_secret": client_secret, "address": address })
    };
    let log: PathBuf = workshop.folder.join("oidc-provider.log");
    let mut command = Command::new("node");
    command
        .arg("portal.js")
        .current_dir(workshop.repository.path("tests/upstream"))
        .env("PORT", addresses.national.to_string())
        .env("CLIENTS", json!([client(DISCOVERED), client(BY_PRESET)]).to_string());
    let mut portal = Background::start("oidc-provider", &mut command, Some(&log))?;
    ports::wait_until_healthy(&mut portal, addresses.national)?;
    Ok(portal)
}
