//! The demonstration's stand-in for the national portal (decisions 16, 25): the same provider once more, at an address of
//! another site, with a folder, an inbox and people of its own, which speaks the claims of VNConnect. It vouches for its
//! people's numbers, as the real one does.

use super::seed::{self, Ready};
use super::{Site, demo_kek};
use crate::config::Config;
use crate::house::House;
use anyhow::Context as _;
use axum::Router;
use portal_id_core::accounts::{BusinessForm, CitizenForm};
use portal_id_core::claim_aliases::{AliasPreset, AliasSource, ClaimAliases};
use portal_id_core::client::{ClientAuthMethod, ClientMetadata, SCOPES};
use portal_id_core::language::LocalText;
use portal_id_core::profile::{FactSource, IdentifierKind};
use portal_id_core::signing_key::SigningAlgorithm;
use portal_id_core::time::Clock;
use portal_id_federation::FederationSettings;
use serde_json::json;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Where it is unless something else is there already.
pub(super) const USUAL_PORT: u16 = 8082;
/// The province's name there.
const CLIENT_ID: &str = "cong-tinh";
/// The id of the upstream, in the province's addresses.
const UPSTREAM: &str = "vnconnect";

const NAME: (&str, &str) = ("Cổng dịch vụ công quốc gia (bản mô phỏng)", "National public-service portal (simulation)");

/// Nobody at the province has her number.
const CITIZEN: Ready = Ready { username: "tranthibinh", password: "Quoc-Gia-2026!", email: "tranthibinh@example.vn" };
/// The province's demo citizen has his number.
const CITIZEN_OF_BOTH: Ready =
    Ready { username: "nguyenvanan", password: "Quoc-Gia-2026!", email: "nguyenvanan@example.vn" };
const BUSINESS: Ready = Ready { username: "mychumau", password: "Quoc-Gia-2026!", email: "mychumau@example.vn" };

/// The stand-in, ready to be served.
pub(super) struct NationalPortal {
    port: u16,
    site: Site,
    listener: TcpListener,
}

impl NationalPortal {
    /// Makes it on `port`, in a folder below `data`, for the province at `issuer`; `None` when it was not wanted (port 0),
    /// or when nobody named a port and the usual one is taken.
    pub(super) async fn open(
        port: Option<u16>,
        data: &Path,
        issuer: &str,
        clock: &Arc<dyn Clock>,
    ) -> anyhow::Result<Option<Self>> {
        let at = port.unwrap_or(USUAL_PORT);
        if at == 0 {
            return Ok(None);
        }
        let listener = match TcpListener::bind((Ipv4Addr::LOCALHOST, at)).await {
            Ok(listener) => listener,
            Err(error) if port.is_none() => {
                tracing::warn!(port = at, %error, "The demonstration goes without its national portal; see --national-portal-port.");
                return Ok(None);
            }
            Err(error) => {
                return Err(error)
                    .with_context(|| format!("port {at} is taken; choose another with --national-portal-port"));
            }
        };
        let folder = data.join("national-portal");
        std::fs::create_dir_all(&folder).with_context(|| format!("making the folder {}", folder.display()))?;
        let site = Site::open(Arc::clone(clock), demo_kek(&folder)?, |sinks| {
            let mut config = super::configuration(&folder, SocketAddr::from((Ipv4Addr::LOCALHOST, at)), sinks)?;
            config.oidc.issuer = base(at);
            brand(&mut config)?;
            // A browser that is remembered signs in by the password alone, which the national portal does not do.
            config.accounts.factors.remembered_device_days = 0;
            Ok(config)
        })
        .await?;
        client(&site.house, issuer, at).await?;
        people(&site).await?;
        Ok(Some(Self { port: at, site, listener }))
    }

    /// The section `federation` of a portal whose people may arrive from here.
    pub(super) fn federation(&self) -> anyhow::Result<FederationSettings> {
        let base = base(self.port);
        let at = |path: &str| format!("{base}{path}");
        let upstream = json!({
            "id": UPSTREAM, "preset": "vnconnect", "name": { "vi": NAME.0, "en": NAME.1 },
            "issuer": base, "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"),
            "userinfo_endpoint": at("/userinfo"), "jwks_uri": at("/jwks"), "end_session_endpoint": at("/sign-out"),
            "client_id": CLIENT_ID, "client_secret": secret(self.port),
            // Facts of the real one come with `openid`; ours tell each under its own scope.
            "scope": "openid profile email phone address identity organization",
            "ui_locales": true,
        });
        serde_json::from_value(json!({ "upstreams": [upstream] })).context("the settings of the stand-in")
    }

    /// Serves it until the process is told to stop.
    pub(super) async fn serve(self) -> anyhow::Result<()> {
        let router: Router = self.site.router();
        crate::serve::run(self.site.house, self.listener, router, None).await
    }
}

/// Another site than `localhost`, so that the browser really crosses sites.
fn base(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// Another one at each port: a secret that was used with one address must not be sent to another (security.md row 37).
fn secret(port: u16) -> String {
    format!("national-portal-secret-for-the-demo-only-{port}")
}

fn brand(config: &mut Config) -> anyhow::Result<()> {
    config.web.portal_name = LocalText::new(NAME.0, NAME.1);
    config.web.colours.primary = "#8f1d14".parse().context("the colour of the stand-in")?;
    Ok(())
}

/// Registers the province, or moves it to the address it has this time.
async fn client(house: &House, issuer: &str, port: u16) -> anyhow::Result<()> {
    let at = |path: &str| format!("{issuer}/upstream/{UPSTREAM}/{path}");
    let metadata = ClientMetadata {
        client_name_en: Some("Provincial public-service portal (demonstration)".to_owned()),
        post_logout_redirect_uris: vec![at("signed-out")],
        scope: SCOPES.join(" "),
        token_endpoint_auth_method: ClientAuthMethod::ClientSecretPost,
        id_token_signed_response_alg: SigningAlgorithm::Rs256,
        // Nobody who signs in with VNConnect sends a code challenge.
        require_pkce: false,
        first_party: true,
        claim_aliases: ClaimAliases {
            preset: Some(AliasPreset::Vnconnect),
            names: [("loAs".to_owned(), AliasSource::NumberAssurance)].into(),
        },
        backchannel_logout_uri: Some(at("backchannel-logout")),
        backchannel_logout_session_required: true,
        ..ClientMetadata::named("Cổng dịch vụ công tỉnh (bản mô phỏng)", vec![at("callback")])
    };
    seed::put_client(house, CLIENT_ID, metadata, &secret(port)).await
}

async fn people(site: &Site) -> anyhow::Result<()> {
    let Site { house, inbox, .. } = site;
    let citizen = |who: &Ready, name: &str, born: &str, number: &str, phone: &str| CitizenForm {
        full_name: name.to_owned(),
        birth_date: born.to_owned(),
        identity_number: number.to_owned(),
        sex: String::new(),
        former_number: String::new(),
        contact: seed::contact(who, phone, "Số 5 đường Lê Lợi"),
    };
    for (who, form) in [
        (&CITIZEN, citizen(&CITIZEN, "Trần Thị Bình", "28/02/1990", "024190001239", "0912 345 680")),
        (&CITIZEN_OF_BOTH, citizen(&CITIZEN_OF_BOTH, "Nguyễn Văn An", "15/03/1985", "024085001234", "0912 345 678")),
    ] {
        let outcome = house.accounts.register_citizen(&house.outside.job_ctx("demo-seed"), &form).await?;
        seed::make_ready(house, inbox, who, outcome).await?;
        vouch(house, who.username).await?;
    }
    let form = BusinessForm {
        business_name: "Hợp tác xã Mỳ Chũ Mẫu".to_owned(),
        business_code: "9900000023".to_owned(),
        contact: seed::contact(&BUSINESS, "0912 345 681", "Số 7 đường Lê Lợi"),
    };
    let outcome = house.accounts.register_business(&house.outside.job_ctx("demo-seed"), &form).await?;
    seed::make_ready(house, inbox, &BUSINESS, outcome).await?;
    vouch(house, BUSINESS.username).await
}

/// Marks the number of an account as what this portal vouches for.
async fn vouch(house: &House, username: &'static str) -> anyhow::Result<()> {
    let now = house.outside.clock.now();
    house
        .store
        .tx("vouch_for_demo_person", move |tx| {
            let Some(account) = tx.find_account_by_username(username)? else { return Ok(()) };
            for known in tx.list_identifiers(&account.id)? {
                let number = matches!(known.kind, IdentifierKind::IdentityNumber | IdentifierKind::BusinessCode);
                if number && !known.is_verified() {
                    tx.verify_identifier(&account.id, known.kind, &known.digest, FactSource::NationalPortal, now)?;
                }
            }
            Ok(())
        })
        .await?;
    Ok(())
}
