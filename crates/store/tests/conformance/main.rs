//! What the store promises, told to both engines, and once more to PostgreSQL
//! with serializable transactions.
//!
//! A scenario is a list of calls in one transaction. What they return is
//! written down, and the engines must have told the same story in the end. The
//! last test sees to it that no public function is left out.

/// Calls a function of the store and writes down which, and what it returned.
macro_rules! call {
    ($log:ident, $module:ident::$function:ident($($arg:expr),* $(,)?)) => {{
        let result = $module::$function($($arg),*)?;
        $log.note(concat!(stringify!($module), "::", stringify!($function)), &result);
        result
    }};
}

mod account;
mod cart;
mod catalogue;
mod clock;
#[path = "../common/mod.rs"]
mod common;
mod coupon;
mod draw;
mod game;
mod gift;
mod hub;
mod idempotency;
mod inventory;
mod journal;
mod key;
mod mail;
mod message;
mod outbox;
mod paying;
mod plan;
mod product;
mod project;
mod promotion;
mod purchase;
mod refunding;
mod report;
mod subscription;
mod text;
mod ticket;
mod tv;
mod wallet;

use coinslot_domain::gift::Gift;
use coinslot_domain::id::{AttemptId, EntryId, EventId, MerchantId, OrderId, PaymentId, ProjectId};
use coinslot_domain::ledger::{self as books, Entry, EntryKind};
use coinslot_domain::merchant::{Caller, Fees, KeyScope, Project, TokenStatus};
use coinslot_domain::money::{BasisPoints, Currency, Money};
use coinslot_domain::order::{Order, OrderEvent, OrderState, Player};
use coinslot_domain::payment::{Breakdown, Notified, Payment, PaymentEvent, PaymentState};
use coinslot_domain::redirect::RedirectPolicy;
use coinslot_domain::tax::{Tax, TaxKind, TaxRule};
use coinslot_domain::time::{Span, Time};
use coinslot_domain::webhook::Optional;
use coinslot_store::merchant::KeptKey;
use coinslot_store::payment::News;
use coinslot_store::webhook::Delivery;
use coinslot_store::{Location, Store, StoreError, Tx};
use coinslot_store::{id, ledger, merchant, order, payment, refund, token, webhook};
use common::Place;
use std::collections::BTreeSet;
use std::fmt::Debug;

/// The calls of a scenario, and what they returned.
#[derive(Default)]
pub(crate) struct Log(Vec<(&'static str, String)>);

impl Log {
    fn note(&mut self, function: &'static str, result: &impl Debug) {
        self.0.push((function, format!("{result:?}")));
    }
}

pub(crate) type Scenario = fn(&mut Tx<'_>, &mut Log) -> Result<(), StoreError>;

pub(crate) enum Step {
    /// In a transaction that is kept.
    Write(&'static str, Scenario),
    /// As a read of what is committed.
    Read(&'static str, Scenario),
    /// In a transaction that the database refuses, and of which nothing stays.
    Refused(&'static str, Scenario),
}

const STEPS: &[Step] = &[
    Step::Write("ids", ids),
    Step::Write("merchants", merchants),
    Step::Write("projects", projects),
    Step::Write("tokens", tokens),
    Step::Write("pages of tokens", pages),
    Step::Write("tokens are purged", purge_tokens),
    Step::Write("orders", orders),
    Step::Refused("an order twice", order_twice),
    Step::Refused("an order of nothing", order_of_nothing),
    Step::Read("what was refused left nothing", nothing_of_the_refused),
    Step::Write("payments", paying::payments),
    Step::Refused("a payment whose parts do not add up", paying::wrong_sum),
    Step::Refused("a payment's number twice", paying::number_twice),
    Step::Write("a payment through a challenge and a decline", paying::path),
    Step::Write("a payment given back", paying::given_back),
    Step::Write("attempts", paying::attempts),
    Step::Refused("an attempt twice", paying::attempt_twice),
    Step::Write("refunds", refunding::refunds),
    Step::Refused("a refund twice", refunding::twice),
    Step::Write("the journal", journal::journal),
    Step::Refused("an entry twice", journal::entry_twice),
    Step::Write("the journal goes on", journal::goes_on),
    Step::Write("the outbox keeps the order of a payment", outbox::order),
    Step::Write("one server sends for a project at one time", outbox::turns),
    Step::Write("two who send one event at one time", outbox::overlap),
    Step::Write("an event that failed lets the next one pass", outbox::failed),
    Step::Write("the oldest is claimed first", outbox::limit),
    Step::Write("questions and deliveries", outbox::deliveries),
    Step::Write("an event is sent again", outbox::replays),
    Step::Write("a replayed event keeps its place", outbox::replay_order),
    Step::Read("lists of events", outbox::lists),
    Step::Read("everything, from committed data", read_back),
];

/// The scenarios of features that have a file of their own.
#[rustfmt::skip] // one a line, so that two who add one do not meet
const MORE: &[&[Step]] = &[
    text::STEPS,
    catalogue::STEPS,
    cart::STEPS,
    wallet::STEPS,
    account::STEPS,
    clock::STEPS,
    coupon::STEPS,
    draw::STEPS,
    game::STEPS,
    gift::STEPS,
    hub::STEPS,
    idempotency::STEPS,
    inventory::STEPS,
    key::STEPS,
    mail::STEPS,
    message::STEPS,
    plan::STEPS,
    product::STEPS,
    project::STEPS,
    promotion::STEPS,
    purchase::STEPS,
    report::STEPS,
    subscription::STEPS,
    ticket::STEPS,
    tv::STEPS,
];

async fn story(store: &Store) -> Vec<(&'static str, String)> {
    let mut told = Vec::new();
    for step in STEPS.iter().chain(MORE.iter().copied().flatten()) {
        let (name, result) = match *step {
            Step::Write(name, scenario) | Step::Refused(name, scenario) => {
                let run = move |tx: &mut Tx<'_>| {
                    let mut log = Log::default();
                    scenario(tx, &mut log).map(|()| log.0)
                };
                (name, store.write(run).await)
            }
            Step::Read(name, scenario) => {
                let run = move |tx: &mut Tx<'_>| {
                    let mut log = Log::default();
                    scenario(tx, &mut log).map(|()| log.0)
                };
                (name, store.read(run).await)
            }
        };
        told.push(("---", name.to_string()));
        match (step, result) {
            (Step::Refused(..), Err(StoreError::Unavailable(_))) => told.push(("---", "refused".into())),
            (Step::Refused(..), other) => panic!("{name}: not refused by the database, but {other:?}"),
            (_, Ok(log)) => told.extend(log),
            (_, Err(e)) => panic!("{name}: {e}"),
        }
    }
    told
}

#[tokio::test]
async fn both_engines_tell_the_same() {
    let [lite, pg] = Place::both();
    let strict = Place::Pg(coinslot_testkit::postgres::database());
    let Location::Postgres(url) = strict.location() else { unreachable!() };
    let strict_url = format!("{url}?options=-c%20default_transaction_isolation%3Dserializable");

    let from_lite = story(&lite.open()).await;
    let from_pg = story(&pg.open()).await;
    let from_strict = story(&Store::open(&Location::Postgres(strict_url)).unwrap()).await;
    for (name, other) in [("PostgreSQL", &from_pg), ("PostgreSQL, serializable", &from_strict)] {
        for (i, (mine, theirs)) in from_lite.iter().zip(other).enumerate() {
            assert_eq!(mine, theirs, "line {i} on SQLite and on {name}");
        }
        assert_eq!(from_lite.len(), other.len(), "{name}");
    }

    let called: BTreeSet<&str> = from_lite.iter().map(|(function, _)| *function).filter(|f| *f != "---").collect();
    let public: BTreeSet<String> = public_functions();
    let forgotten: Vec<_> = public.iter().filter(|f| !called.contains(f.as_str())).collect();
    assert!(forgotten.is_empty(), "no scenario calls {forgotten:?}");
    assert_eq!(called.len(), public.len(), "a scenario calls what is not there: the check reads the files wrongly");
}

const FILES: &[(&str, &str)] = &[
    ("account", include_str!("../../src/account.rs")),
    ("attribute", include_str!("../../src/attribute.rs")),
    ("cart", include_str!("../../src/cart.rs")),
    ("catalogue", include_str!("../../src/catalogue.rs")),
    ("clock", include_str!("../../src/clock.rs")),
    ("coupon", include_str!("../../src/coupon.rs")),
    ("draw", include_str!("../../src/draw.rs")),
    ("game", include_str!("../../src/game.rs")),
    ("gift", include_str!("../../src/gift.rs")),
    ("group", include_str!("../../src/group.rs")),
    ("hub", include_str!("../../src/hub.rs")),
    ("id", include_str!("../../src/id.rs")),
    ("idempotency", include_str!("../../src/idempotency.rs")),
    ("inventory", include_str!("../../src/inventory.rs")),
    ("item", include_str!("../../src/item.rs")),
    ("key", include_str!("../../src/key.rs")),
    ("ledger", include_str!("../../src/ledger.rs")),
    ("lootbox", include_str!("../../src/lootbox.rs")),
    ("mail", include_str!("../../src/mail.rs")),
    ("merchant", include_str!("../../src/merchant.rs")),
    ("message", include_str!("../../src/message.rs")),
    ("order", include_str!("../../src/order.rs")),
    ("payment", include_str!("../../src/payment.rs")),
    ("plan", include_str!("../../src/plan.rs")),
    ("product", include_str!("../../src/product.rs")),
    ("project", include_str!("../../src/project.rs")),
    ("promotion", include_str!("../../src/promotion.rs")),
    ("purchase", include_str!("../../src/purchase.rs")),
    ("refund", include_str!("../../src/refund.rs")),
    ("report", include_str!("../../src/report.rs")),
    ("shipping", include_str!("../../src/shipping.rs")),
    ("subscription", include_str!("../../src/subscription.rs")),
    ("text", include_str!("../../src/text.rs")),
    ("ticket", include_str!("../../src/ticket.rs")),
    ("token", include_str!("../../src/token.rs")),
    ("tv", include_str!("../../src/tv.rs")),
    ("virtual_currency", include_str!("../../src/virtual_currency.rs")),
    ("wallet", include_str!("../../src/wallet.rs")),
    ("webhook", include_str!("../../src/webhook.rs")),
];

/// `file::function` of every public function of the feature files.
fn public_functions() -> BTreeSet<String> {
    FILES
        .iter()
        .flat_map(|(file, text)| {
            text.lines().filter_map(move |line| {
                let name = line.strip_prefix("pub fn ")?.split(['(', '<']).next()?;
                Some(format!("{file}::{name}"))
            })
        })
        .collect()
}

#[test]
fn every_feature_file_is_looked_at() {
    let modules =
        include_str!("../../src/lib.rs").lines().filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';'));
    assert_eq!(modules.collect::<Vec<_>>(), FILES.iter().map(|(file, _)| *file).collect::<Vec<_>>());
    let functions = public_functions();
    for known in ["id::take", "webhook::take", "payment::advance"] {
        assert!(functions.contains(known), "{known} is not among {functions:?}");
    }
}

// -------------------------------------------------------------- fixtures ---

/// Some instant; the store has no clock of its own.
pub(crate) fn at(seconds: i64) -> Time {
    Time(1_700_000_000_000_000) + Span::seconds(seconds)
}

pub(crate) fn ours() -> ProjectId {
    ProjectId::new(7).unwrap()
}

pub(crate) fn theirs() -> ProjectId {
    ProjectId::new(8).unwrap()
}

pub(crate) fn acme() -> MerchantId {
    MerchantId::new(3).unwrap()
}

pub(crate) fn umbrella() -> MerchantId {
    MerchantId::new(4).unwrap()
}

pub(crate) fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::from_code("EUR").unwrap())
}

fn yen(minor: i64) -> Money {
    Money::new(minor, Currency::from_code("JPY").unwrap())
}

pub(crate) fn payment_id(n: i64) -> PaymentId {
    PaymentId::new(n).unwrap()
}

fn attempt_id(n: i64) -> AttemptId {
    AttemptId::new(n).unwrap()
}

fn event_id(n: i64) -> EventId {
    EventId::new(n).unwrap()
}

/// A payment that was captured, for features that look at payments.
pub(crate) fn paid_payment(tx: &mut Tx<'_>, project: ProjectId, n: i64) -> Result<PaymentId, StoreError> {
    let payment = a_payment(project, n);
    payment::insert(tx, &payment, &format!("paid-{n}"))?;
    let news = News { paid_at: Some(at(n)), ..News::default() };
    payment::advance(tx, payment.clone(), PaymentEvent::Captured, news)?.expect("a payment that is captured");
    Ok(payment.id)
}

pub(crate) fn quote(price: Money) -> Breakdown {
    let tax = Tax { kind: TaxKind::SalesTax, rate: BasisPoints(1000) };
    let fees = Fees { platform: BasisPoints(500), method: BasisPoints(300) };
    Breakdown::quote(price, tax, fees).unwrap()
}

fn full_project() -> Project {
    Project {
        id: ours(),
        merchant: acme(),
        name: "Müller's Quest — 冒険".into(),
        active: true,
        secret: "s3cret".into(),
        webhook_url: None,
        fees: Fees { platform: BasisPoints(500), method: BasisPoints(0) },
        taxes: vec![
            TaxRule { country: "DE".into(), tax: Tax { kind: TaxKind::Vat, rate: BasisPoints(700) } },
            TaxRule { country: "US".into(), tax: Tax { kind: TaxKind::SalesTax, rate: BasisPoints(888) } },
        ],
        frame_ancestors: vec!["https://a.example".into(), "https://b.example:8443".into()],
        locales: vec!["en".into()],
        return_url: None,
        redirect_policy: Some(RedirectPolicy { delay: Some(0), caption: Some("—".into()), ..Default::default() }),
        external_id_required: false,
        optional: vec![Optional::PsDeclined],
        token_status: Default::default(),
    }
}

fn bare_project() -> Project {
    Project {
        id: theirs(),
        merchant: umbrella(),
        name: String::new(),
        active: false,
        secret: String::new(),
        webhook_url: Some("https://game.example/hook".into()),
        fees: Fees::default(),
        taxes: vec![],
        frame_ancestors: vec![],
        locales: vec!["en".into()],
        return_url: None,
        redirect_policy: None,
        external_id_required: false,
        optional: vec![],
        token_status: Default::default(),
    }
}

fn stored(project: ProjectId, hash: &str, expires: i64) -> token::Stored {
    token::Stored {
        project,
        hash: hash.into(),
        dry_run: expires % 2 == 0,
        body: format!("{{\"user\":{{\"id\":{{\"value\":\"{hash}\"}}}}}}"),
        expires_at: at(expires),
    }
}

pub(crate) fn an_order(project: ProjectId, n: i64) -> Order {
    Order {
        project,
        id: OrderId::new(n).unwrap(),
        state: OrderState::New,
        player: Player { id: "p1".into(), ..Player::default() },
        total: eur(1000),
        lines: vec![],
        description: None,
        external_id: None,
        custom_parameters: None,
        placed: None,
        gift: None,
    }
}

pub(crate) fn a_payment(project: ProjectId, n: i64) -> Payment {
    let breakdown = quote(eur(1000));
    Payment {
        project,
        id: payment_id(n),
        order: OrderId::new(n + 1000).unwrap(),
        state: PaymentState::Pending,
        attempt: attempt_id(n + 2000),
        method: 1380,
        breakdown,
        refunded: eur(0),
        reserved: eur(0),
        dry_run: false,
        notified: Notified::NotNeeded,
        created_at: at(n),
        paid_at: None,
        decline: None,
        card: Some("Visa ****1111".into()),
    }
}

pub(crate) fn an_entry(project: ProjectId, n: i64, kind: EntryKind, of: i64, parts: &Breakdown) -> Entry {
    Entry {
        project,
        id: EntryId::new(n).unwrap(),
        kind,
        payment: Some(payment_id(of)),
        at: at(n),
        postings: match kind {
            EntryKind::Refund | EntryKind::Chargeback => books::refund(parts),
            EntryKind::Capture | EntryKind::Operation => books::capture(parts),
        },
    }
}

fn a_delivery(project: ProjectId, event: i64, attempt: i64, sent: i64) -> Delivery {
    Delivery {
        project,
        event: event_id(event),
        attempt,
        url: "https://game.example/hook".into(),
        signature: "Signature 0123abcd".into(),
        sent_at: at(sent),
        took: Span::millis(12),
        status: Some(204),
        answer: String::new(),
        error: None,
    }
}

// ------------------------------------------------------------- scenarios ---

fn ids(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    assert_eq!(call!(log, id::take(tx, id::Kind::Id, 1)), 100_000_001);
    assert_eq!(call!(log, id::take(tx, id::Kind::Id, 5)), 100_000_002);
    assert_eq!(call!(log, id::take(tx, id::Kind::TokenPage, 1)), 100_000_001, "each kind counts for itself");
    assert_eq!(call!(log, id::take(tx, id::Kind::Id, 1)), 100_000_007);
    Ok(())
}

fn merchants(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    call!(log, merchant::insert(tx, acme(), "Acme", at(0)));
    call!(log, merchant::insert(tx, acme(), "Acme again", at(1)));
    call!(log, merchant::insert(tx, umbrella(), "Umbrella", at(0)));

    let company = Caller { merchant: acme(), scope: KeyScope::Company };
    let project = Caller { merchant: acme(), scope: KeyScope::Project(ours()) };
    call!(log, merchant::insert_key(tx, company, "hash-c", at(0)));
    call!(log, merchant::insert_key(tx, project, "hash-p", at(0)));
    // A key that exists keeps its reach.
    call!(log, merchant::insert_key(tx, company, "hash-p", at(1)));
    assert_eq!(call!(log, merchant::find_key(tx, acme(), "hash-c")), Some(company));
    assert_eq!(call!(log, merchant::find_key(tx, acme(), "hash-p")), Some(project));
    assert_eq!(call!(log, merchant::find_key(tx, acme(), "hash-x")), None);
    assert_eq!(call!(log, merchant::find_key(tx, umbrella(), "hash-c")), None, "a key of another merchant");
    let kept = |hash: &str, scope| KeptKey { hash: hash.into(), scope, created_at: at(0) };
    assert_eq!(call!(log, merchant::name(tx, acme())).as_deref(), Some("Acme"));
    assert_eq!(call!(log, merchant::name(tx, MerchantId::new(77).unwrap())), None);
    let both = [kept("hash-c", KeyScope::Company), kept("hash-p", project.scope)];
    assert_eq!(call!(log, merchant::keys(tx, acme())), both);
    call!(log, merchant::insert_key(tx, company, "hash-old", at(0)));
    assert!(!call!(log, merchant::remove_key(tx, umbrella(), "hash-old")), "of another merchant");
    assert!(call!(log, merchant::remove_key(tx, acme(), "hash-old")));
    assert!(!call!(log, merchant::remove_key(tx, acme(), "hash-old")), "it is gone");
    assert_eq!(call!(log, merchant::keys(tx, acme())), both);
    Ok(())
}

fn projects(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    call!(log, merchant::insert_project(tx, &full_project(), at(0)));
    call!(log, merchant::insert_project(tx, &bare_project(), at(0)));
    assert!(call!(log, merchant::projects(tx)).contains(&ours()));
    assert_eq!(call!(log, merchant::find_project(tx, ours())), Some(full_project()));
    assert_eq!(call!(log, merchant::find_project(tx, theirs())), Some(bare_project()));
    assert_eq!(call!(log, merchant::find_project(tx, ProjectId::new(9).unwrap())), None);

    let mut other = Project { name: "another".into(), ..full_project() };
    other.taxes[0].tax.rate = BasisPoints(1);
    other.taxes.push(TaxRule { country: "FR".into(), ..other.taxes[1].clone() });
    call!(log, merchant::insert_project(tx, &other, at(1)));
    let same = call!(log, merchant::find_project(tx, ours()));
    assert_eq!(same, Some(full_project()), "one that exists stays as it is, with its taxes");

    call!(log, merchant::set_webhook_url(tx, ours(), Some("http://127.0.0.1:9/")));
    let url = call!(log, merchant::find_project(tx, ours())).unwrap().webhook_url;
    assert_eq!(url.as_deref(), Some("http://127.0.0.1:9/"));
    call!(log, merchant::set_token_status(tx, ours(), TokenStatus::Created));
    assert_eq!(call!(log, merchant::find_project(tx, ours())).unwrap().token_status, TokenStatus::Created);
    call!(log, merchant::set_token_status(tx, ours(), TokenStatus::Ok));
    call!(log, merchant::set_webhook_url(tx, ours(), None));
    assert_eq!(call!(log, merchant::find_project(tx, ours())), Some(full_project()));
    call!(log, merchant::set_webhook_url(tx, ProjectId::new(9).unwrap(), Some("http://x/")));
    assert_eq!(call!(log, merchant::find_project(tx, ProjectId::new(9).unwrap())), None);
    assert_eq!(call!(log, merchant::find_project(tx, theirs())), Some(bare_project()));
    Ok(())
}

fn tokens(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let first = stored(ours(), "t10", 10);
    let user = "user \"1\"";
    call!(log, token::insert(tx, &first, user, at(0)));
    call!(log, token::insert(tx, &stored(ours(), "t21", 21), user, at(0)));
    call!(log, token::insert(tx, &stored(ours(), "t30", 30), user, at(0)));
    // A hash that is there stays as it is; in another project it is another.
    call!(log, token::insert(tx, &token::Stored { body: "other".into(), ..first.clone() }, user, at(0)));
    let other = token::Stored { project: theirs(), body: "theirs".into(), ..first.clone() };
    call!(log, token::insert(tx, &other, user, at(0)));

    let found = call!(log, token::find(tx, ours(), "t10"));
    let expected = token::Found { body: first.body, dry_run: true, expires_at: at(10) };
    assert_eq!(found, Some(expected));
    assert_eq!(call!(log, token::find(tx, theirs(), "t10")).unwrap().body, "theirs");
    assert_eq!(call!(log, token::find(tx, theirs(), "t21")), None, "a token of another project");
    assert_eq!(call!(log, token::find(tx, ours(), "nothing")), None);

    // What is kept on pages is written when the transaction ends.
    let place = |page, slot| coinslot_domain::token::Place { page, slot };
    assert_eq!(token::keep(tx, &stored(ours(), "t30", 30), 5, false), place(5, 0));
    assert_eq!(token::keep(tx, &stored(ours(), "t40", 40), 6, false), place(5, 1));
    let alone = token::keep(tx, &stored(ours(), "t50", 50), 7, true);
    log.note("token::keep", &alone);
    assert_eq!(alone, place(7, 0));
    assert_eq!(token::keep(tx, &stored(theirs(), "t50", 50), 17, true), place(17, 0));
    Ok(())
}

fn pages(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let page = call!(log, token::page(tx, ours(), 7)).unwrap();
    let kept = stored(ours(), "t50", 50);
    let (hash, body, expires_at) = (kept.hash.as_str(), kept.body.as_str(), kept.expires_at);
    assert_eq!(page.at(0), Some(token::Paged { hash, body, dry_run: true, expires_at }));
    assert_eq!(page.at(1), None);
    assert_eq!(call!(log, token::page(tx, ours(), 6)), None);
    assert!(call!(log, token::page(tx, ours(), 5)).unwrap().at(1).is_some());
    // Keeping it again changes nothing.
    token::keep(tx, &token::Stored { body: "other".into(), ..kept }, 7, false);
    Ok(())
}

fn purge_tokens(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    // Nothing says in which order the projects come.
    let mut due = token::projects_to_purge(tx, at(11))?;
    due.sort();
    log.note("token::projects_to_purge", &due);
    assert_eq!(due, [ours(), theirs()]);
    assert_eq!(call!(log, token::projects_to_purge(tx, at(10))), [], "not before the time is over");

    assert_eq!(call!(log, token::purge(tx, ours(), at(10), 9)), 0);
    assert_eq!(call!(log, token::purge(tx, ours(), at(31), 2)), 2, "no more than the limit");
    assert_eq!(call!(log, token::find(tx, ours(), "t10")), None);
    assert_eq!(call!(log, token::find(tx, ours(), "t21")), None);
    assert!(call!(log, token::find(tx, ours(), "t30")).is_some(), "the youngest is left");
    assert!(call!(log, token::find(tx, theirs(), "t10")).is_some(), "those of others are left");
    // The last of these, and the one page that goes before the other.
    assert_eq!(call!(log, token::purge(tx, ours(), at(50), 2)), 2);
    assert!(call!(log, token::page(tx, ours(), 7)).is_some(), "it has not expired");
    assert_eq!(call!(log, token::purge(tx, ours(), at(99), 2)), 1);
    assert_eq!(call!(log, token::purge(tx, ours(), at(99), 2)), 0);
    assert_eq!(call!(log, token::page(tx, ours(), 15)), None);
    assert!(call!(log, token::page(tx, theirs(), 17)).is_some());
    Ok(())
}

fn orders(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let bare = an_order(ours(), 1);
    let full = Order {
        player: Player {
            id: "пользователь".into(),
            name: Some("Ann".into()),
            email: Some("ann@example.com".into()),
            phone: Some("4930123456".into()),
            country: Some("DE".into()),
            zip: Some("10115".into()),
            ip: Some("2001:db8::1".into()),
        },
        total: yen(i64::MAX),
        lines: vec![],
        description: Some("100 coins ✨".into()),
        external_id: Some("'; --".into()),
        custom_parameters: Some("{\"a\":1.50}".into()),
        gift: Some(Gift {
            giver: "пользователь".into(),
            receiver: "друг".into(),
            receiver_email: Some("friend@example.com".into()),
            message: Some("For you ✨".into()),
            hide_giver: true,
        }),
        ..an_order(ours(), 2)
    };
    let foreign = Order { total: yen(5), ..an_order(theirs(), 9) };
    call!(log, order::insert(tx, &bare, None, at(1)));
    call!(log, order::insert(tx, &full, None, at(2)));
    call!(log, order::insert(tx, &foreign, None, at(1)));
    assert_eq!(call!(log, order::find(tx, ours(), bare.id)), Some(bare.clone()));
    assert_eq!(call!(log, order::find(tx, ours(), full.id)), Some(full.clone()));
    assert_eq!(call!(log, order::find(tx, theirs(), foreign.id)), Some(foreign.clone()));
    assert_eq!(call!(log, order::find(tx, ours(), foreign.id)), None, "an order of another project");
    assert_eq!(call!(log, order::find(tx, theirs(), full.id)), None, "an order of another project");

    let elsewhere = Order { project: theirs(), ..full.clone() };
    assert_eq!(call!(log, order::advance(tx, elsewhere, OrderEvent::Paid)), None);
    assert_eq!(call!(log, order::advance(tx, bare.clone(), OrderEvent::FullyRefunded)), None, "not paid");
    let paid = call!(log, order::advance(tx, bare.clone(), OrderEvent::Paid)).unwrap();
    assert_eq!(paid, Order { state: OrderState::Paid, ..bare.clone() });
    assert_eq!(call!(log, order::advance(tx, bare.clone(), OrderEvent::Paid)), None, "someone was faster");
    let partly = call!(log, order::advance(tx, paid.clone(), OrderEvent::PartlyRefunded)).unwrap();
    assert_eq!(call!(log, order::advance(tx, paid, OrderEvent::FullyRefunded)), None, "someone was faster");
    let partly = call!(log, order::advance(tx, partly, OrderEvent::PartlyRefunded)).unwrap();
    assert_eq!(call!(log, order::find(tx, ours(), bare.id)), Some(partly.clone()));
    let whole = call!(log, order::advance(tx, partly, OrderEvent::FullyRefunded)).unwrap();
    assert_eq!(call!(log, order::find(tx, ours(), bare.id)), Some(whole));
    assert_eq!(call!(log, order::find(tx, ours(), full.id)), Some(full), "the others stay");
    assert_eq!(call!(log, order::find(tx, theirs(), foreign.id)), Some(foreign));
    Ok(())
}

fn order_twice(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    call!(log, order::insert(tx, &an_order(ours(), 3), None, at(3)));
    call!(log, order::insert(tx, &an_order(ours(), 1), None, at(3)));
    Ok(())
}

fn order_of_nothing(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    call!(log, order::insert(tx, &Order { total: eur(0), ..an_order(ours(), 3) }, None, at(3)));
    Ok(())
}

fn nothing_of_the_refused(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    assert_eq!(call!(log, order::find(tx, ours(), OrderId::new(3).unwrap())), None);
    Ok(())
}

fn read_back(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    call!(log, merchant::find_key(tx, acme(), "hash-p")).unwrap();
    call!(log, merchant::find_project(tx, ours())).unwrap();
    call!(log, token::find(tx, theirs(), "t10")).unwrap();
    call!(log, order::find(tx, ours(), OrderId::new(2).unwrap())).unwrap();
    for project in [ours(), theirs()] {
        for payment in call!(log, payment::recent(tx, project, 99)) {
            if let Some(order) = order::find(tx, project, payment.order)? {
                let theirs = call!(log, payment::of_user(tx, project, &order.player.id, 99));
                assert_eq!(theirs.contains(&payment), payment.paid_at.is_some(), "what was captured is history");
            }
            call!(log, webhook::events_of(tx, project, payment.id));
        }
        call!(log, ledger::balances(tx, project));
        call!(log, ledger::recount(tx, project));
        call!(log, refund::booked(tx, project, payment_id(700)));
        call!(log, webhook::deliveries(tx, project, at(9999), 99));
    }
    call!(log, payment::open_attempts(tx, at(9999), at(9999), 99));
    call!(log, refund::open(tx, at(9999), 99));
    // Holding a row is harmless in a read: it has no transaction to hold it.
    call!(log, payment::lock(tx, ours(), payment_id(520))).unwrap();
    Ok(())
}
