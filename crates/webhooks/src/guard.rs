//! Whether a call may go out to an address: the one place that decides, for every try anew.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use url::{Host, Url};

/// What whoever runs Handfast allows of calls that go out.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Whether `http` is taken beside `https`.
    pub plain: Plain,
    /// The ports that may be called; only 443 when empty.
    pub ports: Vec<u16>,
    /// Addresses that may be called although they are not public.
    pub allowed: Vec<IpAddr>,
    /// Our own addresses: never called, if not allowed by name.
    pub own: Vec<IpAddr>,
}

/// Whether calls may go out in the clear.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Plain {
    /// Only over TLS.
    #[default]
    Refused,
    /// Also without, for networks of one's own.
    Taken,
}

/// Why no call goes there. Says nothing of what a name led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is no address of the web.
    #[error("this is not an address that can be called; it begins with https://")]
    NoAddress,
    /// Not over TLS.
    #[error("the address must begin with https://")]
    NotSecure,
    /// A name or password stands in it.
    #[error("the address must not hold a name or password")]
    Credentials,
    /// A port that is not on the list.
    #[error("calls to this port are not allowed")]
    Port,
    /// The name leads nowhere.
    #[error("the host was not found")]
    NotFound,
    /// It leads to where the public cannot go.
    #[error("the host is not a public one")]
    NotPublic,
}

/// Where a call goes, judged. Only [`guard`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    pub(crate) address: SocketAddr,
    pub(crate) host: String,
    /// The host as `Host` says it, with the port where it is not the usual one.
    pub(crate) authority: String,
    pub(crate) target: String,
    pub(crate) is_secure: bool,
}

/// Asks for the addresses of a name.
pub type Resolve = dyn Fn(&str) -> Vec<IpAddr> + Send + Sync;

/// Judges an address with all that its name leads to, and picks the one to call. Each address must
/// be public: one that is not among others that are means that somebody tries something.
pub fn guard(text: &str, policy: &Policy, resolve: &Resolve) -> Result<Judged, Refused> {
    let url = form(text, policy)?;
    let host = url.host().ok_or(Refused::NoAddress)?;
    let found = match host {
        Host::Ipv4(one) => vec![IpAddr::V4(one)],
        Host::Ipv6(one) => vec![IpAddr::V6(one)],
        Host::Domain(name) => resolve(name),
    };
    let first = *found.first().ok_or(Refused::NotFound)?;
    if !found.iter().all(|one| may_call(*one, policy)) {
        return Err(Refused::NotPublic);
    }
    let port = url.port_or_known_default().ok_or(Refused::Port)?;
    let name = url.host_str().ok_or(Refused::NoAddress)?;
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    Ok(Judged {
        address: SocketAddr::new(first, port),
        host: name.trim_matches(['[', ']']).to_owned(),
        authority: url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}")),
        target: format!("{}{query}", url.path()),
        is_secure: url.scheme() == "https",
    })
}

/// The address, if its form is one that may be called; its name is not looked up.
pub(crate) fn form(text: &str, policy: &Policy) -> Result<Url, Refused> {
    let url = Url::parse(text).map_err(|_| Refused::NoAddress)?;
    match url.scheme() {
        "https" => {}
        "http" if policy.plain == Plain::Taken => {}
        "http" => return Err(Refused::NotSecure),
        _ => return Err(Refused::NoAddress),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refused::Credentials);
    }
    let port = url.port_or_known_default().ok_or(Refused::Port)?;
    let is_listed =
        if policy.ports.is_empty() { port == 443 } else { policy.ports.contains(&port) };
    if !is_listed {
        return Err(Refused::Port);
    }
    let literal = match url.host() {
        Some(Host::Ipv4(one)) => Some(IpAddr::V4(one)),
        Some(Host::Ipv6(one)) => Some(IpAddr::V6(one)),
        Some(Host::Domain(_)) => None,
        None => return Err(Refused::NoAddress),
    };
    if literal.is_some_and(|one| !may_call(one, policy)) {
        return Err(Refused::NotPublic);
    }
    Ok(url)
}

fn may_call(address: IpAddr, policy: &Policy) -> bool {
    let address = address.to_canonical();
    let is_in = |list: &[IpAddr]| list.iter().any(|one| one.to_canonical() == address);
    is_in(&policy.allowed) || (is_public(address) && !is_in(&policy.own))
}

/// Whether the public reaches this address, and one receiver only.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// What the registry of special addresses keeps from the public, RFC 6890 and after.
const SPECIAL_V4: [([u8; 4], u32); 16] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
    ([255, 255, 255, 255], 32),
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = address.to_bits();
    let is_in = |(start, length): &([u8; 4], u32)| {
        (bits ^ u32::from_be_bytes(*start)) >> (32 - length) == 0
    };
    !SPECIAL_V4.iter().any(is_in)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let part = address.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match part {
        // NAT64 (RFC 6052) and 6to4 (RFC 3056) hold another address.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            is_public_v4(v4(high, low))
        }
        // Teredo, RFC 4380: its server, and the client turned round.
        [0x2001, 0, server_high, server_low, _, _, high, low] => {
            is_public_v4(v4(server_high, server_low)) && is_public_v4(v4(!high, !low))
        }
        // Protocols' own (RFC 2928) and documentation (RFC 3849, RFC 9637).
        [0x2001, 0..0x200 | 0xdb8, ..] | [0x3fff, 0..0x1000, ..] => false,
        // All that is handed out to the public begins so.
        [0x2000..0x4000, ..] => true,
        _ => false,
    }
}
