//! The instructions of a Dockerfile with their places: comments, lines that go on, and here-documents are known.

use std::collections::VecDeque;
use std::ops::Range;

/// What a Dockerfile may hold (Dockerfile reference).
pub(super) const INSTRUCTIONS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// An instruction, by the bytes of its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Instruction {
    /// The first word.
    pub(super) word: Range<usize>,
    /// All of it, without the end of its last line.
    pub(super) whole: Range<usize>,
    name: String,
}

impl Instruction {
    /// Whether it is this one, in capitals or not.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name == name
    }

    /// What follows the first word.
    pub(super) fn arguments<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.word.end..self.whole.end).unwrap_or_default().trim()
    }
}

/// The lines of a text with the bytes that they begin at.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let at = start;
        start += line.len();
        (at, line.trim_end_matches(['\n', '\r']))
    })
}

/// All instructions in order.
pub(super) fn parse(text: &str) -> Vec<Instruction> {
    let escape = escape(text);
    let mut found: Vec<Instruction> = Vec::new();
    let mut goes_on = false;
    let mut documents: VecDeque<String> = VecDeque::new();
    for (start, line) in lines(text) {
        if let Some(end) = documents.front() {
            if line.trim_start_matches('\t') == end {
                documents.pop_front();
            }
            extend(&mut found, start + line.len());
            continue;
        }
        let trimmed = line.trim();
        if trimmed.starts_with('#') || trimmed.is_empty() {
            continue;
        }
        if goes_on {
            extend(&mut found, start + line.len());
        } else {
            let word = start + line.len() - line.trim_start().len();
            let first = trimmed.split_whitespace().next().unwrap_or_default();
            let whole = word..start + line.trim_end().len();
            found.push(Instruction { word: word..word + first.len(), whole, name: first.to_ascii_uppercase() });
        }
        goes_on = line.trim_end().ends_with(escape);
        let takes_documents = found.last().is_some_and(|found| ["RUN", "COPY", "ADD"].contains(&found.name.as_str()));
        if takes_documents {
            documents.extend(delimiters(line));
        }
    }
    found
}

fn extend(found: &mut [Instruction], end: usize) {
    if let Some(last) = found.last_mut() {
        last.whole.end = end;
    }
}

/// The character at the end of a line that goes on: a backtick where the directive at the top says so.
fn escape(text: &str) -> char {
    let directives = text.lines().map(str::trim).take_while(|line| line.starts_with('#'));
    let mut directives = directives.filter_map(|line| line.trim_start_matches('#').split_once('='));
    match directives.find(|(name, _)| name.trim().eq_ignore_ascii_case("escape")) {
        Some((_, value)) if value.trim() == "`" => '`',
        _ => '\\',
    }
}

/// The words that end the here-documents of a line: `EOF` of `RUN <<EOF`.
fn delimiters(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices("<<") {
        let rest = line.get(at + 2..).unwrap_or_default();
        let rest = rest.strip_prefix('-').unwrap_or(rest);
        let word: String = rest
            .trim_start_matches(['"', '\''])
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect();
        // `<<<` gives a text to a command, and `1<<2` is a shift.
        let is_document = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if is_document && !line.get(..at).is_some_and(|before| before.ends_with('<')) {
            found.push(word);
        }
    }
    found
}
