//! What broken and hostile clients send hurts nobody else.

use coinslot::server::{self, Deadlines, Options};
use coinslot_tests::targets::mutated;
use coinslot_tests::world::{OPTIONS, SeededRandom, checkout_body};
use coinslot_tests::{Engine, World};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;

/// Requests that are wrong, over all.
const MANY: usize = 10_000;
/// Who sends them, at one time.
const SENDERS: usize = 8;
const SEED: u64 = 20_260_102;
const TOKEN: &str = "/merchant/v2/merchants/2340/token";
const CREDENTIALS: &str = "Authorization: Basic MjM0MDpkZW1vX2FwaV9rZXk=\r\nConnection: close\r\n";

async fn listen(world: &World, options: Options) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let doors = server::doors(&world.app, options);
    tokio::spawn(server::serve(listener, doors, options, std::future::pending()));
    address
}

/// Sends bytes and reads until the server closes the connection. What a server
/// says before it hangs up may be lost, so errors are an end, too.
async fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    exchange(address, bytes, false).await
}

/// The same; if `ends`, says that there are no more bytes, on which the server
/// may give up what it was about to answer.
async fn exchange(address: SocketAddr, bytes: &[u8], ends: bool) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let (mut read, mut write) = stream.split();
    let mut answer = Vec::new();
    let send = async {
        let _ = write.write_all(bytes).await;
        if ends {
            let _ = write.shutdown().await;
        }
    };
    let _ = tokio::join!(send, read.read_to_end(&mut answer));
    String::from_utf8_lossy(&answer).into_owned()
}

fn post(path: &str, headers: &str, body: &str) -> Vec<u8> {
    let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\n{CREDENTIALS}{headers}");
    format!("{head}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// Buys nothing, but goes all the way to the database and back.
async fn honest(address: SocketAddr) {
    let answer = raw(address, &post(TOKEN, "", &checkout_body("9.99", "USD"))).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}

/// The statuses of the answers on a connection.
fn statuses(answers: &str) -> Vec<u16> {
    answers.split("HTTP/1.1 ").skip(1).filter_map(|answer| answer.get(..3)?.parse().ok()).collect()
}

struct Hostile {
    random: SeededRandom,
    /// Method, path and example of every route.
    routes: Vec<(String, String, String)>,
}

impl Hostile {
    fn new(seed: u64) -> Self {
        let filled = |path: &str| {
            let part = |p: &str| match p {
                "{merchant_id}" => "2340".to_string(),
                "{project_id}" => "18404".to_string(),
                p if p.starts_with('{') => "1".to_string(),
                p => p.to_string(),
            };
            path.split('/').map(part).collect::<Vec<_>>().join("/")
        };
        let mut routes: Vec<_> = coinslot_api::routes()
            .iter()
            .map(|r| (r.method.to_string(), filled(&r.path), r.example.unwrap_or("{}").to_string()))
            .collect();
        let pages = coinslot_paystation::routes();
        routes.extend(pages.iter().map(|r| (r.method.to_string(), filled(r.path), String::new())));
        Hostile { random: SeededRandom::new(seed), routes }
    }

    fn below(&self, n: usize) -> usize {
        (self.random.number() % n as u64) as usize
    }

    fn one<'a>(&self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    /// A body that is more than it seems to be.
    fn bomb(&self) -> String {
        let many = 1 << (4 + self.below(13));
        match self.below(6) {
            0 => "[".repeat(many),
            1 => format!("[{}0]", "0,".repeat(many)),
            2 => format!("{{{}\"a\":1}}", "\"a\":1,".repeat(many)),
            3 => format!("{{\"purchase\":{{\"checkout\":{{\"amount\":{}}}}}}}", "9".repeat(many)),
            4 => format!("{{\"a\":\"{}\"}}", "\\u0000".repeat(many)),
            _ => format!("{{\"purchase\":{{\"virtual_items\":{{\"items\":[{}{{}}]}}}}}}", "{},".repeat(many)),
        }
    }

    /// A request that is wrong in some way, and whether it may lack its end.
    fn request(&self) -> (Vec<u8>, bool) {
        let kind = self.below(18);
        (self.of_kind(kind), kind < 8 || kind == 9 || kind == 13)
    }

    fn of_kind(&self, kind: usize) -> Vec<u8> {
        let (method, path, example) = &self.routes[self.below(self.routes.len())];
        let body = if example.is_empty() { "access_token=x&method=1380" } else { example };
        let line = format!("{method} {path} HTTP/1.1\r\nHost: x\r\n{CREDENTIALS}");
        let json = "Content-Type: application/json\r\n";
        let whole = format!("{line}{json}Content-Length: {}\r\n\r\n{body}", body.len());
        match kind {
            0 => (0..self.below(200)).map(|_| self.random.number() as u8).collect(),
            1 => mutated(&self.random, whole.as_bytes()),
            2 => {
                format!("{line}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n")
                    .into()
            }
            3 => format!("{line}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n").into(),
            4 => whole.replacen("\r\n", self.one(&["\r", "\n", "\r\r\n", "\r\n "]), 1 + self.below(4)).into(),
            5 => whole
                .replacen("Host: x", self.one(&["Host : x", "Ho\0st: x", "Host: \x07", " Host: x", "Host"]), 1)
                .into(),
            6 => whole.as_bytes()[..self.below(whole.len())].into(),
            7 => {
                let mut bytes = whole.into_bytes();
                let at = self.below(bytes.len());
                bytes.splice(at..at, *b"\xff\xc0\x80\xed\xa0\x80");
                bytes
            }
            8 => post(path, "", &self.bomb()),
            9 => {
                let chunk = self.one(&["FFFFFFFFFFFFFFFF", "-1", "zz", "10000000000000000000", "5;x=\"", ""]);
                format!("{line}{json}Transfer-Encoding: chunked\r\n\r\n{chunk}\r\nhello\r\n0\r\n\r\n").into()
            }
            10 => format!(
                "{method} {path}?{} HTTP/1.1\r\nHost: x\r\n{CREDENTIALS}\r\n",
                "a=b&".repeat(self.below(30_000))
            )
            .into(),
            11 => format!("{line}{}\r\n", "X-Many: 1\r\n".repeat(self.below(400))).into(),
            12 => format!("{line}X-Long: {}\r\n\r\n", "x".repeat(self.below(200_000))).into(),
            13 => {
                let length = self.one(&["-1", "1, 2", "x", "99999999999999999999", "1\r\nContent-Length: 2", "+4", ""]);
                format!("{line}{json}Content-Length: {length}\r\n\r\n{body}").into()
            }
            14 => post(
                path,
                self.one(&["Content-Encoding: gzip\r\n", "Expect: 100-continue\r\n", "Upgrade: h2c\r\n"]),
                body,
            ),
            15 => {
                let other =
                    self.one(&["TRACE", "CONNECT", "PATCH", "DELETE", "PUT", "POST", "HEAD", "OPTIONS", "BREW", "get"]);
                whole.replacen(method.as_str(), other, 1).into()
            }
            16 => {
                let body = mutated(&self.random, body.as_bytes());
                let head = format!("{line}{json}Content-Length: {}\r\n\r\n", body.len());
                [head.into_bytes(), body].concat()
            }
            _ => {
                let odd =
                    self.one(&["%00", "%ff%fe", "..%2f..", "%", "%zz", "\u{1F480}", "9223372036854775808", "-1", "//"]);
                let at = path.rfind('/').unwrap_or(0);
                format!(
                    "{method} {}/{odd}?limit={odd}&offset={odd} HTTP/1.1\r\nHost: x\r\n{CREDENTIALS}\r\n",
                    &path[..at]
                )
                .into()
            }
        }
    }
}

/// Memory that the process holds, in KiB, where the system says so.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.split_whitespace().next()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_malformed_requests_hurt_nobody() {
    let world = World::new(Engine::Sqlite).await;
    let address = listen(&world, OPTIONS).await;
    let before = resident();
    let mut senders = JoinSet::new();
    for sender in 0..SENDERS {
        senders.spawn(async move {
            let mut seen = BTreeSet::new();
            let hostile = Hostile::new(SEED + sender as u64);
            for i in 0..MANY / SENDERS {
                let (bytes, ends) = hostile.request();
                let answers = exchange(address, &bytes, ends).await;
                let shown = || String::from_utf8_lossy(&bytes[..bytes.len().min(600)]).into_owned();
                for status in statuses(&answers) {
                    assert!(status < 500, "seed {SEED}+{sender}, request {i}: {status} for {}\n{answers}", shown());
                }
                if i % 25 == 0 {
                    honest(address).await;
                }
                seen.extend(statuses(&answers));
            }
            seen
        });
    }
    let seen: BTreeSet<u16> = senders.join_all().await.into_iter().flatten().collect();
    // They came as far as they were meant to.
    for status in [200, 400, 404, 405, 413, 415, 422, 431] {
        assert!(seen.contains(&status), "{status} is not among {seen:?}");
    }
    honest(address).await;
    if let (Some(before), Some(after)) = (before, resident()) {
        assert!(after < before + 256 * 1024, "{before} KiB became {after} KiB");
    }
    world.check_books().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_with_two_lengths_smuggles_no_other() {
    let world = World::new(Engine::Sqlite).await;
    let address = listen(&world, OPTIONS).await;
    let smuggled = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    for lengths in [
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Content-Length: 0\r\n\tx\r\n",
    ] {
        let keeping = CREDENTIALS.replace("Connection: close\r\n", "");
        let whole = format!("POST {TOKEN} HTTP/1.1\r\nHost: x\r\n{keeping}{lengths}\r\n0\r\n\r\n{smuggled}");
        let answers = raw(address, whole.as_bytes()).await;
        let statuses = statuses(&answers);
        assert!(statuses == [400] || statuses == [422], "{lengths}\n{answers}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_much_is_refused_with_its_name() {
    let world = World::new(Engine::Sqlite).await;
    let address = listen(&world, OPTIONS).await;
    let wide = format!("[{}0]", "0,".repeat(60_000));
    for (what, request, expected) in [
        ("a long path", post(&format!("/merchant/{}", "x".repeat(80_000)), "", "{}"), &[414, 431][..]),
        ("many headers", post(TOKEN, &"X-A: b\r\n".repeat(200), "{}"), &[431]),
        ("a long header", post(TOKEN, &format!("X-A: {}\r\n", "b".repeat(200_000)), "{}"), &[431]),
        ("a compressed body", post(TOKEN, "Content-Encoding: gzip\r\n", "{}"), &[415]),
        ("a deep body", post(TOKEN, "", &"[".repeat(33)), &[422]),
        ("a wide body", post(TOKEN, "", &wide), &[422]),
        ("a large body", post(TOKEN, "", &" ".repeat((1 << 20) + 1)), &[413]),
        ("a plain body", post(TOKEN, "Content-Encoding: identity\r\n", "{}"), &[422]),
    ] {
        let answers = raw(address, &request).await;
        let status = *statuses(&answers).first().unwrap_or(&0);
        assert!(expected.contains(&status), "{what}: {}", &answers[..answers.len().min(400)]);
    }
    honest(address).await;
}

const SHORT: Duration = Duration::from_millis(50);

#[tokio::test(flavor = "multi_thread")]
async fn who_never_ends_a_request_is_hung_up_on() {
    let world = World::new(Engine::Sqlite).await;
    // Only as many as there are places: the next one gets one when these end.
    let options = Options {
        connections_per_address: Some(32),
        deadlines: Deadlines { headers: SHORT, ..Deadlines::USUAL },
        ..OPTIONS
    };
    let address = listen(&world, options).await;
    let mut held = Vec::new();
    for i in 0..32 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        // Some say nothing at all.
        if i % 2 == 0 {
            stream.write_all(b"POST /merchant/v2/merchants/2340/token HTTP/1.1\r\nHost:").await.unwrap();
        }
        held.push(stream);
    }
    for mut stream in held {
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(statuses(&String::from_utf8_lossy(&answer)).iter().all(|s| *s == 408 || *s == 400));
    }
    honest_in_the_end(address).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_ends_a_body_is_told_so() {
    let world = World::new(Engine::Sqlite).await;
    let options = Options { deadlines: Deadlines { request: SHORT, ..Deadlines::USUAL }, ..OPTIONS };
    let address = listen(&world, options).await;
    for key in ["", "Idempotency-Key: slow\r\n"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!("POST {TOKEN} HTTP/1.1\r\nHost: x\r\n{CREDENTIALS}{key}Content-Length: 100\r\n\r\n{{");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer).await;
        assert_eq!(statuses(&answer), [408], "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_reads_an_answer_gives_up_the_place() {
    let world = World::new(Engine::Sqlite).await;
    let options = Options {
        connections_per_address: Some(1),
        deadlines: Deadlines { stall: SHORT, headers: Duration::from_secs(600), ..Deadlines::USUAL },
        ..OPTIONS
    };
    let address = listen(&world, options).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut deaf = socket.connect(address).await.unwrap();
    // Megabytes, more than lies between the two.
    let ask = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n".repeat(200);
    let _ = deaf.write_all(ask.as_bytes()).await;
    honest_in_the_end(address).await;
    drop(deaf);
}

/// Asks until there is a place again.
async fn honest_in_the_end(address: SocketAddr) {
    let request = post(TOKEN, "", &checkout_body("9.99", "USD"));
    loop {
        let answer = raw(address, &request).await;
        if !answer.is_empty() {
            return assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        }
        tokio::task::yield_now().await;
    }
}
