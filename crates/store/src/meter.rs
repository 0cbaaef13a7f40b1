//! Counting, cheap enough for every request: an atomic addition or two.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts up.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub fn count(&self) {
        self.add(1);
    }

    /// Several more.
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    /// How many so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Upper bounds of times, in microseconds, from half a millisecond to 10
/// seconds.
pub const TIMES: [u64; 13] =
    [500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 10_000_000];

/// Upper bounds of how many transactions share a commit.
pub const SIZES: [u64; 9] = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/// How values are spread.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [u64],
    /// One more than there are bounds: for what is above the last.
    buckets: Vec<Counter>,
    sum: Counter,
}

impl Histogram {
    /// Counts by these upper bounds, which rise.
    pub fn new(bounds: &'static [u64]) -> Self {
        let buckets = (0..=bounds.len()).map(|_| Counter::default()).collect();
        Histogram { bounds, buckets, sum: Counter::default() }
    }

    /// Counts a value.
    pub fn note(&self, value: u64) {
        self.buckets[self.bounds.partition_point(|bound| *bound < value)].count();
        self.sum.add(value);
    }

    /// Each bound with how many values are not above it, how many values there
    /// are, and their sum.
    pub fn read(&self) -> (Vec<(u64, u64)>, u64, u64) {
        let mut below = 0;
        let counts = self.bounds.iter().zip(&self.buckets).map(|(bound, bucket)| {
            below += bucket.get();
            (*bound, below)
        });
        let counts = counts.collect();
        (counts, self.buckets.iter().map(Counter::get).sum(), self.sum.get())
    }
}

/// Measures how long something takes. What it measures is shown to people, or says
/// how many transactions share a commit; nothing else comes of it, so it is no
/// clock that tests need in their hand.
#[derive(Clone, Copy, Debug)]
pub struct Watch(std::time::Instant);

impl Watch {
    /// Begins.
    #[expect(clippy::disallowed_methods, reason = "nothing comes of it that a test could see")]
    pub fn start() -> Self {
        Watch(std::time::Instant::now())
    }

    /// Microseconds since it began.
    pub fn micros(self) -> u64 {
        u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

/// What a database did since it was opened.
#[derive(Debug)]
pub struct Figures {
    /// Transactions that shared a commit.
    pub batch: Histogram,
    /// Microseconds from the first statement of a commit to its sync.
    pub commit: Histogram,
    /// Commits that failed, with everything in them.
    pub failed: Counter,
    /// Transactions run again after a conflict or a lost connection.
    pub again: Counter,
}

impl Default for Figures {
    fn default() -> Self {
        let (batch, commit) = (Histogram::new(&SIZES), Histogram::new(&TIMES));
        Figures { batch, commit, failed: Counter::default(), again: Counter::default() }
    }
}

impl Figures {
    /// Notes a commit of so many transactions.
    pub(crate) fn committed(&self, transactions: usize, began: Watch) {
        self.batch.note(transactions as u64);
        self.commit.note(began.micros());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fall_into_the_bucket_that_they_are_not_above() {
        let histogram = Histogram::new(&[10, 20]);
        for value in [0, 10, 11, 20, 21, 1_000] {
            histogram.note(value);
        }
        assert_eq!(histogram.read(), (vec![(10, 2), (20, 4)], 6, 1_062));
    }
}
