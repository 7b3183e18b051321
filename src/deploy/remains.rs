//! What remains of a project when its stack is gone.

use serde::Serialize;

/// What remains.
///
/// ```
/// use kiln::deploy::Remains;
///
/// let buckets = vec!["web-logbucket-1a2b3c".to_owned()];
/// let remains = Remains { images: 2, amis: 2, snapshots: 2, buckets, ..Remains::default() };
/// assert_eq!(remains.lines()[0], "2 images, with 2 AMIs and 2 snapshots");
/// assert_eq!(remains.lines()[1], "1 bucket: web-logbucket-1a2b3c");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Remains {
    /// Images of the project's recipes.
    pub images: usize,
    /// Their AMIs, in all Regions.
    pub amis: usize,
    /// The snapshots of those AMIs that can be seen from this account.
    pub snapshots: usize,
    /// SSM parameters that name an image.
    pub parameters: Vec<String>,
    /// Repositories with container images.
    pub repositories: Vec<String>,
    /// Buckets that outlive the stack.
    pub buckets: Vec<String>,
    /// Everything else that outlives the stack, in words.
    pub others: Vec<String>,
    /// What could not be looked at, and why.
    pub unknown: Vec<String>,
}

impl Remains {
    /// Whether nothing remains, as far as is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// A line for each kind of thing, with its count.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let count = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
        let mut lines = Vec::new();
        if self.images > 0 {
            let (amis, snapshots) = (count(self.amis, "AMI"), count(self.snapshots, "snapshot"));
            let with = if self.amis > 0 { format!(", with {amis} and {snapshots}") } else { String::new() };
            lines.push(format!("{}{with}", count(self.images, "image")));
        }
        let lists = [("SSM parameter", &self.parameters), ("bucket", &self.buckets)];
        for (what, names) in lists.into_iter().filter(|(_, names)| !names.is_empty()) {
            lines.push(format!("{}: {}", count(names.len(), what), names.join(", ")));
        }
        if !self.repositories.is_empty() {
            let what = if self.repositories.len() == 1 { "repository" } else { "repositories" };
            lines.push(format!("{} {what}: {}", self.repositories.len(), self.repositories.join(", ")));
        }
        lines.extend(self.others.iter().cloned());
        lines.extend(self.unknown.iter().map(|why| format!("not known: {why}")));
        lines
    }
}
