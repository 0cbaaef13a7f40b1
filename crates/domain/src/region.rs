//! Where a player pays from, and in which currency: what the game said, what the
//! player chose, and what the address of the player's connection makes likely.

use crate::merchant::is_country;
use crate::money::Currency;

/// A choice of the player that names nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// No country of ISO 3166-1.
    Country,
    /// No currency of ISO 4217.
    Currency,
}

/// The country a player pays from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166-1 alpha-2, upper case; none if nobody knows.
    pub code: Option<String>,
    /// Whether the player may say otherwise.
    pub may_change: bool,
}

/// The country a player pays from: the one that the game `said`, or that of the
/// `address`. The player's own word, `chosen`, comes before both where the game
/// allows it (`user.country.allow_modify`) or where there is neither; elsewhere
/// it is as if nothing had been chosen.
///
/// # Errors
/// What counts and is no country.
pub fn country(
    said: Option<&str>,
    may_modify: bool,
    address: Option<&str>,
    chosen: Option<&str>,
) -> Result<Country, Unknown> {
    let known = said.or(address);
    let may_change = may_modify || known.is_none();
    let code = match chosen.filter(|_| may_change) {
        Some(code) if is_country(code) => Some(code),
        Some(_) => return Err(Unknown::Country),
        None => known,
    };
    Ok(Country { code: code.map(str::to_string), may_change })
}

/// The currency that a player chose by its code, as far as that is left to the
/// player.
///
/// # Errors
/// What counts and is no currency.
pub fn chosen_currency(may_choose: bool, code: Option<&str>) -> Result<Option<Currency>, Unknown> {
    let Some(code) = code.filter(|_| may_choose) else { return Ok(None) };
    Currency::from_code(code).map(Some).ok_or(Unknown::Currency)
}

/// The currency to sell in, if what is sold has a price in it: the one that the
/// game prefers (`settings.currency`), or the player's choice, or that of the
/// country. Where it has none, that which is sold says in which.
pub fn currency(preferred: Option<Currency>, chosen: Option<Currency>, country: Option<&str>) -> Option<Currency> {
    preferred.or(chosen).or_else(|| Currency::of_country(country?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_says_the_country() {
        let of = |said, may_modify, address, chosen| {
            country(said, may_modify, address, chosen).map(|c| (c.code.unwrap_or_default(), c.may_change))
        };
        let yes = |code: &str| Ok((code.to_string(), true));
        let no = |code: &str| Ok((code.to_string(), false));
        // The game's word is the last one, unless the game says otherwise.
        assert_eq!(of(Some("DE"), false, Some("US"), Some("FR")), no("DE"));
        assert_eq!(of(Some("DE"), true, Some("US"), Some("FR")), yes("FR"));
        assert_eq!(of(Some("DE"), true, Some("US"), None), yes("DE"));
        // Then the address, which the player may correct only where the game allows it.
        assert_eq!(of(None, false, Some("US"), Some("FR")), no("US"));
        assert_eq!(of(None, true, Some("US"), Some("FR")), yes("FR"));
        assert_eq!(of(None, false, None, Some("FR")), yes("FR"));
        assert_eq!(of(None, false, None, None), yes(""));
        // What does not count need not be right.
        for bad in ["ZZ", "de", "", "DEU", "é"] {
            assert_eq!(of(Some("DE"), true, None, Some(bad)), Err(Unknown::Country), "{bad}");
            assert_eq!(of(Some("DE"), false, None, Some(bad)), no("DE"), "{bad}");
        }
    }

    #[test]
    fn who_says_the_currency() {
        let c = |code: &str| Currency::from_code(code);
        assert_eq!(currency(c("USD"), c("EUR"), Some("JP")), c("USD"));
        assert_eq!(currency(None, c("EUR"), Some("JP")), c("EUR"));
        assert_eq!(currency(None, None, Some("JP")), c("JPY"));
        assert_eq!(currency(None, None, Some("ZZ")), None);
        assert_eq!(currency(None, None, None), None);
        assert_eq!(chosen_currency(true, Some("EUR")), Ok(c("EUR")));
        assert_eq!(chosen_currency(true, None), Ok(None));
        assert_eq!(chosen_currency(true, Some("EURO")), Err(Unknown::Currency));
        assert_eq!(chosen_currency(false, Some("EURO")), Ok(None));
    }
}
