//! Payment tokens: what a game gets, and what a player's browser carries.

use crate::id::ProjectId;
use crate::time::Span;

/// How long a token opens the payment page.
pub const LIFE: Span = Span::hours(24);

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Letters and digits after the project: 24 of 62 kinds are 142 bits.
pub const RANDOM_CHARS: usize = 24;

/// Writes a token: the project in base 62, an underscore, and [`letters`]. The
/// project in front makes looking a token up a matter of one project.
pub fn mint(project: ProjectId, random: impl FnMut() -> u8) -> String {
    let mut text = base62(project.get());
    text.push('_');
    text.push_str(&letters(random));
    text
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

/// The project of a token, if the text has a token's form.
pub fn project(token: &str) -> Option<ProjectId> {
    let (project, random) = token.split_once('_')?;
    if random.len() != RANDOM_CHARS || !random.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    if project.is_empty() || project.len() > 10 {
        return None;
    }
    let mut n: i64 = 0;
    for b in project.bytes() {
        let digit = ALPHABET.iter().position(|a| *a == b)? as i64;
        n = n.checked_mul(62)?.checked_add(digit)?;
    }
    ProjectId::new(n)
}

fn base62(mut n: i64) -> String {
    let mut out = Vec::new();
    while n > 0 {
        out.push(ALPHABET[(n % 62) as usize]);
        n /= 62;
    }
    out.reverse();
    String::from_utf8(out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_token_names_its_project(id in 1i64..crate::id::LIMIT, seed in any::<u8>()) {
            let mut n = seed;
            let id = ProjectId::new(id).unwrap();
            let token = mint(id, || { n = n.wrapping_add(7); n });
            prop_assert_eq!(project(&token), Some(id));
        }

        #[test]
        fn other_text_is_no_token(text in ".{0,40}") {
            // Leading zeros say nothing, so they may stand before the number.
            if let Some(id) = project(&text) {
                prop_assert!(text.trim_start_matches('0').starts_with(&base62(id.get())));
            }
        }
    }
}
