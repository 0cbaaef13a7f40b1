//! Every period of every subscription is charged once: through down-time,
//! clocks that jump, servers that die in the middle of a charge and answers that
//! are lost. `COINSLOT_RENEWALS=1000000` runs it longer, `COINSLOT_SUBSCRIPTIONS=12`
//! lets the same number of renewals take more simulated years, `COINSLOT_SEED=7`
//! runs it otherwise, and `COINSLOT_ENGINE=Postgres` on one database only.

use coinslot_app::{Shared, demo, subscription as renewals};
use coinslot_domain::account::Account;
use coinslot_domain::calendar::{Period, Zone};
use coinslot_domain::id::{AccountId, PlanId, ProjectId, SubscriptionId};
use coinslot_domain::localized::Localized;
use coinslot_domain::money::{Currency, Money};
use coinslot_domain::plan::{Plan, Terms};
use coinslot_domain::subscription::{State, Subscription};
use coinslot_domain::time::{Span, Time};
use coinslot_store::{StoreError, account, clock, plan, subscription};
use coinslot_tests::world::{START, SeededRandom};
use coinslot_tests::{Engine, World};

const ZONE: &str = "Europe/Berlin";
const PERIODS: [Period; 6] =
    [Period::days(1), Period::days(7), Period::days(30), Period::months(1), Period::months(3), Period::months(12)];

fn project() -> ProjectId {
    ProjectId::new(demo::PROJECT).unwrap()
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

/// Subscriptions of every kind of plan that began at START.
async fn subscribe(app: &Shared, count: i64) -> Vec<Subscription> {
    let usd = Currency::from_code("USD").unwrap();
    let zone = Zone::named(ZONE).unwrap();
    let mut all = Vec::new();
    for n in 0..count {
        let period = PERIODS[n as usize % PERIODS.len()];
        let terms = Terms {
            period: Some(period),
            charge: Money::new(100 + n, usd),
            expiration: None,
            trial: if n % 5 == 0 { 14 } else { 0 },
            grace: 400,
            retry: 1,
        };
        let kind = Plan {
            project: project(),
            id: PlanId::new(1_000 + n).unwrap(),
            external_id: format!("plan-{n}"),
            name: Localized::of("en", "Plan"),
            description: Localized::default(),
            group: None,
            terms,
            tags: vec![],
            enabled: true,
            deleted_at: None,
        };
        let card = Account {
            project: project(),
            id: AccountId::new(1_000 + n).unwrap(),
            user: format!("player-{n}"),
            method: 1380,
            kind: "card".into(),
            name: "Visa •••• 1111".into(),
            token: "kept_sandbox_ok_1111".into(),
        };
        let blank = Subscription {
            project: project(),
            id: SubscriptionId::new(1_000 + n).unwrap(),
            user: card.user.clone(),
            name: None,
            email: None,
            country: Some("DE".into()),
            custom_parameters: None,
            plan: kind.id,
            product: None,
            state: State::New,
            terms,
            anchor: START,
            cycle: 0,
            charges: 0,
            tries: 0,
            next_charge: None,
            due_at: None,
            last_charge: None,
            expires_at: None,
            ended_at: None,
            frozen_at: None,
            account: Some(card.id),
            dry_run: true,
            created_at: START,
        };
        // The 31st of a month, late in the evening, for some.
        let start = if n % 2 == 0 { START } else { Time::parse("2026-01-31T22:30:00Z").unwrap() };
        let begun = blank.begin(start, &zone).unwrap();
        let kept = begun.clone();
        app.store
            .write(move |tx| {
                clock::set_zone(tx, project(), &Zone::named(ZONE).unwrap())?;
                plan::insert(tx, &kind, START)?;
                account::save(tx, &card, START)?;
                subscription::insert(tx, &kept, None).map(drop)
            })
            .await
            .unwrap_or_else(|e: StoreError| panic!("{e}"));
        all.push(begun);
    }
    all
}

/// Dies in the middle of a charge: the gateway took the money and nobody heard.
async fn die_while_renewing(world: &World) {
    world.gateway.hang_next(true);
    let app = world.app.clone();
    let renewing = tokio::spawn(async move { renewals::renew(&app, project()).await });
    tokio::select! {
        () = world.gateway.hanging.notified() => {}
        _ = async { while !renewing.is_finished() { tokio::task::yield_now().await } } => {}
    }
    renewing.abort();
    let _ = renewing.await;
    world.gateway.hang_next(false);
}

/// Dies wherever it is after a few steps.
async fn die_after(world: &World, steps: u64) {
    let app = world.app.clone();
    let renewing = tokio::spawn(async move { renewals::renew(&app, project()).await });
    for _ in 0..steps {
        tokio::task::yield_now().await;
    }
    renewing.abort();
    let _ = renewing.await;
}

/// `at_once`: with a gateway that says at once what becomes of a charge.
async fn live(engine: Engine, at_once: bool, wanted: u64, count: i64, seed: u64) {
    let world = World::new(engine).await;
    if at_once {
        world.gateway.answer_at_once();
    }
    let random = SeededRandom::new(seed);
    let begun = subscribe(&world.app, count).await;
    let mut counted = 0;
    let mut steps = 0;
    while counted < wanted {
        steps += 1;
        let below = |n: u64| random.number() % n;
        // Down for up to ten days, mostly for less.
        let hours = if below(4) == 0 { below(240) } else { below(30) };
        world.advance(Span::hours(hours as i64 + 1));
        match below(6) {
            0 if at_once => die_after(&world, below(40)).await,
            0 => die_while_renewing(&world).await,
            1 => world.gateway.lose_answers(below(8) as usize),
            2 => {
                let to = world.app.now(project()) + Span::hours(below(200) as i64);
                coinslot_app::clock::advance(&world.app, project(), to).await.unwrap();
            }
            // Two servers at one time.
            3 => {
                let (a, b) = (world.app.clone(), world.app.clone());
                let (a, b) = tokio::join!(renewals::renew(&a, project()), renewals::renew(&b, project()));
                a.and(b).unwrap();
            }
            _ => world.run_due().await,
        }
        world.game.take();
        if steps % 50 == 0 {
            let all = world.app.store.read(move |tx| {
                let mut sum = 0;
                for n in 0..count {
                    let s = subscription::find(tx, project(), SubscriptionId::new(1_000 + n).unwrap())?;
                    sum += s.map_or(0, |s| s.charges);
                }
                Ok::<_, StoreError>(sum)
            });
            counted = all.await.unwrap() as u64;
        }
    }
    // Everything that is open is settled in the end.
    world.gateway.lose_answers(0);
    for _ in 0..4 {
        world.advance(Span::minutes(2));
        world.run_due().await;
    }
    let now = world.app.now(project());
    let zone = Zone::named(ZONE).unwrap();
    let (mut renewed, mut missed, mut double) = (0_u64, 0_u64, 0_u64);
    for s in &begun {
        let id = s.id;
        let charges = world.app.store.read(move |tx| subscription::charges(tx, project(), None, Some(id), 0, 1 << 20));
        let charges = charges.await.unwrap_or_else(|e: StoreError| panic!("{e}"));
        let mut dates: Vec<Time> =
            charges.iter().filter(|c| c.state.was_captured()).map(|c| c.charge.charged_for).collect();
        dates.sort_unstable();
        let due = (s.cycle..).map_while(|n| zone.after(s.anchor, s.terms.period.unwrap(), n)).take_while(|t| *t <= now);
        let due: Vec<Time> = due.collect();
        renewed += dates.len() as u64;
        // Both are in order, so that a search finds what the other has.
        missed += due.iter().filter(|d| dates.binary_search(d).is_err()).count() as u64;
        double += dates.windows(2).filter(|w| w[0] == w[1]).count() as u64;
        double += dates.iter().filter(|d| due.binary_search(d).is_err()).count() as u64;
    }
    let years = (now.0 - START.0) / (365 * 86_400_000_000);
    let span = format!("{renewed} renewals of {count} subscriptions in {steps} steps over {years} years");
    let engine = if at_once { format!("{engine:?}, at once") } else { format!("{engine:?}") };
    let figures = format!("{span}, {missed} missed, {double} double");
    println!("{engine}: {figures}, seed {seed}");
    assert_eq!((missed, double), (0, 0), "{engine}, seed {seed}");
    let paid = world.payments().await.into_iter().filter(|p| p.state.was_captured());
    let paid: i64 = paid.map(|p| p.breakdown.payment.minor).sum();
    assert_eq!(paid, world.held().await, "{engine}, seed {seed}");
    // What is taken with its beginning is never asked for.
    let (charges, taken) = if at_once { (0, 0) } else { (renewed, paid) };
    let asked = (world.gateway.charges() as u64, world.gateway.taken());
    assert_eq!(asked, (charges, taken), "{engine}, seed {seed}: the gateway took what is not booked");
    world.check_books().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_period_is_charged_once() {
    let seed = number("COINSLOT_SEED", 1);
    let wanted = number("COINSLOT_RENEWALS", 1_000);
    let count = number("COINSLOT_SUBSCRIPTIONS", 60) as i64;
    let only = std::env::var("COINSLOT_ENGINE").ok();
    let wants = |engine: &Engine| only.as_ref().is_none_or(|only| format!("{engine:?}") == *only);
    assert!(Engine::BOTH.iter().any(wants), "COINSLOT_ENGINE is one of {:?}", Engine::BOTH);
    for engine in Engine::BOTH.into_iter().filter(wants) {
        for at_once in [false, true] {
            live(engine, at_once, wanted, count, seed).await;
        }
    }
}
