//! In which country an address is registered, from a table that ships with the
//! server: `data/README.md` says where it comes from.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

/// The table, as it is kept.
static DATA: &[u8] = include_bytes!("../data/countries.bin");

/// It takes a few milliseconds to unpack, and 4 MiB.
static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(DATA).unwrap_or_default());

/// The country of an address, as two upper-case letters; `None` for one that
/// belongs to no country, such as those of private networks.
pub fn of_ip(ip: IpAddr) -> Option<&'static str> {
    match ip.to_canonical() {
        IpAddr::V4(ip) if is_public_v4(ip) => TABLE.four.find(ip.to_bits(), TABLE.codes),
        IpAddr::V6(ip) if is_public_v6(ip) => TABLE.six.find((ip.to_bits() >> 80) as u64, TABLE.codes),
        _ => None,
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let carrier = ip.octets()[0] == 100 && ip.octets()[1] & 0xc0 == 0x40;
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || ip.is_unspecified()
        || ip.is_multicast()
        || ip.is_broadcast()
        || carrier)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    // What is given out to networks, less what is for examples in books.
    ip.segments()[0] & 0xe000 == 0x2000 && !(ip.segments()[0] == 0x2001 && ip.segments()[1] == 0x0db8)
}

/// What no country's code is.
const NOWHERE: &[u8; 2] = b"--";

#[derive(Default)]
struct Table {
    codes: &'static [u8],
    four: Ranges<u32>,
    six: Ranges<u64>,
}

/// First addresses of ranges, in order, and the place of each one's country.
#[derive(Default)]
struct Ranges<T> {
    from: Vec<T>,
    country: Vec<u8>,
}

impl<T: Ord + TryFrom<u64>> Ranges<T> {
    fn find(&self, ip: T, codes: &'static [u8]) -> Option<&'static str> {
        let at = self.from.partition_point(|from| *from <= ip).checked_sub(1)?;
        let place = 2 * usize::from(*self.country.get(at)?);
        let code = codes.get(place..place + 2).filter(|code| code != NOWHERE)?;
        std::str::from_utf8(code).ok()
    }

    fn read(data: &mut &'static [u8]) -> Option<Self> {
        let count = usize::try_from(number(data)?).ok()?;
        let mut ranges = Ranges { from: Vec::with_capacity(count), country: Vec::with_capacity(count) };
        let mut last = 0_u64;
        for _ in 0..count {
            last = last.checked_add(number(data)?)?;
            ranges.from.push(T::try_from(last).ok()?);
            ranges.country.push(*data.split_off_first()?);
        }
        Some(ranges)
    }
}

impl Table {
    fn read(mut data: &'static [u8]) -> Option<Self> {
        let codes = data.split_off(..1)?.first().map(|n| 2 * usize::from(*n))?;
        let codes = data.split_off(..codes)?;
        let (four, six) = (Ranges::read(&mut data)?, Ranges::read(&mut data)?);
        data.is_empty().then_some(Table { codes, four, six })
    }
}

/// A number of seven bits a byte, the lowest first.
fn number(data: &mut &'static [u8]) -> Option<u64> {
    let mut n = 0;
    for shift in (0..63).step_by(7) {
        let byte = *data.split_off_first()?;
        n |= u64::from(byte & 127) << shift;
        if byte < 128 {
            return Some(n);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinslot_domain::merchant::is_country;
    use proptest::prelude::*;

    fn of(ip: &str) -> Option<&'static str> {
        of_ip(ip.parse().unwrap())
    }

    #[test]
    fn the_table_can_be_read() {
        let table = Table::read(DATA).unwrap();
        assert!(table.four.from.len() > 100_000 && table.six.from.len() > 100_000);
        assert!(table.four.from.is_sorted() && table.six.from.is_sorted());
        for code in table.codes.chunks(2).filter(|c| *c != NOWHERE) {
            let code = std::str::from_utf8(code).unwrap();
            // Two are no countries of the standard, any more or yet.
            assert!(is_country(code) || ["AN", "XK"].contains(&code), "{code}");
        }
        assert!(Table::read(&DATA[..DATA.len() - 1]).is_none());
    }

    #[test]
    fn known_addresses() {
        for (ip, country) in [
            ("8.8.8.8", "US"),
            ("77.88.8.8", "RU"),
            ("133.242.0.1", "JP"),
            ("193.0.6.139", "NL"),
            ("200.160.2.3", "BR"),
            ("80.67.169.12", "FR"),
            ("2a02:6b8::1", "RU"),
            ("2001:4860:4860::8888", "US"),
            ("::ffff:8.8.8.8", "US"),
        ] {
            assert_eq!(of(ip), Some(country), "{ip}");
        }
        for nowhere in
            ["127.0.0.1", "10.1.2.3", "192.168.0.1", "100.64.0.1", "203.0.113.7", "0.0.0.0", "255.255.255.255"]
        {
            assert_eq!(of(nowhere), None, "{nowhere}");
        }
        for nowhere in ["::1", "fe80::1", "fd00::1", "2001:db8::1", "ff02::1", "::"] {
            assert_eq!(of(nowhere), None, "{nowhere}");
        }
    }

    proptest! {
        #[test]
        fn any_address_has_two_letters_or_none(four in any::<u32>(), six in any::<u128>()) {
            for ip in [IpAddr::V4(four.into()), IpAddr::V6(six.into())] {
                prop_assert!(of_ip(ip).is_none_or(|code| code.len() == 2));
            }
        }
    }
}
