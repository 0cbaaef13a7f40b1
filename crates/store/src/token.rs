//! Payment tokens. They are kept on pages: those that are made at one time are
//! written together, as one row, and a token says itself where it is. Earlier
//! versions kept each by its hash.

use crate::{StoreError, Tx};
use coinslot_domain::id::ProjectId;
use coinslot_domain::time::Time;
use coinslot_domain::token::{Place, SLOTS};
use std::ops::Range;

statements! {
    INSERT_PAGE = "INSERT INTO token_page (project_id, page_id, tokens, expires_at) VALUES ($1, $2, $3, $4)";
    INSERT_OWN_PAGE = "INSERT INTO token_page (project_id, page_id, tokens, expires_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (project_id, page_id) DO NOTHING";
    PAGE = "SELECT tokens FROM token_page WHERE project_id = $1 AND page_id = $2";
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

/// Numbers of pages that are taken at once.
pub(crate) const NUMBERS: i64 = 1_000;
/// Bytes at which a page takes no more.
const FULL: usize = 32 << 10;

/// Pages that are being filled.
#[derive(Default)]
pub(crate) struct Pages {
    filled: Vec<Filling>,
    numbers: Range<i64>,
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
    /// Forgets what is not written, and the numbers: who knows in which
    /// transaction they were taken.
    pub(crate) fn clear(&mut self) {
        self.filled.clear();
        self.numbers = 0..0;
    }

    pub(crate) fn wants_numbers(&self) -> bool {
        self.numbers.is_empty()
    }

    pub(crate) fn give(&mut self, first: i64) {
        self.numbers = first..first + NUMBERS;
    }

    pub(crate) fn take(&mut self) -> Vec<Filling> {
        std::mem::take(&mut self.filled)
    }

    /// Puts a line on a page. Pages for which a number was given beforehand have
    /// odd numbers, those that are numbered here even ones.
    pub(crate) fn add(&mut self, project: i64, own: Option<i64>, line: &str, expires_at: i64) -> Place {
        let fits = |f: &Filling| f.open && f.project == project && f.count < SLOTS && f.text.len() + line.len() <= FULL;
        let at = match self.filled.iter().rposition(fits).filter(|_| own.is_none()) {
            Some(at) => at,
            None => {
                let page = match own {
                    Some(number) => 2 * number + 1,
                    None => 2 * self.numbers.next().unwrap_or_else(|| unreachable!("a number is taken beforehand")),
                };
                let text = String::with_capacity(if own.is_some() { line.len() } else { 4 * line.len() });
                self.filled.push(Filling { project, page, open: own.is_none(), count: 0, text, expires_at });
                self.filled.len() - 1
            }
        };
        let filling = &mut self.filled[at];
        let place = Place { page: filling.page, slot: filling.count };
        filling.count += 1;
        filling.text.push_str(line);
        filling.expires_at = filling.expires_at.max(expires_at);
        place
    }
}

impl Filling {
    pub(crate) fn insert(self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        let values = [self.project.into(), self.page.into(), self.text.into(), self.expires_at.into()];
        // A page of its own may have been written by an earlier run.
        tx.put(if self.open { INSERT_PAGE } else { INSERT_OWN_PAGE }, &values)
    }
}

/// Keeps a token; where. With `own`, an id that nothing else has, it gets a page
/// of its own that is the same one when this runs again.
pub fn keep(tx: &mut Tx<'_>, t: &Stored, own: Option<i64>) -> Result<Place, StoreError> {
    let Stored { hash, dry_run, body, expires_at, .. } = t;
    let line = format!("{hash} {} {} {}\n{body}\n", u8::from(*dry_run), expires_at.0, body.len());
    tx.keep_token(t.project.get(), own, &line, expires_at.0)
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
    let Some(row) = tx.row(PAGE, &[project.get().into(), page.into()])? else { return Ok(None) };
    let read = Page::read(row.text(0)?);
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

    fn line(body: &str) -> String {
        format!("{} 1 99 {}\n{body}\n", "a".repeat(64), body.len())
    }

    #[test]
    fn a_page_holds_the_tokens_of_one_project() {
        let mut pages = Pages::default();
        assert!(pages.wants_numbers());
        pages.give(50);
        let bodies = ["{}", "{\"ü\": \"\n not escaped\"}", ""];
        let places: Vec<_> = bodies.iter().map(|body| pages.add(1, None, &line(body), 99)).collect();
        assert_eq!(places, [0, 1, 2].map(|slot| Place { page: 100, slot }));
        assert_eq!(pages.add(2, None, &line("{}"), 99), Place { page: 102, slot: 0 });
        assert_eq!(pages.add(1, Some(50), &line("{}"), 99), Place { page: 101, slot: 0 }, "of its own");
        assert_eq!(pages.add(1, None, &line("x"), 100), Place { page: 100, slot: 3 });
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
        pages.give(0);
        let large = line(&"x".repeat(FULL / 3));
        let places: Vec<_> = (0..4).map(|_| pages.add(1, None, &large, 9).page).collect();
        assert_eq!(places, [0, 0, 2, 2]);
        for n in 0..=SLOTS {
            assert_eq!(pages.add(7, None, &line(""), 9).slot, n % SLOTS);
        }
    }

    #[test]
    fn what_is_no_page_is_not_read() {
        for text in ["x", "\n", "a 1 2 3\n", "a 1 2 x\n", "a 1 2 9\nabc\n", "a 1 2 18446744073709551615\nabc\n"] {
            assert_eq!(Page::read(text.into()), None, "{text:?}");
        }
    }
}
