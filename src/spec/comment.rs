//! Comments that allow a finding, with the fields of the spec that they are about.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::comment::{Comment, comments};
use crate::source::{FieldPath, FieldPaths, Segment};

/// The comments of a spec.
pub(super) fn read(text: &str, table: &DeTable<'_>) -> Vec<Comment> {
    let mut found: Vec<Comment> = comments(text).collect();
    if found.is_empty() {
        return found;
    }
    let fields = Fields::of(table);
    let mut last: Option<(usize, Arc<FieldPaths>)> = None;
    for comment in &mut found {
        // Of comments one below the other, each is about the same.
        let end = comment.covers.end;
        let covered = match last.take().filter(|(known, _)| *known == end) {
            Some((_, fields)) => fields,
            None => Arc::new(fields.covered(text, comment)),
        };
        comment.fields = Arc::clone(&covered);
        last = Some((end, covered));
    }
    found
}

/// A field, and the one that it is in.
struct Field<'a> {
    start: usize,
    inside: Option<usize>,
    depth: usize,
    step: Step<'a>,
}

enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// All fields of a spec, in the order in which they were found, and their numbers in the order of the text.
struct Fields<'a> {
    all: Vec<Field<'a>>,
    by_start: Vec<usize>,
}

impl<'a> Fields<'a> {
    fn of(table: &'a DeTable<'_>) -> Self {
        let mut fields = Self { all: Vec::new(), by_start: Vec::new() };
        fields.table(table, (None, 0));
        fields.by_start = (0..fields.all.len()).collect();
        fields.by_start.sort_by_key(|index| fields.all[*index].start);
        fields
    }

    fn table(&mut self, table: &'a DeTable<'_>, inside: (Option<usize>, usize)) {
        for (key, value) in table {
            self.field(value, key.span().start, Step::Key(key.get_ref()), inside);
        }
    }

    fn field(
        &mut self,
        value: &'a Spanned<DeValue<'_>>,
        start: usize,
        step: Step<'a>,
        (inside, depth): (Option<usize>, usize),
    ) {
        let here = (Some(self.all.len()), depth + 1);
        self.all.push(Field { start, inside, depth: depth + 1, step });
        match value.get_ref() {
            DeValue::Table(table) => self.table(table, here),
            DeValue::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.field(item, item.span().start, Step::Index(index), here);
                }
            }
            _ => {}
        }
    }

    /// The fields that begin in what a comment covers, without what is in one of them. `[pipeline.web]` is about the one table,
    /// not about all pipelines.
    fn covered(&self, text: &str, comment: &Comment) -> FieldPaths {
        // The comment itself covers no field, and nor does what is before it on its line.
        let line = text[comment.covers.clone()]
            .lines()
            .find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
        let is_header = line.is_some_and(|line| line.trim_start().starts_with('['));
        let from = self.by_start.partition_point(|index| self.all[*index].start < comment.covers.start);
        let begin = self.by_start[from..].iter().copied();
        let covered: Vec<usize> = begin.take_while(|index| self.all[*index].start < comment.covers.end).collect();
        let deepest = covered.iter().map(|index| self.all[*index].depth).max();
        let is_covered = |index: usize| comment.covers.contains(&self.all[index].start);
        let mut fields = FieldPaths::default();
        for index in covered {
            let field = &self.all[index];
            let is_about = if is_header {
                Some(field.depth) == deepest
            } else {
                !std::iter::successors(field.inside, |above| self.all[*above].inside).any(is_covered)
            };
            if is_about {
                fields.insert(self.path(index));
            }
        }
        fields
    }

    fn path(&self, index: usize) -> FieldPath {
        let mut path: Vec<Segment> = std::iter::successors(Some(index), |here| self.all[*here].inside)
            .map(|index| match self.all[index].step {
                Step::Key(key) => Segment::Key(key.to_owned()),
                Step::Index(index) => Segment::Index(index),
            })
            .collect();
        path.reverse();
        FieldPath(path)
    }
}
