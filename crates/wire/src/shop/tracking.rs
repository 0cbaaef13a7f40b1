//! The frames of the WebSocket that tells players how their orders go: the JSON
//! protocol of Centrifugo, as far as clients of the published API use it.

use crate::read;
use crate::shape;
use coinslot_domain::id::{OrderId, ProjectId};
use coinslot_domain::order::Status;
use serde_json::{Value, json};

/// What a client says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// That it is there.
    Pong,
    /// Who it is.
    Connect {
        /// The number of the frame.
        id: i64,
        /// The player's token.
        token: String,
        /// The project, if it can be one.
        project: Option<ProjectId>,
    },
    /// Something else, by the number of the frame.
    Other(i64),
}

/// Reads the frames of a message, one a line; `None` for what is none.
pub fn read(text: &str) -> Option<Vec<Said>> {
    text.lines().filter(|line| !line.trim().is_empty()).map(frame).collect()
}

fn frame(line: &str) -> Option<Said> {
    let frame = shape::parse(line.as_bytes()).ok()?;
    let all = frame.as_object()?;
    if all.is_empty() {
        return Some(Said::Pong);
    }
    let id = all.get("id").and_then(read::integer)?;
    let Some(connect) = all.get("connect") else { return Some(Said::Other(id)) };
    let data = connect.get("data");
    // Clients of Centrifugo itself have a place for the token of their own.
    let token = data.and_then(|d| d.get("auth")).or_else(|| connect.get("token"));
    let project = data.and_then(|d| d.get("project_id")).and_then(read::integer);
    Some(Said::Connect {
        id,
        token: token.and_then(read::text).unwrap_or_default(),
        project: project.and_then(ProjectId::new),
    })
}

/// What clients are subscribed to, without having to ask.
pub fn channel(project: ProjectId, user: &str) -> String {
    format!("order:{project}#{user}")
}

/// The answer to who is known. A ping comes each so many seconds, and is to be
/// answered.
pub fn connected(id: i64, client: &str, channel: &str, ping: u64) -> String {
    let mut subs = json!({});
    subs[channel] = json!({});
    let connect = json!({
        "client": client, "version": env!("CARGO_PKG_VERSION"), "subs": subs, "ping": ping, "pong": true,
    });
    json!({ "id": id, "connect": connect }).to_string()
}

/// The answer to who is not known, or asks for something else.
pub fn refused(id: i64, code: i64, message: &str) -> String {
    json!({ "id": id, "error": { "code": code, "message": message } }).to_string()
}

/// What is told of an order; `offset` counts what was told.
pub fn push(channel: &str, order: OrderId, status: Status, offset: u64) -> String {
    let data = json!({ "order_id": order.get(), "status": status.name() });
    json!({ "push": { "channel": channel, "pub": { "data": data, "offset": offset } } }).to_string()
}

/// Asks whether the client is there.
pub const PING: &str = "{}";

/// Whether a frame is one that this server sends: for tests and clients.
pub fn pushed(frame: &Value) -> Option<(i64, &str)> {
    let data = frame.pointer("/push/pub/data")?;
    Some((data.get("order_id")?.as_i64()?, data.get("status")?.as_str()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames() {
        let project = ProjectId::new(18404);
        let hello = r#"{"id":1,"connect":{"data":{"auth":"a.b.c","project_id":18404}}}"#;
        let said = Said::Connect { id: 1, token: "a.b.c".into(), project };
        assert_eq!(read(hello), Some(vec![said.clone()]));
        assert_eq!(read(&format!("{hello}\n{{}}\n")), Some(vec![said, Said::Pong]));
        assert_eq!(read(r#"{"id":2,"subscribe":{"channel":"x"}}"#), Some(vec![Said::Other(2)]));
        let bare = Said::Connect { id: 3, token: "t".into(), project: None };
        assert_eq!(read(r#"{"id":3,"connect":{"token":"t"}}"#), Some(vec![bare]));
        for bad in ["x", "[]", r#"{"connect":{}}"#, "{}\nx"] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(read(""), Some(vec![]));
    }

    #[test]
    fn what_is_told() {
        let text = push("order:1#p", OrderId::new(5).unwrap(), Status::Done, 2);
        assert_eq!(pushed(&serde_json::from_str(&text).unwrap()), Some((5, "done")));
        assert!(connected(1, "c", "order:1#p", 25).contains(r#""subs":{"order:1#p":{}}"#));
    }
}
