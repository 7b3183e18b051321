//! From the path of a field to its span in the TOML text.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{FieldPath, Segment};

/// The place of what concerns the text as a whole, such as a key that is missing at its top.
const TOP: Range<usize> = 0..0;

/// Answers where fields stand in one text. Parses the text once, when it is made.
///
/// ```
/// use kiln::source::{At, Locator};
///
/// let text = "name = \"web\"\n\n[pipeline.web]\nbase = \"al2023\"\n";
/// let base = At::ROOT.key("pipeline").key("web").key("base").path();
/// let span = Locator::new(text).value(&base).expect("a place for each field");
/// assert_eq!(&text[span], "\"al2023\"");
/// ```
pub struct Locator<'a> {
    text: &'a str,
    root: Spanned<DeTable<'a>>,
}

impl<'a> Locator<'a> {
    /// A locator for this text, which may hold syntax errors: what can be read is found.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text, root: DeTable::parse_recoverable(text).0 }
    }

    /// The span of the field's key; of the nearest enclosing field's, where there is no such field.
    #[must_use]
    pub fn key(&self, path: &FieldPath) -> Option<Range<usize>> {
        self.find(path).key.or(Some(TOP))
    }

    /// The span of the field's value; of the nearest enclosing field's, where there is no such field.
    #[must_use]
    pub fn value(&self, path: &FieldPath) -> Option<Range<usize>> {
        let found = self.find(path);
        if path.0.is_empty() {
            return Some(TOP);
        }
        // A table under a header spans all of its lines: its header says as much in one.
        if found.is_table && !self.is_inline(found.value.as_ref()?) { found.key.or(found.value) } else { found.value }
    }

    /// The span of a piece of a string, given by its bytes; of the whole string where escapes stand between.
    #[must_use]
    pub fn within(&self, path: &FieldPath, piece: &Range<usize>) -> Option<Range<usize>> {
        let whole = self.value(path)?;
        let inner = self.inside(&whole)?;
        let is_plain_string = self.find(path).string.is_some_and(|string| self.text.get(inner.clone()) == Some(string));
        let exact = inner.start + piece.start..inner.start + piece.end;
        Some(if is_plain_string && exact.end <= whole.end { exact } else { whole })
    }

    /// The bytes of a string between its quotes: one or three, and a line end after three.
    fn inside(&self, whole: &Range<usize>) -> Option<Range<usize>> {
        let text = self.text.get(whole.clone())?;
        let quotes = if text.len() >= 6 && (text.starts_with("\"\"\"") || text.starts_with("'''")) { 3 } else { 1 };
        let after = text.get(quotes..)?;
        let line_end = match quotes {
            3 => after.len() - after.strip_prefix("\r\n").or(after.strip_prefix('\n')).unwrap_or(after).len(),
            _ => 0,
        };
        Some(whole.start + quotes + line_end..whole.end.checked_sub(quotes)?)
    }

    fn is_inline(&self, span: &Range<usize>) -> bool {
        self.text.get(span.clone()).is_some_and(|text| text.starts_with('{'))
    }

    fn find(&self, path: &FieldPath) -> Found<'_> {
        let mut found = Found { key: None, value: None, is_table: true, string: None };
        let mut here = Here::Table(self.root.get_ref());
        for segment in &path.0 {
            let (key, value) = match (segment, here) {
                (Segment::Key(name), Here::Table(table)) => match table.get_key_value(name.as_str()) {
                    Some((key, value)) => (Some(key.span()), value),
                    None => break,
                },
                (Segment::Index(index), Here::Value(DeValue::Array(items))) => match items.get(*index) {
                    Some(value) => (None, value),
                    None => break,
                },
                _ => break,
            };
            found = Found {
                key: key.or_else(|| Some(value.span())),
                value: Some(value.span()),
                is_table: matches!(value.get_ref(), DeValue::Table(_)),
                string: if let DeValue::String(text) = value.get_ref() { Some(text.as_ref()) } else { None },
            };
            here = match value.get_ref() {
                DeValue::Table(table) => Here::Table(table),
                other => Here::Value(other),
            };
        }
        found
    }
}

#[derive(Clone, Copy)]
enum Here<'a> {
    Table(&'a DeTable<'a>),
    Value(&'a DeValue<'a>),
}

struct Found<'a> {
    key: Option<Range<usize>>,
    value: Option<Range<usize>>,
    is_table: bool,
    string: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::At;

    const TEXT: &str = "name = \"x\"\n[pipeline.web]\nbase = \"al\"\nlist = [\"a\", { use = \"b\" }]\n";

    fn check(path: &FieldPath, expected: &str) {
        let span = Locator::new(TEXT).value(path).unwrap();
        assert_eq!(&TEXT[span], expected);
    }

    #[test]
    fn values_items_and_tables_are_found() {
        let pipeline = At::ROOT.key("pipeline");
        let web = pipeline.key("web");
        let list = web.key("list");
        check(&At::ROOT.key("name").path(), "\"x\"");
        check(&web.key("base").path(), "\"al\"");
        check(&list.index(0).path(), "\"a\"");
        check(&list.index(1).key("use").path(), "\"b\"");
        check(&web.path(), "web");
        check(&web.key("missing").path(), "web");
    }

    #[test]
    fn a_piece_of_a_string_is_found() {
        let pipeline = At::ROOT.key("pipeline");
        let web = pipeline.key("web");
        let span = Locator::new(TEXT).within(&web.key("base").path(), &(1..2)).unwrap();
        assert_eq!(&TEXT[span], "l");
    }
}
