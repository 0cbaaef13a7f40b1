//! Groups of items: a tree.

use crate::id::GroupId;
use crate::localized::Localized;
use std::collections::BTreeMap;

/// A group of items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// `group_id` on the wire.
    pub id: GroupId,
    /// What players call it.
    pub name: Localized,
    /// What is in it.
    pub description: Localized,
    /// Whether the storefront shows it.
    pub enabled: bool,
    /// The group it is in.
    pub parent: Option<GroupId>,
    /// The game's own name of it; `external_id` in the storefront.
    pub code: Option<String>,
}

/// Parents of groups, by the group.
pub type Parents = BTreeMap<GroupId, Option<GroupId>>;

/// Why a group cannot be put where it is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misplaced {
    /// There is no such parent.
    NoParent,
    /// The parent is the group itself, or in it.
    Cycle,
}

impl std::fmt::Display for Misplaced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Misplaced::NoParent => "is not a group of this project",
            Misplaced::Cycle => "is the group itself or lies within it",
        })
    }
}

/// Whether `group` may become a child of `parent`, where `parents` is the tree as
/// it stands.
pub fn place(group: GroupId, parent: Option<GroupId>, parents: &Parents) -> Result<(), Misplaced> {
    let Some(parent) = parent else { return Ok(()) };
    if parent != group && !parents.contains_key(&parent) {
        return Err(Misplaced::NoParent);
    }
    let mut above = Some(parent);
    // As many steps as there are groups: a tree has no longer way up.
    for _ in 0..=parents.len() {
        match above {
            None => return Ok(()),
            Some(at) if at == group => return Err(Misplaced::Cycle),
            Some(at) => above = parents.get(&at).copied().flatten(),
        }
    }
    Err(Misplaced::Cycle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(n: i64) -> GroupId {
        GroupId::new(n).unwrap()
    }

    #[test]
    fn a_tree_stays_a_tree() {
        let parents = Parents::from([(id(1), None), (id(2), Some(id(1))), (id(3), Some(id(2))), (id(4), None)]);
        for (group, parent, expected) in [
            (1, None, Ok(())),
            (3, None, Ok(())),
            (3, Some(1), Ok(())),
            (1, Some(4), Ok(())),
            (9, Some(3), Ok(())),
            (1, Some(1), Err(Misplaced::Cycle)),
            (1, Some(2), Err(Misplaced::Cycle)),
            (1, Some(3), Err(Misplaced::Cycle)),
            (9, Some(9), Err(Misplaced::Cycle)),
            (3, Some(8), Err(Misplaced::NoParent)),
        ] {
            assert_eq!(place(id(group), parent.map(id), &parents), expected, "{group} in {parent:?}");
        }
        let broken = Parents::from([(id(1), Some(id(2))), (id(2), Some(id(1)))]);
        assert_eq!(place(id(3), Some(id(1)), &broken), Err(Misplaced::Cycle), "ends even where it should not be");
    }

    proptest! {
        #[test]
        fn no_series_of_moves_makes_a_cycle(moves in prop::collection::vec((1_i64..9, 0_i64..9), 0..60)) {
            let mut parents: Parents = (1..9).map(|n| (id(n), None)).collect();
            for (group, parent) in moves {
                let parent = GroupId::new(parent);
                if place(id(group), parent, &parents).is_ok() {
                    parents.insert(id(group), parent);
                }
            }
            for group in parents.keys() {
                let way: Vec<_> = std::iter::successors(Some(*group), |g| parents[g]).take(9).collect();
                prop_assert!(way.len() <= 8, "{way:?}");
            }
        }
    }
}
