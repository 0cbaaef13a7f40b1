//! Carts, and orders that are made before they are paid.

use super::{Log, Step, an_order, at, eur, ours, theirs};
use coinslot_domain::cart::Cart;
use coinslot_domain::id::PaymentId;
use coinslot_domain::order::{Coins, Order, OrderEvent, Placed, Player};
use coinslot_store::{StoreError, Tx, cart, order};

pub(crate) const STEPS: &[Step] = &[
    Step::Write("carts", carts),
    Step::Write("carts that nobody wants", old_carts),
    Step::Write("orders before they are paid", placed),
    Step::Refused("coins that a promotion made dearer", dearer),
];

fn carts(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    assert_eq!(call!(log, cart::known(tx, ours(), "p1", "current")), None);
    assert_eq!(call!(log, cart::find(tx, ours(), "p1", "current")), Cart::empty(ours(), "p1", "current"));
    let held = call!(log, cart::hold(tx, ours(), "p1", "current", at(1)));
    assert_eq!(held, Cart::empty(ours(), "p1", "current"));
    let lines = vec![("b".to_string(), 2), ("a".to_string(), 10_000), ("меч".to_string(), 1)];
    let full = Cart { coupon: Some("SPRING".into()), lines, ..held };
    call!(log, cart::save(tx, &full));
    assert_eq!(call!(log, cart::find(tx, ours(), "p1", "current")), full, "in their order");
    assert_eq!(call!(log, cart::hold(tx, ours(), "p1", "current", at(2))), full);
    assert_eq!(call!(log, cart::hold_known(tx, ours(), "p1", "current", at(2))), Some(full.clone()));
    assert_eq!(call!(log, cart::hold_known(tx, theirs(), "p1", "current", at(2))), None);
    call!(log, cart::hold(tx, ours(), "p1", "early", at(-7200)));
    assert_eq!(call!(log, cart::projects_to_purge(tx, at(-1))), [ours()]);
    call!(log, cart::hold_known(tx, ours(), "p1", "early", at(0)));
    assert_eq!(call!(log, cart::projects_to_purge(tx, at(-1))), [], "it was changed since");
    call!(log, cart::remove(tx, ours(), "p1", "early"));
    let nothing = Cart { lines: vec![("a".to_string(), 0)], ..full.clone() };
    assert!(matches!(cart::save(tx, &nothing), Err(StoreError::Corrupt(_))), "a line of nothing");
    let less = Cart { coupon: None, lines: vec![("a".to_string(), 3)], ..full.clone() };
    call!(log, cart::save(tx, &less));
    assert_eq!(call!(log, cart::known(tx, ours(), "p1", "current")), Some(less.clone()));
    // To others, and elsewhere, it is not there.
    for (project, user, name) in [(theirs(), "p1", "current"), (ours(), "p2", "current"), (ours(), "p1", "other")] {
        assert_eq!(call!(log, cart::known(tx, project, user, name)), None);
    }
    let other = [("a".to_string(), 2)];
    for (project, user, name, lines) in [
        (theirs(), "p1", "current", &less.lines[..]),
        (ours(), "p2", "current", &less.lines),
        (ours(), "p1", "other", &less.lines),
        (ours(), "p1", "current", &other),
    ] {
        assert!(!call!(log, cart::empty(tx, project, user, name, lines)), "{user} {name}");
    }
    call!(log, cart::hold(tx, ours(), "p3", "current", at(50)));
    call!(log, cart::save(tx, &Cart { user: "p3".into(), ..full.clone() }));
    assert!(call!(log, cart::empty(tx, ours(), "p3", "current", &full.lines)));
    assert_eq!(call!(log, cart::known(tx, ours(), "p3", "current")), Some(Cart::empty(ours(), "p3", "current")));
    call!(log, cart::remove(tx, ours(), "p3", "current"));
    call!(log, cart::hold(tx, ours(), "p2", "current", at(50)));
    call!(log, cart::remove(tx, ours(), "p2", "current"));
    assert_eq!(call!(log, cart::known(tx, ours(), "p2", "current")), None);
    assert_eq!(call!(log, cart::known(tx, ours(), "p1", "current")), Some(less));
    Ok(())
}

fn old_carts(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    call!(log, cart::hold(tx, ours(), "p4", "old", at(1)));
    call!(log, cart::hold(tx, theirs(), "p4", "old", at(1)));
    assert_eq!(call!(log, cart::projects_to_purge(tx, at(1))), []);
    let mut old = call!(log, cart::projects_to_purge(tx, at(9)));
    old.sort();
    let mut both = vec![ours(), theirs()];
    both.sort();
    assert_eq!(old, both);
    assert_eq!(call!(log, cart::purge(tx, ours(), at(9), 1)), 1, "no more than asked for");
    assert_eq!(call!(log, cart::purge(tx, ours(), at(9), 9)), 1);
    assert_eq!(call!(log, cart::purge(tx, ours(), at(9), 9)), 0);
    assert!(call!(log, cart::known(tx, theirs(), "p4", "old")).is_some(), "of another project");
    assert_eq!(call!(log, cart::known(tx, ours(), "p1", "current")), None);
    Ok(())
}

fn a_placed(n: i64, price: i64) -> Order {
    let placed = Placed {
        at: at(n),
        until: at(n + 10),
        token_hash: Some(format!("hash {n}")),
        dry_run: true,
        cart: Some("current".into()),
        coins: Some(Coins { price, full_price: 500 }),
    };
    Order { total: eur(0), placed: Some(placed), ..an_order(ours(), 8100 + n) }
}

fn placed(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let [first, second] = [1, 2].map(|n| a_placed(n, 450));
    let bare = Placed { token_hash: None, dry_run: false, cart: None, coins: None, ..second.placed.clone().unwrap() };
    let second = Order { placed: Some(bare), ..second };
    call!(log, order::insert(tx, &second, None, at(2)));
    call!(log, order::insert(tx, &first, None, at(1)));
    assert_eq!(call!(log, order::find(tx, ours(), first.id)), Some(first.clone()));
    assert_eq!(call!(log, order::find(tx, ours(), second.id)), Some(second.clone()));
    let all = (at(0), at(99));
    let found = call!(log, order::placed_between(tx, ours(), all, 9, 0));
    assert_eq!(found, (2, vec![first.clone(), second.clone()]), "oldest first");
    assert_eq!(call!(log, order::placed_between(tx, ours(), all, 1, 1)), (2, vec![second.clone()]));
    assert_eq!(call!(log, order::placed_between(tx, ours(), (at(1), at(2)), 9, 0)), (1, vec![first.clone()]));
    assert_eq!(call!(log, order::placed_between(tx, theirs(), all, 9, 0)), (0, vec![]));
    let user = &first.player.id;
    let recent = call!(log, order::recent_of_player(tx, ours(), user, at(0), 9));
    assert!(recent.contains(&first.id) && recent.is_sorted_by(|a, b| a > b), "the newest first");
    assert_eq!(call!(log, order::recent_of_player(tx, ours(), user, at(99), 9)), []);
    assert_eq!(call!(log, order::recent_of_player(tx, theirs(), user, at(0), 9)), []);
    let told = Player {
        email: Some("p@example.com".into()),
        zip: Some("10115".into()),
        name: Some("Pia".into()),
        phone: Some("4930123456".into()),
        ..first.player.clone()
    };
    let told = Order { player: told, ..first.clone() };
    call!(log, order::set_player(tx, &told, PaymentId::new(1).unwrap()));
    assert_eq!(call!(log, order::find(tx, ours(), first.id)), Some(told.clone()));
    let paid = call!(log, order::advance(tx, told, OrderEvent::Paid)).unwrap();
    call!(log, order::set_player(tx, &first, PaymentId::new(1).unwrap()));
    assert_eq!(call!(log, order::find(tx, ours(), first.id)), Some(paid), "what is paid stays as it is");
    Ok(())
}

fn dearer(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    call!(log, order::insert(tx, &a_placed(3, 501), None, at(3)));
    Ok(())
}
