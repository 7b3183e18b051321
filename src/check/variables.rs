//! Expressions outside of documents: `{{ imagebuilder:… }}` in names and tags of AMIs, and where nothing is replaced.

use super::context::Context;
use crate::diagnostic::{Diagnostic, Place, code};
use crate::project::AmiName;
use crate::project::suggest::closest;
use crate::source::FieldPath;
use crate::spec::Spec;

/// What the service replaces (API reference, AmiDistributionConfiguration, `name` and `amiTags`).
const KNOWN: [&str; 2] = ["imagebuilder:buildDate", "imagebuilder:buildVersion"];

/// The keys whose texts the service looks at.
const REPLACED: [&str; 3] = ["ami-name", "ami-tags", "build-ami-tags"];

/// Keys with languages of their own, or that hold documents and what is given to them.
const OTHERS: [&str; 8] =
    ["components", "workflows", "dockerfile-text", "user-data", "container", "events", "matrix", "schedule"];

/// Checks the texts of pipelines and distributions.
pub(super) fn check(spec: &Spec, cx: &mut Context<'_>) {
    for (text, path) in spec.texts_of_images() {
        if text.contains("{{") {
            of_text(&text, &path).into_iter().for_each(|finding| cx.report(finding));
        }
    }
}

fn of_text(text: &str, path: &FieldPath) -> Vec<Diagnostic> {
    let words = path.to_string();
    let has = |key: &str| words.split(['.', '[']).any(|part| part == key);
    if OTHERS.iter().any(|key| has(key)) {
        return Vec::new();
    }
    let is_replaced = REPLACED.iter().any(|key| has(key));
    // The name of an AMI without its date is reported with what was meant.
    if has("ami-name") && AmiName::parse(text).is_err() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|rest| rest.find("{{")).map(|at| from + at) {
        let Some(length) = text.get(start..).and_then(|rest| rest.find("}}")) else { break };
        let end = start + length + 2;
        from = end;
        let inner = text.get(start + 2..end - 2).unwrap_or_default().trim();
        if inner.contains('{') || (is_replaced && KNOWN.contains(&inner)) {
            continue;
        }
        let place = Place::Within(path.clone(), start..end);
        found.push(finding(inner, place, is_replaced, has("ami-name")));
    }
    found
}

fn finding(inner: &str, place: Place, is_replaced: bool, is_name: bool) -> Diagnostic {
    if !is_replaced {
        let message = format!("`{inner}` is not replaced here: the braces stay in the text");
        let finding = Diagnostic::new(code::BAD_VARIABLE, message).label(None, place, "");
        return finding.help("expressions are replaced in `ami-name`, `ami-tags` and `build-ami-tags`").warns();
    }
    let lower = inner.to_ascii_lowercase();
    let same = KNOWN.into_iter().find(|known| known.to_ascii_lowercase() == lower);
    let bare = KNOWN.into_iter().find(|known| known.strip_prefix("imagebuilder:") == Some(inner));
    let near = same.or(bare).or_else(|| closest(inner, KNOWN));
    let label = near.map_or_else(String::new, |near| format!("did you mean `{{{{ {near} }}}}`?"));
    let message = format!("Image Builder has no variable `{inner}`");
    let finding = Diagnostic::new(code::BAD_VARIABLE, message).label(None, place.clone(), label);
    let finding = match near {
        Some(near) => finding.edit(place, format!("{{{{ {near} }}}}")),
        None => finding,
    };
    let finding = finding.help("known: `{{ imagebuilder:buildDate }}`, `{{ imagebuilder:buildVersion }}`");
    // In a tag the braces may stay as they are; EC2 takes none in the name of an AMI.
    if near.is_some() || is_name { finding } else { finding.warns() }
}
