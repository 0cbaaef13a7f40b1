//! Taxes by country: VAT, included in the price, and sales tax, added to it.

use crate::money::BasisPoints;

/// How a tax relates to the price on the shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaxKind {
    /// Value-added tax and its kin: the price includes it.
    Vat,
    /// Sales tax: it is added to the price.
    SalesTax,
}

/// A tax that applies to a purchase. A rate of zero is a tax that asks nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tax {
    /// Included or added.
    pub kind: TaxKind,
    /// The rate.
    pub rate: BasisPoints,
}

/// A project's own rate for a country, over the built-in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxRule {
    /// ISO 3166-1 alpha-2, upper case.
    pub country: String,
    /// The tax there.
    pub tax: Tax,
}

/// The tax for a player of `country`: the project's rule, else the built-in
/// standard rate, else none. An unknown country is taxed at zero.
pub fn applicable(country: Option<&str>, rules: &[TaxRule]) -> Tax {
    let none = Tax { kind: TaxKind::Vat, rate: BasisPoints(0) };
    let Some(country) = country else { return none };
    if let Some(rule) = rules.iter().find(|r| r.country == country) {
        return rule.tax;
    }
    let vat = |rate| Tax { kind: TaxKind::Vat, rate: BasisPoints(rate) };
    match BUILT_IN_VAT.binary_search_by_key(&country, |(c, _)| *c) {
        Ok(i) => vat(BUILT_IN_VAT[i].1),
        // Rates there depend on state or province: none is guessed, and a
        // project that must collect them says so in its settings.
        Err(_) if country == "US" || country == "CA" => Tax { kind: TaxKind::SalesTax, rate: BasisPoints(0) },
        Err(_) => none,
    }
}

/// Standard VAT and GST rates in basis points, by country, sorted. They are a
/// starting point, not tax advice; project settings override them.
const BUILT_IN_VAT: &[(&str, i64)] = &[
    ("AE", 500),
    ("AL", 2000),
    ("AM", 2000),
    ("AR", 2100),
    ("AT", 2000),
    ("AU", 1000),
    ("AZ", 1800),
    ("BE", 2100),
    ("BG", 2000),
    ("BH", 1000),
    ("BY", 2000),
    ("CH", 810),
    ("CL", 1900),
    ("CO", 1900),
    ("CY", 1900),
    ("CZ", 2100),
    ("DE", 1900),
    ("DK", 2500),
    ("EE", 2400),
    ("EG", 1400),
    ("ES", 2100),
    ("FI", 2550),
    ("FR", 2000),
    ("GB", 2000),
    ("GE", 1800),
    ("GR", 2400),
    ("HR", 2500),
    ("HU", 2700),
    ("ID", 1100),
    ("IE", 2300),
    ("IL", 1800),
    ("IN", 1800),
    ("IS", 2400),
    ("IT", 2200),
    ("JP", 1000),
    ("KE", 1600),
    ("KR", 1000),
    ("KZ", 1200),
    ("LI", 810),
    ("LT", 2100),
    ("LU", 1700),
    ("LV", 2100),
    ("MD", 2000),
    ("MK", 1800),
    ("MT", 1800),
    ("MX", 1600),
    ("MY", 800),
    ("NG", 750),
    ("NL", 2100),
    ("NO", 2500),
    ("NZ", 1500),
    ("PE", 1800),
    ("PH", 1200),
    ("PL", 2300),
    ("PT", 2300),
    ("RO", 2100),
    ("RS", 2000),
    ("RU", 2000),
    ("SA", 1500),
    ("SE", 2500),
    ("SG", 900),
    ("SI", 2200),
    ("SK", 2300),
    ("TH", 700),
    ("TR", 2000),
    ("TW", 500),
    ("UA", 2000),
    ("UY", 2200),
    ("UZ", 1200),
    ("VN", 1000),
    ("ZA", 1500),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_names_countries() {
        assert!(BUILT_IN_VAT.windows(2).all(|w| w[0].0 < w[1].0));
        for (country, rate) in BUILT_IN_VAT {
            assert!(crate::merchant::is_country(country), "{country}");
            assert!((1..5000).contains(rate));
        }
    }

    #[test]
    fn the_project_decides_over_the_table() {
        let own = TaxRule { country: "DE".into(), tax: Tax { kind: TaxKind::Vat, rate: BasisPoints(700) } };
        assert_eq!(applicable(Some("DE"), &[]).rate, BasisPoints(1900));
        assert_eq!(applicable(Some("DE"), &[own]).rate, BasisPoints(700));
        assert_eq!(applicable(None, &[]).rate, BasisPoints(0));
        assert_eq!(applicable(Some("US"), &[]).kind, TaxKind::SalesTax);
    }
}
