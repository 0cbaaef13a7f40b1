//! The code by which a telephone takes over what a television shows.

use crate::id::ProjectId;
use crate::limit::Rate;
use crate::time::{Span, Time};

/// How long a code may be used, at most.
pub const LIFE: Span = Span::minutes(15);

/// Letters and digits of a code: 32 kinds each, together 40 bits.
pub const LENGTH: usize = 8;

/// Without those that are taken for each other across a room: 0 and O, 1 and I.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// How often one address may guess wrong. With a million codes alive, somebody
/// who guesses at this rate for fifteen minutes finds one with a chance of one
/// in seven thousand.
pub const GUESSES: Rate = match Rate::new(10, Span::minutes(1)) {
    Some(rate) => rate,
    None => unreachable!(),
};

/// Draws a code from `random`, which yields uniform bytes.
pub fn mint(mut random: impl FnMut() -> u8) -> String {
    (0..LENGTH).map(|_| char::from(ALPHABET[usize::from(random() % 32)])).collect()
}

/// Reads a code as somebody typed it: in small letters, too, and with the gap
/// that makes it readable.
pub fn read(text: &str) -> Option<String> {
    let code: String = text.trim().chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let code = code.to_ascii_uppercase();
    (code.len() == LENGTH && code.bytes().all(|b| ALPHABET.contains(&b))).then_some(code)
}

/// When a code that is made now expires: never after its token.
pub fn expiry(now: Time, token_expires: Time) -> Time {
    (now + LIFE).min(token_expires)
}

/// A code as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Where it belongs.
    pub project: ProjectId,
    /// SHA-256 of the code, in hex. The code itself is not kept.
    pub hash: String,
    /// The token whose payment it opens, by what payments know it by.
    pub token_hash: String,
    /// From when on it opens nothing any more.
    pub expires_at: Time,
    /// When it was used.
    pub opened_at: Option<Time>,
}

/// Where a code stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeState {
    /// Nobody used it yet.
    Waiting,
    /// It was used, and cannot be again.
    Opened,
    /// Its time is over.
    Expired,
}

impl CodeState {
    /// A stable name.
    pub fn name(self) -> &'static str {
        match self {
            CodeState::Waiting => "waiting",
            CodeState::Opened => "opened",
            CodeState::Expired => "expired",
        }
    }
}

impl Code {
    /// Where it stands at a time.
    pub fn state(&self, now: Time) -> CodeState {
        match self.opened_at {
            Some(_) => CodeState::Opened,
            None if self.expires_at <= now => CodeState::Expired,
            None => CodeState::Waiting,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_code_is_read_as_it_was_drawn_and_as_people_type_it(seed in any::<[u8; 8]>()) {
            let mut bytes = seed.iter().copied();
            let code = mint(|| bytes.next().unwrap());
            prop_assert!(!code.contains(['0', 'O', '1', 'I']));
            prop_assert_eq!(read(&code), Some(code.clone()));
            let typed = format!(" {}-{} ", code[..4].to_lowercase(), &code[4..]);
            prop_assert_eq!(read(&typed), Some(code));
        }

        #[test]
        fn whatever_is_read_has_the_form_of_a_code(text in ".{0,16}") {
            if let Some(code) = read(&text) {
                prop_assert_eq!(code.len(), LENGTH);
                prop_assert!(code.bytes().all(|b| ALPHABET.contains(&b)));
            }
        }
    }

    #[test]
    fn every_letter_is_as_likely_as_any_other() {
        let mut n = 0_u8;
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..32 {
            for letter in mint(|| {
                n = n.wrapping_add(1);
                n
            })
            .chars()
            {
                *counts.entry(letter).or_insert(0) += 1;
            }
        }
        assert_eq!(counts.len(), 32);
        assert!(counts.values().all(|c| *c == 8), "{counts:?}");
    }

    #[test]
    fn other_text_is_no_code() {
        for text in
            ["", "ABCDEFG", "ABCDEFGHJ", "ABCDEFG0", "ABCDEFGO", "ABCDEFG1", "ABCDEFGI", "ÄBCDEFGH", "ABCD_EFGH"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_code_ends_with_its_token_or_before() {
        let (now, minute) = (Time(0), Span::minutes(1));
        assert_eq!(expiry(now, now + minute), now + minute);
        assert_eq!(expiry(now, now + Span::hours(24)), now + LIFE);
    }

    #[test]
    fn a_code_is_used_once_and_in_time() {
        let code = |opened_at| Code {
            project: ProjectId::new(1).unwrap(),
            hash: String::new(),
            token_hash: String::new(),
            expires_at: Time(10),
            opened_at,
        };
        assert_eq!(code(None).state(Time(9)), CodeState::Waiting);
        assert_eq!(code(None).state(Time(10)), CodeState::Expired);
        assert_eq!(code(Some(Time(9))).state(Time(10)), CodeState::Opened);
    }
}
