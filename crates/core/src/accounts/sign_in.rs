//! The first step: name and password. One answer for every reason to refuse (decisions 9).

use super::beginning::{Begun, Proved};
use super::code::{Here, NewSession};
use super::known_device::KnownDevices;
use super::limits::{self, Blocked, Limited};
use super::remembered::device_here;
use super::sign_in_name::SignInName;
use super::{Accounts, Failure, ResendTicket};
use crate::acr::{Amr, Ial};
use crate::audit::{AuditEntry, AuditKind};
use crate::challenge::Challenge;
use crate::credential::{Factor, Factors};
use crate::ctx::Ctx;
use crate::digest::Digest;
use crate::facts::Phone;
use crate::ids::ChallengeId;
use crate::outbox::{Message, OutboxRow};
use crate::password::policy::PasswordInput;
use crate::profile::{Account, AccountState};
use crate::secret::Secret;
use crate::session::Session;
use crate::store::Tx;
use crate::time::{Span, Timestamp};
use std::sync::Arc;

/// What a person typed to sign in.
#[derive(Clone)]
pub struct Credentials {
    /// Username, e-mail, phone or identity number.
    pub name: String,
    /// The password.
    pub password: String,
    /// The browser's cookie of known devices.
    pub known_device: Option<String>,
}

/// What came of the first step.
#[derive(Debug)]
pub enum SignInOutcome {
    /// The password was right and a code is on its way: show the page of this challenge.
    CodeSent(ChallengeId),
    /// The password was right; the person has something better than a code by SMS, so none was sent: show the page that
    /// asks for it.
    SecondStep {
        /// The challenge.
        challenge: ChallengeId,
        /// What to ask for first.
        factor: Factor,
    },
    /// The password was right, and enough at this remembered browser: a session began.
    SignedIn(Box<NewSession>),
    /// Wrong, unknown, or too many tries: one text, which names the longest wait there is.
    Refused {
        /// Minutes to wait at most.
        wait_minutes: i64,
    },
    /// A flood from this network.
    Flood,
    /// The password was right, but no more codes may be sent before then.
    TooManyCodes {
        /// When one may be sent again.
        until: Timestamp,
    },
    /// The password was right; the account waits for its activation.
    NotActivated(ResendTicket),
    /// The password was right; an operator stopped the account.
    Disabled,
    /// The password was right; the account was closed.
    Closed,
}

/// The longest wait the generic text names: it must not tell how many tries there were.
pub(super) const NAMED_WAIT: Span = Span::minutes(15);

/// A try that was counted before its password is looked at (security.md row 13).
struct Counted {
    account: Option<Account>,
    key: Digest,
}

/// What the transaction after the right password came to.
enum Next {
    Said(SignInOutcome),
    Began(Session),
}

impl Accounts {
    /// Checks name and password at a browser that brings nothing along.
    pub async fn sign_in(&self, ctx: &Ctx, credentials: Credentials) -> Result<SignInOutcome, Failure> {
        self.sign_in_here(ctx, credentials, Here::default()).await
    }

    /// Checks name and password; when right, opens a challenge for this browser and sends the code, if that is what the
    /// person takes the second step with.
    pub async fn sign_in_here(
        &self,
        ctx: &Ctx,
        credentials: Credentials,
        here: Here<'_>,
    ) -> Result<SignInOutcome, Failure> {
        let refused = SignInOutcome::Refused { wait_minutes: NAMED_WAIT.as_minutes_up() };
        if self.is_flood(ctx, "sign-ins", self.settings.limits.sign_ins_per_minute_and_address, Span::minutes(1)).await
        {
            return Ok(SignInOutcome::Flood);
        }
        let known = self.open_known_devices(credentials.known_device.as_deref());
        let Some(counted) = self.count_try(ctx, &credentials.name, known).await? else {
            return Ok(refused);
        };
        // A password that breaks the rules is nobody's, but it must cost as much as any other.
        let password = PasswordInput::parse(&credentials.password).ok();
        let hash = counted
            .account
            .as_ref()
            .and_then(|account| account.password_hash.as_deref())
            .filter(|_| password.is_some());
        let matches = match self.hasher.verify(password.as_ref().map_or("", PasswordInput::expose), hash).await {
            Ok(matches) => matches,
            Err(failure) => {
                self.forgive(ctx, counted.key).await?;
                return Err(failure.into());
            }
        };
        let (Some(account), Some(password), true) = (counted.account, password, matches) else {
            return Ok(refused);
        };
        match account.state {
            AccountState::Active => self.go_on(ctx, account, counted.key, &password, here).await,
            AccountState::Pending => {
                self.forgive(ctx, counted.key).await?;
                Ok(SignInOutcome::NotActivated(self.resend_ticket(ctx, &account.id)))
            }
            AccountState::Disabled => Ok(SignInOutcome::Disabled),
            AccountState::Closed => Ok(SignInOutcome::Closed),
        }
    }

    /// Finds the account and counts the try, before anything is known about the password. `None` when the limit does
    /// not allow another try: then no password is evaluated, right or wrong.
    async fn count_try(&self, ctx: &Ctx, typed: &str, known: KnownDevices) -> Result<Option<Counted>, Failure> {
        let name = Arc::new(SignInName::read(typed, self.vault.as_ref()));
        let resolving = Arc::clone(&name);
        let account = self.store.read("resolve_sign_in_name", move |tx| resolving.resolve(tx)).await?;
        let limited = match &account {
            None => Limited::PasswordsForUnknown(&name.normal),
            Some(account) => known.limit_of(account),
        };
        let key = limited.key(self.vault.as_ref());
        if self.is_too_many_here(ctx, &key).await {
            return Ok(None);
        }
        let (rule, now) = (self.settings.limits.passwords(), ctx.now);
        let marked = self.store.tx("count_sign_in_try", move |tx| limits::mark(tx, &key, &rule, now)).await?;
        match marked {
            Ok(()) => Ok(Some(Counted { account, key })),
            Err(blocked) => {
                if let Some(account) = account {
                    self.tell_owner_once(ctx, &account, blocked).await?;
                }
                Ok(None)
            }
        }
    }

    /// Mails the owner that somebody keeps trying, once per series of tries.
    pub(super) async fn tell_owner_once(&self, ctx: &Ctx, account: &Account, blocked: Blocked) -> Result<(), Failure> {
        let Blocked { until, mut throttle } = blocked;
        if throttle.notified_at.is_some() || account.state != AccountState::Active {
            return Ok(());
        }
        throttle.notified_at = Some(ctx.now);
        let message = match self.open_profile(account)?.email {
            Some(email) => {
                let local = until.in_vietnam();
                let text = Message::SignInThrottled {
                    username: account.username.display().to_owned(),
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

    /// Takes the try back.
    pub(super) async fn forgive(&self, ctx: &Ctx, key: Digest) -> Result<(), Failure> {
        let now = ctx.now;
        Ok(self.store.tx("forgive_try", move |tx| limits::unmark(tx, &key, now)).await?)
    }

    /// The password was right: begins the session of a remembered browser, or opens a challenge and puts the code into
    /// the outbox if the person has nothing better, in one transaction.
    async fn go_on(
        &self,
        ctx: &Ctx,
        account: Account,
        tried: Digest,
        password: &PasswordInput,
        here: Here<'_>,
    ) -> Result<SignInOutcome, Failure> {
        let Some(browser) = ctx.browser else {
            return Err(Failure::Internal("a sign-in without a browser cookie".to_owned()));
        };
        let Some(phone) = self.open_profile(&account)?.phone else {
            return Err(Failure::Internal("an active account without a phone".to_owned()));
        };
        let accepted = account.password_hash.clone().unwrap_or_default();
        let rehash = match account.password_hash.clone().filter(|phc| self.hasher.needs_rehash(phc)) {
            Some(old) => Some((self.hasher.hash(password.expose(), ctx.entropy()).await?, old)),
            None => None,
        };
        let id = ChallengeId::new(ctx.now, ctx.entropy());
        let (challenge, row) = self.new_challenge(ctx, &account, &phone, id, browser);
        let send_limits = self.send_limits(&account, &phone);
        let may_be_remembered = !here.two_factors && self.settings.factors.remembered_for().is_some();
        let remembered = if may_be_remembered { self.remembered_keys(here.remembered) } else { Vec::new() };
        let cookie = Secret::random(ctx.entropy());
        let (owned, beginning) = (ctx.clone(), self.beginning(ctx, &cookie, Here { remember: false, ..here }));
        let next = self
            .store
            .tx("begin_challenge", move |tx| {
                let ctx = &owned;
                limits::unmark(tx, &tried, ctx.now)?;
                // A password that was replaced while it was looked at is no longer the right one.
                if !tx.confirm_password(&account.id, &accepted)? {
                    return Ok(Next::Said(SignInOutcome::Refused { wait_minutes: NAMED_WAIT.as_minutes_up() }));
                }
                let right = |tx: &mut dyn Tx| {
                    if let Some((new, old)) = &rehash {
                        tx.update_password_hash(&account.id, old, new, ctx.now)?;
                    }
                    tx.insert_audit(&AuditEntry::new(ctx, AuditKind::PasswordAccepted).account(&account.id))
                };
                let credentials = tx.list_credentials(&account.id)?;
                let proved = Proved { amr: vec![Amr::Pwd], ial: Ial(0), at: ctx.now };
                // A distrusted password begins nothing here either: then the second step is still to come.
                if let Some(device) = device_here(&credentials, &remembered, ctx.now)
                    && let Begun::Session(session) = beginning.begin(tx, &account, proved, false)?
                {
                    tx.touch_credential(&device.id, ctx.now)?;
                    right(tx)?;
                    return Ok(Next::Began(session));
                }
                let factors = Factors::of(&credentials, ctx.now);
                let mut factor = factors.preferred();
                if factor == Factor::Sms
                    && let Some(until) = send_limits.mark(tx, ctx.now)?
                {
                    if factors.recovery_codes == 0 {
                        return Ok(Next::Said(SignInOutcome::TooManyCodes { until }));
                    }
                    factor = Factor::RecoveryCode;
                }
                right(tx)?;
                let id = challenge.id.clone();
                if factor == Factor::Sms {
                    tx.insert_challenge(&challenge)?;
                    tx.insert_message(&row)?;
                    return Ok(Next::Said(SignInOutcome::CodeSent(id)));
                }
                tx.insert_challenge(&challenge.clone().without_code())?;
                Ok(Next::Said(SignInOutcome::SecondStep { challenge: id, factor }))
            })
            .await?;
        Ok(match next {
            Next::Said(outcome) => outcome,
            Next::Began(session) => {
                SignInOutcome::SignedIn(Box::new(self.new_session(ctx, cookie, session, here.known_device)))
            }
        })
    }

    fn new_challenge(
        &self,
        ctx: &Ctx,
        account: &Account,
        phone: &Phone,
        id: ChallengeId,
        browser: Digest,
    ) -> (Challenge, OutboxRow) {
        let (code, row) = self.new_code(ctx, account, phone, &id);
        let challenge = Challenge {
            id,
            account_id: account.id.clone(),
            browser,
            code,
            created_at: ctx.now,
            sent_at: ctx.now,
            expires_at: ctx.now + self.settings.codes.lifetime(),
            tries: 0,
            used_at: None,
            version: 0,
            raises_session: None,
        };
        (challenge, row)
    }
}
