//! Named places at which the rigs of `durability/` take the process away. In a
//! program that is built without the feature `rigs` there is nothing of them.

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
    use std::sync::OnceLock;

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
}

#[cfg(feature = "rigs")]
pub use armed::{reached, when_reached};

/// Is here, and nobody cares.
#[cfg(not(feature = "rigs"))]
#[inline(always)]
pub fn reached(_place: &'static str) {}
