//! `coinslot doctor`: a look at everything that the server stands on. Each
//! finding says what was seen, and what to do when it is not well.
//!
//! Nothing is changed, but that the webhooks it tries out appear in the list of
//! events like every test.

use crate::config::{Database, Listen, Settings};
use coinslot_app::Shared;
use coinslot_app::event::{self, Delivery, TestError};
use coinslot_app::port::Clock;
use coinslot_domain::merchant::Project;
use coinslot_domain::time::{Span, Time};
use coinslot_store::{Inspection, Location, StoreError, inspect};
use coinslot_worker::guard::{Policy, allowed_url};
use rustix::fs::{statfs, statvfs};
use serde_json::json;
use std::fmt::Write as _;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Well.
    Ok,
    /// It works, and something is not as it should be.
    Warn,
    /// It does not work, or is not safe.
    Fail,
}

impl Verdict {
    fn name(self) -> &'static str {
        match self {
            Verdict::Ok => "ok",
            Verdict::Warn => "warn",
            Verdict::Fail => "fail",
        }
    }
}

/// What was looked at and what was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub what: String,
    /// How it weighs.
    pub verdict: Verdict,
    /// What was seen.
    pub text: String,
    /// What to do, when it is not well.
    pub advice: Option<String>,
}

fn ok(what: &str, text: impl Into<String>) -> Finding {
    Finding { what: what.into(), verdict: Verdict::Ok, text: text.into(), advice: None }
}

fn warn(what: &str, text: impl Into<String>, advice: impl Into<String>) -> Finding {
    Finding { what: what.into(), verdict: Verdict::Warn, text: text.into(), advice: Some(advice.into()) }
}

fn fail(what: &str, text: impl Into<String>, advice: impl Into<String>) -> Finding {
    Finding { what: what.into(), verdict: Verdict::Fail, text: text.into(), advice: Some(advice.into()) }
}

/// All findings.
pub struct Report(pub Vec<Finding>);

impl Report {
    /// Whether nothing failed.
    pub fn is_well(&self) -> bool {
        self.0.iter().all(|finding| finding.verdict < Verdict::Fail)
    }

    /// For people.
    pub fn text(&self) -> String {
        let width = self.0.iter().map(|finding| finding.what.chars().count()).max().unwrap_or(0);
        let mut text = String::new();
        for Finding { what, verdict, text: seen, advice } in &self.0 {
            // Formatting into a string does not fail.
            let _ = writeln!(text, "{:<5} {what:<width$}  {}", verdict.name(), crate::event::line(seen));
            if let Some(advice) = advice {
                let _ = writeln!(text, "{:<5} {:<width$}  → {}", "", "", crate::event::line(advice));
            }
        }
        let count = |verdict| self.0.iter().filter(|finding| finding.verdict == verdict).count();
        let (well, warned, failed) = (count(Verdict::Ok), count(Verdict::Warn), count(Verdict::Fail));
        let _ = writeln!(text, "\n{well} ok, {warned} to look at, {failed} failed.");
        text
    }

    /// For programs.
    pub fn json(&self) -> String {
        let findings = self
            .0
            .iter()
            .map(|f| json!({ "check": f.what, "verdict": f.verdict.name(), "text": f.text, "advice": f.advice }));
        let all = json!({ "well": self.is_well(), "findings": findings.collect::<Vec<_>>() });
        serde_json::to_string_pretty(&all).unwrap_or_default() + "\n"
    }
}

/// Looks at the machine: what can be seen before any project.
pub fn machine(settings: &Settings, clock: &dyn Clock) -> Report {
    let Settings { listen, database, mail: _ } = settings;
    let mut all = doors(listen);
    all.push(files(rustix::process::getrlimit(rustix::process::Resource::Nofile).current));
    all.push(public_url(listen));
    if let Some(url) = &listen.sandbox_url {
        all.push(web_address("sandbox URL", url, listen.behind_proxy));
    }
    all.extend(secret_file(database));
    let location = match database.location() {
        Ok(location) => location,
        Err(why) => {
            all.push(fail("database", why, "coinslot config print shows where the setting comes from"));
            return Report(all);
        }
    };
    if let Location::File(path) = &location {
        all.extend(directory(path.parent().unwrap_or(Path::new("."))));
    }
    let before = clock.now();
    match inspect(&location) {
        Ok(Some(seen)) => {
            let now = Time(before.0 + (clock.now() - before).0 / 2);
            all.push(time(now, seen.clock, seen.newest));
            all.extend(contents(&seen));
        }
        Ok(None) => {
            all.push(time(before, None, None));
            all.push(warn(
                "database",
                "there is none here yet; the server makes it when it starts",
                "if there should be one, see --data: it is relative to the directory where the server starts",
            ));
        }
        Err(e) => {
            all.push(time(before, None, None));
            let advice = match location {
                Location::File(_) => "the server must be able to read and write it; is --data right, and whose is it?",
                Location::Postgres(_) => "is the server up, and are host, port, user, password and ?sslmode right?",
            };
            all.push(fail("database", e.to_string(), advice));
        }
    }
    Report(all)
}

/// Whether the tables are those of this program, so that projects can be read.
pub fn is_current(report: &Report) -> bool {
    report.0.iter().any(|finding| finding.what == TABLES && finding.verdict == Verdict::Ok)
}

const TABLES: &str = "tables";

fn contents(seen: &Inspection) -> Vec<Finding> {
    let mut all = vec![ok("database", format!("{} answers", seen.version))];
    if let Some(why) = &seen.malformed {
        let advice = "stop the server, keep the files, and put the last backup in their place: coinslot restore";
        all.push(fail("database", format!("it is damaged: {why}"), advice));
        return all;
    }
    if let Some(why) = &seen.unwritable {
        all.push(fail("database", format!("it cannot be written to: {why}"), "nothing can be sold until it can"));
    }
    for worry in &seen.worries {
        all.push(warn("database", worry, "see the settings of the PostgreSQL server"));
    }
    let (done, known) = (&seen.migrated, &seen.known);
    let last = |all: &[i64]| all.last().copied().unwrap_or(0);
    all.push(if done == known {
        ok(TABLES, format!("up to date, version {}", last(known)))
    } else if done.is_empty() {
        warn(TABLES, "there are none yet", "coinslot migrate makes them, and so does the server when it starts")
    } else if known.starts_with(done) {
        let advice = "make a backup; then coinslot migrate, or the server when it starts, brings them up to date";
        warn(TABLES, format!("version {}, and this program has {}", last(done), last(known)), advice)
    } else {
        let newer = done.starts_with(known);
        let text = format!("version {}, which this program does not know", last(done));
        let other = format!("versions {done:?}, and this program knows {known:?}");
        let advice = "another Coinslot was here: use that one, or put back a backup from before";
        fail(TABLES, if newer { text } else { other }, advice)
    });
    all
}

fn doors(listen: &Listen) -> Vec<Finding> {
    let mut all = Vec::new();
    let port = |what: &str, address: SocketAddr, flag: &str| match TcpListener::bind(address) {
        Ok(_) => (ok(what, format!("{address} is free")), false),
        Err(e) if e.kind() == ErrorKind::AddrInUse => match health(address) {
            Some(true) => (ok(what, format!("a Coinslot serves on {address} and says that it is well")), true),
            Some(false) => {
                let text = format!("a Coinslot serves on {address} and says that it is not well");
                (fail(what, text, "its log says why; see the database below"), true)
            }
            None => {
                let advice = format!("stop it, or choose another address with {flag}");
                (fail(what, format!("something else listens on {address}"), advice), false)
            }
        },
        Err(e) if e.kind() == ErrorKind::PermissionDenied => {
            let advice = format!("ports below 1024 need a privilege; choose another with {flag}, behind a proxy");
            (fail(what, format!("{address}: {e}"), advice), false)
        }
        Err(e) => (fail(what, format!("{address}: {e}"), format!("choose another address with {flag}")), false),
    };
    let (found, served) = port("port", listen.listen, "--listen");
    all.push(found);
    if let Some(address) = listen.metrics_listen {
        let (found, _) = port("metrics port", address, "--metrics-listen");
        // It answers to nothing but /metrics, and is taken because we serve.
        let ours = served && found.text.starts_with("something else");
        all.push(if ours { ok("metrics port", format!("{address} is taken, as it should be")) } else { found });
        if !address.ip().to_canonical().is_loopback() {
            let advice = "nobody is asked for a password there: see that only your monitoring reaches it";
            all.push(warn("metrics port", format!("{address} is not only for this machine"), advice));
        }
    }
    all
}

/// What a Coinslot on this address says of itself; `None` when none answers.
fn health(address: SocketAddr) -> Option<bool> {
    match ask(address, "/healthz")?.1.as_str() {
        coinslot_api::health::WELL => Some(true),
        coinslot_api::health::UNWELL => Some(false),
        _ => None,
    }
}

/// Asks a server of this machine something small; status and body.
pub fn ask(address: SocketAddr, path: &str) -> Option<(u16, String)> {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let patience = Duration::from_secs(5);
    let mut stream = TcpStream::connect_timeout(&SocketAddr::new(ip, address.port()), patience).ok()?;
    stream.set_read_timeout(Some(patience)).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.take(64 * 1024).read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_string()))
}

fn files(most: Option<u64>) -> Finding {
    const WHAT: &str = "open files";
    let advice = "each connection takes one: raise it with ulimit -n, or LimitNOFILE= in the systemd unit";
    match most {
        Some(n) if n < 256 => fail(WHAT, format!("at most {n} may be open at one time"), advice),
        Some(n) if n < 4_096 => warn(WHAT, format!("at most {n} may be open at one time"), advice),
        Some(n) => ok(WHAT, format!("up to {n}")),
        None => ok(WHAT, "as many as there are"),
    }
}

fn public_url(listen: &Listen) -> Finding {
    const WHAT: &str = "public URL";
    let Some(text) = &listen.public_url else {
        let text = format!("not set: payment pages are said to be at http://{}", listen.listen);
        return match listen.listen.ip().is_loopback() {
            true => {
                warn(WHAT, text, "right while developing; players need public_url, such as https://pay.example.com")
            }
            false => {
                fail(WHAT, text, "set public_url to what players' browsers reach, such as https://pay.example.com")
            }
        };
    };
    web_address(WHAT, text, listen.behind_proxy)
}

/// Whether an address is one that browsers can be sent to.
fn web_address(what: &'static str, text: &str, behind_proxy: bool) -> Finding {
    let url = match url::Url::parse(text) {
        Ok(url) => url,
        Err(e) => return fail(what, format!("{text}: {e}"), "write it as in https://pay.example.com"),
    };
    let local = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => return fail(what, format!("{text} has no host"), "write it as in https://pay.example.com"),
    };
    let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.path() == "/";
    match url.scheme() {
        _ if !plain => {
            fail(what, format!("{text} has more than scheme, host and port"), "links are made by adding to it")
        }
        "https" if !local && !behind_proxy => warn(
            what,
            format!("{text}, and behind_proxy is off"),
            "the server itself speaks plain HTTP: behind the proxy that speaks TLS every player has the proxy's \
             address until behind_proxy is set",
        ),
        "https" => ok(what, text),
        "http" if local => ok(what, format!("{text}, for this machine only")),
        "http" => fail(what, format!("{text} is not encrypted"), "put a proxy with TLS in front and write https://"),
        _ => fail(what, format!("{text} is no web address"), "write it as in https://pay.example.com"),
    }
}

fn secret_file(database: &Database) -> Option<Finding> {
    const WHAT: &str = "secret file";
    let path = database.database_url_file.as_ref()?;
    let mode = std::fs::metadata(path).ok()?.permissions().mode();
    Some(match mode & 0o044 {
        0 => ok(WHAT, format!("{} is not for everybody to read", path.display())),
        _ => warn(
            WHAT,
            format!("{} can be read by others", path.display()),
            "chmod 600, and give it to the server's user",
        ),
    })
}

fn directory(path: &Path) -> Vec<Finding> {
    const WHAT: &str = "data directory";
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    let shown = path.display();
    // What is not there yet is made below what is.
    let there = path.ancestors().map(|p| if p.as_os_str().is_empty() { Path::new(".") } else { p });
    let there: PathBuf = there.into_iter().find(|p| p.exists()).unwrap_or(Path::new("/")).to_path_buf();
    let mut all = Vec::new();
    let metadata = match std::fs::metadata(&there) {
        Ok(metadata) if metadata.is_dir() => metadata,
        Ok(_) => return vec![fail(WHAT, format!("{} is no directory", there.display()), "see --data")],
        Err(e) => return vec![fail(WHAT, format!("{}: {e}", there.display()), "see --data")],
    };
    let tried = there.join(format!(".coinslot-doctor-{}", std::process::id()));
    let writable = std::fs::write(&tried, b"x").and_then(|()| std::fs::remove_file(&tried));
    all.push(match writable {
        Err(e) => {
            let advice = "the server's user must be able to make files there; look at this as that user";
            fail(WHAT, format!("{} cannot be written to: {e}", there.display()), advice)
        }
        Ok(()) if there == path && metadata.permissions().mode() & 0o007 != 0 => {
            let advice = format!("chmod 700 {shown}: the secrets that webhooks are signed with are in the database");
            warn(WHAT, format!("{shown} is open to every user of this machine"), advice)
        }
        Ok(()) if there == path => ok(WHAT, format!("{shown} can be written to, and not by everybody")),
        Ok(()) => ok(WHAT, format!("{shown} is not there yet and can be made")),
    });
    if let Ok(space) = statvfs(&there) {
        all.push(free(space.f_bavail.saturating_mul(space.f_frsize)));
    }
    // Numbers of the kernel's own list.
    let kind = statfs(&there).map(|fs| fs.f_type).unwrap_or_default();
    const NFS: i64 = 0x6969;
    const SMB: [i64; 3] = [0x517b, 0xff53_4d42, 0xfe53_4d42];
    const MEMORY: i64 = 0x0102_1994;
    if kind == NFS || SMB.contains(&kind) {
        let advice = "SQLite needs a disk of this machine: move the directory, or use PostgreSQL";
        all.push(fail(WHAT, format!("{shown} is on a network file system"), advice));
    } else if kind == MEMORY {
        all.push(warn(WHAT, format!("{shown} is in memory and gone after a restart"), "choose a disk with --data"));
    }
    all
}

fn free(bytes: u64) -> Finding {
    const WHAT: &str = "disk space";
    const MIB: u64 = 1024 * 1024;
    let text = format!("{} MiB free", bytes / MIB);
    let advice = "a full disk refuses every payment: make room, or move the data";
    match bytes / MIB {
        0..64 => fail(WHAT, text, advice),
        64..1_024 => warn(WHAT, text, advice),
        _ => ok(WHAT, text),
    }
}

/// Before this version was written no clock can be right.
const WRITTEN: Time = Time(1_764_547_200_000_000);

fn time(now: Time, database: Option<Time>, newest: Option<Time>) -> Finding {
    const WHAT: &str = "clock";
    let sync = "set it, and let chrony or systemd-timesyncd keep it";
    if now < WRITTEN {
        return fail(WHAT, format!("{now} is before this program was written"), sync);
    }
    if let Some(newest) = newest.filter(|newest| *newest > now + Span::minutes(1)) {
        let text = format!("{now} is before the newest event, which happened at {newest}");
        return fail(WHAT, text, sync);
    }
    if let Some(other) = database {
        let apart = Span((now - other).0.abs());
        let text = format!("{now}, {} ms apart from the database's", apart.0 / 1_000);
        if apart > Span::seconds(30) {
            return fail(WHAT, text, "webhook signatures and token expiry go by the clock: let NTP keep both");
        }
        if apart > Span::seconds(2) {
            return warn(WHAT, text, "let NTP keep both");
        }
        return ok(WHAT, text);
    }
    ok(WHAT, now.to_string())
}

/// That the projects could not be looked at.
pub fn broken(why: &str) -> Finding {
    fail("projects", why, "see the findings above; coinslot found makes the first project")
}

/// Looks at where a project's webhooks go, and sends two: one signed rightly
/// and one that is not.
pub async fn project(app: &Shared, project: Project, policy: Policy) -> Result<Vec<Finding>, StoreError> {
    let what = format!("project {}", project.id);
    let Some(url) = project.webhook_url.clone() else {
        let advice = "set one, or the game learns of no payment";
        return Ok(vec![warn(&what, "it has no webhook URL", advice)]);
    };
    if let Err(why) = allowed_url(&url, policy) {
        let advice = "no webhook leaves for it; set a public https address (with --local, this machine's)";
        return Ok(vec![fail(&what, why, advice)]);
    }
    let host = url::Url::parse(&url).ok().and_then(|url| url.host_str().map(str::to_string)).unwrap_or_default();
    match event::probe(app, project).await {
        Ok(probed) => Ok(judge(&what, &host, &probed.right, probed.wrong.as_ref())),
        Err(TestError::Store(e)) => Err(e),
        Err(e) => Ok(vec![fail(&what, e.to_string(), "see coinslot webhook test")]),
    }
}

/// What a listener's two answers say of it.
fn judge(what: &str, host: &str, right: &Delivery, wrong: Option<&Delivery>) -> Vec<Finding> {
    let code = |d: &Delivery| {
        let body: Option<serde_json::Value> = serde_json::from_str(&d.answer).ok();
        body.and_then(|body| Some(body.pointer("/error/code")?.as_str()?.to_string())).unwrap_or_default()
    };
    let Some(status) = right.status else {
        let why = right.error.clone().unwrap_or_default();
        let advice = match &why {
            why if why.contains("not found") => "the name has no address in DNS as this machine sees it",
            why if why.starts_with("refused") => "webhooks go to public addresses only",
            why if why.starts_with("TLS") => "its certificate must be of a public authority, valid, and of that name",
            why if why.contains("connection refused") => "nothing listens there: is the game's server up?",
            _ => "can this machine reach it? A firewall in between?",
        };
        return vec![fail(what, format!("{host}: {why}"), advice)];
    };
    let ms = right.took.0 / 1_000;
    let mut all = Vec::new();
    match (status, code(right).as_str()) {
        (200..300, _) => all.push(ok(what, format!("{host} took a signed webhook in {ms} ms"))),
        (400..500, "INVALID_SIGNATURE") => {
            let advice = "it has another secret, or signs other bytes than came: coinslot webhook verify finds which";
            return vec![fail(what, format!("{host} refuses our signature"), advice)];
        }
        (400..500, "INVALID_USER") => {
            all.push(ok(what, format!("{host} took the signature in {ms} ms, and does not know the sample's player")));
        }
        (300..400, _) => {
            return vec![fail(
                what,
                format!("{host} answers {status}"),
                "redirects are not followed: set where it leads",
            )];
        }
        (400..500, _) => {
            let text = format!("{host} answers {status} to a well signed user_validation");
            let advice = "204 for a player it knows, 400 with the code INVALID_USER for another; see docs/webhooks.md";
            all.push(warn(what, text, advice));
        }
        _ => {
            let text = format!("{host} answers {status}");
            return vec![fail(what, text, "its own log says why; coinslot webhook test shows the exchange")];
        }
    }
    let Some(wrong) = wrong else { return all };
    let advice = "check the Authorization header before anything else, and answer 400 with the code INVALID_SIGNATURE";
    all.push(match (wrong.status, code(wrong).as_str()) {
        (Some(200..300), _) => {
            let text = format!("{host} takes webhooks with a wrong signature: anybody can give themselves goods");
            fail(what, text, advice)
        }
        (Some(400..500), "INVALID_SIGNATURE") => ok(what, format!("{host} refuses a wrong signature")),
        // The player was looked up, so the signature was not looked at.
        (Some(400..500), "INVALID_USER") => {
            fail(what, format!("{host} answers about the player although the signature is wrong"), advice)
        }
        (Some(status), _) => warn(what, format!("{host} answers {status} to a wrong signature"), advice),
        (None, _) => {
            let why = wrong.error.clone().unwrap_or_default();
            warn(what, format!("{host} did not answer a wrong signature: {why}"), advice)
        }
    });
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinslot_domain::id::{EventId, ProjectId};

    fn answered(status: u16, answer: &str) -> Delivery {
        Delivery {
            project: ProjectId::new(18404).unwrap(),
            event: EventId::new(5).unwrap(),
            attempt: 1,
            url: "https://game.example/".into(),
            signature: String::new(),
            sent_at: Time(0),
            took: Span::millis(12),
            status: (status > 0).then_some(status),
            answer: answer.into(),
            error: (status == 0).then(|| answer.into()),
        }
    }

    const SIGNATURE: &str = r#"{"error":{"code":"INVALID_SIGNATURE","message":"no"}}"#;
    const USER: &str = r#"{"error":{"code":"INVALID_USER","message":"no"}}"#;

    fn verdicts(right: Delivery, wrong: Delivery) -> Vec<Verdict> {
        judge("p", "game.example", &right, Some(&wrong)).iter().map(|finding| finding.verdict).collect()
    }

    #[test]
    fn a_listener_is_judged_by_both_answers() {
        use Verdict::{Fail, Ok, Warn};
        let good = || answered(400, SIGNATURE);
        assert_eq!(verdicts(answered(204, ""), good()), [Ok, Ok]);
        assert_eq!(verdicts(answered(404, USER), good()), [Ok, Ok], "it does not know the sample's player");
        assert_eq!(verdicts(answered(204, ""), answered(200, "")), [Ok, Fail], "it takes everything");
        assert_eq!(verdicts(answered(400, USER), answered(400, USER)), [Ok, Fail], "it looks the player up first");
        assert_eq!(verdicts(answered(204, ""), answered(403, "no")), [Ok, Warn], "it refuses in its own words");
        assert_eq!(verdicts(answered(204, ""), answered(500, "")), [Ok, Warn]);
        assert_eq!(verdicts(answered(400, SIGNATURE), good()), [Fail], "another secret");
        assert_eq!(verdicts(answered(302, ""), good()), [Fail]);
        assert_eq!(verdicts(answered(503, ""), good()), [Fail]);
        assert_eq!(verdicts(answered(405, ""), good()), [Warn, Ok]);
        assert_eq!(verdicts(answered(0, "connection refused"), good()), [Fail]);
    }

    #[test]
    fn the_clock_is_compared_with_what_is_known() {
        let now = Time(WRITTEN.0 + 86_400_000_000);
        let verdict = |now, database, newest| time(now, database, newest).verdict;
        assert_eq!(verdict(now, None, Some(now)), Verdict::Ok);
        assert_eq!(verdict(Time(0), None, None), Verdict::Fail);
        assert_eq!(verdict(now, None, Some(now + Span::hours(1))), Verdict::Fail, "events from the future");
        assert_eq!(verdict(now, Some(now + Span::seconds(1)), None), Verdict::Ok);
        assert_eq!(verdict(now, Some(now - Span::seconds(5)), None), Verdict::Warn);
        assert_eq!(verdict(now, Some(now + Span::minutes(5)), None), Verdict::Fail);
    }

    #[test]
    fn a_public_url_is_one() {
        let listen = |public_url: Option<&str>, listen: &str, behind_proxy| Listen {
            listen: listen.parse().unwrap(),
            public_url: public_url.map(str::to_string),
            sandbox_url: None,
            behind_proxy,
            calls_per_minute: crate::config::Pace(None),
            metrics_listen: None,
        };
        let verdict = |url, proxy| public_url(&listen(Some(url), "127.0.0.1:8080", proxy)).verdict;
        assert_eq!(verdict("https://pay.example.com", true), Verdict::Ok);
        assert_eq!(verdict("https://pay.example.com/", true), Verdict::Ok);
        assert_eq!(verdict("https://pay.example.com", false), Verdict::Warn);
        assert_eq!(verdict("http://localhost:8080", false), Verdict::Ok);
        for wrong in
            ["pay.example.com", "http://pay.example.com", "https://a/b", "https://u@a", "ftp://a", "https://a?b"]
        {
            assert_eq!(verdict(wrong, true), Verdict::Fail, "{wrong}");
        }
        assert_eq!(public_url(&listen(None, "127.0.0.1:8080", false)).verdict, Verdict::Warn);
        assert_eq!(public_url(&listen(None, "0.0.0.0:8080", false)).verdict, Verdict::Fail);
    }

    #[test]
    fn limits_are_told_before_they_are_reached() {
        let of = |n| files(Some(n)).verdict;
        assert_eq!([of(100), of(1_024), of(65_536)], [Verdict::Fail, Verdict::Warn, Verdict::Ok]);
        const MIB: u64 = 1024 * 1024;
        let of = |mib| free(mib * MIB).verdict;
        assert_eq!([of(10), of(500), of(5_000)], [Verdict::Fail, Verdict::Warn, Verdict::Ok]);
    }

    #[test]
    fn tables_of_another_version_are_told() {
        let seen = |migrated: &[i64]| Inspection {
            version: "SQLite 3".into(),
            clock: None,
            newest: None,
            unwritable: None,
            malformed: None,
            migrated: migrated.to_vec(),
            known: vec![1, 2, 7],
            worries: vec![],
        };
        let of = |migrated: &[i64]| contents(&seen(migrated)).last().unwrap().verdict;
        assert_eq!([of(&[]), of(&[1, 2]), of(&[1, 2, 7])], [Verdict::Warn, Verdict::Warn, Verdict::Ok]);
        assert_eq!([of(&[1, 2, 7, 8]), of(&[1, 7])], [Verdict::Fail, Verdict::Fail]);
        let torn = contents(&Inspection { malformed: Some("page 3".into()), ..seen(&[1, 2, 7]) });
        assert!(!is_current(&Report(torn)), "a damaged database is not opened");
    }

    #[test]
    fn a_report_for_people_and_for_programs() {
        let report = Report(vec![ok("port", "free"), fail("data directory", "full\n\u{1b}[2J", "make room")]);
        assert_eq!(
            report.text(),
            "ok    port            free\n\
             fail  data directory  full \\u{1b}[2J\n                      → make room\n\n1 ok, 0 to look at, 1 failed.\n"
        );
        let value: serde_json::Value = serde_json::from_str(&report.json()).unwrap();
        assert_eq!((&value["well"], &value["findings"][1]["verdict"]), (&json!(false), &json!("fail")));
    }
}
