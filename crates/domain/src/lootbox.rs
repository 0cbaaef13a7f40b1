//! Lootboxes: what is in them, with which chances, and what a draw yields.
//!
//! Chances are whole basis points, and a draw is a pure function of random
//! bytes: whoever knows the table, what the player drew before and the bytes
//! finds the same prizes again.

use crate::id::{ItemId, SlotId};
use crate::money::BasisPoints;
use crate::virtual_currency::part;
use std::collections::{BTreeMap, BTreeSet};

/// What the chances of a slot sum to: 100 %.
pub const WHOLE: i64 = 10_000;

/// What may lie in a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prize {
    /// So many of an item.
    Item(ItemId, i64),
    /// Hundredths of a unit of virtual currency.
    Currency(i64),
    /// Any item of a class. Items have no classes in this API, so it is kept for
    /// the client and never drawn.
    Attribute(Class),
}

/// A class of items, as the client names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    /// Which of the game's classifications.
    pub kind: i64,
    /// Which class of it.
    pub value: String,
}

/// A prize and its chance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The prize.
    pub prize: Prize,
    /// Its chance.
    pub rate: BasisPoints,
}

/// Of a slot one prize is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// `id` on the wire.
    pub id: SlotId,
    /// What may be drawn.
    pub entries: Vec<Entry>,
    /// What a player gets instead of an item that can be had only once and is
    /// there already: a share of its price in virtual currency, in percent.
    pub duplicate_percent: i64,
    /// Or an amount in hundredths of a unit, which counts if it is not zero.
    pub duplicate_value: i64,
}

impl Slot {
    /// What a player gets instead of an item that costs `vc_price` hundredths of
    /// a unit, in hundredths.
    pub fn compensation(&self, vc_price: Option<i64>, discrete: bool) -> i64 {
        match self.duplicate_value {
            0 => part(vc_price.unwrap_or(0), self.duplicate_percent, 100, discrete),
            value => value,
        }
    }
}

/// How often a player may draw a prize from a lootbox, ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Which prize.
    pub of: Limited,
    /// How often.
    pub most: i64,
}

/// What a limit is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limited {
    /// An item.
    Item(ItemId),
    /// A class of items.
    Class(Class),
}

/// What is in a lootbox. A table never changes: another one has another version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// From 1, one more with each change.
    pub version: i64,
    /// What is drawn, in this order.
    pub slots: Vec<Slot>,
    /// What is drawn only so often.
    pub limits: Vec<Limit>,
}

/// A lootbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lootbox {
    /// The item that it is.
    pub item: ItemId,
    /// An item that is used up by opening it.
    pub key: Option<ItemId>,
    /// What opening it costs in virtual currency, in hundredths of a unit.
    pub opening_price: i64,
    /// What is in it now.
    pub table: Table,
}

/// What is wrong with a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotFault {
    /// Nothing lies in it.
    Empty,
    /// Its chances sum to this, and not to [`WHOLE`].
    Sum(i64),
}

impl std::fmt::Display for SlotFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SlotFault::Empty => f.write_str("has no prizes"),
            SlotFault::Sum(sum) => {
                write!(f, "the drop rates sum to {}.{:02}, not 100.00", sum / 100, sum % 100)
            }
        }
    }
}

/// The random bytes ended before a draw was decided; with a few bytes to spare
/// for each slot that practically never happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfBytes;

/// How often a player drew each item from a lootbox.
pub type Drawn = BTreeMap<ItemId, i64>;

impl Table {
    /// What is wrong with its slots, by their place.
    pub fn faults(&self) -> Vec<(usize, SlotFault)> {
        let fault = |slot: &Slot| match slot.entries.iter().map(|e| e.rate.0).sum() {
            _ if slot.entries.is_empty() => Some(SlotFault::Empty),
            WHOLE => None,
            sum => Some(SlotFault::Sum(sum)),
        };
        self.slots.iter().enumerate().filter_map(|(i, slot)| Some((i, fault(slot)?))).collect()
    }

    /// The prizes that there may be limits on.
    pub fn limitable(&self) -> BTreeSet<Limited> {
        let limited = |e: &Entry| match &e.prize {
            Prize::Item(item, _) => Some(Limited::Item(*item)),
            Prize::Attribute(class) => Some(Limited::Class(class.clone())),
            Prize::Currency(_) => None,
        };
        self.slots.iter().flat_map(|s| &s.entries).filter_map(limited).collect()
    }

    /// The weights of a slot's entries for a player who drew this already: its
    /// chances, without those of prizes that are used up or are never drawn. The
    /// rest share what is left in their proportion.
    pub fn weights(&self, slot: &Slot, drawn: &Drawn) -> Vec<u32> {
        let open = |prize: &Prize| match prize {
            Prize::Item(item, _) => {
                let most = self.limits.iter().filter(|l| l.of == Limited::Item(*item)).map(|l| l.most).min();
                most.is_none_or(|most| drawn.get(item).copied().unwrap_or(0) < most)
            }
            Prize::Currency(_) => true,
            Prize::Attribute(_) => false,
        };
        let weight = |e: &Entry| if open(&e.prize) { u32::try_from(e.rate.0).unwrap_or(0) } else { 0 };
        slot.entries.iter().map(weight).collect()
    }

    /// What a player who drew `drawn` before draws now: for each slot the place
    /// of an entry, or nothing where all prizes are used up. What an earlier
    /// slot yields counts for the later ones.
    pub fn draw(&self, drawn: &Drawn, bytes: &mut impl Iterator<Item = u8>) -> Result<Vec<Option<usize>>, OutOfBytes> {
        let mut drawn = drawn.clone();
        let mut found = Vec::with_capacity(self.slots.len());
        for slot in &self.slots {
            let place = pick(&self.weights(slot, &drawn), bytes)?;
            if let Some(Prize::Item(item, _)) = place.and_then(|i| slot.entries.get(i)).map(|e| &e.prize) {
                *drawn.entry(*item).or_insert(0) += 1;
            }
            found.push(place);
        }
        Ok(found)
    }
}

/// Picks a place with the chance that its weight has among all; `None` when all
/// weights are zero, which takes no bytes. Each try takes four bytes, as a
/// big-endian number; numbers beyond the last whole multiple of the sum are
/// drawn again, so that no place is favoured.
pub fn pick(weights: &[u32], bytes: &mut impl Iterator<Item = u8>) -> Result<Option<usize>, OutOfBytes> {
    let sum: u64 = weights.iter().copied().map(u64::from).sum();
    if sum == 0 {
        return Ok(None);
    }
    let numbers = 1_u64 << 32;
    let fair = numbers - numbers % sum;
    loop {
        let mut number = 0;
        for _ in 0..4 {
            number = number << 8 | u64::from(bytes.next().ok_or(OutOfBytes)?);
        }
        if number >= fair {
            continue;
        }
        let mut left = number % sum;
        for (place, weight) in weights.iter().enumerate() {
            match left.checked_sub(u64::from(*weight)) {
                None => return Ok(Some(place)),
                Some(rest) => left = rest,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn item(n: i64) -> ItemId {
        ItemId::new(n).unwrap()
    }

    fn entry(prize: Prize, rate: i64) -> Entry {
        Entry { prize, rate: BasisPoints(rate) }
    }

    fn slot(entries: Vec<Entry>) -> Slot {
        Slot { id: SlotId::new(1).unwrap(), entries, duplicate_percent: 0, duplicate_value: 0 }
    }

    fn table(slots: Vec<Slot>, limits: &[(i64, i64)]) -> Table {
        let limit = |(n, most): &(i64, i64)| Limit { of: Limited::Item(item(*n)), most: *most };
        Table { version: 1, slots, limits: limits.iter().map(limit).collect() }
    }

    fn class() -> Prize {
        Prize::Attribute(Class { kind: 1, value: "rare".into() })
    }

    /// The splitmix64 generator, as bytes without end.
    struct Seeded(u64, std::iter::Flatten<std::option::IntoIter<[u8; 8]>>);

    impl Seeded {
        fn new(seed: u64) -> Self {
            Seeded(seed, None.into_iter().flatten())
        }

        fn number(&mut self) -> u64 {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^ (z >> 31)
        }

        fn below(&mut self, n: u64) -> u64 {
            self.number() % n
        }
    }

    impl Iterator for Seeded {
        type Item = u8;
        fn next(&mut self) -> Option<u8> {
            self.1.next().or_else(|| {
                self.1 = Some(self.number().to_be_bytes()).into_iter().flatten();
                self.1.next()
            })
        }
    }

    #[test]
    fn a_slot_holds_exactly_one_whole() {
        let sum = |rates: &[i64]| slot(rates.iter().map(|r| entry(Prize::Currency(100), *r)).collect());
        let faults = table(vec![sum(&[10_000]), sum(&[5_000, 4_999]), sum(&[10_000, 1]), sum(&[])], &[]).faults();
        assert_eq!(faults, [(1, SlotFault::Sum(9_999)), (2, SlotFault::Sum(10_001)), (3, SlotFault::Empty)]);
        assert_eq!(faults[0].1.to_string(), "the drop rates sum to 99.99, not 100.00");
        assert_eq!(faults[1].1.to_string(), "the drop rates sum to 100.01, not 100.00");
    }

    #[test]
    fn what_is_used_up_leaves_its_chance_to_the_rest() {
        let one = vec![
            entry(Prize::Item(item(1), 10), 2_000),
            entry(Prize::Item(item(2), 1), 5_000),
            entry(class(), 2_000),
            entry(Prize::Currency(100), 1_000),
        ];
        let t = table(vec![slot(one.clone()), slot(vec![one[0].clone()])], &[(1, 2), (9, 1)]);
        assert_eq!(t.weights(&t.slots[0], &Drawn::new()), [2_000, 5_000, 0, 1_000]);
        assert_eq!(t.weights(&t.slots[0], &Drawn::from([(item(1), 1)])), [2_000, 5_000, 0, 1_000]);
        let spent = Drawn::from([(item(1), 2), (item(2), 99)]);
        assert_eq!(t.weights(&t.slots[0], &spent), [0, 5_000, 0, 1_000]);
        // The second slot has nothing left, and takes no bytes.
        let found = t.draw(&spent, &mut [0, 0, 0, 0].into_iter()).unwrap();
        assert_eq!(found, [Some(1), None]);
        // What the first slot yields counts for the second.
        let nearly = Drawn::from([(item(1), 1)]);
        assert_eq!(t.draw(&nearly, &mut [0; 8].into_iter()).unwrap(), [Some(0), None]);
        assert_eq!(t.draw(&Drawn::new(), &mut [0; 8].into_iter()).unwrap(), [Some(0), Some(0)]);
        assert_eq!(t.draw(&Drawn::new(), &mut [0; 7].into_iter()), Err(OutOfBytes));
        let nobody = table(vec![slot(vec![entry(class(), 10_000)])], &[]);
        assert_eq!(nobody.draw(&Drawn::new(), &mut std::iter::empty()), Ok(vec![None]));
    }

    #[test]
    fn numbers_beyond_the_last_multiple_are_drawn_again() {
        let weights = [3, 0, 4];
        let numbers: [(u32, Option<usize>); 6] =
            [(0, Some(0)), (2, Some(0)), (3, Some(2)), (6, Some(2)), (7, Some(0)), (u32::MAX, None)];
        for (number, place) in numbers {
            let found = pick(&weights, &mut number.to_be_bytes().into_iter());
            assert_eq!(found, place.map(Some).ok_or(OutOfBytes), "{number}");
        }
        // 2^32 = 7 * 613,566,756 + 4: the last four numbers are refused.
        let last = u32::MAX - 4;
        assert_eq!(pick(&weights, &mut last.to_be_bytes().into_iter()), Ok(Some(2)));
        let again: Vec<u8> = [u32::MAX - 3, 1].iter().flat_map(|n| n.to_be_bytes()).collect();
        assert_eq!(pick(&weights, &mut again.into_iter()), Ok(Some(0)));
        assert_eq!(pick(&[0, 0], &mut std::iter::empty()), Ok(None));
    }

    #[test]
    fn compensation() {
        let mut s = slot(vec![]);
        assert_eq!(s.compensation(Some(10_000), true), 0);
        s.duplicate_percent = 15;
        assert_eq!(s.compensation(Some(1_000), true), 100);
        assert_eq!(s.compensation(Some(1_000), false), 150);
        assert_eq!(s.compensation(None, true), 0);
        s.duplicate_value = 5_000;
        assert_eq!(s.compensation(Some(1_000), true), 5_000);
    }

    /// The upper 0.01 % points of the chi-squared distribution with 1 to 9
    /// degrees of freedom, in thousandths: fair draws would exceed one of twenty
    /// with one seed in 500, and the seed is fixed.
    const CRITICAL: [i128; 9] = [15_137, 18_421, 21_108, 23_513, 25_745, 27_856, 29_878, 31_828, 33_720];

    #[test]
    fn draws_have_the_chances_that_are_written() {
        const DRAWS: i128 = 200_000;
        let mut random = Seeded::new(2340);
        for n in 0..20 {
            let mut cuts: Vec<i64> = (0..1 + random.below(9)).map(|_| 1 + random.below(9_999) as i64).collect();
            cuts.extend([0, WHOLE]);
            cuts.sort_unstable();
            cuts.dedup();
            let rates: Vec<i64> = cuts.windows(2).map(|w| w[1] - w[0]).collect();
            let t = table(vec![slot(rates.iter().map(|r| entry(Prize::Currency(100), *r)).collect())], &[]);
            assert_eq!(t.faults(), []);
            let mut counts = vec![0_i128; rates.len()];
            let weights = t.weights(&t.slots[0], &Drawn::new());
            for _ in 0..DRAWS {
                counts[pick(&weights, &mut random).unwrap().unwrap()] += 1;
            }
            // Sum of (count - expected)² / expected, where expected is
            // DRAWS * rate / WHOLE; in thousandths.
            let whole = i128::from(WHOLE);
            let chi: i128 = counts
                .iter()
                .zip(&rates)
                .map(|(count, rate)| {
                    let off = count * whole - DRAWS * i128::from(*rate);
                    off * off * 1_000 / (whole * DRAWS * i128::from(*rate))
                })
                .sum();
            let freedom = rates.len() - 1;
            assert!(chi <= CRITICAL[freedom - 1], "table {n} {rates:?}: {counts:?} gives {chi} thousandths");
        }
    }

    fn rates() -> impl Strategy<Value = Vec<i64>> {
        prop::collection::vec(1_i64..WHOLE, 0..8).prop_map(|mut cuts| {
            cuts.extend([0, WHOLE]);
            cuts.sort_unstable();
            cuts.windows(2).map(|w| w[1] - w[0]).collect()
        })
    }

    proptest! {
        #[test]
        fn a_draw_yields_only_what_has_weight(
            rates in rates(), most in 0_i64..3, before in 0_i64..3, seed in any::<u64>(),
        ) {
            let entries: Vec<Entry> =
                (1..).zip(&rates).map(|(n, rate)| entry(Prize::Item(item(n), 1), *rate)).collect();
            let slots = vec![slot(entries.clone()), slot(entries)];
            let limits: Vec<(i64, i64)> = (1..).zip(&rates).map(|(n, _)| (n, most)).collect();
            let t = table(slots, &limits);
            prop_assert_eq!(t.faults(), []);
            let drawn: Drawn = (1..).zip(&rates).map(|(n, _)| (item(n), before)).collect();
            let found = t.draw(&drawn, &mut Seeded::new(seed)).unwrap();
            prop_assert_eq!(&found, &t.draw(&drawn, &mut Seeded::new(seed)).unwrap(), "the same bytes, the same prizes");
            let mut counted = drawn;
            for (place, slot) in found.into_iter().zip(&t.slots) {
                match place {
                    Some(place) => {
                        prop_assert!(slot.entries[place].rate.0 > 0);
                        let Prize::Item(id, _) = slot.entries[place].prize else { unreachable!() };
                        *counted.entry(id).or_insert(0) += 1;
                        prop_assert!(counted[&id] <= most);
                    }
                    None => prop_assert!(t.weights(slot, &counted).iter().all(|w| *w == 0)),
                }
            }
        }

        #[test]
        fn each_number_below_the_sum_has_its_place(weights in prop::collection::vec(0_u32..50, 1..6)) {
            let sum: u32 = weights.iter().sum();
            let mut counts = vec![0; weights.len()];
            for number in 0..sum {
                counts[pick(&weights, &mut number.to_be_bytes().into_iter()).unwrap().unwrap()] += 1;
            }
            prop_assert_eq!(counts, weights);
        }
    }
}
