//! Somebody leaves for a provider and comes back.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::house::{House, NOW, PUBLIC_URL, browser, departing};
use super::provider::{CLIENT_ID, Provider, SECRET};
use crate::{Departing, Distrust, Missing, Trouble};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portal_id_core::acr::{Aal, Amr, Ial};
use portal_id_core::facts::{BirthDate, FullName, IdentityNumber};
use portal_id_core::profile::{AccountClass, FactSource};
use portal_id_core::time::Span;
use portal_id_core::upstream::Purpose;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

fn query(location: &str) -> Vec<(String, String)> {
    Url::parse(location).unwrap().query_pairs().into_owned().collect()
}

fn get<'a>(query: &'a [(String, String)], name: &str) -> Option<&'a str> {
    query.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
}

#[tokio::test]
async fn a_person_arrives_as_the_national_portal_vouches_for_them() {
    let provider = Provider::start().await;
    let house = House::at(&provider, "");
    let arrived = house.round_trip(&provider).await.unwrap();
    let identity = arrived.identity;
    assert_eq!((identity.source, identity.class), (FactSource::NationalPortal, AccountClass::Citizen));
    assert_eq!(identity.issuer, format!("{}/oauth2/token", provider.base));
    assert_eq!((identity.key.claim.as_str(), identity.key.value.as_str()), ("TechID", "tech-1"));
    assert_eq!((identity.subject.as_str(), identity.session.as_deref()), ("s-1", Some("sid-1")));
    assert_eq!((identity.level.ial, identity.level.at), (Ial(2), Some(NOW - Span::seconds(5))));
    assert_eq!((identity.left_at, identity.auth_time, identity.level.anew), (NOW, identity.level.at, false));
    assert_eq!(identity.level.amr, [Amr::Pwd, Amr::Sms, Amr::Mfa]);
    let facts = &identity.facts;
    assert_eq!(facts.full_name.as_ref().map(FullName::as_str), Some("Nguyễn Văn An"));
    assert_eq!(facts.birth_date.as_ref().map(BirthDate::as_str), Some("1985-03-15"));
    assert_eq!(facts.identity_number.as_ref().map(IdentityNumber::as_str), Some("024085001234"));
    assert_eq!(facts.phone.as_ref().map(|phone| (phone.value.e164(), phone.vouched)), Some(("+84912345678", false)));
    assert!(facts.former_number.is_none() && facts.email.is_none());
    assert_eq!((arrived.purpose, arrived.baggage.flow.as_deref()), (Purpose::SignIn, Some("sealed-flow")));
    // What nobody needs is not kept, whatever was sent.
    let kept = serde_json::to_string(&identity.facts).unwrap();
    assert!(!kept.contains("Không") && !kept.contains("Bình"), "{kept}");
    assert_eq!(format!("{identity:?}").matches("tech-1").count(), 0);
}

#[tokio::test]
async fn the_request_says_what_the_preset_says_and_nothing_secret() {
    let provider = Provider::start().await;
    let house = House::at(&provider, "extra_parameters = { kenh = \"web\" }");
    let departure = house.begin(&browser(1, NOW)).await.unwrap();
    assert_eq!(departure.origin, provider.base);
    let query = query(&departure.location);
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", CLIENT_ID),
        ("redirect_uri", "https://id.example.gov.vn/upstream/vnconnect/callback"),
        ("scope", "openid"),
        ("acr_values", "LoA1"),
        ("max_age", "2592000"),
        ("kenh", "web"),
    ] {
        assert_eq!(get(&query, name), Some(value), "{name}");
    }
    assert!(get(&query, "state").unwrap().len() >= 43 && get(&query, "nonce").unwrap().len() >= 43);
    for absent in ["code_challenge", "prompt", "ui_locales", "response_mode", "client_secret"] {
        assert_eq!(get(&query, absent), None, "{absent}");
    }
    assert!(!departure.location.contains("sealed-flow"));
}

#[tokio::test]
async fn a_step_up_asks_for_the_least_level_that_suffices_and_for_a_new_sign_in() {
    let provider = Provider::start().await;
    let house = House::at(&provider, "pkce = true\nui_locales = true\nanswer_mode = \"form_post\"");
    let departing = Departing {
        anew: true,
        least: Some((Ial(2), Aal(2))),
        login_hint: Some("024085001234".to_owned()),
        ..departing()
    };
    let ctx = browser(1, NOW);
    let departure = house.begin_as(&ctx, departing).await.unwrap();
    let query = query(&departure.location);
    for (name, value) in [
        ("acr_values", "LoA2"),
        ("prompt", "login"),
        ("max_age", "0"),
        ("login_hint", "024085001234"),
        ("ui_locales", "vi"),
        ("response_mode", "form_post"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(get(&query, name), Some(value), "{name}");
    }
    house.finish(&ctx, &provider.sign_in(&departure)).await.unwrap();
    let verifier = provider.asked("/oauth2/token")[0].field("code_verifier").unwrap();
    let challenge = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    assert_eq!(get(&query, "code_challenge"), Some(challenge.as_str()));
}

// security: row 11
#[tokio::test]
async fn when_somebody_signed_in_is_never_made_up() {
    let provider = Provider::start().await;
    let house = House::at(&provider, "");
    let there_and_back = async |anew: bool, away_for: Span, auth_time: Value| {
        provider.state().id_token.insert("auth_time".to_owned(), auth_time);
        let departure = house.begin_as(&browser(1, NOW), Departing { anew, ..departing() }).await.unwrap();
        let back = house.finish(&browser(1, NOW + away_for), &provider.sign_in(&departure)).await;
        back.map(|arrived| (arrived.identity.level.at, arrived.identity.level.anew))
    };
    let (minute, week_ago) = (Span::minutes(1), NOW - Span::days(7));
    // Not asked to, it may let somebody in by a session of any age: then nobody knows.
    assert_eq!(there_and_back(false, minute, Value::Null).await.unwrap(), (None, false));
    assert_eq!(there_and_back(false, minute, json!(week_ago.seconds())).await.unwrap(), (Some(week_ago), false));
    let within_skew = json!((NOW + minute).seconds() + 30);
    assert_eq!(there_and_back(false, minute, within_skew).await.unwrap().0, Some(NOW + minute), "its clock is ahead");
    let tomorrow = there_and_back(false, minute, json!((NOW + Span::days(1)).seconds())).await;
    assert!(matches!(tomorrow, Err(Trouble::Distrusted(Distrust::Time))), "{tomorrow:?}");
    // Asked to, and silent: the question may never have come there.
    let silent = there_and_back(true, minute, Value::Null).await;
    assert!(matches!(silent, Err(Trouble::Distrusted(Distrust::TooOld))), "{silent:?}");
    let said = json!(NOW.seconds() + 20);
    assert_eq!(there_and_back(true, minute, said).await.unwrap().0, Some(NOW + Span::seconds(20)));
    let old = there_and_back(true, minute, json!(week_ago.seconds())).await;
    assert!(matches!(old, Err(Trouble::Distrusted(Distrust::TooOld))), "{old:?}");
    // One that need not say is believed: they did so since they left, and more is not known.
    let house = House::at(&provider, "auth_time_required = false");
    provider.state().id_token.insert("auth_time".to_owned(), Value::Null);
    let departure = house.begin_as(&browser(1, NOW), Departing { anew: true, ..departing() }).await.unwrap();
    let back = house.finish(&browser(1, NOW + minute), &provider.sign_in(&departure)).await.unwrap();
    assert_eq!((back.identity.level.at, back.identity.level.anew), (Some(NOW), true));
}

#[tokio::test]
async fn whoever_must_say_when_people_signed_in_is_asked_for_an_age_and_it_can_be_set_otherwise() {
    let provider = Provider::start().await;
    let asked = async |more: &str, anew: bool| {
        let house = House::at(&provider, more);
        let departure = house.begin_as(&browser(1, NOW), Departing { anew, ..departing() }).await.unwrap();
        get(&query(&departure.location), "max_age").map(str::to_owned)
    };
    assert_eq!(asked("", false).await.as_deref(), Some("2592000"));
    assert_eq!(asked("max_age = 3600", false).await.as_deref(), Some("3600"));
    assert_eq!(asked("max_age = false", false).await, None);
    for more in ["", "max_age = 3600", "max_age = false"] {
        assert_eq!(asked(more, true).await.as_deref(), Some("0"), "{more}");
    }
}

#[tokio::test]
async fn the_secret_travels_as_configured_and_userinfo_is_asked_as_configured() {
    let provider = Provider::start().await;
    House::at(&provider, "").round_trip(&provider).await.unwrap();
    House::at(&provider, "client_auth = \"client_secret_basic\"\nuserinfo = \"get\"")
        .round_trip(&provider)
        .await
        .unwrap();
    let [posted, basic] = <[_; 2]>::try_from(provider.asked("/oauth2/token")).unwrap();
    assert_eq!(posted.field("client_secret").as_deref(), Some(SECRET));
    assert_eq!(posted.field("client_id").as_deref(), Some(CLIENT_ID));
    assert_eq!(posted.field("redirect_uri"), Some(format!("{PUBLIC_URL}/upstream/vnconnect/callback")));
    assert_eq!(
        (posted.field("grant_type").as_deref(), posted.field("code").as_deref()),
        (Some("authorization_code"), Some("code-1"))
    );
    assert!(!posted.top.to_ascii_lowercase().contains("authorization"));
    assert!(basic.field("client_secret").is_none() && basic.field("client_id").is_none());
    let header = basic.top.lines().find_map(|line| line.strip_prefix("authorization: Basic ")).unwrap();
    assert_eq!(STANDARD.decode(header).unwrap(), b"cong-tinh:b%C3%AD+m%E1%BA%ADt+%26+kh%C3%A1c");
    let methods: Vec<_> = provider.asked("/oauth2/userinfo").into_iter().map(|asked| asked.method).collect();
    assert_eq!(methods, ["POST", "GET"]);
    assert!(provider.asked("/oauth2/userinfo").iter().all(|asked| asked.top.contains("authorization: Bearer at-1")));
}

#[tokio::test]
async fn an_unknown_kind_of_account_and_a_missing_number_are_told_apart() {
    let provider = Provider::start().await;
    let house = House::at(&provider, "");
    for (claim, value, trouble) in [
        ("LoaiTaiKhoan", json!(4), None),
        ("LoaiTaiKhoan", json!(""), None),
        ("LoaiTaiKhoan", json!(2), Some(Missing::BusinessCode)),
        ("SoDinhDanh", json!(""), Some(Missing::IdentityNumber)),
        ("SoDinhDanh", json!("không có"), Some(Missing::IdentityNumber)),
        ("TechID", json!("t".repeat(10_240)), Some(Missing::Subject)),
        ("TechID", json!("a\u{7}b"), Some(Missing::Subject)),
    ] {
        let before = provider.state().userinfo.insert(claim.to_owned(), value.clone()).unwrap();
        let outcome = house.round_trip(&provider).await;
        match trouble {
            None => assert!(matches!(outcome, Err(Trouble::UnknownClass)), "{claim} {value}"),
            Some(what) => {
                let missing = matches!(outcome, Err(Trouble::Incomplete(missing)) if missing == what);
                assert!(missing, "{claim} {value}");
            }
        }
        provider.state().userinfo.insert(claim.to_owned(), before);
    }
}

#[tokio::test]
async fn what_an_upstream_does_not_vouch_for_is_not_used() {
    let provider = Provider::start().await;
    provider.state().userinfo.remove("loAs");
    let identity = House::at(&provider, "").round_trip(&provider).await.unwrap().identity;
    assert_eq!((identity.level.ial, identity.level.amr), (Ial(0), vec![Amr::Pwd]));
    assert_eq!(identity.facts, portal_id_core::upstream::BroughtFacts::default());
    let vouching = House::at(&provider, "default_level = { ial = 1, amr = [\"pwd\"] }");
    assert!(vouching.round_trip(&provider).await.unwrap().identity.facts.identity_number.is_some());
}

#[tokio::test]
async fn signed_userinfo_is_read_when_it_verifies() {
    let provider = Provider::start().await;
    provider.state().signs_userinfo = true;
    let issuer = json!(format!("{}/oauth2/token", provider.base));
    provider.state().userinfo.extend([("iss".to_owned(), issuer), ("aud".to_owned(), json!(CLIENT_ID))]);
    let identity = House::at(&provider, "userinfo_signed = \"always\"").round_trip(&provider).await.unwrap().identity;
    assert!(identity.facts.full_name.is_some());
}
