//! A disk in memory that knows what a power cut would leave of it.
//!
//! A write is in the operating system's cache until its file is synced. When the
//! power goes, each sector of what was not synced is on the disk or is not, in
//! any order and independently of its neighbours, so a page of 4096 bytes may be
//! torn. A sector of 512 bytes is whole: old or new. A file may have grown
//! without its data having arrived; what is there then is zeros or garbage. A
//! file that was made or deleted is there or is not until its directory is
//! synced.

use crate::seed::{Seeded, mix};
use rusqlite::ffi;
use std::collections::BTreeMap;
use std::os::raw::c_int;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// Files by name: what is there after a power cut.
pub type Image = BTreeMap<String, Vec<u8>>;

/// What a disk does with an order to sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syncing {
    /// What it is told.
    Honest,
    /// Syncs a write-ahead log only for a checkpoint and when it begins anew:
    /// what SQLite asks for with `synchronous=NORMAL`.
    Normal,
    /// Says that it did, and does not.
    Lying,
}

/// What is to go wrong, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing.
    None,
    /// The power goes at this operation, counted from 1 over the disk's life.
    Cut {
        /// The number of the operation.
        at: u64,
    },
    /// This operation fails.
    Fail {
        /// The number of the operation.
        at: u64,
        /// The disk is full, or else it is broken.
        full: bool,
        /// And all that follow, until the trouble is lifted.
        lasting: bool,
    },
}

/// A change that is not synced: whole sectors as they stand after it.
enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Truncate(usize),
}

impl Change {
    fn apply(&self, to: &mut Vec<u8>) {
        match self {
            Change::Write { at, bytes } => put(to, *at, bytes),
            Change::Truncate(length) => to.truncate(*length),
        }
    }
}

fn put(to: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at + bytes.len();
    if to.len() < end {
        to.resize(end, 0);
    }
    to[at..end].copy_from_slice(bytes);
}

/// Bytes of a file, cached and on the disk.
#[derive(Default)]
struct Content {
    cached: Vec<u8>,
    synced: Vec<u8>,
    changes: Vec<Change>,
    /// The first bytes were written since the last sync. Of a log these are its
    /// header, with which it begins anew.
    begun: bool,
}

impl Content {
    fn write(&mut self, at: usize, bytes: &[u8]) {
        self.begun |= at == 0;
        put(&mut self.cached, at, bytes);
        let first = at / SECTOR * SECTOR;
        let end = (at + bytes.len()).next_multiple_of(SECTOR).min(self.cached.len());
        self.changes.push(Change::Write { at: first, bytes: self.cached[first..end].to_vec() });
    }

    fn truncate(&mut self, length: usize) {
        self.cached.truncate(length);
        self.changes.push(Change::Truncate(length));
    }

    fn sync(&mut self) {
        self.begun = false;
        for change in self.changes.drain(..) {
            change.apply(&mut self.synced);
        }
    }

    /// What a power cut leaves: of each 16 unsynced sectors about `kept`.
    fn after_cut(&self, kept: u64, random: &Seeded) -> Vec<u8> {
        let garbage = random.chance(1, 2);
        let mut left = self.synced.clone();
        for change in &self.changes {
            match change {
                Change::Write { at, bytes } => {
                    for (n, sector) in bytes.chunks(SECTOR).enumerate() {
                        if !random.chance(kept, 16) {
                            continue;
                        }
                        let at = at + n * SECTOR;
                        // The file grew, and what lies between did not arrive.
                        while left.len() < at {
                            left.push(if garbage { random.number().to_le_bytes()[0] } else { 0 });
                        }
                        put(&mut left, at, sector);
                    }
                }
                Change::Truncate(_) => {
                    if random.chance(kept, 16) {
                        change.apply(&mut left);
                    }
                }
            }
        }
        left
    }
}

/// Numbers a file whatever it is called.
type Node = u64;

/// Regions of a write-ahead log's index: 32 KiB of memory each.
pub type Region = Arc<[AtomicU64]>;

/// Who holds which lock of a file. A holder is an open file.
#[derive(Default)]
struct Locks {
    levels: BTreeMap<u64, c_int>,
    pending: Option<u64>,
    slots: [Slot; SLOTS],
    regions: Vec<Region>,
    attached: u64,
}

const SLOTS: usize = ffi::SQLITE_SHM_NLOCK as usize;
/// `WAL_CKPT_LOCK` in SQLite's description of the write-ahead log.
const CHECKPOINT: usize = 1;

#[derive(Default)]
struct Slot {
    shared: Vec<u64>,
    exclusive: Option<u64>,
}

/// One of a file's roles, as SQLite names it when it opens the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The database itself.
    Main,
    /// The write-ahead log.
    Wal,
    /// A rollback journal.
    Journal,
}

/// An open file.
pub struct Open {
    /// The disk it is on.
    pub disk: Arc<Disk>,
    node: Node,
    holder: u64,
    role: Role,
    /// SQLite's own file system syncs the directory with the first sync of a
    /// log or journal that it made.
    syncs_directory: bool,
}

#[derive(Default)]
struct State {
    contents: BTreeMap<Node, Content>,
    names: BTreeMap<String, Node>,
    synced_names: BTreeMap<String, Node>,
    locks: BTreeMap<Node, Locks>,
    numbers: u64,
    operations: u64,
    trace: u64,
    off: bool,
    struck: bool,
    trouble: Option<Trouble>,
}

/// The disk.
pub struct Disk {
    state: Mutex<State>,
    syncing: Syncing,
    /// Pages of log after which SQLite makes a checkpoint; `None` for its own
    /// default.
    pub checkpoint_pages: Option<c_int>,
}

/// What kind of operation is counted.
#[derive(Clone, Copy)]
enum Kind {
    Write,
    Truncate,
    Sync,
    Delete,
}

impl Kind {
    fn error(self, full: bool) -> c_int {
        match self {
            Kind::Write if full => ffi::SQLITE_FULL,
            Kind::Write => ffi::SQLITE_IOERR_WRITE,
            Kind::Truncate => ffi::SQLITE_IOERR_TRUNCATE,
            // Some file systems find their room only when they must.
            Kind::Sync if full => ffi::SQLITE_FULL,
            Kind::Sync => ffi::SQLITE_IOERR_FSYNC,
            Kind::Delete => ffi::SQLITE_IOERR_DELETE,
        }
    }
}

/// What SQLite is told: nothing, or its error code.
pub type Outcome<T = ()> = Result<T, c_int>;

impl Disk {
    /// A disk with these files on it, all of them synced.
    pub fn new(image: &Image, syncing: Syncing, checkpoint_pages: Option<c_int>) -> Self {
        let mut state = State::default();
        for (name, bytes) in image {
            state.numbers += 1;
            let content = Content { cached: bytes.clone(), synced: bytes.clone(), ..Content::default() };
            state.contents.insert(state.numbers, content);
            state.names.insert(name.clone(), state.numbers);
        }
        state.synced_names = state.names.clone();
        Disk { state: Mutex::new(state), syncing, checkpoint_pages }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says what is to go wrong from now on.
    pub fn set(&self, trouble: Trouble) {
        let mut state = self.state();
        state.trouble = Some(trouble);
        state.struck = false;
    }

    /// Changes made so far: writes, truncations, syncs and deletions.
    pub fn operations(&self) -> u64 {
        self.state().operations
    }

    /// A number that is the same for the same operations in the same order.
    pub fn trace(&self) -> u64 {
        self.state().trace
    }

    /// Whether the power is there.
    pub fn is_on(&self) -> bool {
        !self.state().off
    }

    /// Whether an operation was made to fail since the trouble was set.
    pub fn was_struck(&self) -> bool {
        self.state().struck
    }

    /// Takes the power away now.
    pub fn cut(&self) {
        self.state().off = true;
    }

    /// What a power cut at this moment leaves, one possibility of many. With
    /// `kept` 0 nothing that was not synced is left, with 16 all of it.
    pub fn image(&self, kept: u64, random: &Seeded) -> Image {
        let state = self.state();
        let mut image = Image::new();
        let names: std::collections::BTreeSet<_> = state.names.keys().chain(state.synced_names.keys()).collect();
        for name in names {
            let (now, synced) = (state.names.get(name), state.synced_names.get(name));
            let node = if now == synced || random.chance(kept, 16) { now } else { synced };
            if let Some(content) = node.and_then(|node| state.contents.get(node)) {
                image.insert(name.clone(), content.after_cut(kept, random));
            }
        }
        image
    }

    /// Opens a file, or makes it.
    pub fn open(self: &Arc<Self>, name: &str, make: bool, role: Role) -> Outcome<Open> {
        let mut state = self.state();
        if state.off {
            return Err(ffi::SQLITE_CANTOPEN);
        }
        let known = state.names.get(name).copied();
        let (node, made) = match known {
            Some(node) => (node, false),
            None if make => {
                state.numbers += 1;
                let node = state.numbers;
                state.contents.insert(node, Content::default());
                state.names.insert(name.to_string(), node);
                (node, true)
            }
            None => return Err(ffi::SQLITE_CANTOPEN),
        };
        state.numbers += 1;
        let syncs_directory = made && role != Role::Main;
        Ok(Open { disk: self.clone(), node, holder: state.numbers, role, syncs_directory })
    }

    /// Whether there is such a file.
    pub fn has(&self, name: &str) -> bool {
        self.state().names.contains_key(name)
    }

    /// Deletes a file.
    pub fn delete(&self, name: &str, sync_directory: bool) -> Outcome {
        let mut state = self.state();
        let counted = state.count(Kind::Delete, 0, 0);
        if let Err(Struck { code, cut: false }) = counted {
            return Err(code);
        }
        if state.names.remove(name).is_none() {
            return Err(ffi::SQLITE_IOERR_DELETE_NOENT);
        }
        counted.map_err(|struck| struck.code)?;
        if sync_directory && self.syncing != Syncing::Lying {
            state.synced_names = state.names.clone();
        }
        Ok(())
    }
}

/// An operation that does not succeed.
struct Struck {
    code: c_int,
    /// The power went; the operation may have reached the disk all the same.
    cut: bool,
}

impl State {
    fn count(&mut self, kind: Kind, at: usize, length: usize) -> Result<(), Struck> {
        let code = kind.error(false);
        if self.off {
            return Err(Struck { code, cut: false });
        }
        self.operations += 1;
        let what = (at as u64) << 24 ^ (length as u64) << 4 ^ kind as u64;
        self.trace = mix(self.trace ^ what);
        match self.trouble {
            Some(Trouble::Cut { at }) if self.operations >= at => {
                self.off = true;
                Err(Struck { code, cut: true })
            }
            Some(Trouble::Fail { at, full, lasting }) if self.operations == at || (lasting && self.operations > at) => {
                self.struck = true;
                Err(Struck { code: kind.error(full), cut: false })
            }
            _ => Ok(()),
        }
    }

    /// Whether someone holds the lock that SQLite takes for a checkpoint.
    fn is_checkpointing(&self) -> bool {
        self.locks.values().any(|locks| locks.slots[CHECKPOINT].exclusive.is_some())
    }

    fn content(&mut self, node: Node) -> &mut Content {
        self.contents.entry(node).or_default()
    }
}

impl Open {
    /// Reads; what lies behind the end is zeros, and that is said.
    pub fn read(&self, at: usize, to: &mut [u8]) -> Outcome {
        let state = self.disk.state();
        if state.off {
            return Err(ffi::SQLITE_IOERR_READ);
        }
        let bytes = state.contents.get(&self.node).map_or(&[][..], |content| &content.cached);
        let there = bytes.get(at..).unwrap_or_default();
        let there = &there[..there.len().min(to.len())];
        to[..there.len()].copy_from_slice(there);
        to[there.len()..].fill(0);
        if there.len() < to.len() { Err(ffi::SQLITE_IOERR_SHORT_READ) } else { Ok(()) }
    }

    /// Writes into the cache.
    pub fn write(&self, at: usize, bytes: &[u8]) -> Outcome {
        let mut state = self.disk.state();
        let counted = state.count(Kind::Write, at, bytes.len());
        match counted {
            Ok(()) | Err(Struck { cut: true, .. }) => state.content(self.node).write(at, bytes),
            // A full disk takes what it has room for.
            Err(_) if !state.off => state.content(self.node).write(at, &bytes[..bytes.len() / 2]),
            Err(_) => {}
        }
        counted.map_err(|struck| struck.code)
    }

    /// Cuts the file off.
    pub fn truncate(&self, length: usize) -> Outcome {
        let mut state = self.disk.state();
        let counted = state.count(Kind::Truncate, length, 0);
        if matches!(counted, Ok(()) | Err(Struck { cut: true, .. })) {
            state.content(self.node).truncate(length);
        }
        counted.map_err(|struck| struck.code)
    }

    /// Brings the file to the disk.
    pub fn sync(&mut self) -> Outcome {
        let mut state = self.disk.state();
        if let Err(struck) = state.count(Kind::Sync, self.role as usize, 0) {
            if !struck.cut && !state.off {
                // What could not be written is taken for written from then on:
                // a later sync does not try it again.
                state.content(self.node).changes.clear();
            }
            return Err(struck.code);
        }
        let heeded = match self.disk.syncing {
            Syncing::Honest => true,
            Syncing::Normal => self.role != Role::Wal || state.is_checkpointing() || state.content(self.node).begun,
            Syncing::Lying => false,
        };
        if heeded {
            state.content(self.node).sync();
            if self.syncs_directory {
                state.synced_names = state.names.clone();
                self.syncs_directory = false;
            }
        }
        Ok(())
    }

    /// The file's length.
    pub fn length(&self) -> usize {
        self.disk.state().contents.get(&self.node).map_or(0, |content| content.cached.len())
    }

    /// Takes a lock of one of SQLite's levels.
    pub fn lock(&self, level: c_int) -> Outcome {
        let mut state = self.disk.state();
        let locks = state.locks.entry(self.node).or_default();
        let mine = locks.levels.get(&self.holder).copied().unwrap_or(ffi::SQLITE_LOCK_NONE);
        if mine >= level {
            return Ok(());
        }
        let others = |least: c_int| locks.levels.iter().any(|(holder, l)| *holder != self.holder && *l >= least);
        let waited_for = locks.pending.is_some_and(|holder| holder != self.holder);
        let busy = match level {
            ffi::SQLITE_LOCK_SHARED => waited_for || others(ffi::SQLITE_LOCK_EXCLUSIVE),
            ffi::SQLITE_LOCK_RESERVED => others(ffi::SQLITE_LOCK_RESERVED),
            _ if waited_for || others(ffi::SQLITE_LOCK_RESERVED) => true,
            _ => {
                let readers = others(ffi::SQLITE_LOCK_SHARED);
                locks.pending = Some(self.holder);
                readers
            }
        };
        if busy {
            return Err(ffi::SQLITE_BUSY);
        }
        locks.levels.insert(self.holder, level);
        Ok(())
    }

    /// Goes back to a lower level.
    pub fn unlock(&self, level: c_int) {
        let mut state = self.disk.state();
        let locks = state.locks.entry(self.node).or_default();
        if locks.pending == Some(self.holder) {
            locks.pending = None;
        }
        if level == ffi::SQLITE_LOCK_NONE {
            locks.levels.remove(&self.holder);
        } else if let Some(mine) = locks.levels.get_mut(&self.holder) {
            *mine = level.min(*mine);
        }
    }

    /// Whether anybody is about to write.
    pub fn is_reserved(&self) -> bool {
        let state = self.disk.state();
        let locks = state.locks.get(&self.node);
        locks.is_some_and(|locks| locks.levels.values().any(|level| *level >= ffi::SQLITE_LOCK_RESERVED))
    }

    /// Memory that all who opened the database share, as in one process.
    pub fn region(&self, index: usize, make: bool) -> Option<Region> {
        let mut state = self.disk.state();
        let locks = state.locks.entry(self.node).or_default();
        while locks.regions.len() <= index && make {
            let size = REGION / size_of::<AtomicU64>();
            locks.regions.push((0..size).map(|_| AtomicU64::new(0)).collect());
        }
        locks.regions.get(index).cloned()
    }

    /// Counts who uses the shared memory; the last to leave forgets it, as the
    /// first to come after a restart would.
    pub fn attach(&self, attach: bool) {
        let mut state = self.disk.state();
        let locks = state.locks.entry(self.node).or_default();
        if attach {
            locks.attached += 1;
            return;
        }
        for slot in &mut locks.slots {
            slot.shared.retain(|holder| *holder != self.holder);
            slot.exclusive = slot.exclusive.filter(|holder| *holder != self.holder);
        }
        locks.attached = locks.attached.saturating_sub(1);
        if locks.attached == 0 {
            locks.regions.clear();
        }
    }

    /// Takes or gives back locks of the shared memory.
    pub fn lock_region(&self, first: usize, count: usize, take: bool, exclusive: bool) -> Outcome {
        let mut state = self.disk.state();
        let locks = state.locks.entry(self.node).or_default();
        let slots = &mut locks.slots[first..first + count];
        let me = self.holder;
        let busy = slots.iter().any(|slot| {
            let taken = slot.exclusive.is_some_and(|holder| holder != me);
            taken || (exclusive && slot.shared.iter().any(|holder| *holder != me))
        });
        if take && busy {
            return Err(ffi::SQLITE_BUSY);
        }
        for slot in slots {
            match (take, exclusive) {
                (true, true) => slot.exclusive = Some(me),
                (true, false) if !slot.shared.contains(&me) => slot.shared.push(me),
                (true, false) => {}
                (false, _) => {
                    slot.shared.retain(|holder| *holder != me);
                    slot.exclusive = slot.exclusive.filter(|holder| *holder != me);
                }
            }
        }
        Ok(())
    }
}

/// Bytes of one region.
pub const REGION: usize = 32 * 1024;
