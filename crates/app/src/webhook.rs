//! Telling the game.

use crate::port::{Answered, Outgoing};
use crate::{App, known, message, signature, tracking};
use coinslot_domain::id::{EventId, PaymentId, ProjectId};
use coinslot_domain::merchant::Project;
use coinslot_domain::message::MessageKind;
use coinslot_domain::order::{Coins, Order};
use coinslot_domain::payment::{Notified, Payment};
use coinslot_domain::time::{Span, Time};
use coinslot_domain::webhook::{EventState, TIMEOUT, Telling, Verdict, order_wait_after, verdict, wait_after};
use coinslot_store::webhook::{Delivery, Due, Waiting};
use coinslot_store::{StoreError, Tx, coupon, payment, reached, webhook};
use coinslot_wire::shop::webhook::{ORDER_CANCELED, ORDER_PAID, OrderNotice};
use coinslot_wire::webhook::PaymentNotice;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use std::collections::{HashMap, HashSet, VecDeque};
use std::future::{Future as _, poll_fn};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

/// The type of the webhook by which a game learns of a payment.
pub(crate) const PAYMENT: &str = "payment";

/// How a game is told of an order; `None` for one that it is not told of: one
/// that is not of the Store API.
pub(crate) fn telling(tx: &mut Tx<'_>, order: &Order) -> Result<Option<Telling>, StoreError> {
    match order.placed {
        Some(_) => webhook::telling(tx, order.project).map(Some),
        None => Ok(None),
    }
}

/// Has the game told of an order, behind what it is told of its payment. An
/// order is paid once, so its number serves that event; all of it is given back
/// once, so that of the refund serves the other.
pub(crate) fn tell_order(
    tx: &mut Tx<'_>,
    notice: &OrderNotice<'_>,
    payment: PaymentId,
    number: i64,
    now: Time,
) -> Result<(), StoreError> {
    note_order(tx, notice, coinslot_wire::shop::webhook::order(notice), payment, number, now)
}

fn note_order(
    tx: &mut Tx<'_>,
    notice: &OrderNotice<'_>,
    (kind, body): (&'static str, String),
    payment: PaymentId,
    number: i64,
    now: Time,
) -> Result<(), StoreError> {
    let event = EventId::new(number).ok_or_else(|| StoreError::Corrupt("an order without a number".into()))?;
    webhook::insert(tx, notice.order.project, event, payment, kind, &body, now)
}

/// The same of an order that money does not pay: in the place of a payment
/// stands its own number.
pub(crate) fn tell_unpaid(tx: &mut Tx<'_>, project: &Project, order: &Order, now: Time) -> Result<(), StoreError> {
    let payment = PaymentId::new(order.id.get());
    let payment = payment.ok_or_else(|| StoreError::Corrupt("an order without a number".into()))?;
    tell_coins(tx, project, order, &[], (payment, order.id.get()), now)
}

/// The same of an order that virtual currency pays, under the number that stands
/// for its payment. `prices` is what each thing costs that was asked for; without
/// them, it is one thing.
pub(crate) fn tell_coins(
    tx: &mut Tx<'_>,
    project: &Project,
    order: &Order,
    prices: &[Coins],
    (payment, number): (PaymentId, i64),
    now: Time,
) -> Result<(), StoreError> {
    let Some(telling) = telling(tx, order)?.filter(|_| project.webhook_url.is_some()) else { return Ok(()) };
    let used = coupon::of_order(tx, order.project, order.id)?;
    let code = used.as_ref().map(|used| (used.code.as_str(), used.campaign_code.as_str()));
    let notice = OrderNotice { order, telling, payment: None, refund: None, code };
    let told = coinslot_wire::shop::webhook::order_for_coins(&notice, prices);
    note_order(tx, &notice, told, payment, number, now)
}

/// What the game said to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// It agrees.
    Yes,
    /// It refuses.
    No,
    /// It did not answer.
    NoAnswer,
    /// The project has no webhook URL.
    Nobody,
}

/// Puts a question to the game and records the exchange. Not repeated: whoever
/// asks wants to know now.
pub(crate) async fn ask(app: &App, project: &Project, kind: &'static str, body: String) -> Result<Asked, StoreError> {
    Ok(question(app, project, kind, body).await?.0)
}

/// The same, with the words of the answer.
pub(crate) async fn question(
    app: &App,
    project: &Project,
    kind: &'static str,
    body: String,
) -> Result<(Asked, String), StoreError> {
    let Some(url) = &project.webhook_url else { return Ok((Asked::Nobody, String::new())) };
    let event = app.id(EventId::new).await?;
    let (delivery, verdict) = send(app, project, url, event, 1, body.as_str()).await;
    answered(app, kind, body, delivery, verdict).await
}

async fn answered(
    app: &App,
    kind: &'static str,
    body: String,
    delivery: Delivery,
    verdict: Verdict,
) -> Result<(Asked, String), StoreError> {
    let (state, asked) = match verdict {
        Verdict::Delivered => (EventState::Delivered, Asked::Yes),
        Verdict::Refused => (EventState::Failed, Asked::No),
        Verdict::Retry => (EventState::Failed, Asked::NoAnswer),
    };
    let answer = delivery.answer.clone();
    app.store.write(move |tx| webhook::insert_asked(tx, kind, &body, state, &delivery)).await?;
    Ok((asked, answer))
}

/// Puts a question to the game that is a `GET`: with these parameters, in the
/// order of their names, signed in the address. `text` is what the list of
/// events shows of it.
pub(crate) async fn look_up(
    app: &App,
    project: &Project,
    kind: &'static str,
    pairs: &[(&'static str, String)],
    text: String,
) -> Result<(Asked, String), StoreError> {
    let Some(url) = &project.webhook_url else { return Ok((Asked::Nobody, String::new())) };
    let event = app.id(EventId::new).await?;
    let (delivery, verdict) = fetch(app, project, url, event, kind, pairs).await;
    answered(app, kind, text, delivery, verdict).await
}

pub(crate) fn question_address(url: &str, kind: &str, pairs: &[(&'static str, String)], signature: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("notification_type", kind);
    query.extend_pairs(pairs.iter().map(|(name, value)| (*name, value.as_str())));
    query.append_pair("sign", signature);
    [url, if url.contains('?') { "&" } else { "?" }, &query.finish()].concat()
}

/// Makes a request that is a `GET`. An answer or none, whoever asked notes it.
pub(crate) async fn fetch(
    app: &App,
    project: &Project,
    url: &str,
    event: EventId,
    kind: &str,
    pairs: &[(&'static str, String)],
) -> (Delivery, Verdict) {
    let sent_at = app.now(project.id);
    let signature = signature::of_query(kind, pairs.iter().map(|(_, value)| value.as_str()), &project.secret);
    let address = question_address(url, kind, pairs, &signature);
    let headers = vec![("accept", "application/json".to_string())];
    let request = Outgoing { url: address.clone(), headers, body: String::new() };
    let Answered { status, body: answer, error, took } = app.game.get(request).await;
    let verdict = verdict(status);
    app.meter.webhook(verdict, took.0);
    let (project, attempt) = (project.id, 1);
    (Delivery { project, event, attempt, url: address, signature, sent_at, took, status, answer, error }, verdict)
}

pub(crate) async fn send(
    app: &App,
    project: &Project,
    url: &str,
    event: EventId,
    attempt: i64,
    body: impl Into<String>,
) -> (Delivery, Verdict) {
    let body = body.into();
    let sent_at = app.now(project.id);
    let signature = signature::documented(body.as_bytes(), &project.secret);
    // The time in a signature is the server's, whatever the project's clock
    // shows: receivers refuse one that is far from their own.
    let mut headers = vec![
        ("accept", "application/json".to_string()),
        ("content-type", "application/json".to_string()),
        ("authorization", signature.clone()),
    ];
    headers.extend(signature::standard(&format!("evt_{event}"), app.clock.now(), body.as_bytes(), &project.secret));
    let request = Outgoing { url: url.to_string(), headers, body };
    let Answered { status, body: answer, error, took } = app.game.post(request).await;
    let verdict = verdict(status);
    app.meter.webhook(verdict, took.0);
    let delivery = Delivery {
        project: project.id,
        event,
        attempt,
        url: url.to_string(),
        signature,
        sent_at,
        took,
        status,
        answer,
        error,
    };
    (delivery, verdict)
}

/// What a payment's webhooks tell. The attempt's number is what the provider
/// knows the payment by.
pub(crate) fn notice<'a>(
    project: &Project,
    order: &'a Order,
    payment: &'a Payment,
    method: &'a str,
    provider_id: &'a str,
) -> PaymentNotice<'a> {
    let (method_name, method_order_id) = (method, provider_id);
    PaymentNotice {
        project: project.id,
        merchant: project.merchant,
        order,
        payment,
        method_name,
        method_order_id,
        coupon: None,
    }
}

/// Webhooks under way at one time to one project.
const WINDOW: usize = 64;
/// How many events are read at once.
const PAGE: usize = 128;
/// After so many that were read it is begun again with those that are due
/// longest: one behind another of its payment was passed over.
const LAP: usize = 4_096;
/// What is noted in one transaction, if so much comes together in time.
const TOGETHER: usize = 128;
/// How long an answer waits for others before it is noted with them.
const GATHER: std::time::Duration = std::time::Duration::from_millis(5);
/// Answers that are not noted yet, beyond which nothing more is sent: so much may
/// be sent again after a crash.
const UNNOTED: usize = 512;
/// How often it is looked for more while some are under way that take their
/// time.
const LOOK: std::time::Duration = std::time::Duration::from_millis(100);
/// The right to send for a project is taken for so long. A server that does not
/// keep it up is taken for dead.
const LEASE: Span = Span(TIMEOUT.0 * 2);
/// So much is left of it at least when a request begins, which is more than the
/// request may take.
const LEFT: Span = Span(TIMEOUT.0 * 3 / 2);

/// The projects that this server sends for: one sends at one time, which has
/// with the lock the turn in which it last had the right to.
#[derive(Default)]
pub(crate) struct Turns(Mutex<HashMap<ProjectId, Arc<tokio::sync::Mutex<i64>>>>);

impl Turns {
    fn of(&self, project: ProjectId) -> Arc<tokio::sync::Mutex<i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(project).or_default().clone()
    }
}

/// Sees to it that nothing waits for a server that is dead. On the embedded
/// database there is one server, so whoever had the right to send before this one
/// began has it no more; elsewhere it runs out.
pub async fn begin(app: &App) -> Result<(), StoreError> {
    if !app.store.is_alone() {
        return Ok(());
    }
    for (project, turn) in app.store.read(webhook::turns).await? {
        app.store.write(move |tx| webhook::leave(tx, project, turn)).await?;
    }
    Ok(())
}

/// Projects that have events to send now.
pub async fn projects_due(app: &App) -> Result<Vec<ProjectId>, StoreError> {
    let now = app.clock.now();
    let mut due = app.store.read(move |tx| webhook::projects_due(tx, now)).await?;
    for project in app.moved() {
        if !due.contains(&project) && is_due(app, project).await? {
            due.push(project);
        }
    }
    Ok(due)
}

/// Whether a project has events to send now.
pub(crate) async fn is_due(app: &App, project: ProjectId) -> Result<bool, StoreError> {
    let now = app.now(project);
    let next = app.store.read(move |tx| webhook::next_due_of(tx, project, Time(i64::MIN))).await?;
    Ok(next.is_some_and(|t| t <= now))
}

/// When the next event is due, of any project.
pub async fn next_due(app: &App) -> Result<Option<Time>, StoreError> {
    app.store.read(webhook::next_due).await
}

/// How many events are to be sent, now or later, and since when the oldest that
/// is due now has been; for the operator.
pub async fn backlog(app: &App) -> Result<(i64, Option<Time>), StoreError> {
    app.store.read(|tx| Ok((webhook::waiting(tx)?, webhook::next_due(tx)?))).await
}

/// Sends what is due to one project: at one time to different payments, in
/// order within each. One that takes long keeps its place and holds up nothing
/// else. How many were sent, until there was nothing more to send; none while
/// another server sends for this project.
pub async fn deliver(app: &App, id: ProjectId) -> Result<usize, StoreError> {
    let turn = app.turns.of(id);
    let mut turn = turn.lock().await;
    if !is_due(app, id).await? {
        return Ok(0);
    }
    let Some(known) = known::project(app, id).await? else { return Ok(0) };
    let Some(lease) = Lease::take(app, id, &mut turn).await? else { return Ok(0) };
    Round {
        app,
        project: known.project.clone(),
        lease,
        waiting: VecDeque::new(),
        taken: HashSet::new(),
        after: START,
        passed: 0,
        all_read: false,
        stopped: false,
        failed: None,
    }
    .run()
    .await
}

/// The right to send for a project.
struct Lease {
    project: ProjectId,
    turn: i64,
    ends_at: Time,
}

impl Lease {
    /// By the server's own clock: a project's may be moved, and other servers
    /// have theirs.
    async fn take(app: &App, project: ProjectId, turn: &mut i64) -> Result<Option<Self>, StoreError> {
        let (last, now) = (*turn, app.clock.now());
        let ends_at = now + LEASE;
        let taken = app.store.write(move |tx| webhook::take(tx, project, last, now, ends_at)).await?;
        if let Some(taken) = taken {
            *turn = taken;
        }
        Ok(taken.map(|turn| Lease { project, turn, ends_at }))
    }

    /// Sees to it that enough is left of it for a request; `false` when it is
    /// another's.
    async fn keep(&mut self, app: &App) -> Result<bool, StoreError> {
        let now = app.clock.now();
        if self.ends_at - now >= LEFT {
            return Ok(true);
        }
        let (project, turn, ends_at) = (self.project, self.turn, now + LEASE);
        self.ends_at = ends_at;
        app.store.write(move |tx| webhook::keep(tx, project, turn, ends_at)).await
    }
}

/// The place before all events.
const START: Waiting = (Time(i64::MIN), 0, 0);

/// What names an event in the outbox of its project.
type Key = (PaymentId, i64);

/// One server sending what is due to one project. All of it runs in one task:
/// what becomes ready at one time is dealt with together, and nothing is handed
/// over.
struct Round<'a> {
    app: &'a App,
    project: Arc<Project>,
    lease: Lease,
    /// Read, and not begun.
    waiting: VecDeque<Due>,
    /// Read, and what became of it is not noted.
    taken: HashSet<Key>,
    /// The place of the last that was read.
    after: Waiting,
    /// How many were read since the first.
    passed: usize,
    /// Whether there was nothing more to read.
    all_read: bool,
    /// Whether nothing more is begun.
    stopped: bool,
    /// Why not, if something went wrong.
    failed: Option<StoreError>,
}

impl Round<'_> {
    async fn run(mut self) -> Result<usize, StoreError> {
        let app = self.app;
        let mut count = 0;
        let mut sending = FuturesUnordered::new();
        let mut answered: Vec<Outcome> = Vec::new();
        let mut noting = None;
        let (mut gathered, mut left) = (false, false);
        let mut gather = std::pin::pin!(tokio::time::sleep(GATHER));
        let mut look = std::pin::pin!(tokio::time::sleep(LOOK));
        loop {
            self.read().await;
            while sending.len() < WINDOW
                && self.taken.len() - self.waiting.len() < UNNOTED
                && let Some(event) = self.next().await
            {
                count += 1;
                sending.push(deliver_one(app, self.project.clone(), event));
            }
            let idle = sending.is_empty();
            if noting.is_none() && !answered.is_empty() && (idle || gathered || answered.len() >= TOGETHER) {
                // With the last of what there was the right to send goes back.
                left = idle && self.all_read && self.waiting.is_empty();
                let turn = left.then_some(self.lease.turn);
                noting = Some(Box::pin(note(app, self.project.id, std::mem::take(&mut answered), turn)));
                gathered = false;
            }
            if idle && noting.is_none() {
                if !self.all_read || !self.waiting.is_empty() {
                    continue;
                }
                break;
            }
            let mut noted = None;
            let mut again = false;
            let before = answered.len();
            poll_fn(|cx| {
                let mut ready = false;
                while let Poll::Ready(Some(outcome)) = sending.poll_next_unpin(cx) {
                    match outcome {
                        Ok(outcome) => answered.push(outcome),
                        Err(e) => self.stop(Some(e)),
                    }
                    ready = true;
                }
                if let Some(future) = &mut noting {
                    if let Poll::Ready(done) = future.as_mut().poll(cx) {
                        noted = Some(done);
                        ready = true;
                    }
                } else if before > 0 && gather.as_mut().poll(cx).is_ready() {
                    gathered = true;
                    ready = true;
                }
                if self.all_read && !idle && !self.stopped && look.as_mut().poll(cx).is_ready() {
                    again = true;
                    ready = true;
                }
                if ready { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
            if before == 0 && !answered.is_empty() {
                gather.set(tokio::time::sleep(GATHER));
            }
            if again {
                self.begin_again();
                look.set(tokio::time::sleep(LOOK));
            }
            if let Some((keys, done)) = noted {
                noting = None;
                for key in &keys {
                    self.taken.remove(key);
                }
                if let Err(e) = done {
                    self.stop(Some(e));
                }
            }
        }
        if !left {
            let (project, turn) = (self.project.id, self.lease.turn);
            app.store.write(move |tx| webhook::leave(tx, project, turn)).await?;
        }
        self.failed.map_or(Ok(count), Err)
    }

    /// Begins nothing more.
    fn stop(&mut self, why: Option<StoreError>) {
        for event in self.waiting.drain(..) {
            self.taken.remove(&(event.payment, event.seq));
        }
        (self.all_read, self.stopped) = (true, true);
        self.failed = self.failed.take().or(why);
    }

    /// Reads from the first on, next time.
    fn begin_again(&mut self) {
        (self.after, self.passed, self.all_read) = (START, 0, false);
    }

    /// Reads more, if little waits.
    async fn read(&mut self) {
        while !self.all_read && self.waiting.len() < WINDOW {
            let (project, now, after) = (self.project.id, self.app.now(self.project.id), self.after);
            let limit = PAGE as i64;
            let mut page = match self.app.store.read(move |tx| webhook::due(tx, project, now, after, limit)).await {
                Ok(page) => page,
                Err(e) => return self.stop(Some(e)),
            };
            self.all_read = page.len() < PAGE;
            self.passed += page.len();
            if let Some(last) = page.last() {
                reached("webhook.claimed");
                self.after = (last.due_at, last.payment.get(), last.seq);
            }
            // What is due at one time goes out in the order of its numbers.
            page.sort_by_key(|event| event.id);
            for event in page {
                if self.taken.insert((event.payment, event.seq)) {
                    self.waiting.push_back(event);
                }
            }
            if self.passed >= LAP && !self.all_read {
                self.begin_again();
            }
        }
    }

    /// The next event to send, while this server is the one that sends.
    async fn next(&mut self) -> Option<Due> {
        if self.waiting.is_empty() {
            return None;
        }
        match self.lease.keep(self.app).await {
            Ok(true) => return self.waiting.pop_front(),
            Ok(false) => self.stop(None),
            Err(e) => self.stop(Some(e)),
        }
        None
    }
}

/// Whether what an event waits for was refused: an order is told of once its
/// payment is acknowledged, and that it was given back once the refund is.
async fn is_moot(app: &App, event: &Due) -> Result<bool, StoreError> {
    let first = match event.kind.as_str() {
        ORDER_PAID => PAYMENT,
        ORDER_CANCELED => "refund",
        _ => return Ok(false),
    };
    // Nothing was told before the first: the order of virtual currency, say.
    if event.seq == 1 {
        return Ok(false);
    }
    let (project, payment) = (event.project, event.payment);
    let all = app.store.read(move |tx| webhook::events_of(tx, project, payment)).await?;
    Ok(all.iter().any(|e| e.kind == first && e.state == EventState::Failed))
}

/// What came of an attempt, to be noted.
struct Outcome {
    event: Due,
    delivery: Delivery,
    state: EventState,
    due_at: Time,
    now: Time,
}

impl Outcome {
    /// What is noted of the payment. Only what tells of the payment decides what
    /// the player is told: its own webhook, which comes first, or that of the
    /// order with the payment in it.
    fn told(&self) -> Option<Notified> {
        match self.state {
            _ if ![PAYMENT, ORDER_PAID].contains(&self.event.kind.as_str()) => None,
            EventState::Delivered => Some(Notified::Delivered),
            EventState::Failed => Some(Notified::Failed),
            EventState::Pending => None,
        }
    }

    fn note(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        let event = &self.event;
        if !webhook::settle(tx, event, &self.delivery, self.state, self.due_at)? {
            return Ok(());
        }
        if self.state == EventState::Failed {
            let about = (event.id.get(), Some(event.payment));
            message::tell(tx, event.project, MessageKind::WebhookFailed, about, &event.kind, self.now)?;
        }
        if let Some(told) = self.told() {
            payment::set_notified(tx, event.project, event.payment, told)?;
        }
        Ok(())
    }
}

/// Notes what came of attempts, and gives back the right to send that was taken
/// in the turn. Which events these were.
async fn note(
    app: &App,
    project: ProjectId,
    outcomes: Vec<Outcome>,
    turn: Option<i64>,
) -> (Vec<Key>, Result<(), StoreError>) {
    let keys = outcomes.iter().map(|o| (o.event.payment, o.event.seq)).collect();
    let told: Vec<PaymentId> = outcomes.iter().filter(|o| o.told().is_some()).map(|o| o.event.payment).collect();
    let noted = app.store.write_together(move |tx| {
        for outcome in &outcomes {
            outcome.note(tx)?;
        }
        turn.map_or(Ok(()), |turn| webhook::leave(tx, project, turn))
    });
    let noted = noted.await;
    if noted.is_ok() {
        reached("webhook.settled");
        for payment in told {
            tracking::tell_of_payment(app, project, payment).await;
        }
    }
    (keys, noted)
}

async fn deliver_one(app: &App, project: Arc<Project>, mut event: Due) -> Result<Outcome, StoreError> {
    let attempt = event.attempts + 1;
    let unsent = |error: &str| Delivery {
        project: project.id,
        event: event.id,
        attempt,
        url: String::new(),
        signature: String::new(),
        sent_at: app.now(project.id),
        took: Span(0),
        status: None,
        answer: String::new(),
        error: Some(error.into()),
    };
    let (delivery, verdict) = match &project.webhook_url {
        _ if is_moot(app, &event).await? => {
            (unsent("not sent: the game refused the webhook before it"), Verdict::Refused)
        }
        Some(url) => {
            let body = std::mem::take(&mut event.body);
            send(app, &project, url, event.id, attempt, body).await
        }
        None => (unsent("the project has no webhook URL"), Verdict::Retry),
    };
    reached("webhook.sent");
    let now = app.now(project.id);
    let attempt = attempt - event.attempts_before;
    let of_order = [ORDER_PAID, ORDER_CANCELED].contains(&event.kind.as_str());
    let wait = if of_order { order_wait_after(attempt) } else { wait_after(attempt) };
    let (state, due_at) = match (verdict, wait) {
        (Verdict::Delivered, _) => (EventState::Delivered, now),
        (Verdict::Retry, Some(wait)) => (EventState::Pending, now + wait),
        (Verdict::Retry, None) | (Verdict::Refused, _) => (EventState::Failed, now),
    };
    if state != EventState::Delivered {
        let (id, status, error) = (event.id, delivery.status, delivery.error.as_deref().unwrap_or_default());
        let kind = &event.kind;
        tracing::warn!(project = %project.id, event = %id, kind, ?status, error, ?state, "webhook not acknowledged");
    }
    Ok(Outcome { event, delivery, state, due_at, now })
}
