//! Payment tokens: what a game gets, and what a player's browser carries.

use crate::id::ProjectId;
use crate::limit::Rate;
use crate::time::Span;

/// How long a token opens the payment page.
pub const LIFE: Span = Span::hours(24);

/// How often one address may open the page without a token, which makes one.
pub const VISITS: Rate = match Rate::new(60, Span::minutes(1)) {
    Some(rate) => rate,
    None => unreachable!(),
};

/// What the id of a guest begins with: of a player who shows no token, or where
/// nobody said who pays, before [`letters`]. No other id that the Store API takes
/// does, so that a guest is nobody else.
pub const GUEST: &str = "guest:";

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Letters and digits after the project: 24 of 62 kinds are 142 bits.
pub const RANDOM_CHARS: usize = 24;

/// Tokens that a page has room for.
pub const SLOTS: i64 = 64;

/// Where a token is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The page.
    pub page: i64,
    /// The place on it, below [`SLOTS`].
    pub slot: i64,
}

impl Place {
    /// Its name where payments are looked up by their tokens: names of later
    /// tokens come later.
    pub fn name(self) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut name = [0; 16];
        for (at, byte) in name.iter_mut().enumerate() {
            let (n, digits) = if at < 14 { (self.page, 13 - at) } else { (self.slot, 15 - at) };
            *byte = DIGITS[(n >> (4 * digits) & 15) as usize];
        }
        // Those are letters and digits, so that there is nothing to replace.
        str::from_utf8(&name).unwrap_or_default().to_string()
    }

    /// The place of a name; none for the hash of a token of earlier versions.
    pub fn of_name(name: &str) -> Option<Self> {
        let (page, slot) = name.split_at_checked(14).filter(|_| name.len() == 16)?;
        Some(Place { page: i64::from_str_radix(page, 16).ok()?, slot: i64::from_str_radix(slot, 16).ok()? })
    }
}

/// What a token says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said<'a> {
    /// Whose it is. It stands in front, so that looking a token up is a matter
    /// of one project.
    pub project: ProjectId,
    /// Where it is kept; tokens of earlier versions do not know.
    pub place: Option<Place>,
    /// What nobody can guess.
    pub secret: &'a str,
}

/// Writes a token: the project and the place in base 62, and [`letters`], with
/// underscores between them.
pub fn write(project: ProjectId, place: Place, secret: &str) -> String {
    [base62(project.get()).as_str(), "_", &base62(place.page * SLOTS + place.slot), "_", secret].concat()
}

/// Writes a second name of a token: without a place, since it is kept by its
/// hash, as tokens of earlier versions are.
pub fn second(project: ProjectId, secret: &str) -> String {
    [base62(project.get()).as_str(), "_", secret].concat()
}

/// Reads a token, if the text has a token's form.
pub fn read(token: &str) -> Option<Said<'_>> {
    let (project, rest) = token.split_once('_')?;
    let (place, secret) = match rest.split_once('_') {
        Some((place, secret)) => (Some(number(place)?), secret),
        None => (None, rest),
    };
    if secret.len() != RANDOM_CHARS || !secret.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let place = place.map(|n| Place { page: n / SLOTS, slot: n % SLOTS });
    Some(Said { project: ProjectId::new(number(project)?)?, place, secret })
}

/// [`RANDOM_CHARS`] letters and digits, each as likely as any other, drawn from
/// `random`, which yields uniform bytes for as long as it is asked.
pub fn letters(mut random: impl FnMut() -> u8) -> String {
    let mut text = String::with_capacity(RANDOM_CHARS);
    while text.len() < RANDOM_CHARS {
        // 248 is the largest multiple of 62 in a byte; what lies above would
        // make the first letters likelier.
        let byte = random();
        if byte < 248 {
            text.push(char::from(ALPHABET[usize::from(byte % 62)]));
        }
    }
    text
}

/// A number in base 62.
fn number(text: &str) -> Option<i64> {
    if text.is_empty() || text.len() > 11 {
        return None;
    }
    text.bytes().try_fold(0_i64, |n, b| {
        let digit = match b {
            b'0'..=b'9' => b - b'0',
            b'A'..=b'Z' => b - b'A' + 10,
            b'a'..=b'z' => b - b'a' + 36,
            _ => return None,
        };
        n.checked_mul(62)?.checked_add(i64::from(digit))
    })
}

fn base62(mut n: i64) -> String {
    let mut out = [0; 11];
    let mut at = out.len();
    loop {
        at -= 1;
        out[at] = ALPHABET[(n % 62) as usize];
        n /= 62;
        if n <= 0 || at == 0 {
            return out[at..].iter().map(|b| char::from(*b)).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_token_names_its_project_and_its_place(
            id in 1i64..crate::id::LIMIT,
            page in 0..2 * crate::id::LIMIT,
            slot in 0..SLOTS,
            seed in any::<u8>(),
        ) {
            let mut n = seed;
            let (project, place) = (ProjectId::new(id).unwrap(), Place { page, slot });
            let secret = letters(|| { n = n.wrapping_add(7); n });
            let token = write(project, place, &secret);
            prop_assert_eq!(read(&token), Some(Said { project, place: Some(place), secret: &secret }));
            prop_assert!(token.len() < 60);
            prop_assert_eq!(Place::of_name(&place.name()), Some(place));
            prop_assert_eq!(Place::of_name(&"a".repeat(64)), None);
        }

        #[test]
        fn other_text_is_no_token(text in ".{0,40}") {
            // Leading zeros say nothing, so they may stand before the number.
            if let Some(said) = read(&text) {
                prop_assert!(text.trim_start_matches('0').starts_with(&base62(said.project.get())));
            }
        }
    }

    #[test]
    fn earlier_tokens_are_read() {
        let said = read("4mq_foIdbHn4WNoqcNBF4qKA7pzv").unwrap();
        assert_eq!((said.project.get(), said.place), (18_404, None));
        assert_eq!(said.secret, "foIdbHn4WNoqcNBF4qKA7pzv");
        for text in [
            "",
            "_",
            "4mq__foIdbHn4WNoqcNBF4qKA7pzv",
            "4mq_foIdbHn4WNoqcNBF4qKA7pz",
            "4mq_1_2_foIdbHn4WNoqcNBF4qKA7pzv",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn later_places_have_later_names() {
        let names = [(1, 2), (1, 63), (2, 0), (15, 1), (16, 0), (2 * crate::id::LIMIT, 0)];
        let names = names.map(|(page, slot)| Place { page, slot }.name());
        assert!(names.is_sorted() && names.iter().all(|name| name.len() == 16), "{names:?}");
    }
}
