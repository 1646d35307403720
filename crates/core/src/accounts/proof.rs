//! What a second step is taken with, and whether it proves who somebody is.

use super::code_sending::code_digest;
use super::six_digits::six_digits;
use super::{Accounts, Failure, Letters};
use crate::acr::Amr;
use crate::audit::{AuditEntry, AuditKind};
use crate::authenticator::Seed;
use crate::challenge::Challenge;
use crate::credential::{Credential, CredentialKind};
use crate::ctx::Ctx;
use crate::facts::Phone;
use crate::ids::{ChallengeId, CredentialId};
use crate::outbox::SecurityChange;
use crate::passkey::Assertion;
use crate::ports::Vault;
use crate::profile::{Account, Profile};
use crate::recovery_code::RecoveryCode;
use crate::store::{StoreResult, Tx};
use crate::time::Timestamp;

/// What a person gives as the second step.
#[derive(Debug)]
pub enum Given {
    /// A code that came by SMS.
    SmsCode(String),
    /// A code of an authenticator.
    AuthenticatorCode(String),
    /// A code of the printed list.
    RecoveryCode(String),
    /// The answer of a passkey.
    Passkey(Assertion),
}

/// The same, read.
pub(super) enum Proof {
    /// Six digits.
    Sms(String),
    /// Six digits.
    Authenticator(String),
    /// A code of the list.
    Recovery(RecoveryCode),
    /// The passkey whose signature holds, if it does.
    Passkey(Option<Signed>),
}

/// A passkey whose signature holds.
#[derive(Clone, Debug)]
pub(super) struct Signed {
    pub(super) id: CredentialId,
    pub(super) counter: u32,
}

/// What a proof is worth.
pub(super) enum Worth {
    /// It proves who the person is, and was used up by that.
    Right,
    /// Right or wrong, its time is over.
    Late,
    /// It proves nothing.
    Wrong,
}

impl Accounts {
    /// Reads what was given; `None` when it has not the form that it should have. A signature is checked here, before
    /// the transaction that counts it.
    pub(super) async fn read_proof(
        &self,
        ctx: &Ctx,
        challenge: &ChallengeId,
        given: Given,
    ) -> Result<Option<Proof>, Failure> {
        Ok(match given {
            Given::SmsCode(typed) => six_digits(&typed).map(Proof::Sms),
            Given::AuthenticatorCode(typed) => six_digits(&typed).map(Proof::Authenticator),
            Given::RecoveryCode(typed) => RecoveryCode::parse(&typed).map(Proof::Recovery),
            Given::Passkey(assertion) => {
                Some(Proof::Passkey(self.check_passkey_of_challenge(ctx, challenge, &assertion).await?))
            }
        })
    }
}

impl Proof {
    /// The factors that it proves, the password with it.
    pub(super) const fn amr(&self) -> &'static [Amr] {
        match self {
            Self::Sms(_) => &[Amr::Pwd, Amr::Sms, Amr::Mfa],
            Self::Authenticator(_) | Self::Recovery(_) => &[Amr::Pwd, Amr::Otp, Amr::Mfa],
            Self::Passkey(_) => &[Amr::Pwd, Amr::Pop, Amr::User, Amr::Mfa],
        }
    }

    /// Whether somebody who tries often enough hits upon it. Nobody does upon a signature.
    pub(super) const fn can_be_guessed(&self) -> bool {
        !matches!(self, Self::Passkey(_))
    }

    /// Judges it, and uses it up when it is right: each proof works once, whatever the parallelism (security.md row 13).
    pub(super) fn judge(
        &self,
        tx: &mut dyn Tx,
        vault: &dyn Vault,
        challenge: &Challenge,
        phone: Option<&Phone>,
        now: Timestamp,
    ) -> StoreResult<Worth> {
        let right = match self {
            Self::Sms(_) if now >= challenge.expires_at => return Ok(Worth::Late),
            Self::Sms(code) => {
                phone.is_some_and(|phone| code_digest(vault, &challenge.id, phone, code) == challenge.code)
            }
            Self::Authenticator(code) => use_authenticator(tx, vault, challenge, code, now)?,
            Self::Recovery(code) => {
                let key = code.key(&challenge.account_id, vault);
                match tx.find_credential(CredentialKind::RecoveryCode, &key)? {
                    Some(found) => tx.take_credential(&found.id, now)?,
                    None => false,
                }
            }
            Self::Passkey(Some(signed)) => signed.note_use(tx, now)?,
            Self::Passkey(None) => false,
        };
        Ok(if right { Worth::Right } else { Worth::Wrong })
    }

    /// Tells the owner of a use that they should know about.
    pub(super) fn tell(
        &self,
        tx: &mut dyn Tx,
        letters: &Letters,
        ctx: &Ctx,
        account: &Account,
        profile: &Profile,
    ) -> StoreResult<()> {
        if !matches!(self, Self::Recovery(_)) {
            return Ok(());
        }
        let mail = letters.security_change(ctx, account, profile, SecurityChange::RecoveryCodeUsed);
        mail.iter().try_for_each(|mail| mail.post(tx, ctx.now))?;
        tx.insert_audit(&AuditEntry::new(ctx, AuditKind::RecoveryCodeUsed).account(&account.id))
    }
}

/// Looks at every authenticator of the account, whichever fits; the step that fits is used up.
fn use_authenticator(
    tx: &mut dyn Tx,
    vault: &dyn Vault,
    challenge: &Challenge,
    code: &str,
    now: Timestamp,
) -> StoreResult<bool> {
    let mut fitting = None;
    let all = tx.list_credentials(&challenge.account_id)?;
    for credential in all.iter().filter(|credential| credential.kind == CredentialKind::Authenticator) {
        let step = Seed::of(credential, vault)?.accepted_step(code, now, credential.counter);
        fitting = fitting.or(step.map(|step| (credential, step)));
    }
    match fitting {
        Some((Credential { id, .. }, step)) => tx.advance_credential(id, step, now),
        None => Ok(false),
    }
}

impl Signed {
    /// Notes the use. A device that counts must have counted on: else there are two of it (WebAuthn §6.1.1).
    pub(super) fn note_use(&self, tx: &mut dyn Tx, now: Timestamp) -> StoreResult<bool> {
        if self.counter == 0 {
            return tx.touch_credential(&self.id, now);
        }
        tx.advance_credential(&self.id, i64::from(self.counter), now)
    }
}
