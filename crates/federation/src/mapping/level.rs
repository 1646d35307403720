//! From what an upstream says of levels to ours (decisions 14).

use super::{Claims, text};
use crate::id_token::IdToken;
use crate::settings::{LevelRule, Resolved};
use portal_id_core::acr::{Aal, Amr, Ial};
use portal_id_core::time::Timestamp;
use portal_id_core::upstream::BroughtLevel;
use serde_json::Value;

/// The level of this arrival. The first claim with a value that some rule knows decides; of several values in it the
/// highest counts, since a list of levels says what was reached.
pub(super) fn read(upstream: &Resolved, claims: &Claims<'_>, id_token: &IdToken, now: Timestamp) -> BroughtLevel {
    let fits = |rule: &&LevelRule| values(claims.value(&rule.claim)).contains(&rule.value);
    let deciding = upstream.levels.iter().find(fits).map(|rule| rule.claim.as_str());
    let of_that_claim = upstream.levels.iter().filter(|rule| Some(rule.claim.as_str()) == deciding).filter(fits);
    let rule = of_that_claim.max_by_key(|rule| (rule.ial, Aal::of(&rule.amr)));
    let (ial, by_rule) = match rule {
        Some(rule) => (Ial(rule.ial), &rule.amr),
        None => (upstream.default_level.ial(), &upstream.default_level.amr),
    };
    let said = |factor: &Amr| by_rule.contains(factor) || id_token.amr.iter().any(|word| word == factor.as_str());
    let mut amr: Vec<Amr> = Amr::ALL.into_iter().filter(said).collect();
    if amr.is_empty() {
        // It said that somebody signed in, not how: one factor at the least.
        amr.push(Amr::Pwd);
    }
    // Where it does not say when, nobody knows: it may let in by a session of last week.
    BroughtLevel { ial, amr, at: id_token.auth_time.map(|at| at.min(now)), anew: false }
}

/// One value or a list of them; a string may hold several words.
fn values(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(many)) => many.iter().take(16).filter_map(text::of).collect(),
        Some(one) => {
            let whole = text::of(one);
            let words = whole.iter().flat_map(|text| text.split([' ', ',', ';'])).filter(|word| !word.is_empty());
            let words = words.map(str::to_owned).take(16).collect::<Vec<_>>();
            whole.into_iter().chain(words).collect()
        }
        None => Vec::new(),
    }
}
