//! `GET /metrics` on a listener of its own, in Prometheus' text format: what this node already counts, read when asked.
//!
//! Plain text, because a client library keeps counters of its own: ours would have to be copied into it at each scrape,
//! for a format that is a line per number.

use super::{Door, HEAD_TIMEOUT, accept};
use crate::house::House;
use anyhow::Context as _;
use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::routing::get;
use hyper_util::server::graceful::GracefulShutdown;
use portal_id_core::upstream::UpstreamId;
use portal_id_federation::{CircuitState, Standing};
use portal_id_storage::Counters;
use std::fmt::Write as _;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What is served.
const TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";
/// The most connections at a time: a few collectors, and no way to take the sockets of people.
const MOST_CONNECTIONS: usize = 16;

/// Listens where the settings say, if they say so; ends with the jobs.
pub(super) async fn start(house: &House, stopped: &watch::Receiver<bool>) -> anyhow::Result<Option<JoinHandle<()>>> {
    let Some(address) = house.config.server.metrics else { return Ok(None) };
    let listener = TcpListener::bind(address).await.with_context(|| format!("listening on {address} for metrics"))?;
    tracing::info!(address = %listener.local_addr()?, "Metrics are served.");
    Ok(Some(tokio::spawn(serve(listener, router(house), stopped.clone()))))
}

/// Serves until told to stop.
pub async fn serve(listener: TcpListener, router: Router, mut stopped: watch::Receiver<bool>) {
    let connections = GracefulShutdown::new();
    let door = Door { router, tls: None, patience: HEAD_TIMEOUT, stopped: stopped.clone() };
    tokio::select! {
        never = accept(&listener, &door, MOST_CONNECTIONS, &connections) => match never {},
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
    drop(listener);
    connections.shutdown().await;
}

/// The one page of that listener. Asks neither the database nor anybody else: it must answer while they do not.
pub fn router(house: &House) -> Router {
    let (federation, counters) = (Arc::clone(&house.federation), Arc::clone(&house.counters));
    let clock = Arc::clone(&house.outside.clock);
    let page = move || {
        let text = text(&federation.standing(clock.now()), &counters);
        std::future::ready(([(CONTENT_TYPE, TYPE), (CACHE_CONTROL, "no-store")], text))
    };
    Router::new().route("/metrics", get(page))
}

fn text(upstreams: &[Standing], store: &Counters) -> String {
    let mut text = String::new();
    let each = |number: fn(&Standing) -> u64| move |one: &Standing| Some(number(one));
    let mut family = |name, kind, help, number: &dyn Fn(&Standing) -> Option<u64>| {
        let samples = upstreams.iter().filter_map(|one| Some((Some(&one.id), number(one)?)));
        write_family(&mut text, name, kind, help, &samples.collect::<Vec<_>>());
    };
    family(
        "portal_id_upstream_enabled",
        "gauge",
        "Whether people may arrive by the upstream.",
        &each(|one| one.enabled.into()),
    );
    family(
        "portal_id_upstream_circuit_open",
        "gauge",
        "Whether the upstream failed repeatedly and has not answered since.",
        // Half a minute later one call is let through; until that succeeds nothing says that it works again.
        &each(|one| (one.circuit != CircuitState::Closed).into()),
    );
    family(
        "portal_id_upstream_calls_total",
        "counter",
        "Calls to the upstream since the start of this node.",
        &each(|one| one.calls),
    );
    family(
        "portal_id_upstream_failures_total",
        "counter",
        "Failures of the upstream since the start of this node: no answer, or none that can be used.",
        &each(|one| one.failures),
    );
    family(
        "portal_id_upstream_calls_in_flight",
        "gauge",
        "Calls to the upstream under way.",
        &each(|one| u64::try_from(one.in_flight).unwrap_or(u64::MAX)),
    );
    family(
        "portal_id_upstream_last_success_timestamp_seconds",
        "gauge",
        "When a call to the upstream last succeeded; absent before the first.",
        &|one| one.last_success_at.and_then(|at| u64::try_from(at.seconds()).ok()),
    );
    for (name, help, number) in [
        ("portal_id_store_statements_total", "Statements that the database was asked to run.", store.statements()),
        ("portal_id_store_writes_total", "Transactions that changed something and became durable.", store.writes()),
        ("portal_id_store_commits_total", "Commits that had to reach the disk.", store.commits()),
        ("portal_id_store_retries_total", "Transactions that had to be run again, each time.", store.retries()),
    ] {
        write_family(&mut text, name, "counter", help, &[(None, number)]);
    }
    text
}

/// One metric with its samples; nothing where there are none.
fn write_family(text: &mut String, name: &str, kind: &str, help: &str, samples: &[(Option<&UpstreamId>, u64)]) {
    if samples.is_empty() {
        return;
    }
    // Writing to a string cannot fail.
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    for (upstream, number) in samples {
        let _ = match upstream {
            Some(id) => writeln!(text, "{name}{{upstream=\"{}\"}} {number}", escaped(id.as_str())),
            None => writeln!(text, "{name} {number}"),
        };
    }
}

/// A label's value as the format wants it.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use portal_id_core::time::Timestamp;

    fn standing(id: &str, circuit: CircuitState) -> Standing {
        Standing {
            id: UpstreamId::parse(id).unwrap(),
            enabled: true,
            circuit,
            calls: 7,
            failures: 5,
            in_flight: 2,
            last_success_at: None,
            last_failure: None,
        }
    }

    #[test]
    fn the_text_is_what_prometheus_reads() {
        let mut well = standing("vneid", CircuitState::Closed);
        well.last_success_at = Some(Timestamp::from_seconds(1_795_851_660));
        let probing = standing("tinh", CircuitState::Probing);
        let text = text(&[standing("vnconnect", CircuitState::Open), well, probing], &Counters::default());
        for lines in [
            "# HELP portal_id_upstream_calls_total Calls to the upstream since the start of this node.\n\
             # TYPE portal_id_upstream_calls_total counter\n\
             portal_id_upstream_calls_total{upstream=\"vnconnect\"} 7\n",
            "portal_id_upstream_failures_total{upstream=\"vnconnect\"} 5\n",
            "# TYPE portal_id_upstream_circuit_open gauge\n\
             portal_id_upstream_circuit_open{upstream=\"vnconnect\"} 1\n\
             portal_id_upstream_circuit_open{upstream=\"vneid\"} 0\n\
             portal_id_upstream_circuit_open{upstream=\"tinh\"} 1\n",
            "portal_id_upstream_calls_in_flight{upstream=\"vneid\"} 2\n",
            "# TYPE portal_id_upstream_last_success_timestamp_seconds gauge\n\
             portal_id_upstream_last_success_timestamp_seconds{upstream=\"vneid\"} 1795851660\n#",
            "# TYPE portal_id_store_retries_total counter\nportal_id_store_retries_total 0\n",
        ] {
            assert!(text.contains(lines), "{lines}\nis not in\n{text}");
        }
        assert!(text.ends_with('\n'), "the last line needs its end too");
    }

    #[test]
    fn without_upstreams_there_is_nothing_about_them() {
        let text = text(&[], &Counters::default());
        assert!(!text.contains("upstream"), "{text}");
        assert!(text.contains("portal_id_store_commits_total 0\n"), "{text}");
    }

    #[test]
    fn a_label_cannot_break_out_of_its_line() {
        assert_eq!(escaped("a\\b\"c\nd"), "a\\\\b\\\"c\\nd");
    }
}
