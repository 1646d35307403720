#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::tls::pairs::{Authority, Folder};
use rcgen::date_time_ymd;

const NOW: Timestamp = Timestamp::from_seconds(1_795_851_660);

#[test]
fn a_renewed_pair_is_used_and_a_broken_one_leaves_the_one_before() {
    let (authority, folder) = (Authority::new(), Folder::new());
    folder.write(&authority.pair());
    let certificates = Certificates::open(&folder.settings()).unwrap();
    let in_use = || certificates.in_use.read().unwrap().pair.cert[0].to_vec();
    let first = in_use();
    certificates.reload(NOW).unwrap();
    assert_eq!(in_use(), first);

    let renewed = authority.pair();
    std::fs::write(folder.certificate(), &renewed.0).unwrap();
    let refused = format!("{:#}", certificates.reload(NOW).unwrap_err());
    assert!(refused.contains("do not fit"), "half of a renewal: {refused}");
    assert_eq!(in_use(), first);

    folder.write(&renewed);
    certificates.reload(NOW).unwrap();
    assert_ne!(in_use(), first);

    let second = in_use();
    for (chain, key) in [("", &*renewed.1), (&renewed.0, ""), ("nonsense", "nonsense"), (&renewed.1, &renewed.0)] {
        folder.write(&(chain.to_owned(), key.to_owned()));
        certificates.reload(NOW).unwrap_err();
        assert_eq!(in_use(), second);
    }
    std::fs::remove_file(folder.key()).unwrap();
    assert!(format!("{:#}", certificates.reload(NOW).unwrap_err()).contains("key.pem"));
    assert_eq!(in_use(), second);
}

#[test]
fn a_start_with_a_broken_pair_is_refused_by_its_file() {
    let (authority, folder) = (Authority::new(), Folder::new());
    let refusal = || format!("{:#}", Certificates::open(&folder.settings()).unwrap_err());
    assert!(refusal().contains("chain.pem"));
    let (chain, key) = authority.pair();
    folder.write(&(String::new(), key.clone()));
    assert!(refusal().contains("chain.pem: holds no certificate"), "{}", refusal());
    folder.write(&(chain.clone(), chain.clone()));
    assert!(refusal().contains("key.pem: is no PEM file of a private key"), "{}", refusal());
    assert!(!refusal().contains("PRIVATE"), "no word of a key is told");
    folder.write(&(chain, key));
    Certificates::open(&folder.settings()).unwrap();
}

// security: row 34
#[test]
fn a_private_key_that_everybody_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    folder.write(&Authority::new().pair());
    let open_to = |mode| {
        std::fs::set_permissions(folder.key(), std::fs::Permissions::from_mode(mode)).unwrap();
        Certificates::open(&folder.settings()).map(drop)
    };
    open_to(0o640).unwrap();
    assert!(format!("{:#}", open_to(0o644).unwrap_err()).contains("others may read"));
}

#[test]
fn the_operator_hears_in_time_and_once_a_day_that_a_certificate_ends() {
    let (authority, folder) = (Authority::new(), Folder::new());
    folder.write(&authority.pair_until(date_time_ymd(2026, 12, 10)));
    let certificates = Certificates::open(&folder.settings()).unwrap();
    let warned = |now| certificates.in_use.write().unwrap().is_to_be_warned_of(now);
    assert_eq!(certificates.in_use.read().unwrap().until, Timestamp::from_seconds(1_796_860_800));
    assert!(!warned(NOW - Span::days(3)), "fifteen days before");
    assert!(warned(NOW) && !warned(NOW + Span::hours(1)));
    assert!(warned(NOW + Span::days(1)) && warned(NOW + Span::days(30)), "also when it is over");
    folder.write(&authority.pair_until(date_time_ymd(2027, 12, 10)));
    certificates.reload(NOW).unwrap();
    assert!(!warned(NOW + Span::days(2)), "a renewal ends it");
}

#[test]
fn the_end_of_a_chain_is_that_of_its_first_certificate_to_end() {
    let (authority, folder) = (Authority::new(), Folder::new());
    let (long, key) = authority.pair_until(date_time_ymd(2060, 1, 1));
    let (short, _) = authority.pair_until(date_time_ymd(2027, 1, 1));
    folder.write(&(format!("{long}{short}"), key));
    let certificates = Certificates::open(&folder.settings()).unwrap();
    assert_eq!(certificates.in_use.read().unwrap().until, Timestamp::from_seconds(1_798_761_600));
}
