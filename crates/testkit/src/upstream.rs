//! People as another provider vouches for them, and a browser at the use cases: what tokens and pages make of an arrival has
//! stories of its own.

use crate::idp::TestIdp;
use crate::people::Holder;
use portal_id_core::accounts::{
    ArrivalOutcome, Confirmed, Credentials, Given, Here, SecondStepOutcome, SignInOutcome, SignedIn,
};
use portal_id_core::acr::{Amr, Ial};
use portal_id_core::ctx::Ctx;
use portal_id_core::digest::Digest;
use portal_id_core::facts::{BirthDate, BusinessCode, BusinessName, FullName, IdentityNumber};
use portal_id_core::profile::{AccountClass, FactSource};
use portal_id_core::secret::Secret;
use portal_id_core::time::Timestamp;
use portal_id_core::upstream::{
    BroughtFacts, BroughtLevel, LinkKey, Purpose, UpstreamEnding, UpstreamId, UpstreamIdentity,
};

/// The issuer of the national portal of the stories.
pub const UPSTREAM_ISSUER: &str = "https://portal.example/oauth2/token";

/// The upstream of this name.
pub fn upstream(name: &str) -> UpstreamId {
    UpstreamId::parse(name).unwrap()
}

/// A citizen whom the national portal knows as `subject`, with this number, at the second level, a moment ago.
pub fn vouched_citizen(idp: &TestIdp, subject: &str, number: &str) -> UpstreamIdentity {
    UpstreamIdentity {
        upstream: upstream("vnconnect"),
        source: FactSource::NationalPortal,
        issuer: UPSTREAM_ISSUER.to_owned(),
        former_issuers: Vec::new(),
        key: LinkKey { claim: "TechID".to_owned(), value: subject.to_owned() },
        subject: subject.to_owned(),
        session: Some(format!("session-of-{subject}")),
        class: AccountClass::Citizen,
        facts: BroughtFacts {
            full_name: Some(FullName::from_stored("Trần Thị Bình").unwrap()),
            birth_date: Some(BirthDate::from_stored("1985-03-15").unwrap()),
            identity_number: Some(IdentityNumber::from_stored(number).unwrap()),
            ..BroughtFacts::default()
        },
        level: BroughtLevel { ial: Ial(2), amr: vec![Amr::Pwd, Amr::Sms, Amr::Mfa], at: Some(idp.now()), anew: false },
        left_at: idp.now(),
        auth_time: Some(Timestamp::from_seconds(idp.now().seconds())),
        ending: UpstreamEnding { id_token: format!("id-token-of-{subject}"), logout_uri: None },
    }
}

/// A business that the national portal knows as `subject`.
pub fn vouched_business(idp: &TestIdp, subject: &str, code: &str) -> UpstreamIdentity {
    let citizen = vouched_citizen(idp, subject, "024185009999");
    UpstreamIdentity {
        class: AccountClass::Business,
        facts: BroughtFacts {
            business_name: Some(BusinessName::from_stored("Công ty Vải Thiều").unwrap()),
            business_code: Some(BusinessCode::from_stored(code).unwrap()),
            ..citizen.facts
        },
        ..citizen
    }
}

/// A browser at the use cases.
pub struct Visitor<'a> {
    idp: &'a TestIdp,
    browser: Digest,
    pub cookie: Option<Secret>,
}

impl<'a> Visitor<'a> {
    /// One of many.
    pub fn new(idp: &'a TestIdp, number: u8) -> Self {
        Self { idp, browser: Digest::from_bytes([number; 32]), cookie: None }
    }

    pub fn ctx(&self) -> Ctx {
        Ctx { browser: Some(self.browser), ..self.idp.ctx() }
    }

    /// Whoever is signed in here.
    pub async fn who(&self) -> Option<SignedIn> {
        self.idp.house.accounts.session(&self.ctx(), self.cookie.as_ref()?).await.unwrap()
    }

    /// The same, who proved it a moment ago.
    pub async fn confirmed(&self) -> Confirmed {
        let who = self.who().await.expect("a session");
        self.idp.house.accounts.confirmed(&self.ctx(), &who, None).expect("fresh, and of two factors")
    }

    /// Arrives, to sign in.
    pub async fn arrive(&mut self, identity: &UpstreamIdentity) -> ArrivalOutcome {
        self.arrive_to(identity, Purpose::SignIn).await
    }

    /// Arrives, for whatever was begun.
    pub async fn arrive_to(&mut self, identity: &UpstreamIdentity, purpose: Purpose) -> ArrivalOutcome {
        let who = self.who().await;
        let here = Here { previous: who.as_ref().map(|who| &who.session), ..Here::default() };
        let arrived = self.idp.house.accounts.arrive(&self.ctx(), identity.clone(), purpose, here).await;
        self.keep(arrived.unwrap())
    }

    /// Keeps the cookie of a session that began.
    pub fn keep(&mut self, outcome: ArrivalOutcome) -> ArrivalOutcome {
        if let ArrivalOutcome::SignedIn { new, .. } = &outcome {
            self.cookie = Some(new.cookie.clone());
        }
        outcome
    }

    /// Signs in here by password and code.
    pub async fn sign_in<Own>(&mut self, holder: &Holder<Own>) {
        let (accounts, ctx) = (&self.idp.house.accounts, self.ctx());
        let credentials = Credentials { name: holder.username.clone(), password: holder.password.clone() };
        let who = self.who().await;
        let here = Here { previous: who.as_ref().map(|who| &who.session), ..Here::default() };
        let outcome = accounts.sign_in_here(&ctx, credentials, here).await.unwrap();
        let SignInOutcome::CodeSent(challenge) = outcome else { panic!("{outcome:?}") };
        let code = Given::SmsCode(self.idp.newest_code(&holder.e164).await);
        let outcome = accounts.take_second_step(&ctx, &challenge, code, here).await.unwrap();
        let SecondStepOutcome::SignedIn(new) = outcome else { panic!("{outcome:?}") };
        self.cookie = Some(new.cookie.clone());
    }
}
