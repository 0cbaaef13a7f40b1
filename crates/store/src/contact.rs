//! Under which addresses, names and telephone numbers a player bought: what a
//! search by one of them begins with.
//!
//! Orders are many and players are few, so that these are rows of their own and
//! no indexes of orders. A row is only ever added, and says the same however
//! often it is; so whoever bought before costs a look into memory.

use crate::engine::{Places, Value};
use crate::{StoreError, Tx};
use coinslot_domain::id::ProjectId;
use coinslot_domain::order::Player;
use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, RandomState};

statements! {
    NOTE = "INSERT INTO contact (project_id, kind, content, user_id) VALUES ($1, $2, $3, $4)
        ON CONFLICT (project_id, kind, content, user_id) DO NOTHING";
}

/// A contact: project, kind, what it is, and whose.
type Contact = (i64, &'static str, String, String);

/// Contacts that are in memory as known, in each of two halves.
const KNOWN: usize = 1 << 14;

/// Hashes, which need not be hashed again.
type Hashes = HashSet<u64, BuildHasherDefault<Places>>;

/// Contacts on their way into the database, and those that are there.
#[derive(Default)]
pub(crate) struct Contacts {
    /// In an order that all transactions keep, so that none waits for another
    /// that waits for it.
    new: BTreeMap<Contact, u64>,
    /// What the transaction under way writes.
    written: Vec<u64>,
    /// The hashes of those that are there: with 64 bits of a seed that nobody
    /// knows, no two of these few are the same.
    newer: Hashes,
    older: Hashes,
    hasher: RandomState,
}

impl Contacts {
    fn add(&mut self, project: ProjectId, kind: &'static str, content: &str, user: &str) {
        let hash = self.hasher.hash_one((project.get(), kind, content, user));
        if !self.newer.contains(&hash) && !self.older.contains(&hash) {
            self.new.insert((project.get(), kind, content.to_string(), user.to_string()), hash);
        }
    }

    /// Whether nothing is to be written.
    pub(crate) fn is_empty(&self) -> bool {
        self.new.is_empty()
    }

    /// What is to be written now.
    pub(crate) fn take(&mut self) -> impl ExactSizeIterator<Item = Contact> + use<> {
        let new = std::mem::take(&mut self.new);
        self.written.extend(new.values());
        new.into_keys()
    }

    /// What was written is undone.
    pub(crate) fn clear(&mut self) {
        self.new.clear();
        self.written.clear();
    }

    /// What was written is committed.
    pub(crate) fn committed(&mut self) {
        self.newer.extend(self.written.drain(..));
        if self.newer.len() >= KNOWN {
            self.older = std::mem::take(&mut self.newer);
        }
    }
}

/// Notes under what a player bought, with what is committed together.
pub(crate) fn note(tx: &mut Tx<'_>, project: ProjectId, player: &Player) {
    let all = [("email", &player.email), ("name", &player.name), ("phone", &player.phone)];
    for (kind, content) in all {
        if let Some(content) = content {
            tx.contacts().add(project, kind, content, &player.id);
        }
    }
}

/// Writes a contact down, unless it is.
pub(crate) fn insert(tx: &mut Tx<'_>, (project, kind, content, user): &Contact) -> Result<(), StoreError> {
    let [content, user]: [Value<'_>; 2] = [content.into(), user.into()];
    tx.put(NOTE, &[(*project).into(), (*kind).into(), content, user])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_committed_is_not_written_again() {
        let mut contacts = Contacts::default();
        let project = ProjectId::new(7).unwrap();
        let wants = |contacts: &mut Contacts, user: &str| {
            contacts.add(project, "email", "a@example.com", user);
            contacts.add(project, "email", "a@example.com", user);
            contacts.take().len()
        };
        assert_eq!(wants(&mut contacts, "p"), 1);
        contacts.clear();
        assert_eq!(wants(&mut contacts, "p"), 1, "it was undone");
        contacts.committed();
        assert_eq!((wants(&mut contacts, "p"), wants(&mut contacts, "q")), (0, 1));
        contacts.clear();
        assert_eq!(wants(&mut contacts, "q"), 1);
        contacts.committed();
        contacts.add(ProjectId::new(8).unwrap(), "email", "a@example.com", "p");
        contacts.add(project, "name", "a@example.com", "p");
        assert_eq!(contacts.take().len(), 2);
    }

    #[test]
    fn no_more_are_known_than_fit() {
        let (mut contacts, project) = (Contacts::default(), ProjectId::new(7).unwrap());
        for n in 0..3 * KNOWN {
            contacts.add(project, "name", &n.to_string(), "p");
            assert_eq!(contacts.take().len(), 1);
            contacts.committed();
            assert!(contacts.newer.len() <= KNOWN && contacts.older.len() <= KNOWN);
        }
        contacts.add(project, "name", &(3 * KNOWN - 1).to_string(), "p");
        contacts.add(project, "name", "0", "p");
        assert_eq!(contacts.take().map(|c| c.2).collect::<Vec<_>>(), ["0"]);
    }
}
