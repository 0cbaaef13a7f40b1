//! What was used last, in memory and within bounds.

use foldhash::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Values in two halves. When the newer one is full it becomes the older one,
/// which is forgotten: what is looked for again and again stays.
pub(crate) struct Recent<K, V> {
    halves: Mutex<Halves<K, V>>,
    most: usize,
}

/// Each value with what it weighs.
struct Halves<K, V> {
    newer: HashMap<K, (V, usize)>,
    older: HashMap<K, (V, usize)>,
    weight: usize,
}

impl<K: Eq + Hash, V: Clone> Recent<K, V> {
    /// Neither half weighs more than `most`.
    pub(crate) fn new(most: usize) -> Self {
        let halves = Halves { newer: HashMap::default(), older: HashMap::default(), weight: 0 };
        Recent { halves: Mutex::new(halves), most }
    }

    fn lock(&self) -> MutexGuard<'_, Halves<K, V>> {
        self.halves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a value that weighs so much, in place of the one before.
    pub(crate) fn keep(&self, key: K, value: V, weight: usize) {
        self.lock().add(key, (value, weight), self.most);
    }

    /// A value, which stays for longer with that.
    pub(crate) fn find(&self, key: &K) -> Option<V> {
        let mut halves = self.lock();
        if let Some((value, _)) = halves.newer.get(key) {
            return Some(value.clone());
        }
        let (key, found) = halves.older.remove_entry(key)?;
        let value = found.0.clone();
        halves.add(key, found, self.most);
        Some(value)
    }

    /// A value, which is not kept any more.
    pub(crate) fn take(&self, key: &K) -> Option<V> {
        self.lock().remove(key)
    }
}

impl<K: Eq + Hash, V> Halves<K, V> {
    fn add(&mut self, key: K, value: (V, usize), most: usize) {
        self.remove(&key);
        if self.weight + value.1 > most {
            self.older = std::mem::take(&mut self.newer);
            self.weight = 0;
        }
        self.weight += value.1;
        self.newer.insert(key, value);
    }

    fn remove(&mut self, key: &K) -> Option<V> {
        let newer = self.newer.remove(key);
        self.weight -= newer.as_ref().map_or(0, |(_, weight)| *weight);
        newer.or_else(|| self.older.remove(key)).map(|(value, _)| value)
    }
}

#[cfg(test)]
impl<K: Eq + Hash, V> Recent<K, V> {
    /// Whether neither half weighs more than it may, and what is reckoned is
    /// what is there.
    pub(crate) fn is_within_bounds(&self) -> bool {
        let halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = |half: &HashMap<K, (V, usize)>| half.values().map(|(_, weight)| weight).sum::<usize>();
        sum(&halves.newer) == halves.weight && halves.weight <= self.most && sum(&halves.older) <= self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_for_stays_and_the_rest_goes() {
        let recent = Recent::new(100);
        recent.keep(0, 'a', 30);
        for n in 1..1000 {
            recent.keep(n, 'b', 1 + n % 40);
            assert!(recent.is_within_bounds(), "{n}");
            assert_eq!((recent.find(&0), recent.find(&n)), (Some('a'), Some('b')), "{n}");
        }
        assert_eq!((recent.find(&1), recent.find(&900)), (None, None));
    }

    #[test]
    fn the_last_value_counts_and_is_taken_once() {
        let recent = Recent::new(3);
        for key in [1, 2, 3, 4, 1] {
            recent.keep(key, key * 10, 1);
            recent.keep(key, key, 1);
            assert!(recent.is_within_bounds());
        }
        assert_eq!((recent.take(&1), recent.take(&1), recent.take(&5)), (Some(1), None, None));
        assert!(recent.is_within_bounds());
    }
}
