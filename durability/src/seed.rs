//! Randomness that repeats.

use coinslot_app::port::Random;
use std::sync::atomic::{AtomicU64, Ordering};

/// Mixes a number so that each bit of the result depends on each of it: the
/// finisher of the splitmix64 generator.
pub fn mix(n: u64) -> u64 {
    let mut z = n.wrapping_add(STEP);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// The splitmix64 generator.
pub struct Seeded(AtomicU64);

impl Seeded {
    /// The same sequence for the same seed.
    pub fn new(seed: u64) -> Self {
        Seeded(AtomicU64::new(seed))
    }

    /// An independent generator, whose draws leave this one's alone.
    pub fn branch(&self) -> Seeded {
        Seeded::new(self.number())
    }

    /// The next number.
    pub fn number(&self) -> u64 {
        mix(self.0.fetch_add(STEP, Ordering::SeqCst))
    }

    /// A number below `n`.
    pub fn below(&self, n: u64) -> u64 {
        self.number() % n
    }

    /// An index of `n` things.
    pub fn index(&self, n: usize) -> usize {
        usize::try_from(self.below(n as u64)).unwrap_or(0)
    }

    /// True `n` times in `of`.
    pub fn chance(&self, n: u64, of: u64) -> bool {
        self.below(of) < n
    }
}

impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.number().to_le_bytes()[..chunk.len()]);
        }
    }
}
