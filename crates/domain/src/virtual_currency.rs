//! The virtual currency of a project: what a unit costs, and the packages it is
//! sold in. Amounts are hundredths of a unit.

use crate::decimal::Decimal;
use crate::id::PackageId;
use crate::item::Advertisement;
use crate::localized::Localized;
use crate::money::{BasisPoints, Currency};
use std::collections::BTreeMap;

/// Parts of a unit that amounts count.
pub const HUNDREDTHS: i64 = 100;

/// What holds for a project's virtual currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What it is called.
    pub name: Localized,
    /// The price of one unit, by currency.
    pub base: BTreeMap<Currency, Decimal>,
    /// The currency for players whose own has no price.
    pub default_currency: Currency,
    /// The smallest order, as its price; zero for no bound.
    pub min: Decimal,
    /// The largest order, as its price; zero for no bound.
    pub max: Decimal,
    /// Whether there are only whole units.
    pub discrete: bool,
    /// Whether a player may name any amount, besides the packages.
    pub any_amount: bool,
    /// How it is offered, in the published word, which is kept for the client.
    pub kind: String,
}

impl Settings {
    /// What holds as long as nothing is said.
    pub fn initial() -> Option<Self> {
        Some(Settings {
            name: Localized::of("en", "Virtual currency"),
            base: BTreeMap::new(),
            default_currency: Currency::from_code("USD")?,
            min: Decimal::ZERO,
            max: Decimal::ZERO,
            discrete: true,
            any_amount: true,
            kind: "packets".into(),
        })
    }

    /// Whether there can be this many hundredths of it.
    pub fn fits(&self, hundredths: i64) -> bool {
        !self.discrete || hundredths % HUNDREDTHS == 0
    }
}

/// An amount of virtual currency at a price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its number.
    pub id: PackageId,
    /// The currency it is sold in.
    pub currency: Currency,
    /// The game's name of it; unique among the project's packages.
    pub sku: String,
    /// How much there is in it, in hundredths of a unit.
    pub amount: i64,
    /// What it costs.
    pub price: Decimal,
    /// A picture.
    pub image_url: Option<String>,
    /// What players call it.
    pub description: Localized,
    /// What stands beside it.
    pub label: Localized,
    /// What is added to the amount for nothing, as a part of it.
    pub bonus: BasisPoints,
    /// How it is praised.
    pub advertisement: Option<Advertisement>,
    /// Whether it is sold.
    pub enabled: bool,
}

impl Package {
    /// What is added to the amount for nothing, in hundredths; of a currency
    /// that has only whole units, whole units. Rounded down.
    pub fn bonus_amount(&self, discrete: bool) -> i64 {
        part(self.amount, self.bonus.0, 10_000, discrete)
    }
}

/// `share` parts of `whole` of an amount in hundredths, rounded down, to whole
/// units if need be. Saturates.
pub fn part(amount: i64, share: i64, whole: i64, discrete: bool) -> i64 {
    let exact = i128::from(amount) * i128::from(share) / i128::from(whole);
    let hundredths = i64::try_from(exact).unwrap_or(i64::MAX);
    if discrete { hundredths - hundredths % HUNDREDTHS } else { hundredths }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_an_amount() {
        for (amount, share, discrete, expected) in [
            (10_000, 1_000, true, 1_000),
            (10_050, 1_000, true, 1_000),
            (10_050, 1_000, false, 1_005),
            (999, 10_000, true, 900),
            (1, 9_999, false, 0),
            (i64::MAX, 20_000, false, i64::MAX),
        ] {
            assert_eq!(part(amount, share, 10_000, discrete), expected, "{amount} {share} {discrete}");
        }
        let settings = Settings::initial().unwrap();
        assert!(settings.fits(200) && !settings.fits(250));
        assert!(Settings { discrete: false, ..settings }.fits(250));
    }
}
