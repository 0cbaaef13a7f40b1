//! The ceiling of webhooks: a loop that signs a body and posts it, with nothing stored.

use crate::Fallible;
use crate::load::Slice;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use sha1::{Digest as _, Sha1};
use sha2::Sha256;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use tokio::net::TcpStream;

const SECRET: &str = "demo_secret_key";

/// Posts a body `count` times over so many connections, each kept or each for one request only.
pub fn post(
    runtime: &tokio::runtime::Runtime,
    receiver: SocketAddr,
    body: &str,
    count: usize,
    connections: usize,
    keep: bool,
) -> Fallible<Slice> {
    let next = Arc::new(AtomicUsize::new(0));
    let start = Instant::now();
    runtime.block_on(async {
        let mut tasks = Vec::new();
        for _ in 0..connections {
            tasks.push(tokio::spawn(talk(receiver, Bytes::from(body.to_owned()), next.clone(), count, keep)));
        }
        for task in tasks {
            task.await.map_err(|e| e.to_string())??;
        }
        Ok::<_, String>(())
    })?;
    Ok(Slice::of_rate(count as f64 / start.elapsed().as_secs_f64()))
}

async fn talk(receiver: SocketAddr, body: Bytes, next: Arc<AtomicUsize>, count: usize, keep: bool) -> Fallible<()> {
    let mut connection = None;
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        if index >= count {
            return Ok(());
        }
        let mut sender = match connection.take() {
            Some(sender) => sender,
            None => connect(receiver).await?,
        };
        let answer = sender.send_request(signed(receiver, index, &body)?).await.map_err(|e| e.to_string())?;
        if !answer.status().is_success() {
            return Err(format!("the receiver answered {}", answer.status()));
        }
        answer.into_body().collect().await.map_err(|e| e.to_string())?;
        if keep {
            connection = Some(sender);
        }
    }
}

async fn connect(receiver: SocketAddr) -> Fallible<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(receiver).await.map_err(|e| format!("cannot connect: {e}"))?;
    stream.set_nodelay(true).map_err(|e| e.to_string())?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|e| e.to_string())?;
    tokio::spawn(connection);
    Ok(sender)
}

/// The request with both signatures, as the server sends it.
fn signed(receiver: SocketAddr, index: usize, body: &Bytes) -> Fallible<Request<Full<Bytes>>> {
    let documented = Sha1::new().chain_update(body).chain_update(SECRET).finalize();
    let documented: String = documented.iter().map(|byte| format!("{byte:02x}")).collect();
    let (id, time) = (format!("evt_{index}"), "1767323045");
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).map_err(|e| e.to_string())?;
    for part in [id.as_bytes(), b".", time.as_bytes(), b".", body] {
        mac.update(part);
    }
    Request::post("/webhook")
        .header("host", receiver.to_string())
        .header("accept", "application/json")
        .header("content-type", "application/json")
        .header("authorization", format!("Signature {documented}"))
        .header("webhook-id", id)
        .header("webhook-timestamp", time)
        .header("webhook-signature", format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
        .body(Full::new(body.clone()))
        .map_err(|e| e.to_string())
}
