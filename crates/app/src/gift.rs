//! A purchase for somebody else: whom the player may choose, whom they chose,
//! and what the game says of it.

use crate::checkout::{self, Checkout, PageError};
use crate::{App, known, signature, webhook};
use coinslot_domain::gift::{Friend, Giving};
use coinslot_domain::order::Player;
use coinslot_store::gift;
use coinslot_wire::gift::{FRIENDS_LIST, FriendsQuery, USER_SEARCH};
use std::collections::HashMap;

/// A gift on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gifting {
    /// What the token says of it.
    pub giving: Giving,
    /// Who gets it, once somebody is chosen.
    pub receiver: Option<Friend>,
}

/// Friends that a page lists.
const LISTED: i64 = 20;

/// Whom the player may choose whose names have `query` in them: those of the
/// token, or those that the game names. `None` where the game names nobody, for
/// want of an address or of an answer.
pub async fn friends(app: &App, c: &Checkout, query: &str) -> Result<Option<Vec<Friend>>, PageError> {
    let Some(gifting) = &c.gift else { return Ok(None) };
    if !gifting.giving.friends.is_empty() {
        let wanted = query.to_lowercase();
        let fits = |f: &&Friend| f.called().to_lowercase().contains(&wanted);
        return Ok(Some(gifting.giving.friends.iter().filter(fits).cloned().collect()));
    }
    let question = FriendsQuery { user: c.player.id.clone(), query: query.into(), offset: 0, limit: LISTED };
    let (asked, answer) = webhook::look_up(app, &c.project, FRIENDS_LIST, &question.pairs(), question.text()).await?;
    if asked != webhook::Asked::Yes {
        return Ok(None);
    }
    let mut all = coinslot_wire::gift::friends(&answer).unwrap_or_default();
    all.retain(|friend| friend.id != c.player.id);
    all.truncate(LISTED as usize);
    Ok(Some(all))
}

/// What a game that lists four friends answers to the question for them, as it
/// stands in an address: status and body. `None` for what is another question.
/// For those who try gifts out before their game has a listener.
pub fn answer_friends(query: &str, secret: &str) -> Option<(u16, String)> {
    let mut pairs: HashMap<_, _> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    if pairs.remove("notification_type").as_deref() != Some(FRIENDS_LIST) {
        return None;
    }
    let sign = pairs.remove("sign").unwrap_or_default();
    let mut text = |name: &str| pairs.remove(name).unwrap_or_default();
    let (limit, offset, query, user) = (text("limit"), text("offset"), text("query"), text("user"));
    let signed = [limit.as_str(), &offset, &query, &user];
    if sign != signature::of_query(FRIENDS_LIST, signed.into_iter(), secret) {
        let why = r#"{"error":{"code":"INVALID_SIGNATURE","message":"The parameter sign does not match"}}"#;
        return Some((400, why.into()));
    }
    let number = |text: String| text.parse().unwrap_or(0);
    let query = FriendsQuery { user, query, offset: number(offset), limit: number(limit) };
    Some((200, coinslot_wire::gift::sample_friends(&query)))
}

/// Who has an id that players know; none if the game knows nobody by it.
pub async fn search(app: &App, c: &Checkout, public_id: &str) -> Result<Option<Friend>, PageError> {
    let body = coinslot_wire::gift::user_search(c.project.id, c.project.merchant, public_id);
    let (asked, answer) = webhook::question(app, &c.project, USER_SEARCH, body).await?;
    match asked {
        webhook::Asked::Yes => Ok(coinslot_wire::gift::found(&answer)),
        webhook::Asked::No | webhook::Asked::Nobody => Ok(None),
        webhook::Asked::NoAnswer => Err(PageError::GameUnreachable),
    }
}

/// Notes who gets what is bought; `false` for somebody who cannot get it: whom
/// the token does not list, whom the game does not know, or the giver.
pub async fn choose(app: &App, c: &Checkout, friend: Friend, ip: Option<&str>) -> Result<bool, PageError> {
    let Some(gifting) = &c.gift else { return Ok(false) };
    let listed = &gifting.giving.friends;
    let friend = match listed.iter().find(|listed| listed.id == friend.id) {
        Some(listed) => listed.clone(),
        None if listed.is_empty() => friend,
        None => return Ok(false),
    };
    if friend.id == c.player.id || !knows(app, c, &friend, ip).await? {
        return Ok(false);
    }
    let (project, until) = (c.project.id, c.expires_at);
    let token = c.token_hash().to_string();
    app.store.write(move |tx| gift::choose(tx, project, &token, &friend, until)).await?;
    Ok(true)
}

/// Whether the game knows who is to get a gift.
pub(crate) async fn knows(app: &App, c: &Checkout, friend: &Friend, ip: Option<&str>) -> Result<bool, PageError> {
    let known = known::project(app, c.project.id).await?.ok_or(PageError::Token)?;
    if known.is_disabled(app, &friend.id).await? {
        return Ok(false);
    }
    let player = Player { id: friend.id.clone(), name: friend.name.clone(), ..Player::default() };
    match checkout::ask(app, &c.project, &player, c.sandbox, ip).await {
        Ok(()) => Ok(true),
        Err(PageError::PlayerRefused) => Ok(false),
        Err(e) => Err(e),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_for_friends_is_answered_if_it_is_signed() {
        // A name with what an address has to write in another way.
        let question = FriendsQuery { user: "a&b 1".into(), query: "ä+".into(), offset: 0, limit: 20 };
        let address = |secret: &str| {
            let signature = signature::of_query(FRIENDS_LIST, question.pairs().iter().map(|(_, v)| v.as_str()), secret);
            webhook::question_address("", FRIENDS_LIST, &question.pairs(), &signature)
        };
        let ask = |secret| answer_friends(address(secret).strip_prefix('?').unwrap(), "secret");
        assert_eq!(ask("secret"), Some((200, r#"[{"friends":[],"total":0}]"#.into())));
        assert_eq!(ask("other").unwrap().0, 400);
        for other in ["", "notification_type=user_search", "user=1&sign=x"] {
            assert_eq!(answer_friends(other, "secret"), None, "{other}");
        }
    }
}
