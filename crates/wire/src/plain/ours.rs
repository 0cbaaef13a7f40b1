//! JSON text that this program wrote, read without a tree of values between and
//! without checking again what was checked before it was written.

use super::plain_length;

/// Goes through such a text from its beginning to its end. Whatever is written
/// otherwise than we do it, with blanks or with escapes where a string is wanted,
/// is given up on: `None`. Then serde_json says what it is.
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Reader { text, at: 0 }
    }

    /// Gives up unless this was all.
    pub(crate) fn end(&self) -> Option<()> {
        (self.at == self.text.len()).then_some(())
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn step(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Steps over a word that may stand here; whether it does.
    fn word(&mut self, word: &str) -> bool {
        let there = self.rest().starts_with(word.as_bytes());
        if there {
            self.at += word.len();
        }
        there
    }

    /// Passes an object. `each` is called for each property, and has to pass its
    /// value.
    pub(crate) fn object(&mut self, mut each: impl FnMut(&mut Self, &'a str) -> Option<()>) -> Option<()> {
        self.step(b'{')?;
        if self.peek()? == b'}' {
            return self.step(b'}');
        }
        loop {
            let key = self.string()?;
            self.step(b':')?;
            each(self, key)?;
            match self.peek()? {
                b',' => self.at += 1,
                _ => return self.step(b'}'),
            }
        }
    }

    /// Passes a string; what it says.
    pub(crate) fn string(&mut self) -> Option<&'a str> {
        self.step(b'"')?;
        let from = self.at;
        self.at += plain_length(self.rest());
        let text = self.text.get(from..self.at)?;
        self.step(b'"')?;
        Some(text)
    }

    /// Passes a string or `null`.
    pub(crate) fn maybe_string(&mut self) -> Option<Option<String>> {
        if self.word("null") { Some(None) } else { self.string().map(|text| Some(text.to_string())) }
    }

    /// Passes a truth value or `null`.
    pub(crate) fn maybe_truth(&mut self) -> Option<Option<bool>> {
        let words = [("true", Some(true)), ("false", Some(false)), ("null", None)];
        words.into_iter().find(|(word, _)| self.word(word)).map(|(_, truth)| truth)
    }

    /// Passes a number; its digits.
    pub(crate) fn number(&mut self) -> Option<&'a str> {
        let is_of_it = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E');
        let from = self.at;
        self.at += self.rest().iter().take_while(|byte| is_of_it(byte)).count();
        self.text.get(from..self.at).filter(|digits| !digits.is_empty())
    }

    /// Passes a whole number that is written as one.
    pub(crate) fn integer(&mut self) -> Option<i64> {
        self.number().filter(|digits| *digits != "-0")?.parse().ok()
    }

    /// Passes such a number or `null`.
    pub(crate) fn maybe_integer(&mut self) -> Option<Option<i64>> {
        if self.word("null") { Some(None) } else { self.integer().map(Some) }
    }

    /// Passes whatever it is; its text, unless it is `null`.
    pub(crate) fn any(&mut self) -> Option<Option<&'a str>> {
        let from = self.at;
        let mut open = 0_usize;
        loop {
            match self.peek()? {
                b'"' => self.skip_string()?,
                b'{' | b'[' => {
                    self.at += 1;
                    open += 1;
                }
                b'}' | b']' => {
                    self.at += 1;
                    open = open.checked_sub(1)?;
                }
                _ => self.at += self.rest().iter().take_while(|byte| !br#""{}[],"#.contains(byte)).count(),
            }
            if open == 0 {
                break;
            }
            // What parts the values of what is open.
            while self.peek() == Some(b',') {
                self.at += 1;
            }
        }
        let text = self.text.get(from..self.at).filter(|text| !text.is_empty())?;
        Some(Some(text).filter(|text| *text != "null"))
    }

    fn skip_string(&mut self) -> Option<()> {
        self.step(b'"')?;
        loop {
            self.at += plain_length(self.rest());
            match self.peek()? {
                b'\\' => self.at += 2,
                _ => return self.step(b'"'),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(json!(null)),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            r"-?(0|[1-9][0-9]{0,3})(\.[0-9]{1,3})?(e[+-]?[0-9]{1,2})?".prop_map(|n| serde_json::from_str(&n).unwrap()),
            ".{0,12}".prop_map(Value::from),
            r#"[\\"{}\[\],:a]{0,6}"#.prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            let key = r#"[a-c"\\{,]{0,3}"#;
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
                prop::collection::btree_map(key, inner, 0..4).prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_value_ends_where_it_ends(values in prop::collection::vec(any_json(), 1..4)) {
            let all: Vec<String> = values.iter().map(Value::to_string).collect();
            let members: Vec<_> = all.iter().map(|text| format!(r#""k":{text}"#)).collect();
            let text = format!("{{{}}}", members.join(","));
            let mut reader = Reader::new(&text);
            let mut found = vec![];
            let passed = reader.object(|reader, _| { found.push(reader.any()?); Some(()) });
            prop_assert_eq!(passed.and_then(|()| reader.end()), Some(()));
            let said: Vec<_> = all.iter().map(|text| Some(text.as_str()).filter(|text| *text != "null")).collect();
            prop_assert_eq!(found, said);
        }

        #[test]
        fn no_text_panics(text in r#"[{}\[\],:"\\a0-9.\-enul ü]{0,24}"#) {
            let mut reader = Reader::new(&text);
            while reader.any().is_some() {}
            let mut reader = Reader::new(&text);
            let _ = reader.object(|reader, _| reader.any().map(drop));
            for pass in [
                |reader: &mut Reader| reader.maybe_string().is_some(),
                |reader: &mut Reader| reader.maybe_integer().is_some(),
                |reader: &mut Reader| reader.maybe_truth().is_some(),
                |reader: &mut Reader| reader.number().is_some(),
            ] {
                pass(&mut Reader::new(&text));
            }
        }
    }

    #[test]
    fn what_we_do_not_write_is_given_up_on() {
        fn all<T>(text: &str, pass: impl FnOnce(&mut Reader) -> Option<T>) -> Option<T> {
            let mut reader = Reader::new(text);
            let passed = pass(&mut reader)?;
            reader.end().map(|()| passed)
        }
        assert_eq!(all(r#""ü""#, |r| r.maybe_string()), Some(Some("ü".into())));
        assert_eq!(all("null", |r| r.maybe_string()), Some(None));
        assert_eq!(all("-7", |r| r.integer()), Some(-7));
        assert_eq!(all("null", |r| r.maybe_truth()), Some(None));
        for text in ["", "1", "\"", "\"a", r#""\u0041""#, "\"\n\"", "nul", "true"] {
            assert_eq!(all(text, |r| r.maybe_string()), None, "{text:?}");
        }
        for text in ["", "-0", "1.0", "1e2", "9223372036854775808", "\"1\"", "true", "null"] {
            assert_eq!(all(text, |r| r.integer()), None, "{text:?}");
        }
        for text in ["", "1", "\"true\"", "tru"] {
            assert_eq!(all(text, |r| r.maybe_truth()), None, "{text:?}");
        }
        for text in ["", "[]", "{", r#"{"a"}"#, r#"{"a":}"#, r#"{"a":1"#, r#"{"a":1,}"#, r#"{ "a":1}"#, r#"{"\t":1}"#] {
            assert_eq!(all(text, |r| r.object(|r, _| r.any().map(drop))), None, "{text:?}");
        }
    }
}
