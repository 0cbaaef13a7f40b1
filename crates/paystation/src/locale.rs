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
    /// The countries, a line with code and name for each, in alphabetical order.
    pub countries: &'static str,
}

/// Every language, as the page lists them; the first is spoken to whoever asks
/// for none of them. Adding one is a line here and a file beside the others; a
/// test compares what they say.
pub const LOCALES: &[Locale] = &[
    Locale {
        code: "en",
        tag: "en",
        name: "English",
        rtl: false,
        source: include_str!("../locales/en.ftl"),
        countries: include_str!("../locales/countries/en.txt"),
    },
    Locale {
        code: "id",
        tag: "id",
        name: "Bahasa Indonesia",
        rtl: false,
        source: include_str!("../locales/id.ftl"),
        countries: include_str!("../locales/countries/id.txt"),
    },
    Locale {
        code: "cs",
        tag: "cs",
        name: "Čeština",
        rtl: false,
        source: include_str!("../locales/cs.ftl"),
        countries: include_str!("../locales/countries/cs.txt"),
    },
    Locale {
        code: "de",
        tag: "de",
        name: "Deutsch",
        rtl: false,
        source: include_str!("../locales/de.ftl"),
        countries: include_str!("../locales/countries/de.txt"),
    },
    Locale {
        code: "es",
        tag: "es",
        name: "Español",
        rtl: false,
        source: include_str!("../locales/es.ftl"),
        countries: include_str!("../locales/countries/es.txt"),
    },
    Locale {
        code: "fr",
        tag: "fr",
        name: "Français",
        rtl: false,
        source: include_str!("../locales/fr.ftl"),
        countries: include_str!("../locales/countries/fr.txt"),
    },
    Locale {
        code: "it",
        tag: "it",
        name: "Italiano",
        rtl: false,
        source: include_str!("../locales/it.ftl"),
        countries: include_str!("../locales/countries/it.txt"),
    },
    Locale {
        code: "nl",
        tag: "nl",
        name: "Nederlands",
        rtl: false,
        source: include_str!("../locales/nl.ftl"),
        countries: include_str!("../locales/countries/nl.txt"),
    },
    Locale {
        code: "pl",
        tag: "pl",
        name: "Polski",
        rtl: false,
        source: include_str!("../locales/pl.ftl"),
        countries: include_str!("../locales/countries/pl.txt"),
    },
    Locale {
        code: "pt",
        tag: "pt-BR",
        name: "Português (Brasil)",
        rtl: false,
        source: include_str!("../locales/pt.ftl"),
        countries: include_str!("../locales/countries/pt.txt"),
    },
    Locale {
        code: "ro",
        tag: "ro",
        name: "Română",
        rtl: false,
        source: include_str!("../locales/ro.ftl"),
        countries: include_str!("../locales/countries/ro.txt"),
    },
    Locale {
        code: "vi",
        tag: "vi",
        name: "Tiếng Việt",
        rtl: false,
        source: include_str!("../locales/vi.ftl"),
        countries: include_str!("../locales/countries/vi.txt"),
    },
    Locale {
        code: "tr",
        tag: "tr",
        name: "Türkçe",
        rtl: false,
        source: include_str!("../locales/tr.ftl"),
        countries: include_str!("../locales/countries/tr.txt"),
    },
    Locale {
        code: "bg",
        tag: "bg",
        name: "Български",
        rtl: false,
        source: include_str!("../locales/bg.ftl"),
        countries: include_str!("../locales/countries/bg.txt"),
    },
    Locale {
        code: "ru",
        tag: "ru",
        name: "Русский",
        rtl: false,
        source: include_str!("../locales/ru.ftl"),
        countries: include_str!("../locales/countries/ru.txt"),
    },
    Locale {
        code: "he",
        tag: "he",
        name: "עברית",
        rtl: true,
        source: include_str!("../locales/he.ftl"),
        countries: include_str!("../locales/countries/he.txt"),
    },
    Locale {
        code: "ar",
        tag: "ar",
        name: "العربية",
        rtl: true,
        source: include_str!("../locales/ar.ftl"),
        countries: include_str!("../locales/countries/ar.txt"),
    },
    Locale {
        code: "th",
        tag: "th",
        name: "ไทย",
        rtl: false,
        source: include_str!("../locales/th.ftl"),
        countries: include_str!("../locales/countries/th.txt"),
    },
    Locale {
        code: "ko",
        tag: "ko",
        name: "한국어",
        rtl: false,
        source: include_str!("../locales/ko.ftl"),
        countries: include_str!("../locales/countries/ko.txt"),
    },
    Locale {
        code: "ja",
        tag: "ja",
        name: "日本語",
        rtl: false,
        source: include_str!("../locales/ja.ftl"),
        countries: include_str!("../locales/countries/ja.txt"),
    },
    Locale {
        code: "cn",
        tag: "zh-CN",
        name: "简体中文",
        rtl: false,
        source: include_str!("../locales/cn.ftl"),
        countries: include_str!("../locales/countries/cn.txt"),
    },
    Locale {
        code: "tw",
        tag: "zh-TW",
        name: "繁體中文",
        rtl: false,
        source: include_str!("../locales/tw.ftl"),
        countries: include_str!("../locales/countries/tw.txt"),
    },
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
    let mut parts = text.split('-');
    let language = match parts.next().unwrap_or_default() {
        // The documented codes of the two ways to write Chinese are those of
        // countries.
        "zh" if parts.any(|part| matches!(part, "hant" | "tw" | "hk" | "mo")) => "tw",
        "zh" => "cn",
        // What these two were called before 1989, and still are in places.
        "iw" => "he",
        "in" => "id",
        language => language,
    };
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

    /// A text with a number, which decides about its form: one day, two days.
    pub fn n(&self, key: &str, name: &str, value: i64) -> String {
        let mut args = FluentArgs::new();
        args.set(name, value);
        self.format(key, Some(&args))
    }

    /// Codes and names of every country, in the alphabetical order of the
    /// language.
    pub fn countries(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.locale.countries.lines().filter_map(|line| line.split_once(' '))
    }

    /// What a country is called.
    pub fn country(&self, code: &str) -> Option<&'static str> {
        self.countries().find(|(known, _)| *known == code).map(|(_, name)| name)
    }

    /// A name as the game gave it, in whatever direction it is written: kept
    /// together where the text around it may run the other way.
    pub fn name(&self, text: &str) -> String {
        if self.locale.rtl { ["\u{2068}", text, "\u{2069}"].concat() } else { text.to_string() }
    }

    /// What is read from left to right in every language, such as an amount or
    /// a number: kept together where the text around it runs the other way.
    pub fn ltr(&self, text: &str) -> String {
        if self.locale.rtl { ["\u{2066}", text, "\u{2069}"].concat() } else { text.to_string() }
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
        // Isolated as a whole, not in its parts.
        self.ltr(&self.format("money", Some(&args)).replace(['\u{2068}', '\u{2069}'], ""))
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
        // Its parts belong together as they stand.
        self.format("moment", Some(&args)).replace(['\u{2068}', '\u{2069}'], "")
    }

    fn number(&self, number: &Decimal) -> Option<String> {
        // Card numbers have European digits everywhere, and so has the rest.
        let locale: icu_locale_core::Locale = [self.locale.tag, "-u-nu-latn"].concat().parse().ok()?;
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
/// letters, except where the language makes one of them the obvious one; that
/// and the rest is as in the Unicode CLDR.
fn symbol(currency: Currency, language: &str) -> &'static str {
    match (currency.code(), language) {
        ("USD", "en" | "de" | "ru" | "ja" | "he" | "tr") => "$",
        ("USD", "fr") => "$US",
        ("USD", "it" | "pl" | "ro" | "bg") => "USD",
        ("USD", _) => "US$",
        ("EUR", _) => "€",
        ("GBP", _) => "£",
        ("CNY", "cn") => "¥",
        ("CNY", "ja") => "元",
        ("CNY", _) => "CN¥",
        ("JPY", "cn" | "tw" | "ko") => "JP¥",
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
        ("THB", _) => "฿",
        ("CZK", "cs") => "Kč",
        ("IDR", "id") => "Rp",
        ("BGN", "bg") => "лв.",
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
    use coinslot_domain::merchant::is_country;
    use fluent_syntax::ast;
    use std::collections::{BTreeMap, BTreeSet};

    fn text(code: &str) -> Text {
        Text::choose(Some(code), None, None)
    }

    fn money(minor: i64, code: &str) -> Money {
        Money::new(minor, Currency::from_code(code).unwrap())
    }

    type Messages = BTreeMap<String, Message>;

    /// What a message is made of.
    struct Message {
        variables: BTreeSet<String>,
        /// The forms that it has for numbers.
        forms: BTreeSet<String>,
        /// Its words, without what is filled in.
        words: String,
    }

    fn read(pattern: &ast::Pattern<&str>, message: &mut Message) {
        for element in &pattern.elements {
            match element {
                ast::PatternElement::TextElement { value } => message.words.push_str(value),
                ast::PatternElement::Placeable { expression: ast::Expression::Inline(inline) } => {
                    if let ast::InlineExpression::VariableReference { id } = inline {
                        message.variables.insert(id.name.to_string());
                    }
                }
                ast::PatternElement::Placeable { expression: ast::Expression::Select { selector, variants } } => {
                    let ast::InlineExpression::VariableReference { id } = selector else { panic!("no variable") };
                    message.variables.insert(id.name.to_string());
                    for variant in variants {
                        let ast::VariantKey::Identifier { name } = variant.key else { panic!("a form without name") };
                        message.forms.insert(name.to_string());
                        read(&variant.value, message);
                    }
                }
            }
        }
    }

    fn messages(locale: &Locale) -> Messages {
        let resource = FluentResource::try_new(locale.source.to_string());
        let resource = resource.unwrap_or_else(|(_, e)| panic!("{} does not parse: {e:?}", locale.code));
        let mut messages = Messages::new();
        for entry in resource.entries() {
            let ast::Entry::Message(found) = entry else { continue };
            let mut message = Message { variables: BTreeSet::new(), forms: BTreeSet::new(), words: String::new() };
            read(found.value.as_ref().unwrap(), &mut message);
            let again = messages.insert(found.id.name.to_string(), message);
            assert!(again.is_none(), "{} says {} twice", locale.code, found.id.name);
        }
        messages
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
        let english = messages(&LOCALES[0]);
        assert_eq!(LOCALES[0].code, "en");
        let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("locales");
        let files = std::fs::read_dir(dir).unwrap().filter(|f| f.as_ref().unwrap().path().is_file()).count();
        assert_eq!(files, LOCALES.len(), "files that no language has");
        for locale in LOCALES {
            locale.tag.parse::<unic_langid::LanguageIdentifier>().unwrap();
            let own = messages(locale);
            let keys = |messages: &Messages| messages.keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(&own), keys(&english), "{}", locale.code);
            for (key, message) in &own {
                // `gap` is for languages that put the symbol first.
                let but_gap = |m: &Message| m.variables.iter().filter(|v| *v != "gap").cloned().collect::<Vec<_>>();
                assert_eq!(but_gap(message), but_gap(&english[key]), "{} {key}", locale.code);
            }
        }
        let mut used = String::from("\"money\" \"moment\"");
        sources("src", &mut used);
        sources("templates", &mut used);
        for key in english.keys() {
            assert!(used.contains(&["\"", key, "\""].concat()), "nobody says {key}");
        }
        // Every literal key that the code and templates ask for exists.
        for call in [".s(\"", ".a(\"", ".n(\""] {
            for rest in used.split(call).skip(1) {
                let key = rest.split('"').next().unwrap();
                assert!(english.contains_key(key), "no text for {key}");
            }
        }
    }

    #[test]
    fn no_language_leaves_english_words() {
        // Words that these languages share with English.
        let shared = [
            ("moment", "nl"),
            ("account-email", "cs fr it nl pl pt ro"),
            ("sandbox", "de it"),
            ("store", "de"),
            ("total", "es fr pt ro"),
            ("transaction", "fr"),
            ("date", "fr"),
            ("card-expiry-shape", "he ar"),
            ("password", "it"),
            ("item", "pt"),
            ("method-card", "ro"),
            ("card", "ro"),
        ];
        let english = messages(&LOCALES[0]);
        for locale in &LOCALES[1..] {
            for (key, message) in messages(locale) {
                let words = message.words.trim();
                let alike = words == english[&key].words.trim() && words.contains(char::is_alphabetic);
                let fine = shared.iter().any(|(k, codes)| *k == key && codes.split(' ').any(|c| c == locale.code));
                assert_eq!(alike, fine, "{} {key}: {words}", locale.code);
            }
        }
    }

    #[test]
    fn texts_with_numbers_have_every_form() {
        let forms = |code: &str| match code {
            "ar" => "few many one other two zero",
            "cs" | "pl" => "few many one other",
            "ru" => "few one other",
            "ro" => "few one other",
            "he" => "one other two",
            "es" | "fr" | "it" | "pt" => "many one other",
            "id" | "ja" | "ko" | "th" | "vi" | "tw" => "other",
            "cn" => "",
            _ => "one other",
        };
        for locale in LOCALES {
            for key in ["store-trial", "every-days", "every-months"] {
                let own = messages(locale).remove(key).unwrap().forms;
                let own: Vec<_> = own.iter().map(String::as_str).collect();
                assert_eq!(own.join(" "), forms(locale.code), "{} {key}", locale.code);
            }
        }
        let table = [
            ("en", 1, "Free for 1 day"),
            ("en", 3, "Free for 3 days"),
            ("ru", 1, "Бесплатно 1 день"),
            ("ru", 3, "Бесплатно 3 дня"),
            ("ru", 14, "Бесплатно 14 дней"),
            ("ru", 21, "Бесплатно 21 день"),
            ("pl", 2, "2 dni za darmo"),
            ("pl", 5, "5 dni za darmo"),
            ("cs", 3, "3 dny zdarma"),
            ("cs", 7, "7 dní zdarma"),
            ("ro", 20, "20 de zile gratuite"),
            ("pt", 1, "1 dia grátis"),
            ("fr", 1, "1 jour gratuit"),
            ("de", 1, "1 Tag kostenlos"),
            ("ja", 1, "1 日間無料"),
            ("tw", 7, "免費 7 天"),
            ("cn", 7, "免费 7 天"),
        ];
        for (language, n, expected) in table {
            assert_eq!(text(language).n("store-trial", "days", n), expected, "{language}");
        }
        let plain = |t: String| t.replace(['\u{2068}', '\u{2069}'], "");
        let table = [
            ("ar", 2, "مجانًا ليومين"),
            ("ar", 3, "مجانًا لمدة 3 أيام"),
            ("ar", 11, "مجانًا لمدة 11 يومًا"),
            ("ar", 100, "مجانًا لمدة 100 يوم"),
        ];
        for (language, n, expected) in table.into_iter().chain([("he", 2, "יומיים חינם"), ("he", 7, "7 ימים חינם")])
        {
            assert_eq!(plain(text(language).n("store-trial", "days", n)), expected, "{language}");
        }
        let months = [("cs", 3, "každé 3 měsíce"), ("ru", 6, "каждые 6 месяцев"), ("tr", 3, "3 ayda bir")];
        for (language, n, expected) in months {
            assert_eq!(text(language).n("every-months", "n", n), expected, "{language}");
        }
    }

    #[test]
    fn languages_are_found() {
        for (asked, code) in
            [("de", "de"), ("de-AT", "de"), ("zh", "cn"), ("zh-CN", "cn"), ("CN", "cn"), ("ru_RU", "ru"), ("tw", "tw")]
                .into_iter()
                .chain([("zh_TW", "tw"), ("zh-Hant-HK", "tw"), ("zh-Hans-SG", "cn"), ("pt_PT", "pt"), ("iw", "he")])
        {
            assert_eq!(text(asked).locale().code, code, "{asked}");
        }
        assert_eq!(Text::choose(Some("xx"), Some("ru"), Some("de")).locale().code, "ru");
        assert_eq!(Text::choose(None, None, Some("sv-SE,de;q=0.8,en;q=0.5")).locale().code, "de");
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
            ("fr", 123_456, "EUR", "1\u{202f}234,56\u{a0}€"),
            ("fr", 999, "USD", "9,99\u{a0}$US"),
            ("es", 123_456, "EUR", "1234,56\u{a0}€"),
            ("es", 1_234_567, "EUR", "12.345,67\u{a0}€"),
            ("it", 999, "USD", "9,99\u{a0}USD"),
            ("pt", 123_456, "BRL", "R$\u{a0}1.234,56"),
            ("nl", 999, "EUR", "€\u{a0}9,99"),
            ("pl", 123_456, "PLN", "1234,56\u{a0}zł"),
            ("cs", 1_234_567, "CZK", "12\u{a0}345,67\u{a0}Kč"),
            ("ro", 999, "RON", "9,99\u{a0}RON"),
            ("bg", 999, "EUR", "9,99\u{a0}€"),
            ("tr", 123_456, "TRY", "₺1.234,56"),
            ("vi", 120_000, "VND", "120.000\u{a0}₫"),
            ("id", 1_500_000, "IDR", "Rp\u{a0}15.000,00"),
            ("th", 123_456, "THB", "฿1,234.56"),
            ("ko", 12_000, "KRW", "₩12,000"),
            ("ja", 1200, "JPY", "¥1,200"),
            ("tw", 123_456, "TWD", "NT$1,234.56"),
            ("ar", 123_456, "USD", "\u{2066}US$\u{a0}1,234.56\u{2069}"),
            ("he", 123_456, "ILS", "\u{2066}₪1,234.56\u{2069}"),
        ];
        for (language, minor, currency, expected) in table {
            assert_eq!(text(language).money(&money(minor, currency)), expected);
        }
        assert_eq!(text("de").rate(&BasisPoints(888)), "8,88");
        assert_eq!(text("en").rate(&BasisPoints(1900)), "19");
    }

    #[test]
    fn countries_have_names() {
        let codes =
            |locale: &Locale| -> BTreeSet<&str> { text(locale.code).countries().map(|(code, _)| code).collect() };
        let english = codes(&LOCALES[0]);
        assert!(english.len() > 240 && english.iter().all(|code| is_country(code)), "{english:?}");
        for locale in LOCALES {
            assert_eq!(codes(locale), english, "{}", locale.code);
            assert!(text(locale.code).countries().all(|(_, name)| !name.is_empty()), "{}", locale.code);
        }
        // Every country that taxes and addresses know can be chosen.
        for code in ["DE", "US", "JP", "BR", "SA", "IL", "TW", "HK"] {
            assert!(english.contains(code), "{code}");
        }
        assert_eq!(text("de").country("JP"), Some("Japan"));
        assert_eq!(text("ja").country("JP"), Some("日本"));
        assert_eq!(text("ja").country("ZZ"), None);
    }

    #[test]
    fn moments() {
        assert_eq!(text("de").moment(Time(0)), "01.01.1970, 00:00 UTC");
        assert_eq!(text("en").moment(Time(0)), "1970-01-01, 00:00 UTC");
        assert_eq!(text("he").moment(Time(0)), "01.01.1970, 00:00 UTC");
        assert_eq!(text("ja").moment(Time(0)), "1970年01月01日 00:00 UTC");
        assert_eq!(text("ko").moment(Time(0)), "1970. 01. 01. 00:00 UTC");
    }
}
