//! Tables, as JSON and as the files that people open with other programs.
//!
//! A column's name is the path of its value in the JSON, with dots.

use rust_xlsxwriter::{DocProperties, Workbook, Worksheet, XlsxError};
use serde_json::{Map, Value};
use std::fmt::Write;

/// A table; each row has a value for each column, none of them a list or an
/// object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Paths.
    pub columns: &'static [&'static str],
    /// Rows.
    pub rows: Vec<Vec<Value>>,
}

/// Ways to write a table down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A list of objects.
    Json,
    /// Comma-separated values as RFC 4180 has them.
    Csv,
    /// A workbook.
    Xls,
    /// One element a row, one element in it a column.
    Xml,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Json, Self::Csv, Self::Xls, Self::Xml];

    /// How paths end that ask for it.
    pub fn ending(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Csv => "csv",
            Format::Xls => "xls",
            Format::Xml => "xml",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Json => "application/json; charset=UTF-8",
            Format::Csv => "text/csv; charset=UTF-8",
            Format::Xls => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Format::Xml => "application/xml; charset=UTF-8",
        }
    }

    /// How a file of it is called; none for what is no file.
    pub fn extension(self) -> Option<&'static str> {
        match self {
            Format::Json => None,
            Format::Csv => Some("csv"),
            // What programs expect of this media type, whatever the path says.
            Format::Xls => Some("xlsx"),
            Format::Xml => Some("xml"),
        }
    }
}

impl Table {
    /// The table in a format. A workbook fails only for want of memory.
    pub fn write(&self, format: Format) -> Result<Vec<u8>, String> {
        match format {
            Format::Json => Ok(self.json().to_string().into_bytes()),
            Format::Csv => self.csv(),
            Format::Xls => self.workbook().map_err(|e| e.to_string()),
            Format::Xml => Ok(self.xml().into_bytes()),
        }
    }

    /// A list of objects, each column at its path.
    pub fn json(&self) -> Value {
        let object = |row: &Vec<Value>| {
            let mut object = Map::new();
            for (column, value) in self.columns.iter().zip(row) {
                place(&mut object, column, value.clone());
            }
            Value::Object(object)
        };
        Value::Array(self.rows.iter().map(object).collect())
    }

    fn csv(&self) -> Result<Vec<u8>, String> {
        let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        let failed = |e: csv::Error| e.to_string();
        csv.write_record(self.columns).map_err(failed)?;
        for row in &self.rows {
            csv.write_record(row.iter().map(harmless)).map_err(failed)?;
        }
        csv.into_inner().map_err(|e| e.to_string())
    }

    fn xml(&self) -> String {
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<transactions>\n");
        for row in &self.rows {
            xml.push_str("<transaction>");
            for (column, value) in self.columns.iter().zip(row) {
                // Writing to a string does not fail.
                let _ = match plain(value) {
                    text if text.is_empty() => write!(xml, "<{column}/>"),
                    text => write!(xml, "<{column}>{}</{column}>", escaped(&text)),
                };
            }
            xml.push_str("</transaction>\n");
        }
        xml.push_str("</transactions>\n");
        xml
    }

    fn workbook(&self) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        // The library would put the time of day into the file, and one report
        // would never be the same twice.
        let epoch = rust_xlsxwriter::ExcelDateTime::from_ymd(2000, 1, 1)?;
        book.set_properties(&DocProperties::new().set_creation_datetime(&epoch));
        let sheet = book.add_worksheet();
        for (x, column) in (0_u16..).zip(self.columns) {
            sheet.write_string(0, x, *column)?;
        }
        for (y, row) in (1_u32..).zip(&self.rows) {
            for (x, value) in (0_u16..).zip(row) {
                cell(sheet, y, x, value)?;
            }
        }
        sheet.set_freeze_panes(1, 0)?;
        book.save_to_buffer()
    }
}

/// Digits that a workbook keeps of a number; programs that open one know no
/// more.
const DIGITS: usize = 15;

fn cell(sheet: &mut Worksheet, y: u32, x: u16, value: &Value) -> Result<(), XlsxError> {
    match value {
        Value::Null => return Ok(()),
        Value::Number(n) if n.as_str().bytes().filter(u8::is_ascii_digit).count() <= DIGITS => {
            if let Ok(number) = n.as_str().parse::<rust_decimal::Decimal>() {
                return sheet.write(y, x, number).map(drop);
            }
        }
        _ => {}
    }
    // A string in a cell is never a formula. The format knows no control
    // characters and no texts beyond this length.
    let text: String = plain(value).chars().map(sound).take(32_767).collect();
    sheet.write_string(y, x, text).map(drop)
}

/// A value as text: nothing for null.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A value as text that no program takes for a formula. What a player wrote
/// must not run on the computer of whoever opens the file; numbers stay as they
/// are, for a minus is not what starts them into anything.
fn harmless(value: &Value) -> String {
    match value {
        Value::String(text)
            if text.trim_start().starts_with(['=', '+', '-', '@']) || text.starts_with(['\t', '\r', '\n']) =>
        {
            format!("'{text}")
        }
        other => plain(other),
    }
}

/// A character, or a stand-in for one that XML cannot hold.
fn sound(c: char) -> char {
    match c {
        '\t' | '\n' | '\r' => c,
        c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => '\u{fffd}',
        c => c,
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match sound(c) {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // A reader would make a line feed of it.
            '\r' => out.push_str("&#13;"),
            c => out.push(c),
        }
    }
    out
}

/// Puts a value at a path, making the objects on the way.
fn place(object: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => drop(object.insert(path.to_string(), value)),
        Some((first, rest)) => {
            let inner = object.entry(first).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                place(inner, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const COLUMNS: &[&str] = &["a.b", "a.c.d", "e"];

    fn table(rows: Vec<Vec<Value>>) -> Table {
        Table { columns: COLUMNS, rows }
    }

    fn text(table: &Table, format: Format) -> String {
        String::from_utf8(table.write(format).unwrap()).unwrap()
    }

    #[test]
    fn paths_become_objects() {
        let amount: Value = "9.90".parse::<serde_json::Number>().unwrap().into();
        let table = table(vec![vec![amount, json!(null), json!("x")]]);
        assert_eq!(text(&table, Format::Json), r#"[{"a":{"b":9.90,"c":{"d":null}},"e":"x"}]"#);
        assert_eq!(text(&table, Format::Csv), "a.b,a.c.d,e\r\n9.90,,x\r\n");
        assert!(text(&table, Format::Xml).contains("<transaction><a.b>9.90</a.b><a.c.d/><e>x</e></transaction>"));
    }

    #[test]
    fn no_text_is_a_formula() {
        for evil in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "-2+3+cmd|' /C calc'!A0"] {
            let csv = text(&table(vec![vec![json!(evil), json!(-5), json!("a=b")]]), Format::Csv);
            let row = csv.split_once("\r\n").unwrap().1;
            assert!(row.starts_with('\'') || row.starts_with("\"'"), "{row:?}");
            assert!(row.ends_with(",-5,a=b\r\n"), "{row:?}");
        }
    }

    #[test]
    fn a_workbook_is_the_same_each_time() {
        let table = table(vec![vec![json!(5), json!("=1+1"), json!("\u{1}")]]);
        let book = table.write(Format::Xls).unwrap();
        assert_eq!(&book[..2], b"PK");
        assert_eq!(book, table.write(Format::Xls).unwrap());
    }

    proptest! {
        #[test]
        fn csv_is_read_back(cells in prop::collection::vec("[^=+\\-@\\t\\r\\n ]?\\PC{0,20}", 3)) {
            prop_assume!(cells.iter().all(|c| harmless(&json!(c)) == *c));
            let csv = text(&table(vec![cells.iter().map(|c| json!(c)).collect()]), Format::Csv);
            let mut reader = csv::Reader::from_reader(csv.as_bytes());
            let row = reader.records().next().unwrap().unwrap();
            prop_assert_eq!(row.iter().collect::<Vec<_>>(), cells);
        }

        /// Any text in a cell leaves XML whose every element is closed.
        #[test]
        fn xml_is_well_formed(cell in any::<String>()) {
            let xml = text(&table(vec![vec![json!(cell), json!(1), json!(null)]]), Format::Xml);
            let mut open = Vec::new();
            for tag in xml.split('<').skip(2) {
                let (tag, rest) = tag.split_once('>').unwrap();
                if let Some(name) = tag.strip_prefix('/') {
                    prop_assert_eq!(open.pop(), Some(name.to_string()));
                } else if !tag.ends_with('/') {
                    open.push(tag.to_string());
                }
                let entities = rest.split('&').skip(1).all(|e| ["amp;", "lt;", "gt;", "#13;"].iter().any(|n| e.starts_with(n)));
                prop_assert!(entities && !rest.contains('>'));
                prop_assert!(rest.chars().all(|c| c >= ' ' || "\t\n".contains(c)));
            }
            prop_assert!(open.is_empty());
        }
    }
}
