//! Between columns and values: what several nouns share.

use portal_id_core::acr::{Amr, Ial};
use portal_id_core::digest::Digest;
use portal_id_core::store::{StoreError, StoreResult};
use portal_id_core::time::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value that cannot be what we wrote; the value itself is not repeated, it may be personal.
pub(super) fn unreadable(column: &'static str) -> StoreError {
    StoreError::Fault(format!("{column} holds a value that cannot be read"))
}

/// A stored word of one of our enums.
pub(super) fn word<T>(column: &'static str, value: Option<T>) -> StoreResult<T> {
    value.ok_or_else(|| unreadable(column))
}

/// What is only read whole, as JSON.
pub(super) fn json(value: &impl Serialize) -> StoreResult<String> {
    serde_json::to_string(value).map_err(|error| StoreError::Fault(format!("a value cannot be written: {error}")))
}

pub(super) fn from_json<T: DeserializeOwned>(column: &'static str, text: &str) -> StoreResult<T> {
    serde_json::from_str(text).map_err(|_| unreadable(column))
}

pub(super) fn digest(column: &'static str, bytes: &[u8]) -> StoreResult<Digest> {
    word(column, Digest::from_slice(bytes))
}

pub(super) fn digest_or_none(column: &'static str, bytes: Option<&[u8]>) -> StoreResult<Option<Digest>> {
    bytes.map(|bytes| digest(column, bytes)).transpose()
}

pub(super) fn bytes(digest: &Digest) -> Vec<u8> {
    digest.as_bytes().to_vec()
}

pub(super) fn moment(millis: Option<i64>) -> Option<Timestamp> {
    millis.map(Timestamp::from_millis)
}

pub(super) fn millis(moment: Option<Timestamp>) -> Option<i64> {
    moment.map(Timestamp::millis)
}

pub(super) fn count(column: &'static str, number: i64) -> StoreResult<u32> {
    word(column, u32::try_from(number).ok())
}

/// How many rows a statement met, as the port counts.
pub(super) fn rows(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// An ordered list of words without spaces.
pub(super) fn joined(words: &[String]) -> String {
    words.join(" ")
}

pub(super) fn split(words: &str) -> Vec<String> {
    words.split_ascii_whitespace().map(str::to_owned).collect()
}

pub(super) fn joined_amr(amr: &[Amr]) -> String {
    amr.iter().map(|factor| factor.as_str()).collect::<Vec<_>>().join(" ")
}

pub(super) fn split_amr(column: &'static str, words: &str) -> StoreResult<Vec<Amr>> {
    words.split_ascii_whitespace().map(|text| word(column, Amr::from_text(text))).collect()
}

pub(super) fn ial(column: &'static str, number: i64) -> StoreResult<Ial> {
    word(column, u8::try_from(number).ok().map(Ial))
}
