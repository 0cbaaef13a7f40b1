//! What an operation may answer, as the published document says it.

use axum::http::StatusCode;
use coinslot_wire::error::ErrorBody;
use coinslot_wire::shape::{Shape, Violation};
use coinslot_wire::shop;
use serde_json::Value;

/// The id in examples of errors.
const REQUEST_ID: &str = "6445b85";

/// The same in examples of errors of the Store API.
const TRANSACTION_ID: &str = "da145238620011eb8e24fe6913ff226a";

/// A documented answer of an operation. An operation may have several with one
/// status.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// When it is given.
    pub what: &'static str,
    /// What it carries.
    pub body: AnswerBody,
}

/// The body of a documented answer.
#[derive(Clone, Debug)]
pub enum AnswerBody {
    /// None.
    Empty,
    /// JSON of a shape, with an example.
    Json(&'static Shape, &'static str),
    /// The body of every error, with an example of its message.
    Error(&'static str),
    /// The body of every error, with examples of faults.
    Faults(Vec<Violation>),
    /// The body of every error of the Store API, with a number and a text.
    Fault(i64, &'static str),
    /// Another media type, with an example where one helps.
    Other(&'static str, Option<&'static str>),
}

impl Answer {
    /// A success with JSON.
    pub const fn json(status: StatusCode, what: &'static str, shape: &'static Shape, example: &'static str) -> Self {
        Answer { status, what, body: AnswerBody::Json(shape, example) }
    }

    /// An error that says all in its message.
    pub const fn error(status: StatusCode, what: &'static str, message: &'static str) -> Self {
        Answer { status, what, body: AnswerBody::Error(message) }
    }

    /// An answer in another media type.
    pub const fn other(
        status: StatusCode,
        what: &'static str,
        kind: &'static str,
        example: Option<&'static str>,
    ) -> Self {
        Answer { status, what, body: AnswerBody::Other(kind, example) }
    }

    /// An answer without a body.
    pub const fn empty(status: StatusCode, what: &'static str) -> Self {
        Answer { status, what, body: AnswerBody::Empty }
    }

    /// Its media type, if it has a body.
    pub fn kind(&self) -> Option<&'static str> {
        match self.body {
            AnswerBody::Empty => None,
            AnswerBody::Json(..) | AnswerBody::Error(_) | AnswerBody::Faults(_) | AnswerBody::Fault(..) => {
                Some("application/json")
            }
            AnswerBody::Other(kind, _) => Some(kind),
        }
    }

    /// Its example, if it has one.
    pub fn example(&self) -> Option<Value> {
        let status = self.status.as_u16();
        let error = match &self.body {
            AnswerBody::Empty => return None,
            AnswerBody::Json(_, text) => return serde_json::from_str(text).ok(),
            AnswerBody::Other(_, text) => return text.map(Value::from),
            AnswerBody::Fault(code, text) => {
                let body = shop::error::ErrorBody::new(status, *code, text, &[], TRANSACTION_ID);
                return serde_json::from_str(&body.to_json()).ok();
            }
            AnswerBody::Faults(faults) if faults.is_empty() => return None,
            AnswerBody::Faults(faults) => ErrorBody::from_violations(faults, REQUEST_ID),
            AnswerBody::Error(message) => ErrorBody::new(status, *message, REQUEST_ID),
        };
        serde_json::from_str(&error.to_json()).ok()
    }
}
