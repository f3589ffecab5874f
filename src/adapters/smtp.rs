//! Hands one message at a time to the provider's own mail server (RFC 5321, STARTTLS by RFC 3207).
//!
//! Plain text, UTF-8, without attachments, with a Message-ID that stays the same when a message is
//! sent again. Refuses to send a password over a line that is not TLS, but to this machine itself. An
//! answer in the 500s is for good, unless it is about our own login; everything else is tried again. Next: `jobs::mail`.

use std::time::Duration;

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox,
        header::{ContentType, Header, HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
    },
};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

/// So long a server may take to be reached, and for a message in all: one that falls silent is away.
const PATIENCE: Duration = Duration::from_secs(30);

/// How the line to the server is kept private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineSecurity {
    /// TLS from the first byte (RFC 8314).
    Tls,
    /// Plain at first, then TLS or nothing.
    StartTls,
    /// Plain: to this machine alone.
    Plain,
}

/// The server, and as whom it is used.
#[derive(Clone, Debug)]
pub struct MailServer {
    pub host: String,
    pub port: u16,
    pub security: LineSecurity,
    /// A certificate authority of the provider's own, PEM, beside those of the system.
    pub authority: Option<Vec<u8>>,
    pub login: Option<(String, SecretString)>,
    /// Whom messages are from: an address, and the name before it.
    pub from: (String, String),
}

/// Why a message did not go out.
#[derive(Debug, thiserror::Error)]
pub enum NotSent {
    #[error("the mail server could not be used as configured")]
    Setup(#[source] lettre::transport::smtp::Error),
    #[error("this is no mail address")]
    NoAddress(#[source] lettre::address::AddressError),
    #[error("the message could not be written")]
    Unwritten(#[source] lettre::error::Error),
    /// It may be taken later.
    #[error("the mail server did not take the message this time")]
    Later(#[source] lettre::transport::smtp::Error),
    #[error("the mail server fell silent")]
    Silent,
    #[error("the mail server refuses the message")]
    Never(#[source] lettre::transport::smtp::Error),
}

/// Sends one message.
pub async fn send(server: &MailServer, to: &str, id: Uuid, subject: &str, body: &str) -> Result<(), NotSent> {
    let to = Mailbox::new(None, to.parse().map_err(NotSent::NoAddress)?);
    let (address, name) = &server.from;
    let from = Mailbox::new(Some(name.clone()), address.parse().map_err(NotSent::NoAddress)?);
    let domain = from.email.domain().to_owned();
    let message = Message::builder()
        .from(from)
        .to(to)
        .message_id(Some(format!("<{id}@{domain}>")))
        .subject(subject)
        .header(ContentType::TEXT_PLAIN)
        .header(AutoSubmitted)
        .body(body.to_owned())
        .map_err(NotSent::Unwritten)?;
    let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host).port(server.port).timeout(Some(PATIENCE));
    let parameters = || {
        let mut parameters = TlsParameters::builder(server.host.clone());
        if let Some(authority) = &server.authority {
            parameters = parameters.add_root_certificate(Certificate::from_pem(authority).map_err(NotSent::Setup)?);
        }
        parameters.build().map_err(NotSent::Setup)
    };
    transport = transport.tls(match server.security {
        LineSecurity::Tls => Tls::Wrapper(parameters()?),
        LineSecurity::StartTls => Tls::Required(parameters()?),
        LineSecurity::Plain => Tls::None,
    });
    if let Some((user, password)) = &server.login {
        transport = transport.credentials(Credentials::new(user.clone(), password.expose_secret().to_owned()));
    }
    let Ok(sent) = tokio::time::timeout(PATIENCE, transport.build().send(message)).await else { return Err(NotSent::Silent) };
    match sent {
        Ok(_) => Ok(()),
        Err(error) if error.is_permanent() && !is_about_login(&error) => Err(NotSent::Never(error)),
        Err(error) => Err(NotSent::Later(error)),
    }
}

/// RFC 4954 section 6: a password that changed is put right, and the message goes out then.
fn is_about_login(error: &lettre::transport::smtp::Error) -> bool {
    error.status().is_some_and(|code| matches!(u16::from(code), 530 | 534 | 535 | 538))
}

/// RFC 3834: nobody's absence notice answers it.
#[derive(Clone, Copy)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}
