//! The disk fails at each operation of a flow, and the server does not lie.

use coinslot_durability::fault::{Flow, How, each};

fn every_operation_of(flow: Flow) {
    for how in How::all() {
        let report = each(flow, how);
        println!("{flow:?} {how:?}: {} faults, {} refused, {} kept", report.faults, report.refused, report.promised);
        assert!(report.findings.is_empty(), "{:#?}", report.findings);
        assert!(report.refused > 0, "{flow:?} {how:?}: no fault was told");
    }
}

#[test]
fn while_the_server_starts() {
    every_operation_of(Flow::Start);
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
