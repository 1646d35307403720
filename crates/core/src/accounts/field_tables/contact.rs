//! How the holder is reached and signs in: the same in both forms.

use super::{both, businesses_alone, citizens_alone};
use crate::accounts::Field;
use crate::facts::FieldError::{
    ContainsPersonal, DoesNotMatchConfirmation, Malformed, Missing, NotAMobile, NotAllowedCharacter, OldPrefixUnknown,
    TooCommon, TooLong, TooShort, UsernameLooksLikeEmail, UsernameLooksLikeNumber, UsernameNeedsLetter,
    UsernameOtherScript,
};

#[test]
fn phone() {
    both(
        Field::Phone,
        &[
            ("0912 345 678", Ok("+84912345678")),
            ("+84.912.345.678", Ok("+84912345678")),
            ("84912345678", Ok("+84912345678")),
            ("0168 912 3456", Ok("+84389123456")),
            ("", Err(Missing)),
            // Codes are sent within Vietnam.
            ("+1 202 555 0100", Err(Malformed)),
            ("+82 10 1234 5678", Err(Malformed)),
            ("0012025550100", Err(Malformed)),
            ("0204 3854 321", Err(NotAMobile)),
            ("01809123456", Err(OldPrefixUnknown)),
            ("091234567", Err(Malformed)),
            ("09123456789", Err(Malformed)),
            (&"0".repeat(1 << 16), Err(Malformed)),
            ("0912345678\0", Err(NotAllowedCharacter)),
            ("09l2345678", Err(NotAllowedCharacter)),
            ("０９１２３４５６７８", Err(NotAllowedCharacter)),
            ("\u{200e}0912345678", Err(NotAllowedCharacter)),
            ("0912345678☎", Err(NotAllowedCharacter)),
            ("0912345678,0987654321", Err(NotAllowedCharacter)),
        ],
    );
}

#[test]
fn email() {
    both(
        Field::Email,
        &[
            (" An.Nguyen+dvc@Example.vn ", Ok("An.Nguyen+dvc@Example.vn")),
            ("", Err(Missing)),
            ("khong-phai-dia-chi", Err(Malformed)),
            ("a@@example.vn", Err(Malformed)),
            ("a@localhost", Err(Malformed)),
            (&format!("{}@example.vn", "a".repeat(65)), Err(TooLong)),
            (&format!("a@{}.vn", "a.".repeat(200)), Err(TooLong)),
            ("a@example.vn\r\nBcc: b@example.vn", Err(NotAllowedCharacter)),
            ("a\0@example.vn", Err(NotAllowedCharacter)),
            ("nguyễn@example.vn", Err(NotAllowedCharacter)),
            ("nguye\u{302}\u{303}n@example.vn", Err(NotAllowedCharacter)),
            ("\u{430}n@example.vn", Err(NotAllowedCharacter)),
            ("an@ex\u{430}mple.vn", Err(NotAllowedCharacter)),
            ("an@example.vn\u{200f}", Err(NotAllowedCharacter)),
            ("📧@example.vn", Err(NotAllowedCharacter)),
        ],
    );
}

#[test]
fn username() {
    both(
        Field::Username,
        &[
            (" Vai.Thieu.LN ", Ok("Vai.Thieu.LN")),
            ("va\u{309}ithie\u{302}\u{300}u", Ok("vảithiều")),
            ("v\u{430}i.thieu", Err(UsernameOtherScript)),
            ("\u{441}\u{43e}\u{441}\u{430}\u{445}\u{430}", Err(UsernameOtherScript)),
            ("vaithieu\u{967}", Err(UsernameOtherScript)),
            ("ｖａｉｔｈｉｅｕ", Ok("vaithieu")),
            ("", Err(Missing)),
            ("abcde", Err(TooShort)),
            (&"a".repeat(33), Err(TooLong)),
            (&"a".repeat(1 << 16), Err(TooLong)),
            ("0912345678", Err(UsernameLooksLikeNumber)),
            ("9900000016-001", Err(UsernameLooksLikeNumber)),
            ("vai@thieu", Err(UsernameLooksLikeEmail)),
            ("______", Err(UsernameNeedsLetter)),
            ("vai thieu", Err(NotAllowedCharacter)),
            ("vai\0thieu", Err(NotAllowedCharacter)),
            ("vai\u{200f}thieu", Err(NotAllowedCharacter)),
            ("vai\u{202e}thieu", Err(NotAllowedCharacter)),
            ("vaithieu🌸", Err(NotAllowedCharacter)),
        ],
    );
}

#[test]
fn password() {
    both(
        Field::Password,
        &[
            (" Bốn  trâu béo 🐃 ", Ok(" Bốn  trâu béo 🐃 ")),
            ("Bo\u{302}\u{301}n con me\u{300}o be\u{301}o 4", Ok("Bốn con mèo béo 4")),
            ("\u{430}bcd-\u{43c}\u{43d}\u{43e}\u{43f}", Ok("\u{430}bcd-\u{43c}\u{43d}\u{43e}\u{43f}")),
            ("", Err(Missing)),
            ("ắcđệmnh", Err(TooShort)),
            (&"ắ".repeat(129), Err(TooLong)),
            (&"a".repeat(1 << 16), Err(TooLong)),
            ("mot hai\0ba bon", Err(NotAllowedCharacter)),
            ("mot hai\nba bon", Err(NotAllowedCharacter)),
            ("mot hai\u{202e}ba bon", Err(NotAllowedCharacter)),
            ("matkhau123", Err(TooCommon)),
        ],
    );
    citizens_alone(
        Field::Password,
        &[("nguyenthian!", Err(ContainsPersonal)), ("x-024185001234", Err(ContainsPersonal))],
    );
    let mut form = super::citizen();
    "121 987 654".clone_into(&mut form.former_number);
    super::fill(&mut form.contact, Field::Password, "cmnd 121987654");
    let refused = form.check(&crate::accounts::AccountSettings::default(), super::TODAY).err();
    assert_eq!(refused.and_then(|errors| errors.get(Field::Password)), Some(ContainsPersonal));
    businesses_alone(
        Field::Password,
        &[
            ("9900000016!", Err(ContainsPersonal)),
            ("CongTyTNHHVaiThieuMau", Err(ContainsPersonal)),
            ("x vai.thieu.mau", Err(ContainsPersonal)),
        ],
    );
}

#[test]
fn password_confirmation() {
    both(
        Field::PasswordConfirmation,
        &[
            ("Bo\u{302}\u{301}n con me\u{300}o be\u{301}o 4", Ok("Bốn con mèo béo 4")),
            ("", Err(Missing)),
            ("Bốn con mèo béo 5", Err(DoesNotMatchConfirmation)),
            ("Bốn con mèo béo 4 ", Err(DoesNotMatchConfirmation)),
            ("Bốn con mèo béo 4\0", Err(DoesNotMatchConfirmation)),
            ("B\u{1ed1}n con m\u{e8}\u{43e} béo 4", Err(DoesNotMatchConfirmation)),
            (&"a".repeat(1 << 16), Err(DoesNotMatchConfirmation)),
        ],
    );
}
