//! What a scope opens: an account's facts as claims (OpenID Connect Core §5.1, §5.4, and our own of the scopes
//! `identity` and `organization`). Absent facts are left out, never blank.
//!
//! In the code flow these claims are in userinfo; in the ID token too only when asked for there by name ([`by_name`]).
//! The ID token's own claims are in [`crate::tokens`].

pub(crate) mod aliases;
pub(crate) mod by_name;
pub(crate) mod vouchers;

use portal_id_core::client::IdentityPolicy;
use portal_id_core::facts::{
    Address, BirthDate, BusinessCode, BusinessName, Email, FormerNumber, FullName, IdentityNumber, Phone,
};
use portal_id_core::ports::{Unsealable, Vault};
use portal_id_core::profile::{Account, FactSource, FactStanding, IdentifierKind, Profile};
use portal_id_core::time::Timestamp;
use serde_json::{Map, Value, json};
use vouchers::Vouchers;

/// The claims of the protocol itself, in the ID token or everywhere.
const OF_THE_PROTOCOL: &[&str] =
    &["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "aal", "ial", "sid", "at_hash"];

/// The claims about the person, by the scope that opens them.
const OF_THE_PERSON: &[(&str, &[&str])] = &[
    ("profile", &["name", "preferred_username", "birthdate", "locale", "updated_at", "account_type"]),
    ("email", &["email", "email_verified"]),
    ("phone", &["phone_number", "phone_number_verified"]),
    ("address", &["address"]),
    (
        "identity",
        &[
            "identity_number",
            "identity_number_verified",
            "identity_number_verified_at",
            "identity_number_source",
            "former_number",
            "former_number_verified",
            "former_number_verified_at",
            "former_number_source",
        ],
    ),
    (
        "organization",
        &[
            "business_code",
            "business_code_verified",
            "business_code_verified_at",
            "business_code_source",
            "business_name",
            "business_name_verified",
            "business_name_verified_at",
            "business_name_source",
            "head_office",
            "head_office_verified",
            "head_office_source",
        ],
    ),
];

/// Every claim we issue, for the metadata.
pub(crate) fn supported() -> Vec<&'static str> {
    let person = OF_THE_PERSON.iter().flat_map(|(_, names)| names.iter());
    OF_THE_PROTOCOL.iter().chain(person).copied().collect()
}

/// Whether a claim is about the person, so that a scope has to open it.
pub(crate) fn is_personal(name: &str) -> bool {
    OF_THE_PERSON.iter().any(|(_, names)| names.contains(&name))
}

/// Opens an account's facts.
pub(crate) fn open_profile(vault: &dyn Vault, account: &Account) -> Result<Profile, Unsealable> {
    account.open_profile(vault)
}

/// The claims that `scopes` open. `vouchers` says who vouches for what; `policy` whether self-declared numbers reach
/// the client (decisions 7).
pub(crate) fn of_person(
    account: &Account,
    profile: &Profile,
    vouchers: &Vouchers<'_>,
    scopes: &[String],
    policy: IdentityPolicy,
) -> Map<String, Value> {
    let mut claims = Map::new();
    let find = |kind| vouchers.of(kind);
    for scope in scopes {
        match scope.as_str() {
            "profile" => of_profile(&mut claims, account, profile),
            "email" => {
                let verified = find(IdentifierKind::Email).is_some_and(FactStanding::is_verified);
                put_with(&mut claims, "email", profile.email.as_ref().map(Email::as_str), verified);
            }
            "phone" => {
                let verified = find(IdentifierKind::Phone).is_some_and(FactStanding::is_verified);
                put_with(&mut claims, "phone_number", profile.phone.as_ref().map(Phone::e164), verified);
            }
            "address" => put(&mut claims, "address", profile.address.as_ref().map(of_address)),
            "identity" => {
                let number = profile.identity_number.as_ref().map(IdentityNumber::as_str);
                vouched(&mut claims, "identity_number", number, find(IdentifierKind::IdentityNumber), policy);
                let former = profile.former_number.as_ref().map(FormerNumber::as_str);
                vouched(&mut claims, "former_number", former, find(IdentifierKind::FormerNumber), policy);
            }
            "organization" => of_organization(&mut claims, profile, vouchers, policy),
            _ => {}
        }
    }
    claims
}

fn of_profile(claims: &mut Map<String, Value>, account: &Account, profile: &Profile) {
    // A business has no person's name: what is shown for it is its own (OpenID Connect Core §5.1).
    let business = profile.business_name.as_ref().map(BusinessName::as_str);
    put(claims, "name", profile.full_name.as_ref().map(FullName::as_str).or(business));
    // A name that we made up for who never chose one is nobody's to see.
    put(claims, "preferred_username", account.username.is_chosen().then(|| account.username.as_str()));
    put(claims, "birthdate", profile.birth_date.as_ref().map(BirthDate::as_str));
    put(claims, "locale", Some(account.language.tag()));
    put(claims, "updated_at", Some(account.updated_at.seconds()));
    put(claims, "account_type", Some(account.class.as_str()));
}

/// The code says which business it is: whoever may not learn the code learns nothing of it. The head office is as the
/// holder typed it, whoever vouches for the code.
fn of_organization(
    claims: &mut Map<String, Value>,
    profile: &Profile,
    vouchers: &Vouchers<'_>,
    policy: IdentityPolicy,
) {
    let code = vouchers.of(IdentifierKind::BusinessCode);
    vouched(claims, "business_code", profile.business_code.as_ref().map(BusinessCode::as_str), code, policy);
    if claims.contains_key("business_code") {
        let name = profile.business_name.as_ref().map(BusinessName::as_str);
        with_source(claims, "business_name", name, vouchers.of_business_name(profile));
        with_source(claims, "head_office", profile.address.as_ref().map(of_address), None);
    }
}

/// OpenID Connect Core §5.1.1, as typed. Our own members: the era that it is written in, and the codes of each era where
/// they are known, since a code without its era names no place.
fn of_address(address: &Address) -> Value {
    let mut parts = Map::new();
    put(&mut parts, "formatted", Some(address.one_line()));
    put(&mut parts, "street_address", Some(address.street().as_str()));
    put(&mut parts, "locality", Some(address.locality()));
    put(&mut parts, "region", Some(address.region()));
    put(&mut parts, "country", Some("Việt Nam"));
    put(&mut parts, "era", Some(address.era().as_str()));
    put(&mut parts, "units_2025", address.location().map(|location| json!(location)));
    put(&mut parts, "units_2004", address.old_location().map(|location| json!(location)));
    Value::Object(parts)
}

/// A number with who vouches for it. What nobody vouches for reaches only a client that takes it as such.
fn vouched(
    claims: &mut Map<String, Value>,
    name: &str,
    value: Option<&str>,
    fact: Option<&FactStanding>,
    policy: IdentityPolicy,
) {
    let verified = fact.and_then(|fact| Some((fact.source, fact.verified_at?)));
    with_source(claims, name, value.filter(|_| verified.is_some() || policy == IdentityPolicy::Any), verified);
}

/// A value with who vouches for it, and since when: nobody but its holder, where nobody is named.
fn with_source(
    claims: &mut Map<String, Value>,
    name: &str,
    value: Option<impl Into<Value>>,
    vouched: Option<(FactSource, Timestamp)>,
) {
    let Some(value) = value else { return };
    put_with(claims, name, Some(value), vouched.is_some());
    let (source, at) = vouched.unzip();
    put(claims, &format!("{name}_source"), Some(source.unwrap_or(FactSource::SelfDeclared).as_str()));
    put(claims, &format!("{name}_verified_at"), at.map(Timestamp::seconds));
}

fn put(claims: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        claims.insert(name.to_owned(), value.into());
    }
}

/// A claim and, only with it, whether it is verified.
fn put_with(claims: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>, verified: bool) {
    if let Some(value) = value {
        claims.insert(name.to_owned(), value.into());
        claims.insert(format!("{name}_verified"), json!(verified));
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::testing::{self, NOW};
    use portal_id_core::facts::AddressInput;
    use portal_id_core::place::{Location, Province};

    fn fact(kind: IdentifierKind, verified: Option<(FactSource, Timestamp)>) -> FactStanding {
        let (source, verified_at) =
            verified.map_or((FactSource::SelfDeclared, None), |(source, at)| (source, Some(at)));
        FactStanding { kind, source, verified_at }
    }

    fn claims(scopes: &[&str], facts: &[FactStanding], policy: IdentityPolicy) -> Map<String, Value> {
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        of_person(&testing::account(), &testing::profile(), &testing::vouchers(facts), &scopes, policy)
    }

    #[test]
    fn all_scopes_open_everything_that_is_known() {
        let all: Vec<&str> = portal_id_core::client::SCOPES.to_vec();
        let vouched = [
            fact(IdentifierKind::Email, Some((FactSource::Mailbox, NOW))),
            fact(IdentifierKind::Phone, None),
            fact(IdentifierKind::IdentityNumber, Some((FactSource::Desk, NOW))),
            fact(IdentifierKind::FormerNumber, Some((FactSource::NationalPortal, NOW))),
        ];
        insta::assert_snapshot!(format!("{:#}", Value::Object(claims(&all, &vouched, IdentityPolicy::VerifiedOnly))));
    }

    fn of_business(
        scopes: &[&str],
        verified: Option<(FactSource, Timestamp)>,
        policy: IdentityPolicy,
    ) -> Map<String, Value> {
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let facts = [fact(IdentifierKind::BusinessCode, verified)];
        of_person(
            &testing::business_account(),
            &testing::business_profile(),
            &testing::vouchers(&facts),
            &scopes,
            policy,
        )
    }

    #[test]
    fn a_business_tells_its_code_name_and_head_office_and_who_vouches_for_each() {
        let told =
            of_business(&["profile", "organization"], Some((FactSource::Desk, NOW)), IdentityPolicy::VerifiedOnly);
        insta::assert_snapshot!(format!("{:#}", Value::Object(told)));
    }

    #[test]
    fn nothing_of_a_business_that_only_declares_itself_reaches_a_client_that_takes_the_vouched_for_alone() {
        assert!(of_business(&["organization"], None, IdentityPolicy::VerifiedOnly).is_empty());
        let told = of_business(&["organization"], None, IdentityPolicy::Any);
        for name in ["business_code", "business_name", "head_office"] {
            assert!(told.contains_key(name), "{name}");
            assert_eq!(told[&format!("{name}_verified")], json!(false), "{name}");
            assert_eq!(told[&format!("{name}_source")], json!("self_declared"), "{name}");
        }
        assert!(claims(&["organization"], &[], IdentityPolicy::Any).is_empty(), "a citizen is no organization");
    }

    // security: row 38
    #[test]
    fn a_scope_opens_its_own_claims_and_no_others() {
        let names = |scopes: &[&str]| {
            claims(scopes, &[], IdentityPolicy::Any).into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        assert!(names(&["openid", "offline_access", "unknown"]).is_empty());
        assert_eq!(names(&["email"]), ["email", "email_verified"]);
        assert_eq!(names(&["phone"]), ["phone_number", "phone_number_verified"]);
        assert_eq!(names(&["address"]), ["address"]);
        let of_business = |scope| of_business(&[scope], None, IdentityPolicy::Any);
        assert!(of_business("identity").is_empty());
        assert!(["profile", "email", "phone", "address"].into_iter().all(|scope| {
            of_business(scope).keys().all(|name| !name.starts_with("business_") && !name.starts_with("head_office"))
        }));
    }

    #[test]
    fn a_self_declared_number_reaches_only_a_client_that_takes_it_as_such() {
        let declared = [fact(IdentifierKind::IdentityNumber, None)];
        assert!(claims(&["identity"], &declared, IdentityPolicy::VerifiedOnly).is_empty());
        assert!(claims(&["identity"], &[], IdentityPolicy::VerifiedOnly).is_empty());
        let told = claims(&["identity"], &declared, IdentityPolicy::Any);
        assert_eq!(
            (&told["identity_number_verified"], &told["identity_number_source"]),
            (&json!(false), &json!("self_declared"))
        );
        assert!(!told.contains_key("identity_number_verified_at"));
        assert_eq!((&told["former_number"], &told["former_number_verified"]), (&json!("121234567"), &json!(false)));
        // Who vouches for the one has said nothing about the other.
        let verified = [fact(IdentifierKind::IdentityNumber, Some((FactSource::Desk, NOW)))];
        let told = claims(&["identity"], &verified, IdentityPolicy::VerifiedOnly);
        assert!(told.contains_key("identity_number") && !told.contains_key("former_number"));
    }

    #[test]
    fn what_is_absent_is_left_out() {
        let empty = Profile::default();
        let all: Vec<String> = portal_id_core::client::SCOPES.map(str::to_owned).to_vec();
        let told = of_person(&testing::account(), &empty, &testing::vouchers(&[]), &all, IdentityPolicy::Any);
        let mut names: Vec<&str> = told.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["account_type", "locale", "preferred_username", "updated_at"]);
    }

    #[test]
    fn an_address_with_a_district_is_told_as_typed_with_the_codes_of_both_eras() {
        let input = AddressInput {
            era: "2004",
            province: "24",
            district: "213",
            ward: "07201",
            street: "Số 5",
            ..AddressInput::default()
        };
        assert_eq!(
            Address::parse(input).map(|address| of_address(&address)),
            Ok(json!({
                "formatted": "Số 5, Phường Thọ Xương, Thành phố Bắc Giang, Tỉnh Bắc Giang",
                "street_address": "Số 5",
                "locality": "Phường Thọ Xương, Thành phố Bắc Giang",
                "region": "Tỉnh Bắc Giang",
                "country": "Việt Nam",
                "era": "2004",
                "units_2025": { "province_code": "24", "ward_code": "07210" },
                "units_2004": { "province_code": "24", "district_code": "213", "ward_code": "07201" },
            }))
        );
    }

    #[test]
    fn an_address_of_today_is_told_with_the_codes_of_before_where_they_follow_for_certain() {
        let mut wards = Province::all().iter().flat_map(Province::wards);
        let (ward, old) = wards.find_map(|ward| Some((ward, Location::of(ward).was()?))).unwrap();
        let (province, code) = (ward.province_code(), ward.code());
        let today = AddressInput {
            province: province.as_str(),
            ward: code.as_str(),
            street: "Số 5",
            ..AddressInput::default()
        };
        let told = of_address(&Address::parse(today).unwrap());
        assert_eq!((&told["era"], &told["units_2004"]), (&json!("2025"), &json!(old)));
        let merged = AddressInput { province: "24", ward: "07210", street: "Số 5", ..AddressInput::default() };
        assert!(of_address(&Address::parse(merged).unwrap()).get("units_2004").is_none());
    }

    #[test]
    fn every_claim_that_can_be_told_is_advertised() {
        let all: Vec<&str> = portal_id_core::client::SCOPES.to_vec();
        let vouched = [IdentifierKind::IdentityNumber, IdentifierKind::FormerNumber]
            .map(|kind| fact(kind, Some((FactSource::NationalPortal, NOW))));
        let business = of_business(&all, Some((FactSource::NationalPortal, NOW)), IdentityPolicy::Any);
        for name in claims(&all, &vouched, IdentityPolicy::Any).keys().chain(business.keys()) {
            assert!(supported().contains(&name.as_str()) && is_personal(name), "{name}");
        }
    }
}
