//! Who is here before somebody arrives, and what there is to see of them.

use super::rules::{Cell, Comes, Local, rule};
use crate::upstream::{Known, id_of, known, verify};
use portal_id_testkit::core::ids::AccountId;
use portal_id_testkit::core::profile::{AccountClass, FactSource, Identifier, IdentifierKind, Profile};
use portal_id_testkit::core::time::{Span, Timestamp};
use portal_id_testkit::core::upstream::{LinkKey, UpstreamIdentity};
use portal_id_testkit::core::vouched::VouchedKind;
use portal_id_testkit::upstream::{upstream, vouched_business};
use portal_id_testkit::{Browser, Business, Citizen, Page, TestIdp, Visitor};
use serde_json::{Value, json};

/// The account that has the number, as its holder knows it.
pub(super) enum Holder {
    Person(Citizen),
    Company(Business),
}

impl Holder {
    pub(super) fn username(&self) -> &str {
        match self {
            Self::Person(holder) => &holder.username,
            Self::Company(holder) => &holder.username,
        }
    }

    pub(super) fn email(&self) -> &str {
        match self {
            Self::Person(holder) => &holder.email,
            Self::Company(holder) => &holder.email,
        }
    }

    pub(super) async fn sign_in(&self, idp: &TestIdp, browser: &mut Browser, page: &Page) -> Page {
        match self {
            Self::Person(holder) => holder.sign_in(idp, browser, page).await,
            Self::Company(holder) => holder.sign_in(idp, browser, page).await,
        }
    }

    /// Gives this name with the holder's password.
    pub(super) async fn give_password_as(&self, name: &str, browser: &mut Browser) -> Page {
        let page = browser.open("/sign-in").await.expect("sign-in");
        let name = name.to_owned();
        match self {
            Self::Person(holder) => Citizen { username: name, ..holder.clone() }.give_password(browser, &page).await,
            Self::Company(holder) => Business { username: name, ..holder.clone() }.give_password(browser, &page).await,
        }
    }
}

/// Whom a cell finds here.
pub(super) struct Folk {
    /// Sets everything about these people apart from that of others.
    pub(super) mark: String,
    /// The number that the upstream names.
    pub(super) number: String,
    /// The account that has it, unless nobody has.
    pub(super) local: Option<AccountId>,
    /// Its holder; an organisation has none who signs in by a password.
    pub(super) holder: Option<Holder>,
    /// A browser where its holder is signed in.
    pub(super) own: Browser,
    /// An account with the e-mail and phone that the upstream names and vouches for. Beside an organisation it is a business
    /// of the same code.
    pub(super) bystander: AccountId,
    pub(super) email: String,
    phone: String,
}

impl Folk {
    pub(super) async fn gather(idp: &TestIdp, cell: Cell, mark: &str) -> Self {
        let (local, other) = (format!("nguoi.{mark}.o.day"), format!("nguoi.{mark}.khac"));
        let is_here = cell.local != Local::Nobody;
        let (bystander, email, phone, number, holder) = match cell.class {
            AccountClass::Citizen => {
                let other = idp.citizen(&other).activated().create().await;
                let number = Citizen::named(&local).identity_number.clone();
                let an = idp.citizen(&local).activated();
                let holder = if is_here { Some(Holder::Person(an.create().await)) } else { None };
                (other.username, other.email, other.phone, number, holder)
            }
            AccountClass::Business => {
                let other = idp.business(&other).activated().create().await;
                let number = Business::named(&local).code.clone();
                let vai = idp.business(&local).activated();
                let holder = if is_here { Some(Holder::Company(vai.create().await)) } else { None };
                (other.username, other.email, other.phone, number, holder)
            }
            AccountClass::Organisation => {
                let other = idp.business(&other).activated().create().await;
                let number = other.code.clone();
                (other.username, other.email, other.phone, number, None)
            }
        };
        let bystander = id_of(idp, &bystander).await;
        let local = match &holder {
            Some(holder) => Some(id_of(idp, holder.username()).await),
            None if is_here => Some(organisation(idp, mark, &number).await),
            None => None,
        };
        match (cell.local, &local) {
            (Local::Verified, Some(id)) => ensure_verified(idp, id, cell.kind(), &number).await,
            (Local::Declared, Some(id)) => ensure_declared(idp, id, cell.kind()).await,
            _ => {}
        }
        let mut own = idp.browser();
        if let Some(holder) = holder.as_ref().filter(|_| rule(cell) == Comes::Asked) {
            let page = own.open("/sign-in").await.expect("sign-in");
            let _ = holder.sign_in(idp, &mut own, &page).await.expect("home");
        }
        // Whatever code was sent, another may be.
        idp.advance(Span::minutes(2)).await;
        Self { mark: mark.to_owned(), number, local, holder, own, bystander, email, phone }
    }

    /// The claims of an ID token and of userinfo for whoever is about to arrive.
    pub(super) fn arrives(&self, cell: Cell, representative: &str) -> (Value, Value) {
        let Self { mark, number, email, phone, .. } = self;
        let sub = format!("s-{mark}");
        let id_token = json!({ "sub": sub, "sid": format!("sid-{mark}") });
        let mut userinfo = json!({
            "sub": sub, "TechID": format!("tech-{mark}"), "loAs": if cell.vouches { "LoA2" } else { "" },
            "HoVaTen": "Trần Thị Bình", "NgayThangNamSinh": "19850315",
            "ThuDienTu": email, "email_verified": true, "SoDienThoai": phone, "phone_number_verified": true,
        });
        let own = match cell.class {
            AccountClass::Citizen => json!({ "LoaiTaiKhoan": 1, "SoDinhDanh": number }),
            // Somebody acts for it, who has an account of their own here.
            AccountClass::Business => json!({
                "LoaiTaiKhoan": 2, "MaSoDoanhNghiep": number, "TenDoanhNghiep": "Công ty Vải", "SoDinhDanh": representative,
            }),
            AccountClass::Organisation => json!({
                "LoaiTaiKhoan": 3, "MaSoDoanhNghiep": number, "TenDoanhNghiep": "Ban Quản lý", "SoDinhDanh": representative,
            }),
        };
        userinfo.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        (id_token, userinfo)
    }

    /// Everything that there is to see of them.
    pub(super) async fn pictures(&self, idp: &TestIdp) -> Vec<Value> {
        let mut all = vec![picture(&known(idp, &self.bystander).await)];
        if let Some(local) = &self.local {
            all.push(picture(&known(idp, local).await));
        }
        all
    }
}

/// An organisation that came by another provider, the only way for one, and has this code.
async fn organisation(idp: &TestIdp, mark: &str, code: &str) -> AccountId {
    let business = vouched_business(idp, mark, code);
    let identity = UpstreamIdentity {
        upstream: upstream("tinh"),
        issuer: "https://tinh.example".to_owned(),
        source: FactSource::Provider,
        key: LinkKey { claim: "TechID".to_owned(), value: format!("organisation-{mark}") },
        class: AccountClass::Organisation,
        ..business
    };
    let mut visitor = Visitor::new(idp, 1);
    visitor.arrive(&identity).await;
    visitor.who().await.expect("signed in").account.id
}

async fn ensure_verified(idp: &TestIdp, id: &AccountId, kind: IdentifierKind, number: &str) {
    if !known(idp, id).await.fact(kind).expect("the number").is_verified() {
        verify(idp, id, kind, number).await;
    }
}

/// Nobody vouches for the number: of an organisation somebody did.
async fn ensure_declared(idp: &TestIdp, id: &AccountId, kind: IdentifierKind) {
    let fact = known(idp, id).await.fact(kind).expect("the number").clone();
    if fact.is_verified() {
        let declared = Identifier { verified_at: None, source: FactSource::SelfDeclared, ..fact };
        let lowered = idp.house.store.tx("lower", move |tx| {
            tx.delete_vouched_fact(&declared.account_id, VouchedKind::BusinessCode)?;
            tx.put_vouched_identifier(&declared)
        });
        assert!(lowered.await.unwrap());
    }
    assert!(!known(idp, id).await.fact(kind).expect("the number").is_verified());
}

/// What there is to see of an account.
pub(super) fn picture(known: &Known) -> Value {
    let Known { account, profile, identifiers, vouched, disputed, links } = known;
    json!({
        "id": account.id.as_str(),
        "class": account.class.as_str(),
        "state": account.state.as_str(),
        "password": account.password_hash,
        "username": account.username.as_str(),
        "profile": facts(profile),
        "identifiers": identifiers.iter().map(seen).collect::<Vec<_>>(),
        "vouched": vouched.iter().map(|fact| format!("{fact:?} {:?}", fact.value.as_bytes())).collect::<Vec<_>>(),
        "disputed": format!("{disputed:?}"),
        "links": links.iter().map(|link| format!("{link:?} {:?}", link.key.as_bytes())).collect::<Vec<_>>(),
    })
}

/// A profile in the clear.
pub(super) fn facts(profile: &Profile) -> Value {
    serde_json::to_value(profile).unwrap()
}

fn seen(fact: &Identifier) -> Value {
    let Identifier { kind, digest, claimed, verified_at, source, .. } = fact;
    json!([format!("{kind:?}"), digest.as_bytes(), claimed, verified_at.map(Timestamp::millis), source.as_str()])
}

/// Every account that there is.
pub(super) async fn everybody(idp: &TestIdp) -> Vec<AccountId> {
    let (first, tomorrow) = (AccountId::from_text(""), idp.now() + Span::days(1));
    let all = idp.house.store.read("everybody", move |tx| tx.list_accounts_after(&first, tomorrow, 10_000));
    all.await.unwrap().into_iter().map(|(id, _)| id).collect()
}
