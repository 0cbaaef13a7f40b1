//! What clients do on the wire that no request built by a library does.

use coinslot::server::{self, Options};
use coinslot_tests::world::{OPTIONS, checkout_body, merchant_request};
use coinslot_tests::{Engine, World};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The world's server on a real port.
async fn listen(world: &World) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    listen_with(world, OPTIONS).await
}

async fn listen_with(world: &World, options: Options) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let stopped = async {
        let _ = stopped.await;
    };
    let serving = tokio::spawn(server::serve(listener, world.router.clone(), options, stopped));
    (address, stop, serving)
}

/// Sends bytes and reads until the server closes the connection.
async fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn request_line(line: &str, body: &str) -> Vec<u8> {
    format!(
        "{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Basic MjM0MDpkZW1vX2FwaV9rZXk=\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_spaces_after_the_method_are_fine() {
    let world = World::new(Engine::Sqlite).await;
    let (address, _stop, _) = listen(&world).await;
    let body = checkout_body("9.99", "USD");
    let answer = raw(address, &request_line("POST  /merchant/v2/merchants/2340/token", &body)).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains(r#"{"token":""#), "{answer}");
    // The calls for which that client does it.
    let users = "/merchant/v2/projects/18404/users";
    let answer = raw(address, &request_line(&format!("POST {users}"), r#"{"user_id":"p"}"#)).await;
    assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
    for call in ["add", "remove"] {
        let line = format!("POST  {users}/p/virtual_items/{call}");
        let answer = raw(address, &request_line(&line, r#"{"virtual_items":[]}"#)).await;
        assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_is_refused_and_others_are_served() {
    let world = World::new(Engine::Sqlite).await;
    let (address, _stop, _) = listen(&world).await;
    for nonsense in
        [&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc"[..], b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\0\0\0\0\r\n\r\n"]
    {
        let answer = raw(address, nonsense).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
    // One who never finishes a request holds up nobody.
    let mut slow = TcpStream::connect(address).await.unwrap();
    slow.write_all(b"POST /merchant/v2/merchants/2340/token HTTP/1.1\r\nHost:").await.unwrap();
    let answer = raw(address, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_cannot_take_all_connections() {
    let world = World::new(Engine::Sqlite).await;
    let options = Options { connections_per_address: Some(3), ..OPTIONS };
    let (address, _stop, _) = listen_with(&world, options).await;
    let ask = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(ask).await.unwrap();
        let mut first = [0; 8];
        stream.read_exact(&mut first).await.unwrap();
        held.push(stream);
    }
    let mut fourth = TcpStream::connect(address).await.unwrap();
    // It may be closed before or after this arrives; in neither case is it answered.
    let _ = fourth.write_all(ask).await;
    let mut answer = Vec::new();
    let _ = fourth.read_to_end(&mut answer).await;
    assert!(answer.is_empty(), "{}", String::from_utf8_lossy(&answer));
    assert!(!held.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_large_is_413_and_nothing_is_kept() {
    let world = World::new(Engine::Sqlite).await;
    let body = format!(r#"{{"custom_parameters":{{"a":"{}"}}}}"#, "x".repeat(1 << 20));
    let reply = world.send(merchant_request("POST", "/merchant/v2/merchants/2340/token", &body)).await;
    assert_eq!(reply.status, 413);
    assert_eq!(reply.json()["http_status_code"], 413);
    // The largest that fits is answered for what it says.
    let body = format!(r#"{{"custom_parameters":{{"a":"{}"}}}}"#, "x".repeat((1 << 20) - 64));
    let reply = world.send(merchant_request("POST", "/merchant/v2/merchants/2340/token", &body)).await;
    assert_eq!(reply.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn told_to_stop_it_finishes_what_is_under_way() {
    let world = World::new(Engine::Sqlite).await;
    let (address, stop, serving) = listen(&world).await;
    let body = checkout_body("9.99", "USD");
    let whole = request_line("POST /merchant/v2/merchants/2340/token", &body);
    let (first, rest) = whole.split_at(whole.len() - 10);
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(first).await.unwrap();
    // Another request on another connection proves that the first arrived.
    raw(address, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    stop.send(()).unwrap();
    stream.write_all(rest).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    serving.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "it still listens");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_of_a_card_reaches_the_database() {
    let world = World::new(Engine::Sqlite).await;
    for card in ["4111111111111111", "4000000000000010", "4999999999999996", "5555555555554444"] {
        let token = world.token("9.99", "USD").await;
        world.pay(&token, card).await;
    }
    world.run_due().await;
    for (request, _) in world.game.take() {
        assert!(!holds_card(request.body.as_bytes()), "{}", request.body);
    }
    let mut files = 0;
    for entry in std::fs::read_dir(world.directory()).unwrap() {
        let path = entry.unwrap().path();
        files += 1;
        assert!(!holds_card(&std::fs::read(&path).unwrap()), "{} holds a card number", path.display());
    }
    assert!(files >= 2, "the database and its log");
}

/// Whether 16 digits of one of the cards above stand in the bytes.
fn holds_card(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    ["4111111111111111", "4000000000000010", "4999999999999996", "5555555555554444"].iter().any(|c| text.contains(c))
}
