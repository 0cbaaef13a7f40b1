//! Who a player is who calls the Store API: by a JSON Web Token that the game's
//! own server signs with the project's key, by a token of the payment page, or
//! as a guest.

use crate::App;
use crate::recent::Recent;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use coinslot_domain::attribute::Values;
use coinslot_domain::merchant::Project;
use coinslot_domain::order::Player;
use coinslot_domain::time::Time;
use coinslot_domain::token::GUEST;
use coinslot_store::{StoreError, Tx};
use coinslot_wire::shop::player::{Claims, LONGEST, is_hs256, is_player_id};
use coinslot_wire::token::TokenBody;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::sync::Arc;

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
pub async fn authenticate(app: &App, project: &Project, bearer: &str) -> Result<Option<Arc<Known>>, StoreError> {
    if bearer.contains('.') {
        return Ok(app.players.find(bearer, &project.secret, project.id.get(), app.clock.now()));
    }
    let found = crate::token::find(app, bearer).await?;
    let found = found.filter(|t| t.project == project.id && app.now(project.id) < t.expires_at);
    let body = found.map(|mut found| found.take_body()).transpose()?;
    let known = |body: Arc<TokenBody>| {
        // Of what a browser asked for, nobody has shown to be the player.
        let player = Some(body.player()).filter(|p| !body.is_guest() && is_player_id(&p.id))?;
        Some(Arc::new(Known { player, guest: false, attributes: body.attributes().cloned() }))
    };
    Ok(body.and_then(known))
}

/// Bytes of tokens that are kept in each of two halves.
const KEPT: usize = 1 << 20;
/// What a token takes to be kept besides its text, about.
const EACH: usize = 256;

/// JSON Web Tokens that were found to be well signed, so that a player who comes
/// again and again with the same one is not verified anew each time. What is kept
/// follows from the token and the key alone, so that it cannot be out of date:
/// one that was verified with another key is none. Whether it still holds, and for
/// the project, is asked each time.
pub(crate) struct Verified(Recent<Digested, Arc<Good>>);

impl Default for Verified {
    fn default() -> Self {
        Verified(Recent::new(KEPT))
    }
}

/// The SHA-256 of a token: how fast one is found tells nothing of another.
type Digested = [u8; 32];

/// A token that is well signed.
struct Good {
    key: String,
    claims: Claims,
    known: Arc<Known>,
}

impl Verified {
    /// The player of a token that is signed with this key and holds now.
    fn find(&self, token: &str, key: &str, project: i64, now: Time) -> Option<Arc<Known>> {
        if token.len() > LONGEST {
            return None;
        }
        let digest = Sha256::digest(token).into();
        let good = match self.0.find(&digest).filter(|good| good.key == key) {
            Some(good) => good,
            None => {
                let claims = verified(token, key)?;
                let known =
                    Known { player: claims.player.clone(), guest: false, attributes: claims.attributes.clone() };
                let good = Arc::new(Good { key: key.to_string(), claims, known: Arc::new(known) });
                self.0.keep(digest, good.clone(), token.len() + EACH);
                good
            }
        };
        good.claims.holds(project, now).then(|| good.known.clone())
    }
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

    const KEY: &str = "key";

    fn at(seconds: i64) -> Time {
        Time(seconds * 1_000_000)
    }

    #[test]
    fn what_is_kept_of_a_token_is_asked_each_time_whether_it_holds() {
        let tokens = Verified::default();
        let claims = r#"{"sub":"p","exp":100,"nbf":50,"project_id":7}"#;
        let token = sign(claims, KEY).unwrap();
        let found = |token: &str, key: &str, project, now| {
            tokens.find(token, key, project, at(now)).map(|known| known.player.id.clone())
        };
        for _ in 0..2 {
            assert_eq!(found(&token, KEY, 7, 60).as_deref(), Some("p"));
            assert_eq!(found(&token, KEY, 7, 100), None, "it has expired");
            assert_eq!(found(&token, KEY, 7, 49), None, "it has not begun");
            assert_eq!(found(&token, KEY, 8, 60), None, "of another project");
            assert_eq!(found(&token, "another", 7, 60), None, "the project's key was changed");
            assert_eq!(found(&token, "", 7, 60), None, "a project without a key");
            assert_eq!(found(&format!("{token}."), KEY, 7, 60), None);
        }
        // One that is signed with the new key takes the place of nothing.
        let renewed = sign(claims, "another").unwrap();
        assert_eq!(found(&renewed, "another", 7, 60).as_deref(), Some("p"));
        assert_eq!(found(&renewed, KEY, 7, 60), None);
        assert_eq!(found(&token, KEY, 7, 60).as_deref(), Some("p"), "the key was changed back");
    }

    #[test]
    fn no_more_tokens_are_kept_than_fit() {
        let tokens = Verified::default();
        let often = sign(CLAIMS, KEY).unwrap();
        let padding = "x".repeat(1000);
        for n in 0..4 * KEPT / 1000 {
            let token = sign(&format!(r#"{{"sub":"p{n}","exp":100,"x":"{padding}"}}"#), KEY).unwrap();
            assert!(tokens.find(&token, KEY, 1, at(1)).is_some());
            assert!(tokens.find(&often, KEY, 1, at(1)).is_some());
            assert!(tokens.0.is_within_bounds());
            let digest: Digested = Sha256::digest(&often).into();
            assert!(tokens.0.find(&digest).is_some(), "who comes often stays");
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
