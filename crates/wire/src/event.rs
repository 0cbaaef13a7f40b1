//! The calls about events and their deliveries, which are our own.

use crate::read::{self, checked, date, integer};
use crate::shape::{self, Field, Shape, Unknown, Violation};
use coinslot_domain::id::{EventId, PaymentId};
use coinslot_domain::time::Time;
use coinslot_domain::webhook::{EventState, Version};
use serde_json::{Map, Value};

/// The longest type of a notification, in characters.
const KIND: Shape = Shape::Text { min: 1, max: 64, rule: None };
const ID: Shape = Shape::Integer { min: 1, max: shape::MAX_INTEGER };
/// As above, in a URL.
const COUNT: Shape = Shape::Count { min: 1, max: shape::MAX_INTEGER };
const STATUS: Shape = Shape::Enum(&["pending", "delivered", "failed"]);
const ANY_TEXT: Shape = Shape::Text { min: 0, max: 1 << 20, rule: None };
const DATE: Shape = Shape::Text { min: 1, max: 64, rule: None };

/// Events in an answer, when nobody says how many.
const USUAL: i64 = 50;

/// The parameters of a list of events.
pub static LIST: Shape = Shape::Object {
    fields: &[
        Field::optional("status", STATUS, "Only events that stand there."),
        Field::optional("type", KIND, "Only events of this notification_type."),
        Field::optional("transaction_id", COUNT, "Only events of this transaction."),
        Field::optional("limit", Shape::Count { min: 1, max: 100 }, "At most so many; 50 unless told otherwise."),
        Field::optional("before", COUNT, "Only events older than this one: next_before of the answer before."),
    ],
    // A misspelt filter would list everything, which nobody would notice.
    unknown: Unknown::Refuse,
};

/// Which events to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListQuery {
    /// Only those that stand there.
    pub status: Option<EventState>,
    /// Only those of this type.
    pub kind: Option<String>,
    /// Only those of this payment.
    pub transaction: Option<PaymentId>,
    /// At most so many.
    pub limit: i64,
    /// Only those older than this one.
    pub before: Option<EventId>,
}

impl ListQuery {
    /// Reads parameters that [`LIST`] accepted.
    pub fn read(query: &Value) -> Self {
        let number = |name: &str| query.get(name).and_then(read::integer);
        ListQuery {
            status: text(query, "status").and_then(EventState::from_name),
            kind: text(query, "type").map(str::to_string),
            transaction: number("transaction_id").and_then(PaymentId::new),
            limit: number("limit").unwrap_or(USUAL),
            before: number("before").and_then(EventId::new),
        }
    }
}

/// The body of a wish to send many events again.
pub static REPLAY: Shape = Shape::Object {
    fields: &[
        Field::optional("status", Shape::Enum(&["failed"]), "Only events that failed."),
        Field::optional(
            "since",
            DATE,
            "Only events that happened then or later: RFC 3339, or a date, which begins at midnight UTC.",
        ),
    ],
    unknown: Unknown::Refuse,
};

/// Which events to send again: those that fit all that is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplayBody {
    /// Only those that failed.
    pub failed: bool,
    /// Only those that happened then or later.
    pub since: Option<Time>,
}

impl ReplayBody {
    /// Reads a body, or lists its faults. One that would replay everything
    /// there ever was is a fault.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        checked(&REPLAY, body)?;
        let failed = body.get("status").is_some();
        let since = text(body, "since").map(date).transpose().map_err(|why| vec![Violation::new("since", why)])?;
        if !failed && since.is_none() {
            return Err(vec![Violation::new("status", "is missing and it is required where since is missing too")]);
        }
        Ok(ReplayBody { failed, since })
    }
}

/// The largest body of a test, in bytes. Real ones are a few kilobytes.
pub const TEST_LIMIT: usize = 64 << 10;

/// The body of a wish to try a listener out.
pub static TEST: Shape = Shape::Object {
    fields: &[
        Field::required("notification_type", KIND, "What to send: any type, documented or not."),
        Field::optional(
            "body",
            Shape::Map,
            "The whole webhook, of at most 64 KiB; its notification_type is set to the one above. A sample, if there \
             is one of the type, unless given.",
        ),
        Field::optional(
            "version",
            Shape::Integer { min: 1, max: 2 },
            "Of a sample that tells of an order: in which version, if not in the project's own.",
        ),
        Field::optional(
            "delivery",
            Shape::Enum(&["separate", "combined"]),
            "Of a sample that tells of an order: whether the payment is in it, if not as the project chose.",
        ),
    ],
    unknown: Unknown::Refuse,
};

/// A wish to try a listener out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestBody {
    /// The type of the webhook.
    pub kind: String,
    /// Its exact bytes; none for a sample.
    pub body: Option<String>,
    /// In which version a sample tells of an order.
    pub version: Option<Version>,
    /// Whether a sample that tells of an order has the payment in it.
    pub combined: Option<bool>,
}

impl TestBody {
    /// Reads a body, or lists its faults.
    pub fn read(raw: &Value) -> Result<Self, Vec<Violation>> {
        checked(&TEST, raw)?;
        let kind = text(raw, "notification_type").unwrap_or_default().to_string();
        let body = raw.get("body").map(|given| {
            // `[]` is an empty object that PHP wrote.
            let mut whole = given.as_object().cloned().unwrap_or_default();
            whole.insert("notification_type".into(), kind.as_str().into());
            Value::Object(whole).to_string()
        });
        if body.as_ref().is_some_and(|b| b.len() > TEST_LIMIT) {
            return Err(vec![Violation::new("body", format!("must be at most {TEST_LIMIT} bytes long"))]);
        }
        let version = raw.get("version").and_then(integer).and_then(Version::from_number);
        let combined = text(raw, "delivery").map(|delivery| delivery == "combined");
        Ok(TestBody { kind, body, version, combined })
    }
}

const EVENT_FIELDS: [Field; 8] = [
    Field::required("id", ID, "Names it in this project."),
    Field::required("webhook_id", ANY_TEXT, "The header webhook-id of each attempt."),
    Field::required("type", KIND, "Its notification_type."),
    Field::required("status", STATUS, "Whether it is to be sent, acknowledged, or refused or given up."),
    Field::required("attempts", Shape::Integer { min: 0, max: shape::MAX_INTEGER }, "How often it was sent."),
    Field::required("created", DATE, "When it happened."),
    Field::optional("next_attempt", DATE, "When it is sent, if it is pending."),
    Field::optional("transaction_id", ID, "The transaction it tells of; none for questions and tests."),
];

/// An event in an answer.
pub static EVENT: Shape = Shape::Object { fields: &EVENT_FIELDS, unknown: Unknown::Ignore };

/// Some events in an answer.
pub static EVENTS: Shape = Shape::Object {
    fields: &[
        Field::required("events", Shape::Array(&EVENT), "Newest first."),
        Field::optional("next_before", ID, "Give this as before to get older ones; missing when there are none."),
    ],
    unknown: Unknown::Ignore,
};

const DELIVERY_FIELDS: [Field; 8] = [
    Field::required("attempt", Shape::Integer { min: 1, max: shape::MAX_INTEGER }, "Counts from 1, replays included."),
    Field::required("sent", DATE, "When."),
    Field::required("url", ANY_TEXT, "Where to; empty if the project had no URL then."),
    Field::required("signature", ANY_TEXT, "The header Authorization."),
    Field::optional("status", Shape::Integer { min: 100, max: 999 }, "The status of the answer, if there was one."),
    Field::required("answer", ANY_TEXT, "The body of the answer, at most 16 KiB of it."),
    Field::optional("error", ANY_TEXT, "Why there was no answer."),
    Field::required("duration_ms", Shape::Integer { min: 0, max: shape::MAX_INTEGER }, "How long it took."),
];

static DELIVERY: Shape = Shape::Object { fields: &DELIVERY_FIELDS, unknown: Unknown::Ignore };

const BODY: Field = Field::required("body", ANY_TEXT, "The exact bytes that are signed and sent.");

/// An event with everything about it.
pub static EVENT_WHOLE: Shape = Shape::Object {
    fields: &shape::with::<8, 10>(
        EVENT_FIELDS,
        &[BODY, Field::required("deliveries", Shape::Array(&DELIVERY), "Every attempt, in their order.")],
    ),
    unknown: Unknown::Ignore,
};

/// What came of a test.
pub static TESTED: Shape = Shape::Object {
    fields: &shape::with::<8, 10>(DELIVERY_FIELDS, &[Field::required("event", EVENT, "As it is listed."), BODY]),
    unknown: Unknown::Ignore,
};

/// How many are sent again.
pub static REPLAYED: Shape = Shape::Object {
    fields: &[Field::required("replayed", Shape::Integer { min: 0, max: shape::MAX_INTEGER }, "How many are sent.")],
    unknown: Unknown::Ignore,
};

/// An event as it is shown.
#[derive(Clone, Copy, Debug)]
pub struct EventView<'a> {
    /// Its id.
    pub id: EventId,
    /// Its type.
    pub kind: &'a str,
    /// Where it stands.
    pub state: EventState,
    /// Attempts made.
    pub attempts: i64,
    /// When it happened.
    pub created: Time,
    /// When it is due, if it is pending.
    pub due: Time,
    /// The payment it tells of.
    pub transaction: Option<PaymentId>,
}

impl EventView<'_> {
    /// Its JSON.
    pub fn to_json(&self) -> Map<String, Value> {
        let mut map = Map::new();
        map.insert("id".into(), self.id.get().into());
        map.insert("webhook_id".into(), format!("evt_{}", self.id).into());
        map.insert("type".into(), self.kind.into());
        map.insert("status".into(), self.state.name().into());
        map.insert("attempts".into(), self.attempts.into());
        map.insert("created".into(), self.created.rfc3339().into());
        if self.state == EventState::Pending {
            map.insert("next_attempt".into(), self.due.rfc3339().into());
        }
        if let Some(id) = self.transaction {
            map.insert("transaction_id".into(), id.get().into());
        }
        map
    }
}

/// An attempt as it is shown.
#[derive(Clone, Copy, Debug)]
pub struct DeliveryView<'a> {
    /// Which try it was, from 1.
    pub attempt: i64,
    /// When.
    pub sent: Time,
    /// Where to.
    pub url: &'a str,
    /// The documented signature header.
    pub signature: &'a str,
    /// The status, if there was an answer.
    pub status: Option<u16>,
    /// The answer's body.
    pub answer: &'a str,
    /// Why there was no answer.
    pub error: Option<&'a str>,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
}

impl DeliveryView<'_> {
    /// Its JSON.
    pub fn to_json(&self) -> Map<String, Value> {
        let mut map = Map::new();
        map.insert("attempt".into(), self.attempt.into());
        map.insert("sent".into(), self.sent.rfc3339().into());
        map.insert("url".into(), self.url.into());
        map.insert("signature".into(), self.signature.into());
        if let Some(status) = self.status {
            map.insert("status".into(), status.into());
        }
        map.insert("answer".into(), self.answer.into());
        if let Some(error) = self.error {
            map.insert("error".into(), error.into());
        }
        map.insert("duration_ms".into(), self.duration_ms.into());
        map
    }
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn faults(result: Result<impl std::fmt::Debug, Vec<Violation>>) -> Vec<(String, String)> {
        result.unwrap_err().into_iter().map(|v| (v.path, v.text)).collect()
    }

    fn fault(path: &str, text: &str) -> (String, String) {
        (path.to_string(), text.to_string())
    }

    #[test]
    fn lists() {
        let read = |raw: &str| read::query(&LIST, raw).map(|query| ListQuery::read(&query));
        let none = ListQuery { status: None, kind: None, transaction: None, limit: USUAL, before: None };
        assert_eq!(read(""), Ok(none.clone()));
        let expected = ListQuery {
            status: Some(EventState::Failed),
            kind: Some("77".into()),
            transaction: PaymentId::new(5),
            limit: 100,
            before: EventId::new(7),
        };
        assert_eq!(read("status=failed&type=77&transaction_id=5&limit=100&before=7"), Ok(expected));
        assert_eq!(read("limit=x&limit=3&type="), Ok(ListQuery { limit: 3, ..none }));
        assert_eq!(
            faults(read("limit=0&before=1.5&status=lost&typ=payment")),
            [
                fault("status", r#"does not have a value in the enumeration ["pending","delivered","failed"]"#),
                fault("limit", "must have a minimum value of 1"),
                fault("before", "string value found, but an integer is required"),
                fault("", "The property typ is not defined and the definition does not allow additional properties"),
            ]
        );
        assert_eq!(faults(read("limit=101")), [fault("limit", "must have a maximum value of 100")]);
        assert_eq!(faults(read("type=a%00")).len(), 1, "not every database can look for it");
    }

    #[test]
    fn replays() {
        let body = ReplayBody::read(&json!({"status": "failed"})).unwrap();
        assert_eq!(body, ReplayBody { failed: true, since: None });
        let body = ReplayBody::read(&json!({"since": "1970-01-02"})).unwrap();
        assert_eq!(body, ReplayBody { failed: false, since: Some(Time(86_400_000_000)) });
        assert!(ReplayBody::read(&json!({"since": "1970-01-02", "status": "failed"})).unwrap().failed);
        assert_eq!(
            faults(ReplayBody::read(&json!([]))),
            [fault("status", "is missing and it is required where since is missing too")]
        );
        let wrong = faults(ReplayBody::read(&json!({"since": "yesterday"})));
        assert!(wrong[0].0 == "since" && wrong[0].1.starts_with("is not a date: write 2026-01-31,"), "{wrong:?}");
        assert_eq!(
            faults(ReplayBody::read(&json!({"status": "delivered"}))),
            [fault("status", r#"does not have a value in the enumeration ["failed"]"#)]
        );
        assert_eq!(faults(ReplayBody::read(&json!({"state": "failed"}))).len(), 1);
    }

    #[test]
    fn tests() {
        let sample = TestBody::read(&json!({"notification_type": "payment"})).unwrap();
        assert_eq!(sample, TestBody { kind: "payment".into(), body: None, version: None, combined: None });
        let told = json!({"notification_type": "order_paid", "version": 2, "delivery": "combined"});
        let told = TestBody::read(&told).unwrap();
        assert_eq!((told.version, told.combined), (Some(Version::Two), Some(true)));
        let given = r#"{"notification_type": "x", "body": {"notification_type": "y", "amount": 1.10, "a": []}}"#;
        let given = TestBody::read(&shape::parse(given.as_bytes()).unwrap()).unwrap();
        assert_eq!(given.body.as_deref(), Some(r#"{"a":[],"amount":1.10,"notification_type":"x"}"#));
        let empty = TestBody::read(&json!({"notification_type": "x", "body": []})).unwrap();
        assert_eq!(empty.body.as_deref(), Some(r#"{"notification_type":"x"}"#));
        for body in [json!("{}"), json!(null), json!([1])] {
            let wrong = faults(TestBody::read(&json!({"notification_type": "x", "body": body})));
            assert!(wrong[0].0 == "body" && wrong[0].1.ends_with("an object is required"), "{wrong:?}");
        }
        assert_eq!(
            faults(TestBody::read(&json!({"body": {}}))),
            [fault("notification_type", "is missing and it is required")]
        );
        let frame = r#"{"a":"","notification_type":"x"}"#.len();
        let long = |n: usize| TestBody::read(&json!({"notification_type": "x", "body": {"a": "b".repeat(n)}}));
        assert_eq!(long(TEST_LIMIT - frame).unwrap().body.unwrap().len(), TEST_LIMIT);
        assert_eq!(faults(long(TEST_LIMIT - frame + 1)), [fault("body", "must be at most 65536 bytes long")]);
    }

    #[test]
    fn answers_are_as_described() {
        let event = EventView {
            id: EventId::new(7).unwrap(),
            kind: "payment",
            state: EventState::Pending,
            attempts: 0,
            created: Time(0),
            due: Time(0),
            transaction: PaymentId::new(3),
        };
        let delivery = DeliveryView {
            attempt: 1,
            sent: Time(0),
            url: "",
            signature: "",
            status: None,
            answer: "",
            error: Some("the project has no webhook URL"),
            duration_ms: 0,
        };
        let mut whole = event.to_json();
        assert_eq!(shape::check(&EVENT, &Value::Object(whole.clone())), []);
        assert_eq!(whole["next_attempt"], "1970-01-01T00:00:00+00:00");
        let done = EventView { state: EventState::Delivered, transaction: None, ..event };
        assert!(!done.to_json().contains_key("next_attempt") && !done.to_json().contains_key("transaction_id"));
        whole.insert("body".into(), "{}".into());
        whole.insert("deliveries".into(), json!([delivery.to_json()]));
        assert_eq!(shape::check(&EVENT_WHOLE, &Value::Object(whole)), []);
        let mut tested = DeliveryView { status: Some(204), error: None, ..delivery }.to_json();
        assert!(!tested.contains_key("error"));
        tested.insert("event".into(), done.to_json().into());
        tested.insert("body".into(), "{}".into());
        assert_eq!(shape::check(&TESTED, &Value::Object(tested)), []);
    }
}
