//! Projects as their owners set them.

use crate::{App, merchant, message};
use coinslot_domain::id::{MerchantId, MessageId, ProjectId};
use coinslot_domain::merchant::{Fees, Project, TokenStatus};
use coinslot_domain::message::MessageKind;
use coinslot_domain::project::Settings;
use coinslot_domain::webhook::Telling;
use coinslot_store::{StoreError, Tx, merchant as stored, project, webhook};
use coinslot_wire::project::ProjectBody;
use coinslot_wire::shop::webhook::WebhookBody;

/// Adds a project of a merchant. It takes payments at once.
pub async fn create(app: &App, of: MerchantId, body: ProjectBody) -> Result<ProjectId, StoreError> {
    let id = app.id(ProjectId::new).await?;
    let settings = body.apply(Settings::default(), &merchant::secret(app));
    let project = Project {
        id,
        merchant: of,
        name: settings.name().to_string(),
        active: true,
        secret: settings.secret.clone(),
        webhook_url: settings.webhook_url.clone(),
        fees: Fees::default(),
        taxes: vec![],
        frame_ancestors: vec![],
        locales: settings.locales.clone(),
        return_url: settings.return_url.clone(),
        redirect_policy: settings.redirect_policy.clone(),
        external_id_required: settings.external_id_required,
        optional: settings.optional.clone(),
        token_status: TokenStatus::default(),
    };
    let now = app.clock.now();
    app.store
        .write(move |tx| {
            project::create(tx, &project, &settings, now)?;
            message::tell(tx, id, MessageKind::ProjectCreated, (id.get(), None), "", now)
        })
        .await?;
    Ok(id)
}

/// What a project's owner set.
pub async fn find(app: &App, id: ProjectId) -> Result<Settings, StoreError> {
    let found = app.store.read(move |tx| project::find(tx, id)).await?;
    found.ok_or_else(|| lost(id))
}

fn lost(id: ProjectId) -> StoreError {
    StoreError::Corrupt(format!("project {id} has vanished"))
}

/// Changes what a project's owner set.
pub async fn update(app: &App, id: ProjectId, body: ProjectBody) -> Result<(), StoreError> {
    let fresh = merchant::secret(app);
    let (change, now) = (app.id(MessageId::new).await?, app.now(id));
    app.store
        .write(move |tx| {
            project::lock(tx, id)?;
            let old = project::find(tx, id)?.ok_or_else(|| lost(id))?;
            project::update(tx, id, &body.apply(old, &fresh))?;
            message::tell(tx, id, MessageKind::ProjectUpdated, (change.get(), None), "", now)
        })
        .await
}

/// How a project is told of what happens, and how of its orders.
pub async fn told(app: &App, id: ProjectId) -> Result<(Settings, Telling), StoreError> {
    app.store
        .read(move |tx| {
            let settings = project::find(tx, id)?.ok_or_else(|| lost(id))?;
            Ok((settings, webhook::telling(tx, id)?))
        })
        .await
}

/// Says how a project is told.
pub async fn have_told(app: &App, id: ProjectId, body: WebhookBody) -> Result<(), StoreError> {
    let (change, now) = (app.id(MessageId::new).await?, app.now(id));
    app.store
        .write(move |tx| {
            project::lock(tx, id)?;
            let old = project::find(tx, id)?.ok_or_else(|| lost(id))?;
            let (settings, telling) = body.apply(old, webhook::telling(tx, id)?);
            project::update(tx, id, &settings)?;
            webhook::set_telling(tx, id, telling)?;
            message::tell(tx, id, MessageKind::ProjectUpdated, (change.get(), None), "", now)
        })
        .await
}

/// Says how the call is answered that makes an order's token.
pub async fn set_token_status(app: &App, id: ProjectId, status: TokenStatus) -> Result<(), StoreError> {
    let (change, now) = (app.id(MessageId::new).await?, app.now(id));
    app.store
        .write(move |tx| {
            stored::set_token_status(tx, id, status)?;
            message::tell(tx, id, MessageKind::ProjectUpdated, (change.get(), None), "", now)
        })
        .await
}

/// All projects of a merchant, by their numbers.
pub(crate) fn of_merchant(tx: &mut Tx<'_>, of: MerchantId) -> Result<Vec<ProjectId>, StoreError> {
    project::of_merchant(tx, of, None, i64::MAX)
}

/// Projects of a merchant by their numbers, with what their owner set.
pub async fn list(app: &App, of: MerchantId, offset: i64, limit: i64) -> Result<Vec<(Project, Settings)>, StoreError> {
    app.store
        .read(move |tx| {
            let ids = project::of_merchant(tx, of, None, offset.saturating_add(limit))?;
            let mut all = Vec::new();
            for id in ids.into_iter().skip(usize::try_from(offset).unwrap_or(usize::MAX)) {
                if let (Some(row), Some(settings)) = (stored::find_project(tx, id)?, project::find(tx, id)?) {
                    all.push((row, settings));
                }
            }
            Ok(all)
        })
        .await
}
