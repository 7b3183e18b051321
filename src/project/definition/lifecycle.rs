//! How long images stay.

use super::{Given, Tags};
use crate::project::{AccountId, Age, Region, Role};

/// A checked lifecycle policy. At least one of the three actions is there.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::definition::Deletion;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web);
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let lifecycle = planned.project.pipelines[0].lifecycle.as_ref().expect("old images go by default");
/// assert_eq!(lifecycle.delete.map(|delete| delete.which), Some(Deletion::AllButNewest(10)));
/// ```
#[derive(Debug, Clone)]
pub struct Lifecycle {
    /// Whether it is in force.
    pub enabled: bool,
    /// What it keeps.
    pub description: Option<String>,
    /// The role that retires images; the project's own otherwise.
    pub role: Option<Given<Role>>,
    /// The tags of the images that it rules; those of the recipe otherwise.
    pub select_tags: Tags,
    /// Images older than this are deprecated.
    pub deprecate: Option<Age>,
    /// Images older than this are disabled.
    pub disable: Option<Age>,
    /// Images that are deleted.
    pub delete: Option<Delete>,
    /// Images that are left alone.
    pub except: Exceptions,
}

/// Images that are deleted.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Delete, Lifecycle, Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let amis = Lifecycle::new().delete(Delete::from("90 days").include(["ami"]));
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.lifecycle(amis));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let lifecycle = planned.project.pipelines[0].lifecycle.as_ref().expect("the spec has one");
/// assert!(lifecycle.delete.is_some_and(|delete| !delete.snapshots));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delete {
    /// Which.
    pub which: Deletion,
    /// Whether their snapshots go too.
    pub snapshots: bool,
}

/// Which images are deleted.
///
/// ```
/// use kiln::project::Age;
/// use kiln::project::definition::Deletion;
///
/// let said = |which: Deletion| match which {
///     Deletion::AllButNewest(count) => format!("all but {count}"),
///     Deletion::OlderThan(age, _) => format!("older than {age}"),
/// };
/// assert_eq!(said(Deletion::AllButNewest(10)), "all but 10");
/// assert_eq!(said(Deletion::OlderThan(Age::parse("1 year").unwrap(), None)), "older than 1 year");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// All but the newest so many.
    AllButNewest(u16),
    /// Those that are older, but never the last so many.
    OlderThan(Age, Option<u8>),
}

/// Images that are left alone.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Except, Lifecycle, Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let old = Lifecycle::new().delete("1 year").except(Except::new().tag("hold", "yes"));
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.lifecycle(old));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let lifecycle = planned.project.pipelines[0].lifecycle.as_ref().expect("the spec has one");
/// assert_eq!(lifecycle.except.tags["hold"], "yes");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Exceptions {
    /// AMIs shared with these accounts.
    pub shared_with: Vec<AccountId>,
    /// Public AMIs.
    pub public: Option<bool>,
    /// AMIs that were launched within this time.
    pub last_launched_within: Option<Age>,
    /// AMIs in these Regions.
    pub regions: Vec<Region>,
    /// Images with these tags.
    pub tags: Tags,
    /// AMIs with these tags.
    pub ami_tags: Tags,
}
