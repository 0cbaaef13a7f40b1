//! A database on either engine.

use coinslot_store::{Location, Store};
use coinslot_testkit::postgres;

/// Where a test's database is. It goes with this value.
pub enum Place {
    /// A file in a directory of its own.
    Lite(tempfile::TempDir),
    /// A database of its own.
    Pg(postgres::Database),
}

impl Place {
    /// An empty database on each engine.
    pub fn both() -> [Place; 2] {
        [Place::Lite(tempfile::tempdir().unwrap()), Place::Pg(postgres::database())]
    }

    /// What a failure is to say.
    pub fn name(&self) -> &'static str {
        match self {
            Place::Lite(_) => "SQLite",
            Place::Pg(_) => "PostgreSQL",
        }
    }

    /// What to open.
    pub fn location(&self) -> Location {
        match self {
            // The directory is not there yet: opening makes it.
            Place::Lite(dir) => Location::File(dir.path().join("data").join("coinslot.db")),
            Place::Pg(database) => Location::Postgres(database.url().to_string()),
        }
    }

    /// The store, with its tables.
    pub fn open(&self) -> Store {
        Store::open(&self.location()).unwrap_or_else(|e| panic!("{}: {e}", self.name()))
    }
}
