//! Answers that do not belong to what was asked, and claims that come by the wrong way.

use super::{Town, expect_trouble, is_signed_in};
use http::{Request, header};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::service::parameter;
use portal_id_testkit::{Provider, TestIdp};
use serde_json::Value;
use url::Url;

// security: rows 10, 25
#[tokio::test]
async fn a_way_back_is_good_once_in_its_own_browser_for_a_quarter_of_an_hour() {
    let mut town = Town::begin().await;
    let there = town.leave().await;
    let back = town.portal.sign_in(&there);
    let mut thief = town.idp.browser();
    expect_trouble(thief.come_back(back.as_str()).await, 410, "upstream-over");
    assert!(!is_signed_in(&mut thief).await);
    let mut without = back.clone();
    without.set_query(Some(&format!("code={}", parameter(&back, "code").unwrap())));
    expect_trouble(town.browser.open(without.as_str()).await, 410, "upstream-over");
    assert!(town.portal.asked_at("/oauth2/token").is_empty(), "no code goes anywhere for these");
    let page = town.browser.come_back(back.as_str()).await;
    town.tokens(page).await.fields();
    expect_trouble(town.browser.come_back(back.as_str()).await, 410, "upstream-over");
    assert_eq!(town.portal.asked_at("/oauth2/token").len(), 1);
    let mut late = town.idp.browser();
    let there = late.open("/upstream/vnconnect/start").await.expect_away(&town.portal.base);
    let back = town.portal.sign_in(&there);
    town.idp.advance(Span::minutes(15)).await;
    let page = expect_trouble(late.come_back(back.as_str()).await, 410, "upstream-over");
    assert_eq!(page.link("again").as_deref(), Some("/upstream/vnconnect/start"));
}

// security: row 25
#[tokio::test]
async fn what_was_begun_at_one_provider_is_nothing_at_another() {
    let (portal, province) = (Provider::vnconnect(), Provider::generic("tinh"));
    let idp = TestIdp::start_with_providers(&[&portal, &province], |_| {}).await;
    let mut browser = idp.browser();
    let there = browser.open("/upstream/vnconnect/start").await.expect_away(&portal.base);
    let back = portal.sign_in(&there);
    let swapped = back.as_str().replace("/upstream/vnconnect/", "/upstream/tinh/");
    expect_trouble(browser.open(&swapped).await, 410, "upstream-over");
    assert!(province.asked_at("/oauth2/token").is_empty(), "no code of one reaches the other");
    // An answer that names another issuer (RFC 9207).
    let elsewhere = format!("{back}&iss=https%3A%2F%2Ftinh.example");
    expect_trouble(browser.open(&elsewhere).await, 502, "upstream-distrusted");
    assert!(portal.asked_at("/oauth2/token").is_empty());
    assert!(!is_signed_in(&mut browser).await);
}

// security: rows 10, 25
#[tokio::test]
async fn the_code_of_somebody_elses_sign_in_is_not_taken() {
    let mut town = Town::begin().await;
    let mut attacker = town.idp.browser();
    let theirs = attacker.open("/upstream/vnconnect/start").await.expect_away(&town.portal.base);
    let theirs = town.portal.sign_in(&theirs);
    let there = town.leave().await;
    let mut back = town.portal.sign_in(&there);
    let (code, state) = (parameter(&theirs, "code").unwrap(), parameter(&back, "state").unwrap());
    back.set_query(None);
    back.query_pairs_mut().append_pair("code", &code).append_pair("state", &state);
    expect_trouble(town.browser.come_back(back.as_str()).await, 502, "upstream-distrusted");
    assert!(!is_signed_in(&mut town.browser).await);
}

/// What a form of the provider posts to us, as another site does: without our cookies.
async fn posted(town: &Town, fields: &[(&str, &str)]) -> Option<String> {
    let url: Url = format!("{}/upstream/vnconnect/callback", portal_id_testkit::idp::ISSUER).parse().unwrap();
    let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let answer = town.idp.browser().post(&url, &fields).await;
    assert!(answer.headers.get("set-cookie").is_none(), "a fresh cookie would replace the one that was held back");
    answer.header("location").map(str::to_owned)
}

#[tokio::test]
async fn an_answer_by_form_arrives_too() {
    let mut town = Town::with("answer_mode = \"form_post\"\n").await;
    let there = town.leave().await;
    assert_eq!(parameter(&there, "response_mode").as_deref(), Some("form_post"));
    let back = town.portal.sign_in(&there);
    let (code, state) = (parameter(&back, "code").unwrap(), parameter(&back, "state").unwrap());
    let location = posted(&town, &[("code", &code), ("state", &state), ("SoDinhDanh", "024085001234")]).await.unwrap();
    let mut thief = town.idp.browser();
    expect_trouble(thief.come_back(&location).await, 410, "upstream-over");
    let page = town.browser.come_back(&location).await;
    town.tokens(page).await.fields();
    // Too late on its short way, or altered, it is nothing.
    let mut other = town.idp.browser();
    let there = other.open("/upstream/vnconnect/start").await.expect_away(&town.portal.base);
    let back = town.portal.sign_in(&there);
    let (code, state) = (parameter(&back, "code").unwrap(), parameter(&back, "state").unwrap());
    let location = posted(&town, &[("code", &code), ("state", &state)]).await.unwrap();
    expect_trouble(other.open(&format!("{location}x")).await, 410, "upstream-over");
    town.idp.advance(Span::minutes(1)).await;
    expect_trouble(other.come_back(&location).await, 410, "upstream-over");
}

// security: row 39
#[tokio::test]
async fn claims_that_come_through_the_browser_are_nobodys() {
    let mut town = Town::begin().await;
    let profile = "sub=s-binh&TechID=binh&SoDinhDanh=024185001234&HoVaTen=B&LoaiTaiKhoan=1&loAs=LoA3";
    let page = town.browser.open(&format!("/upstream/vnconnect/callback?{profile}")).await;
    expect_trouble(page, 410, "upstream-over");
    let fields: Vec<(&str, &str)> = profile.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let location = posted(&town, &fields).await.unwrap();
    expect_trouble(town.browser.come_back(&location).await, 410, "upstream-over");
    let json = Request::post("/upstream/vnconnect/callback")
        .header(header::HOST, "id.example.gov.vn")
        .header(header::CONTENT_TYPE, "application/json")
        .body("{\"sub\":\"s-binh\",\"SoDinhDanh\":\"024185001234\"}".into())
        .unwrap();
    assert_eq!(town.browser.send_raw(json).await.status, 415);
    assert!(!is_signed_in(&mut town.browser).await);
    // Beside a good answer they change nothing of what the back channel says.
    let there = town.leave().await;
    let back = format!("{}&{}", town.portal.sign_in(&there), profile.replace("024185001234", "024185007777"));
    let page = town.browser.come_back(&back).await;
    let tokens = town.tokens(page).await;
    let userinfo: Value = town.service.userinfo(&tokens.field("access_token")).await.json();
    assert_eq!((&userinfo["identity_number"], &userinfo["name"]), (&"024185001234".into(), &"Trần Thị Bình".into()));
}

#[tokio::test]
async fn an_answer_that_says_one_thing_twice_is_none() {
    let mut town = Town::begin().await;
    let there = town.leave().await;
    let back = town.portal.sign_in(&there);
    expect_trouble(town.browser.open(&format!("{back}&state=other")).await, 400, "upstream-malformed");
    expect_trouble(town.browser.open(&format!("{back}&code={}", "c".repeat(4097))).await, 400, "upstream-malformed");
    // Nothing was used up by that.
    let page = town.browser.come_back(back.as_str()).await;
    town.tokens(page).await.fields();
}

// security: row 2
#[tokio::test]
async fn an_address_cannot_say_where_to_go_on_to() {
    let mut town = Town::begin().await;
    for next in ["https://evil.example", "//evil.example", "/account"] {
        let mut browser = town.idp.browser();
        let start = format!("/upstream/vnconnect/start?next={next}&flow=forged");
        let there = browser.open(&start).await.expect_away(&town.portal.base);
        assert!(!there.as_str().contains("evil"));
        let back = format!("{}&next={next}", town.portal.sign_in(&there));
        let _ = browser.come_back(&back).await.expect("home");
    }
    // Nor can it take away what the person was on the way to.
    let there = town.leave().await;
    let page = town.browser.come_back(&format!("{}&next=security", town.portal.sign_in(&there))).await;
    town.tokens(page).await.fields();
}
