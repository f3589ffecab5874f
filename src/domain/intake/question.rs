//! The questions and their words. The police's follow the form of law.md, section (c).
//!
//! Only what a search or an answer needs is asked for; `needed` holds what to write instead of nothing.

use super::{AREA_MAX, Errand, LINE_MAX, STORY_MAX};

/// One page.
#[derive(Debug)]
pub struct Question {
    /// As in addresses.
    pub tag: &'static str,
    pub title: &'static str,
    pub hint: &'static str,
    pub fields: &'static [Field],
    pub rule: Rule,
}

/// What holds between the fields of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    Each,
    /// One at least; else this is what to write.
    AnyOf(&'static str),
    /// Two times of the day that was given.
    Span,
}

#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    pub form: Form,
    /// What to write when it is left empty; None where it may be.
    pub needed: Option<&'static str>,
    /// HTML's autocomplete token (WCAG 1.3.5), or empty.
    pub autocomplete: &'static str,
}

#[derive(Clone, Copy, Debug)]
pub enum Form {
    Line,
    Area,
    /// A longer text.
    Story,
    Email,
    Telephone,
    Day,
    Hour,
    /// One of these: value and words.
    One(&'static [(&'static str, &'static str)]),
    Any(&'static [(&'static str, &'static str)]),
    /// Any of the cameras' places.
    Places,
}

impl Form {
    /// The most characters an answer may have.
    pub const fn longest(self) -> usize {
        match self {
            Self::Area => AREA_MAX,
            Self::Story => STORY_MAX,
            _ => LINE_MAX,
        }
    }
}

const fn field(name: &'static str, label: &'static str, form: Form) -> Field {
    Field { name, label, hint: "", form, needed: None, autocomplete: "" }
}

impl Field {
    const fn hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }
    const fn needed(self, instead: &'static str) -> Self {
        Self { needed: Some(instead), ..self }
    }
    const fn filled_by(self, autocomplete: &'static str) -> Self {
        Self { autocomplete, ..self }
    }
}

const fn page(tag: &'static str, title: &'static str, hint: &'static str, fields: &'static [Field]) -> Question {
    Question { tag, title, hint, fields, rule: Rule::Each }
}

const FOR: Question = page(
    "for-whom",
    "Who is the request for?",
    "",
    &[field("for", "Who is the request for?", Form::One(&[("me", "Myself"), ("other", "Somebody else, for whom I may act")]))
        .needed("Choose whether you ask for yourself or for somebody else")],
);
const OTHER: Question = page(
    "other-person",
    "Whom do you act for?",
    "We may have to see their written permission, or that you hold parental responsibility or power of attorney. If so, we will ask.",
    &[
        field("other-name", "Their full name", Form::Line).needed("Write the full name of the person you act for"),
        field("other-right", "Why you may act for them", Form::Area)
            .hint("For example: I am the mother, and my child is 9; or: I am their solicitor.")
            .needed("Write why you may act for them, like “I am the mother”"),
    ],
);
const NAME: Question = page(
    "name",
    "What is your full name?",
    "",
    &[field("name", "Full name", Form::Line).needed("Write your first and last name").filled_by("name")],
);
const CONTACT: Question = Question {
    tag: "contact",
    title: "How can we reach you?",
    hint: "One way is enough. If we know you by it already, we usually need no proof of who you are.",
    fields: &[
        field("email", "Email address", Form::Email).filled_by("email"),
        field("phone", "Telephone number", Form::Telephone).filled_by("tel"),
        field("post", "Postal address", Form::Area).filled_by("street-address"),
    ],
    rule: Rule::AnyOf("Give an email address, a telephone number or a postal address"),
};
const PLACE: Question = Question {
    tag: "place",
    title: "Where was it?",
    hint: "Choose every place that fits, or tell us in your own words.",
    fields: &[
        field("places", "Places with a camera", Form::Places),
        field("place-words", "Another place, or more exactly where", Form::Area),
    ],
    rule: Rule::AnyOf("Choose a place, or write where it was, like “at the bins behind block B”"),
};
const DAY: Question = page(
    "day",
    "On which day was it?",
    "If it went past midnight, give the day it began.",
    &[field("day", "Date", Form::Day).hint("For example, 27 3 2026").needed("Write the date with day, month and year, like 27 3 2026")],
);
const TIMES: Question = Question {
    tag: "times",
    title: "Between which times?",
    hint: "As a clock on the wall showed them. If you are not sure, begin earlier and end later. A time at or before the first counts as the next day.",
    fields: &[
        field("from", "From", Form::Hour).hint("For example, 9:30 am or 21:30").needed("Write when it began, like 9:30 am or 21:30"),
        field("until", "Until", Form::Hour).hint("For example, 10 am or 22:15").needed("Write when it ended, like 10 am or 22:15"),
    ],
    rule: Rule::Span,
};
const WHICH_HOUR: Question = page(
    "which-hour",
    "Which of the two hours do you mean?",
    "That night the clocks went back, so the hour between 1 am and 2 am happened twice.",
    &[field(
        "which-hour",
        "Which of the two hours do you mean?",
        Form::One(&[
            ("first", "The first, before the clocks went back (BST)"),
            ("second", "The second, after the clocks went back (GMT)"),
            ("unsure", "I don’t know: look at both"),
        ]),
    )
    .needed("Choose the first hour, the second, or that you don’t know")],
);
const LOOKS: Question = page(
    "looks",
    "What did you look like?",
    "It helps us to find you: clothes, bags, a pushchair, a dog, who was with you. It is deleted after your request is closed.",
    &[field("looks", "Description", Form::Area).needed("Write what you wore, like “red coat, blue rucksack”")],
);
const VEHICLE: Question = page(
    "vehicle",
    "Was there a vehicle?",
    "You can leave this empty.",
    &[field("vehicle", "Registration number, or make and colour", Form::Line)],
);
const HELP: Question = page(
    "help",
    "Do you need our answer in another form?",
    "You can leave this empty. It costs nothing.",
    &[
        field(
            "help",
            "I would like",
            Form::Any(&[
                ("large-print", "Large print"),
                ("easy-read", "Easy Read"),
                ("audio", "Audio"),
                ("bsl", "British Sign Language"),
                ("language", "Another language"),
                ("phone", "To be called instead of written to"),
            ]),
        ),
        field("help-words", "Anything else we should do for you", Form::Area),
    ],
);
const COMPLAINT: Question = page(
    "about",
    "What is your complaint about?",
    "",
    &[
        field("about", "What happened", Form::Story).needed("Write what happened, in your own words"),
        field("wish", "What should we do about it?", Form::Area),
    ],
);
const OBJECTION: Question = page(
    "about",
    "What do you object to?",
    "Tell us what it does to you: we must stop unless our reasons are more compelling than yours.",
    &[field("about", "What you object to, and why", Form::Story).needed("Write what you object to, and why")],
);

const FORCE: Question = page(
    "force",
    "Which force do you belong to?",
    "",
    &[
        field("force", "Force or organisation", Form::Line)
            .needed("Write the name of your force, like West Mercia Police")
            .filled_by("organization"),
        field("department", "Department or station", Form::Line),
    ],
);
const OFFICER: Question = page(
    "officer",
    "Who are you?",
    "",
    &[
        field("name", "Full name", Form::Line).needed("Write your first and last name").filled_by("name"),
        field("rank", "Rank", Form::Line).needed("Write your rank, like Police Constable"),
        field("collar", "Collar or warrant number", Form::Line).needed("Write your collar or warrant number"),
    ],
);
const OFFICER_CONTACT: Question = page(
    "contact",
    "How can we reach you?",
    "We verify an address that we don’t know by a call to the force’s switchboard.",
    &[
        field("email", "Official email address", Form::Email)
            .needed("Write your official email address, like name@force.police.uk")
            .filled_by("email"),
        field("phone", "Telephone number", Form::Telephone).filled_by("tel"),
        field("post", "Postal address", Form::Area).filled_by("street-address"),
    ],
);
const CRIME: Question = page(
    "crime",
    "What is being investigated?",
    "We cannot give footage without a particular incident.",
    &[
        field("crime-reference", "Crime, occurrence or log reference", Form::Line).needed("Write the crime, occurrence or log reference"),
        field("offence", "Offence or alleged offence", Form::Line)
            .needed("Write the offence, or “disclosure would prejudice the investigation”"),
    ],
);
const SOUGHT: Question = page(
    "sought",
    "What do you need?",
    "",
    &[
        field("sought", "What you need", Form::Any(&[("footage", "Footage"), ("stills", "Still pictures"), ("viewing", "Viewing only")]))
            .needed("Choose footage, still pictures or viewing"),
        field("looks", "Description of people or events", Form::Area)
            .needed("Write whom or what you look for, like “two men with a ladder”"),
        field("vehicle", "Vehicle registration", Form::Line),
    ],
);
const SUBJECT: Question = page(
    "person",
    "Is the person known?",
    "You can leave this empty.",
    &[
        field("subject", "Name, if known", Form::Line),
        field(
            "subject-role",
            "Their part",
            Form::Any(&[
                ("suspect", "Suspect"),
                ("victim", "Victim"),
                ("witness", "Witness"),
                ("child", "A child"),
                ("vulnerable", "Vulnerable"),
            ]),
        ),
    ],
);
const PURPOSE: Question = page(
    "purpose",
    "What is the footage needed for?",
    "Data Protection Act 2018, Schedule 2, Part 1, paragraph 2.",
    &[field(
        "purpose",
        "Purpose",
        Form::Any(&[
            ("prevention", "Prevention or detection of crime"),
            ("prosecution", "Apprehension or prosecution of offenders"),
            ("tax", "Assessment or collection of a tax or duty"),
        ]),
    )
    .needed("Choose at least one purpose")],
);
const NECESSARY: Question = page(
    "necessary",
    "Why is it necessary and proportionate?",
    "",
    &[
        field("necessary", "Why the footage is necessary and proportionate", Form::Area)
            .needed("Write why the footage is necessary and proportionate"),
        field("elsewhere", "Why it can’t be obtained otherwise", Form::Area).needed("Write why it can’t be obtained otherwise"),
        field("task", "Public task", Form::Any(&[("yes", "The data is needed for my organisation’s public task or official function")]))
            .needed("Tick that it is needed for your public task; else it is not ours to give"),
    ],
);
const COMPULSION: Question = page(
    "compulsion",
    "Is there an order?",
    "",
    &[field(
        "compulsion",
        "Order",
        Form::One(&[
            ("none", "No, this is a request"),
            ("production", "A production order"),
            ("warrant", "A warrant"),
            ("court", "A court order"),
        ]),
    )
    .needed("Choose whether there is an order, and which")],
);
const ORDER: Question = page(
    "order",
    "Which order is it?",
    "We ask you for a copy before anything is handed over.",
    &[field("order", "Court, date and number", Form::Line).needed("Write the court, the date and the number of the order")],
);
const PREJUDICE: Question = page(
    "prejudice",
    "Would telling the person prejudice the purpose?",
    "",
    &[
        field("prejudice", "Prejudice", Form::One(&[("yes", "Yes, do not tell them"), ("no", "No")])).needed("Choose yes or no"),
        field("prejudice-reason", "If yes, why", Form::Area),
    ],
);
const URGENCY: Question = page(
    "urgency",
    "How urgent is it?",
    "In a threat to life, call us: the form can follow.",
    &[
        field(
            "urgency",
            "Urgency",
            Form::One(&[("life", "There is a threat to life"), ("custody", "Somebody is in custody"), ("routine", "Routine")]),
        )
        .needed("Choose how urgent it is"),
        field("needed-by", "Needed by", Form::Line).hint("For example, 27 March 2026, 6 pm"),
    ],
);
const DELIVERY: Question = page(
    "delivery",
    "How shall we deliver it?",
    "",
    &[
        field(
            "delivery",
            "Delivery",
            Form::One(&[
                ("dems", "By your force’s upload link"),
                ("link", "By our secure link"),
                ("disk", "On an encrypted drive, handed over"),
            ]),
        )
        .needed("Choose how we shall deliver it"),
        field("handling", "How long you keep it, and how it is handled", Form::Area),
    ],
);
const DECLARATION: Question = page(
    "declaration",
    "Declaration and authority",
    "Your authoriser is an inspector or above, or whom your force’s policy names.",
    &[
        field("authoriser", "Authoriser’s full name", Form::Line).needed("Write the full name of whoever authorised this request"),
        field("authoriser-rank", "Authoriser’s rank", Form::Line).needed("Write the authoriser’s rank, like Inspector"),
        field("declared", "Declaration", Form::Any(&[("yes", "What I have written is correct to the best of my knowledge")]))
            .needed("Tick that what you have written is correct"),
    ],
);

/// All that an errand may ask, in order.
pub(super) const fn of(errand: Errand) -> &'static [&'static Question] {
    match errand {
        Errand::Access => &[&FOR, &OTHER, &NAME, &CONTACT, &PLACE, &DAY, &TIMES, &WHICH_HOUR, &LOOKS, &VEHICLE, &HELP],
        Errand::Police => &[
            &FORCE,
            &OFFICER,
            &OFFICER_CONTACT,
            &CRIME,
            &PLACE,
            &DAY,
            &TIMES,
            &WHICH_HOUR,
            &SOUGHT,
            &SUBJECT,
            &PURPOSE,
            &NECESSARY,
            &COMPULSION,
            &ORDER,
            &PREJUDICE,
            &URGENCY,
            &DELIVERY,
            &DECLARATION,
        ],
        Errand::Complaint => &[&NAME, &CONTACT, &COMPLAINT, &HELP],
        Errand::Objection => &[&NAME, &CONTACT, &PLACE, &OBJECTION, &HELP],
    }
}
