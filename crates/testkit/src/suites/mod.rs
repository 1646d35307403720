//! Conformance suites: what every adapter of a port does. One module per port.

pub mod ephemeral;
pub mod store;
