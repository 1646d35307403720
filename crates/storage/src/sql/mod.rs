//! The repositories, one file per noun: its row type, its statements, and the way between row and value.

mod accounts;
mod audit;
mod backfills;
mod challenges;
mod clients;
mod columns;
mod consents;
mod credentials;
mod grants;
mod identifiers;
mod jobs;
mod keys;
mod links;
#[cfg(test)]
mod newer_rows;
mod outbox;
mod relying_parties;
mod sessions;
mod sms;
mod sms_early;
mod standings;
mod sweep;
mod taken_text;
mod throttles;
mod upstreams;
