//! Telling the game.

use crate::port::{Answered, Outgoing};
use crate::{App, Shared, message, signature};
use coinslot_domain::id::{EventId, ProjectId};
use coinslot_domain::merchant::Project;
use coinslot_domain::message::MessageKind;
use coinslot_domain::order::Order;
use coinslot_domain::payment::{Notified, Payment};
use coinslot_domain::time::{Span, Time};
use coinslot_domain::webhook::{EventState, TIMEOUT, Verdict, verdict, wait_after};
use coinslot_store::webhook::{Claimed, Delivery};
use coinslot_store::{StoreError, merchant, payment, reached, webhook};
use coinslot_wire::webhook::PaymentNotice;

/// The type of the webhook by which a game learns of a payment.
pub(crate) const PAYMENT: &str = "payment";

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
    let Some(url) = &project.webhook_url else { return Ok(Asked::Nobody) };
    let event = app.id(EventId::new).await?;
    let (delivery, verdict) = send(app, project, url, event, 1, &body).await;
    let (state, asked) = match verdict {
        Verdict::Delivered => (EventState::Delivered, Asked::Yes),
        Verdict::Refused => (EventState::Failed, Asked::No),
        Verdict::Retry => (EventState::Failed, Asked::NoAnswer),
    };
    app.store.write(move |tx| webhook::insert_asked(tx, kind, &body, state, &delivery)).await?;
    Ok(asked)
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

/// Events sent at one time to one project.
const BATCH: i64 = 32;
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
/// order within each. How many were sent.
pub async fn deliver(app: &Shared, id: ProjectId) -> Result<usize, StoreError> {
    let now = app.now(id);
    let Some(project) = app.store.read(move |tx| merchant::find_project(tx, id)).await? else { return Ok(0) };
    let claimed = app.store.write(move |tx| webhook::claim(tx, id, now, now + LEASE, BATCH)).await?;
    if !claimed.is_empty() {
        reached("webhook.claimed");
    }
    let count = claimed.len();
    let mut sending = tokio::task::JoinSet::new();
    for event in claimed {
        let (app, project) = (app.clone(), project.clone());
        sending.spawn(async move { deliver_one(&app, &project, event).await });
    }
    let mut outcome = Ok(count);
    while let Some(done) = sending.join_next().await {
        if let Ok(Err(e)) = done {
            outcome = Err(e);
        }
    }
    outcome
}

async fn deliver_one(app: &App, project: &Project, event: Claimed) -> Result<(), StoreError> {
    let (delivery, verdict) = match &project.webhook_url {
        Some(url) => send(app, project, url, event.id, event.attempt, &event.body).await,
        None => {
            let delivery = Delivery {
                project: project.id,
                event: event.id,
                attempt: event.attempt,
                url: String::new(),
                signature: String::new(),
                sent_at: app.now(project.id),
                took: Span(0),
                status: None,
                answer: String::new(),
                error: Some("the project has no webhook URL".into()),
            };
            (delivery, Verdict::Retry)
        }
    };
    reached("webhook.sent");
    let now = app.now(project.id);
    let (state, due_at) = match (verdict, wait_after(event.attempt - event.attempts_before)) {
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
    // Only the payment's own webhook decides what the player is told.
    .filter(|_| event.kind == PAYMENT);
    app.store
        .write(move |tx| {
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
            Ok(())
        })
        .await
        .inspect(|()| reached("webhook.settled"))
}
