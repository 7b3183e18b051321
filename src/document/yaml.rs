//! A YAML text as a tree in which every node knows its place.
//!
//! The tree is bounded: depth and aliases have limits, so that no text can exhaust the stack or the memory.

use std::collections::HashMap;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

/// How deep lists and maps may nest.
const MAX_DEPTH: usize = 64;

/// How many nodes aliases may stand for, all together.
const MAX_ALIASED_NODES: usize = 10_000;

/// A value and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Its bytes in the text.
    pub span: Range<usize>,
}

/// A YAML value.
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub message: String,
    /// Its bytes in the text.
    pub span: Range<usize>,
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
        self.as_map()?.iter().find(|(name, _)| name.as_str() == Some(key)).map(|(_, value)| value)
    }
}

/// Parses the first document of a text; `None` where there is none.
pub fn parse(text: &str) -> Result<Option<Node>, Fault> {
    let offsets = Offsets::new(text);
    let mut builder =
        Builder { text, events: Parser::new_from_str(text), offsets, anchors: HashMap::new(), aliased: 0 };
    loop {
        match builder.next()? {
            (Event::StreamStart | Event::DocumentStart(_), _) => {}
            (Event::StreamEnd | Event::DocumentEnd, _) => return Ok(None),
            (event, span) => return builder.node(event, span, 0).map(Some),
        }
    }
}

struct Builder<'a> {
    text: &'a str,
    events: Parser<'a, saphyr_parser::StrInput<'a>>,
    offsets: Offsets,
    /// Looked up by id only, never walked.
    anchors: HashMap<usize, (Node, usize)>,
    aliased: usize,
}

impl<'a> Builder<'a> {
    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, Fault> {
        let start = self.offsets.byte(span.start.index());
        if depth > MAX_DEPTH {
            return Err(Fault { message: format!("nested more than {MAX_DEPTH} levels deep"), span: start..start });
        }
        let (value, anchor, end) = match event {
            Event::Scalar(text, style, anchor, _) => {
                let value = Value::Scalar { text: text.into_owned(), plain: style == ScalarStyle::Plain };
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
                let end = loop {
                    match self.next()? {
                        (Event::MappingEnd, span) => break span,
                        (event, span) => {
                            let key = self.node(event, span, depth + 1)?;
                            self.refuse_duplicate(&entries, &key)?;
                            let (event, span) = self.next()?;
                            entries.push((key, self.node(event, span, depth + 1)?));
                        }
                    }
                };
                (Value::Map(entries), anchor, self.offsets.byte(end.end.index()))
            }
            Event::Alias(id) => return self.alias(id, start),
            _ => return Err(Fault { message: "unexpected end of the document".to_owned(), span: start..start }),
        };
        let node = Node { value, span: start..end.max(start) };
        if anchor > 0 {
            let size = size(&node);
            self.anchors.insert(anchor, (node.clone(), size));
        }
        Ok(node)
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), Fault> {
        let end = self.text.len();
        match self.events.next() {
            Some(event) => event.map_err(|error| self.scan_fault(&error)),
            None => Err(Fault { message: "unexpected end of the document".to_owned(), span: end..end }),
        }
    }

    fn alias(&mut self, id: usize, start: usize) -> Result<Node, Fault> {
        let fault = |message: &str| Fault { message: message.to_owned(), span: start..start };
        let (node, size) = self.anchors.get(&id).ok_or_else(|| fault("an alias of an anchor that is not complete"))?;
        self.aliased += size;
        if self.aliased > MAX_ALIASED_NODES {
            return Err(fault("aliases stand for too much"));
        }
        Ok(node.clone())
    }

    fn refuse_duplicate(&self, entries: &[(Node, Node)], key: &Node) -> Result<(), Fault> {
        let Some(name) = key.as_str() else { return Ok(()) };
        if entries.iter().any(|(other, _)| other.as_str() == Some(name)) {
            return Err(Fault { message: format!("the key `{name}` is there twice"), span: key.span.clone() });
        }
        Ok(())
    }

    fn scan_fault(&self, error: &saphyr_parser::ScanError) -> Fault {
        let at = self.offsets.byte(error.marker().index()).min(self.text.len());
        Fault { message: error.info().to_owned(), span: at..at }
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
mod tests {
    use super::*;

    #[test]
    fn every_node_knows_its_place() {
        let text = "ä: 1\nphases:\n  - name: \"build\"\n";
        let root = parse(text).unwrap().unwrap();
        let phase = &root.get("phases").unwrap().as_list().unwrap()[0];
        assert_eq!(&text[phase.get("name").unwrap().span.clone()], "\"build\"");
    }

    #[test]
    fn hostile_texts_are_refused() {
        let deep = "[".repeat(100_000);
        assert!(parse(&deep).is_err());
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*c,*c,*c,*c,*c]";
        assert!(parse(bomb).unwrap_err().message.contains("aliases"));
        assert!(parse("a: 1\na: 2\n").unwrap_err().message.contains("twice"));
        assert!(parse("").unwrap().is_none());
    }
}
