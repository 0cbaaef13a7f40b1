//! Who a player is who calls the Store API: by a JSON Web Token that the game's
//! own server signs with the project's key, by a token of the payment page, or
//! as a guest.

use crate::App;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use coinslot_domain::attribute::Values;
use coinslot_domain::merchant::Project;
use coinslot_domain::order::Player;
use coinslot_domain::token::GUEST;
use coinslot_store::{StoreError, Tx};
use coinslot_wire::shop::player::{Claims, LONGEST, is_hs256, is_player_id};
use coinslot_wire::token::TokenBody;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Map, Value};
use sha2::Sha256;

/// A player of a project, who said who he or she is.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// What is known of the player.
    pub player: Player,
    /// Whether the player showed no token. A guest is nobody whom the game knows.
    pub guest: bool,
    /// What the token says of the player, by which offers are chosen.
    pub attributes: Option<Map<String, Value>>,
}

impl Known {
    /// What is known of the player to choose offers by: what the token says,
    /// over what was said before.
    pub(crate) fn values(&self, tx: &mut Tx<'_>, project: &Project) -> Result<Values, StoreError> {
        let mut values = coinslot_store::attribute::values_of(tx, project.id, &self.player.id)?;
        values.extend(self.attributes.as_ref().map(coinslot_wire::attribute::values).unwrap_or_default());
        Ok(values)
    }
}

/// The player of a token: a JSON Web Token of the project, or one that opens
/// the project's payment page. `None` for any other.
pub async fn authenticate(app: &App, project: &Project, bearer: &str) -> Result<Option<Known>, StoreError> {
    if bearer.contains('.') {
        let claims = verified(bearer, &project.secret).filter(|c| c.holds(project.id.get(), app.clock.now()));
        let known = |c: Claims| Known { player: c.player, guest: false, attributes: c.attributes };
        return Ok(claims.map(known));
    }
    let found = crate::token::find(app, bearer).await?;
    let found = found.filter(|t| t.project == project.id && app.now(project.id) < t.expires_at);
    let body = found.and_then(|found| TokenBody::from_stored(found.text.get()));
    let known = |body: TokenBody| {
        // Of what a browser asked for, nobody has shown to be the player.
        let player = Some(body.player()).filter(|p| !body.is_guest() && is_player_id(&p.id))?;
        Some(Known { player, guest: false, attributes: body.attributes().cloned() })
    };
    Ok(body.and_then(known))
}

/// A player without a token, by the id that the client made up.
pub fn guest(id: &str, email: Option<String>) -> Option<Known> {
    let player = Player { id: format!("{GUEST}{id}"), email, ..Player::default() };
    is_player_id(id).then_some(Known { player, guest: true, attributes: None })
}

/// What a JSON Web Token says that is signed with this key by HMAC and SHA-256.
fn verified(token: &str, key: &str) -> Option<Claims> {
    // A project without a key has no tokens, least of all those signed with none.
    if key.is_empty() || token.len() > LONGEST {
        return None;
    }
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, payload) = signed.split_once('.')?;
    if !is_hs256(&URL_SAFE_NO_PAD.decode(header).ok()?) {
        return None;
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).ok()?;
    mac.update(signed.as_bytes());
    mac.verify_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
    Claims::read(&URL_SAFE_NO_PAD.decode(payload).ok()?)
}

/// A JSON Web Token as a game makes one: for the demo shop, for tests, and as an
/// example of how it is done. `claims` is JSON.
pub fn sign(claims: &str, key: &str) -> Option<String> {
    let encode = |text: &[u8]| URL_SAFE_NO_PAD.encode(text);
    let signed = format!("{}.{}", encode(br#"{"alg":"HS256","typ":"JWT"}"#), encode(claims.as_bytes()));
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).ok()?;
    mac.update(signed.as_bytes());
    Some(format!("{signed}.{}", encode(&mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CLAIMS: &str = r#"{"sub":"p","exp":100}"#;

    #[test]
    fn only_what_is_signed_with_the_key_counts() {
        let token = sign(CLAIMS, "key").unwrap();
        assert_eq!(verified(&token, "key").unwrap().player.id, "p");
        for key in ["", "Key", "key2"] {
            assert_eq!(verified(&token, key), None, "{key:?}");
        }
        assert_eq!(verified(&sign(CLAIMS, "").unwrap(), ""), None, "a project without a key");
        let parts: Vec<&str> = token.split('.').collect();
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        for forged in [
            format!("{}.{}.", encode(r#"{"alg":"none"}"#), parts[1]),
            format!("{}.{}.{}", encode(r#"{"alg":"none"}"#), parts[1], parts[2]),
            format!("{}.{}.{}", encode(r#"{"alg":"HS384"}"#), parts[1], parts[2]),
            format!("{}.{}.{}", parts[0], encode(r#"{"sub":"q","exp":100}"#), parts[2]),
            format!("{}.{}", parts[0], parts[1]),
            format!("{token}."),
            format!("{token}="),
            format!("{}.{token}", parts[0]),
            "..".into(),
            ".".into(),
        ] {
            assert_eq!(verified(&forged, "key"), None, "{forged}");
        }
    }

    #[test]
    fn guests_are_nobody_else() {
        let known = guest("p", Some("a@b".into())).unwrap();
        assert_eq!((known.player.id.as_str(), known.guest), ("guest:p", true));
        assert_eq!(guest("guest:p", None), None);
        assert_eq!((guest("", None), guest("a\0", None), guest(&"x".repeat(256), None)), (None, None, None));
        let forged = sign(r#"{"sub":"guest:p","exp":100}"#, "key").unwrap();
        assert_eq!(verified(&forged, "key"), None);
    }

    proptest! {
        #[test]
        fn a_changed_token_is_none(at in 0_usize..100, bit in 0_u8..7) {
            let token = sign(CLAIMS, "key").unwrap();
            let mut bytes = token.clone().into_bytes();
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            let changed = String::from_utf8(bytes).unwrap();
            prop_assert_eq!(verified(&changed, "key"), None);
        }
    }
}
