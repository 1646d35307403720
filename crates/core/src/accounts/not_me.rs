//! "This was not me": the link in a mail about a sign-in or a new password, and what its button does (`docs/adr/0014`).

use super::ending::{self, Which};
use super::limits::{self, Limited};
use super::mailed_link::find_good;
use super::messages::Letters;
use super::remembered::forget_all;
use super::{Accounts, Failure, NewPasswordTicket};
use crate::audit::{AuditEntry, AuditKind};
use crate::credential::CredentialKind;
use crate::ctx::Ctx;
use crate::digest::{Digest, DigestPurpose};
use crate::facts::Email;
use crate::link::{LinkPurpose, MailedLink};
use crate::outbox::{Message, OutboxRow, SecurityChange};
use crate::ports::Vault;
use crate::profile::{Account, IdentifierKind};
use crate::secret::Secret;
use crate::store::{StoreError, StoreResult, Tx};
use crate::throttle::Rule;
use crate::time::{Span, Timestamp};

/// What the page behind the link shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotMeView {
    /// The link works.
    Ready {
        /// The username.
        username: String,
    },
    /// Used, expired, unknown, or of an address that the account no longer has.
    Over,
}

/// What came of pressing the button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotMeOutcome {
    /// Every session has ended, and the password opens none any more. Whoever holds the ticket and knows the password
    /// can set another at once; there is none for an account that has no password.
    Ended(Option<NewPasswordTicket>),
    /// The link no longer works.
    Over,
}

/// A mail with the link, to be written in one transaction.
pub(super) struct NotMeLetter {
    link: MailedLink,
    row: OutboxRow,
    limit: Digest,
    rule: Rule,
}

impl NotMeLetter {
    /// Writes both, unless the owner got too many mails of this kind: then they know.
    pub(super) fn post(&self, tx: &mut dyn Tx) -> StoreResult<()> {
        if limits::mark(tx, &self.limit, &self.rule, self.link.created_at)?.is_err() {
            return Ok(());
        }
        tx.insert_link(&self.link)?;
        tx.insert_message(&self.row)
    }
}

impl Letters {
    /// A mail to the owner with a fresh link, whose days `message` is told; as many as `limited` allows.
    pub(super) fn with_not_me(
        &self,
        ctx: &Ctx,
        (account, email): (&Account, &Email),
        limited: &Limited<'_>,
        message: impl FnOnce(String, i64) -> Message,
    ) -> NotMeLetter {
        let secret = Secret::random(ctx.entropy());
        let link = MailedLink {
            secret: digest(self.vault.as_ref(), secret.expose()),
            purpose: LinkPurpose::NotMe,
            account_id: account.id.clone(),
            email: IdentifierKind::Email.digest(self.vault.as_ref(), &email.compare_key()),
            browser: None,
            created_at: ctx.now,
            expires_at: ctx.now + Span::days(self.not_me_days),
            used_at: None,
        };
        let address = format!("{}/sign-in/not-me?token={}", self.public_url, secret.expose());
        let row = self.news(ctx, email, account.language, message(address, self.not_me_days));
        NotMeLetter { link, row, limit: limited.key(self.vault.as_ref()), rule: self.mails.clone() }
    }
}

fn digest(vault: &dyn Vault, secret: &str) -> Digest {
    vault.digest(DigestPurpose::MailedLink, &[b"not-me", secret.as_bytes()])
}

impl Accounts {
    /// How the link stands. Changes nothing.
    pub async fn view_not_me(&self, ctx: &Ctx, secret: &str) -> Result<NotMeView, Failure> {
        Ok(match self.find_not_me(ctx, secret).await? {
            Some((_, account)) => NotMeView::Ready { username: self.letters.called(&account) },
            None => NotMeView::Over,
        })
    }

    async fn find_not_me(&self, ctx: &Ctx, secret: &str) -> Result<Option<(MailedLink, Account)>, Failure> {
        let (digest, now) = (digest(self.vault.as_ref(), secret), ctx.now);
        let found = self
            .store
            .read("find_not_me", move |tx| {
                let found = find_good(tx, LinkPurpose::NotMe, &digest, now)?;
                Ok(found.map(|(link, account, _)| (link, account)))
            })
            .await?;
        Ok(found)
    }

    /// Ends every session of the link's account with what it gave, takes the trust from its password, and removes what a
    /// stranger may have added. Once.
    pub async fn disown_sign_in(&self, ctx: &Ctx, secret: &str) -> Result<NotMeOutcome, Failure> {
        let Some((link, account)) = self.find_not_me(ctx, secret).await? else {
            return Ok(NotMeOutcome::Over);
        };
        let (at, owner, letters) = (ctx.clone(), account.clone(), self.letters.clone());
        let absolute = Span::hours(self.settings.sessions.absolute_hours);
        let ended = self
            .store
            .tx("disown_sign_in", move |tx| {
                let id = &owner.id;
                let oldest = tx.find_oldest_good_link(LinkPurpose::NotMe, id, at.now)?;
                let told_since = oldest.map_or(link.created_at, |oldest| oldest.created_at);
                // The browser of this very moment is not known any more either.
                let devices_known_from = at.now + Span::millis(1);
                if !tx.take_link(LinkPurpose::NotMe, &link.secret, at.now)?
                    || !tx.distrust_password(id, at.now, devices_known_from)?
                {
                    // Nothing of it may remain, the used link included.
                    return Err(StoreError::Conflict("not_me".to_owned()));
                }
                // In this order: a code given meanwhile either finds its challenge gone, or began a session that ends.
                tx.delete_challenges_of_account(id)?;
                // So does a passkey used meanwhile: what begins sessions goes before them.
                forget_all(tx, &letters, &at, &owner)?;
                remove_added_since(tx, &letters, &at, &owner, told_since - absolute)?;
                ending::end(tx, &letters, &at, Which::All(id))?;
                tx.insert_audit(&AuditEntry::new(&at, AuditKind::SignInDisowned).account(id))
            })
            .await;
        match ended {
            Err(StoreError::Conflict(_)) => Ok(NotMeOutcome::Over),
            Err(other) => Err(other.into()),
            Ok(()) => {
                let ticket = account.password_hash.is_some().then(|| self.ticket_of_mailbox(ctx, &account));
                Ok(NotMeOutcome::Ended(ticket))
            }
        }
    }
}

/// Removes the authenticators, passkeys, recovery codes and links that were added at `since` or later: they may be a stranger's.
fn remove_added_since(
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
    // But never the link that the account was made by: it is the way in of whoever it was made for.
    let links = tx.list_upstream_links(&account.id)?;
    for link in links.iter().filter(|link| link.created_at >= since && link.created_at > account.created_at) {
        if tx.delete_upstream_link(&account.id, &link.id)? {
            let entry = AuditEntry::new(ctx, AuditKind::UpstreamUnlinked).upstream(&link.upstream);
            tx.insert_audit(&entry.account(&account.id))?;
            removed.push(AuditKind::UpstreamUnlinked);
        }
    }
    if removed.is_empty() {
        return Ok(());
    }
    let profile = account.open_profile(letters.vault.as_ref())?;
    let mail = letters.security_change(ctx, account, &profile, SecurityChange::AddedLatelyRemoved);
    mail.iter().try_for_each(|mail| mail.post(tx, ctx.now))
}
