//! Our side: a vault, marks, chance, a browser.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::provider::Provider;
use crate::{
    Answer, Arrived, Baggage, Departing, Departure, Federation, FederationParts, FederationSettings, Stranded, Trouble,
    UpstreamSettings,
};
use async_trait::async_trait;
use portal_id_core::ctx::Ctx;
use portal_id_core::digest::{Digest, DigestPurpose};
use portal_id_core::entropy::Entropy;
use portal_id_core::ports::{Ephemeral, EphemeralKey, SealPurpose, Unreachable, Unsealable, UpstreamHttp, Vault};
use portal_id_core::throttle::SignInLimits;
use portal_id_core::time::{Span, Timestamp};
use portal_id_core::upstream::{Purpose, UpstreamId};
use portal_id_notify::{HttpOutgoing, OutgoingSettings};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use zeroize::Zeroizing;

pub(super) const NOW: Timestamp = Timestamp::from_seconds(1_795_399_200);
pub(super) const PUBLIC_URL: &str = "https://id.example.gov.vn";

/// Digests that differ by purpose and by part, and a sealing that only remembers what it was told.
pub(super) struct PlainVault;

impl Vault for PlainVault {
    fn seal(&self, purpose: SealPurpose, context: &[u8], plain: &[u8], _: &dyn Entropy) -> Vec<u8> {
        [self.digest(DigestPurpose::Csrf, &[purpose.label().as_bytes(), context, plain]).as_bytes().as_slice(), plain]
            .concat()
    }

    fn open(&self, purpose: SealPurpose, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unsealable> {
        let (tag, plain) = sealed.split_at_checked(32).ok_or(Unsealable)?;
        let right = self.digest(DigestPurpose::Csrf, &[purpose.label().as_bytes(), context, plain]);
        if right.as_bytes() == tag { Ok(Zeroizing::new(plain.to_vec())) } else { Err(Unsealable) }
    }

    fn digest(&self, purpose: DigestPurpose, parts: &[&[u8]]) -> Digest {
        let mut hasher = Sha256::new_with_prefix(purpose.label());
        for part in parts {
            hasher.update(part.len().to_le_bytes());
            hasher.update(part);
        }
        Digest::from_bytes(hasher.finalize().into())
    }
}

/// Counts, so that two draws differ.
#[derive(Default)]
struct CountingEntropy(AtomicU64);

impl Entropy for CountingEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        let number = self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        buffer.iter_mut().zip(number.iter().cycle()).for_each(|(byte, draw)| *byte = *draw);
    }
}

/// Marks in memory, which can be taken out of reach.
#[derive(Default)]
pub(super) struct Marks {
    kept: Mutex<HashMap<EphemeralKey, (Vec<u8>, Timestamp)>>,
    away: AtomicBool,
}

impl Marks {
    pub(super) fn out_of_reach(&self, away: bool) {
        self.away.store(away, Ordering::Relaxed);
    }

    fn reached(&self) -> Result<(), Unreachable> {
        if self.away.load(Ordering::Relaxed) { Err(Unreachable("gone".to_owned())) } else { Ok(()) }
    }
}

#[async_trait]
impl Ephemeral for Marks {
    async fn set_if_absent(
        &self,
        key: &EphemeralKey,
        value: &[u8],
        ttl: Span,
        now: Timestamp,
    ) -> Result<bool, Unreachable> {
        self.reached()?;
        let mut kept = self.kept.lock().unwrap();
        if kept.get(key).is_some_and(|(_, until)| now < *until) {
            return Ok(false);
        }
        kept.insert(key.clone(), (value.to_vec(), now + ttl));
        Ok(true)
    }

    async fn take(&self, key: &EphemeralKey, now: Timestamp) -> Result<Option<Vec<u8>>, Unreachable> {
        self.reached()?;
        Ok(self.kept.lock().unwrap().remove(key).filter(|(_, until)| now < *until).map(|(value, _)| value))
    }

    async fn find(&self, key: &EphemeralKey, now: Timestamp) -> Result<Option<Vec<u8>>, Unreachable> {
        self.reached()?;
        let kept = self.kept.lock().unwrap();
        Ok(kept.get(key).filter(|(_, until)| now < *until).map(|(value, _)| value.clone()))
    }

    async fn count(&self, _: &EphemeralKey, _: Span, _: Timestamp) -> Result<u64, Unreachable> {
        self.reached().map(|()| 0)
    }
}

/// A browser of this name at this moment.
pub(super) fn browser(name: u8, now: Timestamp) -> Ctx {
    Ctx { browser: Some(Digest::from_bytes([name; 32])), ..Ctx::for_job(now, entropy(), "r-1") }
}

fn entropy() -> Arc<dyn Entropy> {
    static ONE: std::sync::OnceLock<Arc<CountingEntropy>> = std::sync::OnceLock::new();
    Arc::clone(ONE.get_or_init(Arc::default)) as Arc<dyn Entropy>
}

/// The client of the house, one for all: to read the system's authorities takes a while. Outside production its own machine
/// may be called, by http too.
fn guarded_client() -> Arc<dyn UpstreamHttp> {
    static ONE: std::sync::OnceLock<Arc<HttpOutgoing>> = std::sync::OnceLock::new();
    let client = ONE.get_or_init(|| {
        let settings = OutgoingSettings { timeout_seconds: 1, ..OutgoingSettings::default() };
        Arc::new(HttpOutgoing::new(&settings, true).unwrap())
    });
    Arc::clone(client) as Arc<dyn UpstreamHttp>
}

pub(super) fn settings(toml: &str) -> UpstreamSettings {
    toml::from_str(toml).unwrap()
}

/// Our side with these upstreams.
pub(super) struct House {
    pub(super) federation: Federation,
    pub(super) marks: Arc<Marks>,
}

impl House {
    pub(super) fn with(upstreams: Vec<UpstreamSettings>) -> Self {
        let marks = Arc::new(Marks::default());
        let http = upstreams.iter().map(|one| (one.id.clone(), guarded_client())).collect();
        let parts = FederationParts {
            settings: FederationSettings { upstreams },
            public_url: PUBLIC_URL.to_owned(),
            vault: Arc::new(PlainVault),
            ephemeral: marks.clone(),
            http,
            limits: SignInLimits::default(),
        };
        Self { federation: Federation::new(parts).unwrap(), marks }
    }

    /// With one upstream in the shape of VNConnect, and what `more` says.
    pub(super) fn at(provider: &Provider, more: &str) -> Self {
        Self::with(vec![settings(&provider.vnconnect(more))])
    }

    pub(super) async fn begin(&self, ctx: &Ctx) -> Result<Departure, Trouble> {
        self.begin_as(ctx, departing()).await
    }

    pub(super) async fn begin_as(&self, ctx: &Ctx, departing: Departing) -> Result<Departure, Trouble> {
        self.federation.begin(ctx, "vnconnect", departing).await
    }

    pub(super) async fn finish(&self, ctx: &Ctx, answer: &Answer) -> Result<Arrived, Trouble> {
        self.back(ctx, answer).await.map_err(|stranded| stranded.trouble)
    }

    pub(super) async fn back(&self, ctx: &Ctx, answer: &Answer) -> Result<Arrived, Stranded> {
        self.federation.finish(ctx, "vnconnect", answer).await
    }

    /// There and back, with whatever the provider does by now.
    pub(super) async fn round_trip(&self, provider: &Provider) -> Result<Arrived, Trouble> {
        let ctx = browser(1, NOW);
        let departure = self.begin(&ctx).await?;
        self.finish(&ctx, &provider.sign_in(&departure)).await
    }
}

pub(super) fn departing() -> Departing {
    Departing {
        purpose: Purpose::SignIn,
        baggage: Baggage { flow: Some("sealed-flow".to_owned()), next: None },
        anew: false,
        least: None,
        login_hint: None,
    }
}

pub(super) fn id() -> UpstreamId {
    UpstreamId::parse("vnconnect").unwrap()
}
