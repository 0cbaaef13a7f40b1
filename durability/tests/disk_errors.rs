//! The disk fails at each operation of a flow, and the server does not lie.

use coinslot_durability::fault::{Flow, How, Report, each, some};

/// Where each commit copies the log there are many times as many operations; of
/// these each is tried in one of the ways only, and the campaign tries every way.
fn every_operation_of(flow: Flow) {
    let (copying, usual): (Vec<How>, Vec<How>) = How::all().into_iter().partition(|how| how.checkpoint_pages.is_some());
    for how in usual {
        assert!(judge(flow, how, each(flow, how)) > 0, "{flow:?} {how:?}: no fault was told");
    }
    let ways = (1..).zip(&copying);
    let told: usize = ways.map(|(first, how)| judge(flow, *how, some(flow, *how, first, copying.len()))).sum();
    assert!(told > 0, "{flow:?}: no fault was told where the log is copied");
}

/// Whether nothing was wrong; how many faults were told.
fn judge(flow: Flow, how: How, report: Report) -> usize {
    println!("{flow:?} {how:?}: {} faults, {} refused, {} kept", report.faults, report.refused, report.promised);
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    report.refused
}

/// Each operation in one of the ways only: there are as many of them as all
/// migrations make together, and each is tried from the first migration on. The
/// campaign tries every way.
#[test]
fn while_the_server_starts() {
    let ways = How::all();
    let mut passing = 0;
    for (first, how) in (1..).zip(ways.clone()) {
        let told = judge(Flow::Start, how, some(Flow::Start, how, first, ways.len()));
        assert!(told > 0 || !how.lasting, "{how:?}: no fault was told");
        passing += if how.lasting { 0 } else { told };
    }
    // Migrations are tried again, so that few of these keep a server from starting.
    assert!(passing > 0, "no fault that passes was told");
}

#[test]
fn while_a_token_is_made() {
    every_operation_of(Flow::Token);
}

#[test]
fn while_a_player_pays() {
    every_operation_of(Flow::Checkout);
}

#[test]
fn while_the_bank_asks() {
    every_operation_of(Flow::ThreeDSecure);
}

#[test]
fn while_money_goes_back() {
    every_operation_of(Flow::Refund);
}
