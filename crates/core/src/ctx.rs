//! What every use case is told about the request or job it serves.

use crate::digest::Digest;
use crate::entropy::Entropy;
use crate::language::Language;
use crate::time::Timestamp;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// The circumstances of one request or job: read once at the edge, then only passed on.
#[derive(Clone)]
pub struct Ctx {
    /// The moment of the request, read once.
    pub now: Timestamp,
    /// The source of chance.
    pub entropy: Arc<dyn Entropy>,
    /// The id that the visitor sees and the logs carry.
    pub request_id: String,
    /// Where the request came from.
    pub address: ClientAddress,
    /// The language of the answer.
    pub language: Language,
    /// The digest of the browser's own cookie; `None` outside a browser.
    pub browser: Option<Digest>,
    /// What the browser calls itself, at most 200 characters, for the owner's list of sessions.
    pub user_agent: String,
}

impl Ctx {
    /// The circumstances of a job or a command: nobody's browser, no address.
    pub fn for_job(now: Timestamp, entropy: Arc<dyn Entropy>, request_id: impl Into<String>) -> Self {
        Self {
            now,
            entropy,
            request_id: request_id.into(),
            address: ClientAddress::unknown(),
            language: Language::default(),
            browser: None,
            user_agent: String::new(),
        }
    }

    /// The source of chance, as a plain reference.
    pub fn entropy(&self) -> &dyn Entropy {
        self.entropy.as_ref()
    }
}

/// A client's network address as limits and the audit trail see it (decisions 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientAddress(Option<IpAddr>);

impl ClientAddress {
    /// From the address of the socket, or the one that a trusted proxy vouched for.
    pub const fn new(ip: IpAddr) -> Self {
        Self(Some(ip))
    }

    /// No address: a job or a command.
    pub const fn unknown() -> Self {
        Self(None)
    }

    /// The key that floods are counted under: an IPv4 address, or an IPv6 network of 64 bits, since one
    /// household holds all addresses of its /64.
    pub fn network(self) -> String {
        match self.0 {
            None => "none".to_owned(),
            Some(IpAddr::V4(v4)) => v4.to_string(),
            Some(IpAddr::V6(v6)) => v6.to_ipv4_mapped().map_or_else(
                || {
                    let [a, b, c, d, ..] = v6.segments();
                    format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
                },
                |v4| v4.to_string(),
            ),
        }
    }
}

impl ClientAddress {
    /// The address for the owner's eyes: enough to tell home from another town, not a whole address. Empty when there
    /// is none.
    pub fn masked(self) -> String {
        match self.0 {
            None => String::new(),
            Some(IpAddr::V4(v4)) => masked_v4(v4),
            Some(IpAddr::V6(v6)) => v6.to_ipv4_mapped().map_or_else(
                || {
                    let [a, b, c, ..] = v6.segments();
                    format!("{a:x}:{b:x}:{c:x}:•••")
                },
                masked_v4,
            ),
        }
    }
}

fn masked_v4(address: Ipv4Addr) -> String {
    let [a, b, c, _] = address.octets();
    format!("{a}.{b}.{c}.•••")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn two_addresses_of_one_household_count_as_one() {
        let of = |text: &str| ClientAddress::new(text.parse().unwrap()).network();
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:203.0.113.7"), of("203.0.113.7"));
    }

    #[test]
    fn an_owner_is_shown_a_network_and_never_a_whole_address() {
        let of = |text: &str| ClientAddress::new(text.parse().unwrap()).masked();
        assert_eq!(of("203.0.113.7"), "203.0.113.•••");
        assert_eq!(of("::ffff:203.0.113.7"), "203.0.113.•••");
        assert_eq!(of("2001:db8:1:2::1"), "2001:db8:1:•••");
        assert_eq!(ClientAddress::unknown().masked(), "");
    }
}
