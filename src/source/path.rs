//! The path of a field in a spec, such as `pipeline.web.components[1].use`.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Bound;

/// An owned path.
///
/// ```
/// use kiln::source::{FieldPath, Segment};
///
/// let keys = ["pipeline", "web", "components"].map(|key| Segment::Key(key.to_owned()));
/// let mut path = FieldPath(keys.to_vec());
/// path.0.push(Segment::Index(1));
/// assert_eq!(path.to_string(), "pipeline.web.components[1]");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct FieldPath(pub Vec<Segment>);

/// One step of a path.
///
/// ```
/// use kiln::source::{At, Segment};
///
/// let regions = At::ROOT.key("pipeline").key("web").key("regions").path();
/// let [Segment::Key(table), Segment::Key(pipeline), ..] = regions.0.as_slice() else {
///     panic!("it leads into a pipeline");
/// };
/// assert_eq!((table.as_str(), pipeline.as_str()), ("pipeline", "web"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// Into a table.
    Key(String),
    /// Into a list, counted from 0.
    Index(usize),
}

/// A path under construction: a list linked through the stack, so that walking a spec without faults costs nothing.
///
/// ```
/// use kiln::source::At;
///
/// let pipeline = At::ROOT.key("pipeline");
/// let web = pipeline.key("web");
/// assert_eq!(web.key("base").path().to_string(), "pipeline.web.base");
/// assert_eq!(web.last_key(), Some("web"));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    parent: Option<&'a At<'a>>,
    step: Step<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> At<'a> {
    /// The whole spec.
    pub const ROOT: At<'static> = At { parent: None, step: Step::Root };

    /// A key of this table.
    #[must_use]
    pub const fn key(&'a self, key: &'a str) -> At<'a> {
        At { parent: Some(self), step: Step::Key(key) }
    }

    /// An item of this list.
    #[must_use]
    pub const fn index(&'a self, index: usize) -> At<'a> {
        At { parent: Some(self), step: Step::Index(index) }
    }

    /// The key that the path ends in, if it ends in one.
    #[must_use]
    pub const fn last_key(&self) -> Option<&'a str> {
        match self.step {
            Step::Key(key) => Some(key),
            Step::Root | Step::Index(_) => None,
        }
    }

    /// The path as a value of its own.
    #[must_use]
    pub fn path(&self) -> FieldPath {
        let mut segments = self.parent.map_or_else(Vec::new, |parent| parent.path().0);
        match self.step {
            Step::Root => {}
            Step::Key(key) => segments.push(Segment::Key(key.to_owned())),
            Step::Index(index) => segments.push(Segment::Index(index)),
        }
        FieldPath(segments)
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Key(key) => {
                    if position > 0 {
                        f.write_str(".")?;
                    }
                    let bare = !key.is_empty()
                        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
                    if bare { f.write_str(key)? } else { write!(f, "{key:?}")? }
                }
            }
        }
        Ok(())
    }
}

/// Many paths, asked what is above or below one of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FieldPaths(BTreeSet<Vec<Segment>>);

impl FieldPaths {
    pub(crate) fn insert(&mut self, path: FieldPath) {
        self.0.insert(path.0);
    }

    /// Whether one of the paths is this one, or leads to something in it.
    pub(crate) fn below(&self, path: &FieldPath) -> bool {
        let from = (Bound::Included(path.0.as_slice()), Bound::Unbounded);
        self.0.range::<[Segment], _>(from).next().is_some_and(|next| next.starts_with(&path.0))
    }

    /// Whether one of the paths is this one, or leads to something around it.
    pub(crate) fn above(&self, path: &FieldPath) -> bool {
        !self.0.is_empty() && (0..=path.0.len()).any(|length| self.0.contains(&path.0[..length]))
    }

    /// Whether one of the paths is this one, or leads to something in it or around it.
    pub(crate) fn touch(&self, path: &FieldPath) -> bool {
        self.below(path) || self.above(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_as_toml() {
        let pipeline = At::ROOT.key("pipeline");
        let web = pipeline.key("my web");
        let components = web.key("components");
        assert_eq!(components.index(1).path().to_string(), "pipeline.\"my web\".components[1]");
    }

    #[test]
    fn many_paths_are_asked_at_once() {
        let (pipeline, other) = (At::ROOT.key("pipeline"), At::ROOT.key("pipelines"));
        let web = pipeline.key("web");
        let mut paths = FieldPaths::default();
        paths.insert(web.key("base").path());
        assert!(paths.below(&pipeline.path()) && paths.below(&web.key("base").path()) && !paths.below(&other.path()));
        let base = web.key("base");
        assert!(paths.touch(&base.key("image").path()) && !paths.below(&base.key("image").path()));
        assert!(!paths.touch(&web.key("bases").path()) && !paths.touch(&other.path()));
    }
}
