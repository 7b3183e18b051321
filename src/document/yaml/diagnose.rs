//! Why a text is not YAML: the line that broke it, and what is wrong with that line. The parser says only where it
//! could not go on.

use super::Fault;
use super::row::{Left, Row, rows};

/// The fault of a text that the parser refused at a byte, with the parser's words.
pub(super) fn diagnose(text: &str, at: usize, words: &str) -> Fault {
    if text.trim_start().starts_with('{')
        && let Some(fault) = json(text)
    {
        return fault;
    }
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count();
    // A parser stops at the line that is wrong, or looks for the end of what came before it.
    let rows = rows(text, line + 1);
    let mut walk = Walk { text, rows: &rows, levels: Vec::new(), closed: Vec::new(), is_last: false };
    for index in 0..rows.len() {
        walk.is_last = rows.get(index).is_some_and(|row| row.number >= line);
        if let Some(fault) = walk.row(index) {
            return fault;
        }
    }
    let end = before.len() + text.get(at..).and_then(|rest| rest.find('\n')).unwrap_or_default();
    let span = if text.is_char_boundary(at) { at..end.max(at).min(text.len()) } else { 0..0 };
    let fault = Fault::new("this cannot be read as YAML", span);
    fault.help(format!("the parser stopped here: {}", words.replace(['`', '\''], "")))
}

/// The fault of a text that is JSON.
fn json(text: &str) -> Option<Fault> {
    let error = serde_json::from_str::<serde::de::IgnoredAny>(text).err()?;
    let words = error.to_string();
    let words = words.split(" at line ").next().unwrap_or(&words);
    let line = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    let mut at = (line + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let fault = Fault::new(format!("this is not JSON: {words}"), at..at);
    Some(match text.get(..at).unwrap_or_default().trim_end().ends_with(',') {
        true => fault.help("JSON has no comma after the last item, and no comments"),
        false => fault.help("the comma or bracket is missing before this place"),
    })
}

/// Lists and maps that are open at a line.
#[derive(Debug, Clone, Copy)]
struct Level {
    column: usize,
    is_list: bool,
    /// The row with its latest item or key.
    row: usize,
}

struct Walk<'a> {
    text: &'a str,
    rows: &'a [Row<'a>],
    levels: Vec<Level>,
    /// What the previous row closed.
    closed: Vec<Level>,
    /// Whether the parser had come to this row.
    is_last: bool,
}

impl Walk<'_> {
    fn row(&mut self, index: usize) -> Option<Fault> {
        let rows = self.rows;
        let row = rows.get(index)?;
        let fault =
            self.tab(index, row).or_else(|| self.structure(index, row)).or_else(|| value(self.text, row, self.is_last));
        if fault.is_some() {
            return fault;
        }
        for (number, column) in row.dashes.iter().enumerate() {
            if number > 0 || self.levels.last().is_none_or(|top| top.column != *column || !top.is_list) {
                self.levels.push(Level { column: *column, is_list: true, row: index });
            }
        }
        if row.key.is_some() && self.levels.last().is_none_or(|top| top.column != row.column || top.is_list) {
            self.levels.push(Level { column: row.column, is_list: false, row: index });
        }
        if let Some(top) = self.levels.last_mut() {
            top.row = index;
        }
        None
    }

    fn tab(&self, index: usize, row: &Row<'_>) -> Option<Fault> {
        if !row.dashes.is_empty() || !row.text.starts_with('\t') {
            return None;
        }
        let at = row.start + row.indent;
        let words = row.text.trim_start();
        let fault = Fault::new("a tab indents this line", at..at + 1);
        let before = index.checked_sub(1).and_then(|before| self.rows.get(before));
        let wanted = match before {
            Some(before) if before.begins_block() => block_column(self.text, before),
            Some(before) if before.key.is_some() && !before.opens() && !words.starts_with("- ") => Some(before.column),
            Some(before) if before.dashes.len() == 1 && before.key.is_none() && words.starts_with("- ") => {
                before.dashes.first().copied()
            }
            Some(before) if before.opens() && before.key.is_some() => Some(before.column + 2),
            _ => None,
        };
        Some(match wanted {
            Some(wanted) => {
                let fault = fault.help(format!(
                    "YAML is indented with spaces: write {wanted} spaces before `{}`",
                    first_word(words)
                ));
                fault.edit(row.start..row.start + row.column + row.text.len() - words.len(), " ".repeat(wanted))
            }
            None => fault.help("YAML is indented with spaces"),
        })
    }

    /// Whether the row begins where something can begin.
    fn structure(&mut self, index: usize, row: &Row<'_>) -> Option<Fault> {
        let (is_list, is_text) = (!row.dashes.is_empty(), row.dashes.is_empty() && row.key.is_none());
        let before = index.checked_sub(1).and_then(|before| self.rows.get(before));
        let all = self.levels.clone();
        let mut closed = Vec::new();
        while let Some(top) = self.levels.last().copied() {
            let is_compact = top.is_list
                && top.column == row.indent
                && !is_list
                && self.levels.iter().rev().nth(1).is_some_and(|below| below.column == row.indent);
            if top.column <= row.indent && !is_compact {
                break;
            }
            closed.push(top);
            self.levels.pop();
        }
        let previous = std::mem::replace(&mut self.closed, closed);
        let before = before?;
        let top = self.levels.last().copied();
        match top {
            Some(top) if top.column == row.indent && top.is_list == is_list && !is_text => return None,
            // A list may begin in the column of its key.
            Some(top) if top.column == row.indent && is_list && before.opens() && before.column == row.indent => {
                return None;
            }
            Some(top) if top.column == row.indent => {}
            _ if before.opens() => return None,
            // A text goes on in the next line.
            Some(_) if is_text && !before.value.is_empty() && !before.begins_block() && before.left.is_none() => {
                return None;
            }
            _ => {}
        }
        if is_text && before.begins_block() {
            return Some(self.outside_block(row, before));
        }
        if is_text {
            return Some(self.no_key(index, row, &all));
        }
        Some(self.misplaced(index, row, (&all, &previous)))
    }

    fn outside_block(&self, row: &Row<'_>, block: &Row<'_>) -> Fault {
        let mark = block.value.get(..1).unwrap_or("|");
        let fault = Fault::new(format!("this line ends the `{mark}` block above it"), row.span());
        match block_column(self.text, block) {
            Some(column) => fault
                .help(format!("indent it to column {}, as the block begins", column + 1))
                .edit(row.start..row.start + row.indent, " ".repeat(column)),
            None => fault.help("indent it more than the line with the mark"),
        }
    }

    /// A line without a key and a dash where one of them must be.
    fn no_key(&self, index: usize, row: &Row<'_>, all: &[Level]) -> Fault {
        let text = row.value;
        let at = row.start + row.column;
        if let Some(rest) = text.strip_prefix('-').filter(|rest| !rest.starts_with('-')) {
            let fault = Fault::new("a dash needs a space after it", at..at + 1);
            return fault.help(format!("write `- {rest}`")).edit(at..at + 1, "- ");
        }
        let is_word =
            |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.$".contains(&b));
        if let Some((key, rest)) = text.split_once(':').filter(|(key, _)| is_word(key)) {
            let fault = Fault::new("a colon needs a space after it", at..at + key.len() + 1);
            return fault.help(format!("write `{key}: {rest}`")).edit(at..at + key.len() + 1, format!("{key}: "));
        }
        let list = all.iter().rev().find(|level| level.is_list && level.column == row.indent);
        if list.is_some() {
            let fault = Fault::new(format!("a dash is missing before `{}`", first_word(text)), row.span());
            return fault.help(format!("write `- {text}`")).edit(at..at, "- ");
        }
        if is_word(text) {
            let fault = Fault::new(format!("a colon is missing after `{text}`"), row.span());
            return fault.help(format!("write `{text}:`")).edit(at..at + text.len(), format!("{text}:"));
        }
        if let Some((key, rest)) = text.split_once(' ').filter(|(key, _)| is_word(key)) {
            let has_keys = all.iter().any(|level| !level.is_list && level.column == row.indent);
            if has_keys && index > 0 {
                let fault = Fault::new(format!("a colon is missing after `{key}`"), at..at + key.len());
                return fault
                    .help(format!("write `{key}: {}`", rest.trim_start()))
                    .edit(at..at + key.len(), format!("{key}:"));
            }
        }
        Fault::new("this line is neither `key: value` nor `- item`", row.span())
            .help("indent it if it goes on with the text above, or put the text in quotes")
    }

    /// A line that begins in a column where nothing can begin.
    fn misplaced(&self, index: usize, row: &Row<'_>, (all, previous): (&[Level], &[Level])) -> Fault {
        let is_list = !row.dashes.is_empty();
        let before = index.checked_sub(1).and_then(|before| self.rows.get(before));
        // The line before left the list or map to which this one belongs.
        let left = previous.iter().any(|level| level.column == row.indent && level.is_list == is_list);
        if let (true, Some(before)) = (left, before)
            && before.dashes.is_empty() != is_list
        {
            return self.at(before, row.indent, Some(row));
        }
        // The line before is a neighbor of the key that it belongs under.
        let opener = index.checked_sub(2).and_then(|index| self.rows.get(index));
        if let (Some(before), Some(opener)) = (before, opener)
            && opener.opens()
            && opener.key.is_some()
            && opener.column == before.indent
            && before.dashes.is_empty()
            && !before.opens()
            && row.indent > before.indent
        {
            return self.at(before, row.indent, Some(row));
        }
        // The first entry of a list lacks its dash.
        if is_list
            && let Some(map) = all.iter().rev().find(|level| level.column > row.indent)
            && !map.is_list
            && let Some(first) = self.first_of(map, index)
            && first.dashes.is_empty()
            && map.column == row.indent + 2
        {
            let message =
                format!("a dash is missing before `{}`: it begins the first item of a list", first_word(first.text));
            let fault = Fault::new(message, first.span()).help(format!("write `- {}`", first.text));
            return fault.edit(first.start..first.start + first.indent, format!("{}- ", " ".repeat(row.indent)));
        }
        let near = all
            .iter()
            .rev()
            .filter(|level| level.is_list == is_list)
            .min_by_key(|level| level.column.abs_diff(row.indent));
        match near {
            Some(level) => self.at(row, level.column, self.rows.get(level.row)),
            None => Fault::new("this line begins in a column where nothing can begin", row.span())
                .help("indent it as the lines around it"),
        }
    }

    /// The first row of a map.
    fn first_of(&self, map: &Level, before: usize) -> Option<&Row<'_>> {
        let rows = self.rows.get(..before)?;
        let own = rows.iter().rev().take_while(|row| row.column >= map.column);
        own.filter(|row| row.column == map.column).last()
    }

    /// The fault that a line begins in the wrong column.
    fn at(&self, row: &Row<'_>, wanted: usize, like: Option<&Row<'_>>) -> Fault {
        let (is, wants) = (row.indent + 1, wanted + 1);
        let message = format!("this line begins in column {is}, expected column {wants}");
        let fault = Fault::new(message, row.span());
        let fault = match like {
            Some(like) => fault.help(format!("indent it like `{}` in line {}", first_word(like.text), like.number + 1)),
            None => fault,
        };
        fault.edit(row.start..row.start + row.indent, " ".repeat(wanted))
    }
}

/// What is wrong with the value of a row.
fn value(document: &str, row: &Row<'_>, is_last: bool) -> Option<Fault> {
    let (text, span) = (row.value, row.value_span());
    // To the end of the line, without a comment.
    let line = document.get(span.start..).and_then(|rest| rest.split('\n').next()).unwrap_or_default().trim_end();
    let whole = span.start..span.start + line.len();
    if text.starts_with("{{") {
        return Some(braces(line, whole));
    }
    match &row.left {
        Some(Left::Trailing(quote @ ('"' | '\''), tail)) => {
            let words = document.get(tail.clone()).unwrap_or_default();
            let message = format!("`{words}` follows the closing quote");
            return Some(write(Fault::new(message, tail.clone()), whole, &requoted(line, *quote)));
        }
        Some(Left::Trailing(open, _)) => {
            let what = if *open == '[' { "list" } else { "map" };
            let message = format!("`{open}` begins a {what} in YAML, and text follows it");
            return Some(write(Fault::new(message, whole.clone()), whole, &quoted(line)));
        }
        Some(Left::Open(open @ ('"' | '\''))) => {
            let fault = Fault::new("this quote is not closed in its line", span.start..span.start + 1);
            let inner = line.get(1..).unwrap_or_default();
            return Some(if inner.contains(['"', '\'', '\\', '#']) {
                fault.help(format!("write `{open}` where the text ends"))
            } else {
                write(fault, whole, &format!("{line}{open}"))
            });
        }
        Some(Left::Open(open)) => {
            let close = if *open == '[' { ']' } else { '}' };
            let fault = Fault::new(format!("`{open}` is not closed"), span.start..span.start + 1);
            return Some(
                fault.help(format!("write `{close}` where the {} ends", if *open == '[' { "list" } else { "map" })),
            );
        }
        Some(Left::Escape(at)) => {
            let escape = document.get(at.clone()).unwrap_or_default();
            let fault = Fault::new(format!("`{escape}` is not an escape of double quotes"), at.clone());
            let inner = line.strip_prefix('"').and_then(|line| line.strip_suffix('"')).unwrap_or_default();
            let is_raw = !inner.is_empty() && !inner.contains(['\'', '"']) && !inner.contains("\\\\");
            let is_path = is_raw && escape.as_bytes().get(1).is_some_and(u8::is_ascii_alphabetic);
            return Some(if is_path {
                write(fault, whole, &format!("'{inner}'"))
            } else {
                fault.help("single quotes take a backslash as it is; in double quotes write `\\\\`")
            });
        }
        None => {}
    }
    let first = text.chars().next()?;
    if matches!(first, '"' | '\'' | '[' | '{') || row.begins_block() {
        return None;
    }
    if row.key.is_some() && (text.contains(": ") || text.ends_with(':')) {
        let at = span.start + text.find(": ").unwrap_or(text.len() - 1);
        let is_command = row.key.is_some_and(|key| key.contains(' ')) && !row.dashes.is_empty();
        let (from, written) = if is_command { (row.start + row.column, row.text) } else { (span.start, text) };
        let fault = Fault::new("a colon with a space after it makes a map of this text", at..at + 1);
        return Some(write(fault, from..from + written.len(), &quoted(written)));
    }
    let is_special = matches!(first, '@' | '`' | '%' | '|' | '>') || (is_last && matches!(first, '&' | '*' | '!'));
    if is_special {
        let fault = Fault::new(format!("a text without quotes cannot begin with `{first}`"), whole.clone());
        let fault = if first == '`' {
            Fault { message: "a text without quotes cannot begin with a backtick".to_owned(), ..fault }
        } else {
            fault
        };
        return Some(write(fault, whole, &quoted(line)));
    }
    None
}

/// The fault that an expression has no quotes.
fn braces(written: &str, span: std::ops::Range<usize>) -> Fault {
    let fault = Fault::new("a value that begins with `{{` needs quotes: YAML reads it as a map", span.clone());
    write(fault, span, &quoted(written))
}

/// Says what to write.
fn write(fault: Fault, span: std::ops::Range<usize>, text: &str) -> Fault {
    fault.help(format!("write {}", in_ticks(text))).edit(span, text)
}

/// A text between backticks, more of them where it has some itself.
pub(crate) fn in_ticks(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// A text in quotes.
pub(crate) fn quoted(text: &str) -> String {
    if text.contains('\'') && !text.contains(['"', '\\']) {
        return format!("\"{text}\"");
    }
    format!("'{}'", text.replace('\'', "''"))
}

/// A text that closes its quotes too early, in quotes.
fn requoted(text: &str, quote: char) -> String {
    let inner = text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
    inner.map_or_else(
        || quoted(text),
        |inner| {
            if quote == '\'' && inner.contains('\'') && !inner.contains("''") {
                return quoted(inner);
            }
            if inner.contains('\\') {
                format!("\"{}\"", inner.replace("\\\"", "\"").replace('"', "\\\""))
            } else {
                quoted(inner)
            }
        },
    )
}

/// The column of the first line of a block.
fn block_column(document: &str, block: &Row<'_>) -> Option<usize> {
    let lines = document.get(block.start..block.end)?.lines().skip(1);
    let first = lines.into_iter().find(|line| !line.trim().is_empty())?;
    Some(first.len() - first.trim_start_matches(' ').len())
}

fn first_word(text: &str) -> &str {
    let text = text.trim_start_matches("- ");
    let word = text.split_whitespace().next().unwrap_or(text);
    word.split_once(':').map_or(word, |(key, _)| key)
}
