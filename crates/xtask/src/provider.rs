//! The programs of the demo: our provider in demo mode, which brings a stand-in for the national portal with it, and the
//! sample service beside it.

use crate::ports;
use crate::processes::{self, Background};
use crate::repository::Repository;
use anyhow::{Context, Result};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What the server sets up in demo mode; the same words stand in the guide.
pub(crate) const DEMO_USERNAME: &str = "nguyenvanan";
pub(crate) const DEMO_PASSWORD: &str = "Cong-Dan-2026!";
pub(crate) const DEMO_BUSINESS_USERNAME: &str = "vaithieumau";
pub(crate) const DEMO_BUSINESS_PASSWORD: &str = "Doanh-Nghiep-2026!";
/// Who has an account at the stand-in for the national portal, all with one password.
pub(crate) const NATIONAL_CITIZEN_NUMBER: &str = "024190001239";
pub(crate) const NATIONAL_CITIZEN_OF_BOTH_NUMBER: &str = "024085001234";
pub(crate) const NATIONAL_BUSINESS_USERNAME: &str = "mychumau";
pub(crate) const NATIONAL_PASSWORD: &str = "Quoc-Gia-2026!";
pub(crate) const DEMO_CLIENT_ID: &str = "sample-service";
pub(crate) const DEMO_CLIENT_SECRET: &str = "sample-service-secret-for-the-demo-only";

/// Builds `portal-id` and gives the program's path; the environment's `PORTAL_ID` names one that is built already.
pub(crate) fn build(repository: &Repository, release: bool) -> Result<PathBuf> {
    if let Some(program) = std::env::var_os("PORTAL_ID").map(PathBuf::from) {
        processes::progress(&format!("using {} (PORTAL_ID)", program.display()));
        return program.canonicalize().with_context(|| format!("PORTAL_ID names no program: {}", program.display()));
    }
    build_program(repository, "portal-id-server", "portal-id", release)
}

/// Builds the program `name` of `package` and gives its path.
pub(crate) fn build_program(repository: &Repository, package: &str, name: &str, release: bool) -> Result<PathBuf> {
    let kind = if release { "release" } else { "debug" };
    processes::progress(&format!("building {name} ({kind}; the first time takes some minutes)"));
    let mut command = Command::new("cargo");
    command
        .current_dir(repository.root())
        .args(["build", "--package", package, "--bin", name, "--message-format=json-render-diagnostics"])
        .stdin(Stdio::null());
    if release {
        command.arg("--release");
    }
    let messages = processes::output(&format!("building {name}"), &mut command)?;
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|message| message.get("executable")?.as_str().map(PathBuf::from))
        .next_back()
        .with_context(|| format!("cargo built no program {name}; does {package} still have its [[bin]]?"))
}

/// Where the demo listens.
#[derive(Clone, Copy)]
pub(crate) struct Addresses {
    pub(crate) provider: u16,
    pub(crate) service: u16,
    /// The stand-in for the national portal.
    pub(crate) national: u16,
}

impl Addresses {
    pub(crate) fn free() -> Result<Self> {
        Ok(Self { provider: ports::free()?, service: ports::free()?, national: ports::free()? })
    }

    pub(crate) fn issuer(self) -> String {
        format!("http://localhost:{}", self.provider)
    }

    pub(crate) fn service_url(self) -> String {
        format!("http://localhost:{}", self.service)
    }

    /// Another site than the other two, so that browsers really cross sites.
    pub(crate) fn national_url(self) -> String {
        format!("http://127.0.0.1:{}", self.national)
    }
}

/// By which providers people arrive at the demo.
#[derive(Clone, Copy)]
pub(crate) enum Arriving<'a> {
    /// The stand-in for the national portal, which the provider brings with it.
    StandIn,
    /// Those of a configuration file.
    By(&'a Path),
}

/// Starts the provider in demo mode on the folder `data` and waits until it is healthy.
pub(crate) fn start(
    program: &Path,
    addresses: Addresses,
    arriving: Arriving<'_>,
    data: &Path,
    log: Option<&Path>,
) -> Result<Background> {
    let mut command = Command::new(program);
    command.args(["serve", "--demo", "--data"]).arg(data).args([
        "--port",
        &addresses.provider.to_string(),
        "--service",
        &addresses.service_url(),
    ]);
    match arriving {
        Arriving::StandIn => command.args(["--national-portal-port", &addresses.national.to_string()]),
        Arriving::By(file) => command.arg("--upstreams").arg(file),
    };
    let mut provider = Background::start("the provider", &mut command, log)?;
    ports::wait_until_healthy(&mut provider, addresses.provider)?;
    Ok(provider)
}

/// Starts the sample service and waits until it is healthy.
pub(crate) fn start_service(repository: &Repository, addresses: Addresses, log: Option<&Path>) -> Result<Background> {
    let mut command = Command::new("node");
    command
        .arg("server.js")
        .current_dir(repository.path("tests/sample-service"))
        .env("ISSUER", addresses.issuer())
        .env("CLIENT_ID", DEMO_CLIENT_ID)
        .env("CLIENT_SECRET", DEMO_CLIENT_SECRET)
        .env("PORT", addresses.service.to_string())
        .env("BASE_URL", addresses.service_url());
    let mut service = Background::start("the sample service", &mut command, log)?;
    ports::wait_until_healthy(&mut service, addresses.service)?;
    Ok(service)
}
