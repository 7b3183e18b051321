//! Documents that are checked on their own: read, and told apart from specs by their names.

use std::path::{Path, PathBuf};

use kiln::check::settle;
use kiln::diagnostic::{Diagnostic, Place, Report, Sources, code};
use kiln::document::lint::{Kind, lint};
use kiln::files::{Texts, not_utf8};
use kiln::source::decode;
use kiln::spec::Spec;

use crate::disk;
use crate::exit::Failure;
use crate::specs::shown;

/// No document may be larger, in bytes; the service takes far less.
const MAX_BYTES: u64 = 1024 * 1024;

/// Parts paths into those of specs and those of documents, each in its order. A folder is searched for specs.
pub fn part(paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<PathBuf>) {
    paths.iter().cloned().partition(|path| path.is_dir() || Kind::is_spec(&shown(path)))
}

/// Checks a document; what is no text is found, not failed on.
pub fn check(path: &Path) -> Result<(Report, Sources), Failure> {
    let content = disk::read(path, MAX_BYTES)?;
    let name = shown(path);
    let (mut report, mut sources) = (Report::new(), Sources::default());
    let whole = |kind, message: String| Diagnostic::new(kind, message).label(Some(&name), Place::File, "");
    if content.len() as u64 > MAX_BYTES {
        report.push(whole(code::FILE_TOO_LARGE, format!("`{name}` is larger than {} KiB", MAX_BYTES / 1024)));
        return Ok((report, sources));
    }
    match decode(content) {
        Err(error) => {
            report.push(not_utf8(Some(&name), &error));
            sources.add(name, error.text);
        }
        Ok(text) => {
            for finding in lint(&name, &text).1 {
                report.push(finding.in_file(&name));
            }
            report = settle(report, &Spec::default(), &Texts::one(&name, &text));
            sources.add(name, text);
        }
    }
    Ok((report, sources))
}
