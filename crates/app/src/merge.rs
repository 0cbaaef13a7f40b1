//! Lists of a merchant, which are those of its projects put together.

use coinslot_store::StoreError;
use std::collections::VecDeque;

/// Entries read of one project at a time.
const CHUNK: i64 = 1000;

/// `take` entries behind the first `skip` of several lists, each in the order
/// of `key`, as if they were one, each with the number of its list. `more`
/// reads a list's next entries behind one, at most as many as it is told.
pub(crate) fn merge<T, K: Ord>(
    lists: usize,
    key: impl Fn(&T) -> K,
    mut more: impl FnMut(usize, Option<&T>, i64) -> Result<Vec<T>, StoreError>,
    skip: i64,
    take: i64,
) -> Result<Vec<(usize, T)>, StoreError> {
    struct List<T> {
        ahead: VecDeque<T>,
        more: bool,
    }
    let chunk = skip.saturating_add(take).min(CHUNK);
    let mut all: Vec<List<T>> = Vec::with_capacity(lists);
    for n in 0..lists {
        let ahead: VecDeque<T> = more(n, None, chunk)?.into();
        all.push(List { more: i64::try_from(ahead.len()) == Ok(chunk), ahead });
    }
    let mut passed = 0;
    let mut found = Vec::new();
    while i64::try_from(found.len()).is_ok_and(|n| n < take) {
        let heads = all.iter().enumerate().filter_map(|(n, list)| Some((key(list.ahead.front()?), n)));
        let Some((_, n)) = heads.min() else { break };
        let list = &mut all[n];
        let Some(next) = list.ahead.pop_front() else { break };
        if list.ahead.is_empty() && list.more {
            list.ahead = more(n, Some(&next), chunk)?.into();
            list.more = i64::try_from(list.ahead.len()) == Ok(chunk);
        }
        if passed < skip {
            passed += 1;
        } else {
            found.push((n, next));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn several_lists_are_as_one(
            lists in prop::collection::vec(prop::collection::btree_set(0i64..5000, 0..40), 0..5),
            skip in 0i64..60,
            take in 0i64..60,
        ) {
            // The chunk is as small as `skip + take`, so that lists are read on.
            let read = |n: usize, after: Option<&i64>, limit: i64| {
                let list = lists[n].iter().copied().filter(|x| after.is_none_or(|a| x > a));
                Ok(list.take(limit as usize).collect())
            };
            let found = merge(lists.len(), |x| *x, read, skip, take).unwrap();
            let mut all: Vec<i64> = lists.iter().flatten().copied().collect();
            all.sort();
            let wanted: Vec<i64> = all.into_iter().skip(skip as usize).take(take as usize).collect();
            prop_assert!(found.iter().all(|(n, x)| lists[*n].contains(x)));
            prop_assert_eq!(found.into_iter().map(|(_, x)| x).collect::<Vec<_>>(), wanted);
        }
    }
}
