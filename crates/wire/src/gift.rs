//! Gifts: what a game is asked about those who may receive one, and what it
//! answers.

use crate::webhook::{Settings, bytes, settings};
use coinslot_domain::gift::{Friend, MOST_FRIENDS};
use coinslot_domain::id::{MerchantId, ProjectId};
use serde::Serialize;
use serde_json::{Value, json};

/// The type of the question who has an id that players know.
pub const USER_SEARCH: &str = "user_search";
/// The type of the question who a player's friends are.
pub const FRIENDS_LIST: &str = "friends_list";

#[derive(Serialize)]
struct UserSearch<'a> {
    notification_type: &'static str,
    settings: Settings,
    user: PublicId<'a>,
}

#[derive(Serialize)]
struct PublicId<'a> {
    public_id: &'a str,
}

/// Asks the game who has an id that players know: a name, an e-mail address.
pub fn user_search(project: ProjectId, merchant: MerchantId, public_id: &str) -> String {
    let user = PublicId { public_id };
    bytes(&UserSearch { notification_type: USER_SEARCH, settings: settings(project, merchant), user })
}

/// Text or a number as text, unless it is empty or longer than 255 characters.
fn short(v: &Value, key: &str) -> Option<String> {
    let text = match v.get(key)? {
        Value::String(text) => text.trim().to_string(),
        Value::Number(n) => n.to_string(),
        _ => return None,
    };
    (!text.is_empty() && text.chars().count() <= 255 && !text.chars().any(char::is_control)).then_some(text)
}

fn friend(v: &Value) -> Option<Friend> {
    Some(Friend { id: short(v, "id")?, name: short(v, "name"), email: short(v, "email") })
}

/// Whom the game's answer to [`user_search`] names.
pub fn found(answer: &str) -> Option<Friend> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    let user = answer.get("user")?;
    let friend = friend(user)?;
    // Players who are known by another name than their own are called by it.
    Some(Friend { name: friend.name.clone().or_else(|| short(user, "public_id")), ..friend })
}

/// A question for friends, which is a `GET`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FriendsQuery {
    /// Whose friends: the game's own id.
    pub user: String,
    /// What their names contain; empty for all.
    pub query: String,
    /// How many to pass over.
    pub offset: i64,
    /// How many at most.
    pub limit: i64,
}

impl FriendsQuery {
    /// Its parameters apart from its type and signature, in the order of their
    /// names, in which they are signed.
    pub fn pairs(&self) -> [(&'static str, String); 4] {
        [
            ("limit", self.limit.to_string()),
            ("offset", self.offset.to_string()),
            ("query", self.query.clone()),
            ("user", self.user.clone()),
        ]
    }

    /// The question as JSON, for the list of events: on the wire it has no body.
    pub fn text(&self) -> String {
        let FriendsQuery { user, query, offset, limit } = self;
        let all = json!({
            "notification_type": FRIENDS_LIST, "user": user, "query": query, "offset": offset, "limit": limit,
        });
        all.to_string()
    }
}

/// Friends by whom a gift can be tried out: id, name and address.
const SAMPLES: [(&str, &str, &str); 4] = [
    ("2345671", "Vega", "vega@example.com"),
    ("2345672", "Orion", "orion@example.com"),
    ("2345673", "Lyra", "lyra@example.com"),
    ("2345674", "Atlas", "atlas@example.com"),
];

/// What a game answers whose players all have the same four friends.
pub fn sample_friends(query: &FriendsQuery) -> String {
    let wanted = query.query.to_lowercase();
    let all: Vec<Value> = SAMPLES
        .iter()
        .filter(|(id, name, _)| *id != query.user && name.to_lowercase().contains(&wanted))
        .map(|(id, name, email)| json!({"id": id, "name": name, "email": email}))
        .collect();
    let (total, offset) = (all.len(), usize::try_from(query.offset).unwrap_or(0));
    let limit = usize::try_from(query.limit).unwrap_or(0);
    let page: Vec<Value> = all.into_iter().skip(offset).take(limit).collect();
    json!([{"friends": page, "total": total}]).to_string()
}

/// The friends that a game's answer lists: an object with `friends`, or a list
/// of such objects. Whoever has no id is left out.
pub fn friends(answer: &str) -> Option<Vec<Friend>> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    let pages = match &answer {
        Value::Array(pages) => pages.as_slice(),
        page => std::slice::from_ref(page),
    };
    let mut all = Vec::new();
    for page in pages {
        all.extend(page.get("friends")?.as_array()?.iter().filter_map(friend));
    }
    all.truncate(MOST_FRIENDS);
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn friends_to_try_a_gift_out() {
        let ask = |query: &str, offset, limit| {
            let query = FriendsQuery { user: "2345673".into(), query: query.into(), offset, limit };
            let names = |f: Friend| f.name.unwrap();
            friends(&sample_friends(&query)).unwrap().into_iter().map(names).collect::<Vec<_>>()
        };
        assert_eq!(ask("", 0, 20), ["Vega", "Orion", "Atlas"], "nobody is a friend of their own");
        assert_eq!((ask("", 1, 1), ask("", 9, 9)), (vec!["Orion".to_string()], vec![]));
        assert_eq!((ask("VE", 0, 20), ask("x", 0, 20)), (vec!["Vega".to_string()], vec![]));
        assert!(ask("", -1, -1).is_empty());
    }

    #[test]
    fn the_question_who_it_is() {
        let (project, merchant) = (ProjectId::new(18404).unwrap(), MerchantId::new(2340).unwrap());
        assert_eq!(
            user_search(project, merchant, "nova@example.com"),
            concat!(
                r#"{"notification_type":"user_search","settings":{"project_id":18404,"merchant_id":2340},"#,
                r#""user":{"public_id":"nova@example.com"}}"#
            )
        );
    }

    #[test]
    fn answers_name_somebody_or_nobody() {
        let nova = found(r#"{"user":{"id":77,"public_id":"nova","email":"n@example.com"}}"#).unwrap();
        assert_eq!(
            (nova.id.as_str(), nova.name.as_deref(), nova.email.as_deref()),
            ("77", Some("nova"), Some("n@example.com"))
        );
        for nobody in ["", "[]", "{}", r#"{"user":{}}"#, r#"{"user":{"id":""}}"#, r#"{"user":{"id":null}}"#] {
            assert_eq!(found(nobody), None, "{nobody}");
        }
    }

    #[test]
    fn lists_of_friends() {
        let list = r#"[{"friends":[{"id":"a","name":"Ann"},{"name":"nobody"},{"id":5}],"total":3}]"#;
        let all = friends(list).unwrap();
        assert_eq!(all.iter().map(Friend::called).collect::<Vec<_>>(), ["Ann", "5"]);
        assert_eq!(friends(r#"{"friends":[]}"#), Some(vec![]));
        for none in ["", "null", r#"[{"total":1}]"#, r#"{"friends":{}}"#] {
            assert_eq!(friends(none), None, "{none}");
        }
    }

    #[test]
    fn the_question_for_friends() {
        let query = FriendsQuery { user: "u".into(), query: "fr".into(), offset: 10, limit: 20 };
        let pairs: Vec<_> = query.pairs().iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(pairs, ["limit=20", "offset=10", "query=fr", "user=u"]);
        assert!(query.text().contains(r#""notification_type":"friends_list""#));
    }
}
