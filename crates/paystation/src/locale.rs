//! The page in the player's language: texts, amounts, dates.

use coinslot_domain::money::{BasisPoints, Currency, Money};
use coinslot_domain::time::Time;
use fixed_decimal::Decimal;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use icu_decimal::DecimalFormatter;
use std::sync::LazyLock;

/// A language of the page.
#[derive(Debug, PartialEq, Eq)]
pub struct Locale {
    /// As `settings.language` and the `lang` query name it.
    pub code: &'static str,
    /// BCP 47, for `<html lang>` and number formats.
    pub tag: &'static str,
    /// Its name in itself.
    pub name: &'static str,
    /// Whether it is written from right to left.
    pub rtl: bool,
    /// The texts, in Fluent's format.
    pub source: &'static str,
}

/// Every language. Adding one is a line here and a file beside the others; a
/// test compares their keys.
pub const LOCALES: &[Locale] = &[
    Locale { code: "en", tag: "en", name: "English", rtl: false, source: include_str!("../locales/en.ftl") },
    Locale { code: "de", tag: "de", name: "Deutsch", rtl: false, source: include_str!("../locales/de.ftl") },
    Locale { code: "ru", tag: "ru", name: "Русский", rtl: false, source: include_str!("../locales/ru.ftl") },
    Locale { code: "cn", tag: "zh-CN", name: "简体中文", rtl: false, source: include_str!("../locales/cn.ftl") },
];

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<Vec<Bundle>> = LazyLock::new(|| LOCALES.iter().map(bundle).collect());

fn bundle(locale: &Locale) -> Bundle {
    let tag = locale.tag.parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    // The isolating marks matter only where directions mix, and would
    // otherwise end up in what players copy.
    bundle.set_use_isolating(locale.rtl);
    // A test reads every file, so that neither can fail here.
    let resource = FluentResource::try_new(locale.source.to_string()).unwrap_or_else(|(resource, _)| resource);
    let _ = bundle.add_resource(resource);
    bundle
}

/// A language's index in [`LOCALES`], found from text such as `de`, `zh-CN` or
/// `EN_us`.
fn find(text: &str) -> Option<usize> {
    let text = text.trim().to_ascii_lowercase().replace('_', "-");
    let language = text.split('-').next().unwrap_or_default();
    // The documented code of simplified Chinese is that of the country.
    let language = if language == "zh" { "cn" } else { language };
    LOCALES.iter().position(|l| l.code == language)
}

/// What is written on the page, in one language.
#[derive(Clone, Copy)]
pub struct Text {
    locale: &'static Locale,
    bundle: &'static Bundle,
}

impl Text {
    /// Chooses a language: the visitor's own choice on the page, else the
    /// token's, else what the browser accepts, else English.
    pub fn choose(chosen: Option<&str>, token: Option<&str>, accept: Option<&str>) -> Self {
        let index = chosen
            .and_then(find)
            .or_else(|| token.and_then(find))
            .or_else(|| accept.and_then(accepted))
            .unwrap_or_default();
        Text { locale: &LOCALES[index], bundle: &BUNDLES[index] }
    }

    /// The language.
    pub fn locale(&self) -> &'static Locale {
        self.locale
    }

    /// The value of the `dir` attribute.
    pub fn dir(&self) -> &'static str {
        if self.locale.rtl { "rtl" } else { "ltr" }
    }

    /// A text without arguments.
    pub fn s(&self, key: &str) -> String {
        self.format(key, None)
    }

    /// A text with one argument.
    pub fn a(&self, key: &str, name: &str, value: &str) -> String {
        let mut args = FluentArgs::new();
        args.set(name, value);
        self.format(key, Some(&args))
    }

    fn format(&self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|m| m.value()) else {
            // A test finds keys that are missing; the key is better than nothing.
            return key.to_string();
        };
        self.bundle.format_pattern(pattern, args, &mut Vec::new()).into_owned()
    }

    /// An amount with its symbol, as the language writes it.
    pub fn money(&self, money: &Money) -> String {
        let digits = i16::try_from(money.currency.digits()).unwrap_or_default();
        let mut number = Decimal::from(money.minor);
        number.multiply_pow10(-digits);
        let number = self.number(&number).unwrap_or_else(|| money.decimal());
        let mut args = FluentArgs::new();
        let symbol = symbol(money.currency, self.locale.code);
        // Letters need a gap to the digits that follow, signs do not.
        let gap = if symbol.ends_with(|c: char| c.is_ascii_alphabetic()) { "\u{a0}" } else { "" };
        args.set("symbol", symbol);
        args.set("gap", gap);
        args.set("number", number);
        self.format("money", Some(&args))
    }

    /// A rate without its percent sign: `8.88`, `19`.
    pub fn rate(&self, rate: &BasisPoints) -> String {
        let mut number = Decimal::from(rate.0);
        number.multiply_pow10(-2);
        number.trim_end();
        self.number(&number).unwrap_or_else(|| rate.percent())
    }

    /// A day and minute, in UTC.
    pub fn moment(&self, time: Time) -> String {
        let iso = time.rfc3339();
        let part = |range: std::ops::Range<usize>| iso.get(range).unwrap_or_default().to_string();
        let mut args = FluentArgs::new();
        args.set("year", part(0..4));
        args.set("month", part(5..7));
        args.set("day", part(8..10));
        args.set("time", part(11..16));
        self.format("moment", Some(&args))
    }

    fn number(&self, number: &Decimal) -> Option<String> {
        let locale: icu_locale_core::Locale = self.locale.tag.parse().ok()?;
        let formatter = DecimalFormatter::try_new(locale.into(), Default::default()).ok()?;
        Some(formatter.format(number).to_string())
    }
}

/// The first language of an `Accept-Language` header that the page speaks. The
/// weights are not read: browsers list languages by preference.
fn accepted(header: &str) -> Option<usize> {
    header.split(',').take(20).find_map(|part| find(part.split(';').next().unwrap_or_default()))
}

/// A currency's symbol. Signs that several currencies share are told apart by
/// letters, except where the language makes one of them the obvious one.
fn symbol(currency: Currency, language: &str) -> &'static str {
    match (currency.code(), language) {
        ("USD", "cn") => "US$",
        ("USD", _) => "$",
        ("EUR", _) => "€",
        ("GBP", _) => "£",
        ("CNY", "cn") => "¥",
        ("CNY", _) => "CN¥",
        ("JPY", "cn") => "JP¥",
        ("JPY", _) => "¥",
        ("RUB", _) => "₽",
        ("BRL", _) => "R$",
        ("KRW", _) => "₩",
        ("INR", _) => "₹",
        ("TRY", _) => "₺",
        ("UAH", _) => "₴",
        ("KZT", _) => "₸",
        ("PLN", _) => "zł",
        ("VND", _) => "₫",
        ("PHP", _) => "₱",
        ("ILS", _) => "₪",
        ("CAD", _) => "CA$",
        ("AUD", _) => "A$",
        ("NZD", _) => "NZ$",
        ("MXN", _) => "MX$",
        ("TWD", _) => "NT$",
        ("HKD", _) => "HK$",
        _ => currency.code(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn text(code: &str) -> Text {
        Text::choose(Some(code), None, None)
    }

    fn money(minor: i64, code: &str) -> Money {
        Money::new(minor, Currency::from_code(code).unwrap())
    }

    fn keys(locale: &Locale) -> BTreeSet<String> {
        assert!(FluentResource::try_new(locale.source.to_string()).is_ok(), "{} does not parse", locale.code);
        let names = locale.source.lines().filter(|l| l.starts_with(|c: char| c.is_ascii_lowercase()));
        let names: Vec<String> = names.filter_map(|l| Some(l.split_once(" =")?.0.to_string())).collect();
        let set: BTreeSet<String> = names.iter().cloned().collect();
        assert_eq!(set.len(), names.len(), "{} says something twice", locale.code);
        set
    }

    fn sources(dir: &str, out: &mut String) {
        let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(dir);
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() && !path.ends_with("locale.rs") {
                out.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }

    #[test]
    fn every_language_says_the_same_and_nothing_is_unused() {
        let english = keys(&LOCALES[0]);
        for locale in LOCALES {
            assert_eq!(keys(locale), english, "{}", locale.code);
            locale.tag.parse::<unic_langid::LanguageIdentifier>().unwrap();
        }
        let mut used = String::from("\"money\" \"moment\"");
        sources("src", &mut used);
        sources("templates", &mut used);
        for key in &english {
            assert!(used.contains(&["\"", key, "\""].concat()), "nobody says {key}");
        }
        // Every literal key that the code and templates ask for exists.
        for call in [".s(\"", ".a(\""] {
            for rest in used.split(call).skip(1) {
                let key = rest.split('"').next().unwrap();
                assert!(english.contains(key), "no text for {key}");
            }
        }
    }

    #[test]
    fn no_text_lacks_an_argument() {
        for locale in LOCALES {
            let variables = |key: &str| -> BTreeSet<String> {
                let body = locale.source.split(&["\n", key, " ="].concat()).nth(1).unwrap_or_default();
                let body = body.split("\n\n").next().unwrap().lines().next().unwrap_or_default();
                body.split('$').skip(1).map(|p| p.split([' ', '}']).next().unwrap().to_string()).collect()
            };
            for key in keys(&LOCALES[0]) {
                let expected: BTreeSet<String> = {
                    let body = LOCALES[0].source.split(&["\n", &key, " ="].concat()).nth(1).unwrap_or_default();
                    let line = body.lines().next().unwrap_or_default();
                    line.split('$').skip(1).map(|p| p.split([' ', '}']).next().unwrap().to_string()).collect()
                };
                // `gap` is for languages that put the symbol first.
                let (mut got, mut expected) = (variables(&key), expected);
                got.remove("gap");
                expected.remove("gap");
                assert_eq!(got, expected, "{} {key}", locale.code);
            }
        }
    }

    #[test]
    fn languages_are_found() {
        for (asked, code) in
            [("de", "de"), ("de-AT", "de"), ("zh", "cn"), ("zh-CN", "cn"), ("CN", "cn"), ("ru_RU", "ru")]
        {
            assert_eq!(text(asked).locale().code, code, "{asked}");
        }
        assert_eq!(Text::choose(Some("xx"), Some("ru"), Some("de")).locale().code, "ru");
        assert_eq!(Text::choose(None, None, Some("fr-FR,de;q=0.8,en;q=0.5")).locale().code, "de");
        assert_eq!(Text::choose(None, Some(""), Some("*")).locale().code, "en");
    }

    #[test]
    fn amounts_look_native() {
        let table = [
            ("en", 123_456, "USD", "$1,234.56"),
            ("de", 123_456, "EUR", "1.234,56\u{a0}€"),
            ("ru", 1_234_500, "RUB", "12\u{a0}345,00\u{a0}₽"),
            ("cn", 999, "USD", "US$9.99"),
            ("en", 1200, "JPY", "¥1,200"),
            ("en", 1234, "KWD", "KWD\u{a0}1.234"),
            ("de", 999, "CHF", "9,99\u{a0}CHF"),
        ];
        for (language, minor, currency, expected) in table {
            assert_eq!(text(language).money(&money(minor, currency)), expected);
        }
        assert_eq!(text("de").rate(&BasisPoints(888)), "8,88");
        assert_eq!(text("en").rate(&BasisPoints(1900)), "19");
    }

    #[test]
    fn moments() {
        assert_eq!(text("de").moment(Time(0)), "01.01.1970, 00:00 UTC");
        assert_eq!(text("en").moment(Time(0)), "1970-01-01, 00:00 UTC");
    }
}
