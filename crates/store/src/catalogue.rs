//! The version of a project's catalogue.

use crate::{StoreError, Tx};
use coinslot_domain::decimal::Decimal;
use coinslot_domain::id::ProjectId;

statements! {
    ADVANCE = "INSERT INTO catalogue_version (project_id, version) VALUES ($1, 1)
        ON CONFLICT (project_id) DO UPDATE SET version = catalogue_version.version + 1 RETURNING version";
    VERSION = "SELECT version FROM catalogue_version WHERE project_id = $1";
}

/// Begins a change of a project's catalogue: until this transaction ends nobody
/// else changes it, so that what is read from here on still holds when it is
/// written. The version that the catalogue will have.
pub fn advance(tx: &mut Tx<'_>, project: ProjectId) -> Result<i64, StoreError> {
    let row = tx.row(ADVANCE, &[project.get().into()])?;
    let version = row.ok_or_else(|| StoreError::Corrupt("no version came back".into()))?.int(0)?;
    tx.has_version(project, version);
    Ok(version)
}

/// The version of a project's catalogue; 0 before anything was ever put into it.
pub fn version(tx: &mut Tx<'_>, project: ProjectId) -> Result<i64, StoreError> {
    tx.row(VERSION, &[project.get().into()])?.map_or(Ok(0), |row| row.int(0))
}

/// The same, as this transaction saw it first: who sells many things in it, or
/// shares it with others who sell, asks once.
pub fn version_seen(tx: &mut Tx<'_>, project: ProjectId) -> Result<i64, StoreError> {
    tx.version(project, |tx| version(tx, project))
}

/// Parts of one that prices are kept in.
const BILLIONTHS: i64 = 1_000_000_000;

/// A price as it is kept.
pub(crate) fn billionths(price: Decimal) -> i64 {
    price.in_units(BILLIONTHS)
}

/// A price that was kept.
pub(crate) fn price(kept: i64) -> Option<Decimal> {
    Decimal::from_units(kept, BILLIONTHS)
}
