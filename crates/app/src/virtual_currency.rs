//! Virtual currency: settings and packages.

use crate::App;
use crate::catalogue::{EditError, edit};
use coinslot_domain::id::{PackageId, ProjectId};
use coinslot_domain::virtual_currency::{Package, Settings};
use coinslot_store::{StoreError, virtual_currency};
use coinslot_wire::virtual_currency::SettingsBody;

/// What holds for a project's virtual currency, and its packages.
pub async fn find(app: &App, project: ProjectId) -> Result<(Settings, Vec<Package>), StoreError> {
    app.store
        .read(move |tx| Ok((virtual_currency::settings(tx, project)?, virtual_currency::packages(tx, project)?)))
        .await
}

/// Changes what holds for a project's virtual currency, and its packages.
pub async fn update(app: &App, project: ProjectId, body: SettingsBody) -> Result<(), EditError> {
    let mut fresh = Vec::new();
    for _ in 0..body.packages() {
        fresh.push(app.id(PackageId::new).await?);
    }
    edit(app, project, move |tx| {
        let initial = Settings::initial().ok_or_else(|| StoreError::Corrupt("no initial settings".into()))?;
        let settings = body.onto(virtual_currency::settings(tx, project)?, initial);
        let old = virtual_currency::packages(tx, project)?;
        let packages = body.packages_onto(&old, &settings, &fresh).map_err(EditError::Invalid)?;
        virtual_currency::save(tx, project, &settings)?;
        Ok(virtual_currency::set_packages(tx, project, &packages)?)
    })
    .await
}
