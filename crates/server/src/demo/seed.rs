//! What the demonstration begins with: one client, one citizen and one business. All come in by the ways that everybody
//! uses.

use super::DemoInbox;
use crate::clients;
use crate::house::House;
use crate::jobs;
use anyhow::{Context as _, bail};
use portal_id_core::accounts::{
    ActivateOutcome, AddressForm, BusinessForm, CitizenForm, Contact, Field, RegisterOutcome,
};
use portal_id_core::client::{ClientMetadata, ClientSource, IdentityPolicy, SCOPES};
use portal_id_core::outbox::Channel;
use portal_id_core::secret::Secret;
use portal_id_core::signing_key::SigningAlgorithm;
use portal_id_core::time::Span;

const CLIENT_ID: &str = "sample-service";
const CLIENT_SECRET: &str = "sample-service-secret-for-the-demo-only";

/// An account that is ready from the start.
pub(super) struct Ready {
    pub(super) username: &'static str,
    pub(super) password: &'static str,
    pub(super) email: &'static str,
}

const CITIZEN: Ready = Ready { username: "nguyenvanan", password: "Cong-Dan-2026!", email: "nguyenvanan@example.vn" };
const BUSINESS: Ready =
    Ready { username: "vaithieumau", password: "Doanh-Nghiep-2026!", email: "vaithieumau@example.vn" };

/// Registers the sample service, or moves it to the address it has this time.
pub(super) async fn client(house: &House, service: &str) -> anyhow::Result<()> {
    let service = service.trim_end_matches('/');
    let metadata = ClientMetadata {
        client_name_en: Some("Sample public service".to_owned()),
        post_logout_redirect_uris: vec![format!("{service}/")],
        scope: SCOPES.join(" "),
        id_token_signed_response_alg: SigningAlgorithm::Es256,
        identity: IdentityPolicy::Any,
        ..ClientMetadata::named("Dịch vụ công mẫu", vec![format!("{service}/callback")])
    };
    put_client(house, CLIENT_ID, metadata, CLIENT_SECRET).await
}

/// Registers a client with a secret that everybody may know.
pub(super) async fn put_client(house: &House, id: &str, metadata: ClientMetadata, secret: &str) -> anyhow::Result<()> {
    let ctx = house.outside.job_ctx("demo-seed");
    let mut client = clients::new_client(&ctx, id, metadata, ClientSource::Demo);
    let digest = clients::secret_digest(house.vault.as_ref(), &client.id, &Secret::new(secret.to_owned()));
    clients::put_secret(&mut client, digest, Span::ZERO, ctx.now);
    clients::check(id, &client.metadata)?;
    house
        .store
        .tx("seed_demo_client", move |tx| if tx.update_client(&client)? { Ok(()) } else { tx.insert_client(&client) })
        .await?;
    Ok(())
}

/// Registers and activates the demo citizen, unless an earlier start did.
pub(super) async fn citizen(house: &House, inbox: &DemoInbox) -> anyhow::Result<()> {
    let form = CitizenForm {
        full_name: "Nguyễn Văn An".to_owned(),
        birth_date: "15/03/1985".to_owned(),
        identity_number: "024085001234".to_owned(),
        sex: String::new(),
        former_number: String::new(),
        contact: contact(&CITIZEN, "0912 345 678", "Số 1 đường Hùng Vương"),
    };
    let ctx = house.outside.job_ctx("demo-seed");
    let outcome = house.accounts.register_citizen(&ctx, &form).await?;
    make_ready(house, inbox, &CITIZEN, outcome).await
}

/// Registers and activates the demo business, unless an earlier start did. Its code is well-formed and nobody's: codes
/// of no province begin with 99.
pub(super) async fn business(house: &House, inbox: &DemoInbox) -> anyhow::Result<()> {
    let form = BusinessForm {
        business_name: "Công ty TNHH Vải Thiều Mẫu".to_owned(),
        business_code: "9900000016".to_owned(),
        contact: contact(&BUSINESS, "0912 345 679", "Số 2 đường Hùng Vương"),
    };
    let ctx = house.outside.job_ctx("demo-seed");
    let outcome = house.accounts.register_business(&ctx, &form).await?;
    make_ready(house, inbox, &BUSINESS, outcome).await
}

/// How a demo account is reached and signs in; its address is in the ward Bắc Giang.
pub(super) fn contact(who: &Ready, phone: &str, street: &str) -> Contact {
    Contact {
        username: who.username.to_owned(),
        phone: phone.to_owned(),
        email: who.email.to_owned(),
        address: AddressForm {
            era: "2025".to_owned(),
            province_code: "24".to_owned(),
            ward_code: "07210".to_owned(),
            street: street.to_owned(),
            ..AddressForm::default()
        },
        password: who.password.to_owned(),
        password_confirmation: who.password.to_owned(),
    }
}

/// Activates what was just registered, by the link in its mail.
pub(super) async fn make_ready(
    house: &House,
    inbox: &DemoInbox,
    who: &Ready,
    registered: RegisterOutcome,
) -> anyhow::Result<()> {
    match registered {
        RegisterOutcome::Accepted { .. } => {}
        RegisterOutcome::Refused(errors) if errors.get(Field::Username).is_some() => return Ok(()),
        other => bail!("the demo account {} was refused: {other:?}", who.username),
    }
    jobs::deliver_once(house, Channel::Email).await?;
    let token = inbox
        .newest_link_token(who.email)
        .with_context(|| format!("the activation mail of the demo account {} did not arrive", who.username))?;
    let ctx = house.outside.job_ctx("demo-seed");
    match house.accounts.activate(&ctx, &token, who.password).await? {
        ActivateOutcome::Activated => Ok(()),
        other => bail!("the demo account {} could not be activated: {other:?}", who.username),
    }
}
