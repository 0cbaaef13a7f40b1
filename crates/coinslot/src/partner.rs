//! Partners of the Distribution Hub on the command line, straight from the
//! database.

use coinslot_app::hub::{self, PartnerError};
use coinslot_app::{App, StoreError};
use coinslot_domain::id::{PartnerId, ProjectId};
use coinslot_wire::hub::{NewPartner, PartnerChange};
use serde_json::json;
use std::error::Error;
use std::fmt::Write as _;

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Makes a partner; its credentials.
pub async fn add(app: &App, project: ProjectId, name: &str, sandbox: bool) -> Fallible<String> {
    let asked = NewPartner::read(&json!({ "name": name, "sandbox": sandbox })).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(|f| format!("--{} {}", f.path, f.text)).collect();
        faults.join("; ")
    })?;
    let (id, key) = hub::create(app, project, asked).await?;
    Ok(credentials(id, &key))
}

fn credentials(id: PartnerId, key: &str) -> String {
    format!("Keep these; the key is not shown again.\n\n  Partner   {id}\n  Key       {key}\n")
}

/// The partners of a project.
pub async fn list(app: &App, project: ProjectId) -> Result<String, StoreError> {
    let all = hub::list(app, project).await?;
    if all.is_empty() {
        return Ok("The project has no partners.\n".into());
    }
    let mut text = format!("{:<12}{:<10}{:<9}{}\n", "PARTNER", "STATUS", "MONEY", "NAME");
    for p in all {
        let (status, money) = (if p.enabled { "enabled" } else { "disabled" }, if p.sandbox { "play" } else { "real" });
        // Formatting into a string does not fail.
        let _ = writeln!(text, "{:<12}{status:<10}{money:<9}{}", p.id.get(), p.name.replace(char::is_control, " "));
    }
    Ok(text)
}

/// Has a partner call, or call no more.
pub async fn enable(app: &App, project: ProjectId, id: PartnerId, enabled: bool) -> Fallible<String> {
    let change = PartnerChange { name: None, enabled: Some(enabled) };
    hub::update(app, project, id, change).await.map_err(|e| told(e, project, id))?;
    Ok(format!("Partner {id} is {}.\n", if enabled { "enabled" } else { "disabled" }))
}

/// Gives a partner another key.
pub async fn key(app: &App, project: ProjectId, id: PartnerId) -> Fallible<String> {
    let key = hub::renew_key(app, project, id).await.map_err(|e| told(e, project, id))?;
    Ok(credentials(id, &key))
}

fn told(e: PartnerError, project: ProjectId, id: PartnerId) -> String {
    match e {
        PartnerError::NotFound => format!("project {project} has no partner {id}; see coinslot partner list"),
        PartnerError::Store(e) => e.to_string(),
    }
}
