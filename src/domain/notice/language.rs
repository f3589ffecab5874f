//! The languages of the public's pages, and their words by Fluent (projectfluent.org).
//!
//! Refuses nothing at run time: a message that isn't there shows its name, and a test makes sure that
//! every language has every message.

use std::cell::RefCell;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};
use unic_langid::LanguageIdentifier;

/// A language the notice is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    English,
    Welsh,
    Polish,
}

impl Language {
    pub const ALL: [Self; 3] = [Self::English, Self::Welsh, Self::Polish];

    /// As in addresses and in `lang` (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en-GB",
            Self::Welsh => "cy",
            Self::Polish => "pl",
        }
    }

    /// In its own words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Welsh => "Cymraeg",
            Self::Polish => "Polski",
        }
    }

    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    const fn source(self) -> &'static str {
        match self {
            Self::English => include_str!("en-GB.ftl"),
            Self::Welsh => include_str!("cy.ftl"),
            Self::Polish => include_str!("pl.ftl"),
        }
    }
}

/// A language's messages.
pub(super) struct Words {
    bundle: RefCell<FluentBundle<FluentResource>>,
}

impl Words {
    pub fn of(language: Language) -> Self {
        let id: LanguageIdentifier = language.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new(vec![id]);
        // Marks around inserted names would be read out, and printed, as rubbish.
        bundle.set_use_isolating(false);
        let (Ok(resource) | Err((resource, _))) = FluentResource::try_new(language.source().to_owned());
        bundle.add_resource_overriding(resource);
        Self { bundle: RefCell::new(bundle) }
    }

    pub fn say(&self, message: &str, facts: &[(&str, &str)]) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in facts {
            args.set(*name, *value);
        }
        self.format(message, &args)
    }

    /// `count` of something, in the language's own plural.
    pub fn count(&self, message: &str, count: i64) -> String {
        let mut args = FluentArgs::new();
        args.set("count", count);
        self.format(message, &args)
    }

    fn format(&self, message: &str, args: &FluentArgs<'_>) -> String {
        let bundle = self.bundle.borrow();
        let Some(pattern) = bundle.get_message(message).and_then(|found| found.value()) else { return message.to_owned() };
        bundle.format_pattern(pattern, Some(args), &mut Vec::new()).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn messages(language: Language) -> BTreeSet<String> {
        let (Ok(resource) | Err((resource, _))) = FluentResource::try_new(language.source().to_owned());
        assert!(resource.entries().count() > 20, "{language:?} was not understood");
        language
            .source()
            .lines()
            .filter_map(|line| line.split_once(" ="))
            .map(|(name, _)| name.to_owned())
            .filter(|name| !name.contains(' '))
            .collect()
    }

    #[test]
    fn every_language_parses_and_has_every_message() {
        let english = messages(Language::English);
        for language in Language::ALL {
            assert!(FluentResource::try_new(language.source().to_owned()).is_ok(), "{language:?}");
            assert_eq!(messages(language), english, "{language:?}");
        }
    }

    #[test]
    fn plurals_are_those_of_the_language() {
        let day = |language, count| Words::of(language).count("days", count);
        assert_eq!((day(Language::English, 1), day(Language::English, 31)), ("1 day".into(), "31 days".into()));
        assert_eq!((day(Language::Polish, 1), day(Language::Polish, 30)), ("1 dzień".into(), "30 dni".into()));
        assert_eq!(day(Language::Welsh, 2), "2 ddiwrnod");
    }
}
