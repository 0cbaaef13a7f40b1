//! Payment tokens. They are kept on pages: those that are made at one time are
//! written together, as one row, and a token says itself where it is. Earlier
//! versions kept each by its hash.

use crate::engine::{Places, lock};
use crate::{StoreError, Tx};
use coinslot_domain::id::ProjectId;
use coinslot_domain::time::Time;
use coinslot_domain::token::{Place, SLOTS};
use std::collections::{HashMap, VecDeque};
use std::fmt::Write;
use std::hash::BuildHasherDefault;
use std::ops::Range;
use std::sync::Mutex;

statements! {
    INSERT_PAGE = "INSERT INTO token_page (page_id, project_id, tokens, expires_at) VALUES ($1, $2, $3, $4)";
    INSERT_AGAIN = "INSERT INTO token_page (page_id, project_id, tokens, expires_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (project_id, page_id) DO NOTHING";
    PAGE = "SELECT tokens FROM token_page WHERE page_id = $1 AND project_id = $2";
    PURGE_PAGES = "DELETE FROM token_page WHERE project_id = $1 AND page_id IN
        (SELECT t.page_id FROM token_page t WHERE t.project_id = $1 AND t.expires_at < $2
         ORDER BY t.expires_at LIMIT $3)";
    PAGED_PROJECTS = "SELECT DISTINCT project_id FROM token_page WHERE expires_at < $1";
    INSERT = "INSERT INTO token (project_id, token_hash, user_id, dry_run, body, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (project_id, token_hash) DO NOTHING";
    FIND = "SELECT body, dry_run, expires_at FROM token WHERE project_id = $1 AND token_hash = $2";
    PURGE = "DELETE FROM token WHERE project_id = $1 AND token_hash IN
        (SELECT t.token_hash FROM token t WHERE t.project_id = $1 AND t.expires_at < $2
         ORDER BY t.expires_at LIMIT $3)";
    PROJECTS = "SELECT p.project_id FROM project p WHERE EXISTS (SELECT 1 FROM token t
        WHERE t.project_id = p.project_id AND t.expires_at < $1)";
}

/// A token as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Where it belongs.
    pub project: ProjectId,
    /// SHA-256 of its secret, in hex. The secret itself is not stored.
    pub hash: String,
    /// Whether it pays with play money.
    pub dry_run: bool,
    /// What the game asked for.
    pub body: String,
    /// From when on it opens nothing any more.
    pub expires_at: Time,
}

/// What the payment page needs of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What the game asked for.
    pub body: String,
    /// Whether it pays with play money.
    pub dry_run: bool,
    /// From when on it opens nothing any more.
    pub expires_at: Time,
}

/// Bytes at which a page takes no more: with what else stands in its row it fits
/// into a page of SQLite's, so that whoever wants one token reads no other page.
const FULL: usize = 4_000;

/// Pages that are being filled.
#[derive(Default)]
pub(crate) struct Pages {
    filled: Vec<Filling>,
}

/// A token as it stands on a page.
pub(crate) struct Line<'a> {
    project: i64,
    number: i64,
    alone: bool,
    /// What is said of it; see [`Stored::head`].
    head: &'a str,
    body: &'a str,
    expires_at: i64,
}

/// A page that is being filled.
pub(crate) struct Filling {
    project: i64,
    page: i64,
    /// Whether others may be put to it.
    open: bool,
    count: i64,
    text: String,
    expires_at: i64,
}

impl Pages {
    /// Forgets what is not written.
    pub(crate) fn clear(&mut self) {
        self.filled.clear();
    }

    pub(crate) fn take(&mut self) -> Vec<Filling> {
        std::mem::take(&mut self.filled)
    }

    /// Puts a line on a page, which has the number of its first line.
    pub(crate) fn add(&mut self, line: Line<'_>) -> Place {
        let Line { project, number, alone, head, body, expires_at } = line;
        let length = head.len() + body.len() + 1;
        let fits = |f: &Filling| f.open && f.project == project && f.count < SLOTS && f.text.len() + length <= FULL;
        let at = match self.filled.iter().rposition(fits).filter(|_| !alone) {
            Some(at) => at,
            None => {
                let room = String::with_capacity(if alone { length } else { 4 * length });
                self.filled.push(Filling { project, page: number, open: !alone, count: 0, text: room, expires_at });
                self.filled.len() - 1
            }
        };
        let filling = &mut self.filled[at];
        let place = Place { page: filling.page, slot: filling.count };
        filling.count += 1;
        filling.text.push_str(head);
        filling.text.push_str(body);
        filling.text.push('\n');
        filling.expires_at = filling.expires_at.max(expires_at);
        place
    }
}

/// Bytes of pages in one piece of what is kept of them in memory.
const PIECE: usize = 256 << 10;
/// Pieces of pages that were written: some twenty thousand tokens of usual length.
const WRITTEN: usize = 64;
/// Pieces of pages that were looked at.
const LOOKED_AT: usize = 16;

/// Pages that were written or looked at last. What stands on one never changes,
/// and is wanted soon: most tokens are opened as soon as they are made. Those that
/// come back when they are long gone do not take the room of those that are yet to
/// come.
pub(crate) struct Kept {
    written: Mutex<Pieces>,
    looked_at: Mutex<Pieces>,
}

/// Pages one behind the other, so that room is made for new ones in the memory of
/// the oldest.
struct Pieces {
    most: usize,
    pieces: VecDeque<Piece>,
    /// How many came before them.
    gone: u64,
    places: HashMap<Number, Lies, BuildHasherDefault<Places>>,
}

/// Project and page.
type Number = (i64, i64);

/// Where a page lies.
struct Lies {
    piece: u64,
    at: Range<usize>,
}

#[derive(Default)]
struct Piece {
    text: String,
    pages: Vec<Number>,
}

impl Default for Kept {
    fn default() -> Self {
        Kept { written: Mutex::new(Pieces::of(WRITTEN)), looked_at: Mutex::new(Pieces::of(LOOKED_AT)) }
    }
}

impl Kept {
    pub(crate) fn add_written(&self, written: &mut Vec<Filling>) {
        if !written.is_empty() {
            let mut kept = lock(&self.written);
            written.drain(..).for_each(|f| kept.add((f.project, f.page), &f.text));
        }
    }

    pub(crate) fn add_looked_at(&self, project: ProjectId, number: i64, page: &Page) {
        lock(&self.looked_at).add((project.get(), number), &page.text);
    }

    /// What stands at a place; `None` unless its page is kept.
    pub(crate) fn find<T>(&self, project: ProjectId, place: Place, read: impl Fn(Option<Paged<'_>>) -> T) -> Option<T> {
        let number = (project.get(), place.page);
        [&self.written, &self.looked_at].into_iter().find_map(|pieces| {
            let pieces = lock(pieces);
            pieces.find(number).map(|page| line(page, place.slot)).map(&read)
        })
    }
}

impl Pieces {
    fn of(most: usize) -> Self {
        Pieces { most, pieces: VecDeque::new(), gone: 0, places: HashMap::default() }
    }

    fn find(&self, number: Number) -> Option<&str> {
        let Lies { piece, at } = self.places.get(&number)?;
        let piece = self.pieces.get(usize::try_from(piece - self.gone).ok()?)?;
        piece.text.get(at.clone())
    }

    fn add(&mut self, number: Number, page: &str) {
        if page.len() > PIECE {
            return;
        }
        let is_full = |piece: &Piece| piece.text.len() + page.len() > PIECE;
        if self.pieces.back().is_none_or(is_full) {
            self.turn();
        }
        let piece = self.gone + self.pieces.len() as u64 - 1;
        let Some(Piece { text, pages }) = self.pieces.back_mut() else { return };
        let at = text.len()..text.len() + page.len();
        text.push_str(page);
        pages.push(number);
        self.places.insert(number, Lies { piece, at });
    }

    /// Begins a piece, in place of the oldest once there are enough.
    fn turn(&mut self) {
        let mut piece = match self.pieces.len() < self.most {
            true => Piece { text: String::with_capacity(PIECE), pages: Vec::new() },
            false => self.pieces.pop_front().unwrap_or_default(),
        };
        for number in piece.pages.drain(..) {
            // It may lie in a later piece, too.
            if self.places.get(&number).is_some_and(|lies| lies.piece == self.gone) {
                self.places.remove(&number);
            }
        }
        if !piece.text.is_empty() {
            piece.text.clear();
            self.gone += 1;
        }
        self.pieces.push_back(piece);
    }
}

impl Filling {
    /// Whether nothing was there before it. A page of one token may be that of a
    /// run before.
    pub(crate) fn is_new(&self) -> bool {
        self.count > 1
    }

    pub(crate) fn insert(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        let values = [self.page.into(), self.project.into(), (&self.text).into(), self.expires_at.into()];
        // A run whose commit was not heard of is repeated token by token: the
        // page of the number is there then, and the token is the first on it.
        tx.put(if self.is_new() { INSERT_PAGE } else { INSERT_AGAIN }, &values)
    }
}

/// Keeps a token; where. `number` is one of [`crate::id::Kind::TokenPage`] that
/// nothing else has: that of the page, if the token begins one. `alone`, it has
/// the page to itself, so that the place is known beforehand.
pub fn keep(tx: &mut Tx<'_>, t: &Stored, number: i64, alone: bool) -> Place {
    let (head, project, expires_at) = (t.head(), t.project.get(), t.expires_at.0);
    tx.keep_token(Line { project, number, alone, head: &head, body: &t.body, expires_at })
}

impl Stored {
    /// What stands before its body.
    fn head(&self) -> String {
        let Stored { hash, dry_run, body, expires_at, .. } = self;
        let mut head = String::with_capacity(hash.len() + 48);
        head.push_str(hash);
        head.push_str(if *dry_run { " 1 " } else { " 0 " });
        // Writing to a string does not fail.
        let _ = writeln!(head, "{} {}", expires_at.0, body.len());
        head
    }
}

/// A page of tokens. It never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    text: String,
}

/// A token on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paged<'a> {
    /// SHA-256 of its secret, in hex.
    pub hash: &'a str,
    /// What the game asked for.
    pub body: &'a str,
    /// Whether it pays with play money.
    pub dry_run: bool,
    /// From when on it opens nothing any more.
    pub expires_at: Time,
}

impl Paged<'_> {
    /// The same, for whoever has shown to have it.
    pub(crate) fn found(self) -> Found {
        Found { body: self.body.to_string(), dry_run: self.dry_run, expires_at: self.expires_at }
    }
}

impl Page {
    /// `None` for what is no page.
    fn read(text: String) -> Option<Self> {
        let mut rest = text.as_str();
        while !rest.is_empty() {
            (_, rest) = next(rest)?;
        }
        Some(Page { text })
    }

    /// The token at a place.
    pub fn at(&self, slot: i64) -> Option<Paged<'_>> {
        line(&self.text, slot)
    }
}

/// What stands at a place of a page.
fn line(page: &str, slot: i64) -> Option<Paged<'_>> {
    let mut rest = page;
    for _ in 0..slot.max(0) {
        (_, rest) = next(rest)?;
    }
    next(rest).map(|(token, _)| token).filter(|_| slot >= 0)
}

/// The first token of a page, and what follows it.
fn next(page: &str) -> Option<(Paged<'_>, &str)> {
    // The words are short; byte by byte is faster than any search.
    let word = |from: usize, end: u8| {
        let length = page.as_bytes().get(from..)?.iter().position(|byte| *byte == end)?;
        Some((page.get(from..from + length)?, from + length + 1))
    };
    let (hash, at) = word(0, b' ')?;
    let (dry_run, at) = word(at, b' ')?;
    let (expires_at, at) = word(at, b' ')?;
    let (length, at) = word(at, b'\n')?;
    let (dry_run, expires_at) = (dry_run == "1", Time(expires_at.parse().ok()?));
    let (body, rest) = page.get(at..)?.split_at_checked(length.parse().ok()?)?;
    // The end of its line.
    Some((Paged { hash, body, dry_run, expires_at }, rest.get(1..)?))
}

/// A page of tokens.
pub fn page(tx: &mut Tx<'_>, project: ProjectId, page: i64) -> Result<Option<Page>, StoreError> {
    let Some(mut row) = tx.row(PAGE, &[page.into(), project.get().into()])? else { return Ok(None) };
    let read = Page::read(row.take_text(0)?);
    read.map(Some).ok_or_else(|| StoreError::Corrupt(format!("page {page} of the tokens of {project} cannot be read")))
}

/// Keeps a token by its hash, as earlier versions did.
pub fn insert(tx: &mut Tx<'_>, t: &Stored, user_id: &str, created_at: Time) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        &[
            t.project.get().into(),
            (&t.hash).into(),
            user_id.into(),
            t.dry_run.into(),
            (&t.body).into(),
            created_at.0.into(),
            t.expires_at.0.into(),
        ],
    )
    .map(drop)
}

/// A token that an earlier version kept by its hash, expired or not.
pub fn find(tx: &mut Tx<'_>, project: ProjectId, hash: &str) -> Result<Option<Found>, StoreError> {
    let Some(row) = tx.row(FIND, &[project.get().into(), hash.into()])? else { return Ok(None) };
    Ok(Some(Found { body: row.text(0)?, dry_run: row.flag(1)?, expires_at: Time(row.int(2)?) }))
}

/// Projects that have tokens which expired before `before`.
pub fn projects_to_purge(tx: &mut Tx<'_>, before: Time) -> Result<Vec<ProjectId>, StoreError> {
    let mut rows = tx.rows(PROJECTS, &[before.0.into()])?;
    rows.extend(tx.rows(PAGED_PROJECTS, &[before.0.into()])?);
    let mut projects: Vec<_> = rows.iter().map(|r| r.numbered(0, ProjectId::new)).collect::<Result<_, _>>()?;
    projects.sort_unstable();
    projects.dedup();
    Ok(projects)
}

/// Forgets at most `limit` pages all of whose tokens expired before `before`,
/// and as many of the tokens of earlier versions; how many.
pub fn purge(tx: &mut Tx<'_>, project: ProjectId, before: Time, limit: i64) -> Result<u64, StoreError> {
    let values = [project.get().into(), before.0.into(), limit.into()];
    Ok(tx.execute(PURGE, &values)? + tx.execute(PURGE_PAGES, &values)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(body: &str) -> String {
        let (project, hash) = (ProjectId::new(1).unwrap(), "a".repeat(64));
        Stored { project, hash, dry_run: true, body: body.into(), expires_at: Time(99) }.head()
    }

    fn add(pages: &mut Pages, project: i64, number: i64, body: &str) -> Place {
        pages.add(Line { project, number, alone: false, head: &head(body), body, expires_at: 99 })
    }

    #[test]
    fn a_page_holds_the_tokens_of_one_project() {
        let mut pages = Pages::default();
        let bodies = ["{}", "{\"ü\": \"\n not escaped\"}", ""];
        let places: Vec<_> = (50..).zip(bodies).map(|(n, body)| add(&mut pages, 1, n, body)).collect();
        assert_eq!(places, [0, 1, 2].map(|slot| Place { page: 50, slot }));
        assert_eq!(add(&mut pages, 2, 53, "{}"), Place { page: 53, slot: 0 });
        let alone = Line { project: 1, number: 54, alone: true, head: &head("{}"), body: "{}", expires_at: 99 };
        assert_eq!(pages.add(alone), Place { page: 54, slot: 0 }, "of its own");
        let later = Line { project: 1, number: 55, alone: false, head: &head("x"), body: "x", expires_at: 100 };
        assert_eq!(pages.add(later), Place { page: 50, slot: 3 });
        let filled = pages.take();
        assert!(pages.take().is_empty());
        assert_eq!((filled.len(), filled[0].expires_at), (3, 100));
        let page = Page::read(filled[0].text.clone()).unwrap();
        for (slot, body) in bodies.iter().enumerate() {
            let found = page.at(slot as i64).unwrap();
            assert_eq!((found.body, found.dry_run, found.expires_at), (*body, true, Time(99)));
        }
        assert_eq!((page.at(4), page.at(-1)), (None, None));
    }

    #[test]
    fn a_page_has_an_end() {
        let mut pages = Pages::default();
        let large = "x".repeat(FULL / 3);
        let places: Vec<_> = (0..4).map(|n| add(&mut pages, 1, n, &large).page).collect();
        assert_eq!(places, [0, 0, 2, 2]);
        // The least that a token takes: no page is full of so many.
        let tiny = |n| Line { project: 7, number: 10 + n, alone: false, head: "0 1 2 0\n", body: "", expires_at: 99 };
        for n in 0..=SLOTS {
            assert_eq!(pages.add(tiny(n)).slot, n % SLOTS);
        }
    }

    #[test]
    fn the_pages_of_last_are_kept() {
        let (kept, project) = (Kept::default(), ProjectId::new(7).unwrap());
        let body = |n: i64| format!("{n} {}", "x".repeat(FULL / 2));
        let page = |n: i64| Page::read([head(&body(n)), body(n) + "\n", head("ü"), "ü\n".into()].concat()).unwrap();
        let find = |n: i64, slot: i64| {
            let found = kept.find(project, Place { page: n, slot }, |token| token.map(Paged::found));
            found.map(|token| token.map(|token| token.body))
        };
        let fit = (LOOKED_AT * PIECE / page(0).text.len()) as i64;
        for n in 0..2 * fit {
            assert_eq!(find(n, 0), None);
            kept.add_looked_at(project, n, &page(n));
            // One that is looked at again and again is not lost with its oldest place.
            if n % 100 == 0 {
                kept.add_looked_at(project, -1, &page(-1));
            }
            assert_eq!((find(n, 0), find(n, 1), find(n, 2)), (Some(Some(body(n))), Some(Some("ü".into())), Some(None)));
            assert_eq!(find(-1, 0), Some(Some(body(-1))));
            assert!(lock(&kept.looked_at).pieces.len() <= LOOKED_AT);
        }
        assert_eq!((find(0, 0), find(fit / 2, 0)), (None, None));
        assert_eq!(find(2 * fit - fit / 2, 0), Some(Some(body(2 * fit - fit / 2))));
        let of_another = Place { page: 2 * fit - 1, slot: 0 };
        assert!(kept.find(ProjectId::new(8).unwrap(), of_another, |_| ()).is_none());
        let pieces = lock(&kept.looked_at);
        let listed: std::collections::BTreeSet<_> = pieces.pieces.iter().flat_map(|piece| &piece.pages).collect();
        assert_eq!(listed.len(), pieces.places.len(), "whoever is forgotten is forgotten everywhere");
        drop(pieces);
        kept.add_looked_at(project, -2, &Page { text: "x".repeat(PIECE + 1) });
        assert_eq!(find(-2, 0), None, "it has no room");
        let filling = |n: i64| {
            let text = page(n).text;
            Filling { project: 7, page: n, open: true, count: 2, text, expires_at: 99 }
        };
        kept.add_written(&mut vec![filling(-3)]);
        for n in 0..fit {
            kept.add_looked_at(project, n, &page(n));
        }
        assert_eq!(find(-3, 0), Some(Some(body(-3))), "those that are looked at do not take its room");
    }

    #[test]
    fn what_is_no_page_is_not_read() {
        for text in ["x", "\n", "a 1 2 3\n", "a 1 2 x\n", "a 1 2 9\nabc\n", "a 1 2 18446744073709551615\nabc\n"] {
            assert_eq!(Page::read(text.into()), None, "{text:?}");
        }
    }
}
