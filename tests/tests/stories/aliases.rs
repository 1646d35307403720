//! Claims under the names that the services of this country already read.

use crate::walk::{signed_in, tokens};
use portal_id_server::clients;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::claim_aliases::{AliasPreset, AliasSource, ClaimAliases};
use portal_id_testkit::core::client::{ClientMetadata, IdentityPolicy};
use portal_id_testkit::core::profile::{AccountState, FactSource, IdentifierKind};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::{Browser, Service, TestIdp};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const ALL: &str = "openid profile email phone address identity organization";

fn preset(preset: AliasPreset) -> ClaimAliases {
    ClaimAliases { preset: Some(preset), names: BTreeMap::new() }
}

async fn service(idp: &TestIdp, aliases: ClaimAliases, identity: IdentityPolicy) -> Service {
    let register = |client: &mut ClientMetadata| {
        client.first_party = true;
        client.identity = identity;
        client.claim_aliases = aliases;
    };
    idp.service().with(register).register().await
}

async fn about(browser: &mut Browser, service: &Service, scope: &str) -> Value {
    let tokens = tokens(browser, service, scope).await;
    service.userinfo(&tokens.field("access_token")).await.json()
}

#[tokio::test]
async fn a_service_that_reads_the_national_names_learns_of_a_citizen_what_it_always_did() {
    let idp = TestIdp::start().await;
    let service = service(&idp, preset(AliasPreset::Vnconnect), IdentityPolicy::Any).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let about = about(&mut browser, &service, ALL).await;
    let told = |name: &str| about[name].as_str().unwrap_or_else(|| panic!("no {name} in {about}")).to_owned();
    assert_eq!(told("TechID"), told("sub"));
    assert_eq!(told("LoaiTaiKhoan"), "1");
    assert_eq!((told("SoDinhDanh"), told("HoVaTen")), (an.identity_number.clone(), an.full_name.clone()));
    assert_eq!((told("SoDienThoai"), told("ThuDienTu")), (an.phone.clone(), an.email.clone()));
    assert_eq!(told("NgayThangNamSinh"), told("birthdate").replace('-', ""));
    assert_eq!(told("DiaChi"), about["address"]["formatted"].as_str().unwrap());
    // What she does not have, and what nobody should keep, is left out and never blank.
    for absent in [
        "SoCMND",
        "MaSoThue",
        "MaSoDoanhNghiep",
        "TenDoanhNghiep",
        "HoChieu",
        "GioiTinh",
        "TonGiao",
        "DanToc",
        "NhomMau",
        "Cha",
        "Me",
        "VoChong",
    ] {
        assert!(about.get(absent).is_none(), "{absent}");
    }
}

#[tokio::test]
async fn a_service_that_reads_the_national_names_learns_of_a_business() {
    let idp = TestIdp::start().await;
    let service = service(&idp, preset(AliasPreset::Vnconnect), IdentityPolicy::Any).await;
    let vai = idp.business("vai.thieu").activated().create().await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let _ = vai.sign_in(&idp, &mut browser, &page).await.expect("home");
    let about = about(&mut browser, &service, ALL).await;
    assert_eq!(about["LoaiTaiKhoan"], "2");
    assert_eq!((&about["MaSoThue"], &about["MaSoDoanhNghiep"]), (&json!(vai.code), &json!(vai.code)));
    assert_eq!(about["TenDoanhNghiep"], vai.name);
    for absent in ["SoDinhDanh", "SoCMND", "HoVaTen", "NgayThangNamSinh"] {
        assert!(about.get(absent).is_none(), "{absent}");
    }
}

#[tokio::test]
async fn a_service_of_hue_reads_its_own_names() {
    let idp = TestIdp::start().await;
    let service = service(&idp, preset(AliasPreset::Hue), IdentityPolicy::Any).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let about = about(&mut browser, &service, ALL).await;
    assert_eq!(about["citizenId"], an.identity_number);
    assert_eq!(about["identityPapers"], json!([{ "type": "CCCD", "idNumber": an.identity_number }]));
    assert_eq!(about["phone"], an.phone);
    assert_eq!((&about["name"], &about["preferred_username"]), (&json!(an.full_name), &json!(an.username)));
    assert!(about.get("identityCardId").is_none());
}

// security: row 38
#[tokio::test]
async fn an_alias_tells_no_more_than_the_scopes_and_the_identity_policy_allow() {
    let idp = TestIdp::start().await;
    let service = service(&idp, preset(AliasPreset::Vnconnect), IdentityPolicy::VerifiedOnly).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let only_openid = about(&mut browser, &service, "openid").await;
    let mut names: Vec<_> = only_openid.as_object().unwrap().keys().collect();
    names.sort_unstable();
    assert_eq!(names, ["TechID", "sub"], "{only_openid}");
    assert!(about(&mut browser, &service, ALL).await.get("SoDinhDanh").is_none(), "nobody vouches for the number");

    let (digest, now) =
        (IdentifierKind::IdentityNumber.digest(idp.house.vault.as_ref(), &an.identity_number), idp.now());
    let at_the_desk = idp.house.store.tx("verify", move |tx| {
        let kind = IdentifierKind::IdentityNumber;
        let found = tx.list_accounts_by_identifier(kind, &digest, AccountState::Active)?;
        tx.verify_identifier(&found[0].0.id, kind, &digest, FactSource::Desk, now)
    });
    assert!(at_the_desk.await.unwrap());
    assert_eq!(about(&mut browser, &service, ALL).await["SoDinhDanh"], an.identity_number);
}

// security: row 38
#[tokio::test]
async fn an_alias_cannot_take_the_name_of_another_claim_even_if_it_was_stored() {
    let idp = TestIdp::start().await;
    let service = service(&idp, ClaimAliases::default(), IdentityPolicy::Any).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let forged = |name: &str| ClaimAliases {
        preset: None,
        names: BTreeMap::from([(name.to_owned(), AliasSource::Username), ("ten".to_owned(), AliasSource::Username)]),
    };
    for name in ["sub", "email_verified", "identity_number", "nonce"] {
        let mut metadata = ClientMetadata::named("A", vec!["https://a.example.vn/".to_owned()]);
        metadata.claim_aliases = forged(name);
        assert!(clients::check("a", &metadata).unwrap_err().to_string().contains("meaning of its own"), "{name}");

        let aliases = forged(name);
        let (ctx, kind) = (idp.ctx(), AuditKind::ClientChanged);
        let changed = clients::change(&ctx, &idp.house.store, &service.client_id, kind, move |client| {
            client.metadata.claim_aliases = aliases.clone();
            Ok(())
        });
        changed.await.unwrap();
        let mut browser = signed_in(&idp, &an).await;
        let about = about(&mut browser, &service, "openid profile").await;
        assert_eq!(about["ten"], an.username, "{about}");
        assert!(about.get(name).is_none_or(|value| name == "sub" && *value != an.username), "{name} in {about}");
        idp.advance(Span::minutes(5)).await;
    }
}
