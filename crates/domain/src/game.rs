//! Games sold by key, and their keys.

use crate::decimal::Decimal;
use crate::id::{GameId, ProjectId};
use crate::localized::Localized;
use crate::money::Currency;
use crate::time::Time;
use std::collections::BTreeMap;

/// Where a key is redeemed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drm {
    /// Its documented number.
    pub id: i64,
    /// What tokens and webhooks call it.
    pub key: &'static str,
    /// What players call it.
    pub name: &'static str,
    /// Platforms it exists on, by their documented numbers.
    pub platforms: &'static [i64],
}

/// Everywhere a key can be redeemed, by number.
pub const DRMS: [Drm; 7] = [
    Drm { id: 1, key: "steam", name: "Steam", platforms: &[1, 2, 3] },
    Drm { id: 2, key: "playstation", name: "PlayStation", platforms: &[] },
    Drm { id: 3, key: "xbox", name: "Xbox", platforms: &[] },
    Drm { id: 4, key: "uplay", name: "Uplay", platforms: &[1] },
    Drm { id: 5, key: "origin", name: "Origin", platforms: &[1, 3] },
    Drm { id: 6, key: "drmfree", name: "DRM Free", platforms: &[1, 2, 3] },
    Drm { id: 7, key: "gog", name: "GOG", platforms: &[1, 2, 3] },
];

/// Systems that games run on, by their documented numbers.
pub const PLATFORMS: [(i64, &str); 3] = [(1, "Windows"), (2, "Linux"), (3, "macOS")];

impl Drm {
    /// The one with a number.
    pub fn of_id(id: i64) -> Option<&'static Drm> {
        DRMS.iter().find(|d| d.id == id)
    }

    /// The one that a token names, by key, name or number, in any case.
    pub fn of_text(text: &str) -> Option<&'static Drm> {
        let same = |d: &&Drm| {
            d.key.eq_ignore_ascii_case(text) || d.name.eq_ignore_ascii_case(text) || d.id.to_string() == text
        };
        DRMS.iter().find(same)
    }
}

/// Texts about a game in one language or none, by their documented keys.
pub const FACTS: [&str; 9] = [
    "additional_info",
    "developer",
    "forum_link",
    "genre",
    "image_url",
    "publisher",
    "support_link",
    "system_requirements",
    "video_link",
];

/// A place where a game's keys are redeemed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edition {
    /// Whether it is sold.
    pub enabled: bool,
    /// Its own picture.
    pub image: Option<String>,
    /// Platforms it is for.
    pub platforms: Vec<i64>,
    /// Prices by currency.
    pub prices: BTreeMap<&'static str, Decimal>,
}

/// A game sold by key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Game {
    /// Where it lives.
    pub project: ProjectId,
    /// Its number.
    pub id: GameId,
    /// The game's own name for it: unique in its project.
    pub sku: String,
    /// What it is called; never empty.
    pub names: Localized,
    /// What it is about.
    pub descriptions: Localized,
    /// The same at length.
    pub long_descriptions: Localized,
    /// The currency of its prices where a player's own is missing.
    pub default_currency: Option<Currency>,
    /// When it comes out.
    pub release_date: Option<Time>,
    /// Texts by a key of [`FACTS`].
    pub facts: BTreeMap<&'static str, String>,
    /// Editions by the number of the place.
    pub editions: BTreeMap<i64, Edition>,
    /// Whether hints are shown.
    pub tips: bool,
    /// Whether keys come from the game's own server.
    pub codes_from_api: bool,
    /// Whether keys come from those stored here.
    pub codes_from_store: bool,
    /// How and when it is delivered, as JSON text of the owner.
    pub delivery: Option<String>,
    /// Files that go with it, as JSON text of the owner.
    pub files: Option<String>,
}

impl Game {
    /// Whether its keys live at the game, which is asked for each that is paid.
    /// Those that are stored here come first, where there are both.
    pub fn has_its_own_keys(&self) -> bool {
        self.codes_from_api && !self.codes_from_store
    }
}

/// Where a key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyState {
    /// It can be sold.
    Free,
    /// It is set aside for an order that is not paid yet.
    Reserved,
    /// A player has it.
    Used,
    /// The player's money went back. A player has seen it, so it is not sold
    /// again before its owner says that it opens nothing for them any more, by
    /// storing it again.
    Returned,
}

/// What can happen to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyEvent {
    /// An order set it aside.
    Reserved,
    /// The order failed.
    Released,
    /// The order was paid.
    HandedOut,
    /// The order's money went back.
    TakenBack,
    /// It was stored again after that.
    Restocked,
}

impl KeyState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Free, Self::Reserved, Self::Used, Self::Returned];

    /// Its name in the database.
    pub fn name(self) -> &'static str {
        match self {
            KeyState::Free => "free",
            KeyState::Reserved => "reserved",
            KeyState::Used => "used",
            KeyState::Returned => "returned",
        }
    }

    /// The state of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name() == name)
    }
}

impl KeyEvent {
    /// The state it starts from, and the one it leads to: each is possible
    /// from one state only, so that a key is handed out once each time it is
    /// stored.
    pub fn step(self) -> (KeyState, KeyState) {
        match self {
            KeyEvent::Reserved => (KeyState::Free, KeyState::Reserved),
            KeyEvent::Released => (KeyState::Reserved, KeyState::Free),
            KeyEvent::HandedOut => (KeyState::Reserved, KeyState::Used),
            KeyEvent::TakenBack => (KeyState::Used, KeyState::Returned),
            KeyEvent::Restocked => (KeyState::Returned, KeyState::Free),
        }
    }
}

/// How many keys of an edition there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Codes {
    /// All that were ever stored.
    pub total: i64,
    /// Those that can be sold.
    pub active: i64,
    /// Those that a player has or had.
    pub used: i64,
}

impl Codes {
    /// Counts `n` more keys in a state. What is set aside is neither active
    /// nor used.
    pub fn add(&mut self, state: KeyState, n: i64) {
        self.total += n;
        match state {
            KeyState::Free => self.active += n,
            KeyState::Reserved => {}
            KeyState::Used | KeyState::Returned => self.used += n,
        }
    }
}

/// The longest key, in characters.
pub const LONGEST_KEY: usize = 255;

/// A key as it is stored: without blanks around it. `None` for what is none: nothing, too
/// long, or with a control character in it.
pub fn key(text: &str) -> Option<&str> {
    let text = text.trim();
    let sound = !text.is_empty() && text.chars().count() <= LONGEST_KEY && !text.chars().any(char::is_control);
    sound.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn places() {
        for text in ["steam", "Steam", "STEAM", "1"] {
            assert_eq!(Drm::of_text(text).unwrap().id, 1);
        }
        assert_eq!(Drm::of_text("drm free").unwrap().key, "drmfree");
        assert_eq!(Drm::of_text("0"), None);
        for drm in DRMS {
            assert_eq!(Drm::of_id(drm.id), Some(&drm));
            assert!(drm.platforms.iter().all(|p| PLATFORMS.iter().any(|(id, _)| id == p)));
        }
    }

    #[test]
    fn keys() {
        assert_eq!(key(" AAAA-BBBB\r"), Some("AAAA-BBBB"));
        assert_eq!(key("two words"), Some("two words"));
        for none in ["", "  ", "a\tb", "a\u{0}"] {
            assert_eq!(key(none), None, "{none:?}");
        }
        assert_eq!(key(&"x".repeat(256)), None);
    }

    proptest! {
        /// Whatever happens, a key that a player saw is not free again before
        /// its owner stores it again, and each is counted once.
        #[test]
        fn a_key_is_handed_out_once(events in prop::collection::vec(0usize..5, 0..40)) {
            use KeyEvent::*;
            let mut state = KeyState::Free;
            let mut handed_out = 0;
            let mut stored = 1;
            for event in events {
                let (from, to) = [Reserved, Released, HandedOut, TakenBack, Restocked][event].step();
                if state == from {
                    handed_out += usize::from(to == KeyState::Used);
                    stored += usize::from(from == KeyState::Returned);
                    state = to;
                }
                let seen = matches!(state, KeyState::Used | KeyState::Returned);
                prop_assert_eq!(handed_out, if seen { stored } else { stored - 1 });
                let mut codes = Codes::default();
                codes.add(state, 1);
                prop_assert_eq!(codes.total, 1);
                prop_assert!(codes.active + codes.used <= 1);
            }
        }
    }
}
