//! The clocks of projects. A project's clock may be put ahead of the server's,
//! so that a developer lives through a year of subscriptions in a second.

use crate::{App, Shared, StoreError, checkout, refund, subscription, webhook};
use coinslot_domain::calendar::Zone;
use coinslot_domain::id::ProjectId;
use coinslot_domain::time::{Span, Time};
use coinslot_store::clock;
use coinslot_wire::clock::Advance;

/// A clock as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What it shows.
    pub now: Time,
    /// What the server's clock shows.
    pub server: Time,
    /// Where the project's days begin.
    pub zone: Zone,
}

/// Why a clock was not moved.
#[derive(Debug)]
pub enum ClockError {
    /// It shows a later time already: clocks only move forward.
    Past,
    /// The project took money outside the sandbox.
    Live,
    /// The database did not do it.
    Store(StoreError),
}

impl From<StoreError> for ClockError {
    fn from(e: StoreError) -> Self {
        ClockError::Store(e)
    }
}

impl std::fmt::Display for ClockError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ClockError::Past => f.write_str("lies before what the clock shows, and clocks only move forward"),
            ClockError::Live => f.write_str("The clock of a project that took real money cannot be moved"),
            ClockError::Store(e) => e.fmt(f),
        }
    }
}

/// Reads the clocks that other servers may have moved. Called every second.
pub async fn refresh(app: &App) -> Result<(), StoreError> {
    for (project, ahead) in app.store.read(clock::all).await? {
        app.note_ahead(project, ahead);
    }
    Ok(())
}

/// A project's clock.
pub async fn show(app: &App, project: ProjectId) -> Result<Shown, StoreError> {
    let (ahead, zone) =
        app.store.read(move |tx| Ok::<_, StoreError>((clock::ahead(tx, project)?, clock::zone(tx, project)?))).await?;
    app.note_ahead(project, ahead);
    Ok(Shown { now: app.now(project), server: app.clock.now(), zone })
}

/// Sets where a project's days begin. Dates that stand already stay.
pub async fn set_zone(app: &App, project: ProjectId, zone: Zone) -> Result<(), StoreError> {
    app.store.write(move |tx| clock::set_zone(tx, project, &zone)).await
}

/// What a project's clock shows so much later; nothing beyond the calendar.
pub async fn later(app: &App, project: ProjectId, by: Advance) -> Result<Option<Time>, StoreError> {
    match by {
        Advance::Seconds(n) => Ok(Some(app.now(project) + Span::seconds(n))),
        Advance::Calendar(by) => subscription::later(app, project, by).await,
    }
}

/// How much is begun in one call of [`advance`]: things done, and time taken,
/// which a game that does not answer its webhooks makes long. A clock that has
/// more on its way stops there, and is moved on by the next call; clients give
/// up on a request that takes much longer.
pub const MOST: usize = 20_000;
/// See [`MOST`].
pub const LONGEST: Span = Span::seconds(5);

/// Moves a project's clock forward to `to`, and does everything that falls due
/// on the way, in the order in which it does: from one date to the next, and
/// nothing is waited for. Where the clock stands then.
pub async fn advance(app: &Shared, project: ProjectId, to: Time) -> Result<Shown, ClockError> {
    if app.store.read(move |tx| clock::is_live(tx, project)).await? {
        return Err(ClockError::Live);
    }
    refresh(app).await?;
    if to < app.now(project) {
        return Err(ClockError::Past);
    }
    let mut done = 0;
    let stop = app.clock.now() + LONGEST;
    loop {
        let (did, all) = settle(app, project, stop).await?;
        done += did;
        let now = app.now(project);
        if now >= to || done >= MOST || !all {
            return Ok(show(app, project).await?);
        }
        let next = app
            .store
            .read(move |tx| {
                let events = coinslot_store::webhook::next_due_of(tx, project, now)?;
                let subscriptions = coinslot_store::subscription::next_due(tx, project, now)?;
                Ok::<_, StoreError>(events.into_iter().chain(subscriptions).min())
            })
            .await?;
        let ahead = next.map_or(to, |t| t.min(to)) - app.clock.now();
        // Another call may have moved it further meanwhile.
        app.store.write(move |tx| clock::move_ahead(tx, project, ahead)).await?;
        app.note_ahead(project, ahead);
    }
}

/// Does everything of one project that is due now, in a fixed order, and begins
/// nothing after `stop`; how much that was, and whether it was all.
async fn settle(app: &Shared, project: ProjectId, stop: Time) -> Result<(usize, bool), StoreError> {
    let mut done = 0;
    loop {
        if app.clock.now() > stop {
            return Ok((done, false));
        }
        let turn = checkout::sweep_of(app, project).await?
            + refund::sweep_of(app, project).await?
            + subscription::renew(app, project).await?
            + if webhook::is_due(app, project).await? { webhook::deliver(app, project).await? } else { 0 };
        if turn == 0 {
            return Ok((done, true));
        }
        done += turn;
    }
}
