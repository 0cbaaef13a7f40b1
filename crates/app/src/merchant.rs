//! Who calls, and what is theirs.

pub use crate::known::Identity;
use crate::known::{self, Known};
use crate::{App, hash};
use coinslot_domain::id::{MerchantId, ProjectId};
use coinslot_domain::merchant::{Caller, Fees, KeyScope, Project};
use coinslot_domain::token;
pub use coinslot_store::merchant::KeptKey;
use coinslot_store::{StoreError, merchant};
use std::sync::Arc;

/// Who calls with this merchant id and an API key of this hash; `None` for wrong
/// credentials, whichever of the two is wrong.
///
/// Keys are random and long, so a plain hash protects them, and looking one up
/// by its hash takes the same time for a near miss as for a far one.
pub async fn authenticate(app: &App, id: MerchantId, key_hash: &str) -> Result<Option<Caller>, StoreError> {
    known::caller(app, id, key_hash.to_string()).await
}

/// The same of credentials as they were shown, which `read` understands: a
/// merchant and an API key.
pub async fn identify(
    app: &App,
    shown: &[u8],
    read: impl FnOnce() -> Option<(MerchantId, String)>,
) -> Result<Option<Arc<Identity>>, StoreError> {
    known::identity(app, shown, read).await
}

/// A project the caller may use; `None` when it does not exist or is not the
/// caller's, which look alike from outside.
pub async fn project(app: &App, caller: Caller, id: ProjectId) -> Result<Option<Project>, StoreError> {
    Ok(shared(app, caller, id).await?.map(|project| Project::clone(&project)))
}

/// The same, as all who ask share it.
pub async fn shared(app: &App, caller: Caller, id: ProjectId) -> Result<Option<Arc<Project>>, StoreError> {
    Ok(known(app, caller, id).await?.map(|known| known.project.clone()))
}

/// The same, as it is known.
pub(crate) async fn known(app: &App, caller: Caller, id: ProjectId) -> Result<Option<Arc<Known>>, StoreError> {
    if !caller.reaches(id) {
        return Ok(None);
    }
    let found = known::project(app, id).await?;
    Ok(found.filter(|known| known.project.merchant == caller.merchant))
}

/// A project, whoever's it is: for those who may know that it is there.
pub async fn anyones(app: &App, id: ProjectId) -> Result<Option<Arc<Project>>, StoreError> {
    Ok(known::project(app, id).await?.map(|known| known.project.clone()))
}

/// Every project that is active, of all merchants: for the operator, who asks
/// in nobody's name.
pub async fn projects(app: &App) -> Result<Vec<Project>, StoreError> {
    app.store
        .read(|tx| {
            let mut all = Vec::new();
            for id in merchant::projects(tx)? {
                all.extend(merchant::find_project(tx, id)?.filter(|p| p.active));
            }
            Ok(all)
        })
        .await
}

/// A merchant with its first project, as it is shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct Founded {
    /// The user name of the API.
    pub merchant: MerchantId,
    /// Its password. Stored as a hash only, so it cannot be shown again.
    pub api_key: String,
    /// The game.
    pub project: ProjectId,
    /// What its webhooks are signed with.
    pub secret: String,
}

/// Adds a merchant with a project and a company-wide API key.
pub async fn found(
    app: &App,
    merchant_name: String,
    project_name: String,
    webhook_url: Option<String>,
) -> Result<Founded, StoreError> {
    let founded = Founded {
        merchant: app.id(MerchantId::new).await?,
        api_key: secret(app),
        project: app.id(ProjectId::new).await?,
        secret: secret(app),
    };
    let project = Project {
        id: founded.project,
        merchant: founded.merchant,
        name: project_name,
        active: true,
        secret: founded.secret.clone(),
        webhook_url,
        fees: Fees::default(),
        taxes: vec![],
        frame_ancestors: vec![],
        locales: vec!["en".into()],
        return_url: None,
        redirect_policy: None,
        external_id_required: false,
        optional: vec![],
        token_status: Default::default(),
    };
    let caller = Caller { merchant: founded.merchant, scope: KeyScope::Company };
    let (key_hash, now) = (hash(&founded.api_key), app.clock.now());
    app.store
        .write(move |tx| {
            merchant::insert(tx, caller.merchant, &merchant_name, now)?;
            merchant::insert_key(tx, caller, &key_hash, now)?;
            merchant::insert_project(tx, &project, now)
        })
        .await?;
    Ok(founded)
}

/// Why nothing was done with an API key.
#[derive(Debug)]
pub enum KeyError {
    /// There is no such merchant.
    NoMerchant,
    /// The merchant has no such project.
    NoProject,
    /// The merchant has no key of this id, or more than one that begins so.
    NoKey,
    /// The database did not do it.
    Store(StoreError),
}

impl From<StoreError> for KeyError {
    fn from(e: StoreError) -> Self {
        KeyError::Store(e)
    }
}

/// A merchant's name and API keys, oldest first.
pub async fn keys(app: &App, id: MerchantId) -> Result<(String, Vec<KeptKey>), KeyError> {
    let read = app.store.read(move |tx| match merchant::name(tx, id)? {
        Some(name) => Ok::<_, StoreError>(Some((name, merchant::keys(tx, id)?))),
        None => Ok(None),
    });
    read.await?.ok_or(KeyError::NoMerchant)
}

/// Makes an API key; it is not stored, so that this is the only time it can be
/// shown.
pub async fn add_key(app: &App, caller: Caller) -> Result<String, KeyError> {
    let key = secret(app);
    let (key_hash, now) = (hash(&key), app.clock.now());
    app.store
        .write(move |tx| {
            merchant::name(tx, caller.merchant)?.ok_or(KeyError::NoMerchant)?;
            if let KeyScope::Project(id) = caller.scope {
                let found = merchant::find_project(tx, id)?.filter(|p| p.merchant == caller.merchant);
                found.ok_or(KeyError::NoProject)?;
            }
            merchant::insert_key(tx, caller, &key_hash, now)?;
            Ok::<_, KeyError>(())
        })
        .await?;
    Ok(key)
}

/// How much of a key's hash names it.
pub const KEY_ID: usize = 12;

/// Forgets an API key by its id, the beginning of its hash. Servers that are
/// running accept it for at most a second more.
pub async fn remove_key(app: &App, id: MerchantId, key: String) -> Result<(), KeyError> {
    app.store
        .write(move |tx| {
            merchant::name(tx, id)?.ok_or(KeyError::NoMerchant)?;
            let all = merchant::keys(tx, id)?;
            let mut named = all.iter().filter(|k| key.len() >= KEY_ID && k.hash.starts_with(&key));
            let (Some(found), None) = (named.next(), named.next()) else { return Err(KeyError::NoKey) };
            merchant::remove_key(tx, id, &found.hash)?;
            Ok(())
        })
        .await
}

/// A new secret.
pub(crate) fn secret(app: &App) -> String {
    token::letters(app.bytes())
}
