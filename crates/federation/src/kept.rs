//! Something of an upstream's that is fetched when it is needed, and kept: its metadata, its keys. While it cannot be
//! fetched the old one serves for a time; and nobody who waited for another's vain call then makes one of their own.

use crate::line::Failed;
use portal_id_core::time::{Span, Timestamp};
use std::future::Future;
use std::sync::{Arc, Mutex as Held, MutexGuard, PoisonError};
use tokio::sync::Mutex;

/// How long it is used without asking again.
const KEEP: Span = Span::hours(1);
/// How long an old one still serves when it cannot be fetched.
const KEEP_STALE: Span = Span::hours(24);
/// How long we do without a fetch that failed, while an old one serves.
const TRY_AGAIN_AFTER: Span = Span::seconds(30);
/// How often what is not good enough makes us fetch again: anybody can send us a logout token.
const FETCH_AGAIN_AFTER: Span = Span::seconds(10);

/// It, as this node knows it.
pub(crate) struct Kept<T> {
    inside: Held<Inside<T>>,
    /// One asks at a time; the others then find what came of it.
    asking: Mutex<()>,
}

struct Inside<T> {
    known: Option<Known<T>>,
    /// How many fetches came to an end.
    ended: u64,
    /// How the last of them failed, if it did.
    failed: Option<Failed>,
}

/// What was fetched.
pub(crate) struct Known<T> {
    pub(crate) what: Arc<T>,
    pub(crate) fetched_at: Timestamp,
    asked_at: Timestamp,
    /// Why the last time that it was asked for brought no other.
    failed: Option<Failed>,
}

impl<T> Clone for Known<T> {
    fn clone(&self) -> Self {
        Self { what: Arc::clone(&self.what), ..*self }
    }
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { inside: Held::new(Inside { known: None, ended: 0, failed: None }), asking: Mutex::default() }
    }
}

impl<T> Known<T> {
    fn is_good(&self, now: Timestamp) -> bool {
        now < self.fetched_at + KEEP_STALE
    }

    /// Whether to use it without asking: it is new enough, or good enough and we asked in vain a moment ago. Of one that was
    /// fetched at `not_this` more is known than its age.
    fn serves(&self, now: Timestamp, not_this: Option<Timestamp>) -> bool {
        match not_this {
            None => now < self.fetched_at + KEEP || (self.is_good(now) && now < self.asked_at + TRY_AGAIN_AFTER),
            Some(fetched_at) => self.fetched_at > fetched_at || now < self.asked_at + FETCH_AGAIN_AFTER,
        }
    }

    /// Itself, unless another is needed that could not be had: of what this does not tell nothing is known.
    fn unless_another_is_needed(self, not_this: Option<Timestamp>) -> Result<Self, Failed> {
        match self.failed.filter(|_| not_this.is_some()) {
            Some(failed) => Err(failed),
            None => Ok(self),
        }
    }
}

impl<T> Kept<T> {
    fn inside(&self) -> MutexGuard<'_, Inside<T>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known without asking, and how many fetches came to an end by now.
    fn look(&self) -> (Option<Known<T>>, u64) {
        let inside = self.inside();
        (inside.known.clone(), inside.ended)
    }

    /// What is known without asking, if it is good enough.
    pub(crate) fn at_hand(&self, now: Timestamp) -> Option<Arc<T>> {
        self.inside().known.as_ref().filter(|known| known.is_good(now)).map(|known| Arc::clone(&known.what))
    }

    /// It, by `fetch` if need be; what was fetched at `not_this` is not good enough.
    pub(crate) async fn get<Fetching: Future<Output = Result<T, Failed>>>(
        &self,
        now: Timestamp,
        not_this: Option<Timestamp>,
        fetch: impl FnOnce() -> Fetching + Send,
    ) -> Result<Known<T>, Failed> {
        let (known, ended) = self.look();
        if let Some(known) = known.clone().filter(|known| known.serves(now, not_this)) {
            return known.unless_another_is_needed(not_this);
        }
        let old = known.filter(|known| not_this.is_none() && known.is_good(now));
        let _turn = match (self.asking.try_lock(), old) {
            (Ok(turn), _) => turn,
            // Somebody is asking for a new one.
            (Err(_), Some(old)) => return Ok(old),
            (Err(_), None) => self.asking.lock().await,
        };
        let (known, ended_since) = self.look();
        if let Some(known) = known.clone().filter(|known| known.serves(now, not_this)) {
            return known.unless_another_is_needed(not_this);
        }
        if let Some(failed) = self.inside().failed.filter(|_| ended_since != ended) {
            return Err(failed);
        }
        let fetched = fetch().await;
        let outcome = match (fetched, known) {
            (Ok(what), _) => Ok(Known { what: Arc::new(what), fetched_at: now, asked_at: now, failed: None }),
            (Err(failed), Some(old)) if old.is_good(now) => Ok(Known { asked_at: now, failed: Some(failed), ..old }),
            (Err(failed), _) => Err(failed),
        };
        let mut inside = self.inside();
        inside.ended += 1;
        inside.failed = outcome.as_ref().map_or_else(|failed| Some(*failed), |known| known.failed);
        let known = outcome?;
        inside.known = Some(known.clone());
        known.unless_another_is_needed(not_this)
    }
}
