//! Where things are: the repository's root and the one folder (`.portal/`) that these commands write to.

use anyhow::{Context, Result};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The working copy that this xtask was built from.
pub(crate) struct Repository {
    root: PathBuf,
}

impl Repository {
    pub(crate) fn here() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let root = root.canonicalize().with_context(|| {
            format!("the repository moved since xtask was built ({}); run cargo clean -p xtask", root.display())
        })?;
        Ok(Self { root })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Everything that these commands install or keep, git-ignored; deleting it costs only time.
    pub(crate) fn portal(&self, relative: &str) -> Result<PathBuf> {
        let folder = self.root.join(".portal");
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(folder.join(relative))
    }

    /// The program `name` from `.portal/tools` when we installed it, else from PATH.
    pub(crate) fn tool(&self, name: &str) -> Option<PathBuf> {
        let ours = self.root.join(".portal/tools/bin").join(name);
        if ours.is_file() { Some(ours) } else { on_path(name) }
    }
}

/// Looks a program up in PATH.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(name)).find(|candidate| candidate.is_file())
}

/// A folder that is removed with everything in it when the command ends, however it ends.
pub(crate) struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    pub(crate) fn create(purpose: &str) -> Result<Self> {
        let folder = env::temp_dir().join(format!("portal-id-{purpose}-{}", std::process::id()));
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(Self(folder))
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.0.join(relative)
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("could not remove {}: {error}", self.0.display());
        }
    }
}
