//! Programs that we run: to their end (with a progress line and a useful error), or in the background
//! until they are dropped. Background programs get their own process group, so that Ctrl-C reaches us
//! alone and we stop them in order, by their id.

use crate::interrupt;
use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

/// Says what happens now.
pub(crate) fn progress(what: &str) {
    eprintln!("\u{25b8} {what}");
}

/// Runs `command` to its end; its output is the developer's.
pub(crate) fn run(what: &str, command: &mut Command) -> Result<()> {
    progress(what);
    let status = finish(command)?;
    if !status.success() {
        bail!("{what}: `{}` ended with {status}", shown(command));
    }
    Ok(())
}

/// Runs `command` to its end and gives its standard output.
pub(crate) fn output(what: &str, command: &mut Command) -> Result<String> {
    let output =
        command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot start `{}`", shown(command)))?;
    if !output.status.success() {
        bail!("{what}: `{}` ended with {}", shown(command), output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("{what}: the output is not UTF-8"))
}

/// Whether `command` runs and succeeds; silent.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Whether we run as root, whom some programs serve and others refuse.
pub(crate) fn is_root() -> bool {
    output("asking who we are", Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn finish(command: &mut Command) -> Result<ExitStatus> {
    let mut child = command.spawn().with_context(|| format!("cannot start `{}`", shown(command)))?;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if let Err(interrupted) = interrupt::pause() {
            // A terminal's Ctrl-C reached the child too; a plain kill of this process did not.
            signal("TERM", &child.id().to_string());
            child.wait()?;
            return Err(interrupted);
        }
    }
}

fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}

fn signal(name: &str, target: &str) {
    succeeds(Command::new("sh").args(["-c", "kill -s \"$1\" -- \"$2\"", "sh", name, target]));
}

/// A program in the background; stopped (TERM, then KILL) when dropped.
pub(crate) struct Background {
    name: &'static str,
    child: Child,
    log: Option<PathBuf>,
}

impl Background {
    /// Starts `command` with its output in the file `log`, or on our own output when there is none.
    pub(crate) fn start(name: &'static str, command: &mut Command, log: Option<&Path>) -> Result<Self> {
        command.stdin(Stdio::null()).process_group(0);
        if let Some(path) = log {
            let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
            command.stdout(file.try_clone()?).stderr(file);
        }
        let child = command.spawn().with_context(|| format!("cannot start {name}: `{}`", shown(command)))?;
        Ok(Self { name, child, log: log.map(Path::to_path_buf) })
    }

    /// An error when the program has ended, with the end of its log.
    pub(crate) fn still_running(&mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("{} ended with {status}{}", self.name, self.last_words());
        }
        Ok(())
    }

    /// The end of the log, to show beside an error.
    pub(crate) fn last_words(&self) -> String {
        const LINES: usize = 40;
        let text = self.log.as_deref().and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        if lines.is_empty() {
            return String::new();
        }
        let tail = lines[lines.len().saturating_sub(LINES)..].join("\n    ");
        format!("\n  the end of its log:\n    {tail}")
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        const TRIES: u32 = 100;
        let group = format!("-{}", self.child.id());
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        signal("TERM", &group);
        for _ in 0..TRIES {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            // Interrupted or not, the program gets its time to close its database.
            wait_regardless();
        }
        eprintln!("{} did not stop in time; killing it", self.name);
        signal("KILL", &group);
        if let Err(error) = self.child.wait() {
            eprintln!("{}: {error}", self.name);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a real process is ending")]
fn wait_regardless() {
    std::thread::sleep(std::time::Duration::from_millis(50));
}
