//! Saved ways to pay: listing, charging and forgetting them.

use crate::catalogue::AtHand;
use crate::port::{Charge, ChargeAnswer, Gateway};
use crate::purchase::{self, Buying, Refused};
use crate::{Shared, StoreError, checkout, subscription};
use coinslot_domain::account::Account;
use coinslot_domain::id::{AccountId, AttemptId, EventId, OrderId, PaymentId, ProjectId};
use coinslot_domain::merchant::Project;
use coinslot_domain::money::{Currency, Money};
use coinslot_domain::order::{Order, OrderState, Player};
use coinslot_domain::payment::{AttemptState, Breakdown, Decline, Notified, Payment, PaymentState};
use coinslot_domain::purchase::{Choice, Line};
use coinslot_domain::tax;
use coinslot_domain::time::Time;
use coinslot_store::payment::Attempt;
use coinslot_store::{Tx, account, order, payment};
use coinslot_wire::account::What;
use coinslot_wire::token::TokenBody;
use std::sync::Arc;

/// Why an account was not charged or forgotten.
#[derive(Debug)]
pub enum AccountError {
    /// The player has no such account.
    NotFound,
    /// There is nothing to pay, or not in this currency.
    Price,
    /// What is to be bought is not sold, with why.
    Refused(String),
    /// The provider declined the charge of this payment.
    Declined(PaymentId),
    /// Money moves only in the sandbox here.
    NoAgreement,
    /// The database did not do it.
    Store(StoreError),
}

impl From<StoreError> for AccountError {
    fn from(e: StoreError) -> Self {
        AccountError::Store(e)
    }
}

impl std::fmt::Display for AccountError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            AccountError::NotFound => f.write_str("Payment account with specified ID does not exist."),
            AccountError::Price => f.write_str("is not an amount that can be charged"),
            AccountError::Refused(why) => f.write_str(why),
            AccountError::Declined(_) => f.write_str("Payment declined"),
            AccountError::NoAgreement => f.write_str("No payment provider is set up for payments outside the sandbox"),
            AccountError::Store(e) => e.fmt(f),
        }
    }
}

/// A player's saved ways to pay, with the names of their payment methods. A
/// player nobody heard of has none.
pub async fn list(app: &Shared, project: ProjectId, user: String) -> Result<Vec<(Account, &'static str)>, StoreError> {
    let accounts = app.store.read(move |tx| account::of_user(tx, project, &user)).await?;
    // What a method is called does not depend on the currency.
    let name = |a: &Account| Currency::from_code("USD").map_or("Unknown", |usd| app.method_name(a.method, usd));
    Ok(accounts.into_iter().map(|a| (a.clone(), name(&a))).collect())
}

/// The account of a player, if it is of this kind.
fn theirs(found: Option<Account>, user: &str, kind: &str) -> Result<Account, AccountError> {
    found.filter(|a| a.user == user && a.kind == kind).ok_or(AccountError::NotFound)
}

/// A saved way to pay that is to be charged without its player.
pub struct Charging {
    /// Whose it is.
    pub user: String,
    /// Its `type`.
    pub kind: String,
    /// Its id.
    pub account: AccountId,
    /// The player's name.
    pub name: Option<String>,
    /// The player's address.
    pub ip: String,
    /// What is to be paid for.
    pub what: What,
    /// What it is for.
    pub description: Option<String>,
    /// The game's own transaction id.
    pub external_id: Option<String>,
    /// The game's own data, as JSON text.
    pub custom_parameters: Option<String>,
    /// Whether it is a test.
    pub sandbox: bool,
}

/// What became of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charged {
    /// It is paid.
    Paid(PaymentId),
    /// The provider will say later.
    Pending(PaymentId),
}

/// Charges a saved way to pay.
pub async fn charge(app: &Shared, project: &Project, wanted: Charging) -> Result<Charged, AccountError> {
    if !wanted.sandbox {
        return Err(AccountError::NoAgreement);
    }
    let id = project.id;
    let account = wanted.account;
    let saved = app.store.read(move |tx| account::find(tx, id, account)).await?;
    let saved = theirs(saved, &wanted.user, &wanted.kind)?;
    let lines = lines(app, project, &wanted, saved.method).await?;
    let price = match &wanted.what {
        What::Amount(price) => *price,
        What::VirtualCurrency(..) => {
            coinslot_domain::purchase::total(&lines).ok().flatten().ok_or(AccountError::Price)?
        }
    };
    let breakdown = Breakdown::quote(price, tax::applicable(None, &project.taxes), project.fees)
        .map_err(|_| AccountError::Price)?;
    if breakdown.payment.minor < 1 || !offers(app, saved.method, breakdown.payment) {
        return Err(AccountError::Price);
    }
    let now = app.now(id);
    let order = Order {
        project: id,
        id: app.id(OrderId::new).await?,
        state: OrderState::New,
        player: Player { id: wanted.user, name: wanted.name, ip: Some(wanted.ip), ..Player::default() },
        total: breakdown.total(),
        lines,
        description: wanted.description,
        external_id: wanted.external_id,
        custom_parameters: wanted.custom_parameters,
        placed: None,
        gift: None,
    };
    let attempt = app.id(AttemptId::new).await?;
    let fresh = pending(&order, app.id(PaymentId::new).await?, attempt, breakdown, &saved, true, now);
    let key = format!("account {}", fresh.id);
    let gateway = app.gateway.clone();
    let begun = app
        .store
        .write(move |tx| {
            // Held, so that it is not forgotten between here and the charge.
            let account = account::lock(tx, id, saved.id)?.ok_or(AccountError::NotFound)?;
            Ok::<_, AccountError>(begin(tx, &*gateway, (&order, &fresh), &key, &account, None, now)?)
        })
        .await?;
    let Some(Begun::Open(payment, charge)) = begun else {
        return Err(StoreError::Corrupt("a new payment was there".into()).into());
    };
    let app = app.clone();
    let settled = tokio::spawn(async move { settle(&app, payment, charge, None).await });
    let payment = settled.await.map_err(|_| StoreError::Unavailable("a charge did not end".into()))??;
    match payment.map(|p| (p.state, p.id)) {
        Some((state, id)) if state.was_captured() => Ok(Charged::Paid(id)),
        Some((PaymentState::Declined, id)) => Err(AccountError::Declined(id)),
        Some((_, id)) => Ok(Charged::Pending(id)),
        None => Err(StoreError::Corrupt("a payment vanished".into()).into()),
    }
}

/// What is bought of the catalogue, at the prices of now: priced as a token
/// that asks for the same is.
async fn lines(app: &Shared, project: &Project, wanted: &Charging, method: i64) -> Result<Vec<Line>, AccountError> {
    let What::VirtualCurrency(hundredths, currency) = wanted.what else { return Ok(vec![]) };
    let body = TokenBody::for_virtual_currency(project.id, &wanted.user, hundredths, currency);
    let body = body.ok_or(AccountError::Price)?;
    let player = Player { id: wanted.user.clone(), ..Player::default() };
    let (of, choice, now) = (Arc::new(project.clone()), Choice::default(), app.now(project.id));
    let goods = AtHand::of(app, project.id).await?;
    let buying = Buying { project: of, body: Arc::new(body), choice, player, method: Some(method), now, goods };
    let quoted = app.store.read(move |tx| purchase::quote(tx, &buying)).await;
    quoted.map_err(|e| match e {
        Refused::Sale(why) => AccountError::Refused(why.to_string()),
        Refused::Store(e) => AccountError::Store(e),
    })
}

/// Whether a method is offered for an amount's currency.
fn offers(app: &Shared, method: i64, amount: Money) -> bool {
    app.gateway.methods(amount.currency).iter().any(|m| m.id == method)
}

/// A payment that is about to be tried with a saved account.
pub(crate) fn pending(
    order: &Order,
    id: PaymentId,
    attempt: AttemptId,
    breakdown: Breakdown,
    account: &Account,
    dry_run: bool,
    now: Time,
) -> Payment {
    let zero = Money::zero(breakdown.payment.currency);
    Payment {
        project: order.project,
        id,
        order: order.id,
        state: PaymentState::Pending,
        attempt,
        method: account.method,
        breakdown,
        refunded: zero,
        reserved: zero,
        dry_run,
        notified: Notified::NotNeeded,
        created_at: now,
        paid_at: None,
        decline: None,
        card: (!account.token.is_empty()).then(|| account.name.clone()),
    }
}

/// A payment that began.
pub(crate) enum Begun {
    /// It is written down, and its charge is to be asked of the gateway.
    Open(PaymentId, Charge),
    /// The gateway has nobody to ask, and it is written down as one whose money
    /// is taken: what follows from that belongs into the same transaction.
    Taken(Box<Taken>),
}

impl Begun {
    fn open(payment: &Payment, attempt: &Attempt) -> Self {
        Begun::Open(payment.id, checkout::charge_of(payment, attempt))
    }

    /// The payment's number.
    pub fn payment(&self) -> PaymentId {
        match self {
            Begun::Open(payment, _) => *payment,
            Begun::Taken(taken) => taken.payment.id,
        }
    }
}

/// A payment whose money is taken, with what took it and what it pays.
pub(crate) struct Taken {
    pub payment: Payment,
    pub attempt: Attempt,
    pub order: Order,
}

/// Begins a payment with a saved account, or tries a declined one again. `key`
/// stands for a token: one payment has it. `None` when the payment is under way
/// or done. With `at_once`, the project, a first try is taken here and now if the
/// gateway has nobody to ask.
pub(crate) fn begin(
    tx: &mut Tx<'_>,
    gateway: &dyn Gateway,
    (order, fresh): (&Order, &Payment),
    key: &str,
    account: &Account,
    at_once: Option<&Project>,
    now: Time,
) -> Result<Option<Begun>, StoreError> {
    let (ours, is_first) = match payment::of_token(tx, fresh.project, key)? {
        None => (fresh.clone(), true),
        // Our own, of a run whose commit was not heard of.
        Some(p) if p.attempt == fresh.attempt => {
            let attempt = payment::find_attempt(tx, p.project, p.attempt)?;
            return Ok(attempt.map(|a| Begun::open(&p, &a)));
        }
        Some(declined) => match payment::retry(tx, declined, fresh.attempt, fresh.method, fresh.card.clone())? {
            Some(p) => (p, false),
            None => return Ok(None),
        },
    };
    let scripted = account::count(tx, fresh.project, account.id)?;
    let scripted = scripted.and_then(|why| gateway.declining().into_iter().find(|(known, _)| *known == why));
    let token = scripted.map_or_else(|| account.token.clone(), |(_, token)| token);
    let attempt = Attempt {
        project: ours.project,
        id: ours.attempt,
        payment: ours.id,
        state: AttemptState::Pending,
        method: ours.method,
        card_token: (!token.is_empty()).then_some(token),
        keep: false,
    };
    if !is_first {
        payment::insert_attempt(tx, &attempt, now)?;
        return Ok(Some(Begun::open(&ours, &attempt)));
    }
    let mut new = Taken { payment: ours, attempt, order: order.clone() };
    let charge = checkout::charge_of(&new.payment, &new.attempt);
    let taking = at_once.filter(|_| gateway.at_once(&charge) == Some(ChargeAnswer::Succeeded));
    if let Some(project) = taking {
        checkout::is_taken(project, &mut new.payment, &mut new.attempt, &mut new.order, now)?;
    }
    if !payment::insert(tx, &new.payment, key)? {
        return Ok(None);
    }
    order::insert(tx, &new.order, Some(new.payment.id), now)?;
    payment::insert_attempt(tx, &new.attempt, now)?;
    Ok(Some(if taking.is_some() { Begun::Taken(Box::new(new)) } else { Begun::Open(new.payment.id, charge) }))
}

/// Asks the gateway for a charge and notes its answer. Nobody is there who could
/// confirm anything, so a question of the bank is a no. `event` is the number of
/// what the game is told, if there is one already.
pub(crate) async fn settle(
    app: &Shared,
    payment: PaymentId,
    charge: Charge,
    event: Option<EventId>,
) -> Result<Option<Payment>, StoreError> {
    let answer = match app.gateway.charge(charge.clone()).await {
        ChargeAnswer::Challenge => ChargeAnswer::Failed(Decline::NotAuthenticated),
        other => other,
    };
    checkout::finish(app, &charge, payment, answer, None, event).await
}

/// Forgets a saved way to pay. Subscriptions that are paid with it end with what
/// is paid.
pub async fn delete(
    app: &Shared,
    project: &Project,
    user: String,
    kind: String,
    id: AccountId,
) -> Result<(), AccountError> {
    let event = app.id(EventId::new).await?;
    let affected = {
        let (project, user) = (project.id, user.clone());
        app.store.read(move |tx| coinslot_store::subscription::of_account(tx, project, &user, id)).await?
    };
    let mut subscriptions = Vec::with_capacity(affected.len());
    for subscription in affected {
        subscriptions.push((subscription, app.id(EventId::new).await?));
    }
    let now = app.now(project.id);
    let project = project.clone();
    app.store
        .write(move |tx| {
            let account = theirs(account::lock(tx, project.id, id)?, &user, &kind)?;
            account::delete(tx, project.id, id)?;
            for (subscription, event) in &subscriptions {
                subscription::lose_account(tx, &project, *subscription, id, *event, now)?;
            }
            if project.webhook_url.is_some() {
                let body = coinslot_wire::account::removed(&project, &account);
                subscription::tell(tx, project.id, event, id.get(), "payment_account_remove", &body, now)?;
            }
            Ok::<_, AccountError>(())
        })
        .await?;
    app.wake_worker();
    Ok(())
}

/// Has charges of a saved way to pay declined that are to come: 1 is the next.
/// For tests, so that grace and its end can be seen.
pub async fn script(
    app: &Shared,
    project: ProjectId,
    user: String,
    kind: String,
    id: AccountId,
    numbers: Vec<i64>,
    reason: Decline,
) -> Result<(), AccountError> {
    if app.gateway.declining().is_empty() {
        return Err(AccountError::NoAgreement);
    }
    app.store
        .write(move |tx| {
            theirs(account::lock(tx, project, id)?, &user, &kind)?;
            for number in &numbers {
                account::script(tx, project, id, *number, reason)?;
            }
            Ok::<_, AccountError>(())
        })
        .await
}
