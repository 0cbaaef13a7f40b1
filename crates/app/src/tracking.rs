//! Telling players how their orders go, while they wait: who watches, and what
//! there is to say.
//!
//! Nothing of it is kept. Who connects later, or to another server, asks for the
//! order; clients do that anyway when nothing is said for long.

use crate::{App, order as orders};
use coinslot_domain::id::{OrderId, PaymentId, ProjectId};
use coinslot_domain::order::Status;
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

type Senders = HashMap<(ProjectId, String), Vec<Sender<News>>>;

impl Watchers {
    fn with<T>(&self, f: impl FnOnce(&mut Senders) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, project: ProjectId, user: &str) -> Option<Receiver<News>> {
        self.with(|all| {
            for senders in all.values_mut() {
                senders.retain(|s| !s.is_closed());
            }
            all.retain(|_, senders| !senders.is_empty());
            if all.values().map(Vec::len).sum::<usize>() >= ALL {
                return None;
            }
            let mine = all.entry((project, user.to_string())).or_default();
            if mine.len() >= EACH {
                return None;
            }
            let (sender, receiver) = channel(WAITING);
            mine.push(sender);
            Some(receiver)
        })
    }

    fn is_empty(&self) -> bool {
        self.with(|all| all.is_empty())
    }

    fn tell(&self, project: ProjectId, user: &str, news: News) {
        self.with(|all| {
            let senders = all.get(&(project, user.to_string())).into_iter().flatten();
            for sender in senders {
                // Who left, or takes nothing, misses it.
                let _ = sender.try_send(news);
            }
        });
    }
}

/// News of a player's orders from now on; `None` when too many watch already.
pub fn watch(app: &App, project: ProjectId, user: &str) -> Option<Receiver<News>> {
    app.watchers.add(project, user)
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
        watchers.tell(project, "q", news);
        assert!(all[0].try_recv().is_err(), "of another player");
        all.pop();
        assert!(watchers.add(project, "p").is_some());
        drop(all);
        watchers.add(project, "r");
        assert_eq!(watchers.with(|all| all.len()), 1, "nothing is kept of those who left");
    }
}
