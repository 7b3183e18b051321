//! From findings about pipelines that were made back to the tables that they were made from.

use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;

use super::{Fanned, Survey};
use crate::diagnostic::{Diagnostic, Place, Report};
use crate::source::{FieldPath, Segment};

/// So many combinations are named in a finding.
const MOST_NAMED: usize = 3;

/// Where a pipeline comes from.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    /// Its table in the spec.
    table: String,
    /// Its combination, as a user reads it.
    combination: String,
    /// What all combinations of the table have in common.
    survey: Arc<Survey>,
}

impl Origin {
    pub(super) fn new(table: &str, combination: &str, survey: &Arc<Survey>) -> Self {
        Self { table: table.to_owned(), combination: combination.to_owned(), survey: Arc::clone(survey) }
    }

    /// The path in the table that was written, of a field of a pipeline that was made.
    pub(super) fn written(&self, field: &FieldPath) -> FieldPath {
        let mut written = field.clone();
        if let Some(Segment::Key(name)) = written.0.get_mut(1) {
            name.clone_from(&self.table);
        }
        written
    }
}

impl Fanned<'_> {
    /// The findings as they concern the spec that the user wrote: what all combinations of a table have is told once,
    /// what only some have names them.
    #[must_use]
    pub fn restore(&self, report: Report) -> Report {
        if self.origins.is_empty() {
            return report;
        }
        let mut plain = Report::new();
        plain.count_more(report.more());
        // What is equal for several combinations of one table, and which these are.
        let mut groups: IndexMap<Diagnostic, BTreeSet<usize>> = IndexMap::new();
        for mut finding in report.into_vec() {
            let made = finding.labels.iter_mut().filter_map(|label| self.restore_place(&mut label.place));
            // Several combinations may have been named in one finding.
            let made: Vec<usize> = made.collect();
            let Some(first) = made.first().copied() else {
                plain.push(finding);
                continue;
            };
            // A text for one of the pipelines is none for the table.
            finding.edit = None;
            let mut known = Vec::new();
            finding.labels.retain(|label| {
                let is_new = !known.contains(&label.place);
                known.push(label.place.clone());
                is_new
            });
            if self.is_about_unknown(first, &finding) {
                continue;
            }
            groups.entry(finding).or_default().extend(made);
        }
        let mut sizes: IndexMap<&str, usize> = IndexMap::new();
        for origin in self.origins.values() {
            *sizes.entry(origin.table.as_str()).or_default() += 1;
        }
        groups.into_iter().for_each(|(finding, made)| plain.push(self.named(finding, &made, &sizes)));
        plain
    }

    /// Leads a place back to its table. Gives the pipeline that it was in, if that was made.
    fn restore_place(&self, place: &mut Place) -> Option<usize> {
        let (Place::Key(path) | Place::Value(path) | Place::Within(path, _)) = place else { return None };
        let index = self.restore_path(path)?;
        let (_, origin) = self.origins.get_index(index)?;
        // A piece of a string is elsewhere, or nowhere, in the string that was written.
        if let Place::Within(path, _) = place
            && origin.survey.replaced.below(path)
        {
            *place = Place::Value(std::mem::take(path));
        }
        Some(index)
    }

    /// Leads the path of a field back to its table. Gives the pipeline that it was in, if that was made.
    pub fn restore_path(&self, path: &mut FieldPath) -> Option<usize> {
        let [Segment::Key(of), Segment::Key(name), ..] = path.0.as_mut_slice() else { return None };
        let (index, _, origin) = self.origins.get_full(name.as_str()).filter(|_| of == "pipeline")?;
        name.clone_from(&origin.table);
        Some(index)
    }

    /// Whether a finding comes from a variable without a value, which has been reported.
    fn is_about_unknown(&self, made: usize, finding: &Diagnostic) -> bool {
        let unknown = &self.origins[made].survey.unknown;
        match finding.labels.first().map(|label| &label.place) {
            // The name of a whole table says nothing about a string in it.
            Some(Place::Key(path) | Place::Value(path) | Place::Within(path, _)) => {
                path.0.len() > 2 && unknown.below(path)
            }
            _ => false,
        }
    }

    /// A finding that names its combinations, unless all have it.
    fn named(&self, finding: Diagnostic, combinations: &BTreeSet<usize>, sizes: &IndexMap<&str, usize>) -> Diagnostic {
        let tables: IndexMap<&str, usize> = combinations.iter().fold(IndexMap::new(), |mut tables, index| {
            *tables.entry(self.origins[*index].table.as_str()).or_default() += 1;
            tables
        });
        if tables.iter().all(|(table, count)| sizes.get(table) == Some(count)) {
            return finding;
        }
        let named: Vec<String> = combinations
            .iter()
            .take(MOST_NAMED)
            .map(|index| format!("`{}`", self.origins[*index].combination))
            .collect();
        let more = combinations.len().saturating_sub(MOST_NAMED);
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        finding.help(format!("this concerns {}{more}", named.join("; ")))
    }
}
