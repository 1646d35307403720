//! `cargo xtask test`: every test there is, each area apart. Servers run on free ports with their data
//! in a temporary folder; nothing is left behind.

use crate::interrupt;
use crate::ports;
use crate::processes::{self, Background, progress};
use crate::provider::{
    self, Addresses, Arriving, DEMO_BUSINESS_PASSWORD, DEMO_BUSINESS_USERNAME, DEMO_CLIENT_ID, DEMO_CLIENT_SECRET,
    DEMO_PASSWORD, DEMO_USERNAME,
};
use crate::repository::{Repository, TemporaryFolder};
use crate::servers::{Durability, Postgres, Redis};
use crate::setup::{self, Need};
use crate::upstream;
use anyhow::{Result, bail};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

/// Options of `cargo xtask test`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Areas to test; none named means all
    #[arg(value_enum)]
    areas: Vec<Area>,
    /// Make the pictures in docs/screenshots anew (area browser)
    #[arg(long)]
    keep_screenshots: bool,
}

/// A set of tests with its own needs.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Area {
    /// Every Rust test: rules, suites and stories (the same as `cargo test --workspace`)
    Rust,
    /// The same stories and suites on PostgreSQL and Redis (alone, behind a Sentinel, as a cluster)
    Shared,
    /// The running provider against npm openid-client, and its signatures against PyPI joserfc
    Interop,
    /// Over https on several sites: openid-client, oidc-client-ts in Chromium, Authlib, the crate openidconnect, Apache,
    /// nginx, the services of the guide's pages, once behind HAProxy
    Stock,
    /// Every page and the demo in a real Chromium, with an accessibility engine
    Browser,
    /// Arriving by a national portal in Chromium: one that we did not write (npm oidc-provider), and the demo's stand-in
    Upstream,
    /// Delivery to a real SMTP server: plain on the loopback, STARTTLS, TLS
    Smtp,
    /// Text messages over SMPP to a short message centre that is not ours
    Sms,
    /// The real process killed at random moments, on SQLite and on PostgreSQL: nothing acknowledged is lost
    Crash,
    /// Databases that go away, come back, fill up; two nodes behind HAProxy while nodes and servers die
    Cluster,
}

const ALL: [Area; 10] = [
    Area::Rust,
    Area::Shared,
    Area::Interop,
    Area::Stock,
    Area::Browser,
    Area::Upstream,
    Area::Smtp,
    Area::Sms,
    Area::Crash,
    Area::Cluster,
];

impl Area {
    fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Shared => "shared",
            Self::Interop => "interop",
            Self::Stock => "stock",
            Self::Browser => "browser",
            Self::Upstream => "upstream",
            Self::Smtp => "smtp",
            Self::Sms => "sms",
            Self::Crash => "crash",
            Self::Cluster => "cluster",
        }
    }

    fn needs(self) -> &'static [Need] {
        match self {
            Self::Rust => &[Need::Compiler],
            Self::Shared => &[Need::Compiler, Need::Postgres, Need::Redis],
            Self::Interop => &[Need::Compiler, Need::Npm("tests/interop"), Need::Python, Need::Chromium],
            Self::Stock => &[
                Need::Compiler,
                Need::Npm("tests/interop"),
                Need::Python,
                Need::OpenSsl,
                Need::Chromium,
                Need::Nss,
                Need::Apache,
                Need::Nginx,
                Need::Guide,
                Need::HaProxy,
            ],
            Self::Browser => {
                &[Need::Compiler, Need::Npm("tests/browser"), Need::Npm("tests/sample-service"), Need::Chromium]
            }
            Self::Upstream => &[
                Need::Compiler,
                Need::Npm("tests/upstream"),
                Need::Npm("tests/browser"),
                Need::Npm("tests/sample-service"),
                Need::Chromium,
            ],
            Self::Smtp => &[Need::Compiler, Need::Python, Need::OpenSsl],
            Self::Sms => &[Need::Compiler, Need::Npm("tests/smsc")],
            Self::Crash => &[Need::Compiler, Need::Python, Need::Postgres],
            Self::Cluster => &[Need::Compiler, Need::Python, Need::Postgres, Need::Redis, Need::HaProxy],
        }
    }

    fn run(self, workshop: &Workshop<'_>) -> Result<()> {
        match self {
            Self::Rust => processes::run(
                "cargo test --workspace",
                Command::new("cargo").args(["test", "--workspace"]).current_dir(workshop.repository.root()),
            ),
            Self::Shared => shared(workshop),
            Self::Interop => interop(workshop),
            Self::Stock => stock(workshop),
            Self::Browser => browser(workshop),
            Self::Upstream => upstream::run(workshop),
            Self::Smtp => python(workshop, "tests/crash/smtp_delivery.py", &[]),
            Self::Sms => sms(workshop),
            Self::Crash => ["sqlite", "postgres"]
                .iter()
                .try_for_each(|store| python(workshop, "tests/crash/kill_nine.py", &[("STORE", store)])),
            Self::Cluster => ["database_gone.py", "cluster.py"]
                .iter()
                .try_for_each(|script| python(workshop, &format!("tests/cluster/{script}"), &[])),
        }
    }
}

/// What an area's run is given.
pub(crate) struct Workshop<'a> {
    pub(crate) repository: &'a Repository,
    pub(crate) program: PathBuf,
    pub(crate) folder: PathBuf,
    keep_screenshots: bool,
}

pub(crate) fn run(repository: &Repository, options: &Options) -> Result<()> {
    let areas = if options.areas.is_empty() { ALL.to_vec() } else { options.areas.clone() };
    let mut needs = Vec::new();
    for need in areas.iter().flat_map(|area| area.needs()) {
        if !needs.contains(need) {
            needs.push(*need);
        }
    }
    setup::prepare(repository, &needs)?;
    let program = if areas.iter().all(|area| matches!(area, Area::Rust | Area::Shared | Area::Sms)) {
        PathBuf::new()
    } else {
        provider::build(repository, false)?
    };

    let temporary = TemporaryFolder::create("test")?;
    let mut results = Vec::new();
    for area in areas {
        println!("\n== {} ==", area.name());
        let folder = temporary.path(area.name());
        fs::create_dir_all(&folder)?;
        let workshop =
            Workshop { repository, program: program.clone(), folder, keep_screenshots: options.keep_screenshots };
        let started = now();
        let result = area.run(&workshop);
        if interrupt::happened() {
            bail!("interrupted");
        }
        if let Err(error) = &result {
            eprintln!("error: {error:#}");
        }
        results.push((area, result.is_ok(), started.elapsed()));
    }
    summary(&results)
}

#[expect(clippy::disallowed_methods, reason = "the summary tells how long each area took")]
fn now() -> Instant {
    Instant::now()
}

fn summary(results: &[(Area, bool, Duration)]) -> Result<()> {
    println!("\n== summary ==");
    for (area, passed, took) in results {
        println!("{:8} {:6} {:>6.1} s", area.name(), if *passed { "passed" } else { "FAILED" }, took.as_secs_f64());
    }
    let failed: Vec<_> = results.iter().filter(|(_, passed, _)| !passed).map(|(area, ..)| area.name()).collect();
    if !failed.is_empty() {
        bail!("failed: {}. Run one alone with `cargo xtask test {}`", failed.join(", "), failed[0]);
    }
    Ok(())
}

fn interop(workshop: &Workshop<'_>) -> Result<()> {
    let addresses = Addresses::free()?;
    let provider = start_provider(workshop, addresses)?;
    let mut command = node(workshop, "tests/interop", addresses);
    // The other tests of that folder live in the town.
    command.args(["openid-client.test.js", "organization.test.js", "session-monitor.test.js"]);
    if let Some(chromium) = setup::chromium() {
        command.env("CHROMIUM", chromium);
    }
    let result = processes::run("openid-client and oidc-client-ts against the provider", &mut command);
    with_log(result, &provider)?;
    python(workshop, "tests/interop/joserfc/tokens.py", &[])
}

/// The town brings its own providers, over https.
fn stock(workshop: &Workshop<'_>) -> Result<()> {
    let text = |program: Option<PathBuf>| program.map(|path| path.display().to_string()).unwrap_or_default();
    let (chromium, nginx) = (text(setup::chromium()), text(setup::nginx(workshop.repository)));
    let openidconnect = text(Some(foreign_client(workshop.repository)?));
    let settings = [("CHROMIUM", &*chromium), ("NGINX", &nginx), ("OPENIDCONNECT", &openidconnect)];
    python(workshop, "tests/interop/town/town.py", &settings)
}

/// The service that is written with the crate `openidconnect`: a workspace of its own, since that crate brings another which
/// ours forbids.
fn foreign_client(repository: &Repository) -> Result<PathBuf> {
    let target = repository.portal("openidconnect")?;
    let mut command = Command::new("cargo");
    command
        .args(["build", "--quiet", "--locked", "--manifest-path"])
        .arg(repository.path("tests/interop/openidconnect/Cargo.toml"))
        .env("CARGO_TARGET_DIR", &target);
    processes::run("building the service with the crate openidconnect (the first time takes a minute)", &mut command)?;
    Ok(target.join("debug/portal-id-foreign-client"))
}

fn browser(workshop: &Workshop<'_>) -> Result<()> {
    let pages = draw_pages(workshop)?;
    let addresses = Addresses::free()?;
    let provider = start_provider(workshop, addresses)?;
    let log = workshop.folder.join("service.log");
    let _service = provider::start_service(workshop.repository, addresses, Some(&log))?;
    let mut command = chromium(workshop, "tests/browser", addresses);
    command.env("DRAWN_PAGES", pages);
    if workshop.keep_screenshots {
        command.env("KEEP_SCREENSHOTS", "1");
    }
    with_log(processes::run("citizens and businesses in Chromium", &mut command), &provider)
}

/// Has `crates/web` draw every page that it can show, without a server: walks meet only some of them.
fn draw_pages(workshop: &Workshop<'_>) -> Result<PathBuf> {
    let folder = workshop.folder.join("pages");
    fs::create_dir_all(&folder)?;
    let mut command = Command::new("cargo");
    command
        .args(["test", "--quiet", "--package", "portal-id-web", "--lib", "draw_every_page", "--", "--ignored"])
        .current_dir(workshop.repository.root())
        .env("PORTAL_ID_PAGES", &folder);
    processes::run("drawing every page", &mut command)?;
    Ok(folder)
}

fn start_provider(workshop: &Workshop<'_>, addresses: Addresses) -> Result<Background> {
    progress("starting the provider on free ports");
    let data = workshop.folder.join("data");
    fs::create_dir_all(&data)?;
    provider::start(&workshop.program, addresses, Arriving::StandIn, &data, Some(&workshop.folder.join("provider.log")))
}

/// Node, with what walks through pages need beside the addresses.
pub(crate) fn chromium(workshop: &Workshop<'_>, folder: &str, addresses: Addresses) -> Command {
    let mut command = node(workshop, folder, addresses);
    if let Some(chromium) = setup::chromium() {
        command.env("CHROMIUM", chromium);
    }
    command.env("SCREENSHOTS", workshop.folder.join("screenshots"));
    command
}

fn node(workshop: &Workshop<'_>, folder: &str, addresses: Addresses) -> Command {
    let mut command = Command::new("node");
    command
        .args(["--test", "--test-reporter=spec", "--test-concurrency=1"])
        .current_dir(workshop.repository.path(folder))
        .env("ISSUER", addresses.issuer())
        .env("SERVICE_URL", addresses.service_url())
        .env("CLIENT_ID", DEMO_CLIENT_ID)
        .env("CLIENT_SECRET", DEMO_CLIENT_SECRET)
        .env("REDIRECT_URI", format!("{}/callback", addresses.service_url()))
        .env("POST_LOGOUT_URI", format!("{}/", addresses.service_url()))
        .env("CITIZEN", DEMO_USERNAME)
        .env("CITIZEN_PASSWORD", DEMO_PASSWORD)
        .env("BUSINESS", DEMO_BUSINESS_USERNAME)
        .env("BUSINESS_PASSWORD", DEMO_BUSINESS_PASSWORD);
    command
}

fn python(workshop: &Workshop<'_>, script: &str, settings: &[(&str, &str)]) -> Result<()> {
    let program = setup::python_program(workshop.repository)?;
    processes::run(
        script,
        Command::new(program)
            .arg(workshop.repository.path(script))
            .env("PORTAL_ID", &workshop.program)
            .env("FOLDER", &workshop.folder)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .envs(settings.iter().copied()),
    )
}

/// What `cargo test` ran on SQLite and in the process, once more on the servers of several nodes.
fn shared(workshop: &Workshop<'_>) -> Result<()> {
    let postgres = Postgres::start(&workshop.folder, Durability::None)?;
    let redis = Redis::single(&workshop.folder)?;
    let sentinel = Redis::behind_sentinel(&workshop.folder)?;
    let cluster = Redis::cluster(&workshop.folder)?;
    let mut command = Command::new("cargo");
    command
        .args(["test", "--package", "portal-id-tests", "--package", "portal-id-storage", "--", "--include-ignored"])
        .current_dir(workshop.repository.root())
        .env("PORTAL_ID_TEST_POSTGRES", postgres.url())
        .env("PORTAL_ID_TEST_REDIS", redis.url())
        .env("PORTAL_ID_TEST_REDIS_SENTINEL", sentinel.url())
        .env("PORTAL_ID_TEST_REDIS_CLUSTER", cluster.url());
    processes::run("the stories and suites on PostgreSQL and Redis", &mut command)
}

fn sms(workshop: &Workshop<'_>) -> Result<()> {
    let (port, health) = (ports::free()?, ports::free()?);
    let mut command = Command::new("node");
    command
        .arg("smsc.js")
        .current_dir(workshop.repository.path("tests/smsc"))
        .env("PORT", port.to_string())
        .env("HEALTH_PORT", health.to_string());
    let mut smsc = Background::start("the SMSC", &mut command, Some(&workshop.folder.join("smsc.log")))?;
    ports::wait_until_healthy(&mut smsc, health)?;
    let mut command = Command::new("cargo");
    command
        .args(["test", "--package", "portal-id-notify", "smpp", "--", "--ignored"])
        .current_dir(workshop.repository.root())
        .env("PORTAL_ID_TEST_SMSC", port.to_string());
    let result = processes::run("text messages over SMPP", &mut command);
    result.map_err(|error| error.context(format!("the SMSC{}", smsc.last_words())))
}

/// Beside a failure, what the provider said last.
pub(crate) fn with_log(result: Result<()>, provider: &Background) -> Result<()> {
    result.map_err(|error| error.context(format!("the provider{}", provider.last_words())))
}
