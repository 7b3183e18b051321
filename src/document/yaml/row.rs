//! The lines of a text as a reader of YAML sees them: dashes, a key, a value. Lines inside of blocks, of quotes and of
//! brackets are no rows of their own.

use std::ops::Range;

/// A line outside of blocks, quotes and brackets.
#[derive(Debug, Clone)]
pub(super) struct Row<'a> {
    /// The byte at which the line begins.
    pub(super) start: usize,
    /// Its number, counted from 0.
    pub(super) number: usize,
    /// How many spaces it begins with.
    pub(super) indent: usize,
    /// The columns of its dashes, counted from 0.
    pub(super) dashes: Vec<usize>,
    /// The column of what follows its dashes.
    pub(super) column: usize,
    /// What follows its dashes.
    pub(super) text: &'a str,
    /// The key, if it has one.
    pub(super) key: Option<&'a str>,
    /// The value, or the text of an item; may be empty.
    pub(super) value: &'a str,
    /// The byte at which the value begins.
    pub(super) value_at: usize,
    /// Where the lines of a block, of quotes or of brackets that begin here end; the end of the line otherwise.
    pub(super) end: usize,
    /// What is not closed in it, or follows what is closed.
    pub(super) left: Option<Left>,
}

/// What is wrong with the quotes or brackets of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Left {
    /// They never close, or close far away.
    Open(char),
    /// Something follows them: its bytes.
    Trailing(char, Range<usize>),
    /// An escape that double quotes do not have: its bytes.
    Escape(Range<usize>),
}

impl Row<'_> {
    /// The bytes of the line, without its indentation.
    pub(super) fn span(&self) -> Range<usize> {
        let first = self.start + self.indent;
        first..self.value_at.max(self.start + self.column + self.text.len()).max(first)
    }

    /// The bytes of the value.
    pub(super) fn value_span(&self) -> Range<usize> {
        self.value_at..self.value_at + self.value.len()
    }

    /// Whether lists or maps may follow below.
    pub(super) fn opens(&self) -> bool {
        self.value.is_empty() && (self.key.is_some() || self.text.is_empty())
    }

    /// Whether a block of lines begins here.
    pub(super) fn begins_block(&self) -> bool {
        let mut rest = self.value.chars();
        matches!(rest.next(), Some('|' | '>')) && rest.all(|c| matches!(c, '+' | '-') || c.is_ascii_digit())
    }
}

/// The rows of a text in order: up to a line, or to one with quotes or brackets that are wrong.
pub(super) fn rows(text: &str, last: usize) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let (mut at, mut number) = (0, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let line = rest.split_inclusive('\n').next().unwrap_or(rest);
        let content = line.trim_end();
        let words = content.trim_start();
        let mut next = at + line.len();
        if !words.is_empty() && !words.starts_with('#') && !matches!(words, "---" | "...") && !words.starts_with('%') {
            let row = row(text, at, number, content);
            next = next_line(text, row.end.max(next));
            let is_wrong = row.left.is_some();
            rows.push(row);
            if is_wrong {
                break;
            }
        }
        if number >= last {
            break;
        }
        number += text.get(at..next).unwrap_or_default().matches('\n').count();
        at = next;
    }
    rows
}

/// The beginning of the line after this byte, or the byte itself where it is one.
fn next_line(text: &str, at: usize) -> usize {
    if at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n') {
        return at.min(text.len());
    }
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |end| at + end + 1)
}

fn row<'a>(document: &'a str, start: usize, number: usize, line: &'a str) -> Row<'a> {
    let indent = line.len() - line.trim_start_matches(' ').len();
    let (mut column, mut dashes) = (indent, Vec::new());
    loop {
        let rest = line.get(column..).unwrap_or_default();
        let after = match rest.strip_prefix('-') {
            Some(after) if after.is_empty() || after.starts_with(' ') => after,
            _ => break,
        };
        dashes.push(column);
        column = line.len() - after.trim_start_matches(' ').len();
    }
    let text = line.get(column..).unwrap_or_default();
    let (key, value) = split(text);
    let value_at = start + column + text.len() - value.len();
    let value = if value.starts_with(['"', '\'', '[', '{']) { value } else { without_comment(value) };
    let mut row =
        Row { start, number, indent, dashes, column, text, key, value, value_at, end: start + line.len(), left: None };
    if row.begins_block() {
        let parent = if row.key.is_some() { row.column } else { row.dashes.last().copied().unwrap_or_default() };
        row.end = end_of_block(document, row.end, parent);
    } else {
        close(document, &mut row);
    }
    row
}

/// A key with what follows its colon; no key where there is none.
fn split(text: &str) -> (Option<&str>, &str) {
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let inner = text.get(1..).unwrap_or_default();
        if let Some(end) = inner.find(quote)
            && let Some(rest) = inner.get(end + 1..)
            && let Some(value) = rest.strip_prefix(':').filter(|value| value.is_empty() || value.starts_with(' '))
        {
            return (inner.get(..end), value.trim_start());
        }
        return (None, text);
    }
    if text.starts_with(['[', '{', '|', '>', '#']) {
        return (None, text);
    }
    let text = without_comment(text);
    let colon = text.find(": ").or_else(|| text.ends_with(':').then(|| text.len() - 1));
    match colon {
        Some(colon) => (text.get(..colon), text.get(colon + 1..).unwrap_or_default().trim_start()),
        None => (None, text),
    }
}

fn without_comment(text: &str) -> &str {
    if text.starts_with('#') {
        return "";
    }
    text.find(" #").and_then(|at| text.get(..at)).unwrap_or(text).trim_end()
}

fn end_of_block(document: &str, from: usize, parent: usize) -> usize {
    let mut end = next_line(document, from);
    let mut at = end;
    while let Some(line) = document.get(at..).and_then(|rest| rest.split_inclusive('\n').next()) {
        let spaces = line.len() - line.trim_start_matches(' ').len();
        at += line.len();
        if line.trim().is_empty() {
            continue;
        }
        if spaces <= parent {
            break;
        }
        end = at;
    }
    end
}

/// Follows quotes and brackets to where they close.
fn close<'a>(document: &'a str, row: &mut Row<'a>) {
    let from = row.value_at;
    let Some(first) = row.value.chars().next() else { return };
    let rest = document.get(from..).unwrap_or_default();
    let closed = match first {
        '"' | '\'' => quoted(rest, first),
        '[' | '{' if !row.value.starts_with("{{") => bracketed(rest),
        _ => return,
    };
    let line_end = row.end;
    match closed {
        Closed::At(length) => {
            let end = from + length;
            let tail = document.get(end..).and_then(|tail| tail.split('\n').next()).unwrap_or_default();
            let words = tail.trim();
            row.value = document.get(from..end).unwrap_or_default();
            row.end = end + tail.len();
            if !words.is_empty() && !words.starts_with('#') {
                let at = end + tail.len() - tail.trim_start().len();
                // What opens on one line and closes on another with something after it was not meant to close there.
                row.left =
                    Some(if end > line_end { Left::Open(first) } else { Left::Trailing(first, at..at + words.len()) });
                row.end = line_end;
            }
        }
        Closed::Never => row.left = Some(Left::Open(first)),
        Closed::Escape(at) => row.left = Some(Left::Escape(from + at..from + at + 2)),
    }
}

enum Closed {
    At(usize),
    Never,
    Escape(usize),
}

fn quoted(text: &str, quote: char) -> Closed {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        if c == '\\' && quote == '"' {
            match characters.next() {
                Some((_, c)) if "0abt\tnvfre \"/\\N_LPxuU\n\r".contains(c) => {}
                Some((_, c)) if c.len_utf8() == 1 => return Closed::Escape(at),
                _ => {}
            }
        } else if c == quote {
            if quote == '\'' && characters.peek().is_some_and(|(_, next)| *next == '\'') {
                characters.next();
                continue;
            }
            return Closed::At(at + 1);
        }
    }
    Closed::Never
}

fn bracketed(text: &str) -> Closed {
    let (mut depth, mut at) = (0_usize, 0);
    let mut before = ' ';
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        match c {
            '[' | '{' => depth += 1,
            ']' | '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Closed::At(at + 1);
                }
            }
            // A quote inside of a word is an apostrophe.
            '"' | '\'' if matches!(before, ' ' | '[' | '{' | ',' | ':' | '\n') => {
                match quoted(text.get(at..).unwrap_or_default(), c) {
                    Closed::At(length) => at += length - 1,
                    Closed::Never => return Closed::Never,
                    Closed::Escape(inside) => return Closed::Escape(at + inside),
                }
            }
            _ => {}
        }
        before = text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or(' ');
        at += before.len_utf8();
    }
    Closed::Never
}

/// The tab between a dash and a key or another dash, which YAML refuses.
pub(super) fn tab_after_dash(text: &str) -> Option<usize> {
    if !text.contains("-\t") {
        return None;
    }
    let rows = rows(text, usize::MAX);
    let row = rows
        .iter()
        .find(|row| row.text.strip_prefix("-\t").is_some_and(|rest| rest.contains(": ") || rest.starts_with("- ")))?;
    Some(row.start + row.column + 1)
}

/// The text with a space for each tab after the colon of a key: YAML takes both, the parser only the space.
pub(super) fn without_tabs_after_keys(text: &str) -> Option<String> {
    if !text.contains(":\t") {
        return None;
    }
    let mut spaced = text.to_owned();
    for row in rows(text, usize::MAX) {
        let is_word = |key: &str| key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        if row.key.is_none()
            && let Some((key, _)) = row.text.split_once(":\t").filter(|(key, _)| is_word(key))
        {
            let at = row.start + row.column + key.len() + 1;
            spaced.replace_range(at..at + 1, " ");
        }
    }
    Some(spaced)
}
