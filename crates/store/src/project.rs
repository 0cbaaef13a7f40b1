//! What the owners of projects set. Each change of a project is one function,
//! so that whoever remembers projects knows where they change.

use crate::merchant::{self, optional, optional_words, redirect_policy, redirect_values, words};
use crate::{StoreError, Tx, text};
use coinslot_domain::id::{MerchantId, ProjectId};
use coinslot_domain::localized::Localized;
use coinslot_domain::merchant::Project;
use coinslot_domain::project::{COMPONENTS, Component, Settings};
use coinslot_domain::time::Time;

statements! {
    OF_MERCHANT = "SELECT project_id FROM project WHERE merchant_id = $1 AND project_id > $2
        ORDER BY project_id LIMIT $3";
    FIND = "SELECT name, descriptor, url, webhook_url, secret, return_url, locales, ipn_enabled, external_id_required,
            user_billing, show_user, user_public_id, send_json, optional_webhooks, redirect_conditions,
            redirect_delay, redirect_manual, redirect_caption FROM project WHERE project_id = $1";
    LOCK = "SELECT project_id FROM project WHERE project_id = $1 FOR UPDATE";
    UPDATE = "UPDATE project SET name = $2, descriptor = $3, url = $4, webhook_url = $5, secret = $6, return_url = $7,
            locales = $8, ipn_enabled = $9, external_id_required = $10, user_billing = $11, show_user = $12,
            user_public_id = $13, send_json = $14, optional_webhooks = $15, redirect_conditions = $16, redirect_delay = $17,
            redirect_manual = $18, redirect_caption = $19 WHERE project_id = $1";
    COMPONENTS_OF = "SELECT name, enabled FROM project_component WHERE project_id = $1";
    SET_COMPONENT = "INSERT INTO project_component (project_id, name, enabled) VALUES ($1, $2, $3)
        ON CONFLICT (project_id, name) DO UPDATE SET enabled = $3";
}

/// The kind of the texts of a project itself, and of its components.
const TEXTS: &str = "project";
const COMPONENT_TEXTS: &str = "project_component";

/// Projects of a merchant by their numbers, from behind `after`.
pub fn of_merchant(
    tx: &mut Tx<'_>,
    merchant: MerchantId,
    after: Option<ProjectId>,
    limit: i64,
) -> Result<Vec<ProjectId>, StoreError> {
    let after = after.map_or(0, ProjectId::get);
    let rows = tx.rows(OF_MERCHANT, &[merchant.get().into(), after.into(), limit.into()])?;
    rows.iter().map(|r| r.numbered(0, ProjectId::new)).collect()
}

/// Adds a project as its owner wants it. Doing it twice changes nothing.
pub fn create(tx: &mut Tx<'_>, project: &Project, settings: &Settings, now: Time) -> Result<(), StoreError> {
    merchant::insert_project(tx, project, now)?;
    update(tx, project.id, settings)
}

/// Holds a project until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, project: ProjectId) -> Result<(), StoreError> {
    tx.row(LOCK, &[project.get().into()]).map(drop)
}

/// What a project's owner set.
pub fn find(tx: &mut Tx<'_>, project: ProjectId) -> Result<Option<Settings>, StoreError> {
    let Some(row) = tx.row(FIND, &[project.get().into()])? else { return Ok(None) };
    let mut texts = text::of_owner(tx, project, TEXTS, 0)?;
    let locales = words(&row.text(6)?);
    // Projects that were not made through the API have a name in no language.
    let own = locales.first().map_or("en", String::as_str);
    let names = texts.remove("name").unwrap_or(Localized::of(own, &row.text(0)?));
    let mut settings = Settings {
        names,
        descriptions: texts.remove("description").unwrap_or_default(),
        descriptor: row.maybe_text(1)?,
        url: row.maybe_text(2)?,
        webhook_url: row.maybe_text(3)?,
        secret: row.text(4)?,
        return_url: row.maybe_text(5)?,
        redirect_policy: redirect_policy(&row, 14)?,
        ipn_enabled: row.flag(7)?,
        external_id_required: row.flag(8)?,
        user_billing: row.flag(9)?,
        show_user: row.flag(10)?,
        user_public_id: row.flag(11)?,
        send_json: row.flag(12)?,
        optional: optional(&row.text(13)?),
        locales,
        ..Settings::default()
    };
    let mut names = text::of_owner(tx, project, COMPONENT_TEXTS, 0)?;
    for row in tx.rows(COMPONENTS_OF, &[project.get().into()])? {
        let name = row.named(0, |name| COMPONENTS.into_iter().find(|c| *c == name))?;
        let custom_name = names.remove(name).unwrap_or_default();
        settings.components.insert(name, Component { enabled: row.flag(1)?, custom_name });
    }
    Ok(Some(settings))
}

/// Replaces what a project's owner set.
pub fn update(tx: &mut Tx<'_>, project: ProjectId, s: &Settings) -> Result<(), StoreError> {
    let [conditions, delay, manual, caption] = redirect_values(s.redirect_policy.as_ref());
    let values = [
        project.get().into(),
        s.name().into(),
        (&s.descriptor).into(),
        (&s.url).into(),
        (&s.webhook_url).into(),
        (&s.secret).into(),
        (&s.return_url).into(),
        s.locales.join(" ").into(),
        s.ipn_enabled.into(),
        s.external_id_required.into(),
        s.user_billing.into(),
        s.show_user.into(),
        s.user_public_id.into(),
        s.send_json.into(),
        optional_words(&s.optional).into(),
        conditions,
        delay,
        manual,
        caption,
    ];
    tx.changes_known();
    tx.execute(UPDATE, &values)?;
    text::set(tx, project, TEXTS, 0, "name", &s.names)?;
    text::set(tx, project, TEXTS, 0, "description", &s.descriptions)?;
    for (name, component) in &s.components {
        tx.execute(SET_COMPONENT, &[project.get().into(), (*name).into(), component.enabled.into()])?;
        text::set(tx, project, COMPONENT_TEXTS, 0, name, &component.custom_name)?;
    }
    Ok(())
}
