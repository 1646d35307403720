//! Each preset with as little as it needs, and each of its values set otherwise.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::house::{House, settings};
use super::provider::Provider;
use crate::settings::{Addresses, Resolved};
use crate::{Preset, SetupFault};
use portal_id_core::acr::{Aal, Ial};
use portal_id_core::profile::FactSource;

fn resolve(toml: &str) -> Result<Resolved, SetupFault> {
    Resolved::of(&settings(toml))
}

const SECRET: &str = "client_id = \"tinh\"\nclient_secret = \"s\"\n";

fn addresses(toml: &str) -> Addresses {
    resolve(&format!("id = \"u\"\n{SECRET}{toml}")).unwrap().addresses
}

#[test]
fn vnconnect_needs_no_more_than_our_name_and_secret_there() {
    let set = resolve(&format!("id = \"vnconnect\"\npreset = \"vnconnect\"\n{SECRET}")).unwrap();
    let at = |place: &str| Some(format!("https://xacthuc.dichvucong.gov.vn{place}"));
    let wanted = Addresses {
        issuer: at("/oauth2/token"),
        discovery: None,
        authorization: at("/oauth2/authorize"),
        token: at("/oauth2/token"),
        userinfo: at("/oauth2/userinfo"),
        jwks: at("/oauth2/jwks"),
        end_session: at("/oidc/logout"),
    };
    assert_eq!(set.addresses, wanted);
    assert_eq!((set.source, set.reaches(Ial(3), Aal(3))), (FactSource::NationalPortal, true));
    assert_eq!((set.ask_for(Ial(2), Aal(2)), set.ask_for(Ial(3), Aal(3))), (Some("LoA2"), Some("LoA3")));
    assert!(set.deep_link && !set.pkce && set.nonce);
    let test = addresses("preset = \"vnconnect\"\nbase_url = \"https://testxacthuc.dichvucong.gov.vn/\"");
    assert_eq!(test.token.as_deref(), Some("https://testxacthuc.dichvucong.gov.vn/oauth2/token"));
}

#[test]
fn the_other_presets_say_where_they_look() {
    let keycloak = addresses("preset = \"keycloak\"\nbase_url = \"https://sso.example/auth/realms/digo\"");
    assert_eq!(keycloak.issuer.as_deref(), Some("https://sso.example/auth/realms/digo"));
    let discovery = "https://sso.example/auth/realms/digo/.well-known/openid-configuration";
    assert_eq!(keycloak.discovery.as_deref(), Some(discovery));
    let wso2 = addresses("preset = \"wso2\"\nbase_url = \"https://login.example\"");
    assert_eq!(wso2.issuer.as_deref(), Some("https://login.example/oauth2/token"));
    assert_eq!(wso2.discovery.as_deref(), Some("https://login.example/oauth2/token/.well-known/openid-configuration"));
    let oidc = addresses("issuer = \"https://op.example/\"");
    assert_eq!(oidc.issuer.as_deref(), Some("https://op.example/"), "to the letter");
    assert_eq!(oidc.discovery.as_deref(), Some("https://op.example/.well-known/openid-configuration"));
}

#[test]
fn who_says_where_the_metadata_are_has_everything_from_there_but_what_is_set() {
    let at = "https://testxacthuc.example/oauth2/token/.well-known/openid-configuration";
    for preset in Preset::ALL {
        let head = format!("preset = \"{}\"\nclient_auth = \"client_secret_post\"", preset.as_str());
        let bare = Addresses { discovery: Some(at.to_owned()), ..Addresses::default() };
        for base in ["", "base_url = \"https://base.example\""] {
            assert_eq!(addresses(&format!("{head}\n{base}\ndiscovery_url = \"{at}\"")), bare, "{preset:?}");
        }
        let own = "issuer = \"https://own.example\"\njwks_uri = \"https://own.example/k\"\nend_session_endpoint = \"\"";
        let (issuer, jwks) = (Some("https://own.example".to_owned()), Some("https://own.example/k".to_owned()));
        let set = Addresses { issuer, jwks, ..bare };
        assert_eq!(addresses(&format!("{head}\ndiscovery_url = \"{at}\"\n{own}")), set, "{preset:?}");
    }
    // Metadata at the preset's own place say the endpoints, and must name the preset's issuer.
    let wso2 = addresses("preset = \"wso2\"\nbase_url = \"https://login.example\"");
    assert_eq!((wso2.authorization, wso2.token, wso2.jwks, wso2.end_session), (None, None, None, None));
    let without = addresses("preset = \"wso2\"\nbase_url = \"https://login.example\"\ndiscovery_url = \"\"");
    assert_eq!(without.jwks.as_deref(), Some("https://login.example/oauth2/jwks"), "without them it is what is known");
}

#[test]
fn vneid_says_what_is_still_to_be_set() {
    let bare = format!("id = \"vneid\"\npreset = \"vneid\"\nclient_auth = \"client_secret_post\"\n{SECRET}");
    let why = resolve(&bare).unwrap_err().to_string();
    for missing in ["vneid", "issuer", "token_endpoint", "jwks_uri"] {
        assert!(why.contains(missing), "{why}");
    }
    let set = resolve(&format!(
        "{bare}issuer = \"https://sso.example\"\ntoken_endpoint = \"https://sso.example/token\"\njwks_uri = \"https://sso.example/keys\"\nuserinfo_endpoint = \"https://sso.example/me\""
    ))
    .unwrap();
    assert_eq!(set.addresses.authorization.as_deref(), Some("https://sso.dancuquocgia.gov.vn/auth"));
    assert!(set.pkce && set.claims.logout_uri.is_some());
    let by_key = "id = \"vneid\"\npreset = \"vneid\"\nclient_id = \"t\"\ndiscovery_url = \"https://sso.example/d\"";
    assert!(resolve(by_key).unwrap_err().to_string().contains("private_key_file"));
}

/// Every field of the settings, set otherwise than any preset has it, is what comes out.
#[test]
fn every_value_of_every_preset_can_be_set_otherwise() {
    let own = r#"
        client_auth = "client_secret_basic"
        name = { vi = "Khác", en = "Other" }
        issuer = "https://own.example/iss"
        discovery_url = "https://own.example/d"
        authorization_endpoint = "https://own.example/a"
        token_endpoint = "https://own.example/t"
        userinfo_endpoint = "https://own.example/u"
        jwks_uri = "https://own.example/k"
        end_session_endpoint = "https://own.example/e"
        former_issuers = ["https://old.example"]
        scope = "openid own"
        acr_values = "own"
        extra_parameters = { own = "1" }
        answer_mode = "form_post"
        userinfo_signed = "always"
        logout = "all"
        backchannel_logout = false
        clock_skew_seconds = 7
        auth_time_required = true
        default_class = "organisation"
        classes = { own = "business" }
        default_level = { ial = 1, amr = ["sc"] }
        levels = [{ claim = "own", value = "x", ial = 2, amr = ["otp"], ask = "own" }]
        vouches_for = ["phone", "email"]
        [claims]
        subject = "own_subject"
        class = "own_class"
        full_name = ["own_name", "other_name"]
        birth_date = "own_birth"
        identity_number = "own_number"
        former_number = ""
        business_name = "own_business"
        business_code = "own_code"
        email = "own_email"
        phone = "own_phone"
        logout_uri = "own_logout"
    "#;
    for preset in Preset::ALL {
        for (yes, userinfo) in [(true, "get"), (false, "none")] {
            let head = format!(
                "id = \"own\"\npreset = \"{}\"\npkce = {yes}\nnonce = {yes}\nui_locales = {yes}\ndeep_link = {yes}\nuserinfo = \"{userinfo}\"\n{SECRET}",
                preset.as_str()
            );
            let set = resolve(&format!("{head}{own}")).unwrap();
            assert_eq!((set.pkce, set.nonce, set.ui_locales, set.deep_link), (yes, yes, yes, yes));
            // Debug shows all that was decided and no secret; where it came from must not show.
            let shown = format!("{set:?}");
            let first = format!("{:?}", resolve(&format!("{}{own}", head.replace(preset.as_str(), "oidc"))).unwrap());
            let source = |text: &str| text.replace("NationalPortal", "Provider");
            assert_eq!(source(&shown), source(&first), "{preset:?}");
            assert!(!shown.contains("dichvucong") && !shown.contains("TechID"), "{shown}");
        }
    }
}

#[test]
fn settings_that_cannot_work_are_refused_in_words() {
    let good = format!("id = \"u\"\nissuer = \"https://op.example\"\n{SECRET}");
    for (toml, word) in [
        (
            "id = \"u\"\nissuer = \"https://op.example\"\nclient_id = \"\"\nclient_secret = \"s\"".to_owned(),
            "client_id",
        ),
        ("id = \"u\"\nissuer = \"https://op.example\"\nclient_id = \"t\"".to_owned(), "client_secret_file"),
        ("id = \"u\"\nissuer = \"https://op.example\"\nclient_id = \"t\"\nclient_secret = \"\"".to_owned(), "empty"),
        (format!("{good}client_secret_file = \"/nowhere\""), "both set"),
        (format!("{good}client_auth = \"private_key_jwt\"\nprivate_key_file = \"/nowhere\""), "private_key_file"),
        (format!("{good}extra_parameters = {{ redirect_uri = \"https://evil.example\" }}"), "redirect_uri"),
        (format!("{good}token_endpoint = \"javascript:alert(1)\""), "token_endpoint"),
        (format!("{good}jwks_uri = \"https://u:p@op.example/\""), "jwks_uri"),
        (format!("{good}default_level = {{ ial = 4 }}"), "ial"),
        (format!("id = \"u\"\n{SECRET}"), "discovery_url"),
        (format!("{good}discovery_url = \"\""), "token_endpoint"),
    ] {
        let why = resolve(&toml).unwrap_err().to_string();
        assert!(why.contains(word) && why.contains("federation.upstreams, u:"), "{why}");
    }
    assert!(toml::from_str::<crate::UpstreamSettings>(&format!("{good}secrit = \"x\"")).is_err());
    assert!(toml::from_str::<crate::UpstreamSettings>(&good.replace("\"u\"", "\"U\"")).is_err());
}

// security: row 37
#[tokio::test]
async fn a_secret_and_the_addresses_it_was_made_for_are_told_apart() {
    let provider = Provider::start().await;
    let of = |more: &str| House::at(&provider, more).federation.secret_digests(&super::house::id()).unwrap();
    let (addresses, secret) = of("");
    assert_eq!(of("pkce = true\nscope = \"openid x\""), (addresses, secret), "other settings do not matter");
    for moved in [
        "issuer = \"https://evil.example\"",
        "token_endpoint = \"https://evil.example/token\"",
        "userinfo_endpoint = \"https://evil.example/me\"",
        "jwks_uri = \"https://evil.example/jwks\"",
        "authorization_endpoint = \"https://evil.example/a\"",
        "end_session_endpoint = \"https://evil.example/e\"",
        "discovery_url = \"https://evil.example/d\"",
    ] {
        let (now, same) = of(moved);
        assert!(now != addresses && same == secret, "{moved}");
    }
}
