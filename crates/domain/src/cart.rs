//! Carts: what a player means to buy, before there is an order.
//!
//! A cart names things and never a price, like the wishes of a token; what it
//! comes to is reckoned when it is looked at, and again when it is ordered.

use crate::id::ProjectId;

/// The name of the cart that a player has without naming one.
pub const CURRENT: &str = "current";

/// Most characters of a cart's name.
pub const NAME_LENGTH: usize = 255;

/// The most of one thing that can be ordered at once.
pub const MOST_OF_ONE: i64 = 10_000;

/// The most different things that can be ordered at once.
pub const MOST_LINES: usize = 100;

/// A cart of a player.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cart {
    /// Where it lives.
    pub project: ProjectId,
    /// Whose it is. To anybody else it is not there.
    pub user: String,
    /// What its player calls it.
    pub name: String,
    /// The code of a coupon that lowers its price.
    pub coupon: Option<String>,
    /// What is in it: SKUs, each once, with how many; in the order in which
    /// they came.
    pub lines: Vec<(String, i64)>,
}

impl Cart {
    /// A cart with nothing in it, which is what one is that was never used.
    pub fn empty(project: ProjectId, user: &str, name: &str) -> Self {
        Cart { project, user: user.into(), name: name.into(), coupon: None, lines: vec![] }
    }

    /// Puts `quantity` of something into it in place of what there was of it;
    /// none takes it out. `false`, and nothing is changed, when it would have
    /// more lines than an order may.
    pub fn put(&mut self, sku: &str, quantity: i64) -> bool {
        match self.lines.iter().position(|(known, _)| known == sku) {
            Some(at) if quantity < 1 => drop(self.lines.remove(at)),
            Some(at) => self.lines[at].1 = quantity,
            None if quantity < 1 => {}
            None if self.lines.len() >= MOST_LINES => return false,
            None => self.lines.push((sku.into(), quantity)),
        }
        true
    }

    /// Whether there is something of it in it.
    pub fn has(&self, sku: &str) -> bool {
        self.lines.iter().any(|(known, _)| known == sku)
    }
}

/// Lines with the same SKU as one, in the order of their first; `None` when that
/// is more than can be ordered.
pub fn summed(lines: impl IntoIterator<Item = (String, i64)>) -> Option<Vec<(String, i64)>> {
    let mut all: Vec<(String, i64)> = Vec::new();
    for (sku, quantity) in lines {
        let sum = match all.iter_mut().find(|(known, _)| *known == sku) {
            Some((_, sum)) => {
                *sum = sum.checked_add(quantity)?;
                *sum
            }
            None => {
                all.push((sku, quantity));
                quantity
            }
        };
        if sum > MOST_OF_ONE || all.len() > MOST_LINES {
            return None;
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cart() -> Cart {
        Cart::empty(ProjectId::new(1).unwrap(), "p", CURRENT)
    }

    #[test]
    fn what_is_put_takes_the_place_of_what_was() {
        let mut cart = cart();
        assert!(cart.put("a", 2) && cart.put("b", 1) && cart.put("a", 5));
        assert_eq!(cart.lines, [("a".to_string(), 5), ("b".to_string(), 1)]);
        assert!(cart.has("b") && !cart.has("B"));
        assert!(cart.put("a", 0) && cart.put("never", 0));
        assert_eq!(cart.lines, [("b".to_string(), 1)]);
    }

    #[test]
    fn a_cart_has_an_end() {
        let mut cart = cart();
        assert!((0..MOST_LINES).all(|n| cart.put(&n.to_string(), 1)));
        assert!(!cart.put("one more", 1));
        assert!(cart.put("5", 9) && cart.put("5", 0) && cart.put("one more", 1));
        assert_eq!(cart.lines.len(), MOST_LINES);
    }

    proptest! {
        #[test]
        fn sums_lose_nothing(lines in proptest::collection::vec(("[ab]", 1_i64..=10_000), 0..5)) {
            let whole: i64 = lines.iter().map(|(_, n)| n).sum();
            match summed(lines) {
                Some(all) => {
                    prop_assert_eq!(all.iter().map(|(_, n)| n).sum::<i64>(), whole);
                    prop_assert!(all.iter().all(|(_, n)| *n <= MOST_OF_ONE) && all.len() <= 2);
                }
                None => prop_assert!(whole > MOST_OF_ONE),
            }
        }
    }
}
