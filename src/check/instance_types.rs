//! Instance types against the catalogue of families, which is as of a date: a family that is not in it is a warning.

use super::context::{Context, refused};
use crate::diagnostic::{Diagnostic, Place, code};
use crate::project::InstanceType;
use crate::source::At;

/// Checks a list of instance types.
pub(super) fn all(texts: &[String], at: At<'_>, cx: &mut Context<'_>) -> Vec<InstanceType> {
    let types: Vec<Option<InstanceType>> =
        texts.iter().enumerate().map(|(index, text)| one(text, at.index(index), cx)).collect();
    types.into_iter().flatten().collect()
}

fn one(text: &str, at: At<'_>, cx: &mut Context<'_>) -> Option<InstanceType> {
    let parsed = cx.parse(code::BAD_INSTANCE_TYPE, at, text, InstanceType::parse)?;
    if let Err(invalid) = parsed.known_size() {
        let place = invalid.at.clone().map(|piece| Place::Within(at.path(), piece));
        let finding = refused(code::BAD_INSTANCE_TYPE, at, invalid);
        // A word that is close to a size is a slip of it; `3xlarge` may be meant for any other number.
        cx.report(
            match (place, parsed.closest_size().filter(|_| !parsed.size().starts_with(|c: char| c.is_ascii_digit()))) {
                (Some(place), Some(near)) => finding.edit(place, near),
                _ => finding,
            },
        );
    }
    if let Err(date) = parsed.known_family() {
        let message = format!("kiln does not know the family `{}`, as of {date}", parsed.family());
        let near = parsed.closest_family().map_or_else(String::new, |near| format!("did you mean `{near}`?"));
        let finding = Diagnostic::new(code::UNKNOWN_INSTANCE_TYPE, message).at_value(at, near);
        let architecture = parsed.architectures().first().map_or("", |architecture| architecture.word());
        cx.report(finding.help(format!("a newer family may exist all the same; by its name it is `{architecture}`")));
    }
    Some(parsed)
}
