//! Where goods are sent that do not fit into a game.

use crate::merchant::is_country;

/// A postal address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Whose it is.
    pub name: String,
    /// Street and number.
    pub street: String,
    /// Town.
    pub city: String,
    /// State or province; always there for countries that need one.
    pub region: Option<String>,
    /// Postal code; always there for countries that have them.
    pub zip: Option<String>,
    /// ISO 3166-1 alpha-2, in upper case.
    pub country: String,
}

/// A part of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Whose it is.
    Name,
    /// Street and number.
    Street,
    /// Town.
    City,
    /// State or province.
    Region,
    /// Postal code.
    Zip,
    /// Country.
    Country,
}

impl Part {
    /// Every part, in the order in which people are asked for them.
    pub const ALL: [Part; 6] = [Part::Name, Part::Street, Part::City, Part::Region, Part::Zip, Part::Country];
}

/// What is wrong with a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing was said, and it is needed.
    Missing,
    /// It cannot be right.
    Bad,
}

/// Characters of a line; labels have no room for more.
pub const LONGEST: usize = 100;

/// Countries whose post knows no codes.
const WITHOUT_CODES: [&str; 40] = [
    "AE", "AG", "AO", "AW", "BF", "BI", "BJ", "BO", "BS", "BW", "BZ", "CD", "CF", "CG", "CI", "CM", "DJ", "DM", "ER",
    "FJ", "GD", "GH", "GM", "GQ", "GY", "HK", "JM", "KI", "KM", "ML", "MO", "MR", "QA", "RW", "SC", "SL", "TO", "TV",
    "UG", "ZW",
];

/// Countries whose post needs the state or province.
const WITH_REGIONS: [&str; 4] = ["AU", "BR", "CA", "US"];

/// Whether the post of a country needs a code.
pub fn needs_zip(country: &str) -> bool {
    !WITHOUT_CODES.contains(&country)
}

/// Whether the post of a country needs the state or province.
pub fn needs_region(country: &str) -> bool {
    WITH_REGIONS.contains(&country)
}

/// Whether text may be a postal code of a country.
pub fn is_zip(text: &str, country: &str) -> bool {
    let compact: Vec<u8> = text.bytes().filter(|b| !matches!(b, b' ' | b'-')).collect();
    match country {
        "US" => matches!(compact.len(), 5 | 9) && compact.iter().all(u8::is_ascii_digit),
        "CA" => {
            let fits = |(i, b): (usize, &u8)| if i % 2 == 0 { b.is_ascii_alphabetic() } else { b.is_ascii_digit() };
            compact.len() == 6 && compact.iter().enumerate().all(fits)
        }
        _ => (3..=10).contains(&compact.len()) && compact.iter().all(u8::is_ascii_alphanumeric),
    }
}

impl Address {
    /// Makes an address of what was `said` of each part, or lists everything
    /// that is wrong with it.
    ///
    /// # Errors
    /// Each part that is missing or cannot be right, once.
    pub fn read(said: impl Fn(Part) -> Option<String>) -> Result<Self, Vec<(Part, Fault)>> {
        let line = |part| said(part).map(|text| text.trim().to_string()).filter(|text| !text.is_empty());
        let country = line(Part::Country).map(|c| c.to_ascii_uppercase());
        let known = country.clone().filter(|c| is_country(c)).unwrap_or_default();
        let mut faults = Vec::new();
        let mut lines = Part::ALL.map(|part| {
            let text = if part == Part::Country { country.clone() } else { line(part) };
            let needed = match part {
                Part::Region => needs_region(&known),
                Part::Zip => needs_zip(&known),
                Part::Name | Part::Street | Part::City | Part::Country => true,
            };
            let fits = |text: &String| match part {
                Part::Country => is_country(text),
                Part::Zip => is_zip(text, &known),
                _ => text.chars().count() <= LONGEST && !text.chars().any(char::is_control),
            };
            match &text {
                None if needed => faults.push((part, Fault::Missing)),
                Some(text) if !fits(text) => faults.push((part, Fault::Bad)),
                _ => {}
            }
            text
        });
        if !faults.is_empty() {
            return Err(faults);
        }
        let [name, street, city, region, zip, country] = &mut lines;
        let take = |line: &mut Option<String>| line.take().unwrap_or_default();
        Ok(Address {
            name: take(name),
            street: take(street),
            city: take(city),
            region: region.take(),
            zip: zip.take(),
            country: take(country),
        })
    }

    /// On one line, for reading.
    pub fn line(&self) -> String {
        let place = [self.zip.as_deref(), Some(&self.city), self.region.as_deref()];
        let place = place.into_iter().flatten().collect::<Vec<_>>().join(" ");
        [&self.name, &self.street, &place, &self.country].map(String::as_str).join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: [&str; 6]) -> Result<Address, Vec<(Part, Fault)>> {
        Address::read(|part| Part::ALL.iter().position(|p| *p == part).map(|i| lines[i].to_string()))
    }

    #[test]
    fn addresses() {
        let berlin = read([" Ann Example ", "Am Hang 1", "Berlin", "", "10115", "de"]).unwrap();
        assert_eq!(berlin.line(), "Ann Example, Am Hang 1, 10115 Berlin, DE");
        assert_eq!((berlin.region, berlin.zip.as_deref()), (None, Some("10115")));
        let sf = read(["Ann", "1 Main St", "San Francisco", "CA", "94103", "US"]).unwrap();
        assert_eq!(sf.line(), "Ann, 1 Main St, 94103 San Francisco CA, US");
        assert!(read(["Ann", "1 Queen's Road", "Hong Kong", "", "", "HK"]).is_ok(), "no codes there");
    }

    #[test]
    fn every_fault_is_named_once() {
        use Fault::{Bad, Missing};
        let all = read(["", "", "", "", "", ""]).unwrap_err();
        let missing = [Part::Name, Part::Street, Part::City, Part::Zip, Part::Country];
        assert_eq!(all, missing.map(|part| (part, Missing)));
        let long = "x".repeat(LONGEST + 1);
        let bad = read(["a\nb", &long, "Town", "", "?", "XX"]).unwrap_err();
        assert_eq!(bad, [(Part::Name, Bad), (Part::Street, Bad), (Part::Zip, Bad), (Part::Country, Bad)]);
        let us = read(["Ann", "1 Main St", "Town", "", "9410", "US"]).unwrap_err();
        assert_eq!(us, [(Part::Region, Missing), (Part::Zip, Bad)]);
    }

    #[test]
    fn postal_codes() {
        for (text, country) in [("94103", "US"), ("94103-1234", "US"), ("K1A 0B1", "CA"), ("10115", "DE")] {
            assert!(is_zip(text, country), "{text}");
        }
        for (text, country) in [("9410", "US"), ("K1A 0B1", "US"), ("94103", "CA"), ("", "DE"), ("é123", "DE")] {
            assert!(!is_zip(text, country), "{text}");
        }
    }
}
