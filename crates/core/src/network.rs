//! Networks of addresses, as operators write them.

use schemars::JsonSchema;
use serde::Deserialize;
use std::net::IpAddr;
use std::str::FromStr;

/// A network of addresses in CIDR form (RFC 4632), or a single address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network {
    first: IpAddr,
    prefix: u8,
}

/// A text that is no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a network is an address, or an address and a prefix length such as 10.0.0.0/8, with no bit set beyond the prefix"
)]
pub struct NotANetwork;

impl Network {
    /// Whether `address` belongs to it. An IPv4 address in its IPv6 form counts as what it is.
    pub fn contains(self, address: IpAddr) -> bool {
        masked(address.to_canonical(), self.prefix) == Some(self.first)
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u8>().map_err(|_| NotANetwork)?)),
            None => (text, None),
        };
        let first: IpAddr = address.parse().map_err(|_| NotANetwork)?;
        let prefix = prefix.unwrap_or(if first.is_ipv4() { 32 } else { 128 });
        // 10.1.2.3/8 is a slip of the pen: the writer may have meant one machine or all of them.
        if masked(first, prefix) == Some(first) { Ok(Self { first, prefix }) } else { Err(NotANetwork) }
    }
}

/// The address with only its first `prefix` bits; `None` when it has not so many.
fn masked(address: IpAddr, prefix: u8) -> Option<IpAddr> {
    match address {
        IpAddr::V4(v4) => {
            let rest = 32_u32.checked_sub(prefix.into())?;
            Some(IpAddr::V4((v4.to_bits() & u32::MAX.checked_shl(rest).unwrap_or(0)).into()))
        }
        IpAddr::V6(v6) => {
            let rest = 128_u32.checked_sub(prefix.into())?;
            Some(IpAddr::V6((v6.to_bits() & u128::MAX.checked_shl(rest).unwrap_or(0)).into()))
        }
    }
}

impl TryFrom<String> for Network {
    type Error = NotANetwork;

    fn try_from(text: String) -> Result<Self, NotANetwork> {
        text.parse()
    }
}

impl JsonSchema for Network {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Network".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[0-9a-fA-F.:]+(/[0-9]{1,3})?$" })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_its_own_addresses_and_no_others() {
        let holds =
            |network: &str, address: &str| network.parse::<Network>().unwrap().contains(address.parse().unwrap());
        assert!(holds("10.0.0.0/8", "10.255.0.1") && !holds("10.0.0.0/8", "11.0.0.0"));
        assert!(holds("192.0.2.7", "192.0.2.7") && !holds("192.0.2.7", "192.0.2.8"));
        assert!(holds("10.0.0.0/8", "::ffff:10.1.1.1") && !holds("::/0", "10.1.1.1"));
        assert!(holds("0.0.0.0/0", "203.0.113.1") && !holds("0.0.0.0/0", "2001:db8::1"));
        assert!(holds("fd00::/8", "fdab::1") && !holds("fd00::/8", "fe80::1"));
        for nonsense in
            ["", "10.0.0.0/33", "10.1.2.3/8", "10.0.0.0/", "10.0.0/8", "::/129", "fd00::/-1", "host/8", "10.0.0.0/8/8"]
        {
            assert_eq!(nonsense.parse::<Network>(), Err(NotANetwork), "{nonsense}");
        }
    }
}
