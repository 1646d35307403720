//! Where a request came from: the socket, or what a trusted proxy says (decisions 10).

use axum::extract::ConnectInfo;
use http::{Extensions, HeaderMap, HeaderName};
use portal_id_core::ctx::ClientAddress;
use portal_id_core::network::Network;
use std::net::{IpAddr, SocketAddr};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The sender of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sender {
    /// The address that limits and the audit trail see.
    pub(crate) address: ClientAddress,
    /// Whether the socket's other end is one of the trusted proxies.
    pub(crate) through_proxy: bool,
}

impl Sender {
    /// Reads it from the connection and, behind a trusted proxy only, from `X-Forwarded-For`.
    pub(crate) fn of(extensions: &Extensions, headers: &HeaderMap, proxies: &[Network]) -> Self {
        let socket = extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip().to_canonical());
        let Some(socket) = socket else { return Self { address: ClientAddress::unknown(), through_proxy: false } };
        let trusted = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
        if !trusted(socket) {
            return Self { address: ClientAddress::new(socket), through_proxy: false };
        }
        // Each proxy appends whom it heard from: from the right, the first address that is no proxy of ours is the
        // client's. What stands further left was written by that client and says nothing.
        let mut client = socket;
        let heard = headers.get_all(FORWARDED_FOR).iter().map(|header| header.to_str().unwrap_or("?"));
        let heard: Vec<&str> = heard.flat_map(|list| list.split(',')).map(str::trim).collect();
        for entry in heard.iter().rev() {
            let Some(address) = parse(entry) else { break };
            client = address;
            if !trusted(address) {
                break;
            }
        }
        Self { address: ClientAddress::new(client), through_proxy: true }
    }
}

/// An address, or an address with a port, as some proxies write it.
fn parse(entry: &str) -> Option<IpAddr> {
    let with_port = || entry.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    let in_brackets = || entry.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    entry.parse().ok().or_else(with_port).or_else(in_brackets).map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn sender(peer: &str, forwarded: &[&'static str]) -> Sender {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo::<SocketAddr>(peer.parse().unwrap()));
        let headers = forwarded.iter().map(|value| (FORWARDED_FOR, HeaderValue::from_static(value))).collect();
        let proxies = ["10.0.0.0/8", "fd00::/8"].map(|network| network.parse().unwrap());
        Sender::of(&extensions, &headers, &proxies)
    }

    fn network(peer: &str, forwarded: &[&'static str]) -> String {
        sender(peer, forwarded).address.network()
    }

    // security: row 14
    #[test]
    fn a_stranger_cannot_name_another_address() {
        assert_eq!(network("198.51.100.9:4000", &["203.0.113.7"]), "198.51.100.9");
        assert!(!sender("198.51.100.9:4000", &["203.0.113.7"]).through_proxy);
    }

    #[test]
    fn behind_our_proxy_the_client_is_who_the_proxy_heard_from() {
        assert_eq!(network("10.0.0.2:4000", &["203.0.113.7"]), "203.0.113.7");
        assert_eq!(network("[::ffff:10.0.0.2]:4000", &["203.0.113.7"]), "203.0.113.7");
        assert_eq!(network("10.0.0.2:4000", &["203.0.113.7, 10.0.0.3"]), "203.0.113.7");
        assert_eq!(network("10.0.0.2:4000", &["203.0.113.7", "10.0.0.3"]), "203.0.113.7");
        assert_eq!(network("[fd00::1]:4000", &["2001:db8::7"]), "2001:db8:0:0::/64");
        assert_eq!(network("10.0.0.2:4000", &["203.0.113.7:5555"]), "203.0.113.7");
        assert_eq!(network("10.0.0.2:4000", &["[2001:db8::7]:5555"]), "2001:db8:0:0::/64");
        assert!(sender("10.0.0.2:4000", &[]).through_proxy);
    }

    // security: row 14
    #[test]
    fn what_a_client_wrote_before_the_proxy_says_nothing() {
        assert_eq!(network("10.0.0.2:4000", &["192.0.2.1, 203.0.113.7"]), "203.0.113.7");
        assert_eq!(network("10.0.0.2:4000", &["10.9.9.9, 203.0.113.7"]), "203.0.113.7");
        assert_eq!(network("10.0.0.2:4000", &["192.0.2.1, nonsense"]), "10.0.0.2");
        assert_eq!(network("10.0.0.2:4000", &["192.0.2.1, nonsense, 10.0.0.3"]), "10.0.0.3");
        assert_eq!(network("10.0.0.2:4000", &[""]), "10.0.0.2");
    }

    #[test]
    fn without_a_socket_there_is_no_address() {
        let headers = HeaderMap::from_iter([(FORWARDED_FOR, HeaderValue::from_static("203.0.113.7"))]);
        let sender = Sender::of(&Extensions::new(), &headers, &["0.0.0.0/0".parse().unwrap()]);
        assert_eq!(sender, Sender { address: ClientAddress::unknown(), through_proxy: false });
    }
}
