//! The facts of a generated citizen: from a number, always the same, never twice.

use super::names;
use anyhow::{Context as _, Result, anyhow};
use portal_id_core::facts::{
    Address, AddressInput, BirthDate, Birthplace, Email, FullName, IdentityNumber, KnownFacts, Phone, Username,
};
use portal_id_core::place::{self, Era, Province, ProvinceCode};
use portal_id_core::profile::Profile;
use portal_id_core::time::Timestamp;
use std::sync::LazyLock;

/// The province whose portal this is: most of its citizens live there.
const HOME_PROVINCE: &str = "24";
/// Of a hundred citizens, those who live in another province.
const ELSEWHERE: u64 = 15;
/// Births of grown-ups.
const FIRST_YEAR: u64 = 1946;
const YEARS: u64 = 63;
/// The codes of births as cards carry them: the provinces of before 2025.
static BIRTHPLACES: LazyLock<Vec<u16>> = LazyLock::new(|| {
    (1..=999).filter(|code| matches!(Birthplace::of_code(*code), Some(Birthplace::Province(_)))).collect()
});
/// Prefixes of mobile numbers.
const MOBILE: [&str; 25] = [
    "032", "033", "034", "035", "036", "037", "038", "039", "070", "076", "077", "078", "079", "081", "082", "083",
    "084", "085", "086", "088", "091", "094", "096", "097", "098",
];

/// What a citizen is called and where they are found; the rest follows from it.
pub(crate) struct Citizen {
    number: u64,
    female: bool,
    full_name: String,
    /// The name the account signs in with.
    pub(crate) username: String,
    /// The phone, as dialled within Vietnam.
    pub(crate) phone: String,
}

impl Citizen {
    /// The citizen of a number; different numbers below 250 million have different usernames, phones and identity numbers.
    pub(crate) fn of(number: u64) -> Self {
        let mut dice = Dice(number);
        let female = dice.below(2) == 1;
        let (middle, given) = if female {
            (dice.one_of(&names::MIDDLE_OF_WOMEN), dice.one_of(&names::GIVEN_OF_WOMEN))
        } else {
            (dice.one_of(&names::MIDDLE_OF_MEN), dice.one_of(&names::GIVEN_OF_MEN))
        };
        let full_name = format!("{} {middle} {given}", dice.family());
        // As people do it: the given name, the initials of the rest, a number: `hoant00000042`.
        let plain = place::search_key(&full_name);
        let (rest, given) = plain.rsplit_once(' ').unwrap_or_default();
        let initials: String = rest.split(' ').filter_map(|word| word.chars().next()).collect();
        Self {
            number,
            female,
            username: format!("{given}{initials}{number:08}"),
            phone: format!("{}{:07}", of(&MOBILE, number), scattered(number / MOBILE.len() as u64, 10_000_000)),
            full_name,
        }
    }

    /// Everything they told at registration; `now` is a day after which nobody was born.
    pub(super) fn profile(&self, now: Timestamp) -> Result<Profile> {
        let today = now.date_in_vietnam();
        let mut dice = Dice(!self.number);
        let year = FIRST_YEAR + self.number / 2 % YEARS;
        let born = format!("{year}-{:02}-{:02}", dice.below(12) + 1, dice.below(28) + 1);
        let birth_date = BirthDate::parse(&born, today).map_err(refused("birth date"))?;
        let known = KnownFacts { born: Some(&birth_date), sex: None };
        let identity = IdentityNumber::parse(&self.identity_number(year), known, today, false);
        Ok(Profile {
            full_name: Some(FullName::parse(&self.full_name).map_err(refused("name"))?),
            birth_date: Some(birth_date),
            email: Some(Email::parse(&format!("{}@example.vn", self.username)).map_err(refused("e-mail"))?),
            phone: Some(Phone::parse(&self.phone).map_err(refused("phone"))?.phone),
            identity_number: Some(identity.map_err(refused("identity number"))?),
            address: Some(address(&mut dice)?),
            ..Profile::default()
        })
    }

    /// Their username as the type.
    pub(super) fn username(&self) -> Result<Username> {
        Username::parse(&self.username).map_err(refused("username"))
    }

    /// Place of birth, century and sex, year, and a serial number that no other citizen of these has.
    fn identity_number(&self, year: u64) -> String {
        let places = BIRTHPLACES.len() as u64;
        let rest = self.number / (2 * YEARS);
        let century = 2 * ((year - 1900) / 100) + u64::from(self.female);
        let serial = 2 * scattered(rest / places, 500_000) + self.number % 2;
        format!("{:03}{century}{:02}{serial:06}", of(&BIRTHPLACES, rest), year % 100)
    }
}

fn address(dice: &mut Dice) -> Result<Address> {
    let home = ProvinceCode::parse(HOME_PROVINCE).and_then(Province::find).context("the home province is gone")?;
    let province = if dice.below(100) < ELSEWHERE { dice.one_of(Province::all()) } else { home };
    let ward = dice.one_of(province.wards());
    let house = dice.below(400) + 1;
    let street = if dice.below(3) == 0 {
        format!("Thôn {}", dice.below(12) + 1)
    } else {
        format!("Số {house}, đường {}", dice.one_of(&names::STREETS))
    };
    let (province, ward) = (province.code(), ward.code());
    let input = AddressInput {
        era: Era::Era2025.as_str(),
        province: province.as_str(),
        ward: ward.as_str(),
        street: &street,
        ..AddressInput::default()
    };
    Address::parse(input).map_err(refused("address"))
}

fn refused<R: std::fmt::Debug>(what: &'static str) -> impl Fn(R) -> anyhow::Error {
    move |reason| anyhow!("a generated {what} is refused: {reason:?}")
}

/// The entry whose turn it is.
fn of<T: Copy>(list: &[T], number: u64) -> T {
    list[usize::try_from(number % list.len() as u64).unwrap_or_default()]
}

/// Another number below `bound` for each number below it, so that neighbours do not look alike. The factor is a prime
/// that no bound here is a multiple of.
fn scattered(number: u64, bound: u64) -> u64 {
    number % bound * 7_654_337 % bound
}

/// Chance that always falls the same way (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn one_of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[usize::try_from(self.below(list.len() as u64)).unwrap_or_default()]
    }

    fn family(&mut self) -> &'static str {
        let mut point = self.below(100);
        for (name, share) in names::FAMILY {
            if point < share {
                return name;
            }
            point -= share;
        }
        names::FAMILY[0].0
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{Citizen, names};
    use portal_id_core::time::Timestamp;
    use std::collections::HashSet;

    // 27 November 2026.
    const NOW: Timestamp = Timestamp::from_seconds(1_795_737_600);

    #[test]
    fn generated_citizens_pass_the_rules_of_registration_and_never_meet() {
        let mut seen = HashSet::new();
        // The first and the last of the ten million that growth is promised for.
        for number in (0..20_000).chain(9_990_000..10_000_000) {
            let citizen = Citizen::of(number);
            let profile = citizen.profile(NOW).unwrap();
            citizen.username().unwrap();
            let facts = [
                citizen.username,
                profile.phone.unwrap().as_str().to_owned(),
                profile.identity_number.unwrap().as_str().to_owned(),
            ];
            assert!(facts.into_iter().all(|fact| seen.insert(fact)), "{number}");
        }
    }

    #[test]
    fn the_sex_of_the_number_fits_the_name() {
        for number in 0..1000 {
            let citizen = Citizen::of(number);
            let digit = citizen.profile(NOW).unwrap().identity_number.unwrap().as_str().as_bytes()[3] - b'0';
            assert_eq!(digit % 2 == 1, citizen.female, "{}", citizen.full_name);
        }
    }

    #[test]
    fn the_shares_of_family_names_make_a_hundred() {
        assert_eq!(names::FAMILY.iter().map(|(_, share)| share).sum::<u64>(), 100);
    }
}
