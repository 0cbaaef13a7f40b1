//! Subscription plans: what a subscription costs, and how often.

use crate::calendar::{Period, Unit};
use crate::id::{PlanId, ProjectId};
use crate::localized::Localized;
use crate::money::Money;
use crate::time::Time;

/// The currencies that plans may be charged in, as published.
pub const CURRENCIES: &str = "AED ALL AMD ARS AUD AZN BGN BRL BYR CAD CHF CLP CNY COP CZK DKK DZD EGP EUR GBP GEL \
     HKD HRK HUF IDR ILS INR JPY KES KGS KRW KZT MAD MDL MKD MNT MXN MYR NGN NOK NZD PEN PHP PKR PLN RON RSD RUB SAR \
     SEK SGD THB TRY UAH USD UYU UZS VND ZAR";

/// The longest period, trial or delay before a subscription ends by itself.
pub fn longest(unit: Unit) -> i64 {
    match unit {
        Unit::Day => 3_660,
        Unit::Month => 999,
    }
}

/// The longest period between two charges.
pub fn longest_charge(unit: Unit) -> i64 {
    match unit {
        Unit::Day => 366,
        Unit::Month => 999,
    }
}

/// The longest trial, and the longest grace, in days.
pub const LONGEST_DAYS: i64 = 366;

/// What a subscription costs and how it runs. A subscription keeps the terms it
/// was bought with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How often it is charged; never again for a plan that lasts for life.
    pub period: Option<Period>,
    /// What each charge takes, without added tax; above zero.
    pub charge: Money,
    /// How long after its start it ends by itself.
    pub expiration: Option<Period>,
    /// Days before the first charge.
    pub trial: i64,
    /// Days after a declined charge during which it goes on and is tried again.
    pub grace: i64,
    /// Days from one try to the next; at least one.
    pub retry: i64,
}

/// A subscription plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Where it lives.
    pub project: ProjectId,
    /// Its id.
    pub id: PlanId,
    /// The name by which games and tokens call it; unique in the project among
    /// the plans that are not deleted.
    pub external_id: String,
    /// What players read.
    pub name: Localized,
    /// What players read below it.
    pub description: Localized,
    /// The group, which joins plans with products.
    pub group: Option<String>,
    /// What it costs.
    pub terms: Terms,
    /// Words of the merchant, repeated in webhooks.
    pub tags: Vec<String>,
    /// Whether it is sold. Subscriptions that run go on in any case.
    pub enabled: bool,
    /// When it was deleted: it is neither sold nor listed, and subscriptions
    /// that run still show it.
    pub deleted_at: Option<Time>,
}

impl Plan {
    /// Whether it can be bought.
    pub fn is_sold(&self) -> bool {
        self.enabled && self.deleted_at.is_none()
    }
}

/// How many subscriptions of a plan stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Those that are charged, in a trial or waiting for a first charge.
    pub active: i64,
    /// Those that were canceled.
    pub canceled: i64,
    /// Those that came to the end of their plan.
    pub expired: i64,
    /// Those that stand still.
    pub frozen: i64,
    /// Those that end with the period that is paid.
    pub non_renewing: i64,
}
