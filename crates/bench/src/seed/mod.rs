//! Fills a database with generated accounts.

use std::path::PathBuf;

/// What to fill, and how far.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The provider's configuration file.
    #[arg(long)]
    pub(crate) config: PathBuf,
    /// How many accounts.
    #[arg(long, default_value_t = 10_000)]
    pub(crate) accounts: u64,
}

/// Fills it.
pub(crate) fn run(options: Options) -> anyhow::Result<()> {
    anyhow::bail!("not built yet: {} accounts for {}", options.accounts, options.config.display())
}
