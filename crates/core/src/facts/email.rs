//! An e-mail address: the part of RFC 5321 and RFC 5322 that people really have.

use super::FieldError;

/// An e-mail address, kept as typed because the local part belongs to the receiving host (RFC 5321 §2.4).
///
/// No quoted local parts, comments, address literals or non-ASCII characters; a domain in another script is
/// written in its `xn--` form.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

serde_as_text!(Email);
debug_masked!(Email);

impl Email {
    /// Octets of a whole address (RFC 5321 §4.5.3.1.3 less the angle brackets).
    pub const LONGEST: usize = 254;
    /// Octets of the local part (RFC 5321 §4.5.3.1.1).
    const LONGEST_LOCAL: usize = 64;
    /// Octets of one label (RFC 1035 §2.3.4).
    const LONGEST_LABEL: usize = 63;

    /// Reads an address as typed; only blanks around it are forgiven.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(FieldError::Missing);
        }
        if typed.len() > Self::LONGEST {
            return Err(FieldError::TooLong);
        }
        if !typed.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(FieldError::NotAllowedCharacter);
        }
        let (local, domain) = typed.split_once('@').ok_or(FieldError::Malformed)?;
        if local.len() > Self::LONGEST_LOCAL {
            return Err(FieldError::TooLong);
        }
        if is_dot_atom(local) && is_domain(domain) { Ok(Self(typed.to_owned())) } else { Err(FieldError::Malformed) }
    }

    /// Takes back an address that was accepted once.
    pub fn from_stored(text: &str) -> Result<Self, FieldError> {
        // The one rule that stays: an address goes into SMTP commands and mail headers.
        if text.len() > Self::LONGEST || !text.contains('@') || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(FieldError::Malformed);
        }
        Ok(Self(text.to_owned()))
    }

    /// The address as typed, for sending.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The whole address in lower case, for comparing and for blind indexes. Hosts that tell `A@x` from `a@x` do
    /// not exist in practice; people who forget which they typed do.
    pub fn compare_key(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// What stands before the `@`.
    pub fn local_part(&self) -> &str {
        self.0.rsplit_once('@').map_or(self.as_str(), |(local, _)| local)
    }

    /// For pages that must not show it whole: `n•••@example.vn`.
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.rsplit_once('@').unwrap_or((&self.0, ""));
        // A local part of one letter would be told whole.
        let first = local.chars().next().filter(|_| local.len() > 1).map(String::from).unwrap_or_default();
        format!("{first}•••@{domain}")
    }
}

/// RFC 5322 §3.2.3, without folding white space and comments.
fn is_dot_atom(local: &str) -> bool {
    let atext = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(atext))
}

/// Host names of at least two labels (RFC 1123 §2.1), the last of which is not a number: that would be an address.
fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=Email::LONGEST_LABEL).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    domain.split('.').all(label)
        && domain
            .rsplit_once('.')
            .is_some_and(|(_, top)| top.len() > 1 && top.bytes().any(|byte| byte.is_ascii_alphabetic()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{Email, FieldError};
    use proptest::prelude::*;

    #[test]
    fn addresses_that_people_have_are_kept_as_typed() {
        for typed in [
            "An.Nguyen+dvc@Example.vn",
            "a@b.vn",
            "o'neil@bacgiang.gov.vn",
            "an_2024@mail.xn--bcher-kva.example",
            "1@163.com",
        ] {
            assert_eq!(Email::parse(&format!(" {typed}\n")).unwrap().as_str(), typed);
        }
    }

    #[test]
    fn case_does_not_make_another_address() {
        let key = |typed| Email::parse(typed).unwrap().compare_key();
        assert_eq!(key("An.Nguyen@Example.VN"), key("an.nguyen@example.vn"));
        assert_ne!(key("an.nguyen@example.vn"), key("annguyen@example.vn"));
    }

    #[test]
    fn what_is_no_address_is_refused_with_its_reason() {
        for (typed, reason) in [
            ("", FieldError::Missing),
            ("an", FieldError::Malformed),
            ("@example.vn", FieldError::Malformed),
            ("an@", FieldError::Malformed),
            ("an@localhost", FieldError::Malformed),
            ("an@@example.vn", FieldError::Malformed),
            ("an@x@example.vn", FieldError::Malformed),
            (".an@example.vn", FieldError::Malformed),
            ("a..n@example.vn", FieldError::Malformed),
            ("an@example..vn", FieldError::Malformed),
            ("an@example.vn.", FieldError::Malformed),
            ("an@-example.vn", FieldError::Malformed),
            ("an@example-.vn", FieldError::Malformed),
            ("an@exa_mple.vn", FieldError::Malformed),
            ("an@127.0.0.1", FieldError::Malformed),
            ("an@[127.0.0.1]", FieldError::Malformed),
            ("\"an\"@example.vn", FieldError::Malformed),
            ("an(x)@example.vn", FieldError::Malformed),
            ("An<an@example.vn>", FieldError::Malformed),
            ("an@example.vn,b@example.vn", FieldError::Malformed),
            ("an @example.vn", FieldError::NotAllowedCharacter),
            ("an@example.vn\r\nBcc: b@example.vn", FieldError::NotAllowedCharacter),
            ("an\0@example.vn", FieldError::NotAllowedCharacter),
            ("ân@example.vn", FieldError::NotAllowedCharacter),
            ("an@exаmple.vn", FieldError::NotAllowedCharacter),
            ("an@example.vn\u{200b}", FieldError::NotAllowedCharacter),
        ] {
            assert_eq!(Email::parse(typed), Err(reason), "{typed:?}");
        }
    }

    #[test]
    fn lengths_end_where_smtp_ends_them() {
        let local = |octets: usize| format!("{}@example.vn", "a".repeat(octets));
        assert!(Email::parse(&local(64)).is_ok());
        assert_eq!(Email::parse(&local(65)), Err(FieldError::TooLong));
        let label = |octets: usize| format!("a@{}.vn", "b".repeat(octets));
        assert!(Email::parse(&label(63)).is_ok());
        assert_eq!(Email::parse(&label(64)), Err(FieldError::Malformed));
        let domain = "bb.".repeat(83);
        assert!(Email::parse(&format!("a@{domain}bvn")).is_ok());
        assert_eq!(Email::parse(&format!("a@{domain}bbvn")), Err(FieldError::TooLong));
    }

    #[test]
    fn pages_and_debug_show_a_masked_address() {
        let email = Email::parse("nam.tran@example.vn").unwrap();
        assert_eq!(email.masked(), "n•••@example.vn");
        assert_eq!(format!("{email:?}"), "Email(n•••@example.vn)");
        assert_eq!(email.local_part(), "nam.tran");
        assert_eq!(Email::parse("n@example.vn").unwrap().masked(), "•••@example.vn");
    }

    #[test]
    fn serde_refuses_what_could_break_out_of_a_header() {
        let email = Email::parse("An@example.vn").unwrap();
        assert_eq!(serde_json::to_string(&email).unwrap(), "\"An@example.vn\"");
        assert_eq!(serde_json::from_str::<Email>("\"An@example.vn\"").unwrap(), email);
        assert!(serde_json::from_str::<Email>("\"An@example.vn\\r\\nBcc: x@y.vn\"").is_err());
    }

    proptest! {
        #[test]
        fn any_text_gives_an_address_or_a_reason(typed in "\\PC{0,40}|[a-zA-Z0-9.@+-]{0,40}|[a-z.]{1,9}@[a-z-]{1,9}[.][a-z]{1,4}") {
            if let Ok(email) = Email::parse(&typed) {
                prop_assert_eq!(Email::parse(email.as_str()), Ok(email.clone()));
                prop_assert_eq!(Email::from_stored(email.as_str()), Ok(email.clone()));
                prop_assert_eq!(Email::parse(&email.compare_key()).unwrap().compare_key(), email.compare_key());
            }
        }
    }
}
