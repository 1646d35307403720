//! From what a person typed as their name to the one account it means (decisions 4).

use crate::digest::Digest;
use crate::facts::{Email, IdentityNumber, Phone, Username};
use crate::ports::Vault;
use crate::profile::{Account, AccountState, Identifier, IdentifierKind};
use crate::store::{StoreResult, Tx};

/// A typed sign-in name in its normal forms, worked out before the transaction.
pub(super) struct SignInName {
    username: Option<String>,
    identifiers: Vec<(IdentifierKind, Digest)>,
    /// One text for all forms of the same name: what an unknown name is counted under.
    pub(super) normal: String,
}

impl SignInName {
    /// Reads a typed name every way it can be read.
    pub(super) fn read(typed: &str, vault: &dyn Vault) -> Self {
        let email = Email::parse(typed).ok().map(|email| (IdentifierKind::Email, email.compare_key()));
        let phone = Phone::parse(typed).ok().map(|parsed| (IdentifierKind::Phone, parsed.phone.e164().to_owned()));
        let grouped: String = typed.chars().filter(|c| !c.is_whitespace() && !".-".contains(*c)).collect();
        let number = IdentityNumber::from_stored(&grouped)
            .ok()
            .map(|number| (IdentifierKind::IdentityNumber, number.digest_input().to_owned()));
        let readings: Vec<_> = [email, phone, number].into_iter().flatten().collect();
        // No username ever reads as one of these. As stored: one that the rules for new ones would refuse today still
        // opens its account.
        let username = Username::from_stored(typed.trim()).ok().filter(|_| readings.is_empty());
        let username = username.map(|name| name.key().to_owned());
        let normal = match (readings.first(), &username) {
            (Some((_, text)), _) => text.clone(),
            (None, Some(name)) => name.clone(),
            (None, None) => typed.trim().chars().take(256).collect(),
        };
        let identifiers = readings.into_iter().map(|(kind, text)| (kind, kind.digest(vault, &text))).collect();
        Self { username, identifiers, normal }
    }

    /// The one account this name means. A name that means two accounts means none.
    pub(super) fn resolve(&self, tx: &mut dyn Tx) -> StoreResult<Option<Account>> {
        if let Some(key) = &self.username
            && let Some(account) = tx.find_account_by_username(key)?
        {
            return Ok(Some(account));
        }
        for (kind, digest) in &self.identifiers {
            let mut matching = tx.list_accounts_by_identifier(*kind, digest, AccountState::Active)?;
            matching.retain(|(_, identifier)| opens_the_door(identifier));
            if let [_] = matching.as_slice() {
                return Ok(matching.pop().map(|(account, _)| account));
            }
        }
        Ok(None)
    }
}

/// E-mail and phone open the door when verified; an identity number also when this account alone claims it.
fn opens_the_door(identifier: &Identifier) -> bool {
    match identifier.kind {
        IdentifierKind::IdentityNumber => identifier.is_verified() || identifier.claimed,
        IdentifierKind::Email | IdentifierKind::Phone => identifier.is_verified(),
        IdentifierKind::FormerNumber | IdentifierKind::BusinessCode => false,
    }
}
