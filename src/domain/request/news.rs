//! What is told by mail: that there is news, never what it is.
//!
//! Mail is read by others: on a shared phone, at work, on the way. So no message names a person, a
//! reference, a camera or an answer; all of that stands behind reference and code. Old news is not
//! sent, so that a mail server named later doesn't bring up what was long settled. Next: `jobs::mail`.

use serde::{Deserialize, Serialize};

use super::state::State;

/// Older events than this are nobody's news, and what could not be sent for so long is given up.
pub const NEWS_SECONDS: i64 = 3 * 86_400;

/// What a requester is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// The request is here: a complaint has to be acknowledged (DPA 2018 section 164A), others deserve it.
    Received,
    /// Something is asked of them, and their time may stand still meanwhile.
    Asked,
    /// It takes longer, and the notice says why (UK GDPR Article 12A(3)).
    Later,
    Answered,
}

impl News {
    pub const ALL: [Self; 4] = [Self::Received, Self::Asked, Self::Later, Self::Answered];

    /// As stored, and as part of the JSON contract.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Asked => "asked",
            Self::Later => "later",
            Self::Answered => "answered",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|news| news.name() == name)
    }

    /// What an event in the books, by its name, tells a requester. `before` and `after` name the states
    /// around it. None for what goes on behind the counter.
    pub fn of(event: &str, before: Option<&str>, after: &str) -> Option<Self> {
        let answered = [State::Released, State::PartlyReleased, State::Refused].map(|state| state.name());
        match event {
            "receive" => Some(Self::Received),
            "ask_identity" | "ask_authority" | "ask_fee" | "ask_clarification" => Some(Self::Asked),
            "extend" => Some(Self::Later),
            "withdraw" => None,
            _ if answered.contains(&after) && before != Some(after) => Some(Self::Answered),
            "close" | "no_reply" => {
                let settled = before.is_some_and(|state| answered.contains(&state) || state == State::Withdrawn.name());
                (!settled).then_some(Self::Answered)
            }
            _ => None,
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::Received => "We have received what you sent us about CCTV.",
            Self::Asked => "We need something from you before we can go on with what you asked us.",
            Self::Later => "What you asked us takes longer than we thought. We tell you why.",
            Self::Answered => "There is an answer to what you asked us.",
        }
    }
}

/// Who writes, and where to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    pub site: String,
    /// Where the portal is opened; None without one.
    pub portal: Option<String>,
    pub phone: String,
}

/// A mail as it goes out: plain text alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    pub subject: String,
    pub body: String,
}

/// What a requester reads.
pub fn to_requester(news: News, sender: &Sender) -> Words {
    let look = match (&sender.portal, sender.phone.as_str()) {
        (Some(portal), _) => format!("Read it at {portal}/status with your reference and the code that came with it."),
        (None, "") => "We write to you by post as well.".to_owned(),
        (None, phone) => format!("Telephone {phone} and have your reference ready."),
    };
    let lost = match (&sender.portal, sender.phone.as_str()) {
        (Some(_), phone) if !phone.is_empty() => format!("\nIf you have lost them, telephone {phone}.\n"),
        _ => String::new(),
    };
    Words {
        subject: format!("News about what you asked {}", sender.site),
        body: format!(
            "{}\n\n{look}\n{lost}\nNothing about you is in this message, in case somebody else reads it. We never ask for your code by mail or on the telephone.\n\n{}\n",
            news.sentence(),
            sender.site
        ),
    }
}

/// What staff are told once a day while requests need somebody, and when they did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needing {
    pub overdue: usize,
    pub due_soon: usize,
    pub form_owed: usize,
}

impl Needing {
    pub const fn is_nothing(self) -> bool {
        self.overdue == 0 && self.due_soon == 0 && self.form_owed == 0
    }
}

/// The day's reminder.
pub fn to_staff(needing: Needing, site: &str) -> Words {
    let count = |number: usize, one: &str, many: &str| match number {
        0 => String::new(),
        1 => format!("1 {one}\n"),
        number => format!("{number} {many}\n"),
    };
    let lines = [
        count(needing.overdue, "request is OVERDUE", "requests are OVERDUE"),
        count(needing.due_soon, "request is due within days", "requests are due within days"),
        count(needing.form_owed, "urgent release still lacks its police form", "urgent releases still lack their police form"),
    ];
    let subject = if needing.overdue > 0 { format!("{site}: requests are overdue") } else { format!("{site}: requests need somebody") };
    Words { subject, body: format!("{}\nSign in to Holdfast and open Requests.\n", lines.concat()) }
}

/// What the data protection officer is told at once: footage was opened by somebody whose role doesn't see it.
pub fn of_emergency(site: &str) -> Words {
    Words {
        subject: format!("{site}: footage was opened in an emergency"),
        body: "Somebody whose role sees no footage has opened it for themselves.\n\nSign in to Holdfast and open Emergencies: who, when and why stand there, and you look at each opening.\n".to_owned(),
    }
}

/// What the installer's trial says.
pub fn of_trial(site: &str) -> Words {
    Words {
        subject: format!("{site}: mail from Holdfast works"),
        body: "Somebody tried whether Holdfast can send mail. It can; nothing has to be done.\n".to_owned(),
    }
}

/// Whether mail could be sent there: one @, a dot after it, no blank.
pub fn is_mail_address(text: &str) -> bool {
    let ends_well = |domain: &str| domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.');
    text.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && !domain.contains('@') && ends_well(domain))
        && !text.contains(char::is_whitespace)
}

/// The first mail address among the ways in which somebody can be reached.
pub fn address_in(contact: &str) -> Option<&str> {
    let ways = contact.split([';', ',', ' ', '\t', '\n']).map(|way| way.trim().trim_matches(['<', '>', '(', ')', '"', '.']));
    ways.into_iter().find(|way| is_mail_address(way))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asked_hears_of_what_concerns_them_once() {
        let of = |event, before, after: &State| News::of(event, before, after.name());
        assert_eq!(of("receive", None, &State::Received), Some(News::Received));
        for event in ["ask_identity", "ask_authority", "ask_fee", "ask_clarification"] {
            assert_eq!(of(event, Some("received"), &State::IdentityPending), Some(News::Asked), "{event}");
        }
        assert_eq!(of("extend", Some("searching"), &State::Searching), Some(News::Later));
        assert_eq!(of("approve", Some("reviewing"), &State::Refused), Some(News::Answered));
        assert_eq!(of("release", Some("ready"), &State::Released), Some(News::Answered));
        assert_eq!(of("close", Some("not_held"), &State::Closed), Some(News::Answered));
        assert_eq!(of("close", Some("released"), &State::Closed), None, "they know the answer");
        assert_eq!(of("close", Some("withdrawn"), &State::Closed), None, "they took it back");
        for behind in ["begin", "found", "decide", "write_letter", "pass", "fail", "send_back", "form", "withdraw"] {
            assert_eq!(of(behind, Some("searching"), &State::Reviewing { answer: None }), None, "{behind}");
        }
    }

    #[test]
    fn an_address_is_found_among_other_ways() {
        assert_eq!(address_in("01632 960 001; w@tenant.example; 1 Alder Court"), Some("w@tenant.example"));
        assert_eq!(address_in("Wilhelmina Tenant <w@tenant.example>."), Some("w@tenant.example"));
        assert_eq!(address_in("01632 960 001; 1 Alder Court @ the corner"), None);
    }

    #[test]
    fn a_message_says_where_to_look_and_nothing_else() {
        let mut sender =
            Sender { site: "Alder Court".into(), portal: Some("https://cctv.example.org".into()), phone: "0300 000 0000".into() };
        let words = to_requester(News::Answered, &sender);
        assert!(words.body.contains("https://cctv.example.org/status") && words.body.contains("0300 000 0000"), "{}", words.body);
        sender.portal = None;
        assert!(to_requester(News::Asked, &sender).body.contains("Telephone 0300 000 0000"));
        let reminder = to_staff(Needing { overdue: 1, due_soon: 2, form_owed: 0 }, "Alder Court");
        assert_eq!(reminder.body.lines().next(), Some("1 request is OVERDUE"));
        assert!(reminder.subject.contains("overdue") && !reminder.body.contains("police"), "{reminder:?}");
    }
}
