//! Subscriptions: buying, changing, listing and charging them.
//!
//! A renewal has the shape of every payment: what is about to be charged is on
//! disk before the gateway is asked, and what came of it afterwards; where the
//! gateway has nobody to ask, both are one transaction. A charge belongs to one
//! period of one subscription, and a constraint lets each period have one, so
//! that a server which stopped, a second server or a clock that jumped never
//! charges twice; and a date stays due until its charge is decided, so that none
//! is left out.

use crate::catalogue::AtHand;
use crate::checkout::{self, Checkout, PageError, PayError};
use crate::port::Gateway;
use crate::purchase::{self, Buying, Refused as Sale};
use crate::refund::Given;
use crate::{App, Shared, account, mail, refund};
use coinslot_domain::account::Account;
use coinslot_domain::calendar::{Period, Zone};
use coinslot_domain::id::{
    AccountId, AttemptId, EventId, MerchantId, OrderId, PaymentId, PlanId, ProjectId, RefundId, SubscriptionId,
};
use coinslot_domain::merchant::Project;
use coinslot_domain::money::{Currency, Money};
use coinslot_domain::order::{Order, OrderState, Player};
use coinslot_domain::payment::{Breakdown, Payment, PaymentState};
use coinslot_domain::plan::{LONGEST_DAYS, Plan, Terms};
use coinslot_domain::purchase::{Line, LineKind, Refusal};
pub use coinslot_domain::subscription::Refused;
use coinslot_domain::subscription::{Due, State, Subscription};
use coinslot_domain::tax;
use coinslot_domain::time::{Span, Time};
use coinslot_store::payment::Attempt;
use coinslot_store::subscription::Charge;
use coinslot_store::{StoreError, Tx, clock, merchant, payment, plan, product, subscription, webhook};
use coinslot_wire::subscription::{
    Happened, ListQuery, PaymentsQuery, UpdateBody, View, notice, payment_status, status,
};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

/// Why a subscription was not changed.
#[derive(Debug)]
pub enum SubscriptionError {
    /// The player has no such subscription.
    NotFound,
    /// The rules of subscriptions refuse it.
    Refused(Refused),
    /// The database did not do it.
    Store(StoreError),
}

impl From<StoreError> for SubscriptionError {
    fn from(e: StoreError) -> Self {
        SubscriptionError::Store(e)
    }
}

impl std::fmt::Display for SubscriptionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SubscriptionError::NotFound => f.write_str("Subscription with specified ID does not exist."),
            SubscriptionError::Refused(Refused::State) => {
                f.write_str("the subscription cannot come to this status from the one it has")
            }
            SubscriptionError::Refused(Refused::NoDate) => {
                f.write_str("the subscription has no next charge that could be moved")
            }
            SubscriptionError::Refused(Refused::Past) => f.write_str("the next charge would lie in the past"),
            SubscriptionError::Refused(Refused::Calendar) => {
                f.write_str("the next charge would lie beyond the calendar")
            }
            SubscriptionError::Store(e) => e.fmt(f),
        }
    }
}

// ----------------------------------------------------------------- buying ---

/// How the line of an order says that it changes a subscription.
const CHANGE: &str = "change ";

/// The line of an order for a plan: what a subscription to it costs now. In a
/// trial that is nothing; changing the plan of a subscription costs the new
/// price less what is not used up of the old period, and nothing when that is
/// less, because then the new plan begins with the next charge.
pub(crate) fn line(tx: &mut Tx<'_>, project: ProjectId, wanted: &WantedPlan<'_>, now: Time) -> Result<Line, Sale> {
    let WantedPlan { external_id, trial_days, currency, change, player, language } = *wanted;
    let plan = plan::named(tx, project, external_id)?.ok_or_else(|| Refusal::NotFound(external_id.to_string()))?;
    if !plan.is_sold() {
        return Err(Refusal::NotForSale(external_id.to_string()).into());
    }
    let charge = plan.terms.charge;
    if currency.is_some_and(|c| c != charge.currency) {
        return Err(Refusal::NoPrice(external_id.to_string()).into());
    }
    let (price, detail) = if change {
        let running = changeable(tx, &plan, player)?.ok_or_else(|| Refusal::NotForSale(external_id.to_string()))?;
        let unused = running.unused(now, &clock::zone(tx, project)?);
        let credit = if unused.currency == charge.currency { unused.minor } else { 0 };
        (Money::new((charge.minor - credit).max(0), charge.currency), Some(format!("{CHANGE}{}", running.id)))
    } else {
        let trial = match (plan.terms.trial, trial_days) {
            (0, Some(days)) => days.clamp(0, LONGEST_DAYS),
            (days, _) => days,
        };
        let price = if trial > 0 { Money::zero(charge.currency) } else { charge };
        (price, (trial > 0).then(|| trial.to_string()))
    };
    let languages: Vec<String> = language.map(str::to_string).into_iter().collect();
    Ok(Line {
        kind: LineKind::Plan,
        reference: Some(plan.id.get()),
        sku: plan.external_id.clone(),
        name: plan.name.pick(&languages, "en").unwrap_or(&plan.external_id).to_string(),
        quantity: 1,
        detail,
        price,
        full_price: charge,
        promotion: None,
        bundle: None,
    })
}

/// A plan as a token asks for it.
#[derive(Clone, Copy)]
pub(crate) struct WantedPlan<'a> {
    pub external_id: &'a str,
    pub trial_days: Option<i64>,
    pub currency: Option<Currency>,
    /// Whether it replaces the plan of a subscription that runs.
    pub change: bool,
    pub player: &'a str,
    pub language: Option<&'a str>,
}

/// The player's subscription whose plan this one may replace: one to a plan of
/// the same group, the oldest.
fn changeable(tx: &mut Tx<'_>, to: &Plan, player: &str) -> Result<Option<Subscription>, StoreError> {
    let all = subscription::list(tx, to.project, Some(player), (Time(i64::MIN), Time(i64::MAX)), 0, 1000)?;
    for s in all {
        let runs = !s.state.is_over() && s.state != State::Frozen && s.tries == 0 && s.next_charge.is_some();
        if runs && s.plan != to.id && plan::find(tx, to.project, s.plan)?.is_some_and(|p| p.group == to.group) {
            return Ok(Some(s));
        }
    }
    Ok(None)
}

/// Whether lines cost nothing because a subscription begins with a trial, or
/// goes over to another plan with its next charge.
pub(crate) fn is_free(lines: &[Line]) -> bool {
    matches!(lines, [only] if only.kind == LineKind::Plan && only.price.minor == 0)
}

/// What to tell the game once the payment's own event is written.
pub(crate) type Told = Vec<(EventId, &'static str, String)>;

/// What became of a subscription when its payment was captured.
#[derive(Default)]
pub(crate) struct Captured {
    pub subscription: Option<(Subscription, Plan)>,
    pub told: Told,
}

/// What a captured payment makes of subscriptions and saved ways to pay, in its
/// transaction: a subscription begins, goes on or changes its plan, and what was
/// paid with is saved if it was to be. `kept` is what it is charged with later.
pub(crate) fn captured(
    tx: &mut Tx<'_>,
    project: &Project,
    order: &Order,
    payment: &Payment,
    attempt: &Attempt,
    kept: &Kept,
    now: Time,
) -> Result<Captured, StoreError> {
    let lost = |what: &str| StoreError::Corrupt(format!("payment {} has lost its {what}", payment.id));
    let mut told = Told::new();
    let mut account = None;
    if attempt.keep {
        let name = payment.card.clone().unwrap_or_else(|| kept.name.clone());
        let wanted = Kept { name, ..kept.clone() }.account(order, attempt).ok_or_else(|| lost("account"))?;
        let id = coinslot_store::account::save(tx, &wanted, now)?;
        if id == wanted.id {
            let body = coinslot_wire::account::added(project, &wanted, &order.player);
            let event = EventId::new(order.id.get()).ok_or_else(|| lost("number"))?;
            told.push((event, "payment_account_add", body));
        }
        account = Some(id);
    }
    let Some(line) = order.lines.iter().find(|l| l.kind == LineKind::Plan) else {
        return Ok(Captured { subscription: None, told });
    };
    let zone = clock::zone(tx, project.id)?;
    let beyond = || StoreError::Corrupt(format!("payment {} leads beyond the calendar", payment.id));
    // What is unique to the attempt that captured is unique to what it told.
    let event = EventId::new(attempt.id.get()).ok_or_else(|| lost("number"))?;
    let (s, what) = if let Some(charge) = subscription::charge_of_payment(tx, project.id, payment.id)? {
        let was = subscription::lock(tx, project.id, charge.subscription)?.ok_or_else(|| lost("subscription"))?;
        let s = was.clone().paid(now, &zone).ok_or_else(beyond)?;
        if !subscription::update(tx, &was, &s)? {
            return Err(lost("subscription"));
        }
        (s, Happened::Updated)
    } else {
        let plan_id = line.reference.and_then(PlanId::new).ok_or_else(|| lost("plan"))?;
        let bought = plan::find(tx, project.id, plan_id)?.ok_or_else(|| lost("plan"))?;
        let terms = Terms { charge: line.full_price, ..bought.terms };
        let running = line.detail.as_deref().and_then(|d| d.strip_prefix(CHANGE)).and_then(|id| id.parse().ok());
        let running = match running {
            Some(id) => subscription::lock(tx, project.id, id)?.filter(|s| !s.state.is_over()),
            None => None,
        };
        match running {
            Some(was) => {
                let account = account.or(was.account);
                let s = Subscription { account, ..was.clone() };
                let s = s.changed(plan_id, terms, now, &zone).ok_or_else(beyond)?;
                subscription::update(tx, &was, &s)?;
                note_charge(tx, &s, payment.id, s.charges, now)?;
                (s, Happened::Updated)
            }
            // What was to be changed has ended while the player paid: then
            // another one begins.
            None => {
                let trial = line.detail.as_deref().and_then(|d| d.parse().ok()).unwrap_or(0);
                let id = SubscriptionId::new(order.id.get()).ok_or_else(|| lost("number"))?;
                let s = blank(project.id, id, &order.player, &bought, Terms { trial, ..terms }, payment.dry_run);
                let group = bought.group.as_deref();
                let s = Subscription {
                    account,
                    product: product_of(tx, project.id, group)?,
                    custom_parameters: order.custom_parameters.clone(),
                    ..s
                };
                let s = s.begin(now, &zone).ok_or_else(beyond)?;
                subscription::insert(tx, &s, None)?;
                if trial == 0 {
                    note_charge(tx, &s, payment.id, 1, now)?;
                }
                (s, Happened::Created)
            }
        }
    };
    let bought = plan::find(tx, project.id, s.plan)?.ok_or_else(|| lost("plan"))?;
    told.push((event, what.kind(), notice(project, &s, &bought, what)));
    Ok(Captured { subscription: Some((s, bought)), told })
}

fn note_charge(tx: &mut Tx<'_>, s: &Subscription, id: PaymentId, number: i64, now: Time) -> Result<(), StoreError> {
    let charge = Charge { payment: id, subscription: s.id, number, charged_for: now };
    subscription::insert_charge(tx, s, &charge, now).map(drop)
}

/// What a way to pay is saved as.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    /// Its `type`.
    pub kind: String,
    /// What it is charged with later.
    pub token: String,
    /// What it may be shown as.
    pub name: String,
}

impl Kept {
    /// The account, which has the number of the attempt that paid with it.
    fn account(&self, order: &Order, attempt: &Attempt) -> Option<Account> {
        Some(Account {
            project: order.project,
            id: AccountId::new(attempt.id.get())?,
            user: order.player.id.clone(),
            method: attempt.method,
            kind: self.kind.clone(),
            name: self.name.clone(),
            token: self.token.clone(),
        })
    }
}

/// A subscription without dates.
fn blank(
    project: ProjectId,
    id: SubscriptionId,
    player: &Player,
    plan: &Plan,
    terms: Terms,
    dry_run: bool,
) -> Subscription {
    Subscription {
        project,
        id,
        user: player.id.clone(),
        name: player.name.clone(),
        email: player.email.clone(),
        country: player.country.clone(),
        custom_parameters: None,
        plan: plan.id,
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
        account: None,
        dry_run,
        created_at: Time(0),
    }
}

/// The product of a group of plans, the oldest.
fn product_of(
    tx: &mut Tx<'_>,
    project: ProjectId,
    group: Option<&str>,
) -> Result<Option<coinslot_domain::id::ProductId>, StoreError> {
    let Some(group) = group else { return Ok(None) };
    Ok(product::list(tx, project, Some(group), None, 0, 1)?.first().map(|p| p.id))
}

/// Puts an event that belongs to no payment behind the earlier ones of its
/// subscription or account, whose row the caller holds.
pub(crate) fn tell(
    tx: &mut Tx<'_>,
    project: ProjectId,
    event: EventId,
    subject: i64,
    kind: &str,
    body: &str,
    now: Time,
) -> Result<(), StoreError> {
    // Events are put in order by a number; payments, subscriptions and accounts
    // have theirs from one sequence, so none is another's.
    let subject = PaymentId::new(subject).ok_or_else(|| StoreError::Corrupt("an event about nothing".into()))?;
    webhook::insert(tx, project, event, subject, kind, body, now)
}

/// What pays for a subscription that begins without a payment.
pub(crate) struct Paying {
    pub method: i64,
    pub kept: Kept,
    pub player: Player,
    /// An account that is saved already.
    pub account: Option<AccountId>,
}

/// Begins what costs nothing now: a trial, or another plan with the next charge.
/// Doing it twice changes nothing.
pub(crate) async fn begin_free(app: &Shared, checkout: &Checkout, paying: Paying) -> Result<(), PayError> {
    let project = checkout.project.clone();
    let id = app.id(SubscriptionId::new).await?;
    let account_id = app.id(AccountId::new).await?;
    let events = [app.id(EventId::new).await?, app.id(EventId::new).await?];
    let now = app.now(project.id);
    let (run, mails) = (app.run().await?, app.post.is_some());
    let (lines, token_hash) = (checkout.lines.clone(), checkout.token_hash().to_string());
    let (body, dry_run) = (checkout.body.clone(), checkout.sandbox);
    let (of, player) = (project.clone(), checkout.player.clone());
    let choice = checkout.choice.clone();
    let goods = AtHand::default();
    let buying = Buying { project: of, body: body.clone(), choice, player, method: Some(paying.method), now, goods };
    let done = app
        .store
        .write(move |tx| {
            // A change of plan is not known by its token.
            if subscription::of_token(tx, project.id, &token_hash)?.is_some() || !run.is_first(tx, project.id)? {
                return Ok(());
            }
            let [line] = lines.as_slice() else { return Err(Sale::from(Refusal::Changed)) };
            // The page may be hours old.
            let again = purchase::quote(tx, &buying)?;
            if again != lines {
                return Err(Refusal::Changed.into());
            }
            let lost = || StoreError::Corrupt("a plan has lost its number".into());
            let plan_id = line.reference.and_then(PlanId::new).ok_or_else(lost)?;
            let bought = plan::find(tx, project.id, plan_id)?.ok_or_else(lost)?;
            let terms = Terms { charge: line.full_price, ..bought.terms };
            let zone = clock::zone(tx, project.id)?;
            let beyond = || Sale::from(Refusal::Quantity(line.name.clone()));
            let running = line.detail.as_deref().and_then(|d| d.strip_prefix(CHANGE)).and_then(|id| id.parse().ok());
            let account = match paying.account {
                Some(id) => id,
                None => {
                    let wanted = Account {
                        project: project.id,
                        id: account_id,
                        user: paying.player.id.clone(),
                        method: paying.method,
                        kind: paying.kept.kind.clone(),
                        name: paying.kept.name.clone(),
                        token: paying.kept.token.clone(),
                    };
                    let id = coinslot_store::account::save(tx, &wanted, now)?;
                    if id == wanted.id && project.webhook_url.is_some() {
                        let body = coinslot_wire::account::added(&project, &wanted, &paying.player);
                        tell(tx, project.id, events[0], id.get(), "payment_account_add", &body, now)?;
                    }
                    id
                }
            };
            crate::checkout::register(tx, project.id, &paying.player, now)?;
            let (s, what) = match running {
                Some(id) => {
                    let was = subscription::lock(tx, project.id, id)?;
                    let was = was.filter(|s| !s.state.is_over()).ok_or(Refusal::Changed)?;
                    let s = Subscription { account: Some(account), ..was.clone() };
                    let s = s.changed_later(plan_id, terms, &zone).ok_or_else(beyond)?;
                    subscription::update(tx, &was, &s)?;
                    (s, Happened::Updated)
                }
                None => {
                    let trial = line.detail.as_deref().and_then(|d| d.parse().ok()).unwrap_or(0);
                    let s = blank(project.id, id, &paying.player, &bought, Terms { trial, ..terms }, dry_run);
                    let s = Subscription {
                        account: Some(account),
                        product: product_of(tx, project.id, bought.group.as_deref())?,
                        custom_parameters: body.custom_parameters_text(),
                        ..s
                    };
                    let s = s.begin(now, &zone).ok_or_else(beyond)?;
                    if !subscription::insert(tx, &s, Some(&token_hash))? {
                        return Ok(());
                    }
                    (s, Happened::Created)
                }
            };
            if project.webhook_url.is_some() {
                let body = notice(&project, &s, &bought, what);
                tell(tx, project.id, events[1], s.id.get(), what.kind(), &body, now)?;
            }
            if mails {
                mail::note_unpaid(tx, project.id, s.id, &token_hash, body.language())?;
            }
            Ok::<_, Sale>(())
        })
        .await;
    app.wake_worker();
    done.map_err(PageError::from).map_err(PayError::from)
}

// --------------------------------------------------------------- charging ---

/// Subscriptions looked at at one time.
const BATCH: i64 = 128;
/// A server that does not settle within this is taken for dead.
const LEASE: Span = Span::seconds(60);

/// Projects that have subscriptions to look at.
pub async fn projects_due(app: &App) -> Result<Vec<ProjectId>, StoreError> {
    let now = app.clock.now();
    let mut due = app.store.read(move |tx| subscription::projects_due(tx, now)).await?;
    for project in app.moved() {
        let now = app.now(project);
        let next = app.store.read(move |tx| subscription::next_due(tx, project, Time(i64::MIN))).await?;
        if next.is_some_and(|t| t <= now) && !due.contains(&project) {
            due.push(project);
        }
    }
    Ok(due)
}

/// Charges, tries again or ends what is due of one project; how many it looked
/// at.
pub async fn renew(app: &Shared, id: ProjectId) -> Result<usize, StoreError> {
    let now = app.now(id);
    let next = app.store.read(move |tx| subscription::next_due(tx, id, Time(i64::MIN))).await?;
    if next.is_none_or(|t| t > now) {
        return Ok(0);
    }
    let Some(project) = app.store.read(move |tx| merchant::find_project(tx, id)).await? else { return Ok(0) };
    let claimed = app.store.write(move |tx| subscription::claim(tx, id, now, now + LEASE, BATCH)).await?;
    let count = claimed.len();
    let mut renewing = tokio::task::JoinSet::new();
    for subscription in claimed {
        let (app, project) = (app.clone(), project.clone());
        renewing.spawn(async move { renew_one(&app, project, subscription).await });
    }
    let mut outcome = Ok(count);
    while let Some(done) = renewing.join_next().await {
        if let Ok(Err(e)) = done {
            outcome = Err(e);
        }
    }
    app.wake_worker();
    outcome
}

async fn renew_one(app: &Shared, project: Project, id: SubscriptionId) -> Result<(), StoreError> {
    let ids = Ids {
        order: app.id(OrderId::new).await?,
        payment: app.id(PaymentId::new).await?,
        attempt: app.id(AttemptId::new).await?,
        event: app.id(EventId::new).await?,
    };
    let now = app.now(project.id);
    let mail_at = app.post.is_some().then(|| app.clock.now());
    let (asked, ran) = (app.clone(), AtomicBool::new(false));
    let begun = app.store.write(move |tx| {
        // By a run of this whose commit was not heard of: the next date, which
        // may be due as well, is not that of these numbers.
        if ran.swap(true, Ordering::SeqCst)
            && payment::find(tx, project.id, ids.payment)?.is_some_and(|p| p.state.was_captured())
        {
            return Ok(None);
        }
        let begun = begin(tx, &project, id, ids, &*asked.gateway, now)?;
        if let Some(account::Begun::Taken(taken)) = &begun {
            let Payment { method, breakdown, .. } = &taken.payment;
            let method = asked.method_name(*method, breakdown.payment.currency);
            checkout::book_taken(tx, &project, taken, method, (ids.event, mail_at), now)?;
        }
        Ok::<_, StoreError>(begun)
    });
    match begun.await? {
        Some(account::Begun::Open(payment, charge)) => {
            account::settle(app, payment, charge, Some(ids.event)).await.map(drop)
        }
        Some(account::Begun::Taken(taken)) => {
            checkout::was_taken(app, &taken.payment).await;
            Ok(())
        }
        None => Ok(()),
    }
}

/// Numbers for what a renewal may make.
#[derive(Clone, Copy)]
struct Ids {
    order: OrderId,
    payment: PaymentId,
    attempt: AttemptId,
    /// Of what the game is told: that it is paid, or that it ended.
    event: EventId,
}

/// Decides about one subscription that was claimed; the payment that began, if
/// it is to be charged.
fn begin(
    tx: &mut Tx<'_>,
    project: &Project,
    id: SubscriptionId,
    ids: Ids,
    gateway: &dyn Gateway,
    now: Time,
) -> Result<Option<account::Begun>, StoreError> {
    let lost = |what: &str| StoreError::Corrupt(format!("subscription {id} has lost its {what}"));
    let Some(s) = subscription::lock(tx, project.id, id)? else { return Ok(None) };
    let bought = plan::find(tx, project.id, s.plan)?.ok_or_else(|| lost("plan"))?;
    match s.due(now) {
        // Someone settled it between the claim and here.
        Due::Nothing => return Ok(None),
        Due::End(state) => {
            let ended = s.clone().ended(state, now);
            subscription::update(tx, &s, &ended)?;
            tell_end(tx, project, &ended, &bought, ids.event, now)?;
            return Ok(None);
        }
        Due::Charge => {}
    }
    let account = match s.account {
        Some(account) => coinslot_store::account::find(tx, project.id, account)?,
        None => None,
    };
    let rule = tax::applicable(s.country.as_deref(), &project.taxes);
    let breakdown = Breakdown::quote(s.terms.charge, rule, project.fees);
    let (Some(account), Ok(breakdown)) = (account, breakdown) else {
        let ended = s.clone().ended(State::Canceled, now);
        subscription::update(tx, &s, &ended)?;
        tell_end(tx, project, &ended, &bought, ids.event, now)?;
        return Ok(None);
    };
    let name = bought.name.pick(&[], "en").unwrap_or(&bought.external_id).to_string();
    let order = Order {
        project: project.id,
        id: ids.order,
        state: OrderState::New,
        player: Player {
            id: s.user.clone(),
            name: s.name.clone(),
            email: s.email.clone(),
            country: s.country.clone(),
            ..Player::default()
        },
        total: breakdown.total(),
        lines: vec![Line {
            kind: LineKind::Plan,
            reference: Some(s.plan.get()),
            sku: bought.external_id.clone(),
            name: name.clone(),
            quantity: 1,
            detail: None,
            price: s.terms.charge,
            full_price: s.terms.charge,
            promotion: None,
            bundle: None,
        }],
        description: Some(name),
        external_id: None,
        custom_parameters: s.custom_parameters.clone(),
        placed: None,
        gift: None,
    };
    let fresh = account::pending(&order, ids.payment, ids.attempt, breakdown, &account, s.dry_run, now);
    let number = s.charges + 1;
    // One payment has this name: that of this period.
    let key = format!("subscription {id} {number}");
    let begun = account::begin(tx, gateway, (&order, &fresh), &key, &account, Some(project), now)?;
    match &begun {
        Some(begun) => {
            let due = s.next_charge.ok_or_else(|| lost("date"))?;
            let charge = Charge { payment: begun.payment(), subscription: id, number, charged_for: due };
            subscription::insert_charge(tx, &s, &charge, now)?;
        }
        // Its charge is under way since before; whoever asks the gateway about
        // it settles the subscription too.
        None => subscription::lease(tx, project.id, id, now + LEASE)?,
    }
    Ok(begun)
}

/// What a declined payment makes of the subscription it was to pay, in its
/// transaction.
pub(crate) fn declined(tx: &mut Tx<'_>, order: &Order, payment: &Payment, now: Time) -> Result<(), StoreError> {
    if !order.lines.iter().any(|l| l.kind == LineKind::Plan) {
        return Ok(());
    }
    let Some(charge) = subscription::charge_of_payment(tx, payment.project, payment.id)? else { return Ok(()) };
    let Some(was) = subscription::lock(tx, payment.project, charge.subscription)? else { return Ok(()) };
    let zone = clock::zone(tx, payment.project)?;
    let s = was.clone().declined(now, &zone);
    subscription::update(tx, &was, &s)?;
    if s.state.is_over() && !was.state.is_over() {
        let lost = |what: &str| StoreError::Corrupt(format!("subscription {} has lost its {what}", s.id));
        let project = merchant::find_project(tx, payment.project)?.ok_or_else(|| lost("project"))?;
        let bought = plan::find(tx, payment.project, s.plan)?.ok_or_else(|| lost("plan"))?;
        let event = EventId::new(payment.attempt.get()).ok_or_else(|| lost("number"))?;
        tell_end(tx, &project, &s, &bought, event, now)?;
    }
    Ok(())
}

fn tell_end(
    tx: &mut Tx<'_>,
    project: &Project,
    s: &Subscription,
    plan: &Plan,
    event: EventId,
    now: Time,
) -> Result<(), StoreError> {
    if project.webhook_url.is_none() {
        return Ok(());
    }
    let body = notice(project, s, plan, Happened::Canceled);
    tell(tx, project.id, event, s.id.get(), Happened::Canceled.kind(), &body, now)
}

/// Takes the way to pay from a subscription, which ends with what is paid.
pub(crate) fn lose_account(
    tx: &mut Tx<'_>,
    project: &Project,
    id: SubscriptionId,
    account: AccountId,
    event: EventId,
    now: Time,
) -> Result<(), StoreError> {
    let Some(was) = subscription::lock(tx, project.id, id)?.filter(|s| s.account == Some(account)) else {
        return Ok(());
    };
    let s = was.clone().without_account();
    subscription::update(tx, &was, &s)?;
    if was.state != s.state && project.webhook_url.is_some() {
        let lost = || StoreError::Corrupt(format!("subscription {id} has lost its plan"));
        let bought = plan::find(tx, project.id, s.plan)?.ok_or_else(lost)?;
        let body = notice(project, &s, &bought, Happened::NonRenewing);
        tell(tx, project.id, event, id.get(), Happened::NonRenewing.kind(), &body, now)?;
    }
    Ok(())
}

// --------------------------------------------------------------- changing ---

/// Changes a subscription of a player.
pub async fn update(
    app: &Shared,
    project: &Project,
    user: String,
    id: SubscriptionId,
    body: UpdateBody,
) -> Result<View, SubscriptionError> {
    let (event, refund_id) = (app.id(EventId::new).await?, app.id(RefundId::new).await?);
    let run = app.run().await?;
    let (now, project) = (app.now(project.id), project.clone());
    let (view, given) = app
        .store
        .write(move |tx| {
            let was = subscription::lock(tx, project.id, id)?;
            let was = was.filter(|s| s.user == user).ok_or(SubscriptionError::NotFound)?;
            if !run.is_first(tx, project.id)? {
                let given = refund::given(tx, project.id, refund_id)?;
                return Ok((view(tx, was, &mut Known::default())?, given));
            }
            let zone = clock::zone(tx, project.id)?;
            let s = changed(was.clone(), &body, now, &zone)?;
            if s != was {
                subscription::update(tx, &was, &s)?;
            }
            let view = view(tx, s, &mut Known::default())?;
            let happened = match (was.state, view.subscription.state) {
                (before, State::Canceled) if before != State::Canceled => Some(Happened::Canceled),
                (before, State::NonRenewing) if before != State::NonRenewing => Some(Happened::NonRenewing),
                _ if was.next_charge != view.subscription.next_charge || was.state != view.subscription.state => {
                    Some(Happened::Updated)
                }
                _ => None,
            };
            if let Some(what) = happened.filter(|_| project.webhook_url.is_some()) {
                let body = notice(&project, &view.subscription, &view.plan, what);
                tell(tx, project.id, event, id.get(), what.kind(), &body, now)?;
            }
            let cancels = body.give_back && body.state == Some(State::Canceled) && was.state != State::Canceled;
            let given = match subscription::last_paid(tx, project.id, id)?.filter(|_| cancels) {
                // What was given back before is not given again.
                Some(payment) => {
                    refund::register(tx, project.id, payment, None, "Subscription canceled", refund_id, now).ok()
                }
                None => None,
            };
            Ok::<_, SubscriptionError>((view, given))
        })
        .await?;
    app.wake_worker();
    if let Some(given) = given {
        carry_out(app, given).await;
    }
    Ok(view)
}

/// Has the money go back. It is set aside already, so that what fails here is
/// done later.
async fn carry_out(app: &Shared, given: Given) {
    let app = app.clone();
    let done = tokio::spawn(async move { refund::carry_out(&app, given.refund, &given.payment).await }).await;
    if !matches!(done, Ok(Ok(_))) {
        tracing::warn!("a refund of a subscription's payment is still open");
    }
}

/// A subscription with what a body says of it. A date of one that is canceled
/// stays where it is.
fn changed(mut s: Subscription, body: &UpdateBody, now: Time, zone: &Zone) -> Result<Subscription, SubscriptionError> {
    if let Some(to) = body.state {
        // Over is over, whatever ended it.
        let to = if to == State::Canceled && s.state.is_over() { s.state } else { to };
        s = s.put(to, now, zone).map_err(SubscriptionError::Refused)?;
    }
    match body.shift.filter(|_| !s.state.is_over()) {
        Some(by) => s.moved(by, now, zone).map_err(SubscriptionError::Refused),
        None => Ok(s),
    }
}

// ---------------------------------------------------------------- listing ---

/// What was read for one list, so that it is read once.
#[derive(Default)]
struct Known {
    plans: BTreeMap<PlanId, (Plan, coinslot_domain::plan::Counters)>,
    products: BTreeMap<i64, Option<coinslot_domain::product::Product>>,
}

fn view(tx: &mut Tx<'_>, s: Subscription, known: &mut Known) -> Result<View, StoreError> {
    let (plan, counters) = match known.plans.get(&s.plan) {
        Some(found) => found.clone(),
        None => {
            let lost = || StoreError::Corrupt(format!("subscription {} has lost its plan", s.id));
            let plan = plan::find(tx, s.project, s.plan)?.ok_or_else(lost)?;
            let found = (plan, plan::counters(tx, s.project, s.plan)?);
            known.plans.insert(s.plan, found.clone());
            found
        }
    };
    let product = match s.product {
        Some(id) => match known.products.get(&id.get()) {
            Some(found) => found.clone(),
            None => {
                let found = product::find(tx, s.project, id)?;
                known.products.insert(id.get(), found.clone());
                found
            }
        },
        None => None,
    };
    Ok(View { subscription: s, plan, counters, product })
}

/// A subscription by its id; of one player, if one is named.
pub async fn find(app: &App, project: ProjectId, id: SubscriptionId) -> Result<View, SubscriptionError> {
    app.store
        .read(move |tx| {
            let s = subscription::find(tx, project, id)?.ok_or(SubscriptionError::NotFound)?;
            Ok(view(tx, s, &mut Known::default())?)
        })
        .await
}

/// Rows read at one time while a list looks for those that fit.
const PAGE: i64 = 1000;

/// Subscriptions of projects that fit a query, in the order of their ids.
fn fitting(tx: &mut Tx<'_>, project: ProjectId, query: &ListQuery, most: usize) -> Result<Vec<View>, StoreError> {
    let (mut found, mut known, mut after) = (Vec::new(), Known::default(), 0);
    loop {
        let page = subscription::list(tx, project, query.user.as_deref(), query.made, after, PAGE)?;
        let Some(last) = page.last().map(|s| s.id.get()) else { return Ok(found) };
        let more = page.len() as i64 == PAGE;
        after = last;
        for s in page {
            let wanted = |all: &[String], one: &str| all.is_empty() || all.iter().any(|a| a == one);
            let fits = wanted(&query.states, status(s.state))
                && (query.plans.is_empty() || query.plans.contains(&s.plan))
                && (query.products.is_empty() || s.product.is_some_and(|p| query.products.contains(&p)));
            if !fits {
                continue;
            }
            let view = view(tx, s, &mut known)?;
            if query.groups.is_empty() || view.plan.group.as_ref().is_some_and(|g| query.groups.contains(g)) {
                found.push(view);
            }
            if found.len() >= most {
                return Ok(found);
            }
        }
        if !more {
            return Ok(found);
        }
    }
}

fn window<T>(all: Vec<T>, offset: i64, limit: i64) -> Vec<T> {
    let skip = usize::try_from(offset).unwrap_or(usize::MAX);
    all.into_iter().skip(skip).take(usize::try_from(limit).unwrap_or(0)).collect()
}

fn most(offset: i64, limit: i64) -> usize {
    usize::try_from(offset.saturating_add(limit)).unwrap_or(usize::MAX)
}

/// Subscriptions of a project.
pub async fn list(app: &App, project: ProjectId, query: ListQuery) -> Result<Vec<View>, StoreError> {
    app.store
        .read(move |tx| {
            let all = fitting(tx, project, &query, most(query.offset, query.limit))?;
            Ok::<_, StoreError>(window(all, query.offset, query.limit))
        })
        .await
}

/// Subscriptions of all projects of a merchant, in the order of projects.
pub async fn list_all(app: &App, of: MerchantId, query: ListQuery) -> Result<Vec<View>, StoreError> {
    app.store
        .read(move |tx| {
            let most = most(query.offset, query.limit);
            let mut all = Vec::new();
            for project in coinslot_store::project::of_merchant(tx, of, None, i64::MAX)? {
                if query.projects.is_empty() || query.projects.contains(&project) {
                    all.extend(fitting(tx, project, &query, most - all.len().min(most))?);
                }
                if all.len() >= most {
                    break;
                }
            }
            Ok::<_, StoreError>(window(all, query.offset, query.limit))
        })
        .await
}

/// A charge with everything that an answer shows of it.
pub struct Listed {
    /// What pays it.
    pub payment: PaymentId,
    /// Where its payment stands.
    pub state: PaymentState,
    /// When it was paid, or else first tried.
    pub at: Time,
    /// What was charged.
    pub view: View,
}

/// Charges of the subscriptions of a project, in the order of their payments.
pub async fn payments(app: &App, project: ProjectId, query: PaymentsQuery) -> Result<Vec<Listed>, StoreError> {
    app.store
        .read(move |tx| {
            let most = most(query.offset, query.limit);
            let (mut found, mut known, mut after) = (Vec::new(), Known::default(), 0);
            loop {
                let page = subscription::charges(tx, project, query.user.as_deref(), query.subscription, after, PAGE)?;
                let more = page.len() as i64 == PAGE;
                for c in page {
                    after = c.charge.payment.get();
                    let fits = query.status.as_deref().is_none_or(|s| s == payment_status(c.state))
                        && (query.made.0..query.made.1).contains(&c.at);
                    if !fits {
                        continue;
                    }
                    let Some(s) = subscription::find(tx, project, c.charge.subscription)? else { continue };
                    let view = view(tx, s, &mut known)?;
                    found.push(Listed { payment: c.charge.payment, state: c.state, at: c.at, view });
                    if found.len() >= most {
                        return Ok(window(found, query.offset, query.limit));
                    }
                }
                if !more {
                    return Ok::<_, StoreError>(window(found, query.offset, query.limit));
                }
            }
        })
        .await
}

/// By how much a clock of `project` is to be moved, as the moment it shows then.
pub async fn later(app: &App, project: ProjectId, by: Period) -> Result<Option<Time>, StoreError> {
    let zone = app.store.read(move |tx| clock::zone(tx, project)).await?;
    Ok(zone.after(app.now(project), by, 1))
}
