//! A closure may run again: the answer of every commit is lost once, so that
//! everything which is committed runs a second time, and only what that says is
//! heard. The stories come out as they are written all the same, to the byte,
//! and so do the books.
//!
//! What says by itself that running it again is another matter
//! (`coinslot_store::stop::once`, with the reason beside it) runs once: blocks of
//! numbers and leases.

use coinslot_tests::golden::{Step, parse, play, stories};
use coinslot_tests::lives::{self, lives};
use coinslot_tests::{Engine, World};

/// Whether a step may end otherwise, because what it is told after an answer was
/// lost is as true: nothing is done twice, but the reason is not remembered.
fn is_as_true(step: &Step, now: &str) -> bool {
    let starts =
        |from: &str, to: &[&str]| step.expected.starts_with(from) && to.iter().any(|status| now.starts_with(status));
    let (what, _) = step.input.split_once('\n').unwrap_or((&step.input, ""));
    // What is gone is not there.
    let deletes = what.starts_with("DELETE ") || step.title == "Deleting by a change";
    // Who is registered cannot be registered.
    let registers = what.starts_with("POST ") && what.ends_with("/users");
    (deletes && starts("204", &["404", "403"]))
        || (registers && starts("204", &["422"]) && now.contains("exists already"))
        // What is on its way is not sent again; and what is due now is due a moment before now, by which whoever sends
        // it sees that it was replayed.
        || (what.ends_with("/replay") && now.contains("\"replayed\":0"))
        || (what.ends_with("/replay") && step.expected.contains("\"next_attempt\""))
}

async fn tell_all(engine: Engine) {
    let mut wrong = Vec::new();
    let mut excused = 0;
    for path in stories() {
        let (_, steps) = parse(&std::fs::read_to_string(&path).unwrap());
        let world = World::new(engine).await;
        let (played, _) = play(&world, &steps).await;
        world.check_books().await;
        let name = path.file_name().unwrap().to_string_lossy();
        for (step, now) in steps.iter().zip(&played).filter(|(step, now)| step.expected != now.expected) {
            if is_as_true(step, &now.expected) {
                excused += 1;
                continue;
            }
            wrong.push(format!(
                "{name}, \"{}\"\n--- the file says\n{}\n--- the server says\n{}\n",
                step.title, step.expected, now.expected
            ));
        }
    }
    assert!(wrong.is_empty(), "{} answers differ on {engine:?}:\n\n{}", wrong.len(), wrong.join("\n"));
    assert!(excused > 0, "no answer was lost");
}

// One test, since what is lost is lost in the whole process.
#[tokio::test]
async fn what_is_committed_may_run_again() {
    coinslot_store::lose_answers();
    for engine in Engine::BOTH {
        tell_all(engine).await;
    }
    assert_eq!(lives((Engine::Sqlite, false)).await, std::fs::read_to_string(lives::path()).unwrap());
}
