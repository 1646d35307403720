//! What is logged while a test runs, on its own thread: by handlers and use cases, not by the threads of the store.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Metadata, Subscriber};

/// The lines, as long as it lives.
pub struct Journal {
    lines: Arc<Mutex<Vec<String>>>,
    _watch: DefaultGuard,
}

impl Journal {
    /// Begins to listen, to every level of what is ours.
    pub fn begin() -> Self {
        let lines = Arc::<Mutex<Vec<String>>>::default();
        let listener = Listener(Arc::clone(&lines));
        Self { lines, _watch: tracing::subscriber::set_default(listener) }
    }

    /// Everything so far: the fields of a line, and its sentence as `message`.
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }
}

struct Listener(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let _ = write!(self.0, "{field}={value:?} ");
    }
}

impl Subscriber for Listener {
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
        self.0.lock().unwrap().push(line.0);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}
