//! The specs that are mutated: all that are right.

use std::fs;
use std::path::{Path, PathBuf};

use super::mutant::is_story;

/// A spec that is right.
pub(crate) struct Story {
    /// Where it stands.
    pub(crate) folder: PathBuf,
    /// Its text.
    pub(crate) text: String,
}

/// The stories of each type, and the examples.
pub(crate) fn all() -> Vec<Story> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<PathBuf> = ["tests/types", "examples"]
        .iter()
        .flat_map(|folder| fs::read_dir(root.join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| is_story(path))
        .collect();
    folders.sort();
    let read = |folder: PathBuf| {
        let text = fs::read_to_string(folder.join("kiln.toml")).unwrap();
        Story { folder, text }
    };
    folders.into_iter().map(read).collect()
}

impl Story {
    /// Its folder's name.
    pub(crate) fn name(&self) -> String {
        self.folder.file_name().unwrap().to_string_lossy().into_owned()
    }

    /// How far it is from a type: what was written for it is nearest, and of that what has most keys.
    pub(crate) fn distance(&self, of: &str) -> (usize, usize) {
        let mut kebab = String::new();
        for letter in of.chars() {
            if letter.is_ascii_uppercase() && !kebab.is_empty() {
                kebab.push('-');
            }
            kebab.push(letter.to_ascii_lowercase());
        }
        let name = self.name();
        let kinds = ["full", "cloudformation", "terraform", "minimal"];
        match name.strip_prefix(&kebab).and_then(|rest| kinds.iter().position(|kind| rest == format!("-{kind}"))) {
            Some(kind) => (0, kind),
            None => (1, usize::from(self.folder.parent().is_some_and(|parent| parent.ends_with("examples")))),
        }
    }
}
