//! `matrix` of a pipeline: one table of the spec that stands for several pipelines.
//!
//! [`fan_out`] comes between reading and checking. What follows sees pipelines without a matrix, and names them in its
//! findings; [`Fanned::restore`] leads such findings back to the table that the user wrote, and tells what all
//! combinations have in common once.
//!
//! A name is made of the pipeline's name and the values, so that a value more renames nothing. A spec without a matrix
//! is handed on as it is.

mod origin;
mod variables;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::diagnostic::comment::Comment;
use crate::diagnostic::{Diagnostic, Place, Report, code};
use crate::project::Key;
use crate::project::suggest::closest;
use crate::source::{At, FieldPath, FieldPaths, Segment};
use crate::spec::{Axis, Pipeline, Spec};
use crate::table::Strings;

use origin::Origin;
use variables::{Variable, replace, variables};

/// More pipelines of one table are taken for a slip.
const MOST_COMBINATIONS: usize = 100;

/// More axes make more pipelines than that, or differ in nothing.
const MOST_AXES: usize = 10;

/// So many pipelines are made of all tables, with so many bytes of text.
const MOST_MADE: (usize, usize) = (10_000, 64 * 1024 * 1024);

/// So many variables without an axis are reported for one table.
const MOST_UNKNOWN: usize = 100;

/// The tables in which these have a meaning in every spec.
const PERMISSIONS: [&str; 2] = ["permissions", "execution-permissions"];

/// What `${…}` stands for there.
const PLACEHOLDERS: [&str; 3] = ["partition", "region", "account"];

/// A spec whose pipelines have no matrix any more.
///
/// ```
/// use kiln::diagnostic::Report;
/// use kiln::matrix::fan_out;
/// use kiln::spec::{Pipeline, Spec};
///
/// let web = Pipeline::from_base("amazon-linux-2023/${arch}").matrix("arch", ["x86_64", "arm64"]);
/// let (spec, read) = (Spec::named("web").pipeline("web", web), Report::new());
/// let (fanned, report) = fan_out(&spec, &read);
/// assert!(report.is_empty());
/// assert!(fanned.spec().pipeline.keys().eq(["web-x86-64", "web-arm64"]));
/// ```
#[derive(Debug, Clone)]
pub struct Fanned<'a> {
    spec: Cow<'a, Spec>,
    read: &'a Report,
    /// By the name of the pipeline that was made.
    origins: IndexMap<String, Origin>,
}

impl Fanned<'_> {
    /// The spec with a pipeline for each combination.
    #[must_use]
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// The comments of the spec that allow findings.
    pub(crate) fn comments(&self) -> &[Comment] {
        self.read.comments()
    }

    /// Whether there were errors when the spec was read.
    #[must_use]
    pub fn is_misread(&self) -> bool {
        self.read.has_errors()
    }

    /// Whether so much was wrong when the spec was read that not all of it was kept.
    pub(crate) fn is_beyond_reading(&self) -> bool {
        self.read.more().0 > 0
    }

    /// Whether a field, something in it or something around it could not be read. A pipeline that was made has the fields
    /// of its table.
    #[must_use]
    pub fn spoils(&self, field: &FieldPath) -> bool {
        let origin = match field.0.as_slice() {
            [Segment::Key(of), Segment::Key(name), ..] if of == "pipeline" => self.origins.get(name.as_str()),
            _ => None,
        };
        let written = origin.is_some_and(|origin| self.read.spoils(&origin.written(field)));
        written || self.read.spoils(field)
    }
}

/// Replaces each pipeline that has a matrix with those that it stands for. `read` is what was found when the spec was
/// read: a matrix that could not be read has been reported, and so have its variables.
#[must_use]
pub fn fan_out<'a>(spec: &'a Spec, read: &'a Report) -> (Fanned<'a>, Report) {
    let pipelines = At::ROOT.key("pipeline");
    let is_spoiled = |name: &str| !read.is_empty() && read.spoils(&pipelines.key(name).key("matrix").path());
    let concerns = |(name, pipeline): (&String, &Pipeline)| !pipeline.matrix.is_empty() || is_spoiled(name);
    // A spec that was built in code has the order of the calls.
    let sorted = if spec.is_sorted() {
        Cow::Borrowed(spec)
    } else {
        let mut sorted = spec.clone();
        sorted.sort();
        Cow::Owned(sorted)
    };
    let mut fanned = Fanned { spec: sorted, read, origins: IndexMap::new() };
    let mut report = Report::new();
    if !spec.pipeline.iter().any(concerns) {
        return (fanned, report);
    }
    let mut names = Names::of(&fanned.spec);
    let mut made = IndexMap::with_capacity(spec.pipeline.len());
    let mut left = MOST_MADE;
    for (name, pipeline) in &fanned.spec.pipeline {
        if !concerns((name, pipeline)) {
            made.insert(name.clone(), pipeline.clone());
            continue;
        }
        let table = Table { name, pipeline, at: pipelines.key(name) };
        let is_read = !is_spoiled(name);
        let combinations = is_read.then(|| table.combinations(&mut report)).flatten();
        let survey = Arc::new(table.survey(combinations.is_some(), is_read.then_some(&mut report)));
        let combinations = combinations.filter(|combinations| table.fits(combinations.len(), &mut left, &mut report));
        for combination in combinations.unwrap_or_else(|| vec![Combination::default()]) {
            let name = combination.name(name);
            if combination.0.is_empty() || names.take(&name, &table, &combination, &mut report) {
                made.insert(name.clone(), combination.pipeline(pipeline));
                fanned.origins.insert(name, Origin::new(table.name, &combination.to_string(), &survey));
            }
        }
    }
    let tables = Spec { pipeline: IndexMap::new(), ..fanned.spec.as_ref().clone() };
    fanned.spec = Cow::Owned(Spec { pipeline: made, ..tables });
    (fanned, report)
}

/// A pipeline's table.
struct Table<'a> {
    name: &'a str,
    pipeline: &'a Pipeline,
    at: At<'a>,
}

/// What a pipeline's strings make of its variables.
#[derive(Debug, Clone, Default)]
struct Survey {
    /// Where a string is another in each combination.
    replaced: FieldPaths,
    /// Where a string has a variable without a value.
    unknown: FieldPaths,
}

impl Table<'_> {
    /// All combinations, the last axis turning fastest; `None` if the matrix says too little to know them.
    fn combinations(&self, report: &mut Report) -> Option<Vec<Combination>> {
        let matrix = self.at.key("matrix");
        let mut axes = Vec::new();
        let mut is_whole = self.pipeline.matrix.len() <= MOST_AXES;
        if !is_whole {
            let message = format!("the matrix has {} axes, {MOST_AXES} are allowed", self.pipeline.matrix.len());
            report.push(Diagnostic::new(code::MATRIX, message).at_key(matrix, ""));
        }
        for (name, values) in self.pipeline.matrix.iter().take(MOST_AXES) {
            is_whole &= is_axis(name, matrix.key(name), report);
            let values = self.values((name, values), matrix.key(name), report);
            is_whole &= !values.is_empty();
            axes.push((name, values));
        }
        let count = axes.iter().fold(1_usize, |count, (_, values)| count.saturating_mul(values.len()));
        if count > MOST_COMBINATIONS {
            let message = format!("the matrix makes {count} pipelines, {MOST_COMBINATIONS} are allowed");
            report.push(
                Diagnostic::new(code::MATRIX, message)
                    .at_key(matrix, "")
                    .help("leave out values, or write several pipelines with a matrix each"),
            );
        }
        (is_whole && count <= MOST_COMBINATIONS).then(|| {
            axes.iter().fold(vec![Combination::default()], |combinations, (axis, values)| {
                combinations.iter().flat_map(|start| values.iter().map(|value| start.with(axis, *value))).collect()
            })
        })
    }

    /// Whether there is room for so many pipelines like this.
    fn fits(&self, count: usize, (pipelines, bytes): &mut (usize, usize), report: &mut Report) -> bool {
        let mut size = 0;
        let longest = |axis: &str| self.pipeline.matrix.get(axis)?.0.iter().map(String::len).max();
        self.pipeline.clone().strings(self.at, &mut |text, _| {
            let values = variables(text).iter().filter_map(|variable| longest(variable.name)).sum::<usize>();
            size += text.len() + values;
        });
        let size = size.saturating_mul(count);
        if count <= *pipelines && size <= *bytes {
            (*pipelines, *bytes) = (*pipelines - count, *bytes - size);
            return true;
        }
        let (most, most_bytes) = MOST_MADE;
        let message =
            format!("the matrices of the spec make more than {most} pipelines, or more than {most_bytes} bytes");
        report.push(Diagnostic::new(code::MATRIX, message).at_key(self.at.key("matrix"), "").help("split the project"));
        false
    }

    /// The values of an axis that can be told apart by name, each with its place in the list.
    fn values<'a>(&self, (name, axis): (&str, &'a Axis), at: At<'_>, report: &mut Report) -> Vec<(usize, &'a str)> {
        let mut known: IndexMap<String, usize> = IndexMap::new();
        let mut values = Vec::new();
        for (index, value) in axis.0.iter().enumerate() {
            let slug = slug(value);
            if slug.is_empty() {
                let message = format!("`{value}` has no letter and no digit to name a pipeline by");
                report.push(Diagnostic::new(code::MATRIX, message).at_value(at.index(index), ""));
            } else if let Some(first) = known.get(&slug) {
                let message = format!("`{}` and `{value}` make one name, `{}-{slug}`", axis.0[*first], self.name);
                report.push(
                    Diagnostic::new(code::DUPLICATE_NAME, message)
                        .at_value(at.index(index), "makes a second pipeline of that name")
                        .at_value(at.index(*first), "the first"),
                );
            } else {
                known.insert(slug, index);
                values.push((index, value.as_str()));
            }
        }
        if axis.0.is_empty() {
            report.push(
                Diagnostic::new(code::MATRIX, format!("the axis `{name}` has no values, so there is no pipeline"))
                    .at_value(at, "")
                    .help("write its values, or remove the axis"),
            );
        }
        values
    }

    /// Looks at all variables. Those that are no axis, and axes that nobody uses, are reported if there is a report.
    fn survey(&self, has_values: bool, report: Option<&mut Report>) -> Survey {
        let axes = &self.pipeline.matrix;
        let mut survey = Survey::default();
        let mut used = BTreeSet::new();
        let mut findings = Vec::new();
        self.pipeline.clone().strings(self.at, &mut |text, at| {
            let mut found = variables(text);
            let path = at.path();
            found.retain(|variable| !is_placeholder(variable, &path));
            let (known, unknown): (Vec<_>, Vec<_>) =
                found.into_iter().partition(|variable| axes.contains_key(variable.name));
            if !unknown.is_empty() || !known.is_empty() && !has_values {
                survey.unknown.insert(path.clone());
            }
            let room = MOST_UNKNOWN.saturating_sub(findings.len());
            findings.extend(unknown.iter().take(room).map(|variable| self::unknown(variable, axes, &path)));
            used.extend(known.iter().map(|variable| variable.name.to_owned()));
            if text.contains("${") {
                survey.replaced.insert(path);
            }
        });
        let Some(report) = report else { return survey };
        let matrix = self.at.key("matrix");
        // One of the unknown variables may be the axis, misspelt; and what is wrong with an axis has been reported.
        if findings.is_empty() && has_values {
            findings.extend(axes.keys().filter(|axis| !used.contains(*axis)).map(|axis| {
                Diagnostic::new(
                    code::UNUSED,
                    format!("nothing uses the axis `{axis}`: its pipelines differ in name only"),
                )
                .at_key(matrix.key(axis), "")
                .help(format!("write `${{{axis}}}` in a string of the pipeline, or remove the axis"))
            }));
        }
        findings.into_iter().for_each(|finding| report.push(finding));
        survey
    }
}

/// One value of each axis: the axis, the value, and the value's place in its list.
#[derive(Debug, Clone, Default)]
struct Combination(Vec<(String, String, usize)>);

impl Combination {
    fn with(&self, axis: &str, (index, value): (usize, &str)) -> Self {
        let mut more = self.clone();
        more.0.push((axis.to_owned(), value.to_owned(), index));
        more
    }

    /// The name of its pipeline.
    fn name(&self, table: &str) -> String {
        self.0.iter().fold(table.to_owned(), |name, (_, value, _)| format!("{name}-{}", slug(value)))
    }

    /// Its pipeline.
    fn pipeline(&self, table: &Pipeline) -> Pipeline {
        let mut pipeline = Pipeline { matrix: IndexMap::new(), ..table.clone() };
        let value = |axis: &str| self.0.iter().find(|(name, _, _)| name == axis).map(|(_, value, _)| value.as_str());
        // The name of another pipeline has values in it as names have.
        let below = pipeline.base.as_mut().and_then(|base| base.pipeline.take());
        pipeline.strings(At::ROOT, &mut |text, _| replace(text, |axis| value(axis).map(Cow::Borrowed)));
        if let (Some(base), Some(mut below)) = (&mut pipeline.base, below) {
            replace(&mut below, |axis| value(axis).map(|value| slug(value).into()));
            base.pipeline = Some(below);
        }
        pipeline
    }
}

impl std::fmt::Display for Combination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, (axis, value, _)) in self.0.iter().enumerate() {
            write!(f, "{}{axis} = \"{value}\"", if index > 0 { ", " } else { "" })?;
        }
        Ok(())
    }
}

/// The names of all pipelines, as AWS tells them apart, and where each comes from.
struct Names(IndexMap<String, FieldPath>);

impl Names {
    /// The names of pipelines without a matrix.
    fn of(spec: &Spec) -> Self {
        let pipelines = At::ROOT.key("pipeline");
        let plain = spec.pipeline.iter().filter(|(_, pipeline)| pipeline.matrix.is_empty());
        Self(plain.map(|(name, _)| (slug(name), pipelines.key(name).path())).collect())
    }

    /// Takes a name, unless another pipeline has it.
    fn take(&mut self, name: &str, table: &Table<'_>, combination: &Combination, report: &mut Report) -> bool {
        let matrix = table.at.key("matrix");
        let place = match combination.0.last() {
            Some((axis, _, index)) => matrix.key(axis).index(*index).path(),
            None => matrix.path(),
        };
        let Some(first) = self.0.get(&slug(name)) else {
            self.0.insert(slug(name), place);
            return true;
        };
        let message = format!("two pipelines would be called `{name}`");
        report.push(
            Diagnostic::new(code::DUPLICATE_NAME, message)
                .label(None, Place::Value(place), format!("with {combination}"))
                .label(None, Place::Value(first.clone()), "the first")
                .help("give one of the tables another name, or change a value"),
        );
        false
    }
}

fn is_axis(name: &str, at: At<'_>, report: &mut Report) -> bool {
    let (message, help) = if PLACEHOLDERS.contains(&name) {
        (
            format!("`${{{name}}}` has a meaning of its own in `permissions`"),
            Some("choose another name for the axis".to_owned()),
        )
    } else {
        match Key::parse(name) {
            Ok(_) => return true,
            Err(invalid) => (invalid.message, invalid.help),
        }
    };
    let finding = Diagnostic::new(code::BAD_NAME, message).at_key(at, "");
    report.push(help.into_iter().fold(finding, Diagnostic::help));
    false
}

/// Whether a variable is one that every spec has there.
fn is_placeholder(variable: &Variable<'_>, path: &FieldPath) -> bool {
    let is_permission = |segment: &Segment| matches!(segment, Segment::Key(key) if PERMISSIONS.contains(&key.as_str()));
    PLACEHOLDERS.contains(&variable.name) && path.0.iter().any(is_permission)
}

fn unknown(variable: &Variable<'_>, axes: &IndexMap<String, Axis>, path: &FieldPath) -> Diagnostic {
    let name = variable.name;
    let axes: Vec<&str> = axes.keys().map(String::as_str).take(MOST_COMBINATIONS).collect();
    let near = closest(name, axes.iter().copied());
    let label = near.map_or_else(String::new, |near| format!("did you mean `${{{near}}}`?"));
    let place = Place::Within(path.clone(), variable.span.clone());
    Diagnostic::new(code::UNKNOWN_REFERENCE, format!("the matrix has no axis `{name}`"))
        .label(None, place, label)
        .help(format!("known: {}", axes.join(", ")))
        .help(format!("`$${{{name}}}` stands for the characters themselves"))
}

/// A value as it stands in names: lowercase letters and digits, with `-` for what stands between them.
fn slug(value: &str) -> String {
    let words = value.split(|char: char| !char.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests;
