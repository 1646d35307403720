//! One run against one store: from an empty folder to the page of figures.

mod argon;
mod machine;
mod process;
mod report;
mod rows;
pub(crate) mod settings;
mod stage;
mod upstream;

use anyhow::{Context as _, Result, bail};
use report::Page;
use stage::Stage;
use std::path::PathBuf;

/// What to measure, and how long.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The release build of `portal-id`.
    #[arg(long)]
    pub(crate) program: PathBuf,
    /// `sqlite` for a fresh file, or the URL of a PostgreSQL database that may be filled.
    #[arg(long, default_value = "sqlite")]
    pub(crate) store: String,
    /// Where counters and one-time marks live: `in-process` or `redis://…`.
    #[arg(long, default_value = "in-process")]
    pub(crate) ephemeral: String,
    /// Seconds of one measured run.
    #[arg(long, default_value_t = 10)]
    pub(crate) seconds: u64,
    /// Measured runs of each row; the median counts.
    #[arg(long, default_value_t = 3)]
    pub(crate) runs: usize,
    /// Accounts in the database.
    #[arg(long, default_value_t = 20_000)]
    pub(crate) accounts: u64,
    /// The file to write; standard output when absent.
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
    /// Only these rows: sign-in, upstream, registration, authorize, refresh, services, userinfo, metadata, mix.
    #[arg(long, value_delimiter = ',')]
    pub(crate) rows: Vec<String>,
    /// Where the data folder is made; a folder on the disk to be measured.
    #[arg(long)]
    pub(crate) folder: Option<PathBuf>,
}

impl Options {
    /// Whether a row was asked for.
    pub(crate) fn wants(&self, row: &str) -> bool {
        self.rows.is_empty() || self.rows.iter().any(|wanted| wanted == row)
    }
}

/// Says what happens now.
pub(crate) fn progress(what: &str) {
    eprintln!("\u{25b8} {what}");
}

/// Measures.
pub(crate) fn run(options: &Options) -> Result<()> {
    // One thread: the load must not take more of the machine than it has to.
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        tokio::select! {
            measured = measure(options) => measured,
            pressed = tokio::signal::ctrl_c() => {
                pressed?;
                bail!("interrupted: what was started is stopped")
            }
        }
    })
}

async fn measure(options: &Options) -> Result<()> {
    let mut stage = Stage::set(options).await?;
    let mut page = Page::begin(options, &stage);
    rows::all(options, &mut stage, &mut page).await?;
    page.end(&stage);
    let text = page.text();
    if let Some(path) = &options.out {
        return std::fs::write(path, text).with_context(|| format!("writing {}", path.display()));
    }
    println!("{text}");
    Ok(())
}
