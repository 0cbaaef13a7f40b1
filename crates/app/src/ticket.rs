//! Questions of players, and what was said about them.

use crate::merge::merge;
use crate::{App, merchant, project};
use coinslot_domain::id::{CommentId, MerchantId, TicketId};
use coinslot_domain::merchant::Caller;
use coinslot_domain::ticket::{Comment, Ticket, TicketState};
use coinslot_store::ticket::Filter;
use coinslot_store::{StoreError, Tx, ticket};
use coinslot_wire::ticket::{CommentBody, TicketBody, TicketsQuery};
use std::cmp::Reverse;

/// Why a ticket was not opened or answered.
#[derive(Debug)]
pub enum TicketError {
    /// The project is not the caller's.
    NotYours,
    /// The merchant has no such ticket.
    NotFound,
    /// It is closed, or cannot go there.
    Refused(TicketState),
    /// The database did not do it.
    Store(StoreError),
}

impl From<StoreError> for TicketError {
    fn from(e: StoreError) -> Self {
        TicketError::Store(e)
    }
}

/// Opens a ticket with its first comment.
pub async fn create(app: &App, caller: Caller, body: TicketBody) -> Result<TicketId, TicketError> {
    let project = body.project.ok_or(TicketError::NotYours)?;
    let project = merchant::project(app, caller, project).await?.ok_or(TicketError::NotYours)?.id;
    let (id, comment) = (app.id(TicketId::new).await?, app.id(CommentId::new).await?);
    let now = app.now(project);
    let [user_id, user_email, user_name] = body.user;
    let ticket = Ticket {
        project,
        id,
        created_at: now,
        subject: body.subject,
        state: TicketState::New,
        kind: body.kind,
        sender: body.sender,
        user_id,
        user_email,
        user_name,
    };
    let first = Comment { id: comment, at: now, author: body.sender, text: body.text };
    app.store
        .write(move |tx| {
            ticket::insert(tx, &ticket)?;
            ticket::comment(tx, project, id, &first)
        })
        .await
        .map_err(TicketError::Store)?;
    Ok(id)
}

/// Looks a ticket up in each of the merchant's projects: its path names none.
fn of_merchant(tx: &mut Tx<'_>, of: MerchantId, id: TicketId) -> Result<Option<Ticket>, StoreError> {
    for project in project::of_merchant(tx, of)? {
        if let Some(found) = ticket::find(tx, project, id)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Adds a comment, which moves the ticket on.
pub async fn add(app: &App, of: MerchantId, id: TicketId, body: CommentBody) -> Result<CommentId, TicketError> {
    let found = app.store.read(move |tx| of_merchant(tx, of, id)).await?;
    let project = found.ok_or(TicketError::NotFound)?.project;
    let comment =
        Comment { id: app.id(CommentId::new).await?, at: app.now(project), author: body.author, text: body.text };
    let comment_id = comment.id;
    app.store
        .write(move |tx| {
            // Ours already, of a run whose commit was not heard of.
            if ticket::has_comment(tx, project, id, comment.id)? {
                return Ok(());
            }
            let ticket = ticket::lock(tx, project, id)?.ok_or(TicketError::NotFound)?;
            let next = ticket.state.after(body.author, body.state).ok_or(TicketError::Refused(ticket.state))?;
            ticket::advance(tx, &ticket, next)?;
            Ok::<_, TicketError>(ticket::comment(tx, project, id, &comment)?)
        })
        .await?;
    Ok(comment_id)
}

/// Tickets of a merchant, newest first.
pub async fn list(app: &App, of: MerchantId, query: TicketsQuery) -> Result<Vec<Ticket>, StoreError> {
    app.store
        .read(move |tx| {
            let projects = project::of_merchant(tx, of)?;
            let filter = Filter { range: query.range, state: query.state, kind: query.kind, sender: query.sender };
            let more = |n: usize, last: Option<&Ticket>, limit: i64| {
                ticket::list(tx, projects[n], filter, last.map(|t| (t.created_at, t.id)), limit)
            };
            let newest = |t: &Ticket| Reverse((t.created_at, t.id));
            let found = merge(projects.len(), newest, more, query.offset, query.limit)?;
            Ok(found.into_iter().map(|(_, ticket)| ticket).collect())
        })
        .await
}

/// What was said about a ticket, oldest first; `None` when the merchant has no
/// such ticket.
pub async fn comments(
    app: &App,
    of: MerchantId,
    id: TicketId,
    offset: i64,
    limit: i64,
) -> Result<Option<Vec<Comment>>, StoreError> {
    app.store
        .read(move |tx| match of_merchant(tx, of, id)? {
            Some(t) => ticket::comments(tx, t.project, id, offset, limit).map(Some),
            None => Ok(None),
        })
        .await
}
