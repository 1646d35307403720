//! The store in a Redis that several nodes share.
//!
//! Every operation is one command or one script on one key, decided by the server: it holds under any number of nodes,
//! and in a cluster. Expiry follows the server's clock, one for all nodes.

mod link;
mod policy;

use crate::LONGEST_VALUE;
use crate::address::RedisAddress;
use crate::settings::{EphemeralSettings, SettingsError};
use ::redis::{Cmd, ErrorKind, FromRedisValue, RedisError, Script, cmd};
use async_trait::async_trait;
use link::{Connection, Link};
use portal_id_core::ports::{Ephemeral, EphemeralKey, Unreachable};
use portal_id_core::time::{Span, Timestamp};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Counts one more; the window begins with the first. A script, so that no count is ever left without an end.
const COUNT: &str = "local number = redis.call('INCR', KEYS[1])
if number == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return number";

/// For how long the store is not asked again after it could not be reached.
const PAUSE: Span = Span::seconds(1);

/// A shared store.
pub struct Redis {
    link: Link,
    prefix: String,
    patience: Duration,
    count: Script,
    /// Unix milliseconds until which the store counts as out of reach.
    out_of_reach_until: AtomicI64,
}

impl Redis {
    pub(crate) async fn open(address: RedisAddress, settings: &EphemeralSettings) -> Result<Self, SettingsError> {
        let patience = Duration::from_millis(u64::from(settings.patience_milliseconds));
        let store = Self {
            link: Link::new(&address, patience)?,
            prefix: settings.prefix.clone(),
            patience,
            count: Script::new(COUNT),
            out_of_reach_until: AtomicI64::new(0),
        };
        // Once with more patience than a person has: the first connection of a cluster asks several nodes.
        match tokio::time::timeout(patience * 4, store.link.connection()).await {
            Ok(Ok(_)) => tracing::info!("The shared ephemeral store answers."),
            Ok(Err(error)) if policy::is_refusal(&error) => return Err(SettingsError::Evicts(policy::of(&error))),
            Ok(Err(error)) => warn_at_start(&error.to_string()),
            Err(_) => warn_at_start("no answer in time"),
        }
        Ok(store)
    }

    fn name(&self, kind: &str, key: &EphemeralKey) -> String {
        format!("{}:{kind}:{}", self.prefix, key.as_str())
    }

    /// Runs one operation, within our patience.
    async fn ask<T, Run>(&self, now: Timestamp, run: impl FnOnce(Connection) -> Run) -> Result<T, Unreachable>
    where
        Run: Future<Output = Result<T, RedisError>>,
    {
        if now.millis() < self.out_of_reach_until.load(Ordering::Relaxed) {
            return Err(Unreachable("it did not answer a moment ago".to_owned()));
        }
        let asked = async { run(self.link.connection().await?).await };
        let error = match tokio::time::timeout(self.patience, asked).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(error)) => error,
            Err(_) => RedisError::from((ErrorKind::Io, "no answer in time")),
        };
        self.link.forget().await;
        self.out_of_reach_until.store((now + PAUSE).millis(), Ordering::Relaxed);
        Err(Unreachable(error.to_string()))
    }

    async fn command<T: FromRedisValue>(&self, now: Timestamp, command: Cmd) -> Result<T, Unreachable> {
        self.ask(now, |mut connection| async move { command.query_async(&mut connection).await }).await
    }
}

fn warn_at_start(why: &str) {
    tracing::warn!(why, "The shared ephemeral store cannot be reached; it is tried again at each use.");
}

/// Redis takes no time to live below a millisecond.
fn milliseconds(span: Span) -> i64 {
    span.as_millis().max(1)
}

#[async_trait]
impl Ephemeral for Redis {
    async fn set_if_absent(
        &self,
        key: &EphemeralKey,
        value: &[u8],
        ttl: Span,
        now: Timestamp,
    ) -> Result<bool, Unreachable> {
        if value.len() > LONGEST_VALUE {
            return Err(Unreachable(format!("a value may have at most {LONGEST_VALUE} bytes")));
        }
        let mut set = cmd("SET");
        set.arg(self.name("mark", key)).arg(value).arg("NX").arg("PX").arg(milliseconds(ttl));
        let put: Option<String> = self.command(now, set).await?;
        Ok(put.is_some())
    }

    async fn take(&self, key: &EphemeralKey, now: Timestamp) -> Result<Option<Vec<u8>>, Unreachable> {
        let mut take = cmd("GETDEL");
        take.arg(self.name("mark", key));
        self.command(now, take).await
    }

    async fn find(&self, key: &EphemeralKey, now: Timestamp) -> Result<Option<Vec<u8>>, Unreachable> {
        let mut get = cmd("GET");
        get.arg(self.name("mark", key));
        self.command(now, get).await
    }

    async fn count(&self, key: &EphemeralKey, period: Span, now: Timestamp) -> Result<u64, Unreachable> {
        let name = self.name("count", key);
        let script = self.count.clone();
        self.ask(now, |mut connection| async move {
            script.key(name).arg(milliseconds(period)).invoke_async(&mut connection).await
        })
        .await
    }
}
