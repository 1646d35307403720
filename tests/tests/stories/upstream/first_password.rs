//! The first password of an account that another provider's word made.

use super::{id_of, known, signed_in};
use portal_id_testkit::core::accounts::{
    Credentials, Field, FirstPasswordForm, FirstPasswordOutcome, Given, Here, NotMeOutcome, SecondStepOutcome,
    SignInOutcome, UnlinkOutcome,
};
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::facts::{Email, FieldError, Phone, Username};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::core::upstream::{Brought, UpstreamIdentity};
use portal_id_testkit::people::link_in;
use portal_id_testkit::upstream::vouched_citizen;
use portal_id_testkit::{TestIdp, Visitor};
use tokio::task::JoinSet;

const NUMBER: &str = "024185001234";
const EMAIL: &str = "binh@example.vn";
const PHONE: &str = "+84912345678";
const NAME: &str = "tran.thi.binh";
const PASSWORD: &str = "Ba con vịt bơi 7";

/// Bình, whom the national portal vouches for with an address and a phone.
fn binh(idp: &TestIdp) -> UpstreamIdentity {
    let mut identity = vouched_citizen(idp, "binh", NUMBER);
    identity.facts.email = Some(Brought { value: Email::from_stored(EMAIL).unwrap(), vouched: true });
    identity.facts.phone = Some(Brought { value: Phone::from_stored(PHONE).unwrap(), vouched: true });
    identity
}

fn form(username: &str, password: &str) -> FirstPasswordForm {
    FirstPasswordForm {
        username: username.to_owned(),
        password: password.to_owned(),
        password_confirmation: password.to_owned(),
    }
}

async fn set(idp: &TestIdp, visitor: &Visitor<'_>, form: &FirstPasswordForm) -> FirstPasswordOutcome {
    let owner = visitor.confirmed().await;
    idp.house.accounts.set_first_password(&visitor.ctx(), &owner, form).await.unwrap()
}

async fn sign_in(idp: &TestIdp, name: &str, password: &str) -> SignInOutcome {
    let credentials = Credentials { name: name.to_owned(), password: password.to_owned() };
    idp.house.accounts.sign_in(&Visitor::new(idp, 9).ctx(), credentials).await.unwrap()
}

fn refused(outcome: &FirstPasswordOutcome) -> Vec<(Field, FieldError)> {
    match outcome {
        FirstPasswordOutcome::Refused(errors) => errors.iter().collect(),
        other => panic!("{other:?}"),
    }
}

// security: row 40
#[tokio::test]
async fn nobody_signs_in_with_a_password_until_the_holder_has_set_one_and_chosen_a_name() {
    let idp = TestIdp::start().await;
    let mut visitor = Visitor::new(&idp, 1);
    visitor.arrive(&binh(&idp)).await;
    let id = visitor.who().await.expect("signed in").account.id;
    let made_up = known(&idp, &id).await.account.username.display().to_owned();
    for name in [made_up.as_str(), NUMBER, EMAIL, PHONE, NAME] {
        for password in ["", " ", PASSWORD, made_up.as_str()] {
            let outcome = sign_in(&idp, name, password).await;
            assert!(matches!(outcome, SignInOutcome::Refused), "{name}: {outcome:?}");
        }
    }
    assert_eq!(set(&idp, &visitor, &form(NAME, PASSWORD)).await, FirstPasswordOutcome::Set);
    assert!(idp.audited(AuditKind::PasswordSet).await);
    assert!(idp.newest_mail(EMAIL).await.text.contains(NAME));
    assert!(visitor.who().await.is_some(), "the session goes on");
    assert!(matches!(sign_in(&idp, &made_up, PASSWORD).await, SignInOutcome::Refused), "that name is no more");
    idp.advance(Span::hours(1)).await;
    for name in [NAME, NUMBER] {
        let SignInOutcome::CodeSent(challenge) = sign_in(&idp, name, PASSWORD).await else { panic!("{name}") };
        let code = Given::SmsCode(idp.newest_code(PHONE).await);
        let ctx = Visitor::new(&idp, 9).ctx();
        let outcome = idp.house.accounts.take_second_step(&ctx, &challenge, code, Here::default()).await.unwrap();
        let SecondStepOutcome::SignedIn(new) = outcome else { panic!("{outcome:?}") };
        assert_eq!(new.session.account_id, id);
        idp.advance(Span::minutes(5)).await;
    }
    // From now on there is another way in.
    visitor.arrive(&binh(&idp)).await;
    let link = known(&idp, &id).await.links[0].id.clone();
    let unlinked = idp.house.accounts.unlink(&visitor.ctx(), &visitor.confirmed().await, &link).await;
    assert_eq!(unlinked.unwrap(), UnlinkOutcome::Unlinked);
}

#[tokio::test]
async fn name_and_password_are_held_to_the_rules_and_a_password_that_is_there_is_changed_not_set() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut visitor = Visitor::new(&idp, 1);
    visitor.arrive(&binh(&idp)).await;
    for (username, password, wrong) in [
        ("binh", PASSWORD, (Field::Username, FieldError::TooShort)),
        ("binh@example.vn", PASSWORD, (Field::Username, FieldError::UsernameLooksLikeEmail)),
        (an.username.as_str(), PASSWORD, (Field::Username, FieldError::Taken)),
        ("NGUYEN.thi.AN", PASSWORD, (Field::Username, FieldError::Taken)),
        (NAME, "ngắn", (Field::Password, FieldError::TooShort)),
        // Made of the name that is being chosen.
        ("vit.con.lon.to", "vit.con.lon.to", (Field::Password, FieldError::ContainsPersonal)),
    ] {
        assert_eq!(refused(&set(&idp, &visitor, &form(username, password)).await), [wrong], "{username} {password}");
    }
    let differs = FirstPasswordForm { password_confirmation: "khác".to_owned(), ..form("binh", PASSWORD) };
    let fields: Vec<_> = refused(&set(&idp, &visitor, &differs).await).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, [Field::Username, Field::PasswordConfirmation]);
    assert!(!idp.audited(AuditKind::PasswordSet).await);
    assert_eq!(set(&idp, &visitor, &form(NAME, PASSWORD)).await, FirstPasswordOutcome::Set);
    assert_eq!(set(&idp, &visitor, &form("khac.han.roi", PASSWORD)).await, FirstPasswordOutcome::HasOne);
    assert_eq!(id_of(&idp, NAME).await, visitor.who().await.expect("signed in").account.id);
}

#[tokio::test]
async fn a_name_is_reserved_for_a_registration_only_until_its_link_has_expired() {
    let idp = TestIdp::start().await;
    idp.citizen(NAME).create().await;
    let mut visitor = Visitor::new(&idp, 1);
    visitor.arrive(&binh(&idp)).await;
    let taken = [(Field::Username, FieldError::Taken)];
    assert_eq!(refused(&set(&idp, &visitor, &form(NAME, PASSWORD)).await), taken);
    idp.advance(Span::days(8)).await;
    visitor.arrive(&binh(&idp)).await;
    assert_eq!(set(&idp, &visitor, &form(NAME, PASSWORD)).await, FirstPasswordOutcome::Set);
    assert!(idp.audited(AuditKind::RegistrationReplaced).await);
}

// security: row 13
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_choose_one_name_at_once_one_gets_it() {
    let idp = TestIdp::start().await;
    let mut racers = JoinSet::new();
    for number in 0..8 {
        let mut visitor = Visitor::new(&idp, number);
        visitor.arrive(&vouched_citizen(&idp, &format!("binh-{number}"), &format!("02418500123{number}"))).await;
        let (accounts, ctx, owner) = (idp.house.accounts.clone(), visitor.ctx(), visitor.confirmed().await);
        racers.spawn(async move { accounts.set_first_password(&ctx, &owner, &form(NAME, PASSWORD)).await.unwrap() });
    }
    let outcomes = racers.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == FirstPasswordOutcome::Set).count(), 1, "{outcomes:?}");
    let taken = |outcome: &&FirstPasswordOutcome| **outcome != FirstPasswordOutcome::Set;
    for outcome in outcomes.iter().filter(taken) {
        assert_eq!(refused(outcome), [(Field::Username, FieldError::Taken)]);
    }
}

// security: row 22
#[tokio::test]
async fn a_password_that_a_stranger_set_is_disowned_and_its_owner_sets_another_without_knowing_it() {
    let idp = TestIdp::start().await;
    let mut owner = Visitor::new(&idp, 1);
    owner.arrive(&binh(&idp)).await;
    let id = owner.who().await.expect("signed in").account.id;
    // At a screen that was left alone.
    assert_eq!(set(&idp, &owner, &form("nguoi.la.nao.do", "Mật khẩu của kẻ lạ 9")).await, FirstPasswordOutcome::Set);
    let begun = sign_in(&idp, "nguoi.la.nao.do", "Mật khẩu của kẻ lạ 9").await;
    assert!(matches!(begun, SignInOutcome::CodeSent(_)));
    let mail = idp.newest_mail(EMAIL).await.text;
    let token = link_in(&mail).split_once("token=").unwrap().1.to_owned();
    idp.advance(Span::minutes(2)).await;
    let outcome = idp.house.accounts.disown_sign_in(&idp.ctx(), &token).await.unwrap();
    assert!(matches!(outcome, NotMeOutcome::Ended(Some(_))), "{outcome:?}");
    assert!(owner.who().await.is_none());
    let stranger = sign_in(&idp, "nguoi.la.nao.do", "Mật khẩu của kẻ lạ 9").await;
    let SignInOutcome::CodeSent(challenge) = stranger else { panic!("{stranger:?}") };

    let (_, first) = signed_in(&owner.arrive(&binh(&idp)).await);
    assert!(!first);
    assert_eq!(set(&idp, &owner, &form("", PASSWORD)).await, FirstPasswordOutcome::Set);
    // The name was chosen, if not by the owner; and what had begun with the other password leads nowhere.
    let account = known(&idp, &id).await.account;
    assert_eq!((account.username, account.password_distrusted_at), (Username::parse("nguoi.la.nao.do").unwrap(), None));
    let code = Given::SmsCode(idp.newest_code(PHONE).await);
    let ctx = Visitor::new(&idp, 9).ctx();
    let outcome = idp.house.accounts.take_second_step(&ctx, &challenge, code, Here::default()).await.unwrap();
    assert!(matches!(outcome, SecondStepOutcome::Over), "{outcome:?}");
    idp.advance(Span::hours(1)).await;
    assert!(matches!(sign_in(&idp, "nguoi.la.nao.do", "Mật khẩu của kẻ lạ 9").await, SignInOutcome::Refused));
    assert!(matches!(sign_in(&idp, "nguoi.la.nao.do", PASSWORD).await, SignInOutcome::CodeSent(_)));
}
