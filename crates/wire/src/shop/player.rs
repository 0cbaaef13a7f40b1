//! What the token of a player says: a JSON Web Token that the game's own server
//! makes.

use crate::read;
use crate::shape;
use coinslot_domain::merchant::is_country;
use coinslot_domain::order::Player;
use coinslot_domain::time::Time;
use coinslot_domain::token::GUEST;
use serde_json::{Map, Value};

/// Most bytes of a token. An honest one has some hundred.
pub const LONGEST: usize = 8 << 10;

/// Most characters of a player's id.
const ID_LENGTH: usize = 255;

/// Whether a token's header says that it is signed with HMAC and SHA-256, and
/// with nothing else.
pub fn is_hs256(header: &[u8]) -> bool {
    let Ok(Value::Object(header)) = shape::parse(header) else { return false };
    // What must be understood and is not is a reason to refuse.
    header.get("alg").and_then(Value::as_str) == Some("HS256") && !header.contains_key("crit")
}

/// What a token says, once its signature was found to be good.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims {
    /// The player.
    pub player: Player,
    /// By which offers are chosen.
    pub attributes: Option<Map<String, Value>>,
    project: Option<String>,
    expires: Time,
    begins: Option<Time>,
}

impl Claims {
    /// Reads the payload of a token; `None` when it names no player or no end.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let claims = shape::parse(payload).ok()?;
        let text = |name: &str| claims.get(name).and_then(read::text).filter(|t| is_plain(t));
        let id = text("sub").filter(|id| is_player_id(id))?;
        Some(Claims {
            player: Player {
                id,
                name: text("username").or_else(|| text("name")),
                email: text("email"),
                phone: None,
                country: text("country").filter(|c| is_country(c)),
                zip: None,
                ip: None,
            },
            attributes: claims.get("attributes").and_then(Value::as_object).cloned(),
            project: claims.get("project_id").map(|p| read::text(p).unwrap_or_else(|| p.to_string())),
            expires: seconds(claims.get("exp")?)?,
            begins: match claims.get("nbf") {
                Some(at) => Some(seconds(at)?),
                None => None,
            },
        })
    }

    /// Whether it holds at `now`, for this project.
    pub fn holds(&self, project: i64, now: Time) -> bool {
        let ours = self.project.as_ref().is_none_or(|p| *p == project.to_string());
        ours && now < self.expires && self.begins.is_none_or(|begins| begins <= now)
    }
}

/// Whether a text can be the id of a player who is no guest.
pub fn is_player_id(id: &str) -> bool {
    (1..=ID_LENGTH).contains(&id.chars().count()) && !id.starts_with(GUEST) && is_plain(id)
}

/// Not every database can keep U+0000.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.len() <= 4 * ID_LENGTH && !text.contains('\0')
}

/// A number of seconds since 1970; parts of one count for nothing.
fn seconds(value: &Value) -> Option<Time> {
    let Value::Number(number) = value else { return None };
    let whole = number.as_str().split('.').next()?;
    whole.parse::<i64>().ok()?.checked_mul(1_000_000).map(Time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers() {
        assert!(is_hs256(br#"{"alg":"HS256","typ":"JWT"}"#));
        for bad in [
            r#"{"alg":"none"}"#,
            r#"{"alg":"hs256"}"#,
            r#"{"alg":"HS512"}"#,
            r#"{"alg":"RS256"}"#,
            r#"{"alg":["HS256"]}"#,
            r#"{"alg":"HS256","crit":["exp"]}"#,
            r#"{"typ":"JWT"}"#,
            "",
            "null",
        ] {
            assert!(!is_hs256(bad.as_bytes()), "{bad}");
        }
    }

    fn read(text: &str) -> Option<Claims> {
        Claims::read(text.as_bytes())
    }

    #[test]
    fn claims() {
        let text = r#"{"sub":"p","exp":100,"email":"a@b","username":"N","country":"DE","attributes":{"level":3}}"#;
        let all = read(text).unwrap();
        assert_eq!((all.player.id.as_str(), all.player.country.as_deref()), ("p", Some("DE")));
        assert_eq!((all.player.name.as_deref(), all.player.email.as_deref()), (Some("N"), Some("a@b")));
        assert!(all.attributes.is_some());
        assert!(all.holds(1, Time(99_999_999)) && !all.holds(1, Time(100_000_000)));
        let bounded = read(r#"{"sub":"p","exp":100.9,"nbf":50,"project_id":7}"#).unwrap();
        assert!(bounded.holds(7, Time(50_000_000)) && !bounded.holds(7, Time(49_999_999)));
        assert!(!bounded.holds(8, Time(60_000_000)), "of another project");
        assert!(read(r#"{"sub":"p","exp":100,"project_id":"7"}"#).unwrap().holds(7, Time(0)));
    }

    #[test]
    fn what_is_no_claim() {
        for bad in [
            r#"{"exp":100}"#,
            r#"{"sub":"","exp":100}"#,
            r#"{"sub":7,"exp":100}"#,
            r#"{"sub":"guest:p","exp":100}"#,
            r#"{"sub":"p\u0000","exp":100}"#,
            r#"{"sub":"p"}"#,
            r#"{"sub":"p","exp":"100"}"#,
            r#"{"sub":"p","exp":1e99}"#,
            r#"{"sub":"p","exp":99999999999999999999}"#,
            r#"{"sub":"p","exp":100,"nbf":"x"}"#,
            "[]",
            "",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
