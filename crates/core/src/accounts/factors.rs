//! Looking after the ways to prove who one is: what is enrolled, adding, removing. All of it behind [`Confirmed`]; the
//! owner is mailed about each change, and each is audited.

use super::six_digits::six_digits;
use super::{Accounts, Confirmed, Failure, Letters, SignedIn};
use crate::audit::{AuditEntry, AuditKind};
use crate::authenticator::Seed;
use crate::credential::{Credential, CredentialKind, Factors};
use crate::ctx::Ctx;
use crate::digest::DigestPurpose;
use crate::ids::{AccountId, CredentialId, SessionId};
use crate::outbox::{OutboxRow, SecurityChange};
use crate::ports::SealPurpose;
use crate::profile::Account;
use crate::recovery_code::{LIST, RecoveryCode};
use crate::store::{StoreError, StoreResult, Tx};
use crate::time::{Span, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// How long a page that shows a seed can be answered.
const OFFER_LIFETIME: Span = Span::minutes(30);

/// What is enrolled, as its owner sees it.
#[derive(Clone, Debug, Default)]
pub struct FactorsView {
    /// Authenticators, the oldest first.
    pub authenticators: Vec<FactorEntry>,
    /// Passkeys, the oldest first.
    pub passkeys: Vec<FactorEntry>,
    /// Remembered browsers, the oldest first.
    pub devices: Vec<FactorEntry>,
    /// Recovery codes that were not used.
    pub recovery_codes_left: usize,
    /// When the list of recovery codes was made, if there is one.
    pub recovery_codes_made_at: Option<Timestamp>,
}

/// One enrolled credential.
#[derive(Clone, Debug)]
pub struct FactorEntry {
    /// Its identity, to remove it by.
    pub id: CredentialId,
    /// What its owner calls it, or what the browser calls itself.
    pub name: String,
    /// When it was enrolled.
    pub added_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
}

/// A seed for an app, before a code proves that the app has it. Nothing is stored yet: the page carries it, sealed for
/// this session.
#[derive(Debug)]
pub struct AuthenticatorOffer {
    /// The seed.
    pub seed: Seed,
    /// What the page carries.
    pub sealed: String,
}

/// What came of the first code of an authenticator.
#[derive(Debug)]
pub enum AddAuthenticatorOutcome {
    /// It counts from now on.
    Added,
    /// Not six digits.
    Malformed(AuthenticatorOffer),
    /// Not a code of this seed at this time.
    Wrong(AuthenticatorOffer),
    /// There are as many as one account may have.
    TooMany,
    /// The page was open too long, was another session's, or was answered already.
    Over,
}

impl Accounts {
    /// What is enrolled.
    pub async fn view_factors(&self, ctx: &Ctx, owner: &Confirmed) -> Result<FactorsView, Failure> {
        let id = owner.account().id.clone();
        let all = self.store.read("view_factors", move |tx| tx.list_credentials(&id)).await?;
        let mut view = FactorsView::default();
        for credential in all {
            let good = credential.is_good(ctx.now);
            let entries = match credential.kind {
                CredentialKind::Authenticator => &mut view.authenticators,
                CredentialKind::Passkey => &mut view.passkeys,
                CredentialKind::Device => &mut view.devices,
                CredentialKind::RecoveryCode => {
                    view.recovery_codes_left += usize::from(good);
                    view.recovery_codes_made_at = Some(credential.created_at);
                    continue;
                }
            };
            if good {
                entries.push(FactorEntry {
                    id: credential.id,
                    name: credential.name,
                    added_at: credential.created_at,
                    last_used_at: credential.last_used_at,
                    expires_at: credential.expires_at,
                });
            }
        }
        Ok(view)
    }

    /// What somebody can take the second step with: for the hint on their page, and for the policy that wants it.
    pub async fn factors(&self, ctx: &Ctx, who: &SignedIn) -> Result<Factors, Failure> {
        let id = who.account.id.clone();
        Ok(Factors::of(&self.store.read("factors", move |tx| tx.list_credentials(&id)).await?, ctx.now))
    }

    /// Whether the policy wants this person to enrol an authenticator or a passkey before they go on.
    pub async fn must_enrol(&self, ctx: &Ctx, who: &SignedIn) -> Result<bool, Failure> {
        let wanted = self.settings.factors.required_for.contains(&who.account.class);
        Ok(wanted && !self.factors(ctx, who).await?.has_own())
    }

    /// A fresh seed to show.
    pub fn offer_authenticator(&self, ctx: &Ctx, owner: &Confirmed) -> AuthenticatorOffer {
        let seed = Seed::random(ctx.entropy());
        let plain = [&ctx.now.millis().to_be_bytes()[..], seed.as_bytes()].concat();
        let sealed = self.vault.seal(SealPurpose::Enrolment, &offer_context(owner), &plain, ctx.entropy());
        AuthenticatorOffer { seed, sealed: URL_SAFE_NO_PAD.encode(sealed) }
    }

    fn open_offer(&self, ctx: &Ctx, owner: &Confirmed, sealed: &str) -> Option<AuthenticatorOffer> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let plain = self.vault.open(SealPurpose::Enrolment, &offer_context(owner), &bytes).ok()?;
        let (made_at, seed) = plain.split_first_chunk::<8>()?;
        let made_at = Timestamp::from_millis(i64::from_be_bytes(*made_at));
        let offer = AuthenticatorOffer { seed: Seed::from_slice(seed)?, sealed: sealed.to_owned() };
        (ctx.now.since(made_at) < OFFER_LIFETIME).then_some(offer)
    }

    /// Adds an authenticator once a code proves that the app has the seed. That code is then used up.
    pub async fn add_authenticator(
        &self,
        ctx: &Ctx,
        owner: &Confirmed,
        sealed: &str,
        typed: &str,
    ) -> Result<AddAuthenticatorOutcome, Failure> {
        let Some(offer) = self.open_offer(ctx, owner, sealed) else {
            return Ok(AddAuthenticatorOutcome::Over);
        };
        let Some(code) = six_digits(typed) else {
            return Ok(AddAuthenticatorOutcome::Malformed(offer));
        };
        let Some(step) = offer.seed.accepted_step(&code, ctx.now, 0) else {
            return Ok(AddAuthenticatorOutcome::Wrong(offer));
        };
        let id = CredentialId::new(ctx.now, ctx.entropy());
        let account = &owner.account().id;
        let key = self.vault.digest(DigestPurpose::Credential, &[b"authenticator", offer.seed.as_bytes()]);
        let credential = Credential {
            sealed: Some(offer.seed.seal_for(account, &id, self.vault.as_ref(), ctx.entropy())),
            counter: step,
            ..fresh(ctx, owner, id, CredentialKind::Authenticator, key)
        };
        let news = self.news(ctx, owner, SecurityChange::AuthenticatorAdded, AuditKind::AuthenticatorAdded)?;
        Ok(match self.add_credential("add_authenticator", owner, credential, news).await? {
            Added::Yes => AddAuthenticatorOutcome::Added,
            Added::TooMany => AddAuthenticatorOutcome::TooMany,
            Added::AlreadyThere | Added::TooLate => AddAuthenticatorOutcome::Over,
        })
    }

    /// Makes a new list of recovery codes, shown this once; the list before no longer works. `None` when the session ended
    /// meanwhile.
    pub async fn make_recovery_codes(
        &self,
        ctx: &Ctx,
        owner: &Confirmed,
    ) -> Result<Option<Vec<RecoveryCode>>, Failure> {
        let codes: Vec<_> = (0..LIST).map(|_| RecoveryCode::random(ctx.entropy())).collect();
        let account = owner.account().id.clone();
        let rows: Vec<_> = codes
            .iter()
            .map(|code| {
                let key = code.key(&account, self.vault.as_ref());
                let id = CredentialId::new(ctx.now, ctx.entropy());
                fresh(ctx, owner, id, CredentialKind::RecoveryCode, key)
            })
            .collect();
        let news = self.news(ctx, owner, SecurityChange::RecoveryCodesMade, AuditKind::RecoveryCodesMade)?;
        let standing = Standing::of(owner);
        let made = self
            .store
            .tx("make_recovery_codes", move |tx| {
                if !standing.holds(tx)? {
                    return Ok(false);
                }
                tx.delete_credentials(&account, CredentialKind::RecoveryCode)?;
                rows.iter().try_for_each(|row| tx.insert_credential(row))?;
                news.write(tx)?;
                Ok(true)
            })
            .await?;
        Ok(made.then_some(codes))
    }

    /// Removes an authenticator, a passkey or a remembered browser of the owner; `false` when they have none of this id.
    pub async fn remove_credential(&self, ctx: &Ctx, owner: &Confirmed, id: &CredentialId) -> Result<bool, Failure> {
        let account = owner.account().id.clone();
        let all = self.store.read("find_credential", move |tx| tx.list_credentials(&account)).await?;
        let Some(credential) = all.into_iter().find(|credential| credential.id == *id) else {
            return Ok(false);
        };
        let (change, audit) = match credential.kind {
            CredentialKind::Authenticator => (SecurityChange::AuthenticatorRemoved, AuditKind::AuthenticatorRemoved),
            CredentialKind::Passkey => (SecurityChange::PasskeyRemoved, AuditKind::PasskeyRemoved),
            CredentialKind::Device => (SecurityChange::DevicesForgotten, AuditKind::DevicesForgotten),
            // A list is replaced as a whole: one code alone means nothing to its owner.
            CredentialKind::RecoveryCode => return Ok(false),
        };
        let news = self.news(ctx, owner, change, audit)?;
        let removed = self
            .store
            .tx("remove_credential", move |tx| {
                let removed = tx.delete_credential(&credential.account_id, &credential.id)?;
                if removed {
                    news.write(tx)?;
                }
                Ok(removed)
            })
            .await?;
        Ok(removed)
    }

    /// Forgets every remembered browser; how many.
    pub async fn forget_devices(&self, ctx: &Ctx, owner: &Confirmed) -> Result<u32, Failure> {
        let account = owner.account().id.clone();
        let news = self.news(ctx, owner, SecurityChange::DevicesForgotten, AuditKind::DevicesForgotten)?;
        let forgotten = self
            .store
            .tx("forget_devices", move |tx| {
                let forgotten = tx.delete_credentials(&account, CredentialKind::Device)?;
                if forgotten > 0 {
                    news.write(tx)?;
                }
                Ok(forgotten)
            })
            .await?;
        Ok(forgotten)
    }

    /// Adds a credential unless there are too many of its kind.
    pub(super) async fn add_credential(
        &self,
        name: &'static str,
        owner: &Confirmed,
        credential: Credential,
        news: News,
    ) -> Result<Added, Failure> {
        let standing = Standing::of(owner);
        let added = self
            .store
            .tx(name, move |tx| {
                if !standing.holds(tx)? {
                    return Ok(Added::TooLate);
                }
                let all = tx.list_credentials(&credential.account_id)?;
                if all.iter().filter(|one| one.kind == credential.kind).count() >= credential.kind.most() {
                    return Ok(Added::TooMany);
                }
                tx.insert_credential(&credential)?;
                news.write(tx)?;
                Ok(Added::Yes)
            })
            .await;
        match added {
            Err(StoreError::Conflict(_)) => Ok(Added::AlreadyThere),
            other => Ok(other?),
        }
    }

    /// What is written with every change: the mail to the owner, the entry of the audit trail.
    pub(super) fn news(
        &self,
        ctx: &Ctx,
        owner: &Confirmed,
        change: SecurityChange,
        kind: AuditKind,
    ) -> Result<News, Failure> {
        let account = owner.account();
        let mail = self.letters.security_change(ctx, account, &self.open_profile(account)?, change);
        Ok(News { mail, audit: AuditEntry::new(ctx, kind).account(&account.id).session(&owner.session().id) })
    }
}

/// What came of adding a credential.
pub(super) enum Added {
    Yes,
    TooMany,
    AlreadyThere,
    /// The session ended meanwhile.
    TooLate,
}

/// What must hold still in the transaction that adds something: "this was not me" ends the session and removes what was
/// added, and nothing may be added behind its back (`docs/adr/0014`).
struct Standing {
    account: AccountId,
    password_hash: String,
    session: SessionId,
}

impl Standing {
    fn of(owner: &Confirmed) -> Self {
        let (account, session) = (owner.account(), owner.session());
        Self {
            account: account.id.clone(),
            password_hash: account.password_hash.clone().unwrap_or_default(),
            session: session.id.clone(),
        }
    }

    /// Takes the lock on the account's row, then looks.
    fn holds(&self, tx: &mut dyn Tx) -> StoreResult<bool> {
        Ok(tx.confirm_password(&self.account, &self.password_hash)?
            && tx.find_session_by_id(&self.session)?.is_some_and(|session| session.ended_at.is_none()))
    }
}

/// Removes the authenticators, passkeys and recovery codes that were added at `since` or later: they may be a stranger's.
pub(super) fn remove_added_since(
    tx: &mut dyn Tx,
    letters: &Letters,
    ctx: &Ctx,
    account: &Account,
    since: Timestamp,
) -> StoreResult<()> {
    let mut removed = Vec::new();
    for one in tx.list_credentials(&account.id)?.iter().filter(|one| one.created_at >= since) {
        let kind = match one.kind {
            CredentialKind::Authenticator => AuditKind::AuthenticatorRemoved,
            CredentialKind::Passkey => AuditKind::PasskeyRemoved,
            CredentialKind::RecoveryCode => AuditKind::RecoveryCodesRemoved,
            CredentialKind::Device => continue,
        };
        if tx.delete_credential(&account.id, &one.id)? && !removed.contains(&kind) {
            tx.insert_audit(&AuditEntry::new(ctx, kind).account(&account.id))?;
            removed.push(kind);
        }
    }
    if removed.is_empty() {
        return Ok(());
    }
    let profile = account.open_profile(letters.vault.as_ref())?;
    let row = letters.security_change(ctx, account, &profile, SecurityChange::AddedLatelyRemoved);
    row.iter().try_for_each(|row| tx.insert_message(row))
}

/// A change, as its owner and the audit trail learn of it.
pub(super) struct News {
    mail: Option<OutboxRow>,
    audit: AuditEntry,
}

impl News {
    fn write(&self, tx: &mut dyn Tx) -> StoreResult<()> {
        self.mail.iter().try_for_each(|row| tx.insert_message(row))?;
        tx.insert_audit(&self.audit)
    }
}

/// A credential that was enrolled just now.
pub(super) fn fresh(
    ctx: &Ctx,
    owner: &Confirmed,
    id: CredentialId,
    kind: CredentialKind,
    key: crate::digest::Digest,
) -> Credential {
    Credential {
        id,
        account_id: owner.account().id.clone(),
        kind,
        key,
        name: String::new(),
        sealed: None,
        counter: 0,
        created_at: ctx.now,
        last_used_at: None,
        expires_at: None,
    }
}

/// A seed that one session was shown is nothing to another.
fn offer_context(owner: &Confirmed) -> Vec<u8> {
    format!("{}/{}", owner.account().id, owner.session().id).into_bytes()
}
