//! Slices in turn, and what can be said of them. A busy neighbour slows everything for a while; what is measured in
//! the same seconds as its ceiling suffers as the ceiling does, so that the ratio of one round is worth more than any
//! figure.

use crate::Fallible;
use crate::load::Slice;
use crate::machine::Quiet;

/// Measures one slice.
pub type Runner<'a> = Box<dyn FnMut() -> Fallible<Slice> + 'a>;

/// A round counts when its hello is at least this share of the best of the run.
const STEADY: f64 = 0.70;

/// The slices of each round, in the order of the runners.
#[derive(Debug, Default)]
pub struct Rounds {
    rounds: Vec<Vec<Slice>>,
    /// How many did not count.
    pub dropped: usize,
}

impl Rounds {
    /// Runs `count` rounds that count, or twice as many in all. The first runner is the hello that tells how fast the
    /// machine is at that moment.
    pub fn run(count: usize, quiet: &mut Quiet, mut runners: Vec<Runner<'_>>) -> Fallible<Self> {
        let mut all: Vec<Vec<Slice>> = Vec::new();
        for round in 0..count * 2 {
            quiet.wait();
            let mut slices = vec![Slice::of_rate(0.0); runners.len()];
            // Nobody is always the first: whoever follows a hard worker finds a warm or a busy machine.
            for turn in 0..runners.len() {
                let index = (turn + round) % runners.len();
                slices[index] = runners[index]()?;
            }
            let rates: Vec<String> = slices.iter().map(|slice| format!("{:.0}", slice.rate)).collect();
            println!("  round {}: {} per second", round + 1, rates.join(", "));
            all.push(slices);
            if steady(&all).len() >= count {
                break;
            }
        }
        let kept = steady(&all);
        Ok(Rounds { dropped: all.len() - kept.len(), rounds: kept.into_iter().cloned().collect() })
    }

    /// The median of something of a runner.
    pub fn median(&self, runner: usize, what: impl Fn(&Slice) -> f64) -> f64 {
        median(self.rounds.iter().map(|round| what(&round[runner])).collect())
    }

    /// The median over the rounds of the ratio of two runners in something.
    pub fn ratio(&self, runner: usize, to: usize, what: impl Fn(&Slice) -> f64) -> f64 {
        median(self.rounds.iter().map(|round| what(&round[runner]) / what(&round[to])).collect())
    }

    /// The lowest and the highest of these ratios.
    pub fn spread(&self, runner: usize, to: usize) -> (f64, f64) {
        let ratios = || self.rounds.iter().map(|round| round[runner].rate / round[to].rate);
        (ratios().fold(f64::INFINITY, f64::min), ratios().fold(0.0, f64::max))
    }

    /// How many count.
    pub fn count(&self) -> usize {
        self.rounds.len()
    }
}

fn steady(all: &[Vec<Slice>]) -> Vec<&Vec<Slice>> {
    let best = all.iter().map(|round| round[0].rate).fold(0.0, f64::max);
    all.iter().filter(|round| round[0].rate >= best * STEADY).collect()
}

/// The value in the middle.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match (values.len(), values.get(values.len() / 2)) {
        (_, None) => f64::NAN,
        (count, Some(upper)) if count % 2 == 0 => (values[count / 2 - 1] + upper) / 2.0,
        (_, Some(middle)) => *middle,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::time::Duration;

    #[test]
    fn the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(vec![]).is_nan());
    }

    #[test]
    fn rounds_of_a_busy_machine_are_replaced_and_not_counted() {
        let hellos = Cell::new(0);
        let hello = || {
            hellos.set(hellos.get() + 1);
            // The second round is disturbed, with it everything.
            Ok(Slice::of_rate(if hellos.get() == 2 { 10.0 } else { 100.0 }))
        };
        let ours = || Ok(Slice::of_rate(if hellos.get() == 2 { 1.0 } else { 50.0 }));
        let mut quiet = Quiet::new(Duration::ZERO);
        let rounds = Rounds::run(3, &mut quiet, vec![Box::new(hello), Box::new(ours)]).unwrap();
        assert_eq!((rounds.count(), rounds.dropped), (3, 1));
        assert_eq!(rounds.ratio(1, 0, |s| s.rate), 0.5);
    }
}
