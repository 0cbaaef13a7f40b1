//! The real binary, and as much of HTTP as its tests need.
#![allow(dead_code, reason = "each test uses its part")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// Longer than anything here takes.
const PATIENCE: Option<Duration> = Some(Duration::from_secs(60));

/// The binary, without settings of whoever runs the tests.
pub fn coinslot() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_coinslot"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("COINSLOT_")) {
        command.env_remove(name);
    }
    command
}

/// `coinslot dev` on a free port; killed with this value.
pub struct Server {
    process: Child,
    /// Kept open: a server that cannot say what it has to say ends.
    output: BufReader<ChildStdout>,
    /// Where it listens.
    pub address: SocketAddr,
    /// What it said when it was ready.
    pub said: String,
}

impl Server {
    /// Starts one, and returns when it is ready. Its log goes to `log`.
    pub fn dev_logging(database: &[&str], more: &[&str], log: Stdio) -> Server {
        let mut process = coinslot()
            .args(["dev", "--listen", "127.0.0.1:0"])
            .args(database)
            .args(more)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut said = String::new();
        while !said.contains("Stop with Ctrl-C.") {
            assert!(output.read_line(&mut said).unwrap() > 0, "the server ended: {said}");
        }
        let url = said.split("Demo game").nth(1).unwrap().trim().split("/demo").next().unwrap();
        let address = url.strip_prefix("http://").unwrap().parse().unwrap();
        Server { process, output, address, said }
    }

    /// Starts one whose log nobody reads.
    pub fn dev(database: &[&str], more: &[&str]) -> Server {
        Self::dev_logging(database, more, Stdio::null())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Sends a request on a connection of its own; status, head and body.
pub fn send(address: SocketAddr, method: &str, path: &str, headers: &[&str], body: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(PATIENCE).unwrap();
    let headers: String = headers.iter().map(|h| format!("{h}\r\n")).collect();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer to {method} {path}"));
    (head.split(' ').nth(1).unwrap().parse().unwrap(), head.to_string(), body.to_string())
}

/// A game's listener: what it answers to head and body. It ends with the test.
pub fn receiver(answer: impl Fn(&str, &str) -> (u16, &'static str) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A sender that hangs up is its own business.
            let _ = respond(stream, &answer);
        }
    });
    address
}

fn respond(mut stream: TcpStream, answer: &impl Fn(&str, &str) -> (u16, &'static str)) -> std::io::Result<()> {
    stream.set_read_timeout(PATIENCE)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    let lower = head.to_ascii_lowercase();
    let length = lower.split("content-length:").nth(1).and_then(|rest| rest.split("\r\n").next()?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let (status, text) = answer(&head, &String::from_utf8_lossy(&body));
    // 204 has no body, and so no length.
    let length = if status == 204 { String::new() } else { format!("content-length: {}\r\n", text.len()) };
    write!(stream, "HTTP/1.1 {status} Answer\r\n{length}connection: close\r\n\r\n{text}")
}
