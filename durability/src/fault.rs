//! A disk that fails: at each write, sync and truncation of a flow, one after
//! the other, once or for as long as it takes.

use crate::audit::{Findings, examine};
use crate::client::{CARDS, Door, Purchase, Reply};
use crate::client::{approve_call, pay_call, refund_call, status_call, token_call};
use crate::disk::{Disk, Image, Syncing, Trouble};
use crate::outside::{Outside, Receiver};
use crate::power::{scratch, write};
use crate::seed::Seeded;
use crate::shop::{self, Shop};
use crate::vfs::Mount;
use coinslot_domain::time::Span;
use std::os::raw::c_int;
use std::sync::Arc;
use tokio::runtime::Runtime;

/// What is being done when the disk fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// The server starts on an empty disk.
    Start,
    /// A token is made.
    Token,
    /// A token is paid with, without 3-D Secure.
    Checkout,
    /// A token is paid with, and the bank's question is answered.
    ThreeDSecure,
    /// A payment is given back.
    Refund,
}

impl Flow {
    /// All of them.
    pub const ALL: [Flow; 5] = [Flow::Start, Flow::Token, Flow::Checkout, Flow::ThreeDSecure, Flow::Refund];
}

/// How the disk fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct How {
    /// `SQLITE_FULL`, or else `SQLITE_IOERR_…`.
    pub full: bool,
    /// Until the trouble is lifted, or else once.
    pub lasting: bool,
    /// Pages after which SQLite makes a checkpoint. With 1 each commit makes
    /// one, so that writes to the database file itself fail too.
    pub checkpoint_pages: Option<c_int>,
}

impl How {
    /// All of them.
    pub fn all() -> Vec<How> {
        let flags = [(false, false), (false, true), (true, false), (true, true)];
        let how = |checkpoint_pages| flags.map(|(full, lasting)| How { full, lasting, checkpoint_pages });
        [how(None), how(Some(1))].concat()
    }
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Operations that were made to fail, one at a time.
    pub faults: usize,
    /// Answers that were errors.
    pub refused: usize,
    /// Answers that were promises all the same, and were kept.
    pub promised: usize,
    /// What was wrong.
    pub findings: Findings,
}

impl Report {
    /// Adds another's.
    pub fn add(&mut self, other: Report) {
        self.faults += other.faults;
        self.refused += other.refused;
        self.promised += other.promised;
        self.findings.add(other.findings);
    }
}

/// Where a flow begins: a disk, the world around it, and what is promised.
struct Scene {
    image: Image,
    outside: Outside,
    purchases: Vec<Purchase>,
}

/// What a flow was answered in the end.
#[derive(Debug)]
enum Outcome {
    /// Acknowledged.
    Promised,
    /// Refused with an error of the server, or put off. What was said is for
    /// whoever reads a failure.
    Refused(#[expect(dead_code, reason = "shown by Debug")] String),
    /// Neither.
    Odd(String),
}

fn judge(reply: Option<Reply>, good: u16) -> Outcome {
    match reply {
        Some(reply) if reply.status == good => Outcome::Promised,
        // An error has something to read.
        Some(reply) if reply.status >= 500 && !reply.body.is_empty() => {
            Outcome::Refused(format!("{} {:.200}", reply.status, reply.body))
        }
        Some(reply) => Outcome::Odd(format!("{} {:.200}", reply.status, reply.body)),
        None => Outcome::Odd("no answer".into()),
    }
}

fn follow(door: &dyn Door, purchase: &mut Purchase) -> Outcome {
    let Some(reply) = door.send(&status_call(&purchase.token)) else { return judge(None, 200) };
    let status: serde_json::Value = serde_json::from_str(&reply.body).unwrap_or_default();
    match status["status"].as_str() {
        Some("delivering" | "done") => {
            purchase.paid = status["invoice"].as_i64();
            Outcome::Promised
        }
        // The page goes on waiting: that promises nothing.
        _ if reply.status == 200 => Outcome::Refused(reply.body),
        _ => judge(Some(reply), 200),
    }
}

fn run(flow: Flow, shop: &Shop<'_>, scene: &mut Scene) -> Outcome {
    match flow {
        Flow::Start => Outcome::Promised,
        Flow::Token => {
            let reply = shop.send(&token_call(1_234));
            let token = reply.as_ref().filter(|r| r.status == 200).map(|r| {
                let value: serde_json::Value = serde_json::from_str(&r.body).unwrap_or_default();
                value["token"].as_str().unwrap_or_default().to_string()
            });
            scene.purchases.extend(token.map(fresh));
            judge(reply, 200)
        }
        Flow::Checkout | Flow::ThreeDSecure => {
            let secure = flow == Flow::ThreeDSecure;
            let token = scene.purchases[0].token.clone();
            let reply = shop.send(&pay_call(&token, CARDS[usize::from(secure)]));
            let outcome = judge(reply, 303);
            if !matches!(outcome, Outcome::Promised) {
                return outcome;
            }
            scene.purchases[0].began = true;
            if secure {
                let outcome = judge(shop.send(&approve_call(&token)), 303);
                if !matches!(outcome, Outcome::Promised) {
                    return outcome;
                }
            }
            follow(shop, &mut scene.purchases[0])
        }
        Flow::Refund => {
            let purchase = &mut scene.purchases[0];
            purchase.in_doubt = purchase.cents;
            let Some(paid) = purchase.paid else { return Outcome::Odd("the scene has no payment".into()) };
            let reply = shop.send(&refund_call(paid, None));
            let outcome = judge(reply, 204);
            if matches!(outcome, Outcome::Promised) {
                (purchase.refunded, purchase.in_doubt) = (purchase.cents, 0);
            }
            outcome
        }
    }
}

fn fresh(token: String) -> Purchase {
    Purchase { token, cents: 1_234, began: false, paid: None, refunded: 0, in_doubt: 0 }
}

/// The disk as it is before the flow begins.
fn scene(flow: Flow, runtime: &Runtime) -> Result<Scene, String> {
    // What is refused here is to be the disk's fault alone.
    let outside = Outside { receiver: Arc::new(Receiver::willing()), ..Outside::new(&Seeded::new(1)) };
    let mut scene = Scene { image: Image::new(), outside, purchases: Vec::new() };
    if flow == Flow::Start {
        return Ok(scene);
    }
    let mount = Mount::new(Disk::new(&scene.image, Syncing::Honest, None));
    let shop = Shop::open(runtime, &scene.outside, &mount.path("coinslot.db"), None).map_err(|e| e.to_string())?;
    let before: &[Flow] = match flow {
        Flow::Start | Flow::Token => &[],
        Flow::Checkout | Flow::ThreeDSecure => &[Flow::Token],
        Flow::Refund => &[Flow::Token, Flow::Checkout],
    };
    for flow in before {
        if !matches!(run(*flow, &shop, &mut scene), Outcome::Promised) {
            return Err(format!("{flow:?} does not work on a sound disk"));
        }
    }
    mount.disk.cut();
    scene.image = mount.disk.image(16, &Seeded::new(1));
    Ok(scene)
}

/// Makes each operation of a flow fail, one after the other.
pub fn each(flow: Flow, how: How) -> Report {
    some(flow, how, 1, 1)
}

/// Makes every `step`th operation of a flow fail, from the `first` on.
pub fn some(flow: Flow, how: How, first: u64, step: usize) -> Report {
    let mut report = Report::default();
    let runtime = shop::single();
    let base = match scene(flow, &runtime) {
        Ok(base) => base,
        Err(why) => {
            report.findings.wrong.push(why);
            return report;
        }
    };
    for n in (first..).step_by(step) {
        let (image, purchases) = (base.image.clone(), base.purchases.clone());
        let mut scene = Scene { image, purchases, outside: base.outside.fork() };
        let Some(outcome) = one(flow, how, n, &runtime, &mut scene, &mut report.findings) else { break };
        report.faults += 1;
        match outcome {
            Outcome::Promised => report.promised += 1,
            Outcome::Refused(_) => report.refused += 1,
            Outcome::Odd(what) => report.findings.wrong.push(format!("{flow:?}, {how:?}, operation {n}: {what}")),
        }
    }
    report
}

/// Makes the `n`th operation fail; `None` when the flow has less than that.
fn one(flow: Flow, how: How, n: u64, runtime: &Runtime, scene: &mut Scene, findings: &mut Findings) -> Option<Outcome> {
    let place = format!("{flow:?}, {how:?}, operation {n}");
    let mount = Mount::new(Disk::new(&scene.image, Syncing::Honest, how.checkpoint_pages));
    let path = mount.path("coinslot.db");
    let open = |scene: &Scene| Shop::open(runtime, &scene.outside, &path, None);
    let fail = |before: u64| Trouble::Fail { at: before + n, full: how.full, lasting: how.lasting };
    let mut wrong = |what: String| findings.wrong.push(format!("{place}: {what}"));

    let (shop, outcome) = if flow == Flow::Start {
        mount.disk.set(fail(0));
        match open(scene) {
            Ok(shop) => (Some(shop), Outcome::Promised),
            Err(e) if e.to_string().is_empty() => (None, Outcome::Odd("an error without a reason".into())),
            Err(e) => (None, Outcome::Refused(e.to_string())),
        }
    } else {
        let shop = match open(scene) {
            Ok(shop) => shop,
            Err(e) => return Some(Outcome::Odd(format!("on a sound disk the server does not start: {e}"))),
        };
        mount.disk.set(fail(mount.disk.operations()));
        let outcome = run(flow, &shop, scene);
        (Some(shop), outcome)
    };
    let struck = mount.disk.was_struck();
    mount.disk.set(Trouble::None);

    // The disk is well again, and so must the server be, without a restart.
    let shop = match shop.map_or_else(|| open(scene), Ok) {
        Ok(shop) => Some(shop),
        Err(e) => {
            wrong(format!("does not start when the disk is well again: {e}"));
            None
        }
    };
    if let Some(shop) = &shop
        && !matches!(outcome, Outcome::Promised)
    {
        match run(flow, shop, scene) {
            Outcome::Promised => {}
            _ => {
                // Begun and not finished: what the sweep is for.
                scene.outside.clock.advance(Span::minutes(1));
                if let Err(e) = shop.run_due() {
                    wrong(format!("refuses although the disk is well again: {e}"));
                }
                let done = match flow {
                    Flow::Start | Flow::Token => Outcome::Odd("still refused".into()),
                    Flow::Checkout | Flow::ThreeDSecure => run(flow, shop, scene),
                    // Whether it was carried out says the look at the books.
                    Flow::Refund => Outcome::Promised,
                };
                if !matches!(done, Outcome::Promised) {
                    wrong(format!("does not work when the disk is well again: {done:?}"));
                }
            }
        }
    }
    mount.disk.cut();
    drop(shop);
    // All that was not synced is gone: an error must not have been swallowed.
    let left = mount.disk.image(0, &Seeded::new(n));
    let directory = scratch();
    let path = write(directory.path(), &left);
    let world = scene.outside.fork();
    findings.add(examine(runtime, &world, world.receiver.clone(), &path, &scene.purchases, true).at(&place));
    struck.then_some(outcome)
}
