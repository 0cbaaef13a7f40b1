//! Events and their deliveries, for the people who look after a game: what was
//! told, what came of it, telling it again, and trying a listener out.

use crate::webhook::{PAYMENT, fetch, send};
use crate::{App, Shared};
use coinslot_domain::id::{EventId, ProjectId};
use coinslot_domain::merchant::Project;
use coinslot_domain::payment::Notified;
use coinslot_domain::time::{Span, Time};
use coinslot_domain::webhook::{EventState, Replay, TIMEOUT, Telling, Verdict, replay as decide};
use coinslot_store::webhook::Place;
use coinslot_store::{StoreError, Tx, merchant, payment, webhook};
use coinslot_wire::event::TestBody;
use coinslot_wire::gift::FRIENDS_LIST;
use coinslot_wire::sample::friends;

pub use coinslot_store::webhook::{Delivery, Event, Filter, Listed};

/// A project, for whoever holds the database and so needs no key.
pub async fn project(app: &App, id: ProjectId) -> Result<Option<Project>, StoreError> {
    app.store.read(move |tx| merchant::find_project(tx, id)).await
}

/// Some events, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The events.
    pub events: Vec<Event>,
    /// Whether there are older ones.
    pub more: bool,
}

/// Lists at most `limit` events of a project, newest first, from behind the
/// event `before`; `None` when the project has no such event.
pub async fn list(
    app: &App,
    project: ProjectId,
    filter: Filter,
    before: Option<EventId>,
    limit: i64,
) -> Result<Option<Page>, StoreError> {
    app.store
        .read(move |tx| {
            let place = match before {
                None => None,
                Some(id) => match webhook::find(tx, project, id)? {
                    Some(event) => Some((event.created_at, event.id)),
                    None => return Ok(None),
                },
            };
            let mut events = webhook::list(tx, project, &filter, place, limit.saturating_add(1))?;
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            let more = events.len() > limit;
            events.truncate(limit);
            Ok(Some(Page { events, more }))
        })
        .await
}

/// An event with every request that was made for it, in their order.
pub async fn find(app: &App, project: ProjectId, id: EventId) -> Result<Option<(Event, Vec<Delivery>)>, StoreError> {
    app.store
        .read(move |tx| {
            let Some(event) = webhook::find(tx, project, id)? else { return Ok(None) };
            Ok(Some((event, webhook::attempts_of(tx, project, id)?)))
        })
        .await
}

/// Why an event is not sent again.
#[derive(Debug)]
pub enum ReplayError {
    /// The project has no such event.
    NotFound,
    /// It tells of no payment.
    Never,
    /// The database did not do it.
    Store(StoreError),
}

impl std::fmt::Display for ReplayError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ReplayError::NotFound => f.write_str("Event with specified ID does not exist."),
            ReplayError::Never => f.write_str(
                "The event was a question to the game or a test, answered on the spot; only what tells of a payment \
                 can be sent again",
            ),
            ReplayError::Store(e) => e.fmt(f),
        }
    }
}

impl From<StoreError> for ReplayError {
    fn from(e: StoreError) -> Self {
        ReplayError::Store(e)
    }
}

/// Has an event sent again now, with the same bytes and the same `webhook-id`,
/// behind those that happened to its payment earlier and still wait. The event
/// as it stands then.
///
/// What the caller saw is what is replayed: of many who ask at one time one has
/// it sent, and the others have what they asked for.
pub async fn replay(app: &App, project: ProjectId, id: EventId) -> Result<Event, ReplayError> {
    let found = app.store.read(move |tx| webhook::find(tx, project, id)).await?;
    let event = found.ok_or(ReplayError::NotFound)?;
    if decide(event.payment.is_some()) == Replay::Never {
        return Err(ReplayError::Never);
    }
    let now = app.now(project);
    let after = app
        .store
        .write(move |tx| {
            send_again(tx, project, &event, now)?;
            webhook::find(tx, project, id)
        })
        .await?;
    app.wake_worker();
    after.ok_or(ReplayError::NotFound)
}

/// Puts an event back into the outbox, unless it moved on since it was seen. A
/// payment that the game did not acknowledge is on its way to it again.
fn send_again(tx: &mut Tx<'_>, project: ProjectId, seen: &Event, now: Time) -> Result<bool, StoreError> {
    if !webhook::replay(tx, project, seen, now)? {
        return Ok(false);
    }
    if let Some(id) = seen.payment.filter(|_| seen.kind == PAYMENT) {
        payment::set_notified(tx, project, id, Notified::Pending)?;
    }
    Ok(true)
}

/// Events replayed in one transaction. Others wait for it, so it is short.
const BATCH: i64 = 100;

/// Replays the events of a project that tell of payments: those that `failed`,
/// those that happened at `since` or later, or those that did both. How many
/// will be sent. Events that happen meanwhile are not among them.
pub async fn replay_all(app: &App, project: ProjectId, failed: bool, since: Option<Time>) -> Result<usize, StoreError> {
    let until = app.now(project);
    // Every payment and place is above 0, so this lies before all of that time.
    let mut after: Place = (since.unwrap_or(Time(i64::MIN)), 0, 0);
    let mut replayed = 0;
    loop {
        let page = app.store.read(move |tx| webhook::since(tx, project, failed, after, until, BATCH)).await?;
        let Some(last) = page.last() else { return Ok(replayed) };
        after = (last.created_at, last.payment.map_or(0, |id| id.get()), last.seq);
        let again: Vec<Event> = page.into_iter().filter(|e| decide(e.payment.is_some()) == Replay::Again).collect();
        let now = app.now(project);
        replayed += app
            .store
            .write(move |tx| {
                let mut sent = 0;
                for event in &again {
                    sent += usize::from(send_again(tx, project, event, now)?);
                }
                Ok::<_, StoreError>(sent)
            })
            .await?;
        app.wake_worker();
    }
}

/// Why a test was not sent.
#[derive(Debug)]
pub enum TestError {
    /// The project has no webhook URL.
    NoUrl,
    /// There is no sample of this type, and no body was given.
    NoSample,
    /// The database did not do it.
    Store(StoreError),
}

impl std::fmt::Display for TestError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            TestError::NoUrl => f.write_str("The project has no webhook URL"),
            TestError::NoSample => f.write_str("There is no sample of this type: give a body"),
            TestError::Store(e) => e.fmt(f),
        }
    }
}

impl From<StoreError> for TestError {
    fn from(e: StoreError) -> Self {
        TestError::Store(e)
    }
}

/// Sends a webhook of any type to the project's URL now, with `body` or a
/// sample of the type, signed as every webhook is. It tells of no payment and
/// changes nothing but the list of events.
pub async fn test(app: &Shared, project: Project, asked: TestBody) -> Result<(Event, Delivery), TestError> {
    let url = project.webhook_url.clone().ok_or(TestError::NoUrl)?;
    let id = app.id(EventId::new).await?;
    let now = app.now(project.id);
    let TestBody { kind, body, version, combined } = asked;
    let asks_friends = kind == FRIENDS_LIST && body.is_none();
    let of = project.id;
    let own = app.store.read(move |tx| webhook::telling(tx, of)).await?;
    let telling = Telling { version: version.unwrap_or(own.version), combined: combined.unwrap_or(own.combined) };
    let sample = || coinslot_wire::sample::body(&kind, (project.id, project.merchant), id.get(), telling, now);
    let body = body.or_else(sample).ok_or(TestError::NoSample)?;
    // In a task of its own: what was sent is recorded, whoever hangs up.
    let app = app.clone();
    let sending = tokio::spawn(async move {
        let (delivery, verdict) = match asks_friends {
            // On the wire it has no body.
            true => fetch(&app, &project, &url, id, FRIENDS_LIST, &friends().pairs()).await,
            false => send(&app, &project, &url, id, 1, body.as_str()).await,
        };
        let state = match verdict {
            Verdict::Delivered => EventState::Delivered,
            Verdict::Refused | Verdict::Retry => EventState::Failed,
        };
        app.store
            .write(move |tx| {
                webhook::insert_asked(tx, &kind, &body, state, &delivery)?;
                Ok::<_, StoreError>((webhook::find(tx, project.id, id)?, delivery.clone()))
            })
            .await
    });
    let lost = || StoreError::Unavailable("the test was not recorded".into());
    let (event, delivery) = sending.await.map_err(|_| lost())??;
    Ok((event.ok_or_else(lost)?, delivery))
}

/// What a listener said to a webhook that is signed well, and to one that is not.
pub struct Probed {
    /// The answer to the good one, which is in the list of events like any test.
    pub right: Delivery,
    /// The answer to the forged one; `None` when the good one was not answered.
    pub wrong: Option<Delivery>,
}

/// Tries out whether a project's listener checks signatures: asks it about a
/// sample player, and then again with a signature by another secret.
pub async fn probe(app: &Shared, project: Project) -> Result<Probed, TestError> {
    let asked = TestBody { kind: "user_validation".into(), body: None, version: None, combined: None };
    let (event, right) = test(app, project.clone(), asked).await?;
    let mut wrong = None;
    if right.status.is_some() {
        let secret = coinslot_domain::token::letters(app.bytes());
        let forger = Project { secret, ..project };
        // It is about no event, so it has a number of its own and is not listed.
        let id = app.id(EventId::new).await?;
        wrong = Some(send(app, &forger, &right.url, id, 1, event.body.as_str()).await.0);
    }
    Ok(Probed { right, wrong })
}

/// An attempt shows up when it is settled, at most this long after it was made.
const SETTLING: Span = Span(TIMEOUT.0 * 6);
/// Attempts read at once.
const PAGE: i64 = 500;

/// What is new among the attempts of a project, for somebody who looks again
/// and again. Looking once a second is what reaches every server on every
/// database.
pub struct Tail {
    project: ProjectId,
    /// Seen already, of those that were made lately.
    seen: Vec<Place>,
}

impl Tail {
    /// Begins with the attempts that are settled from now on.
    pub async fn new(app: &App, project: ProjectId) -> Result<Self, StoreError> {
        let mut tail = Tail { project, seen: Vec::new() };
        tail.next(app).await?;
        Ok(tail)
    }

    /// Attempts that were settled since the last look, in the order they were
    /// made.
    pub async fn next(&mut self, app: &App) -> Result<Vec<Listed>, StoreError> {
        let project = self.project;
        let start = app.now(project) - SETTLING;
        self.seen.retain(|place| place.0 >= start);
        let mut after = (start, 0, 0);
        let mut new = Vec::new();
        loop {
            let page = app.store.read(move |tx| webhook::sent_after(tx, project, after, PAGE)).await?;
            let Some(last) = page.last() else { return Ok(new) };
            after = place(last);
            for listed in page {
                let place = place(&listed);
                if let Err(at) = self.seen.binary_search(&place) {
                    self.seen.insert(at, place);
                    new.push(listed);
                }
            }
        }
    }
}

fn place(l: &Listed) -> Place {
    (l.delivery.sent_at, l.delivery.event.get(), l.delivery.attempt)
}
