//! How long images stay.

use super::{Given, Tags};
use crate::project::{AccountId, Age, Region, Role};

/// A checked lifecycle policy. At least one of the three actions is there.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delete {
    /// Which.
    pub which: Deletion,
    /// Whether their snapshots go too.
    pub snapshots: bool,
}

/// Which images are deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// All but the newest so many.
    AllButNewest(u16),
    /// Those that are older, but never the last so many.
    OlderThan(Age, Option<u8>),
}

/// Images that are left alone.
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
