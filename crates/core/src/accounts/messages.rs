//! Writing messages into the outbox, in the transaction that causes them.

use super::limits::{self, Limited};
use crate::ctx::Ctx;
use crate::digest::Digest;
use crate::facts::{Email, Phone};
use crate::ids::MessageId;
use crate::language::{Language, LocalText};
use crate::outbox::{Envelope, Message, OutboxRow, OutboxState, Recipient, SecurityChange};
use crate::ports::{Sealed, Vault};
use crate::profile::{Account, Profile};
use crate::store::{StoreResult, Tx};
use crate::throttle::Rule;
use crate::time::{Span, Timestamp};
use std::sync::Arc;

/// How long an e-mail that is only news may wait for a mail server that is away.
const NEWS_LIFETIME: Span = Span::days(3);

/// Time and day in Vietnam, such as `14:05, 23/11/2026`.
pub(super) fn time_and_day(moment: Timestamp) -> String {
    let local = moment.in_vietnam();
    let (day, month) = (local.day(), u8::from(local.month()));
    format!("{:02}:{:02}, {day:02}/{month:02}/{}", local.hour(), local.minute(), local.year())
}

/// Seals messages and knows the addresses they name. Cheap to clone, so that a transaction can hold one.
#[derive(Clone)]
pub(super) struct Letters {
    pub(super) vault: Arc<dyn Vault>,
    pub(super) desk: LocalText,
    /// The public address of the provider, without a trailing slash: the only source of links (security.md row 5).
    pub(super) public_url: String,
    /// How many days a "this was not me" link lives.
    pub(super) not_me_days: i64,
    /// How many mails of one kind an owner gets.
    pub(super) mails: Rule,
}

/// A mail to an owner that is posted only as often as its own limit allows: whoever was told so often within the hour
/// knows.
pub(super) struct Notice {
    row: OutboxRow,
    limit: Digest,
    rule: Rule,
}

impl Notice {
    /// Writes it, unless too many of its kind were written.
    pub(super) fn post(&self, tx: &mut dyn Tx, now: Timestamp) -> StoreResult<()> {
        match limits::mark(tx, &self.limit, &self.rule, now)? {
            Ok(()) => tx.insert_message(&self.row),
            Err(_) => Ok(()),
        }
    }
}

impl Letters {
    /// The address of the sign-in page.
    pub(super) fn sign_in_url(&self) -> String {
        format!("{}/sign-in", self.public_url)
    }

    /// The host of the public address, for WebOTP.
    pub(super) fn host(&self) -> &str {
        self.public_url.split("://").nth(1).unwrap_or_default().split([':', '/']).next().unwrap_or_default()
    }

    /// Where the desk is.
    pub(super) fn desk(&self, language: Language) -> String {
        self.desk.text(language).to_owned()
    }

    /// What the holder of an account is called.
    pub(super) fn called(&self, account: &Account) -> String {
        account.called(self.vault.as_ref())
    }

    /// An e-mail, to be inserted; never sent after `lifetime`.
    pub(super) fn email(
        &self,
        ctx: &Ctx,
        to: &Email,
        language: Language,
        lifetime: Span,
        message: Message,
    ) -> OutboxRow {
        let id = MessageId::new(ctx.now, ctx.entropy());
        self.row(ctx, id, (to.as_str(), to.masked(), language), lifetime, message)
    }

    /// An e-mail that only tells something.
    pub(super) fn news(&self, ctx: &Ctx, to: &Email, language: Language, message: Message) -> OutboxRow {
        self.email(ctx, to, language, NEWS_LIFETIME, message)
    }

    /// The news that a way to prove who the owner is was changed; none for an account without a mailbox.
    pub(super) fn security_change(
        &self,
        ctx: &Ctx,
        account: &Account,
        profile: &Profile,
        change: SecurityChange,
    ) -> Option<Notice> {
        let message = Message::SecurityChanged {
            username: self.called(account),
            change,
            at: time_and_day(ctx.now),
            desk: self.desk(account.language),
        };
        let row = profile.email.as_ref().map(|email| self.news(ctx, email, account.language, message))?;
        Some(self.notice(row, &Limited::FactorMails(account.id.as_str(), change)))
    }

    /// `row`, posted as often as `limited` allows.
    pub(super) fn notice(&self, row: OutboxRow, limited: &Limited<'_>) -> Notice {
        Notice { row, limit: limited.key(self.vault.as_ref()), rule: self.mails.clone() }
    }

    /// A text message, to be inserted; never sent after `lifetime`.
    pub(super) fn text_message(
        &self,
        ctx: &Ctx,
        id: MessageId,
        (to, language): (&Phone, Language),
        lifetime: Span,
        message: Message,
    ) -> OutboxRow {
        self.row(ctx, id, (to.e164(), to.masked(), language), lifetime, message)
    }

    /// A row of the outbox.
    pub(super) fn row(
        &self,
        ctx: &Ctx,
        id: MessageId,
        (to, masked_recipient, language): (&str, String, Language),
        lifetime: Span,
        message: Message,
    ) -> OutboxRow {
        let (channel, template) = (message.channel(), message.template().to_owned());
        let envelope = Envelope { to: Recipient(to.to_owned()), language, message };
        let sealed =
            Sealed::seal(self.vault.as_ref(), Envelope::SEAL, id.as_str().as_bytes(), &envelope, ctx.entropy());
        OutboxRow {
            id,
            channel,
            template,
            masked_recipient,
            envelope: Some(sealed),
            state: OutboxState::Pending,
            attempts: 0,
            next_attempt_at: ctx.now,
            leased_until: None,
            last_error: None,
            created_at: ctx.now,
            not_after: ctx.now + lifetime,
            settled_at: None,
            client_id: None,
        }
    }
}
