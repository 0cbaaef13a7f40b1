//! Payment providers. So far there is one: the sandbox, which moves no money.
//!
//! The sandbox knows the published test cards and nothing else. Each has one
//! outcome that never changes, so a test of a purchase gives the same result
//! every time. Every other number is refused before anything of it is kept: a
//! real card that somebody types in by mistake leaves no trace.

mod cards;

pub use cards::{Outcome, TEST_CARDS, TestCard};

use coinslot_app::port::{
    CardRefused, CardToken, Charge, ChargeAnswer, Gateway, GiveBack, Later, Method, RefundAnswer,
};
use coinslot_domain::card::Card;
use coinslot_domain::money::Currency;
use coinslot_domain::payment::Decline;
use std::future::ready;

/// The documented number of the card method.
pub const CARD: i64 = 1380;
/// The documented number of PayPal.
pub const PAYPAL: i64 = 24;

/// The methods besides cards. Numbers above 10000 are our own: no published
/// list of methods has them.
const METHODS: [Method; 5] = [
    Method { id: CARD, key: "card", name: "Credit/Debit Cards", takes_card: true },
    Method { id: PAYPAL, key: "paypal", name: "PayPal", takes_card: false },
    Method { id: 10_001, key: "bank_transfer", name: "Bank transfer", takes_card: false },
    Method { id: 10_002, key: "gift_card", name: "Gift card", takes_card: false },
    Method { id: 10_003, key: "cash", name: "Cash", takes_card: false },
];

/// The currencies in which test cards can be charged, as published. `VEF` has
/// left ISO 4217 since; it stays here for the sake of the list.
const CARD_CURRENCIES: &str = "USD EUR RUB GBP AED ALL AMD ARS AUD AZN BGN BRL BYN CAD CHF CLP CNY COP CZK DKK DZD \
     EGP GEL HKD HRK HUF IDR ILS INR ISK JPY KES KGS KRW KZT MAD MDL MKD MNT MXN MYR NGN PEN PHP PKR PLN RON RSD SAR \
     SEK SGD THB TRY TWD UAH UYU UZS VEF VND ZAR";

/// The sandbox. It remembers nothing: what becomes of a charge follows from the
/// method and the card's token alone, so asking twice gives the same answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct SandboxGateway;

/// What tokens of saved cards begin with.
const KEPT: &str = "kept_";
/// What tokens begin with whose charges are declined for the reason that follows.
const DECLINING: &str = "declining_";

/// What the sandbox does with a charge; `None` for a method or a token that it
/// never offered.
fn outcome(charge: &Charge) -> Option<Outcome> {
    if charge.method == CARD {
        let token = charge.card.as_deref()?;
        if let Some(why) = token.strip_prefix(DECLINING) {
            return Some(Outcome { three_d_secure: false, decline: Decline::from_name(why) });
        }
        // A saved card is charged without asking the player anything.
        let (token, saved) = token.strip_prefix(KEPT).map_or((token, false), |token| (token, true));
        let card = TEST_CARDS.iter().find(|card| card.token == token)?;
        return Some(Outcome { three_d_secure: card.outcome.three_d_secure && !saved, ..card.outcome });
    }
    let declining = charge.card.as_deref().and_then(|token| token.strip_prefix(DECLINING));
    let outcome = Outcome { three_d_secure: false, decline: declining.and_then(Decline::from_name) };
    METHODS[1..].iter().any(|method| method.id == charge.method).then_some(outcome)
}

fn verdict(outcome: Outcome) -> ChargeAnswer {
    match outcome.decline {
        None => ChargeAnswer::Succeeded,
        Some(why) => ChargeAnswer::Failed(why),
    }
}

/// What is known of a charge before the player has told the bank anything.
fn unanswered(charge: &Charge) -> ChargeAnswer {
    match outcome(charge) {
        None => ChargeAnswer::Failed(Decline::Refused),
        Some(Outcome { three_d_secure: true, .. }) => ChargeAnswer::Challenge,
        Some(outcome) => verdict(outcome),
    }
}

fn answered(charge: &Charge, approved: bool) -> ChargeAnswer {
    match outcome(charge) {
        Some(outcome) if outcome.three_d_secure && !approved => ChargeAnswer::Failed(Decline::NotAuthenticated),
        Some(outcome) => verdict(outcome),
        None => ChargeAnswer::Failed(Decline::Refused),
    }
}

impl Gateway for SandboxGateway {
    fn methods(&self, currency: Currency) -> Vec<Method> {
        let all = CARD_CURRENCIES.as_bytes().chunks(4);
        let cards = all.map(|chunk| &chunk[..3]).any(|code| code == currency.code().as_bytes());
        METHODS[usize::from(!cards)..].to_vec()
    }

    fn tokenize(&self, card: &Card, (year, month): (i16, i8)) -> Result<CardToken, CardRefused> {
        let number = card.number.digits();
        let known = TEST_CARDS.iter().find(|known| known.number == number).ok_or(CardRefused::Number)?;
        // The first published dates have passed; copied from a page they must
        // go on working.
        let published = known.expiries.contains(&(card.expiry.month, card.expiry.year));
        if !published && !card.expiry.is_good_in(year, month) {
            return Err(CardRefused::Expiry);
        }
        Ok(CardToken { token: known.token.to_string(), masked: card.number.masked() })
    }

    fn keep(&self, token: &str) -> String {
        if token.is_empty() || token.starts_with(KEPT) { token.to_string() } else { [KEPT, token].concat() }
    }

    fn declining(&self) -> Vec<(Decline, String)> {
        Decline::ALL.iter().map(|why| (*why, [DECLINING, why.name()].concat())).collect()
    }

    fn at_once(&self, charge: &Charge) -> Option<ChargeAnswer> {
        Some(unanswered(charge))
    }

    fn charge(&self, charge: Charge) -> Later<'_, ChargeAnswer> {
        Box::pin(ready(unanswered(&charge)))
    }

    fn answer_challenge(&self, charge: Charge, approved: bool) -> Later<'_, ChargeAnswer> {
        Box::pin(ready(answered(&charge, approved)))
    }

    /// A charge with 3-D Secure goes on waiting for the player: the sandbox
    /// keeps no note of an answer, and the player can give it again.
    fn inquire(&self, charge: Charge) -> Later<'_, ChargeAnswer> {
        Box::pin(ready(unanswered(&charge)))
    }

    fn refund(&self, _: GiveBack) -> Later<'_, RefundAnswer> {
        Box::pin(ready(RefundAnswer::Succeeded))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinslot_domain::card::{Brand, CardNumber, Cvv, Expiry};
    use coinslot_domain::id::{AttemptId, ProjectId, RefundId};
    use coinslot_domain::money::Money;
    use std::task::{Context, Poll, Waker};

    const GATEWAY: SandboxGateway = SandboxGateway;
    const TODAY: (i16, i8) = (2026, 3);

    fn now<T>(mut later: Later<'_, T>) -> T {
        match later.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("the sandbox answers at once"),
        }
    }

    fn card(number: &str, expiry: &str) -> Card {
        let brand = Brand::of(number);
        let cvv = if brand == Brand::Amex { "1234" } else { "123" };
        Card {
            number: CardNumber::parse(number).unwrap(),
            expiry: Expiry::parse(expiry).unwrap(),
            cvv: Cvv::parse(cvv, brand).unwrap(),
        }
    }

    fn charge(method: i64, card: Option<String>) -> Charge {
        Charge {
            project: ProjectId::new(1).unwrap(),
            attempt: AttemptId::new(1).unwrap(),
            method,
            card,
            amount: Money::new(100, Currency::from_code("USD").unwrap()),
        }
    }

    #[test]
    fn every_published_card_does_what_is_published() {
        use ChargeAnswer::{Challenge, Failed, Succeeded};
        const POOR: ChargeAnswer = Failed(Decline::InsufficientFunds);
        const REFUSED: ChargeAnswer = Failed(Decline::Refused);
        // Number, published expiries, charge, challenge approved, brand.
        let table: &[(&str, &[&str], ChargeAnswer, ChargeAnswer, &str)] = &[
            ("4111111111111111", &["12/20", "12/40"], Succeeded, Succeeded, "Visa •••• 1111"),
            ("5555555555554444", &["11/19"], Succeeded, Succeeded, "Mastercard •••• 4444"),
            ("4000000000000010", &["12/20"], Challenge, Succeeded, "Visa •••• 0010"),
            ("5200000000000114", &["11/19"], Challenge, Succeeded, "Mastercard •••• 0114"),
            ("6759649826438453", &["12/25"], Challenge, Succeeded, "Maestro •••• 8453"),
            ("4000000000000002", &["12/20"], POOR, POOR, "Visa •••• 0002"),
            ("5200000000000007", &["11/19"], POOR, POOR, "Mastercard •••• 0007"),
            ("4000000000000036", &["12/20"], Challenge, REFUSED, "Visa •••• 0036"),
            ("5200000000000031", &["11/19"], Challenge, REFUSED, "Mastercard •••• 0031"),
            ("4111111111111152", &["12/40"], Challenge, Succeeded, "Visa •••• 1152"),
            ("4423610000000007", &["12/40"], Challenge, Succeeded, "Visa •••• 0007"),
        ];
        assert_eq!(table.len(), TEST_CARDS.len());
        let mut tokens = std::collections::HashSet::new();
        for (number, expiries, charged, approved, masked) in table {
            for expiry in expiries.iter().chain(&["03/26", "04/26", "01/99"]) {
                let token = GATEWAY.tokenize(&card(number, expiry), TODAY).unwrap();
                assert_eq!(token.masked, *masked);
                // At most the last four digits in a row, and not one more.
                let digits: String = token.token.chars().filter(char::is_ascii_digit).collect();
                assert_eq!(digits, number[12..], "{}", token.token);
                tokens.insert(token.token.clone());
                let charge = charge(CARD, Some(token.token));
                for _ in 0..2 {
                    assert_eq!(now(GATEWAY.charge(charge.clone())), *charged, "{number}");
                    assert_eq!(now(GATEWAY.inquire(charge.clone())), *charged, "{number}");
                    assert_eq!(now(GATEWAY.answer_challenge(charge.clone(), true)), *approved, "{number}");
                    let denied = match charged {
                        Challenge => Failed(Decline::NotAuthenticated),
                        other => *other,
                    };
                    assert_eq!(now(GATEWAY.answer_challenge(charge.clone(), false)), denied, "{number}");
                }
            }
            for expiry in ["02/26", "12/24", "11/20"] {
                assert_eq!(GATEWAY.tokenize(&card(number, expiry), TODAY), Err(CardRefused::Expiry), "{number}");
            }
        }
        assert_eq!(tokens.len(), TEST_CARDS.len());
    }

    #[test]
    fn a_published_date_is_good_for_its_own_card_only() {
        let refused = Err(CardRefused::Expiry);
        assert_eq!(GATEWAY.tokenize(&card("4111111111111111", "11/19"), TODAY), refused);
        assert_eq!(GATEWAY.tokenize(&card("4111111111111152", "12/20"), TODAY), refused);
        assert!(GATEWAY.tokenize(&card("6759649826438453", "12/25"), TODAY).is_ok());
    }

    #[test]
    fn any_other_number_is_refused() {
        for number in ["4242424242424242", "378282246310005", "4012888888881881", "5105105105105100"] {
            assert_eq!(GATEWAY.tokenize(&card(number, "12/40"), TODAY), Err(CardRefused::Number));
        }
        // 100,000 numbers from a fixed sequence (xorshift), given a check digit.
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..100_000 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let length = 11 + usize::try_from(state % 8).unwrap();
            let start = ["4", "51", "2221", "34", "6759", "411111111", "400000000", "520000000"];
            let mut number = start[usize::try_from((state >> 8) % 8).unwrap()].to_string();
            number.push_str(&format!("{:020}", state >> 3));
            number.truncate(length);
            let with_check_digit = |digit: u8| CardNumber::parse(&format!("{number}{digit}"));
            let number = (0..10).find_map(with_check_digit).unwrap();
            if TEST_CARDS.iter().any(|known| known.number == number.digits()) {
                continue;
            }
            let cvv = if number.brand() == Brand::Amex { "1234" } else { "123" };
            let cvv = Cvv::parse(cvv, number.brand()).unwrap();
            let card = Card { number, expiry: Expiry::parse("12/40").unwrap(), cvv };
            assert_eq!(GATEWAY.tokenize(&card, TODAY), Err(CardRefused::Number));
        }
    }

    #[test]
    fn methods_by_currency() {
        let of = |code: &str| {
            let methods = GATEWAY.methods(Currency::from_code(code).unwrap());
            methods.iter().map(|m| (m.id, m.key, m.takes_card)).collect::<Vec<_>>()
        };
        let others = [
            (24, "paypal", false),
            (10_001, "bank_transfer", false),
            (10_002, "gift_card", false),
            (10_003, "cash", false),
        ];
        assert_eq!(of("USD")[0], (1380, "card", true));
        assert_eq!(of("USD")[1..], others);
        assert_eq!(of("ZAR"), of("USD"));
        assert_eq!(of("KWD"), others);
        assert_eq!(GATEWAY.methods(Currency::from_code("EUR").unwrap())[0].name, "Credit/Debit Cards");
        assert_eq!(CARD_CURRENCIES.split(' ').count(), 60);
    }

    #[test]
    fn other_methods_succeed_and_unknown_ones_fail() {
        for method in &METHODS[1..] {
            let charge = charge(method.id, None);
            assert_eq!(now(GATEWAY.charge(charge.clone())), ChargeAnswer::Succeeded);
            assert_eq!(now(GATEWAY.inquire(charge.clone())), ChargeAnswer::Succeeded);
            assert_eq!(now(GATEWAY.answer_challenge(charge, false)), ChargeAnswer::Succeeded);
        }
        let refused = ChargeAnswer::Failed(Decline::Refused);
        for charge in [charge(CARD, None), charge(CARD, Some("4111111111111111".into())), charge(0, None)] {
            assert_eq!(now(GATEWAY.charge(charge.clone())), refused);
            assert_eq!(now(GATEWAY.inquire(charge.clone())), refused);
            assert_eq!(now(GATEWAY.answer_challenge(charge, true)), refused);
        }
    }

    #[test]
    fn saved_cards_are_charged_without_a_question() {
        for (number, answer) in [
            ("4111111111111111", ChargeAnswer::Succeeded),
            ("4000000000000010", ChargeAnswer::Succeeded),
            ("4000000000000002", ChargeAnswer::Failed(Decline::InsufficientFunds)),
            ("4000000000000036", ChargeAnswer::Failed(Decline::Refused)),
        ] {
            let kept = GATEWAY.keep(&GATEWAY.tokenize(&card(number, "12/40"), TODAY).unwrap().token);
            assert_eq!(GATEWAY.keep(&kept), kept, "saved once");
            for _ in 0..2 {
                assert_eq!(now(GATEWAY.charge(charge(CARD, Some(kept.clone())))), answer, "{number}");
                assert_eq!(now(GATEWAY.inquire(charge(CARD, Some(kept.clone())))), answer, "{number}");
            }
        }
        for (why, token) in GATEWAY.declining() {
            assert_eq!(now(GATEWAY.charge(charge(CARD, Some(token)))), ChargeAnswer::Failed(why));
        }
        assert_eq!(GATEWAY.keep(""), "", "methods without a card");
    }

    #[test]
    fn refunds_succeed() {
        let give_back = GiveBack {
            project: ProjectId::new(1).unwrap(),
            refund: RefundId::new(1).unwrap(),
            attempt: AttemptId::new(1).unwrap(),
            amount: Money::new(1, Currency::from_code("USD").unwrap()),
        };
        assert_eq!(now(GATEWAY.refund(give_back)), RefundAnswer::Succeeded);
    }
}
