//! Texts in several languages.

use std::collections::BTreeMap;

/// Whether `key` names a language of a localized text: two or three lower-case
/// letters, and a region or script of two to four letters if need be (`en`,
/// `pt-BR`, `zh_Hans`).
pub fn is_locale(key: &str) -> bool {
    let (language, region) = match key.split_once(['-', '_']) {
        Some((language, region)) => (language, Some(region)),
        None => (key, None),
    };
    (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_lowercase())
        && region.is_none_or(|r| (2..=4).contains(&r.len()) && r.bytes().all(|b| b.is_ascii_alphabetic()))
}

/// The language of a project that names none.
pub const DEFAULT: &str = "en";

/// One text in several languages, by the key of the language. May be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Localized(pub BTreeMap<String, String>);

impl Localized {
    /// A text in one language.
    pub fn of(locale: &str, text: &str) -> Self {
        Localized(BTreeMap::from([(locale.to_string(), text.to_string())]))
    }

    /// Whether it says nothing in any language.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text for a reader: in the first of the languages `wanted` that it
    /// has, else in the project's own, else in English, else in any. A language
    /// without a region fits one with it, and the other way round.
    pub fn pick<'a>(&'a self, wanted: &[String], own: &str) -> Option<&'a str> {
        let wanted = wanted.iter().map(String::as_str).chain([own, "en"]);
        wanted
            .filter_map(|w| self.exactly(w).or_else(|| self.alike(w)))
            .next()
            .or_else(|| self.0.values().next().map(String::as_str))
    }

    fn exactly(&self, wanted: &str) -> Option<&str> {
        let found = self.0.get(wanted).map(String::as_str);
        found.or_else(|| self.0.iter().find(|(key, _)| same(key, wanted)).map(|(_, text)| text.as_str()))
    }

    fn alike(&self, wanted: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| language(key).eq_ignore_ascii_case(language(wanted)));
        found.map(|(_, text)| text.as_str())
    }
}

/// `pt` of `pt-BR`.
pub fn language(locale: &str) -> &str {
    locale.split(['-', '_']).next().unwrap_or(locale)
}

/// Whether two keys name one language: `pt-BR` and `pt_br` do.
fn same(a: &str, b: &str) -> bool {
    let plain = |b: u8| if b == b'_' { b'-' } else { b.to_ascii_lowercase() };
    a.len() == b.len() && a.bytes().zip(b.bytes()).all(|(a, b)| plain(a) == plain(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales() {
        for key in ["en", "pt-BR", "pt_BR", "zh_Hans", "fil"] {
            assert!(is_locale(key), "{key}");
        }
        for key in ["", "e", "EN", "english", "en-", "en-B", "en-12", "en-Latin", "pt-BR-x", "-en"] {
            assert!(!is_locale(key), "{key}");
        }
    }

    #[test]
    fn the_reader_gets_what_is_nearest() {
        let text = |keys: &[&str]| Localized(keys.iter().map(|k| (k.to_string(), k.to_string())).collect());
        let wanted = |keys: &[&str]| keys.iter().map(|k| k.to_string()).collect::<Vec<_>>();
        let all = text(&["de", "en", "fr", "pt-BR"]);
        assert_eq!(all.pick(&wanted(&["fr"]), "de"), Some("fr"));
        assert_eq!(all.pick(&wanted(&["fr-CA"]), "de"), Some("fr"));
        assert_eq!(all.pick(&wanted(&["pt_br"]), "de"), Some("pt-BR"));
        assert_eq!(all.pick(&wanted(&["pt"]), "de"), Some("pt-BR"));
        assert_eq!(all.pick(&wanted(&["ja", "fr"]), "de"), Some("fr"));
        assert_eq!(all.pick(&wanted(&["ja"]), "de"), Some("de"));
        assert_eq!(all.pick(&[], "ja"), Some("en"));
        assert_eq!(text(&["ru"]).pick(&wanted(&["ja"]), "de"), Some("ru"));
        assert_eq!(text(&[]).pick(&wanted(&["ja"]), "de"), None);
    }
}
