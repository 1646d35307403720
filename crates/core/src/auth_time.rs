//! When somebody proved who they are, where it may be that nobody said: an upstream that is not asked to sign a person in
//! anew may keep the moment to itself (`docs/adr/0026`).

use crate::time::Timestamp;

/// In place of a moment that nobody said. It lies before every moment that a person can have signed in at, so whatever
/// compares without looking further finds it too old.
pub const UNKNOWN: Timestamp = Timestamp::from_millis(0);

/// The moment, if it is one.
pub fn known(auth_time: Timestamp) -> Option<Timestamp> {
    (auth_time > UNKNOWN).then_some(auth_time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_said_is_no_moment() {
        assert_eq!(known(UNKNOWN), None);
        let at = Timestamp::from_seconds(1_795_399_200);
        assert_eq!(known(at), Some(at));
    }
}
