//! Projects' clocks on the command line, straight from the database: whether
//! or not a server runs, what falls due is done here.

use coinslot_app::clock::{self, ClockError, Shown};
use coinslot_app::{App, Shared};
use coinslot_domain::id::ProjectId;
use coinslot_domain::merchant::Project;
use coinslot_domain::time::Time;
use coinslot_wire::clock::{Advance, clock_json};
use coinslot_worker::guard::{Policy, allowed_url};
use std::error::Error;

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Where a clock is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// So far ahead of what it shows.
    Ahead(Advance),
    /// To a date.
    Date(Time),
}

/// What a clock shows.
pub async fn show(app: &App, project: ProjectId, json: bool) -> Fallible<String> {
    Ok(printed(&clock::show(app, project).await?, json))
}

/// Moves a clock all the way, and does what falls due meanwhile; what it shows
/// then.
///
/// # Errors
/// Before anything is done, when the project's webhooks could not be sent by
/// `policy`: each would be noted as failed.
pub async fn go(app: &Shared, project: &Project, to: To, policy: Policy, json: bool) -> Fallible<String> {
    if let Some(url) = project.webhook_url.as_deref() {
        allowed_url(url, policy).map_err(|why| format!("{why}; for a game on this machine add --local"))?;
    }
    // Reads where the clock stands, which another server may have moved.
    clock::show(app, project.id).await?;
    let to = match to {
        To::Ahead(by) => clock::later(app, project.id, by).await?.ok_or("that leads beyond the calendar")?,
        To::Date(to) => to,
    };
    loop {
        match clock::advance(app, project.id, to).await {
            Ok(shown) if shown.now >= to => return Ok(printed(&shown, json)),
            // So much was to be done that it stopped on the way.
            Ok(_) => {}
            Err(e @ ClockError::Past) => return Err(format!("{} {e}", to.rfc3339()).into()),
            Err(e) => return Err(e.to_string().into()),
        }
    }
}

fn printed(clock: &Shown, json: bool) -> String {
    if json {
        return format!("{:#}\n", clock_json(clock.now, clock.server, &clock.zone, None));
    }
    // To the nearest minute: what moving the clock took is nobody's interest.
    let ahead = ((clock.now - clock.server).0 + 30_000_000) / 60_000_000;
    let (days, hours, minutes) = (ahead / 1_440, ahead / 60 % 24, ahead % 60);
    format!(
        "Clock      {}\nServer     {}\nAhead      {days} days, {hours} hours, {minutes} minutes\nTime zone  {}\n",
        clock.now.rfc3339(),
        clock.server.rfc3339(),
        clock.zone.name()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinslot_domain::calendar::Zone;
    use coinslot_domain::time::Span;

    #[test]
    fn a_clock() {
        let ahead = Span::minutes(49 * 60 + 3);
        let clock = Shown { now: Time(0) + ahead, server: Time(0), zone: Zone::named("Europe/Berlin").unwrap() };
        assert_eq!(
            printed(&clock, false),
            "Clock      1970-01-03T01:03:00+00:00\nServer     1970-01-01T00:00:00+00:00\n\
             Ahead      2 days, 1 hours, 3 minutes\nTime zone  Europe/Berlin\n"
        );
        let json: serde_json::Value = serde_json::from_str(&printed(&clock, true)).unwrap();
        assert_eq!(json["ahead_seconds"], 176_580);
    }
}
