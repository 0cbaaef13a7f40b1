//! Which languages the caller reads.

use axum::extract::FromRequestParts;
use axum::http::{header, request::Parts};
use std::convert::Infallible;

/// The languages of `Accept-Language`, the best first. Nothing is ever refused
/// for them.
pub struct Languages(pub Vec<String>);

impl<S: Sync> FromRequestParts<S> for Languages {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let text = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
        Ok(Languages(preferred(text.unwrap_or_default())))
    }
}

/// More would only be work.
const MOST: usize = 16;

/// `de-CH, en;q=0.8, *;q=0.1` as `de-CH`, `en`. Weights are thousandths.
fn preferred(header: &str) -> Vec<String> {
    let weight = |q: &str| -> Option<u32> {
        let (whole, fraction) = q.split_once('.').unwrap_or((q, ""));
        let thousandths = format!("{fraction:0<3}").get(..3)?.parse::<u32>().ok()?;
        Some(whole.parse::<u32>().ok()?.min(1) * 1000 + thousandths)
    };
    let mut all: Vec<(u32, &str)> = header
        .split(',')
        .take(MOST)
        .filter_map(|entry| {
            let (name, rest) = entry.split_once(';').unwrap_or((entry, "q=1"));
            let weight = rest.trim().strip_prefix("q=").and_then(weight).unwrap_or(0);
            let name = name.trim();
            (weight > 0 && !name.is_empty() && name != "*").then_some((weight, name))
        })
        .collect();
    all.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    all.into_iter().map(|(_, name)| name.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::preferred;

    #[test]
    fn the_best_comes_first() {
        assert_eq!(preferred("en;q=0.5, de-CH, fr;q=0.85, *;q=0.1"), ["de-CH", "fr", "en"]);
        assert_eq!(preferred("pt_BR"), ["pt_BR"]);
        assert_eq!(preferred("de;q=0, en;q=x, ;q=1"), [""; 0]);
        assert_eq!(preferred(""), [""; 0]);
    }
}
