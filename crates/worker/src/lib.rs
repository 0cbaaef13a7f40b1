//! What happens later: subscriptions are charged, webhooks are delivered, charges and refunds whose answer
//! was lost are asked about, expired tokens are forgotten.
//!
//! Nothing is decided here. The loop only says when; what is to be done stands
//! in the database, so several servers may run it on one database, and one that
//! dies leaves its work to the others.

pub mod guard;
pub mod outgoing;
pub mod smtp;

use coinslot_app::{
    Shared, StoreError, cart, checkout, clock, idempotency, mail, refund, subscription, token, tracking, webhook,
};
use coinslot_domain::id::ProjectId;
use coinslot_domain::time::{Span, Time};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

/// How often the outbox is looked at when nobody calls: this is how events of
/// other servers on the same database are seen.
const TICK: std::time::Duration = std::time::Duration::from_secs(1);
/// How often open charges, open refunds and what is to be forgotten are looked
/// for.
const HOUSEKEEPING: Span = Span::seconds(10);

/// Works until `stop` says so, then finishes what is under way.
pub async fn run(app: Shared, mut stop: watch::Receiver<bool>) {
    let busy: Arc<Mutex<HashSet<(ProjectId, Work)>>> = Arc::default();
    let free = Arc::new(Notify::new());
    let mut sending = JoinSet::new();
    let looking = tokio::spawn(look(app.clone(), stop.clone()));
    if let Err(e) = webhook::begin(&app).await {
        tracing::error!(error = %e, "webhooks that another server was sending wait until it is taken for dead");
    }
    let mut cleaned = Time(i64::MIN);
    while !*stop.borrow() {
        if let Err(e) = clock::refresh(&app).await {
            tracing::error!(error = %e, "the clocks of projects cannot be read");
        }
        match due(&app).await {
            Ok(due) => {
                for (project, work) in due {
                    // One task a project and kind: a game that hangs holds up
                    // only its own webhooks.
                    if busy.lock().unwrap_or_else(PoisonError::into_inner).insert((project, work)) {
                        let app = app.clone();
                        let busy = Busy { work: (project, work), all: busy.clone(), free: free.clone() };
                        sending.spawn(async move {
                            let _busy = busy;
                            match work {
                                Work::Renew => renew_all(&app, project).await,
                                Work::Deliver => deliver_all(&app, project).await,
                                Work::Mail => mail_all(&app, project).await,
                            }
                        });
                    }
                }
            }
            Err(e) => tracing::error!(error = %e, "what is due cannot be read"),
        }
        while sending.try_join_next().is_some() {}
        let now = app.clock.now();
        if now >= cleaned + HOUSEKEEPING {
            cleaned = now;
            if let Err(e) = housekeeping(&app).await {
                tracing::error!(error = %e, "housekeeping failed; it is tried again");
            }
        }
        tokio::select! {
            () = app.woken() => {}
            () = free.notified() => {}
            () = tokio::time::sleep(TICK) => {}
            _ = stop.changed() => {}
        }
    }
    while sending.join_next().await.is_some() {}
    let _ = looking.await;
}

/// The pause between two looks at the orders of one player who watches: so that
/// however many watch, looking costs a part of one connection.
const GLANCE: std::time::Duration = std::time::Duration::from_millis(2);

/// Looks for news of orders for those who watch, until `stop` says so.
async fn look(app: Shared, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let watched = match tracking::look(&app).await {
            Ok(watched) => u32::try_from(watched).unwrap_or(u32::MAX),
            Err(e) => {
                tracing::error!(error = %e, "nobody was told how orders stand");
                0
            }
        };
        tokio::select! {
            () = tokio::time::sleep(TICK.max(GLANCE.saturating_mul(watched))) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Work that is being done, until this is dropped: also when it panics.
struct Busy {
    work: (ProjectId, Work),
    all: Arc<Mutex<HashSet<(ProjectId, Work)>>>,
    free: Arc<Notify>,
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.work);
        self.free.notify_one();
    }
}

/// What is to be done for a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Work {
    Renew,
    Deliver,
    Mail,
}

/// What is to be done now, and for whom.
async fn due(app: &Shared) -> Result<Vec<(ProjectId, Work)>, StoreError> {
    let mut due: Vec<_> = subscription::projects_due(app).await?.into_iter().map(|p| (p, Work::Renew)).collect();
    due.extend(webhook::projects_due(app).await?.into_iter().map(|p| (p, Work::Deliver)));
    due.extend(mail::projects_due(app).await?.into_iter().map(|p| (p, Work::Mail)));
    Ok(due)
}

async fn renew_all(app: &Shared, project: ProjectId) {
    loop {
        match subscription::renew(app, project).await {
            Ok(0) => return,
            Ok(_) => {}
            Err(e) => {
                tracing::error!(%project, error = %e, "subscriptions were not settled; they are looked at again");
                return;
            }
        }
    }
}

async fn deliver_all(app: &Shared, project: ProjectId) {
    loop {
        match webhook::deliver(app, project).await {
            Ok(0) => return,
            Ok(_) => {}
            Err(e) => {
                tracing::error!(%project, error = %e, "webhooks were not settled; they are sent again");
                return;
            }
        }
    }
}

async fn mail_all(app: &Shared, project: ProjectId) {
    loop {
        match mail::send(app, project).await {
            Ok(0) => return,
            Ok(_) => {}
            Err(e) => {
                tracing::error!(%project, error = %e, "letters were not settled; they are sent again");
                return;
            }
        }
    }
}

async fn housekeeping(app: &Shared) -> Result<(), StoreError> {
    checkout::sweep(app).await?;
    refund::sweep(app).await?;
    token::purge(app).await?;
    idempotency::purge(app).await?;
    cart::purge(app).await?;
    Ok(())
}

/// Does everything that is due now, in a fixed order, and returns when nothing
/// is. What the loop does over time, for tests and for moving the clock.
pub async fn run_due(app: &Shared) -> Result<usize, StoreError> {
    let mut done = 0;
    loop {
        let mut turn = checkout::sweep(app).await? + refund::sweep(app).await?;
        for (project, work) in due(app).await? {
            turn += match work {
                Work::Renew => subscription::renew(app, project).await?,
                Work::Deliver => webhook::deliver(app, project).await?,
                Work::Mail => mail::send(app, project).await?,
            };
        }
        if turn == 0 {
            return Ok(done);
        }
        done += turn;
    }
}
