//! What anybody could guess about the person who chooses a password.

use super::common::plain_letters;
use super::input::PasswordInput;
use crate::facts::{
    BirthDate, BusinessCode, BusinessName, Email, FormerNumber, FullName, IdentityNumber, Phone, Username, unaccented,
};

/// A fact of this many characters is refused wherever it stands in a password.
const TELLING: usize = 5;

/// A shorter fact counts as nothing; what is left of the password must still be long enough by itself.
const SHORTEST_FRAGMENT: usize = 3;

/// The words of a person or business that must not make a password, as they would show up in one.
#[derive(Default)]
pub struct PersonalWords {
    /// Refused wherever they stand.
    telling: Vec<String>,
    /// Count as nothing.
    short: Vec<String>,
}

impl PersonalWords {
    /// Those of a person, from whatever is at hand.
    pub fn of_person(name: Option<&FullName>, born: Option<&BirthDate>) -> Self {
        let mut words = Self::default();
        words.add(name.into_iter().flat_map(|name| of_name(name.as_str())));
        words.add(born.into_iter().flat_map(of_date));
        words
    }

    /// Those of a business.
    pub fn of_business(name: Option<&BusinessName>, code: Option<&BusinessCode>) -> Self {
        Self::default().and_business(name, code)
    }

    /// Adds the numbers of a person's papers.
    #[must_use]
    pub fn and_numbers(mut self, identity: Option<&IdentityNumber>, former: Option<&FormerNumber>) -> Self {
        self.add(identity.map(|number| number.as_str().to_owned()));
        self.add(former.map(|number| number.as_str().to_owned()));
        self
    }

    /// Adds what is known of a business.
    #[must_use]
    pub fn and_business(mut self, name: Option<&BusinessName>, code: Option<&BusinessCode>) -> Self {
        self.add(name.map(|name| folded(name.as_str())));
        self.add(code.map(|code| folded(code.as_str())));
        self
    }

    /// Adds how the holder is reached and signs in; of the e-mail address the local part counts.
    #[must_use]
    pub fn and_contact(mut self, username: Option<&Username>, phone: Option<&Phone>, email: Option<&Email>) -> Self {
        self.add(username.map(|name| folded(name.key())));
        // Without the 0, so that it is found after 0 and after +84.
        self.add(phone.map(|phone| phone.national().split_off(1)));
        self.add(email.map(|email| folded(email.local_part())));
        self
    }

    fn add(&mut self, words: impl IntoIterator<Item = String>) {
        for word in words {
            match word.chars().count() {
                TELLING.. => self.telling.push(word),
                SHORTEST_FRAGMENT.. => self.short.push(word),
                _ => {}
            }
        }
        // The longest first: `khanhan` before `khanh`.
        self.short.sort_by_key(|word| std::cmp::Reverse(word.len()));
    }

    /// Whether these words make `password` easy to guess.
    pub(super) fn spoil(&self, password: &str) -> bool {
        let folded = folded(password);
        let readings = [plain_letters(&folded, 'i'), plain_letters(&folded, 'l'), folded];
        readings.iter().any(|reading| self.spoil_reading(reading))
    }

    fn spoil_reading(&self, password: &str) -> bool {
        if self.telling.iter().any(|word| password.contains(word.as_str())) {
            return true;
        }
        // A mark in place of each word keeps the letters around it from joining to another one.
        let left = self.short.iter().fold(password.to_owned(), |left, word| left.replace(word.as_str(), "\0"));
        left != password && left.chars().filter(|c| *c != '\0').count() < PasswordInput::SHORTEST
    }
}

/// What passwords and facts are compared by: lower case, no accents, and nothing that people put between words.
fn folded(text: &str) -> String {
    unaccented(text).chars().filter(|c| !c.is_whitespace() && !".-_/'".contains(*c)).collect()
}

/// The whole name, its words, and neighbouring words run together: words of Vietnamese names are short.
fn of_name(name: &str) -> Vec<String> {
    let words: Vec<String> = name.split(' ').map(folded).filter(|word| !word.is_empty()).collect();
    let pairs = words.windows(2).map(<[String]>::concat);
    let given_first = words.split_last().map(|(given, before)| format!("{given}{}", before.concat()));
    pairs.chain([words.concat()]).chain(given_first).chain(words.iter().cloned()).collect()
}

/// `20101985`, `19851020`, `10201985`, `201085`, `851020`, `1985`, and day and month without zeros.
fn of_date(born: &BirthDate) -> Vec<String> {
    let (year, month, day) = (born.year(), u8::from(born.date().month()), born.date().day());
    let yy = year % 100;
    vec![
        format!("{day:02}{month:02}{year:04}"),
        format!("{year:04}{month:02}{day:02}"),
        format!("{month:02}{day:02}{year:04}"),
        format!("{day}{month}{year:04}"),
        format!("{day:02}{month:02}{yy:02}"),
        format!("{yy:02}{month:02}{day:02}"),
        format!("{year:04}"),
    ]
}
