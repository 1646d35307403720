//! The line to one upstream: every call goes through it, is counted, and is not made while what it would call is left
//! alone.

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

/// What a call is made for. Each fares on its own: that one endpoint works says nothing of another, and a sign-in needs all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errand {
    Metadata,
    Keys,
    Tokens,
    Userinfo,
}

impl Errand {
    const ALL: [Self; 4] = [Self::Metadata, Self::Keys, Self::Tokens, Self::Userinfo];

    /// Its name in the log.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Metadata => "metadata",
            Self::Keys => "keys",
            Self::Tokens => "token endpoint",
            Self::Userinfo => "userinfo",
        }
    }
}

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
    /// Whether it is called: that of the endpoint that fares worst, of those that a sign-in needs.
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
    circuits: [Circuit; Errand::ALL.len()],
    calls: u64,
    failures: u64,
    last_success_at: Option<Timestamp>,
    last_failure: Option<(Timestamp, String)>,
}

impl Record {
    const fn circuit(&mut self, errand: Errand) -> &mut Circuit {
        let [metadata, keys, tokens, userinfo] = &mut self.circuits;
        match errand {
            Errand::Metadata => metadata,
            Errand::Keys => keys,
            Errand::Tokens => tokens,
            Errand::Userinfo => userinfo,
        }
    }
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

    /// How the upstream fares, as far as it is needed.
    pub(crate) fn state(&self, now: Timestamp, needed: impl Fn(Errand) -> bool) -> CircuitState {
        let mut record = self.record();
        let states = Errand::ALL.map(|errand| (errand, record.circuit(errand).state(now)));
        drop(record);
        let is = |wanted| states.iter().any(|(errand, state)| *state == wanted && needed(*errand));
        [CircuitState::Open, CircuitState::Probing].into_iter().find(|state| is(*state)).unwrap_or(CircuitState::Closed)
    }

    /// Calls once. What came back is no success yet: whoever reads it says so by [`Self::worked`], or by
    /// [`Self::said_nothing`] when it tells nothing of the endpoint.
    pub(crate) async fn call(
        &self,
        now: Timestamp,
        errand: Errand,
        call: UpstreamCall<'_>,
    ) -> Result<UpstreamAnswer, Failed> {
        let Ok(_flight) = self.flights.try_acquire() else { return Err(Failed::Busy) };
        {
            let mut record = self.record();
            if !record.circuit(errand).admits(now) {
                return Err(Failed::Open);
            }
            record.calls += 1;
        }
        match self.http.call(call).await {
            Ok(answer) if answer.status >= 500 || answer.status == 429 => {
                Err(self.failed(now, errand, format!("it answered {}", answer.status)))
            }
            Ok(answer) if answer.body.len() > LONGEST_BODY => {
                Err(self.failed(now, errand, "it answered with more than is read".to_owned()))
            }
            Ok(answer) => Ok(answer),
            Err(error) => Err(self.failed(now, errand, error.to_string())),
        }
    }

    /// Fetches a document: a JSON object, with status 200, of which `read` makes what is needed. Anything else is a failure.
    pub(crate) async fn fetch<T>(
        &self,
        now: Timestamp,
        errand: Errand,
        call: UpstreamCall<'_>,
        read: impl FnOnce(&Map<String, Value>) -> Result<T, String>,
    ) -> Result<T, Failed> {
        let answer = self.call(now, errand, call).await?;
        if answer.status != 200 {
            return Err(self.failed(now, errand, format!("it answered {}", answer.status)));
        }
        let document = self.object(now, errand, &answer.body)?;
        let read = read(&document).map_err(|why| self.failed(now, errand, why))?;
        self.worked(now, errand);
        Ok(read)
    }

    /// Reads a body that must be a JSON object; one that is none is a failure of the upstream.
    pub(crate) fn object(&self, now: Timestamp, errand: Errand, body: &[u8]) -> Result<Map<String, Value>, Failed> {
        serde_json::from_slice(body).map_err(|_| self.failed(now, errand, "its answer is no JSON object".to_owned()))
    }

    /// Judges the status of an answer that is not what was asked for. What blames us (4xx) is an answer, and no failure:
    /// anybody can bring a code that is none. Where nothing is there, or only the way elsewhere, is no endpoint.
    pub(crate) fn judge_status(&self, now: Timestamp, errand: Errand, status: u16) -> Result<(), Failed> {
        match status {
            404 | 405 | 408 | 410 => Err(self.failed(now, errand, format!("it answered {status}"))),
            400..=499 => Ok(()),
            _ => Err(self.failed(now, errand, format!("it answered {status}"))),
        }
    }

    /// Notes that an answer was what it should be.
    pub(crate) fn worked(&self, now: Timestamp, errand: Errand) {
        let mut record = self.record();
        record.last_success_at = Some(now);
        if record.circuit(errand).succeeded() {
            let what = errand.as_str();
            tracing::info!(upstream = %self.id, what, "An upstream provider that was left alone works again.");
        }
    }

    /// Notes that an answer tells nothing of the endpoint.
    pub(crate) fn said_nothing(&self, now: Timestamp, errand: Errand) {
        self.record().circuit(errand).undecided(now);
    }

    /// Notes a failure that only the content of an answer tells of.
    pub(crate) fn failed(&self, now: Timestamp, errand: Errand, why: String) -> Failed {
        let what = errand.as_str();
        let mut record = self.record();
        record.failures += 1;
        if record.circuit(errand).failed(now) {
            tracing::warn!(upstream = %self.id, what, why, "An upstream provider fails and is left alone for a while.");
        } else {
            tracing::info!(upstream = %self.id, what, why, "A call to an upstream provider failed.");
        }
        record.last_failure = Some((now, why));
        Failed::Down
    }

    pub(crate) fn last_failure(&self) -> Option<String> {
        self.record().last_failure.as_ref().map(|(_, why)| why.clone())
    }

    pub(crate) fn standing(&self, enabled: bool, circuit: CircuitState) -> Standing {
        let record = self.record();
        Standing {
            id: self.id.clone(),
            enabled,
            circuit,
            calls: record.calls,
            failures: record.failures,
            in_flight: IN_FLIGHT - self.flights.available_permits().min(IN_FLIGHT),
            last_success_at: record.last_success_at,
            last_failure: record.last_failure.clone(),
        }
    }
}
