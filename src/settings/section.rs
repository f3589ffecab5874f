//! One table of the configuration being read: known keys are taken out with their place, and what
//! is left over at the end is unknown.

use std::ops::Range;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::Finding;

/// Everything found wrong so far, by place in the text.
pub struct Findings<'t> {
    text: &'t str,
    found: Vec<(usize, Finding)>,
}

impl<'t> Findings<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, found: Vec::new() }
    }

    pub fn add(&mut self, at: usize, sentence: impl Into<String>, instead: impl Into<String>) {
        let at = at.min(self.text.len());
        let before = self.text.get(..at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        self.found.push((at, Finding { line, column, sentence: sentence.into(), instead: instead.into() }));
    }

    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// In the order of the text.
    pub fn into_sorted(mut self) -> Vec<Finding> {
        self.found.sort_by_key(|(at, _)| *at);
        self.found.into_iter().map(|(_, finding)| finding).collect()
    }
}

/// A table, its name, and which keys were asked for.
pub struct Section<'a, 'i> {
    /// `recording`, `web.staff`, `camera`; empty for the whole file.
    name: &'static str,
    table: Option<&'a DeTable<'i>>,
    at: usize,
    known: Vec<&'static str>,
}

/// A value with its place.
pub struct Placed<T> {
    pub value: T,
    pub at: usize,
}

impl<'a, 'i> Section<'a, 'i> {
    pub fn new(name: &'static str, table: Option<&'a DeTable<'i>>, at: usize) -> Self {
        Self { name, table, at, known: Vec::new() }
    }

    pub const fn at(&self) -> usize {
        self.at
    }

    /// Whether the text has this table at all.
    pub const fn is_there(&self) -> bool {
        self.table.is_some()
    }

    fn full(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    fn value(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'i>>> {
        self.known.push(key);
        self.table?.get(key)
    }

    /// A table inside this one.
    pub fn section(&mut self, key: &'static str, name: &'static str, findings: &mut Findings<'_>) -> Section<'a, 'i> {
        let Some(value) = self.value(key) else { return Section::new(name, None, self.at) };
        let Range { start, .. } = value.span();
        match value.get_ref() {
            DeValue::Table(table) => Section::new(name, Some(table), start),
            other => {
                findings.add(
                    start,
                    format!("{} is a {}, but it is a section.", self.full(key), other.type_str()),
                    format!("Write [{name}] and its keys below it."),
                );
                Section::new(name, None, start)
            }
        }
    }

    /// A list of tables, `[[key]]`.
    pub fn sections(&mut self, key: &'static str, findings: &mut Findings<'_>) -> Vec<Section<'a, 'i>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let wrong = |findings: &mut Findings<'_>, at: usize| {
            findings.add(
                at,
                format!("{key} is written as something other than a list of sections."),
                format!("Write [[{key}]] with double brackets, once for each."),
            );
        };
        let DeValue::Array(items) = value.get_ref() else {
            wrong(findings, value.span().start);
            return Vec::new();
        };
        let mut sections = Vec::new();
        for item in items.iter() {
            match item.get_ref() {
                DeValue::Table(table) => sections.push(Section::new(key, Some(table), item.span().start)),
                _ => wrong(findings, item.span().start),
            }
        }
        sections
    }

    /// A text, if the key is there.
    pub fn text(&mut self, key: &'static str, findings: &mut Findings<'_>) -> Option<Placed<String>> {
        let value = self.value(key)?;
        let at = value.span().start;
        match value.get_ref() {
            DeValue::String(text) => Some(Placed { value: text.clone().into_owned(), at }),
            other => {
                findings.add(
                    at,
                    format!("{} is a {}, but it is a text.", self.full(key), other.type_str()),
                    format!("Write {key} = \"…\" with quotation marks."),
                );
                None
            }
        }
    }

    /// A text that must be there and say something.
    pub fn needed(&mut self, key: &'static str, example: &str, findings: &mut Findings<'_>) -> Option<Placed<String>> {
        let has_key = self.table.is_some_and(|table| table.get(key).is_some());
        let text = self.text(key, findings);
        if !has_key {
            findings.add(self.at, format!("{} is missing.", self.full(key)), format!("Write {key} = \"{example}\"."));
        }
        let text = text?;
        if text.value.trim().is_empty() {
            findings.add(text.at, format!("{} is blank.", self.full(key)), format!("Write {key} = \"{example}\"."));
            return None;
        }
        Some(text)
    }

    /// A list of texts.
    pub fn texts(&mut self, key: &'static str, findings: &mut Findings<'_>) -> Option<Vec<String>> {
        let value = self.value(key)?;
        let texts = match value.get_ref() {
            DeValue::Array(items) => items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect(),
            _ => None,
        };
        if texts.is_none() {
            let sentence = format!("{} is not a list of texts.", self.full(key));
            findings.add(value.span().start, sentence, format!("Write {key} = [\"…\", \"…\"]."));
        }
        texts
    }

    pub fn flag(&mut self, key: &'static str, findings: &mut Findings<'_>) -> Option<Placed<bool>> {
        let value = self.value(key)?;
        let at = value.span().start;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            findings.add(
                at,
                format!("{} is a {}, but it is yes or no.", self.full(key), value.get_ref().type_str()),
                format!("Write {key} = true or {key} = false."),
            );
        }
        flag.map(|value| Placed { value, at })
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&mut self, key: &'static str, choices: &[(&str, T)], findings: &mut Findings<'_>) -> Option<Placed<T>> {
        let text = self.text(key, findings)?;
        if let Some((_, chosen)) = choices.iter().find(|(word, _)| *word == text.value) {
            return Some(Placed { value: *chosen, at: text.at });
        }
        let words: Vec<String> = choices.iter().map(|(word, _)| format!("\"{word}\"")).collect();
        findings.add(
            text.at,
            format!("{} can't be \u{201c}{}\u{201d}.", self.full(key), text.value),
            format!("Write one of {}.", words.join(", ")),
        );
        None
    }

    /// Ends the section: every key that nobody asked for is unknown.
    pub fn end(self, findings: &mut Findings<'_>) {
        let Some(table) = self.table else { return };
        for key in table.keys() {
            let name: &str = key.get_ref();
            if self.known.contains(&name) {
                continue;
            }
            let near = self.known.iter().map(|known| (strsim::damerau_levenshtein(known, name), *known)).min();
            let instead = match near {
                Some((distance, known)) if distance <= 2.max(name.len() / 3) => format!("Did you mean {known}?"),
                _ => format!("Known here are {}.", self.known.join(", ")),
            };
            let place = if self.name.is_empty() { "There is no section".to_owned() } else { format!("[{}] has no key", self.name) };
            findings.add(key.span().start, format!("{place} \u{201c}{name}\u{201d}."), instead);
        }
    }
}
