//! What the server needs from outside: a clock, randomness, a payment provider
//! and the game. Each is a trait, so that tests decide what happens.

use crate::mail::Letter;
use coinslot_domain::card::Card;
use coinslot_domain::id::{AttemptId, ProjectId, RefundId};
use coinslot_domain::mail::Posted;
use coinslot_domain::money::{Currency, Money};
use coinslot_domain::payment::Decline;
use coinslot_domain::time::{Span, Time};
use std::pin::Pin;

/// A boxed future, so that the ports can be trait objects.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Time;
}

/// Draws random bytes fit for secrets.
pub trait Random: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// A way to pay, as the payment page lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// The documented number: `transaction.payment_method` in webhooks.
    pub id: i64,
    /// Stable short name: `card`, `paypal`.
    pub key: &'static str,
    /// `transaction.payment_method_name` in webhooks.
    pub name: &'static str,
    /// Whether the card form is shown.
    pub takes_card: bool,
}

/// What a gateway keeps a card as. It stands for the card without being it,
/// and may be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardToken {
    /// The gateway's name for the card.
    pub token: String,
    /// Brand and last four digits.
    pub masked: String,
}

/// Why a card was not taken, before anything was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardRefused {
    /// The gateway does not accept this number; a sandbox accepts only the
    /// documented test cards.
    Number,
    /// Expired, or not the expiry of this card.
    Expiry,
}

/// An order to take money. Asking twice with one `attempt` takes it once.
#[derive(Clone, Debug)]
pub struct Charge {
    /// Whose money it becomes.
    pub project: ProjectId,
    /// The key that makes it happen once.
    pub attempt: AttemptId,
    /// The method's number.
    pub method: i64,
    /// The card, for methods that take one.
    pub card: Option<String>,
    /// How much.
    pub amount: Money,
}

/// What a gateway says of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChargeAnswer {
    /// The money is taken.
    Succeeded,
    /// The player must confirm with the bank first.
    Challenge,
    /// It is certain that no money was taken.
    Failed(Decline),
    /// Nothing is certain; ask again later.
    Unknown,
}

/// An order to give money back. Asking twice with one `refund` gives it once.
#[derive(Clone, Debug)]
pub struct GiveBack {
    /// Whose money it was.
    pub project: ProjectId,
    /// The key that makes it happen once.
    pub refund: RefundId,
    /// The attempt that took the money.
    pub attempt: AttemptId,
    /// How much.
    pub amount: Money,
}

/// What a gateway says of a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundAnswer {
    /// The money went back.
    Succeeded,
    /// It did not and will not.
    Refused,
    /// Nothing is certain; ask again later.
    Unknown,
}

/// A payment provider.
pub trait Gateway: Send + Sync {
    /// The methods it offers for a currency, in the order to show them.
    fn methods(&self, currency: Currency) -> Vec<Method>;
    /// Turns a card into a token, or refuses it. `today` is year and month.
    /// Nothing about a refused card may be kept.
    fn tokenize(&self, card: &Card, today: (i16, i8)) -> Result<CardToken, CardRefused>;
    /// The token by which a card that was saved is charged later, while the
    /// player is not there to confirm anything.
    fn keep(&self, token: &str) -> String;
    /// Tokens of no card whose charges are declined, each with why; none where
    /// real money moves.
    fn declining(&self) -> Vec<(Decline, String)>;
    /// What [`Gateway::charge`] will say, where that follows from the charge
    /// alone and nobody outside keeps a note of it: then a payment and its
    /// outcome are one transaction, and the charge is never asked for. May be
    /// called for charges that are not taken in the end.
    fn at_once(&self, _: &Charge) -> Option<ChargeAnswer> {
        None
    }
    /// Takes money.
    fn charge(&self, charge: Charge) -> Later<'_, ChargeAnswer>;
    /// Passes on what the player told the bank in a challenge.
    fn answer_challenge(&self, charge: Charge, approved: bool) -> Later<'_, ChargeAnswer>;
    /// Asks what became of a charge. `Unknown` for one never heard of means
    /// that it will not happen any more only once the gateway says `Failed`.
    fn inquire(&self, charge: Charge) -> Later<'_, ChargeAnswer>;
    /// Gives money back.
    fn refund(&self, give_back: GiveBack) -> Later<'_, RefundAnswer>;
}

/// A letter as it went out, where somebody keeps it to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caught {
    /// Where it went.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// What it says.
    pub text: String,
}

/// The mail.
pub trait Post: Send + Sync {
    /// Sends a letter.
    fn send(&self, letter: Letter) -> Later<'_, Posted>;
    /// Letters that were caught in place of being sent, the newest first; for
    /// development, where none goes out.
    fn caught(&self) -> Option<Vec<Caught>> {
        None
    }
}

/// A webhook request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Where to.
    pub url: String,
    /// Header names in lower case, with values.
    pub headers: Vec<(&'static str, String)>,
    /// The exact bytes, as they were signed.
    pub body: String,
}

/// What came of a webhook request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The status, if there was an answer.
    pub status: Option<u16>,
    /// The answer's body, cut at 16 KiB.
    pub body: String,
    /// Why there was no answer, in words for the project's owner.
    pub error: Option<String>,
    /// How long it took.
    pub took: Span,
}

/// The game's server, as webhooks reach it.
pub trait Game: Send + Sync {
    /// Posts a webhook and waits for the answer, at most
    /// [`coinslot_domain::webhook::TIMEOUT`].
    fn post(&self, request: Outgoing) -> Later<'_, Answered>;
    /// The same with `GET`, and without a body.
    fn get(&self, request: Outgoing) -> Later<'_, Answered>;
}
