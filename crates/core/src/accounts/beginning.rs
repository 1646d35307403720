//! How a session begins: the last act of every way of signing in. A password that its holder has taken the trust from
//! opens none (`docs/adr/0014`), and a browser that the account does not know is told of by mail.

use super::Accounts;
use super::ending::{self, Which};
use super::known_device::KnownDevices;
use super::limits::Limited;
use super::messages::Letters;
use super::remembered::NewDevice;
use crate::acr::{Amr, Ial};
use crate::audit::{AuditEntry, AuditKind};
use crate::browser_name::BrowserName;
use crate::ctx::Ctx;
use crate::digest::Digest;
use crate::ids::SessionId;
use crate::link::LinkPurpose;
use crate::outbox::Message;
use crate::profile::Account;
use crate::secret::Secret;
use crate::session::{Session, SessionSettings};
use crate::store::{StoreResult, Tx};
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// A session that just began, with the values for the browser's cookies.
#[derive(Debug)]
pub struct NewSession {
    /// The session cookie's value, known to the browser alone.
    pub cookie: Secret,
    /// The session.
    pub session: Session,
    /// The new value of the known-devices cookie.
    pub known_device: String,
    /// The new value of the cookie of remembered browsers, if the person wants this one to be.
    pub remembered: Option<String>,
}

/// What the browser brings along to a sign-in.
#[derive(Clone, Copy, Default)]
pub struct Here<'a> {
    /// The cookie of known devices.
    pub known_device: Option<&'a str>,
    /// The cookie of remembered browsers.
    pub remembered: Option<&'a str>,
    /// Whether the person wants this browser to be remembered.
    pub remember: bool,
    /// The session that the browser has already.
    pub previous: Option<&'a Session>,
    /// Whether one factor is not enough: a service asks for the second level, or factors are to be changed.
    pub two_factors: bool,
}

/// What a person proved, and when.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Proved {
    pub(super) amr: Vec<Amr>,
    pub(super) ial: Ial,
    pub(super) at: Timestamp,
}

/// What came of everything being proved.
pub(super) enum Begun {
    /// A session.
    Session(Session),
    /// None: the password is distrusted since then, and another must be set first.
    NewPasswordDemanded { distrusted_at: Timestamp, proved: Proved },
}

/// Everything that the beginning of a session needs, made before its transaction.
pub(super) struct Beginning {
    ctx: Ctx,
    session_id: SessionId,
    session_secret: Digest,
    /// The browser's session before.
    previous: Option<Session>,
    sessions: SessionSettings,
    known: KnownDevices,
    letters: Letters,
    /// The browser, if its person wants it to be remembered.
    device: Option<NewDevice>,
}

impl Accounts {
    /// Prepares a session in the browser of `ctx` under `cookie`, with what the browser brings along.
    pub(super) fn beginning(&self, ctx: &Ctx, cookie: &Secret, here: Here<'_>) -> Beginning {
        Beginning {
            ctx: ctx.clone(),
            session_id: SessionId::new(ctx.now, ctx.entropy()),
            session_secret: self.session_digest(cookie),
            previous: here.previous.cloned(),
            sessions: self.settings.sessions.clone(),
            known: self.open_known_devices(here.known_device),
            letters: self.letters.clone(),
            device: self.new_device(ctx, here),
        }
    }

    /// The values for the browser's cookies, now that its session is there.
    pub(super) fn new_session(
        &self,
        ctx: &Ctx,
        cookie: Secret,
        session: Session,
        known_device: Option<&str>,
    ) -> NewSession {
        let known = self.open_known_devices(known_device);
        let known_device = self.seal_known_device(ctx, known, &session.account_id);
        NewSession { cookie, session, known_device, remembered: None }
    }
}

impl Beginning {
    /// The circumstances.
    pub(super) const fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    /// The session that the browser has already.
    pub(super) const fn previous(&self) -> Option<&Session> {
        self.previous.as_ref()
    }

    /// How long sessions live.
    pub(super) const fn sessions(&self) -> &SessionSettings {
        &self.sessions
    }

    /// The digest of the cookie that the session gets.
    pub(super) const fn session_secret(&self) -> &Digest {
        &self.session_secret
    }

    /// The new value of the cookie of remembered browsers, for when the session has begun.
    pub(super) fn remembered(&self) -> Option<String> {
        self.device.as_ref().map(|device| device.cookie.clone())
    }

    /// Begins the session, unless the password that was proved is distrusted; only then the browser is remembered.
    /// `first` is the account's very first sign-in.
    pub(super) fn begin(&self, tx: &mut dyn Tx, account: &Account, proved: Proved, first: bool) -> StoreResult<Begun> {
        match account.password_distrusted_at {
            Some(distrusted_at) if proved.amr.contains(&Amr::Pwd) => {
                let entry = AuditEntry::new(&self.ctx, AuditKind::NewPasswordDemanded).account(&account.id);
                tx.insert_audit(&entry)?;
                Ok(Begun::NewPasswordDemanded { distrusted_at, proved })
            }
            _ => {
                let session = self.start(tx, account, &proved, first)?;
                if let Some(device) = &self.device {
                    device.remember(tx, &self.letters, &self.ctx, account)?;
                }
                Ok(Begun::Session(session))
            }
        }
    }

    /// Begins the session, of whoever may have one.
    pub(super) fn start(
        &self,
        tx: &mut dyn Tx,
        account: &Account,
        proved: &Proved,
        first: bool,
    ) -> StoreResult<Session> {
        let session = self.put(tx, account, proved, proved.at)?;
        self.tell_of_new_browser(tx, account, &session, first)?;
        Ok(session)
    }

    /// Begins the session of somebody who arrives by another provider, however long ago they proved there who they are.
    /// Nobody need be told of an account that was made at this moment.
    pub(super) fn arrive(
        &self,
        tx: &mut dyn Tx,
        account: &Account,
        proved: &Proved,
        just_made: bool,
    ) -> StoreResult<Session> {
        let session = self.put(tx, account, proved, self.ctx.now)?;
        if !just_made {
            self.tell_of_new_browser(tx, account, &session, false)?;
        }
        Ok(session)
    }

    fn put(&self, tx: &mut dyn Tx, account: &Account, proved: &Proved, lives_from: Timestamp) -> StoreResult<Session> {
        let session = Session {
            id: self.session_id.clone(),
            secret: self.session_secret,
            account_id: account.id.clone(),
            auth_time: proved.at,
            last_seen_at: self.ctx.now,
            expires_at: lives_from + Span::hours(self.sessions.absolute_hours),
            amr: proved.amr.clone(),
            ial: proved.ial,
            user_agent: self.ctx.user_agent.clone(),
            network: self.ctx.address.masked(),
            ended_at: None,
        };
        let session = self.in_place_of_previous(tx, session)?;
        tx.insert_audit(&AuditEntry::new(&self.ctx, AuditKind::SignedIn).account(&account.id).session(&session.id))?;
        Ok(session)
    }

    /// Puts the new session where the browser's one before was. The same person goes on in the same session, under a
    /// new secret: the services signed in with it stay so. Another person's session ends, with what it had given. No
    /// cookie lives through a sign-in either way (security.md row 10).
    fn in_place_of_previous(&self, tx: &mut dyn Tx, fresh: Session) -> StoreResult<Session> {
        if let Some(previous) = &self.previous {
            if previous.account_id == fresh.account_id {
                let renewed = Session { id: previous.id.clone(), ..fresh.clone() };
                if tx.renew_session(&renewed)? {
                    return Ok(renewed);
                }
            } else {
                ending::end(tx, &self.letters, &self.ctx, Which::One(&previous.id))?;
            }
        }
        tx.insert_session(&fresh)?;
        Ok(fresh)
    }

    /// Mails the owner that the account was signed in from a browser that it does not know.
    fn tell_of_new_browser(
        &self,
        tx: &mut dyn Tx,
        account: &Account,
        session: &Session,
        first: bool,
    ) -> StoreResult<()> {
        if self.known.device_of(account).is_some() || (first && self.is_the_one_that_registered(tx, account)?) {
            return Ok(());
        }
        let entry = AuditEntry::new(&self.ctx, AuditKind::SignedInFromNewBrowser).account(&account.id);
        tx.insert_audit(&entry.session(&session.id))?;
        let Some(email) = account.open_profile(self.letters.vault.as_ref())?.email else { return Ok(()) };
        let name = BrowserName::read(&session.user_agent);
        let limited = Limited::NewBrowserMails(account.id.as_str());
        let letter =
            self.letters.with_not_me(&self.ctx, (account, &email), &limited, |link, days| Message::NewBrowser {
                username: self.letters.called(account),
                at: super::messages::time_and_day(self.ctx.now),
                browser: name.browser.unwrap_or_default().to_owned(),
                system: name.system.unwrap_or_default().to_owned(),
                network: session.network.clone(),
                link,
                days,
                desk: self.letters.desk(account.language),
            });
        letter.post(tx)
    }

    /// Whether this browser registered the account: then nobody need be told that its owner now signs in there.
    fn is_the_one_that_registered(&self, tx: &mut dyn Tx, account: &Account) -> StoreResult<bool> {
        let link = tx.find_newest_link(LinkPurpose::Activation, &account.id)?;
        Ok(self.ctx.browser.is_some() && link.is_some_and(|link| link.browser == self.ctx.browser))
    }
}
