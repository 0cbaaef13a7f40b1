//! Keys of games.

use super::{Log, Step, at, ours, theirs};
use coinslot_domain::game::Codes;
use coinslot_domain::id::{GameId, KeyId, OrderId};
use coinslot_store::key::{self, Shelf};
use coinslot_store::{StoreError, Tx};

pub(crate) const STEPS: &[Step] = &[Step::Write("keys of games", keys)];

fn keys(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let (game, other) = (GameId::new(1).unwrap(), GameId::new(2).unwrap());
    let steam = Shelf { project: ours(), game, drm: 1 };
    let gog = Shelf { drm: 7, ..steam };
    let id = |n: i64| KeyId::new(n).unwrap();
    let order = |n: i64| OrderId::new(n).unwrap();
    for (shelf, n, code) in [(steam, 1, "A"), (steam, 2, "B"), (steam, 3, "C"), (gog, 4, "A")] {
        assert!(call!(log, key::add(tx, shelf, id(n), code, at(0))));
    }
    assert!(call!(log, key::add(tx, Shelf { project: theirs(), ..steam }, id(5), "A", at(0))));
    assert!(call!(log, key::add(tx, steam, id(1), "A", at(0))), "ours, of a run that was not heard of");
    assert!(!call!(log, key::add(tx, steam, id(6), "A", at(0))), "stored before");
    assert!(!call!(log, key::add(tx, Shelf { game: other, ..steam }, id(7), "A", at(0))), "for any game");

    let left = |total, active, used| Some(Codes { total, active, used });
    assert_eq!(call!(log, key::count(tx, ours(), None)).get(&(game, 1)).copied(), left(3, 3, 0));
    assert!(call!(log, key::reserve(tx, steam, order(1), 2, at(1))));
    assert!(call!(log, key::reserve(tx, steam, order(1), 2, at(2))), "it has them");
    assert!(call!(log, key::reserve(tx, steam, order(2), 1, at(2))));
    assert!(!call!(log, key::reserve(tx, steam, order(3), 1, at(2))), "none is left");
    assert_eq!(call!(log, key::count(tx, ours(), Some(game))).get(&(game, 1)).copied(), left(3, 0, 0));
    assert_eq!(call!(log, key::count(tx, ours(), Some(other))).len(), 0);

    let codes = |handed: Vec<key::Handed>| handed.into_iter().map(|h| h.code).collect::<Vec<_>>();
    assert_eq!(call!(log, key::of_order(tx, ours(), order(1))), [], "not paid yet");
    let handed = call!(log, key::hand_out(tx, ours(), order(1), at(3)));
    assert!(!format!("{handed:?}").contains("\"A\""), "no log shows a key");
    assert_eq!(codes(handed), ["A", "B"]);
    assert_eq!(codes(call!(log, key::hand_out(tx, ours(), order(1), at(4)))), ["A", "B"], "the same again");
    call!(log, key::release(tx, ours(), order(1), at(4)));
    assert_eq!(codes(call!(log, key::of_order(tx, ours(), order(1)))), ["A", "B"], "a player has them");

    call!(log, key::release(tx, ours(), order(2), at(4)));
    assert_eq!(codes(call!(log, key::hand_out(tx, ours(), order(2), at(4)))), [""; 0]);
    assert_eq!(call!(log, key::count(tx, ours(), None)).get(&(game, 1)).copied(), left(3, 1, 2));
    let given = KeyId::new(7001).unwrap();
    let shelf = Shelf { project: ours(), game: GameId::new(77).unwrap(), drm: 1 };
    assert!(call!(log, key::deliver(tx, shelf, order(70), given, "OWN", at(4))), "a key that the game gave");
    assert!(call!(log, key::deliver(tx, shelf, order(70), given, "OWN", at(4))), "the same again");
    let other = KeyId::new(7002).unwrap();
    assert!(!call!(log, key::deliver(tx, shelf, order(71), other, "OWN", at(4))), "somebody has it");
    assert_eq!(codes(call!(log, key::of_order(tx, ours(), order(70)))), ["OWN"]);
    call!(log, key::take_back(tx, ours(), order(1), at(5)));
    assert_eq!(codes(call!(log, key::of_order(tx, ours(), order(1)))), [""; 0]);
    assert!(call!(log, key::reserve(tx, steam, order(4), 1, at(6))));
    assert_eq!(codes(call!(log, key::hand_out(tx, ours(), order(4), at(6)))), ["C"]);
    assert!(!call!(log, key::reserve(tx, steam, order(5), 1, at(6))), "what came back is not sold again");
    assert_eq!(call!(log, key::count(tx, ours(), None)).get(&(game, 1)).copied(), left(3, 0, 3));
    assert!(!call!(log, key::add(tx, steam, id(8), "C", at(7))), "a player has it");
    for _ in 0..2 {
        assert!(call!(log, key::add(tx, steam, id(8), "A", at(7))), "stored again, and once more after a lost answer");
    }
    assert_eq!(call!(log, key::count(tx, ours(), None)).get(&(game, 1)).copied(), left(3, 1, 2));
    assert!(call!(log, key::reserve(tx, steam, order(5), 1, at(8))));
    assert_eq!(codes(call!(log, key::hand_out(tx, ours(), order(5), at(8)))), ["A"]);
    assert_eq!(codes(call!(log, key::of_order(tx, ours(), order(1)))), [""; 0], "it is the other player's now");
    assert!(!call!(log, key::reserve(tx, gog, order(6), 2, at(9))), "one of two");
    Ok(())
}
