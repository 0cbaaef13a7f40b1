//! What the server did since it started, for the operator.

use crate::port::{ChargeAnswer, RefundAnswer};
use coinslot_domain::webhook::Verdict;
pub use coinslot_store::Counter;
use coinslot_store::{Histogram, TIMES};

/// Counts of what came of things, without a word about whose they were.
#[derive(Debug)]
pub struct Meter {
    charges: [Counter; 4],
    refunds: [Counter; 3],
    webhooks: [Counter; 3],
    /// Microseconds until games answered.
    pub answers: Histogram,
    /// Blocks of ids taken from the database.
    pub id_blocks: Counter,
}

impl Default for Meter {
    fn default() -> Self {
        Meter {
            charges: Default::default(),
            refunds: Default::default(),
            webhooks: Default::default(),
            answers: Histogram::new(&TIMES),
            id_blocks: Counter::default(),
        }
    }
}

impl Meter {
    /// What the gateway said of charges, by name.
    pub fn charges(&self) -> impl Iterator<Item = (&'static str, u64)> {
        named(["captured", "challenged", "declined", "unknown"], &self.charges)
    }

    /// What the gateway said of refunds, by name.
    pub fn refunds(&self) -> impl Iterator<Item = (&'static str, u64)> {
        named(["succeeded", "refused", "unknown"], &self.refunds)
    }

    /// What games said to webhooks, by name.
    pub fn webhooks(&self) -> impl Iterator<Item = (&'static str, u64)> {
        named(["delivered", "refused", "retried"], &self.webhooks)
    }

    pub(crate) fn charge(&self, answer: ChargeAnswer) {
        self.charges[match answer {
            ChargeAnswer::Succeeded => 0,
            ChargeAnswer::Challenge => 1,
            ChargeAnswer::Failed(_) => 2,
            ChargeAnswer::Unknown => 3,
        }]
        .count();
    }

    pub(crate) fn refund(&self, answer: RefundAnswer) {
        self.refunds[match answer {
            RefundAnswer::Succeeded => 0,
            RefundAnswer::Refused => 1,
            RefundAnswer::Unknown => 2,
        }]
        .count();
    }

    pub(crate) fn webhook(&self, verdict: Verdict, micros: i64) {
        self.webhooks[match verdict {
            Verdict::Delivered => 0,
            Verdict::Refused => 1,
            Verdict::Retry => 2,
        }]
        .count();
        self.answers.note(micros.unsigned_abs());
    }
}

fn named<'a, const N: usize>(
    names: [&'static str; N],
    counters: &'a [Counter; N],
) -> impl Iterator<Item = (&'static str, u64)> + use<'a, N> {
    names.into_iter().zip(counters).map(|(name, counter)| (name, counter.get()))
}
