//! Card details as a player types them. They live in memory for the length of
//! one request and are never stored, logged or sent to the game; `Debug` shows
//! nothing of them.

use std::fmt;

/// A card's brand, told from its first digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brand {
    /// 4…
    Visa,
    /// 51–55, 2221–2720.
    Mastercard,
    /// 50, 56–69 as far as no other brand has them.
    Maestro,
    /// 34, 37.
    Amex,
    /// Anything else.
    Unknown,
}

impl Brand {
    /// The name on the card.
    pub fn name(self) -> &'static str {
        match self {
            Brand::Visa => "Visa",
            Brand::Mastercard => "Mastercard",
            Brand::Maestro => "Maestro",
            Brand::Amex => "American Express",
            Brand::Unknown => "Card",
        }
    }

    /// The brand of a number that begins with `digits`.
    pub fn of(digits: &str) -> Brand {
        let prefix = |n: usize| digits.get(..n).and_then(|p| p.parse::<u32>().ok()).unwrap_or(0);
        match (prefix(1), prefix(2), prefix(4)) {
            (4, ..) => Brand::Visa,
            (_, 51..=55, _) | (_, _, 2221..=2720) => Brand::Mastercard,
            (_, 34 | 37, _) => Brand::Amex,
            (_, 50 | 56..=69, _) => Brand::Maestro,
            _ => Brand::Unknown,
        }
    }
}

/// A card number that has the right length and check digit.
#[derive(Clone, PartialEq, Eq)]
pub struct CardNumber(String);

impl fmt::Debug for CardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardNumber(…)")
    }
}

impl CardNumber {
    /// Reads a number; blanks and dashes between digits are ignored.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.replace([' ', '-', '\u{a0}'], "");
        let plausible = (12..=19).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        (plausible && luhn(&digits)).then_some(CardNumber(digits))
    }

    /// The digits. Only a gateway may ask.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// The brand.
    pub fn brand(&self) -> Brand {
        Brand::of(&self.0)
    }

    /// Brand and last four digits: the most that may ever be shown or stored.
    pub fn masked(&self) -> String {
        [self.brand().name(), " •••• ", &self.0[self.0.len() - 4..]].concat()
    }
}

fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            let d = u32::from(b - b'0');
            match (i % 2, d) {
                (0, d) => d,
                (_, d) if d > 4 => 2 * d - 9,
                (_, d) => 2 * d,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Month and year of expiry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expiry {
    /// Four digits.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
}

impl fmt::Debug for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Expiry(…)")
    }
}

impl Expiry {
    /// Reads `MM/YY` or `MM/YYYY`; blanks around the slash and a missing slash
    /// are fine.
    pub fn parse(text: &str) -> Option<Self> {
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let (month, year) = match compact.split_once(['/', '-']) {
            Some(pair) => pair,
            None => compact.split_at_checked(2)?,
        };
        if !(1..=2).contains(&month.len()) || !month.bytes().chain(year.bytes()).all(|b| b.is_ascii_digit()) {
            return None;
        }
        let month: i8 = month.parse().ok().filter(|m| (1..=12).contains(m))?;
        let year: i16 = match year.len() {
            2 => 2000 + year.parse::<i16>().ok()?,
            4 => year.parse().ok()?,
            _ => return None,
        };
        Some(Expiry { year, month })
    }

    /// Whether the card is still good on a day of `year` and `month`: a card is
    /// good to the end of its month.
    pub fn is_good_in(self, year: i16, month: i8) -> bool {
        (self.year, self.month) >= (year, month)
    }
}

/// What a player typed into the card form, checked for form.
#[derive(Clone, Debug)]
pub struct Card {
    /// The number.
    pub number: CardNumber,
    /// Its expiry.
    pub expiry: Expiry,
    /// The three or four digits beside the signature.
    pub cvv: Cvv,
}

/// The card's verification value; never stored anywhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Cvv(String);

impl fmt::Debug for Cvv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cvv(…)")
    }
}

impl Cvv {
    /// Reads three digits, or four as American Express has.
    pub fn parse(text: &str, brand: Brand) -> Option<Self> {
        let text = text.trim();
        let wanted = if brand == Brand::Amex { 4 } else { 3 };
        (text.len() == wanted && text.bytes().all(|b| b.is_ascii_digit())).then(|| Cvv(text.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers() {
        let n = CardNumber::parse("4111 1111-1111 1111").unwrap();
        assert_eq!(n.masked(), "Visa •••• 1111");
        assert_eq!(format!("{n:?}"), "CardNumber(…)");
        for bad in ["", "4111", "4111111111111112", "4111x11111111111", "٤١١١١١١١١١١١١١١١"] {
            assert!(CardNumber::parse(bad).is_none(), "{bad}");
        }
        assert_eq!(Brand::of("55"), Brand::Mastercard);
        assert_eq!(Brand::of("2221"), Brand::Mastercard);
        assert_eq!(Brand::of("6759"), Brand::Maestro);
        assert_eq!(Brand::of("37"), Brand::Amex);
        assert_eq!(Brand::of(""), Brand::Unknown);
    }

    #[test]
    fn expiries() {
        let e = Expiry::parse("12/40").unwrap();
        assert_eq!((e.year, e.month), (2040, 12));
        assert_eq!(Expiry::parse("1240"), Some(e));
        assert_eq!(Expiry::parse(" 12 / 2040 "), Some(e));
        for bad in ["", "13/40", "0/40", "12", "12/4", "12/040", "1/2/3", "ab/cd", "1١/40"] {
            assert_eq!(Expiry::parse(bad), None, "{bad}");
        }
        assert!(e.is_good_in(2040, 12) && !e.is_good_in(2041, 1));
    }

    proptest! {
        #[test]
        fn nothing_typed_panics(text in ".{0,24}") {
            let _ = (CardNumber::parse(&text), Expiry::parse(&text), Cvv::parse(&text, Brand::Visa));
        }
    }
}
