//! The last way into an account stays, whichever it is and whoever is quick.

use super::{known, with_two_providers};
use portal_id_testkit::core::accounts::{
    ArrivalOutcome, FirstPasswordForm, Given, Here, NotMeOutcome, RemoveCredentialOutcome, SecondStepOutcome,
    SignInOutcome, UnlinkOutcome,
};
use portal_id_testkit::core::acr::Amr;
use portal_id_testkit::core::credential::{Credential, CredentialKind};
use portal_id_testkit::core::digest::Digest;
use portal_id_testkit::core::facts::{Email, Phone};
use portal_id_testkit::core::ids::{AccountId, CredentialId};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::core::upstream::{Brought, Purpose, UpstreamIdentity};
use portal_id_testkit::people::link_in;
use portal_id_testkit::upstream::{upstream, vouched_citizen};
use portal_id_testkit::{TestIdp, Visitor};

const NUMBER: &str = "024185001234";

/// Enrols something of a kind, as it lies in the store.
pub(super) async fn enrolled(idp: &TestIdp, id: &AccountId, kind: CredentialKind, number: u8) -> CredentialId {
    let credential = Credential {
        id: CredentialId::from_text(format!("credential-{number}")),
        account_id: id.clone(),
        kind,
        key: Digest::from_bytes([number; 32]),
        name: "Điện thoại".to_owned(),
        sealed: None,
        counter: 0,
        created_at: idp.now(),
        last_used_at: None,
        expires_at: None,
    };
    let enrolled = credential.id.clone();
    idp.house.store.tx("enrol", move |tx| tx.insert_credential(&credential)).await.unwrap();
    enrolled
}

async fn remove(idp: &TestIdp, visitor: &Visitor<'_>, id: &CredentialId) -> RemoveCredentialOutcome {
    idp.house.accounts.remove_credential(&visitor.ctx(), &visitor.confirmed().await, id).await.unwrap()
}

#[tokio::test]
async fn the_last_passkey_is_not_removed_and_neither_is_the_factor_without_which_the_password_leads_nowhere() {
    let idp = TestIdp::start().await;
    let mut visitor = Visitor::new(&idp, 1);
    visitor.arrive(&vouched_citizen(&idp, "binh", NUMBER)).await;
    let id = visitor.who().await.expect("signed in").account.id;
    let link = known(&idp, &id).await.links[0].id.clone();
    let first = enrolled(&idp, &id, CredentialKind::Passkey, 1).await;
    let second = enrolled(&idp, &id, CredentialKind::Passkey, 2).await;
    let unlinked = idp.house.accounts.unlink(&visitor.ctx(), &visitor.confirmed().await, &link).await.unwrap();
    assert_eq!(unlinked, UnlinkOutcome::Unlinked);
    assert_eq!(remove(&idp, &visitor, &first).await, RemoveCredentialOutcome::Removed);
    assert_eq!(remove(&idp, &visitor, &first).await, RemoveCredentialOutcome::Unknown);
    assert_eq!(remove(&idp, &visitor, &second).await, RemoveCredentialOutcome::LastWayIn);
    // An authenticator beside no password is no way in, and goes.
    let app = enrolled(&idp, &id, CredentialKind::Authenticator, 3).await;
    assert_eq!(remove(&idp, &visitor, &second).await, RemoveCredentialOutcome::LastWayIn);
    assert_eq!(remove(&idp, &visitor, &app).await, RemoveCredentialOutcome::Removed);
    let form = FirstPasswordForm {
        username: "tran.thi.binh".to_owned(),
        password: "Ba con vịt bơi 7".to_owned(),
        password_confirmation: "Ba con vịt bơi 7".to_owned(),
    };
    let owner = visitor.confirmed().await;
    idp.house.accounts.set_first_password(&visitor.ctx(), &owner, &form).await.unwrap();
    // Nowhere to send a code to, and nothing else: the password leads nowhere yet.
    assert_eq!(remove(&idp, &visitor, &second).await, RemoveCredentialOutcome::LastWayIn);
    let app = enrolled(&idp, &id, CredentialKind::Authenticator, 4).await;
    assert_eq!(remove(&idp, &visitor, &second).await, RemoveCredentialOutcome::Removed);
    assert_eq!(remove(&idp, &visitor, &app).await, RemoveCredentialOutcome::LastWayIn);
}

// security: row 13
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_removes_a_passkey_and_a_link_at_one_moment_keeps_one_of_them() {
    let idp = with_two_providers().await;
    for round in 0..8_u8 {
        let mut visitor = Visitor::new(&idp, round);
        visitor.arrive(&vouched_citizen(&idp, &format!("binh-{round}"), &format!("02418500123{round}"))).await;
        let id = visitor.who().await.expect("signed in").account.id;
        let link = known(&idp, &id).await.links[0].id.clone();
        let passkey = enrolled(&idp, &id, CredentialKind::Passkey, round).await;
        let (accounts, ctx, owner) = (idp.house.accounts.clone(), visitor.ctx(), visitor.confirmed().await);
        let removing = {
            let (accounts, ctx, owner) = (accounts.clone(), ctx.clone(), owner.clone());
            tokio::spawn(async move { accounts.remove_credential(&ctx, &owner, &passkey).await.unwrap() })
        };
        let unlinking = tokio::spawn(async move { accounts.unlink(&ctx, &owner, &link).await.unwrap() });
        let gone = (removing.await.unwrap(), unlinking.await.unwrap());
        assert!(
            matches!(
                gone,
                (RemoveCredentialOutcome::Removed, UnlinkOutcome::LastWayIn)
                    | (RemoveCredentialOutcome::LastWayIn, UnlinkOutcome::Unlinked)
            ),
            "{gone:?}"
        );
    }
}

/// Which links cannot be taken away, by provider.
async fn kept(idp: &TestIdp, visitor: &Visitor<'_>) -> Vec<(String, bool)> {
    let who = visitor.who().await.expect("signed in");
    let links = idp.house.accounts.own_links(&visitor.ctx(), &who).await.unwrap();
    let mut kept: Vec<_> = links.into_iter().map(|link| (link.upstream.to_string(), link.is_the_only_way_in)).collect();
    kept.sort();
    kept
}

// security: row 23
#[tokio::test]
async fn a_link_to_a_provider_that_is_off_is_no_way_in_for_which_another_may_go() {
    let mut idp = with_two_providers().await;
    let mut visitor = Visitor::new(&idp, 1);
    visitor.arrive(&vouched_citizen(&idp, "binh", NUMBER)).await;
    let session = visitor.who().await.expect("signed in").session.id;
    let other = UpstreamIdentity { upstream: upstream("vneid"), ..vouched_citizen(&idp, "binh", NUMBER) };
    assert!(matches!(visitor.arrive_to(&other, Purpose::Link { session }).await, ArrivalOutcome::Linked));
    let both = |vnconnect, vneid| [("vnconnect".to_owned(), vnconnect), ("vneid".to_owned(), vneid)];
    assert_eq!(kept(&idp, &visitor).await, both(false, false));
    let (cookie, id) = (visitor.cookie.clone(), visitor.who().await.expect("signed in").account.id);
    let links = known(&idp, &id).await.links;
    let first = links.into_iter().find(|link| link.upstream.as_str() == "vnconnect").expect("the first link").id;
    let passkey = enrolled(&idp, &id, CredentialKind::Passkey, 1).await;

    // Switched off, or taken out of the configuration.
    for take_out in [false, true] {
        idp = idp
            .restart_with(|config| {
                config.federation.upstreams[1].enabled = false;
                config.federation.upstreams.truncate(2 - usize::from(take_out));
            })
            .await;
        let mut visitor = Visitor::new(&idp, 1);
        visitor.cookie.clone_from(&cookie);
        assert_eq!(kept(&idp, &visitor).await, both(false, false), "there is a passkey");
    }
    let mut visitor = Visitor::new(&idp, 1);
    visitor.cookie.clone_from(&cookie);
    assert_eq!(remove(&idp, &visitor, &passkey).await, RemoveCredentialOutcome::Removed, "the first link is on");
    assert_eq!(kept(&idp, &visitor).await, both(true, false));
    let unlinked = idp.house.accounts.unlink(&visitor.ctx(), &visitor.confirmed().await, &first).await.unwrap();
    assert_eq!(unlinked, UnlinkOutcome::LastWayIn, "the other leads nowhere");

    // All off: what is left stays, whatever leads nowhere today.
    let passkey = enrolled(&idp, &id, CredentialKind::Passkey, 2).await;
    let idp = idp.restart_with(|config| config.federation.upstreams[0].enabled = false).await;
    let mut visitor = Visitor::new(&idp, 1);
    visitor.cookie.clone_from(&cookie);
    assert_eq!(remove(&idp, &visitor, &passkey).await, RemoveCredentialOutcome::LastWayIn);
    assert_eq!(kept(&idp, &visitor).await, both(false, false), "the passkey leads in");
}

// security: row 11
#[tokio::test]
async fn a_password_that_was_given_elsewhere_is_not_the_one_that_is_distrusted_here() {
    let idp = TestIdp::start().await;
    let mut identity = vouched_citizen(&idp, "binh", NUMBER);
    identity.facts.email = Some(Brought { value: Email::from_stored("binh@example.vn").unwrap(), vouched: true });
    identity.facts.phone = Some(Brought { value: Phone::from_stored("+84912345678").unwrap(), vouched: true });
    identity.level.amr = vec![Amr::Pwd];
    let mut visitor = Visitor::new(&idp, 1);
    visitor.arrive(&identity).await;
    Visitor::new(&idp, 2).arrive(&identity).await;
    let mail = idp.newest_mail("binh@example.vn").await.text;
    let token = link_in(&mail).split_once("token=").unwrap().1.to_owned();
    let before = visitor.who().await.expect("signed in");
    idp.advance(Span::minutes(1)).await;
    let outcome = idp.house.accounts.disown_sign_in(&idp.ctx(), &token).await.unwrap();
    assert!(matches!(outcome, NotMeOutcome::Ended(None)), "{outcome:?}");
    let outcome = idp.house.accounts.step_up(&visitor.ctx(), &before).await.unwrap();
    assert!(matches!(outcome, SignInOutcome::Refused), "that session is over: {outcome:?}");

    let ArrivalOutcome::SignedIn { .. } = visitor.arrive(&identity).await else { panic!("a session") };
    let who = visitor.who().await.expect("signed in");
    assert!(who.account.password_distrusted_at.is_some() && who.session.amr == [Amr::Pwd]);
    let outcome = idp.house.accounts.step_up(&visitor.ctx(), &who).await.unwrap();
    let SignInOutcome::CodeSent(challenge) = outcome else { panic!("{outcome:?}") };
    let code = Given::SmsCode(idp.newest_code("+84912345678").await);
    let here = Here { previous: Some(&who.session), ..Here::default() };
    let outcome = idp.house.accounts.take_second_step(&visitor.ctx(), &challenge, code, here).await.unwrap();
    let SecondStepOutcome::SignedIn(new) = outcome else { panic!("{outcome:?}") };
    assert_eq!(new.session.amr, [Amr::Pwd, Amr::Sms, Amr::Mfa]);
}
