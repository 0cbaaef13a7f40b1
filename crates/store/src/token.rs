//! Payment tokens. They are kept on pages: those that are made at one time are
//! written together, as one row, and a token says itself where it is. Earlier
//! versions kept each by its hash.

use crate::{StoreError, Tx};
use coinslot_domain::id::ProjectId;
use coinslot_domain::time::Time;
use coinslot_domain::token::{Place, SLOTS};
use std::fmt::Write;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

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

/// Pages that were committed a moment ago, until somebody asks for them: what is
/// on them is wanted soon, and a reading connection would have to find it first.
#[derive(Default)]
pub(crate) struct Fresh(Mutex<Vec<Filling>>);

/// Pages that wait to be asked for; when there are more, nobody asks.
const FRESH: usize = 256;

impl Fresh {
    pub(crate) fn add(&self, written: &mut Vec<Filling>) {
        if written.is_empty() {
            return;
        }
        let mut fresh = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if fresh.len() + written.len() > FRESH {
            fresh.clear();
        }
        fresh.append(written);
    }

    pub(crate) fn take(&self) -> Vec<(ProjectId, i64, Page)> {
        let fresh = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let page = |f: Filling| Some((ProjectId::new(f.project)?, f.page, Page::read(f.text)?));
        fresh.into_iter().filter_map(page).collect()
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

/// The tokens of a page. They never change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    text: String,
    tokens: Vec<Token>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Token {
    hash: Range<usize>,
    body: Range<usize>,
    dry_run: bool,
    expires_at: Time,
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

impl Page {
    fn read(text: String) -> Option<Self> {
        let mut tokens = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let head = &text[at..at + text[at..].find('\n')?];
            let mut words = head.split(' ');
            let hash = words.next()?;
            let dry_run = words.next()? == "1";
            let expires_at = Time(words.next()?.parse().ok()?);
            let length: usize = words.next()?.parse().ok()?;
            let body = at + head.len() + 1;
            // The body, and the end of its line.
            text.get(body..body.checked_add(length)?)?;
            tokens.push(Token { hash: at..at + hash.len(), body: body..body + length, dry_run, expires_at });
            at = body + length + 1;
        }
        Some(Page { text, tokens })
    }

    /// The token at a place.
    pub fn at(&self, slot: i64) -> Option<Paged<'_>> {
        let token = self.tokens.get(usize::try_from(slot).ok()?)?;
        let Token { hash, body, dry_run, expires_at } = token;
        Some(Paged {
            hash: &self.text[hash.clone()],
            body: &self.text[body.clone()],
            dry_run: *dry_run,
            expires_at: *expires_at,
        })
    }

    /// How much memory it takes, about.
    pub fn size(&self) -> usize {
        self.text.len() + self.tokens.len() * size_of::<Token>()
    }
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
    fn what_is_no_page_is_not_read() {
        for text in ["x", "\n", "a 1 2 3\n", "a 1 2 x\n", "a 1 2 9\nabc\n", "a 1 2 18446744073709551615\nabc\n"] {
            assert_eq!(Page::read(text.into()), None, "{text:?}");
        }
    }
}
