//! The end of an authorization: the code and what is remembered with it.

use super::outcome::AuthorizeOutcome;
use super::request::Request;
use crate::error::AuthorizationFault;
use crate::provider::Provider;
use crate::redirect::{ClientRedirect, ReturnAddress};
use crate::settings::OidcSettings;
use crate::subject;
use portal_id_core::accounts::{Failure, SignedIn};
use portal_id_core::audit::{AuditEntry, AuditKind};
use portal_id_core::client::{Client, ordered_scopes};
use portal_id_core::consent::Consent;
use portal_id_core::ctx::Ctx;
use portal_id_core::digest::{Digest, DigestPurpose};
use portal_id_core::grant::Grant;
use portal_id_core::ids::GrantId;
use portal_id_core::ports::Vault;
use portal_id_core::secret::Secret;
use portal_id_core::store::{SessionClient, StoreError};
use portal_id_core::time::Timestamp;

/// Why no code was issued.
const SESSION_OVER: &str = "sessions.ended";

/// What is remembered instead of a code.
pub(crate) fn code_digest(vault: &dyn Vault, code: &str) -> Digest {
    vault.digest(DigestPurpose::AuthorizationCode, &[code.as_bytes()])
}

/// The remembered consent, with `scopes` added to what was allowed before.
pub(super) fn widened(
    remembered: Option<Consent>,
    who: &SignedIn,
    client: &Client,
    scopes: &[String],
    now: Timestamp,
) -> Consent {
    let before = remembered.map(|consent| consent.scopes).unwrap_or_default();
    Consent {
        account_id: who.account.id.clone(),
        client_id: client.id.clone(),
        scopes: ordered_scopes(before.iter().chain(scopes).map(String::as_str)),
        granted_at: now,
    }
}

/// An authorization with nothing left to ask.
pub(super) struct Approved<'a> {
    pub(super) client: &'a Client,
    pub(super) who: &'a SignedIn,
    pub(super) request: Request,
    /// The consent it rests on, if that is new.
    pub(super) consent: Option<Consent>,
    /// The consent it rests on, if that is remembered.
    pub(super) rests_on: Option<Consent>,
}

impl Provider {
    /// Remembers the grant, with the consent it rests on if that is new, and answers with the code. `None` when the
    /// remembered consent was withdrawn meanwhile: nothing is given on its word (security.md row 22).
    pub(super) async fn issue_code(
        &self,
        ctx: &Ctx,
        address: ReturnAddress,
        approved: Approved<'_>,
    ) -> Result<Option<AuthorizeOutcome>, Failure> {
        let code = Secret::random(ctx.entropy());
        let key = Key { id: GrantId::new(ctx.now, ctx.entropy()), code: code_digest(self.vault(), code.expose()) };
        let mut grant = new_grant(ctx.now, self.settings(), key, &address, &approved);
        let Approved { client, who, consent, rests_on, .. } = approved;
        let (client_of_subject, fresh, now) = (client.clone(), subject::fresh(ctx.entropy()), ctx.now);
        let audit =
            |kind| AuditEntry::new(ctx, kind).account(&who.account.id).client(&client.id).session(&who.session.id);
        let issued = audit(AuditKind::CodeIssued);
        let consent = consent.map(|consent| (consent, audit(AuditKind::ConsentGranted)));
        let issued = self
            .store()
            .tx("issue_code", move |tx| {
                // First, since nothing may be written when it fails: this transaction then ends well, with nothing done.
                if let Some(consent) = &rests_on
                    && !tx.hold_consent(consent)?
                {
                    return Ok(false);
                }
                grant.subject = subject::decide(tx, &client_of_subject, &grant.account_id, &fresh, now)?;
                if !tx.note_client_of_session(&reached(&grant), now)? {
                    return Err(StoreError::Conflict(SESSION_OVER.to_owned()));
                }
                if let Some((consent, granted)) = &consent {
                    tx.put_consent(consent)?;
                    tx.insert_audit(granted)?;
                }
                tx.insert_grant(&grant)?;
                tx.insert_audit(&issued)?;
                Ok(true)
            })
            .await;
        Ok(match issued {
            Ok(issued) => issued.then(|| AuthorizeOutcome::Redirect(ClientRedirect::code(address, &code))),
            // Ended since this request looked at it: nothing may be given in it any more.
            Err(StoreError::Conflict(key)) if key == SESSION_OVER => {
                let fault = AuthorizationFault::new("login_required", "the session has just ended");
                Some(super::refused(ctx, client, address, fault))
            }
            Err(other) => return Err(other.into()),
        })
    }

    /// Remembers that the person refused.
    pub(super) async fn note_denial(&self, ctx: &Ctx, client: &Client, who: &SignedIn) -> Result<(), Failure> {
        let denied = AuditEntry::new(ctx, AuditKind::ConsentDenied)
            .account(&who.account.id)
            .client(&client.id)
            .session(&who.session.id);
        self.store().tx("deny_consent", move |tx| tx.insert_audit(&denied)).await?;
        Ok(())
    }
}

/// The note by which the client is told when the session ends: the grant itself may be gone by then.
fn reached(grant: &Grant) -> SessionClient {
    SessionClient {
        session_id: grant.session_id.clone(),
        client_id: grant.client_id.clone(),
        subject: grant.subject().to_owned(),
    }
}

/// What the code stands for.
struct Key {
    id: GrantId,
    code: Digest,
}

fn new_grant(
    now: Timestamp,
    settings: &OidcSettings,
    key: Key,
    address: &ReturnAddress,
    approved: &Approved<'_>,
) -> Grant {
    let Approved { client, who, request, .. } = approved;
    let code_expires_at = now + settings.code_life();
    let offline = request.scopes.iter().any(|scope| scope == "offline_access");
    // A replayed code has to find its grant for as long as a token of it works.
    let expires_at =
        if offline { now + settings.refresh_absolute() } else { code_expires_at + settings.access_token_life() };
    Grant {
        id: key.id,
        client_id: client.id.clone(),
        account_id: who.account.id.clone(),
        session_id: who.session.id.clone(),
        code: key.code,
        redirect_uri: address.to.as_str().to_owned(),
        scopes: request.scopes.clone(),
        nonce: request.nonce.clone(),
        code_challenge: request.code_challenge.clone(),
        auth_time: who.session.auth_time,
        amr: who.session.amr.clone(),
        ial: who.session.ial,
        issued_at: now,
        code_expires_at,
        code_used_at: None,
        generation: 0,
        rotated_at: None,
        idle_expires_at: None,
        expires_at,
        revoked_at: None,
        subject: None,
        claims: request.claims.kept.clone(),
        resources: request.resources.clone(),
    }
}
