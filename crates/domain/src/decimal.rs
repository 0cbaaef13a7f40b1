//! Exact decimal numbers that are not yet money: prices as a catalogue keeps
//! them, and amounts of virtual currency.

use crate::money::{self, Currency, Money, MoneyError};
use std::cmp::Ordering;
use std::fmt;

/// Digits a decimal may have after the point.
pub const MAX_SCALE: u32 = 9;

/// An exact decimal number: at most nine digits after the point, and no larger
/// than a thousand million either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    /// The number times 10^[`MAX_SCALE`].
    nano: i64,
}

/// The largest whole number, either way: a thousand million.
const LARGEST: i64 = 1_000_000_000;
const NANO: i64 = 1_000_000_000;

impl Decimal {
    /// Nothing.
    pub const ZERO: Decimal = Decimal { nano: 0 };

    /// A whole number; `None` beyond a thousand million.
    pub fn whole(n: i64) -> Option<Self> {
        (-LARGEST..=LARGEST).contains(&n).then_some(Decimal { nano: n * NANO })
    }

    /// Reads decimal text such as `9.99`, `-1`, `1e2`. Zeros beyond nine digits
    /// after the point are fine; other digits there are `TooPrecise`, and what
    /// exceeds a thousand million is `Overflow`.
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        let nano = money::scaled(text, MAX_SCALE)?;
        if nano.abs() > LARGEST * NANO { Err(MoneyError::Overflow) } else { Ok(Decimal { nano }) }
    }

    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        self.nano < 0
    }

    /// Whether it is zero.
    pub fn is_zero(self) -> bool {
        self.nano == 0
    }

    /// Whether it has nothing after the point.
    pub fn is_whole(self) -> bool {
        self.nano % NANO == 0
    }

    /// The number of `units` parts of one, rounded down: `in_units(100)` of
    /// 1.239 is 123. `units` is a divisor of 10^9.
    pub fn in_units(self, units: i64) -> i64 {
        self.nano.div_euclid(NANO / units)
    }

    /// Whether it is a whole number of `units` parts of one.
    pub fn fits_units(self, units: i64) -> bool {
        self.nano % (NANO / units) == 0
    }

    /// `n` parts of one; `None` beyond a thousand million. `units` is a divisor
    /// of 10^9.
    pub fn from_units(n: i64, units: i64) -> Option<Self> {
        let nano = n.checked_mul(NANO / units)?;
        (-LARGEST * NANO..=LARGEST * NANO).contains(&nano).then_some(Decimal { nano })
    }

    /// The price in a currency, half a minor unit rounded away from zero: this
    /// is where a catalogue price becomes money, once, when something is sold.
    pub fn money(self, currency: Currency) -> Result<Money, MoneyError> {
        self.times(1, currency)
    }

    /// The price of so many, rounded once, as [`Decimal::money`] does.
    pub fn times(self, quantity: i64, currency: Currency) -> Result<Money, MoneyError> {
        self.of_parts(quantity, 1, currency)
    }

    /// The price of `parts`, of which `whole` cost this, rounded once, as
    /// [`Decimal::money`] does. `whole` is above zero.
    pub fn of_parts(self, parts: i64, whole: i64, currency: Currency) -> Result<Money, MoneyError> {
        let exact = (i128::from(self.nano) * i128::from(parts))
            .checked_mul(10_i128.pow(currency.digits()))
            .ok_or(MoneyError::Overflow)?;
        let whole = i128::from(NANO) * i128::from(whole);
        let half = whole / 2 * exact.signum();
        let minor = i64::try_from((exact + half) / whole).map_err(|_| MoneyError::Overflow)?;
        Ok(Money::new(minor, currency))
    }

    /// The sum; `None` beyond a thousand million.
    pub fn plus(self, other: Decimal) -> Option<Decimal> {
        let nano = self.nano.checked_add(other.nano)?;
        (-LARGEST * NANO..=LARGEST * NANO).contains(&nano).then_some(Decimal { nano })
    }

    /// The number with its sign turned.
    pub fn negated(self) -> Decimal {
        Decimal { nano: -self.nano }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nano.cmp(&other.nano)
    }
}

/// Without trailing zeros, as numbers are written in JSON: `9.9`, `4`.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.nano < 0 { "-" } else { "" };
        let n = self.nano.unsigned_abs();
        let (whole, fraction) = (n / NANO.unsigned_abs(), n % NANO.unsigned_abs());
        if fraction == 0 {
            return write!(f, "{sign}{whole}");
        }
        let fraction = format!("{fraction:09}");
        write!(f, "{sign}{whole}.{}", fraction.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn texts() {
        for (text, shown) in [
            ("0", "0"),
            ("-0", "0"),
            ("9.90", "9.9"),
            ("1e2", "100"),
            ("12.5e-1", "1.25"),
            ("0.000000001", "0.000000001"),
            ("1.0000000000", "1"),
            ("-0.01", "-0.01"),
            ("1000000000", "1000000000"),
        ] {
            assert_eq!(decimal(text).to_string(), shown, "{text}");
        }
        for (text, error) in [
            ("", MoneyError::NotANumber),
            (".", MoneyError::NotANumber),
            ("1,5", MoneyError::NotANumber),
            ("NaN", MoneyError::NotANumber),
            ("0.0000000001", MoneyError::TooPrecise),
            ("1000000000.1", MoneyError::Overflow),
            ("1e400", MoneyError::Overflow),
        ] {
            assert_eq!(Decimal::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_price_is_rounded_once() {
        let [usd, jpy, kwd] = ["USD", "JPY", "KWD"].map(|c| Currency::from_code(c).unwrap());
        assert_eq!(decimal("1.005").money(usd).unwrap().minor, 101);
        assert_eq!(decimal("1.004").money(usd).unwrap().minor, 100);
        assert_eq!(decimal("1.004").times(3, usd).unwrap().minor, 301);
        assert_eq!(decimal("0.01").of_parts(150, 100, usd).unwrap().minor, 2);
        assert_eq!(decimal("0.01").of_parts(149, 100, usd).unwrap().minor, 1);
        assert_eq!(decimal("99.5").money(jpy).unwrap().minor, 100);
        assert_eq!(decimal("0.0005").money(kwd).unwrap().minor, 1);
        assert_eq!(decimal("1000000000").times(i64::MAX, usd), Err(MoneyError::Overflow));
    }

    #[test]
    fn parts_of_one() {
        assert_eq!(decimal("1.239").in_units(100), 123);
        assert_eq!(decimal("-0.001").in_units(100), -1);
        assert!(!decimal("1.239").fits_units(100));
        assert!(decimal("1.23").fits_units(100));
        assert_eq!(Decimal::from_units(123, 100), Some(decimal("1.23")));
        assert_eq!(Decimal::from_units(i64::MAX, 100), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(nano in -LARGEST * NANO..=LARGEST * NANO) {
            let d = Decimal { nano };
            prop_assert_eq!(Decimal::parse(&d.to_string()), Ok(d));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,30}") {
            let _ = Decimal::parse(&text);
        }
    }
}
