//! Settings and preset put together: nothing is left open but what the metadata of the upstream says.

use super::{
    Addresses, AnswerMode, ClaimMap, ClientProof, DefaultLevel, LevelRule, LogoutPolicy, MOST_CLOCK_SKEW,
    UpstreamClientAuth, UpstreamSettings, UpstreamSource, UserinfoMethod, UserinfoSigned, VouchedContact,
};
use crate::SetupFault;
use portal_id_core::acr::{Aal, Ial};
use portal_id_core::digest::{Digest, DigestPurpose};
use portal_id_core::language::LocalText;
use portal_id_core::ports::Vault;
use portal_id_core::profile::{AccountClass, FactSource};
use portal_id_core::time::Span;
use portal_id_core::upstream::UpstreamId;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// One upstream, decided.
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) id: UpstreamId,
    pub(crate) enabled: bool,
    pub(crate) name: LocalText,
    pub(crate) source: FactSource,
    pub(crate) addresses: Addresses,
    pub(crate) former_issuers: Vec<String>,
    pub(crate) client_id: String,
    pub(crate) proof: ClientProof,
    pub(crate) pkce: bool,
    pub(crate) nonce: bool,
    pub(crate) scope: String,
    pub(crate) acr_values: String,
    pub(crate) ui_locales: bool,
    pub(crate) extra_parameters: BTreeMap<String, String>,
    pub(crate) answer_mode: AnswerMode,
    pub(crate) userinfo: UserinfoMethod,
    pub(crate) userinfo_signed: UserinfoSigned,
    pub(crate) auth_time_required: bool,
    pub(crate) max_age: Option<Span>,
    pub(crate) logout: LogoutPolicy,
    pub(crate) post_logout_redirect: bool,
    pub(crate) backchannel_logout: bool,
    pub(crate) skew: Span,
    pub(crate) deep_link: bool,
    pub(crate) vouches_for: Vec<VouchedContact>,
    pub(crate) claims: ClaimMap,
    pub(crate) classes: BTreeMap<String, AccountClass>,
    pub(crate) default_class: Option<AccountClass>,
    pub(crate) levels: Vec<LevelRule>,
    pub(crate) default_level: DefaultLevel,
}

/// Parameters that are ours to set: an extra one must not replace them.
const OURS: [&str; 17] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "response_mode",
    "request",
    "request_uri",
    "prompt",
    "max_age",
    "client_secret",
    "acr_values",
    "login_hint",
    "ui_locales",
];

impl Resolved {
    /// Reads the settings, with the files that they name.
    pub(crate) fn of(settings: &UpstreamSettings) -> Result<Self, SetupFault> {
        let fault = |why: &str| SetupFault { upstream: settings.id.clone(), why: why.to_owned() };
        let preset = settings.preset.defaults();
        let addresses = Addresses::of(settings).map_err(|why| fault(&why))?;
        if settings.client_id.trim().is_empty() {
            return Err(fault("client_id is missing: the name that this provider gave us"));
        }
        if let Some(name) = settings.extra_parameters.keys().find(|name| OURS.contains(&name.as_str())) {
            return Err(fault(&format!("extra_parameters cannot set {name}")));
        }
        let skew = Span::seconds(i64::from(settings.clock_skew_seconds));
        if skew > MOST_CLOCK_SKEW {
            return Err(fault(&format!("clock_skew_seconds cannot be more than {}", MOST_CLOCK_SKEW.as_seconds())));
        }
        let max_age = settings.max_age.unwrap_or(preset.max_age).span().map_err(fault)?;
        let userinfo = settings.userinfo.unwrap_or(preset.userinfo);
        if userinfo != UserinfoMethod::None && addresses.discovery.is_none() && addresses.userinfo.is_none() {
            return Err(fault("userinfo_endpoint is missing, or userinfo = \"none\""));
        }
        let levels = settings.levels.clone().unwrap_or(preset.levels);
        let default_level = settings.default_level.clone().unwrap_or(preset.default_level);
        if levels.iter().map(|rule| rule.ial).chain([default_level.ial]).any(|ial| ial > 3) {
            return Err(fault("ial is 0, 1, 2 or 3"));
        }
        let auth = settings.client_auth.unwrap_or(preset.client_auth);
        Ok(Self {
            id: settings.id.clone(),
            enabled: settings.enabled,
            name: settings.name.clone().unwrap_or(preset.name),
            source: settings.source.map_or(settings.preset.source(), UpstreamSource::of_facts),
            addresses,
            former_issuers: settings.former_issuers.clone(),
            client_id: settings.client_id.clone(),
            proof: ClientProof::of(settings, auth).map_err(|why| fault(&why))?,
            pkce: settings.pkce.unwrap_or(preset.pkce),
            nonce: settings.nonce.unwrap_or(preset.nonce),
            scope: with_openid(settings.scope.as_deref().unwrap_or(preset.scope)),
            acr_values: settings.acr_values.clone().unwrap_or_else(|| preset.acr_values.to_owned()),
            ui_locales: settings.ui_locales.unwrap_or(preset.ui_locales),
            extra_parameters: settings.extra_parameters.clone(),
            answer_mode: settings.answer_mode.unwrap_or(preset.answer_mode),
            userinfo,
            userinfo_signed: settings.userinfo_signed.unwrap_or(preset.userinfo_signed),
            auth_time_required: settings.auth_time_required.unwrap_or(max_age.is_some()),
            max_age,
            logout: settings.logout.unwrap_or(preset.logout),
            post_logout_redirect: settings.post_logout_redirect,
            backchannel_logout: settings.backchannel_logout,
            skew,
            deep_link: settings.deep_link.unwrap_or(settings.preset == crate::Preset::VnConnect),
            vouches_for: settings.vouches_for.clone(),
            claims: settings.claims.or(preset.claims),
            classes: settings.classes.clone().unwrap_or(preset.classes),
            // Who says in which claim the class is means that claim: where it says nothing, nobody guesses.
            default_class: settings.default_class.or(preset.default_class.filter(|_| !names_a_class(settings))),
            levels,
            default_level,
        })
    }

    /// The digest of the addresses that it is configured with (security.md row 37). Neither it nor that of the secret names
    /// the upstream: whoever can write other addresses can write another id too.
    pub(crate) fn addresses_digest(&self, vault: &dyn Vault) -> Digest {
        let Addresses { issuer, discovery, authorization, token, userinfo, jwks, end_session } = &self.addresses;
        let all = [issuer, discovery, authorization, token, userinfo, jwks, end_session];
        let parts = all.map(|one| one.as_deref().unwrap_or_default().as_bytes());
        vault.digest(DigestPurpose::UpstreamSecret, &[&[b"addresses".as_slice()], &parts[..]].concat())
    }

    /// The digest of what proves who we are.
    pub(crate) fn secret_digest(&self, vault: &dyn Vault) -> Digest {
        let digest = |kind: &[u8], what: &[u8]| vault.digest(DigestPurpose::UpstreamSecret, &[kind, what]);
        match &self.proof {
            ClientProof::Post(secret) | ClientProof::Basic(secret) => digest(b"secret", secret.expose().as_bytes()),
            ClientProof::Key { key, .. } => digest(b"key", Value::Object(key.public_jwk()).to_string().as_bytes()),
        }
    }

    /// The public half of the key by which an upstream is to know us, whatever else is still to be settled: whoever gives out
    /// addresses wants it first.
    pub(crate) fn public_key_of(settings: &UpstreamSettings) -> Option<Map<String, Value>> {
        let auth = settings.client_auth.unwrap_or(settings.preset.defaults().client_auth);
        if auth != UpstreamClientAuth::PrivateKeyJwt {
            return None;
        }
        match ClientProof::of(settings, auth).ok()? {
            ClientProof::Key { key, .. } => Some(key.public_jwk()),
            ClientProof::Post(_) | ClientProof::Basic(_) => None,
        }
    }

    /// The levels that somebody can arrive with.
    pub(crate) fn levels_in_reach(&self) -> impl Iterator<Item = (Ial, Aal)> {
        let by_rule = self.levels.iter().map(|rule| (Ial(rule.ial), Aal::of(&rule.amr)));
        by_rule.chain([(self.default_level.ial(), Aal::of(&self.default_level.amr))])
    }

    /// Whether somebody can arrive with at least this.
    pub(crate) fn reaches(&self, ial: Ial, aal: Aal) -> bool {
        self.levels_in_reach().any(|(of_rule, how)| of_rule >= ial && how >= aal)
    }

    /// What to ask for so that somebody arrives with at least this, if a rule says how: the least that suffices.
    pub(crate) fn ask_for(&self, ial: Ial, aal: Aal) -> Option<&str> {
        let enough = |rule: &&LevelRule| Ial(rule.ial) >= ial && Aal::of(&rule.amr) >= aal && rule.ask.is_some();
        self.levels.iter().filter(enough).min_by_key(|rule| rule.ial)?.ask.as_deref()
    }
}

fn names_a_class(settings: &UpstreamSettings) -> bool {
    settings.claims.class.as_ref().is_some_and(|names| !names.0.is_empty())
}

/// Without it there is no ID token (OpenID Connect Core §3.1.2.1).
fn with_openid(scope: &str) -> String {
    if scope.split_ascii_whitespace().any(|one| one == "openid") {
        return scope.to_owned();
    }
    format!("openid {scope}").trim_end().to_owned()
}
