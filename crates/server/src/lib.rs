//! Wiring, configuration, command line, job loop. Boring on purpose: the only place where the rooms meet.

pub mod cli;
pub mod clients;
mod clock;
pub mod commands;
pub mod config;
mod delivery;
pub mod demo;
pub mod house;
pub mod jobs;
pub mod logging;
pub mod production;
pub mod serve;
pub mod tls;
pub mod upstreams;

pub use clock::SystemClock;
