//! The upstreams, and everything that can be done with one.

mod leaving;

use crate::answer::{Answer, plain_error};
use crate::attempt::{Attempt, Attempts, Baggage};
use crate::departure;
use crate::line::{Errand, Standing};
use crate::settings::{FederationSettings, Resolved, UpstreamSettings};
use crate::trouble::{Distrust, SetupFault, Stranded, Trouble};
use crate::upstream::{Upstream, away, distrusted};
use portal_id_core::acr::{Aal, Ial};
use portal_id_core::ctx::Ctx;
use portal_id_core::digest::Digest;
use portal_id_core::language::LocalText;
use portal_id_core::ports::{Ephemeral, EphemeralKey, UpstreamHttp, Vault};
use portal_id_core::throttle::SignInLimits;
use portal_id_core::time::{Span, Timestamp};
use portal_id_core::upstream::{LogoutOf, Purpose, UpstreamId, UpstreamIdentity};
use portal_id_core::upstream_way::{UpstreamWay, UpstreamWays};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What federation needs of the house.
pub struct FederationParts {
    /// The upstreams.
    pub settings: FederationSettings,
    /// Our public address.
    pub public_url: String,
    /// The keys of the house.
    pub vault: Arc<dyn Vault>,
    /// Where attempts and marks are.
    pub ephemeral: Arc<dyn Ephemeral>,
    /// Calls each upstream, with its own roots, networks and time-out.
    pub http: BTreeMap<UpstreamId, Arc<dyn UpstreamHttp>>,
    /// How many people may leave from one network.
    pub limits: SignInLimits,
}

/// An upstream as pages offer it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Its name in addresses.
    pub id: UpstreamId,
    /// Its name for people.
    pub name: LocalText,
}

/// What somebody goes to an upstream for.
#[derive(Clone, Debug)]
pub struct Departing {
    /// What they do here when they come back.
    pub purpose: Purpose,
    /// What they were on the way to.
    pub baggage: Baggage,
    /// Whether they must sign in there anew.
    pub anew: bool,
    /// The least level that is wanted; `None` for what the settings ask for.
    pub least: Option<(Ial, Aal)>,
    /// Whom the service expects.
    pub login_hint: Option<String>,
}

/// Where the browser goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    /// The whole address.
    pub location: String,
    /// Its origin, for the policy of the page whose form leads there (decisions 17).
    pub origin: String,
}

/// Somebody who came back.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// Who they are there.
    pub identity: UpstreamIdentity,
    /// What they came back for.
    pub purpose: Purpose,
    /// What they were on the way to.
    pub baggage: Baggage,
}

/// That an upstream says somebody left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutNotice {
    /// Which upstream.
    pub upstream: UpstreamId,
    /// Its issuer, with which sessions were noted.
    pub issuer: String,
    /// Who left.
    pub of: LogoutOf,
    /// When it said so, by its own clock.
    pub said_at: Timestamp,
    /// Whether all sessions of that person end, not only those begun by the one there.
    pub everywhere: bool,
    /// That it was heeded.
    mark: EphemeralKey,
}

/// What an upstream answered to whoever looked after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probed {
    /// Its issuer.
    pub issuer: String,
    /// How many of its keys we can use.
    pub keys: usize,
}

/// The upstreams.
pub struct Federation {
    upstreams: Vec<Upstream>,
    public_url: String,
    attempts: Attempts,
    /// Upstreams that stay off whatever the settings say.
    held: Vec<UpstreamId>,
    /// Those that are off and cannot be switched on yet.
    unfinished: Vec<SetupFault>,
    /// Of all, finished or not, that know us by a key.
    public_keys: BTreeMap<UpstreamId, Map<String, Value>>,
    limits: SignInLimits,
}

impl Federation {
    /// Makes everything that can be made without calling anybody.
    pub fn new(parts: FederationParts) -> Result<Self, SetupFault> {
        let mut upstreams: Vec<Upstream> = Vec::new();
        let mut unfinished = parts.settings.unfinished();
        let key = |set: &UpstreamSettings| Some((set.id.clone(), Resolved::public_key_of(set)?));
        let public_keys = parts.settings.upstreams.iter().filter_map(key).collect();
        for set in parts.settings.resolved()? {
            let fault = |set: Resolved| SetupFault {
                upstream: set.id,
                why: "nothing can call it; look at its root_ca_file".to_owned(),
            };
            match parts.http.get(&set.id) {
                Some(http) => upstreams.push(Upstream::new(set, Arc::clone(http))),
                None if set.enabled => return Err(fault(set)),
                None => unfinished.push(fault(set)),
            }
        }
        Ok(Self {
            upstreams,
            public_url: parts.public_url.trim_end_matches('/').to_owned(),
            attempts: Attempts { vault: parts.vault, ephemeral: parts.ephemeral },
            held: Vec::new(),
            unfinished,
            public_keys,
            limits: parts.limits,
        })
    }

    /// Keeps these upstreams off: their secret was used with other addresses (security.md row 37).
    #[must_use]
    pub fn holding(mut self, held: Vec<UpstreamId>) -> Self {
        self.held = held;
        self
    }

    /// The digests of an upstream's configured addresses and of its secret, to be compared with those of before.
    pub fn secret_digests(&self, id: &UpstreamId) -> Option<(Digest, Digest)> {
        let set = &self.upstreams.iter().find(|one| one.set.id == *id)?.set;
        Some((set.addresses_digest(self.attempts.vault.as_ref()), set.secret_digest(self.attempts.vault.as_ref())))
    }

    /// The public half of the key by which an upstream knows us, as a JWK, for it to register; `None` where it knows us by a
    /// secret.
    pub fn public_key(&self, id: &UpstreamId) -> Option<&Map<String, Value>> {
        self.public_keys.get(id)
    }

    /// Those that are switched off and cannot be switched on yet, with what each lacks. Nothing else here knows of them.
    pub fn unfinished(&self) -> &[SetupFault] {
        &self.unfinished
    }

    /// The ids of all upstreams that are set up, on or off.
    pub fn ids(&self) -> Vec<UpstreamId> {
        self.upstreams.iter().map(|one| one.set.id.clone()).collect()
    }

    fn is_on(&self, upstream: &Upstream) -> bool {
        upstream.set.enabled && !self.held.contains(&upstream.set.id)
    }

    fn find(&self, id: &str) -> Option<&Upstream> {
        self.upstreams.iter().find(|one| one.set.id.as_str() == id && self.is_on(one))
    }

    fn offers_of(&self, which: impl Fn(&Resolved) -> bool) -> Vec<Offer> {
        let wanted = self.upstreams.iter().filter(|one| self.is_on(one) && which(&one.set));
        wanted.map(|one| Offer { id: one.set.id.clone(), name: one.set.name.clone() }).collect()
    }

    /// The upstreams that people may arrive by, in their order.
    pub fn offers(&self) -> Vec<Offer> {
        self.offers_of(|_| true)
    }

    /// One of them.
    pub fn offer(&self, id: &str) -> Option<Offer> {
        self.offers_of(|set| set.id.as_str() == id).pop()
    }

    /// Those by which somebody can reach this level.
    pub fn reaching(&self, ial: Ial, aal: Aal) -> Vec<Offer> {
        self.offers_of(|set| set.reaches(ial, aal))
    }

    /// All of them, on or off, as the request of a service can lead to one.
    pub fn ways(&self) -> UpstreamWays {
        let way = |one: &Upstream| UpstreamWay {
            id: one.set.id.clone(),
            is_on: self.is_on(one),
            deep_link: one.set.deep_link,
            levels: one.set.levels_in_reach().collect(),
        };
        UpstreamWays::new(self.upstreams.iter().map(way).collect())
    }

    /// The address that an upstream must have registered for people who come back.
    pub fn redirect_uri(&self, id: &UpstreamId) -> String {
        format!("{}/upstream/{id}/callback", self.public_url)
    }

    /// The address that an upstream must have registered for people who sign out there.
    pub fn signed_out_uri(&self, id: &UpstreamId) -> String {
        format!("{}/upstream/{id}/signed-out", self.public_url)
    }

    /// Sends somebody to an upstream.
    pub async fn begin(&self, ctx: &Ctx, id: &str, departing: Departing) -> Result<Departure, Trouble> {
        let upstream = self.find(id).ok_or(Trouble::Unknown)?;
        if upstream.is_left_alone(ctx.now) {
            return Err(Trouble::Away);
        }
        if self.is_flood(ctx).await {
            return Err(Trouble::Flood);
        }
        let endpoints = upstream.endpoints(ctx.now).await?;
        let set = &upstream.set;
        let (state, attempt) = self.attempts.begin(ctx, set, &departing).await?;
        let departure =
            departure::address(ctx, set, &endpoints, &departing, (&state, &attempt), &self.redirect_uri(&set.id));
        departure.ok_or_else(|| {
            let why = "its authorization_endpoint is no address".to_owned();
            away(upstream.line.failed(ctx.now, Errand::Metadata, why))
        })
    }

    /// Counts one more from the visitor's network, together with those who sign in here: each attempt takes a place among
    /// the one-time marks, which nobody may fill up (decisions 10). Without the counter the marks are away too.
    async fn is_flood(&self, ctx: &Ctx) -> bool {
        let network = ctx.address.network();
        if self.limits.exempt_networks.contains(&network) {
            return false;
        }
        let key = EphemeralKey::new("sign-ins", &network);
        let count = self.attempts.ephemeral.count(&key, Span::minutes(1), ctx.now).await.unwrap_or(0);
        count > u64::from(self.limits.sign_ins_per_minute_and_address)
    }

    /// Takes somebody back: the answer to an attempt of this browser becomes an identity.
    pub async fn finish(&self, ctx: &Ctx, id: &str, answer: &Answer) -> Result<Arrived, Stranded> {
        let upstream = self.find(id).ok_or(Trouble::Unknown)?;
        let state = answer.state.as_deref().ok_or(Trouble::AttemptOver)?;
        let attempt = self.attempts.take(ctx, &upstream.set.id, state).await?;
        match self.identify(ctx, upstream, &attempt, answer).await {
            Ok(identity) => Ok(Arrived { identity, purpose: attempt.purpose, baggage: attempt.baggage }),
            Err(trouble) => Err(Stranded { trouble, begun: Some((attempt.purpose, attempt.baggage)) }),
        }
    }

    async fn identify(
        &self,
        ctx: &Ctx,
        upstream: &Upstream,
        attempt: &Attempt,
        answer: &Answer,
    ) -> Result<UpstreamIdentity, Trouble> {
        let endpoints = upstream.endpoints(ctx.now).await?;
        // RFC 9207 §2.4: before anything else in the answer is heeded.
        let named = answer.iss.as_deref();
        if named.is_some_and(|named| named != endpoints.issuer) || (named.is_none() && endpoints.names_issuer) {
            return Err(distrusted(&upstream.set.id, Distrust::ResponseIssuer));
        }
        if let Some(error) = &answer.error {
            let error = plain_error(error);
            tracing::info!(upstream = %upstream.set.id, error, "An upstream provider sent somebody back without a code.");
            return Err(if error == "access_denied" { Trouble::Denied } else { Trouble::TheySaid(error) });
        }
        let code = answer.code.as_deref().filter(|code| !code.is_empty()).ok_or(Trouble::Malformed)?;
        upstream.identify(ctx, &endpoints, attempt, (code, &self.redirect_uri(&upstream.set.id))).await
    }

    /// Calls an upstream for what everything else needs: its metadata and its keys. For operators.
    pub async fn probe(&self, ctx: &Ctx, id: &UpstreamId) -> Result<Probed, String> {
        let Some(upstream) = self.upstreams.iter().find(|one| one.set.id == *id) else {
            return Err("there is no such upstream".to_owned());
        };
        let why = || upstream.line.last_failure().unwrap_or_else(|| "it does not answer".to_owned());
        let endpoints = upstream.endpoints(ctx.now).await.map_err(|_| why())?;
        let keys = upstream.keys.fetch(&upstream.line, &endpoints.jwks, ctx.now).await.map_err(|_| why())?;
        Ok(Probed { issuer: endpoints.issuer.clone(), keys })
    }

    /// How each upstream fares at this node.
    pub fn standing(&self, now: Timestamp) -> Vec<Standing> {
        self.upstreams.iter().map(|one| one.line.standing(self.is_on(one), one.state(now))).collect()
    }
}
