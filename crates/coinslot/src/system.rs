//! The real clock and the real randomness: the only places that ask for them.

use coinslot_app::port::{Clock, Random};
use coinslot_domain::time::Time;
use std::cell::RefCell;

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everyone else is given")]
    fn now(&self) -> Time {
        Time(jiff::Timestamp::now().as_microsecond())
    }
}

/// The operating system's randomness.
pub struct SystemRandom;

/// Random bytes that are fetched together: asking for each few of them would
/// cost more than all else that a token is made of.
struct Pool {
    bytes: [u8; 1024],
    used: usize,
}

thread_local! {
    static POOL: RefCell<Pool> = const { RefCell::new(Pool { bytes: [0; 1024], used: 1024 }) };
}

impl Pool {
    /// Hands out bytes that nobody gets again, not even from memory.
    fn give(&mut self, wanted: &mut [u8]) {
        if wanted.len() > self.bytes.len() - self.used {
            fetch(&mut self.bytes);
            self.used = 0;
        }
        let from = &mut self.bytes[self.used..self.used + wanted.len()];
        wanted.copy_from_slice(from);
        from.fill(0);
        self.used += wanted.len();
    }
}

/// # Panics
/// When the operating system has no randomness to give. A token that can be
/// guessed would be worse than no server.
#[expect(clippy::disallowed_methods, reason = "this is the randomness that everyone else is given")]
fn fetch(bytes: &mut [u8]) {
    if let Err(e) = getrandom::fill(bytes) {
        panic!("the operating system gives no randomness: {e}");
    }
}

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        if bytes.len() > 256 {
            return fetch(bytes);
        }
        POOL.with_borrow_mut(|pool| pool.give(bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_bytes_are_given_twice() {
        let mut seen = HashSet::new();
        for length in [16, 33, 256, 1000].into_iter().cycle().take(400) {
            let mut bytes = vec![0; length];
            SystemRandom.fill(&mut bytes);
            assert!(bytes.windows(16).all(|w| w.iter().any(|b| *b != 0)), "bytes that were wiped");
            assert!(seen.insert(bytes[..16].to_vec()));
        }
    }
}
