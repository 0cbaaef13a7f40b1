//! Letters on their way out: handed to the one mail server that the operator
//! named.

use coinslot_domain::mail::Posted;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::Error;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::time::Duration;

/// A letter, written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Where it goes.
    pub to: String,
    /// The name beside our address: who sells.
    pub from_name: String,
    /// What it is about.
    pub subject: String,
    /// What it says, as plain text.
    pub text: String,
    /// What tells it from any other and stays the same when it is sent again,
    /// before the `@` of its `Message-ID`.
    pub id: String,
}

/// How long a mail server may take to do one thing.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A mail server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
}

impl Smtp {
    /// A mail server at `url`: `smtps://user:password@host:465`,
    /// `smtp://user:password@host:587?tls=required`, or `smtp://host:25` in the
    /// clear. Letters come from the address `from`.
    ///
    /// # Errors
    /// Says which of the two is not understood, and never the password.
    pub fn new(url: &str, from: &str) -> Result<Self, String> {
        let from = from.parse().map_err(|e| format!("mail_from is no mail address: {e}"))?;
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url);
        let builder = builder.map_err(|e| format!("smtp_url is not understood: {e}"))?;
        Ok(Smtp { transport: builder.timeout(Some(TIMEOUT)).build(), from })
    }

    /// Hands a letter over.
    pub async fn send(&self, mail: &Mail) -> Posted {
        let message = match self.message(mail) {
            Ok(message) => message,
            Err(why) => return Posted::Refused(why),
        };
        match self.transport.send(message).await {
            Ok(_) => Posted::Sent,
            Err(e) if e.is_permanent() => Posted::Refused(said(&e)),
            Err(e) => Posted::Later(said(&e)),
        }
    }

    fn message(&self, mail: &Mail) -> Result<Message, String> {
        let to: Address = mail.to.parse().map_err(|e| format!("the player's address is none: {e}"))?;
        // No name may begin another header.
        let line = |text: &str| text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
        Message::builder()
            .from(Mailbox::new(Some(line(&mail.from_name)), self.from.clone()))
            .to(Mailbox::new(None, to))
            .subject(line(&mail.subject))
            .message_id(Some(format!("<{}@{}>", mail.id, self.from.domain())))
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.clone())
            .map_err(|e| format!("the letter could not be written: {e}"))
    }
}

fn said(e: &Error) -> String {
    let mut text = e.to_string();
    let mut cause = std::error::Error::source(e);
    while let Some(e) = cause {
        text = format!("{text}: {e}");
        cause = e.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    use tokio::net::TcpListener;

    /// A mail server that answers the recipient as it is told, and what it was
    /// told itself.
    async fn server(rcpt: &'static str) -> (String, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let told = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let (read, mut write) = stream.into_split();
            let mut lines = BufReader::new(read).lines();
            let mut told = String::new();
            let mut letter = false;
            write.write_all(b"220 mail.example ESMTP\r\n").await.unwrap();
            while let Some(line) = lines.next_line().await.unwrap() {
                told.push_str(&line);
                told.push('\n');
                let answer = match line.split([' ', ':']).next().unwrap() {
                    _ if letter && line != "." => continue,
                    "." => {
                        letter = false;
                        "250 taken"
                    }
                    "EHLO" => "250 mail.example",
                    "RCPT" => rcpt,
                    "DATA" => {
                        letter = true;
                        "354 go on"
                    }
                    "QUIT" => "221 bye",
                    _ => "250 fine",
                };
                write.write_all(answer.as_bytes()).await.unwrap();
                write.write_all(b"\r\n").await.unwrap();
                if answer.starts_with("221") {
                    break;
                }
            }
            told
        });
        (url, told)
    }

    fn mail(to: &str) -> Mail {
        Mail {
            to: to.into(),
            from_name: "Starfall\r\nBcc: everyone@example.com".into(),
            subject: "Ваша покупка\nX-Evil: 1".into(),
            text: "Спасибо!\n.\nKey: AAAA-1\n".into(),
            id: "payment-7.18404".into(),
        }
    }

    #[tokio::test]
    async fn a_letter_is_taken_and_can_be_told_from_any_other() {
        let (url, told) = server("250 fine").await;
        let smtp = Smtp::new(&url, "shop@pay.example").unwrap();
        assert_eq!(smtp.send(&mail("ann@example.com")).await, Posted::Sent);
        drop(smtp);
        let told = told.await.unwrap();
        assert!(told.contains("MAIL FROM:<shop@pay.example>") && told.contains("RCPT TO:<ann@example.com>"), "{told}");
        assert!(told.contains("Message-ID: <payment-7.18404@pay.example>"), "{told}");
        for line in told.lines() {
            assert!(!line.starts_with("Bcc:") && !line.starts_with("X-Evil:"), "a name began a header: {told}");
        }
    }

    #[tokio::test]
    async fn what_is_refused_for_good_is_told_from_what_is_not() {
        let (url, _told) = server("550 nobody of that name").await;
        let smtp = Smtp::new(&url, "shop@pay.example").unwrap();
        let posted = smtp.send(&mail("ann@example.com")).await;
        assert!(matches!(&posted, Posted::Refused(why) if why.contains("nobody of that name")), "{posted:?}");

        let (url, _told) = server("451 later").await;
        let smtp = Smtp::new(&url, "shop@pay.example").unwrap();
        assert!(matches!(smtp.send(&mail("ann@example.com")).await, Posted::Later(_)));

        // Nobody listens there.
        let smtp = Smtp::new("smtp://127.0.0.1:1", "shop@pay.example").unwrap();
        assert!(matches!(smtp.send(&mail("ann@example.com")).await, Posted::Later(_)));
        for address in ["", "ann", "ann@", "ann@example.com, bob@example.com"] {
            assert!(matches!(smtp.send(&mail(address)).await, Posted::Refused(_)), "{address}");
        }
    }

    #[test]
    fn settings_are_checked_and_no_password_is_said() {
        assert!(Smtp::new("smtps://user:geheim@mail.example:465", "shop@pay.example").is_ok());
        assert!(Smtp::new("smtp://user:geheim@mail.example:587?tls=required", "shop@pay.example").is_ok());
        for (url, from) in [("http://user:geheim@mail.example", "shop@pay.example"), ("smtp://mail.example", "shop")] {
            let why = Smtp::new(url, from).err().unwrap();
            assert!(!why.contains("geheim"), "{why}");
        }
    }
}
