//! What a Redis does when its memory is full. Only `noeviction` will do: any other policy throws live keys away, and with
//! a replay mark the refusal that hangs on it.

use super::Connection;
use redis::{ErrorKind, RedisError, Value, cmd};

/// The line of `INFO memory` that tells. `CONFIG GET` would need a right that managed services do not give.
const LINE: &str = "maxmemory_policy:";
const GOOD: &str = "noeviction";
const REFUSAL: &str = "maxmemory-policy must be noeviction, but it is";

/// Refuses a Redis, or a cluster any of whose nodes, evicts.
pub(super) async fn check(connection: &mut Connection) -> Result<(), RedisError> {
    let answer: Value = cmd("INFO").arg("memory").query_async(connection).await?;
    let mut policies = Vec::new();
    collect(&answer, &mut policies);
    match policies.into_iter().find(|policy| policy != GOOD) {
        Some(policy) => Err(RedisError::from((ErrorKind::Client, REFUSAL, policy))),
        None => Ok(()),
    }
}

/// Whether an error is our own refusal of a policy.
pub(super) fn is_refusal(error: &RedisError) -> bool {
    error.to_string().contains(REFUSAL)
}

/// The policy that an error of ours names.
pub(super) fn of(error: &RedisError) -> String {
    error.detail().unwrap_or_default().to_owned()
}

/// A cluster answers with a map of its nodes, a single Redis with one text.
fn collect(value: &Value, policies: &mut Vec<String>) {
    match value {
        Value::BulkString(bytes) => read(&String::from_utf8_lossy(bytes), policies),
        Value::SimpleString(text) | Value::VerbatimString { text, .. } => read(text, policies),
        Value::Array(values) | Value::Set(values) => values.iter().for_each(|value| collect(value, policies)),
        Value::Map(pairs) => pairs.iter().for_each(|(_, value)| collect(value, policies)),
        _ => {}
    }
}

fn read(text: &str, policies: &mut Vec<String>) {
    policies.extend(text.lines().filter_map(|line| line.strip_prefix(LINE)).map(|policy| policy.trim().to_owned()));
}
