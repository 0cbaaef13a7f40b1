//! Bodies that are plain and in order: checked and written down in one pass
//! over their text, without a tree of values between.
//!
//! Plain is what nearly every body is: text without escapes, numbers without
//! exponents, no key twice, no empty list. Whatever is not, and whatever has a
//! fault, is given up on at the first byte that shows it; [`shape::parse`],
//! [`shape::check`] and [`shape::normalise`] then say what becomes of it. What
//! is not given up on comes out byte for byte as they would have had it
//! written, which the tests prove.

use crate::shape::{self, Field, MAX_DEPTH, Shape, Unknown};

pub(crate) mod ours;
#[cfg(test)]
pub(crate) mod scribble;

/// Bytes that a plain body may have. Fewer than [`shape::MAX_VALUES`], so that
/// none has more values than that.
const LARGEST: usize = 32 << 10;

/// What serde_json's own numbers are called where they pass through its maps:
/// no key of a plain body may begin so.
const PRIVATE: &str = "$serde_json";

/// The body as it is to be written down: keys sorted, no blanks. `None` for one
/// that is not plain or not in order. `see` is told of each value with the keys
/// that lead to it: the text of a string, of a number or of a word, and nothing
/// of a list or an object. Of what is in lists it is not told.
pub(crate) fn written<'a>(shape: &Shape, body: &'a [u8], see: impl FnMut(&[&'a str], &'a str)) -> Option<String> {
    let mut pass = Pass::begin(body, see)?;
    let from = pass.at;
    let written = pass.value(shape)?;
    let to = pass.at;
    pass.end()?;
    match written {
        Written::AsItCame => pass.text.get(from..to).map(str::to_string),
        Written::At(from) => {
            // The outermost is the last to be written.
            pass.out.drain(..from);
            String::from_utf8(pass.out).ok()
        }
    }
}

/// The same of an object, as the values of its properties.
pub(crate) fn properties<'a>(
    shape: &Shape,
    body: &'a [u8],
    see: impl FnMut(&[&'a str], &'a str),
) -> Option<Properties<'a>> {
    let Shape::Object { fields, unknown } = shape else { return None };
    let mut pass = Pass::begin(body, see)?;
    pass.members(fields, *unknown)?;
    pass.end()?;
    Some(Properties { text: pass.text, members: pass.members, out: String::from_utf8(pass.out).ok()? })
}

/// The values of an object's properties, as they are to be written down.
pub(crate) struct Properties<'a> {
    text: &'a str,
    members: Vec<Member<'a>>,
    out: String,
}

impl Properties<'_> {
    /// That of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        let member = self.members.iter().find(|m| m.key == key)?;
        match member.as_it_came {
            // Behind the quotes and the colon.
            true => self.text.get(member.from + key.len() + 3..member.to),
            false => self.out.get(member.from..member.to),
        }
    }
}

/// Where a value stands as it is to be written down.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    /// In the body: it came so.
    AsItCame,
    /// In the output, to the end that it had then.
    At(usize),
}

/// A property of an object, or a value of a list, which has no key.
#[derive(Clone, Copy)]
struct Member<'a> {
    key: &'a str,
    /// Key and value in the body, if it is written down as it came; only the
    /// value in the output otherwise.
    from: usize,
    to: usize,
    as_it_came: bool,
}

struct Pass<'a, F> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// Of all objects and lists that are open; those of the innermost stand last.
    members: Vec<Member<'a>>,
    /// The keys of the objects that are open.
    path: Vec<&'a str>,
    /// Lists that are open.
    lists: usize,
    /// What is written otherwise than it came, after what is part of it.
    out: Vec<u8>,
    see: F,
}

impl<'a, F: FnMut(&[&'a str], &'a str)> Pass<'a, F> {
    /// Begins with what comes first in a body.
    fn begin(body: &'a [u8], see: F) -> Option<Self> {
        if body.len() > LARGEST {
            return None;
        }
        let mut pass = Pass {
            text: std::str::from_utf8(body).ok()?,
            bytes: body,
            at: 0,
            members: Vec::with_capacity(32),
            path: Vec::with_capacity(8),
            lists: 0,
            out: Vec::with_capacity(2 * body.len()),
            see,
        };
        pass.blanks();
        Some(pass)
    }

    /// Gives up unless this was all.
    fn end(&mut self) -> Option<()> {
        self.blanks();
        (self.at == self.bytes.len()).then_some(())
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Steps over blanks; whether there were any.
    fn blanks(&mut self) -> bool {
        let from = self.at;
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.at += 1;
        }
        self.at > from
    }

    /// Steps over this byte, or gives up.
    fn step(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// The text that was passed since then.
    fn since(&self, from: usize) -> Option<&'a str> {
        self.text.get(from..self.at)
    }

    fn see(&mut self, scalar: &'a str) {
        if self.lists == 0 {
            (self.see)(&self.path, scalar);
        }
    }

    fn value(&mut self, shape: &Shape) -> Option<Written> {
        let fits = match shape {
            Shape::Object { fields, unknown } => return self.object(fields, *unknown),
            Shape::Map => return self.map(),
            Shape::OneOf([Shape::Map, ..]) if self.peek()? == b'{' => return self.map(),
            Shape::Array(element) => return self.list(Some(element)),
            Shape::Text { min, max, rule } => {
                let text = self.string()?;
                // As many characters as bytes, or fewer. A zero would be escaped.
                let enough = text.len() >= *min && (*min <= 1 || text.is_ascii());
                enough && text.len() <= *max && rule.is_none_or(|rule| rule.holds(text))
            }
            Shape::Enum(values) => values.contains(&self.string()?),
            Shape::Integer { min, max } => {
                let n: i64 = self.number()?.parse().ok()?;
                *min <= n && n <= *max
            }
            Shape::Number { positive, .. } => {
                let n = self.number()?;
                !positive || shape::is_positive(n)
            }
            Shape::Bool => return self.word(if self.peek()? == b't' { "true" } else { "false" }),
            // These are rare, and more than one thing may be right.
            _ => false,
        };
        fits.then_some(Written::AsItCame)
    }

    /// Whatever it is.
    fn any(&mut self) -> Option<Written> {
        match self.peek()? {
            b'"' => self.string().map(|_| Written::AsItCame),
            b'{' => self.map(),
            b'[' => self.list(None),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ => self.number().map(|_| Written::AsItCame),
        }
    }

    fn word(&mut self, word: &'static str) -> Option<Written> {
        if !self.bytes.get(self.at..)?.starts_with(word.as_bytes()) {
            return None;
        }
        self.at += word.len();
        self.see(word);
        Some(Written::AsItCame)
    }

    fn number(&mut self) -> Option<&'a str> {
        let from = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek()? {
            // Nothing begins with a zero but a zero.
            b'0' => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'0'..=b'9' | b'e' | b'E') = self.peek() {
            return None;
        }
        let number = self.since(from)?;
        self.see(number);
        Some(number)
    }

    fn digits(&mut self) -> Option<()> {
        let from = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        (self.at > from).then_some(())
    }

    fn string(&mut self) -> Option<&'a str> {
        let text = self.quoted()?;
        self.see(text);
        Some(text)
    }

    /// Passes a string; what is between the quotes.
    fn quoted(&mut self) -> Option<&'a str> {
        self.step(b'"')?;
        let from = self.at;
        self.at += plain_length(self.bytes.get(from..)?);
        let text = self.since(from)?;
        // Anything else than the end is an escape, or has to be one.
        self.step(b'"')?;
        Some(text)
    }

    /// Goes into a list or an object; whether blanks follow.
    fn enter(&mut self, open: u8) -> Option<bool> {
        self.step(open)?;
        self.see("");
        if self.path.len() + self.lists >= MAX_DEPTH {
            return None;
        }
        Some(self.blanks())
    }

    fn list(&mut self, element: Option<&Shape>) -> Option<Written> {
        let mut as_it_came = !self.enter(b'[')?;
        let first = self.members.len();
        self.lists += 1;
        // An empty one may stand for an empty object: there is no value.
        loop {
            let from = self.at;
            let written = match element {
                Some(shape) => self.value(shape)?,
                None => self.any()?,
            };
            as_it_came &= self.note("", from, written);
            as_it_came &= !self.blanks();
            match self.peek()? {
                b',' => self.at += 1,
                b']' => break,
                _ => return None,
            }
            as_it_came &= !self.blanks();
        }
        self.at += 1;
        self.lists -= 1;
        Some(self.close(*b"[]", first, as_it_came))
    }

    fn map(&mut self) -> Option<Written> {
        self.object(&[], Unknown::Ignore)
    }

    fn object(&mut self, fields: &[Field], unknown: Unknown) -> Option<Written> {
        let first = self.members.len();
        let as_it_came = self.members(fields, unknown)?;
        Some(self.close(*b"{}", first, as_it_came))
    }

    /// Passes an object and adds its properties, sorted, to the members; whether
    /// it is written down as it came.
    fn members(&mut self, fields: &[Field], unknown: Unknown) -> Option<bool> {
        let mut as_it_came = !self.enter(b'{')?;
        let first = self.members.len();
        let mut required = fields.iter().filter(|f| f.required).count();
        let mut sorted = true;
        let mut last: Option<&str> = None;
        let mut empty = self.peek()? == b'}';
        while !empty {
            let mut from = self.at;
            let key = self.quoted()?;
            match last {
                Some(last) if last == key => return None,
                Some(last) => sorted &= *last < *key,
                None => {}
            }
            last = Some(key);
            let mut blank = self.blanks();
            self.step(b':')?;
            blank |= self.blanks();
            if blank {
                // Only the value is as it is to be written.
                as_it_came = false;
                from = self.at;
            }
            self.path.push(key);
            let written = match fields.iter().find(|f| f.name == key) {
                Some(field) => {
                    // One that is there twice is not there for another.
                    required = required.checked_sub(usize::from(field.required))?;
                    self.value(&field.shape)?
                }
                None if unknown == Unknown::Refuse || key.starts_with(PRIVATE) => return None,
                None => self.any()?,
            };
            self.path.pop();
            as_it_came &= match (written, blank) {
                // What was taken apart is put together where the output is.
                (Written::AsItCame, true) => {
                    let start = self.out.len();
                    self.out.extend_from_slice(self.since(from)?.as_bytes());
                    self.note(key, from, Written::At(start))
                }
                _ => self.note(key, from, written),
            };
            as_it_came &= !self.blanks();
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => empty = true,
                _ => return None,
            }
            if !empty {
                as_it_came &= !self.blanks();
            }
        }
        self.at += 1;
        if !sorted {
            let members = self.members.get_mut(first..)?;
            members.sort_unstable_by(|a, b| a.key.cmp(b.key));
            if members.windows(2).any(|two| two[0].key == two[1].key) {
                return None;
            }
        }
        (required == 0).then_some(as_it_came && sorted)
    }

    /// Notes a member that ends here; whether it is written down as it came.
    fn note(&mut self, key: &'a str, from: usize, written: Written) -> bool {
        let member = match written {
            Written::AsItCame => Member { key, from, to: self.at, as_it_came: true },
            Written::At(from) => Member { key, from, to: self.out.len(), as_it_came: false },
        };
        self.members.push(member);
        member.as_it_came
    }

    /// Writes down a list or an object that is at its end, unless it came as it
    /// is to be.
    fn close(&mut self, [open, close]: [u8; 2], first: usize, as_it_came: bool) -> Written {
        if as_it_came {
            self.members.truncate(first);
            return Written::AsItCame;
        }
        let start = self.out.len();
        self.out.push(open);
        for (n, member) in self.members.drain(first..).enumerate() {
            if n > 0 {
                self.out.push(b',');
            }
            if member.as_it_came {
                self.out.extend_from_slice(&self.bytes[member.from..member.to]);
                continue;
            }
            if open == b'{' {
                self.out.push(b'"');
                self.out.extend_from_slice(member.key.as_bytes());
                self.out.extend_from_slice(b"\":");
            }
            self.out.extend_from_within(member.from..member.to);
        }
        self.out.push(close);
        Written::At(start)
    }
}

/// How many bytes come before the first quote, backslash or control character.
fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    let (words, rest) = bytes.as_chunks::<8>();
    for (n, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // The highest bit of each byte that is below `least`; above one that is,
        // others may look so too, but the lowest is one.
        let below = |word: u64, least: u64| word.wrapping_sub(ONES * least) & !word;
        let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
        let found = (below(word, 0x20) | is(b'"') | is(b'\\')) & (ONES << 7);
        if found != 0 {
            return n * 8 + (found.trailing_zeros() / 8) as usize;
        }
    }
    let special = |byte: &u8| *byte < 0x20 || matches!(byte, b'"' | b'\\');
    bytes.len() - rest.len() + rest.iter().position(special).unwrap_or(rest.len())
}
