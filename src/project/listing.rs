//! What a spec can name of what AWS has: bases, managed components and workflows, Regions.
//!
//! The lists are those that the checks know. A name that is not in them may exist all the same: AWS adds names without
//! notice, so the lists answer "what can I write here" and refuse nothing.

use super::architecture::Architecture;
use super::base::catalogue::families;
use super::platform::Platform;
use super::{managed, region, workflow};

/// One name, and what is known of it.
///
/// ```
/// use kiln::project::listing::{Entry, Filter, bases};
/// use kiln::project::{Architecture, Platform};
///
/// let filter = Filter { platform: Some(Platform::MacOs), architecture: Some(Architecture::Arm64) };
/// let names: Vec<String> = bases().into_iter().filter(|base| filter.takes(base)).map(|base| base.name).collect();
/// assert!(names.contains(&"macos-tahoe/arm64".to_owned()) && !names.contains(&"ubuntu-24.04/arm64".to_owned()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// As a spec writes it.
    pub name: String,
    /// The platform, if it is for one.
    pub platform: Option<Platform>,
    /// The architecture, if it is for one.
    pub architecture: Option<Architecture>,
    /// What it is, or where it comes from.
    pub about: String,
}

/// What is asked for; everything if nothing is.
///
/// ```
/// use kiln::project::listing::{Filter, components};
///
/// assert!(components().iter().all(|entry| Filter::default().takes(entry)));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only what is for this platform.
    pub platform: Option<Platform>,
    /// Only what is for this architecture.
    pub architecture: Option<Architecture>,
}

impl Filter {
    /// Whether an entry is asked for. What is for every platform or architecture is for each of them.
    #[must_use]
    pub fn takes(&self, entry: &Entry) -> bool {
        fn fits<T: PartialEq + Copy>(asked: Option<T>, has: Option<T>) -> bool {
            asked.is_none() || has.is_none() || asked == has
        }
        fits(self.platform, entry.platform) && fits(self.architecture, entry.architecture)
    }
}

/// The bases of the catalogue: see [`super::base::catalogue`].
#[must_use]
pub fn bases() -> Vec<Entry> {
    let mut all = Vec::new();
    for family in families() {
        for image in family.images {
            // A family of one architecture is named without it.
            let name = match family.images {
                [_] => family.name.to_owned(),
                _ => format!("{}/{}", family.name, image.architecture),
            };
            let source = match (image.managed, image.parameter) {
                (Some(managed), _) => format!("managed image {managed}"),
                (None, parameter) => format!("ssm:{}", parameter.unwrap_or_default()),
            };
            let about = format!("{}, {source}", family.os);
            let architecture = Some(image.architecture);
            all.push(Entry { name, platform: Some(family.platform), architecture, about });
        }
    }
    all
}

/// The components that Amazon manages: see [`managed`].
#[must_use]
pub fn components() -> Vec<Entry> {
    let entry = |component: managed::ManagedComponent| Entry {
        name: format!("aws:{}", component.name),
        platform: Some(component.platform),
        architecture: None,
        about: String::new(),
    };
    managed::all().map(entry).collect()
}

/// The workflows that Amazon manages: see [`workflow::MANAGED`].
#[must_use]
pub fn workflows() -> Vec<Entry> {
    let entry = |stage: workflow::Stage, name: &str| Entry {
        name: format!("aws:{stage}/{name}"),
        platform: None,
        architecture: None,
        about: format!("{stage} of {}", if name.contains("container") { "containers" } else { "AMIs" }),
    };
    workflow::MANAGED.iter().flat_map(|(stage, names)| names.iter().map(|name| entry(*stage, name))).collect()
}

/// The Regions of the SDK's partition data: see [`region::KNOWN`].
#[must_use]
pub fn regions() -> Vec<Entry> {
    let entry = |partition: &str, name: &str| Entry {
        name: name.to_owned(),
        platform: None,
        architecture: None,
        about: format!("partition {partition}"),
    };
    region::KNOWN.iter().flat_map(|(partition, names)| names.iter().map(|name| entry(partition, name))).collect()
}
