//! For tests: keeps what is logged on this thread, to see alarms rise and secrets stay out.
#![expect(clippy::expect_used, reason = "tests")]

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Level, Metadata, Subscriber};

/// Watches until it is dropped.
pub(crate) struct LogWatch {
    lines: Arc<Mutex<Vec<(Level, String)>>>,
    _guard: DefaultGuard,
}

impl LogWatch {
    /// Begins to watch.
    pub(crate) fn begin() -> Self {
        let lines = Arc::default();
        let guard = tracing::subscriber::set_default(Keeper(Arc::clone(&lines)));
        Self { lines, _guard: guard }
    }

    /// The lines of our own rooms at `level`.
    pub(crate) fn at(&self, level: Level) -> Vec<String> {
        let lines = self.lines.lock().expect("no test panics while it logs");
        lines.iter().filter(|(of, _)| *of == level).map(|(_, line)| line.clone()).collect()
    }

    /// Everything of our own rooms at every level, in one text.
    pub(crate) fn everything(&self) -> String {
        let lines = self.lines.lock().expect("no test panics while it logs");
        lines.iter().fold(String::new(), |all, (_, line)| all + line + "\n")
    }
}

struct Keeper(Arc<Mutex<Vec<(Level, String)>>>);

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
        self.0.lock().expect("no test panics while it logs").push((*event.metadata().level(), line.0));
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
