//! What the operating system knows: processor time, memory, and whether the machine is quiet. Where it does not tell
//! (anywhere but on Linux) these figures are left out.

use std::fs;
use std::time::{Duration, Instant};

/// A process whose cost is measured.
#[derive(Clone, Copy, Debug)]
pub struct Process(pub u32);

impl Process {
    /// Processor time so far, of all its threads, in the program and for it in the system.
    pub fn cpu(&self) -> Option<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0)).ok()?;
        // The name, in parentheses, may hold anything; what follows it does not.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
        let ticks: u64 = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
        Some(Duration::from_millis(ticks * 10))
    }

    /// Resident memory in MiB: now, and the most there ever was.
    pub fn memory(&self) -> Option<(f64, f64)> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0)).ok()?;
        let of = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim_start_matches(':').trim().strip_suffix(" kB")?.parse::<f64>().ok()
        };
        Some((of("VmRSS")? / 1024.0, of("VmHWM")? / 1024.0))
    }
}

/// Busy and all ticks of all processors since the start of the machine.
fn ticks() -> Option<(u64, u64)> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    let fields: Vec<u64> = stat.lines().next()?.split_whitespace().skip(1).filter_map(|n| n.parse().ok()).collect();
    let all: u64 = fields.iter().take(8).sum();
    Some((all - fields.get(3)? - fields.get(4)?, all))
}

/// Waits for quiet, but not for ever.
pub struct Quiet {
    left: Duration,
    /// Whether something was measured although the machine was busy.
    pub gave_up: bool,
}

/// The share of the processors that others may use while we measure.
const ALLOWED: f64 = 0.10;

impl Quiet {
    /// Waits at most `bound` in the whole run.
    pub fn new(bound: Duration) -> Self {
        Quiet { left: bound, gave_up: false }
    }

    /// Returns when the machine has nothing to do, or the time for waiting is used up.
    pub fn wait(&mut self) {
        let mut told = false;
        loop {
            let start = Instant::now();
            let Some(before) = ticks() else { return };
            pause(Duration::from_millis(200));
            let Some(after) = ticks() else { return };
            let busy = (after.0 - before.0) as f64 / (after.1 - before.1).max(1) as f64;
            if busy <= ALLOWED {
                return;
            }
            if self.left.is_zero() {
                if !self.gave_up {
                    println!("  the machine stays busy; measuring all the same");
                }
                self.gave_up = true;
                return;
            }
            if !told {
                println!("  waiting for a quiet machine (now {:.0} % busy)", busy * 100.0);
                told = true;
            }
            pause(Duration::from_millis(800));
            self.left = self.left.saturating_sub(start.elapsed());
        }
    }
}

/// Lets time pass: what is waited for here is nothing that could tell of itself.
pub fn pause(time: Duration) {
    std::thread::sleep(time);
}
