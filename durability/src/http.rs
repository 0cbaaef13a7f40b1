//! As much of HTTP as the rigs need: a request on a connection of its own, and
//! the receiver's server.

use crate::client::{AUTHORIZATION, Call, Door, Reply};
use crate::outside::Receiver;
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Longer than anything here takes; a server that is slower has failed.
const PATIENCE: Option<Duration> = Some(Duration::from_secs(30));

/// A server behind an address.
pub struct Tcp(pub SocketAddr);

impl Door for Tcp {
    fn send(&self, call: &Call) -> Option<Reply> {
        let mut stream = TcpStream::connect(self.0).ok()?;
        stream.set_read_timeout(PATIENCE).ok()?;
        let content_type = call.content_type.map(|t| format!("content-type: {t}\r\n")).unwrap_or_default();
        let (method, path, body) = (call.method, &call.path, &call.body);
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: {AUTHORIZATION}\r\nconnection: close\r\n\
             content-length: {}\r\n{content_type}\r\n{body}",
            self.0,
            body.len()
        );
        stream.write_all(request.as_bytes()).ok()?;
        let message = Message::read(&mut BufReader::new(stream))?;
        let status = message.first.split(' ').nth(1)?.parse().ok()?;
        Some(Reply { status, body: message.body })
    }
}

/// A request or an answer. One that breaks off is none: a killed server's half
/// answer promises nothing.
struct Message {
    first: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Message {
    fn read(stream: &mut impl BufRead) -> Option<Message> {
        let mut line = || {
            let mut line = String::new();
            stream.read_line(&mut line).ok()?;
            line.strip_suffix("\r\n").map(str::to_string)
        };
        let first = line()?;
        let mut headers = Vec::new();
        loop {
            let header = line()?;
            if header.is_empty() {
                break;
            }
            let (name, value) = header.split_once(':')?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_string()));
        }
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let mut body = vec![0; length.map_or(Some(0), |(_, n)| n.parse().ok())?];
        stream.read_exact(&mut body).ok()?;
        Some(Message { first, headers, body: String::from_utf8(body).ok()? })
    }
}

/// The receiver's server; it ends with this value.
pub struct Serving {
    /// Where it listens.
    pub address: SocketAddr,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Serving {
    /// Serves on a free port.
    ///
    /// # Panics
    /// When no port is free.
    pub fn start(receiver: Arc<Receiver>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let over = Arc::new(AtomicBool::new(false));
        let is_over = over.clone();
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if is_over.load(Ordering::SeqCst) {
                    return;
                }
                let receiver = receiver.clone();
                std::thread::spawn(move || answer(&receiver, stream));
            }
        });
        Serving { address, over, thread: Some(thread) }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // Wakes it from waiting for a connection.
        let woken = TcpStream::connect(self.address).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| woken) {
            let _ = thread.join();
        }
    }
}

fn answer(receiver: &Receiver, mut stream: TcpStream) -> Option<()> {
    stream.set_read_timeout(PATIENCE).ok()?;
    let message = Message::read(&mut BufReader::new(stream.try_clone().ok()?))?;
    let header = |name: &str| message.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone());
    let status = receiver.receive(header, &message.body);
    let reason = if status < 300 { "Fine" } else { "Not now" };
    let length = if status == 204 { "" } else { "content-length: 0\r\n" };
    write!(stream, "HTTP/1.1 {status} {reason}\r\n{length}connection: close\r\n\r\n").ok()?;
    stream.shutdown(Shutdown::Write).ok()
}
