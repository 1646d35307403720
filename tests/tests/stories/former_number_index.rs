//! Accounts of a program from before there were former numbers: their index is added, and one person stays one person.

use portal_id_server::jobs;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::facts::{IdentityNumber, Username};
use portal_id_testkit::core::ids::AccountId;
use portal_id_testkit::core::profile::{
    Account, AccountClass, AccountState, FactSource, Identifier, IdentifierKind, Profile,
};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::{Citizen, TestIdp};

const FORMER: &str = "121234567";

/// An active account whose identity number is the former number, as the older program wrote it.
async fn account_of_before(idp: &TestIdp, like: &Citizen) -> AccountId {
    let key = like.username.clone();
    let found = idp.house.store.read("find", move |tx| tx.find_account_by_username(&key)).await.unwrap().unwrap();
    let (id, vault) = (AccountId::new(idp.now(), idp.ctx().entropy()), idp.house.vault.as_ref());
    let identity_number = Some(IdentityNumber::from_stored(FORMER).unwrap());
    let profile = Profile { identity_number, former_number: None, ..found.open_profile(vault).unwrap() };
    let kind = IdentifierKind::IdentityNumber;
    let identifier = Identifier {
        account_id: id.clone(),
        kind,
        digest: kind.digest(vault, FORMER),
        claimed: true,
        verified_at: None,
        source: FactSource::SelfDeclared,
    };
    let account = Account {
        profile: profile.seal_for(&id, vault, idp.ctx().entropy()),
        id: id.clone(),
        username: Username::from_stored("account.of.before").unwrap(),
        created_at: idp.now(),
        ..found
    };
    let write = move |tx: &mut dyn portal_id_testkit::core::store::Tx| {
        tx.insert_account(&account)?;
        tx.insert_identifier(&identifier)
    };
    idp.house.store.tx("write_as_before", write).await.unwrap();
    id
}

async fn claimant(idp: &TestIdp) -> Option<AccountId> {
    let kind = IdentifierKind::FormerNumber;
    let digest = kind.digest(idp.house.vault.as_ref(), FORMER);
    let find =
        move |tx: &mut dyn portal_id_testkit::core::store::Tx| tx.find_claimant(AccountClass::Citizen, kind, &digest);
    idp.house.store.read("claimant", find).await.unwrap()
}

async fn index(idp: &TestIdp) {
    jobs::index_in_turn(&idp.house, idp.now()).await.unwrap();
}

fn stating_it(citizen: &mut Citizen) {
    FORMER.clone_into(&mut citizen.former_number);
}

// security: row 15
#[tokio::test]
async fn whoever_registered_with_a_former_number_before_there_was_an_index_is_found_by_it() {
    let idp = TestIdp::start().await;
    let le = idp.citizen("le.van.binh").activated().create().await;
    let before = account_of_before(&idp, &le).await;
    assert_eq!(claimant(&idp).await, None);
    idp.advance(Span::minutes(6)).await;
    index(&idp).await;
    assert_eq!(claimant(&idp).await, Some(before.clone()));
    // Somebody else who states it meets them.
    let an = idp.citizen("nguyen.thi.an").with(stating_it).create().await;
    assert!(!idp.newest_mail(&an.email).await.text.contains("token="));
    // Nothing is added twice, to nobody else, and the standing is that of the identity number.
    idp.advance(Span::minutes(2)).await;
    index(&idp).await;
    let facts = idp.house.store.read("facts", move |tx| tx.list_identifiers(&before)).await.unwrap();
    let former = facts.iter().find(|fact| fact.kind == IdentifierKind::FormerNumber).unwrap();
    assert_eq!((facts.len(), former.claimed, former.verified_at), (2, true, None));
    assert!(!idp.audited(AuditKind::FormerNumberContested).await);
}

#[tokio::test]
async fn where_somebody_else_stated_it_meanwhile_both_go_on_and_operators_see_it() {
    let idp = TestIdp::start().await;
    let le = idp.citizen("le.van.binh").activated().create().await;
    let before = account_of_before(&idp, &le).await;
    let an = idp.citizen("nguyen.thi.an").with(stating_it).activated().create().await;
    let holder = claimant(&idp).await.expect("the first who stated it");
    assert_ne!(holder, before);
    idp.advance(Span::minutes(6)).await;
    index(&idp).await;
    assert_eq!(claimant(&idp).await, Some(holder), "whoever holds it keeps it");
    assert!(idp.audited(AuditKind::FormerNumberContested).await);
    let digest = IdentifierKind::FormerNumber.digest(idp.house.vault.as_ref(), FORMER);
    let list = move |tx: &mut dyn portal_id_testkit::core::store::Tx| {
        tx.list_accounts_by_identifier(IdentifierKind::FormerNumber, &digest, AccountState::Active)
    };
    let found = idp.house.store.read("list", list).await.unwrap();
    assert_eq!(found.len(), 2, "an official who looks for the number sees both");
    crate::walk::signed_in(&idp, &an).await;
}

#[tokio::test]
async fn the_pass_goes_on_for_a_day_while_nodes_of_the_older_program_may_run_then_it_is_over() {
    let idp = TestIdp::start().await;
    let le = idp.citizen("le.van.binh").activated().create().await;
    index(&idp).await;
    idp.advance(Span::hours(23)).await;
    let late = account_of_before(&idp, &le).await;
    index(&idp).await;
    assert_eq!(claimant(&idp).await, None, "too young to be sure that no other was written before it");
    idp.advance(Span::minutes(6)).await;
    index(&idp).await;
    assert_eq!(claimant(&idp).await, Some(late));
    assert!(!idp.house.accounts.former_numbers_are_indexed().await.unwrap());
    idp.advance(Span::hours(1)).await;
    index(&idp).await;
    assert!(idp.house.accounts.former_numbers_are_indexed().await.unwrap());
    idp.advance(Span::hours(1)).await;
    let writes = idp.house.counters.writes();
    index(&idp).await;
    assert_eq!(idp.house.counters.writes(), writes, "what is over writes nothing");
}

#[tokio::test]
async fn a_pass_goes_on_portion_by_portion() {
    let idp = TestIdp::start().await;
    for name in ["nguyen.thi.an", "le.van.binh", "pham.van.dung"] {
        idp.citizen(name).activated().create().await;
    }
    idp.advance(Span::minutes(6)).await;
    let seen = async |portion| {
        let indexed = idp.house.accounts.index_former_numbers(&idp.ctx(), portion).await.unwrap();
        (indexed.looked_at, indexed.added, indexed.more)
    };
    assert_eq!(seen(2).await, (2, 0, true));
    assert_eq!(seen(2).await, (1, 0, false));
    assert_eq!(seen(2).await, (0, 0, false));
}
