//! The one place that weighs a password, wherever one is asked for: each try is counted before it is looked at, and costs
//! the same whether there is an account, a password, or neither (security.md rows 13, 15).

use super::limits::{self, Blocked};
use super::{Accounts, Failure};
use crate::audit::{AuditEntry, AuditKind};
use crate::ctx::Ctx;
use crate::digest::Digest;
use crate::outbox::Message;
use crate::password::policy::PasswordInput;
use crate::profile::{Account, AccountState};
use crate::throttle::Throttle;

impl Accounts {
    /// The typed password, if it is that of `account`. Its try stays counted under `key`: whoever goes on takes it back.
    /// When the limit does not allow another try, no password is evaluated, right or wrong.
    pub(super) async fn weigh(
        &self,
        ctx: &Ctx,
        key: Digest,
        account: Option<&Account>,
        typed: &str,
    ) -> Result<Option<PasswordInput>, Failure> {
        if self.is_too_many_here(ctx, &key).await {
            return Ok(None);
        }
        if let Err(blocked) = self.count_try(ctx, key).await? {
            if let Some(account) = account {
                self.tell_owner_once(ctx, account, blocked).await?;
            }
            return Ok(None);
        }
        // A password that breaks the rules is nobody's, but it must cost as much as any other.
        let password = PasswordInput::parse(typed).ok();
        let hash = account.and_then(|account| account.password_hash.as_deref()).filter(|_| password.is_some());
        match self.hasher.verify(password.as_ref().map_or("", PasswordInput::expose), hash).await {
            Ok(matches) => Ok(password.filter(|_| matches)),
            Err(failure) => {
                self.forgive(ctx, key).await?;
                Err(failure.into())
            }
        }
    }

    /// Counts a try before it is looked at. Most are the first that counts: right ones are taken back.
    async fn count_try(&self, ctx: &Ctx, key: Digest) -> Result<Result<(), Blocked>, Failure> {
        let (rule, now) = (self.settings.limits.passwords(), ctx.now);
        let mut first = Throttle::fresh(key, now);
        if first.mark(&rule, now).is_ok()
            && self.store.write_alone("count_first_try", move |tx| tx.put_first_mark(&first)).await?
        {
            return Ok(Ok(()));
        }
        Ok(self.store.tx("count_password_try", move |tx| limits::mark(tx, &key, &rule, now)).await?)
    }

    /// Checks an account's password outside sign-in, under the same limit.
    pub(super) async fn password_is_right(&self, ctx: &Ctx, account: &Account, typed: &str) -> Result<bool, Failure> {
        self.password_is_right_from(ctx, account, typed, None).await
    }

    /// Checks an account's password in a browser that may be known to it, by its cookie.
    pub(super) async fn password_is_right_from(
        &self,
        ctx: &Ctx,
        account: &Account,
        typed: &str,
        known_device: Option<&str>,
    ) -> Result<bool, Failure> {
        let key = self.open_known_devices(known_device).limit_of(account).key(self.vault.as_ref());
        let right = self.weigh(ctx, key, Some(account), typed).await?.is_some();
        if right {
            self.forgive(ctx, key).await?;
        }
        Ok(right)
    }

    /// Takes the try back.
    pub(super) async fn forgive(&self, ctx: &Ctx, key: Digest) -> Result<(), Failure> {
        let now = ctx.now;
        Ok(self.store.tx("forgive_try", move |tx| limits::unmark(tx, &key, now)).await?)
    }

    /// Mails the owner that somebody keeps trying, once per series of tries.
    async fn tell_owner_once(&self, ctx: &Ctx, account: &Account, blocked: Blocked) -> Result<(), Failure> {
        let Blocked { until, mut throttle } = blocked;
        if throttle.notified_at.is_some() || account.state != AccountState::Active {
            return Ok(());
        }
        throttle.notified_at = Some(ctx.now);
        let message = match self.open_profile(account)?.email {
            Some(email) => {
                let local = until.in_vietnam();
                let text = Message::SignInThrottled {
                    username: self.letters.called(account),
                    until: format!("{:02}:{:02}", local.hour(), local.minute()),
                    desk: self.letters.desk(account.language),
                };
                Some(self.letters.news(ctx, &email, account.language, text))
            }
            None => None,
        };
        let audit = AuditEntry::new(ctx, AuditKind::SignInThrottled).account(&account.id);
        self.store
            .tx("tell_owner_of_throttle", move |tx| {
                // Whoever loses this gate need not tell: the winner does.
                if tx.put_throttle(&throttle)? {
                    message.iter().try_for_each(|row| tx.insert_message(row))?;
                    tx.insert_audit(&audit)?;
                }
                Ok(())
            })
            .await?;
        Ok(())
    }
}
