//! Accounts of a program from before there were former numbers: their index is added, and one person stays one person.

use portal_id_server::jobs;
use portal_id_testkit::core::accounts::ActivateOutcome;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::facts::{IdentityNumber, Username};
use portal_id_testkit::core::ids::AccountId;
use portal_id_testkit::core::ports::Sealed;
use portal_id_testkit::core::profile::{
    Account, AccountClass, AccountState, FactSource, Identifier, IdentifierKind, Profile,
};
use portal_id_testkit::core::store::{StoreError, Tx};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::people::{activate, activation_token};
use portal_id_testkit::servers::pause;
use portal_id_testkit::{Citizen, TestIdp};
use std::sync::mpsc;
use std::time::Duration;

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
    let write = move |tx: &mut dyn Tx| {
        tx.insert_account(&account)?;
        tx.insert_identifier(&identifier)
    };
    idp.house.store.tx("write_as_before", write).await.unwrap();
    id
}

/// Gives a registration that waits the former number as its identity number, as the older program wrote it.
async fn make_one_of_before(idp: &TestIdp, waiting: &Citizen) -> AccountId {
    let key = waiting.username.clone();
    let found = idp.house.store.read("find", move |tx| tx.find_account_by_username(&key)).await.unwrap().unwrap();
    let (id, now, vault) = (found.id.clone(), idp.now(), idp.house.vault.as_ref());
    let identity_number = Some(IdentityNumber::from_stored(FORMER).unwrap());
    let profile = Profile { identity_number, former_number: None, ..found.open_profile(vault).unwrap() };
    let sealed = profile.seal_for(&id, vault, idp.ctx().entropy());
    let digest = IdentifierKind::IdentityNumber.digest(vault, FORMER);
    let write = move |tx: &mut dyn Tx| {
        assert!(tx.replace_unverified_identifier(&found.id, IdentifierKind::IdentityNumber, &digest)?);
        tx.update_profile(&found.id, &sealed, now)
    };
    idp.house.store.tx("write_as_before", write).await.unwrap();
    id
}

async fn claimant(idp: &TestIdp) -> Option<AccountId> {
    let kind = IdentifierKind::FormerNumber;
    let digest = kind.digest(idp.house.vault.as_ref(), FORMER);
    let find = move |tx: &mut dyn Tx| tx.find_claimant(AccountClass::Citizen, kind, &digest);
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
    let list = move |tx: &mut dyn Tx| {
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

/// The pass meets a registration that waits while its link is pressed: whoever of both comes second sees what the first
/// wrote, or the active account would hold its former number without the claim to it, and nobody would ever notice.
// security: row 15
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registration_that_is_activated_while_the_pass_looks_at_it_holds_its_former_number() {
    let idp = TestIdp::start().await;
    let (le, an) = (idp.citizen("le.van.binh").create().await, idp.citizen("nguyen.thi.an").create().await);
    let before = make_one_of_before(&idp, &le).await;
    let token = activation_token(&idp.newest_mail(&le.email).await.text);
    idp.advance(Span::minutes(6)).await;

    // Somebody is about to claim the same address, and thinks better of it: until then an activation that began waits.
    let kind = IdentifierKind::Email;
    let (key, digest) = (an.username.clone(), kind.digest(idp.house.vault.as_ref(), &le.email));
    let ((claimed, has_claimed), (go_on, may_go_on)) = (mpsc::channel(), mpsc::channel());
    let claim = move |tx: &mut dyn Tx| {
        let other = tx.find_account_by_username(&key)?.unwrap();
        assert!(tx.replace_unverified_identifier(&other.id, kind, &digest)?);
        assert!(tx.claim_identifier(&other.id, AccountClass::Citizen, kind)?);
        claimed.send(()).unwrap();
        may_go_on.recv_timeout(Duration::from_secs(30)).unwrap();
        Err::<(), _>(StoreError::Fault("thought better of it".to_owned()))
    };
    let store = idp.house.store.clone();
    let other = tokio::spawn(async move { store.tx("claim", claim).await });
    tokio::task::spawn_blocking(move || has_claimed.recv_timeout(Duration::from_secs(30))).await.unwrap().unwrap();
    let (accounts, ctx, password) = (idp.house.accounts.clone(), idp.ctx(), le.password.clone());
    let activating = tokio::spawn(async move { accounts.activate(&ctx, &token, &password).await });
    pause(500);
    let (accounts, ctx) = (idp.house.accounts.clone(), idp.ctx());
    let indexing = tokio::spawn(async move { accounts.index_former_numbers(&ctx, 10).await });
    pause(500);
    go_on.send(()).unwrap();

    assert!(other.await.unwrap().is_err());
    assert_eq!(activating.await.unwrap().unwrap(), ActivateOutcome::Activated);
    assert_eq!(indexing.await.unwrap().unwrap().added, 1);
    assert_eq!(claimant(&idp).await, Some(before));
}

/// What the pass adds to a registration that waits is claimed with the rest when it is activated.
#[tokio::test]
async fn a_registration_that_the_pass_met_claims_its_former_number_when_it_is_activated() {
    let idp = TestIdp::start().await;
    let le = idp.citizen("le.van.binh").create().await;
    let before = make_one_of_before(&idp, &le).await;
    idp.advance(Span::minutes(6)).await;
    index(&idp).await;
    assert_eq!(claimant(&idp).await, None);
    assert_eq!(activate(&idp, &le.email, &le.password).await, ActivateOutcome::Activated);
    assert_eq!(claimant(&idp).await, Some(before));
}

#[tokio::test]
async fn an_account_that_cannot_be_opened_does_not_stop_the_pass() {
    let idp = TestIdp::start().await;
    let le = idp.citizen("le.van.binh").activated().create().await;
    let (key, now) = (le.username.clone(), idp.now());
    let spoil = move |tx: &mut dyn Tx| {
        let found = tx.find_account_by_username(&key)?.unwrap();
        tx.update_profile(&found.id, &Sealed::from_bytes(vec![0; 64]), now)
    };
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let before = account_of_before(&idp, &an).await;
    idp.house.store.tx("spoil", spoil).await.unwrap();
    idp.advance(Span::minutes(6)).await;
    index(&idp).await;
    assert_eq!(claimant(&idp).await, Some(before));
    idp.advance(Span::hours(25)).await;
    index(&idp).await;
    assert!(idp.house.accounts.former_numbers_are_indexed().await.unwrap());
}

/// Of two nodes that begin at once neither fails, and each account is added once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_may_look_at_the_same_accounts() {
    let idp = TestIdp::start().await;
    let other = idp.second_node().await;
    let mut before = Vec::new();
    for number in 0..6 {
        let waiting = idp.citizen(&format!("le.van.binh.{number}")).create().await;
        before.push(make_one_of_before(&idp, &waiting).await);
    }
    idp.advance(Span::minutes(6)).await;
    let (one, two) = (idp.ctx(), other.ctx());
    let both = tokio::join!(
        idp.house.accounts.index_former_numbers(&one, 10),
        other.house.accounts.index_former_numbers(&two, 10)
    );
    assert_eq!(both.0.unwrap().added + both.1.unwrap().added, 6);
    for id in before {
        let facts = idp.house.store.read("facts", move |tx| tx.list_identifiers(&id)).await.unwrap();
        assert_eq!(facts.iter().filter(|fact| fact.kind == IdentifierKind::FormerNumber).count(), 1);
    }
}
