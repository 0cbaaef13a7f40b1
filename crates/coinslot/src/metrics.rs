//! Figures for the operator in the text format of Prometheus, on an address of
//! their own.
//!
//! The format wants decimal numbers and this repository has no floats, so the
//! numbers are written by hand: everything is counted in integers of a small
//! unit. Labels are routes, statuses and outcomes. Nothing here says whose
//! anything was.

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use coinslot_app::{Shared, webhook};
use coinslot_domain::time::Time;
use coinslot_store::{Counter, Histogram, TIMES, Watch};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, PoisonError, RwLock};

/// Requests by route and status.
#[derive(Default)]
pub struct Requests(RwLock<Doors>);

/// By route and method.
type Doors = BTreeMap<(Arc<str>, &'static str), Arc<Door>>;

/// One method of a route.
struct Door {
    times: Histogram,
    /// By status less 100; a status above 599 counts as the last.
    statuses: Vec<Counter>,
}

const STATUSES: usize = 500;

impl Default for Door {
    fn default() -> Self {
        let statuses = (0..STATUSES).map(|_| Counter::default()).collect();
        Door { times: Histogram::new(&TIMES), statuses }
    }
}

impl Requests {
    fn door(&self, route: &str, method: &'static str) -> Arc<Door> {
        // Nothing that is guarded can be left half done by a panic.
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(door) = known.get(&(route.into(), method)) {
            return door.clone();
        }
        drop(known);
        // There are as many routes as the router has; nobody can add to them.
        let mut doors = self.0.write().unwrap_or_else(PoisonError::into_inner);
        doors.entry((route.into(), method)).or_default().clone()
    }

    /// Has every request of a router counted.
    pub fn counting(self: &Arc<Self>, router: Router) -> Router {
        router.layer(from_fn_with_state(self.clone(), count))
    }

    /// Counts a request that comes by a route.
    pub async fn count(&self, route: &str, method: &Method, answer: impl Future<Output = Response>) -> Response {
        let door = self.door(route, name(method));
        let watch = Watch::start();
        let response = answer.await;
        door.times.note(watch.micros());
        let status = usize::from(response.status().as_u16()).saturating_sub(100).min(STATUSES - 1);
        door.statuses[status].count();
        response
    }
}

async fn count(State(requests): State<Arc<Requests>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    requests.count(route, &method, next.run(request)).await
}

/// A method's name; clients may send any word as one.
fn name(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    known.into_iter().find(|name| *name == method.as_str()).unwrap_or("other")
}

/// Serves the figures, and nothing else.
pub fn router(app: Shared, requests: Arc<Requests>) -> Router {
    Router::new().route("/metrics", get(show)).with_state((app, requests))
}

async fn show(State((app, requests)): State<(Shared, Arc<Requests>)>) -> Response {
    let backlog = webhook::backlog(&app).await.ok();
    let text = written(&app, &requests, backlog, app.clock.now());
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

/// Everything, as text.
fn written(app: &Shared, requests: &Requests, backlog: Option<(i64, Option<Time>)>, now: Time) -> String {
    let mut page = Page::default();
    page.family("coinslot_build_info", "gauge", "The version that runs, and on which database.");
    let labels = [("version", env!("CARGO_PKG_VERSION")), ("database", app.store.engine())];
    page.line("coinslot_build_info", &labels, "1");

    http(&mut page, requests);
    let outcomes = |page: &mut Page, name: &str, help: &str, all: &mut dyn Iterator<Item = (&'static str, u64)>| {
        page.family(name, "counter", help);
        all.for_each(|(outcome, n)| page.line(name, &[("outcome", outcome)], &n.to_string()));
    };
    let meter = &app.meter;
    let charges = "What the payment provider said of charges.";
    outcomes(&mut page, "coinslot_charges_total", charges, &mut meter.charges());
    let refunds = "What the payment provider said of refunds.";
    outcomes(&mut page, "coinslot_refunds_total", refunds, &mut meter.refunds());
    let webhooks = "What games said to webhooks; retried is everything that is sent again.";
    outcomes(&mut page, "coinslot_webhooks_total", webhooks, &mut meter.webhooks());
    let name = "coinslot_webhook_duration_seconds";
    page.family(name, "histogram", "How long games took to answer.");
    page.histogram(name, &[], &meter.answers, seconds);

    page.family("coinslot_database_up", "gauge", "Whether the database answered just now.");
    page.line("coinslot_database_up", &[], if backlog.is_some() { "1" } else { "0" });
    if let Some((waiting, due)) = backlog {
        page.family("coinslot_outbox_events", "gauge", "Webhooks to be sent, now or later.");
        page.line("coinslot_outbox_events", &[], &waiting.to_string());
        let lag = due.map_or(0, |due| (now - due).0.max(0)).unsigned_abs();
        page.family("coinslot_outbox_lag_seconds", "gauge", "How long the oldest webhook that is due has waited.");
        page.line("coinslot_outbox_lag_seconds", &[], &seconds(lag));
    }
    database(&mut page, app);
    page.family("coinslot_id_blocks_total", "counter", "Blocks of a thousand ids taken from the database.");
    page.line("coinslot_id_blocks_total", &[], &meter.id_blocks.get().to_string());
    process(&mut page);
    page.0
}

fn http(page: &mut Page, requests: &Requests) {
    let doors = requests.0.read().unwrap_or_else(PoisonError::into_inner);
    page.family("coinslot_http_requests_total", "counter", "Requests answered, by route and status.");
    for ((route, method), door) in doors.iter() {
        for (status, n) in door.statuses.iter().enumerate().filter(|(_, n)| n.get() > 0) {
            let status = (status + 100).to_string();
            let labels = [("method", *method), ("route", route), ("status", &status)];
            page.line("coinslot_http_requests_total", &labels, &n.get().to_string());
        }
    }
    let name = "coinslot_http_request_duration_seconds";
    page.family(name, "histogram", "From a request's headers to its answer's.");
    for ((route, method), door) in doors.iter() {
        page.histogram(name, &[("method", *method), ("route", route)], &door.times, seconds);
    }
}

fn database(page: &mut Page, app: &Shared) {
    let figures = app.store.figures();
    let name = "coinslot_commit_duration_seconds";
    page.family(name, "histogram", "From the first statement of a commit to its sync.");
    page.histogram(name, &[], &figures.commit, seconds);
    let name = "coinslot_commit_transactions";
    page.family(name, "histogram", "Transactions that shared a commit.");
    page.histogram(name, &[], &figures.batch, |n| n.to_string());
    page.family("coinslot_commits_failed_total", "counter", "Commits that failed, with all that was in them.");
    page.line("coinslot_commits_failed_total", &[], &figures.failed.get().to_string());
    let name = "coinslot_transactions_retried_total";
    page.family(name, "counter", "Transactions run again after a conflict or a lost connection.");
    page.line(name, &[], &figures.again.get().to_string());
}

/// What the operating system says of the process, under the usual names. Where
/// it does not say, the line is missing.
fn process(page: &mut Page) {
    let mut gauge = |name: &str, help: &str, value: Option<u64>| {
        if let Some(value) = value {
            page.family(name, "gauge", help);
            page.line(name, &[], &value.to_string());
        }
    };
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let pages = pages.and_then(|text| text.split(' ').nth(1)?.parse::<u64>().ok());
    let resident = pages.map(|n| n * rustix::param::page_size() as u64);
    gauge("process_resident_memory_bytes", "Memory in use.", resident);
    // One of them is the directory that is being read.
    let open = std::fs::read_dir("/proc/self/fd").ok().map(|all| all.count().saturating_sub(1) as u64);
    gauge("process_open_fds", "Open file descriptors.", open);
    let most = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    gauge("process_max_fds", "The most file descriptors that may be open.", most);
}

/// Microseconds as decimal seconds.
fn seconds(micros: u64) -> String {
    let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// A page that grows. Formatting into a string does not fail.
#[derive(Default)]
struct Page(String);

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: &str) {
        self.0.push_str(name);
        for (n, (label, text)) in labels.iter().enumerate() {
            let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = write!(self.0, "{}{label}=\"{text}\"", if n == 0 { "{" } else { "," });
        }
        let _ = writeln!(self.0, "{} {value}", if labels.is_empty() { "" } else { "}" });
    }

    fn histogram(&mut self, name: &str, labels: &[(&str, &str)], of: &Histogram, show: impl Fn(u64) -> String) {
        let (counts, all, sum) = of.read();
        let bounds = counts.into_iter().map(|(bound, below)| (show(bound), below));
        for (bound, below) in bounds.chain([("+Inf".to_string(), all)]) {
            let labels: Vec<_> = labels.iter().copied().chain([("le", bound.as_str())]).collect();
            self.line(&format!("{name}_bucket"), &labels, &below.to_string());
        }
        self.line(&format!("{name}_sum"), labels, &show(sum));
        self.line(&format!("{name}_count"), labels, &all.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_decimal() {
        let all = [0, 500, 1_000_000, 2_500_000, 1_234_567].map(seconds);
        assert_eq!(all, ["0", "0.0005", "1", "2.5", "1.234567"]);
    }

    #[test]
    fn a_histogram_as_it_is_scraped() {
        let histogram = Histogram::new(&[500, 2_500_000]);
        histogram.note(400);
        histogram.note(3_000_000);
        let mut page = Page::default();
        page.histogram("x", &[("route", "/a\"b")], &histogram, seconds);
        assert_eq!(
            page.0,
            r#"x_bucket{route="/a\"b",le="0.0005"} 1
x_bucket{route="/a\"b",le="2.5"} 1
x_bucket{route="/a\"b",le="+Inf"} 2
x_sum{route="/a\"b"} 3.0004
x_count{route="/a\"b"} 2
"#
        );
    }

    #[test]
    fn clients_cannot_add_labels() {
        assert_eq!(name(&Method::from_bytes(b"ANY-WORD").unwrap()), "other");
        assert_eq!(name(&Method::PATCH), "PATCH");
    }
}
