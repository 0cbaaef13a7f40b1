//! Virtual currency: settings and packages.

use crate::item::{ADVERTISEMENT, IMAGE, prices, prices_json};
use crate::read::{self, Change, change};
use crate::shape::{Field, Keys, MAX_INTEGER, Shape, TextRule, Unknown, Violation, maybe};
use coinslot_domain::decimal::Decimal;
use coinslot_domain::id::PackageId;
use coinslot_domain::item::{Advertisement, SKU_LENGTH};
use coinslot_domain::localized::Localized;
use coinslot_domain::money::{BasisPoints, Currency};
use coinslot_domain::virtual_currency::{Package, Settings};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The largest amount, in units.
const MOST: i64 = 1_000_000_000;

const PACKAGE: Shape = Shape::Object {
    fields: &[
        Field::optional("id", maybe!(Shape::Count { min: 0, max: MAX_INTEGER }), "Its number, if it has one already."),
        Field::required(
            "sku",
            Shape::Text { min: 1, max: SKU_LENGTH, rule: Some(TextRule::Sku) },
            "The game's name of it; unique among the project's packages.",
        ),
        Field::required("amount", Shape::Hundredths { min: 0, max: MOST }, "How much is in it."),
        Field::required("price", Shape::Decimal { min: 0 }, "What it costs."),
        Field::optional("image_url", IMAGE, "A picture: https://…, http://… or //…"),
        Field::optional("description", maybe!(Shape::Texts { max: 4000, required: false }), "What players call it."),
        Field::optional("label", maybe!(Shape::Texts { max: 255, required: false }), "What stands beside it."),
        Field::optional(
            "bonus",
            maybe!(Shape::Hundredths { min: 0, max: 100_000 }),
            "What is added to the amount for nothing, in percent.",
        ),
        Field::optional("advertisement_type", ADVERTISEMENT, "How it is praised."),
        Field::optional("enabled", maybe!(Shape::Flag), "Whether it is sold; it is if left out."),
    ],
    unknown: Unknown::Ignore,
};
const BASE: Shape = Shape::Keyed { keys: Keys::Currency, of: &Shape::Decimal { min: 0 } };
const PACKETS: Shape = Shape::Keyed { keys: Keys::Currency, of: &Shape::Array(&PACKAGE) };
const CURRENCY: Shape = Shape::Text { min: 3, max: 3, rule: Some(TextRule::Currency) };
const NAME: Shape = Shape::Texts { max: 255, required: true };
const KIND: Shape = Shape::Text { min: 1, max: 255, rule: None };

/// What is wrong with parts of a unit where the currency has none.
pub const WHOLE: &str = "must be whole: the currency has only whole units";

/// The body that changes the virtual currency.
pub static UPDATE: Shape = Shape::Object {
    fields: &[
        Field::optional("vc_name", NAME, "What it is called, by language."),
        Field::optional("base", maybe!(BASE), "The price of one unit, by currency."),
        Field::optional("default_currency", maybe!(CURRENCY), "For players in whose currency it has no price."),
        Field::optional("min", maybe!(Shape::Decimal { min: 0 }), "The price of the smallest order; 0 for no bound."),
        Field::optional("max", maybe!(Shape::Decimal { min: 0 }), "The price of the largest order; 0 for no bound."),
        Field::optional("is_currency_discrete", maybe!(Shape::Flag), "Whether there are only whole units."),
        Field::optional("allow_user_sum", maybe!(Shape::Flag), "Whether players may name any amount."),
        Field::optional(
            "packets",
            maybe!(PACKETS),
            "Packages by currency. Those of a currency that is named become these; a package is known by its number, \
             or else by its SKU.",
        ),
        Field::optional("type", maybe!(KIND), "How it is offered: kept for the client."),
    ],
    unknown: Unknown::Ignore,
};

/// The virtual currency as it is shown.
pub static SETTINGS: Shape = Shape::Object {
    fields: &[
        Field::required("id", Shape::Integer { min: 1, max: MAX_INTEGER }, "Its number: that of the project."),
        Field::required("vc_name", Shape::Texts { max: 255, required: false }, "What it is called, by language."),
        Field::required("base", BASE, "The price of one unit, by currency."),
        Field::required("default_currency", CURRENCY, "For players in whose currency it has no price."),
        Field::required("min", Shape::Decimal { min: 0 }, "The price of the smallest order; 0 for no bound."),
        Field::required("max", Shape::Decimal { min: 0 }, "The price of the largest order; 0 for no bound."),
        Field::required("is_currency_discrete", Shape::Bool, "Whether there are only whole units."),
        Field::required("allow_user_sum", Shape::Bool, "Whether players may name any amount."),
        Field::required("packets", PACKETS, "Packages by currency."),
        Field::required("type", KIND, "How it is offered."),
    ],
    unknown: Unknown::Ignore,
};

/// What a body says of the virtual currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsBody {
    name: Change<Localized>,
    base: Change<BTreeMap<Currency, Decimal>>,
    default_currency: Change<Currency>,
    min: Change<Decimal>,
    max: Change<Decimal>,
    discrete: Change<bool>,
    any_amount: Change<bool>,
    packages: Change<BTreeMap<Currency, Vec<SentPackage>>>,
    kind: Change<String>,
}

/// A package without a number of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SentPackage {
    id: Option<PackageId>,
    sku: String,
    amount: i64,
    price: Decimal,
    image_url: Change<String>,
    description: Change<Localized>,
    label: Change<Localized>,
    bonus: Change<i64>,
    advertisement: Change<Advertisement>,
    enabled: Change<bool>,
}

impl SettingsBody {
    /// Reads the body, or lists its faults.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        let body = read::checked(&UPDATE, body)?;
        let body = &body;
        Ok(SettingsBody {
            name: change(body, "vc_name", read::texts),
            base: change(body, "base", prices),
            default_currency: change(body, "default_currency", |v| Currency::from_code(v.as_str()?)),
            min: change(body, "min", read::decimal),
            max: change(body, "max", read::decimal),
            discrete: change(body, "is_currency_discrete", read::truth),
            any_amount: change(body, "allow_user_sum", read::truth),
            packages: change(body, "packets", packets),
            kind: change(body, "type", read::text),
        })
    }

    /// How many packages it has, each of which may need a number.
    pub fn packages(&self) -> usize {
        match &self.packages {
            Change::Set(all) => all.values().map(Vec::len).sum(),
            _ => 0,
        }
    }

    /// The settings that `old` become, where `initial` are those that hold when
    /// nothing is said.
    pub fn onto(&self, old: Settings, initial: Settings) -> Settings {
        Settings {
            name: self.name.clone().or(old.name, initial.name),
            base: self.base.clone().or(old.base, initial.base),
            default_currency: self.default_currency.clone().or(old.default_currency, initial.default_currency),
            min: self.min.clone().or(old.min, initial.min),
            max: self.max.clone().or(old.max, initial.max),
            discrete: self.discrete.clone().or(old.discrete, initial.discrete),
            any_amount: self.any_amount.clone().or(old.any_amount, initial.any_amount),
            kind: self.kind.clone().or(old.kind, initial.kind),
        }
    }

    /// The packages that `old` become, under `settings`; or what is wrong with
    /// them. `fresh` are numbers for new ones.
    pub fn packages_onto(
        &self,
        old: &[Package],
        settings: &Settings,
        fresh: &[PackageId],
    ) -> Result<Vec<Package>, Vec<Violation>> {
        let none = BTreeMap::new();
        let (sent, all) = match &self.packages {
            Change::Set(sent) => (sent, false),
            Change::Keep => (&none, false),
            Change::Reset => (&none, true),
        };
        let mut packages = old.to_vec();
        packages.retain(|p| !all && !sent.contains_key(&p.currency));
        let mut faults = Vec::new();
        if packages.iter().any(|p| !settings.fits(p.amount)) {
            faults.push(Violation::new("is_currency_discrete", "cannot hold while packages have parts of a unit"));
        }
        let by_id: BTreeMap<PackageId, &Package> = old.iter().map(|p| (p.id, p)).collect();
        let by_sku: BTreeMap<&str, &Package> = old.iter().map(|p| (p.sku.as_str(), p)).collect();
        // A package of a currency that is not sent stays, and is not one that is.
        let mut taken: BTreeSet<PackageId> = packages.iter().map(|p| p.id).collect();
        let mut skus: BTreeSet<String> = packages.iter().map(|p| p.sku.clone()).collect();
        let mut fresh = fresh.iter().copied();
        for (currency, list) in sent {
            for (i, package) in list.iter().enumerate() {
                let at = |field: &str| format!("packets.{currency}[{i}].{field}");
                let named = package.id.and_then(|id| by_id.get(&id)).filter(|o| !taken.contains(&o.id));
                let called = || by_sku.get(package.sku.as_str()).filter(|o| !taken.contains(&o.id));
                let known = named.or_else(called).copied();
                let Some(id) = known.map(|o| o.id).or_else(|| fresh.next()) else { continue };
                taken.insert(id);
                if !skus.insert(package.sku.clone()) {
                    faults.push(Violation::new(at("sku"), "A package with this SKU already exists"));
                }
                if !settings.fits(package.amount) {
                    faults.push(Violation::new(at("amount"), WHOLE));
                }
                packages.push(package.onto(known, id, *currency));
            }
        }
        if faults.is_empty() { Ok(packages) } else { Err(faults) }
    }
}

impl SentPackage {
    fn onto(&self, old: Option<&Package>, id: PackageId, currency: Currency) -> Package {
        let texts = |sent: &Change<Localized>, of: fn(&Package) -> &Localized| {
            sent.clone().or(old.map(of).cloned().unwrap_or_default(), Localized::default())
        };
        Package {
            id,
            currency,
            sku: self.sku.clone(),
            amount: self.amount,
            price: self.price,
            image_url: self.image_url.clone().or_none(old.and_then(|o| o.image_url.clone())),
            description: texts(&self.description, |o| &o.description),
            label: texts(&self.label, |o| &o.label),
            bonus: BasisPoints(self.bonus.clone().or(old.map_or(0, |o| o.bonus.0), 0)),
            advertisement: self.advertisement.clone().or_none(old.and_then(|o| o.advertisement)),
            enabled: self.enabled.clone().or(old.is_none_or(|o| o.enabled), true),
        }
    }
}

fn packets(value: &Value) -> Option<BTreeMap<Currency, Vec<SentPackage>>> {
    let all = read::list(package);
    value.as_object()?.iter().map(|(code, list)| Some((Currency::from_code(code)?, all(list)?))).collect()
}

fn package(value: &Value) -> Option<SentPackage> {
    Some(SentPackage {
        id: value.get("id").and_then(read::integer).and_then(PackageId::new),
        sku: value.get("sku").and_then(read::text)?,
        amount: value.get("amount").and_then(read::hundredths)?,
        price: value.get("price").and_then(read::decimal)?,
        image_url: change(value, "image_url", read::text),
        description: change(value, "description", read::texts),
        label: change(value, "label", read::texts),
        bonus: change(value, "bonus", read::hundredths),
        advertisement: change(value, "advertisement_type", |v| Advertisement::of(v.as_str()?)),
        enabled: change(value, "enabled", read::truth),
    })
}

/// Settings and packages as they are shown, under a number.
pub fn json(id: i64, s: &Settings, packages: &[Package]) -> Value {
    let mut packets: Map<String, Value> = Map::new();
    for p in packages {
        let list = packets.entry(p.currency.code()).or_insert_with(|| json!([]));
        if let Some(list) = list.as_array_mut() {
            list.push(json!({
                "id": p.id.get(),
                "sku": p.sku,
                "amount": read::units(p.amount),
                "price": read::number(p.price),
                "image_url": p.image_url,
                "description": read::texts_json(&p.description),
                "label": read::texts_json(&p.label),
                "bonus": read::units(p.bonus.0),
                "advertisement_type": p.advertisement.map(Advertisement::name),
                "enabled": p.enabled,
            }));
        }
    }
    json!({
        "id": id,
        "vc_name": read::texts_json(&s.name),
        "base": prices_json(&s.base),
        "default_currency": s.default_currency.code(),
        "min": read::number(s.min),
        "max": read::number(s.max),
        "is_currency_discrete": s.discrete,
        "allow_user_sum": s.any_amount,
        "packets": packets,
        "type": s.kind,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn initial() -> Settings {
        Settings::initial().unwrap()
    }

    /// Numbers that nothing in `old` has.
    fn fresh(old: &[Package]) -> Vec<PackageId> {
        let first = if old.is_empty() { 100 } else { 200 };
        (first..first + 10).map(|n| PackageId::new(n).unwrap()).collect()
    }

    /// `id sku amount` of each package, by currency.
    fn told(packages: &[Package]) -> Vec<String> {
        packages.iter().map(|p| format!("{} {} {} {}", p.currency, p.id, p.sku, p.amount)).collect()
    }

    fn after(body: Value, old: &[Package]) -> Vec<Package> {
        SettingsBody::read(&body).unwrap().packages_onto(old, &initial(), &fresh(old)).unwrap()
    }

    fn faults(body: Value, old: &[Package]) -> Vec<String> {
        let body = SettingsBody::read(&body);
        let faults = body.and_then(|b| {
            let settings = b.onto(Settings { discrete: false, ..initial() }, initial());
            b.packages_onto(old, &settings, &fresh(old))
        });
        faults.unwrap_err().into_iter().map(|v| format!("{}: {}", v.path, v.text)).collect()
    }

    fn sent(id: i64, sku: &str, amount: &str) -> Value {
        json!({"id": id, "sku": sku, "amount": amount, "price": "9.99"})
    }

    #[test]
    fn packages_change_currency_by_currency() {
        let first =
            after(json!({"packets": {"USD": [sent(1, "a", "5"), sent(2, "b", "6")], "EUR": [sent(3, "c", "7")]}}), &[]);
        assert_eq!(told(&first), ["EUR 100 c 700", "USD 101 a 500", "USD 102 b 600"]);
        // Numbers that are not ours are found again by their SKU.
        assert_eq!(after(json!({"packets": {"USD": [sent(1, "a", "5"), sent(2, "b", "6")]}}), &first), first);
        // By number, with another SKU; what is not named goes; a new one comes.
        let second = after(json!({"packets": {"USD": [sent(102, "x", "6"), sent(0, "y", "1")]}}), &first);
        assert_eq!(told(&second), ["EUR 100 c 700", "USD 102 x 600", "USD 200 y 100"]);
        for nothing in [json!({}), json!({"packets": []}), json!({"packets": {}})] {
            assert_eq!(after(nothing, &first), first);
        }
        assert_eq!(told(&after(json!({"packets": {"USD": []}}), &first)), ["EUR 100 c 700"]);
        assert_eq!(after(json!({"packets": null}), &first), []);
    }

    #[test]
    fn what_a_package_leaves_out_stays() {
        let full = json!({"packets": {"USD": [{
            "sku": "a", "amount": 1, "price": 2, "image_url": "//i.example/1", "description": {"en": "x"},
            "label": {"en": "y"}, "bonus": "12.5", "advertisement_type": "best_deal", "enabled": 0
        }]}});
        let first = after(full, &[]);
        let second = after(json!({"packets": {"USD": [sent(0, "a", "1")]}}), &first);
        assert_eq!(second, [Package { price: Decimal::parse("9.99").unwrap(), ..first[0].clone() }]);
        assert_eq!(second[0].bonus, BasisPoints(1_250));
    }

    #[test]
    fn faults_of_packages() {
        let old = after(json!({"packets": {"EUR": [sent(0, "c", "7")]}}), &[]);
        assert_eq!(
            faults(
                json!({"packets": {"USD": [sent(0, "a", "1"), sent(0, "a", "1")], "GBP": [sent(0, "c", "1")]}}),
                &old
            ),
            [
                "packets.GBP[0].sku: A package with this SKU already exists",
                "packets.USD[1].sku: A package with this SKU already exists",
            ]
        );
        let parts = json!({"is_currency_discrete": true, "packets": {"USD": [sent(0, "a", "1.5")]}});
        assert_eq!(faults(parts, &[]), ["packets.USD[0].amount: must be whole: the currency has only whole units"]);
        let halves = vec![Package { amount: 50, ..old[0].clone() }];
        assert_eq!(
            faults(json!({"is_currency_discrete": true}), &halves),
            ["is_currency_discrete: cannot hold while packages have parts of a unit"]
        );
        assert_eq!(
            faults(
                json!({"base": {"usd": 1}, "min": -1, "packets": {"USD": [{"sku": "a b", "amount": "1.234"}]}}),
                &[]
            ),
            [
                "base.usd: is not a currency of ISO 4217",
                "min: must have a minimum value of 0",
                "packets.USD[0].sku: does not match the regex pattern ^[A-Za-z0-9._-]{1,255}$",
                "packets.USD[0].amount: must have at most 2 digits after the decimal point",
                "packets.USD[0].price: is missing and it is required",
            ]
        );
    }

    #[test]
    fn settings() {
        let body = json!({"vc_name": {"en": "Gold"}, "base": {"USD": "0.9"}, "min": "0.01", "max": "100.2",
            "default_currency": "USD", "is_currency_discrete": "0", "type": "standard"});
        let set = SettingsBody::read(&body).unwrap().onto(initial(), initial());
        assert_eq!(json(5, &set, &[])["max"].to_string(), "100.2");
        assert_eq!((set.discrete, set.kind.as_str()), (false, "standard"));
        assert_eq!(SettingsBody::read(&json!([])).unwrap().onto(set.clone(), initial()), set);
        let back = json!({"base": null, "max": null, "is_currency_discrete": null, "type": null, "min": null});
        let back = SettingsBody::read(&back).unwrap().onto(set.clone(), initial());
        assert_eq!(back, Settings { name: set.name, ..initial() });
    }
}
