//! What kiln says of a spec that violates a constraint.

use std::collections::BTreeSet;
use std::path::PathBuf;

use kiln::diagnostic::Sources;
use kiln::files::{Files, Folder, ReadError};
use kiln::source::{FieldPath, Source};
use kiln::spec;
use kiln::synth::{Format, Request, synth};
use kiln::versions::Lock;

use super::mutant::Mutant;

/// Whether it is refused.
pub(crate) enum Verdict {
    /// With an error at the value.
    Refused,
    /// What was said instead.
    Missed(String),
}

/// A folder in which one file has another text.
struct Changed<'a> {
    folder: Folder,
    file: Option<&'a (String, String)>,
}

impl Files for Changed<'_> {
    fn read(&self, path: &str, folders: &[String], limit: u64) -> Result<Vec<u8>, ReadError> {
        match self.file {
            Some((name, text)) if name == path => Ok(text.clone().into_bytes()),
            _ => self.folder.read(path, folders, limit),
        }
    }

    fn beside(&self, path: &str, folders: &[String]) -> Vec<String> {
        self.folder.beside(path, folders)
    }
}

/// Runs all stages on a mutant. An error counts if it points into the changed value, or at the file that was changed; where
/// a key was taken out, if it points at the table that it was in, or at what could be in there, and names the key.
pub(crate) fn judge(mutant: &Mutant) -> Verdict {
    let source = Source::new("kiln.toml", mutant.text.clone());
    let (spec, read) = spec::read(&source);
    let files = Changed { folder: Folder::new(&mutant.folder), file: mutant.file.as_ref() };
    let synthesis = synth(Request { spec: &spec, read, files: &files, recorded: &Lock::default(), format: None });
    let mut sources = Sources::spec(source);
    synthesis.texts.add_to(&mut sources);
    let mut said = Vec::new();
    for (finding, labels) in sources.locate(&synthesis.report) {
        let line = format!("{} {}", finding.code.id, finding.message);
        let is_there = labels.iter().any(|label| {
            let is_spec = label.file == Some("kiln.toml");
            match (&mutant.field, &mutant.file) {
                (Some(field), _) if mutant.is_removed => {
                    let (last, table) = field.0.split_last().unwrap();
                    let name = FieldPath(vec![last.clone()]).to_string();
                    let says = |text: &str| text.contains(&name);
                    let is_named = says(&finding.message) || finding.help.iter().any(|help| says(help));
                    let is_in_table = |field: &FieldPath| {
                        table.starts_with(&field.0) || field.0.split_last().is_some_and(|(_, of)| of == table)
                    };
                    is_spec && is_named && label.field.is_some_and(is_in_table)
                }
                (_, Some((name, _))) if label.file == Some(name) => true,
                (Some(field), _) if is_spec && label.field == Some(field) => true,
                _ => {
                    is_spec
                        && label.span.as_ref().is_some_and(|span| {
                            span.start < mutant.span.end.max(mutant.span.start + 1) && mutant.span.start < span.end
                        })
                }
            }
        });
        if finding.is_error() && is_there {
            return Verdict::Refused;
        }
        said.push(format!("    {line} {:?}", labels.first().and_then(|label| label.position)));
    }
    Verdict::Missed(said.join("\n"))
}

/// A story of which one file has another text.
pub(crate) struct Broken {
    pub(crate) folder: PathBuf,
    pub(crate) file: String,
    pub(crate) text: String,
    pub(crate) is_terraform: bool,
}

/// The codes of what is found in it, of findings with a place.
pub(crate) fn codes(broken: &Broken) -> BTreeSet<String> {
    let changed = (broken.file.clone(), broken.text.clone());
    let files = Changed { folder: Folder::new(&broken.folder), file: Some(&changed) };
    let text = files.read("kiln.toml", &[], u64::MAX).unwrap();
    let source = Source::new("kiln.toml", String::from_utf8(text).unwrap());
    let (spec, read) = spec::read(&source);
    let format = broken.is_terraform.then_some(Format::Hcl);
    let synthesis = synth(Request { spec: &spec, read, files: &files, recorded: &Lock::default(), format });
    let mut sources = Sources::spec(source);
    synthesis.texts.add_to(&mut sources);
    let located = sources.locate(&synthesis.report);
    let there = located.iter().filter(|(_, labels)| labels.iter().any(|label| label.position.is_some()));
    there.map(|(finding, _)| finding.code.id.to_owned()).collect()
}
