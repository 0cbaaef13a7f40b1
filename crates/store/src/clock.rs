//! The clocks of projects.

use crate::{StoreError, Tx};
use coinslot_domain::calendar::Zone;
use coinslot_domain::id::ProjectId;
use coinslot_domain::time::Span;

statements! {
    ALL = "SELECT project_id, ahead FROM project_clock WHERE ahead > 0 ORDER BY project_id";
    FIND = "SELECT ahead, time_zone FROM project_clock WHERE project_id = $1";
    MOVE = "INSERT INTO project_clock (project_id, ahead, time_zone) VALUES ($1, $2, 'UTC')
        ON CONFLICT (project_id) DO UPDATE SET ahead = $2 WHERE project_clock.ahead <= $2";
    SET_ZONE = "INSERT INTO project_clock (project_id, ahead, time_zone) VALUES ($1, 0, $2)
        ON CONFLICT (project_id) DO UPDATE SET time_zone = $2";
    IS_LIVE = "SELECT payment_id FROM payment WHERE project_id = $1 AND dry_run = 0 LIMIT 1";
}

/// How far each clock is ahead that is.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<(ProjectId, Span)>, StoreError> {
    tx.rows(ALL, &[])?.iter().map(|r| Ok((r.numbered(0, ProjectId::new)?, Span(r.int(1)?)))).collect()
}

/// How far a project's clock is ahead.
pub fn ahead(tx: &mut Tx<'_>, project: ProjectId) -> Result<Span, StoreError> {
    Ok(Span(tx.row(FIND, &[project.get().into()])?.map_or(Ok(0), |r| r.int(0))?))
}

/// The time zone in which a project's days begin.
pub fn zone(tx: &mut Tx<'_>, project: ProjectId) -> Result<Zone, StoreError> {
    let row = tx.row(FIND, &[project.get().into()])?;
    row.map_or(Ok(Zone::UTC), |r| r.named(1, Zone::named))
}

/// Puts a project's clock so far ahead; `false` when it is further already: it
/// never goes back.
pub fn move_ahead(tx: &mut Tx<'_>, project: ProjectId, ahead: Span) -> Result<bool, StoreError> {
    Ok(tx.execute(MOVE, &[project.get().into(), ahead.0.into()])? == 1)
}

/// Sets the time zone in which a project's days begin.
pub fn set_zone(tx: &mut Tx<'_>, project: ProjectId, zone: &Zone) -> Result<(), StoreError> {
    tx.execute(SET_ZONE, &[project.get().into(), zone.name().into()]).map(drop)
}

/// Whether a project took a payment outside the sandbox.
pub fn is_live(tx: &mut Tx<'_>, project: ProjectId) -> Result<bool, StoreError> {
    Ok(tx.row(IS_LIVE, &[project.get().into()])?.is_some())
}
