//! Questions of players to the merchant.

use crate::id::{CommentId, ProjectId, TicketId};
use crate::time::Time;

macro_rules! names {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// Their names, in the same order.
            pub const NAMES: &'static [&'static str] = &[$($text),*];
            /// Its name, in the database and on the wire.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
            /// The one of a name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

names! {
    /// Where a ticket stands.
    TicketState {
        /// Nobody has answered yet.
        New = "new",
        /// The merchant is to answer.
        Open = "open",
        /// The player is to answer.
        Pending = "pending",
        /// It is answered; the player may come back.
        Solved = "solved",
        /// It is over.
        Closed = "closed",
    }
}

names! {
    /// What a ticket is.
    TicketKind {
        /// A question.
        Question = "question",
        /// Something does not work.
        Problem = "problem",
        /// Something did not work for once.
        Incident = "incident",
        /// Something to do.
        Task = "task",
    }
}

names! {
    /// Who writes.
    Sender {
        /// The player.
        User = "user",
        /// The merchant.
        Merchant = "merchant",
    }
}

impl TicketState {
    /// The state once somebody wrote, and wished for a state or not; `None`
    /// where that must not happen. A player's word opens what was pending or
    /// solved; the merchant's waits for the player. What is closed stays closed.
    pub fn after(self, sender: Sender, wish: Option<TicketState>) -> Option<TicketState> {
        match (self, sender, wish) {
            (TicketState::Closed, ..) | (_, _, Some(TicketState::New)) => None,
            (_, _, Some(state)) => Some(state),
            (TicketState::New, Sender::User, None) => Some(TicketState::New),
            (_, Sender::User, None) => Some(TicketState::Open),
            (_, Sender::Merchant, None) => Some(TicketState::Pending),
        }
    }
}

/// A ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Where it lives.
    pub project: ProjectId,
    /// Its number.
    pub id: TicketId,
    /// When it was opened.
    pub created_at: Time,
    /// What it is about, in a line.
    pub subject: String,
    /// Where it stands.
    pub state: TicketState,
    /// What it is.
    pub kind: TicketKind,
    /// Who opened it.
    pub sender: Sender,
    /// The player, by the game's id.
    pub user_id: Option<String>,
    /// The player's address.
    pub user_email: Option<String>,
    /// The player's name.
    pub user_name: Option<String>,
}

/// What somebody wrote to a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its number.
    pub id: CommentId,
    /// When.
    pub at: Time,
    /// Who.
    pub author: Sender,
    /// What.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use TicketState::*;

    #[test]
    fn whose_turn_it_is() {
        for (state, by_user, by_merchant) in [
            (New, Some(New), Some(Pending)),
            (Open, Some(Open), Some(Pending)),
            (Pending, Some(Open), Some(Pending)),
            (Solved, Some(Open), Some(Pending)),
            (Closed, None, None),
        ] {
            assert_eq!(state.after(Sender::User, None), by_user, "{state:?}");
            assert_eq!(state.after(Sender::Merchant, None), by_merchant, "{state:?}");
            for wish in TicketState::ALL.iter().copied() {
                let wanted = (state != Closed && wish != New).then_some(wish);
                assert_eq!(state.after(Sender::Merchant, Some(wish)), wanted, "{state:?} {wish:?}");
            }
            assert_eq!(TicketState::from_name(state.name()), Some(state));
        }
    }
}
