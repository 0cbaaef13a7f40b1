//! Giving money back, wholly or in part.

use crate::balance::{self, Teller};
use crate::port::{GiveBack, RefundAnswer};
use crate::{App, Shared, hub, message, purchase, tracking, webhook};
use coinslot_domain::hub::{METHOD, METHOD_NAME};
use coinslot_domain::id::{EntryId, EventId, MerchantId, PaymentId, ProjectId, RefundId};
use coinslot_domain::ledger::{self, Entry, EntryKind};
use coinslot_domain::message::MessageKind;
use coinslot_domain::money::{Money, MoneyError};
use coinslot_domain::order::OrderEvent;
use coinslot_domain::payment::{Notified, Payment, PaymentEvent, PaymentState};
use coinslot_domain::refund::{CODE_CANCELLATION, CODE_CHARGEBACK, CODE_PROVIDER, Refund, RefundState, split};
use coinslot_domain::time::{Span, Time};
use coinslot_store::{StoreError, Tx, coupon, merchant, order, payment, reached, refund};
use coinslot_wire::shop::webhook::OrderNotice;
use coinslot_wire::webhook::RefundNotice;

/// Why no money goes back.
#[derive(Debug)]
pub enum RefundError {
    /// The payment does not exist or is not the merchant's.
    NotFound,
    /// The payment is not one that was captured.
    NotPaid,
    /// All of it was given back before.
    AlreadyRefunded,
    /// A part was given back before; the rest can only be a partial refund.
    PartlyRefunded,
    /// More than what is left, which is given.
    TooMuch(Money),
    /// Not an amount of the payment's currency.
    Amount(MoneyError),
    /// The payment provider refused.
    Refused,
    /// A partner took the money, and gives it back.
    Partner,
    /// The database did not do it.
    Store(StoreError),
}

impl std::fmt::Display for RefundError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            RefundError::NotFound => f.write_str("Transaction with specified ID does not exist."),
            RefundError::NotPaid => f.write_str("The transaction is neither completed nor refunded in part"),
            RefundError::AlreadyRefunded => f.write_str("The transaction is refunded already"),
            RefundError::PartlyRefunded => {
                f.write_str("A full refund is not possible after a partial one; refund the rest as a partial refund")
            }
            RefundError::TooMuch(left) => write!(f, "At most {left} can be refunded"),
            RefundError::Amount(why) => write!(f, "The amount cannot be refunded: {why}"),
            RefundError::Refused => f.write_str("The payment provider refused the refund"),
            RefundError::Partner => {
                f.write_str("A distribution partner took the payment; it is given back when the partner cancels it")
            }
            RefundError::Store(e) => e.fmt(f),
        }
    }
}

impl From<StoreError> for RefundError {
    fn from(e: StoreError) -> Self {
        RefundError::Store(e)
    }
}

/// What became of a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refunded {
    /// The money went back.
    Done,
    /// The provider took the order and will say later.
    Registered,
}

/// Gives back `amount`, as decimal text in the payment's currency, or all of
/// the payment for `None`. The amount is set aside first, so that refunds at
/// one time never give back more than was taken.
pub async fn give_back(
    app: &Shared,
    of: MerchantId,
    id: PaymentId,
    amount: Option<String>,
    reason: String,
) -> Result<Refunded, RefundError> {
    let project = app.store.read(move |tx| payment::project_of(tx, of, id)).await?.ok_or(RefundError::NotFound)?;
    let refund_id = app.id(RefundId::new).await?;
    let now = app.now(project);
    let Given { refund, payment } =
        app.store.write(move |tx| register(tx, project, id, amount.as_deref(), &reason, refund_id, now)).await?;
    // In a task of its own: a caller that hangs up must not leave it half noted.
    let app = app.clone();
    let settled = tokio::spawn(async move { carry_out(&app, refund, &payment).await });
    settled.await.unwrap_or(Ok(Refunded::Registered))
}

/// A refund whose amount is set aside, with its payment.
pub(crate) struct Given {
    pub refund: Refund,
    pub payment: Payment,
}

/// A refund whose amount is set aside already.
pub(crate) fn given(tx: &mut Tx<'_>, project: ProjectId, id: RefundId) -> Result<Option<Given>, StoreError> {
    let Some(refund) = refund::find(tx, project, id)? else { return Ok(None) };
    let payment = payment::find(tx, project, refund.payment)?;
    Ok(payment.map(|payment| Given { refund, payment }))
}

/// Sets the amount of a refund aside; once that is on disk, the money will go
/// back.
pub(crate) fn register(
    tx: &mut Tx<'_>,
    project: ProjectId,
    id: PaymentId,
    amount: Option<&str>,
    reason: &str,
    refund_id: RefundId,
    now: Time,
) -> Result<Given, RefundError> {
    // Ours already, of a run whose commit was not heard of.
    if let Some(given) = given(tx, project, refund_id)? {
        return Ok(given);
    }
    let payment = payment::lock(tx, project, id)?.ok_or(RefundError::NotFound)?;
    if payment.method == METHOD {
        return Err(RefundError::Partner);
    }
    let amount = wanted(&payment, amount)?;
    let entry = EntryId::new(refund_id.get()).ok_or_else(|| StoreError::Corrupt("a refund without an id".into()))?;
    let refund = Refund {
        project,
        id: refund_id,
        payment: id,
        state: RefundState::Pending,
        amount: amount.0,
        reason: reason.to_string(),
        partial: amount.1,
        chargeback: false,
        entry,
    };
    if !payment::reserve(tx, &payment, refund.amount)? {
        return Err(RefundError::TooMuch(left(&payment)));
    }
    refund::insert(tx, &refund, now)?;
    Ok(Given { refund, payment })
}

fn left(payment: &Payment) -> Money {
    Money::new(payment.breakdown.payment.minor - payment.reserved.minor, payment.breakdown.payment.currency)
}

/// The amount that is asked for, and whether it was asked for as a part.
fn wanted(payment: &Payment, amount: Option<&str>) -> Result<(Money, bool), RefundError> {
    match payment.state {
        PaymentState::Pending | PaymentState::Challenged | PaymentState::Declined => return Err(RefundError::NotPaid),
        PaymentState::Refunded | PaymentState::ChargedBack => return Err(RefundError::AlreadyRefunded),
        PaymentState::Captured | PaymentState::PartiallyRefunded => {}
    }
    let whole = payment.breakdown.payment;
    match amount {
        None if payment.reserved.minor > 0 => Err(RefundError::PartlyRefunded),
        None => Ok((whole, false)),
        Some(text) => {
            let amount = Money::parse(text, whole.currency).map_err(RefundError::Amount)?;
            if amount.minor < 1 {
                return Err(RefundError::Amount(MoneyError::NotANumber));
            }
            if amount.minor > left(payment).minor {
                return Err(RefundError::TooMuch(left(payment)));
            }
            Ok((amount, true))
        }
    }
}

pub(crate) async fn carry_out(app: &App, refund: Refund, payment: &Payment) -> Result<Refunded, RefundError> {
    let order =
        GiveBack { project: refund.project, refund: refund.id, attempt: payment.attempt, amount: refund.amount };
    reached("refund.reserved");
    let answer = app.gateway.refund(order).await;
    reached("refund.given");
    app.meter.refund(answer);
    let told = Told { event: app.id(EventId::new).await?, teller: Teller::of(app, refund.project).await? };
    let now = app.now(refund.project);
    match answer {
        RefundAnswer::Unknown => Ok(Refunded::Registered),
        RefundAnswer::Refused => {
            app.store
                .write(move |tx| {
                    let Some(payment) = payment::lock(tx, refund.project, refund.payment)? else { return Ok(()) };
                    if refund::fail(tx, &refund, now)? {
                        payment::release(tx, &payment, refund.amount)?;
                    }
                    Ok::<_, StoreError>(())
                })
                .await?;
            Err(RefundError::Refused)
        }
        RefundAnswer::Succeeded => {
            let method = app.method_name(payment.method, refund.amount.currency);
            app.store.write(move |tx| book(tx, &refund, method, &told, now)).await?;
            reached("refund.finished");
            app.wake_worker();
            tracking::tell(app, payment.project, payment.order).await;
            Ok(Refunded::Done)
        }
    }
}

/// Why a payment is not charged back.
#[derive(Debug)]
pub enum ChargebackError {
    /// The project has no such payment.
    NotFound,
    /// It is no payment of the sandbox: there the bank decides, and not we.
    NotTest,
    /// It was not captured, or nothing is left of it.
    NotPaid,
    /// A refund of it is under way.
    Busy,
    /// The database did not do it.
    Store(StoreError),
}

impl std::fmt::Display for ChargebackError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            ChargebackError::NotFound => "Transaction with specified ID does not exist.",
            ChargebackError::NotTest => "Not a test payment: only payments of the sandbox can be charged back",
            ChargebackError::NotPaid => "The transaction was not paid, or nothing is left of it",
            ChargebackError::Busy => "A refund of the transaction is under way",
            ChargebackError::Store(e) => return e.fmt(f),
        })
    }
}

impl From<StoreError> for ChargebackError {
    fn from(e: StoreError) -> Self {
        ChargebackError::Store(e)
    }
}

/// Plays the bank that calls back what is left of a sandbox payment. No gateway
/// is asked: with a chargeback the money is gone before anyone hears of it.
pub async fn charge_back(app: &App, project: ProjectId, id: PaymentId) -> Result<(), ChargebackError> {
    let refund_id = app.id(RefundId::new).await?;
    let told = Told { event: app.id(EventId::new).await?, teller: Teller::of(app, project).await? };
    let found = app.store.read(move |tx| payment::find(tx, project, id)).await?.ok_or(ChargebackError::NotFound)?;
    let method = app.method_name(found.method, found.breakdown.payment.currency);
    let now = app.now(project);
    app.store
        .write(move |tx| {
            // Done already, in a run whose commit was not heard of.
            if refund::find(tx, project, refund_id)?.is_some() {
                return Ok(());
            }
            let payment = payment::lock(tx, project, id)?.ok_or(ChargebackError::NotFound)?;
            if !payment.dry_run {
                return Err(ChargebackError::NotTest);
            }
            if payment.state.after(PaymentEvent::ChargedBack).is_none() {
                return Err(ChargebackError::NotPaid);
            }
            if payment.reserved != payment.refunded {
                return Err(ChargebackError::Busy);
            }
            let refund = Refund {
                project,
                id: refund_id,
                payment: id,
                state: RefundState::Pending,
                amount: left(&payment),
                reason: "Chargeback".into(),
                partial: false,
                chargeback: true,
                entry: EntryId::new(refund_id.get()).ok_or(ChargebackError::NotFound)?,
            };
            if !payment::reserve(tx, &payment, refund.amount)? {
                return Err(ChargebackError::Busy);
            }
            refund::insert(tx, &refund, now)?;
            Ok(book(tx, &refund, method, &told, now)?)
        })
        .await?;
    app.wake_worker();
    Ok(())
}

/// Gives back all of a payment whose money a partner took and returned; `false`
/// when nothing is left of it. No gateway is asked.
pub(crate) fn cancel(
    tx: &mut Tx<'_>,
    project: ProjectId,
    id: PaymentId,
    refund_id: RefundId,
    told: &Told,
    now: Time,
) -> Result<bool, StoreError> {
    // Done already, in a run whose commit was not heard of.
    if refund::find(tx, project, refund_id)?.is_some() {
        return Ok(true);
    }
    let lost = || StoreError::Corrupt(format!("payment {id} has vanished"));
    let payment = payment::lock(tx, project, id)?.ok_or_else(lost)?;
    if payment.state != PaymentState::Captured {
        return Ok(false);
    }
    let refund = Refund {
        project,
        id: refund_id,
        payment: id,
        state: RefundState::Pending,
        amount: payment.breakdown.payment,
        reason: "Cancellation by the PS request".into(),
        partial: false,
        chargeback: false,
        entry: EntryId::new(refund_id.get()).ok_or_else(lost)?,
    };
    if !payment::reserve(tx, &payment, refund.amount)? {
        return Ok(false);
    }
    refund::insert(tx, &refund, now)?;
    book(tx, &refund, METHOD_NAME, told, now)?;
    Ok(true)
}

/// What the game is told with.
pub(crate) struct Told {
    /// The number of the webhook about the refund.
    pub event: EventId,
    /// For virtual currency that is taken back.
    pub teller: Option<Teller>,
}

/// Everything that is true once the money went back, in one transaction. Doing
/// it twice changes nothing.
fn book(tx: &mut Tx<'_>, refund: &Refund, method: &str, told: &Told, now: Time) -> Result<(), StoreError> {
    let lost = |what: &str| StoreError::Corrupt(format!("refund {} has lost its {what}", refund.id));
    let payment = payment::lock(tx, refund.project, refund.payment)?.ok_or_else(|| lost("payment"))?;
    let before = refund::booked(tx, refund.project, refund.payment)?;
    // Booked already: nothing is left to split, or the state says so below.
    let Some(parts) = split(&payment.breakdown, &before, refund.amount) else { return Ok(()) };
    if !refund::succeed(tx, refund, &parts, now)? {
        return Ok(());
    }
    reached("refund.succeeded");
    let counted = match refund.chargeback {
        true => payment::charged_back(tx, payment, refund.amount)?,
        false => payment::refunded(tx, payment, refund.amount)?,
    };
    let payment = counted.ok_or_else(|| lost("reservation"))?;
    let whole = matches!(payment.state, PaymentState::Refunded | PaymentState::ChargedBack);
    let order = order::find(tx, payment.project, payment.order)?.ok_or_else(|| lost("order"))?;
    let event = match payment.state {
        PaymentState::ChargedBack => OrderEvent::ChargedBack,
        PaymentState::Refunded => OrderEvent::FullyRefunded,
        _ => OrderEvent::PartlyRefunded,
    };
    let order = order::advance(tx, order, event)?.ok_or_else(|| lost("paid order"))?;
    let entry = Entry {
        project: refund.project,
        id: refund.entry,
        kind: if refund.chargeback { EntryKind::Chargeback } else { EntryKind::Refund },
        payment: Some(payment.id),
        at: now,
        postings: ledger::refund(&parts),
    };
    coinslot_store::ledger::append(tx, &entry)?;
    reached("refund.books");
    let about = (refund.id.get(), Some(payment.id));
    let what = if refund.chargeback { MessageKind::Chargeback } else { MessageKind::Refund };
    message::tell(tx, refund.project, what, about, &refund.reason, now)?;
    let telling = if whole { webhook::telling(tx, &order)? } else { None };
    // Before it is given back.
    let used = match telling {
        Some(_) => coupon::of_order(tx, order.project, order.id)?,
        None => None,
    };
    let taken = if whole { purchase::revoke(tx, &order, Some(payment.id), told.event, now)? } else { None };
    let project = merchant::find_project(tx, refund.project)?.ok_or_else(|| lost("project"))?;
    if project.webhook_url.is_some() && payment.notified != Notified::NotNeeded {
        let provider_id = hub::known_as(tx, &payment)?;
        let notice = webhook::notice(&project, &order, &payment, method, &provider_id);
        let (code, author) = match refund.chargeback {
            true => (CODE_CHARGEBACK, "bank"),
            false if payment.method == METHOD => (CODE_PROVIDER, "partner"),
            false => (CODE_CANCELLATION, "merchant"),
        };
        let reason = RefundNotice { parts: &parts, code, reason: &refund.reason, author };
        let (kind, body) = if refund.partial {
            ("partial_refund", coinslot_wire::webhook::partial_refund(&notice, &reason))
        } else {
            ("refund", coinslot_wire::webhook::refund(&notice, &reason))
        };
        if !telling.is_some_and(|t| t.combined) {
            coinslot_store::webhook::insert(tx, payment.project, told.event, payment.id, kind, &body, now)?;
        }
        if let Some(taken) = &taken {
            balance::tell(tx, taken, &balance::things(&order), None, told.teller.as_ref())?;
        }
        if let Some(telling) = telling {
            let code = used.as_ref().map(|used| (used.code.as_str(), used.campaign_code.as_str()));
            let told = OrderNotice { order: &order, telling, payment: Some(&notice), refund: Some(&reason), code };
            webhook::tell_order(tx, &told, payment.id, refund.id.get(), now)?;
        }
        reached("refund.event");
    }
    Ok(())
}

/// How long a refund may be under way before the gateway is asked again.
const PATIENCE: Span = Span::seconds(30);
/// Open refunds looked at in one go.
const SWEEP: i64 = 100;

/// Carries out refunds whose outcome is open: the amount is set aside, but an
/// answer was lost or the server stopped. How many were looked at.
pub async fn sweep(app: &Shared) -> Result<usize, StoreError> {
    let before = app.clock.now() - PATIENCE;
    let open = app.store.read(move |tx| refund::open(tx, before, SWEEP)).await?;
    let mut looked = resume(app, open).await?;
    for project in app.moved() {
        looked += sweep_of(app, project).await?;
    }
    Ok(looked)
}

/// The same, of one project, by its own clock.
pub(crate) async fn sweep_of(app: &Shared, project: ProjectId) -> Result<usize, StoreError> {
    let before = app.now(project) - PATIENCE;
    let open = app.store.read(move |tx| refund::open_of(tx, project, before, SWEEP)).await?;
    resume(app, open).await
}

async fn resume(app: &Shared, open: Vec<(ProjectId, RefundId, Time)>) -> Result<usize, StoreError> {
    let mut looked = 0;
    for (project, id, seen) in open {
        let now = app.now(project);
        if !app.store.write(move |tx| refund::touch(tx, project, id, seen, now)).await? {
            continue;
        }
        if let Some((refund, payment)) = app.store.read(move |tx| load(tx, project, id)).await? {
            looked += 1;
            // What the provider refuses is settled too.
            if let Err(RefundError::Store(e)) = carry_out(app, refund, &payment).await {
                return Err(e);
            }
        }
    }
    Ok(looked)
}

fn load(tx: &mut Tx<'_>, project: ProjectId, id: RefundId) -> Result<Option<(Refund, Payment)>, StoreError> {
    let Some(refund) = refund::find(tx, project, id)? else { return Ok(None) };
    let payment = payment::find(tx, project, refund.payment)?;
    Ok(payment.map(|p| (refund, p)))
}
