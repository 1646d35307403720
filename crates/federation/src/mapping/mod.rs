//! From the claims of an upstream to what we keep of a person. Tolerant of what providers really send: numbers for
//! strings, empty strings for nothing, several forms of a date. Of a person only what is mapped is read: no setting can make
//! us keep somebody's religion, blood group or family.

mod level;
mod text;

use crate::id_token::IdToken;
use crate::settings::{ClaimNames, Resolved, VouchedContact};
use crate::trouble::Missing;
use portal_id_core::facts::{
    BirthDate, BusinessCode, BusinessName, Email, FieldError, FormerNumber, FullName, IdentityKind, IdentityNumber,
    Phone,
};
use portal_id_core::profile::AccountClass;
use portal_id_core::time::Timestamp;
use portal_id_core::upstream::{Brought, BroughtFacts, BroughtLevel, LinkKey};
use serde_json::{Map, Value};
use time::Date;

/// What was read of an upstream's claims.
#[derive(Debug)]
pub(crate) struct Mapped {
    pub(crate) key: LinkKey,
    pub(crate) class: AccountClass,
    pub(crate) facts: BroughtFacts,
    pub(crate) level: BroughtLevel,
    pub(crate) logout_uri: Option<String>,
}

/// Why nothing was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unmapped {
    UnknownClass,
    Incomplete(Missing),
}

/// Claims of both places: userinfo first, since that is where people's facts belong.
pub(crate) struct Claims<'a> {
    pub(crate) userinfo: &'a Map<String, Value>,
    pub(crate) id_token: &'a Map<String, Value>,
}

impl Claims<'_> {
    fn value(&self, name: &str) -> Option<&Value> {
        self.userinfo.get(name).or_else(|| self.id_token.get(name))
    }

    fn text(&self, name: &str) -> Option<String> {
        self.value(name).and_then(text::of)
    }

    /// The texts of these claims that are not empty, with their names.
    fn texts<'n>(&self, names: Option<&'n ClaimNames>) -> impl Iterator<Item = (&'n str, String)> {
        let names = names.map(|names| names.0.as_slice()).unwrap_or_default();
        names.iter().filter_map(|name| self.text(name).map(|text| (name.as_str(), text)))
    }

    /// The first of these claims that can be read as what it should be. What cannot is left out: a fact that we cannot
    /// read is not known, and nobody is locked out for it.
    fn first<T>(&self, names: Option<&ClaimNames>, read: impl Fn(&str) -> Result<T, FieldError>) -> Option<T> {
        self.texts(names).find_map(|(name, text)| read(&text).map_err(|reason| left_out(name, reason)).ok())
    }

    /// The same for what is written in digits, which may have come as a number: `read` is told how many zeros were put before
    /// them. One that can be read in two ways is not known.
    fn first_in_digits<T>(
        &self,
        names: Option<&ClaimNames>,
        read: impl Fn(&str, usize) -> Result<T, FieldError>,
    ) -> Option<T> {
        let names = names.map(|names| names.0.as_slice()).unwrap_or_default();
        let values = names.iter().filter_map(|name| Some((name, text::spellings(self.value(name)?))));
        values.filter(|(_, spellings)| !spellings.is_empty()).find_map(|(name, spellings)| {
            let (mut good, mut reason) = (Vec::new(), FieldError::Malformed);
            for (zeros, text) in spellings {
                match read(&text, zeros) {
                    Ok(value) => good.push(value),
                    Err(refused) if zeros == 0 => reason = refused,
                    Err(_) => {}
                }
            }
            let only = if good.len() == 1 { good.pop() } else { None };
            only.ok_or(reason).map_err(|reason| left_out(name, reason)).ok()
        })
    }
}

fn left_out(claim: &str, reason: FieldError) {
    tracing::info!(claim, ?reason, "A claim of an upstream provider cannot be read and is left out.");
}

/// Reads the claims.
pub(crate) fn read(
    upstream: &Resolved,
    claims: &Claims<'_>,
    id_token: &IdToken,
    now: Timestamp,
) -> Result<Mapped, Unmapped> {
    let map = &upstream.claims;
    let key = key(claims, map.subject.as_ref()).ok_or(Unmapped::Incomplete(Missing::Subject))?;
    let class = class(upstream, claims)?;
    let level = level::read(upstream, claims, id_token, now);
    // What an upstream vouches for nobody it is not asked either (ial 0): a number that its holder typed there would find
    // out who has an account here.
    let facts = if level.ial.0 == 0 { BroughtFacts::default() } else { facts(upstream, claims, now.date_in_vietnam()) };
    if level.ial.0 > 0 {
        complete(upstream, class, &facts, &key)?;
    }
    let logout_uri = claims.texts(map.logout_uri.as_ref()).next().map(|(_, text)| text);
    Ok(Mapped { key, class, facts, level, logout_uri })
}

/// What people are known by: the first of the claims that says anything. If that is too long, has something invisible in
/// it, or is a number that may stand for two people, it names nobody, and the next is not tried: a person must not have
/// two names by turns.
fn key(claims: &Claims<'_>, names: Option<&ClaimNames>) -> Option<LinkKey> {
    const LONGEST: usize = 255;
    let names = names.map(|names| names.0.as_slice()).unwrap_or_default();
    let claim = names.iter().find(|name| claims.value(name).is_some_and(text::says_something))?;
    let value = text::name(claims.value(claim)?)?;
    let good = value.len() <= LONGEST && !value.chars().any(char::is_control);
    good.then(|| LinkKey { claim: claim.clone(), value })
}

fn class(upstream: &Resolved, claims: &Claims<'_>) -> Result<AccountClass, Unmapped> {
    let Some(names) = upstream.claims.class.as_ref().filter(|names| !names.0.is_empty()) else {
        return upstream.default_class.ok_or(Unmapped::UnknownClass);
    };
    // The first that says anything, also what cannot be read: a list of kinds is not the kind of whoever says none.
    let said = names.0.iter().filter_map(|name| claims.value(name)).find(|value| text::says_something(value));
    let class = match said {
        Some(value) => text::of(value).and_then(|value| upstream.classes.get(&value).copied()),
        None => upstream.default_class,
    };
    class.ok_or(Unmapped::UnknownClass)
}

/// What each class of account cannot do without.
fn complete(upstream: &Resolved, class: AccountClass, facts: &BroughtFacts, key: &LinkKey) -> Result<(), Unmapped> {
    let named = |names: &Option<ClaimNames>| names.as_ref().is_some_and(|names| !names.0.is_empty());
    let best_key = upstream.claims.subject.as_ref().and_then(|names| names.0.first());
    let missing = match class {
        AccountClass::Citizen if facts.identity_number.is_none() && named(&upstream.claims.identity_number) => {
            Missing::IdentityNumber
        }
        AccountClass::Business if facts.business_code.is_none() && named(&upstream.claims.business_code) => {
            Missing::BusinessCode
        }
        // Nothing else holds an organisation together.
        AccountClass::Organisation if best_key != Some(&key.claim) => Missing::Subject,
        _ => return Ok(()),
    };
    Err(Unmapped::Incomplete(missing))
}

fn facts(upstream: &Resolved, claims: &Claims<'_>, today: Date) -> BroughtFacts {
    let map = &upstream.claims;
    let (identity_number, former_number) = numbers(claims, map.identity_number.as_ref(), map.former_number.as_ref());
    let vouched = |contact, claim: &str| {
        upstream.vouches_for.contains(&contact) || claims.text(claim).is_some_and(|said| said == "true")
    };
    let email = claims.first(map.email.as_ref(), Email::parse);
    let phone = claims.first_in_digits(map.phone.as_ref(), |text, _| Phone::parse(text).map(|parsed| parsed.phone));
    BroughtFacts {
        full_name: claims.first(map.full_name.as_ref(), FullName::parse),
        birth_date: claims.first(map.birth_date.as_ref(), |text| {
            BirthDate::from_date(text::date(text).ok_or(FieldError::Malformed)?, today)
        }),
        identity_number,
        former_number,
        business_name: claims.first(map.business_name.as_ref(), BusinessName::parse),
        business_code: claims.first_in_digits(map.business_code.as_ref(), |text, _| BusinessCode::parse(text, today)),
        email: email.map(|value| Brought { value, vouched: vouched(VouchedContact::Email, "email_verified") }),
        phone: phone.map(|value| Brought { value, vouched: vouched(VouchedContact::Phone, "phone_number_verified") }),
    }
}

/// The 12-digit number leads; a 9-digit one stands beside it, or for it where there is no other. Whichever claim they
/// come in: some people's CMND has 12 digits, and is their number. Whether a number fits the birth date is not our
/// question: somebody saw the papers.
fn numbers(
    claims: &Claims<'_>,
    identity: Option<&ClaimNames>,
    former: Option<&ClaimNames>,
) -> (Option<IdentityNumber>, Option<FormerNumber>) {
    let read = |names| {
        claims.first_in_digits(names, |text, zeros| {
            let number = IdentityNumber::from_stored(&text::digits(text))?;
            // Zeros that we put there make a place of registration, or the one with which a former number may begin.
            let made_up = match number.kind() {
                IdentityKind::Cccd => zeros > 0 && number.birthplace().is_none(),
                IdentityKind::Cmnd => zeros > 1,
            };
            if made_up { Err(FieldError::WrongLength) } else { Ok(number) }
        })
    };
    let said: Vec<_> = [read(identity), read(former)].into_iter().flatten().collect();
    let of_kind = |kind| said.iter().find(|number| number.kind() == kind).cloned();
    match (of_kind(IdentityKind::Cccd), of_kind(IdentityKind::Cmnd)) {
        (Some(number), former) => (Some(number), former.and_then(|former| former.as_former())),
        (None, former) => (former, None),
    }
}

#[cfg(test)]
mod tests;
