//! The way to a provider.

use super::{swapped, usual};
use crate::upstream::web::{SCOPE, Town, is_signed_in};
use portal_id_testkit::Page;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::service::parameter;

/// Where somebody is who went that way and came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    AtTheService,
    AtTheirAccount,
    AtHome,
    /// They never left: the address is longer than any of ours.
    Here,
}
use Ends::{AtHome, AtTheService, AtTheirAccount, Here};

impl Ends {
    fn of(page: &Page, service: &str) -> Self {
        match (page.status().as_u16(), page.name().as_str()) {
            (303, _) if page.url.as_str().starts_with(service) => AtTheService,
            (200, "account") => AtTheirAccount,
            (200, "home") => AtHome,
            (414, "error") => Here,
            (status, name) => panic!("{status} {name}: {}", page.words()),
        }
    }
}

async fn start(town: &mut Town, pairs: &[(&str, &str)]) -> Page {
    town.idp.advance(Span::seconds(1)).await;
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let page = town.browser.open(&format!("/upstream/vnconnect/start?{query}")).await;
    if page.status() != 303 {
        return page;
    }
    let there = page.expect_away(&town.portal.base);
    assert!(!there.as_str().contains("evil") && there.query_pairs().all(|(name, _)| name != "next" && name != "flow"));
    town.come_back(&there).await
}

/// The pending request of a service, as the sign-in page of this browser has it.
async fn pending(town: &mut Town) -> String {
    let page = town.browser.open(town.service.authorize_url(SCOPE).as_str()).await.expect("sign-in");
    let button = page.link("by-vnconnect").expect("the button");
    parameter(&page.url.join(&button).unwrap(), "flow").expect("a pending request")
}

// security: rows 2, 10, 36
#[tokio::test]
async fn every_parameter_of_the_way_to_a_provider_leads_where_it_should_or_is_passed_over() {
    let mut town = Town::begin().await;
    let service = town.service.redirect_uri.clone();
    let of_other = pending(&mut town).await;
    let mut tries: Vec<(&str, String, Option<Vec<String>>, Ends)> = Vec::new();
    for (name, good, end) in [("flow", "", AtTheService), ("next", "account", AtTheirAccount), ("again", "1", AtHome)] {
        tries.push((name, "good".to_owned(), (name != "flow").then(|| vec![good.to_owned()]), end));
        for (how, values) in usual(good) {
            // A request with a parameter twice is read as one with none.
            let ends = if how == "endless" { Here } else { AtHome };
            let own_twice = name == "flow" && how == "twice";
            tries.push((name, how.to_owned(), (!own_twice).then_some(values), ends));
        }
        let mut wrong = vec!["https://evil.example", "//evil.example", "/account", "\u{202e}", "null", "<script>"];
        wrong.extend(["Account", "ACCOUNT", " account", "account/", "2", "LEVEL"]);
        tries.extend(wrong.into_iter().map(|value| (name, value.to_owned(), Some(vec![value.to_owned()]), AtHome)));
    }
    tries.push(("flow", "of another browser".to_owned(), Some(vec![of_other]), AtHome));
    for (name, how, values, expected) in tries {
        let what = format!("{name} {how}");
        town.browser = town.idp.browser();
        let flow = pending(&mut town).await;
        // For `flow` alone the good value is that of the browser.
        let values = values.unwrap_or_else(|| vec![flow.clone(); if how == "twice" { 2 } else { 1 }]);
        let pairs: Vec<_> = values.iter().map(|value| (name, value.as_str())).collect();
        let page = start(&mut town, &pairs).await;
        assert_eq!(Ends::of(&page, &service), expected, "{what}");
        assert!(!page.html().contains("<script>"), "{what}");
        assert_eq!(is_signed_in(&mut town.browser).await, expected != Here, "{what}");
        // Nothing of it stays: in the same browser the service's request still goes through.
        let page = start(&mut town, &[("flow", &flow)]).await;
        assert_eq!(Ends::of(&page, &service), AtTheService, "{what}: then the honest way");
        town.service.redeem(&page.url).await.fields();
    }
    let mut other = vec![];
    for spoil in [swapped, |flow: &str| flow[1..].to_owned(), |flow: &str| format!("{flow}A")] {
        town.browser = town.idp.browser();
        let flow = pending(&mut town).await;
        let page = start(&mut town, &[("flow", &spoil(&flow))]).await;
        other.push(Ends::of(&page, &service));
    }
    assert_eq!(other, [AtHome; 3], "altered, a pending request is none");
    let page = start(
        &mut town,
        &[("redirect_uri", "https://evil.example/callback"), ("state", "x"), ("code", "y"), ("iss", "z")],
    )
    .await;
    assert_eq!(Ends::of(&page, &service), AtHome, "what is of other addresses is nothing here");
}
