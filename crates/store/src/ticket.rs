//! Tickets and what was written to them.

use crate::engine::Row;
use crate::{StoreError, Tx};
use coinslot_domain::id::{CommentId, ProjectId, TicketId};
use coinslot_domain::report::Range;
use coinslot_domain::ticket::{Comment, Sender, Ticket, TicketKind, TicketState};
use coinslot_domain::time::Time;

statements! {
    INSERT = "INSERT INTO ticket (project_id, ticket_id, created_at, subject, state, kind, sender, user_id, user_email,
            user_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (project_id, ticket_id) DO NOTHING";
    FIND = "SELECT ticket_id, created_at, subject, state, kind, sender, user_id, user_email, user_name FROM ticket
        WHERE project_id = $1 AND ticket_id = $2";
    LOCK = "SELECT ticket_id, created_at, subject, state, kind, sender, user_id, user_email, user_name FROM ticket
        WHERE project_id = $1 AND ticket_id = $2 FOR UPDATE";
    LIST = "SELECT ticket_id, created_at, subject, state, kind, sender, user_id, user_email, user_name FROM ticket
        WHERE project_id = $1 AND created_at >= $2 AND created_at < $3 AND (created_at, ticket_id) < ($4, $5)
            AND ($6 = '' OR state = $6) AND ($7 = '' OR kind = $7) AND ($8 = '' OR sender = $8)
        ORDER BY created_at DESC, ticket_id DESC LIMIT $9";
    ADVANCE = "UPDATE ticket SET state = $4 WHERE project_id = $1 AND ticket_id = $2 AND state = $3";
    COMMENT = "INSERT INTO ticket_comment (project_id, ticket_id, comment_id, written_at, author, content)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (project_id, ticket_id, comment_id) DO NOTHING";
    COMMENTS = "SELECT comment_id, written_at, author, content FROM ticket_comment
        WHERE project_id = $1 AND ticket_id = $2 ORDER BY written_at, comment_id LIMIT $3 OFFSET $4";
    HAS_COMMENT = "SELECT comment_id FROM ticket_comment
        WHERE project_id = $1 AND ticket_id = $2 AND comment_id = $3";
}

/// Adds a ticket; one that is there stays as it is.
pub fn insert(tx: &mut Tx<'_>, t: &Ticket) -> Result<(), StoreError> {
    let values = [
        t.project.get().into(),
        t.id.get().into(),
        t.created_at.0.into(),
        (&t.subject).into(),
        t.state.name().into(),
        t.kind.name().into(),
        t.sender.name().into(),
        (&t.user_id).into(),
        (&t.user_email).into(),
        (&t.user_name).into(),
    ];
    tx.execute(INSERT, &values).map(drop)
}

/// A ticket.
pub fn find(tx: &mut Tx<'_>, project: ProjectId, id: TicketId) -> Result<Option<Ticket>, StoreError> {
    tx.row(FIND, &[project.get().into(), id.get().into()])?.map(|r| ticket(project, &r)).transpose()
}

/// A ticket, held until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, project: ProjectId, id: TicketId) -> Result<Option<Ticket>, StoreError> {
    tx.row(LOCK, &[project.get().into(), id.get().into()])?.map(|r| ticket(project, &r)).transpose()
}

/// Which tickets to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Opened then.
    pub range: Range,
    /// Standing there.
    pub state: Option<TicketState>,
    /// Of this kind.
    pub kind: Option<TicketKind>,
    /// Opened by them.
    pub sender: Option<Sender>,
}

/// Tickets of a project, newest first, from behind one.
pub fn list(
    tx: &mut Tx<'_>,
    project: ProjectId,
    filter: Filter,
    before: Option<(Time, TicketId)>,
    limit: i64,
) -> Result<Vec<Ticket>, StoreError> {
    let (time, id) = before.map_or((i64::MAX, i64::MAX), |(time, id)| (time.0, id.get()));
    let values = [
        project.get().into(),
        filter.range.from.0.into(),
        filter.range.until.0.into(),
        time.into(),
        id.into(),
        filter.state.map_or("", TicketState::name).into(),
        filter.kind.map_or("", TicketKind::name).into(),
        filter.sender.map_or("", Sender::name).into(),
        limit.into(),
    ];
    tx.rows(LIST, &values)?.iter().map(|r| ticket(project, r)).collect()
}

fn ticket(project: ProjectId, row: &Row) -> Result<Ticket, StoreError> {
    Ok(Ticket {
        project,
        id: row.numbered(0, TicketId::new)?,
        created_at: Time(row.int(1)?),
        subject: row.text(2)?,
        state: row.named(3, TicketState::from_name)?,
        kind: row.named(4, TicketKind::from_name)?,
        sender: row.named(5, Sender::from_name)?,
        user_id: row.maybe_text(6)?,
        user_email: row.maybe_text(7)?,
        user_name: row.maybe_text(8)?,
    })
}

/// Moves a ticket on; `false` when it moved meanwhile.
pub fn advance(tx: &mut Tx<'_>, ticket: &Ticket, to: TicketState) -> Result<bool, StoreError> {
    let (from, to) = (ticket.state.name().into(), to.name().into());
    Ok(tx.execute(ADVANCE, &[ticket.project.get().into(), ticket.id.get().into(), from, to])? == 1)
}

/// Adds what somebody wrote; what is there stays as it is.
pub fn comment(tx: &mut Tx<'_>, project: ProjectId, ticket: TicketId, c: &Comment) -> Result<(), StoreError> {
    let values = [
        project.get().into(),
        ticket.get().into(),
        c.id.get().into(),
        c.at.0.into(),
        c.author.name().into(),
        (&c.text).into(),
    ];
    tx.execute(COMMENT, &values).map(drop)
}

/// Whether a ticket has a comment.
pub fn has_comment(tx: &mut Tx<'_>, project: ProjectId, ticket: TicketId, id: CommentId) -> Result<bool, StoreError> {
    Ok(tx.row(HAS_COMMENT, &[project.get().into(), ticket.get().into(), id.get().into()])?.is_some())
}

/// What was written to a ticket, oldest first.
pub fn comments(
    tx: &mut Tx<'_>,
    project: ProjectId,
    ticket: TicketId,
    offset: i64,
    limit: i64,
) -> Result<Vec<Comment>, StoreError> {
    let row = |r: &Row| {
        let (id, author) = (r.numbered(0, CommentId::new)?, r.named(2, Sender::from_name)?);
        Ok(Comment { id, at: Time(r.int(1)?), author, text: r.text(3)? })
    };
    tx.rows(COMMENTS, &[project.get().into(), ticket.get().into(), limit.into(), offset.into()])?
        .iter()
        .map(row)
        .collect()
}
