//! Which new passwords are refused: the common ones, and those made of what anybody knows about the person.
//!
//! No rules of composition and no expiry (NIST SP 800-63B-4 §3.1.1.2): both make passwords worse. A sign-in reads
//! the password in the same way and asks nothing of this.

pub use super::input::PasswordInput;
pub use super::personal_words::PersonalWords;

use super::common::is_common;
use crate::facts::FieldError;

impl PasswordInput {
    /// Checks a password that somebody wants to have from now on.
    pub fn accept_as_new(&self, own: &PersonalWords) -> Result<(), FieldError> {
        if is_common(self.expose()) {
            return Err(FieldError::TooCommon);
        }
        if own.spoil(self.expose()) { Err(FieldError::ContainsPersonal) } else { Ok(()) }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{PasswordInput, PersonalWords};
    use crate::facts::{
        BirthDate, BusinessCode, BusinessName, Email, FieldError, FormerNumber, FullName, IdentityNumber, Phone,
        Username,
    };
    use proptest::prelude::*;
    use time::macros::date;

    fn refused(password: &str) -> Option<FieldError> {
        let today = date!(2026 - 11 - 23);
        let born = BirthDate::parse("20/10/1985", today).unwrap();
        let own = PersonalWords::of_person(Some(&FullName::parse("Nguyễn Thị Khánh An").unwrap()), Some(&born))
            .and_numbers(
                IdentityNumber::from_stored("024185009876").ok().as_ref(),
                FormerNumber::parse("121987654").ok().as_ref(),
            )
            .and_business(
                BusinessName::parse("Công ty Vải Đỏ").ok().as_ref(),
                BusinessCode::parse("0300588569", today).ok().as_ref(),
            )
            .and_contact(
                Some(&Username::parse("Khanh.Kute.vp").unwrap()),
                Some(&Phone::parse("0912345987").unwrap().phone),
                Some(&Email::parse("hoahongxanh@example.vn").unwrap()),
            );
        PasswordInput::parse(password).unwrap().accept_as_new(&own).err()
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
            "cmnd 121 987 654",
            "cty0300588569",
            "congtyvaido!",
            "khanhxyz",
            "abcd1985",
            "kh@nhxyz1",
        ] {
            assert_eq!(refused(password), Some(FieldError::ContainsPersonal), "{password}");
        }
    }

    #[test]
    fn a_short_fact_in_a_long_password_does_no_harm() {
        for password in
            ["xe dap thi mau tim 42", "quat tran keu cot ket 1985", "banh mi an sang ngon", "con mèo trèo cây cau"]
        {
            assert_eq!(refused(password), None, "{password}");
        }
    }

    #[test]
    fn without_facts_only_the_list_speaks() {
        let password = PasswordInput::parse("khanhkutevp").unwrap();
        assert_eq!(password.accept_as_new(&PersonalWords::default()), Ok(()));
        let accented = PasswordInput::parse("Mật khẩu 123").unwrap();
        assert_eq!(accented.accept_as_new(&PersonalWords::default()), Err(FieldError::TooCommon));
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
