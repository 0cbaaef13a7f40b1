//! The clocks of projects, which are our own.

use crate::read::{self, checked};
use crate::shape::{self, Field, Shape, Unknown, Violation};
use coinslot_domain::calendar::{Period, Unit, Zone};
use coinslot_domain::time::Time;
use serde_json::{Value, json};

const TEXT: Shape = Shape::Text { min: 1, max: 255, rule: None };

/// A clock in an answer.
pub static CLOCK: Shape = Shape::Object {
    fields: &[
        Field::required("now", TEXT, "What the project's clock shows."),
        Field::required("server", TEXT, "What the server's clock shows."),
        Field::required("ahead_seconds", Shape::Count { min: 0, max: shape::MAX_INTEGER }, "How far it is ahead."),
        Field::required("time_zone", TEXT, "Where the project's days begin, for charges of subscriptions."),
        Field::optional(
            "reached",
            Shape::Bool,
            "Whether it came as far as it was to go; if not, there was so much to do that the call is to be repeated.",
        ),
    ],
    unknown: Unknown::Ignore,
};

/// The body that sets a clock.
pub static SET_CLOCK: Shape = Shape::Object {
    fields: &[
        Field::optional("now", Shape::Date, "What it is to show: now or later."),
        Field::optional("time_zone", TEXT, "Where the project's days begin: a name such as Europe/Berlin."),
    ],
    unknown: Unknown::Refuse,
};

/// A clock as it is to be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetClockBody {
    /// What it is to show.
    pub now: Option<Time>,
    /// Where the project's days begin.
    pub zone: Option<Zone>,
}

impl SetClockBody {
    /// Reads a body, or lists its faults.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        let mut faults = shape::check(&SET_CLOCK, body);
        let name = body.get("time_zone").and_then(Value::as_str);
        let zone = name.and_then(Zone::named);
        if name.is_some_and(|n| !n.is_empty()) && zone.is_none() {
            faults.push(Violation::new("time_zone", "is not a time zone of the IANA database"));
        }
        let now = body.get("now").and_then(read::time);
        if faults.is_empty() { Ok(SetClockBody { now, zone }) } else { Err(faults) }
    }
}

/// The body that moves a clock.
pub static ADVANCE: Shape = Shape::Object {
    fields: &[
        Field::required("value", Shape::Count { min: 1, max: 1_000_000 }, "How many."),
        Field::required("type", Shape::Enum(&["second", "minute", "hour", "day", "month"]), "Of what."),
    ],
    unknown: Unknown::Refuse,
};

/// By how much a clock is to be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advance {
    /// Seconds.
    Seconds(i64),
    /// Days or months of the calendar.
    Calendar(Period),
}

impl Advance {
    /// Reads a body, or lists its faults.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        let body = checked(&ADVANCE, body)?;
        let value = body.get("value").and_then(read::integer).unwrap_or_default();
        let name = body.get("type").and_then(Value::as_str).unwrap_or_default();
        Ok(Advance::of(value, name))
    }

    /// So many of what has this name; seconds unless it is of something longer.
    pub fn of(value: i64, name: &str) -> Self {
        match Unit::from_name(name) {
            Some(unit) => Advance::Calendar(Period { value, unit }),
            None if name == "hour" => Advance::Seconds(value * 3_600),
            None if name == "minute" => Advance::Seconds(value * 60),
            None => Advance::Seconds(value),
        }
    }
}

/// A clock; and whether it came as far as it was to go, if it was moved.
pub fn clock_json(now: Time, server: Time, zone: &Zone, reached: Option<bool>) -> Value {
    let mut clock = json!({
        "now": now.rfc3339(),
        "server": server.rfc3339(),
        "ahead_seconds": (now - server).0 / 1_000_000,
        "time_zone": zone.name(),
    });
    if let Some(reached) = reached {
        clock["reached"] = reached.into();
    }
    clock
}
