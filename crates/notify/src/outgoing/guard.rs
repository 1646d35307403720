//! Where a call may go: judged by the address in numbers, whatever name or spelling led to it.

use crate::loopback::is_loopback;
use portal_id_core::network::Network;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// Why an address is not called.
pub(super) const NOT_PUBLIC: &str = "it leads to a network that is neither public nor in allowed_networks";

/// The places within reach.
pub(super) struct Reach {
    allowed: Vec<Network>,
    own_machine: bool,
}

impl Reach {
    pub(super) const fn new(allowed: Vec<Network>, own_machine: bool) -> Self {
        Self { allowed, own_machine }
    }

    /// The address to call, or why not. A host in numbers is judged here, since no look-up follows; a name is judged by
    /// what it resolves to.
    pub(super) fn address(&self, url: &str) -> Result<Url, &'static str> {
        let url = Url::parse(url).map_err(|_| "the address is not absolute")?;
        let plain = url.scheme() == "http" && self.own_machine && url.host_str().is_some_and(is_loopback);
        if url.scheme() != "https" && !plain {
            return Err("the address must be https");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("the address must not carry a password");
        }
        // The parser has already read 0x7f.1, 2130706433 and 0177.0.0.1 as the addresses that they are.
        let literal = match url.host() {
            Some(Host::Ipv4(v4)) => Some(IpAddr::V4(v4)),
            Some(Host::Ipv6(v6)) => Some(IpAddr::V6(v6)),
            _ => None,
        };
        if literal.is_some_and(|address| !self.holds(address)) {
            return Err(NOT_PUBLIC);
        }
        Ok(url)
    }

    /// Whether `address` may be connected to.
    pub(super) fn holds(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.allowed.iter().any(|network| network.contains(address))
            || (self.own_machine && address.is_loopback())
            || match address {
                IpAddr::V4(v4) => is_public_v4(v4),
                IpAddr::V6(v6) => is_public_v6(v6),
            }
    }
}

/// Whether an address belongs to the public internet: not in the IANA registry of special-purpose addresses (RFC 6890).
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(a, 0 | 10 | 127)              // this network, private, loopback
        || (a == 100 && (64..128).contains(&b))          // shared by carriers (RFC 6598)
        || (a == 169 && b == 254)                        // link-local, and the metadata of clouds
        || (a == 172 && (16..32).contains(&b))           // private
        || (a == 192 && b == 168)                        // private
        || (a == 192 && b == 0 && (c == 0 || c == 2))    // protocol assignments, documentation
        || (a == 192 && b == 88 && c == 99)              // relays of 6to4
        || (a == 198 && (b == 18 || b == 19))            // benchmarks
        || (a == 198 && b == 51 && c == 100)             // documentation
        || (a == 203 && b == 0 && c == 113)              // documentation
        || a >= 224; // multicast, reserved, broadcast
    !special
}

/// Only 2000::/3 is given out as global unicast (RFC 4291 §2.4), and parts of it stand for other things.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    // A translator turns these into the IPv4 address at their end (RFC 6052 §2.1).
    if let [0x64, 0xff9b, 0, 0, 0, 0, ..] = address.segments() {
        let [.., a, b, c, d] = address.octets();
        return is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    let special = match first {
        // Protocol assignments and Teredo; documentation.
        0x2001 => second < 0x200 || second == 0xdb8,
        // 6to4: carries an IPv4 address.
        0x2002 => true,
        // Documentation.
        0x3fff => second < 0x1000,
        _ => false,
    };
    first & 0xe000 == 0x2000 && !special
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn production() -> Reach {
        Reach::new(Vec::new(), false)
    }

    const FORBIDDEN: [&str; 44] = [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:0.0.0.0",
        "64:ff9b::10.0.0.1",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::8.8.8.8",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:a00:1::1",
        "3fff::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ];

    const PUBLIC: [&str; 15] = [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "::ffff:203.162.4.1",
        "64:ff9b::8.8.8.8",
        "2606:4700::1111",
    ];

    fn in_url(address: &str) -> String {
        if address.contains(':') { format!("https://[{address}]/jwks") } else { format!("https://{address}/jwks") }
    }

    // security: row 27
    #[test]
    fn addresses_that_are_not_of_the_public_internet_are_refused() {
        for address in FORBIDDEN {
            assert!(!production().holds(address.parse().unwrap()), "{address}");
            assert_eq!(production().address(&in_url(address)).unwrap_err(), NOT_PUBLIC, "{address}");
        }
    }

    #[test]
    fn public_addresses_are_called() {
        for address in PUBLIC {
            assert!(production().holds(address.parse().unwrap()), "{address}");
            production().address(&in_url(address)).unwrap();
        }
        production().address("https://dich-vu.tinh.example:8443/backchannel?x=1").unwrap();
    }

    // security: row 27
    #[test]
    fn however_an_address_is_spelt_it_is_judged_as_what_it_is() {
        for spelt in [
            "https://127.1/",
            "https://0x7f.0.0.1/",
            "https://0x7f000001/",
            "https://2130706433/",
            "https://0177.0.0.1/",
            "https://127.0.0.1./",
            "https://１２７.０.０.１/",
            "https://127.0.0.1:443/",
            "https://0/",
            "https://[::ffff:7f00:1]/",
            "https://[0:0:0:0:0:ffff:a00:1]/",
            "https://[::ffff:169.254.169.254]/latest/meta-data/",
            "https:\\\\127.0.0.1\\",
            "https:127.0.0.1",
            " https://10.0.0.1/",
            "https://10。0。0。1/",
        ] {
            assert_eq!(production().address(spelt).unwrap_err(), NOT_PUBLIC, "{spelt}");
        }
        for broken in
            ["https://1.2.3.4.5/", "https://256.0.0.1/", "https://[::1", "https://", "//10.0.0.1/", "10.0.0.1"]
        {
            assert!(production().address(broken).is_err(), "{broken}");
        }
    }

    // security: row 27
    #[test]
    fn a_production_calls_over_https_alone_and_others_their_own_machine_besides() {
        let development = Reach::new(Vec::new(), true);
        let here =
            ["http://localhost:8081/out", "http://127.0.0.1:8081/out", "http://[::1]/out", "https://127.0.0.1/out"];
        for url in here {
            development.address(url).unwrap();
        }
        let elsewhere = ["http://dich-vu.example/out", "ftp://dich-vu.example/", "file:///etc/passwd"];
        for url in here[..3].iter().chain(&elsewhere) {
            assert_eq!(production().address(url).unwrap_err(), "the address must be https", "{url}");
        }
        for url in
            ["http://dich-vu.example/out", "http://10.0.0.1/out", "http://localhost.example/", "javascript:alert(1)"]
        {
            assert_eq!(development.address(url).unwrap_err(), "the address must be https", "{url}");
        }
        assert_eq!(development.address("https://10.0.0.1/out").unwrap_err(), NOT_PUBLIC);
        assert!(development.address("https://a:b@dich-vu.example/").unwrap_err().contains("password"));
        assert!(development.address("https://a@dich-vu.example/").unwrap_err().contains("password"));
    }

    #[test]
    fn a_network_that_the_operator_named_is_called_in_every_spelling_and_no_other() {
        let reach = Reach::new(vec!["10.20.0.0/16".parse().unwrap(), "fd00:1::/32".parse().unwrap()], false);
        for address in ["10.20.0.1", "::ffff:10.20.255.1", "fd00:1::7"] {
            assert!(reach.holds(address.parse().unwrap()), "{address}");
            reach.address(&in_url(address)).unwrap();
        }
        for address in ["10.21.0.1", "127.0.0.1", "fd00:2::7", "64:ff9b::10.20.0.1"] {
            assert!(!reach.holds(address.parse().unwrap()), "{address}");
        }
        assert_eq!(reach.address("http://10.20.0.1/").unwrap_err(), "the address must be https");
    }
}
