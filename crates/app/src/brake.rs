//! Limits for strangers, who have no key to be known by.

use coinslot_domain::limit::Rate;
use coinslot_domain::time::{Span, Time};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// How often each address may do something. In memory and of one server:
/// several servers allow several times as much.
pub(crate) struct Brake {
    rate: Rate,
    full: Mutex<HashMap<String, Time>>,
}

/// Addresses at which those that say nothing any more are dropped.
const MANY: usize = 1024;

impl Brake {
    pub(crate) fn new(rate: Rate) -> Self {
        Brake { rate, full: Mutex::default() }
    }

    /// Whether an address may do it now; else how long it has to wait.
    pub(crate) fn check(&self, ip: Option<&str>, now: Time) -> Result<(), Span> {
        let full = self.full.lock().unwrap_or_else(PoisonError::into_inner);
        self.rate.take(full.get(&household(ip)).copied(), now).map(drop)
    }

    /// Counts that it was done.
    pub(crate) fn count(&self, ip: Option<&str>, now: Time) {
        let mut full = self.full.lock().unwrap_or_else(PoisonError::into_inner);
        if full.len() >= MANY {
            full.retain(|_, full| *full > now);
        }
        let household = household(ip);
        if let Ok(after) = self.rate.take(full.get(&household).copied(), now) {
            full.insert(household, after);
        }
    }
}

/// Whom an address stands for: a household has a whole /64 of IPv6.
fn household(ip: Option<&str>) -> String {
    let ip = ip.unwrap_or_default();
    match ip.parse::<IpAddr>() {
        Ok(IpAddr::V6(v6)) => format!("{:x}", v6.to_bits() >> 64),
        _ => ip.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_and_no_more() {
        let (brake, now) = (Brake::new(coinslot_domain::tv::GUESSES), Time(0));
        for _ in 0..10 {
            assert_eq!(brake.check(Some("a"), now), Ok(()));
            brake.count(Some("a"), now);
        }
        assert_eq!(brake.check(Some("a"), now), Err(Span::seconds(6)));
        assert_eq!(brake.check(Some("b"), now), Ok(()), "another household");
        assert_eq!(brake.check(Some("a"), now + Span::seconds(6)), Ok(()));
    }

    #[test]
    fn a_household_is_an_address_or_a_network() {
        assert_eq!(household(Some("203.0.113.7")), "203.0.113.7");
        assert_eq!(household(Some("2001:db8:1:2:3::4")), household(Some("2001:db8:1:2::9")));
        assert_ne!(household(Some("2001:db8:1:2::4")), household(Some("2001:db8:1:3::4")));
        assert_eq!(household(None), "");
    }
}
