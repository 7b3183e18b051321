//! Which images nothing holds any more.

use std::collections::{BTreeMap, BTreeSet};

use super::Image;
use crate::plan::{Part, Plan, Table};
use crate::resource::{Properties, Shape, Value};

/// What is known of a pipeline's images before they are judged.
///
/// ```
/// use kiln::build::prune::{Rules, Verdict, judge};
/// use kiln::build::{Image, State};
///
/// let image = |state: &str| Image { state: State::new(state), ..Image::default() };
/// let images = [image("AVAILABLE"), image("AVAILABLE"), image("AVAILABLE")];
/// let (account, uses) = ("123456789012", Default::default());
/// let rules = Rules { covered: false, keep: 2, containers: false, account, uses: &uses };
/// let loose = judge(&images, &rules).iter().filter(|(_, it)| *it == Verdict::Loose).count();
/// assert_eq!(loose, 1);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// Whether a retention rule of the spec deletes its images.
    pub covered: bool,
    /// So many of the newest good images stay.
    pub keep: usize,
    /// Whether container images are judged at all: what runs them cannot be asked.
    pub containers: bool,
    /// The account whose AMIs can be asked about.
    pub account: &'a str,
    /// What uses an AMI, in words.
    pub uses: &'a BTreeMap<String, BTreeSet<String>>,
}

/// Whether an image stays.
///
/// ```
/// use kiln::build::prune::{Rules, Verdict, judge};
/// use kiln::build::{Image, State};
///
/// let (account, uses) = ("123456789012", Default::default());
/// let rules = Rules { covered: true, keep: 0, containers: false, account, uses: &uses };
/// let images = ["TESTING", "AVAILABLE", "FAILED"].map(State::new);
/// let images = images.map(|state| Image { state, ..Image::default() });
/// let verdicts: Vec<Verdict> = judge(&images, &rules).into_iter().map(|(_, it)| it).collect();
/// assert_eq!(verdicts, [Verdict::Running, Verdict::Covered(Vec::new()), Verdict::Loose]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Its build goes on.
    Running,
    /// It is among the newest good ones.
    Newest,
    /// A retention rule of the spec deletes it when its time comes, whatever uses it: what does, in words.
    Covered(Vec<String>),
    /// Something uses it: what, in words.
    Used(Vec<String>),
    /// An AMI of it is in this account, which cannot be asked.
    Elsewhere(String),
    /// What runs its container images cannot be asked.
    Container,
    /// Nothing holds it.
    Loose,
}

/// Judges the images of a pipeline, which are newest first. Deleted ones are left out.
#[must_use]
pub fn judge<'a>(images: &'a [Image], rules: &Rules<'_>) -> Vec<(&'a Image, Verdict)> {
    let mut good = 0;
    let judged = images.iter().filter(|image| image.state.word() != "DELETED").map(|image| {
        if image.state.is_good() {
            good += 1;
        }
        (image, verdict(image, image.state.is_good() && good <= rules.keep, rules))
    });
    judged.collect()
}

fn verdict(image: &Image, is_newest: bool, rules: &Rules<'_>) -> Verdict {
    let Rules { covered, containers, account, uses, .. } = rules;
    if !image.state.is_final() {
        return Verdict::Running;
    }
    if is_newest {
        return Verdict::Newest;
    }
    let used: BTreeSet<String> =
        image.amis.iter().filter_map(|ami| uses.get(&ami.id)).flat_map(|words| words.iter().cloned()).collect();
    // A policy looks at good images; what is left of a failed build is a record, or an AMI that nobody distributed.
    if *covered && is_built(image) {
        return Verdict::Covered(used.into_iter().collect());
    }
    if !used.is_empty() {
        return Verdict::Used(used.into_iter().collect());
    }
    if let Some(ami) = image.amis.iter().find(|ami| ami.account != *account) {
        return Verdict::Elsewhere(ami.account.clone());
    }
    if !image.containers.is_empty() && !containers {
        return Verdict::Container;
    }
    Verdict::Loose
}

/// Whether this pipeline has a lifecycle policy that is enabled and deletes images.
#[must_use]
pub fn is_covered(plan: &Plan, pipeline: &str) -> bool {
    let policy = plan.of(Table::Pipeline, pipeline, Part::Lifecycle);
    policy.is_some_and(|policy| says(&policy.properties, "DELETE") && says(&policy.properties, "ENABLED"))
}

fn says(properties: &Properties, word: &str) -> bool {
    properties.iter().any(|(_, shape)| match shape {
        Shape::Value(Value::Text(text)) => text.as_literal() == Some(word),
        Shape::Block(block) => says(block, word),
        Shape::Blocks(blocks) => blocks.iter().any(|block| says(block, word)),
        Shape::Value(_) | Shape::Differs(_) => false,
    })
}

/// Whether the build has come to its end with an image.
#[must_use]
pub fn is_built(image: &Image) -> bool {
    image.state.is_final() && !matches!(image.state.word(), "FAILED" | "CANCELLED")
}

#[cfg(test)]
mod tests {
    use super::super::{Ami, Container, State};
    use super::*;

    fn image(state: &str, ami: &str, account: &str) -> Image {
        let ami = Ami { region: "r".to_owned(), account: account.to_owned(), id: ami.to_owned(), name: String::new() };
        Image { state: State::new(state), amis: vec![ami], ..Image::default() }
    }

    #[test]
    fn only_what_nothing_holds_is_loose() {
        let used = BTreeMap::from([("ami-4".to_owned(), BTreeSet::from(["instance i-1".to_owned()]))]);
        let mut container = image("AVAILABLE", "", "1");
        container.amis.clear();
        container.containers = vec![Container { region: "r".to_owned(), uris: vec!["u".to_owned()] }];
        let images = [
            image("BUILDING", "ami-0", "1"),
            image("FAILED", "ami-1", "1"),
            image("AVAILABLE", "ami-2", "1"),
            image("DEPRECATED", "ami-3", "1"),
            image("AVAILABLE", "ami-4", "1"),
            image("AVAILABLE", "ami-5", "2"),
            image("DELETED", "ami-6", "1"),
            container,
        ];
        let rules = Rules { covered: false, keep: 1, containers: false, account: "1", uses: &used };
        let verdicts = |rules: &Rules<'_>| judge(&images, rules).into_iter().map(|(_, it)| it).collect::<Vec<_>>();
        let instance = Verdict::Used(vec!["instance i-1".to_owned()]);
        let elsewhere = Verdict::Elsewhere("2".to_owned());
        let expected = [
            Verdict::Running,
            Verdict::Loose,
            Verdict::Newest,
            Verdict::Loose,
            instance,
            elsewhere,
            Verdict::Container,
        ];
        assert_eq!(verdicts(&rules), expected);
        assert_eq!(verdicts(&Rules { containers: true, ..rules })[6], Verdict::Loose);
        let covered = verdicts(&Rules { covered: true, keep: 0, ..rules });
        let unused = Verdict::Covered(Vec::new());
        assert_eq!((&covered[1], &covered[2], &covered[3]), (&Verdict::Loose, &unused, &unused));
        assert_eq!(covered[4], Verdict::Covered(vec!["instance i-1".to_owned()]));
    }
}
