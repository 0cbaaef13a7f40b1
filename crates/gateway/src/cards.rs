//! The published test cards, both generations of them.

use coinslot_domain::payment::Decline;

/// What becomes of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The player is asked to confirm first.
    pub three_d_secure: bool,
    /// Why it fails; `None` if it succeeds.
    pub decline: Option<Decline>,
}

impl Outcome {
    /// Succeeds at once.
    pub const SUCCESS: Outcome = Outcome { three_d_secure: false, decline: None };
    /// Succeeds once the player has confirmed.
    pub const SUCCESS_3DS: Outcome = Outcome { three_d_secure: true, decline: None };
    /// Fails at once for want of money.
    pub const POOR: Outcome = Outcome { three_d_secure: false, decline: Some(Decline::InsufficientFunds) };
    /// Fails even though the player has confirmed.
    pub const REFUSED_3DS: Outcome = Outcome { three_d_secure: true, decline: Some(Decline::Refused) };
}

/// A published test card. Its number is public and nobody's.
#[derive(Clone, Copy, Debug)]
pub struct TestCard {
    /// The number.
    pub number: &'static str,
    /// Published dates of expiry, month and year. They are taken though they
    /// may have passed.
    pub expiries: &'static [(i8, i16)],
    /// What stands for the card once it was typed in: the outcome and the last
    /// four digits.
    pub token: &'static str,
    /// What happens to a charge.
    pub outcome: Outcome,
}

const fn card(number: &'static str, expiries: &'static [(i8, i16)], token: &'static str, outcome: Outcome) -> TestCard {
    TestCard { number, expiries, token, outcome }
}

/// Every card the sandbox takes.
pub const TEST_CARDS: [TestCard; 11] = [
    card("4111111111111111", &[(12, 2020), (12, 2040)], "sandbox_ok_1111", Outcome::SUCCESS),
    card("5555555555554444", &[(11, 2019)], "sandbox_ok_4444", Outcome::SUCCESS),
    card("4000000000000010", &[(12, 2020)], "sandbox_secure_ok_0010", Outcome::SUCCESS_3DS),
    card("5200000000000114", &[(11, 2019)], "sandbox_secure_ok_0114", Outcome::SUCCESS_3DS),
    card("6759649826438453", &[(12, 2025)], "sandbox_secure_ok_8453", Outcome::SUCCESS_3DS),
    card("4000000000000002", &[(12, 2020)], "sandbox_poor_0002", Outcome::POOR),
    card("5200000000000007", &[(11, 2019)], "sandbox_poor_0007", Outcome::POOR),
    card("4000000000000036", &[(12, 2020)], "sandbox_secure_refused_0036", Outcome::REFUSED_3DS),
    card("5200000000000031", &[(11, 2019)], "sandbox_secure_refused_0031", Outcome::REFUSED_3DS),
    // The current list. What tells these two apart is who runs 3-D Secure, the
    // acquirer or somebody else; the player sees the same.
    card("4111111111111152", &[(12, 2040)], "sandbox_secure_ok_1152", Outcome::SUCCESS_3DS),
    card("4423610000000007", &[(12, 2040)], "sandbox_secure_ok_0007", Outcome::SUCCESS_3DS),
];
