//! Why a field is refused: one plain reason each, so that a page can say what to do about it.

use std::fmt;

/// Defines the reasons once: variant, key of its text, and the list of all of them.
macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $variant:ident = $key:literal,)+) => {
        /// The one reason why a field is refused. The first broken rule wins.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum FieldError {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl FieldError {
            /// Every reason, so that a test can prove that each has a text in each language.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The key of the text that explains the reason.
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$variant => $key,)+
                }
            }
        }
    };
}

reasons! {
    /// Nothing was entered.
    Missing = "missing",
    /// Fewer characters than the field needs.
    TooShort = "too_short",
    /// More characters than the field takes.
    TooLong = "too_long",
    /// Not written the way this field is written.
    Malformed = "malformed",
    /// A character that this field does not take: control, invisible, emoji, or one without a place here.
    NotAllowedCharacter = "not_allowed_character",
    /// A number with too few or too many digits.
    WrongLength = "wrong_length",
    /// Digits whose check digit does not fit: a typing mistake, or no such number.
    Checksum = "checksum",
    /// A well-written date that no calendar has, such as 31/02.
    NoSuchDate = "no_such_date",
    /// A date, or the birth year inside a number, that has not come yet.
    InTheFuture = "in_the_future",
    /// A date before 1900.
    TooLongAgo = "too_long_ago",
    /// The identity number says another birth year than the birth date.
    BirthDateMismatch = "birth_date_mismatch",
    /// The identity number says another sex than the one that was stated.
    SexMismatch = "sex_mismatch",
    /// A province, ward or place code that does not exist.
    UnknownPlace = "unknown_place",
    /// The ward exists, but in another province.
    WardOfAnotherProvince = "ward_of_another_province",
    /// A kind of address that does not exist.
    UnknownEra = "unknown_era",
    /// The district exists, but in another province.
    DistrictOfAnotherProvince = "district_of_another_province",
    /// The ward exists, but in another district.
    WardOfAnotherDistrict = "ward_of_another_district",
    /// The ward of today is none of those that the old ward was split among.
    NotASuccessor = "not_a_successor",
    /// A district was given, but since 1 July 2025 there are none.
    NoDistrictsInThisEra = "no_districts_in_this_era",
    /// A landline: it cannot receive the codes.
    NotAMobile = "not_a_mobile",
    /// An 11-digit number from before 2018 whose prefix was never moved to a new one.
    OldPrefixUnknown = "old_prefix_unknown",
    /// A 9-digit identity-card number (CMND) where only the 12-digit number is taken.
    FormerNumberNotAccepted = "former_number_not_accepted",
    /// A number with neither the 12 digits of today nor the 9 of a former card, where both are taken.
    NineOrTwelveDigits = "nine_or_twelve_digits",
    /// A former number beside an identity number that is another former number.
    FormerNumberTwice = "former_number_twice",
    /// A username of digits alone could be taken for a phone or identity number.
    UsernameLooksLikeNumber = "username_looks_like_number",
    /// A username with an @ could be taken for an e-mail address.
    UsernameLooksLikeEmail = "username_looks_like_email",
    /// A username without any letter.
    UsernameNeedsLetter = "username_needs_letter",
    /// A username with a letter of another script, which may look like a Latin one.
    UsernameOtherScript = "username_other_script",
    /// A username that somebody else has.
    Taken = "taken",
    /// A password that many people use, or a plain variation of one.
    TooCommon = "too_common",
    /// A password made of the person's own name, username, phone, birth date, e-mail or number.
    ContainsPersonal = "contains_personal",
    /// A new password that is the old one.
    SameAsBefore = "same_as_before",
    /// The second entry of the password differs from the first.
    DoesNotMatchConfirmation = "does_not_match_confirmation",
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl std::error::Error for FieldError {}

#[cfg(test)]
mod tests {
    use super::FieldError;
    use std::collections::HashSet;

    #[test]
    fn every_reason_has_its_own_snake_case_key() {
        let keys: HashSet<_> = FieldError::ALL.iter().map(|reason| reason.key()).collect();
        assert_eq!(keys.len(), FieldError::ALL.len());
        assert!(keys.iter().all(|key| key.chars().all(|c| c.is_ascii_lowercase() || c == '_')));
    }
}
