//! The shop inside the payment page: what a player chooses from when the token
//! names nothing. Every choice is an address, so that it works without
//! JavaScript, can be gone back from, and leaves nothing behind.

use crate::frame::{frame, policy, text};
use crate::http::{self, Visit};
use crate::locale::Text;
use crate::pages::ENTRY;
use crate::view::{StoreGroup, StoreOffer, StorePage, StoreTab};
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use coinslot_app::checkout::Checkout;
use coinslot_app::showcase::{Offer, Shelf, Showcase, Tab, UNGROUPED};
use coinslot_domain::calendar::{Period, Unit};
use coinslot_domain::decimal::Decimal;
use coinslot_domain::item::Advertisement;
use coinslot_domain::money::{BasisPoints, Currency};
use coinslot_domain::purchase::{Choice, Wish};

/// The parameters by which something is chosen.
pub(crate) const ITEM: &str = "item";
pub(crate) const QUANTITY: &str = "quantity";
pub(crate) const AMOUNT: &str = "amount";
pub(crate) const PLAN: &str = "plan";
pub(crate) use crate::http::COUPON;

/// What a visit chooses of a shop.
pub(crate) fn goods(visit: &Visit) -> Option<Wish> {
    if let Some(sku) = visit.params.get(ITEM) {
        let quantity = visit.params.get(QUANTITY).map_or(Some(1), |q| q.parse().ok()).unwrap_or(0);
        return Some(Wish::Items(vec![(sku.to_string(), quantity)]));
    }
    if let Some(amount) = visit.params.get(AMOUNT) {
        // What is no amount is one that is not sold, and the page says so.
        let amount = Decimal::parse(&amount.replace(',', ".")).ok();
        let hundredths = amount.filter(|a| a.fits_units(100)).map_or(0, |a| a.in_units(100));
        return Some(Wish::VirtualCurrency(hundredths));
    }
    let plan = visit.params.get(PLAN)?;
    Some(Wish::Plan { external_id: plan.to_string(), trial_days: None })
}

/// The parameters of a choice, as the form and links carry them.
pub(crate) fn chosen(choice: &Choice) -> Vec<(&'static str, String)> {
    let mut pairs = match &choice.goods {
        Some(Wish::Items(items)) => match items.as_slice() {
            [(sku, quantity), ..] => vec![(ITEM, sku.clone()), (QUANTITY, quantity.to_string())],
            [] => vec![],
        },
        Some(Wish::VirtualCurrency(hundredths)) => vec![(AMOUNT, units(*hundredths))],
        Some(Wish::Plan { external_id, .. }) => vec![(PLAN, external_id.clone())],
        Some(Wish::Keys(_) | Wish::Skus(_)) | None => vec![],
    };
    pairs.extend(choice.coupon.clone().map(|code| (COUPON, code)));
    pairs.extend(region(choice));
    pairs
}

/// The parameters with country and currency.
fn region(choice: &Choice) -> impl Iterator<Item = (&'static str, String)> {
    let country = choice.country.clone().map(|code| (http::COUNTRY, code));
    country.into_iter().chain(choice.currency.clone().map(|code| (http::CURRENCY, code)))
}

/// Hundredths as a number of units.
fn units(hundredths: i64) -> String {
    Decimal::from_units(hundredths, 100).map(|d| d.to_string()).unwrap_or_default()
}

/// The page.
pub(crate) fn page(visit: &Visit, c: &Checkout, shop: &Showcase) -> Response {
    let t = text(visit, Some(c));
    let wanted = visit.params.get("tab");
    let tab = shop.tabs.iter().copied().find(|tab| Some(tab.name()) == wanted).or_else(|| shop.tabs.first().copied());
    let tab = tab.unwrap_or(Tab::Items);
    let link = |more: &[(&str, &str)]| visit.link_with(ENTRY, more);
    let shelf = open_shelf(visit, shop);
    let offer = |o: &Offer| {
        let pairs = match tab {
            Tab::Items => vec![(ITEM, o.key.clone())],
            Tab::Currency => vec![(AMOUNT, units(o.key.parse().unwrap_or_default()))],
            Tab::Plans => vec![(PLAN, o.key.clone())],
        };
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        shown(t, shop, o, tab, link(&pairs), c)
    };
    let offers = match tab {
        Tab::Items => shelf.map_or(&[][..], |s| s.offers.as_slice()),
        Tab::Currency => &shop.packages,
        Tab::Plans => &shop.plans,
    };
    let mut offers: Vec<StoreOffer> = offers.iter().map(offer).collect();
    // Kept in order apart from the one that the token points at.
    offers.sort_by_key(|o| Some(&o.key) != shop.selected.as_ref());
    let groups = shop.shelves.iter().map(|s| StoreGroup {
        name: if s.id == UNGROUPED { t.s("store-other") } else { s.name.clone() },
        url: link(&[("tab", Tab::Items.name()), ("group", &s.id.to_string())]),
        current: shelf.is_some_and(|open| open.id == s.id),
    });
    let look = c.body.look();
    let list = match tab {
        Tab::Items => look.items,
        Tab::Currency => look.packages,
        Tab::Plans => look.plans,
    };
    let page = StorePage {
        beside: look.groups_beside,
        grid: list.grid,
        on_button: list.price_on_button,
        about: list.description,
        f: frame(visit, Some(c), t, t.s("store"), ENTRY),
        tabs: shop.tabs.iter().map(|of| tab_view(t, shop, *of, *of == tab, link(&[("tab", of.name())]))).collect(),
        groups: if tab == Tab::Items && shop.shelves.len() > 1 { groups.collect() } else { vec![] },
        offers,
        amount: shop.unit.filter(|_| tab == Tab::Currency).map(|price| {
            let unit = t.a("store-hundred", "currency", &shop.currency_name);
            [&unit, ": ", &t.money(&price)].concat()
        }),
        currency_name: shop.currency_name.clone(),
        kept: kept(visit, c),
    };
    http::page(StatusCode::OK, &policy(Some(c)), page.render())
}

/// What the form with a custom amount sends besides it.
fn kept(visit: &Visit, c: &Checkout) -> Vec<(&'static str, String)> {
    let mut pairs = vec![("access_token", visit.token().to_string())];
    pairs.extend(visit.lang().map(|lang| ("lang", lang.to_string())));
    pairs.extend(c.choice.coupon.clone().map(|code| (COUPON, code)));
    pairs.extend(region(&c.choice));
    pairs
}

fn open_shelf<'a>(visit: &Visit, shop: &'a Showcase) -> Option<&'a Shelf> {
    let wanted = visit.params.get("group").and_then(|g| g.parse().ok()).or(shop.open);
    shop.shelves.iter().find(|s| Some(s.id) == wanted).or_else(|| shop.shelves.first())
}

fn tab_view(t: Text, shop: &Showcase, tab: Tab, current: bool, url: String) -> StoreTab {
    let name = match tab {
        Tab::Items => t.s("store-items"),
        Tab::Currency => shop.currency_name.clone(),
        Tab::Plans => t.s("store-plans"),
    };
    StoreTab { key: tab.name(), name, url, current }
}

fn shown(t: Text, shop: &Showcase, o: &Offer, tab: Tab, url: String, c: &Checkout) -> StoreOffer {
    let count = |hundredths: i64| t.rate(&BasisPoints(hundredths));
    let amount = (tab == Tab::Currency).then(|| count(o.key.parse().unwrap_or_default()));
    let own = o.image.as_deref().and_then(|image| local(image, &c.public_host));
    StoreOffer {
        key: o.key.clone(),
        name: match &amount {
            Some(amount) => t.name(&[amount, " ", &shop.currency_name].concat()),
            None => t.name(&o.name),
        },
        description: match if amount.is_some() { &o.name } else { &o.description } {
            empty if empty.is_empty() => String::new(),
            text => t.name(text),
        },
        initial: o.name.chars().find(|c| c.is_alphanumeric()).map(|c| c.to_uppercase().to_string()).unwrap_or_default(),
        image: own,
        price: match o.charged {
            Some((period, _)) => charged(t, &t.money(&o.price), period),
            None => t.money(&o.price),
        },
        full_price: (o.full_price != o.price).then(|| t.money(&o.full_price)),
        badge: o.label.as_deref().map(|label| t.name(label)).or_else(|| o.praise.map(|p| praise(t, p))),
        more: match o.charged {
            Some((_, trial)) if trial > 0 => Some(t.n("store-trial", "days", trial)),
            _ => (o.bonus > 0).then(|| t.a("store-bonus", "amount", &count(o.bonus))),
        },
        note: (tab == Tab::Plans && is_foreign(o, c)).then(|| t.a("charged-in", "currency", o.price.currency.code())),
        selected: Some(&o.key) == shop.selected.as_ref(),
        url,
    }
}

/// Whether a plan is charged in another currency than the player's, and the game
/// wants that said. There are no rates of exchange here, and a plan has one
/// price: what it comes to in the player's currency is their bank's to say.
fn is_foreign(o: &Offer, c: &Checkout) -> bool {
    let own = c.player.country.as_deref().and_then(Currency::of_country);
    c.body.look().local_price && own.is_some_and(|own| own != o.price.currency)
}

/// Pictures of this server are shown; those of others the page does not load.
fn local(image: &str, host: &str) -> Option<String> {
    let rest = ["https://", "http://", "//"].iter().find_map(|scheme| image.strip_prefix(scheme))?;
    let path = rest.strip_prefix(host)?;
    (!host.is_empty() && path.starts_with('/') && !path.starts_with("//")).then(|| path.to_string())
}

fn praise(t: Text, praise: Advertisement) -> String {
    match praise {
        Advertisement::Recommended => t.s("praise-recommended"),
        Advertisement::BestDeal => t.s("praise-best-deal"),
        Advertisement::SpecialOffer => t.s("praise-special"),
    }
}

/// A price with how often it is charged.
pub(crate) fn charged(t: Text, price: &str, period: Option<Period>) -> String {
    let Some(Period { value, unit }) = period else { return t.a("charged-once", "price", price) };
    let every = match (unit, value) {
        (Unit::Day, 1) => t.s("every-day"),
        (Unit::Month, 1) => t.s("every-month"),
        (Unit::Day, n) => t.n("every-days", "n", n),
        (Unit::Month, n) => t.n("every-months", "n", n),
    };
    [price, " ", &every].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pictures_of_this_server_are_shown() {
        let host = "pay.example";
        for own in ["//pay.example/a.svg", "https://pay.example/a.svg", "http://pay.example/a.svg"] {
            assert_eq!(local(own, host).as_deref(), Some("/a.svg"), "{own}");
        }
        for other in ["//pay.example.evil/a.svg", "https://cdn.example/a.svg", "/a.svg", "//pay.example//evil", "x"] {
            assert_eq!(local(other, host), None, "{other}");
        }
        assert_eq!(local("///a.svg", ""), None);
    }

    #[test]
    fn amounts_go_there_and_back() {
        for hundredths in [1, 50, 100, 12_345] {
            let visit = Visit {
                params: http::Params::read(format!("amount={}", units(hundredths)).as_bytes()),
                accept_language: None,
                ip: None,
                wants_json: false,
                host: None,
            };
            assert_eq!(goods(&visit), Some(Wish::VirtualCurrency(hundredths)));
        }
    }
}
