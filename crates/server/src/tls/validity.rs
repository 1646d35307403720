//! Until when a certificate is valid: the one fact about it that an operator must hear of in time (RFC 5280 §4.1.2.5).

use portal_id_core::time::Timestamp;

const SEQUENCE: u8 = 0x30;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// The version, which the first ones did not have.
const VERSION: u8 = 0xa0;

/// The end of a DER certificate's validity; `None` for bytes that are no certificate.
pub(super) fn not_after(certificate: &[u8]) -> Option<Timestamp> {
    let (_, certificate, _) = element(certificate)?;
    let (_, mut rest, _) = element(certificate)?;
    // version, serialNumber, signature and issuer stand before it.
    let skipped = if rest.first() == Some(&VERSION) { 4 } else { 3 };
    for _ in 0..skipped {
        (_, _, rest) = element(rest)?;
    }
    let (tag, validity, _) = element(rest)?;
    let (_, _, end) = element(validity).filter(|_| tag == SEQUENCE)?;
    let (kind, text, _) = element(end)?;
    moment(kind, text)
}

/// The first element of `bytes` (X.690 §8.1): its tag, its contents, and what follows it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let digits = usize::from(first & 0x7f);
        let (digits, rest) = (1..=4).contains(&digits).then(|| rest.split_at_checked(digits))??;
        (digits.iter().fold(0, |length, digit| (length << 8) | usize::from(*digit)), rest)
    };
    let (contents, rest) = rest.split_at_checked(length)?;
    Some((tag, contents, rest))
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`; two digits of a year mean 1950 to 2049.
fn moment(kind: u8, text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = match kind {
        UTC_TIME if text.len() == 12 => {
            let year: i32 = text[..2].parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, &text[2..])
        }
        GENERALIZED_TIME if text.len() == 14 => (text[..4].parse().ok()?, &text[4..]),
        _ => return None,
    };
    let two = |at: usize| rest[at..at + 2].parse::<u8>().ok();
    let month = time::Month::try_from(two(0)?).ok()?;
    let date = time::Date::from_calendar_date(year, month, two(2)?).ok()?;
    let clock = time::Time::from_hms(two(4)?, two(6)?, two(8)?).ok()?;
    Some(Timestamp::from_seconds(time::UtcDateTime::new(date, clock).unix_timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_forms_of_a_moment_are_read() {
        let read = |kind, text: &str| moment(kind, text.as_bytes()).map(Timestamp::seconds);
        assert_eq!(read(UTC_TIME, "261128074100Z"), Some(1_795_851_660));
        assert_eq!(read(GENERALIZED_TIME, "20261128074100Z"), Some(1_795_851_660));
        assert_eq!(read(UTC_TIME, "500101000000Z"), Some(-631_152_000));
        for nonsense in ["", "Z", "261128074100", "261328074100Z", "26112807410Z", "2611280741000Z", "26112807+100Z"] {
            assert_eq!(read(UTC_TIME, nonsense), None, "{nonsense}");
        }
    }

    proptest! {
        // security: row 36
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = not_after(&bytes);
            let _ = not_after(&[&[0x30, 0x7f, 0x30, 0x7d][..], &bytes].concat());
        }
    }
}
