//! Bodies as somebody might write them, to compare what reads them in haste with
//! what does not.

use crate::shape::{Field, Shape, TextRule, Unknown};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Bodies of a shape; some are changed by a byte.
pub(crate) fn scribbled(shape: &'static Shape) -> impl Strategy<Value = Vec<u8>> {
    let change = prop::option::of((any::<u16>(), any::<u8>(), 0_u8..3));
    (any::<u64>(), change).prop_map(|(seed, change)| {
        let mut state = seed;
        let mut choices = |n: usize| {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            (state >> 33) as usize % n
        };
        let mut text = String::new();
        scribble(shape, &mut choices, &mut text);
        let mut body = text.into_bytes();
        if let Some((place, byte, how)) = change.filter(|_| !body.is_empty()) {
            let place = usize::from(place) % body.len();
            match how {
                0 => body[place] = byte,
                1 => body.insert(place, byte),
                _ => drop(body.remove(place)),
            }
        }
        body
    })
}

/// A body of a shape as somebody might write it, by choices: any fields in
/// any order, with blanks, and now and then what is odd or wrong.
fn scribble(shape: &Shape, choices: &mut dyn FnMut(usize) -> usize, out: &mut String) {
    #[rustfmt::skip]
    const ODD: &[&str] = &[
        "null", "[]", "{}", "[[]]", r#""\u0041""#, r#""a\"b""#, r#""\\""#, "1e5", "1E+2", "-0", "0.10", "00", "-", "1.",
        ".5", "é",
        "12345678901234567890123", "-1", "0", "9.99", "true", "false", "nul", r#""""#, "\"é\u{10348}\"",
        "\"\u{7f}\"",
        "\"\n\"", "[1,]", "{,}", r#"{"a":1,}"#, r#"{"a":1,"a":2}"#, r#"{"b":[{"d":null,"c":[1]}],"a":"x"}"#,
        r#"{"$serde_json::private::Number":"1"}"#, r#"{"$serde_json::private::RawValue":"1"}"#, "\u{feff}1", "\0",
    ];
    blank(choices, out);
    if choices(150) == 0 {
        out.push_str(ODD[choices(ODD.len())]);
        return blank(choices, out);
    }
    match shape {
        Shape::Object { fields, unknown } => {
            let mut chosen: Vec<&Field> = Vec::new();
            for field in *fields {
                if field.required && choices(100) > 0 || choices(3) == 0 {
                    chosen.insert(choices(chosen.len() + 1), field);
                }
                if choices(200) == 0 {
                    chosen.push(field);
                }
            }
            out.push('{');
            for (n, field) in chosen.into_iter().enumerate() {
                out.push_str(if n > 0 { "," } else { "" });
                blank(choices, out);
                let name = if choices(100) == 0 { "other" } else { field.name };
                out.push_str(&format!("\"{name}\""));
                blank(choices, out);
                out.push(':');
                scribble(&field.shape, choices, out);
            }
            if *unknown == Unknown::Ignore && choices(4) == 0 && !out.ends_with('{') {
                out.push_str(r#","zz":[{"y":0.5,"x":null}]"#);
            }
            out.push('}');
        }
        Shape::Map => {
            let maps = ["{}", r#"{"b":1,"a":[true,{"d":"e","c":null}]}"#, r#"{"x":{"y":{}}}"#];
            out.push_str(maps[choices(maps.len())]);
        }
        Shape::Array(element) => {
            out.push('[');
            for n in 0..choices(4) {
                out.push_str(if n > 0 { "," } else { "" });
                scribble(element, choices, out);
            }
            out.push(']');
        }
        Shape::Number { .. } => out.push_str(["1", "19.99", "0.5", "2.50", "1000000000000000", "0.001"][choices(6)]),
        Shape::Integer { .. } => out.push_str(["1", "18404", "7"][choices(3)]),
        simple => out.push_str(&sample(simple).to_string()),
    }
    blank(choices, out);
}

fn blank(choices: &mut dyn FnMut(usize) -> usize, out: &mut String) {
    if choices(12) == 0 {
        out.push_str([" ", "\n", "\t \r", "\u{b}"][choices(40) / 13]);
    }
}

/// A value that `shape` accepts, with every property there is.
pub(crate) fn sample(shape: &Shape) -> Value {
    match shape {
        Shape::Object { fields, .. } => {
            Value::Object(fields.iter().map(|f| (f.name.to_string(), sample(&f.shape))).collect())
        }
        Shape::Map => json!({"k": 1}),
        Shape::Array(element) => json!([sample(element), sample(element)]),
        Shape::Text { rule: None, .. } => json!("x"),
        Shape::Text { rule: Some(rule), .. } => match rule {
            TextRule::Email => json!("a@b.example"),
            TextRule::Currency => json!("USD"),
            TextRule::Country => json!("US"),
            TextRule::Language => json!("pt-BR"),
            TextRule::Url => json!("https://game.example/?a=1"),
            TextRule::Image | TextRule::Sku => unreachable!("no token has any"),
            TextRule::DigitsExact(n) | TextRule::AlnumExact(n) => json!("1".repeat(*n)),
        },
        Shape::Enum(values) => json!(values[0]),
        Shape::Integer { .. } | Shape::Number { .. } => json!(1),
        Shape::Bool => json!(true),
        Shape::Any => json!(null),
        Shape::OneOf(shapes) => sample(&shapes[0]),
        lenient => unreachable!("the token is strict and has no {lenient:?}"),
    }
}
