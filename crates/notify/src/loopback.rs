//! Which hosts are this machine: only to them may anything travel unprotected.

use std::net::IpAddr;

/// Whether `host` can only be this machine: `localhost`, 127.0.0.0/8 or ::1. Other names that happen to resolve to
/// it do not count, because tomorrow they may resolve elsewhere.
pub(crate) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_cannot_leave_this_machine_are_loopback() {
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "::1", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["localhost.example", "mail.example", "10.0.0.1", "0.0.0.0", "::", "127.0.0.1.example", ""] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
