//! Support: questions of players and what was said about them.

use super::Merchant;
use crate::body::{JsonBody, json, query};
use crate::{Answer, AnswerBody, Auth, Problem, Route};
use axum::extract::{Path, RawQuery, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use coinslot_app::Shared;
use coinslot_app::ticket::{self, TicketError};
use coinslot_domain::id::TicketId;
use coinslot_domain::ticket::TicketState;
use coinslot_wire::page::{self, CREATED, PAGE};
use coinslot_wire::shape::Violation;
use coinslot_wire::ticket::{
    COMMENT, COMMENTS, CREATE, CommentBody, LIST, TICKETS, TicketBody, TicketsQuery, comment as comment_view,
    ticket as ticket_view,
};
use serde_json::{Value, json};

const LISTED: &str = r#"[{
    "id": 100000001, "date": "2026-01-02T03:04:05+00:00", "subject": "Where are my gems?", "status": "new",
    "type": "question", "sender": "user", "user": { "id": "1234567", "email": null, "name": "Nova" },
    "project_id": 18404
}]"#;
const SAID: &str = r#"[{
    "id": 100000002, "date": "2026-01-02T03:04:05+00:00", "author": "user", "text": "I paid and got nothing."
}]"#;
const NO_TICKET: &str = "Ticket with specified ID does not exist.";

fn no_ticket() -> Answer {
    Answer::error(StatusCode::NOT_FOUND, "The merchant has no such ticket.", NO_TICKET)
}

/// The operations here.
pub fn routes() -> Vec<Route> {
    let path = |rest: &str| format!("/merchants/{{merchant_id}}/support/tickets{rest}");
    vec![
        Route {
            name: "ticket_list",
            method: Method::GET,
            path: path(""),
            auth: Auth::Merchant,
            summary: "List tickets",
            query: Some(&LIST),
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "Tickets, newest first.", &TICKETS, LISTED)],
            handler: get(list),
        },
        Route {
            name: "ticket_create",
            method: Method::POST,
            path: path(""),
            auth: Auth::Merchant,
            summary: "Open a ticket, as the game's help page does for a player",
            query: None,
            body: Some(&CREATE),
            example: Some(
                r#"{
    "project_id": 18404, "subject": "Where are my gems?", "text": "I paid and got nothing.",
    "user": { "id": "1234567", "name": "Nova" }
}"#,
            ),
            answers: vec![Answer::json(StatusCode::CREATED, "Its number.", &CREATED, r#"{ "id": 100000001 }"#)],
            handler: post(create),
        },
        Route {
            name: "ticket_comments",
            method: Method::GET,
            path: path("/{ticket_id}/comments"),
            auth: Auth::Merchant,
            summary: "List what was said about a ticket",
            query: Some(&PAGE),
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "Comments, oldest first.", &COMMENTS, SAID), no_ticket()],
            handler: get(comments),
        },
        Route {
            name: "ticket_comment",
            method: Method::POST,
            path: path("/{ticket_id}/comments"),
            auth: Auth::Merchant,
            summary: "Answer a ticket; whoever did not write last is to answer next",
            query: None,
            body: Some(&COMMENT),
            example: Some(r#"{ "text": "They are in your bag now.", "status": "solved" }"#),
            answers: vec![
                Answer::json(StatusCode::CREATED, "Its number.", &CREATED, r#"{ "id": 100000003 }"#),
                no_ticket(),
                Answer {
                    status: StatusCode::UNPROCESSABLE_ENTITY,
                    what: "The ticket is closed.",
                    body: AnswerBody::Faults(vec![refused(TicketState::Closed)]),
                },
            ],
            handler: post(add),
        },
    ]
}

fn refused(state: TicketState) -> Violation {
    let text = match state {
        TicketState::Closed => "the ticket is closed",
        _ => "a ticket is new only until somebody answers it",
    };
    Violation::new("status", text)
}

async fn list(State(app): State<Shared>, Merchant(caller): Merchant, raw: RawQuery) -> Result<Response, Problem> {
    let query = TicketsQuery::read(&query(&LIST, &raw)?).map_err(Problem::invalid)?;
    let all: Vec<Value> = ticket::list(&app, caller.merchant, query).await?.iter().map(ticket_view).collect();
    Ok(json(StatusCode::OK, &all.into()))
}

async fn create(
    State(app): State<Shared>,
    Merchant(caller): Merchant,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = TicketBody::read(&body).map_err(Problem::invalid)?;
    let id = ticket::create(&app, caller, body).await?;
    Ok(json(StatusCode::CREATED, &json!({ "id": id.get() })))
}

async fn comments(
    State(app): State<Shared>,
    Merchant(caller): Merchant,
    Path((_, id)): Path<(String, String)>,
    raw: RawQuery,
) -> Result<Response, Problem> {
    let (offset, limit) = page::read(&query(&PAGE, &raw)?);
    let found = ticket::comments(&app, caller.merchant, number(&id)?, offset, limit).await?;
    let all: Vec<Value> = found.ok_or(TicketError::NotFound)?.iter().map(comment_view).collect();
    Ok(json(StatusCode::OK, &all.into()))
}

async fn add(
    State(app): State<Shared>,
    Merchant(caller): Merchant,
    Path((_, id)): Path<(String, String)>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = CommentBody::read(&body).map_err(Problem::invalid)?;
    let id = ticket::add(&app, caller.merchant, number(&id)?, body).await?;
    Ok(json(StatusCode::CREATED, &json!({ "id": id.get() })))
}

fn number(id: &str) -> Result<TicketId, TicketError> {
    id.parse().map_err(|()| TicketError::NotFound)
}

impl From<TicketError> for Problem {
    fn from(e: TicketError) -> Self {
        match e {
            TicketError::NotYours => Problem::forbidden(),
            TicketError::NotFound => Problem::not_found(NO_TICKET),
            TicketError::Refused(state) => Problem::invalid(vec![refused(state)]),
            TicketError::Store(e) => e.into(),
        }
    }
}
