//! What games say of a player (a level, a class), and the conditions by which
//! that decides what the player is offered.

use crate::id::{AttributeId, ConditionId};
use crate::localized::Localized;
use crate::time::Time;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// What the values of an attribute are, and so how they compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers.
    Int,
    /// Texts, compared by code point.
    Text,
    /// Texts of a list, compared as texts.
    Enum,
    /// Instants.
    Date,
}

impl Kind {
    /// All of them, by their published names.
    pub const ALL: [(&'static str, Kind); 4] =
        [("int", Kind::Int), ("string", Kind::Text), ("enum", Kind::Enum), ("date", Kind::Date)];

    /// Its published name.
    pub fn name(self) -> &'static str {
        crate::name_of(&Kind::ALL, self)
    }

    /// The kind of a published name.
    pub fn of(name: &str) -> Option<Self> {
        crate::named(&Kind::ALL, name)
    }
}

/// An attribute that a project knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// `id` on the wire.
    pub id: AttributeId,
    /// What tokens and conditions call it. Unique in its project.
    pub key: String,
    /// What people call it.
    pub name: Localized,
    /// What its values are.
    pub kind: Kind,
    /// The values that an enum has, in their order; else none.
    pub values: Vec<String>,
    /// Whether it is shown to the player.
    pub visible: bool,
    /// Whether a condition on it holds for a player who has no value of it.
    pub skip_absent: bool,
}

/// A value of an attribute, or what one is compared with, as it was sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// A whole number.
    Int(i64),
    /// Any text.
    Text(String),
}

impl Value {
    /// How it compares with another value of an attribute of `kind`; `None` when
    /// one of them is no value of that kind.
    fn compare(&self, other: &Value, kind: Kind) -> Option<Ordering> {
        match kind {
            Kind::Int => Some(self.int()?.cmp(&other.int()?)),
            Kind::Date => Some(self.date()?.cmp(&other.date()?)),
            // UTF-8 sorts by code point.
            Kind::Text | Kind::Enum => Some(self.text().cmp(&other.text())),
        }
    }

    fn int(&self) -> Option<i64> {
        match self {
            Value::Int(n) => Some(*n),
            Value::Text(text) => text.parse().ok(),
        }
    }

    fn date(&self) -> Option<Time> {
        match self {
            Value::Int(_) => None,
            Value::Text(text) => Time::parse(text),
        }
    }

    fn text(&self) -> String {
        match self {
            Value::Int(n) => n.to_string(),
            Value::Text(text) => text.clone(),
        }
    }
}

/// What is known of a player, by the keys of attributes.
pub type Values = BTreeMap<String, Value>;

/// How a player's value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Above the operand.
    Greater,
    /// Not below it.
    GreaterOrEqual,
    /// The same.
    Equal,
    /// Another.
    NotEqual,
    /// Below it.
    Less,
    /// Not above it.
    LessOrEqual,
    /// Not below the first operand and not above the second.
    Between,
    /// One of the operands.
    In,
    /// None of them.
    NotIn,
}

impl Operation {
    /// All of them, by their published names.
    pub const ALL: [(&'static str, Operation); 9] = [
        ("greater", Operation::Greater),
        ("greaterOrEqual", Operation::GreaterOrEqual),
        ("equal", Operation::Equal),
        ("notEqual", Operation::NotEqual),
        ("less", Operation::Less),
        ("lessOrEqual", Operation::LessOrEqual),
        ("between", Operation::Between),
        ("in", Operation::In),
        ("notIn", Operation::NotIn),
    ];

    /// Its published name.
    pub fn name(self) -> &'static str {
        crate::name_of(&Operation::ALL, self)
    }

    /// The operation of a published name.
    pub fn of(name: &str) -> Option<Self> {
        crate::named(&Operation::ALL, name)
    }

    /// Fewest and most operands it compares with.
    pub fn operands(self) -> (usize, usize) {
        match self {
            Operation::Between => (2, 2),
            Operation::In | Operation::NotIn => (1, usize::MAX),
            _ => (1, 1),
        }
    }

    /// Whether it holds for a value. What cannot be compared holds for nothing.
    fn holds(self, value: &Value, operands: &[Value], kind: Kind) -> bool {
        let with = |operand: &Value| value.compare(operand, kind);
        let all: Option<Vec<Ordering>> = operands.iter().map(with).collect();
        let Some(all) = all else { return false };
        match (self, all.as_slice()) {
            (Operation::Greater, [o]) => o.is_gt(),
            (Operation::GreaterOrEqual, [o]) => o.is_ge(),
            (Operation::Equal, [o]) => o.is_eq(),
            (Operation::NotEqual, [o]) => o.is_ne(),
            (Operation::Less, [o]) => o.is_lt(),
            (Operation::LessOrEqual, [o]) => o.is_le(),
            (Operation::Between, [low, high]) => low.is_ge() && high.is_le(),
            (Operation::In, all) => all.iter().any(|o| o.is_eq()),
            (Operation::NotIn, all) => all.iter().all(|o| o.is_ne()),
            _ => false,
        }
    }
}

/// What becomes of an offer whose condition does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is not shown.
    Hide,
    /// It is shown and cannot be bought.
    Block,
    /// It is shown with a warning and can be bought.
    Warning,
}

impl Action {
    /// All of them, by their published names.
    pub const ALL: [(&'static str, Action); 3] =
        [("hide", Action::Hide), ("block", Action::Block), ("warning", Action::Warning)];

    /// Its published name.
    pub fn name(self) -> &'static str {
        crate::name_of(&Action::ALL, self)
    }

    /// The action of a published name.
    pub fn of(name: &str) -> Option<Self> {
        crate::named(&Action::ALL, name)
    }
}

/// A condition that an offer sets on the player.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// `id` on the wire.
    pub id: ConditionId,
    /// The key of the attribute. The project need not know it: then no player
    /// has a value of it.
    pub key: String,
    /// How the player's value is compared.
    pub operation: Operation,
    /// With what.
    pub operands: Vec<Value>,
    /// What happens when it does not hold.
    pub action: Action,
}

impl Condition {
    fn holds(&self, attributes: &BTreeMap<String, Attribute>, values: &Values) -> bool {
        let Some(attribute) = attributes.get(&self.key) else { return false };
        match values.get(&self.key) {
            Some(value) => self.operation.holds(value, &self.operands, attribute.kind),
            None => attribute.skip_absent,
        }
    }
}

/// What a player may do with an offer, from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// See and buy it.
    Open,
    /// See and buy it, and be warned.
    Warned,
    /// See it.
    Blocked,
    /// Nothing.
    Hidden,
}

/// What a player with `values` may do with an offer under `conditions`: the
/// worst that any of them says. `attributes` are those of the project, by key.
pub fn access(conditions: &[Condition], attributes: &BTreeMap<String, Attribute>, values: &Values) -> Access {
    let broken = conditions.iter().filter(|c| !c.holds(attributes, values));
    let access = broken.map(|c| match c.action {
        Action::Hide => Access::Hidden,
        Action::Block => Access::Blocked,
        Action::Warning => Access::Warned,
    });
    access.max().unwrap_or(Access::Open)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(n: i64) -> Value {
        Value::Int(n)
    }

    fn text(t: &str) -> Value {
        Value::Text(t.into())
    }

    #[test]
    fn every_operation_on_every_kind() {
        use Operation::*;
        let table: &[(Kind, Value, Operation, &[Value], bool)] = &[
            (Kind::Int, int(9), Greater, &[int(8)], true),
            (Kind::Int, int(9), Greater, &[int(9)], false),
            // As numbers, not as texts; however they were sent.
            (Kind::Int, text("9"), Less, &[text("10")], true),
            (Kind::Int, int(9), GreaterOrEqual, &[int(9)], true),
            (Kind::Int, int(9), GreaterOrEqual, &[int(10)], false),
            (Kind::Int, int(9), LessOrEqual, &[int(8)], false),
            (Kind::Int, int(9), LessOrEqual, &[int(9)], true),
            (Kind::Int, int(9), Equal, &[text("9")], true),
            (Kind::Int, int(9), NotEqual, &[int(9)], false),
            (Kind::Int, int(9), NotEqual, &[int(8)], true),
            (Kind::Int, int(9), Between, &[int(9), int(10)], true),
            (Kind::Int, int(10), Between, &[int(9), int(10)], true),
            (Kind::Int, int(11), Between, &[int(9), int(10)], false),
            (Kind::Int, int(9), Between, &[int(10), int(8)], false),
            (Kind::Int, int(9), In, &[int(1), int(9)], true),
            (Kind::Int, int(9), In, &[int(1)], false),
            (Kind::Int, int(9), NotIn, &[int(1), int(9)], false),
            (Kind::Int, int(9), NotIn, &[int(1)], true),
            (Kind::Text, text("elf"), Equal, &[text("elf")], true),
            (Kind::Text, text("Elf"), Equal, &[text("elf")], false),
            (Kind::Text, text("b"), Greater, &[text("a")], true),
            (Kind::Text, text("Z"), Less, &[text("a")], true),
            // As a text, 9 is above 10.
            (Kind::Text, int(9), Greater, &[int(10)], true),
            (Kind::Enum, text("magic"), In, &[text("magic"), text("war")], true),
            (Kind::Enum, text("magic"), NotIn, &[text("magic")], false),
            (Kind::Date, text("2026-01-02"), Greater, &[text("2026-01-01T23:59:59Z")], true),
            (Kind::Date, text("2026-01-02"), Equal, &[text("2026-01-02T03:00:00+03:00")], true),
            (Kind::Date, text("2026-01-02"), Between, &[text("2026-01-01"), text("2026-01-03")], true),
            // What is no value of the kind holds for nothing.
            (Kind::Int, text("x"), NotEqual, &[int(1)], false),
            (Kind::Int, int(1), NotIn, &[int(2), text("x")], false),
            (Kind::Date, int(1), NotEqual, &[text("2026-01-01")], false),
            (Kind::Date, text("soon"), Less, &[text("2026-01-01")], false),
            // And so does a condition with too few or too many operands.
            (Kind::Int, int(1), Equal, &[], false),
            (Kind::Int, int(1), Equal, &[int(1), int(1)], false),
            (Kind::Int, int(1), Between, &[int(1)], false),
        ];
        for (kind, value, operation, operands, holds) in table {
            assert_eq!(
                operation.holds(value, operands, *kind),
                *holds,
                "{kind:?} {value:?} {operation:?} {operands:?}"
            );
        }
        for (_, operation) in Operation::ALL {
            assert!(table.iter().any(|(_, _, o, _, holds)| *o == operation && *holds), "{operation:?}");
            assert!(table.iter().any(|(_, _, o, _, holds)| *o == operation && !*holds), "{operation:?}");
        }
    }

    fn condition(key: &str, action: Action) -> Condition {
        let id = ConditionId::new(1).unwrap();
        Condition { id, key: key.into(), operation: Operation::Equal, operands: vec![int(1)], action }
    }

    fn known(key: &str, skip_absent: bool) -> (String, Attribute) {
        let attribute = Attribute {
            id: AttributeId::new(1).unwrap(),
            key: key.into(),
            name: Localized::default(),
            kind: Kind::Int,
            values: vec![],
            visible: true,
            skip_absent,
        };
        (key.into(), attribute)
    }

    #[test]
    fn the_worst_of_all_conditions_counts() {
        use Action::*;
        let attributes = BTreeMap::from([known("a", false), known("b", true)]);
        let values = |pairs: &[(&str, i64)]| pairs.iter().map(|(k, n)| (k.to_string(), int(*n))).collect::<Values>();
        type Row = (&'static [(&'static str, Action)], &'static [(&'static str, i64)], Access);
        let table: &[Row] = &[
            (&[], &[], Access::Open),
            (&[("a", Hide)], &[("a", 1)], Access::Open),
            (&[("a", Hide)], &[("a", 2)], Access::Hidden),
            (&[("a", Block)], &[("a", 2)], Access::Blocked),
            (&[("a", Warning)], &[("a", 2)], Access::Warned),
            (&[("a", Warning), ("b", Block)], &[("a", 2), ("b", 2)], Access::Blocked),
            (&[("a", Hide), ("b", Block)], &[("a", 1), ("b", 2)], Access::Blocked),
            (&[("b", Block), ("a", Hide)], &[("a", 2), ("b", 2)], Access::Hidden),
            // Without a value it depends on the attribute.
            (&[("a", Hide)], &[], Access::Hidden),
            (&[("b", Hide)], &[], Access::Open),
            // A key that the project does not know has no values and is not skipped.
            (&[("c", Block)], &[("c", 1)], Access::Blocked),
        ];
        for (conditions, known, expected) in table {
            let conditions: Vec<Condition> = conditions.iter().map(|(key, action)| condition(key, *action)).collect();
            assert_eq!(access(&conditions, &attributes, &values(known)), *expected, "{conditions:?} {known:?}");
        }
    }

    #[test]
    fn names_are_read_back() {
        for (name, kind) in Kind::ALL {
            assert_eq!((kind.name(), Kind::of(name)), (name, Some(kind)));
        }
        for (name, operation) in Operation::ALL {
            assert_eq!((operation.name(), Operation::of(name)), (name, Some(operation)));
        }
        for (name, action) in Action::ALL {
            assert_eq!((action.name(), Action::of(name)), (name, Some(action)));
        }
        assert_eq!(Kind::of("Int"), None);
    }
}
