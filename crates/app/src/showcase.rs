//! The shop inside the payment page, for tokens that name nothing to buy: what
//! a player may choose from, at the prices of now. What is chosen is priced
//! again by [`crate::purchase`], as if the token had asked for it.

use crate::{App, StoreError, catalogue};
use coinslot_domain::attribute::{self, Access};
use coinslot_domain::calendar::Period;
use coinslot_domain::catalogue::Catalogue;
use coinslot_domain::group::Group;
use coinslot_domain::item::{Advertisement, Content, Item, Part};
use coinslot_domain::localized::Localized;
use coinslot_domain::merchant::Project;
use coinslot_domain::money::{Currency, Money};
use coinslot_domain::promotion::{Promotion, Sold, bargain};
use coinslot_domain::purchase::Wish;
use coinslot_domain::time::Time;
use coinslot_wire::token::{Component, TokenBody};
use std::collections::BTreeSet;

/// A part of the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// Items.
    Items,
    /// Virtual currency.
    Currency,
    /// Subscriptions.
    Plans,
}

impl Tab {
    /// Every part, in the order in which they stand where the token says
    /// nothing of it.
    pub const ALL: [Tab; 3] = [Tab::Items, Tab::Currency, Tab::Plans];

    /// Its name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Tab::Items => "items",
            Tab::Currency => "currency",
            Tab::Plans => "plans",
        }
    }

    fn component(self) -> &'static str {
        match self {
            Tab::Items => "virtual_items",
            Tab::Currency => "virtual_currency",
            Tab::Plans => "subscriptions",
        }
    }
}

/// Something to choose.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What it is bought by: an SKU, hundredths of virtual currency, or the
    /// external id of a plan.
    pub key: String,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub description: String,
    /// A picture.
    pub image: Option<String>,
    /// What it costs.
    pub price: Money,
    /// What it would cost without a promotion.
    pub full_price: Money,
    /// Virtual currency on top, in hundredths.
    pub bonus: i64,
    /// How it is praised.
    pub praise: Option<Advertisement>,
    /// What the promotion it is in says of it.
    pub label: Option<String>,
    /// How often it is charged, and days before the first charge; of plans only.
    pub charged: Option<(Option<Period>, i64)>,
}

/// The number of the shelf with items of no group.
pub const UNGROUPED: i64 = 0;

/// The items of a group.
#[derive(Clone, Debug)]
pub struct Shelf {
    /// What it is asked for by.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// Its items.
    pub offers: Vec<Offer>,
}

/// What a player may choose from.
#[derive(Clone, Debug)]
pub struct Showcase {
    /// The parts that have something in them, in their order.
    pub tabs: Vec<Tab>,
    /// Items by group.
    pub shelves: Vec<Shelf>,
    /// The group that is open at first.
    pub open: Option<i64>,
    /// The item that stands first.
    pub selected: Option<String>,
    /// Packages of virtual currency.
    pub packages: Vec<Offer>,
    /// What one unit of virtual currency costs, where any amount can be bought.
    pub unit: Option<Money>,
    /// What virtual currency is called.
    pub currency_name: String,
    /// Subscription plans.
    pub plans: Vec<Offer>,
    /// The currency of what is sold in several.
    pub currency: Currency,
    /// Every currency in which something is sold.
    pub currencies: BTreeSet<Currency>,
}

impl Showcase {
    /// Whether it offers what was chosen: whoever writes the address does not
    /// get more than the page shows.
    pub fn offers(&self, wish: &Wish) -> bool {
        let open = |tab| self.tabs.contains(&tab);
        let has = |offers: &[Offer], key: &str| offers.iter().any(|o| o.key == key);
        match wish {
            Wish::Items(items) => {
                let on_shelf = |sku: &String| self.shelves.iter().any(|shelf| has(&shelf.offers, sku));
                open(Tab::Items) && items.iter().all(|(sku, _)| on_shelf(sku))
            }
            Wish::VirtualCurrency(hundredths) => {
                open(Tab::Currency) && (self.unit.is_some() || has(&self.packages, &hundredths.to_string()))
            }
            Wish::Plan { external_id, .. } => open(Tab::Plans) && has(&self.plans, external_id),
            Wish::Keys(_) | Wish::Skus(_) => false,
        }
    }
}

/// Looks at the catalogue with the player's eyes.
struct Eyes<'a> {
    catalogue: &'a Catalogue,
    promotions: Vec<&'a Promotion>,
    languages: Vec<String>,
    own: &'a str,
    wanted: Option<Currency>,
}

/// The shop of a token; none if there is nothing in it. `guest` sees no plans:
/// they are charged again, and nobody knows whom. `wanted` is the currency of
/// what has a price in it.
pub(crate) async fn open(
    app: &App,
    project: &Project,
    body: &TokenBody,
    user: &str,
    guest: bool,
    wanted: Option<Currency>,
) -> Result<Option<Showcase>, StoreError> {
    let catalogue = catalogue::current(app, project.id).await?;
    let now = app.now(project.id);
    let (id, user) = (project.id, user.to_string());
    let read = app.store.read(move |tx| coinslot_store::attribute::values_of(tx, id, &user));
    let mut values: attribute::Values = read.await?;
    values.extend(body.attributes().map(coinslot_wire::attribute::values).unwrap_or_default());
    let eyes = Eyes {
        catalogue: &catalogue,
        promotions: running(&catalogue, now),
        languages: body.language().map(str::to_string).into_iter().collect(),
        own: project.default_locale(),
        wanted,
    };
    let shelves = eyes.shelves(&body.available_groups(), &values);
    let (packages, unit) = eyes.currency(body.custom_amount());
    let plans = if guest { vec![] } else { eyes.plans(&body.available_plans()) };
    let has = |tab: &Tab| match tab {
        Tab::Items => !shelves.is_empty(),
        Tab::Currency => !packages.is_empty() || unit.is_some(),
        Tab::Plans => !plans.is_empty(),
    };
    let tabs = tabs(|tab| body.component(tab.component()), has);
    if tabs.is_empty() {
        return Ok(None);
    }
    let named = |wanted: &str| {
        let group = |g: &&Group| g.id.to_string() == wanted || g.code.as_deref() == Some(wanted);
        catalogue.groups.values().find(group).map(|g| g.id.get())
    };
    let selected = body.selected_item().map(str::to_string);
    let holds = |shelf: &&Shelf| shelf.offers.iter().any(|o| Some(&o.key) == selected.as_ref());
    let of_item = shelves.iter().find(holds).map(|shelf| shelf.id);
    let currencies = eyes.currencies();
    let own = catalogue.currency.default_currency;
    Ok(Some(Showcase {
        currency: wanted.filter(|c| currencies.contains(c)).unwrap_or(own),
        currencies,
        tabs,
        open: of_item.or_else(|| body.selected_group().and_then(named)),
        shelves,
        selected,
        packages,
        unit,
        currency_name: eyes.say(&catalogue.currency.name),
        plans,
    }))
}

/// The parts to show: those with something in them that are not hidden. Those
/// with a place come first, by their places.
fn tabs(component: impl Fn(Tab) -> Component, has: impl Fn(&Tab) -> bool) -> Vec<Tab> {
    let mut tabs: Vec<Tab> = Tab::ALL.into_iter().filter(|t| has(t) && !component(*t).hidden).collect();
    tabs.sort_by_key(|t| component(*t).order.unwrap_or(i64::MAX));
    tabs
}

fn running(catalogue: &Catalogue, now: Time) -> Vec<&Promotion> {
    catalogue.promotions.iter().filter(|p| p.is_active(now) && p.is_for(None, &[])).collect()
}

impl Eyes<'_> {
    fn say(&self, text: &Localized) -> String {
        text.pick(&self.languages, self.own).unwrap_or_default().to_string()
    }

    /// Every currency in which something has a price.
    fn currencies(&self) -> BTreeSet<Currency> {
        let settings = &self.catalogue.currency;
        let items = self.catalogue.items.values().filter(|i| i.enabled).flat_map(|i| i.prices.keys());
        let packages = self.catalogue.packages.iter().filter(|p| p.enabled).map(|p| &p.currency);
        let units = settings.base.keys().filter(|_| settings.any_amount);
        items.chain(packages).chain(units).copied().collect()
    }

    fn shelves(&self, groups: &[String], values: &attribute::Values) -> Vec<Shelf> {
        let asked = |g: &&Group| {
            groups.is_empty() || groups.iter().any(|w| *w == g.id.to_string() || Some(w) == g.code.as_ref())
        };
        let all = self.catalogue.groups.values().filter(|g| g.enabled).filter(asked);
        let shelf = |g: &Group| {
            let items = self.catalogue.in_group(g.id).filter(|i| self.may_buy(i, values));
            Shelf { id: g.id.get(), name: self.say(&g.name), offers: items.filter_map(|i| self.item(i)).collect() }
        };
        let mut shelves: Vec<Shelf> = all.map(shelf).filter(|shelf| !shelf.offers.is_empty()).collect();
        if groups.is_empty() {
            let shelved = |sku: &str| shelves.iter().any(|s| s.offers.iter().any(|o| o.key == sku));
            let left = self.catalogue.items.values().filter(|i| self.may_buy(i, values) && !self.is_in_a_group(i));
            let offers: Vec<Offer> = left.filter_map(|i| self.item(i)).filter(|o| !shelved(&o.key)).collect();
            if !offers.is_empty() {
                shelves.push(Shelf { id: UNGROUPED, name: String::new(), offers });
            }
        }
        shelves
    }

    /// Whether an item is in any group, also in one that is not shown.
    fn is_in_a_group(&self, item: &Item) -> bool {
        self.catalogue.groups.keys().any(|g| self.catalogue.in_group(*g).any(|i| i.id == item.id))
    }

    fn may_buy(&self, item: &Item, values: &attribute::Values) -> bool {
        let here = |c: &Content| match c.part {
            Part::Item(id) => self.catalogue.items.contains_key(&id),
            Part::Currency | Part::Key(..) => true,
        };
        item.enabled
            && !item.hidden
            && item.content.iter().all(here)
            && attribute::access(&item.conditions, &self.catalogue.attributes, values) < Access::Blocked
    }

    /// An item, if money buys it.
    fn item(&self, item: &Item) -> Option<Offer> {
        let currency = self.wanted.filter(|c| item.prices.contains_key(c));
        let currency = currency.or(item.default_currency).or_else(|| item.prices.keys().next().copied())?;
        let full_price = item.prices.get(&currency)?.money(currency).ok()?;
        let bargain = bargain(self.promotions.iter().copied(), Sold::Item(&item.sku));
        Some(Offer {
            key: item.sku.clone(),
            name: self.say(&item.name),
            description: self.say(&item.description),
            image: item.image_url.clone(),
            price: if full_price.minor > 0 { bargain.price(full_price) } else { full_price },
            full_price,
            bonus: 0,
            praise: item.advertisement,
            label: self.label(bargain.discount.map(|(_, id)| id)),
            charged: None,
        })
    }

    fn label(&self, promotion: Option<coinslot_domain::id::PromotionId>) -> Option<String> {
        let promotion = self.promotions.iter().find(|p| Some(p.id) == promotion)?;
        Some(self.say(&promotion.label)).filter(|label| !label.is_empty())
    }

    /// Packages, and the price of a unit where any amount can be bought.
    fn currency(&self, custom: Option<bool>) -> (Vec<Offer>, Option<Money>) {
        let settings = &self.catalogue.currency;
        let sold = |c: &Currency| self.catalogue.packages.iter().any(|p| p.enabled && p.currency == *c);
        let currency = self.wanted.filter(|c| sold(c) || settings.base.contains_key(c));
        let currency = currency.unwrap_or(settings.default_currency);
        let packages = self.catalogue.packages.iter().filter(|p| p.enabled && p.currency == currency);
        let offer = |p: &coinslot_domain::virtual_currency::Package| {
            let full_price = p.price.money(currency).ok()?;
            let bargain = bargain(self.promotions.iter().copied(), Sold::Package(p.id));
            Some(Offer {
                key: p.amount.to_string(),
                name: self.say(&p.description),
                description: String::new(),
                image: p.image_url.clone(),
                price: bargain.price(full_price),
                full_price,
                bonus: p.bonus_amount(settings.discrete) + bargain.bonus_on(p.amount, settings.discrete),
                praise: p.advertisement,
                label: self.label(bargain.discount.map(|(_, id)| id)),
                charged: None,
            })
        };
        let any = settings.any_amount && custom.unwrap_or(true);
        // Prices of a unit may be finer than money; a hundred of them say more.
        let unit = settings.base.get(&currency).filter(|_| any);
        let unit = unit.and_then(|price| {
            price
                .of_parts(
                    100 * coinslot_domain::virtual_currency::HUNDREDTHS,
                    coinslot_domain::virtual_currency::HUNDREDTHS,
                    currency,
                )
                .ok()
        });
        (packages.filter_map(offer).collect(), unit)
    }

    fn plans(&self, only: &[String]) -> Vec<Offer> {
        let asked = |id: &String| only.is_empty() || only.contains(id);
        let sold = self.catalogue.plans.iter().filter(|p| p.is_sold() && asked(&p.external_id));
        let offer = |p: &coinslot_domain::plan::Plan| Offer {
            key: p.external_id.clone(),
            name: self.say(&p.name),
            description: self.say(&p.description),
            image: None,
            price: p.terms.charge,
            full_price: p.terms.charge,
            bonus: 0,
            praise: None,
            label: None,
            charged: Some((p.terms.period, p.terms.trial)),
        };
        sold.map(offer).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_shown_is_sold() {
        let price = Money::new(199, Currency::from_code("USD").unwrap());
        let offer = |key: &str| Offer {
            key: key.into(),
            name: String::new(),
            description: String::new(),
            image: None,
            price,
            full_price: price,
            bonus: 0,
            praise: None,
            label: None,
            charged: None,
        };
        let shop = |tabs: &[Tab], unit| Showcase {
            tabs: tabs.to_vec(),
            shelves: vec![Shelf { id: 1, name: String::new(), offers: vec![offer("sword")] }],
            open: None,
            selected: None,
            packages: vec![offer("50000")],
            unit,
            currency_name: String::new(),
            plans: vec![offer("monthly")],
            currency: price.currency,
            currencies: BTreeSet::new(),
        };
        let items = |sku: &str| Wish::Items(vec![(sku.into(), 1)]);
        let plan = |id: &str| Wish::Plan { external_id: id.into(), trial_days: None };
        let all = shop(&Tab::ALL, None);
        for wish in [items("sword"), Wish::VirtualCurrency(50_000), plan("monthly")] {
            assert!(all.offers(&wish), "{wish:?}");
            assert!(!shop(&[], Some(price)).offers(&wish), "{wish:?} is hidden");
        }
        for wish in [items("axe"), Wish::VirtualCurrency(1), plan("yearly"), Wish::Keys(vec![])] {
            assert!(!all.offers(&wish), "{wish:?}");
        }
        assert!(shop(&Tab::ALL, Some(price)).offers(&Wish::VirtualCurrency(1)), "any amount");
    }

    #[test]
    fn parts_stand_as_the_token_says() {
        let plain = |_| Component::default();
        assert_eq!(tabs(plain, |_| true), Tab::ALL);
        assert_eq!(tabs(plain, |t| *t == Tab::Plans), [Tab::Plans], "empty parts are left out");
        let turned = |tab| match tab {
            Tab::Items => Component { order: Some(2), hidden: false },
            Tab::Currency => Component { order: Some(1), hidden: false },
            Tab::Plans => Component { order: Some(0), hidden: true },
        };
        assert_eq!(tabs(turned, |_| true), [Tab::Currency, Tab::Items]);
    }
}
