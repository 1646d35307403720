//! Who signs in: the generated accounts, one after the other, so that no account is used more than another.

use crate::seed::Citizen;
use std::cell::Cell;
use std::rc::Rc;

/// The accounts of a run.
#[derive(Clone)]
pub(crate) struct People {
    next: Rc<Cell<u64>>,
    count: u64,
}

/// One account.
pub(crate) struct Person {
    /// The name it signs in with.
    pub(crate) username: String,
    /// Its phone, as the gateway writes it.
    pub(crate) phone: String,
}

impl People {
    /// The first `count` accounts of the database.
    pub(crate) fn new(count: u64) -> Self {
        Self { next: Rc::default(), count: count.max(1) }
    }

    /// Whose turn it is.
    pub(crate) fn next(&self) -> Person {
        let number = self.next.get() % self.count;
        self.next.set(number + 1);
        let citizen = Citizen::of(number);
        Person { username: citizen.username, phone: citizen.phone }
    }
}
