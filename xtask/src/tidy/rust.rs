//! Just enough of Rust's grammar to tell code from comments from string literals, so that a rule about one of them is
//! not broken by another: a rule's own text, or a test's input, is not an offence.

/// One line of a Rust file.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Line {
    /// What the compiler sees, without the contents of literals.
    pub code: String,
    /// The text of comments.
    pub comment: String,
    /// A string literal is on this line, or part of one.
    pub has_string: bool,
}

/// A file in its parts.
#[derive(Debug, Default)]
pub struct Parts {
    /// Each line, in order.
    pub lines: Vec<Line>,
    /// Each string literal with the index of the line where it begins.
    pub strings: Vec<(usize, String)>,
}

enum State {
    Code,
    LineComment,
    /// How deep.
    BlockComment(usize),
    /// The number of `#` of a raw string; none for one with escapes.
    String(Option<usize>),
}

/// Takes a file apart. Text that is not Rust gives something too, but nothing to rely on.
pub fn parts(text: &str) -> Parts {
    let mut parts = Parts { lines: vec![Line::default()], strings: Vec::new() };
    let mut state = State::Code;
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        let next = chars.get(at + 1).copied();
        let index = parts.lines.len() - 1;
        if c == '\n' {
            match state {
                State::LineComment => state = State::Code,
                State::String(_) => push(&mut parts.strings, c),
                _ => {}
            }
            let has_string = matches!(state, State::String(_));
            parts.lines.push(Line { has_string, ..Line::default() });
            at += 1;
            continue;
        }
        let line = &mut parts.lines[index];
        let mut length = 1;
        match state {
            State::Code => match (c, next) {
                ('/', Some('/')) => {
                    state = State::LineComment;
                    length = 2;
                }
                ('/', Some('*')) => {
                    state = State::BlockComment(1);
                    length = 2;
                }
                ('"', _) => {
                    let hashes = line.code.chars().rev().take_while(|c| *c == '#').count();
                    let before = &line.code[..line.code.len() - hashes];
                    state = State::String(is_raw(before).then_some(hashes));
                    line.has_string = true;
                    line.code.push(c);
                    parts.strings.push((index, String::new()));
                }
                ('\'', Some(_)) => {
                    // A lifetime has no closing quote where a character has one.
                    length = match (next, chars.get(at + 2)) {
                        (Some('\\'), _) => chars[at + 3..].iter().position(|c| *c == '\'').map_or(1, |end| end + 4),
                        (_, Some('\'')) => 3,
                        _ => 1,
                    };
                    line.code.push(c);
                }
                _ => line.code.push(c),
            },
            State::LineComment => line.comment.push(c),
            State::BlockComment(depth) => match (c, next) {
                ('*', Some('/')) => {
                    state = if depth == 1 { State::Code } else { State::BlockComment(depth - 1) };
                    length = 2;
                }
                ('/', Some('*')) => {
                    state = State::BlockComment(depth + 1);
                    length = 2;
                }
                _ => line.comment.push(c),
            },
            State::String(None) => match (c, next) {
                // An escape is two characters; the end of a line is left to be seen as one.
                ('\\', Some(escaped)) => {
                    if escaped != '\n' {
                        push(&mut parts.strings, escaped);
                        length = 2;
                    }
                }
                ('"', _) => {
                    line.code.push(c);
                    state = State::Code;
                }
                _ => push(&mut parts.strings, c),
            },
            State::String(Some(hashes)) => {
                let closed = c == '"' && chars[at + 1..].iter().take_while(|c| **c == '#').count() >= hashes;
                if closed {
                    line.code.push(c);
                    state = State::Code;
                    length += hashes;
                } else {
                    push(&mut parts.strings, c);
                }
            }
        }
        at += length;
    }
    if text.ends_with('\n') {
        parts.lines.pop();
    }
    parts
}

fn push(strings: &mut [(usize, String)], c: char) {
    if let Some((_, string)) = strings.last_mut() {
        string.push(c);
    }
}

/// Whether the code before a quote (and its `#`) is the prefix of a raw string and not the end of a name.
fn is_raw(before: &str) -> bool {
    let word = before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    ["r", "br", "cr"].contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(text: &str) -> Vec<String> {
        parts(text).strings.into_iter().map(|(_, string)| string).collect()
    }

    fn code(text: &str) -> Vec<String> {
        parts(text).lines.into_iter().map(|line| line.code).collect()
    }

    #[test]
    fn comments_are_not_code() {
        let parts = parts("a // b \"c\"\n/* d /* e */ f */ g\n");
        assert_eq!(parts.lines.len(), 2);
        assert_eq!((parts.lines[0].code.as_str(), parts.lines[0].comment.as_str()), ("a ", " b \"c\""));
        assert_eq!((parts.lines[1].code.as_str(), parts.lines[1].comment.as_str()), (" g", " d  e  f "));
        assert!(parts.strings.is_empty());
    }

    #[test]
    fn strings_of_every_kind_end_where_they_end() {
        assert_eq!(strings(r#"f("a\"b", "c")"#), ["a\"b", "c"]);
        assert_eq!(strings(r##"f(r#"a"b"#, br"c\", x"##), ["a\"b", "c\\"]);
        assert_eq!(strings("\"a\n  // b\" c"), ["a\n  // b"]);
        assert_eq!(code("\"a\n  // b\" c"), ["\"", "\" c"]);
        assert_eq!(strings("for\"a\\\"b\""), ["a\"b"]);
    }

    #[test]
    fn characters_are_not_lifetimes() {
        assert_eq!(code(r#"'"' x '\'' y '\u{1f}' z"#), ["' x ' y ' z"]);
        assert_eq!(strings("fn f<'a>(x: &'a str) -> &'static str { \"y\" }"), ["y"]);
    }

    #[test]
    fn every_line_of_a_string_is_marked() {
        let marks: Vec<bool> = parts("a\n\"b\nc\nd\" e\nf").lines.iter().map(|line| line.has_string).collect();
        assert_eq!(marks, [false, true, true, true, false]);
    }
}
