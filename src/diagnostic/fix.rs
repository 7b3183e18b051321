//! Texts with what was probably meant: the words of "did you mean" in their places.

use super::{Diagnostic, Located, Place, Report, Sources};

/// A text that was fixed.
///
/// ```
/// use kiln::diagnostic::Sources;
/// use kiln::diagnostic::fix::fixed;
/// use kiln::source::Source;
///
/// let source = Source::new("kiln.toml", "nmae = \"web\"\n");
/// let (_, report) = kiln::spec::read(&source);
/// let all = fixed(&report, &Sources::spec(source));
/// assert_eq!((all[0].count, all[0].after.as_str()), (1, "name = \"web\"\n"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// The file's name, as findings show it.
    pub name: String,
    /// The text as it was.
    pub before: String,
    /// The text with all fixes.
    pub after: String,
    /// How many fixes there are.
    pub count: usize,
}

/// Fixes texts where findings know what should be there. Of two fixes of one place the first is taken.
#[must_use]
pub fn fixed(report: &Report, sources: &Sources) -> Vec<Fixed> {
    let located = sources.locate(report);
    let edits = located.iter().filter_map(|(finding, labels)| Some((labels.first()?, finding)));
    let words = edits.filter_map(|(label, finding)| edit(finding, label).map(|text| (label.clone(), text)));
    let texts = sources.edits(report).into_iter().map(|place| (place.clone(), place.label.to_owned()));
    let edits: Vec<_> = words.chain(texts).collect();
    let mut all = Vec::new();
    for (name, before) in sources.texts() {
        let own = edits.iter().filter(|(label, _)| label.file == Some(name));
        let mut own: Vec<_> = own.filter_map(|(label, text)| Some((label.span.clone()?, text))).collect();
        own.sort_by_key(|(span, _)| (span.start, span.end));
        own.dedup_by(|later, earlier| later.0.start < earlier.0.end);
        let mut after = before.to_owned();
        // From the end, so that what is before stays where it is.
        for (span, text) in own.iter().rev() {
            after.replace_range(span.clone(), text);
        }
        if after != before {
            all.push(Fixed { name: name.to_owned(), before: before.to_owned(), after, count: own.len() });
        }
    }
    all
}

/// Whether there is one text that can be right, which [`fixed`] writes.
#[must_use]
pub fn is_fixable(finding: &Diagnostic, labels: &[Located<'_>]) -> bool {
    finding.edit.is_some() || labels.first().is_some_and(|label| edit(finding, label).is_some())
}

/// How many findings can be fixed.
#[must_use]
pub fn count(report: &Report, sources: &Sources) -> usize {
    let located = sources.locate(report);
    located.iter().filter(|(finding, labels)| is_fixable(finding, labels)).count()
}

/// What is written at a place: in the quotes that are there, and nothing where the text was made from variables.
pub(super) fn edit(finding: &Diagnostic, label: &Located<'_>) -> Option<String> {
    let word = finding.fix.as_deref()?;
    let is_plain = |text: &str| !text.is_empty() && !text.contains(['"', '\'', '\\', '\n']);
    let old = label.text?.get(label.span.clone()?)?;
    let quote = old.chars().next().filter(|first| matches!(first, '"' | '\''));
    let inner = match quote {
        Some(quote) => old.strip_prefix(quote)?.strip_suffix(quote)?,
        None => old,
    };
    // A value of a spec is a string, and stands in quotes.
    let is_string = quote.is_some() || !matches!(finding.labels.first()?.place, Place::Value(_));
    // The finding is about this word and not about something larger.
    let is_told = finding.message.contains(&format!("`{inner}`"));
    if !is_told || !is_string || !is_plain(word) || !is_plain(inner) || inner.contains("${") || inner.contains("{{") {
        return None;
    }
    Some(match quote {
        Some(quote) => format!("{quote}{word}{quote}"),
        None => word.to_owned(),
    })
}
