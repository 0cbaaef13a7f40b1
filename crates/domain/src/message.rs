//! What a merchant is told that no webhook tells.

use crate::id::{MessageId, PaymentId, ProjectId};
use crate::time::Time;

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Good to know.
    Info,
    /// Somebody may want to look.
    Warning,
    /// Somebody has to do something.
    Error,
}

impl Level {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// A bank said no; the detail is why.
    PaymentDeclined,
    /// A webhook was refused, or given up; the detail is its type.
    WebhookFailed,
    /// Money was given back; the detail is why.
    Refund,
    /// The bank called a payment back.
    Chargeback,
    /// A project was added.
    ProjectCreated,
    /// A project's settings were changed.
    ProjectUpdated,
}

impl MessageKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::PaymentDeclined,
        Self::WebhookFailed,
        Self::Refund,
        Self::Chargeback,
        Self::ProjectCreated,
        Self::ProjectUpdated,
    ];

    /// Its name, in the database and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            MessageKind::PaymentDeclined => "payment_declined",
            MessageKind::WebhookFailed => "webhook_failed",
            MessageKind::Refund => "refund",
            MessageKind::Chargeback => "chargeback",
            MessageKind::ProjectCreated => "project_created",
            MessageKind::ProjectUpdated => "project_updated",
        }
    }

    /// The kind of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.name() == name)
    }

    /// How much it matters.
    pub fn level(self) -> Level {
        match self {
            MessageKind::Refund | MessageKind::ProjectCreated | MessageKind::ProjectUpdated => Level::Info,
            MessageKind::PaymentDeclined | MessageKind::Chargeback => Level::Warning,
            MessageKind::WebhookFailed => Level::Error,
        }
    }
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Where it belongs.
    pub project: ProjectId,
    /// The number of what it is about: an attempt, an event, a refund or a
    /// change.
    pub id: MessageId,
    /// When it happened.
    pub at: Time,
    /// What it is about.
    pub kind: MessageKind,
    /// The payment, if there is one.
    pub payment: Option<PaymentId>,
    /// What the kind says it is.
    pub detail: String,
}

impl Message {
    /// The message in words.
    pub fn text(&self) -> String {
        let payment = self.payment.map(|id| id.to_string()).unwrap_or_default();
        let detail = &self.detail;
        match self.kind {
            MessageKind::PaymentDeclined => format!("Transaction {payment} was declined: {detail}"),
            MessageKind::WebhookFailed => {
                let of = if payment.is_empty() { String::new() } else { format!(" of transaction {payment}") };
                format!("The webhook {detail}{of} was not acknowledged and is not sent again by itself")
            }
            MessageKind::Refund => format!("Money of transaction {payment} was given back: {detail}"),
            MessageKind::Chargeback => format!("The bank called transaction {payment} back"),
            MessageKind::ProjectCreated => "The project was added".to_string(),
            MessageKind::ProjectUpdated => "The project's settings were changed".to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_words() {
        for kind in MessageKind::ALL {
            assert_eq!(MessageKind::from_name(kind.name()), Some(kind));
            let (project, id) = (ProjectId::new(1).unwrap(), MessageId::new(1).unwrap());
            let payment = Some(PaymentId::new(77).unwrap());
            let message = Message { project, id, at: Time(0), kind, payment, detail: "because".into() };
            let project = matches!(kind, MessageKind::ProjectCreated | MessageKind::ProjectUpdated);
            assert_eq!(message.text().contains("77"), !project);
        }
        let message = Message {
            project: ProjectId::new(1).unwrap(),
            id: MessageId::new(1).unwrap(),
            at: Time(0),
            kind: MessageKind::WebhookFailed,
            payment: None,
            detail: "user_validation".into(),
        };
        assert!(message.text().starts_with("The webhook user_validation was not"));
    }
}
