//! One HTTP server for all doors.
//!
//! hyper's HTTP/1 builder is driven directly because a widely used client sends
//! `POST` with two spaces before the path, which the usual front ends refuse.

use crate::alarm::Alarm;
use crate::metrics::Requests;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{BoxError, Router};
use coinslot_api::{Found, Shortcut};
use coinslot_app::Shared;
use coinslot_domain::limit::Rate;
use coinslot_paystation::ClientIp;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use std::collections::HashMap;
use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tower::{Service, ServiceExt};
use tower_http::catch_panic::{CatchPanicLayer, DefaultResponseForPanic, ResponseForPanic};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate, SizeAbove};

/// What the server shows, and to whom.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The demo game and its webhook receiver.
    pub demo: bool,
    /// A reverse proxy stands in front and tells the player's address.
    pub behind_proxy: bool,
    /// Connections that one address may have open at one time; further ones are
    /// closed at once. `None` where one address stands for many players: behind
    /// a proxy, and while developing.
    pub connections_per_address: Option<usize>,
    /// How often an API key may call. `None` while developing.
    pub rate: Option<Rate>,
    /// How long clients may take.
    pub deadlines: Deadlines,
}

/// How long clients may take.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// To send the headers of a request, also of the next one on a connection.
    pub headers: Duration,
    /// To send a request and have it carried out. Longer than any game may take
    /// to answer a question.
    pub request: Duration,
    /// To take any more of an answer.
    pub stall: Duration,
}

impl Deadlines {
    /// Those of a server for players.
    pub const USUAL: Self = Deadlines {
        headers: Duration::from_secs(15),
        request: Duration::from_secs(60),
        stall: Duration::from_secs(30),
    };
}

impl Default for Deadlines {
    fn default() -> Self {
        Deadlines::USUAL
    }
}

impl Options {
    /// A browser opens six; a school or an office behind one address has many
    /// players.
    pub const CONNECTIONS_PER_ADDRESS: usize = 256;
}

/// Bytes that the request line and the headers may have together, and so the
/// most that is kept of what is not a request yet.
const HEAD: usize = 64 << 10;
/// Headers that a request may have.
const HEADERS: usize = 100;
/// How long open connections may go on after the server was told to stop.
const GRACE: Duration = Duration::from_secs(15);

/// What comes with each purchase, past the router.
#[derive(Clone)]
struct Shortcuts {
    app: Shared,
    api: Shortcut,
}

/// A way past the router.
#[derive(Clone, Copy)]
enum Way {
    Api(Found),
    Pay,
}

impl Way {
    fn of<B>(request: &Request<B>) -> Option<Self> {
        if coinslot_paystation::pays(request) { Some(Way::Pay) } else { Shortcut::finds(request).map(Way::Api) }
    }

    /// The path as the router knows it.
    fn route(self) -> &'static str {
        match self {
            Way::Api(found) => found.route(),
            Way::Pay => coinslot_paystation::PAY,
        }
    }
}

impl Shortcuts {
    async fn answer<B>(&self, way: Way, request: Request<B>, ip: Option<&ClientIp>) -> Response
    where
        B: HttpBody,
        B::Error: Into<BoxError>,
    {
        match way {
            Way::Api(found) => self.api.answer(found, request, ip).await,
            Way::Pay => coinslot_paystation::pay(&self.app, request, ip).await,
        }
    }
}

/// What answers requests: the router, and shortcuts past it.
#[derive(Clone)]
pub struct Doors {
    router: Router,
    /// The same, for clients that take answers packed.
    packing: Option<Router>,
    shortcuts: Option<Shortcuts>,
    requests: Option<Arc<Requests>>,
}

impl From<Router> for Doors {
    fn from(router: Router) -> Self {
        Doors { router, packing: None, shortcuts: None, requests: None }
    }
}

/// Every door of the server.
pub fn doors(app: &Shared, options: Options) -> Doors {
    let (router, api) = coinslot_api::router(app.clone(), options.rate);
    let mut router = router.merge(coinslot_paystation::router(app.clone()));
    if options.demo {
        router = router.merge(coinslot_paystation::demo_router(app.clone()));
    }
    let router = router.fallback(|| async { (StatusCode::NOT_FOUND, "There is nothing here.\n") });
    let packing = Some(router.clone().layer(CompressionLayer::new()));
    let shortcuts = Some(Shortcuts { app: app.clone(), api });
    Doors { router, packing, shortcuts, requests: None }
}

/// Every door of the server as a router, for those who call it without a
/// connection.
pub fn router(app: &Shared, options: Options) -> Router {
    Router::new().fallback_service(doors(app, options))
}

impl Doors {
    /// Has every request counted.
    pub fn counting(self, requests: &Arc<Requests>) -> Self {
        // A panic counts as the answer that it becomes.
        let counting = |router: Router| requests.counting(router.layer(CatchPanicLayer::new()));
        let (router, packing) = (counting(self.router), self.packing.map(counting));
        Doors { router, packing, requests: Some(requests.clone()), ..self }
    }

    /// Answers a request, of which it may be known whence it came.
    async fn answer<B>(&self, request: Request<B>, ip: Option<ClientIp>) -> Response
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        // Browsers take answers packed; games' servers hardly ever do.
        let packing = self.packing.as_ref().filter(|_| request.headers().contains_key(header::ACCEPT_ENCODING));
        let short = self.shortcuts.as_ref().filter(|_| packing.is_none());
        let response = if let Some((shortcuts, way)) = short.and_then(|short| Some((short, Way::of(&request)?))) {
            let method = request.method().clone();
            let ip = ip.or_else(|| request.extensions().get::<ClientIp>().cloned());
            let answer = pin!(shortcuts.answer(way, request, ip.as_ref()));
            match &self.requests {
                Some(requests) => requests.count(way.route(), &method, caught(answer)).await,
                None => caught(answer).await,
            }
        } else {
            let mut request = request.map(Body::new);
            if let Some(ip) = ip {
                request.extensions_mut().insert(ip);
            }
            let router = packing.unwrap_or(&self.router).clone();
            let answer = async { router.oneshot(request).await.unwrap_or_else(|never| match never {}) };
            caught(pin!(answer)).await
        };
        match (packing, &self.packing) {
            (None, Some(_)) => unpacked(response),
            _ => response,
        }
    }
}

/// An answer. A panic is a 500.
async fn caught(mut answer: Pin<&mut impl Future<Output = Response>>) -> Response {
    let polled = poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(cx))) {
        Ok(polled) => polled.map(Ok),
        Err(panic) => Poll::Ready(Err(panic)),
    });
    match polled.await {
        Ok(response) => response,
        Err(panic) => DefaultResponseForPanic::default().response_for_panic(panic).map(Body::new),
    }
}

/// What the layer that packs says also of answers that it leaves as they are:
/// that others may get them packed.
fn unpacked(mut response: Response) -> Response {
    let headers = response.headers();
    let packed = headers.contains_key(header::CONTENT_ENCODING) || headers.contains_key(header::CONTENT_RANGE);
    let told = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"accept-encoding");
    // JSON is packed, and most answers are JSON.
    let is_json =
        headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let packable = match is_json {
        true => SizeAbove::default().should_compress(&response),
        false => DefaultPredicate::default().should_compress(&response),
    };
    if !packed && packable && !headers.get_all(header::VARY).iter().any(told) {
        response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    response
}

impl Service<Request<Body>> for Doors {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let doors = self.clone();
        Box::pin(async move {
            let mut response = doors.answer(request, None).await;
            // A connection says how long a body is, as the router does.
            if let Some(length) = response.body().size_hint().exact() {
                response.headers_mut().entry(header::CONTENT_LENGTH).or_insert(length.into());
            }
            Ok(response)
        })
    }
}

/// Serves until `stop` is done, then lets requests under way finish.
pub async fn serve(listener: TcpListener, doors: impl Into<Doors>, options: Options, stop: impl Future<Output = ()>) {
    let doors = Arc::new(doors.into());
    // Each connection has a receiver: when none is left, all have ended.
    let (ending, _) = tokio::sync::watch::channel(false);
    let open = Open::default();
    let mut stop = pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(e) => {
                    // Out of file descriptors, say: some will be given back.
                    tracing::warn!(error = %e, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let Some(place) = open.take(peer.ip(), options.connections_per_address) else {
            tracing::warn!(peer = %peer.ip(), "a connection was closed: this address has too many");
            continue;
        };
        // Answers are small and come in one piece.
        let _ = stream.set_nodelay(true);
        let doors = doors.clone();
        let own = ClientIp(peer.ip().to_canonical().to_string().into());
        let (alarm, mut bell) = Alarm::new(options.deadlines.headers.min(options.deadlines.request));
        let timer = alarm.clone();
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            let (doors, own, alarm) = (doors.clone(), own.clone(), alarm.clone());
            async move {
                // Where it stands it stays: it is too large to be handed on.
                let answer = pin!(answer(&doors, request, (peer, own), options));
                let late = || (StatusCode::REQUEST_TIMEOUT, "The request took too long.\n").into_response();
                Ok::<_, Infallible>(alarm.within(options.deadlines.request, answer).await.unwrap_or_else(late))
            }
        });
        let mut http = hyper::server::conn::http1::Builder::new();
        http.timer(timer)
            .header_read_timeout(options.deadlines.headers)
            .max_buf_size(HEAD)
            .max_headers(HEADERS)
            .allow_multiple_spaces_in_request_line_delimiters(true);
        // What becomes a WebSocket lives on without the connection's place.
        let stream = TokioIo::new(Impatient::new(stream, options.deadlines.stall));
        let connection = http.serve_connection(stream, service).with_upgrades();
        let mut end = ending.subscribe();
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            let looking = end.clone();
            let mut told = pin!(end.changed());
            let (mut ends, mut waits) = (false, false);
            let ended = poll_fn(|cx| {
                bell.poll(cx);
                if !ends {
                    // Who is to be woken stays the same, so to wait once is enough.
                    ends = looking.has_changed().unwrap_or(true) || (!waits && told.as_mut().poll(cx).is_ready());
                    waits = true;
                    if ends {
                        connection.as_mut().graceful_shutdown();
                    }
                }
                connection.as_mut().poll(cx)
            });
            let ended = ended.await;
            if let Err(e) = ended {
                tracing::debug!(error = %e, "a connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    ending.send_replace(true);
    if tokio::time::timeout(GRACE, ending.closed()).await.is_err() {
        tracing::warn!("some connections were cut: they did not end in time");
    }
}

/// How many connections each address has open.
#[derive(Clone, Default)]
struct Open(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// A connection's place among those of its address, given back when dropped.
struct Place {
    open: Open,
    address: IpAddr,
}

impl Open {
    fn take(&self, address: IpAddr, most: Option<usize>) -> Option<Place> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = open.entry(address).or_insert(0);
        if most.is_some_and(|most| *mine >= most) {
            return None;
        }
        *mine += 1;
        Some(Place { open: self.clone(), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.open.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(mine) = open.get_mut(&self.address) {
            *mine -= 1;
            if *mine == 0 {
                open.remove(&self.address);
            }
        }
    }
}

async fn answer(
    doors: &Doors,
    request: Request<Incoming>,
    (peer, own): (SocketAddr, ClientIp),
    options: Options,
) -> Response {
    let ip = match options.behind_proxy {
        true => ClientIp(client_ip(request.headers(), peer.ip(), true).to_canonical().to_string().into()),
        false => own,
    };
    doors.answer(request, Some(ip)).await
}

/// A stream that is given up when its reader takes nothing for too long.
struct Impatient {
    stream: TcpStream,
    stall: Duration,
    waiting: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl Impatient {
    fn new(stream: TcpStream, stall: Duration) -> Self {
        Impatient { stream, stall, waiting: None }
    }

    /// What came of a write: while nothing goes out, time runs.
    fn after<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.waiting = None;
            return written;
        }
        let stall = self.stall;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(stall)));
        match waiting.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client does not read"))),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Impatient {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Impatient {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.after(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.after(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// The player's address: the peer's, or what the proxy in front says of its own
/// peer, which is the last entry. Earlier ones are the client's own words.
fn client_ip(headers: &HeaderMap, peer: IpAddr, behind_proxy: bool) -> IpAddr {
    if !behind_proxy {
        return peer;
    }
    let last = headers.get_all("x-forwarded-for").iter().next_back().and_then(|v| v.to_str().ok());
    last.and_then(|v| v.rsplit(',').next()).and_then(|ip| ip.trim().parse().ok()).unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_by_address_and_given_back() {
        let (open, a, b) = (Open::default(), "203.0.113.1".parse().unwrap(), "203.0.113.2".parse().unwrap());
        let first = open.take(a, Some(2));
        let second = open.take(a, Some(2));
        assert!(first.is_some() && second.is_some());
        assert!(open.take(a, Some(2)).is_none(), "a third of one address");
        assert!(open.take(b, Some(2)).is_some(), "another address");
        assert!(open.take(a, None).is_some(), "where there is no limit");
        drop(first);
        assert!(open.take(a, Some(2)).is_some());
        drop(second);
        assert!(open.0.lock().unwrap().is_empty(), "nothing is kept of those who left");
    }

    #[test]
    fn only_a_proxy_is_believed() {
        let peer: IpAddr = "127.0.0.1".parse().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "6.6.6.6, 203.0.113.9".parse().unwrap());
        assert_eq!(client_ip(&headers, peer, false), peer);
        assert_eq!(client_ip(&headers, peer, true).to_string(), "203.0.113.9");
        headers.insert("x-forwarded-for", "nonsense".parse().unwrap());
        assert_eq!(client_ip(&headers, peer, true), peer);
    }
}
