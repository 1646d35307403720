//! What the pages that ask for a missing address or phone show: what is missing, what to suggest, where a code was sent.
//!
//! What another provider said without vouching for it is only suggested: it waits beside the session, sealed, in the
//! ephemeral store, and may vanish there without harm.

use super::own_contact::{AskContactOutcome, open_contact};
use super::{Accounts, Failure, Missing, SignedIn};
use crate::ctx::Ctx;
use crate::facts::{Email, Phone};
use crate::ids::{PendingContactId, SessionId};
use crate::pending_contact::{ContactKind, PendingContact};
use crate::ports::{EphemeralKey, SealPurpose, Sealed};
use crate::time::Span;
use serde::{Deserialize, Serialize};

/// How long a suggestion waits.
const LIFETIME: Span = Span::minutes(30);

/// Where a code was sent that proves an address or phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactView {
    /// Mailbox or phone.
    pub kind: ContactKind,
    /// Which, masked.
    pub masked: String,
}

#[derive(Serialize, Deserialize)]
struct Suggested {
    email: Option<Email>,
    phone: Option<Phone>,
}

fn key(session: &SessionId) -> EphemeralKey {
    EphemeralKey::new("suggested-contact", session.as_str())
}

impl Accounts {
    /// Keeps what a provider said about how its person is reached, for as long as the page that asks may take.
    pub(super) async fn keep_suggestions(&self, ctx: &Ctx, session: &SessionId, missing: &Missing) {
        let suggested = Suggested { email: missing.suggested_email.clone(), phone: missing.suggested_phone.clone() };
        if suggested.email.is_none() && suggested.phone.is_none() {
            return;
        }
        let (vault, context) = (self.vault.as_ref(), session.as_str().as_bytes());
        let sealed = Sealed::seal(vault, SealPurpose::Contact, context, &suggested, ctx.entropy());
        // Out of reach: then nothing is suggested.
        let _ = self.ephemeral.set_if_absent(&key(session), sealed.as_bytes(), LIFETIME, ctx.now).await;
    }

    /// How whoever is signed in cannot be reached yet, and what to suggest.
    pub async fn missing_contact(&self, ctx: &Ctx, who: &SignedIn) -> Result<Missing, Failure> {
        let profile = self.open_profile(&who.account)?;
        let (email, phone) = (profile.email.is_none(), profile.phone.is_none());
        let found = match self.ephemeral.find(&key(&who.session.id), ctx.now).await {
            Ok(found) if email || phone => found,
            _ => None,
        };
        let suggested = found.and_then(|bytes| {
            let sealed: Sealed<Suggested> = Sealed::from_bytes(bytes);
            sealed.open(self.vault.as_ref(), SealPurpose::Contact, who.session.id.as_str().as_bytes()).ok()
        });
        let Suggested { email: suggested_email, phone: suggested_phone } =
            suggested.unwrap_or(Suggested { email: None, phone: None });
        Ok(Missing {
            email,
            phone,
            suggested_email: suggested_email.filter(|_| email),
            suggested_phone: suggested_phone.filter(|_| phone),
        })
    }

    /// Where the code of a contact was sent; `None` when it is over, unknown, or another browser's.
    pub async fn view_contact(
        &self,
        ctx: &Ctx,
        who: &SignedIn,
        id: &PendingContactId,
    ) -> Result<Option<ContactView>, Failure> {
        let Some((pending, text)) = self.open_pending(ctx, who, id).await? else { return Ok(None) };
        let masked = match pending.kind {
            ContactKind::Email => Email::from_stored(&text).map(|email| email.masked()),
            ContactKind::Phone => Phone::from_stored(&text).map(|phone| phone.masked()),
        };
        let masked = masked.map_err(|_| Failure::Internal("a contact that does not read".to_owned()))?;
        Ok(Some(ContactView { kind: pending.kind, masked }))
    }

    /// Sends another code there, under the same limits; the wait between two is that of a sign-in. `None`: over.
    pub async fn resend_contact_code(
        &self,
        ctx: &Ctx,
        who: &SignedIn,
        id: &PendingContactId,
    ) -> Result<Option<AskContactOutcome>, Failure> {
        let Some((pending, text)) = self.open_pending(ctx, who, id).await? else { return Ok(None) };
        let until = pending.sent_at + self.settings.codes.resend_after();
        if ctx.now < until {
            return Ok(Some(AskContactOutcome::Wait { until }));
        }
        self.ask_contact(ctx, who, pending.kind, &text).await.map(Some)
    }

    async fn open_pending(
        &self,
        ctx: &Ctx,
        who: &SignedIn,
        id: &PendingContactId,
    ) -> Result<Option<(PendingContact, String)>, Failure> {
        let id = id.clone();
        let found = self.store.read("find_pending_contact", move |tx| tx.find_pending_contact(&id)).await?;
        let Some(pending) = found.filter(|pending| pending.is_open(ctx, &who.account.id, self.settings.codes.tries))
        else {
            return Ok(None);
        };
        let text = open_contact(self.vault.as_ref(), &pending)?;
        Ok(Some((pending, text)))
    }
}
