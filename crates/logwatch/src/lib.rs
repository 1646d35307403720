//! For tests: keeps what is logged on this thread, to see alarms rise and secrets stay out.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Level, Metadata, Subscriber};

type Lines = Arc<Mutex<Vec<(Level, String)>>>;

/// Watches what our own rooms log on this thread, until it is dropped.
pub struct LogWatch {
    lines: Lines,
    _guard: DefaultGuard,
}

impl LogWatch {
    /// Begins to watch.
    #[must_use]
    pub fn begin() -> Self {
        let lines = Lines::default();
        let guard = tracing::subscriber::set_default(Keeper(Arc::clone(&lines)));
        Self { lines, _guard: guard }
    }

    /// The lines at `level`, the oldest first.
    #[must_use]
    pub fn at(&self, level: Level) -> Vec<String> {
        locked(&self.lines).iter().filter(|(of, _)| *of == level).map(|(_, line)| line.clone()).collect()
    }

    /// The lines at every level.
    #[must_use]
    pub fn all(&self) -> Vec<String> {
        locked(&self.lines).iter().map(|(_, line)| line.clone()).collect()
    }

    /// Everything, in one text.
    #[must_use]
    pub fn everything(&self) -> String {
        self.all().join("\n")
    }
}

fn locked(lines: &Lines) -> MutexGuard<'_, Vec<(Level, String)>> {
    lines.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Keeper(Lines);

impl Subscriber for Keeper {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("portal_id")
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        locked(&self.0).push((*event.metadata().level(), line.0));
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let _ = write!(self.0, "{field}={value:?} ");
    }
}
