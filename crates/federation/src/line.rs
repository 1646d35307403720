//! The line to one upstream: every call goes through it, is counted, and is not made while the upstream is left alone.

use crate::circuit::{Circuit, CircuitState};
use portal_id_core::ports::{UpstreamAnswer, UpstreamCall, UpstreamHttp};
use portal_id_core::time::Timestamp;
use portal_id_core::upstream::UpstreamId;
use serde_json::{Map, Value};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Semaphore;

/// The most calls at a time: an upstream that hangs holds no more of us than this.
const IN_FLIGHT: usize = 32;
/// More than this of an answer is no answer.
const LONGEST_BODY: usize = 64 * 1024;

/// Why nothing came back that could be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failed {
    /// It is left alone.
    Open,
    /// Too many calls are under way.
    Busy,
    /// It failed just now.
    Down,
}

/// How an upstream fares, for operators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Which upstream.
    pub id: UpstreamId,
    /// Whether people may arrive by it.
    pub enabled: bool,
    /// Whether it is called.
    pub circuit: CircuitState,
    /// Calls since the start of this node.
    pub calls: u64,
    /// How many of them failed.
    pub failures: u64,
    /// Calls under way.
    pub in_flight: usize,
    /// When a call last succeeded.
    pub last_success_at: Option<Timestamp>,
    /// When one last failed, and why.
    pub last_failure: Option<(Timestamp, String)>,
}

#[derive(Default)]
struct Record {
    circuit: Circuit,
    calls: u64,
    failures: u64,
    last_success_at: Option<Timestamp>,
    last_failure: Option<(Timestamp, String)>,
}

/// The line.
pub(crate) struct Line {
    id: UpstreamId,
    http: Arc<dyn UpstreamHttp>,
    record: Mutex<Record>,
    flights: Semaphore,
}

impl Line {
    pub(crate) fn new(id: UpstreamId, http: Arc<dyn UpstreamHttp>) -> Self {
        Self { id, http, record: Mutex::default(), flights: Semaphore::new(IN_FLIGHT) }
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the upstream is left alone at this moment.
    pub(crate) fn is_open(&self, now: Timestamp) -> bool {
        self.record().circuit.state(now) == CircuitState::Open
    }

    /// Calls once. An answer that blames us (4xx) is an answer.
    pub(crate) async fn call(&self, now: Timestamp, call: UpstreamCall<'_>) -> Result<UpstreamAnswer, Failed> {
        let Ok(_flight) = self.flights.try_acquire() else { return Err(Failed::Busy) };
        {
            let mut record = self.record();
            if !record.circuit.admits(now) {
                return Err(Failed::Open);
            }
            record.calls += 1;
        }
        match self.http.call(call).await {
            Ok(answer) if answer.status >= 500 || answer.status == 429 => {
                Err(self.failed(now, format!("it answered {}", answer.status)))
            }
            Ok(answer) if answer.body.len() > LONGEST_BODY => {
                Err(self.failed(now, "it answered with more than is read".to_owned()))
            }
            Ok(answer) => {
                let mut record = self.record();
                record.last_success_at = Some(now);
                if record.circuit.succeeded() {
                    tracing::info!(upstream = %self.id, "An upstream provider that was left alone works again.");
                }
                Ok(answer)
            }
            Err(error) => Err(self.failed(now, error.to_string())),
        }
    }

    /// The same for an answer that must be a JSON object with status 200.
    pub(crate) async fn object(&self, now: Timestamp, call: UpstreamCall<'_>) -> Result<Map<String, Value>, Failed> {
        let answer = self.call(now, call).await?;
        if answer.status != 200 {
            return Err(self.failed(now, format!("it answered {}", answer.status)));
        }
        self.read(now, &answer.body)
    }

    /// Reads a body that must be a JSON object; one that is none is a failure of the upstream.
    pub(crate) fn read(&self, now: Timestamp, body: &[u8]) -> Result<Map<String, Value>, Failed> {
        serde_json::from_slice(body).map_err(|_| self.failed(now, "its answer is no JSON object".to_owned()))
    }

    /// Notes a failure that only the content of an answer tells of.
    pub(crate) fn failed(&self, now: Timestamp, why: String) -> Failed {
        let mut record = self.record();
        record.failures += 1;
        if record.circuit.failed(now) {
            tracing::warn!(upstream = %self.id, why, "An upstream provider fails and is left alone for a while.");
        } else {
            tracing::info!(upstream = %self.id, why, "A call to an upstream provider failed.");
        }
        record.last_failure = Some((now, why));
        Failed::Down
    }

    pub(crate) fn standing(&self, enabled: bool, now: Timestamp) -> Standing {
        let record = self.record();
        Standing {
            id: self.id.clone(),
            enabled,
            circuit: record.circuit.state(now),
            calls: record.calls,
            failures: record.failures,
            in_flight: IN_FLIGHT - self.flights.available_permits().min(IN_FLIGHT),
            last_success_at: record.last_success_at,
            last_failure: record.last_failure.clone(),
        }
    }
}
