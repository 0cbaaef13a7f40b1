//! The whole server in this process, on any database file.

use crate::client::{AUTHORIZATION, Call, Door, Reply};
use crate::disk::Disk;
use crate::outside::{Outside, Receiver};
use axum::body::Body;
use axum::http::{Request, header};
use coinslot::server::{self, Options};
use coinslot_app::port::{Answered, Game, Later, Outgoing};
use coinslot_app::{App, Parts, Shared, StoreError, demo};
use coinslot_domain::time::Time;
use coinslot_paystation::ClientIp;
use coinslot_store::{Location, Store};
use http_body_util::BodyExt;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// A server that answers.
pub struct Shop<'a> {
    /// Without its doors.
    pub app: Shared,
    router: axum::Router,
    runtime: &'a Runtime,
    disk: Option<Arc<Disk>>,
}

impl<'a> Shop<'a> {
    /// Opens a database as the server does at its start. With a disk, its
    /// answers count only while the power is on.
    pub fn open(
        runtime: &'a Runtime,
        outside: &Outside,
        path: &Path,
        disk: Option<Arc<Disk>>,
    ) -> Result<Self, StoreError> {
        let game = Arc::new(OneByOne { receiver: outside.receiver.clone(), store: OnceLock::new() });
        let app = Shop::app(outside, &Location::File(path.to_path_buf()), game.clone())?;
        if runtime.metrics().num_workers() == 1 {
            let _ = game.store.set(app.store.clone());
        }
        runtime.block_on(demo::seed(&app, Some("https://game.example/webhook".into())))?;
        let router = server::router(&app, Options { demo: true, ..Options::default() });
        Ok(Shop { app, router, runtime, disk })
    }

    /// The server without its doors, on a database that has its demo data.
    pub fn app(outside: &Outside, location: &Location, game: Arc<dyn Game>) -> Result<Shared, StoreError> {
        Ok(App::new(Parts {
            store: Store::open(location)?,
            clock: outside.clock.clone(),
            random: outside.random.clone(),
            gateway: outside.provider.clone(),
            game,
            post: None,
            public_url: "http://coinslot.example".into(),
            sandbox_url: None,
        }))
    }

    /// Does what is due.
    pub fn run_due(&self) -> Result<usize, StoreError> {
        self.runtime.block_on(coinslot_worker::run_due(&self.app))
    }

    /// When a webhook is due next.
    pub fn next_due(&self) -> Result<Option<Time>, StoreError> {
        self.runtime.block_on(coinslot_app::webhook::next_due(&self.app))
    }
}

impl Door for Shop<'_> {
    fn send(&self, call: &Call) -> Option<Reply> {
        let mut request =
            Request::builder().method(call.method).uri(&call.path).header(header::AUTHORIZATION, AUTHORIZATION);
        if let Some(content_type) = call.content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        let mut request = request.body(Body::from(call.body.clone())).ok()?;
        request.extensions_mut().insert(ClientIp("203.0.113.7".into()));
        let reply = self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap_or_else(|e| match e {});
            let status = response.status().as_u16();
            let body = response.into_body().collect().await.ok()?.to_bytes();
            Some(Reply { status, body: String::from_utf8_lossy(&body).into_owned() })
        });
        // Without power no answer leaves the machine.
        reply.filter(|_| self.disk.as_ref().is_none_or(|disk| disk.is_on()))
    }
}

/// The game, told of one event after the other. The server sends what is due
/// together, and which of the answers share a commit is the threads' luck; so
/// each waits until the database has done what the one before it caused.
struct OneByOne {
    receiver: Arc<Receiver>,
    /// None where several clients run at one time anyway.
    store: OnceLock<Store>,
}

impl Game for OneByOne {
    fn post(&self, request: Outgoing) -> Later<'_, Answered> {
        if let Some(store) = self.store.get().cloned() {
            // Its own thread, because this one belongs to a runtime. Changes
            // take turns, so this empty one is done when all before it are.
            let turn = move || single().block_on(store.write(|_| Ok::<_, StoreError>(())));
            // Without power there is nothing to wait for.
            let _ = std::thread::spawn(turn).join();
        }
        self.receiver.post(request)
    }
    fn get(&self, request: Outgoing) -> Later<'_, Answered> {
        self.receiver.get(request)
    }
}

/// A runtime on which one seed gives one run: everything but the database's
/// writer is in one thread, which waits while the writer works.
///
/// # Panics
/// When there is none to be had.
pub fn single() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// A runtime for several clients at one time.
///
/// # Panics
/// When there is none to be had.
pub fn several() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}
