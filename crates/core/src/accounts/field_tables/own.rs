//! The facts that only a class has.

use super::{Row, businesses_alone, citizens_alone, citizens_under};
use crate::accounts::{AccountSettings, Field, RegistrationSettings};
use crate::facts::FieldError::{
    BirthDateMismatch, Checksum, FormerNumberNotAccepted, FormerNumberTwice, InTheFuture, Malformed, Missing,
    NineOrTwelveDigits, NoSuchDate, NotAllowedCharacter, SexMismatch, TooLong, TooLongAgo, TooShort, UnknownPlace,
    WrongLength,
};

#[test]
fn full_name() {
    citizens_alone(
        Field::FullName,
        &[
            ("  Nguyễn   Thị An ", Ok("Nguyễn Thị An")),
            ("Nguye\u{302}\u{303}n Thi\u{323} An", Ok("Nguyễn Thị An")),
            ("H’Hen Niê", Ok("H'Hen Niê")),
            ("", Err(Missing)),
            (" \u{a0} ", Err(Missing)),
            ("A", Err(TooShort)),
            (&"An ".repeat(34), Err(TooLong)),
            (&"a".repeat(1 << 16), Err(TooLong)),
            ("'An", Err(Malformed)),
            ("An 2", Err(NotAllowedCharacter)),
            ("An\0Na", Err(NotAllowedCharacter)),
            ("An\r\nBcc: x@example.vn", Err(NotAllowedCharacter)),
            ("An 🙂", Err(NotAllowedCharacter)),
            ("An\u{200f}Na", Err(NotAllowedCharacter)),
            ("\u{202e}nA", Err(NotAllowedCharacter)),
            ("\u{410}n Thị", Err(NotAllowedCharacter)),
            ("Ｎguyễn An", Err(NotAllowedCharacter)),
            ("<b>An</b>", Err(NotAllowedCharacter)),
        ],
    );
}

#[test]
fn birth_date() {
    citizens_alone(
        Field::BirthDate,
        &[
            ("15/03/1985", Ok("1985-03-15")),
            (" 1985-03-15 ", Ok("1985-03-15")),
            ("5/3/1985", Ok("1985-03-05")),
            ("", Err(Missing)),
            ("31/02/1985", Err(NoSuchDate)),
            ("24/11/2026", Err(InTheFuture)),
            ("31/12/1899", Err(TooLongAgo)),
            ("15.03.1985", Err(Malformed)),
            ("15/03/85", Err(Malformed)),
            ("ngày 15", Err(Malformed)),
            ("15/03/1985\0", Err(Malformed)),
            ("\u{202e}15/03/1985", Err(Malformed)),
            ("１５/03/1985", Err(Malformed)),
            ("15/O3/1985", Err(Malformed)),
            ("🎂", Err(Malformed)),
            (&"1/".repeat(9000), Err(Malformed)),
        ],
    );
}

/// The synthetic numbers are of nobody.
#[test]
fn identity_number() {
    citizens_alone(
        Field::IdentityNumber,
        &[
            ("024085001234", Ok("024085001234")),
            (" 024.185.001-234 ", Ok("024185001234")),
            ("", Err(Missing)),
            ("027203004567", Err(BirthDateMismatch)),
            ("001300000001", Err(BirthDateMismatch)),
            ("003085001234", Err(UnknownPlace)),
            ("024485001234", Err(InTheFuture)),
            ("02408500123", Err(WrongLength)),
            (&"0".repeat(1 << 16), Err(WrongLength)),
            ("121234567", Err(FormerNumberNotAccepted)),
            ("...", Err(Malformed)),
            ("02418500l234", Err(NotAllowedCharacter)),
            ("０24185001234", Err(NotAllowedCharacter)),
            ("024185\u{0}001234", Err(NotAllowedCharacter)),
            ("\u{200f}024185001234", Err(NotAllowedCharacter)),
            ("024185001234🙂", Err(NotAllowedCharacter)),
        ],
    );
}

/// Where the setting takes former numbers as identity numbers, what is said of others names both kinds.
#[test]
fn identity_number_where_a_former_one_will_do() {
    citizens_under(
        &AccountSettings { accept_cmnd: true, ..AccountSettings::default() },
        Field::IdentityNumber,
        &[
            (" 121 234 567 ", Ok("121234567")),
            ("024185001234", Ok("024185001234")),
            ("", Err(Missing)),
            ("12123456", Err(NineOrTwelveDigits)),
            ("1212345678", Err(NineOrTwelveDigits)),
            ("02408500123", Err(NineOrTwelveDigits)),
            ("003085001234", Err(UnknownPlace)),
            ("027203004567", Err(BirthDateMismatch)),
            ("12123456l", Err(NotAllowedCharacter)),
            ("１21234567", Err(NotAllowedCharacter)),
            (&"1".repeat(1 << 16), Err(WrongLength)),
        ],
    );
}

fn asking_for_the_sex() -> AccountSettings {
    let registration = RegistrationSettings { ask_sex: true, ..RegistrationSettings::default() };
    AccountSettings { registration, ..AccountSettings::default() }
}

/// Nothing is kept of an answer.
#[test]
fn sex() {
    citizens_under(
        &asking_for_the_sex(),
        Field::Sex,
        &[
            ("", Ok("")),
            (" \u{a0} ", Ok("")),
            ("female", Ok("")),
            (" female\r\n", Ok("")),
            ("Female", Err(Malformed)),
            ("f", Err(Malformed)),
            ("1", Err(Malformed)),
            ("Nữ", Err(Malformed)),
            ("fe\0male", Err(Malformed)),
            ("fem\u{430}le", Err(Malformed)),
            ("\u{200f}female", Err(Malformed)),
            ("♀", Err(Malformed)),
            (&"female".repeat(9000), Err(Malformed)),
        ],
    );
    // Not asked, not read.
    citizens_alone(Field::Sex, &[("male", Ok("")), ("♀", Ok(""))]);
}

/// The vectors of vietnam.md 2 with both sexes.
#[test]
fn identity_number_against_the_sex() {
    let settings = asking_for_the_sex();
    for (number, born, own, other) in [
        ("024085001234", "15/03/1985", "male", "female"),
        ("024185001234", "15/03/1985", "female", "male"),
        ("027203004567", "01/01/2003", "male", "female"),
        ("001300000001", "31/12/2000", "female", "male"),
    ] {
        for (sex, expected) in [("", Ok(number)), (own, Ok(number)), (other, Err(SexMismatch))] {
            let mut form = super::citizen();
            born.clone_into(&mut form.birth_date);
            sex.clone_into(&mut form.sex);
            number.clone_into(&mut form.identity_number);
            let found = form.check(&settings, super::TODAY);
            super::judge("citizen", Field::IdentityNumber, (number, expected), found);
            assert!(form.check(&AccountSettings::default(), super::TODAY).is_ok(), "{number} {sex}: not asked");
        }
    }
    // Nine digits say nothing of anybody.
    let mut form = super::citizen();
    (form.sex, form.identity_number) = ("male".to_owned(), "121234567".to_owned());
    let settings = AccountSettings { accept_cmnd: true, ..settings };
    assert!(form.check(&settings, super::TODAY).is_ok());
}

/// Beside the question for the sex, the one field that may stay empty.
#[test]
fn former_number() {
    citizens_alone(
        Field::FormerNumber,
        &[
            ("", Ok("")),
            (" \u{a0} ", Ok("")),
            ("121234567", Ok("121234567")),
            (" 121 234.567 ", Ok("121234567")),
            ("12123456", Err(WrongLength)),
            ("1212345678", Err(WrongLength)),
            ("024185001234", Err(WrongLength)),
            (&"1".repeat(1 << 16), Err(WrongLength)),
            ("--", Err(Malformed)),
            ("12123456l", Err(NotAllowedCharacter)),
            ("12123456O", Err(NotAllowedCharacter)),
            ("１21234567", Err(NotAllowedCharacter)),
            ("१२१२३४५६७", Err(NotAllowedCharacter)),
            ("121234567\0", Err(NotAllowedCharacter)),
            ("121\u{7}234567", Err(NotAllowedCharacter)),
            ("\u{200f}121234567", Err(NotAllowedCharacter)),
            ("121234567🪪", Err(NotAllowedCharacter)),
            ("121234567e\u{301}", Err(NotAllowedCharacter)),
        ],
    );
}

/// Beside an identity number that is a former number itself.
#[test]
fn former_number_of_whoever_has_no_other() {
    let settings = AccountSettings { accept_cmnd: true, ..AccountSettings::default() };
    for (typed, expected) in [("", Ok("")), ("121234567", Ok("")), ("121234568", Err(FormerNumberTwice))] {
        let mut form = super::citizen();
        "121 234 567".clone_into(&mut form.identity_number);
        typed.clone_into(&mut form.former_number);
        super::judge("citizen", Field::FormerNumber, (typed, expected), form.check(&settings, super::TODAY));
    }
}

#[test]
fn business_name() {
    businesses_alone(
        Field::BusinessName,
        &[
            ("  CÔNG TY   TNHH 36-68 ", Ok("CÔNG TY TNHH 36-68")),
            ("Co\u{302}ng ty Va\u{309}i Thie\u{302}\u{300}u", Ok("Công ty Vải Thiều")),
            ("HTX “Vải thiều” – Lục Ngạn", Ok("HTX \"Vải thiều\" - Lục Ngạn")),
            ("4P's & A.B.C (Chi nhánh 2); --", Ok("4P's & A.B.C (Chi nhánh 2); --")),
            ("", Err(Missing)),
            ("A", Err(TooShort)),
            (&"a".repeat(301), Err(TooLong)),
            (&"a".repeat(1 << 16), Err(TooLong)),
            ("36-68", Err(Malformed)),
            ("Công ty\0A", Err(NotAllowedCharacter)),
            ("Công ty\r\nBcc: x@example.vn", Err(NotAllowedCharacter)),
            ("Công ty Hoa 🌸", Err(NotAllowedCharacter)),
            ("Công ty\u{200f}A", Err(NotAllowedCharacter)),
            ("Công ty \u{202e}A", Err(NotAllowedCharacter)),
            ("\u{421}ông ty A", Err(NotAllowedCharacter)),
            ("Ｃông ty A", Err(NotAllowedCharacter)),
            ("=HYPERLINK(1)", Err(NotAllowedCharacter)),
            ("<script>Công ty</script>", Err(NotAllowedCharacter)),
        ],
    );
}

#[test]
fn business_code() {
    businesses_alone(
        Field::BusinessCode,
        &[
            ("9900000016", Ok("9900000016")),
            (" 9900 000 016 ", Ok("9900000016")),
            ("9900000016-001", Ok("9900000016-001")),
            ("9900000016001", Ok("9900000016-001")),
            ("9900000016\u{2013}001", Ok("9900000016-001")),
            ("024185001234", Ok("024185001234")),
            ("", Err(Missing)),
            ("9900000017", Err(Checksum)),
            ("9900000017-001", Err(Checksum)),
            ("0107500451", Err(Checksum)),
            ("9900000016-000", Err(Malformed)),
            ("99-00000016", Err(Malformed)),
            ("990000001", Err(WrongLength)),
            ("9900000016-0001", Err(WrongLength)),
            (&"9".repeat(1 << 16), Err(WrongLength)),
            ("003085001234", Err(UnknownPlace)),
            ("024485001234", Err(InTheFuture)),
            ("99OOOOOO16", Err(NotAllowedCharacter)),
            ("９900000016", Err(NotAllowedCharacter)),
            ("99000\u{0}00016", Err(NotAllowedCharacter)),
            ("\u{202e}9900000016", Err(NotAllowedCharacter)),
            ("9900000016🏢", Err(NotAllowedCharacter)),
            ("VN9900000016", Err(NotAllowedCharacter)),
        ],
    );
}

/// Eleven real companies (public record), as a form sends them.
#[test]
fn business_codes_of_well_known_companies() {
    let codes = [
        "0300588569",
        "0101248141",
        "0100109106",
        "0101245486",
        "0100112437",
        "0100684378",
        "0100150619",
        "0100686174",
        "0101360697",
        "0101243150",
        "0100686209",
    ];
    businesses_alone(Field::BusinessCode, &codes.map(|code| -> Row<'_> { (code, Ok(code)) }));
    businesses_alone(
        Field::BusinessCode,
        &[
            ("0100109106-501", Ok("0100109106-501")),
            ("0100112437005", Ok("0100112437-005")),
            ("0100150619 - 041", Ok("0100150619-041")),
            ("0100686209-199", Ok("0100686209-199")),
            ("0100233480", Err(Checksum)),
            ("0100109107", Err(Checksum)),
        ],
    );
}
