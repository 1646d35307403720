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
const USUAL_PORT: u16 = 8082;
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

/// Where it shall be.
#[derive(Clone, Copy)]
pub(super) struct Place {
    port: u16,
    /// Whether somebody asked for that very port.
    asked_for: bool,
}

impl Place {
    /// As the command line says; `None` for none.
    pub(super) const fn of(port: Option<u16>) -> Option<Self> {
        match port {
            Some(0) => None,
            Some(port) => Some(Self { port, asked_for: true }),
            None => Some(Self { port: USUAL_PORT, asked_for: false }),
        }
    }
}

/// The stand-in, ready to be served.
pub(super) struct NationalPortal {
    port: u16,
    site: Site,
    listener: TcpListener,
}

impl NationalPortal {
    /// Makes it in a folder below `data`, for the province at `issuer`; `None` when its usual port is taken, and nobody
    /// asked for that one.
    pub(super) async fn open(
        place: Place,
        data: &Path,
        issuer: &str,
        clock: &Arc<dyn Clock>,
    ) -> anyhow::Result<Option<Self>> {
        let at = place.port;
        let listener = match TcpListener::bind((Ipv4Addr::LOCALHOST, at)).await {
            Ok(listener) => listener,
            Err(error) if !place.asked_for => {
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::SystemClock;
    use portal_id_core::profile::Identifier;

    async fn open(port: u16, asked_for: bool, data: &Path) -> anyhow::Result<Option<NationalPortal>> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        NationalPortal::open(Place { port, asked_for }, data, "http://localhost:8080", &clock).await
    }

    async fn free_port() -> u16 {
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap().local_addr().unwrap().port()
    }

    #[tokio::test]
    async fn it_opens_twice_on_one_folder_and_the_province_can_be_told_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port().await;
        let mut secrets = Vec::new();
        for port in [port, free_port().await] {
            let portal = open(port, true, folder.path()).await.unwrap().unwrap();
            let federation = portal.federation().unwrap();
            federation.check().unwrap();
            let upstream = &federation.upstreams[0];
            assert_eq!(upstream.issuer.as_deref(), Some(portal.site.house.provider.issuer()));
            secrets.push(upstream.client_secret.clone().unwrap());
        }
        assert_ne!(secrets[0].expose(), secrets[1].expose(), "another address, another secret (security.md row 37)");
    }

    #[tokio::test]
    async fn it_vouches_for_its_people_s_numbers() {
        let folder = tempfile::tempdir().unwrap();
        let portal = open(free_port().await, true, folder.path()).await.unwrap().unwrap();
        let sources = portal.site.house.store.read("numbers", |tx| {
            let mut sources = Vec::new();
            for who in [&CITIZEN, &CITIZEN_OF_BOTH, &BUSINESS] {
                let account = tx.find_account_by_username(who.username)?.unwrap();
                let known = tx.list_identifiers(&account.id)?.into_iter();
                sources.extend(known.filter(Identifier::is_verified).map(|known| (known.kind, known.source)));
            }
            Ok(sources)
        });
        let mut numbers = sources.await.unwrap();
        numbers.retain(|(kind, _)| *kind != IdentifierKind::Email);
        let of = |kind| (kind, FactSource::NationalPortal);
        let number = of(IdentifierKind::IdentityNumber);
        assert_eq!(numbers, [number, number, of(IdentifierKind::BusinessCode)]);
    }

    #[tokio::test]
    async fn a_demonstration_whose_usual_port_is_taken_goes_without_it_unless_the_port_was_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = taken.local_addr().unwrap().port();
        let refused = open(port, true, folder.path()).await.err().unwrap();
        assert!(format!("{refused:#}").contains("--national-portal-port"), "{refused:#}");
        assert!(open(port, false, folder.path()).await.unwrap().is_none());
        assert!(Place::of(Some(0)).is_none());
        assert!(Place::of(None).is_some_and(|place| place.port == USUAL_PORT && !place.asked_for));
    }
}
