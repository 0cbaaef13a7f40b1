//! Who calls the Store API: the game's own server, a player, a guest, or
//! anybody.

use super::Fault;
use super::fault::{BAD_PLAYER, NO_PLAYER, NO_PROJECT};
use crate::merchant::{Known, basic};
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use coinslot_app::merchant::Identity;
use coinslot_app::{ClientIp, Shared, StoreError, country, hash, player};
use coinslot_domain::id::{MerchantId, ProjectId};
use coinslot_domain::merchant::{Caller, Project, is_country};
use std::net::IpAddr;
use std::sync::Arc;

/// Where a player is taken to be whose address belongs to no country: one of a
/// private network, say.
pub(crate) const DEFAULT_COUNTRY: &str = "US";

/// Finds out which game's server calls. The user name is the number of the
/// merchant or of one of its projects.
pub(crate) async fn identify(app: &Shared, headers: &HeaderMap) -> Result<Option<Known>, Fault> {
    let Some((number, api_key)) = basic(headers) else { return Ok(None) };
    let key_hash = hash(&api_key);
    let caller = caller(app, number, &key_hash).await?;
    Ok(caller.map(|caller| Identity::new(caller, api_key, key_hash)))
}

async fn caller(app: &Shared, number: i64, key_hash: &str) -> Result<Option<Caller>, StoreError> {
    if let Some(merchant) = MerchantId::new(number)
        && let Some(caller) = coinslot_app::merchant::authenticate(app, merchant, key_hash).await?
    {
        return Ok(Some(caller));
    }
    let Some(project) = ProjectId::new(number) else { return Ok(None) };
    let Some(found) = coinslot_app::merchant::anyones(app, project).await? else { return Ok(None) };
    let caller = coinslot_app::merchant::authenticate(app, found.merchant, key_hash).await?;
    Ok(caller.filter(|c| c.reaches(project)))
}

/// The project of the path, which is the caller's. One that does not exist looks
/// like one of somebody else, and like wrong credentials.
pub struct Server(pub Arc<Project>);

impl FromRequestParts<Shared> for Server {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Fault> {
        let id = project_in_path(parts, app).await;
        Server::of(app, parts.extensions.get(), id).await
    }
}

impl Server {
    /// The project with this number, for who is known by credentials.
    pub(crate) async fn of(app: &Shared, known: Option<&Known>, id: Option<ProjectId>) -> Result<Self, Fault> {
        let (known, id) = known.zip(id).ok_or_else(Fault::not_authenticated)?;
        let project = coinslot_app::merchant::shared(app, known.caller, id).await?;
        project.map(Server).ok_or_else(Fault::not_authenticated)
    }
}

/// The project of the path, and a player who showed a token.
pub struct Player(pub Arc<Project>, pub Arc<player::Known>);

impl FromRequestParts<Shared> for Player {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Fault> {
        if bearer(&parts.headers).is_none() {
            return Err(Fault::no_player(NO_PLAYER));
        }
        let project = any_project(app, project_in_path(parts, app).await).await?;
        let player = known(&parts.headers, app, &project).await?.ok_or_else(|| Fault::no_player(NO_PLAYER))?;
        Ok(Player(project, player))
    }
}

/// The project of the path, and a player who showed a token or is a guest.
pub struct Shopper(pub Arc<Project>, pub Arc<player::Known>);

impl FromRequestParts<Shared> for Shopper {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Fault> {
        let id = project_in_path(parts, app).await;
        Shopper::of(app, &parts.headers, id).await
    }
}

impl Shopper {
    /// The project with this number, and who shows with these headers to be its
    /// player.
    pub(crate) async fn of(app: &Shared, headers: &HeaderMap, id: Option<ProjectId>) -> Result<Self, Fault> {
        let guest = guest(headers);
        if bearer(headers).is_none() && guest.is_none() {
            return Err(Fault::no_player(NO_PLAYER));
        }
        let project = any_project(app, id).await?;
        let player = known(headers, app, &project).await?.or(guest.map(Arc::new));
        Ok(Shopper(project, player.ok_or_else(|| Fault::no_player(NO_PLAYER))?))
    }
}

/// The project of the path, and the player who looks, if one showed a token.
pub struct Visitor(pub Arc<Project>, pub Option<Arc<player::Known>>);

impl FromRequestParts<Shared> for Visitor {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Fault> {
        let project = any_project(app, project_in_path(parts, app).await).await?;
        let player = known(&parts.headers, app, &project).await?;
        Ok(Visitor(project, player))
    }
}

/// Where a request comes from.
pub struct From(pub Option<IpAddr>);

impl From {
    /// The country it comes from.
    pub fn country(&self) -> Option<&'static str> {
        self.0.and_then(country::of_ip).filter(|code| is_country(code))
    }
}

impl<S: Sync> FromRequestParts<S> for From {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(From::of(parts.extensions.get()))
    }
}

impl From {
    /// This address.
    pub(crate) fn of(ip: Option<&ClientIp>) -> Self {
        From(ip.and_then(|ip| ip.0.parse().ok()))
    }
}

/// The address that the game's server says its player has; nothing for a header
/// that is no address.
pub(crate) fn said_ip(headers: &HeaderMap) -> Option<IpAddr> {
    headers.get("x-user-ip")?.to_str().ok()?.trim().parse().ok()
}

pub(super) async fn project_in_path(parts: &mut Parts, app: &Shared) -> Option<ProjectId> {
    let params = RawPathParams::from_request_parts(parts, app).await.ok()?;
    params.iter().find(|(name, _)| *name == "project_id").and_then(|(_, id)| id.parse().ok())
}

/// The project with this number, whoever's it is.
async fn any_project(app: &Shared, id: Option<ProjectId>) -> Result<Arc<Project>, Fault> {
    let missing = || Fault::new(StatusCode::NOT_FOUND, 1700, NO_PROJECT);
    let id = id.ok_or_else(missing)?;
    coinslot_app::merchant::anyones(app, id).await?.ok_or_else(missing)
}

/// The player of the token that was shown, if one was; one that does not hold is
/// refused, for whoever shows it wants to be known.
async fn known(headers: &HeaderMap, app: &Shared, project: &Project) -> Result<Option<Arc<player::Known>>, Fault> {
    let Some(bearer) = bearer(headers) else { return Ok(None) };
    let known = player::authenticate(app, project, bearer).await?;
    known.map(Some).ok_or_else(|| Fault::no_player(BAD_PLAYER))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// A player without a token, by the id that the client made up; with the address
/// for the receipt, in Base64.
fn guest(headers: &HeaderMap) -> Option<player::Known> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).map(str::trim);
    let decoded = text("x-user").and_then(|t| STANDARD.decode(t).ok()).and_then(|t| String::from_utf8(t).ok());
    let email = decoded.filter(|e| e.len() <= 255 && e.contains('@') && !e.contains(char::is_control));
    player::guest(text("x-unauthorized-id")?, email)
}
