//! `[documents]`, and whether a document can reach the service at all.

use super::context::Context;
use crate::diagnostic::{Diagnostic, code};
use crate::document::{MOST_UPLOADED, NOT_INLINE_ABOVE};
use crate::project::definition::Documents;
use crate::project::{BucketName, Invalid};
use crate::source::At;
use crate::spec::Spec;

/// S3 takes keys of 1024 bytes, and a document's name has 75.
const MOST_PREFIX: usize = 900;

/// Checks the table. The outer `None` means that it was refused.
#[expect(clippy::option_option, reason = "left out and refused are two things")]
pub(super) fn documents(spec: &Spec, cx: &mut Context<'_>) -> Option<Option<Documents>> {
    let Some(table) = &spec.documents else { return Some(None) };
    let at = At::ROOT.key("documents");
    let Some(bucket) = &table.bucket else {
        cx.missing("the documents have no bucket", (at, &["bucket"]), "add `bucket = \"…\"`: it must exist");
        return None;
    };
    let bucket = cx.parse(code::BAD_ID, at.key("bucket"), bucket, BucketName::parse);
    let prefix = cx.optional(code::BAD_TEXT, at.key("prefix"), table.prefix.as_deref(), prefix);
    Some(Some(Documents { bucket: bucket?, prefix: prefix? }))
}

/// Keys are written into templates and policies as they are: what means something there is left out.
fn prefix(text: &str) -> Result<String, Invalid> {
    let is_good = |char: char| char.is_ascii_alphanumeric() || "-_./=".contains(char);
    if text.len() > MOST_PREFIX || text.starts_with('/') || !text.chars().all(is_good) {
        return Err(Invalid::new(format!(
            "`{text}` is no prefix: letters, digits and `-_./=`, at most {MOST_PREFIX} and no `/` at the beginning"
        )));
    }
    Ok(text.to_owned())
}

/// A document that may be long: its text, what it is called in findings, and what makes it shorter.
pub(super) struct Long<'a> {
    pub(super) text: &'a str,
    pub(super) name: &'a str,
    pub(super) help: &'a str,
}

/// Whether a document is not too long for the service. What is long needs a bucket, and is not longer than what the
/// service reads from one.
pub(super) fn fits(document: &Long<'_>, report: impl FnOnce(Diagnostic) -> Diagnostic, cx: &mut Context<'_>) -> bool {
    let Long { text, name, help } = document;
    let length = text.chars().count();
    if length <= NOT_INLINE_ABOVE {
        return true;
    }
    let is_uploaded = cx.spec.documents.is_some();
    if is_uploaded && text.len() <= MOST_UPLOADED {
        return true;
    }
    let finding = if is_uploaded {
        let message = format!("{name} has {} bytes, from a bucket the service reads {MOST_UPLOADED}", text.len());
        Diagnostic::new(code::DOCUMENT_TOO_LONG, message).help((*help).to_owned())
    } else {
        let message = format!("{name} has {length} characters, an inline document may have {NOT_INLINE_ABOVE}");
        let bucket = "name a bucket for long documents, which `kiln deploy` uploads: `documents = \"BUCKET\"`";
        Diagnostic::new(code::DOCUMENT_TOO_LONG, message).help(format!("{bucket}; or {help}"))
    };
    cx.report(report(finding));
    false
}
