//! Every field of both registration forms, filled with what people and attackers type: what is kept of it, or why it is
//! refused. One field at a time in an otherwise good form, so that a mistake must be told beside its own field alone.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::registration_form::CheckedRegistration;
use super::{AccountSettings, AddressForm, BusinessForm, CitizenForm, Field, FieldErrors};
use crate::facts::{Address, BirthDate, BusinessCode, BusinessName, FieldError, FullName, IdentityNumber, Street};
use time::{Date, macros::date};

const TODAY: Date = date!(2026 - 11 - 23);

/// What is typed, and what is kept of it or said about it.
type Row<'a> = (&'a str, Result<&'a str, FieldError>);

fn address() -> AddressForm {
    let [era, province_code, ward_code, street] = ["2025", "24", "07210", "Số 1 đường Hùng Vương"].map(str::to_owned);
    AddressForm { era, province_code, ward_code, street, ..AddressForm::default() }
}

fn citizen() -> CitizenForm {
    let text = str::to_owned;
    CitizenForm {
        full_name: text("Nguyễn Thị An"),
        birth_date: text("15/03/1985"),
        username: text("nguyen.thi.an"),
        phone: text("0912345678"),
        email: text("nguyen.an@example.vn"),
        identity_number: text("024185001234"),
        address: address(),
        password: text("Bốn con mèo béo 4"),
        password_confirmation: text("Bốn con mèo béo 4"),
    }
}

fn business() -> BusinessForm {
    let text = str::to_owned;
    BusinessForm {
        business_name: text("Công ty TNHH Vải Thiều Mẫu"),
        business_code: text("9900000016"),
        username: text("vai.thieu.mau"),
        phone: text("0912345679"),
        email: text("vaithieu@example.vn"),
        address: address(),
        password: text("Bốn con mèo béo 4"),
        password_confirmation: text("Bốn con mèo béo 4"),
    }
}

fn of_citizen(field: Field, typed: &str) -> Result<CheckedRegistration, FieldErrors> {
    let mut form = citizen();
    let place = match field {
        Field::FullName => &mut form.full_name,
        Field::BirthDate => &mut form.birth_date,
        Field::Username => &mut form.username,
        Field::Phone => &mut form.phone,
        Field::Email => &mut form.email,
        Field::IdentityNumber => &mut form.identity_number,
        Field::WardCode => &mut form.address.ward_code,
        Field::Street => &mut form.address.street,
        Field::Password => &mut form.password,
        Field::PasswordConfirmation => &mut form.password_confirmation,
        other => unreachable!("no row fills {other:?}"),
    };
    typed.clone_into(place);
    if field == Field::Password {
        typed.clone_into(&mut form.password_confirmation);
    }
    form.check(&AccountSettings::default(), TODAY)
}

fn of_business(field: Field, typed: &str) -> Result<CheckedRegistration, FieldErrors> {
    let mut form = business();
    let place = match field {
        Field::BusinessName => &mut form.business_name,
        Field::BusinessCode => &mut form.business_code,
        Field::Username => &mut form.username,
        Field::Phone => &mut form.phone,
        Field::Email => &mut form.email,
        Field::WardCode => &mut form.address.ward_code,
        Field::Street => &mut form.address.street,
        Field::Password => &mut form.password,
        Field::PasswordConfirmation => &mut form.password_confirmation,
        other => unreachable!("no row fills {other:?}"),
    };
    typed.clone_into(place);
    if field == Field::Password {
        typed.clone_into(&mut form.password_confirmation);
    }
    form.check(TODAY)
}

/// What was kept of a field.
fn kept(field: Field, checked: &CheckedRegistration) -> String {
    let profile = &checked.profile;
    let of_profile = match field {
        Field::FullName => profile.full_name.as_ref().map(FullName::as_str),
        Field::BirthDate => profile.birth_date.as_ref().map(BirthDate::as_str),
        Field::IdentityNumber => profile.identity_number.as_ref().map(IdentityNumber::as_str),
        Field::BusinessName => profile.business_name.as_ref().map(BusinessName::as_str),
        Field::BusinessCode => profile.business_code.as_ref().map(BusinessCode::as_str),
        Field::WardCode => {
            return profile
                .address
                .as_ref()
                .and_then(Address::location)
                .map_or_else(String::new, |at| at.ward.to_string());
        }
        Field::Street => profile.address.as_ref().map(Address::street).map(Street::as_str),
        Field::Phone => Some(checked.phone.phone.e164()),
        Field::Email => Some(checked.email.as_str()),
        Field::Username => Some(checked.username.display()),
        Field::Password | Field::PasswordConfirmation => Some(checked.password.expose()),
        _ => None,
    };
    of_profile.unwrap_or_default().to_owned()
}

fn judge(form: &str, field: Field, (typed, expected): Row<'_>, found: Result<CheckedRegistration, FieldErrors>) {
    match found {
        Ok(checked) => assert_eq!(Ok(kept(field, &checked).as_str()), expected, "{form} {field:?} {typed:?}"),
        Err(errors) => {
            let told: Vec<_> = errors.iter().collect();
            assert_eq!(expected.map_err(|reason| vec![(field, reason)]), Err(told), "{form} {field:?} {typed:?}");
        }
    }
}

fn citizens_alone(field: Field, rows: &[Row<'_>]) {
    for row in rows {
        judge("citizen", field, *row, of_citizen(field, row.0));
    }
}

fn businesses_alone(field: Field, rows: &[Row<'_>]) {
    for row in rows {
        judge("business", field, *row, of_business(field, row.0));
    }
}

fn both(field: Field, rows: &[Row<'_>]) {
    citizens_alone(field, rows);
    businesses_alone(field, rows);
}

use FieldError::{
    BirthDateMismatch, Checksum, ContainsPersonal, DoesNotMatchConfirmation, FormerNumberNotAccepted, InTheFuture,
    Malformed, Missing, NoDistrictsInThisEra, NoSuchDate, NotAMobile, NotAllowedCharacter, OldPrefixUnknown, TooCommon,
    TooLong, TooLongAgo, TooShort, UnknownEra, UnknownPlace, UsernameLooksLikeEmail, UsernameLooksLikeNumber,
    UsernameNeedsLetter, WardOfAnotherProvince, WrongLength,
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

#[test]
fn ward_code() {
    both(
        Field::WardCode,
        &[
            (" 07210 ", Ok("07210")),
            ("", Err(Missing)),
            ("7210", Err(UnknownPlace)),
            ("0721O", Err(UnknownPlace)),
            ("０7210", Err(UnknownPlace)),
            ("07210\0", Err(UnknownPlace)),
            ("\u{200f}07210", Err(UnknownPlace)),
            ("🏠", Err(UnknownPlace)),
            (&"0".repeat(1 << 16), Err(UnknownPlace)),
            ("00004", Err(WardOfAnotherProvince)),
        ],
    );
}

#[test]
fn street() {
    both(
        Field::Street,
        &[
            (" Số 12/3A,  ngõ 5 ", Ok("Số 12/3A, ngõ 5")),
            ("Đươ\u{300}ng Le\u{302} Lơ\u{323}i", Ok("Đường Lê Lợi")),
            ("", Err(Missing)),
            ("--", Err(Malformed)),
            (&"a".repeat(201), Err(TooLong)),
            (&"a".repeat(1 << 16), Err(TooLong)),
            ("Số 5\u{b}", Ok("Số 5")),
            ("Số\u{b}5", Err(NotAllowedCharacter)),
            ("Số 5\nThôn Đông", Err(NotAllowedCharacter)),
            ("Số 5 🏠", Err(NotAllowedCharacter)),
            ("Số\u{200f}5", Err(NotAllowedCharacter)),
            ("Số 5 đường \u{41b}ê Lợi", Err(NotAllowedCharacter)),
            ("<5>", Err(NotAllowedCharacter)),
        ],
    );
}

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
            // A letter that only looks the same makes another name (RFC 8265 §3.3 takes every script).
            ("v\u{430}i.thieu", Ok("v\u{430}i.thieu")),
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

/// What both forms say of an address in which one thing was changed.
fn of_address(change: impl Fn(&mut AddressForm), expected: &[(Field, FieldError)]) {
    let mut address = address();
    change(&mut address);
    let settings = AccountSettings::default();
    let citizen = CitizenForm { address: address.clone(), ..citizen() }.check(&settings, TODAY);
    let business = BusinessForm { address: address.clone(), ..business() }.check(TODAY);
    for found in [citizen, business] {
        let told = found.err().map(|errors| errors.iter().collect::<Vec<_>>()).unwrap_or_default();
        assert_eq!(told, expected, "{address:?}");
    }
}

#[test]
fn address_era_and_district_code() {
    of_address(|address| address.era.clear(), &[]);
    of_address(|address| address.era = "1945".to_owned(), &[(Field::AddressEra, UnknownEra)]);
    of_address(|address| address.era = "2025\0".to_owned(), &[(Field::AddressEra, UnknownEra)]);
    of_address(|address| address.district_code = "213".to_owned(), &[(Field::AddressEra, NoDistrictsInThisEra)]);
    let before = |address: &mut AddressForm, district: &str| {
        let [era, province_code, district_code, ward_code] = ["2004", "24", district, "07201"].map(str::to_owned);
        *address = AddressForm { era, province_code, district_code, ward_code, ..address.clone() };
    };
    of_address(|address| before(address, "213"), &[]);
    of_address(|address| before(address, ""), &[(Field::DistrictCode, Missing)]);
    for typed in ["2I3", "２13", "213🙂", "\u{200f}213", "213\0", &"2".repeat(1 << 16)] {
        of_address(|address| before(address, typed), &[(Field::DistrictCode, UnknownPlace)]);
    }
}

/// A province rules over its wards, so that it is told with them.
#[test]
fn province_code() {
    for (typed, expected) in [
        ("", [(Field::ProvinceCode, Missing)]),
        ("2", [(Field::ProvinceCode, UnknownPlace)]),
        ("27", [(Field::ProvinceCode, UnknownPlace)]),
        ("2\u{200f}4", [(Field::ProvinceCode, UnknownPlace)]),
        ("２4", [(Field::ProvinceCode, UnknownPlace)]),
        ("24🙂", [(Field::ProvinceCode, UnknownPlace)]),
        ("01", [(Field::WardCode, WardOfAnotherProvince)]),
    ] {
        of_address(|address| typed.clone_into(&mut address.province_code), &expected);
    }
}

#[test]
fn an_empty_form_names_every_field() {
    let told = |errors: FieldErrors| {
        assert!(errors.iter().all(|(_, error)| error == Missing));
        errors.iter().map(|(field, _)| field.name()).collect::<Vec<_>>()
    };
    assert_eq!(
        told(CitizenForm::default().check(&AccountSettings::default(), TODAY).err().unwrap()),
        [
            "full_name",
            "birth_date",
            "username",
            "phone",
            "email",
            "identity_number",
            "province_code",
            "ward_code",
            "street",
            "password"
        ]
    );
    assert_eq!(
        told(BusinessForm::default().check(TODAY).err().unwrap()),
        [
            "business_name",
            "business_code",
            "username",
            "phone",
            "email",
            "province_code",
            "ward_code",
            "street",
            "password"
        ]
    );
}
