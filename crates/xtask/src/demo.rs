//! `cargo xtask demo`: the whole main job, to walk through in a browser.

use crate::interrupt;
use crate::ports;
use crate::processes::progress;
use crate::provider::{
    self, Addresses, Arriving, DEMO_BUSINESS_PASSWORD, DEMO_BUSINESS_USERNAME, DEMO_PASSWORD, DEMO_USERNAME,
    NATIONAL_BUSINESS_USERNAME, NATIONAL_CITIZEN_NUMBER, NATIONAL_CITIZEN_OF_BOTH_NUMBER, NATIONAL_PASSWORD,
};
use crate::repository::Repository;
use crate::setup::{self, Need};
use anyhow::{Context, Result};
use std::fs;

/// Options of `cargo xtask demo`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Port of the provider
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Port of the sample service
    #[arg(long, default_value_t = 8081)]
    service_port: u16,
    /// Port of the stand-in for the national portal
    #[arg(long, default_value_t = 8082)]
    national_portal_port: u16,
    /// Forget what earlier demos kept: accounts, keys, messages
    #[arg(long)]
    reset: bool,
    /// Build with optimisation, as in production
    #[arg(long)]
    release: bool,
    /// Show the programs' logs here instead of keeping them in .portal/demo
    #[arg(long)]
    verbose: bool,
}

pub(crate) fn run(repository: &Repository, options: &Options) -> Result<()> {
    let addresses =
        Addresses { provider: options.port, service: options.service_port, national: options.national_portal_port };
    ports::must_be_free(addresses.provider, "--port")?;
    ports::must_be_free(addresses.service, "--service-port")?;
    ports::must_be_free(addresses.national, "--national-portal-port")?;
    setup::prepare(repository, &[Need::Compiler, Need::Npm("tests/sample-service")])?;
    let program = provider::build(repository, options.release)?;

    let folder = repository.portal("demo")?;
    if options.reset && folder.exists() {
        progress("forgetting the earlier demo");
        fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    let data = folder.join("data");
    fs::create_dir_all(&data).with_context(|| format!("cannot create {}", data.display()))?;
    let log = |name: &str| (!options.verbose).then(|| folder.join(name));

    progress("starting the provider, the national portal's stand-in and the sample service");
    let log_of_provider = log("provider.log");
    let mut provider = provider::start(&program, addresses, Arriving::StandIn, &data, log_of_provider.as_deref())?;
    let mut service = provider::start_service(repository, addresses, log("service.log").as_deref())?;
    println!("{}", welcome(addresses));
    if !options.verbose {
        println!("Logs: {}. Ctrl-C stops all of it.", folder.display());
    }
    while interrupt::pause().is_ok() {
        provider.still_running()?;
        service.still_running()?;
    }
    progress("stopping");
    drop(service);
    drop(provider);
    Ok(())
}

fn welcome(addresses: Addresses) -> String {
    let issuer = addresses.issuer();
    let service = addresses.service_url();
    let national = addresses.national_url();
    let (inbox, national_inbox) = (format!("{issuer}/demo/inbox"), format!("{national}/demo/inbox"));
    format!(
        "
Portal ID is running.

  {service:<35} a provincial service: press \u{201c}Đăng nhập\u{201d} at the top right
  {issuer:<35} the portal
  {inbox:<35} every e-mail and SMS of the portal
  {national:<35} a stand-in for the national portal
  {national_inbox:<35} every e-mail and SMS of that one

A citizen is ready: username {DEMO_USERNAME}, password {DEMO_PASSWORD}
A business is ready: username {DEMO_BUSINESS_USERNAME}, password {DEMO_BUSINESS_PASSWORD}
The national portal knows, all with the password {NATIONAL_PASSWORD}:
  {NATIONAL_CITIZEN_NUMBER:<14} a citizen who has no account here
  {NATIONAL_CITIZEN_OF_BOTH_NUMBER:<14} the citizen from above, who has
  {NATIONAL_BUSINESS_USERNAME:<14} a business

What to try
  1. Open {service}, press \u{201c}Đăng nhập\u{201d}, sign in as the citizen; the code is in the inbox.
  2. Register yourself at {issuer}/register, as a citizen or a business, open the link from the inbox, then sign in.
  3. Sign out at the service, and see that it asks again.
  4. Sign in by the national portal: press its button on the sign-in page, give a number and the password there; the code is
     in the national portal's inbox. As the citizen who has an account here too, prove it once, and it is linked.
  5. Read it in English: press \u{201c}English\u{201d} at the top of a page; the service, the portals and the inboxes have each their own.
  6. Connect a service of your own: {issuer}/.well-known/openid-configuration
"
    )
}
