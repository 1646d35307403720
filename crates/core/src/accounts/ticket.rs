//! Tickets: what one page gives to the next about somebody who has proved something, sealed for this browser and for a
//! while. Nothing is stored.

use super::Accounts;
use crate::ctx::Ctx;
use crate::ports::{SealPurpose, Sealed};
use crate::time::{Span, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// How long a page with a ticket can be answered.
const LIFETIME: Span = Span::minutes(15);

/// What a ticket says. One kind never opens as another.
pub(super) trait TicketContent: Serialize + DeserializeOwned {
    /// Tells the kinds apart.
    const KIND: &'static [u8];
}

#[derive(Serialize, Deserialize)]
struct Ticket<T> {
    #[serde(flatten)]
    content: T,
    until: Timestamp,
}

impl Accounts {
    /// Seals `content` for the browser of `ctx`. Without a browser nobody can open it.
    pub(super) fn seal_ticket<T: TicketContent>(&self, ctx: &Ctx, content: T) -> String {
        let ticket = Ticket { content, until: ctx.now + LIFETIME };
        Sealed::seal(self.vault.as_ref(), SealPurpose::Flow, &context::<T>(ctx), &ticket, ctx.entropy()).to_text()
    }

    /// What a ticket says, to the browser that it was made for, in its time.
    pub(super) fn open_ticket<T: TicketContent>(&self, ctx: &Ctx, text: &str) -> Option<T> {
        ctx.browser.as_ref()?;
        let sealed: Sealed<Ticket<T>> = Sealed::from_text(text)?;
        let ticket = sealed.open(self.vault.as_ref(), SealPurpose::Flow, &context::<T>(ctx)).ok()?;
        (ctx.now < ticket.until).then_some(ticket.content)
    }
}

fn context<T: TicketContent>(ctx: &Ctx) -> Vec<u8> {
    let browser = ctx.browser.iter().flat_map(|browser| *browser.as_bytes());
    T::KIND.iter().copied().chain(browser).collect()
}
