//! Documents inside of templates, compared as lines.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::Side;
use super::flat::{Leaf, shown};
use super::lines::{Hunk, hunks, ranges};
use crate::plan::Plan;
use crate::resource::Value;

/// A document that changes.
///
/// ```
/// use kiln::review::Document;
/// use kiln::review::lines::{hunks, ranges};
///
/// let (name, id) = ("components/nginx.yaml".to_owned(), "NginxComponent".to_owned());
/// let hunks = hunks("phases:\n  - name: build\n", "phases:\n  - name: test\n");
/// let document = Document { name, id, hunks };
/// assert_eq!(format!("{}:{}", document.name, ranges(&document.hunks)), "components/nginx.yaml:2");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Document {
    /// The file, or what the document is of where it is written in the spec.
    pub name: String,
    /// The resource that it is part of.
    pub id: String,
    /// Its changes.
    pub hunks: Vec<Hunk>,
}

/// Properties that hold a text with lines.
const TEXTS: [&str; 3] = ["Data", "DockerfileTemplateData", "UserDataOverride"];

/// The text of a document, if the value is one, or the address of one that the plan uploads.
pub(super) fn text(leaf: &Leaf, plan: &Plan) -> Option<String> {
    let name = leaf.path.rsplit('.').next().unwrap_or(&leaf.path);
    let Value::Text(text) = &leaf.value else { return None };
    if ["Uri", "DockerfileTemplateUri"].contains(&name) {
        let uri = shown(text);
        return plan.uploads.iter().find(|upload| upload.uri() == uri).map(|upload| upload.text.clone());
    }
    if !TEXTS.contains(&name) {
        return None;
    }
    let text = shown(text);
    if name == "UserDataOverride" {
        return STANDARD.decode(&text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    }
    Some(text)
}

/// The change of a document, and its place in words. `what` it is of is told where no file holds it.
pub(super) fn compare(
    (old, new): (&str, &str),
    sides: (Option<Side<'_>>, Option<Side<'_>>),
    (id, what, place): (&str, &str, Option<&str>),
) -> (Document, String) {
    let file = |side: Option<Side<'_>>, text: &str| {
        let mut files = side?.texts.iter();
        files.find(|(_, content)| *content == text).map(|(path, _)| path.to_owned())
    };
    let hunks = hunks(old, new);
    let lines = ranges(&hunks);
    let (name, told) = match file(sides.1, new) {
        Some(path) => (path.clone(), format!("{path}:{lines}")),
        // What is compiled from a spec has lines of its own that nobody wrote.
        None => {
            let name = format!("document of {what}");
            let told = place.map_or_else(|| name.clone(), |place| format!("written in {place}"));
            (name, told)
        }
    };
    (Document { name, id: id.to_owned(), hunks }, told)
}
