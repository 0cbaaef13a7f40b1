//! Where webhooks may go.
//!
//! The address of a webhook is typed in by whoever owns a project, so it is
//! hostile until shown otherwise: it could point at the database beside the
//! server or at the metadata service of a cloud. The guard therefore sits where
//! the connection is made. It looks at the addresses a name stands for at that
//! moment, and only addresses it has looked at are connected to; a name that
//! changes its mind between a check and a connection gains nothing.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use url::{Host, Url};

/// Where webhooks may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// To public addresses, encrypted.
    Public,
    /// Also to the machine the server runs on, and unencrypted: for developing
    /// a game. Every other address that is not public stays forbidden.
    Loopback,
}

/// Reads a webhook URL and says no to one that can be told to be wrong without
/// looking up its name. The message is for the project's owner. Good for
/// checking a URL when it is typed in; the sender checks again each time.
pub fn allowed_url(url: &str, policy: Policy) -> Result<Url, String> {
    let url = Url::parse(url).map_err(|error| format!("refused: the webhook URL cannot be read: {error}"))?;
    match (url.scheme(), policy) {
        ("https", _) | ("http", Policy::Loopback) => {}
        ("http", Policy::Public) => return Err("refused: the webhook URL must begin with https://".into()),
        _ => return Err("refused: the webhook URL must begin with https:// or http://".into()),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("refused: the webhook URL must not contain a user name or password".into());
    }
    // The parser has turned octal, hexadecimal and short forms into addresses.
    let ip: IpAddr = match url.host() {
        Some(Host::Ipv4(ip)) => ip.into(),
        Some(Host::Ipv6(ip)) => ip.into(),
        Some(Host::Domain(name)) => {
            let bare = name.trim_end_matches('.');
            let local = bare == "localhost" || bare.ends_with(".localhost");
            if local && policy == Policy::Public {
                return Err(format!("refused: {name} is this machine; {}", destinations(policy)));
            }
            return Ok(url);
        }
        None => return Err("refused: the webhook URL has no host".into()),
    };
    match forbidden(ip, policy) {
        Some(kind) => Err(format!("refused: {ip} is {kind}; {}", destinations(policy))),
        None => Ok(url),
    }
}

fn destinations(policy: Policy) -> &'static str {
    match policy {
        Policy::Public => "webhooks go only to public addresses",
        Policy::Loopback => "webhooks go only to public addresses and to this machine",
    }
}

/// Why nothing was connected to, in words for the project's owner.
#[derive(Debug)]
pub(crate) struct Stopped(pub(crate) String);

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Stopped {}

/// The addresses of a name, if webhooks may go to all of them.
pub(crate) async fn look_up(name: &str, port: u16, policy: Policy) -> Result<Vec<SocketAddr>, Stopped> {
    let found = tokio::net::lookup_host((name, port)).await;
    let found = found.map_err(|_| Stopped(format!("the name {name} was not found")))?;
    check_all(name, found.collect(), policy)
}

/// All addresses of a name, or none of them: a name that stands for a public
/// and a private address is not an honest one.
fn check_all(name: &str, found: Vec<SocketAddr>, policy: Policy) -> Result<Vec<SocketAddr>, Stopped> {
    if found.is_empty() {
        return Err(Stopped(format!("the name {name} has no address")));
    }
    for address in &found {
        let ip = address.ip();
        if let Some(kind) = forbidden(ip, policy) {
            let why = format!("refused: {name} stands for {ip}, {kind}; {}", destinations(policy));
            return Err(Stopped(why));
        }
    }
    Ok(found)
}

/// IPv4 networks that are not the public internet: network, length, what it is.
const V4: [(Ipv4Addr, u32, &str); 17] = [
    (Ipv4Addr::new(0, 0, 0, 0), 32, "the unspecified address"),
    (Ipv4Addr::new(0, 0, 0, 0), 8, "an address of this network"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "a private address"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "an address inside a provider's network"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "a loopback address"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "a link-local address"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "a private address"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "a reserved address"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "an address for documentation"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "a relay address"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "a private address"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "an address for benchmarks"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "an address for documentation"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "an address for documentation"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "a multicast address"),
    (Ipv4Addr::new(255, 255, 255, 255), 32, "the broadcast address"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "a reserved address"),
];

const fn v6(a: u16, b: u16, c: u16) -> Ipv6Addr {
    Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)
}

/// The same for IPv6. The last line is everything outside the one block that
/// public addresses are given out from. Forms that carry an IPv4 address are
/// dealt with before.
const V6: [(Ipv6Addr, u32, &str); 15] = [
    (Ipv6Addr::UNSPECIFIED, 128, "the unspecified address"),
    (Ipv6Addr::LOCALHOST, 128, "a loopback address"),
    (v6(0x64, 0xff9b, 1), 48, "an address inside a provider's network"),
    (v6(0x100, 0, 0), 64, "an address that discards everything"),
    (v6(0x2001, 2, 0), 48, "an address for benchmarks"),
    (v6(0x2001, 0xdb8, 0), 32, "an address for documentation"),
    (v6(0x2001, 0, 0), 23, "a reserved address"),
    (v6(0x3fff, 0, 0), 20, "an address for documentation"),
    (v6(0xfc00, 0, 0), 7, "a private address"),
    (v6(0xfe80, 0, 0), 10, "a link-local address"),
    (v6(0xfec0, 0, 0), 10, "a site-local address"),
    (v6(0xff00, 0, 0), 8, "a multicast address"),
    (v6(0x0000, 0, 0), 3, "a reserved address"),
    (v6(0x4000, 0, 0), 2, "a reserved address"),
    (v6(0x8000, 0, 0), 1, "a reserved address"),
];

/// What kind of address it is, if webhooks must not go there.
pub fn forbidden(ip: IpAddr, policy: Policy) -> Option<&'static str> {
    let plain = ip.to_canonical();
    if policy == Policy::Loopback && plain.is_loopback() {
        return None;
    }
    match plain {
        IpAddr::V4(ip) => forbidden_v4(ip),
        IpAddr::V6(ip) => forbidden_v6(ip),
    }
}

fn forbidden_v4(ip: Ipv4Addr) -> Option<&'static str> {
    let inside = |net: Ipv4Addr, length: u32| (ip.to_bits() ^ net.to_bits()).leading_zeros() >= length;
    V4.iter().find(|(net, length, _)| inside(*net, *length)).map(|(_, _, kind)| *kind)
}

fn forbidden_v6(ip: Ipv6Addr) -> Option<&'static str> {
    // An IPv4-mapped address has become IPv4 before. The other forms go through
    // some translator, which may stand inside the very network to protect.
    let [a, b, c, d, e, f, g, h] = ip.segments();
    let v4 = |high: u16, low: u16| forbidden_v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    let nat64 = [a, b, c, d, e, f] == [0x64, 0xff9b, 0, 0, 0, 0];
    let teredo = [a, b] == [0x2001, 0];
    let inner = match a {
        _ if nat64 => v4(g, h),
        // Teredo: the server's address, then the client's with every bit turned.
        _ if teredo => v4(c, d).or_else(|| v4(!g, !h)),
        // 6to4.
        0x2002 => v4(b, c),
        _ => None,
    };
    if nat64 || teredo || inner.is_some() {
        return inner;
    }
    let inside = |net: Ipv6Addr, length: u32| (ip.to_bits() ^ net.to_bits()).leading_zeros() >= length;
    V6.iter().find(|(net, length, _)| inside(*net, *length)).map(|(_, _, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_forbidden_address_spoils_the_name() {
        let at = |ip: &str| SocketAddr::new(ip.parse().unwrap(), 0);
        let check = |ips: &[&str]| {
            let checked = check_all("game.example", ips.iter().map(|ip| at(ip)).collect(), Policy::Public);
            checked.map_err(|Stopped(why)| why)
        };
        assert_eq!(check(&["8.8.8.8", "2606:4700::1111"]), Ok(vec![at("8.8.8.8"), at("2606:4700::1111")]));
        assert_eq!(
            check(&["8.8.8.8", "10.0.0.5"]),
            Err("refused: game.example stands for 10.0.0.5, a private address; webhooks go only to public addresses"
                .into())
        );
        assert!(check(&["10.0.0.5", "8.8.8.8"]).is_err());
        assert_eq!(check(&[]), Err("the name game.example has no address".into()));
    }

    #[test]
    fn urls_that_are_refused_unseen() {
        for policy in [Policy::Public, Policy::Loopback] {
            for bad in [
                "",
                "game.example/hook",
                "ftp://game.example/",
                "file:///etc/passwd",
                "data:,",
                "https://",
                "https://user@game.example/",
                "https://:pass@game.example/",
                "https://0xffffffffff/",
                "https://10.0.0.5/",
                "https://[fe80::1]/",
            ] {
                let refused = allowed_url(bad, policy).unwrap_err();
                assert!(refused.starts_with("refused: ") && !refused.contains("pass@"), "{bad}: {refused}");
            }
            assert!(allowed_url("https://game.example:8443/hook?x=y", policy).is_ok());
            assert!(allowed_url("https://8.8.8.8/", policy).is_ok());
        }
        for local in ["http://127.1/", "http://localhost:3000/", "http://[::1]/", "http://[::ffff:127.0.0.1]/"] {
            assert!(allowed_url(local, Policy::Loopback).is_ok(), "{local}");
        }
    }

    #[test]
    fn every_family_of_forbidden_addresses() {
        // First and last of each, with what lies beside where that is public.
        let table: &[(&str, &[&str])] = &[
            ("the unspecified address", &["0.0.0.0", "::"]),
            ("an address of this network", &["0.0.0.1", "0.255.255.255"]),
            (
                "a private address",
                &[
                    "10.0.0.0",
                    "10.255.255.255",
                    "172.16.0.0",
                    "172.31.255.255",
                    "192.168.0.0",
                    "192.168.255.255",
                    "fc00::",
                    "fd00::1",
                    "fdff:ffff::1",
                ],
            ),
            ("a loopback address", &["127.0.0.1", "127.255.255.255", "::1"]),
            ("a link-local address", &["169.254.0.0", "169.254.169.254", "169.254.255.255", "fe80::1", "febf::1"]),
            ("an address inside a provider's network", &["100.64.0.0", "100.127.255.255", "64:ff9b:1::8.8.8.8"]),
            ("an address for benchmarks", &["198.18.0.0", "198.19.255.255", "2001:2::1"]),
            (
                "an address for documentation",
                &["192.0.2.1", "198.51.100.1", "203.0.113.255", "2001:db8::", "2001:db8:ffff::1", "3fff:fff::1"],
            ),
            ("a multicast address", &["224.0.0.1", "239.255.255.255", "ff02::1"]),
            ("the broadcast address", &["255.255.255.255"]),
            (
                "a reserved address",
                &[
                    "240.0.0.0",
                    "255.255.255.254",
                    "192.0.0.170",
                    "2001:1::1",
                    "2001:1ff::1",
                    "4000::",
                    "5f00::1",
                    "fbff::1",
                    "fe00::1",
                    "::8.8.8.8",
                    "::2",
                    "1fff::1",
                    "::ffff:0:8.8.8.8",
                    "200::1",
                ],
            ),
            ("a relay address", &["192.88.99.1"]),
            ("a site-local address", &["fec0::1", "feff::1"]),
            ("an address that discards everything", &["100::1"]),
        ];
        for (kind, addresses) in table {
            for ip in *addresses {
                let ip: IpAddr = ip.parse().unwrap();
                assert_eq!(forbidden(ip, Policy::Public), Some(*kind), "{ip}");
                let loopback = (*kind != "a loopback address").then_some(*kind);
                assert_eq!(forbidden(ip, Policy::Loopback), loopback, "{ip}");
            }
        }
        for (ip, kind) in [
            ("::ffff:10.0.0.5", "a private address"),
            ("::ffff:169.254.169.254", "a link-local address"),
            ("::ffff:0.0.0.0", "the unspecified address"),
            ("64:ff9b::192.168.1.1", "a private address"),
            ("64:ff9b::127.0.0.1", "a loopback address"),
            ("2002:a00:5::1", "a private address"),
            ("2002:7f00:1::", "a loopback address"),
            // Teredo with a forbidden server, then with a forbidden client.
            ("2001:0:a00:5:0:0:f7f7:f7f7", "a private address"),
            ("2001:0:808:808:0:0:80ff:fffe", "a loopback address"),
        ] {
            let ip: IpAddr = ip.parse().unwrap();
            // Loopback behind a translator is somebody else's machine.
            assert_eq!(forbidden(ip, Policy::Public), Some(kind), "{ip}");
            assert_eq!(forbidden(ip, Policy::Loopback), Some(kind), "{ip}");
        }
        let mapped: IpAddr = "::ffff:127.0.0.1".parse().unwrap();
        assert_eq!(forbidden(mapped, Policy::Public), Some("a loopback address"));
        assert_eq!(forbidden(mapped, Policy::Loopback), None);
        for public in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2001:4860:4860::8888",
            "2a00::1",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "2002:808:808::1",
            "2001:0:808:808:0:0:f7f7:f7f7",
            "2001:200::1",
            "3ffe:ffff::1",
        ] {
            let ip: IpAddr = public.parse().unwrap();
            assert_eq!(forbidden(ip, Policy::Public), None, "{ip}");
            assert_eq!(forbidden(ip, Policy::Loopback), None, "{ip}");
        }
    }
}
