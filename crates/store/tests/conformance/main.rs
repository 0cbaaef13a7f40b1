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
mod key;
mod mail;
mod message;
mod outbox;
mod plan;
mod product;
mod project;
mod promotion;
mod purchase;
mod report;
mod subscription;
mod text;
mod ticket;
mod tv;
mod wallet;

use coinslot_domain::gift::Gift;
use coinslot_domain::id::{AttemptId, EntryId, EventId, MerchantId, OrderId, PaymentId, ProjectId, RefundId};
use coinslot_domain::ledger::{self as books, Entry, EntryKind};
use coinslot_domain::merchant::{Caller, Fees, KeyScope, Project, TokenStatus};
use coinslot_domain::money::{BasisPoints, Currency, Money};
use coinslot_domain::order::{Order, OrderEvent, OrderState, Player};
use coinslot_domain::payment::{AttemptState, Breakdown, Decline, Notified, Payment, PaymentEvent, PaymentState};
use coinslot_domain::redirect::RedirectPolicy;
use coinslot_domain::refund::{Refund, RefundState, split};
use coinslot_domain::tax::{Tax, TaxKind, TaxRule};
use coinslot_domain::time::{Span, Time};
use coinslot_domain::webhook::Optional;
use coinslot_store::merchant::KeptKey;
use coinslot_store::payment::{Attempt, News};
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
    Step::Write("payments", payments),
    Step::Refused("a payment whose parts do not add up", payment_that_does_not_add_up),
    Step::Refused("a payment's number twice", payment_number_twice),
    Step::Write("a payment through a challenge and a decline", payment_path),
    Step::Write("a payment given back", payment_given_back),
    Step::Write("attempts", attempts),
    Step::Refused("an attempt twice", attempt_twice),
    Step::Write("refunds", refunds),
    Step::Refused("a refund twice", refund_twice),
    Step::Write("the journal", journal),
    Step::Refused("an entry twice", entry_twice),
    Step::Write("the journal goes on", journal_goes_on),
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

fn an_attempt(project: ProjectId, n: i64) -> Attempt {
    Attempt {
        project,
        id: attempt_id(n),
        payment: payment_id(600),
        state: AttemptState::Pending,
        method: 1380,
        card_token: None,
        keep: false,
    }
}

fn a_refund(project: ProjectId, n: i64) -> Refund {
    Refund {
        project,
        id: RefundId::new(n).unwrap(),
        payment: payment_id(700),
        state: RefundState::Pending,
        amount: eur(200),
        reason: "a child pressed the button".into(),
        partial: true,
        chargeback: n % 2 == 0,
        entry: EntryId::new(n).unwrap(),
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
    assert_eq!(token::keep(tx, &stored(theirs(), "t50", 50), 7, true), place(7, 0));
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
    assert!(call!(log, token::page(tx, theirs(), 7)).is_some());
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
    call!(log, order::insert(tx, &bare, at(1)));
    call!(log, order::insert(tx, &full, at(2)));
    call!(log, order::insert(tx, &Order { total: yen(5), ..an_order(theirs(), 1) }, at(1)));
    assert_eq!(call!(log, order::find(tx, ours(), bare.id)), Some(bare.clone()));
    assert_eq!(call!(log, order::find(tx, ours(), full.id)), Some(full.clone()));
    assert_eq!(call!(log, order::find(tx, theirs(), bare.id)).unwrap().total, yen(5));
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
    assert_eq!(call!(log, order::find(tx, theirs(), bare.id)).unwrap().state, OrderState::New);
    Ok(())
}

fn order_twice(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    call!(log, order::insert(tx, &an_order(ours(), 3), at(3)));
    call!(log, order::insert(tx, &an_order(ours(), 1), at(3)));
    Ok(())
}

fn order_of_nothing(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    call!(log, order::insert(tx, &Order { total: eur(0), ..an_order(ours(), 3) }, at(3)));
    Ok(())
}

fn nothing_of_the_refused(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    assert_eq!(call!(log, order::find(tx, ours(), OrderId::new(3).unwrap())), None);
    Ok(())
}

fn payments(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let first = a_payment(ours(), 500);
    let breakdown = Breakdown { tax_rule: Tax { kind: TaxKind::Vat, rate: BasisPoints(0) }, ..quote(yen(77)) };
    let second = Payment {
        card: None,
        dry_run: true,
        breakdown,
        refunded: yen(0),
        reserved: yen(0),
        notified: Notified::Pending,
        ..a_payment(ours(), 501)
    };
    assert!(call!(log, payment::insert(tx, &first, "token-500")));
    assert!(call!(log, payment::insert(tx, &second, "token-501")));
    assert!(!call!(log, payment::insert(tx, &a_payment(ours(), 502), "token-500")), "one payment per token");
    assert!(call!(log, payment::insert(tx, &a_payment(theirs(), 500), "token-500")), "in each project");

    assert_eq!(call!(log, payment::find(tx, ours(), first.id)), Some(first.clone()));
    assert_eq!(call!(log, payment::lock(tx, ours(), second.id)), Some(second.clone()));
    assert_eq!(call!(log, payment::of_token(tx, ours(), "token-500")), Some(first.clone()));
    assert_eq!(call!(log, payment::find(tx, ours(), payment_id(502))), None, "what the token refused");
    assert_eq!(call!(log, payment::find(tx, theirs(), second.id)), None, "a payment of another project");
    assert_eq!(call!(log, payment::lock(tx, theirs(), second.id)), None);
    assert_eq!(call!(log, payment::of_token(tx, theirs(), "token-501")), None);
    assert_eq!(call!(log, payment::stand(tx, ours(), "token-500")), Some((first.id, first.stand())));
    assert_eq!(call!(log, payment::stand(tx, theirs(), "token-501")), None);
    assert_eq!(call!(log, payment::of_token(tx, theirs(), "token-500")), Some(a_payment(theirs(), 500)));

    assert_eq!(call!(log, payment::project_of(tx, acme(), second.id)), Some(ours()));
    assert_eq!(call!(log, payment::project_of(tx, umbrella(), second.id)), None, "a payment of another merchant");
    assert_eq!(call!(log, payment::project_of(tx, umbrella(), first.id)), Some(theirs()), "the same number, theirs");
    assert_eq!(call!(log, payment::project_of(tx, acme(), payment_id(9))), None);

    assert_eq!(call!(log, payment::recent(tx, ours(), 9)), [second.clone(), first]);
    assert_eq!(call!(log, payment::recent(tx, ours(), 1)), [second]);
    assert_eq!(call!(log, payment::recent(tx, ProjectId::new(9).unwrap(), 9)), []);
    call!(log, payment::of_user(tx, ours(), "user \"1\"", 9));
    assert_eq!(call!(log, payment::of_user(tx, ours(), "nobody", 9)), []);
    Ok(())
}

fn payment_that_does_not_add_up(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let mut wrong = a_payment(ours(), 509);
    wrong.breakdown.payout = eur(wrong.breakdown.payout.minor + 1);
    call!(log, payment::insert(tx, &wrong, "token-509"));
    Ok(())
}

fn payment_number_twice(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    // Only a token that is used up is a quiet no.
    call!(log, payment::insert(tx, &a_payment(ours(), 500), "token-another"));
    Ok(())
}

fn payment_path(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let none = News::default();
    let new = a_payment(ours(), 510);
    assert!(call!(log, payment::insert(tx, &new, "token-510")));
    let elsewhere = Payment { project: theirs(), ..new.clone() };
    assert_eq!(call!(log, payment::advance(tx, elsewhere, PaymentEvent::Captured, none)), None);
    assert_eq!(call!(log, payment::advance(tx, new.clone(), PaymentEvent::Retried, none)), None, "not declined");
    assert_eq!(call!(log, payment::retry(tx, new.clone(), attempt_id(9), 1, None)), None, "not declined");

    let asked = call!(log, payment::advance(tx, new.clone(), PaymentEvent::ChallengeAsked, none)).unwrap();
    assert_eq!(asked.state, PaymentState::Challenged);
    let lost = call!(log, payment::advance(tx, new.clone(), PaymentEvent::Captured, none));
    assert_eq!(lost, None, "someone was faster");
    let answered = call!(log, payment::advance(tx, asked, PaymentEvent::ChallengeAnswered, none)).unwrap();
    assert_eq!(answered, new, "back where it was");
    let why = News { decline: Some(Decline::InsufficientFunds), ..none };
    let declined = call!(log, payment::advance(tx, answered, PaymentEvent::Declined, why)).unwrap();
    assert_eq!(declined.decline, Some(Decline::InsufficientFunds));
    assert_eq!(call!(log, payment::find(tx, ours(), new.id)), Some(declined.clone()));

    let card = Some("Mastercard ****4444".to_string());
    let again = call!(log, payment::retry(tx, declined.clone(), attempt_id(511), 1381, card.clone())).unwrap();
    let expected = Payment { attempt: attempt_id(511), method: 1381, card, ..new.clone() };
    assert_eq!(again, expected);
    assert_eq!(call!(log, payment::find(tx, ours(), new.id)), Some(expected));
    let lost = call!(log, payment::retry(tx, declined.clone(), attempt_id(512), 1, None));
    assert_eq!(lost, None, "someone was faster");
    // The first attempt's answer, heard late: the state fits, the attempt not.
    let lost = call!(log, payment::advance(tx, new.clone(), PaymentEvent::Captured, none));
    assert_eq!(lost, None, "the attempt is another");
    let declined_again = call!(log, payment::advance(tx, again, PaymentEvent::Declined, why)).unwrap();
    let lost = call!(log, payment::retry(tx, declined, attempt_id(513), 1, None));
    assert_eq!(lost, None, "the attempt is another");
    let third = call!(log, payment::retry(tx, declined_again, attempt_id(514), 1380, None)).unwrap();

    let taken = News { paid_at: Some(at(99)), notified: Some(Notified::Pending), ..none };
    let captured = call!(log, payment::advance(tx, third, PaymentEvent::Captured, taken)).unwrap();
    assert_eq!((captured.paid_at, captured.notified), (Some(at(99)), Notified::Pending));
    assert_eq!(call!(log, payment::find(tx, ours(), new.id)), Some(captured.clone()));
    let lost = call!(log, payment::advance(tx, captured.clone(), PaymentEvent::Captured, taken));
    assert_eq!(lost, None, "not twice");
    assert_eq!(call!(log, payment::advance(tx, captured.clone(), PaymentEvent::Declined, why)), None);

    call!(log, payment::set_notified(tx, ours(), new.id, Notified::Delivered));
    call!(log, payment::set_notified(tx, theirs(), new.id, Notified::Failed));
    let told = call!(log, payment::find(tx, ours(), new.id)).unwrap();
    assert_eq!(told, Payment { notified: Notified::Delivered, ..captured.clone() });
    call!(log, payment::set_notified(tx, ours(), new.id, Notified::Failed));
    let told = call!(log, payment::find(tx, ours(), new.id)).unwrap();
    assert_eq!(told.notified, Notified::Delivered, "what the game knows it cannot unlearn");
    Ok(())
}

fn payment_given_back(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let new = a_payment(ours(), 520);
    assert!(call!(log, payment::insert(tx, &new, "token-520")));
    let paid = call!(log, payment::advance(tx, new, PaymentEvent::Captured, News::default())).unwrap();
    let whole = paid.breakdown.payment.minor;
    assert_eq!(whole, 1100);

    assert!(!call!(log, payment::reserve(tx, &paid, eur(whole + 1))), "more than there is");
    assert!(call!(log, payment::reserve(tx, &paid, eur(700))));
    assert!(!call!(log, payment::reserve(tx, &paid, eur(401))), "more than is left");
    assert!(call!(log, payment::reserve(tx, &paid, eur(400))), "all that is left");
    assert!(!call!(log, payment::reserve(tx, &paid, eur(1))), "nothing is left");
    let elsewhere = Payment { project: theirs(), ..paid.clone() };
    assert!(!call!(log, payment::reserve(tx, &elsewhere, eur(1))));
    assert!(!call!(log, payment::release(tx, &elsewhere, eur(1))));
    assert_eq!(call!(log, payment::refunded(tx, elsewhere, eur(1))), None);

    assert!(call!(log, payment::release(tx, &paid, eur(400))));
    assert!(!call!(log, payment::release(tx, &paid, eur(701))), "more than is reserved");
    assert_eq!(call!(log, payment::refunded(tx, paid.clone(), eur(701))), None, "not reserved");
    let part = call!(log, payment::refunded(tx, paid.clone(), eur(300))).unwrap();
    assert_eq!((part.state, part.refunded), (PaymentState::PartiallyRefunded, eur(300)));
    assert_eq!(call!(log, payment::refunded(tx, paid.clone(), eur(300))), None, "someone was faster");
    assert!(!call!(log, payment::release(tx, &paid, eur(401))), "what went back stays reserved");
    assert!(call!(log, payment::reserve(tx, &paid, eur(400))));

    let more = call!(log, payment::refunded(tx, part.clone(), eur(300))).unwrap();
    assert_eq!(more.refunded, eur(600));
    let stale = call!(log, payment::refunded(tx, part, eur(500)));
    assert_eq!(stale, None, "who counts from an old sum cannot tell whether all went back");
    let found = call!(log, payment::find(tx, ours(), paid.id)).unwrap();
    assert_eq!(found, Payment { reserved: eur(1100), ..more.clone() });
    let all = call!(log, payment::refunded(tx, more, eur(500))).unwrap();
    assert_eq!((all.state, all.refunded), (PaymentState::Refunded, eur(1100)));
    assert_eq!(call!(log, payment::refunded(tx, all.clone(), eur(1))), None, "the domain refuses");
    assert!(!call!(log, payment::release(tx, &all, eur(1))));
    let found = call!(log, payment::find(tx, ours(), paid.id)).unwrap();
    assert_eq!(found, Payment { reserved: eur(1100), ..all });
    Ok(())
}

fn attempts(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let with_card = Attempt { card_token: Some("card-1".into()), ..an_attempt(ours(), 601) };
    let challenged = Attempt { state: AttemptState::Challenged, ..an_attempt(ours(), 602) };
    call!(log, payment::insert_attempt(tx, &with_card, at(1)));
    call!(log, payment::insert_attempt(tx, &challenged, at(3)));
    call!(log, payment::insert_attempt(tx, &an_attempt(theirs(), 601), at(2)));
    assert_eq!(call!(log, payment::find_attempt(tx, ours(), with_card.id)), Some(with_card.clone()));
    assert_eq!(call!(log, payment::find_attempt(tx, ours(), challenged.id)), Some(challenged.clone()));
    assert_eq!(call!(log, payment::find_attempt(tx, theirs(), challenged.id)), None, "one of another project");

    // Oldest first, of all projects, up to and with the time.
    let one = (ours(), with_card.id, at(1));
    let two = (theirs(), with_card.id, at(2));
    let three = (ours(), challenged.id, at(3));
    assert_eq!(call!(log, payment::open_attempts(tx, at(9), at(9), 9)), [one, two, three]);
    assert_eq!(call!(log, payment::open_attempts(tx, at(9), at(9), 2)), [one, two]);
    assert_eq!(call!(log, payment::open_attempts_of(tx, ours(), at(9), at(0), 9)), [one]);
    assert_eq!(call!(log, payment::open_attempts_of(tx, theirs(), at(9), at(9), 9)), [two]);
    assert_eq!(call!(log, payment::open_attempts(tx, at(1), at(1), 9)), [one]);
    assert_eq!(call!(log, payment::open_attempts(tx, at(0), at(0), 9)), []);
    assert_eq!(call!(log, payment::open_attempts(tx, at(9), at(0), 9)), [one, two], "players may take longer");
    assert_eq!(call!(log, payment::open_attempts(tx, at(0), at(9), 9)), [three]);

    assert!(!call!(log, payment::touch_attempt(tx, ours(), with_card.id, at(2), at(5))), "looked at meanwhile");
    assert!(!call!(log, payment::touch_attempt(tx, ours(), attempt_id(9), at(1), at(5))));
    assert!(call!(log, payment::touch_attempt(tx, ours(), with_card.id, at(1), at(5))));
    assert!(!call!(log, payment::touch_attempt(tx, ours(), with_card.id, at(1), at(5))), "only one may");
    assert!(call!(log, payment::touch_attempt(tx, ours(), challenged.id, at(3), at(6))));
    assert_eq!(call!(log, payment::open_attempts(tx, at(4), at(4), 9)), [two]);

    let why = Some(Decline::Refused);
    let elsewhere = Attempt { project: ProjectId::new(9).unwrap(), ..with_card.clone() };
    assert!(!call!(log, payment::advance_attempt(tx, &elsewhere, PaymentEvent::Captured, None, at(7))));
    assert!(!call!(log, payment::advance_attempt(tx, &with_card, PaymentEvent::PartlyRefunded, None, at(7))));
    assert!(call!(log, payment::advance_attempt(tx, &with_card, PaymentEvent::ChallengeAsked, None, at(7))));
    assert!(!call!(log, payment::advance_attempt(tx, &with_card, PaymentEvent::Captured, None, at(7))), "too late");
    assert!(call!(log, payment::advance_attempt(tx, &challenged, PaymentEvent::Declined, why, at(8))));
    let failed = call!(log, payment::find_attempt(tx, ours(), challenged.id)).unwrap();
    assert_eq!(failed.state, AttemptState::Failed);
    assert!(!call!(log, payment::advance_attempt(tx, &failed, PaymentEvent::Captured, None, at(9))), "final");
    assert!(!call!(log, payment::touch_attempt(tx, ours(), failed.id, at(8), at(9))), "nothing is open");
    let still = (ours(), with_card.id, at(7));
    assert_eq!(call!(log, payment::open_attempts(tx, at(99), at(99), 9)), [two, still]);
    Ok(())
}

fn attempt_twice(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    call!(log, payment::insert_attempt(tx, &an_attempt(ours(), 601), at(9)));
    Ok(())
}

fn refunds(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let whole = quote(eur(1000));
    let first = a_refund(ours(), 701);
    let second = Refund { amount: eur(300), partial: false, reason: String::new(), ..a_refund(ours(), 702) };
    let third = a_refund(ours(), 703);
    call!(log, refund::insert(tx, &first, at(1)));
    call!(log, refund::insert(tx, &second, at(3)));
    call!(log, refund::insert(tx, &third, at(4)));
    call!(log, refund::insert(tx, &a_refund(theirs(), 701), at(2)));
    assert_eq!(call!(log, refund::find(tx, ours(), first.id)), Some(first.clone()));
    assert_eq!(call!(log, refund::find(tx, ours(), second.id)), Some(second.clone()));
    assert_eq!(call!(log, refund::find(tx, theirs(), second.id)), None, "one of another project");
    assert_eq!(call!(log, refund::booked(tx, ours(), first.payment)), Vec::<[i64; 4]>::new());

    let open = |n: i64, seen: i64| (ours(), RefundId::new(n).unwrap(), at(seen));
    let other = (theirs(), first.id, at(2));
    assert_eq!(call!(log, refund::open(tx, at(9), 9)), [open(701, 1), other, open(702, 3), open(703, 4)]);
    assert_eq!(call!(log, refund::open(tx, at(9), 2)), [open(701, 1), other]);
    assert_eq!(call!(log, refund::open(tx, at(1), 9)), [open(701, 1)]);
    assert_eq!(call!(log, refund::open_of(tx, ours(), at(9), 9)), [open(701, 1), open(702, 3), open(703, 4)]);
    assert!(!call!(log, refund::touch(tx, ours(), first.id, at(2), at(5))), "looked at meanwhile");
    assert!(call!(log, refund::touch(tx, ours(), first.id, at(1), at(5))));
    assert!(!call!(log, refund::touch(tx, ours(), first.id, at(1), at(5))), "only one may");
    assert!(!call!(log, refund::touch(tx, theirs(), second.id, at(3), at(5))));

    // The later one comes through first; it is told second all the same.
    let parts_of_second = split(&whole, &[], second.amount).unwrap();
    assert!(call!(log, refund::succeed(tx, &second, &parts_of_second, at(6))));
    assert!(!call!(log, refund::succeed(tx, &second, &parts_of_second, at(6))), "noted already");
    assert!(!call!(log, refund::fail(tx, &second, at(6))), "the money is gone");
    assert!(!call!(log, refund::touch(tx, ours(), second.id, at(6), at(7))), "nothing is open");
    let parts_of_first = split(&whole, &[parts_of_second.parts()], first.amount).unwrap();
    assert!(call!(log, refund::succeed(tx, &first, &parts_of_first, at(7))));
    let booked = call!(log, refund::booked(tx, ours(), first.payment));
    assert_eq!(booked, [parts_of_first.parts(), parts_of_second.parts()]);
    assert_eq!(call!(log, refund::booked(tx, theirs(), first.payment)), Vec::<[i64; 4]>::new());
    assert_eq!(call!(log, refund::booked(tx, ours(), payment_id(9))), Vec::<[i64; 4]>::new());

    assert!(call!(log, refund::fail(tx, &third, at(8))));
    assert!(!call!(log, refund::fail(tx, &third, at(8))), "noted already");
    assert!(!call!(log, refund::succeed(tx, &third, &parts_of_first, at(8))), "it failed");
    let elsewhere = Refund { project: ProjectId::new(9).unwrap(), ..first.clone() };
    assert!(!call!(log, refund::fail(tx, &elsewhere, at(8))));
    assert!(!call!(log, refund::succeed(tx, &elsewhere, &parts_of_first, at(8))));
    let states = [&first, &second, &third].map(|r| refund::find(tx, ours(), r.id));
    let states = states.into_iter().map(|r| Ok(r?.unwrap().state)).collect::<Result<Vec<_>, StoreError>>()?;
    log.note("refund::find", &states);
    assert_eq!(states, [RefundState::Succeeded, RefundState::Succeeded, RefundState::Failed]);
    assert_eq!(call!(log, refund::open(tx, at(99), 9)), [other], "the other project's is still open");
    Ok(())
}

fn refund_twice(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    call!(log, refund::insert(tx, &a_refund(ours(), 701), at(9)));
    Ok(())
}

fn balance(account: &str, currency: &str, amount: i64) -> ledger::Balance {
    (account.to_string(), currency.to_string(), amount)
}

fn journal(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    assert_eq!(call!(log, ledger::balances(tx, ours())), []);
    assert_eq!(call!(log, ledger::recount(tx, ours())), []);
    let b = quote(eur(1000));
    assert_eq!(b.parts(), [912, 100, 55, 33]);
    // 800 and 801 lie on different stripes, 800 and 816 on the same.
    for (entry, payment) in [(800, 800), (801, 801), (816, 802)] {
        call!(log, ledger::append(tx, &an_entry(ours(), entry, EntryKind::Capture, payment, &b)));
    }
    call!(log, ledger::append(tx, &an_entry(ours(), 803, EntryKind::Capture, 803, &quote(yen(1000)))));
    let balances = call!(log, ledger::balances(tx, ours()));
    let expected = [
        balance("gateway", "EUR", 3300),
        balance("gateway", "JPY", 1100),
        balance("merchant", "EUR", -3 * 912),
        balance("merchant", "JPY", -912),
        balance("method_fee", "EUR", -3 * 33),
        balance("method_fee", "JPY", -33),
        balance("platform_fee", "EUR", -3 * 55),
        balance("platform_fee", "JPY", -55),
        balance("tax", "EUR", -300),
        balance("tax", "JPY", -100),
    ];
    assert_eq!(balances, expected);
    assert_eq!(call!(log, ledger::recount(tx, ours())), expected, "the balances are what the journal adds up to");
    assert_eq!(call!(log, ledger::balances(tx, theirs())), [], "the books of another project");
    assert_eq!(call!(log, ledger::recount(tx, theirs())), []);
    Ok(())
}

fn entry_twice(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    call!(log, ledger::append(tx, &an_entry(ours(), 800, EntryKind::Capture, 800, &quote(eur(1000)))));
    Ok(())
}

fn journal_goes_on(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let b = quote(eur(1000));
    call!(log, ledger::append(tx, &an_entry(theirs(), 800, EntryKind::Capture, 800, &b)));
    let part = split(&b, &[], eur(1)).unwrap();
    call!(log, ledger::append(tx, &an_entry(ours(), 804, EntryKind::Refund, 800, &part)));
    let rest = split(&b, &[part.parts()], eur(1099)).unwrap();
    call!(log, ledger::append(tx, &an_entry(ours(), 805, EntryKind::Refund, 800, &rest)));
    let balances = call!(log, ledger::balances(tx, ours()));
    assert_eq!(balances[0], balance("gateway", "EUR", 2200), "neither the refused entry nor theirs moved it");
    assert_eq!(call!(log, ledger::recount(tx, ours())), balances);

    let all = an_entry(theirs(), 801, EntryKind::Refund, 800, &b);
    call!(log, ledger::append(tx, &all));
    let balances = call!(log, ledger::balances(tx, theirs()));
    assert!(balances.len() == 5 && balances.iter().all(|b| b.2 == 0), "all is given back: {balances:?}");
    assert_eq!(call!(log, ledger::recount(tx, theirs())), balances);
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
