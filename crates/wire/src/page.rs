//! Lists in parts, and what several answers have in common.

use crate::read::integer;
use crate::shape::{Field, MAX_INTEGER, Shape, Unknown};
use serde_json::Value;

/// The most entries of one answer. Who asks for more gets so many.
pub const MOST: i64 = 1000;

/// How many, where nobody says so: all that one answer may have.
pub const LIMIT: Field =
    Field::optional("limit", Shape::Count { min: 1, max: MAX_INTEGER }, "At most so many, and never more than 1000.");

/// Where to begin.
pub const OFFSET: Field =
    Field::optional("offset", Shape::Count { min: 0, max: MAX_INTEGER }, "How many to pass over first.");

/// The parameters of a list in parts.
pub static PAGE: Shape = Shape::Object { fields: &[LIMIT, OFFSET], unknown: Unknown::Ignore };

/// A parameter that must be there.
pub const fn required(field: Field) -> Field {
    Field { required: true, ..field }
}

/// Offset and limit of parameters that were checked.
pub fn read(query: &Value) -> (i64, i64) {
    let number = |name: &str| query.get(name).and_then(integer);
    (number("offset").unwrap_or(0), number("limit").unwrap_or(MOST).min(MOST))
}

/// What answers that something was made.
pub static CREATED: Shape = Shape::Object {
    fields: &[Field::required("id", Shape::Integer { min: 1, max: MAX_INTEGER }, "Its number.")],
    unknown: Unknown::Ignore,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::query;

    #[test]
    fn parts_of_lists() {
        let read = |raw: &str| query(&PAGE, raw).map(|q| read(&q)).map_err(|f| f.len());
        assert_eq!(read(""), Ok((0, 1000)));
        assert_eq!(read("limit=5000&offset=7"), Ok((7, 1000)));
        assert_eq!(read("limit=20"), Ok((0, 20)));
        assert_eq!(read("limit=0&offset=-1"), Err(2));
    }
}
