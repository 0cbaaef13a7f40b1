//! What players see of a project's offers.
//!
//! Most of it is the same for all who read one language and pay in one
//! currency, so it is written once, as bytes, and kept until it changes. What
//! only some players see is a [`Part`] of its own.

use crate::read;
use crate::shape::{Field, MAX_INTEGER, Shape, TextRule, Unknown};
use coinslot_domain::attribute::Action;
use coinslot_domain::calendar::Unit;
use coinslot_domain::catalogue::Catalogue;
use coinslot_domain::group::Group;
use coinslot_domain::id::{GroupId, ItemId};
use coinslot_domain::item::{Advertisement, Item, Kind};
use coinslot_domain::localized::Localized;
use coinslot_domain::money::{Currency, Money};
use coinslot_domain::plan::Plan;
use coinslot_domain::promotion::{Bargain, Promotion, Sold, bargain};
use coinslot_domain::time::Time;
use coinslot_domain::virtual_currency::Package;
use serde::Serialize;
use serde_json::{Value, json};
use std::ops::Range;

const fn object(fields: &'static [Field]) -> Shape {
    Shape::Object { fields, unknown: Unknown::Ignore }
}

const USER: Field = Field::required(
    "user_id",
    Shape::Text { min: 1, max: 255, rule: None },
    "The player, by the game's own id; one that is not known is anybody.",
);
const CURRENCY: Field = Field::required(
    "currency",
    Shape::Text { min: 3, max: 3, rule: Some(TextRule::Currency) },
    "The currency to show prices in; what has no price in it is shown in its own.",
);
const LANGUAGE: Field = Field::required(
    "language",
    Shape::Text { min: 2, max: 5, rule: Some(TextRule::Language) },
    "The language of texts. Where one is missing Accept-Language counts, then the project's own.",
);

/// The parameters that say who looks.
pub static QUERY: Shape = object(&[USER, CURRENCY, LANGUAGE]);

/// The parameters that say who looks at which group.
pub static ITEMS_QUERY: Shape = object(&[
    USER,
    CURRENCY,
    LANGUAGE,
    Field::required(
        "group_id",
        Shape::Count { min: 0, max: MAX_INTEGER },
        "The group; one that is not there is empty.",
    ),
]);

const ID: Shape = Shape::Integer { min: 1, max: MAX_INTEGER };
const COUNT: Shape = Shape::Integer { min: 0, max: MAX_INTEGER };
const NUMBER: Shape = Shape::Number { positive: false, text: false };
const TEXT: Shape = Shape::Text { min: 0, max: 65_535, rule: None };
const MAYBE_TEXT: Shape = Shape::OneOf(&[TEXT, Shape::Null]);
const BONUS_ITEM: Shape = object(&[
    Field::required("name", TEXT, "What the item is called."),
    Field::required("quantity", COUNT, "How many."),
]);
const BONUS_ITEMS: Shape = Shape::Array(&BONUS_ITEM);
const BONUS_COINS: Shape = Shape::OneOf(&[object(&[Field::required("vc_amount", NUMBER, "How much.")]), Shape::Null]);
const LABEL: Shape = Shape::OneOf(&[
    object(&[
        Field::required("type", TEXT, "recommended, best_deal or special_offer."),
        Field::required("name", TEXT, "In words."),
    ]),
    Shape::Null,
]);
const OFFER: Field = Field::required("offer_label", TEXT, "The label of the promotion it is in.");

const PACKAGE: Shape = object(&[
    Field::required("id", ID, "The package's number."),
    Field::required("quantity", NUMBER, "How much there is in it."),
    Field::required("quantity_without_discount", NUMBER, "The same, without promotions."),
    Field::required("bonus_quantity", NUMBER, "How much comes on top."),
    Field::required("amount", NUMBER, "Its price."),
    Field::required("amount_without_discount", NUMBER, "Its price without promotions."),
    Field::required("currency", TEXT, "The currency of the price."),
    Field::required("image", TEXT, "A picture; empty for none."),
    Field::required("description", TEXT, "What it is called."),
    Field::required("bonus_items", BONUS_ITEMS, "Items on top."),
    Field::required("advertisement_label", LABEL, "How it is praised."),
    OFFER,
]);

/// The packages in an answer.
pub static PACKAGES: Shape = object(&[Field::required("packages", Shape::Array(&PACKAGE), "Packages in their order.")]);

const GROUP: Shape = object(&[
    Field::required("id", ID, "The group's number."),
    Field::required("external_id", MAYBE_TEXT, "The game's own name of it."),
    Field::required("name", TEXT, "What it is called."),
    Field::required("description", TEXT, "What is in it."),
    Field::required("level", COUNT, "How deep it lies: 0 at the top."),
    Field::required("children", Shape::Array(&Shape::Map), "The groups in it, which look alike."),
]);

/// The groups in an answer.
pub static GROUPS: Shape = object(&[Field::required("groups", Shape::Array(&GROUP), "The groups at the top.")]);

const ITEM: Shape = object(&[
    Field::required("id", ID, "The item's number."),
    Field::required("sku", TEXT, "Its SKU."),
    Field::required("name", TEXT, "What it is called."),
    Field::required("image_url", MAYBE_TEXT, "A picture."),
    Field::required("description", TEXT, "What it is."),
    Field::required("long_description", MAYBE_TEXT, "What it is, at length."),
    Field::required("currency", TEXT, "The currency of the price."),
    Field::required("amount", NUMBER, "Its price; 0 where money does not buy it."),
    Field::required("amount_without_discount", NUMBER, "Its price without promotions."),
    Field::required("vc_amount", NUMBER, "Its price in virtual currency; 0 where that does not buy it."),
    Field::required("vc_amount_without_discount", NUMBER, "That without promotions."),
    Field::required("bonus_virtual_currency", BONUS_COINS, "Virtual currency on top."),
    Field::required("bonus_virtual_items", BONUS_ITEMS, "Items on top."),
    Field::required("advertisement_label", LABEL, "How it is praised."),
    OFFER,
]);

/// The items in an answer.
pub static ITEMS: Shape = object(&[Field::required("items", Shape::Array(&ITEM), "Items in their order.")]);

const PLAN: Shape = object(&[
    Field::required("id", TEXT, "The plan's external id."),
    Field::required("is_active", Shape::Bool, "Whether it can be bought."),
    Field::required("charge_amount", NUMBER, "What each charge takes."),
    Field::required("charge_amount_without_discount", NUMBER, "That without promotions."),
    Field::required("charge_currency", TEXT, "The currency of it."),
    Field::required("period", COUNT, "How often it is charged; 0 for once and never again."),
    Field::required("period_unit", TEXT, "In which unit: day or month."),
    Field::required("name", TEXT, "What it is called."),
    Field::required("description", MAYBE_TEXT, "What it is."),
    Field::required("bonus_virtual_currency", BONUS_COINS, "Virtual currency on top."),
    Field::required("bonus_virtual_items", BONUS_ITEMS, "Items on top."),
    OFFER,
    Field::required("is_trial", Shape::Bool, "Whether the first charge comes later."),
    Field::required("period_trial", COUNT, "In how many days."),
]);
const ACTIVE: Shape = object(&[
    Field::required("date_next_charge", Shape::OneOf(&[Shape::Date, Shape::Null]), "When it is charged next."),
    Field::required("id", TEXT, "The plan's external id."),
]);

/// The plans in an answer.
pub static PLANS: Shape = object(&[
    Field::required("packages", Shape::Array(&PLAN), "Plans by number."),
    Field::required("active_user_package", Shape::OneOf(&[ACTIVE, Shape::Null]), "The player's subscription."),
]);

/// The promotion that ends first, in an answer.
pub static BONUS: Shape = object(&[
    Field::required("seconds", COUNT, "How long it still runs; 0 when none does."),
    Field::required("name", MAYBE_TEXT, "What it is called."),
    Field::required("description", MAYBE_TEXT, "What it is."),
]);

/// Who looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The player.
    pub user: String,
    /// The currency to show prices in.
    pub currency: Option<Currency>,
    /// The language of texts.
    pub language: String,
    /// The group.
    pub group: Option<GroupId>,
}

impl Query {
    /// Reads parameters that [`QUERY`] or [`ITEMS_QUERY`] accepted.
    pub fn read(query: &Value) -> Self {
        let text = |name: &str| query.get(name).and_then(read::text);
        Query {
            user: text("user_id").unwrap_or_default(),
            currency: text("currency").and_then(|code| Currency::from_code(&code)),
            language: text("language").unwrap_or_default(),
            group: query.get("group_id").and_then(read::integer).and_then(GroupId::new),
        }
    }
}

/// How a reader sees a catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    /// The languages, the best first.
    pub languages: &'a [String],
    /// The project's own language.
    pub own: &'a str,
    /// The currency to show prices in.
    pub currency: Currency,
}

impl<'a> Reader<'a> {
    fn pick(&self, text: &'a Localized) -> Option<&'a str> {
        text.pick(self.languages, self.own)
    }

    fn text(&self, text: &'a Localized) -> &'a str {
        self.pick(text).unwrap_or_default()
    }
}

/// A list as JSON, with the parts that not every player sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The answer for who sees everything.
    pub whole: Vec<u8>,
    /// Its entries, in their order, where not everybody sees all of them.
    pub parts: Vec<Part>,
}

/// An entry of a [`Listing`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Where it stands.
    pub at: Range<usize>,
    /// The item it is.
    pub item: ItemId,
    /// How often a player may buy it: who did so sees it no more.
    pub limit: Option<i64>,
    /// Whether it is hidden from players with certain attributes.
    pub conditional: bool,
}

/// The answer for a player who sees only some of the parts.
pub fn only(whole: &[u8], parts: &[Part], sees: impl Fn(&Part) -> bool) -> Vec<u8> {
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return whole.to_vec() };
    let mut out = Vec::with_capacity(whole.len());
    out.extend_from_slice(&whole[..first.at.start]);
    let head = out.len();
    for part in parts.iter().filter(|p| sees(p)) {
        if out.len() > head {
            out.push(b',');
        }
        out.extend_from_slice(&whole[part.at.clone()]);
    }
    out.extend_from_slice(&whole[last.at.end..]);
    out
}

/// JSON of something that JSON can express.
fn bytes(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

fn amount(money: Money) -> Value {
    read::number(money.shortest())
}

#[derive(Serialize)]
struct Label {
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'static str,
}

fn label(advertisement: Option<Advertisement>) -> Option<Label> {
    let advertisement = advertisement?;
    let name = match advertisement {
        Advertisement::Recommended => "Most Popular",
        Advertisement::BestDeal => "Best Deal",
        Advertisement::SpecialOffer => "Special Offer",
    };
    Some(Label { kind: advertisement.name(), name })
}

#[derive(Serialize)]
struct BonusItem<'a> {
    name: &'a str,
    quantity: i64,
}

#[derive(Serialize)]
struct BonusCoins {
    vc_amount: Value,
}

/// What is sold, with what comes on top of it.
struct Offered<'a> {
    bargain: Bargain<'a>,
    items: Vec<BonusItem<'a>>,
    label: &'a str,
}

fn offered<'a>(
    catalogue: &'a Catalogue,
    running: &[&'a Promotion],
    reader: &Reader<'a>,
    sold: Sold<'_>,
) -> Offered<'a> {
    let bargain = bargain(running.iter().copied(), sold);
    let item = |b: &coinslot_domain::promotion::BonusItem<'a>| {
        Some(BonusItem { name: reader.text(&catalogue.item(b.sku)?.name), quantity: b.quantity })
    };
    Offered {
        items: bargain.bonus_items.iter().filter_map(item).collect(),
        label: bargain.label.map(|l| reader.text(l)).unwrap_or_default(),
        bargain,
    }
}

impl Offered<'_> {
    fn coins(&self, discrete: bool) -> Option<BonusCoins> {
        let bonus = self.bargain.bonus_on(0, discrete);
        (bonus > 0).then(|| BonusCoins { vc_amount: read::units(bonus) })
    }
}

#[derive(Serialize)]
struct ItemView<'a> {
    id: i64,
    sku: &'a str,
    name: &'a str,
    image_url: Option<&'a str>,
    description: &'a str,
    long_description: Option<&'a str>,
    currency: &'static str,
    amount: Value,
    amount_without_discount: Value,
    vc_amount: Value,
    vc_amount_without_discount: Value,
    bonus_virtual_currency: Option<BonusCoins>,
    bonus_virtual_items: Vec<BonusItem<'a>>,
    advertisement_label: Option<Label>,
    offer_label: &'a str,
}

/// The items of a group. `running` are the promotions that run now, for
/// everybody.
pub fn items<'a>(
    catalogue: &'a Catalogue,
    running: &[&'a Promotion],
    reader: &Reader<'a>,
    group: Option<GroupId>,
) -> Listing {
    let group = group.filter(|id| is_shown(catalogue, *id));
    let members = group.into_iter().flat_map(|id| catalogue.in_group(id));
    let members = members.filter(|i| i.enabled && !i.hidden && i.kind != Kind::Bundle);
    let mut whole = br#"{"items":["#.to_vec();
    let mut parts = Vec::new();
    for item in members {
        let Some(view) = item_view(catalogue, running, reader, item) else { continue };
        if !parts.is_empty() {
            whole.push(b',');
        }
        let start = whole.len();
        whole.extend(bytes(&view));
        parts.push(Part {
            at: start..whole.len(),
            item: item.id,
            limit: item.most(),
            conditional: item.conditions.iter().any(|c| c.action == Action::Hide),
        });
    }
    whole.extend(b"]}");
    if !parts.iter().any(|p| p.conditional || p.limit.is_some()) {
        parts.clear();
    }
    Listing { whole, parts }
}

/// How an item is offered; nothing for one that is not sold for anything.
fn item_view<'a>(
    catalogue: &'a Catalogue,
    running: &[&'a Promotion],
    reader: &Reader<'a>,
    item: &'a Item,
) -> Option<ItemView<'a>> {
    let offered = offered(catalogue, running, reader, Sold::Item(&item.sku));
    let price = item.price(reader.currency).and_then(|(currency, price)| price.money(currency).ok());
    if price.is_none() && item.vc_price.is_none() {
        return None;
    }
    let full = price.unwrap_or(Money::zero(reader.currency));
    let full_coins = item.vc_price.unwrap_or(0);
    let discrete = catalogue.currency.discrete;
    let reduced_coins = offered.bargain.discount.map_or(full_coins, |(d, _)| d.of_virtual(full_coins, discrete));
    Some(ItemView {
        id: item.id.get(),
        sku: &item.sku,
        name: reader.text(&item.name),
        image_url: item.image_url.as_deref(),
        description: reader.text(&item.description),
        long_description: reader.pick(&item.long_description),
        currency: full.currency.code(),
        amount: amount(offered.bargain.price(full)),
        amount_without_discount: amount(full),
        vc_amount: read::units(reduced_coins),
        vc_amount_without_discount: read::units(full_coins),
        bonus_virtual_currency: offered.coins(discrete),
        advertisement_label: label(item.advertisement),
        offer_label: offered.label,
        bonus_virtual_items: offered.items,
    })
}

/// Whether a group is there and enabled, and all above it are.
fn is_shown(catalogue: &Catalogue, id: GroupId) -> bool {
    let mut next = Some(id);
    // A tree is never deeper than it has groups.
    for _ in 0..=catalogue.groups.len() {
        let Some(id) = next else { return true };
        match catalogue.groups.get(&id).filter(|g| g.enabled) {
            Some(group) => next = group.parent,
            None => return false,
        }
    }
    false
}

#[derive(Serialize)]
struct GroupView<'a> {
    id: i64,
    external_id: Option<&'a str>,
    name: &'a str,
    description: &'a str,
    children: Vec<GroupView<'a>>,
    level: usize,
}

/// The tree of groups.
pub fn groups<'a>(catalogue: &'a Catalogue, reader: &Reader<'a>) -> Listing {
    let groups = children(catalogue, reader, None, 0);
    Listing { whole: [br#"{"groups":"#.as_slice(), &bytes(&groups), b"}"].concat(), parts: vec![] }
}

fn children<'a>(
    catalogue: &'a Catalogue,
    reader: &Reader<'a>,
    parent: Option<GroupId>,
    level: usize,
) -> Vec<GroupView<'a>> {
    if level > catalogue.groups.len() {
        return vec![];
    }
    let view = |g: &'a Group| GroupView {
        id: g.id.get(),
        external_id: g.code.as_deref(),
        name: reader.text(&g.name),
        description: reader.text(&g.description),
        children: children(catalogue, reader, Some(g.id), level + 1),
        level,
    };
    catalogue.children(parent).filter(|g| g.enabled).map(view).collect()
}

#[derive(Serialize)]
struct PackageView<'a> {
    id: i64,
    quantity: Value,
    quantity_without_discount: Value,
    bonus_quantity: Value,
    amount: Value,
    amount_without_discount: Value,
    currency: &'static str,
    image: &'a str,
    description: &'a str,
    bonus_items: Vec<BonusItem<'a>>,
    advertisement_label: Option<Label>,
    offer_label: &'a str,
}

/// The packages of virtual currency, in the reader's currency if there are any
/// in it, else in the project's own.
pub fn packages<'a>(catalogue: &'a Catalogue, running: &[&'a Promotion], reader: &Reader<'a>) -> Listing {
    let of = |currency: Currency| {
        catalogue.packages.iter().filter(|p| p.enabled && p.currency == currency).collect::<Vec<_>>()
    };
    let mut packages = of(reader.currency);
    if packages.is_empty() {
        packages = of(catalogue.currency.default_currency);
    }
    let view = |p: &'a Package| {
        let offered = offered(catalogue, running, reader, Sold::Package(p.id));
        let full = p.price.money(p.currency).ok()?;
        let discrete = catalogue.currency.discrete;
        let bonus = p.bonus_amount(discrete).saturating_add(offered.bargain.bonus_on(p.amount, discrete));
        Some(PackageView {
            id: p.id.get(),
            quantity: read::units(p.amount),
            quantity_without_discount: read::units(p.amount),
            bonus_quantity: read::units(bonus),
            amount: amount(offered.bargain.price(full)),
            amount_without_discount: amount(full),
            currency: p.currency.code(),
            image: p.image_url.as_deref().unwrap_or_default(),
            description: reader.text(&p.description),
            bonus_items: offered.items,
            advertisement_label: label(p.advertisement),
            offer_label: offered.label,
        })
    };
    let views: Vec<PackageView<'a>> = packages.into_iter().filter_map(view).collect();
    Listing { whole: [br#"{"packages":"#.as_slice(), &bytes(&views), b"}"].concat(), parts: vec![] }
}

#[derive(Serialize)]
struct PlanView<'a> {
    id: &'a str,
    is_active: bool,
    charge_amount: Value,
    charge_amount_without_discount: Value,
    charge_currency: &'static str,
    period: i64,
    period_unit: &'static str,
    name: &'a str,
    description: Option<&'a str>,
    bonus_virtual_currency: Option<BonusCoins>,
    bonus_virtual_items: Vec<BonusItem<'a>>,
    offer_label: &'a str,
    is_trial: bool,
    period_trial: i64,
}

/// The subscription plans. [`active_package`] goes behind it.
pub fn plans<'a>(catalogue: &'a Catalogue, running: &[&'a Promotion], reader: &Reader<'a>) -> Listing {
    let view = |p: &'a Plan| {
        let offered = offered(catalogue, running, reader, Sold::Plan(p.id));
        let trial = p.terms.trial.max(offered.bargain.trial_days.unwrap_or(0));
        let (period, period_unit) = match p.terms.period {
            Some(period) => (period.value, period.unit.name()),
            // Charged once; no unit is documented for it, and clients know two.
            None => (0, Unit::Month.name()),
        };
        PlanView {
            id: &p.external_id,
            is_active: true,
            charge_amount: amount(offered.bargain.price(p.terms.charge)),
            charge_amount_without_discount: amount(p.terms.charge),
            charge_currency: p.terms.charge.currency.code(),
            period,
            period_unit,
            name: reader.text(&p.name),
            description: reader.pick(&p.description),
            bonus_virtual_currency: offered.coins(catalogue.currency.discrete),
            offer_label: offered.label,
            bonus_virtual_items: offered.items,
            is_trial: trial > 0,
            period_trial: trial,
        }
    };
    let views: Vec<PlanView<'a>> = catalogue.plans.iter().filter(|p| p.is_sold()).map(view).collect();
    Listing {
        whole: [br#"{"packages":"#.as_slice(), &bytes(&views), br#","active_user_package":"#].concat(),
        parts: vec![],
    }
}

/// What goes behind [`plans`]: the player's subscription that is charged next,
/// by its plan's external id.
pub fn active_package(next: Option<(Time, &str)>) -> Vec<u8> {
    let package = next.map(|(at, id)| json!({ "date_next_charge": at.rfc3339(), "id": id }));
    [&bytes(&package), b"}".as_slice()].concat()
}

/// The promotion among these that ends first, and in how many seconds. One
/// without an end is none to hurry for.
pub fn bonus<'a>(running: &[&'a Promotion], reader: &Reader<'a>, now: Time) -> Vec<u8> {
    let end = |p: &&'a Promotion| p.periods.iter().find(|period| period.holds(now))?.to;
    let first = running.iter().filter_map(|p| Some((end(p)?, *p))).min_by_key(|(end, p)| (*end, p.id));
    match first {
        Some((end, p)) => bytes(&json!({
            // A second that has begun counts.
            "seconds": (end - now).0.saturating_add(999_999) / 1_000_000,
            "name": reader.pick(&p.name),
            "description": reader.pick(&p.description),
        })),
        None => bytes(&json!({ "seconds": 0, "name": null, "description": null })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinslot_domain::attribute::{Condition, Operation};
    use coinslot_domain::id::{ConditionId, PromotionId};
    use coinslot_domain::virtual_currency::Settings;
    use std::collections::BTreeMap;

    fn catalogue(items: Vec<Item>) -> Catalogue {
        let group = GroupId::new(1).unwrap();
        let groups = vec![Group {
            id: group,
            name: Localized::of("en", "Arms"),
            description: Localized::default(),
            enabled: true,
            parent: None,
            code: None,
        }];
        let members = BTreeMap::from([(group, items.iter().map(|i| i.id).collect())]);
        Catalogue::new(1, vec![], groups, items, members, Settings::initial().unwrap(), vec![])
    }

    fn item(n: i64) -> Item {
        Item { vc_price: Some(100), ..Item::new(ItemId::new(n).unwrap(), &format!("sku-{n}")) }
    }

    fn shown(bytes: &[u8]) -> Vec<i64> {
        let value: Value = serde_json::from_slice(bytes).unwrap();
        value["items"].as_array().unwrap().iter().map(|i| i["id"].as_i64().unwrap()).collect()
    }

    fn reader(languages: &[String]) -> Reader<'_> {
        Reader { languages, own: "en", currency: Currency::from_code("USD").unwrap() }
    }

    #[test]
    fn any_choice_of_parts_is_json() {
        let limited = |n| Item { purchase_limit: Some(2), ..item(n) };
        let all = catalogue(vec![limited(1), item(2), limited(3)]);
        let listing = items(&all, &[], &reader(&[]), GroupId::new(1));
        assert_eq!(shown(&listing.whole), [1, 2, 3]);
        assert_eq!(listing.parts.iter().map(|p| p.limit).collect::<Vec<_>>(), [Some(2), None, Some(2)]);
        for choice in 0..8_i64 {
            let sees = |p: &Part| choice & (1 << (p.item.get() - 1)) != 0;
            let wanted: Vec<i64> = (1..=3).filter(|n| choice & (1 << (n - 1)) != 0).collect();
            assert_eq!(shown(&only(&listing.whole, &listing.parts, sees)), wanted);
        }
    }

    #[test]
    fn what_everybody_sees_has_no_parts() {
        let id = ConditionId::new(1).unwrap();
        let condition =
            |action| Condition { id, key: "level".into(), operation: Operation::Equal, operands: vec![], action };
        let blocked = Item { conditions: vec![condition(Action::Block)], ..item(1) };
        let listing = items(&catalogue(vec![blocked, item(2)]), &[], &reader(&[]), GroupId::new(1));
        assert_eq!(listing.parts, [], "who cannot buy it sees it all the same");
        let hidden = Item { conditions: vec![condition(Action::Hide)], ..item(1) };
        let once = Item { permanent: true, purchase_limit: Some(9), ..item(2) };
        let listing = items(&catalogue(vec![hidden, once]), &[], &reader(&[]), GroupId::new(1));
        let parts: Vec<_> = listing.parts.iter().map(|p| (p.conditional, p.limit)).collect();
        assert_eq!(parts, [(true, None), (false, Some(1))]);
    }

    #[test]
    fn a_promotion_without_an_end_is_none_to_hurry_for() {
        use coinslot_domain::promotion::{Period, Rewards, Subject};
        let promotion = |id, to: Option<i64>| Promotion {
            id: PromotionId::new(id).unwrap(),
            project: coinslot_domain::id::ProjectId::new(1).unwrap(),
            technical_name: String::new(),
            name: Localized::of("en", &format!("Sale {id}")),
            description: Localized::default(),
            label: Localized::default(),
            enabled_since: Some(Time(0)),
            ran: false,
            subject: Subject::default(),
            payment_systems: vec![],
            periods: vec![Period { from: Time(0), to: to.map(Time) }],
            rewards: Rewards::default(),
            campaigns: vec![],
        };
        let told = |all: &[&Promotion]| String::from_utf8(bonus(all, &reader(&[]), Time(1))).unwrap();
        let (endless, long, short) = (promotion(1, None), promotion(2, Some(9_000_000)), promotion(3, Some(1_000_002)));
        assert_eq!(told(&[&endless]), r#"{"description":null,"name":null,"seconds":0}"#);
        assert_eq!(told(&[&endless, &long, &short]), r#"{"description":null,"name":"Sale 3","seconds":2}"#);
    }
}
