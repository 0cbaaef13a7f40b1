//! Openings of lootboxes: what came out, and everything that it came from, so
//! that anybody can find it again.

use crate::id::{DrawId, ItemId, ProjectId};
use crate::item::Item;
use crate::lootbox::{Drawn, Prize, Slot, Table};
use crate::time::Time;

/// An opening of a lootbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draw {
    /// The project.
    pub project: ProjectId,
    /// Its number.
    pub id: DrawId,
    /// The player.
    pub user: String,
    /// Counts the player's openings, from 1.
    pub nonce: i64,
    /// The lootbox.
    pub lootbox: ItemId,
    /// The version of the table that was drawn from.
    pub version: i64,
    /// What the server chose before it knew the client's seed: 32 bytes in
    /// lower-case hexadecimal.
    pub server_seed: String,
    /// What the client chose before it knew the server's seed.
    pub client_seed: String,
    /// When.
    pub at: Time,
    /// What came out of each slot, in the order of the table.
    pub outcomes: Vec<Outcome>,
}

/// What came out of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing: the player had drawn all of its prizes as often as allowed.
    Nothing,
    /// The prize at this place.
    Prize(usize),
    /// The prize at this place, which the player has and can have only once;
    /// instead so many hundredths of a unit of virtual currency.
    Duplicate(usize, i64),
}

impl Outcome {
    /// The place of the entry that was drawn.
    pub fn place(self) -> Option<usize> {
        match self {
            Outcome::Nothing => None,
            Outcome::Prize(place) | Outcome::Duplicate(place, _) => Some(place),
        }
    }
}

/// What becomes of the prize at `place` of a slot, which is `item`, of which the
/// player has `owned`.
pub fn outcome(slot: &Slot, place: usize, item: &Item, owned: i64, discrete: bool) -> Outcome {
    if item.once_only() && owned > 0 {
        Outcome::Duplicate(place, slot.compensation(item.vc_price, discrete))
    } else {
        Outcome::Prize(place)
    }
}

/// The weights that each slot of a table had when these places were drawn, one
/// after the other, by a player who had drawn `drawn` before.
pub fn weights(table: &Table, mut drawn: Drawn, places: &[Option<usize>]) -> Vec<Vec<u32>> {
    let places = places.iter().copied().chain(std::iter::repeat(None));
    let each = |(slot, place): (&Slot, Option<usize>)| {
        let weights = table.weights(slot, &drawn);
        if let Some(Prize::Item(item, _)) = place.and_then(|p| slot.entries.get(p)).map(|e| &e.prize) {
            *drawn.entry(*item).or_insert(0) += 1;
        }
        weights
    };
    table.slots.iter().zip(places).map(each).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SlotId;
    use crate::item::Kind;
    use crate::lootbox::{Entry, Limit, Limited};
    use crate::money::BasisPoints;

    fn item(n: i64) -> ItemId {
        ItemId::new(n).unwrap()
    }

    fn slot() -> Slot {
        let entries = [(1, 3000), (2, 7000)]
            .map(|(n, rate)| Entry { prize: Prize::Item(item(n), 1), rate: BasisPoints(rate) })
            .to_vec();
        Slot { id: SlotId::new(1).unwrap(), entries, duplicate_percent: 50, duplicate_value: 0 }
    }

    #[test]
    fn only_what_can_be_had_once_is_a_duplicate() {
        let crown = Item { kind: Kind::Permanent, vc_price: Some(1100), ..Item::new(item(1), "crown") };
        assert_eq!(outcome(&slot(), 0, &crown, 0, true), Outcome::Prize(0));
        assert_eq!(outcome(&slot(), 0, &crown, 1, true), Outcome::Duplicate(0, 500), "whole units");
        assert_eq!(outcome(&slot(), 0, &crown, 1, false), Outcome::Duplicate(0, 550));
        let sword = Item { kind: Kind::Consumable, ..crown };
        assert_eq!(outcome(&slot(), 1, &sword, 9, true), Outcome::Prize(1));
        assert_eq!([Outcome::Nothing, Outcome::Duplicate(1, 5)].map(Outcome::place), [None, Some(1)]);
    }

    #[test]
    fn earlier_slots_count() {
        let limits = vec![Limit { of: Limited::Item(item(1)), most: 2 }];
        let table = Table { version: 1, slots: vec![slot(), slot(), slot()], limits };
        let before = Drawn::from([(item(1), 1)]);
        let found = weights(&table, before.clone(), &[Some(0), Some(1), Some(1)]);
        assert_eq!(found, [[3000, 7000], [0, 7000], [0, 7000]]);
        assert_eq!(weights(&table, before, &[]), [[3000, 7000]; 3], "as long as nothing is drawn");
    }
}
