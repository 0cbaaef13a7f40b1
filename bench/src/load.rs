//! The load: a client that costs as little as a client can, because it shares the machine with what it measures.

use crate::Fallible;
use crate::machine::Process;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Connections of every measurement that does not say otherwise.
pub const CONNECTIONS: usize = 64;

/// One of the requests that belong together.
#[derive(Clone)]
pub enum Step {
    /// Written out in advance.
    Given(Vec<u8>),
    /// Made from the body of the answer before.
    After(fn(&[u8]) -> Vec<u8>),
}

/// What is sent, written out in advance as far as it can be.
#[derive(Clone)]
pub struct Requests {
    /// What is sent one after the other on one connection and counts as one.
    all: Arc<Vec<Vec<Step>>>,
    limit: usize,
}

impl Requests {
    /// Each of them once.
    pub fn once(all: Vec<Vec<u8>>) -> Self {
        let limit = all.len();
        Requests { limit, ..Self::cycle(all) }
    }

    /// Over and over.
    pub fn cycle(all: Vec<Vec<u8>>) -> Self {
        Self::chains(all.into_iter().map(|one| vec![Step::Given(one)]).collect())
    }

    /// Over and over, of requests that belong together.
    pub fn chains(all: Vec<Vec<Step>>) -> Self {
        Requests { all: Arc::new(all), limit: usize::MAX }
    }

    /// At most `limit` of them.
    pub fn at_most(self, limit: usize) -> Self {
        Requests { limit: limit.min(self.limit), ..self }
    }

    fn get(&self, index: usize) -> Option<&[Step]> {
        if index >= self.limit || self.all.is_empty() {
            return None;
        }
        self.all.get(index % self.all.len()).map(Vec::as_slice)
    }
}

/// What a load is.
#[derive(Clone)]
pub struct Load {
    /// Where to.
    pub address: SocketAddr,
    /// What.
    pub requests: Requests,
    /// At one time.
    pub connections: usize,
    /// For how long, unless the requests run out first.
    pub time: Duration,
    /// What every answer must be; of requests that belong together the last one, and the others 200. A figure of
    /// failures is no figure.
    pub status: u16,
}

/// What came of a slice of load.
#[derive(Clone, Debug)]
pub struct Slice {
    /// Answers per second.
    pub rate: f64,
    /// The median latency, in microseconds.
    pub p50: f64,
    /// The latency that one answer in a hundred exceeds, in microseconds.
    pub p99: f64,
    /// Processor time of the server for each answer, in microseconds, where the system tells.
    pub server_us: Option<f64>,
}

impl Slice {
    /// Where nothing but the rate is known.
    pub fn of_rate(rate: f64) -> Self {
        Slice { rate, p50: f64::NAN, p99: f64::NAN, server_us: None }
    }
}

/// Runs a load and measures it, with the processor time of the server.
pub fn measure(runtime: &tokio::runtime::Runtime, load: &Load, server: &Process) -> Fallible<Slice> {
    let before = server.cpu();
    let (mut latencies, elapsed, _) = runtime.block_on(drive(load, false))?;
    let spent = before.zip(server.cpu()).map(|(before, after)| after.saturating_sub(before));
    latencies.sort_unstable();
    let count = latencies.len();
    if count == 0 {
        return Err("not one request was answered in time".into());
    }
    let at = |share: usize| f64::from(latencies[(count * share / 100).min(count - 1)]);
    Ok(Slice {
        rate: count as f64 / elapsed.as_secs_f64(),
        p50: at(50),
        p99: at(99),
        server_us: spent.map(|spent| spent.as_secs_f64() * 1e6 / count as f64),
    })
}

/// Sends every request once and gives back the bodies of the answers, in no particular order.
pub fn bodies(runtime: &tokio::runtime::Runtime, load: &Load) -> Fallible<Vec<Vec<u8>>> {
    runtime.block_on(drive(load, true)).map(|(_, _, bodies)| bodies)
}

/// Latencies in microseconds, how long it took, and the bodies if they are wanted.
type Driven = (Vec<u32>, Duration, Vec<Vec<u8>>);

async fn drive(load: &Load, keep: bool) -> Fallible<Driven> {
    let mut streams = Vec::new();
    for _ in 0..load.connections {
        let stream = TcpStream::connect(load.address).await.map_err(|e| format!("cannot connect: {e}"))?;
        stream.set_nodelay(true).map_err(|e| e.to_string())?;
        streams.push(stream);
    }
    let next = Arc::new(AtomicUsize::new(0));
    let start = Instant::now();
    let mut tasks = Vec::new();
    for stream in streams {
        tasks.push(tokio::spawn(talk(stream, load.clone(), next.clone(), start + load.time, keep)));
    }
    let (mut latencies, mut bodies) = (Vec::new(), Vec::new());
    for task in tasks {
        let (some, told) = task.await.map_err(|e| e.to_string())??;
        latencies.extend(some);
        bodies.extend(told);
    }
    Ok((latencies, start.elapsed(), bodies))
}

async fn talk(
    mut stream: TcpStream,
    load: Load,
    next: Arc<AtomicUsize>,
    until: Instant,
    keep: bool,
) -> Fallible<(Vec<u32>, Vec<Vec<u8>>)> {
    let (mut latencies, mut bodies) = (Vec::new(), Vec::new());
    let mut buffer = Vec::with_capacity(16 * 1024);
    loop {
        let sent = Instant::now();
        if sent >= until {
            break;
        }
        let Some(steps) = load.requests.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
        let mut before = Vec::new();
        for (n, step) in steps.iter().enumerate() {
            let made;
            let request = match step {
                Step::Given(request) => request,
                Step::After(make) => {
                    made = make(&before);
                    &made
                }
            };
            stream.write_all(request).await.map_err(|e| format!("cannot send: {e}"))?;
            let answer = receive(&mut stream, &mut buffer).await?;
            let is_last = n + 1 == steps.len();
            let status = if is_last { load.status } else { 200 };
            if answer.status != status {
                let (is, text) = (answer.status, String::from_utf8_lossy(&buffer));
                return Err(format!("an answer was {is}, not {status}:\n{text}"));
            }
            if !is_last || keep {
                before = answer.body.to_vec();
            }
        }
        latencies.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
        if keep {
            bodies.push(before);
        }
    }
    Ok((latencies, bodies))
}

/// The next answer on a connection.
async fn receive<'b>(stream: &mut TcpStream, buffer: &'b mut Vec<u8>) -> Fallible<Answer<'b>> {
    buffer.clear();
    loop {
        let read = stream.read_buf(buffer).await.map_err(|e| format!("cannot receive: {e}"))?;
        if read == 0 {
            return Err("the server closed the connection".into());
        }
        if Answer::read(buffer).is_some() {
            break;
        }
    }
    Answer::read(buffer).ok_or_else(|| "an answer is gone".into())
}

/// An answer that has arrived whole.
#[derive(Debug, PartialEq, Eq)]
struct Answer<'a> {
    status: u16,
    body: &'a [u8],
}

impl<'a> Answer<'a> {
    /// Nothing while some of it is missing.
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let (head, body) = (str::from_utf8(&bytes[..end]).ok()?, &bytes[end + 4..]);
        let status = head.get(9..12)?.parse().ok()?;
        let mut length = 0;
        for line in head.lines().skip(1) {
            let Some((name, value)) = line.split_once(':') else { continue };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().ok()?;
            }
            if name.eq_ignore_ascii_case("transfer-encoding") {
                return body.ends_with(b"0\r\n\r\n").then_some(Answer { status, body });
            }
        }
        body.get(..length).map(|body| Answer { status, body })
    }
}

/// A request without a body.
pub fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").into_bytes()
}

/// A request with a body.
pub fn post(path: &str, kind: &str, authorization: Option<&str>, body: &str) -> Vec<u8> {
    let authorization = authorization.map(|value| format!("authorization: {value}\r\n")).unwrap_or_default();
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {kind}\r\n{authorization}content-length: {length}\
         \r\n\r\n{body}"
    )
    .into_bytes()
}

/// A request with credentials, and with a body of JSON or none.
pub fn request(method: &str, path: &str, authorization: &str, body: &str) -> Vec<u8> {
    let kind = if body.is_empty() { "" } else { "content-type: application/json\r\n" };
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\n{kind}authorization: {authorization}\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_when_it_is_whole() {
        let whole = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nx: y\r\n\r\nhello";
        for end in 0..whole.len() {
            assert_eq!(Answer::read(&whole[..end]), None, "{end}");
        }
        assert_eq!(Answer::read(whole), Some(Answer { status: 200, body: b"hello" }));
        assert_eq!(Answer::read(b"HTTP/1.1 204 No Content\r\n\r\n"), Some(Answer { status: 204, body: b"" }));
        let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
        assert_eq!(Answer::read(&chunked[..chunked.len() - 1]), None);
        assert!(Answer::read(chunked).is_some());
    }

    #[test]
    fn requests_end_when_they_are_to() {
        let one = || vec![b"a".to_vec(), b"b".to_vec()];
        let sent = |requests: &Requests, n| match requests.get(n) {
            Some([Step::Given(request)]) => Some(request.clone()),
            _ => None,
        };
        assert_eq!(sent(&Requests::once(one()), 1), Some(b"b".to_vec()));
        assert!(Requests::once(one()).get(2).is_none());
        assert_eq!(sent(&Requests::cycle(one()), 2), Some(b"a".to_vec()));
        assert!(Requests::cycle(one()).at_most(2).get(2).is_none());
        assert!(Requests::once(vec![]).get(0).is_none());
    }

    #[test]
    fn a_request_says_how_long_it_is() {
        let request = String::from_utf8(post("/a", "text/plain", Some("Basic x"), "né")).unwrap();
        assert!(request.contains("\r\nauthorization: Basic x\r\ncontent-length: 3\r\n\r\nné"), "{request}");
    }
}
