//! What stands outside the server and outlives it: time, the payment provider
//! and the game. None of it is undone by a crash.

use crate::seed::{Seeded, mix};
use coinslot_app::port::{
    Answered, CardRefused, CardToken, Charge, ChargeAnswer, Clock, Game, Gateway, GiveBack, Later, Method, Outgoing,
    RefundAnswer,
};
use coinslot_app::{demo, signature};
use coinslot_domain::card::Card;
use coinslot_domain::id::{AttemptId, RefundId};
use coinslot_domain::money::Currency;
use coinslot_domain::payment::Decline;
use coinslot_domain::time::{Span, Time};
use coinslot_gateway::SandboxGateway;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A clock that stands still until it is moved.
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// A clock that shows this.
    pub fn new(now: Time) -> Self {
        FixedClock(AtomicI64::new(now.0))
    }

    /// Moves the clock.
    pub fn advance(&self, span: Span) {
        self.0.fetch_add(span.0, Ordering::SeqCst);
    }

    /// Moves the clock to a moment, unless that has passed.
    pub fn reach(&self, time: Time) {
        self.0.fetch_max(time.0, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Time {
        Time(self.0.load(Ordering::SeqCst))
    }
}

/// The sandbox's cards at a provider that remembers what it took and gave back.
#[derive(Default)]
pub struct Provider {
    taken: Mutex<BTreeMap<AttemptId, i64>>,
    given_back: Mutex<BTreeMap<RefundId, i64>>,
}

impl Provider {
    /// Minor units held: taken and not given back.
    pub fn held(&self) -> i64 {
        lock(&self.taken).values().sum::<i64>() - lock(&self.given_back).values().sum::<i64>()
    }

    /// Attempts that took money.
    pub fn attempts(&self) -> Vec<AttemptId> {
        lock(&self.taken).keys().copied().collect()
    }

    /// Refunds that gave money back.
    pub fn refunds(&self) -> Vec<RefundId> {
        lock(&self.given_back).keys().copied().collect()
    }

    fn fork(&self) -> Self {
        let (taken, given_back) = (lock(&self.taken).clone(), lock(&self.given_back).clone());
        Provider { taken: Mutex::new(taken), given_back: Mutex::new(given_back) }
    }

    fn note(&self, charge: &Charge, answer: ChargeAnswer) -> ChargeAnswer {
        if answer == ChargeAnswer::Succeeded {
            lock(&self.taken).insert(charge.attempt, charge.amount.minor);
        }
        answer
    }
}

impl Gateway for Provider {
    fn methods(&self, currency: Currency) -> Vec<Method> {
        SandboxGateway.methods(currency)
    }
    fn tokenize(&self, card: &Card, today: (i16, i8)) -> Result<CardToken, CardRefused> {
        SandboxGateway.tokenize(card, today)
    }
    fn keep(&self, token: &str) -> String {
        SandboxGateway.keep(token)
    }
    fn declining(&self) -> Vec<(Decline, String)> {
        SandboxGateway.declining()
    }
    fn charge(&self, charge: Charge) -> Later<'_, ChargeAnswer> {
        Box::pin(async move { self.note(&charge, SandboxGateway.charge(charge.clone()).await) })
    }
    fn answer_challenge(&self, charge: Charge, approved: bool) -> Later<'_, ChargeAnswer> {
        Box::pin(async move { self.note(&charge, SandboxGateway.answer_challenge(charge.clone(), approved).await) })
    }
    fn inquire(&self, charge: Charge) -> Later<'_, ChargeAnswer> {
        Box::pin(async move {
            if lock(&self.taken).contains_key(&charge.attempt) {
                return ChargeAnswer::Succeeded;
            }
            self.note(&charge, SandboxGateway.inquire(charge.clone()).await)
        })
    }
    fn refund(&self, order: GiveBack) -> Later<'_, RefundAnswer> {
        Box::pin(async move {
            lock(&self.given_back).insert(order.refund, order.amount.minor);
            RefundAnswer::Succeeded
        })
    }
}

/// What an event made the game do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// `notification_type`.
    pub kind: String,
    /// The payment's number.
    pub transaction: i64,
}

#[derive(Clone, Default)]
struct Told {
    /// How often each id came.
    calls: BTreeMap<String, u64>,
    bodies: BTreeMap<String, String>,
    effects: BTreeMap<String, Effect>,
    faults: Vec<String>,
}

/// A game that refuses three calls of ten with 503, and acts once on each event
/// that it acknowledges, as the documentation of webhooks asks it to.
pub struct Receiver {
    seed: u64,
    /// Calls of ten that are refused.
    refused: u64,
    told: Mutex<Told>,
}

impl Receiver {
    /// A game that refuses the same calls for the same seed.
    pub fn new(seed: u64) -> Self {
        Receiver { seed, refused: 3, told: Mutex::default() }
    }

    /// A game that refuses nothing.
    pub fn willing() -> Self {
        Receiver { seed: 0, refused: 0, told: Mutex::default() }
    }

    fn fork(&self) -> Self {
        Receiver { seed: self.seed, refused: self.refused, told: Mutex::new(lock(&self.told).clone()) }
    }

    /// What the game did, by `webhook-id`.
    pub fn effects(&self) -> BTreeMap<String, Effect> {
        lock(&self.told).effects.clone()
    }

    /// What no server may send: a wrong signature, a body that changed.
    pub fn faults(&self) -> Vec<String> {
        lock(&self.told).faults.clone()
    }

    /// Takes a webhook; the status of the answer.
    pub fn receive(&self, header: impl Fn(&str) -> Option<String>, body: &str) -> u16 {
        let mut told = lock(&self.told);
        let id = header("webhook-id").unwrap_or_default();
        if header("authorization").as_deref() != Some(signature::documented(body.as_bytes(), demo::SECRET).as_str()) {
            told.faults.push(format!("{id} came with a wrong signature"));
            return 400;
        }
        if told.bodies.entry(id.clone()).or_insert_with(|| body.to_string()) != body {
            told.faults.push(format!("{id} came with another body than before"));
        }
        let calls = told.calls.entry(id.clone()).or_default();
        *calls += 1;
        let drawn = id.bytes().fold(self.seed ^ *calls, |sum, byte| mix(sum ^ u64::from(byte)));
        if drawn % 10 < self.refused {
            return 503;
        }
        let value: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
        let kind = value["notification_type"].as_str().unwrap_or_default().to_string();
        if kind != "user_validation" {
            let transaction = value["transaction"]["id"].as_i64().unwrap_or_default();
            told.effects.insert(id, Effect { kind, transaction });
        }
        204
    }
}

impl Game for Receiver {
    fn post(&self, request: Outgoing) -> Later<'_, Answered> {
        let header = |name: &str| request.headers.iter().find(|(n, _)| *n == name).map(|(_, value)| value.clone());
        let status = self.receive(header, &request.body);
        let answered = Answered { status: Some(status), body: String::new(), error: None, took: Span::millis(3) };
        Box::pin(async move { answered })
    }
    fn get(&self, _: Outgoing) -> Later<'_, Answered> {
        let answered = Answered { status: Some(404), body: String::new(), error: None, took: Span::millis(3) };
        Box::pin(async move { answered })
    }
}

/// All of it.
pub struct Outside {
    /// The time.
    pub clock: Arc<FixedClock>,
    /// The payment provider.
    pub provider: Arc<Provider>,
    /// The game.
    pub receiver: Arc<Receiver>,
    /// Secrets of the server, which never repeat across its restarts.
    pub random: Arc<Seeded>,
}

/// Where every story begins: 2026-01-02T03:04:05Z.
const START: Time = Time(1_767_323_045_000_000);

impl Outside {
    /// A new world.
    pub fn new(random: &Seeded) -> Self {
        Outside {
            clock: Arc::new(FixedClock::new(START)),
            provider: Arc::default(),
            receiver: Arc::new(Receiver::new(random.number())),
            random: Arc::new(random.branch()),
        }
    }

    /// The same world at this moment, to try something out in it.
    pub fn fork(&self) -> Self {
        Outside {
            clock: Arc::new(FixedClock::new(self.clock.now())),
            provider: Arc::new(self.provider.fork()),
            receiver: Arc::new(self.receiver.fork()),
            random: Arc::new(Seeded::new(self.clock.now().0.unsigned_abs())),
        }
    }
}
