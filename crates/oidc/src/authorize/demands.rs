//! What the person has to do before the service is told of them, beyond being signed in: reach the level that it asks for,
//! and say how they can be reached.

use super::level::Next;
use super::outcome::ContactNeed;
use super::request::Request;
use super::{Visit, interaction_required};
use crate::error::AuthorizationFault;
use crate::provider::Provider;
use portal_id_core::accounts::{Failure, SignedIn};
use portal_id_core::ctx::Ctx;
use portal_id_core::upstream::UpstreamId;

/// The next thing.
pub(super) enum Demand {
    /// Nothing.
    Met,
    /// The second factor, here.
    SecondFactor,
    /// A journey to this upstream.
    Upstream(UpstreamId),
    /// An e-mail address or a phone.
    Contact,
    /// It cannot be met, or not without a page.
    Refuse(AuthorizationFault),
}

impl Provider {
    /// What is still demanded of the person.
    pub(super) async fn next_demand(
        &self,
        ctx: &Ctx,
        request: &Request,
        who: &SignedIn,
        visit: &Visit<'_>,
    ) -> Result<Demand, Failure> {
        let levels = (request.prompt.level, request.claims.essential_level());
        let next = self.next_for_level(ctx, who, levels, visit.upstream_tried).await?;
        let silent = request.prompt.silent;
        Ok(match next {
            Next::SecondFactor | Next::Upstream(_) if silent => {
                Demand::Refuse(interaction_required("the person has to prove more than they did"))
            }
            Next::SecondFactor => Demand::SecondFactor,
            Next::Upstream(upstream) => Demand::Upstream(upstream),
            // OpenID Connect Unmet Authentication Requirements §3.
            Next::Nothing if !request.claims.is_met_by(&who.session) => Demand::Refuse(AuthorizationFault::new(
                "unmet_authentication_requirements",
                "the person cannot sign in as the acr in claims demands",
            )),
            Next::Nothing if !self.missing_contact(who, ContactNeed::of(&request.scopes))?.is_any() => Demand::Met,
            Next::Nothing if silent => {
                Demand::Refuse(interaction_required("the person has to say first how they can be reached"))
            }
            Next::Nothing => Demand::Contact,
        })
    }
}
