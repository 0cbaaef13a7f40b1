//! API keys on the command line, straight from the database, so that a key can
//! be taken away whether or not a server runs.

use coinslot_app::App;
use coinslot_app::merchant::{self, KEY_ID, KeyError};
use coinslot_domain::id::{MerchantId, ProjectId};
use coinslot_domain::merchant::{Caller, KeyScope};
use serde_json::json;
use std::error::Error;
use std::fmt::Write as _;

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn reason(e: KeyError) -> Box<dyn Error + Send + Sync> {
    match e {
        KeyError::NoMerchant => "there is no such merchant in this database; see --merchant and --data".into(),
        KeyError::NoProject => "the merchant has no such project; see --project".into(),
        KeyError::NoKey => "the merchant has no such key; `coinslot key list` shows their ids".into(),
        KeyError::Store(e) => e.into(),
    }
}

fn reach(scope: KeyScope) -> String {
    match scope {
        KeyScope::Company => "every project".into(),
        KeyScope::Project(id) => format!("project {id}"),
    }
}

/// The keys of a merchant: their ids, and what each reaches.
pub async fn list(app: &App, merchant: MerchantId, as_json: bool) -> Fallible<String> {
    let (name, keys) = merchant::keys(app, merchant).await.map_err(reason)?;
    if as_json {
        let one = |k: &merchant::KeptKey| {
            let project = match k.scope {
                KeyScope::Company => None,
                KeyScope::Project(id) => Some(id.get()),
            };
            json!({"id": k.hash[..KEY_ID], "project_id": project, "created_at": k.created_at.rfc3339()})
        };
        return Ok(format!("{:#}\n", json!(keys.iter().map(one).collect::<Vec<_>>())));
    }
    if keys.is_empty() {
        return Ok(format!("{name} has no API key; `coinslot key add` makes one.\n"));
    }
    let mut text = format!("{:<14}{:<27}{}\n", "ID", "MADE", "REACHES");
    for k in &keys {
        let _ = writeln!(text, "{:<14}{:<27}{}", &k.hash[..KEY_ID], k.created_at.rfc3339(), reach(k.scope));
    }
    Ok(text)
}

/// Makes a key for all of a merchant's projects, or for one.
pub async fn add(app: &App, merchant: MerchantId, project: Option<ProjectId>) -> Fallible<String> {
    let scope = project.map_or(KeyScope::Company, KeyScope::Project);
    let key = merchant::add_key(app, Caller { merchant, scope }).await.map_err(reason)?;
    Ok(format!(
        "Keep it; it is not shown again.\n\n  Merchant  {merchant}\n  API key   {key}\n  Reaches   {}\n",
        reach(scope)
    ))
}

/// Takes a key away.
pub async fn remove(app: &App, merchant: MerchantId, id: String) -> Fallible<String> {
    merchant::remove_key(app, merchant, id.clone()).await.map_err(reason)?;
    Ok(format!("The key {id} opens nothing any more.\n"))
}
