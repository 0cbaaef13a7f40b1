//! The catalogue of a project as a whole, for those who look at much of it at
//! once. It never changes: another one takes its place.

use crate::attribute::Attribute;
use crate::group::Group;
use crate::id::{GroupId, ItemId, PackageId};
use crate::item::Item;
use crate::localized::{Localized, language};
use crate::plan::Plan;
use crate::promotion::Promotion;
use crate::virtual_currency::{Package, Settings};
use foldhash::HashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Everything a project sells, and to whom. Items that are deleted are not in
/// it; those that are not enabled are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalogue {
    /// Which state of the catalogue it is; more with each change.
    pub version: i64,
    /// Attributes of players, by key.
    pub attributes: BTreeMap<String, Attribute>,
    /// Groups, by number.
    pub groups: BTreeMap<GroupId, Group>,
    /// Items, by number.
    pub items: BTreeMap<ItemId, Item>,
    /// What holds for virtual currency.
    pub currency: Settings,
    /// Its packages, by currency and in their order there.
    pub packages: Vec<Package>,
    /// Subscription plans, by number.
    pub plans: Vec<Plan>,
    /// Promotions, by number, whether they run or not.
    pub promotions: Vec<Promotion>,
    conditional: bool,
    bundles_keys: bool,
    languages: BTreeSet<String>,
    members: BTreeMap<GroupId, Vec<ItemId>>,
    by_sku: HashMap<String, ItemId>,
}

impl Catalogue {
    /// Puts a catalogue together. `members` are the items of each group, in its
    /// order.
    pub fn new(
        version: i64,
        attributes: Vec<Attribute>,
        groups: Vec<Group>,
        items: Vec<Item>,
        members: BTreeMap<GroupId, Vec<ItemId>>,
        currency: Settings,
        packages: Vec<Package>,
    ) -> Self {
        let mut languages = BTreeSet::new();
        let texts = groups.iter().flat_map(|g| [&g.name, &g.description]);
        let texts = texts.chain(items.iter().flat_map(|i| [&i.name, &i.description, &i.long_description]));
        speak(&mut languages, texts.chain(packages.iter().map(|p| &p.description)));
        Catalogue {
            version,
            plans: vec![],
            promotions: vec![],
            conditional: items.iter().any(|i| !i.conditions.is_empty()),
            bundles_keys: items.iter().any(|i| i.content.iter().any(|c| c.game().is_some())),
            languages,
            attributes: attributes.into_iter().map(|a| (a.key.clone(), a)).collect(),
            groups: groups.into_iter().map(|g| (g.id, g)).collect(),
            by_sku: items.iter().map(|i| (i.sku.clone(), i.id)).collect(),
            items: items.into_iter().map(|i| (i.id, i)).collect(),
            currency,
            packages,
            members,
        }
    }

    /// The same with plans and promotions.
    pub fn with(mut self, plans: Vec<Plan>, promotions: Vec<Promotion>) -> Self {
        let texts = plans.iter().flat_map(|p| [&p.name, &p.description]);
        let more = promotions.iter().flat_map(|p| [&p.name, &p.description, &p.label]);
        speak(&mut self.languages, texts.chain(more));
        Catalogue { plans, promotions, ..self }
    }

    /// Whether any text is in the language of a locale, in whatever region.
    pub fn speaks(&self, locale: &str) -> bool {
        self.languages.contains(&language(locale).to_ascii_lowercase())
    }

    /// Whether who a player is decides what of it is shown or sold.
    pub fn is_conditional(&self) -> bool {
        self.conditional
    }

    /// Whether a bundle has keys in it, which come and go without the catalogue's
    /// changing.
    pub fn bundles_keys(&self) -> bool {
        self.bundles_keys
    }

    /// An item by its SKU.
    pub fn item(&self, sku: &str) -> Option<&Item> {
        self.by_sku.get(sku).and_then(|id| self.items.get(id))
    }

    /// The items of a group itself, in its order.
    pub fn in_group(&self, group: GroupId) -> impl Iterator<Item = &Item> {
        self.members.get(&group).into_iter().flatten().filter_map(|id| self.items.get(id))
    }

    /// The groups right below a group, or those below none, by number.
    pub fn children(&self, parent: Option<GroupId>) -> impl Iterator<Item = &Group> {
        self.groups.values().filter(move |g| g.parent == parent)
    }

    /// A package by its number.
    pub fn package(&self, id: PackageId) -> Option<&Package> {
        self.packages.iter().find(|p| p.id == id)
    }

    /// A package by its SKU.
    pub fn package_by_sku(&self, sku: &str) -> Option<&Package> {
        self.packages.iter().find(|p| p.sku == sku)
    }
}

/// Adds the languages of texts.
fn speak<'a>(languages: &mut BTreeSet<String>, texts: impl Iterator<Item = &'a Localized>) {
    languages.extend(texts.flat_map(|t| t.0.keys()).map(|locale| language(locale).to_ascii_lowercase()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::localized::Localized;

    #[test]
    fn everything_is_found() {
        let (item, group) = (|n| ItemId::new(n).unwrap(), |n| GroupId::new(n).unwrap());
        let of = |n, parent: Option<i64>| Group {
            id: group(n),
            name: Localized::default(),
            description: Localized::default(),
            enabled: true,
            parent: parent.map(group),
            code: None,
        };
        let named = Item { name: Localized::of("pt-BR", "a"), ..Item::new(item(1), "a") };
        let items = vec![named, Item::new(item(2), "b"), Item::new(item(3), "A")];
        // Item 9 went between two reads; whoever looks does not see it.
        let members = BTreeMap::from([(group(5), vec![item(3), item(9), item(1)])]);
        let groups = vec![of(5, None), of(6, Some(5)), of(7, Some(5))];
        let all = Catalogue::new(4, vec![], groups, items, members, Settings::initial().unwrap(), vec![]);
        let skus = |group| all.in_group(group).map(|i| i.sku.as_str()).collect::<Vec<_>>();
        assert_eq!((skus(group(5)), skus(group(6))), (vec!["A", "a"], vec![]));
        assert_eq!(all.item("b").map(|i| i.id), Some(item(2)));
        assert_eq!(all.item("B"), None);
        assert!(all.speaks("pt") && all.speaks("PT_pt") && !all.speaks("en"));
        let below = |parent| all.children(parent).map(|g| g.id.get()).collect::<Vec<_>>();
        assert_eq!((below(None), below(Some(group(5))), below(Some(group(6)))), (vec![5], vec![6, 7], vec![]));
        assert_eq!((all.package_by_sku("p"), all.package(PackageId::new(1).unwrap())), (None, None));
    }
}
