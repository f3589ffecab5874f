//! A file as tokens: comments gone, documentation gone, tests gone, each token with its line.
//!
//! Macro calls are tokens like the rest, so what stands inside `select!` or `json!` is seen as well.
//! Refuses a file that is no Rust. Next: `arrows`, `shape` and `habits` judge.

use std::{fmt, fs, path::Path};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Something that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub file: String,
    pub line: usize,
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// An identifier, a literal as written, `::`, or a single character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    pub line: usize,
}

pub struct Source {
    /// Below `src`, with slashes: `domain/instant.rs`.
    pub file: String,
    pub text: String,
    /// Without items under `#[cfg(test)]` and without documentation.
    pub tokens: Vec<Token>,
    /// Lines that items under `#[cfg(test)]` take up.
    pub test_lines: usize,
}

impl Source {
    pub fn new(file: &str, text: &str) -> Self {
        let stream: TokenStream = text.parse().unwrap_or_else(|error| panic!("{file} is no Rust: {error}"));
        let mut source = Self { file: file.to_owned(), text: text.to_owned(), tokens: Vec::new(), test_lines: 0 };
        // `mod tests;` under `#[cfg(test)]`: a file of tests alone.
        if file.ends_with("/tests.rs") {
            source.test_lines = text.lines().count();
        } else {
            source.flatten(stream);
        }
        source
    }

    /// `domain/recording/seal.rs` is `["domain", "recording", "seal"]`, `domain/mod.rs` is `["domain"]`.
    pub fn module(&self) -> Vec<String> {
        let path = self.file.trim_end_matches(".rs");
        path.split('/').filter(|part| !matches!(*part, "mod" | "lib" | "main")).map(str::to_owned).collect()
    }

    pub fn finding(&self, line: usize, what: impl Into<String>) -> Finding {
        Finding { file: self.file.clone(), line, what: what.into() }
    }

    /// Where the tokens read `words`, one after the other; `*` stands for any one.
    pub fn lines_with(&self, words: &[&str]) -> impl Iterator<Item = usize> {
        self.tokens
            .windows(words.len())
            .filter(move |window| window.iter().zip(words).all(|(token, word)| *word == "*" || token.text == *word))
            .map(|window| window[0].line)
    }

    fn flatten(&mut self, stream: TokenStream) {
        let mut trees = stream.into_iter().peekable();
        while let Some(tree) = trees.next() {
            let line = tree.span().start().line;
            match tree {
                TokenTree::Punct(hash) if hash.as_char() == '#' => {
                    while trees.next_if(|next| matches!(next, TokenTree::Punct(bang) if bang.as_char() == '!')).is_some() {}
                    let Some(TokenTree::Group(attribute)) = trees.next_if(|next| matches!(next, TokenTree::Group(_))) else { continue };
                    let says = attribute.stream().to_string().replace(' ', "");
                    if says == "cfg(test)" {
                        let last = skip_item(&mut trees);
                        self.test_lines += last + 1 - line;
                    } else if !says.starts_with("doc=") {
                        self.flatten(attribute.stream());
                    }
                }
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::Brace => ("{", "}"),
                        Delimiter::Bracket => ("[", "]"),
                        Delimiter::None => ("", ""),
                    };
                    self.push(open, line);
                    self.flatten(group.stream());
                    self.push(close, group.span_close().start().line);
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => match self.tokens.last_mut() {
                    Some(before) if before.text == ":" => before.text.push(':'),
                    _ => self.push(":", line),
                },
                TokenTree::Punct(punct) => self.push(&punct.as_char().to_string(), line),
                TokenTree::Ident(name) => self.push(&name.to_string(), line),
                TokenTree::Literal(literal) => self.push(&literal.to_string(), line),
            }
        }
    }

    fn push(&mut self, text: &str, line: usize) {
        self.tokens.push(Token { text: text.to_owned(), line });
    }
}

/// Passes over one item, to its semicolon or its closing brace; returns its last line.
fn skip_item(trees: &mut std::iter::Peekable<proc_macro2::token_stream::IntoIter>) -> usize {
    let is_semicolon = |tree: &TokenTree| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ';');
    let mut last = 0;
    while let Some(tree) = trees.next() {
        last = tree.span().end().line;
        let ends_with_brace = matches!(&tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        if is_semicolon(&tree) || ends_with_brace {
            trees.next_if(is_semicolon);
            break;
        }
    }
    last
}

/// Every Rust file below `folder`, in order.
pub fn under(folder: &Path) -> Vec<Source> {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.sort();
    let name = |file: &Path| file.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
    files
        .iter()
        .filter(|file| file.extension().is_some_and(|kind| kind == "rs"))
        .map(|file| Source::new(&name(file), &fs::read_to_string(file).unwrap()))
        .collect()
}

/// Every file below `folder`.
pub fn collect(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

#[test]
fn tests_and_documentation_are_not_product() {
    let source = Source::new(
        "a.rs",
        "//! crate::wrong\nfn kept() {}\n#[cfg(test)]\nuse x::{y};\n/// crate::wrong\nfn also_kept() {}\n#[cfg(test)]\nmod tests {\n  fn gone() {}\n}\n",
    );
    let words: Vec<&str> = source.tokens.iter().map(|token| token.text.as_str()).collect();
    assert_eq!(words, ["fn", "kept", "(", ")", "{", "}", "fn", "also_kept", "(", ")", "{", "}"]);
    assert_eq!(source.test_lines, 2 + 4);
    assert_eq!(source.lines_with(&["fn", "*", "("]).collect::<Vec<_>>(), [2, 6]);
}
