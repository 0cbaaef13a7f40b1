//! `/connection/websocket`: tells players how their orders go, while they wait.
//!
//! A client says who it is in its first frame and is told of each order of that
//! player whose state changes. It has to answer pings.

use axum::Router;
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::get;
use coinslot_app::{Shared, merchant, player, tracking};
use coinslot_domain::id::{OrderId, ProjectId};
use coinslot_domain::order::Status;
use coinslot_wire::shop::tracking::{self as wire, PING, Said};
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// Until when a client has to say who it is.
const HELLO: Duration = Duration::from_secs(15);
/// How often a client is asked whether it is there. Who does not answer until
/// the next time is taken to be gone.
const EVERY: Duration = Duration::from_secs(25);
/// Pings after which a connection ends in any case: an hour. Clients wait ten
/// minutes.
const PINGS: u32 = 144;
/// Most bytes of a message. An honest one has a token.
const LONGEST: usize = 16 << 10;

/// Numbers of Centrifugo for why it ends.
const UNAUTHORIZED: i64 = 101;
const NO_METHOD: i64 = 104;
const BAD_TOKEN: u16 = 3500;
const BAD_REQUEST: u16 = 3501;
const NO_PONG: u16 = 3012;
const TOO_MANY: u16 = 3503;
const OVER: u16 = 3000;

/// Serves it, below `/api` too.
pub fn router(app: Shared) -> Router {
    let mut router = Router::new();
    for prefix in super::PREFIXES {
        router = router.route(&format!("{prefix}/connection/websocket"), get(upgrade));
    }
    router.with_state(app)
}

async fn upgrade(State(app): State<Shared>, socket: WebSocketUpgrade) -> Response {
    let socket = socket.max_message_size(LONGEST).max_frame_size(LONGEST);
    socket.on_upgrade(move |socket| async move {
        let mut client = Client { socket, offset: 0, told: HashMap::new() };
        if let Some(code) = serve(&app, &mut client).await {
            let close = CloseFrame { code, reason: "".into() };
            let _ = client.socket.send(Message::Close(Some(close))).await;
        }
    })
}

struct Client {
    socket: WebSocket,
    offset: u64,
    /// What was told last of each order.
    told: HashMap<OrderId, Status>,
}

impl Client {
    async fn say(&mut self, text: String) -> Option<()> {
        self.socket.send(Message::Text(text.into())).await.ok()
    }

    /// The next frames; `None` when the client is gone.
    async fn hear(&mut self) -> Option<Result<Vec<Said>, u16>> {
        loop {
            let frames = match self.socket.recv().await?.ok()? {
                Message::Text(text) => wire::read(&text),
                Message::Binary(bytes) => std::str::from_utf8(&bytes).ok().and_then(wire::read),
                Message::Close(_) => return None,
                Message::Ping(_) | Message::Pong(_) => continue,
            };
            return Some(frames.ok_or(BAD_REQUEST));
        }
    }
}

/// Serves a client until it leaves, or says why it has to.
async fn serve(app: &Shared, client: &mut Client) -> Option<u16> {
    let (channel, mut news) = match timeout(HELLO, hello(app, client)).await {
        Ok(known) => match known? {
            Ok(known) => known,
            Err(code) => return Some(code),
        },
        Err(_) => return Some(BAD_REQUEST),
    };
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first one is at once.
    ticks.tick().await;
    let (mut asked, mut pings) = (false, 0);
    loop {
        tokio::select! {
            found = news.recv() => {
                let (order, status) = found?;
                // What is new was told by who made it; what was told is no news.
                if client.told.insert(order, status) == Some(status) || status == Status::New {
                    continue;
                }
                client.offset += 1;
                client.say(wire::push(&channel, order, status, client.offset)).await?;
            }
            heard = client.hear() => match heard? {
                Ok(frames) => {
                    asked = false;
                    for said in frames {
                        if let Said::Other(id) | Said::Connect { id, .. } = said {
                            client.say(wire::refused(id, NO_METHOD, "method not found")).await?;
                        }
                    }
                }
                Err(code) => return Some(code),
            },
            _ = ticks.tick() => {
                if asked {
                    return Some(NO_PONG);
                }
                pings += 1;
                if pings > PINGS {
                    return Some(OVER);
                }
                asked = true;
                client.say(PING.into()).await?;
            }
        }
    }
}

/// What a client that is known gets: its channel, and the news.
type Greeted = (String, Receiver<tracking::News>);

/// Waits until a client says who it is; `None` when it leaves before that.
async fn hello(app: &Shared, client: &mut Client) -> Option<Result<Greeted, u16>> {
    loop {
        let frames = match client.hear().await? {
            Ok(frames) => frames,
            Err(code) => return Some(Err(code)),
        };
        for said in frames {
            match said {
                Said::Pong => {}
                Said::Other(id) => {
                    client.say(wire::refused(id, UNAUTHORIZED, "unauthorized")).await?;
                    return Some(Err(BAD_REQUEST));
                }
                Said::Connect { id, token, project } => {
                    let Some((project, user)) = known(app, &token, project).await else {
                        client.say(wire::refused(id, UNAUTHORIZED, "unauthorized")).await?;
                        return Some(Err(BAD_TOKEN));
                    };
                    let Some(news) = tracking::watch(app, project, &user).await else { return Some(Err(TOO_MANY)) };
                    let channel = wire::channel(project, &user);
                    let text = wire::connected(id, &app.transaction_id(), &channel, EVERY.as_secs());
                    client.say(text).await?;
                    return Some(Ok((channel, news)));
                }
            }
        }
    }
}

/// The player of a token of a project.
async fn known(app: &Shared, token: &str, project: Option<ProjectId>) -> Option<(ProjectId, String)> {
    let project = merchant::anyones(app, project?).await.ok()??;
    let known = player::authenticate(app, &project, token).await.ok()??;
    Some((project.id, known.player.id.clone()))
}
