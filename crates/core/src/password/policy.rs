//! Which new passwords are refused: the common ones, and those made of what anybody knows about the person.
//!
//! No rules of composition and no expiry (NIST SP 800-63B-4 §3.1.1.2): both make passwords worse. A sign-in reads
//! the password in the same way and asks nothing of this.

use super::PasswordInput;
use super::common::is_common;
use super::personal_words::PersonalWords;
use crate::facts::{
    BirthDate, BusinessCode, BusinessName, Email, FieldError, FullName, IdentityNumber, Phone, Username,
};

/// What is known about the person or business that chooses a password; whatever is at hand.
#[derive(Clone, Copy, Default)]
pub struct PersonalFacts<'a> {
    /// The person's name, or the representative's.
    pub full_name: Option<&'a FullName>,
    /// The business's name.
    pub business_name: Option<&'a BusinessName>,
    /// The username.
    pub username: Option<&'a Username>,
    /// The phone.
    pub phone: Option<&'a Phone>,
    /// The date of birth.
    pub birth_date: Option<&'a BirthDate>,
    /// The e-mail address, of which the local part counts.
    pub email: Option<&'a Email>,
    /// The personal identity number.
    pub identity_number: Option<&'a IdentityNumber>,
    /// The business code.
    pub business_code: Option<&'a BusinessCode>,
}

/// Checks a password that somebody wants to have from now on.
pub fn check(password: &PasswordInput, about: &PersonalFacts<'_>) -> Result<(), FieldError> {
    if is_common(password.expose()) {
        return Err(FieldError::TooCommon);
    }
    if PersonalWords::of(about).spoil(password.expose()) { Err(FieldError::ContainsPersonal) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::{PersonalFacts, check};
    use crate::facts::{
        BirthDate, BusinessCode, BusinessName, Email, FieldError, FullName, IdentityNumber, Phone,
        Username,
    };
    use crate::password::PasswordInput;
    use proptest::prelude::*;
    use time::macros::date;

    fn refused(password: &str) -> Option<FieldError> {
        let today = date!(2026 - 11 - 23);
        let born = BirthDate::parse("20/10/1985", today).unwrap();
        let about = PersonalFacts {
            full_name: Some(&FullName::parse("Nguyễn Thị Khánh An").unwrap()),
            business_name: Some(&BusinessName::parse("Công ty Vải Đỏ").unwrap()),
            username: Some(&Username::parse("Khanh.Kute.vp").unwrap()),
            phone: Some(&Phone::parse("0912345987").unwrap().phone),
            birth_date: Some(&born),
            email: Some(&Email::parse("hoahongxanh@example.vn").unwrap()),
            identity_number: Some(&IdentityNumber::parse("024185009876", Some(&born), today, false).unwrap()),
            business_code: Some(&BusinessCode::parse("0300588569", today).unwrap()),
        };
        check(&PasswordInput::parse(password).unwrap(), &about).err()
    }

    #[test]
    fn common_passwords_are_refused_for_everybody() {
        for password in ["matkhau123", "Password1", "12345678", "20/10/1985"] {
            assert_eq!(refused(password), Some(FieldError::TooCommon), "{password}");
        }
    }

    #[test]
    fn own_facts_are_refused_however_they_are_written() {
        for password in [
            "NguyễnThịKhánhAn",
            "nguyen thi khanh an!!",
            "n.g.u.y.e.n-t.h.i.xyz",
            "An Nguyễn Thị Khánh",
            "thikhanhxx",
            "Nguy3nTh1!!x",
            "khanh_kute_vp",
            "KHANHKUTEVP+++",
            "xx0912345987",
            "+84 912 345 987",
            "0912.345.987abc",
            "abc20101985",
            "sinh 20-10-1985",
            "xy201085zz!",
            "1985-10-20-lucky",
            "hoahongxanh#7",
            "HoaHong.Xanh.7",
            "024185009876",
            "so 0241 8500 9876",
            "cty0300588569",
            "congtyvaido!",
            "khanhxyz",
            "abcd1985",
            "kh@nhxyz1",
        ] {
            assert_eq!(
                refused(password),
                Some(FieldError::ContainsPersonal),
                "{password}"
            );
        }
    }

    #[test]
    fn a_short_fact_in_a_long_password_does_no_harm() {
        for password in [
            "xe dap thi mau tim 42",
            "quat tran keu cot ket 1985",
            "banh mi an sang ngon",
            "con mèo trèo cây cau",
        ] {
            assert_eq!(refused(password), None, "{password}");
        }
    }

    #[test]
    fn without_facts_only_the_list_speaks() {
        let password = PasswordInput::parse("khanhkutevp").unwrap();
        assert_eq!(check(&password, &PersonalFacts::default()), Ok(()));
        let accented = PasswordInput::parse("Mật khẩu 123").unwrap();
        assert_eq!(
            check(&accented, &PersonalFacts::default()),
            Err(FieldError::TooCommon)
        );
    }

    proptest! {
        #[test]
        fn the_own_username_and_phone_never_pass(before in "[a-zA-Z!]{0,12}", after in "[a-zA-Z!]{0,12}") {
            for own in ["khanh.kute.vp", "0912345987"] {
                let password = format!("{before}{own}{after}");
                prop_assert!(refused(&password).is_some(), "{}", password);
            }
        }

        #[test]
        fn no_password_makes_it_panic(password in "\\PC{8,60}") {
            if PasswordInput::parse(&password).is_ok() {
                let reason = refused(&password);
                prop_assert!(matches!(reason, None | Some(FieldError::TooCommon | FieldError::ContainsPersonal)));
            }
        }
    }
}
