//! Telling players how their orders go, while they wait: who watches, and what
//! there is to say.
//!
//! What this server does it tells at once. What another one on the same database
//! does, and that an order expires, is found by looking again and again at the
//! orders of those who watch. Nothing of it is kept: who connects later asks for
//! the order.

use crate::{App, order as orders};
use coinslot_domain::id::{OrderId, PaymentId, ProjectId};
use coinslot_domain::order::Status;
use coinslot_domain::time::Span;
use coinslot_store::{StoreError, order, payment};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// News of an order.
pub type News = (OrderId, Status);

/// News that wait for one who watches; who takes none misses the rest.
const WAITING: usize = 64;
/// How many may watch for one player.
const EACH: usize = 16;
/// How many may watch in all.
const ALL: usize = 20_000;

/// Those who watch, by project and player.
#[derive(Default)]
pub(crate) struct Watchers(Mutex<Senders>);

type Senders = HashMap<(ProjectId, String), Watched>;

/// A player for whom somebody watches.
#[derive(Default)]
struct Watched {
    senders: Vec<Sender<News>>,
    /// How each order stood when it was last looked at or told of.
    known: HashMap<OrderId, Status>,
}

impl Watchers {
    fn with<T>(&self, f: impl FnOnce(&mut Senders) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, project: ProjectId, user: &str) -> Option<Receiver<News>> {
        self.with(|all| {
            for watched in all.values_mut() {
                watched.senders.retain(|s| !s.is_closed());
            }
            all.retain(|_, watched| !watched.senders.is_empty());
            if all.values().map(|watched| watched.senders.len()).sum::<usize>() >= ALL {
                return None;
            }
            let mine = all.entry((project, user.to_string())).or_default();
            if mine.senders.len() >= EACH {
                return None;
            }
            let (sender, receiver) = channel(WAITING);
            mine.senders.push(sender);
            Some(receiver)
        })
    }

    fn is_empty(&self) -> bool {
        self.with(|all| all.is_empty())
    }

    /// Those for whom somebody watches.
    fn all(&self) -> Vec<(ProjectId, String)> {
        self.with(|all| {
            all.retain(|_, watched| watched.senders.iter().any(|s| !s.is_closed()));
            all.keys().cloned().collect()
        })
    }

    /// Notes how orders stand, of which nobody is told.
    fn note(&self, project: ProjectId, user: &str, stands: &[News]) {
        self.with(|all| {
            if let Some(watched) = all.get_mut(&(project, user.to_string())) {
                for (order, status) in stands {
                    watched.known.entry(*order).or_insert(*status);
                }
            }
        });
    }

    fn tell(&self, project: ProjectId, user: &str, news: News) {
        self.with(|all| {
            let Some(watched) = all.get_mut(&(project, user.to_string())) else { return };
            if watched.known.insert(news.0, news.1) == Some(news.1) {
                return;
            }
            for sender in &watched.senders {
                // Who left, or takes nothing, misses it.
                let _ = sender.try_send(news);
            }
        });
    }
}

/// News of a player's orders from now on; `None` when too many watch already.
pub async fn watch(app: &App, project: ProjectId, user: &str) -> Option<Receiver<News>> {
    let receiver = app.watchers.add(project, user)?;
    // That it cannot be read now is seen at the next look.
    if let Ok(stands) = recent(app, project, user).await {
        app.watchers.note(project, user, &stands);
    }
    Some(receiver)
}

/// Orders that are older do not change any more, but by a refund, which the
/// server tells that makes it.
const RECENT: Span = Span::hours(26);
/// Orders of a player that are looked at, the newest.
const LOOKED_AT: i64 = 20;

/// How the recent orders of a player stand.
async fn recent(app: &App, project: ProjectId, user: &str) -> Result<Vec<News>, StoreError> {
    let (user, now) = (user.to_string(), app.now(project));
    app.store
        .read(move |tx| {
            let ids = order::recent_of_player(tx, project, &user, now - RECENT, LOOKED_AT)?;
            let stands = ids.into_iter().map(|id| {
                let found = order::find(tx, project, id)?;
                let found = found.map(|o| orders::with_status(tx, o, now)).transpose()?;
                Ok::<_, StoreError>(found.map(|(order, status)| (order.id, status)))
            });
            Ok(stands.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
        })
        .await
}

/// Looks at the orders of all for whom somebody watches, and tells what is new;
/// for how many it looked.
pub async fn look(app: &App) -> Result<usize, StoreError> {
    let all = app.watchers.all();
    for (project, user) in &all {
        for news in recent(app, *project, user).await? {
            app.watchers.tell(*project, user, news);
        }
    }
    Ok(all.len())
}

/// Tells who watches where an order stands now. That it cannot be told is no
/// reason for anything else to fail.
pub(crate) async fn tell(app: &App, project: ProjectId, id: OrderId) {
    if app.watchers.is_empty() {
        return;
    }
    let now = app.now(project);
    let read = app.store.read(move |tx| {
        let found = order::find(tx, project, id)?.filter(|o| o.placed.is_some());
        found.map(|o| orders::with_status(tx, o, now)).transpose()
    });
    match read.await {
        Ok(Some((order, status))) => app.watchers.tell(project, &order.player.id, (id, status)),
        Ok(None) => {}
        Err(e) => tracing::warn!(error = %e, order = %id, "nobody was told how an order stands"),
    }
}

/// The same, of the order that a payment is for.
pub(crate) async fn tell_of_payment(app: &App, project: ProjectId, id: PaymentId) {
    if app.watchers.is_empty() {
        return;
    }
    let read = app.store.read(move |tx| Ok::<_, StoreError>(payment::find(tx, project, id)?.map(|p| p.order)));
    if let Ok(Some(order)) = read.await {
        tell(app, project, order).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_left_makes_room() {
        let watchers = Watchers::default();
        let project = ProjectId::new(1).unwrap();
        let news = (OrderId::new(5).unwrap(), Status::Done);
        let mut all: Vec<_> = (0..EACH).map(|_| watchers.add(project, "p").unwrap()).collect();
        assert!(watchers.add(project, "p").is_none() && watchers.add(project, "q").is_some());
        watchers.tell(project, "p", news);
        assert!(all.iter_mut().all(|r| r.try_recv() == Ok(news)));
        watchers.tell(project, "p", news);
        assert!(all[0].try_recv().is_err(), "what was told is no news");
        let old = (OrderId::new(6).unwrap(), Status::Paid);
        watchers.note(project, "p", &[old]);
        watchers.tell(project, "p", old);
        assert!(all[0].try_recv().is_err(), "nor is what was there before");
        watchers.tell(project, "q", news);
        assert!(all[0].try_recv().is_err(), "of another player");
        all.pop();
        assert!(watchers.add(project, "p").is_some());
        drop(all);
        watchers.add(project, "r");
        assert_eq!(watchers.with(|all| all.len()), 1, "nothing is kept of those who left");
    }
}
