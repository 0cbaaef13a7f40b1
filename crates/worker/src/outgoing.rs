//! Webhooks on their way out.
//!
//! Where they may go is said by the guard, which is asked where the connection
//! is made.
//!
//! A connection is kept for the next webhook to the same place, but not for
//! long: it was looked at when it was made. Whoever waits for an answer moves the
//! connection on: a task of its own would cost two changes of tasks for each
//! request.

use crate::guard::{Policy, allowed_url, look_up};
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
use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use url::{Host, Position};

/// What is kept of an answer's body. More is not even read.
pub const BODY_LIMIT: usize = 16 * 1024;

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
    use std::net::{Ipv4Addr, TcpListener, TcpStream};
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

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn nothing_is_sent_to_urls_that_are_refused_unseen() {
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
    }
}
