//! Passwords: how one is read, which new ones are refused, how they are hashed.
//!
//! Owns: the input type and the rules for new passwords ([`policy`]), the embedded list of common
//! ones ([`common`]), the hash ([`hash`]) and the threads that compute it ([`pool`]).

pub mod common;
pub mod hash;
mod input;
mod personal_words;
pub mod policy;
pub mod pool;
