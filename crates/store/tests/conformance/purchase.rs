//! What of a catalogue was ordered, and limits.

use super::{Log, Step, an_order, at, eur, ours, theirs};
use coinslot_domain::id::{ItemId, PromotionId};
use coinslot_domain::order::Order;
use coinslot_domain::purchase::{Line, LineKind};
use coinslot_store::{StoreError, Tx, order, purchase};

pub(crate) const STEPS: &[Step] = &[
    Step::Write("orders with lines", lines),
    Step::Refused("a line of nothing", line_of_nothing),
    Step::Write("limits", limits),
];

fn line(kind: LineKind) -> Line {
    Line {
        kind,
        reference: Some(77),
        sku: "sword".into(),
        name: "Меч".into(),
        quantity: 2,
        detail: None,
        price: eur(900),
        full_price: eur(1000),
        promotion: PromotionId::new(5),
        bundle: None,
    }
}

fn an_order_of(lines: Vec<Line>, n: i64) -> Order {
    Order { lines, ..an_order(ours(), n) }
}

fn lines(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let amount = Line { reference: None, sku: String::new(), promotion: None, ..line(LineKind::VirtualCurrency) };
    let key = Line { detail: Some("steam".into()), ..line(LineKind::Key) };
    let bundle = Line { promotion: None, ..line(LineKind::Bundle) };
    let inside = Line { price: eur(0), full_price: eur(0), bundle: ItemId::new(77), ..line(LineKind::Item) };
    let order = an_order_of(vec![line(LineKind::Item), amount, key, bundle, inside], 8001);
    call!(log, order::insert(tx, &order, None, at(1)));
    assert_eq!(call!(log, order::find(tx, ours(), order.id)), Some(order.clone()), "in their order");
    assert_eq!(call!(log, order::find(tx, theirs(), order.id)), None);
    Ok(())
}

fn line_of_nothing(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    call!(log, order::insert(tx, &an_order_of(vec![Line { quantity: 0, ..line(LineKind::Item) }], 8002), None, at(1)));
    Ok(())
}

fn limits(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let [sword, shield] = [1, 2].map(|n| ItemId::new(n).unwrap());
    assert!(!call!(log, purchase::count(tx, ours(), "p1", sword, 4, Some(3))), "a first purchase over the limit");
    assert!(call!(log, purchase::count(tx, ours(), "p1", sword, 2, Some(3))));
    assert!(!call!(log, purchase::count(tx, ours(), "p1", sword, 2, Some(3))));
    assert!(call!(log, purchase::count(tx, ours(), "p1", sword, 1, Some(3))));
    assert!(!call!(log, purchase::count(tx, ours(), "p1", sword, 1, Some(3))));
    assert!(call!(log, purchase::count(tx, ours(), "p2", sword, 3, Some(3))), "another player");
    assert!(call!(log, purchase::count(tx, theirs(), "p1", sword, 3, Some(3))), "another project");
    assert!(call!(log, purchase::count(tx, ours(), "p1", shield, 1000, None)));
    call!(log, purchase::uncount(tx, ours(), "p1", sword, 1));
    assert!(call!(log, purchase::count(tx, ours(), "p1", sword, 1, Some(3))), "what was given back");
    call!(log, purchase::uncount(tx, ours(), "p1", sword, 9));
    let all = call!(log, purchase::of_player(tx, ours(), "p1"));
    assert_eq!(all, [(sword, 3), (shield, 1000)].into());
    Ok(())
}
