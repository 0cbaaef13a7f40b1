//! Making payment tokens.

use crate::{App, attribute, hash, merchant};
use coinslot_domain::id::ProjectId;
use coinslot_domain::merchant::Caller;
use coinslot_domain::time::Span;
use coinslot_domain::token::{self, LIFE};
use coinslot_store::token::Stored;
use coinslot_store::{StoreError, reached, wallet};
use coinslot_wire::token::TokenBody;

/// Why no token was made.
#[derive(Debug)]
pub enum TokenError {
    /// The project does not exist or is not the caller's.
    NotYours,
    /// The project is not active and the request is not for the sandbox.
    NotActive,
    /// The player is disabled.
    Disabled,
    /// The project wants the game's own id of each transaction.
    NoExternalId,
    /// The database did not do it.
    Store(StoreError),
}

impl From<StoreError> for TokenError {
    fn from(e: StoreError) -> Self {
        TokenError::Store(e)
    }
}

/// Makes a token. Only its hash is stored: whoever reads the database cannot
/// pay with it.
pub async fn create(app: &App, caller: Caller, body: &TokenBody) -> Result<String, TokenError> {
    let id = ProjectId::new(body.project_id()).ok_or(TokenError::NotYours)?;
    let project = merchant::project(app, caller, id).await?.ok_or(TokenError::NotYours)?;
    if !project.active && !body.sandbox() {
        return Err(TokenError::NotActive);
    }
    if project.external_id_required && body.external_id().is_none() {
        return Err(TokenError::NoExternalId);
    }
    let token = token::mint(project.id, app.bytes());
    let now = app.now(project.id);
    let stored = Stored {
        project: project.id,
        hash: hash(&token),
        user_id: body.player().id,
        dry_run: body.sandbox(),
        body: body.to_stored(),
        created_at: now,
        expires_at: now + LIFE,
    };
    let said = body.attributes().map(coinslot_wire::attribute::values).unwrap_or_default();
    app.store
        .write(move |tx| {
            if wallet::find(tx, stored.project, &stored.user_id)?.is_some_and(|p| !p.enabled) {
                return Err(TokenError::Disabled);
            }
            coinslot_store::token::insert(tx, &stored)?;
            Ok::<_, TokenError>(attribute::note(tx, stored.project, &stored.user_id, &said)?)
        })
        .await?;
    reached("token.written");
    Ok(token)
}

/// How long an expired token still shows the payment that was made with it.
const KEPT: Span = Span::hours(30 * 24);
/// Tokens forgotten in one transaction, so that payments do not wait long.
const PURGED: i64 = 1000;

/// Forgets tokens that expired long ago; how many.
pub async fn purge(app: &App) -> Result<u64, StoreError> {
    let before = app.clock.now() - KEPT;
    let projects = app.store.read(move |tx| coinslot_store::token::projects_to_purge(tx, before)).await?;
    let mut purged = 0;
    for project in projects {
        purged += app.store.write(move |tx| coinslot_store::token::purge(tx, project, before, PURGED)).await?;
    }
    Ok(purged)
}
