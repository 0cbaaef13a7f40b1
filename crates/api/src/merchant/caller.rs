//! Who calls the Merchant API.

use crate::Problem;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::{HeaderMap, header, request::Parts};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use coinslot_app::Shared;
use coinslot_app::merchant::Identity;
use coinslot_app::wallet::WalletError;
use coinslot_domain::id::{MerchantId, ProjectId};
use coinslot_domain::merchant::{self, Caller, KeyScope};
use std::sync::Arc;

/// Who calls, as every layer and handler below knows it.
pub(crate) type Known = Arc<Identity>;

/// Finds out who calls, if credentials say so. Who it is, nobody asks again.
pub(crate) async fn identify(app: &Shared, headers: &HeaderMap) -> Result<Option<Known>, Problem> {
    let Some(shown) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    Ok(coinslot_app::merchant::identify(app, shown.as_bytes(), || credentials(headers)).await?)
}

/// The merchant of the path, who is the one that called, with a key that
/// reaches the whole company.
pub struct Merchant(pub Caller);

impl FromRequestParts<Shared> for Merchant {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let (caller, _) = in_path(parts, app).await?;
        Merchant::of(caller)
    }
}

impl Merchant {
    fn of(caller: Caller) -> Result<Self, Problem> {
        match caller.scope {
            KeyScope::Company => Ok(Merchant(caller)),
            // Nothing in the path says that the call stays in the key's project.
            KeyScope::Project(_) => Err(Problem::forbidden()),
        }
    }

    /// The merchant that a path names so, who has to be the one that called.
    pub(crate) fn named(known: Option<&Known>, name: &str) -> Result<Self, Problem> {
        let caller = known.ok_or_else(Problem::unauthorized)?.caller;
        if name.parse() != Ok(caller.merchant) {
            return Err(Problem::forbidden());
        }
        Merchant::of(caller)
    }
}

/// The project of the path, which is one of the merchant's that called, with a
/// key that reaches the whole company or this project. One that does not exist
/// looks like one of somebody else.
pub struct Project(pub Caller, pub merchant::Project);

impl FromRequestParts<Shared> for Project {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let (caller, project) = in_path(parts, app).await?;
        let id = project.ok_or_else(Problem::forbidden)?;
        let project = coinslot_app::merchant::project(app, caller, id).await?.ok_or_else(Problem::forbidden)?;
        Ok(Project(caller, project))
    }
}

/// The project of the path, as [`Project`], and the id of a player of its, by
/// which no player may be known.
pub struct User(pub merchant::Project, pub String);

impl FromRequestParts<Shared> for User {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let Project(_, project) = Project::from_request_parts(parts, app).await?;
        let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| Problem::forbidden())?;
        let user = params.iter().find(|(name, _)| *name == "user_id").map(|(_, id)| id.to_string());
        // What cannot be an id is nobody's; not every database could look for it.
        let user = user.filter(|id| !id.contains('\0')).ok_or(WalletError::NotFound)?;
        Ok(User(project, user))
    }
}

/// Who calls, who must be the merchant of the path if it names one, and the
/// project that the path names.
async fn in_path(parts: &mut Parts, app: &Shared) -> Result<(Caller, Option<ProjectId>), Problem> {
    let caller = parts.extensions.get::<Known>().ok_or_else(Problem::unauthorized)?.caller;
    let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| Problem::forbidden())?;
    let named = |name: &str| params.iter().find(|(n, _)| *n == name).map(|(_, id)| id);
    // Paths that begin with a project name no merchant: it is the project's.
    if named("merchant_id").is_some_and(|id| id.parse() != Ok(caller.merchant)) {
        return Err(Problem::forbidden());
    }
    Ok((caller, named("project_id").and_then(|id| id.parse().ok())))
}

/// Reads HTTP Basic credentials: the merchant's id and an API key.
fn credentials(headers: &HeaderMap) -> Option<(MerchantId, String)> {
    let (number, key) = basic(headers)?;
    Some((MerchantId::new(number)?, key))
}

/// Reads HTTP Basic credentials: a number and an API key.
pub(crate) fn basic(headers: &HeaderMap) -> Option<(i64, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (number, key) = text.split_once(':')?;
    Some((number.parse().ok()?, key.to_string()))
}
