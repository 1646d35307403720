//! Activating: mailbox and password together (decisions 2). A GET never changes anything, since mail scanners open links.

use super::activating::Activating;
use super::limits::{self, Limited};
use super::ticket::TicketContent;
use super::{Accounts, Failure};
use crate::audit::{AuditEntry, AuditKind};
use crate::ctx::Ctx;
use crate::digest::{Digest, DigestPurpose};
use crate::ids::AccountId;
use crate::link::{LinkPurpose, LinkStanding, MailedLink};
use crate::profile::{Account, AccountState, IdentifierKind};
use crate::store::{StoreError, StoreResult, Tx};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What the page behind an activation link shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActivationView {
    /// The link works.
    Ready {
        /// The chosen username.
        username: String,
        /// The phone, masked.
        phone: String,
        /// Whether the password is asked: not in the browser that registered.
        needs_password: bool,
    },
    /// It was used: the account is active.
    Used,
    /// Its time is over; another can be sent.
    Expired,
    /// No such link, or its registration is gone.
    Unknown,
}

/// What came of pressing the button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActivateOutcome {
    /// Active now.
    Activated,
    /// The password was wrong, or there were too many tries: one text.
    Refused,
    /// The data belong to another account since; the registration was ended and both sides are told by mail (decisions 3,
    /// names no field).
    NotCompleted,
    /// The link no longer works.
    Link(ActivationView),
}

/// What came of asking for another activation mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResendOutcome {
    /// On its way.
    Sent,
    /// Too many mails.
    SlowDown {
        /// When another is allowed.
        until: Timestamp,
    },
    /// Nothing is waiting for activation there.
    Unknown,
}

/// Proof that somebody gave the right password of a registration that is not active yet: lets them ask for another
/// mail. Sealed, for this browser, for a quarter of an hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResendTicket(String);

impl ResendTicket {
    /// Takes a form's value in.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The form's value.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Serialize, Deserialize)]
struct Waiting {
    resend_activation_of: AccountId,
}

impl TicketContent for Waiting {
    const KIND: &'static [u8] = b"resend-ticket";
}

impl Accounts {
    fn activation_digest(&self, secret: &str) -> Digest {
        self.vault.digest(DigestPurpose::MailedLink, &[b"activation", secret.as_bytes()])
    }

    /// How the link with this secret stands. Changes nothing.
    pub async fn view_activation(&self, ctx: &Ctx, secret: &str) -> Result<ActivationView, Failure> {
        match self.find_activation(secret).await? {
            Some((link, account)) => self.view_of(ctx, &link, &account),
            None => Ok(ActivationView::Unknown),
        }
    }

    async fn find_activation(&self, secret: &str) -> Result<Option<(MailedLink, Account)>, Failure> {
        let digest = self.activation_digest(secret);
        let found = self
            .store
            .read("find_activation", move |tx| {
                let Some(link) = tx.find_link(LinkPurpose::Activation, &digest)? else {
                    return Ok(None);
                };
                Ok(tx.find_account(&link.account_id)?.map(|account| (link, account)))
            })
            .await?;
        Ok(found)
    }

    fn view_of(&self, ctx: &Ctx, link: &MailedLink, account: &Account) -> Result<ActivationView, Failure> {
        Ok(match (link.standing(ctx.now), account.state) {
            (LinkStanding::Used, _) | (_, AccountState::Active) => ActivationView::Used,
            (LinkStanding::Expired, AccountState::Pending) => ActivationView::Expired,
            (LinkStanding::Good, AccountState::Pending) => ActivationView::Ready {
                username: account.username.display().to_owned(),
                phone: self.open_profile(account)?.phone.map(|phone| phone.masked()).unwrap_or_default(),
                needs_password: needs_password(ctx, link),
            },
            _ => ActivationView::Unknown,
        })
    }

    /// Activates the account of the link, once.
    pub async fn activate(&self, ctx: &Ctx, secret: &str, password: &str) -> Result<ActivateOutcome, Failure> {
        let Some((link, account)) = self.find_activation(secret).await? else {
            return Ok(ActivateOutcome::Link(ActivationView::Unknown));
        };
        match self.view_of(ctx, &link, &account)? {
            ActivationView::Ready { needs_password: false, .. } => {}
            ActivationView::Ready { .. } => {
                if !self.password_is_right(ctx, &account, password).await? {
                    return Ok(ActivateOutcome::Refused);
                }
            }
            other => return Ok(ActivateOutcome::Link(other)),
        }
        let email = self.open_profile(&account)?.email;
        let activating = Activating {
            not_completed: email.map(|email| self.letters.not_completed(ctx, &email, account.language)),
            ctx: ctx.clone(),
            link,
            account,
            letters: self.letters.clone(),
            accounts_per_phone: self.settings.accounts_per_phone,
            mails: self.settings.limits.mails(),
        };
        match self.store.tx("activate", move |tx| activating.activate(tx)).await {
            Err(StoreError::Conflict(_)) => Ok(ActivateOutcome::Link(ActivationView::Used)),
            other => Ok(other?),
        }
    }

    /// "This was not me": deletes the registration behind a link that was not used, also when its time is over. `false`
    /// when there is none.
    pub async fn disown_registration(&self, ctx: &Ctx, secret: &str) -> Result<bool, Failure> {
        let Some((link, account)) = self.find_activation(secret).await? else {
            return Ok(false);
        };
        if link.standing(ctx.now) == LinkStanding::Used {
            return Ok(false);
        }
        let ctx = ctx.clone();
        let deleted = self
            .store
            .tx("disown_registration", move |tx| {
                let deleted = tx.delete_pending_account(&account.id)?;
                if deleted {
                    tx.insert_audit(&AuditEntry::new(&ctx, AuditKind::RegistrationDisowned).account(&account.id))?;
                }
                Ok(deleted)
            })
            .await?;
        Ok(deleted)
    }

    /// Sends another activation mail to whoever holds an earlier link: they have the mailbox.
    pub async fn resend_activation(&self, ctx: &Ctx, secret: &str) -> Result<ResendOutcome, Failure> {
        match self.find_activation(secret).await? {
            // The new link trusts the browser that the old one trusted: to hold the mailbox is not to know the password.
            Some((link, account)) => {
                let ctx = Ctx { browser: link.browser, ..ctx.clone() };
                self.send_activation_again(&ctx, account).await
            }
            None => Ok(ResendOutcome::Unknown),
        }
    }

    /// Sends another activation mail to whoever just gave the right password.
    pub async fn resend_activation_by_ticket(
        &self,
        ctx: &Ctx,
        ticket: &ResendTicket,
    ) -> Result<ResendOutcome, Failure> {
        let Some(Waiting { resend_activation_of: id }) = self.open_ticket(ctx, &ticket.0) else {
            return Ok(ResendOutcome::Unknown);
        };
        match self.store.read("find_account", move |tx| tx.find_account(&id)).await? {
            Some(account) => self.send_activation_again(ctx, account).await,
            None => Ok(ResendOutcome::Unknown),
        }
    }

    async fn send_activation_again(&self, ctx: &Ctx, account: Account) -> Result<ResendOutcome, Failure> {
        let email = self.open_profile(&account)?.email;
        let (AccountState::Pending, Some(email)) = (account.state, email) else {
            return Ok(ResendOutcome::Unknown);
        };
        let digest = IdentifierKind::Email.digest(self.vault.as_ref(), &email.compare_key());
        let (link, row) = self.activation_link(ctx, &account.id, &account.username, &email, account.language);
        let (key, rule, now) =
            (Limited::ResendsTo(&digest).key(self.vault.as_ref()), self.settings.limits.mails(), ctx.now);
        let outcome = self
            .store
            .tx("resend_activation", move |tx| {
                if let Err(blocked) = limits::mark(tx, &key, &rule, now)? {
                    return Ok(ResendOutcome::SlowDown { until: blocked.until });
                }
                if was_a_collision(tx, &account)? {
                    // It was never completed; the mail that said so is not repeated, and the page looks the same.
                    return Ok(ResendOutcome::Sent);
                }
                tx.insert_link(&link)?;
                tx.insert_message(&row)?;
                Ok(ResendOutcome::Sent)
            })
            .await?;
        Ok(outcome)
    }

    pub(super) fn resend_ticket(&self, ctx: &Ctx, account: &AccountId) -> ResendTicket {
        ResendTicket(self.seal_ticket(ctx, Waiting { resend_activation_of: account.clone() }))
    }
}

/// The browser that registered, known by its cookie, need not give the password again.
fn needs_password(ctx: &Ctx, link: &MailedLink) -> bool {
    link.browser.is_none() || link.browser != ctx.browser
}

/// Whether another account holds what this registration wanted.
fn was_a_collision(tx: &mut dyn Tx, account: &Account) -> StoreResult<bool> {
    for identifier in tx.list_identifiers(&account.id)? {
        if identifier.kind != IdentifierKind::Phone
            && tx.find_claimant(account.class, identifier.kind, &identifier.digest)?.is_some()
        {
            return Ok(true);
        }
    }
    Ok(false)
}
