//! Webhooks on their way out.
//!
//! The address of a webhook is typed in by whoever owns a project, so it is
//! hostile until shown otherwise: it could point at the database beside the
//! server or at the metadata service of a cloud. The guard therefore sits where
//! the connection is made. It looks at the addresses a name stands for at that
//! moment, and only addresses it has looked at are connected to; a name that
//! changes its mind between a check and a connection gains nothing.

//!
//! A connection is kept for the next webhook to the same place, but not for
//! long: it was looked at when it was made. Whoever waits for an answer moves the
//! connection on: a task of its own would cost two changes of tasks for each
//! request.

use bytes::Bytes;
use coinslot_app::port::{Answered, Game, Later, Outgoing};
use coinslot_domain::time::Span;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{ACCEPT, HOST, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use hyper::{Method, Request, Response, Uri};
use hyper_util::rt::TokioIo;
use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use url::{Host, Position, Url};

/// What is kept of an answer's body. More is not even read.
pub const BODY_LIMIT: usize = 16 * 1024;

/// Where webhooks may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// To public addresses, encrypted.
    Public,
    /// Also to the machine the server runs on, and unencrypted: for developing
    /// a game. Every other address that is not public stays forbidden.
    Loopback,
}

/// Posts webhooks over HTTP. Follows no redirect, uses no proxy, keeps no
/// cookie and decodes no compression.
pub struct HttpGame {
    tls: TlsConnector,
    policy: Policy,
    timeout: Duration,
    kept: Arc<Kept>,
    targets: Mutex<HashMap<String, Arc<Target>>>,
}

/// URLs of which it is remembered what they mean.
const TARGETS: usize = 256;

impl HttpGame {
    /// A sender that gives up after `timeout`, which is
    /// [`coinslot_domain::webhook::TIMEOUT`] except in tests. The time counts
    /// from looking up the name to the last byte of the answer.
    pub fn new(policy: Policy, timeout: Span) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        let timeout = Duration::from_micros(u64::try_from(timeout.0).unwrap_or(0));
        let tls = TlsConnector::from(Arc::new(tls));
        Ok(HttpGame { tls, policy, timeout, kept: Arc::default(), targets: Mutex::default() })
    }

    /// Where a URL leads, or why nothing goes there.
    fn target(&self, url: &str) -> Result<Arc<Target>, String> {
        let lock = || self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(url) {
            return Ok(known.clone());
        }
        let target = Arc::new(Target::read(url, self.policy)?);
        let mut targets = lock();
        if targets.len() >= TARGETS {
            targets.clear();
        }
        targets.insert(url.to_string(), target.clone());
        Ok(target)
    }

    /// Status, body and, if there was no answer, the reason.
    async fn exchange(&self, method: Method, request: Outgoing) -> (Option<u16>, String, Option<String>) {
        let target = match self.target(&request.url) {
            Ok(target) => target,
            Err(why) => return (None, String::new(), Some(why)),
        };
        let mut status = None;
        let mut body = Vec::new();
        let request = Prepared { method, target: &target, headers: request.headers, body: request.body.into() };
        let talk = async {
            let (response, mut line) = self.send(&request).await?;
            status = Some(response.status().as_u16());
            let mut response = response.into_body();
            while !response.is_end_stream() && body.len() < BODY_LIMIT {
                match line.connection.until(response.frame()).await {
                    Some(Ok(frame)) => {
                        let Ok(chunk) = frame.into_data() else { continue };
                        body.extend(chunk.iter().take(BODY_LIMIT - body.len()));
                    }
                    Some(Err(e)) => return Err(words(&e)),
                    None => break,
                }
            }
            if body.len() < BODY_LIMIT {
                self.keep(&target.place, line);
            }
            Ok::<(), String>(())
        };
        let end = tokio::time::timeout(self.timeout, talk).await;
        // With the status the game has answered. A body that breaks off after
        // it takes nothing back, and is only kept for the owner to read.
        let error = match (status, end) {
            (Some(_), _) => None,
            (None, Ok(Err(error))) => Some(error),
            (None, Err(_)) => Some(format!("timed out after {}", spell(self.timeout))),
            (None, Ok(Ok(()))) => Some("no answer".into()),
        };
        (status, text(&body), error)
    }

    /// Sends a request over a connection that was kept, and if there is none, or
    /// if the game has just closed it, over a new one.
    #[expect(clippy::disallowed_methods, reason = "connections grow old, whatever the clock of a project shows")]
    async fn send(&self, request: &Prepared<'_>) -> Result<(Response<Incoming>, Line), String> {
        let place = &request.target.place;
        let mut message = request.http()?;
        while let Some(mut line) = self.kept.take(place, Instant::now()) {
            if line.connection.until(line.sender.ready()).await.is_err() {
                continue;
            }
            match line.connection.until(line.sender.send_request(message)).await {
                Ok(response) => return Ok((response, line)),
                // It was closed while the request was on its way; nobody has
                // answered. Only the first request over a connection says more.
                Err(e) if e.is_canceled() || e.is_closed() || e.is_incomplete_message() || is_reset(&e) => {
                    message = request.http()?;
                    break;
                }
                Err(e) => return Err(words(&e)),
            }
        }
        let mut line = self.connect(place).await?;
        let response = line.connection.until(line.sender.send_request(message)).await;
        Ok((response.map_err(|e| words(&e))?, line))
    }

    /// Keeps a connection for the next request.
    fn keep(&self, place: &Place, line: Line) {
        if self.kept.put(place, line) {
            // Nobody else sees that the other side has closed one.
            let kept = Arc::downgrade(&self.kept);
            tokio::spawn(async move {
                loop {
                    tokio::time::sleep(IDLE).await;
                    if kept.upgrade().is_none_or(|kept| kept.sweep()) {
                        return;
                    }
                }
            });
        }
    }

    /// A new connection, to an address that was looked at.
    async fn connect(&self, place: &Place) -> Result<Line, String> {
        let addresses = match &place.host {
            // Looked at with the URL.
            Host::Ipv4(ip) => vec![SocketAddr::from((*ip, place.port))],
            Host::Ipv6(ip) => vec![SocketAddr::from((*ip, place.port))],
            Host::Domain(name) => look_up(name, place.port, self.policy).await.map_err(|e| e.0)?,
        };
        // One that does not answer leaves time for the next.
        let patience = self.timeout / u32::try_from(addresses.len()).unwrap_or(u32::MAX).max(1);
        let mut failed = "no answer".to_string();
        for address in addresses {
            let stream = match tokio::time::timeout(patience, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => stream,
                Ok(Err(e)) => {
                    failed = plain(&e);
                    continue;
                }
                Err(_) => {
                    failed = "the connection timed out".into();
                    continue;
                }
            };
            let _ = stream.set_nodelay(true);
            if !place.encrypted {
                return begin(stream).await;
            }
            let name = match &place.host {
                Host::Domain(name) => ServerName::try_from(name.clone()).map_err(|e| e.to_string())?,
                Host::Ipv4(ip) => ServerName::from(IpAddr::from(*ip)),
                Host::Ipv6(ip) => ServerName::from(IpAddr::from(*ip)),
            };
            return begin(self.tls.connect(name, stream).await.map_err(|e| words(&e))?).await;
        }
        Err(failed)
    }
}

/// A connection, and who asks over it.
struct Line {
    sender: SendRequest<Full<Bytes>>,
    connection: Connection,
    made: Instant,
    since: Instant,
}

/// What reads and writes, as long as there is somebody who waits for it.
struct Connection(Option<Pin<Box<dyn Future<Output = ()> + Send>>>);

impl Connection {
    /// Moves it on until something is there.
    async fn until<T>(&mut self, wanted: impl Future<Output = T>) -> T {
        let mut wanted = std::pin::pin!(wanted);
        poll_fn(|cx| {
            if let Some(connection) = &mut self.0
                && connection.as_mut().poll(cx).is_ready()
            {
                self.0 = None;
            }
            wanted.as_mut().poll(cx)
        })
        .await
    }
}

/// Begins to speak HTTP over a connection.
#[expect(clippy::disallowed_methods, reason = "connections grow old, whatever the clock of a project shows")]
async fn begin(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Result<Line, String> {
    let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|e| words(&e))?;
    let connection = Connection(Some(Box::pin(async move { drop(connection.await) })));
    let now = Instant::now();
    Ok(Line { sender, connection, made: now, since: now })
}

/// What a URL means.
struct Target {
    place: Place,
    host: HeaderValue,
    path: Uri,
}

impl Target {
    fn read(url: &str, policy: Policy) -> Result<Self, String> {
        let url = allowed_url(url, policy)?;
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err("refused: the webhook URL has no host".into());
        };
        let place = Place { encrypted: url.scheme() == "https", host: host.to_owned(), port };
        let host = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_string(),
        };
        let host = HeaderValue::try_from(host).map_err(|e| e.to_string())?;
        let path = Uri::try_from(&url[Position::BeforePath..Position::AfterQuery]).map_err(|e| e.to_string())?;
        Ok(Target { place, host, path })
    }
}

/// A request, which may have to be made twice.
struct Prepared<'a> {
    method: Method,
    target: &'a Target,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
}

impl Prepared<'_> {
    fn http(&self) -> Result<Request<Full<Bytes>>, String> {
        let mut headers = HeaderMap::with_capacity(self.headers.len() + 4);
        for (name, value) in &self.headers {
            let name = HeaderName::from_bytes(name.as_bytes());
            let value = HeaderValue::from_str(value);
            let (Ok(name), Ok(value)) = (name, value) else {
                return Err("a header of the webhook has a character that HTTP does not allow".into());
            };
            headers.append(name, value);
        }
        headers.insert(HOST, self.target.host.clone());
        headers.insert(USER_AGENT, HeaderValue::from_static(concat!("Coinslot/", env!("CARGO_PKG_VERSION"))));
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.target.path.clone();
        *request.headers_mut() = headers;
        Ok(request)
    }
}

/// Where a connection leads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Place {
    encrypted: bool,
    host: Host,
    port: u16,
}

/// Connections that may be used again.
#[derive(Default)]
struct Kept(Mutex<Lines>);

#[derive(Default)]
struct Lines {
    all: HashMap<Place, Vec<Line>>,
    /// Whether somebody looks after them.
    swept: bool,
}

/// Connections kept to one place.
const KEPT: usize = 64;
/// How long one is kept without being used: less than servers wait for the next
/// request.
const IDLE: Duration = Duration::from_secs(3);
/// How long one is used: a name may have come to stand for another address.
const LIFE: Duration = Duration::from_secs(60);

impl Kept {
    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The one that was used last.
    fn take(&self, place: &Place, now: Instant) -> Option<Line> {
        let mut lines = self.lock();
        let idle = lines.all.get_mut(place)?;
        while let Some(line) = idle.pop() {
            if now - line.since < IDLE && now - line.made < LIFE && !line.sender.is_closed() {
                return Some(line);
            }
        }
        None
    }

    /// Keeps one; whether somebody must begin to look after them.
    #[expect(clippy::disallowed_methods, reason = "connections grow old, whatever the clock of a project shows")]
    fn put(&self, place: &Place, line: Line) -> bool {
        let line = Line { since: Instant::now(), ..line };
        if line.sender.is_closed() {
            return false;
        }
        let mut lines = self.lock();
        match lines.all.get_mut(place) {
            Some(idle) if idle.len() < KEPT => idle.push(line),
            Some(_) => {}
            None => drop(lines.all.insert(place.clone(), vec![line])),
        }
        !std::mem::replace(&mut lines.swept, true)
    }

    /// Closes those that were not used for long; whether none is left.
    #[expect(clippy::disallowed_methods, reason = "connections grow old, whatever the clock of a project shows")]
    fn sweep(&self) -> bool {
        let now = Instant::now();
        let mut lines = self.lock();
        lines.all.retain(|_, idle| {
            idle.retain(|line| now - line.since < IDLE);
            !idle.is_empty()
        });
        lines.swept = !lines.all.is_empty();
        !lines.swept
    }
}

impl Game for HttpGame {
    fn post(&self, request: Outgoing) -> Later<'_, Answered> {
        Box::pin(self.timed(Method::POST, request))
    }

    fn get(&self, request: Outgoing) -> Later<'_, Answered> {
        Box::pin(self.timed(Method::GET, Outgoing { body: String::new(), ..request }))
    }
}

impl HttpGame {
    #[expect(clippy::disallowed_methods, reason = "this is the adapter that measures how long a game takes")]
    async fn timed(&self, method: Method, request: Outgoing) -> Answered {
        let start = Instant::now();
        let (status, body, error) = self.exchange(method, request).await;
        let took = Span(i64::try_from(start.elapsed().as_micros()).unwrap_or(i64::MAX));
        Answered { status, body, error, took }
    }
}

/// Reads a webhook URL and says no to one that can be told to be wrong without
/// looking up its name. The message is for the project's owner. Good for
/// checking a URL when it is typed in; the sender checks again each time.
pub fn allowed_url(url: &str, policy: Policy) -> Result<Url, String> {
    let url = Url::parse(url).map_err(|error| format!("refused: the webhook URL cannot be read: {error}"))?;
    match (url.scheme(), policy) {
        ("https", _) | ("http", Policy::Loopback) => {}
        ("http", Policy::Public) => return Err("refused: the webhook URL must begin with https://".into()),
        _ => return Err("refused: the webhook URL must begin with https:// or http://".into()),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("refused: the webhook URL must not contain a user name or password".into());
    }
    // The parser has turned octal, hexadecimal and short forms into addresses.
    let ip: IpAddr = match url.host() {
        Some(Host::Ipv4(ip)) => ip.into(),
        Some(Host::Ipv6(ip)) => ip.into(),
        Some(Host::Domain(name)) => {
            let bare = name.trim_end_matches('.');
            let local = bare == "localhost" || bare.ends_with(".localhost");
            if local && policy == Policy::Public {
                return Err(format!("refused: {name} is this machine; {}", destinations(policy)));
            }
            return Ok(url);
        }
        None => return Err("refused: the webhook URL has no host".into()),
    };
    match forbidden(ip, policy) {
        Some(kind) => Err(format!("refused: {ip} is {kind}; {}", destinations(policy))),
        None => Ok(url),
    }
}

fn destinations(policy: Policy) -> &'static str {
    match policy {
        Policy::Public => "webhooks go only to public addresses",
        Policy::Loopback => "webhooks go only to public addresses and to this machine",
    }
}

/// Why nothing was connected to, in words for the project's owner.
#[derive(Debug)]
struct Stopped(String);

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Stopped {}

/// The addresses of a name, if webhooks may go to all of them.
async fn look_up(name: &str, port: u16, policy: Policy) -> Result<Vec<SocketAddr>, Stopped> {
    let found = tokio::net::lookup_host((name, port)).await;
    let found = found.map_err(|_| Stopped(format!("the name {name} was not found")))?;
    check_all(name, found.collect(), policy)
}

/// All addresses of a name, or none of them: a name that stands for a public
/// and a private address is not an honest one.
fn check_all(name: &str, found: Vec<SocketAddr>, policy: Policy) -> Result<Vec<SocketAddr>, Stopped> {
    if found.is_empty() {
        return Err(Stopped(format!("the name {name} has no address")));
    }
    for address in &found {
        let ip = address.ip();
        if let Some(kind) = forbidden(ip, policy) {
            let why = format!("refused: {name} stands for {ip}, {kind}; {}", destinations(policy));
            return Err(Stopped(why));
        }
    }
    Ok(found)
}

/// IPv4 networks that are not the public internet: network, length, what it is.
const V4: [(Ipv4Addr, u32, &str); 17] = [
    (Ipv4Addr::new(0, 0, 0, 0), 32, "the unspecified address"),
    (Ipv4Addr::new(0, 0, 0, 0), 8, "an address of this network"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "a private address"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "an address inside a provider's network"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "a loopback address"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "a link-local address"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "a private address"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "a reserved address"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "an address for documentation"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "a relay address"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "a private address"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "an address for benchmarks"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "an address for documentation"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "an address for documentation"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "a multicast address"),
    (Ipv4Addr::new(255, 255, 255, 255), 32, "the broadcast address"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "a reserved address"),
];

const fn v6(a: u16, b: u16, c: u16) -> Ipv6Addr {
    Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)
}

/// The same for IPv6. The last line is everything outside the one block that
/// public addresses are given out from. Forms that carry an IPv4 address are
/// dealt with before.
const V6: [(Ipv6Addr, u32, &str); 15] = [
    (Ipv6Addr::UNSPECIFIED, 128, "the unspecified address"),
    (Ipv6Addr::LOCALHOST, 128, "a loopback address"),
    (v6(0x64, 0xff9b, 1), 48, "an address inside a provider's network"),
    (v6(0x100, 0, 0), 64, "an address that discards everything"),
    (v6(0x2001, 2, 0), 48, "an address for benchmarks"),
    (v6(0x2001, 0xdb8, 0), 32, "an address for documentation"),
    (v6(0x2001, 0, 0), 23, "a reserved address"),
    (v6(0x3fff, 0, 0), 20, "an address for documentation"),
    (v6(0xfc00, 0, 0), 7, "a private address"),
    (v6(0xfe80, 0, 0), 10, "a link-local address"),
    (v6(0xfec0, 0, 0), 10, "a site-local address"),
    (v6(0xff00, 0, 0), 8, "a multicast address"),
    (v6(0x0000, 0, 0), 3, "a reserved address"),
    (v6(0x4000, 0, 0), 2, "a reserved address"),
    (v6(0x8000, 0, 0), 1, "a reserved address"),
];

/// What kind of address it is, if webhooks must not go there.
pub fn forbidden(ip: IpAddr, policy: Policy) -> Option<&'static str> {
    let plain = ip.to_canonical();
    if policy == Policy::Loopback && plain.is_loopback() {
        return None;
    }
    match plain {
        IpAddr::V4(ip) => forbidden_v4(ip),
        IpAddr::V6(ip) => forbidden_v6(ip),
    }
}

fn forbidden_v4(ip: Ipv4Addr) -> Option<&'static str> {
    let inside = |net: Ipv4Addr, length: u32| (ip.to_bits() ^ net.to_bits()).leading_zeros() >= length;
    V4.iter().find(|(net, length, _)| inside(*net, *length)).map(|(_, _, kind)| *kind)
}

fn forbidden_v6(ip: Ipv6Addr) -> Option<&'static str> {
    // An IPv4-mapped address has become IPv4 before. The other forms go through
    // some translator, which may stand inside the very network to protect.
    let [a, b, c, d, e, f, g, h] = ip.segments();
    let v4 = |high: u16, low: u16| forbidden_v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    let nat64 = [a, b, c, d, e, f] == [0x64, 0xff9b, 0, 0, 0, 0];
    let teredo = [a, b] == [0x2001, 0];
    let inner = match a {
        _ if nat64 => v4(g, h),
        // Teredo: the server's address, then the client's with every bit turned.
        _ if teredo => v4(c, d).or_else(|| v4(!g, !h)),
        // 6to4.
        0x2002 => v4(b, c),
        _ => None,
    };
    if nat64 || teredo || inner.is_some() {
        return inner;
    }
    let inside = |net: Ipv6Addr, length: u32| (ip.to_bits() ^ net.to_bits()).leading_zeros() >= length;
    V6.iter().find(|(net, length, _)| inside(*net, *length)).map(|(_, _, kind)| *kind)
}

/// Why a request failed, in words for the project's owner.
fn words(error: &(dyn Error + 'static)) -> String {
    let mut last = "no answer".to_string();
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return format!("TLS: {tls}");
        }
        last = error.to_string();
        next = match error.downcast_ref::<io::Error>() {
            // What an I/O error wraps is not its source but itself.
            Some(io) if io.get_ref().is_some() => io.get_ref().map(|inner| inner as &(dyn Error + 'static)),
            Some(io) => return plain(io),
            None => error.source(),
        };
    }
    last
}

/// Whether the other side was gone.
fn is_reset(error: &hyper::Error) -> bool {
    let io = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    io.is_some_and(|io| matches!(io.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe))
}

/// The operating system's word for it, without its number.
fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".into(),
        io::ErrorKind::ConnectionReset => "the connection was reset".into(),
        io::ErrorKind::ConnectionAborted => "the connection was aborted".into(),
        io::ErrorKind::HostUnreachable => "the host cannot be reached".into(),
        io::ErrorKind::NetworkUnreachable => "the network cannot be reached".into(),
        io::ErrorKind::TimedOut => "the connection timed out".into(),
        io::ErrorKind::UnexpectedEof => "the connection was closed before an answer".into(),
        kind => kind.to_string(),
    }
}

/// A body as it can be shown and stored: valid text without NUL, which
/// PostgreSQL does not take, and not longer than the limit even where broken
/// bytes have become longer characters.
fn text(body: &[u8]) -> String {
    let mut text = String::from_utf8_lossy(body).replace('\0', "\u{fffd}");
    let end = (0..=BODY_LIMIT.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.truncate(end.unwrap_or(0));
    text
}

fn spell(time: Duration) -> String {
    match (time.as_secs(), time.subsec_millis()) {
        (seconds, 0) if seconds > 0 => format!("{seconds} s"),
        _ => format!("{} ms", time.as_millis()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinslot_domain::webhook::TIMEOUT;
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::thread::JoinHandle;

    fn game(policy: Policy) -> HttpGame {
        HttpGame::new(policy, TIMEOUT).unwrap()
    }

    fn outgoing(url: impl Into<String>) -> Outgoing {
        Outgoing { url: url.into(), headers: vec![], body: "{}".into() }
    }

    /// A listener on this machine that hands its one connection to `answer`.
    fn server<T: Send + 'static>(answer: impl FnOnce(TcpStream) -> T + Send + 'static) -> (SocketAddr, JoinHandle<T>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        (address, std::thread::spawn(move || answer(listener.accept().unwrap().0)))
    }

    /// Reads a request that ends with `end`.
    fn read_until(stream: &mut TcpStream, end: &str) -> String {
        let mut seen = Vec::new();
        let mut byte = [0];
        while !seen.ends_with(end.as_bytes()) && stream.read(&mut byte).unwrap() == 1 {
            seen.push(byte[0]);
        }
        String::from_utf8(seen).unwrap()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn posts_exactly_what_it_is_given() {
        let body = "{\"name\":\"ü\",\"a\": 1.50}\n";
        let (address, seen) = server(move |mut stream| {
            let seen = read_until(&mut stream, body);
            stream.write_all(b"HTTP/1.1 204 No Content\r\nset-cookie: a=b\r\n\r\n").unwrap();
            seen
        });
        let answered = game(Policy::Loopback)
            .post(Outgoing {
                url: format!("http://{address}/hook?a=b"),
                headers: vec![
                    ("accept", "application/json".into()),
                    ("content-type", "application/json".into()),
                    ("authorization", "Signature 46a7e4828e94fffc44e4707781036585cb139664".into()),
                ],
                body: body.into(),
            })
            .await;
        assert_eq!((answered.status, answered.body.as_str(), answered.error), (Some(204), "", None));
        assert!(answered.took > Span(0) && answered.took < TIMEOUT);
        let seen = seen.join().unwrap();
        let (head, sent) = seen.split_once("\r\n\r\n").unwrap();
        assert_eq!(sent, body);
        let mut lines: Vec<&str> = head.split("\r\n").collect();
        assert_eq!(lines.remove(0), "POST /hook?a=b HTTP/1.1");
        lines.sort_unstable();
        let host = format!("host: {address}");
        let length = format!("content-length: {}", body.len());
        let mut wanted = [
            "accept: application/json",
            "authorization: Signature 46a7e4828e94fffc44e4707781036585cb139664",
            &length,
            "content-type: application/json",
            &host,
            concat!("user-agent: Coinslot/", env!("CARGO_PKG_VERSION")),
        ];
        wanted.sort_unstable();
        assert_eq!(lines, wanted);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_question_is_a_get_without_a_body() {
        let (address, seen) = server(move |mut stream| {
            let seen = read_until(&mut stream, "\r\n\r\n");
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]").unwrap();
            seen
        });
        let question = Outgoing { body: "not sent".into(), ..outgoing(format!("http://{address}/hook?sign=1")) };
        let answered = game(Policy::Loopback).get(question).await;
        assert_eq!((answered.status, answered.body.as_str()), (Some(200), "[]"));
        let seen = seen.join().unwrap();
        assert!(seen.starts_with("GET /hook?sign=1 HTTP/1.1\r\n") && seen.ends_with("\r\n\r\n"), "{seen}");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_redirect_is_an_answer() {
        let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
        elsewhere.set_nonblocking(true).unwrap();
        let target = elsewhere.local_addr().unwrap();
        let (address, served) = server(move |mut stream| {
            read_until(&mut stream, "{}");
            let answer = format!("HTTP/1.1 307 Moved\r\nlocation: http://{target}/\r\ncontent-length: 2\r\n\r\nhi");
            stream.write_all(answer.as_bytes()).unwrap();
        });
        let answered = game(Policy::Loopback).post(outgoing(format!("http://{address}/"))).await;
        assert_eq!((answered.status, answered.body.as_str(), answered.error), (Some(307), "hi", None));
        served.join().unwrap();
        assert_eq!(elsewhere.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn silence_times_out() {
        let silent = |mut stream: TcpStream| {
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest);
        };
        let (address, served) = server(silent);
        let game = HttpGame::new(Policy::Loopback, Span::millis(100)).unwrap();
        let answered = game.post(outgoing(format!("http://{address}/"))).await;
        assert_eq!((answered.status, answered.error.as_deref()), (None, Some("timed out after 100 ms")));
        assert!(answered.took >= Span::millis(100) && answered.took < Span::seconds(5));
        served.join().unwrap();

        // Encrypted, the handshake is what hangs.
        let (address, served) = server(silent);
        let answered = game.post(outgoing(format!("https://{address}/"))).await;
        assert_eq!(answered.error.as_deref(), Some("timed out after 100 ms"));
        served.join().unwrap();
        assert_eq!(spell(Duration::from_secs(10)), "10 s");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_status_counts_even_if_its_body_never_ends() {
        let (address, served) = server(|mut stream| {
            read_until(&mut stream, "{}");
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf").unwrap();
            let _ = stream.read(&mut [0]);
        });
        let game = HttpGame::new(Policy::Loopback, Span::millis(100)).unwrap();
        let answered = game.post(outgoing(format!("http://{address}/"))).await;
        assert_eq!((answered.status, answered.body.as_str(), answered.error), (Some(200), "half", None));
        served.join().unwrap();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_long_answer_is_cut() {
        let (address, served) = server(|mut stream| {
            read_until(&mut stream, "{}");
            let length = 1024 * 1024;
            let _ = write!(stream, "HTTP/1.1 500 Oops\r\ncontent-length: {length}\r\n\r\n");
            // Fails half way when the client hangs up, as it should.
            let _ = stream.write_all(&vec![b'x'; length]);
        });
        let answered = game(Policy::Loopback).post(outgoing(format!("http://{address}/"))).await;
        assert_eq!(answered.status, Some(500));
        assert_eq!(answered.body, "x".repeat(BODY_LIMIT));
        served.join().unwrap();
    }

    #[test]
    fn bodies_are_made_fit_to_store() {
        assert_eq!(text(b"a\0b"), "a\u{fffd}b");
        assert_eq!(text(b""), "");
        let broken = text(&[0xff; BODY_LIMIT]);
        assert!(broken.len() <= BODY_LIMIT && broken.len() > BODY_LIMIT - 4);
        assert!(broken.chars().all(|c| c == '\u{fffd}'));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn failures_in_plain_words() {
        let game = game(Policy::Loopback);
        // A port nobody listens on any more.
        let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let answered = game.post(outgoing(format!("http://{gone}/?key=SECRET"))).await;
        assert_eq!((answered.status, answered.error.as_deref()), (None, Some("connection refused")));

        let (address, served) = server(|mut stream| {
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        });
        let answered = game.post(outgoing(format!("https://{address}/?key=SECRET"))).await;
        let error = answered.error.unwrap();
        assert!(error.starts_with("TLS: "), "{error}");
        served.join().unwrap();

        for nonsense in ["", "SSH-2.0-OpenSSH\r\n"] {
            let (address, served) = server(move |mut stream| {
                read_until(&mut stream, "{}");
                stream.write_all(nonsense.as_bytes()).unwrap();
            });
            let answered = game.post(outgoing(format!("http://{address}/?key=SECRET"))).await;
            assert_eq!(answered.status, None);
            let error = answered.error.unwrap();
            assert!(!error.is_empty() && !error.contains("SECRET"), "{error}");
            served.join().unwrap();
        }

        let mut bad_header = outgoing("http://127.0.0.1/");
        bad_header.headers.push(("x", "a\r\nb: c".into()));
        assert!(game.post(bad_header).await.error.unwrap().contains("character"));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn the_guard_sees_what_a_name_stands_for() {
        let (address, served) = server(|mut stream| {
            read_until(&mut stream, "{}");
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
        });
        let url = format!("http://localhost:{}/", address.port());
        assert_eq!(game(Policy::Loopback).post(outgoing(url)).await.status, Some(204));
        served.join().unwrap();

        // Past the check of the URL, as a name that only turns out to be local
        // when it is looked up.
        let guarded = game(Policy::Public);
        let place = Place { encrypted: true, host: Host::Domain("localhost".into()), port: 1 };
        let why = guarded.connect(&place).await.err().unwrap();
        assert!(why.starts_with("refused: localhost stands for ") && why.contains("a loopback address;"), "{why}");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_connection_is_kept_until_the_game_closes_it() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answer = |stream: &mut TcpStream| {
            read_until(stream, "{}");
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
        };
        let served = std::thread::spawn(move || {
            // Two requests over the first connection; the third comes when it
            // is being closed, or after that.
            let (mut first, _) = listener.accept().unwrap();
            answer(&mut first);
            answer(&mut first);
            drop(first);
            answer(&mut listener.accept().unwrap().0);
        });
        let game = game(Policy::Loopback);
        for _ in 0..3 {
            let answered = game.post(outgoing(format!("http://{address}/"))).await;
            assert_eq!((answered.status, answered.error), (Some(204), None));
        }
        served.join().unwrap();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_connection_leads_to_one_place_and_grows_old() {
        let (address, served) = server(|mut stream| drop(stream.read(&mut [0])));
        let kept = Kept::default();
        let place = |port| Place { encrypted: false, host: Host::Ipv4(Ipv4Addr::LOCALHOST), port };
        let game = game(Policy::Loopback);
        let line = game.connect(&place(address.port())).await.unwrap();
        let made = line.made;
        assert!(kept.put(&place(1), line), "the first needs somebody to look after it");
        assert!(kept.take(&place(2), made).is_none());
        let line = kept.take(&place(1), made).unwrap();
        assert_eq!(line.made, made);
        assert!(!kept.put(&place(1), line), "the others do not");
        assert!(!kept.sweep(), "it is not old yet");
        assert!(kept.take(&place(1), made + LIFE).is_none());
        assert!(kept.sweep(), "none is left");
        served.join().unwrap();
    }

    #[test]
    fn one_forbidden_address_spoils_the_name() {
        let at = |ip: &str| SocketAddr::new(ip.parse().unwrap(), 0);
        let check = |ips: &[&str]| {
            let checked = check_all("game.example", ips.iter().map(|ip| at(ip)).collect(), Policy::Public);
            checked.map_err(|Stopped(why)| why)
        };
        assert_eq!(check(&["8.8.8.8", "2606:4700::1111"]), Ok(vec![at("8.8.8.8"), at("2606:4700::1111")]));
        assert_eq!(
            check(&["8.8.8.8", "10.0.0.5"]),
            Err("refused: game.example stands for 10.0.0.5, a private address; webhooks go only to public addresses"
                .into())
        );
        assert!(check(&["10.0.0.5", "8.8.8.8"]).is_err());
        assert_eq!(check(&[]), Err("the name game.example has no address".into()));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn urls_that_are_refused_unseen() {
        let public = game(Policy::Public);
        for local in [
            "0x7f.1",
            "2130706433",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "127.1",
            "0177.0.0.1",
            "017700000001",
            "127.0.0.1.",
            "１２７.0.0.1",
            "localhost",
            "localhost.",
            "LOCALHOST",
            "a.localhost.",
            "[::1]",
            "[::]",
            "0",
            "10.0.0.5",
            "169.254.169.254",
            "[fd00:ec2::254]",
        ] {
            let answered = public.post(outgoing(format!("https://{local}/"))).await;
            let error = answered.error.unwrap();
            assert!(error.starts_with("refused: "), "{local}: {error}");
            assert!(error.ends_with("; webhooks go only to public addresses"), "{local}: {error}");
            let unencrypted = public.post(outgoing(format!("http://{local}/"))).await;
            assert_eq!(unencrypted.error.as_deref(), Some("refused: the webhook URL must begin with https://"));
        }
        assert_eq!(
            public.post(outgoing("https://10.0.0.5/")).await.error.as_deref(),
            Some("refused: 10.0.0.5 is a private address; webhooks go only to public addresses")
        );
        for policy in [Policy::Public, Policy::Loopback] {
            for bad in [
                "",
                "game.example/hook",
                "ftp://game.example/",
                "file:///etc/passwd",
                "data:,",
                "https://",
                "https://user@game.example/",
                "https://:pass@game.example/",
                "https://0xffffffffff/",
                "https://10.0.0.5/",
                "https://[fe80::1]/",
            ] {
                let refused = allowed_url(bad, policy).unwrap_err();
                assert!(refused.starts_with("refused: ") && !refused.contains("pass@"), "{bad}: {refused}");
            }
            assert!(allowed_url("https://game.example:8443/hook?x=y", policy).is_ok());
            assert!(allowed_url("https://8.8.8.8/", policy).is_ok());
        }
        for local in ["http://127.1/", "http://localhost:3000/", "http://[::1]/", "http://[::ffff:127.0.0.1]/"] {
            assert!(allowed_url(local, Policy::Loopback).is_ok(), "{local}");
        }
    }

    #[test]
    fn every_family_of_forbidden_addresses() {
        // First and last of each, with what lies beside where that is public.
        let table: &[(&str, &[&str])] = &[
            ("the unspecified address", &["0.0.0.0", "::"]),
            ("an address of this network", &["0.0.0.1", "0.255.255.255"]),
            (
                "a private address",
                &[
                    "10.0.0.0",
                    "10.255.255.255",
                    "172.16.0.0",
                    "172.31.255.255",
                    "192.168.0.0",
                    "192.168.255.255",
                    "fc00::",
                    "fd00::1",
                    "fdff:ffff::1",
                ],
            ),
            ("a loopback address", &["127.0.0.1", "127.255.255.255", "::1"]),
            ("a link-local address", &["169.254.0.0", "169.254.169.254", "169.254.255.255", "fe80::1", "febf::1"]),
            ("an address inside a provider's network", &["100.64.0.0", "100.127.255.255", "64:ff9b:1::8.8.8.8"]),
            ("an address for benchmarks", &["198.18.0.0", "198.19.255.255", "2001:2::1"]),
            (
                "an address for documentation",
                &["192.0.2.1", "198.51.100.1", "203.0.113.255", "2001:db8::", "2001:db8:ffff::1", "3fff:fff::1"],
            ),
            ("a multicast address", &["224.0.0.1", "239.255.255.255", "ff02::1"]),
            ("the broadcast address", &["255.255.255.255"]),
            (
                "a reserved address",
                &[
                    "240.0.0.0",
                    "255.255.255.254",
                    "192.0.0.170",
                    "2001:1::1",
                    "2001:1ff::1",
                    "4000::",
                    "5f00::1",
                    "fbff::1",
                    "fe00::1",
                    "::8.8.8.8",
                    "::2",
                    "1fff::1",
                    "::ffff:0:8.8.8.8",
                    "200::1",
                ],
            ),
            ("a relay address", &["192.88.99.1"]),
            ("a site-local address", &["fec0::1", "feff::1"]),
            ("an address that discards everything", &["100::1"]),
        ];
        for (kind, addresses) in table {
            for ip in *addresses {
                let ip: IpAddr = ip.parse().unwrap();
                assert_eq!(forbidden(ip, Policy::Public), Some(*kind), "{ip}");
                let loopback = (*kind != "a loopback address").then_some(*kind);
                assert_eq!(forbidden(ip, Policy::Loopback), loopback, "{ip}");
            }
        }
        for (ip, kind) in [
            ("::ffff:10.0.0.5", "a private address"),
            ("::ffff:169.254.169.254", "a link-local address"),
            ("::ffff:0.0.0.0", "the unspecified address"),
            ("64:ff9b::192.168.1.1", "a private address"),
            ("64:ff9b::127.0.0.1", "a loopback address"),
            ("2002:a00:5::1", "a private address"),
            ("2002:7f00:1::", "a loopback address"),
            // Teredo with a forbidden server, then with a forbidden client.
            ("2001:0:a00:5:0:0:f7f7:f7f7", "a private address"),
            ("2001:0:808:808:0:0:80ff:fffe", "a loopback address"),
        ] {
            let ip: IpAddr = ip.parse().unwrap();
            // Loopback behind a translator is somebody else's machine.
            assert_eq!(forbidden(ip, Policy::Public), Some(kind), "{ip}");
            assert_eq!(forbidden(ip, Policy::Loopback), Some(kind), "{ip}");
        }
        let mapped: IpAddr = "::ffff:127.0.0.1".parse().unwrap();
        assert_eq!(forbidden(mapped, Policy::Public), Some("a loopback address"));
        assert_eq!(forbidden(mapped, Policy::Loopback), None);
        for public in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2001:4860:4860::8888",
            "2a00::1",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "2002:808:808::1",
            "2001:0:808:808:0:0:f7f7:f7f7",
            "2001:200::1",
            "3ffe:ffff::1",
        ] {
            let ip: IpAddr = public.parse().unwrap();
            assert_eq!(forbidden(ip, Policy::Public), None, "{ip}");
            assert_eq!(forbidden(ip, Policy::Loopback), None, "{ip}");
        }
    }
}
