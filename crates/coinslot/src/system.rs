//! The real clock and the real randomness: the only places that ask for them.

use coinslot_app::port::{Clock, Random};
use coinslot_domain::time::Time;

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

impl Random for SystemRandom {
    /// # Panics
    /// When the operating system has no randomness to give. A token that can
    /// be guessed would be worse than no server.
    #[expect(clippy::disallowed_methods, reason = "this is the randomness that everyone else is given")]
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(e) = getrandom::fill(bytes) {
            panic!("the operating system gives no randomness: {e}");
        }
    }
}
