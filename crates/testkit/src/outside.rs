//! The world outside, made of things that tests hold in their hands: a clock that stands still, chance with a seed, a
//! mail server and a gateway that keep what they get and can be told to fail.

use async_trait::async_trait;
use portal_id_core::entropy::Entropy;
use portal_id_core::outbox::Delivery;
use portal_id_core::ports::{Answered, EmailMessage, Mailer, NotAnswered, Outgoing, SmsGateway, TextMessage};
use portal_id_core::time::{Clock, Span, Timestamp};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// 2026-11-23T02:00:00Z, nine in the morning in Vietnam: when every test begins.
pub const START: Timestamp = Timestamp::from_seconds(1_795_399_200);

/// A clock that moves when it is told to.
#[derive(Debug)]
pub struct FrozenClock(AtomicI64);

impl Default for FrozenClock {
    fn default() -> Self {
        Self(AtomicI64::new(START.millis()))
    }
}

impl FrozenClock {
    /// Moves on by `span`.
    pub fn advance(&self, span: Span) {
        self.0.fetch_add(span.as_millis(), Ordering::SeqCst);
    }

    /// Goes back by `span`, as a clock does that was wrong and is set right.
    pub fn turn_back(&self, span: Span) {
        self.0.fetch_sub(span.as_millis(), Ordering::SeqCst);
    }
}

impl Clock for FrozenClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Chance that repeats.
pub struct SeededEntropy(Mutex<ChaCha20Rng>);

impl SeededEntropy {
    /// The same seed gives the same bytes.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(buffer);
    }
}

/// A messenger that keeps what it is given, or answers what it was told to.
pub struct Keeper<M> {
    kept: Mutex<Vec<(String, M)>>,
    answer: Mutex<Delivery>,
}

impl<M> Default for Keeper<M> {
    fn default() -> Self {
        Self { kept: Mutex::new(Vec::new()), answer: Mutex::new(Delivery::Accepted) }
    }
}

impl<M: Clone> Keeper<M> {
    /// Everything kept, the oldest first.
    pub fn kept(&self) -> Vec<M> {
        self.locked().iter().map(|(_, message)| message.clone()).collect()
    }

    /// Puts what came since there were `before` into the order in which it was written: messages of one round are
    /// delivered side by side and may overtake each other. Their ids begin with the time.
    pub(crate) fn put_in_order(&self, before: usize) {
        self.locked()[before..].sort_by(|(one, _), (other, _)| one.cmp(other));
    }

    pub(crate) fn count(&self) -> usize {
        self.locked().len()
    }

    fn locked(&self) -> MutexGuard<'_, Vec<(String, M)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on answers this; only what is accepted is kept.
    pub fn answer(&self, delivery: Delivery) {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = delivery;
    }

    fn take(&self, id: &str, message: &M) -> Delivery {
        let answer = self.answer.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if matches!(answer, Delivery::Accepted | Delivery::AcceptedBy(_)) {
            self.locked().push((id.to_owned(), message.clone()));
        }
        answer
    }
}

#[async_trait]
impl Mailer for Keeper<EmailMessage> {
    async fn deliver(&self, email: &EmailMessage) -> Delivery {
        self.take(&email.id, email)
    }
}

#[async_trait]
impl SmsGateway for Keeper<TextMessage> {
    async fn deliver(&self, message: &TextMessage, _: Timestamp) -> Delivery {
        self.take(&message.id, message)
    }
}

/// A form that was posted to an address.
#[derive(Clone, Debug)]
pub struct Posted {
    pub url: String,
    pub fields: Vec<(String, String)>,
}

/// Addresses beyond us: answers what it was told to for each, else nothing is there; keeps what was posted.
#[derive(Default)]
pub struct Beyond {
    answers: Mutex<HashMap<String, Result<Answered, NotAnswered>>>,
    posted: Mutex<Vec<Posted>>,
    fetched: Mutex<Vec<String>>,
}

impl Beyond {
    /// From now on this address answers so.
    pub fn at(&self, url: &str, status: u16, body: impl Into<Vec<u8>>) {
        self.set(url, Ok(Answered { status, body: body.into() }));
    }

    /// From now on nothing answers at this address.
    pub fn away(&self, url: &str) {
        self.set(url, Err(NotAnswered::Unreachable("did not answer in time".to_owned())));
    }

    /// Everything posted so far, the oldest first.
    pub fn posted(&self) -> Vec<Posted> {
        self.posted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Every address fetched so far, the oldest first.
    pub fn fetched(&self) -> Vec<String> {
        self.fetched.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, url: &str, answer: Result<Answered, NotAnswered>) {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).insert(url.to_owned(), answer);
    }

    fn answer(&self, url: &str) -> Result<Answered, NotAnswered> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.get(url).cloned().unwrap_or_else(|| Err(NotAnswered::Unreachable("nothing is there".to_owned())))
    }
}

#[async_trait]
impl Outgoing for Beyond {
    async fn get(&self, url: &str, _: &'static str) -> Result<Answered, NotAnswered> {
        self.fetched.lock().unwrap_or_else(PoisonError::into_inner).push(url.to_owned());
        self.answer(url)
    }

    async fn post_form(&self, url: &str, fields: &[(&str, &str)]) -> Result<Answered, NotAnswered> {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.posted.lock().unwrap_or_else(PoisonError::into_inner).push(Posted { url: url.to_owned(), fields });
        self.answer(url)
    }
}
