//! `cargo xtask bench`: builds the release and writes the pages of figures under `docs/reference`.

use crate::processes::{self, progress};
use crate::provider;
use crate::repository::{Repository, TemporaryFolder};
use crate::servers::{Durability, Postgres, Redis};
use crate::setup::{self, Need};
use anyhow::Result;
use clap::ValueEnum;
use std::process::Command;

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only this store (default: both)
    #[arg(long)]
    store: Option<Store>,
    /// Short runs: to see that it works, not to publish
    #[arg(long)]
    quick: bool,
    /// Seconds of each run; each row takes about eight of them
    #[arg(long, default_value_t = 10, conflicts_with = "quick")]
    seconds: u64,
    /// Only these rows, printed and not published: sign-in, upstream, registration, authorize, refresh, services, userinfo, metadata, mix
    #[arg(long, value_delimiter = ',')]
    rows: Vec<String>,
    /// A PostgreSQL database that may be filled (default: one of our own with Redis beside it, thrown away afterwards)
    #[arg(long)]
    postgres: Option<String>,
    /// A Redis for counters and one-time marks, used with --postgres
    #[arg(long, requires = "postgres")]
    redis: Option<String>,
    /// Accounts in the database
    #[arg(long, default_value_t = 20_000)]
    accounts: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Store {
    Sqlite,
    Postgres,
}

/// Builds, measures, writes.
pub(crate) fn run(repository: &Repository, options: &Options) -> Result<()> {
    let program = provider::build(repository, true)?;
    let bench = build(repository)?;
    let measure = |name: &str, store: &str, ephemeral: &str| {
        let seconds = if options.quick { 2 } else { options.seconds };
        let mut command = Command::new(&bench);
        command.current_dir(repository.root()).arg("run").arg("--program").arg(&program);
        command.args(["--store", store, "--ephemeral", ephemeral, "--seconds", &seconds.to_string()]);
        if !options.rows.is_empty() {
            command.arg("--rows").arg(options.rows.join(","));
        }
        command.args(["--accounts", &options.accounts.to_string()]);
        // Figures of a quick run or of some rows are for the developer's eyes.
        let published = !options.quick && options.rows.is_empty();
        let page = format!("docs/reference/bench-{name}.md");
        let out = if published { repository.path(&page) } else { repository.portal(&format!("bench-{name}.md"))? };
        processes::run(&format!("measuring on {name}"), command.arg("--out").arg(&out))?;
        progress(&format!("written: {}", out.display()));
        anyhow::Ok(())
    };
    if options.store != Some(Store::Postgres) {
        setup::prepare(repository, &[Need::SqliteShell])?;
        measure("sqlite", "sqlite", "in-process")?;
    }
    if options.store == Some(Store::Sqlite) {
        return Ok(());
    }
    if let Some(url) = &options.postgres {
        return measure("postgres", url, options.redis.as_deref().unwrap_or("in-process"));
    }
    setup::prepare(repository, &[Need::Postgres, Need::Redis])?;
    let folder = TemporaryFolder::create("bench")?;
    let postgres = Postgres::start(&folder.path(""), Durability::Full)?;
    let redis = Redis::single(&folder.path(""))?;
    measure("postgres", &postgres.url(), redis.url())
}

fn build(repository: &Repository) -> Result<std::path::PathBuf> {
    provider::build_program(repository, "portal-id-bench", "portal-id-bench", true)
}
