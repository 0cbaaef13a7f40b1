//! The WebSocket that tells players how their orders go, spoken to as clients
//! do: a handshake by hand, masked frames, the JSON protocol of Centrifugo.

use axum::body::Body;
use axum::http::Request;
use coinslot::server;
use coinslot_app::tracking;
use coinslot_domain::time::Span;
use coinslot_tests::world::{OPTIONS, merchant_request, pay_request, player};
use coinslot_tests::{Engine, World};
use coinslot_wire::shop::tracking::pushed;
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tower::ServiceExt as _;

async fn listen(world: &World) -> (SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let stopped = async {
        let _ = stopped.await;
    };
    let serving = tokio::spawn(server::serve(listener, world.router.clone(), OPTIONS, stopped));
    (address, stop, serving)
}

/// A client's end of the socket.
struct Socket(TcpStream);

impl Socket {
    async fn open(address: SocketAddr, path: &str) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let hello = format!(
            "GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(hello.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        assert!(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "the answer to the published key: {head}");
        Socket(stream)
    }

    async fn say(&mut self, text: &str) {
        let mask = [1, 2, 3, 4];
        let mut frame = vec![0x81];
        match u16::try_from(text.len()).unwrap() {
            n @ 0..126 => frame.push(0x80 | n as u8),
            n => {
                frame.push(0x80 | 126);
                frame.extend(n.to_be_bytes());
            }
        }
        frame.extend(mask);
        frame.extend(text.bytes().enumerate().map(|(i, b)| b ^ mask[i % 4]));
        self.0.write_all(&frame).await.unwrap();
    }

    /// The next frame: a text, or the number with which it ends.
    async fn hear(&mut self) -> Result<Value, u16> {
        let kind = self.0.read_u8().await.unwrap() & 15;
        let length = match self.0.read_u8().await.unwrap() {
            126 => usize::from(self.0.read_u16().await.unwrap()),
            n => usize::from(n),
        };
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes).await.unwrap();
        match kind {
            1 => Ok(serde_json::from_slice(&bytes).unwrap()),
            8 => Err(u16::from_be_bytes([bytes[0], bytes[1]])),
            other => panic!("a frame of kind {other}"),
        }
    }

    async fn connect(address: SocketAddr, path: &str, authorization: &str) -> (Self, Result<Value, u16>) {
        let mut socket = Socket::open(address, path).await;
        let token = authorization.trim_start_matches("Bearer ");
        let hello = json!({"id": 1, "connect": {"data": {"auth": token, "project_id": 18404}}});
        socket.say(&hello.to_string()).await;
        let answer = socket.hear().await;
        (socket, answer)
    }
}

async fn call(world: &World, method: &str, path: &str, body: Value) -> Value {
    let reply = world.send(merchant_request(method, &format!("/merchant/v2{path}"), &body.to_string())).await;
    assert!(reply.status.is_success(), "{method} {path}: {}", reply.body);
    if reply.body.is_empty() { Value::Null } else { reply.json() }
}

async fn order(world: &World, id: &str, path: &str) -> Value {
    let request = Request::builder()
        .method("POST")
        .uri(format!("/api/v2/project/18404/{path}"))
        .header("authorization", player(id))
        .body(Body::from(r#"{"sandbox":true}"#))
        .unwrap();
    let reply = world.send(request).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_player_hears_of_each_step_of_an_order_and_nobody_else_does() {
    let world = World::new(Engine::Sqlite).await;
    let (address, _stop, _) = listen(&world).await;
    let sword = json!({"sku": "sword", "name": {"en": "Sword"}, "prices": {"USD": 5}});
    call(&world, "POST", "/projects/18404/virtual_items/items", sword).await;
    let leaflet = json!({"sku": "leaflet", "name": {"en": "Leaflet"}, "prices": {"USD": 0}});
    call(&world, "POST", "/projects/18404/virtual_items/items", leaflet).await;

    let (mut nova, hello) = Socket::connect(address, "/connection/websocket", &player("nova")).await;
    let hello = hello.unwrap();
    assert_eq!((&hello["id"], &hello["connect"]["ping"]), (&json!(1), &json!(25)));
    assert!(hello["connect"]["subs"]["order:18404#nova"].is_object(), "{hello}");
    let (mut other, hello) = Socket::connect(address, "/api/connection/websocket", &player("other")).await;
    assert!(hello.is_ok());

    let made = order(&world, "nova", "payment/item/sword").await;
    let (id, token) = (made["order_id"].as_i64().unwrap(), made["token"].as_str().unwrap());
    assert_eq!(world.send(pay_request(token, "4111111111111111")).await.status, 303);
    assert_eq!(pushed(&nova.hear().await.unwrap()), Some((id, "paid")));
    nova.say("{}").await;
    world.run_due().await;
    assert_eq!(pushed(&nova.hear().await.unwrap()), Some((id, "done")));
    let payment = world.payments().await[0].id;
    let refund = json!({"description": "no"});
    call(&world, "PUT", &format!("/merchants/2340/reports/transactions/{payment}/refund"), refund).await;
    let last = nova.hear().await.unwrap();
    assert_eq!(pushed(&last), Some((id, "canceled")));
    assert_eq!(last["push"]["pub"]["offset"], 3);

    // The first thing that the other one hears is of its own.
    let own = order(&world, "other", "free/item/leaflet").await["order_id"].as_i64().unwrap();
    assert_eq!(pushed(&other.hear().await.unwrap()), Some((own, "done")));
}

/// Another server of the same database did it, or nobody did: it became too late.
async fn what_this_server_did_not_do_is_told_too(engine: Engine) {
    let world = World::new(engine).await;
    let (address, _stop, _) = listen(&world).await;
    let sword = json!({"sku": "sword", "name": {"en": "Sword"}, "prices": {"USD": 5}});
    call(&world, "POST", "/projects/18404/virtual_items/items", sword).await;
    let beside = world.beside();
    let other = server::router(&beside, OPTIONS);
    let before = order(&world, "nova", "payment/item/sword").await["order_id"].as_i64().unwrap();
    let (mut nova, hello) = Socket::connect(address, "/connection/websocket", &player("nova")).await;
    assert!(hello.is_ok());

    let made = order(&world, "nova", "payment/item/sword").await;
    let (id, token) = (made["order_id"].as_i64().unwrap(), made["token"].as_str().unwrap());
    let paid = other.clone().oneshot(pay_request(token, "4111111111111111")).await.unwrap();
    assert_eq!(paid.status(), 303);
    assert_eq!(tracking::look(&world.app).await.unwrap(), 1);
    assert_eq!(pushed(&nova.hear().await.unwrap()), Some((id, "paid")));
    // Looking again says nothing again: the next that is heard is the next that happens.
    assert_eq!(tracking::look(&world.app).await.unwrap(), 1);
    let payment = world.payments().await[0].id;
    let path = format!("/merchant/v2/merchants/2340/reports/transactions/{payment}/refund");
    let refund = merchant_request("PUT", &path, r#"{"description": "no"}"#);
    let refunded = other.clone().oneshot(refund).await.unwrap();
    assert!(refunded.status().is_success());
    tracking::look(&world.app).await.unwrap();
    assert_eq!(pushed(&nova.hear().await.unwrap()), Some((id, "canceled")));

    world.advance(Span::hours(25));
    tracking::look(&world.app).await.unwrap();
    assert_eq!(pushed(&nova.hear().await.unwrap()), Some((before, "expired")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_this_server_did_not_do_is_told_on_sqlite() {
    what_this_server_did_not_do_is_told_too(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_on_one_postgresql_tell_the_same() {
    what_this_server_did_not_do_is_told_too(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_known_is_told_so_and_sent_away() {
    let world = World::new(Engine::Sqlite).await;
    let (address, _stop, _) = listen(&world).await;
    for token in ["", "a.b.c", &format!("{}x", player("p")), "4mq_1_aaaaaaaaaaaaaaaaaaaaaaaa"] {
        let (mut socket, answer) = Socket::connect(address, "/connection/websocket", token).await;
        assert_eq!(answer.unwrap()["error"]["code"], 101, "{token}");
        assert_eq!(socket.hear().await, Err(3500), "{token}");
    }
    let mut socket = Socket::open(address, "/connection/websocket").await;
    socket.say("nonsense").await;
    assert_eq!(socket.hear().await, Err(3501));
    let mut socket = Socket::open(address, "/connection/websocket").await;
    socket.say(r#"{"id":7,"subscribe":{"channel":"order:18404#nova"}}"#).await;
    assert_eq!(socket.hear().await.unwrap(), json!({"id": 7, "error": {"code": 101, "message": "unauthorized"}}));
    assert_eq!(socket.hear().await, Err(3501));
    // Once known, what there is not is refused and the connection stays.
    let (mut socket, _) = Socket::connect(address, "/connection/websocket", &player("p")).await;
    socket.say(r#"{"id":8,"history":{"channel":"x"}}"#).await;
    assert_eq!(socket.hear().await.unwrap()["error"]["code"], 104);
    for _ in 1..16 {
        let (socket, hello) = Socket::connect(address, "/connection/websocket", &player("p")).await;
        assert!(hello.is_ok());
        std::mem::forget(socket);
    }
    let (_, refused) = Socket::connect(address, "/connection/websocket", &player("p")).await;
    assert_eq!(refused, Err(3503), "too many of one player");
}

#[tokio::test(flavor = "multi_thread")]
async fn open_sockets_do_not_keep_the_server_from_ending() {
    let world = World::new(Engine::Sqlite).await;
    let (address, stop, serving) = listen(&world).await;
    let (_socket, hello) = Socket::connect(address, "/connection/websocket", &player("p")).await;
    assert!(hello.is_ok());
    stop.send(()).unwrap();
    serving.await.unwrap();
}
