//! What the figures were taken on.

use super::process::cores;
use portal_id_core::time::Clock as _;
use portal_id_server::SystemClock;
use std::fs;

/// Cores, processor and memory, in one line.
pub(super) fn describe() -> String {
    let processor = first("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".to_owned());
    let memory = first("/proc/meminfo", "MemTotal").unwrap_or_default();
    let kib: u64 = memory.split_whitespace().next().and_then(|text| text.parse().ok()).unwrap_or_default();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("{} cores, {processor}, {} GiB of memory, Linux {}", cores(), kib / 1024 / 1024, kernel.trim())
}

/// Today.
pub(super) fn date() -> String {
    SystemClock.now().date_in_vietnam().to_string()
}

/// The average number of programs that wanted a core in the last minute: more than the bench's own tells of a
/// neighbour.
pub(super) fn load() -> String {
    fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').next().unwrap_or_default().to_owned()
}

fn first(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
