//! People who arrive by another provider, at the use cases: what becomes of them and of the accounts that are here already.

mod again;
mod contacts;
mod ended_there;
mod entry;
mod explained;
mod first;
mod first_password;
mod last_way;
mod links;
mod provenance;
mod proving;
mod races;
mod web;

use portal_id_testkit::TestIdp;
use portal_id_testkit::core::accounts::{ArrivalOutcome, ArrivalRefusal};
use portal_id_testkit::core::ids::AccountId;
use portal_id_testkit::core::profile::{Account, AccountState, FactSource, Identifier, IdentifierKind, Profile};
use portal_id_testkit::core::secret::Secret;
use portal_id_testkit::core::session::Session;
use portal_id_testkit::core::upstream::UpstreamLink;
use portal_id_testkit::core::vouched::{VouchedFact, VouchedKind};

/// Everything that is known of an account.
struct Known {
    account: Account,
    profile: Profile,
    identifiers: Vec<Identifier>,
    vouched: Vec<VouchedFact>,
    disputed: Vec<IdentifierKind>,
    links: Vec<UpstreamLink>,
}

impl Known {
    fn fact(&self, kind: IdentifierKind) -> Option<&Identifier> {
        self.identifiers.iter().find(|fact| fact.kind == kind)
    }

    /// Who vouched for it, and at which level, if that still holds.
    fn provenance(&self, idp: &TestIdp, kind: VouchedKind) -> Option<(FactSource, u8)> {
        let fact = self.vouched.iter().find(|fact| fact.kind == kind)?;
        fact.holds(&self.profile, idp.house.vault.as_ref()).then_some((fact.source, fact.ial.0))
    }
}

async fn known(idp: &TestIdp, id: &AccountId) -> Known {
    let (id, vault) = (id.clone(), idp.house.vault.clone());
    let found = idp.house.store.read("known", move |tx| {
        let account = tx.find_account(&id)?.expect("the account");
        Ok(Known {
            profile: account.open_profile(vault.as_ref())?,
            identifiers: tx.list_identifiers(&id)?,
            vouched: tx.list_vouched_facts(&id)?,
            disputed: tx.list_disputed(&id)?.into_iter().map(|(kind, _)| kind).collect(),
            links: tx.list_upstream_links(&id)?,
            account,
        })
    });
    found.await.unwrap()
}

/// The account of a username.
async fn id_of(idp: &TestIdp, username: &str) -> AccountId {
    let key = username.to_owned();
    let found = idp.house.store.read("id_of", move |tx| tx.find_account_by_username(&key));
    found.await.unwrap().expect("the account").id
}

/// An official saw the number's card at the desk.
async fn verify(idp: &TestIdp, id: &AccountId, kind: IdentifierKind, number: &str) {
    let (id, now, digest) = (id.clone(), idp.now(), kind.digest(idp.house.vault.as_ref(), number));
    let verified =
        idp.house.store.tx("verify", move |tx| tx.verify_identifier(&id, kind, &digest, FactSource::Desk, now)).await;
    assert!(verified.unwrap());
}

async fn set_state(idp: &TestIdp, id: &AccountId, state: AccountState) {
    let (id, now) = (id.clone(), idp.now());
    let set = idp.house.store.tx("state", move |tx| tx.update_account_state(&id, AccountState::Active, state, now));
    assert!(set.await.unwrap());
}

/// The session that began, and whether an account was made.
#[track_caller]
fn signed_in(outcome: &ArrivalOutcome) -> (&Session, bool) {
    match outcome {
        ArrivalOutcome::SignedIn { new, first, .. } => (&new.session, *first),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn ticket(outcome: &ArrivalOutcome) -> &Secret {
    match outcome {
        ArrivalOutcome::Prove(ticket) => ticket,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn expect_refused(outcome: &ArrivalOutcome, why: ArrivalRefusal) {
    assert!(matches!(outcome, ArrivalOutcome::Refused(refusal) if *refusal == why), "{outcome:?} is not {why:?}");
}
