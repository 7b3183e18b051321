//! A YAML text as a tree in which every node knows its place.
//!
//! The tree is bounded: depth and aliases have limits, so that no text can exhaust the stack or the memory. Scalars keep
//! their characters; what a plain one stands for is asked with [`Node::scalar`], as YAML 1.1 readers answer it.

mod diagnose;
mod row;
mod scalar;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

pub(crate) use diagnose::{in_ticks, quoted};
pub use scalar::Scalar;

/// No text may be larger, in bytes: the scanner keeps a line that may be a key as a whole. The service takes 64 KiB.
const MAX_BYTES: usize = 512 * 1024;

/// How deep lists and maps may nest.
const MAX_DEPTH: usize = 64;

/// How many nodes a document may have; the largest that the service takes has far fewer.
const MAX_NODES: usize = 200_000;

/// How many nodes aliases may stand for, all together.
const MAX_ALIASED_NODES: usize = 10_000;

/// How many nodes anchors may name, all together: each is kept for its aliases.
const MAX_ANCHORED_NODES: usize = 100_000;

/// How many duplicate keys are told.
const MOST_DUPLICATES: usize = 50;

/// A value and its place.
///
/// ```
/// use kiln::document::yaml::parse;
///
/// let text = "name: web\nports: [80, 443]\n";
/// let root = parse(text).root.expect("it is YAML");
/// let ports = root.get("ports").and_then(|node| node.as_list()).expect("it is a list");
/// assert_eq!((ports[1].as_str(), &text[ports[1].span.clone()]), (Some("443"), "443"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Its bytes in the text.
    pub span: Range<usize>,
}

/// A YAML value.
///
/// ```
/// use kiln::document::yaml::{Value, parse};
///
/// let root = parse("'1.0'").root.expect("it is YAML");
/// assert_eq!(root.value, Value::Scalar { text: "1.0".to_owned(), plain: false });
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A scalar as it was written; `plain` if it stood without quotes, so that `1.0` may be a number.
    Scalar {
        /// The characters, unescaped.
        text: String,
        /// Whether it stood without quotes.
        plain: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// A map with its entries in order.
    Map(Vec<(Node, Node)>),
}

/// Why a text is not YAML, and where.
///
/// ```
/// use kiln::document::yaml::parse;
///
/// let text = "name: web\nname: api\n";
/// let [fault] = &parse(text).faults[..] else { panic!("one key is there twice") };
/// assert_eq!(fault.message, "the key `name` is there twice");
/// assert_eq!(fault.span.start, text.rfind("name").unwrap());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub message: String,
    /// Its bytes in the text.
    pub span: Range<usize>,
    /// What to do, if that is known.
    pub help: Option<String>,
    /// The bytes to replace, and what to write there, where only one text can be right.
    pub edit: Option<(Range<usize>, String)>,
}

impl Fault {
    pub(crate) fn new(message: impl Into<String>, span: Range<usize>) -> Self {
        Self { message: message.into(), span, help: None, edit: None }
    }

    #[must_use]
    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    #[must_use]
    pub(crate) fn edit(self, span: Range<usize>, text: impl Into<String>) -> Self {
        Self { edit: Some((span, text.into())), ..self }
    }
}

impl Node {
    /// The text of a scalar.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The items of a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a map.
    #[must_use]
    pub fn as_map(&self) -> Option<&[(Self, Self)]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value under a key of a map.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|(_, value)| value)
    }

    /// A key of a map and its value.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&(Self, Self)> {
        self.as_map()?.iter().find(|(name, _)| name.as_str() == Some(key))
    }

    /// The place before its first byte: of what is missing in it.
    #[must_use]
    pub fn start(&self) -> Range<usize> {
        self.span.start..self.span.start
    }

    /// Where a piece of a scalar's text stands in the document; the scalar as a whole where the two differ in their
    /// characters, as in a text with escapes or folded lines.
    #[must_use]
    pub fn piece(&self, document: &str, piece: &Range<usize>) -> Range<usize> {
        let found = || {
            let text = self.as_str()?;
            let wanted = text.get(piece.clone())?;
            let wanted = wanted.lines().next().filter(|line| !line.is_empty())?;
            let source = document.get(self.span.clone())?;
            let before = text.get(..piece.start)?.matches(wanted).count();
            let (at, _) = source.match_indices(wanted).nth(before)?;
            Some(self.span.start + at..self.span.start + at + wanted.len())
        };
        found().unwrap_or_else(|| self.span.clone())
    }
}

/// What became of a text.
///
/// ```
/// use kiln::document::yaml::{Parsed, parse};
///
/// // Nothing but a comment is no fault, and no document either.
/// assert_eq!(parse("# later\n"), Parsed { root: None, faults: Vec::new() });
/// let Parsed { root, faults } = parse("phases: [");
/// assert!(root.is_none() && !faults.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The first document of the text; `None` where there is none, or where it is not YAML.
    pub root: Option<Node>,
    /// Why the text is not what a reader of YAML takes.
    pub faults: Vec<Fault>,
}

/// Parses a text.
#[must_use]
pub fn parse(text: &str) -> Parsed {
    if text.len() > MAX_BYTES {
        let message = format!("more than {} KiB", MAX_BYTES / 1024);
        return Parsed { root: None, faults: vec![Fault::new(message, 0..0)] };
    }
    if let Some(at) = row::tab_after_dash(text) {
        let fault = Fault::new("a tab follows the dash", at..at + 1);
        return Parsed { root: None, faults: vec![fault.help("write a space").edit(at..at + 1, " ")] };
    }
    if let Some(spaced) = row::without_tabs_after_keys(text) {
        return parse_spaced(&spaced);
    }
    parse_spaced(text)
}

/// Parses a text whose keys and dashes have spaces after them.
fn parse_spaced(text: &str) -> Parsed {
    let mut builder = Builder {
        text,
        events: Parser::new_from_str(text),
        offsets: Offsets::new(text),
        anchors: HashMap::new(),
        nodes: 0,
        anchored: 0,
        aliased: 0,
        duplicates: Vec::new(),
    };
    match builder.document() {
        Ok(root) => Parsed { root, faults: builder.duplicates },
        Err(fault) => {
            let mut faults = builder.duplicates;
            faults.push(fault);
            Parsed { root: None, faults }
        }
    }
}

struct Builder<'a> {
    text: &'a str,
    events: Parser<'a, saphyr_parser::StrInput<'a>>,
    offsets: Offsets,
    /// Looked up by id only, never walked.
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
    anchored: usize,
    aliased: usize,
    duplicates: Vec<Fault>,
}

impl<'a> Builder<'a> {
    fn document(&mut self) -> Result<Option<Node>, Fault> {
        let root = loop {
            match self.next()? {
                (Event::StreamStart | Event::DocumentStart(_), _) => {}
                (Event::StreamEnd | Event::DocumentEnd, _) => return Ok(None),
                (event, span) => break self.node(event, span, 0)?,
            }
        };
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => return Ok(Some(root)),
                (Event::DocumentStart(_), span) => {
                    let start = self.offsets.byte(span.start.index());
                    let message = "a second document begins here, and only the first would be read";
                    let help = "keep each document in a file of its own";
                    return Err(Fault::new(message, start..start + "---".len()).help(help));
                }
                _ => {}
            }
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, Fault> {
        let start = self.offsets.byte(span.start.index());
        if depth > MAX_DEPTH {
            return Err(Fault::new(format!("nested more than {MAX_DEPTH} levels deep"), start..start));
        }
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(Fault::new(format!("more than {MAX_NODES} values"), start..start));
        }
        let (value, anchor, end) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                // A tag such as `!!str` says what the text is, so its look does not.
                let plain = style == ScalarStyle::Plain && tag.is_none();
                let value = Value::Scalar { text: text.into_owned(), plain };
                (value, anchor, self.offsets.byte(span.end.index()))
            }
            Event::SequenceStart(anchor, _) => {
                let mut items = Vec::new();
                let end = loop {
                    match self.next()? {
                        (Event::SequenceEnd, span) => break span,
                        (event, span) => items.push(self.node(event, span, depth + 1)?),
                    }
                };
                (Value::List(items), anchor, self.offsets.byte(end.end.index()))
            }
            Event::MappingStart(anchor, _) => {
                let mut entries: Vec<(Node, Node)> = Vec::new();
                let mut names = HashSet::new();
                let (mut merged, mut twice) = (Vec::new(), Vec::new());
                let end = loop {
                    match self.next()? {
                        (Event::MappingEnd, span) => break span,
                        (event, span) => {
                            let key = self.node(event, span, depth + 1)?;
                            let (event, span) = self.next()?;
                            let value = self.node(event, span, depth + 1)?;
                            match key.as_str() {
                                Some("<<") => merged.push(value),
                                Some(name) if !names.insert(name.to_owned()) => twice.push(key),
                                _ => entries.push((key, value)),
                            }
                        }
                    }
                };
                self.duplicates(&entries, &twice);
                merge(&mut entries, merged, &mut names);
                (Value::Map(entries), anchor, self.offsets.byte(end.end.index()))
            }
            Event::Alias(id) => return self.alias(id, start),
            _ => return Err(Fault::new("unexpected end of the document", start..start)),
        };
        let node = Node { value, span: start..end.max(start) };
        if anchor > 0 {
            let size = size(&node);
            self.anchored += size;
            if self.anchored > MAX_ANCHORED_NODES {
                return Err(Fault::new("anchors name too much", start..start));
            }
            self.anchors.insert(anchor, (node.clone(), size));
        }
        Ok(node)
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), Fault> {
        let end = self.text.len();
        match self.events.next() {
            Some(event) => event.map_err(|error| self.scan_fault(&error)),
            None => Err(Fault::new("unexpected end of the document", end..end)),
        }
    }

    fn alias(&mut self, id: usize, start: usize) -> Result<Node, Fault> {
        let fault = |message: &str| Fault::new(message, start..start);
        let (node, size) = self.anchors.get(&id).ok_or_else(|| fault("an alias of an anchor that is not complete"))?;
        self.aliased += size;
        if self.aliased > MAX_ALIASED_NODES {
            return Err(fault("aliases stand for too much"));
        }
        Ok(node.clone())
    }

    /// Reports the keys that a map has twice. Where all begin again, an item of a list lacks its dash.
    fn duplicates(&mut self, entries: &[(Node, Node)], twice: &[Node]) {
        let first = entries.first().map(|(key, _)| key);
        if let (Some(first), [again, _, ..]) = (first, twice)
            && first.as_str() == again.as_str()
            && self.duplicates.len() < MOST_DUPLICATES
        {
            let name = again.as_str().unwrap_or_default();
            let message = format!("a dash is missing before `{name}`: the keys of an item begin again");
            let fault = Fault::new(message, again.span.clone()).help(format!("write `- {name}`"));
            let dash = |node: &Node| self.text.get(node.span.start.checked_sub(2)?..node.span.start);
            let at = again.span.start.saturating_sub(2);
            let is_item = dash(first) == Some("- ") && dash(again) == Some("  ");
            self.duplicates.push(if is_item { fault.edit(at..at + 2, "- ") } else { fault });
            return;
        }
        for key in twice.iter().take(MOST_DUPLICATES.saturating_sub(self.duplicates.len())) {
            let message = format!("the key `{}` is there twice", key.as_str().unwrap_or_default());
            self.duplicates.push(Fault::new(message, key.span.clone()).help("remove one of the two"));
        }
    }

    fn scan_fault(&self, error: &saphyr_parser::ScanError) -> Fault {
        let at = self.offsets.byte(error.marker().index()).min(self.text.len());
        diagnose::diagnose(self.text, at, error.info())
    }
}

/// Adds the entries of the maps under `<<` that the map does not have itself.
fn merge(entries: &mut Vec<(Node, Node)>, merged: Vec<Node>, names: &mut HashSet<String>) {
    for node in merged {
        match node.value {
            Value::Map(inherited) => entries.extend(
                inherited.into_iter().filter(|(key, _)| key.as_str().is_none_or(|name| names.insert(name.to_owned()))),
            ),
            Value::List(items) => merge(entries, items, names),
            Value::Scalar { .. } => {}
        }
    }
}

fn size(node: &Node) -> usize {
    1 + match &node.value {
        Value::Scalar { .. } => 0,
        Value::List(items) => items.iter().map(size).sum(),
        Value::Map(entries) => entries.iter().map(|(key, value)| size(key) + size(value)).sum(),
    }
}

/// The parser counts characters; diagnostics count bytes.
enum Offsets {
    Ascii,
    Table(Vec<usize>),
}

impl Offsets {
    fn new(text: &str) -> Self {
        if text.is_ascii() {
            return Self::Ascii;
        }
        let mut table: Vec<usize> = text.char_indices().map(|(offset, _)| offset).collect();
        table.push(text.len());
        Self::Table(table)
    }

    fn byte(&self, character: usize) -> usize {
        match self {
            Self::Ascii => character,
            Self::Table(table) => table.get(character).or(table.last()).copied().unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests;
