//! From which address a request comes, and ranges of addresses.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request},
    http::{HeaderMap, request::Parts},
};

use crate::Failure;

/// The address a request comes from: the peer's own, or, behind proxies that the settings name, the
/// nearest one in `X-Forwarded-For` that is not such a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// Text under which attempts from this address count together: an IPv6 customer holds a whole
    /// /64, so that is what counts as one.
    pub fn counted(self) -> String {
        let Self(address) = self;
        match address.to_canonical() {
            IpAddr::V4(v4) => v4.to_string(),
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        }
    }

    /// The address of `request`, believing only the proxies in `trusted`.
    pub(crate) fn of(request: &Request, trusted: &[AddressRange]) -> Self {
        // Without a connection (a test that calls the router itself) it is this very machine.
        let peer = request
            .extensions()
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::from([127, 0, 0, 1]), |ConnectInfo(peer)| peer.ip().to_canonical());
        Self(nearest_stranger(peer, request.headers(), trusted))
    }
}

fn nearest_stranger(peer: IpAddr, headers: &HeaderMap, trusted: &[AddressRange]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|range| range.contains(address));
    let mut nearest = peer;
    let values = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let named: Vec<&str> = values.flat_map(|value| value.split(',')).map(str::trim).collect();
    for text in named.iter().rev() {
        if !is_trusted(nearest) {
            break;
        }
        // What is no address ends the chain: the proxy that wrote it is as far as can be believed.
        let Ok(address) = text.parse::<IpAddr>() else { break };
        nearest = address.to_canonical();
    }
    nearest
}

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let address = parts.extensions.get::<Self>().copied();
        address.ok_or_else(|| Failure::Broken("a handler ran outside the router".to_owned()))
    }
}

/// A range of addresses: `10.0.0.0/8`, `fd00::/8`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressRange {
    first: IpAddr,
    prefix_bits: u32,
}

impl AddressRange {
    /// Whether `address` lies in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let bits = |address: IpAddr| match address {
            IpAddr::V4(v4) => u128::from(v4.to_bits()) << 96,
            IpAddr::V6(v6) => v6.to_bits(),
        };
        let differs = bits(self.first) ^ bits(address);
        self.first.is_ipv4() == address.is_ipv4() && differs.leading_zeros() >= self.prefix_bits
    }
}

/// The text names no range of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressRangeError;

impl fmt::Display for AddressRangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is no range of addresses; write 10.0.0.0/8, fd00::/8 or one address")
    }
}

impl std::error::Error for AddressRangeError {}

impl FromStr for AddressRange {
    type Err = AddressRangeError;
    fn from_str(text: &str) -> Result<Self, AddressRangeError> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
        let first: IpAddr = address.trim().parse().map_err(|_| AddressRangeError)?;
        let bits_max = if first.is_ipv4() { 32 } else { 128 };
        let prefix_bits = prefix.map_or(Ok(bits_max), |p| p.trim().parse::<u32>());
        let prefix_bits = prefix_bits.map_err(|_| AddressRangeError)?;
        if prefix_bits > bits_max {
            return Err(AddressRangeError);
        }
        Ok(Self { first, prefix_bits })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use axum::http::HeaderValue;

    use super::*;

    fn seen(peer: &str, forwarded: &str, trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_str(forwarded).unwrap());
        let trusted: Vec<AddressRange> =
            trusted.iter().map(|range| range.parse().unwrap()).collect();
        nearest_stranger(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn what_a_stranger_claims_to_forward_is_not_believed() {
        assert_eq!(seen("203.0.113.7", "10.1.1.1", &[]), "203.0.113.7");
        assert_eq!(seen("203.0.113.7", "10.1.1.1", &["10.0.0.0/8"]), "203.0.113.7");
    }

    #[test]
    fn behind_proxies_the_nearest_stranger_counts() {
        assert_eq!(
            seen("10.0.0.2", "1.1.1.1, 203.0.113.7, 10.9.9.9", &["10.0.0.0/8"]),
            "203.0.113.7"
        );
        assert_eq!(seen("10.0.0.2", "1.1.1.1, junk", &["10.0.0.2"]), "10.0.0.2");
        assert_eq!(seen("::1", "2001:db8::5", &["::1"]), "2001:db8::5");
    }

    #[test]
    fn neighbours_in_one_ipv6_64_count_as_one() {
        let counted = |text: &str| ClientAddress(text.parse().unwrap()).counted();
        assert_eq!(counted("2001:db8:0:7::1"), counted("2001:db8:0:7:ffff::9"));
        assert_ne!(counted("2001:db8:0:7::1"), counted("2001:db8:0:8::1"));
        assert_eq!(counted("::ffff:192.0.2.1"), "192.0.2.1");
    }

    #[test]
    fn a_range_knows_its_own() {
        let range: AddressRange = "10.16.0.0/12".parse().unwrap();
        assert!(range.contains("10.31.255.255".parse().unwrap()));
        assert!(!range.contains("10.32.0.0".parse().unwrap()));
        assert!("0.0.0.0/0".parse::<AddressRange>().unwrap().contains("8.8.8.8".parse().unwrap()));
        for wrong in ["", "10.0.0.0/33", "ten", "10.0.0.0/x"] {
            assert!(wrong.parse::<AddressRange>().is_err(), "{wrong}");
        }
    }
}
