//! Subscription products.

use super::{Log, Step, at, ours};
use coinslot_domain::id::ProductId;
use coinslot_domain::product::Product;
use coinslot_store::{StoreError, Tx, product};

pub(crate) const STEPS: &[Step] = &[Step::Write("products", products)];

pub(crate) fn product(n: i64, group: &str) -> Product {
    let id = ProductId::new(n).unwrap();
    Product { project: ours(), id, name: format!("Product {n}"), group: group.into(), deleted_at: None }
}

fn products(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let (a, b) = (product(921, "x"), product(922, "y"));
    call!(log, product::insert(tx, &a, at(0)));
    call!(log, product::insert(tx, &b, at(0)));
    assert_eq!(call!(log, product::list(tx, ours(), Some("x"), None, 0, 10)), std::slice::from_ref(&a));
    assert_eq!(call!(log, product::list(tx, ours(), None, Some(b.id), 0, 10)), std::slice::from_ref(&b));
    assert_eq!(call!(log, product::list(tx, ours(), Some("x"), Some(b.id), 0, 10)), []);
    let moved = Product { group: "y".into(), ..a.clone() };
    assert!(call!(log, product::update(tx, &moved)));
    assert_eq!(call!(log, product::list(tx, ours(), Some("y"), None, 1, 1)), std::slice::from_ref(&b));
    assert!(call!(log, product::delete(tx, ours(), a.id, at(3))));
    assert!(!call!(log, product::delete(tx, ours(), a.id, at(4))));
    assert!(!call!(log, product::update(tx, &moved)));
    assert_eq!(call!(log, product::find(tx, ours(), a.id)), Some(Product { deleted_at: Some(at(3)), ..moved }));
    Ok(())
}
