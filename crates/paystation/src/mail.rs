//! What letters say, in the player's language.

use crate::form;
use crate::locale::Text;
use coinslot_app::mail::Letter;
use coinslot_app::port::{Caught, Later, Post};
use coinslot_domain::mail::Posted;
use coinslot_domain::purchase::{Line, LineKind};
use coinslot_domain::tax::TaxKind;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// A letter, written: what it is about and what it says.
pub fn write(letter: &Letter) -> (String, String) {
    let t = Text::choose(letter.language.as_deref(), None, None);
    let (order, payment) = (&letter.order, &letter.payment);
    let mut lines: Vec<String> = vec![t.a("mail-thanks", "seller", &letter.seller), String::new()];
    if payment.dry_run {
        lines.extend([t.s("sandbox-hint"), String::new()]);
    }
    // A renewal is described by its plan's name, which its line says, too.
    lines.extend(order.description.clone().filter(|what| order.lines.iter().all(|line| line.name != *what)));
    lines.extend(order.lines.iter().map(|line| good(t, line)));
    if !letter.keys.is_empty() {
        lines.push(String::new());
        for key in &letter.keys {
            let what = format!("{} ({})", key.game, key.place);
            lines.push(format!("{}: {}", t.a("key-for", "what", &what), t.ltr(&key.code)));
        }
    }
    lines.push(String::new());
    let breakdown = &payment.breakdown;
    let rule = &breakdown.tax_rule;
    if breakdown.tax.minor != 0 {
        let label = match rule.kind {
            TaxKind::Vat => t.a("tax-included", "rate", &t.rate(&rule.rate)),
            TaxKind::SalesTax => t.a("tax-added", "rate", &t.rate(&rule.rate)),
        };
        lines.push(format!("{label}: {}", t.money(&breakdown.tax)));
    }
    lines.push(format!("{}: {}", t.s("total"), t.money(&breakdown.payment)));
    let with = match &payment.card {
        Some(card) => t.ltr(card),
        None => form::method_called(t, letter.method_key, letter.method),
    };
    lines.push(format!("{}: {with}", t.s("paid-with")));
    if let Some(at) = payment.paid_at {
        lines.push(format!("{}: {}", t.s("date"), t.moment(at)));
    }
    lines.push(format!("{}: {}", t.s("transaction"), t.ltr(&payment.id.to_string())));
    lines.push(String::new());
    (t.a("mail-subject", "seller", &letter.seller), lines.join("\n"))
}

fn good(t: Text, line: &Line) -> String {
    let quantity = match line.kind {
        LineKind::VirtualCurrency => Some(t.rate(&coinslot_domain::money::BasisPoints(line.quantity))),
        _ => (line.quantity != 1).then(|| line.quantity.to_string()),
    };
    let count = quantity.map(|n| format!(" × {n}")).unwrap_or_default();
    match line.is_content() {
        true => format!("  {}{count}", line.name),
        false => format!("{}{count}: {}", line.name, t.money(&line.price)),
    }
}

/// Letters that are kept to be looked at, and the oldest forgotten.
const KEPT: usize = 100;

/// The mail of a development server: it goes nowhere.
#[derive(Default)]
pub struct Catcher(Mutex<VecDeque<Caught>>);

impl Post for Catcher {
    fn send(&self, letter: Letter) -> Later<'_, Posted> {
        let (subject, text) = write(&letter);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_front(Caught { to: letter.to, subject, text });
        kept.truncate(KEPT);
        Box::pin(async { Posted::Sent })
    }

    fn caught(&self) -> Option<Vec<Caught>> {
        Some(self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect())
    }
}
