//! Webhook signatures: making them, and telling a developer which rule a
//! broken one breaks.
//!
//! Two are sent side by side. The documented one,
//! `Authorization: Signature <sha1(body ‖ secret)>`, is what every existing
//! listener checks. It carries neither a time nor an identifier, so whoever
//! records a request can send it again for ever; the headers of Standard
//! Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`) have both.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use coinslot_domain::time::{Span, Time};
use hmac::digest::Digest;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::Sha256;
use std::borrow::Cow;
use std::fmt::Write as _;
use subtle::ConstantTimeEq as _;

/// How old, or how far in the future, a Standard Webhooks timestamp may be.
pub const TOLERANCE: Span = Span::minutes(5);

/// Name of the header with the documented signature.
pub const AUTHORIZATION: &str = "authorization";
/// Name of the header with the event's identifier.
pub const WEBHOOK_ID: &str = "webhook-id";
/// Name of the header with the time of sending.
pub const WEBHOOK_TIMESTAMP: &str = "webhook-timestamp";
/// Name of the header with the Standard Webhooks signature.
pub const WEBHOOK_SIGNATURE: &str = "webhook-signature";

/// The value of `Authorization`: `Signature ` and the lower-case hexadecimal
/// SHA-1 of the body followed by the secret. `body` must be the very bytes that
/// are sent.
pub fn documented(body: &[u8], secret: &str) -> String {
    format!("Signature {}", sha1_hex(&[body, secret.as_bytes()]))
}

/// The documented signature of a question that is a `GET`: the lower-case
/// hexadecimal SHA-1 of its type, the values of its other parameters in the
/// order of their names, as they are before they are written into an address,
/// and the secret.
pub fn of_query<'a>(kind: &'a str, values: impl Iterator<Item = &'a str>, secret: &'a str) -> String {
    let parts: Vec<&[u8]> = [kind].into_iter().chain(values).chain([secret]).map(str::as_bytes).collect();
    sha1_hex(&parts)
}

/// The Standard Webhooks headers. The key is the secret's bytes as they are,
/// or, for a secret that begins with `whsec_` and goes on in base64, what that
/// base64 stands for.
pub fn standard(id: &str, at: Time, body: &[u8], secret: &str) -> [(&'static str, String); 3] {
    let timestamp = at.unix_seconds().to_string();
    let signature = standard_value(id, &timestamp, body, &standard_key(secret));
    [(WEBHOOK_ID, id.to_string()), (WEBHOOK_TIMESTAMP, timestamp), (WEBHOOK_SIGNATURE, signature)]
}

/// What a check of a signature found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// It is right.
    Verified,
    /// It is not.
    Broken {
        /// The rule it breaks.
        rule: Rule,
        /// The same for people. Contains neither the secret nor a signature.
        explanation: String,
    },
}

impl Check {
    /// Whether the signature is right.
    pub fn is_verified(&self) -> bool {
        *self == Check::Verified
    }
}

/// The rules a signature can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A header is not there.
    HeaderMissing,
    /// The word before the signature is not the documented one.
    Scheme,
    /// There is not exactly one blank where one belongs.
    Blanks,
    /// Hexadecimal digits in upper case.
    UpperCase,
    /// Not hexadecimal, or not base64, at all.
    Encoding,
    /// Not as long as a signature is.
    Length,
    /// Another hash function.
    Algorithm,
    /// A line break at the end of the body was signed but not sent, or sent but
    /// not signed.
    TrailingNewline,
    /// The body was parsed and written anew between signing and checking.
    Reserialised,
    /// Blanks around the secret.
    SecretBlanks,
    /// HMAC instead of a plain hash of body and secret.
    Hmac,
    /// The secret was put before the body instead of behind it.
    KeyFirst,
    /// The secret was left out.
    KeyMissing,
    /// The secret was decoded where it should not be, or the other way round.
    KeyForm,
    /// Identifier and time were left out of what is signed.
    SignedContent,
    /// The timestamp is not a number of seconds.
    Timestamp,
    /// Too old.
    Stale,
    /// In the future.
    Future,
    /// Another body or another secret; nothing more can be told.
    Other,
}

fn broken(rule: Rule, explanation: impl Into<String>) -> Check {
    Check::Broken { rule, explanation: explanation.into() }
}

/// Checks both signatures of a request: the documented one must be there, the
/// standard one is checked as soon as one of its headers is there. `header`
/// looks a header up by its lower-case name.
pub fn verify<'h>(
    body: &[u8],
    header: impl Fn(&str) -> Option<&'h str>,
    secret: &str,
    now: Time,
    tolerance: Span,
) -> Check {
    let first = verify_documented(body, header(AUTHORIZATION), secret);
    let parts = StandardHeaders {
        id: header(WEBHOOK_ID),
        timestamp: header(WEBHOOK_TIMESTAMP),
        signature: header(WEBHOOK_SIGNATURE),
    };
    if first.is_verified() && parts.any() { verify_standard(body, parts, secret, now, tolerance) } else { first }
}

/// Checks the documented signature: the value of `Authorization`.
///
/// A wrong one is explained by trying what people get wrong. That is help for
/// the holder of the secret, who could try the same; none of it makes a wrong
/// signature right.
pub fn verify_documented(body: &[u8], authorization: Option<&str>, secret: &str) -> Check {
    let Some(value) = authorization else {
        return broken(Rule::HeaderMissing, "there is no Authorization header");
    };
    if same(value, &documented(body, secret)) {
        return Check::Verified;
    }
    let Some((scheme, hex)) = value.split_once(' ') else {
        return broken(
            Rule::Scheme,
            "the Authorization header must be the word `Signature`, one blank and 40 hexadecimal digits; there is no blank in it",
        );
    };
    if scheme != "Signature" {
        return broken(
            Rule::Scheme,
            "the Authorization header must begin with the word `Signature`, with a capital S and nothing before it",
        );
    }
    if hex.starts_with(char::is_whitespace) {
        return broken(Rule::Blanks, "there must be exactly one blank after `Signature`");
    }
    if hex.contains(char::is_whitespace) {
        return broken(Rule::Blanks, "there must be no blank or line break in or after the signature");
    }
    if !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return broken(
            Rule::Encoding,
            "the signature must be hexadecimal (0-9, a-f); this one has other characters, as base64 would",
        );
    }
    match hex.len() {
        40 => {}
        64 => {
            return broken(
                Rule::Algorithm,
                "the signature has 64 hexadecimal digits, which is SHA-256; SHA-1 with 40 digits is wanted",
            );
        }
        n => {
            return broken(Rule::Length, format!("the signature has {n} hexadecimal digits; SHA-1 has 40"));
        }
    }
    if hex.bytes().any(|b| b.is_ascii_uppercase()) {
        return broken(Rule::UpperCase, "the hexadecimal digits must be lower case");
    }
    explain_hash(body, hex, secret)
}

/// Finds out what a well-formed SHA-1 was made of.
fn explain_hash(body: &[u8], hex: &str, secret: &str) -> Check {
    let key = secret.as_bytes();
    let signs = |body: &[u8], key: &[u8]| same(hex, &sha1_hex(&[body, key]));
    if let Some(check) = explain_newline(body, |other| signs(other, key)) {
        return check;
    }
    if let Some(check) = explain_secret(secret, |other| signs(body, other.as_bytes())) {
        return check;
    }
    if same(hex, &hex_of(&hmac_sha1(key, body))) {
        return broken(
            Rule::Hmac,
            "the signature is an HMAC; the plain SHA-1 of the body followed by the secret is wanted",
        );
    }
    if signs(key, body) {
        return broken(Rule::KeyFirst, "the secret was put before the body; it belongs behind it");
    }
    if signs(body, b"") {
        return broken(Rule::KeyMissing, "only the body was hashed; the secret must be appended to it before hashing");
    }
    if respellings(body).iter().any(|other| signs(other.as_bytes(), key)) {
        return broken(Rule::Reserialised, RESERIALISED);
    }
    broken(Rule::Other, "the signature is of another body or was made with another secret")
}

const RESERIALISED: &str = "the JSON was parsed and written anew between signing and checking (blanks, `\\/` or \
     `\\u` differ); sign and check the exact bytes of the request";

fn explain_newline(body: &[u8], signs: impl Fn(&[u8]) -> bool) -> Option<Check> {
    let bare = body.trim_ascii_end();
    if bare.len() != body.len() {
        let one_less = body.strip_suffix(b"\r\n").or(body.strip_suffix(b"\n"));
        if signs(bare) || one_less.is_some_and(&signs) {
            return Some(broken(
                Rule::TrailingNewline,
                "the body ends with a line break or blank that was not signed; it was added on the way, or when the body was saved",
            ));
        }
    }
    let added = ["\n", "\r\n"].iter().any(|end| signs(&[body, end.as_bytes()].concat()));
    added.then(|| {
        broken(
            Rule::TrailingNewline,
            "a line break at the end of the body was signed but is not in the body; it was cut off on the way, or signed by mistake",
        )
    })
}

fn explain_secret(secret: &str, signs: impl Fn(&str) -> bool) -> Option<Check> {
    let bare = secret.trim();
    if bare.len() != secret.len() && (signs(bare) || signs(secret.trim_end())) {
        return Some(broken(
            Rule::SecretBlanks,
            "the secret used for checking has blanks or a line break around it; the signature was made without them",
        ));
    }
    let padded = [format!("{secret}\n"), format!("{secret}\r\n"), format!("{secret} "), format!(" {secret}")];
    padded.iter().any(|other| signs(other)).then(|| {
        broken(
            Rule::SecretBlanks,
            "the signature was made with a blank or line break beside the secret, as reading it from a file leaves one",
        )
    })
}

/// The three Standard Webhooks headers, as far as they are there.
#[derive(Clone, Copy, Debug, Default)]
pub struct StandardHeaders<'h> {
    /// `webhook-id`.
    pub id: Option<&'h str>,
    /// `webhook-timestamp`.
    pub timestamp: Option<&'h str>,
    /// `webhook-signature`.
    pub signature: Option<&'h str>,
}

impl StandardHeaders<'_> {
    /// Whether at least one is there.
    pub fn any(&self) -> bool {
        self.id.is_some() || self.timestamp.is_some() || self.signature.is_some()
    }
}

/// Checks the Standard Webhooks signature. `tolerance` is how far the timestamp
/// may be from `now`, either way: see [`TOLERANCE`].
pub fn verify_standard(body: &[u8], headers: StandardHeaders<'_>, secret: &str, now: Time, tolerance: Span) -> Check {
    let missing = |name: &str| broken(Rule::HeaderMissing, format!("there is no {name} header"));
    let Some(id) = headers.id else { return missing(WEBHOOK_ID) };
    let Some(timestamp) = headers.timestamp else { return missing(WEBHOOK_TIMESTAMP) };
    let Some(signatures) = headers.signature else { return missing(WEBHOOK_SIGNATURE) };

    let Some(at) = timestamp.parse::<i64>().ok().and_then(|s| s.checked_mul(1_000_000)).map(Time) else {
        return broken(Rule::Timestamp, "webhook-timestamp must be whole seconds since 1970, in digits only");
    };
    // The sender cuts its time down to whole seconds, so compare those.
    let now = Time(now.unix_seconds().saturating_mul(1_000_000));
    if now - at > tolerance {
        let seconds = (now - at).0 / 1_000_000;
        return broken(
            Rule::Stale,
            format!("the request is {seconds} s old, more than is allowed; it may be a repetition of a recorded one"),
        );
    }
    if at - now > tolerance {
        let seconds = (at - now).0 / 1_000_000;
        return broken(
            Rule::Future,
            format!("webhook-timestamp is {seconds} s in the future; one of the two clocks is wrong"),
        );
    }

    // Several signatures may stand in the header while a secret is changed.
    let ours: Vec<&str> = signatures.split(' ').filter(|s| s.starts_with("v1,")).collect();
    if ours.is_empty() {
        return broken(Rule::Scheme, "webhook-signature must have a part that begins with `v1,`");
    }
    let signs = |id: &str, body: &[u8], key: &[u8]| {
        let wanted = standard_value(id, timestamp, body, key);
        ours.iter().any(|s| same(s, &wanted))
    };
    let key = standard_key(secret);
    if signs(id, body, &key) {
        return Check::Verified;
    }
    let decoded = |s: &&str| STANDARD.decode(s.trim_start_matches("v1,")).ok();
    match ours.first().and_then(decoded).map(|bytes| bytes.len()) {
        Some(32) => {}
        Some(n) => {
            return broken(
                Rule::Length,
                format!("the signature in webhook-signature has {n} bytes; HMAC-SHA256 has 32, written in base64"),
            );
        }
        None => {
            return broken(Rule::Encoding, "what follows `v1,` in webhook-signature must be base64 with its padding");
        }
    }
    if let Some(check) = explain_newline(body, |other| signs(id, other, &key)) {
        return check;
    }
    if let Some(check) = explain_secret(secret, |other| signs(id, body, &standard_key(other))) {
        return check;
    }
    let guessed = LENIENT.decode(secret).ok();
    if signs(id, body, secret.as_bytes()) || guessed.is_some_and(|key| signs(id, body, &key)) {
        return broken(
            Rule::KeyForm,
            "the key is the secret's bytes as they are; only a secret that begins with `whsec_` is decoded from base64, without that prefix",
        );
    }
    let alone = format!("v1,{}", STANDARD.encode(hmac_sha256(&key, body)));
    if ours.iter().any(|s| same(s, &alone)) {
        return broken(
            Rule::SignedContent,
            "only the body was signed; webhook-id, a full stop, webhook-timestamp, a full stop and the body are to be signed",
        );
    }
    if respellings(body).iter().any(|other| signs(id, other.as_bytes(), &key)) {
        return broken(Rule::Reserialised, RESERIALISED);
    }
    broken(
        Rule::Other,
        "the signature in webhook-signature is of another body, identifier or time, or was made with another secret",
    )
}

/// Base64 that does not insist on padding: secrets are copied by hand.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

fn standard_key(secret: &str) -> Cow<'_, [u8]> {
    match secret.strip_prefix("whsec_").map(|rest| LENIENT.decode(rest)) {
        Some(Ok(key)) => Cow::Owned(key),
        _ => Cow::Borrowed(secret.as_bytes()),
    }
}

fn standard_value(id: &str, timestamp: &str, body: &[u8], key: &[u8]) -> String {
    let content = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat();
    format!("v1,{}", STANDARD.encode(hmac_sha256(key, &content)))
}

/// An HMAC key filled up to the hash's block, as HMAC itself defines it. Doing
/// it here spares a `Result` that never fails.
fn key_block<D: Digest>(key: &[u8]) -> [u8; 64] {
    let hashed;
    let key = if key.len() > 64 {
        hashed = D::digest(key);
        hashed.as_slice()
    } else {
        key
    };
    let mut block = [0; 64];
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    block
}

fn hmac_sha256(key: &[u8], content: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new(&key_block::<Sha256>(key).into());
    mac.update(content);
    mac.finalize().into_bytes().into()
}

fn hmac_sha1(key: &[u8], content: &[u8]) -> [u8; 20] {
    let mut mac = Hmac::<Sha1>::new(&key_block::<Sha1>(key).into());
    mac.update(content);
    mac.finalize().into_bytes().into()
}

fn sha1_hex(parts: &[&[u8]]) -> String {
    let mut hash = Sha1::new();
    for part in parts {
        hash.update(part);
    }
    hex_of(&hash.finalize())
}

fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Compares without telling by its duration where two texts differ.
fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// The same JSON as other programs would write it: with or without blanks, with
/// `/` as `\/` or not (PHP), with other letters as `\uXXXX` or not (PHP and
/// Python). Works on the text alone, so the order of keys and the spelling of
/// numbers stay. Empty if it is not text.
fn respellings(body: &[u8]) -> Vec<String> {
    let Ok(text) = std::str::from_utf8(body) else { return Vec::new() };
    let mut all = Vec::with_capacity(8);
    for blanks in [false, true] {
        for slashes in [false, true] {
            for ascii in [false, true] {
                all.push(respell(text, blanks, slashes, ascii));
            }
        }
    }
    all
}

fn respell(text: &str, blanks: bool, slashes: bool, ascii: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match (inside, c) {
            (false, c) if c.is_ascii_whitespace() => {}
            (false, ',' | ':') => {
                out.push(c);
                if blanks {
                    out.push(' ');
                }
            }
            (_, '"') => {
                inside = !inside;
                out.push(c);
            }
            (true, '\\') => match rest.next() {
                Some('/') => push(&mut out, '/', slashes, ascii),
                Some('u') => match unescape(rest.as_str()) {
                    // Control characters have no other spelling worth trying.
                    Some((c, used)) if !c.is_ascii() => {
                        push(&mut out, c, slashes, ascii);
                        rest = rest.as_str().get(used..).unwrap_or_default().chars();
                    }
                    _ => out.push_str("\\u"),
                },
                escaped => {
                    out.push('\\');
                    out.extend(escaped);
                }
            },
            (true, c) => push(&mut out, c, slashes, ascii),
            (false, c) => out.push(c),
        }
    }
    out
}

fn push(out: &mut String, c: char, slashes: bool, ascii: bool) {
    match c {
        '/' if slashes => out.push_str("\\/"),
        c if ascii && !c.is_ascii() => {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
        c => out.push(c),
    }
}

/// Reads what follows `\u`: one unit or a pair of them, and how many bytes that
/// took.
fn unescape(text: &str) -> Option<(char, usize)> {
    let unit = |from: usize| u16::from_str_radix(text.get(from..from + 4)?, 16).ok();
    let first = unit(0)?;
    let (units, used) = match first {
        0xd800..=0xdbff if text.get(4..6) == Some("\\u") => (vec![first, unit(6)?], 10),
        _ => (vec![first], 4),
    };
    let c = char::decode_utf16(units).next()?.ok()?;
    Some((c, used))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD_NO_PAD;

    const SECRET: &str = "secret_key_1";
    const BODY: &str = r#"{"notification_type":"user_validation","user":{"id":"1234567"}}"#;
    const BODY_2: &str = r#"{"notification_type":"user_validation","user":{"id":"ü-1","name":"Алиса"}}"#;
    const NOW: Time = Time(1_700_000_000_250_000);

    fn rule(check: Check) -> Option<Rule> {
        match check {
            Check::Verified => None,
            Check::Broken { rule, explanation } => {
                assert!(!explanation.contains(SECRET) && !explanation.is_empty());
                Some(rule)
            }
        }
    }

    fn rule_of(body: &str, header: &str) -> Option<Rule> {
        rule(verify_documented(body.as_bytes(), Some(header), SECRET))
    }

    #[test]
    fn questions_are_signed_by_their_values_in_order() {
        let values = ["20", "10", "frien", "user_id"];
        let sign = of_query("friends_list", values.into_iter(), "secret_key_1");
        assert_eq!(sign, "427d6823b653bbe4bead8759f28fa72ad6640576");
    }

    #[test]
    fn published_vectors() {
        assert_eq!((BODY.len(), BODY_2.len()), (63, 80));
        assert_eq!(documented(BODY.as_bytes(), SECRET), "Signature 46a7e4828e94fffc44e4707781036585cb139664");
        assert_eq!(documented(BODY_2.as_bytes(), SECRET), "Signature 14f0154eeb0c89590e4dfffcf04f833436084128");
    }

    #[test]
    fn hmac_vectors() {
        // RFC 4231, cases 1, 2 and 6 (a key longer than the block); RFC 2202, case 2.
        assert_eq!(
            hex_of(&hmac_sha256(&[0x0b; 20], b"Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
        assert_eq!(
            hex_of(&hmac_sha256(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hex_of(&hmac_sha256(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
        assert_eq!(
            hex_of(&hmac_sha1(b"Jefe", b"what do ya want for nothing?")),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
        );
    }

    #[test]
    fn standard_vector() {
        // The example of the Standard Webhooks reference libraries.
        let headers = standard(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            Time(1_614_265_330_999_999),
            br#"{"test": 2432232314}"#,
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        );
        assert_eq!(headers[0], ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek".to_string()));
        assert_eq!(headers[1], ("webhook-timestamp", "1614265330".to_string()));
        assert_eq!(headers[2].1, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn each_rule_of_the_documented_signature() {
        let good = documented(BODY.as_bytes(), SECRET);
        let hex = good.trim_start_matches("Signature ");
        assert_eq!(rule_of(BODY, &good), None);
        assert_eq!(rule(verify_documented(BODY.as_bytes(), None, SECRET)), Some(Rule::HeaderMissing));
        for (header, wanted) in [
            (hex.to_string(), Rule::Scheme),
            (String::new(), Rule::Scheme),
            (format!("signature {hex}"), Rule::Scheme),
            (format!("Bearer {hex}"), Rule::Scheme),
            (format!(" Signature {hex}"), Rule::Scheme),
            (format!("Signature  {hex}"), Rule::Blanks),
            (format!("Signature {hex} "), Rule::Blanks),
            (format!("Signature {}", hex.to_uppercase()), Rule::UpperCase),
            (format!("Signature {}", &hex[1..]), Rule::Length),
            ("Signature ".to_string(), Rule::Length),
            (format!("Signature {}", "ü".repeat(20)), Rule::Encoding),
            (format!("Signature {}", STANDARD.encode([0x5a; 20])), Rule::Encoding),
            (
                format!("Signature {}", hex_of(&Sha256::digest([BODY.as_bytes(), SECRET.as_bytes()].concat()))),
                Rule::Algorithm,
            ),
            (format!("Signature {}", hex_of(&hmac_sha1(SECRET.as_bytes(), BODY.as_bytes()))), Rule::Hmac),
            (format!("Signature {}", sha1_hex(&[SECRET.as_bytes(), BODY.as_bytes()])), Rule::KeyFirst),
            (format!("Signature {}", sha1_hex(&[BODY.as_bytes()])), Rule::KeyMissing),
            (documented(BODY.as_bytes(), &format!("{SECRET}\n")), Rule::SecretBlanks),
            (documented(BODY.as_bytes(), "another"), Rule::Other),
            (documented(BODY_2.as_bytes(), SECRET), Rule::Other),
            (documented(format!("{BODY}\n").as_bytes(), SECRET), Rule::TrailingNewline),
        ] {
            assert_eq!(rule_of(BODY, &header), Some(wanted), "{header}");
        }
        for end in ["\n", "\r\n", "\n\n"] {
            assert_eq!(rule_of(&format!("{BODY}{end}"), &good), Some(Rule::TrailingNewline));
        }
        assert_eq!(rule(verify_documented(BODY.as_bytes(), Some(&good), " secret_key_1\n")), Some(Rule::SecretBlanks));
    }

    #[test]
    fn a_body_written_anew_is_recognised() {
        let sent = r#"{"url":"https://a.example/b","name":"Алиса 😀","quote":"a \"b\" : c, \\ \n","n":1.50,"l":[1,2]}"#;
        let good = documented(sent.as_bytes(), SECRET);
        for seen in [
            r#"{"url": "https://a.example/b", "name": "Алиса 😀", "quote": "a \"b\" : c, \\ \n", "n": 1.50, "l": [1, 2]}"#,
            r#"{"url":"https:\/\/a.example\/b","name":"\u0410\u043b\u0438\u0441\u0430 \ud83d\ude00","quote":"a \"b\" : c, \\ \n","n":1.50,"l":[1,2]}"#,
            "{\n  \"url\": \"https://a.example/b\",\n  \"name\": \"Алиса 😀\",\n  \"quote\": \"a \\\"b\\\" : c, \\\\ \\n\",\n  \"n\": 1.50,\n  \"l\": [\n    1,\n    2\n  ]\n}",
        ] {
            assert_eq!(rule_of(seen, &good), Some(Rule::Reserialised), "{seen}");
        }
        let php = r#"{"url":"https:\/\/a.example\/b","name":"\u0410"}"#;
        let plain = r#"{"url":"https://a.example/b","name":"А"}"#;
        assert_eq!(rule_of(plain, &documented(php.as_bytes(), SECRET)), Some(Rule::Reserialised));
        let changed = sent.replace("1.50", "1.51");
        assert_eq!(rule_of(&changed, &good), Some(Rule::Other));
    }

    #[test]
    fn odd_bodies_do_not_panic() {
        let good = documented(b"x", SECRET);
        for body in ["", "\\", "\"\\", "\"\\u", "\"\\u12", "\"\\ud800\\u", "\"\\ud800\\u0041", "\"\\u00ü0\"", "\"\\uü"]
        {
            assert_eq!(rule_of(body, &good), Some(Rule::Other), "{body}");
        }
        let check = verify_documented(&[0xff, 0xfe], Some(&good), SECRET);
        assert_eq!(rule(check), Some(Rule::Other));
    }

    /// Checks the standard headers after `change` had its way with them.
    fn standard_rule(secret: &str, change: impl Fn(&mut [Option<String>; 3])) -> Option<Rule> {
        let mut values = standard("evt_1", NOW, BODY.as_bytes(), SECRET).map(|(_, value)| Some(value));
        change(&mut values);
        let [id, timestamp, signature] = &values;
        let headers =
            StandardHeaders { id: id.as_deref(), timestamp: timestamp.as_deref(), signature: signature.as_deref() };
        rule(verify_standard(BODY.as_bytes(), headers, secret, NOW, TOLERANCE))
    }

    fn resign(values: &mut [Option<String>; 3], at: Time) {
        *values = standard("evt_1", at, BODY.as_bytes(), SECRET).map(|(_, value)| Some(value));
    }

    #[test]
    fn each_rule_of_the_standard_signature() {
        assert_eq!(standard_rule(SECRET, |_| ()), None);
        for i in 0..3 {
            assert_eq!(standard_rule(SECRET, |v| v[i] = None), Some(Rule::HeaderMissing));
        }
        // At most five minutes, both ways, in whole seconds.
        assert_eq!(standard_rule(SECRET, |v| resign(v, NOW - Span::seconds(300))), None);
        assert_eq!(standard_rule(SECRET, |v| resign(v, NOW - Span::seconds(301))), Some(Rule::Stale));
        assert_eq!(standard_rule(SECRET, |v| resign(v, NOW + Span::seconds(300))), None);
        assert_eq!(standard_rule(SECRET, |v| resign(v, NOW + Span::seconds(301))), Some(Rule::Future));
        for (timestamp, wanted) in [
            ("", Rule::Timestamp),
            ("2023-11-14T22:13:20Z", Rule::Timestamp),
            ("99999999999999999999", Rule::Timestamp),
            ("9223372036854775807", Rule::Timestamp),
            ("9223372036854", Rule::Future),
            ("-9223372036854", Rule::Stale),
            ("0", Rule::Stale),
            ("1700000001", Rule::Other),
        ] {
            assert_eq!(standard_rule(SECRET, |v| v[1] = Some(timestamp.into())), Some(wanted), "{timestamp}");
        }
        let value = |key: &[u8], content: &[u8]| format!("v1,{}", STANDARD.encode(hmac_sha256(key, content)));
        for (signature, wanted) in [
            (String::new(), Rule::Scheme),
            ("v2,AAAA".to_string(), Rule::Scheme),
            (STANDARD.encode([0; 32]), Rule::Scheme),
            ("v1,AAAA".to_string(), Rule::Length),
            (format!("v1,{}", hex_of(&[0x5a; 32])), Rule::Length),
            (format!("v1,{}", STANDARD_NO_PAD.encode([0x5a; 32])), Rule::Encoding),
            ("v1,???".to_string(), Rule::Encoding),
            (value(SECRET.as_bytes(), BODY.as_bytes()), Rule::SignedContent),
            (value(b"another", format!("evt_1.1700000000.{BODY}").as_bytes()), Rule::Other),
            (value(SECRET.as_bytes(), format!("evt_1.1700000000.{BODY}\n").as_bytes()), Rule::TrailingNewline),
            (
                value(
                    SECRET.as_bytes(),
                    format!("evt_1.1700000000.{}", BODY.replace(':', ": ").replace(',', ", ")).as_bytes(),
                ),
                Rule::Reserialised,
            ),
        ] {
            assert_eq!(standard_rule(SECRET, |v| v[2] = Some(signature.clone())), Some(wanted), "{signature}");
        }
        // Several signatures, one of them ours.
        assert_eq!(standard_rule(SECRET, |v| v[2] = v[2].take().map(|s| format!("v1a,x v1,AAAA {s}"))), None);
        assert_eq!(standard_rule("secret_key_1 ", |_| ()), Some(Rule::SecretBlanks));
    }

    #[test]
    fn the_form_of_the_key_is_explained() {
        let plain = STANDARD.encode([7; 24]);
        let prefixed = format!("whsec_{plain}");
        let check = |signed_with: &str, checked_with: &str| {
            let [(_, id), (_, timestamp), (_, signature)] = standard("e", NOW, b"{}", signed_with);
            let headers = StandardHeaders { id: Some(&id), timestamp: Some(&timestamp), signature: Some(&signature) };
            rule(verify_standard(b"{}", headers, checked_with, NOW, TOLERANCE))
        };
        assert_eq!(check(&prefixed, &prefixed), None);
        assert_eq!(check(&plain, &plain), None);
        assert_eq!(check(&prefixed, &plain), Some(Rule::KeyForm));
        assert_eq!(standard_key("whsec_not base64").as_ref(), b"whsec_not base64");
    }

    #[test]
    fn both_signatures_of_a_request() {
        let [id, timestamp, signature] = standard("evt_1", NOW, BODY.as_bytes(), SECRET);
        let authorization = documented(BODY.as_bytes(), SECRET);
        let all = [(AUTHORIZATION, authorization), id, timestamp, signature];
        let check = |skipped: &[&str], now: Time| {
            let lookup = |name: &str| {
                let found = all.iter().find(|(n, _)| *n == name && !skipped.contains(n));
                found.map(|(_, value)| value.as_str())
            };
            rule(verify(BODY.as_bytes(), lookup, SECRET, now, TOLERANCE))
        };
        assert_eq!(check(&[], NOW), None);
        assert_eq!(check(&[WEBHOOK_ID, WEBHOOK_TIMESTAMP, WEBHOOK_SIGNATURE], NOW), None);
        assert_eq!(check(&[WEBHOOK_ID], NOW), Some(Rule::HeaderMissing));
        assert_eq!(check(&[AUTHORIZATION], NOW), Some(Rule::HeaderMissing));
        assert_eq!(check(&[], NOW + Span::hours(1)), Some(Rule::Stale));
    }
}
