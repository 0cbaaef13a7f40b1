//! The one call of the widget that sells a game by key.

use crate::read;
use coinslot_domain::money::Money;
use serde_json::{Value, json};

/// The version of the call that its widgets ask for; they take no other.
const VERSION: &str = "1.0.1";

/// A place where the game is sold.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Its short name: `steam`.
    pub key: &'static str,
    /// Its name: `Steam`.
    pub name: &'static str,
    /// What the game costs there.
    pub price: Money,
    /// What it would cost without a promotion.
    pub full_price: Money,
}

/// What the widget shows.
#[derive(Clone, Debug)]
pub struct Init<'a> {
    /// The game's name.
    pub name: &'a str,
    /// What it is about.
    pub description: &'a str,
    /// What it needs to run.
    pub system_requirements: &'a str,
    /// A picture of it.
    pub image_url: &'a str,
    /// Where it is sold, at least once.
    pub places: &'a [Place],
    /// Whether it can be played already.
    pub is_released: bool,
    /// Ways to pay: the documented number, the short name and the name.
    pub methods: &'a [(i64, &'static str, String)],
    /// Texts of the widget by their documented keys.
    pub translates: &'a [(&'static str, String)],
    /// The language that the texts are in.
    pub language: &'a str,
}

/// An amount as a JSON number: widgets reckon with it.
fn amount(money: Money) -> Value {
    read::number(money.shortest())
}

/// The answer to a widget that may sell.
pub fn init(i: &Init<'_>) -> Value {
    let cheapest = i.places.iter().min_by_key(|p| p.price.minor);
    let before = cheapest.filter(|p| p.full_price.minor > p.price.minor).map(|p| amount(p.full_price));
    let drm = |p: &Place| {
        let before = (p.full_price.minor > p.price.minor).then(|| amount(p.full_price));
        json!({
            "key": p.key,
            "name": p.name,
            "amount": amount(p.price),
            "amount_without_discount": before,
            "currency": p.price.currency.code(),
        })
    };
    let method = |(id, key, name): &(i64, &str, String)| json!({"id": id, "alias": key, "name": name});
    let translates: serde_json::Map<_, _> =
        i.translates.iter().map(|(k, t)| (k.to_string(), t.clone().into())).collect();
    json!({
        "api": {"ver": VERSION},
        "digital_content": {
            "name": i.name,
            "description": i.description,
            "system_requirements": i.system_requirements,
            "image_url": i.image_url,
            "min_amount": cheapest.map(|p| amount(p.price)),
            "min_amount_without_discount": before,
            "min_currency": cheapest.map(|p| p.price.currency.code()),
            "drm": i.places.iter().map(drm).collect::<Vec<_>>(),
            "tips": null,
            "is_released": i.is_released,
        },
        "payment_instances": i.methods.iter().map(method).collect::<Vec<_>>(),
        "translates": translates,
        "user": {"language": i.language},
    })
}

/// The answer to one that may not: a documented code, which widgets show, and
/// what the page would say.
pub fn refused(code: &str, message: &str) -> Value {
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    // Widgets cut eight digits in two.
    json!({"api": {"ver": VERSION}, "errors": [{"support_code": format!("{digits:0>8}"), "message": message}]})
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinslot_domain::money::Currency;

    #[test]
    fn amounts_are_numbers_and_the_cheapest_place_counts() {
        let price = |minor| Money::new(minor, Currency::from_code("USD").unwrap());
        let place = |key, minor, full| Place { key, name: key, price: price(minor), full_price: price(full) };
        let places = [place("steam", 1999, 1999), place("gog", 1500, 2000)];
        let init = init(&Init {
            name: "Quest",
            description: "",
            system_requirements: "",
            image_url: "",
            places: &places,
            is_released: true,
            methods: &[(1380, "card", "Card".into())],
            translates: &[("payment_button_label", "Buy".into())],
            language: "en",
        });
        assert_eq!(init["api"]["ver"], "1.0.1");
        let content = &init["digital_content"];
        assert_eq!(content["min_amount"].to_string(), "15");
        assert_eq!(content["min_amount_without_discount"].to_string(), "20");
        assert_eq!(content["drm"][0]["amount"].to_string(), "19.99");
        assert_eq!(content["drm"][0]["amount_without_discount"], Value::Null);
    }

    #[test]
    fn codes_have_eight_digits() {
        let code = |code| refused(code, "x")["errors"][0]["support_code"].clone();
        assert_eq!(code("0004-0001"), "00040001");
        assert_eq!(code("3032"), "00003032");
    }
}
