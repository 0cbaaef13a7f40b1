//! Tickets, as merchants read and write them.

use crate::page::{LIMIT, OFFSET, read as page};
use crate::read::{checked, integer};
use crate::report::range;
use crate::shape::{Field, MAX_INTEGER, Shape, TextRule, Unknown, Violation};
use coinslot_domain::id::ProjectId;
use coinslot_domain::report::Range;
use coinslot_domain::ticket::{Comment, Sender, Ticket, TicketKind, TicketState};
use serde_json::{Value, json};

const STATE: Shape = Shape::Enum(TicketState::NAMES);
const KIND: Shape = Shape::Enum(TicketKind::NAMES);
const SENDER: Shape = Shape::Enum(Sender::NAMES);
const LINE: Shape = Shape::Text { min: 1, max: 255, rule: None };
const WORDS: Shape = Shape::Text { min: 1, max: 65_535, rule: None };
const ID: Shape = Shape::Integer { min: 1, max: MAX_INTEGER };

const USER_FIELDS: [Field; 3] = [
    Field::optional("id", LINE, "The game's own id."),
    Field::optional("email", Shape::Text { min: 1, max: 255, rule: Some(TextRule::Email) }, "An address."),
    Field::optional("name", LINE, "A name."),
];

/// The body that opens a ticket.
pub static CREATE: Shape = Shape::Object {
    fields: &[
        Field::required("project_id", Shape::Count { min: 1, max: MAX_INTEGER }, "The project it is about."),
        Field::required("subject", LINE, "What it is about, in a line."),
        Field::required("text", WORDS, "The first comment."),
        Field::optional("type", KIND, "A question unless told otherwise."),
        Field::optional("sender", SENDER, "Who opens it; the player unless told otherwise."),
        Field::optional("user", Shape::Object { fields: &USER_FIELDS, unknown: Unknown::Ignore }, "The player."),
    ],
    unknown: Unknown::Ignore,
};

/// The body that adds a comment.
pub static COMMENT: Shape = Shape::Object {
    fields: &[
        Field::required("text", WORDS, "What to say."),
        Field::optional("author", SENDER, "Who says it; the merchant unless told otherwise."),
        Field::optional(
            "status",
            STATE,
            "Where the ticket stands then. Unless told otherwise it waits for whoever did not write last.",
        ),
    ],
    unknown: Unknown::Ignore,
};

/// The parameters of a list of tickets.
pub static LIST: Shape = Shape::Object {
    fields: &[
        Field::optional("datetime_from", Shape::Date, "Only those opened then or later."),
        Field::optional("datetime_to", Shape::Date, "Only those opened before; a date alone includes that day."),
        Field::optional("status", STATE, "Only those that stand there."),
        Field::optional("type", KIND, "Only those of this kind."),
        Field::optional("sender", SENDER, "Only those opened by them."),
        LIMIT,
        OFFSET,
    ],
    unknown: Unknown::Ignore,
};

/// Tickets in an answer.
pub static TICKETS: Shape = Shape::Array(&Shape::Object {
    fields: &[
        Field::required("id", ID, "Its number."),
        Field::required("date", Shape::Date, "When it was opened."),
        Field::required("subject", LINE, "What it is about."),
        Field::required("status", STATE, "Where it stands."),
        Field::required("type", KIND, "What it is."),
        Field::required("sender", SENDER, "Who opened it."),
        Field::required("user", Shape::Map, "The player."),
        Field::required("project_id", ID, "The project it is about."),
    ],
    unknown: Unknown::Ignore,
});

/// Comments in an answer.
pub static COMMENTS: Shape = Shape::Array(&Shape::Object {
    fields: &[
        Field::required("id", ID, "Its number."),
        Field::required("date", Shape::Date, "When it was written."),
        Field::required("author", SENDER, "Who wrote it."),
        Field::required("text", WORDS, "What was written."),
    ],
    unknown: Unknown::Ignore,
});

/// A ticket to open.
#[derive(Clone, Debug)]
pub struct TicketBody {
    /// The project it is about, which may be somebody else's.
    pub project: Option<ProjectId>,
    /// In a line.
    pub subject: String,
    /// The first comment.
    pub text: String,
    /// What it is.
    pub kind: TicketKind,
    /// Who opens it.
    pub sender: Sender,
    /// The player's id, address and name.
    pub user: [Option<String>; 3],
}

fn text(body: &Value, key: &str) -> Option<String> {
    body.get(key).and_then(Value::as_str).map(str::to_string)
}

impl TicketBody {
    /// Reads a body, or lists its faults.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        let body = checked(&CREATE, body)?;
        let user = body.get("user").unwrap_or(&Value::Null);
        Ok(TicketBody {
            project: body.get("project_id").and_then(integer).and_then(ProjectId::new),
            subject: text(&body, "subject").unwrap_or_default(),
            text: text(&body, "text").unwrap_or_default(),
            kind: text(&body, "type").and_then(|t| TicketKind::from_name(&t)).unwrap_or(TicketKind::Question),
            sender: text(&body, "sender").and_then(|t| Sender::from_name(&t)).unwrap_or(Sender::User),
            user: ["id", "email", "name"].map(|key| text(user, key)),
        })
    }
}

/// A comment to add.
#[derive(Clone, Debug)]
pub struct CommentBody {
    /// What to say.
    pub text: String,
    /// Who says it.
    pub author: Sender,
    /// Where the ticket is to stand then.
    pub state: Option<TicketState>,
}

impl CommentBody {
    /// Reads a body, or lists its faults.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        let body = checked(&COMMENT, body)?;
        Ok(CommentBody {
            text: text(&body, "text").unwrap_or_default(),
            author: text(&body, "author").and_then(|t| Sender::from_name(&t)).unwrap_or(Sender::Merchant),
            state: text(&body, "status").and_then(|t| TicketState::from_name(&t)),
        })
    }
}

/// Which tickets to list.
#[derive(Clone, Copy, Debug)]
pub struct TicketsQuery {
    /// Opened then.
    pub range: Range,
    /// Standing there.
    pub state: Option<TicketState>,
    /// Of this kind.
    pub kind: Option<TicketKind>,
    /// Opened by them.
    pub sender: Option<Sender>,
    /// How many to pass over.
    pub offset: i64,
    /// How many to list.
    pub limit: i64,
}

impl TicketsQuery {
    /// Reads parameters that [`LIST`] accepted, or lists their faults.
    pub fn read(query: &Value) -> Result<Self, Vec<Violation>> {
        let (offset, limit) = page(query);
        Ok(TicketsQuery {
            range: range(query)?,
            state: text(query, "status").and_then(|t| TicketState::from_name(&t)),
            kind: text(query, "type").and_then(|t| TicketKind::from_name(&t)),
            sender: text(query, "sender").and_then(|t| Sender::from_name(&t)),
            offset,
            limit,
        })
    }
}

/// A ticket in an answer.
pub fn ticket(t: &Ticket) -> Value {
    json!({
        "id": t.id.get(),
        "date": t.created_at.rfc3339(),
        "subject": t.subject,
        "status": t.state.name(),
        "type": t.kind.name(),
        "sender": t.sender.name(),
        "user": { "id": t.user_id, "email": t.user_email, "name": t.user_name },
        "project_id": t.project.get(),
    })
}

/// A comment in an answer.
pub fn comment(c: &Comment) -> Value {
    json!({ "id": c.id.get(), "date": c.at.rfc3339(), "author": c.author.name(), "text": c.text })
}
