//! The server as it is, but that it is killed at a named place:
//! `COINSLOT_STOP=checkout.charged:3` at the third time it comes there.

use rustix::process::{Signal, getpid, kill_process};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

fn main() -> ExitCode {
    if let Ok(wish) = std::env::var("COINSLOT_STOP") {
        let (place, count) = wish.split_once(':').unwrap_or((&wish, "1"));
        let (place, count) = (place.to_string(), count.parse().unwrap_or(1_u64));
        let passed = AtomicU64::new(0);
        coinslot_store::when_reached(move |at| {
            if at == place && passed.fetch_add(1, Ordering::SeqCst) + 1 == count {
                // From within, so that not one more instruction of the flow runs here.
                let _ = kill_process(getpid(), Signal::KILL);
                std::thread::park();
            }
        });
    }
    coinslot::cli::main()
}
