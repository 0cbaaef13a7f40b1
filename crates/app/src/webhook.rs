//! Telling the game.

use crate::port::{Answered, Outgoing};
use crate::{App, Shared, known, message, signature, tracking};
use coinslot_domain::id::{EventId, PaymentId, ProjectId};
use coinslot_domain::merchant::Project;
use coinslot_domain::message::MessageKind;
use coinslot_domain::order::Order;
use coinslot_domain::payment::{Notified, Payment};
use coinslot_domain::time::{Span, Time};
use coinslot_domain::webhook::{EventState, TIMEOUT, Telling, Verdict, order_wait_after, verdict, wait_after};
use coinslot_store::webhook::{Claimed, Delivery};
use coinslot_store::{StoreError, Tx, coupon, payment, reached, webhook};
use coinslot_wire::shop::webhook::{ORDER_CANCELED, ORDER_PAID, OrderNotice};
use coinslot_wire::webhook::PaymentNotice;
use std::sync::Arc;

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
    let (kind, body) = coinslot_wire::shop::webhook::order(notice);
    let event = EventId::new(number).ok_or_else(|| StoreError::Corrupt("an order without a number".into()))?;
    webhook::insert(tx, notice.order.project, event, payment, kind, &body, now)
}

/// The same of an order that money does not pay: in the place of a payment
/// stands its own number.
pub(crate) fn tell_unpaid(tx: &mut Tx<'_>, project: &Project, order: &Order, now: Time) -> Result<(), StoreError> {
    let payment = PaymentId::new(order.id.get());
    let payment = payment.ok_or_else(|| StoreError::Corrupt("an order without a number".into()))?;
    tell_coins(tx, project, order, (payment, order.id.get()), now)
}

/// The same of an order that virtual currency pays, under the number that stands
/// for its payment.
pub(crate) fn tell_coins(
    tx: &mut Tx<'_>,
    project: &Project,
    order: &Order,
    (payment, number): (PaymentId, i64),
    now: Time,
) -> Result<(), StoreError> {
    let Some(telling) = telling(tx, order)?.filter(|_| project.webhook_url.is_some()) else { return Ok(()) };
    let used = coupon::of_order(tx, order.project, order.id)?;
    let code = used.as_ref().map(|used| (used.code.as_str(), used.campaign_code.as_str()));
    tell_order(tx, &OrderNotice { order, telling, payment: None, refund: None, code }, payment, number, now)
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
    let (delivery, verdict) = send(app, project, url, event, 1, &body).await;
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

fn question_address(url: &str, kind: &str, pairs: &[(&'static str, String)], signature: &str) -> String {
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
    body: &str,
) -> (Delivery, Verdict) {
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
    let request = Outgoing { url: url.to_string(), headers, body: body.to_string() };
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
/// How often it is looked for more while some are under way that take their
/// time.
const LOOK: std::time::Duration = std::time::Duration::from_millis(100);
/// A worker that does not settle within this is taken for dead.
const LEASE: Span = Span(TIMEOUT.0 * 3);

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
/// else. How many were sent, until there was nothing more to send.
pub async fn deliver(app: &Shared, id: ProjectId) -> Result<usize, StoreError> {
    let mut sending = tokio::task::JoinSet::new();
    let (mut count, mut outcome) = (0, Ok(()));
    // Whether there may be more than what was claimed.
    let mut more = true;
    loop {
        // What is claimed is sent at once, so that no lease runs out while it
        // waits; and not for each that is done one is claimed.
        if more && outcome.is_ok() && sending.len() <= WINDOW / 2 {
            let claimed = claim(app, id, WINDOW - sending.len()).await;
            match claimed {
                Ok(None) => more = false,
                Ok(Some((project, events))) => {
                    more = !events.is_empty();
                    count += events.len();
                    for event in events {
                        let (app, project) = (app.clone(), project.clone());
                        sending.spawn(async move { deliver_one(&app, &project, event).await });
                    }
                }
                Err(e) => outcome = Err(e),
            }
        }
        let done = match more {
            true => sending.join_next().await,
            false => match tokio::time::timeout(LOOK, sending.join_next()).await {
                Ok(done) => done,
                Err(_) => {
                    more = true;
                    continue;
                }
            },
        };
        match done {
            None => return outcome.map(|()| count),
            Some(Ok(Err(e))) => outcome = Err(e),
            Some(_) => {}
        }
    }
}

/// Claims events to send now, with the project as it is now.
async fn claim(app: &App, id: ProjectId, limit: usize) -> Result<Option<(Arc<Project>, Vec<Claimed>)>, StoreError> {
    let Some(known) = known::project(app, id).await? else { return Ok(None) };
    let (now, limit) = (app.now(id), i64::try_from(limit).unwrap_or(i64::MAX));
    let claimed = app.store.write(move |tx| webhook::claim(tx, id, now, now + LEASE, limit)).await?;
    if !claimed.is_empty() {
        reached("webhook.claimed");
    }
    Ok(Some((known.project.clone(), claimed)))
}

/// Whether what an event waits for was refused: an order is told of once its
/// payment is acknowledged, and that it was given back once the refund is.
async fn is_moot(app: &App, event: &Claimed) -> Result<bool, StoreError> {
    let first = match event.kind.as_str() {
        ORDER_PAID => PAYMENT,
        ORDER_CANCELED => "refund",
        _ => return Ok(false),
    };
    let (project, payment) = (event.project, event.payment);
    let all = app.store.read(move |tx| webhook::events_of(tx, project, payment)).await?;
    Ok(all.iter().any(|e| e.kind == first && e.state == EventState::Failed))
}

async fn deliver_one(app: &App, project: &Project, event: Claimed) -> Result<(), StoreError> {
    let unsent = |error: &str| Delivery {
        project: project.id,
        event: event.id,
        attempt: event.attempt,
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
        Some(url) => send(app, project, url, event.id, event.attempt, &event.body).await,
        None => (unsent("the project has no webhook URL"), Verdict::Retry),
    };
    reached("webhook.sent");
    let now = app.now(project.id);
    let attempt = event.attempt - event.attempts_before;
    let of_order = [ORDER_PAID, ORDER_CANCELED].contains(&event.kind.as_str());
    let wait = if of_order { order_wait_after(attempt) } else { wait_after(attempt) };
    let (state, due_at) = match (verdict, wait) {
        (Verdict::Delivered, _) => (EventState::Delivered, now),
        (Verdict::Retry, Some(wait)) => (EventState::Pending, now + wait),
        (Verdict::Retry, None) | (Verdict::Refused, _) => (EventState::Failed, now),
    };
    if state != EventState::Delivered {
        let (id, status, error) = (event.id, delivery.status, delivery.error.clone().unwrap_or_default());
        let kind = &event.kind;
        tracing::warn!(project = %project.id, event = %id, kind, ?status, error, ?state, "webhook not acknowledged");
    }
    let told = match state {
        EventState::Delivered => Some(Notified::Delivered),
        EventState::Failed => Some(Notified::Failed),
        EventState::Pending => None,
    }
    // Only what tells of the payment decides what the player is told: its own
    // webhook, which comes first, or that of the order with the payment in it.
    .filter(|_| [PAYMENT, ORDER_PAID].contains(&event.kind.as_str()));
    let about = event.payment;
    let settle = move |tx: &mut Tx<'_>| {
        if !webhook::settle(tx, &delivery, state, due_at)? {
            return Ok(());
        }
        if state == EventState::Failed {
            let about = (event.id.get(), Some(event.payment));
            message::tell(tx, event.project, MessageKind::WebhookFailed, about, &event.kind, now)?;
        }
        if let Some(told) = told {
            payment::set_notified(tx, event.project, event.payment, told)?;
        }
        Ok::<_, StoreError>(())
    };
    app.store.write_together(settle).await.inspect(|()| reached("webhook.settled"))?;
    if told.is_some() {
        tracking::tell_of_payment(app, project.id, about).await;
    }
    Ok(())
}
