//! Named places at which the rigs of `durability/` take the process away, and
//! commits whose answers the tests lose. In a program that is built without the
//! feature `rigs` there is nothing of them.

/// The places, in the order of a purchase. Each lies where a process that ends
/// leaves something open: in a transaction, or between two.
pub const PLACES: [&str; 22] = [
    "token.written",
    "checkout.order",
    "checkout.attempt",
    "checkout.begun",
    "checkout.charged",
    "checkout.answered",
    "capture.payment",
    "capture.order",
    "capture.books",
    "capture.goods",
    "capture.event",
    "checkout.finished",
    "refund.reserved",
    "refund.given",
    "refund.succeeded",
    "refund.books",
    "refund.event",
    "refund.finished",
    "webhook.claimed",
    "webhook.sent",
    "webhook.settled",
    "commit.synced",
];

#[cfg(feature = "rigs")]
mod armed {
    use std::cell::Cell;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicBool, Ordering};

    type Hook = Box<dyn Fn(&'static str) + Send + Sync>;

    static HOOK: OnceLock<Hook> = OnceLock::new();

    /// Has a function called at each place, for the life of the process.
    pub fn when_reached(hook: impl Fn(&'static str) + Send + Sync + 'static) {
        // The first stays.
        let _ = HOOK.set(Box::new(hook));
    }

    /// Is here.
    pub fn reached(place: &'static str) {
        debug_assert!(super::PLACES.contains(&place), "{place} is not among the places");
        if let Some(hook) = HOOK.get() {
            hook(place);
        }
    }

    static LOSING: AtomicBool = AtomicBool::new(false);

    thread_local! {
        static ONCE: Cell<bool> = const { Cell::new(false) };
    }

    /// From now on, and for the life of the process, the answer of each commit is
    /// lost once: what was committed runs again, in a transaction of its own, and
    /// only what it says then counts.
    pub fn lose_answers() {
        LOSING.store(true, Ordering::SeqCst);
    }

    /// What this thread's transaction does, it does otherwise when it runs again,
    /// and `why` that does no harm.
    pub(crate) fn once(_why: &'static str) {
        ONCE.set(true);
    }

    /// Whether the answer of the commit that this thread just made is lost.
    pub(crate) fn loses_answer() -> bool {
        !ONCE.take() && LOSING.load(Ordering::SeqCst)
    }
}

#[cfg(feature = "rigs")]
pub use armed::{lose_answers, reached, when_reached};
#[cfg(feature = "rigs")]
pub(crate) use armed::{loses_answer, once};

/// Is here, and nobody cares.
#[cfg(not(feature = "rigs"))]
#[inline(always)]
pub fn reached(_place: &'static str) {}

/// A transaction would do otherwise when it ran again, and nobody makes it.
#[cfg(not(feature = "rigs"))]
#[inline(always)]
pub(crate) fn once(_why: &'static str) {}

/// Nobody loses answers here on purpose.
#[cfg(not(feature = "rigs"))]
#[inline(always)]
pub(crate) fn loses_answer() -> bool {
    false
}
