//! A purchase for somebody else.

/// Somebody who may receive a gift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Friend {
    /// The game's own id.
    pub id: String,
    /// Shown name.
    pub name: Option<String>,
    /// Address.
    pub email: Option<String>,
}

impl Friend {
    /// What a list calls them.
    pub fn called(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }
}

/// A gift that nobody is chosen for yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Giving {
    /// Who gives: the game's own id.
    pub giver: String,
    /// What the giver says.
    pub message: Option<String>,
    /// Whether the receiver is not to learn who gives.
    pub hide_giver: bool,
    /// Who may receive it, as far as the game said so; nobody leaves it open.
    pub friends: Vec<Friend>,
}

impl Giving {
    /// The gift, once it is decided who gets it.
    pub fn to(&self, friend: &Friend) -> Gift {
        Gift {
            giver: self.giver.clone(),
            receiver: friend.id.clone(),
            receiver_email: friend.email.clone(),
            message: self.message.clone(),
            hide_giver: self.hide_giver,
        }
    }
}

/// What makes an order a gift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gift {
    /// Who gives: the game's own id.
    pub giver: String,
    /// Who gets what is bought: the game's own id.
    pub receiver: String,
    /// The receiver's address, if it is known.
    pub receiver_email: Option<String>,
    /// What the giver says.
    pub message: Option<String>,
    /// Whether the receiver is not to learn who gives.
    pub hide_giver: bool,
}

/// Friends that a list of the game may have, as published.
pub const MOST_FRIENDS: usize = 2000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_friend_gets_it() {
        let friend = Friend { id: "f1".into(), name: Some("Mira".into()), email: Some("m@example.com".into()) };
        assert_eq!(friend.called(), "Mira");
        assert_eq!(Friend { name: None, ..friend.clone() }.called(), "f1");
        let giving = Giving { giver: "g".into(), message: Some("Hi".into()), hide_giver: true, friends: vec![] };
        let gift = giving.to(&friend);
        assert_eq!((gift.giver.as_str(), gift.receiver.as_str()), ("g", "f1"));
        assert_eq!((gift.receiver_email.as_deref(), gift.hide_giver), (Some("m@example.com"), true));
    }
}
