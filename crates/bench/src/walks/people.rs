//! Who signs in: the generated accounts, one after the other, so that no account is used more than another.

use crate::seed::Citizen;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// The accounts of a run.
#[derive(Clone)]
pub(crate) struct People {
    next: Rc<Cell<u64>>,
    count: u64,
    /// By account, the cookie of the browser it was last signed in from; `None` when everybody sits at a new one.
    browsers: Option<Rc<RefCell<Browsers>>>,
}

type Browsers = HashMap<u64, (String, String)>;

/// One account.
pub(crate) struct Person {
    number: u64,
    /// The name it signs in with.
    pub(crate) username: String,
    /// Its phone, as the gateway writes it.
    pub(crate) phone: String,
}

impl People {
    /// The first `count` accounts of the database, each time at a browser that they never used.
    pub(crate) fn new(count: u64) -> Self {
        Self { next: Rc::default(), count: count.max(1), browsers: None }
    }

    /// The first `count` accounts, who come back with the browser of their last sign-in.
    pub(crate) fn regulars(count: u64) -> Self {
        Self { browsers: Some(Rc::default()), ..Self::new(count) }
    }

    /// How many they are.
    pub(crate) const fn count(&self) -> u64 {
        self.count
    }

    /// Whose turn it is.
    pub(crate) fn next(&self) -> Person {
        let number = self.next.get() % self.count;
        self.next.set(number + 1);
        let citizen = Citizen::of(number);
        Person { number, username: citizen.username, phone: citizen.phone }
    }

    /// The cookie that `person` brings along.
    pub(crate) fn browser_of(&self, person: &Person) -> Option<(String, String)> {
        self.browsers.as_ref()?.borrow().get(&person.number).cloned()
    }

    /// Remembers the cookie that `person` left with.
    pub(crate) fn keep_browser_of(&self, person: &Person, cookie: Option<(String, String)>) {
        if let (Some(browsers), Some(cookie)) = (&self.browsers, cookie) {
            browsers.borrow_mut().insert(person.number, cookie);
        }
    }
}
