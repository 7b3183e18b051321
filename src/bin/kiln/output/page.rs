//! Text for people, made so that nothing in it is more than text.

use std::borrow::Cow;
use std::fmt::Display;

use anstyle::Style;
use kiln::source::{colourless, visible};

/// Lines for people. All words that are put on it become visible; line ends and colours are only those of kiln.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page(String);

impl Page {
    /// An empty page.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds words to the line.
    pub fn text(&mut self, words: impl AsRef<str>) -> &mut Self {
        self.0.push_str(&visible(words.as_ref()));
        self
    }

    /// Adds words in a style.
    pub fn styled(&mut self, style: Style, words: impl Display) -> &mut Self {
        let words = words.to_string();
        self.0.push_str(&format!("{style}{}{style:#}", visible(&words)));
        self
    }

    /// Ends the line.
    pub fn end(&mut self) -> &mut Self {
        self.0.push('\n');
        self
    }

    /// Adds a line.
    pub fn line(&mut self, words: impl AsRef<str>) -> &mut Self {
        self.text(words).end()
    }

    /// Adds rows, each column as wide as its widest entry; empty columns are left out.
    #[cfg_attr(not(feature = "deploy"), allow(dead_code, reason = "only what comes from AWS has these"))]
    pub fn columns<const N: usize>(&mut self, rows: &[[String; N]]) -> &mut Self {
        let cell = |cell: &String| visible(cell).replace('\t', " ");
        let rows: Vec<[String; N]> = rows.iter().map(|row| row.each_ref().map(cell)).collect();
        let widths: Vec<usize> =
            (0..N).map(|at| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or_default()).collect();
        for row in &rows {
            let cells = row.iter().zip(&widths).filter(|(_, width)| **width > 0);
            let line: Vec<String> = cells.map(|(cell, width)| format!("{cell:width$}")).collect();
            self.line(line.join("  ").trim_end());
        }
        self
    }

    /// Adds a line of a log, without the colours and the line end that a program gave it.
    #[cfg_attr(not(feature = "deploy"), allow(dead_code, reason = "only what comes from AWS has these"))]
    pub fn logged(&mut self, line: &str) -> &mut Self {
        self.line(colourless(line).trim_end_matches('\r'))
    }

    /// Adds another page.
    pub fn add(&mut self, other: &Self) -> &mut Self {
        self.0.push_str(&other.0);
        self
    }

    /// The same with words before each of its lines.
    #[cfg_attr(not(feature = "deploy"), allow(dead_code, reason = "only what comes from AWS has these"))]
    pub fn prefixed(&self, words: &str) -> Self {
        let words = visible(words);
        Self(self.0.lines().map(|line| format!("{words}{line}\n")).collect())
    }

    /// What is written, with colours.
    pub(super) fn written(&self) -> &str {
        &self.0
    }
}

impl<T: AsRef<str>> From<T> for Page {
    /// One line.
    fn from(words: T) -> Self {
        let mut page = Self::new();
        page.line(words);
        page
    }
}

/// Lines in which a runner of GitHub Actions finds no command: it obeys `::command::` at the beginning of a line and
/// `##[command]` anywhere in it.
///
/// Source: actions/runner, `src/Runner.Common/ActionCommand.cs`.
pub fn defused(text: &str) -> Cow<'_, str> {
    if !text.contains("::") && !text.contains("##[") {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 1);
    for line in text.split_inclusive('\n') {
        let rest = after_space_and_colours(line);
        out.push_str(&line[..line.len() - rest.len()].replace("##[", "##\\["));
        if rest.starts_with("::") {
            out.push('\\');
        }
        out.push_str(&rest.replace("##[", "##\\["));
    }
    out.into()
}

fn after_space_and_colours(line: &str) -> &str {
    let mut rest = line.trim_start();
    while let Some(sequence) = rest.strip_prefix("\u{1b}[") {
        rest = sequence.trim_start_matches(|char: char| char.is_ascii_digit() || char == ';');
        rest = rest.strip_prefix('m').unwrap_or(rest).trim_start();
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_on_a_page_ends_no_line_and_has_no_colour() {
        let mut page = Page::new();
        page.styled(crate::output::BOLD, "a\nb\u{1b}[31m").text(": \u{202e}\r").end();
        assert_eq!(page.written(), "\u{1b}[1ma\\nb\\u{1b}[31m\u{1b}[0m: \\u{202e}\\r\n");
        assert_eq!(Page::from("one\ntwo").prefixed("web | ").written(), "web | one\\ntwo\n");
    }

    #[test]
    fn columns_are_as_wide_as_they_must_be() {
        let rows = [["a".to_owned(), String::new(), "x".to_owned()], ["b\r".to_owned(), String::new(), String::new()]];
        assert_eq!(Page::new().columns(&rows).written(), "a    x\nb\\r\n");
    }

    #[test]
    fn a_runner_finds_no_command() {
        for (text, safe) in [
            ("::error::x\n", "\\::error::x\n"),
            ("a\n \t::add-mask::x\n", "a\n \t\\::add-mask::x\n"),
            ("\u{1b}[1m::warning::\u{1b}[0m\n", "\u{1b}[1m\\::warning::\u{1b}[0m\n"),
            ("a ##[group]b\n", "a ##\\[group]b\n"),
            ("AWS::Region and a::b\n", "AWS::Region and a::b\n"),
        ] {
            assert_eq!(defused(text), safe);
        }
    }
}
