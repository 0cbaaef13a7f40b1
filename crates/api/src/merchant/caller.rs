//! Who calls the Merchant API.

use crate::Problem;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::{header, request::Parts};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use coinslot_app::Shared;
use coinslot_domain::id::MerchantId;
use coinslot_domain::merchant::{Caller, KeyScope};

/// The merchant of the path, who is the one that called, with a key that
/// reaches the whole company.
pub struct Merchant(pub Caller);

impl FromRequestParts<Shared> for Merchant {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let caller = authenticate(parts, app).await?;
        let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| Problem::forbidden())?;
        let named = params.iter().find(|(name, _)| *name == "merchant_id").and_then(|(_, id)| id.parse().ok());
        if named != Some(caller.merchant) {
            return Err(Problem::forbidden());
        }
        match caller.scope {
            KeyScope::Company => Ok(Merchant(caller)),
            // Nothing in the path says that the call stays in the key's project.
            KeyScope::Project(_) => Err(Problem::forbidden()),
        }
    }
}

/// Reads HTTP Basic credentials: the merchant's id and an API key.
async fn authenticate(parts: &Parts, app: &Shared) -> Result<Caller, Problem> {
    let (merchant, key) = credentials(parts).ok_or_else(Problem::unauthorized)?;
    coinslot_app::merchant::authenticate(app, merchant, &key).await?.ok_or_else(Problem::unauthorized)
}

fn credentials(parts: &Parts) -> Option<(MerchantId, String)> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (merchant, key) = text.split_once(':')?;
    Some((merchant.parse().ok()?, key.to_string()))
}
