//! The catalogue: attributes, groups, items, lootboxes, virtual currency.

use super::{Log, Step, ours, theirs};
use coinslot_domain::attribute::{self as player, Action, Attribute, Condition, Operation, Value, Values};
use coinslot_domain::decimal::Decimal;
use coinslot_domain::group::Group;
use coinslot_domain::id::{AttributeId, ConditionId, GameId, GroupId, ItemId, PackageId, SlotId};
use coinslot_domain::item::{Advertisement, Content, Item, Kind, Part};
use coinslot_domain::localized::Localized;
use coinslot_domain::lootbox::{Class, Entry, Limit, Limited, Lootbox, Prize, Slot, Table};
use coinslot_domain::money::{BasisPoints, Currency};
use coinslot_domain::virtual_currency::{Package, Settings};
use coinslot_store::item::Sold;
use coinslot_store::{StoreError, Tx, attribute, catalogue, group, item, lootbox, virtual_currency};

pub(crate) const STEPS: &[Step] = &[
    Step::Write("versions of a catalogue", versions),
    Step::Write("attributes of players", attributes),
    Step::Refused("an attribute's key twice", key_twice),
    Step::Write("groups of items", groups),
    Step::Write("items", items),
    Step::Refused("an SKU twice", sku_twice),
    Step::Write("items go", items_go),
    Step::Write("lootboxes", lootboxes),
    Step::Write("bundles", bundles),
    Step::Write("settings of virtual currency", settings),
    Step::Write("packages of virtual currency", packages),
    Step::Refused("a package's SKU twice", package_sku_twice),
];

fn item_id(n: i64) -> ItemId {
    ItemId::new(n).unwrap()
}

fn group_id(n: i64) -> GroupId {
    GroupId::new(n).unwrap()
}

fn currency(code: &str) -> Currency {
    Currency::from_code(code).unwrap()
}

fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn versions(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    assert_eq!(call!(log, catalogue::version(tx, ours())), 0);
    assert_eq!(call!(log, catalogue::advance(tx, ours())), 1);
    assert_eq!(call!(log, catalogue::advance(tx, ours())), 2);
    assert_eq!(call!(log, catalogue::version(tx, ours())), 2);
    assert_eq!(call!(log, catalogue::version(tx, theirs())), 0);
    assert_eq!(call!(log, catalogue::version_seen(tx, ours())), 2);
    assert_eq!(call!(log, catalogue::version_seen(tx, theirs())), 0);
    Ok(())
}

fn an_attribute(n: i64, key: &str) -> Attribute {
    Attribute {
        id: AttributeId::new(n).unwrap(),
        key: key.into(),
        name: Localized::of("en", key),
        kind: player::Kind::Int,
        values: vec![],
        visible: true,
        skip_absent: false,
    }
}

fn attributes(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let level = an_attribute(2, "level");
    let class = Attribute {
        kind: player::Kind::Enum,
        values: ["war", "magic"].map(String::from).to_vec(),
        visible: false,
        skip_absent: true,
        ..an_attribute(1, "class")
    };
    for a in [&level, &class] {
        call!(log, attribute::save(tx, ours(), a));
    }
    call!(log, attribute::save(tx, theirs(), &an_attribute(9, "level")));
    assert_eq!(call!(log, attribute::all(tx, ours())), [class.clone(), level.clone()]);
    assert_eq!(call!(log, attribute::find(tx, ours(), level.id)), Some(level.clone()));
    assert_eq!(call!(log, attribute::find(tx, theirs(), level.id)), None);
    let class = Attribute { key: "kind".into(), values: vec!["one".into()], name: Localized::default(), ..class };
    call!(log, attribute::save(tx, ours(), &class));
    assert_eq!(call!(log, attribute::find(tx, ours(), class.id)), Some(class.clone()));
    assert!(call!(log, attribute::delete(tx, ours(), class.id)));
    assert!(!call!(log, attribute::delete(tx, ours(), class.id)));
    assert_eq!(call!(log, attribute::all(tx, ours())), [level]);

    let said = |pairs: &[(&str, Value)]| pairs.iter().map(|(k, v)| (k.to_string(), v.clone())).collect::<Values>();
    assert_eq!(call!(log, attribute::values_of(tx, ours(), "nova")), Values::new());
    let first = said(&[("level", Value::Int(7)), ("class", Value::Text("magic".into()))]);
    call!(log, attribute::set_values(tx, ours(), "nova", &first));
    call!(log, attribute::set_values(tx, ours(), "nova", &said(&[("level", Value::Text("8".into()))])));
    call!(log, attribute::set_values(tx, theirs(), "nova", &said(&[("level", Value::Int(1))])));
    let known = said(&[("level", Value::Text("8".into())), ("class", Value::Text("magic".into()))]);
    assert_eq!(call!(log, attribute::values_of(tx, ours(), "nova")), known);
    Ok(())
}

fn key_twice(tx: &mut Tx<'_>, _: &mut Log) -> Result<(), StoreError> {
    attribute::save(tx, ours(), &an_attribute(3, "level"))
}

fn a_group(n: i64, parent: Option<i64>) -> Group {
    Group {
        id: group_id(n),
        name: Localized::of("en", "Tanks"),
        description: Localized::of("en", "Heavy"),
        enabled: true,
        parent: parent.map(group_id),
        code: Some("21".into()),
    }
}

fn groups(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let tree = [a_group(1, None), a_group(2, Some(1)), a_group(3, Some(2)), a_group(4, Some(2))];
    for g in &tree {
        call!(log, group::save(tx, ours(), g));
    }
    call!(log, group::save(tx, theirs(), &a_group(1, None)));
    assert_eq!(call!(log, group::all(tx, ours())), tree);
    assert_eq!(call!(log, group::find(tx, ours(), group_id(2))).as_ref(), Some(&tree[1]));
    assert_eq!(call!(log, group::find(tx, theirs(), group_id(2))), None);
    let changed = Group { code: None, enabled: false, description: Localized::default(), ..a_group(4, None) };
    call!(log, group::save(tx, ours(), &changed));
    assert_eq!(call!(log, group::find(tx, ours(), group_id(4))), Some(changed));

    for (item, groups) in [(11, &[1, 2][..]), (12, &[1, 3]), (13, &[1])] {
        let groups: Vec<GroupId> = groups.iter().copied().map(group_id).collect();
        call!(log, group::put(tx, ours(), item_id(item), &groups));
    }
    let members = |ids: &[i64]| ids.iter().copied().map(item_id).collect::<Vec<_>>();
    assert_eq!(call!(log, group::members(tx, ours(), group_id(1))), members(&[11, 12, 13]));
    call!(log, group::sort(tx, ours(), group_id(1), &members(&[13, 11, 12])));
    call!(log, group::put(tx, ours(), item_id(11), &[group_id(1), group_id(4)]));
    call!(log, group::put(tx, ours(), item_id(14), &[group_id(1)]));
    assert_eq!(call!(log, group::members(tx, ours(), group_id(1))), members(&[13, 11, 12, 14]), "places are kept");
    assert_eq!(call!(log, group::members(tx, theirs(), group_id(1))), []);
    let all = call!(log, group::all_members(tx, ours()));
    assert_eq!(all[&group_id(4)], members(&[11]));
    assert!(!all.contains_key(&group_id(2)));
    let counts = call!(log, group::counts(tx, ours()));
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), [(group_id(1), 4), (group_id(3), 1), (group_id(4), 1)]);

    call!(log, group::delete(tx, ours(), &tree[1]));
    let left: Vec<_> = call!(log, group::all(tx, ours())).into_iter().map(|g| (g.id.get(), g.parent)).collect();
    assert_eq!(left, [(1, None), (3, Some(group_id(1))), (4, None)], "children move up");
    call!(log, group::delete(tx, ours(), &a_group(3, Some(1))));
    assert_eq!(call!(log, group::members(tx, ours(), group_id(3))), []);
    for item in [11, 12, 13, 14] {
        call!(log, group::put(tx, ours(), item_id(item), &[]));
    }
    Ok(())
}

fn an_item(n: i64, sku: &str) -> Item {
    let texts = |text: &str| Localized([("en", text), ("de", text)].map(|(l, t)| (l.into(), t.into())).into());
    Item {
        code: Some("tank".into()),
        kind: Kind::Expiration,
        name: texts("T-34"),
        description: texts("Medium"),
        long_description: texts("A beast"),
        prices: [("USD", "40.09"), ("KWD", "0.123456789")].map(|(c, p)| (currency(c), decimal(p))).into(),
        default_currency: Some(currency("USD")),
        vc_price: Some(1_200),
        enabled: false,
        permanent: true,
        expiration: Some(1_296_000),
        image_url: Some("//img.example/1.jpg".into()),
        groups: vec![group_id(1), group_id(4)],
        conditions: vec![
            Condition {
                id: ConditionId::new(n + 100).unwrap(),
                key: "level".into(),
                operation: Operation::Between,
                operands: vec![Value::Int(1), Value::Text("9".into())],
                action: Action::Block,
            },
            Condition {
                id: ConditionId::new(n + 101).unwrap(),
                key: "class".into(),
                operation: Operation::Equal,
                operands: vec![Value::Text("magic".into())],
                action: Action::Hide,
            },
        ],
        purchase_limit: Some(3),
        keywords: [("en".to_string(), vec!["b".to_string(), "a".to_string()])].into(),
        advertisement: Some(Advertisement::BestDeal),
        ..Item::new(item_id(n), sku)
    }
}

fn items(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let [tank, plain] = [an_item(21, "tank"), Item::new(item_id(22), "Tank")];
    for i in [&plain, &tank] {
        call!(log, item::save(tx, ours(), i));
    }
    call!(log, item::save(tx, theirs(), &Item::new(item_id(21), "tank")));
    assert_eq!(call!(log, item::find(tx, ours(), tank.id)), Some(tank.clone()));
    assert_eq!(call!(log, item::by_sku(tx, ours(), "Tank")), Some(plain.clone()), "upper and lower case are apart");
    assert_eq!(call!(log, item::id_of(tx, ours(), "tank")), Some(tank.id));
    assert_eq!(call!(log, item::id_of(tx, ours(), "TANK")), None);
    assert_eq!(call!(log, item::by_sku(tx, theirs(), "Tank")), None);
    assert_eq!(call!(log, item::all(tx, ours())), [tank.clone(), plain]);
    let changed = Item {
        prices: [(currency("EUR"), Decimal::ZERO)].into(),
        default_currency: None,
        vc_price: None,
        groups: vec![group_id(4)],
        conditions: tank.conditions[1..].to_vec(),
        keywords: [("fr".to_string(), vec!["char".to_string()])].into(),
        advertisement: None,
        ..tank
    };
    call!(log, item::save(tx, ours(), &changed));
    assert_eq!(call!(log, item::find(tx, ours(), changed.id)), Some(changed));
    Ok(())
}

fn sku_twice(tx: &mut Tx<'_>, _: &mut Log) -> Result<(), StoreError> {
    item::save(tx, ours(), &Item::new(item_id(23), "tank"))
}

fn items_go(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    assert!(call!(log, item::delete(tx, ours(), item_id(21))));
    assert!(!call!(log, item::delete(tx, ours(), item_id(21))));
    let gone = call!(log, item::find(tx, ours(), item_id(21))).unwrap();
    assert!(gone.deleted && gone.groups.is_empty());
    assert_eq!(call!(log, item::id_of(tx, ours(), "tank")), None);
    assert!(!call!(log, item::exists(tx, ours(), item_id(21))));
    assert!(call!(log, item::exists(tx, ours(), item_id(22))));
    assert!(!call!(log, item::exists(tx, theirs(), item_id(22))));
    let again = an_item(24, "tank");
    call!(log, item::save(tx, ours(), &again));
    assert_eq!(call!(log, item::id_of(tx, ours(), "tank")), Some(again.id), "the SKU was free again");
    for (n, price) in [(25, None), (26, Some(100))] {
        call!(log, item::save(tx, ours(), &Item { vc_price: price, ..Item::new(item_id(n), &format!("i{n}")) }));
    }
    let mut page = |sold, limit, offset| -> Result<Vec<i64>, StoreError> {
        Ok(call!(log, item::page(tx, ours(), sold, limit, offset)).iter().map(|i| i.id.get()).collect())
    };
    assert_eq!(page(Sold::Any, 9, 0)?, [22, 24, 25, 26]);
    assert_eq!(page(Sold::Any, 2, 1)?, [24, 25]);
    assert_eq!(page(Sold::ForVirtualCurrency, 9, 0)?, [24, 26], "what lies between is left out");
    assert_eq!(page(Sold::ForMoney, 9, 0)?, [24]);
    assert_eq!(page(Sold::Any, 9, 4)?, [0; 0]);
    Ok(())
}

fn a_table(version: i64, first: i64) -> Table {
    let entry = |prize, rate| Entry { prize, rate: BasisPoints(rate) };
    let class = Class { kind: 1, value: "rare".into() };
    let slot =
        |n, entries| Slot { id: SlotId::new(n).unwrap(), entries, duplicate_percent: 10, duplicate_value: 5_000 };
    Table {
        version,
        slots: vec![
            slot(1, vec![entry(Prize::Item(item_id(first), 10), 7_000), entry(Prize::Currency(150), 3_000)]),
            slot(2, vec![entry(Prize::Attribute(class.clone()), 10_000)]),
        ],
        limits: vec![
            Limit { of: Limited::Item(item_id(first)), most: 5 },
            Limit { of: Limited::Class(class), most: 6 },
        ],
    }
}

fn bundles(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let of = |part, quantity| Content { part, quantity };
    let game = GameId::new(3).unwrap();
    let content = vec![of(Part::Item(item_id(24)), 2), of(Part::Currency, 500), of(Part::Key(game, 1), 1)];
    let made = Item { kind: Kind::Bundle, hidden: true, content, ..Item::new(item_id(28), "starter") };
    call!(log, item::save(tx, ours(), &made));
    assert_eq!(call!(log, item::find(tx, ours(), made.id)), Some(made.clone()));
    assert_eq!(call!(log, item::find(tx, theirs(), made.id)), None);
    let other = Item { hidden: false, content: made.content[1..].to_vec(), ..made };
    call!(log, item::save(tx, ours(), &other));
    assert_eq!(call!(log, item::by_sku(tx, ours(), "starter")), Some(other.clone()), "in place of what it had");
    call!(log, item::delete(tx, ours(), other.id));
    Ok(())
}

fn lootboxes(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let of_item = Item { kind: Kind::Lootbox, ..Item::new(item_id(27), "box") };
    call!(log, item::save(tx, ours(), &of_item));
    assert_eq!(call!(log, lootbox::find(tx, ours(), of_item.id)), None);
    let first = Lootbox { item: of_item.id, key: Some(item_id(25)), opening_price: 300, table: a_table(1, 24) };
    call!(log, lootbox::save(tx, ours(), &first));
    assert_eq!(call!(log, lootbox::find(tx, ours(), of_item.id)), Some(first.clone()));
    let needing = |ids: &[i64]| ids.iter().map(|n| item_id(*n)).collect::<Vec<_>>();
    for id in needing(&[24, 25]) {
        assert_eq!(call!(log, lootbox::needing(tx, ours(), id)), ["box"]);
    }
    // A table that was kept once does not change any more.
    call!(log, lootbox::save(tx, ours(), &Lootbox { table: a_table(1, 22), ..first.clone() }));
    assert_eq!(call!(log, lootbox::find(tx, ours(), of_item.id)), Some(first.clone()));
    let second = Lootbox { key: None, opening_price: 0, table: a_table(2, 22), ..first.clone() };
    call!(log, lootbox::save(tx, ours(), &second));
    assert_eq!(call!(log, lootbox::find(tx, ours(), of_item.id)), Some(second));
    assert_eq!(call!(log, lootbox::table(tx, ours(), of_item.id, 1)), first.table, "draws can still be checked");
    assert_eq!(call!(log, lootbox::table(tx, theirs(), of_item.id, 1)).slots, []);
    for id in needing(&[24, 25, 27]) {
        assert_eq!(call!(log, lootbox::needing(tx, ours(), id)), [""; 0], "older tables need nothing");
    }
    assert_eq!(call!(log, lootbox::needing(tx, ours(), item_id(22))), ["box"]);
    assert_eq!(call!(log, lootbox::needing(tx, theirs(), item_id(22))), [""; 0]);
    call!(log, item::delete(tx, ours(), of_item.id));
    assert_eq!(call!(log, lootbox::needing(tx, ours(), item_id(22))), [""; 0], "nor do deleted ones");
    Ok(())
}

fn settings(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let initial = Settings::initial().unwrap();
    assert_eq!(call!(log, virtual_currency::settings(tx, ours())), initial);
    let kept = Settings {
        name: Localized::of("fr", "Pièces"),
        base: [("USD", "0.04"), ("EUR", "0.03")].map(|(c, p)| (currency(c), decimal(p))).into(),
        default_currency: currency("EUR"),
        min: decimal("0.01"),
        max: decimal("100.2"),
        discrete: false,
        any_amount: false,
        kind: "standard".into(),
    };
    for settings in [&initial, &kept] {
        call!(log, virtual_currency::save(tx, ours(), settings));
    }
    assert_eq!(call!(log, virtual_currency::settings(tx, ours())), kept);
    assert_eq!(call!(log, virtual_currency::settings(tx, theirs())), initial);
    Ok(())
}

fn a_package(n: i64, code: &str, sku: &str) -> Package {
    Package {
        id: PackageId::new(n).unwrap(),
        currency: currency(code),
        sku: sku.into(),
        amount: 10_050,
        price: decimal("9.99"),
        image_url: Some("https://img.example/1.png".into()),
        description: Localized::of("en", "Chest"),
        label: Localized::of("en", "New"),
        bonus: BasisPoints(1_250),
        advertisement: Some(Advertisement::Recommended),
        enabled: true,
    }
}

fn packages(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let [two, one, three] = [a_package(2, "USD", "b"), a_package(1, "USD", "a"), a_package(3, "EUR", "c")];
    call!(log, virtual_currency::set_packages(tx, ours(), &[two.clone(), one.clone(), three.clone()]));
    call!(log, virtual_currency::set_packages(tx, theirs(), &[a_package(2, "USD", "a")]));
    assert_eq!(call!(log, virtual_currency::packages(tx, ours())), [three.clone(), two, one]);
    let plain = Package {
        image_url: None,
        description: Localized::default(),
        label: Localized::default(),
        advertisement: None,
        enabled: false,
        ..three
    };
    call!(log, virtual_currency::set_packages(tx, ours(), std::slice::from_ref(&plain)));
    assert_eq!(call!(log, virtual_currency::packages(tx, ours())), [plain]);
    Ok(())
}

fn package_sku_twice(tx: &mut Tx<'_>, _: &mut Log) -> Result<(), StoreError> {
    virtual_currency::set_packages(tx, ours(), &[a_package(5, "USD", "d"), a_package(6, "EUR", "d")])
}
