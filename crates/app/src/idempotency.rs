//! Requests that name themselves with an `Idempotency-Key`: sent twice, done
//! once.
//!
//! A run of such a request notes each of its transactions within it, together
//! with what it drew from outside until then: ids, times, randomness. When a
//! run ends without an answer, because the server died, say, the next one draws
//! the same again. It runs the transactions that are committed once more for
//! what they return, undoes them, and goes on from there. So nothing is done
//! twice, and the answer is the one that was lost.
//!
//! What was drawn and what was answered may be secrets, such as a token. They
//! are sealed with a key that takes both the API key and the `Idempotency-Key`
//! to make; the database holds hashes of the two.

use crate::port::{Clock, Random};
use crate::{App, Shared, hash, hex};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use coinslot_domain::idempotency::{KEPT, Seen, Verdict, verdict};
use coinslot_domain::merchant::Caller;
use coinslot_domain::time::Time;
use coinslot_store::StoreError;
use coinslot_store::idempotency::{self, Asked, Name, Step, Witness};
use hmac::{Hmac, KeyInit, Mac};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// A request that names itself.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Who sends it.
    pub caller: Caller,
    /// The API key it came with.
    pub api_key: &'a str,
    /// Its `Idempotency-Key`, in which there is no fault.
    pub key: &'a str,
    /// Method and path with its query.
    pub route: &'a str,
    /// Its body as it came.
    pub body: &'a [u8],
}

/// Why a request is not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// It is being carried out.
    UnderWay,
    /// Its key belongs to a request to another place, which is given.
    OtherRoute(String),
    /// Its key belongs to a request with another body.
    OtherBody,
    /// It was carried out, but its answer cannot be given again: this is
    /// another API key, or the answer was lost and depends on what has changed.
    Lost,
}

/// What becomes of a request.
pub enum Begun {
    /// It is to be carried out.
    Run(Arc<Run>),
    /// It was carried out; what [`Run::answer`] was given.
    Answered(String),
    /// It is not carried out.
    Refused(Conflict),
}

/// The requests that this server is carrying out, and what it calls itself.
#[derive(Default)]
pub(crate) struct Running {
    names: Mutex<HashSet<Name>>,
    server: OnceLock<String>,
}

impl Running {
    /// What the runs of this server begin with.
    fn server(&self, app: &App) -> &str {
        self.server.get_or_init(|| hex(&random(app)))
    }
}

/// A request's place among those under way, given back when dropped.
struct Place {
    app: Shared,
    name: Name,
}

impl Place {
    fn take(app: &Shared, name: &Name) -> Option<Place> {
        let free = lock(&app.running.names).insert(name.clone());
        free.then(|| Place { app: app.clone(), name: name.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        lock(&self.app.running.names).remove(&self.name);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn random(app: &App) -> [u8; 8] {
    let mut bytes = [0; 8];
    app.random.fill(&mut bytes);
    bytes
}

/// Finds out what is to become of a request.
pub async fn begin(app: &Shared, request: Request<'_>) -> Result<Begun, StoreError> {
    let name = Name::new(request.caller.merchant, request.caller.scope, hash(request.key));
    let asked = Asked { route: request.route.to_string(), body_hash: hash(request.body) };
    let Some(place) = Place::take(app, &name) else { return Ok(Begun::Refused(Conflict::UnderWay)) };
    let (now, wanted) = (app.clock.now(), name.clone());
    let found = app.store.read(move |tx| idempotency::find(tx, &wanted)).await?;
    let server = app.running.server(app);
    let mut run = Run {
        id: format!("{server}.{}", hex(&random(app))),
        asked,
        started: now,
        seal: Seal::new(&request, random(app)),
        step: Mutex::new(0),
        done: 0,
        drawn: Mutex::default(),
        strayed: AtomicBool::new(false),
        place,
    };
    let Some(found) = found else { return Ok(Begun::Run(Arc::new(run))) };
    let seen = Seen {
        same_route: found.asked.route == run.asked.route,
        same_body: found.asked.body_hash == run.asked.body_hash,
        answered: found.answer.is_some(),
        ended: found.run.split('.').next() == Some(server),
        begun_at: found.begun_at,
        seen_at: found.seen_at,
    };
    match verdict(seen, now) {
        Verdict::OtherRoute => Ok(Begun::Refused(Conflict::OtherRoute(found.asked.route))),
        Verdict::OtherBody => Ok(Begun::Refused(Conflict::OtherBody)),
        Verdict::UnderWay => Ok(Begun::Refused(Conflict::UnderWay)),
        Verdict::Replay => {
            let answer = found.answer.and_then(|sealed| run.seal.open(&sealed));
            Ok(answer.map_or(Begun::Refused(Conflict::Lost), Begun::Answered))
        }
        Verdict::New => {
            app.store.write(move |tx| idempotency::forget(tx, &name, now - KEPT)).await?;
            Ok(Begun::Run(Arc::new(run)))
        }
        Verdict::Resume => {
            let drawn = run.seal.open(&found.drawn).and_then(|text| Drawn::read(&text));
            let Some(drawn) = drawn else { return Ok(Begun::Refused(Conflict::Lost)) };
            run.drawn = Mutex::new(drawn);
            run.done = found.step;
            let id = run.id.clone();
            let taken = app.store.write(move |tx| idempotency::take_over(tx, &name, &found, &id, now)).await?;
            Ok(if taken { Begun::Run(Arc::new(run)) } else { Begun::Refused(Conflict::UnderWay) })
        }
    }
}

/// A request that is being carried out. While it is, no other with its name is.
pub struct Run {
    id: String,
    asked: Asked,
    started: Time,
    seal: Seal,
    /// Transactions taken so far.
    step: Mutex<i64>,
    /// Transactions that were committed before this run.
    done: i64,
    drawn: Mutex<Drawn>,
    strayed: AtomicBool,
    place: Place,
}

tokio::task_local! {
    static RUN: Arc<Run>;
}

impl Run {
    /// Serves the request. What `f` writes and draws on its own task belongs to
    /// the run; what it spawns does not.
    pub async fn serve<F: Future>(self: &Arc<Self>, f: F) -> F::Output {
        RUN.scope(self.clone(), idempotency::witnessed(Some(self.clone()), f)).await
    }

    /// Whether something was changed, by this run or by one before it.
    pub fn changed(&self) -> bool {
        self.done > 0 || *lock(&self.step) > 0
    }

    /// Whether this run could not find out what one before it did.
    pub fn is_lost(&self) -> bool {
        self.strayed.load(Ordering::SeqCst) || *lock(&self.step) < self.done
    }

    /// Keeps what is answered; `false` when another server was in between.
    pub async fn answer(&self, text: &str) -> Result<bool, StoreError> {
        let last = self.at(*lock(&self.step));
        let sealed = self.seal.close(text);
        self.place.app.store.write(move |tx| idempotency::answer(tx, &last, &sealed)).await
    }

    fn at(&self, number: i64) -> Step {
        let drawn = lock(&self.drawn).write();
        Step {
            name: self.place.name.clone(),
            asked: self.asked.clone(),
            run: self.id.clone(),
            number,
            drawn: self.seal.close(&drawn),
            at: self.started,
        }
    }
}

impl Witness for Run {
    fn step(&self) -> Step {
        self.at(*lock(&self.step) + 1)
    }

    fn taken(&self) {
        *lock(&self.step) += 1;
    }

    fn strayed(&self) {
        self.strayed.store(true, Ordering::SeqCst);
    }
}

/// What a run draws from outside, in the order in which it does. What stands
/// here already is drawn before anything new is.
#[derive(Default)]
struct Drawn {
    ids: Tape<i64>,
    times: Tape<i64>,
    bytes: Tape<u8>,
}

#[derive(Default)]
struct Tape<T> {
    all: Vec<T>,
    at: usize,
}

impl<T: Copy> Tape<T> {
    fn of(all: Vec<T>) -> Self {
        Tape { all, at: 0 }
    }

    fn next(&mut self) -> Option<T> {
        let next = self.all.get(self.at).copied();
        self.at += usize::from(next.is_some());
        next
    }

    /// Adds what was drawn after all that was there.
    fn add(&mut self, new: T) {
        self.all.push(new);
        self.at = self.all.len();
    }
}

impl Drawn {
    fn write(&self) -> String {
        serde_json::json!([self.ids.all, self.times.all, STANDARD.encode(&self.bytes.all)]).to_string()
    }

    fn read(text: &str) -> Option<Self> {
        let (ids, times, bytes): (Vec<i64>, Vec<i64>, String) = serde_json::from_str(text).ok()?;
        Some(Drawn { ids: Tape::of(ids), times: Tape::of(times), bytes: Tape::of(STANDARD.decode(bytes).ok()?) })
    }
}

/// The run that is served on this task.
fn run() -> Option<Arc<Run>> {
    RUN.try_with(Clone::clone).ok()
}

/// Whether what happens on this task may have to happen again just so.
pub(crate) fn is_served() -> bool {
    RUN.try_with(|_| ()).is_ok()
}

/// An id that the run on this task drew before, if there is one left.
pub(crate) fn id_again() -> Option<i64> {
    lock(&run()?.drawn).ids.next()
}

/// Draws an id with `fresh`, which is no step of the run on this task; notes it
/// for the run.
pub(crate) async fn id_first(fresh: impl Future<Output = Result<i64, StoreError>>) -> Result<i64, StoreError> {
    let id = idempotency::witnessed(None, fresh).await?;
    if let Some(run) = run() {
        lock(&run.drawn).ids.add(id);
    }
    Ok(id)
}

/// A clock and a randomness of which a run that goes on draws the same again.
pub(crate) struct Again<T: ?Sized>(pub(crate) Arc<T>);

impl Clock for Again<dyn Clock> {
    fn now(&self) -> Time {
        let Some(run) = run() else { return self.0.now() };
        let mut drawn = lock(&run.drawn);
        let again = drawn.times.next().map(Time);
        again.unwrap_or_else(|| {
            let now = self.0.now();
            drawn.times.add(now.0);
            now
        })
    }
}

impl Random for Again<dyn Random> {
    fn fill(&self, bytes: &mut [u8]) {
        let Some(run) = run() else { return self.0.fill(bytes) };
        let mut drawn = lock(&run.drawn);
        let known = bytes.len().min(drawn.bytes.all.len() - drawn.bytes.at);
        let (again, new) = bytes.split_at_mut(known);
        again.fill_with(|| drawn.bytes.next().unwrap_or_default());
        self.0.fill(new);
        new.iter().for_each(|byte| drawn.bytes.add(*byte));
    }
}

/// What closes texts so that only whoever repeats the request can read them.
struct Seal {
    key: LessSafeKey,
    /// With the counter, used once.
    nonce: [u8; 8],
    counter: AtomicU32,
}

/// Bytes of a nonce.
const NONCE: usize = 12;

impl Seal {
    fn new(request: &Request<'_>, nonce: [u8; 8]) -> Self {
        let Ok(mut mac) = Hmac::<sha2::Sha256>::new_from_slice(request.api_key.as_bytes()) else {
            unreachable!("HMAC takes keys of any length")
        };
        mac.update(b"coinslot idempotency 1\0");
        mac.update(request.key.as_bytes());
        let Ok(key) = UnboundKey::new(&CHACHA20_POLY1305, &mac.finalize().into_bytes()) else {
            unreachable!("SHA-256 is as long as the key")
        };
        Seal { key: LessSafeKey::new(key), nonce, counter: AtomicU32::new(0) }
    }

    fn close(&self, text: &str) -> String {
        let mut nonce = [0; NONCE];
        nonce[..8].copy_from_slice(&self.nonce);
        nonce[8..].copy_from_slice(&self.counter.fetch_add(1, Ordering::SeqCst).to_be_bytes());
        let mut sealed = text.as_bytes().to_vec();
        let nonce = Nonce::assume_unique_for_key(nonce);
        let mut all = nonce.as_ref().to_vec();
        if self.key.seal_in_place_append_tag(nonce, Aad::empty(), &mut sealed).is_err() {
            unreachable!("only gigabytes are too long")
        }
        all.append(&mut sealed);
        STANDARD.encode(all)
    }

    fn open(&self, sealed: &str) -> Option<String> {
        let mut all = STANDARD.decode(sealed).ok()?;
        let (nonce, sealed) = all.split_at_mut_checked(NONCE)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let text = self.key.open_in_place(nonce, Aad::empty(), sealed).ok()?;
        String::from_utf8(text.to_vec()).ok()
    }
}

/// Requests forgotten in one transaction, so that others do not wait long.
const PURGED: i64 = 1000;

/// Forgets requests that came long ago; how many.
pub async fn purge(app: &App) -> Result<u64, StoreError> {
    let before = app.clock.now() - KEPT;
    let projects = app.store.read(move |tx| idempotency::projects_to_purge(tx, before)).await?;
    let mut purged = 0;
    for project in projects {
        purged += app.store.write(move |tx| idempotency::purge(tx, project, before, PURGED)).await?;
    }
    Ok(purged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinslot_domain::id::MerchantId;
    use coinslot_domain::merchant::KeyScope;

    fn seal(api_key: &str, key: &str) -> Seal {
        let caller = Caller { merchant: MerchantId::new(1).unwrap(), scope: KeyScope::Company };
        Seal::new(&Request { caller, api_key, key, route: "PUT /", body: b"" }, [7; 8])
    }

    #[test]
    fn only_both_keys_open_a_seal() {
        let one = seal("api key", "order 17");
        let (first, second) = (one.close("4mq_foIdbHn4"), one.close("4mq_foIdbHn4"));
        assert_ne!(first, second, "a nonce was used twice");
        assert_eq!(seal("api key", "order 17").open(&first).unwrap(), "4mq_foIdbHn4");
        assert_eq!(one.open(&second).unwrap(), "4mq_foIdbHn4");
        assert_eq!(one.open(&one.close("")).unwrap(), "");
        for other in [seal("api kez", "order 17"), seal("api key", "order 18"), seal("api keyorder 1", "7")] {
            assert_eq!(other.open(&first), None);
        }
        for broken in ["", "AAAA", "!", &first[..first.len() - 4], &first.replace(&first[20..21], "_")] {
            assert_eq!(one.open(broken), None, "{broken}");
        }
    }

    #[test]
    fn what_was_drawn_comes_first_and_is_not_lost() {
        let mut drawn = Drawn::default();
        assert_eq!(drawn.ids.next(), None);
        drawn.ids.add(5);
        assert_eq!(drawn.ids.next(), None, "what is new is drawn once");
        drawn.ids.add(6);
        drawn.times.add(-1);
        drawn.bytes.add(255);
        let mut again = Drawn::read(&drawn.write()).unwrap();
        assert_eq!((again.ids.next(), again.ids.next(), again.ids.next()), (Some(5), Some(6), None));
        assert_eq!((again.times.next(), again.bytes.next(), again.bytes.next()), (Some(-1), Some(255), None));
        assert!(Drawn::read("[]").is_none());
    }
}
