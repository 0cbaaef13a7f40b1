//! Money: integer minor units with their currency. No float comes near it.

use std::fmt;
use std::sync::LazyLock;

/// A currency of ISO 4217 that has minor units (gold and test codes have none).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// Looks a currency up by its three upper-case letters.
    pub fn from_code(code: &str) -> Option<Self> {
        let code: &[u8; 3] = code.as_bytes().try_into().ok()?;
        // Looking among all names for the right one is dear, and every token asks
        // several times.
        static BY_CODE: LazyLock<Vec<Option<Currency>>> = LazyLock::new(|| {
            let mut table = vec![None; LETTERS.pow(3)];
            for currency in Currency::all() {
                if let Some(place) = currency.code().as_bytes().try_into().ok().and_then(place) {
                    table[place] = Some(currency);
                }
            }
            table
        });
        BY_CODE[place(code)?]
    }

    /// Every currency, in the order of the standard's code.
    pub fn all() -> impl Iterator<Item = Self> {
        use iso_currency::IntoEnumIterator;
        iso_currency::Currency::iter().filter(|c| c.exponent().is_some()).map(Currency)
    }

    /// Three upper-case letters.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// What is paid with in a country of ISO 3166-1 alpha-2. Where there are
    /// several, the one that begins with the country's letters.
    pub fn of_country(country: &str) -> Option<Self> {
        // Looking through all currencies is dear, and every shop asks several times.
        static BY_COUNTRY: std::sync::LazyLock<foldhash::HashMap<String, Currency>> = std::sync::LazyLock::new(|| {
            let mut table = foldhash::HashMap::default();
            let is_money = |c: &Currency| !c.0.is_fund() && !c.0.is_special() && c.0.is_superseded().is_none();
            for currency in Currency::all().filter(is_money) {
                for country in currency.0.used_by().iter().map(ToString::to_string) {
                    let is_own = |c: &Currency| c.code().starts_with(&country);
                    match table.get(&country) {
                        Some(known) if is_own(known) || !is_own(&currency) => {}
                        _ => drop(table.insert(country, currency)),
                    }
                }
            }
            table
        });
        BY_COUNTRY.get(country).copied()
    }

    /// Its number in the standard: 840 for USD.
    pub fn number(self) -> i64 {
        i64::from(self.0.numeric())
    }

    /// Digits after the decimal point: JPY 0, USD 2, KWD 3.
    pub fn digits(self) -> u32 {
        u32::from(self.0.exponent().unwrap_or(2))
    }

    /// The usual symbol, or the code where there is none.
    pub fn symbol(self) -> String {
        self.0.symbol().to_string()
    }

    /// Minor units in one whole unit.
    fn scale(self) -> i64 {
        10_i64.pow(self.digits())
    }
}

const LETTERS: usize = 26;

/// The place of three upper-case letters among all there are.
fn place(code: &[u8; 3]) -> Option<usize> {
    let digit = |byte: &u8| byte.is_ascii_uppercase().then(|| usize::from(byte - b'A'));
    code.iter().try_fold(0, |place, byte| Some(place * LETTERS + digit(byte)?))
}

impl PartialOrd for Currency {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// By code, which is the order in which people look for one.
impl Ord for Currency {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.code().cmp(other.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Why an amount was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoneyError {
    /// Two currencies met in one sum.
    Mixed,
    /// The result does not fit 64 bits.
    Overflow,
    /// The text is not a decimal number.
    NotANumber,
    /// More digits after the point than the currency has.
    TooPrecise,
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            MoneyError::Mixed => "two currencies in one sum",
            MoneyError::Overflow => "the amount is too large",
            MoneyError::NotANumber => "not a decimal number",
            MoneyError::TooPrecise => "more decimal places than the currency has",
        })
    }
}

impl std::error::Error for MoneyError {}

/// A share of an amount in basis points: 1 % is 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct BasisPoints(pub i64);

impl BasisPoints {
    /// The share as percent text: `8.88`, `19`.
    pub fn percent(self) -> String {
        trim_zeros(&decimal(self.0, 2))
    }
}

/// An amount of one currency, in its minor units.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// Minor units: cents of USD, yen of JPY.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

impl Money {
    /// An amount in minor units.
    pub fn new(minor: i64, currency: Currency) -> Self {
        Money { minor, currency }
    }

    /// Nothing, of a currency.
    pub fn zero(currency: Currency) -> Self {
        Money::new(0, currency)
    }

    /// Reads decimal text such as `9.99`, `-1`, `1e2`. Zeros beyond the
    /// currency's digits are fine; other digits there are `TooPrecise`.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        Ok(Money::new(scaled(text, currency.digits())?, currency))
    }

    /// Decimal text with exactly the currency's digits: `9.90`, `1200` (JPY).
    pub fn decimal(self) -> String {
        decimal(self.minor, self.currency.digits())
    }

    /// Decimal text without trailing zeros, as numbers are written in JSON:
    /// `9.9`, `4`.
    pub fn shortest(self) -> String {
        trim_zeros(&self.decimal())
    }

    /// The sum; an error when the currencies differ or it does not fit.
    pub fn plus(self, other: Money) -> Result<Money, MoneyError> {
        self.same(other)?;
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Money::new(minor, self.currency))
    }

    /// The difference; an error when the currencies differ or it does not fit.
    pub fn minus(self, other: Money) -> Result<Money, MoneyError> {
        self.same(other)?;
        let minor = self.minor.checked_sub(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Money::new(minor, self.currency))
    }

    /// `rate` of the amount, half a minor unit rounded away from zero.
    pub fn share(self, rate: BasisPoints) -> Result<Money, MoneyError> {
        self.ratio(rate.0, 10_000)
    }

    /// Which share of `whole` this is, half a basis point rounded away from
    /// zero; none of it where there is nothing to share.
    pub fn share_of(self, whole: Money) -> BasisPoints {
        match whole.minor {
            0 => BasisPoints(0),
            minor => {
                let exact = i128::from(self.minor) * 20_000 / i128::from(minor);
                BasisPoints(i64::try_from((exact + exact.signum()) / 2).unwrap_or(i64::MAX))
            }
        }
    }

    /// The part of a gross amount that is tax at `rate`, where the tax is
    /// included: gross × rate / (1 + rate), half rounded away from zero.
    pub fn included(self, rate: BasisPoints) -> Result<Money, MoneyError> {
        self.ratio(rate.0, 10_000 + rate.0)
    }

    fn ratio(self, numerator: i64, denominator: i64) -> Result<Money, MoneyError> {
        let exact = i128::from(self.minor) * i128::from(numerator);
        let denominator = i128::from(denominator);
        let half = denominator / 2 * exact.signum();
        let minor = i64::try_from((exact + half) / denominator).map_err(|_| MoneyError::Overflow)?;
        Ok(Money::new(minor, self.currency))
    }

    fn same(self, other: Money) -> Result<(), MoneyError> {
        if self.currency == other.currency { Ok(()) } else { Err(MoneyError::Mixed) }
    }
}

/// Reads decimal text such as `9.99`, `-1`, `1e2` as so many parts of one, of
/// which 10^`digits` make a whole. Zeros beyond these digits are fine; other
/// digits there are `TooPrecise`.
pub(crate) fn scaled(text: &str, digits: u32) -> Result<i64, MoneyError> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((m, e)) => (m, e.parse::<i32>().map_err(|_| MoneyError::NotANumber)?),
        None => (rest, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let bytes = || whole.bytes().chain(fraction.bytes());
    if bytes().next().is_none() || !bytes().all(|b| b.is_ascii_digit()) {
        return Err(MoneyError::NotANumber);
    }
    // The power of ten of the digit that follows the ones already read.
    let mut place =
        i64::try_from(whole.len()).map_err(|_| MoneyError::Overflow)? + i64::from(exponent) + i64::from(digits);
    let mut parts: i64 = 0;
    for b in bytes() {
        place -= 1;
        let digit = i64::from(b - b'0');
        if place < 0 {
            if digit != 0 {
                return Err(MoneyError::TooPrecise);
            }
            continue;
        }
        parts = parts.checked_mul(10).and_then(|m| m.checked_add(digit)).ok_or(MoneyError::Overflow)?;
    }
    while place > 0 && parts != 0 {
        parts = parts.checked_mul(10).ok_or(MoneyError::Overflow)?;
        place -= 1;
    }
    Ok(if negative { -parts } else { parts })
}

/// Divides `amount` over `weights` so that the shares add up to it exactly and
/// none exceeds its weight (largest remainder; ties go to the first).
///
/// `amount` lies in `0..=sum(weights)`, and no weight is negative.
pub fn allocate(amount: i64, weights: &[i64]) -> Vec<i64> {
    let total: i128 = weights.iter().map(|w| i128::from(*w)).sum();
    if total == 0 {
        return vec![0; weights.len()];
    }
    let exact = |w: &i64| i128::from(amount) * i128::from(*w);
    let mut shares: Vec<i64> = weights.iter().map(|w| (exact(w) / total) as i64).collect();
    let mut left = amount - shares.iter().sum::<i64>();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|i| std::cmp::Reverse(exact(&weights[*i]) % total));
    for i in order {
        if left == 0 {
            break;
        }
        shares[i] += 1;
        left -= 1;
    }
    shares
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency)
    }
}

fn decimal(n: i64, digits: u32) -> String {
    let digits = digits as usize;
    let mut text = n.to_string();
    if digits == 0 {
        return text;
    }
    let sign = usize::from(n < 0);
    // At least one digit stands before the point.
    while text.len() <= sign + digits {
        text.insert(sign, '0');
    }
    text.insert(text.len() - digits, '.');
    text
}

fn trim_zeros(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text.to_string() }
}

/// The largest amount a checkout may ask for: a million million whole units.
/// Far above any game purchase, far below what would overflow in a tax.
pub fn largest(currency: Currency) -> Money {
    Money::new(1_000_000_000_000 * currency.scale(), currency)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_of_countries() {
        let code = |country| Currency::of_country(country).map(Currency::code);
        let cases = [("US", "USD"), ("DE", "EUR"), ("BG", "EUR"), ("CH", "CHF"), ("LI", "CHF"), ("JP", "JPY")];
        for (country, money) in cases.into_iter().chain([("CL", "CLP"), ("BT", "BTN"), ("PA", "PAB"), ("GB", "GBP")]) {
            assert_eq!(code(country), Some(money), "{country}");
        }
        assert_eq!((code("ZZ"), code("us"), code("")), (None, None, None));
    }
    use proptest::prelude::*;

    fn c(code: &str) -> Currency {
        Currency::from_code(code).unwrap()
    }

    #[test]
    fn digits_of_the_standard() {
        for (code, digits) in [("USD", 2), ("JPY", 0), ("KWD", 3), ("BHD", 3), ("KRW", 0), ("CLF", 4), ("EUR", 2)] {
            assert_eq!(c(code).digits(), digits, "{code}");
        }
        for bad in ["usd", "XAU", "XXX", "ZZZ", "", "US"] {
            assert!(Currency::from_code(bad).is_none(), "{bad}");
        }
        assert!(Currency::all().count() > 150);
    }

    #[test]
    fn every_currency_is_found_and_nothing_else() {
        let letters = || b'A'..=b'Z';
        for code in letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| [a, b, c]))) {
            let code = std::str::from_utf8(&code).unwrap();
            let known = iso_currency::Currency::from_code(code).filter(|c| c.exponent().is_some());
            assert_eq!(Currency::from_code(code), known.map(Currency), "{code}");
        }
    }

    #[test]
    fn reads_decimal_text() {
        let usd = |t: &str| Money::parse(t, c("USD")).map(|m| m.minor);
        assert_eq!(usd("9.99"), Ok(999));
        assert_eq!(usd("9.9"), Ok(990));
        assert_eq!(usd("9.9900"), Ok(999));
        assert_eq!(usd("1e2"), Ok(10_000));
        assert_eq!(usd("1.5E-1"), Ok(15));
        assert_eq!(usd("-0.01"), Ok(-1));
        assert_eq!(usd("0e400"), Ok(0));
        assert_eq!(usd("9.999"), Err(MoneyError::TooPrecise));
        assert_eq!(usd("1e400"), Err(MoneyError::Overflow));
        assert_eq!(usd("1e-2147483648"), Err(MoneyError::TooPrecise));
        for bad in ["", ".", "-", "1,5", " 1", "0x1", "NaN", "1e", "1.2.3", "١"] {
            assert_eq!(usd(bad), Err(MoneyError::NotANumber), "{bad}");
        }
        assert_eq!(Money::parse("1200", c("JPY")).unwrap().decimal(), "1200");
        let cents = [0, 5, -5, 99, -99, 100, -12_345, i64::MIN].map(|n| Money::new(n, c("USD")).decimal());
        let said = ["0.00", "0.05", "-0.05", "0.99", "-0.99", "1.00", "-123.45", "-92233720368547758.08"];
        assert_eq!(cents, said);
        assert_eq!(Money::parse("1.5", c("JPY")), Err(MoneyError::TooPrecise));
        assert_eq!(Money::parse("0.001", c("KWD")).unwrap().minor, 1);
    }

    #[test]
    fn currencies_do_not_mix() {
        assert_eq!(Money::new(1, c("USD")).plus(Money::new(1, c("EUR"))), Err(MoneyError::Mixed));
    }

    #[test]
    fn rounds_half_away_from_zero() {
        assert_eq!(Money::new(217, c("USD")).share(BasisPoints(500)).unwrap().minor, 11);
        assert_eq!(Money::new(10, c("USD")).share(BasisPoints(500)).unwrap().minor, 1);
        assert_eq!(Money::new(-10, c("USD")).share(BasisPoints(500)).unwrap().minor, -1);
        assert_eq!(Money::new(1190, c("EUR")).included(BasisPoints(1900)).unwrap().minor, 190);
    }

    #[test]
    fn percent_text() {
        assert_eq!(BasisPoints(888).percent(), "8.88");
        assert_eq!(BasisPoints(1900).percent(), "19");
        assert_eq!(BasisPoints(0).percent(), "0");
    }

    proptest! {
        #[test]
        fn text_round_trips(minor in any::<i32>(), i in 0usize..150) {
            let currency = Currency::all().nth(i).unwrap();
            let m = Money::new(i64::from(minor), currency);
            prop_assert_eq!(Money::parse(&m.decimal(), currency), Ok(m));
            prop_assert_eq!(Money::parse(&m.shortest(), currency), Ok(m));
        }

        #[test]
        fn no_text_panics(text in ".{0,24}") {
            let _ = Money::parse(&text, c("USD"));
        }

        #[test]
        fn shares_add_up(weights in prop::collection::vec(0i64..1_000_000, 1..6), part in 0u64..=1000) {
            let total: i64 = weights.iter().sum();
            let amount = (i128::from(total) * i128::from(part) / 1000) as i64;
            let shares = allocate(amount, &weights);
            prop_assert_eq!(shares.iter().sum::<i64>(), amount);
            for (s, w) in shares.iter().zip(&weights) {
                prop_assert!(*s >= 0 && s <= w);
            }
        }

        #[test]
        fn included_tax_matches_exclusive(net in 0i64..1_000_000_000, bp in 0i64..5_000) {
            // Adding a tax and taking it out again is off by rounding at most.
            let net = Money::new(net, c("USD"));
            let gross = net.plus(net.share(BasisPoints(bp)).unwrap()).unwrap();
            let back = gross.minus(gross.included(BasisPoints(bp)).unwrap()).unwrap();
            prop_assert!((back.minor - net.minor).abs() <= 1);
        }
    }
}
