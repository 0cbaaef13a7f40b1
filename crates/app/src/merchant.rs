//! Who calls, and what is theirs.

use crate::{App, hash};
use coinslot_domain::id::{MerchantId, ProjectId};
use coinslot_domain::merchant::{Caller, Project};
use coinslot_store::{StoreError, merchant};

/// Who calls with this merchant id and API key; `None` for wrong credentials,
/// whichever of the two is wrong.
///
/// Keys are random and long, so a plain hash protects them, and looking one up
/// by its hash takes the same time for a near miss as for a far one.
pub async fn authenticate(app: &App, id: MerchantId, key: &str) -> Result<Option<Caller>, StoreError> {
    let key_hash = hash(key);
    app.store.read(move |tx| merchant::find_key(tx, id, &key_hash)).await
}

/// A project the caller may use; `None` when it does not exist or is not the
/// caller's, which look alike from outside.
pub async fn project(app: &App, caller: Caller, id: ProjectId) -> Result<Option<Project>, StoreError> {
    if !caller.reaches(id) {
        return Ok(None);
    }
    let found = app.store.read(move |tx| merchant::find_project(tx, id)).await?;
    Ok(found.filter(|p| p.merchant == caller.merchant))
}
