//! Subscriptions: where they stand, and when what is to happen.
//!
//! Everything follows from the terms, the anchor and the calendar. The anchor
//! is the moment from which dates are reckoned; the next charge lies so many
//! periods behind it. What a date was before says nothing, so that a short month
//! or a late payment never moves the days that follow.

use crate::calendar::{Period, Zone};
use crate::id::{AccountId, PlanId, ProductId, ProjectId, SubscriptionId};
use crate::money::Money;
use crate::payment::states;
use crate::plan::Terms;
use crate::time::{Span, Time};

states! {
    /// Where a subscription stands.
    State {
        /// In a trial: nothing was charged yet.
        New = "new",
        /// Charged when its date comes.
        Active = "active",
        /// Ends with the period that is paid.
        NonRenewing = "non_renewing",
        /// Stands still until it is taken up again.
        Frozen = "frozen",
        /// Was ended by the merchant, the player or a card that did not pay.
        Canceled = "canceled",
        /// Came to the end of its plan.
        Expired = "expired",
    }
}

impl State {
    /// Whether it is over.
    pub fn is_over(self) -> bool {
        matches!(self, State::Canceled | State::Expired)
    }
}

/// A player's subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Where it lives.
    pub project: ProjectId,
    /// Its id.
    pub id: SubscriptionId,
    /// The player, by the game's own id.
    pub user: String,
    /// The player's name, as the game gave it.
    pub name: Option<String>,
    /// Where receipts go.
    pub email: Option<String>,
    /// The player's country, which decides taxes.
    pub country: Option<String>,
    /// The token's `custom_parameters`, as the game's JSON text.
    pub custom_parameters: Option<String>,
    /// What it is a subscription to.
    pub plan: PlanId,
    /// The product, if the game named one.
    pub product: Option<ProductId>,
    /// Where it stands.
    pub state: State,
    /// The terms it was bought with.
    pub terms: Terms,
    /// From when on periods are reckoned.
    pub anchor: Time,
    /// The next charge lies so many periods behind the anchor.
    pub cycle: i64,
    /// Charges that were paid over its life.
    pub charges: i64,
    /// How often the charge that is due was declined.
    pub tries: i64,
    /// When it is to be charged; none when it never will be.
    pub next_charge: Option<Time>,
    /// When it is to be looked at.
    pub due_at: Option<Time>,
    /// When it was charged last.
    pub last_charge: Option<Time>,
    /// When it ends by the terms of its plan.
    pub expires_at: Option<Time>,
    /// When it ended.
    pub ended_at: Option<Time>,
    /// Since when it stands still.
    pub frozen_at: Option<Time>,
    /// What it is paid with.
    pub account: Option<AccountId>,
    /// Play money.
    pub dry_run: bool,
    /// When it was made.
    pub created_at: Time,
}

/// What is to be done with a subscription that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing: it is not due, or over.
    Nothing,
    /// It is charged.
    Charge,
    /// It ends.
    End(State),
}

/// Why a subscription was not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It cannot come to this state from where it stands.
    State,
    /// It has no date to move, or stands still.
    NoDate,
    /// The date would lie in the past.
    Past,
    /// The date would lie beyond the calendar.
    Calendar,
}

impl Subscription {
    /// Puts the dates of one that begins now: after its trial, or with a first
    /// payment. `None` when they lie beyond the calendar.
    pub fn begin(mut self, now: Time, zone: &Zone) -> Option<Self> {
        self.created_at = now;
        if self.terms.trial > 0 {
            self.state = State::New;
            self.anchor = zone.after(now, Period::days(self.terms.trial), 1)?;
            (self.cycle, self.charges, self.last_charge) = (0, 0, None);
        } else {
            self.state = State::Active;
            self.anchor = now;
            (self.cycle, self.charges, self.last_charge) = (1, 1, Some(now));
        }
        self.expires_at = match self.terms.expiration {
            Some(expiration) => Some(zone.after(now, expiration, 1)?),
            None => None,
        };
        self.dated(zone)
    }

    /// With the next charge where its anchor puts it. A plan that lasts for
    /// life is charged once.
    fn dated(mut self, zone: &Zone) -> Option<Self> {
        self.tries = 0;
        self.next_charge = match self.terms.period {
            Some(period) => Some(zone.after(self.anchor, period, self.cycle)?),
            None => (self.cycle == 0).then_some(self.anchor),
        };
        self.due_at = self.end().into_iter().chain(self.next_charge).min();
        Some(self)
    }

    /// When it ends, as far as that is known: `date_end` on the wire.
    pub fn end(&self) -> Option<Time> {
        match self.state {
            State::Canceled | State::Expired => self.ended_at,
            State::NonRenewing => self.expires_at.into_iter().chain(self.next_charge).min(),
            State::New | State::Active | State::Frozen => self.expires_at,
        }
    }

    /// What is to be done at `now`.
    pub fn due(&self, now: Time) -> Due {
        let passed = |t: Option<Time>| t.is_some_and(|t| t <= now);
        let ends_first = match (self.expires_at, self.next_charge) {
            (Some(end), Some(charge)) => end <= charge,
            (end, _) => end.is_some(),
        };
        match self.state {
            State::Canceled | State::Expired | State::Frozen => Due::Nothing,
            _ if ends_first && passed(self.expires_at) => Due::End(State::Expired),
            _ if ends_first || !passed(self.next_charge) => Due::Nothing,
            State::NonRenewing => Due::End(State::Canceled),
            State::New | State::Active => Due::Charge,
        }
    }

    /// After the charge that was due was paid. One that was ended meanwhile
    /// stays so. `None` when the next date lies beyond the calendar.
    pub fn paid(mut self, now: Time, zone: &Zone) -> Option<Self> {
        self.charges += 1;
        self.last_charge = Some(now);
        if self.state.is_over() {
            return Some(self);
        }
        self.cycle += 1;
        if self.state == State::New {
            self.state = State::Active;
        }
        let frozen = self.state == State::Frozen;
        let mut next = self.dated(zone)?;
        if frozen {
            next.due_at = None;
        }
        Some(next)
    }

    /// After the charge that was due was declined: it is tried again after so
    /// many days as the plan says while its grace lasts, and ends when the
    /// next try would come too late. Tries are reckoned from the date of the
    /// charge, so that a late one does not put off the rest.
    pub fn declined(mut self, now: Time, zone: &Zone) -> Self {
        if !matches!(self.state, State::New | State::Active | State::NonRenewing) {
            return self;
        }
        self.tries += 1;
        let retry = |from: Time, n: i64| zone.after(from, Period::days(self.terms.retry), n);
        let next = self.next_charge.and_then(|date| {
            let last = zone.after(date, Period::days(self.terms.grace), 1)?;
            // Days that have passed are no tries that were made.
            let first = (now - date).0 / Span::hours(24).0 / self.terms.retry;
            ((first - 1).max(1)..=first + 2).filter_map(|n| retry(date, n)).find(|t| *t > now).filter(|t| *t <= last)
        });
        match next {
            Some(at) => self.due_at = self.expires_at.into_iter().chain([at]).min(),
            None => self = self.ended(State::Canceled, now),
        }
        self
    }

    /// Over, since `now`.
    pub fn ended(self, state: State, now: Time) -> Self {
        Subscription { state, ended_at: Some(now), due_at: None, tries: 0, frozen_at: None, ..self }
    }

    /// Put into `to` by the merchant. Coming to where it stands changes
    /// nothing. What was canceled stays so.
    pub fn put(mut self, to: State, now: Time, zone: &Zone) -> Result<Self, Refused> {
        use State::*;
        if self.state == to {
            return Ok(self);
        }
        match (self.state, to) {
            (New | Active | NonRenewing | Frozen, Canceled) => Ok(self.ended(Canceled, now)),
            (Active, NonRenewing) => {
                self.state = NonRenewing;
                self.due_at = self.end();
                Ok(self)
            }
            (NonRenewing, Active) => {
                // Whose card was taken away in the trial goes back to it.
                self.state = if self.last_charge.is_none() { New } else { Active };
                self.dated(zone).ok_or(Refused::Calendar)
            }
            // What is being tried again must not be put off by standing still.
            (New | Active, Frozen) if self.tries == 0 && self.next_charge.is_some_and(|t| t > now) => {
                (self.state, self.frozen_at, self.due_at) = (Frozen, Some(now), None);
                Ok(self)
            }
            (Frozen, Active) => {
                // What was left of the period is left still.
                let stood = self.frozen_at.map_or(Span(0), |since| now - since);
                self.state = if self.last_charge.is_none() { New } else { Active };
                self.expires_at = self.expires_at.map(|t| t + stood);
                self.anchor = self.next_charge.ok_or(Refused::NoDate)? + stood;
                (self.cycle, self.frozen_at) = (0, None);
                self.dated(zone).ok_or(Refused::Calendar)
            }
            _ => Err(Refused::State),
        }
    }

    /// Without the card it was paid with: it ends with what is paid.
    pub fn without_account(mut self) -> Self {
        self.account = None;
        if matches!(self.state, State::New | State::Active) {
            self.state = State::NonRenewing;
            self.due_at = self.end();
        }
        self
    }

    /// With its next charge moved by a number of days or months, from where
    /// later ones are reckoned too.
    pub fn moved(mut self, by: Period, now: Time, zone: &Zone) -> Result<Self, Refused> {
        if self.state == State::Frozen {
            return Err(Refused::NoDate);
        }
        if self.state.is_over() {
            return Err(Refused::State);
        }
        let date = self.next_charge.ok_or(Refused::NoDate)?;
        let moved = zone.after(date, by, 1).ok_or(Refused::Calendar)?;
        if moved < now {
            return Err(Refused::Past);
        }
        (self.anchor, self.cycle) = (moved, 0);
        self.dated(zone).ok_or(Refused::Calendar)
    }

    /// What of the period that is paid is not used up at `now`, in money: by
    /// whole days of the period's, rounded down, and nothing in a trial.
    pub fn unused(&self, now: Time, zone: &Zone) -> Money {
        let charge = self.terms.charge;
        let nothing = Money::zero(charge.currency);
        let (Some(next), Some(period), true) = (self.next_charge, self.terms.period, self.last_charge.is_some()) else {
            return nothing;
        };
        if self.tries > 0 || self.state.is_over() {
            return nothing;
        }
        let back = Period { value: -period.value, unit: period.unit };
        let Some(from) = zone.after(next, back, 1) else { return nothing };
        let day = Span::hours(24).0;
        // An hour more or less, where the clocks change, makes no other number of days.
        let whole = ((next - from).0 + day / 2) / day;
        let left = ((next - now).0 / day).clamp(0, whole);
        if whole < 1 {
            return nothing;
        }
        let minor = i128::from(charge.minor) * i128::from(left) / i128::from(whole);
        Money::new(i64::try_from(minor).unwrap_or(0), charge.currency)
    }

    /// On another plan from now on, for which was paid now: a period begins.
    pub fn changed(mut self, plan: PlanId, terms: Terms, now: Time, zone: &Zone) -> Option<Self> {
        let before = Subscription { plan, terms: Terms { trial: 0, ..terms }, ..self.clone() };
        let created_at = self.created_at;
        let charges = self.charges;
        self = before.begin(now, zone)?;
        (self.created_at, self.charges, self.frozen_at) = (created_at, charges + 1, None);
        Some(self)
    }

    /// On another plan from its next charge on.
    pub fn changed_later(mut self, plan: PlanId, terms: Terms, zone: &Zone) -> Option<Self> {
        let date = self.next_charge?;
        (self.plan, self.terms) = (plan, Terms { trial: 0, ..terms });
        if self.state == State::NonRenewing {
            self.state = State::Active;
        }
        self.expires_at = match terms.expiration {
            Some(expiration) => Some(zone.after(date, expiration, 1)?),
            None => None,
        };
        (self.anchor, self.cycle) = (date, 0);
        self.dated(zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use proptest::prelude::*;

    fn at(text: &str) -> Time {
        Time::parse(text).unwrap()
    }

    fn terms() -> Terms {
        let charge = Money::new(1000, Currency::from_code("USD").unwrap());
        Terms { period: Some(Period::months(1)), charge, expiration: None, trial: 0, grace: 3, retry: 1 }
    }

    fn begun(terms: Terms, now: &str) -> Subscription {
        let blank = Subscription {
            project: ProjectId::new(1).unwrap(),
            id: SubscriptionId::new(1).unwrap(),
            user: "u".into(),
            name: None,
            email: None,
            country: None,
            custom_parameters: None,
            plan: PlanId::new(1).unwrap(),
            product: None,
            state: State::New,
            terms,
            anchor: Time(0),
            cycle: 0,
            charges: 0,
            tries: 0,
            next_charge: None,
            due_at: None,
            last_charge: None,
            expires_at: None,
            ended_at: None,
            frozen_at: None,
            account: AccountId::new(1),
            dry_run: true,
            created_at: Time(0),
        };
        blank.begin(at(now), &Zone::UTC).unwrap()
    }

    fn day(t: Option<Time>) -> String {
        t.map_or("never".into(), |t| t.rfc3339()[..10].into())
    }

    #[test]
    fn a_month_after_another() {
        let mut s = begun(terms(), "2026-01-31T10:00:00Z");
        let mut days = vec![];
        for _ in 0..3 {
            days.push(day(s.next_charge));
            let due = s.next_charge.unwrap();
            assert_eq!(s.due(due - Span(1)), Due::Nothing);
            assert_eq!(s.due(due), Due::Charge);
            // Late, which moves nothing.
            s = s.paid(due + Span::hours(30), &Zone::UTC).unwrap();
        }
        assert_eq!(days, ["2026-02-28", "2026-03-31", "2026-04-30"]);
        assert_eq!((s.charges, s.state), (4, State::Active));
    }

    #[test]
    fn a_trial_comes_first() {
        let s = begun(Terms { trial: 14, ..terms() }, "2026-01-02");
        assert_eq!((s.state, s.last_charge, day(s.next_charge)), (State::New, None, "2026-01-16".into()));
        let s = s.paid(at("2026-01-16"), &Zone::UTC).unwrap();
        assert_eq!((s.state, day(s.next_charge)), (State::Active, "2026-02-16".into()));
    }

    #[test]
    fn grace_and_its_end() {
        let mut s = begun(terms(), "2026-01-31T10:00:00Z");
        let mut seen = vec![];
        let mut now = s.next_charge.unwrap();
        while s.state == State::Active {
            s = s.declined(now, &Zone::UTC);
            seen.push(format!("{} {}", s.state.name(), day(s.due_at)));
            now = s.due_at.unwrap_or(now);
        }
        assert_eq!(
            seen,
            ["active 2026-03-01", "active 2026-03-02", "active 2026-03-03", "canceled never"],
            "at the date and on each of three days"
        );
        // Without grace the first decline ends it.
        let s = begun(Terms { grace: 0, ..terms() }, "2026-01-31");
        assert_eq!(s.declined(at("2026-02-28"), &Zone::UTC).state, State::Canceled);
        // Paid in grace: the days that follow stay where they were.
        let s = begun(terms(), "2026-01-31").declined(at("2026-02-28"), &Zone::UTC).paid(at("2026-03-01"), &Zone::UTC);
        assert_eq!(day(s.unwrap().next_charge), "2026-03-31");
        // A server that was down for two days has one try left.
        let late = begun(terms(), "2026-01-31").declined(at("2026-03-02T05:00:00Z"), &Zone::UTC);
        assert_eq!((late.state, day(late.due_at)), (State::Active, "2026-03-03".into()));
        let later = begun(terms(), "2026-01-31").declined(at("2026-05-01"), &Zone::UTC);
        assert_eq!(later.state, State::Canceled);
    }

    #[test]
    fn ends() {
        let s = begun(Terms { expiration: Some(Period::days(90)), ..terms() }, "2026-01-01");
        assert_eq!(day(s.end()), "2026-04-01");
        let s = (0..2).fold(s, |s, _| {
            let now = s.next_charge.unwrap();
            s.paid(now, &Zone::UTC).unwrap()
        });
        // The next charge would come on the day it ends: it ends.
        assert_eq!((day(s.next_charge), day(s.due_at)), ("2026-04-01".into(), "2026-04-01".into()));
        assert_eq!(s.due(at("2026-04-01")), Due::End(State::Expired));
        let s = begun(Terms { period: None, ..terms() }, "2026-01-01");
        assert_eq!((s.next_charge, s.due_at, s.due(at("2999-01-01"))), (None, None, Due::Nothing));
        let s = begun(terms(), "2026-01-01").put(State::NonRenewing, at("2026-01-10"), &Zone::UTC).unwrap();
        assert_eq!((day(s.end()), s.due(at("2026-02-01"))), ("2026-02-01".into(), Due::End(State::Canceled)));
    }

    /// Every step that a merchant may ask for; whatever is not listed is
    /// refused, and staying is always allowed.
    const TABLE: &[(State, State, State)] = {
        use State::*;
        &[
            (New, Canceled, Canceled),
            (New, Frozen, Frozen),
            (Active, NonRenewing, NonRenewing),
            (Active, Frozen, Frozen),
            (Active, Canceled, Canceled),
            (NonRenewing, Active, Active),
            (NonRenewing, Canceled, Canceled),
            (Frozen, Active, Active),
            (Frozen, Canceled, Canceled),
        ]
    };

    #[test]
    fn the_table_is_complete() {
        let now = at("2026-01-10");
        for from in State::ALL {
            assert_eq!(State::from_name(from.name()), Some(*from));
            for to in State::ALL {
                let trial = if *from == State::New { 30 } else { 0 };
                let mut s = begun(Terms { trial, ..terms() }, "2026-01-01");
                s.state = *from;
                let listed = TABLE.iter().find(|(a, b, _)| (a, b) == (from, to)).map(|t| t.2);
                let wanted = if from == to { Some(*to) } else { listed };
                assert_eq!(s.put(*to, now, &Zone::UTC).ok().map(|s| s.state), wanted, "{from:?} {to:?}");
            }
        }
    }

    #[test]
    fn what_stands_still_loses_nothing() {
        let s = begun(Terms { expiration: Some(Period::days(90)), ..terms() }, "2026-01-01");
        let s = s.put(State::Frozen, at("2026-01-11"), &Zone::UTC).unwrap();
        assert_eq!((s.due(at("2027-01-01")), s.due_at), (Due::Nothing, None));
        let s = s.put(State::Active, at("2026-03-12"), &Zone::UTC).unwrap();
        assert_eq!((day(s.next_charge), day(s.end())), ("2026-04-02".into(), "2026-05-31".into()));
        let s = s.paid(at("2026-04-02"), &Zone::UTC).unwrap();
        assert_eq!(day(s.next_charge), "2026-05-02");
    }

    #[test]
    fn dates_are_moved() {
        let s = begun(terms(), "2026-01-31");
        let later = s.clone().moved(Period::months(1), at("2026-02-01"), &Zone::UTC).unwrap();
        assert_eq!(day(later.next_charge), "2026-03-28");
        assert_eq!(day(later.paid(at("2026-03-28"), &Zone::UTC).unwrap().next_charge), "2026-04-28");
        let moved = |by| s.clone().moved(by, at("2026-02-01"), &Zone::UTC).map(|s| day(s.next_charge));
        assert_eq!(moved(Period::days(-27)), Ok("2026-02-01".into()));
        assert_eq!(moved(Period::days(-28)), Err(Refused::Past));
        assert_eq!(moved(Period::months(999_999)), Err(Refused::Calendar));
        let over = s.clone().put(State::Canceled, at("2026-02-01"), &Zone::UTC).unwrap();
        assert_eq!(over.moved(Period::days(1), at("2026-02-01"), &Zone::UTC), Err(Refused::State));
        let life = begun(Terms { period: None, ..terms() }, "2026-01-01");
        assert_eq!(life.moved(Period::days(1), at("2026-01-01"), &Zone::UTC), Err(Refused::NoDate));
    }

    #[test]
    fn another_plan() {
        let s = begun(terms(), "2026-01-01");
        assert_eq!(s.unused(at("2026-01-01"), &Zone::UTC).minor, 1000);
        assert_eq!(s.unused(at("2026-01-16T12:00:00Z"), &Zone::UTC).minor, 483, "15 days of 31");
        assert_eq!(s.unused(at("2026-02-01"), &Zone::UTC).minor, 0);
        assert_eq!(begun(Terms { trial: 9, ..terms() }, "2026-01-01").unused(at("2026-01-02"), &Zone::UTC).minor, 0);
        let year = Terms { period: Some(Period::months(12)), trial: 30, ..terms() };
        let plan = PlanId::new(2).unwrap();
        let up = s.clone().changed(plan, year, at("2026-01-16"), &Zone::UTC).unwrap();
        assert_eq!((day(up.next_charge), up.charges, up.created_at), ("2027-01-16".into(), 2, at("2026-01-01")));
        let down = s.changed_later(plan, year, &Zone::UTC).unwrap();
        assert_eq!((day(down.next_charge), down.charges), ("2026-02-01".into(), 1));
        assert_eq!(day(down.paid(at("2026-02-01"), &Zone::UTC).unwrap().next_charge), "2027-02-01");
    }

    proptest! {
        /// Whatever happens to it: what is over stays over, what runs has a
        /// date to be looked at, and no period is charged twice or left out.
        #[test]
        fn any_life(
            steps in prop::collection::vec((0u8..9, 0i64..90), 1..60),
            trial in 0i64..20,
            expires in any::<bool>(),
        ) {
            let expiration = expires.then_some(Period::months(7));
            let mut s = begun(Terms { trial, expiration, ..terms() }, "2026-01-31T23:30:00Z");
            let zone = Zone::named("Europe/Berlin").unwrap();
            let mut now = s.created_at;
            let mut charged = std::collections::BTreeSet::new();
            for (step, days) in steps {
                now = now + Span::hours(days * 24);
                let before = s.clone();
                s = match step {
                    0 => s.put(State::Canceled, now, &zone).unwrap_or(before.clone()),
                    1 => s.put(State::NonRenewing, now, &zone).unwrap_or(before.clone()),
                    2 => s.put(State::Active, now, &zone).unwrap_or(before.clone()),
                    3 => s.put(State::Frozen, now, &zone).unwrap_or(before.clone()),
                    4 => s.moved(Period::days(days - 20), now, &zone).unwrap_or(before.clone()),
                    _ => match s.due(now) {
                        Due::Nothing => s,
                        Due::End(state) => s.ended(state, now),
                        Due::Charge if step == 5 => s.declined(now, &zone),
                        Due::Charge => {
                            prop_assert!(charged.insert(s.next_charge), "twice for {}", day(s.next_charge));
                            s.paid(now, &zone).unwrap()
                        }
                    },
                };
                if before.state.is_over() {
                    prop_assert_eq!(&s, &before);
                }
                prop_assert_eq!(s.due_at.is_none(), s.state.is_over() || s.state == State::Frozen);
                prop_assert!(s.charges >= before.charges);
                prop_assert!(s.unused(now, &zone).minor <= 1000);
                if s.charges > before.charges && s.next_charge.is_some() && !s.state.is_over() {
                    prop_assert!(s.next_charge > before.next_charge);
                }
            }
        }
    }
}
