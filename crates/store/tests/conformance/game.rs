//! Games sold by key.

use super::{Log, Step, ours, theirs};
use coinslot_domain::decimal::Decimal;
use coinslot_domain::game::{Edition, Game};
use coinslot_domain::id::{GameId, ProjectId};
use coinslot_domain::localized::Localized;
use coinslot_domain::money::Currency;
use coinslot_domain::time::Time;
use coinslot_store::{StoreError, Tx, game};
use std::collections::BTreeMap;

pub(crate) const STEPS: &[Step] = &[Step::Write("games", games)];

pub(crate) fn a_game(project: ProjectId, n: i64) -> Game {
    let prices = BTreeMap::from([("EUR", Decimal::parse("19.999").unwrap()), ("USD", Decimal::ZERO)]);
    let steam = Edition { enabled: true, image: Some("i".into()), platforms: vec![1, 3], prices };
    Game {
        project,
        id: GameId::new(n).unwrap(),
        sku: format!("game-{n}"),
        names: Localized::of("en", "Quest"),
        descriptions: Localized::default(),
        long_descriptions: Localized::of("de", "Lang"),
        default_currency: Currency::from_code("EUR"),
        release_date: Some(Time(-1)),
        facts: BTreeMap::from([("genre", "RPG".to_string())]),
        editions: BTreeMap::from([(1, steam), (7, Edition::default())]),
        tips: true,
        codes_from_api: false,
        codes_from_store: true,
        delivery: Some("{}".into()),
        files: None,
    }
}

fn games(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let (first, second) = (a_game(ours(), 1), a_game(ours(), 2));
    for game in [&first, &second, &a_game(theirs(), 1)] {
        assert!(call!(log, game::put(tx, game)));
    }
    assert_eq!(call!(log, game::find(tx, ours(), first.id)), Some(first.clone()));
    assert_eq!(call!(log, game::find(tx, theirs(), second.id)), None);
    assert_eq!(call!(log, game::of_sku(tx, ours(), "game-2")), Some(second.id));
    assert_eq!(call!(log, game::of_sku(tx, ours(), "GAME-2")), None);
    let taken = Game { sku: "game-1".into(), ..second.clone() };
    assert!(!call!(log, game::put(tx, &taken)), "another game has the SKU");
    assert_eq!(call!(log, game::find(tx, ours(), second.id)), Some(second.clone()));
    let bare = Game {
        sku: "renamed".into(),
        default_currency: None,
        release_date: None,
        facts: BTreeMap::new(),
        editions: BTreeMap::new(),
        delivery: None,
        ..first
    };
    assert!(call!(log, game::put(tx, &bare)));
    assert_eq!(call!(log, game::list(tx, ours(), 0, 9)), [bare.clone(), second.clone()]);
    assert_eq!(call!(log, game::list(tx, ours(), 1, 9)), [second]);
    assert_eq!(call!(log, game::list(tx, ours(), 0, 1)), [bare]);
    Ok(())
}
