//! Letters, from what they are about to the mail server.

use coinslot_app::mail::Letter;
use coinslot_app::port::{Later, Post};
use coinslot_domain::mail::Posted;
use coinslot_worker::smtp::{Mail, Smtp};

/// Sends letters by a mail server.
pub struct Mailer(pub Smtp);

impl Post for Mailer {
    fn send(&self, letter: Letter) -> Later<'_, Posted> {
        let (subject, text) = coinslot_paystation::mail::write(&letter);
        let id = format!("payment-{}.{}", letter.payment.id, letter.payment.project);
        let mail = Mail { to: letter.to, from_name: letter.seller, subject, text, id };
        Box::pin(async move { self.0.send(&mail).await })
    }
}
