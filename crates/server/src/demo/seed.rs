//! What the demonstration begins with: one client and one citizen. Both come in by the ways that everybody uses.

use super::DemoInbox;
use crate::clients;
use crate::house::House;
use crate::jobs;
use anyhow::{Context as _, bail};
use portal_id_core::accounts::{ActivateOutcome, AddressForm, CitizenForm, Field, RegisterOutcome};
use portal_id_core::client::{ClientAuthMethod, ClientMetadata, ClientSource, IdentityPolicy, SCOPES};
use portal_id_core::outbox::Channel;
use portal_id_core::secret::Secret;
use portal_id_core::signing_key::SigningAlgorithm;
use portal_id_core::time::Span;

const CLIENT_ID: &str = "sample-service";
const CLIENT_SECRET: &str = "sample-service-secret-for-the-demo-only";
const USERNAME: &str = "nguyenvanan";
const PASSWORD: &str = "Cong-Dan-2026!";
const EMAIL: &str = "nguyenvanan@example.vn";

/// Registers the sample service, or moves it to the address it has this time.
pub(super) async fn client(house: &House, service: &str) -> anyhow::Result<()> {
    let ctx = house.outside.job_ctx("demo-seed");
    let service = service.trim_end_matches('/');
    let metadata = ClientMetadata {
        client_name: "Dịch vụ công mẫu".to_owned(),
        client_name_en: Some("Sample public service".to_owned()),
        redirect_uris: vec![format!("{service}/callback")],
        post_logout_redirect_uris: vec![format!("{service}/")],
        scope: SCOPES.join(" "),
        token_endpoint_auth_method: ClientAuthMethod::ClientSecretBasic,
        id_token_signed_response_alg: SigningAlgorithm::Es256,
        require_pkce: true,
        identity: IdentityPolicy::Any,
        first_party: false,
    };
    let mut client = clients::new_client(&ctx, CLIENT_ID, metadata, ClientSource::Demo);
    let digest = clients::secret_digest(house.vault.as_ref(), &client.id, &Secret::new(CLIENT_SECRET.to_owned()));
    clients::put_secret(&mut client, digest, Span::ZERO, ctx.now);
    clients::check(CLIENT_ID, &client.metadata)?;
    house
        .store
        .tx("seed_demo_client", move |tx| if tx.update_client(&client)? { Ok(()) } else { tx.insert_client(&client) })
        .await?;
    Ok(())
}

/// Registers and activates the demo citizen, unless an earlier start did.
pub(super) async fn citizen(house: &House, inbox: &DemoInbox) -> anyhow::Result<()> {
    let ctx = house.outside.job_ctx("demo-seed");
    let form = CitizenForm {
        full_name: "Nguyễn Văn An".to_owned(),
        birth_date: "15/03/1985".to_owned(),
        username: USERNAME.to_owned(),
        phone: "0912 345 678".to_owned(),
        email: EMAIL.to_owned(),
        identity_number: "024085001234".to_owned(),
        address: AddressForm {
            era: "2025".to_owned(),
            province_code: "24".to_owned(),
            ward_code: "07210".to_owned(),
            street: "Số 1 đường Hùng Vương".to_owned(),
            ..AddressForm::default()
        },
        password: PASSWORD.to_owned(),
        password_confirmation: PASSWORD.to_owned(),
    };
    match house.accounts.register_citizen(&ctx, &form).await? {
        RegisterOutcome::Accepted => {}
        RegisterOutcome::Refused(errors) if errors.get(Field::Username).is_some() => return Ok(()),
        other => bail!("the demo citizen was refused: {other:?}"),
    }
    jobs::deliver_once(house, Channel::Email).await?;
    let token = inbox.newest_link_token(EMAIL).context("the demo citizen's activation mail did not arrive")?;
    match house.accounts.activate(&ctx, &token, PASSWORD).await? {
        ActivateOutcome::Activated => Ok(()),
        other => bail!("the demo citizen could not be activated: {other:?}"),
    }
}
