//! The second factor alone, for a live session that was begun with one: the session goes on, stronger. It is good only
//! in the browser and the session that asked (security.md row 10), and changes nothing but the factors: `auth_time` stays,
//! so that it never passes for a fresh sign-in (row 11).

use super::beginning::{Beginning, Proved};
use super::sign_in::{Text, ask_second_step, new_challenge};
use super::{Accounts, Failure, SignInOutcome, SignedIn};
use crate::acr::{Aal, Amr};
use crate::audit::{AuditEntry, AuditKind};
use crate::challenge::Challenge;
use crate::ctx::Ctx;
use crate::ids::{AccountId, ChallengeId, SessionId};
use crate::profile::PhoneStanding;
use crate::profile::{Account, AccountState};
use crate::session::{Session, SessionSettings};
use crate::store::{Enrolled, StoreResult, Tx};
use crate::time::Timestamp;
use crate::upstream::UpstreamSession;

impl Accounts {
    /// Opens a challenge for the session of whoever is signed in, and sends the code if that is what the person takes
    /// the second step with. [`SignInOutcome::Refused`]: the session proves nothing that could be built on.
    pub async fn step_up(&self, ctx: &Ctx, who: &SignedIn) -> Result<SignInOutcome, Failure> {
        let Some(browser) = ctx.browser else {
            return Err(Failure::Internal("a session without a browser cookie".to_owned()));
        };
        let account = &who.account;
        let id = ChallengeId::new(ctx.now, ctx.entropy());
        let text = self.open_profile(account)?.phone.map(|phone| {
            let (code, row) = self.new_code(ctx, account, &phone, &id);
            Text {
                limits: self.send_limits(account, &phone),
                code,
                row,
                ends_at: ctx.now + self.settings.codes.lifetime(),
            }
        });
        let raises_session = Some(who.session.id.clone());
        let challenge = Challenge { raises_session, ..new_challenge(ctx, account, id, browser) };
        let (account, session, now) = (account.id.clone(), who.session.id.clone(), ctx.now);
        let settings = self.settings.sessions.clone();
        let outcome = self
            .store
            .tx("begin_step_up", move |tx| {
                if to_raise(tx, &session, &account, &settings, now)?.is_none() {
                    return Ok(SignInOutcome::Refused);
                }
                let phone = PhoneStanding::of(&tx.list_identifiers(&account)?);
                let enrolled = Enrolled { credentials: tx.list_credentials(&account)?, phone };
                ask_second_step(tx, &challenge, &enrolled, text.as_ref(), now)
            })
            .await?;
        Ok(outcome)
    }
}

/// The session that may be raised, while it is live and nothing has taken the trust from what it was begun with.
fn to_raise(
    tx: &mut dyn Tx,
    session: &SessionId,
    account: &AccountId,
    settings: &SessionSettings,
    now: Timestamp,
) -> StoreResult<Option<Session>> {
    let found = tx.find_session_by_id(session)?;
    let Some(session) = found.filter(|found| found.account_id == *account && found.is_live(now, settings)) else {
        return Ok(None);
    };
    let Some(owner) = tx.find_account(account)?.filter(|account| account.state == AccountState::Active) else {
        return Ok(None);
    };
    Ok(if stands_on_distrusted_password(tx, &owner, &session)? { None } else { Some(session) })
}

/// Whether the session was begun with a password that its holder has taken the trust from. A password that was given to
/// another provider since then is another one.
fn stands_on_distrusted_password(tx: &mut dyn Tx, owner: &Account, session: &Session) -> StoreResult<bool> {
    let Some(distrusted_at) = owner.password_distrusted_at.filter(|_| session.amr.contains(&Amr::Pwd)) else {
        return Ok(false);
    };
    let elsewhere = tx.find_upstream_session(&session.id)?.filter(UpstreamSession::began_ours);
    Ok(elsewhere.is_none_or(|elsewhere| elsewhere.began_at < distrusted_at))
}

impl Beginning {
    /// Adds what was proved to the session that the challenge raises, under a new secret; `None` unless that is the very
    /// session of this browser, and still good.
    pub(super) fn raise(
        &self,
        tx: &mut dyn Tx,
        challenge: &Challenge,
        session: &SessionId,
        proved: &[Amr],
    ) -> StoreResult<Option<Session>> {
        let ctx = self.ctx();
        if self.previous().is_none_or(|previous| previous.id != *session) {
            return Ok(None);
        }
        let Some(before) = to_raise(tx, session, &challenge.account_id, self.sessions(), ctx.now)? else {
            return Ok(None);
        };
        let raised =
            Session { secret: *self.session_secret(), amr: with(&before.amr, proved), last_seen_at: ctx.now, ..before };
        if !tx.renew_session(&raised)? {
            return Ok(None);
        }
        let entry = AuditEntry::new(ctx, AuditKind::SteppedUp).account(&raised.account_id);
        tx.insert_audit(&entry.session(&raised.id))?;
        Ok(Some(raised))
    }

    /// The same by another provider, which says how and when the person proved there who they are, and who vouches for it.
    /// `anew`: it was asked to sign them in anew.
    pub(super) fn raise_by_upstream(
        &self,
        tx: &mut dyn Tx,
        before: &Session,
        proved: &Proved,
        anew: bool,
    ) -> StoreResult<Option<Session>> {
        let ctx = self.ctx();
        let (amr, auth_time) = told_of(before, proved, anew);
        let raised = Session {
            secret: *self.session_secret(),
            amr,
            ial: proved.ial,
            auth_time,
            last_seen_at: ctx.now,
            ..before.clone()
        };
        if !tx.renew_session(&raised)? {
            return Ok(None);
        }
        let entry = AuditEntry::new(ctx, AuditKind::SteppedUp).account(&raised.account_id);
        tx.insert_audit(&entry.session(&raised.id))?;
        Ok(Some(raised))
    }
}

/// Of which factors, and of which moment, a session tells that was raised by another provider: never of a factor as newer
/// than it is. A sign-in that was to be new, and one that is worth no less than what was there, stands for itself. Else
/// what was there before still counts, and the session is as old as the older of the two.
fn told_of(before: &Session, proved: &Proved, anew: bool) -> (Vec<Amr>, Timestamp) {
    if anew || Aal::of(&proved.amr) >= before.aal() {
        return (proved.amr.clone(), proved.at);
    }
    let both = |factor: &Amr| before.amr.contains(factor) || proved.amr.contains(factor);
    (Amr::ALL.into_iter().filter(both).collect(), before.auth_time.min(proved.at))
}

/// The factors of a session and those that were proved since, each once. The password is only there if it was given:
/// nobody asked for it now.
fn with(before: &[Amr], proved: &[Amr]) -> Vec<Amr> {
    let now = proved.iter().filter(|factor| **factor != Amr::Pwd);
    let has = |factor: &Amr| before.contains(factor) || now.clone().any(|proved| proved == factor);
    Amr::ALL.into_iter().filter(has).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acr::Ial;
    use crate::auth_time;
    use crate::digest::Digest;

    // security: row 11
    #[test]
    fn what_was_proved_is_added_and_nothing_that_was_not() {
        let sms = [Amr::Pwd, Amr::Sms, Amr::Mfa];
        assert_eq!(with(&[Amr::Pwd], &sms), [Amr::Pwd, Amr::Sms, Amr::Mfa]);
        assert_eq!(with(&[], &sms), [Amr::Sms, Amr::Mfa], "a password that nobody gave");
        let all = with(&[Amr::Pwd, Amr::Otp, Amr::Mfa], &[Amr::Pwd, Amr::Pop, Amr::User, Amr::Mfa]);
        assert_eq!(all, [Amr::Pwd, Amr::Otp, Amr::Pop, Amr::User, Amr::Mfa]);
    }

    fn session(amr: &[Amr], auth_time: Timestamp) -> Session {
        Session {
            id: SessionId::from_text("session"),
            secret: Digest::from_bytes([0; 32]),
            account_id: AccountId::from_text("account"),
            auth_time,
            last_seen_at: auth_time,
            expires_at: auth_time,
            amr: amr.to_vec(),
            ial: Ial(0),
            user_agent: String::new(),
            network: String::new(),
            ended_at: None,
        }
    }

    // security: row 11
    #[test]
    fn no_factor_is_told_of_as_newer_than_it_is() {
        let (early, late) = (Timestamp::from_seconds(1_795_399_200), Timestamp::from_seconds(1_795_402_800));
        let (one, two, key) = (&[Amr::Pwd][..], &[Amr::Pwd, Amr::Sms, Amr::Mfa][..], &[Amr::Hwk, Amr::Mfa][..]);
        let both = &[Amr::Pwd, Amr::Sms, Amr::Mfa][..];
        for ((before, of_before), (amr, at), anew, (told, of)) in [
            // Worth no less: it stands for itself, also when it is the older one.
            ((two, early), (key, late), false, (key, late)),
            ((two, late), (key, early), false, (key, early)),
            ((one, early), (two, late), false, (two, late)),
            ((two, late), (two, auth_time::UNKNOWN), false, (two, auth_time::UNKNOWN)),
            // Worth less: what was there still counts, and is no newer for it.
            ((two, early), (one, late), false, (both, early)),
            ((two, late), (one, early), false, (both, early)),
            ((two, late), (one, auth_time::UNKNOWN), false, (both, auth_time::UNKNOWN)),
            ((key, early), (two, late), false, (&[Amr::Pwd, Amr::Sms, Amr::Hwk, Amr::Mfa][..], early)),
            // Asked for anew, it is told of alone: nothing else was proved at that moment.
            ((two, early), (one, late), true, (one, late)),
            ((key, early), (two, late), true, (two, late)),
        ] {
            let proved = Proved { amr: amr.to_vec(), ial: Ial(2), at };
            let told_now = told_of(&session(before, of_before), &proved, anew);
            assert_eq!(told_now, (told.to_vec(), of), "{before:?} {of_before:?}, then {amr:?} {at:?}, anew: {anew}");
        }
    }
}
