//! The disk fails at each operation of a flow, and the server does not lie.

use coinslot_durability::fault::{Flow, How, Report, each, some};

fn every_operation_of(flow: Flow) {
    for how in How::all() {
        judge(flow, how, each(flow, how));
    }
}

fn judge(flow: Flow, how: How, report: Report) {
    println!("{flow:?} {how:?}: {} faults, {} refused, {} kept", report.faults, report.refused, report.promised);
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    assert!(report.refused > 0, "{flow:?} {how:?}: no fault was told");
}

/// Each operation in one of the ways only: there are as many of them as all
/// migrations make together, and each is tried from the first migration on. The
/// campaign tries every way.
#[test]
fn while_the_server_starts() {
    let ways = How::all();
    for (first, how) in (1..).zip(ways.clone()) {
        judge(Flow::Start, how, some(Flow::Start, how, first, ways.len()));
    }
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
