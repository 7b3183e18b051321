//! The path of a field in a spec, such as `pipeline.web.components[1].use`.

use std::fmt;

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
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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
}
