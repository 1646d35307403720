//! What an upstream vouches for becomes the account's, with where it came from, when, and at which level.
//!
//! Later arrivals refresh it. Of two words about the same fact the one that weighs more stands, the later of two that weigh
//! the same ([`Weight`]); services and the account's page are told the same. An upstream may always correct what it said
//! itself. What the holder proved here with a code, that they are reached at an address or a phone, stays as it is.

use crate::accounts::messages::Letters;
use crate::accounts::phone_cap;
use crate::acr::Ial;
use crate::audit::{AuditEntry, AuditKind};
use crate::ctx::Ctx;
use crate::outbox::SecurityChange;
use crate::ports::Vault;
use crate::profile::{Account, AccountClass, FactSource, Identifier, IdentifierKind, Profile};
use crate::store::{StoreError, StoreResult, Tx};
use crate::upstream::{Brought, UpstreamIdentity};
use crate::vouched::{VouchedFact, VouchedKind, Weight};

/// One vouching, with what its transaction needs.
pub(super) struct Vouching<'a> {
    pub(super) ctx: &'a Ctx,
    pub(super) vault: &'a dyn Vault,
    pub(super) identity: &'a UpstreamIdentity,
    pub(super) accounts_per_phone: u32,
    /// By which its holder is told of a first address or phone; none for an account that is made in this moment.
    pub(super) letters: Option<&'a Letters>,
}

impl Vouching<'_> {
    /// Writes what the upstream vouches for; the account as it is then. At level 0 it vouches for nothing.
    pub(super) fn vouch(&self, tx: &mut dyn Tx, account: &Account) -> StoreResult<Account> {
        if self.identity.level.ial == Ial(0) {
            return Ok(account.clone());
        }
        let (id, before) = (&account.id, account.open_profile(self.vault)?);
        let standing: Vec<VouchedFact> =
            tx.list_vouched_facts(id)?.into_iter().filter(|fact| fact.holds(&before, self.vault)).collect();
        let (mut profile, vouched) = self.merged(tx, account, &before, &standing)?;
        if profile.former_number.is_none() && profile.identity_number != before.identity_number {
            // The number of before stays known, so that a person who moved from 9 digits to 12 is found by both.
            profile.former_number = before.identity_number.as_ref().and_then(crate::facts::IdentityNumber::as_former);
        }
        let news = self.put_facts(tx, account, &profile, &vouched, &standing)?;
        let sealed = profile.seal_for(id, self.vault, self.ctx.entropy());
        let changed = VouchedKind::ALL.into_iter().any(|kind| kind.of(&before) != kind.of(&profile));
        if changed {
            tx.update_profile(id, &sealed, self.ctx.now)?;
        }
        if changed || news {
            let entry = AuditEntry::new(self.ctx, AuditKind::FactsVouched).upstream(&self.identity.upstream);
            tx.insert_audit(&entry.account(id))?;
        }
        self.put_identifiers(tx, account, &profile, &vouched, &standing)?;
        if !changed {
            return Ok(account.clone());
        }
        let account = Account { profile: sealed, updated_at: self.ctx.now, ..account.clone() };
        self.tell_of_contacts(tx, &account, &before, &profile)?;
        Ok(account)
    }

    /// As when its holder adds them here (`own_contact`): whoever adds where mails and codes go may be somebody else.
    fn tell_of_contacts(
        &self,
        tx: &mut dyn Tx,
        account: &Account,
        before: &Profile,
        profile: &Profile,
    ) -> StoreResult<()> {
        let Some(letters) = self.letters else { return Ok(()) };
        let changes = [
            (before.email.is_none() && profile.email.is_some()).then_some(SecurityChange::EmailAdded),
            (before.phone.is_none() && profile.phone.is_some()).then_some(SecurityChange::PhoneAdded),
        ];
        let mut mails = changes
            .into_iter()
            .flatten()
            .filter_map(|change| letters.security_change(self.ctx, account, profile, change));
        mails.try_for_each(|mail| mail.post(tx, self.ctx.now))
    }

    /// The profile with what is vouched for, and which facts those are.
    fn merged(
        &self,
        tx: &mut dyn Tx,
        account: &Account,
        before: &Profile,
        standing: &[VouchedFact],
    ) -> StoreResult<(Profile, Vec<VouchedKind>)> {
        let facts = &self.identity.facts;
        let mut profile = before.clone();
        let mut vouched = Vec::new();
        // Another upstream's word that weighs more stands.
        let mut take = |kind: VouchedKind| {
            let stronger = |fact: &VouchedFact| {
                fact.kind == kind
                    && fact.weight() > self.weight()
                    && fact.upstream.as_ref() != Some(&self.identity.upstream)
            };
            let free = !standing.iter().any(stronger);
            if free {
                vouched.push(kind);
            }
            free
        };
        if facts.full_name.is_some() && take(VouchedKind::FullName) {
            profile.full_name.clone_from(&facts.full_name);
        }
        if facts.birth_date.is_some() && take(VouchedKind::BirthDate) {
            profile.birth_date.clone_from(&facts.birth_date);
        }
        if let Some(number) = &facts.identity_number {
            let has_longer = before.identity_number.as_ref().is_some_and(|ours| ours.as_former().is_none());
            match number.as_former() {
                // Never from 12 digits back to 9: then it is the former number.
                Some(former) if has_longer => {
                    if take(VouchedKind::FormerNumber) {
                        profile.former_number = Some(former);
                    }
                }
                _ => {
                    if take(VouchedKind::IdentityNumber) {
                        profile.identity_number = Some(number.clone());
                    }
                }
            }
        }
        if facts.former_number.is_some() && take(VouchedKind::FormerNumber) {
            profile.former_number.clone_from(&facts.former_number);
        }
        if facts.business_name.is_some() && take(VouchedKind::BusinessName) {
            profile.business_name.clone_from(&facts.business_name);
        }
        if facts.business_code.is_some() && take(VouchedKind::BusinessCode) {
            profile.business_code.clone_from(&facts.business_code);
        }
        // How a person is reached is theirs to say: what they have here already is never replaced.
        if let Some(Brought { value, vouched: true }) = &facts.email {
            let ours = before.email.as_ref().map(crate::facts::Email::compare_key);
            let digest = IdentifierKind::Email.digest(self.vault, &value.compare_key());
            let claimant = tx.find_claimant(account.class, IdentifierKind::Email, &digest)?;
            let free = claimant.is_none_or(|claimant| claimant == account.id);
            if free && ours.is_none_or(|ours| ours == value.compare_key()) && take(VouchedKind::Email) {
                profile.email.get_or_insert_with(|| value.clone());
            }
        }
        if let Some(Brought { value, vouched: true }) = &facts.phone {
            let fits = if let Some(ours) = &before.phone {
                ours == value
            } else {
                let digest = IdentifierKind::Phone.digest(self.vault, value.e164());
                phone_cap::has_room(tx, self.vault, &digest, self.accounts_per_phone, self.ctx.now)?
            };
            if fits && take(VouchedKind::Phone) {
                profile.phone = Some(value.clone());
            }
        }
        Ok((profile, vouched))
    }

    const fn weight(&self) -> Weight {
        Weight::of(self.identity.source, self.identity.level.ial)
    }

    /// Notes who vouches for what; whether any of it is new, or of another level or source.
    fn put_facts(
        &self,
        tx: &mut dyn Tx,
        account: &Account,
        profile: &Profile,
        vouched: &[VouchedKind],
        standing: &[VouchedFact],
    ) -> StoreResult<bool> {
        let mut news = false;
        for kind in vouched {
            let Some(value) = kind.of(profile) else { continue };
            let value = kind.digest(self.vault, &account.id, &value);
            let before = standing.iter().find(|fact| fact.kind == *kind && fact.value == value);
            // A weaker sign-in does not undo what a stronger one proved about the same fact.
            if before.is_some_and(|before| before.weight() > self.weight()) {
                continue;
            }
            news |= before.is_none_or(|before| before.weight() != self.weight());
            tx.put_vouched_fact(&VouchedFact {
                account_id: account.id.clone(),
                kind: *kind,
                value,
                source: self.identity.source,
                upstream: Some(self.identity.upstream.clone()),
                ial: self.identity.level.ial,
                verified_at: self.ctx.now,
            })?;
        }
        Ok(news)
    }

    /// Makes the vouched facts those that the account is found by. The number of somebody who represents a business is
    /// that of a citizen, who signs in with it: it is no sign-in name of the business.
    fn put_identifiers(
        &self,
        tx: &mut dyn Tx,
        account: &Account,
        profile: &Profile,
        vouched: &[VouchedKind],
        standing: &[VouchedFact],
    ) -> StoreResult<()> {
        let all = tx.list_identifiers(&account.id)?;
        for (kind, text) in profile.looked_up() {
            let claimed = match (account.class, kind) {
                (AccountClass::Citizen, IdentifierKind::IdentityNumber | IdentifierKind::FormerNumber)
                | (AccountClass::Business, IdentifierKind::BusinessCode)
                | (_, IdentifierKind::Email) => true,
                (_, IdentifierKind::Phone) | (AccountClass::Organisation, IdentifierKind::BusinessCode) => false,
                _ => continue,
            };
            let digest = kind.digest(self.vault, &text);
            let own = all.iter().find(|fact| fact.kind == kind && fact.digest == digest);
            if is_vouched(kind, vouched, profile) {
                let stands = own.filter(|own| self.stands(own, &text, standing));
                let (verified_at, source) =
                    stands.map_or((Some(self.ctx.now), self.identity.source), |own| (own.verified_at, own.source));
                let account_id = account.id.clone();
                let identifier = Identifier { account_id, kind, digest, claimed, verified_at, source };
                put_identifier(tx, own, &identifier)?;
            } else if own.is_none() && kind == IdentifierKind::FormerNumber {
                // The number of before, which nobody vouched for now, under its new name.
                tx.put_vouched_identifier(&Identifier {
                    account_id: account.id.clone(),
                    kind,
                    digest,
                    claimed,
                    verified_at: None,
                    source: FactSource::SelfDeclared,
                })?;
            }
        }
        Ok(())
    }

    /// Whether what is known of an identifier weighs more than what the upstream says of it now. `standing` is what was
    /// known before.
    fn stands(&self, own: &Identifier, text: &str, standing: &[VouchedFact]) -> bool {
        let same = |fact: &&VouchedFact| {
            fact.source == own.source && fact.value == fact.kind.digest(self.vault, &own.account_id, text)
        };
        match own.source {
            _ if !own.is_verified() => false,
            FactSource::Mailbox | FactSource::PhoneCode => true,
            // Without a record of the level: of the lowest at which anybody vouches.
            source => {
                let level = standing.iter().filter(same).map(|fact| fact.ial).max().unwrap_or(Ial(1));
                Weight::of(source, level) > self.weight()
            }
        }
    }
}

/// Writes an identifier in place of the account's `own` of the same kind and digest, if there is one.
fn put_identifier(tx: &mut dyn Tx, own: Option<&Identifier>, identifier: &Identifier) -> StoreResult<()> {
    if own == Some(identifier) {
        return Ok(());
    }
    if let (Some(own), Some(at)) = (own, identifier.verified_at)
        && own.claimed == identifier.claimed
        && tx.verify_identifier(&identifier.account_id, identifier.kind, &identifier.digest, identifier.source, at)?
    {
        return Ok(());
    }
    if tx.put_vouched_identifier(identifier)? || identifier.kind == IdentifierKind::FormerNumber {
        return Ok(());
    }
    // Somebody claimed it since it was looked for: look again.
    Err(StoreError::Retry)
}

fn is_vouched(kind: IdentifierKind, vouched: &[VouchedKind], profile: &Profile) -> bool {
    let has = |kind| vouched.contains(&kind);
    match kind {
        IdentifierKind::Email => has(VouchedKind::Email),
        IdentifierKind::Phone => has(VouchedKind::Phone),
        IdentifierKind::IdentityNumber => has(VouchedKind::IdentityNumber),
        // Also 9 digits that are vouched for as the identity number, where there is no other.
        IdentifierKind::FormerNumber => {
            has(VouchedKind::FormerNumber)
                || (has(VouchedKind::IdentityNumber)
                    && profile.identity_number.as_ref().is_some_and(|number| number.as_former().is_some()))
        }
        IdentifierKind::BusinessCode => has(VouchedKind::BusinessCode),
    }
}
