//! Every field of both registration forms, filled with what people and attackers type: what is kept of it, or why it is
//! refused. One field at a time in an otherwise good form, so that a mistake must be told beside its own field alone.
#![expect(clippy::unwrap_used, reason = "tests")]

mod contact;
mod own;
mod places;

use super::contact::CheckedRegistration;
use super::{AccountSettings, AddressForm, BusinessForm, CitizenForm, Contact, Field, FieldErrors};
use crate::facts::{
    Address, BirthDate, BusinessCode, BusinessName, FieldError, FormerNumber, FullName, IdentityNumber, Street,
};
use time::{Date, macros::date};

const TODAY: Date = date!(2026 - 11 - 23);

/// What is typed, and what is kept of it or said about it.
type Row<'a> = (&'a str, Result<&'a str, FieldError>);

fn address() -> AddressForm {
    let [era, province_code, ward_code, street] = ["2025", "24", "07210", "Số 1 đường Hùng Vương"].map(str::to_owned);
    AddressForm { era, province_code, ward_code, street, ..AddressForm::default() }
}

fn contact(username: &str) -> Contact {
    let text = str::to_owned;
    Contact {
        username: text(username),
        phone: text("0912345678"),
        email: text("dia.chi@example.vn"),
        address: address(),
        password: text("Bốn con mèo béo 4"),
        password_confirmation: text("Bốn con mèo béo 4"),
    }
}

fn citizen() -> CitizenForm {
    let [full_name, birth_date, identity_number] = ["Nguyễn Thị An", "15/03/1985", "024185001234"].map(str::to_owned);
    let (sex, former_number) = (String::new(), String::new());
    let contact = contact("nguyen.thi.an");
    CitizenForm { full_name, birth_date, sex, identity_number, former_number, contact }
}

fn business() -> BusinessForm {
    let [business_name, business_code] = ["Công ty TNHH Vải Thiều Mẫu", "9900000016"].map(str::to_owned);
    BusinessForm { business_name, business_code, contact: contact("vai.thieu.mau") }
}

/// Fills a field of the common part.
fn fill(contact: &mut Contact, field: Field, typed: &str) {
    let place = match field {
        Field::Username => &mut contact.username,
        Field::Phone => &mut contact.phone,
        Field::Email => &mut contact.email,
        Field::WardCode => &mut contact.address.ward_code,
        Field::Street => &mut contact.address.street,
        Field::Password => &mut contact.password,
        Field::PasswordConfirmation => &mut contact.password_confirmation,
        other => unreachable!("no row fills {other:?}"),
    };
    typed.clone_into(place);
    if field == Field::Password {
        typed.clone_into(&mut contact.password_confirmation);
    }
}

fn of_citizen(settings: &AccountSettings, field: Field, typed: &str) -> Result<CheckedRegistration, FieldErrors> {
    let mut form = citizen();
    match field {
        Field::FullName => typed.clone_into(&mut form.full_name),
        Field::BirthDate => typed.clone_into(&mut form.birth_date),
        Field::Sex => typed.clone_into(&mut form.sex),
        Field::IdentityNumber => typed.clone_into(&mut form.identity_number),
        Field::FormerNumber => typed.clone_into(&mut form.former_number),
        common => fill(&mut form.contact, common, typed),
    }
    form.check(settings, TODAY)
}

fn of_business(field: Field, typed: &str) -> Result<CheckedRegistration, FieldErrors> {
    let mut form = business();
    match field {
        Field::BusinessName => typed.clone_into(&mut form.business_name),
        Field::BusinessCode => typed.clone_into(&mut form.business_code),
        common => fill(&mut form.contact, common, typed),
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
        Field::FormerNumber => profile.former_number.as_ref().map(FormerNumber::as_str),
        Field::BusinessName => profile.business_name.as_ref().map(BusinessName::as_str),
        Field::BusinessCode => profile.business_code.as_ref().map(BusinessCode::as_str),
        Field::WardCode => {
            let location = profile.address.as_ref().and_then(Address::location);
            return location.map_or_else(String::new, |at| at.ward.to_string());
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

fn citizens_under(settings: &AccountSettings, field: Field, rows: &[Row<'_>]) {
    for row in rows {
        judge("citizen", field, *row, of_citizen(settings, field, row.0));
    }
}

fn citizens_alone(field: Field, rows: &[Row<'_>]) {
    citizens_under(&AccountSettings::default(), field, rows);
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

const OF_EVERYBODY: [&str; 7] = ["username", "phone", "email", "province_code", "ward_code", "street", "password"];

#[test]
fn an_empty_form_names_every_field_that_must_be_filled() {
    let told = |errors: FieldErrors| {
        assert!(errors.iter().all(|(_, error)| error == FieldError::Missing));
        errors.iter().map(|(field, _)| field.name()).collect::<Vec<_>>()
    };
    assert_eq!(
        told(CitizenForm::default().check(&AccountSettings::default(), TODAY).err().unwrap()),
        [&["full_name", "birth_date", "identity_number"][..], &OF_EVERYBODY].concat()
    );
    assert_eq!(
        told(BusinessForm::default().check(TODAY).err().unwrap()),
        [&["business_name", "business_code"][..], &OF_EVERYBODY].concat()
    );
}
